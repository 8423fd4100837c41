"""Tiles that a user has in a folder, put into the page itself."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from branca.element import MacroElement
from folium.map import Layer
from folium.template import Template

from servicecircle.errors import InputError
from servicecircle.show.escape import literal
from servicecircle.show.inlining import data_uri

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xyzservices import TileProvider

LARGEST_MB = 20
"""Tiles of more megabytes than this are not put into a page."""

DEEPEST = 22
"""The deepest level of tiles that is looked for."""

AROUND = 0.25
"""Tiles are taken that far around the map's extent, as a share of it."""

NORTHERNMOST = 85.0511
"""The latitude (degrees) at which the square of web maps ends."""

Bounds = tuple[float, float, float, float]


class TileFolder(Layer):
    """A base map of tiles in a folder; those of the map's extent become part of the page.

    Parameters
    ----------
    provider
        With the folder's path, ``{z}``, ``{x}`` and ``{y}`` in it, as its address.
    name
        What the layer control calls it.
    attribution
        HTML that names the maker, already safe.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = (function () {
                const tiles = {{ this.pictures|tojson }};
                const Tiles = L.TileLayer.extend({
                    getTileUrl(at) { return tiles[at.z + "/" + at.x + "/" + at.y] || L.Util.emptyImageUrl; },
                });
                return new Tiles("", {{ this.options|tojson }});
            })();
            {{ this.get_name() }}.addTo({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, provider: TileProvider, *, name: str, attribution: str) -> None:
        super().__init__(name=literal(name), overlay=True, control=True, show=True)
        self._name = "tile_folder"
        self.label = name
        self.pictures: dict[str, str] = {}
        self.options: dict[str, Any] = {"attribution": attribution, "className": "sc-tiles", "maxZoom": DEEPEST}
        pattern = str(provider.url)
        found = re.fullmatch(r"(.+)[/\\]\{z\}[/\\]\{x\}[/\\]\{y\}(\.(?:png|jpe?g|webp))", pattern)
        if found is None or not Path(found[1]).is_dir():
            raise InputError(
                f"basemap {name!r}: {pattern!r} is no folder of tiles. Give its path as 'FOLDER/{{z}}/{{x}}/{{y}}.png' "
                "(or .jpg, .webp). | "
                f"底图 {name} 的路径不是瓦片文件夹，应为 文件夹/{{z}}/{{x}}/{{y}}.png。"
            )
        self.folder, self.suffix = Path(found[1]), found[2]

    def embed(self, bounds: Bounds) -> None:
        """Take the tiles that cover an extent (west, south, east, north, degrees) into the page.

        Raises
        ------
        InputError
            If there are none, or they are too large for a page.
        """
        found = dict(sorted(self._covering(_wider(bounds))))
        if not found:
            raise InputError(
                f"basemap {self.label!r}: no tile in {self.folder} covers the map's extent. Are they of this city, "
                "and in z/x/y order (XYZ, not TMS)? | "
                f"底图 {self.label}：瓦片文件夹中没有覆盖本图范围的瓦片，请检查范围和 z/x/y 编号。"
            )
        size = sum(path.stat().st_size for path in found.values()) / 1e6
        if size > LARGEST_MB:
            raise InputError(
                f"basemap {self.label!r}: {len(found):,} tiles of {size:,.1f} MB cover the map's extent; at most "
                f"{LARGEST_MB} MB go into a page. Take away the deepest levels, or choose basemap=None. | "
                f"底图 {self.label}：本图范围内有 {len(found):,} 张瓦片，共 {size:,.1f} MB，"
                f"超过 {LARGEST_MB} MB 的上限，请去掉最大的几级，或不用底图。"
            )
        levels = [int(key.partition("/")[0]) for key in found]
        self.options |= {"minNativeZoom": min(levels), "maxNativeZoom": max(levels)}
        self.pictures = {key: data_uri(path.read_bytes(), path.name) for key, path in found.items()}

    def render(self, **kwargs: Any) -> str:
        """Put the layer's script into the page; unlike folium's own layers not once more each time."""
        MacroElement.render(self, **kwargs)  # type: ignore[no-untyped-call]  # branca has types for some functions only
        return ""

    def _covering(self, bounds: Bounds) -> Iterator[tuple[str, Path]]:
        """Yield the tiles of an extent that are in the folder, with their level, column and row."""
        west, south, east, north = bounds
        for z in range(DEEPEST + 1):
            (left, top), (right, bottom) = _tile(west, north, z), _tile(east, south, z)
            for column in _numbered(self.folder / str(z), left, right):
                for path in _numbered(column, top, bottom):
                    if path.suffix == self.suffix:
                        yield f"{z}/{column.name}/{path.stem}", path


def _numbered(folder: Path, first: int, last: int) -> Iterator[Path]:
    """Yield what lies in a folder and is called by a number between two."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if re.fullmatch("[0-9]+", path.stem) and first <= int(path.stem) <= last:
            yield path


def is_folder(provider: TileProvider) -> bool:
    """Return whether a provider's tiles lie on this machine."""
    return not re.match(r"(?:[a-z][a-z0-9+.-]+:)?//", str(provider.url), re.IGNORECASE)


def _wider(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    wide, high = (east - west) * AROUND, (north - south) * AROUND
    return west - wide, south - high, east + wide, north + high


def _tile(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Return the column and row of the tile that holds a place.

    Examples
    --------
    >>> _tile(116.39, 39.91, 10)
    (843, 387)
    """
    lat = math.radians(max(-NORTHERNMOST, min(NORTHERNMOST, lat)))
    x = (lon + 180) / 360 * 2**z
    y = (1 - math.asinh(math.tan(lat)) / math.pi) / 2 * 2**z
    return int(x), int(y)
