"""Base maps of a folder, and that of Tianditu."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import folium
import pyproj
import pytest
import xyzservices

from servicecircle.errors import InputError
from servicecircle.show import gap_map, tianditu, tiles
from servicecircle.show.basemap import tile_layer
from servicecircle.show.tiles import TileFolder
from tests.show.registry import PNG
from tests.show.towns import judged, town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.assessment import Assessment

BOUNDS = (119.12, 34.59, 119.13, 34.6)
HALF_M = 20_037_508.342789244
"""Half the width of the square of web maps (EPSG:3857), in metres."""


def tile(z: int) -> tuple[int, int]:
    """Return column and row of the tile that holds the middle of the bounds, by pyproj's Web Mercator."""
    to_web = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    x, y = to_web.transform((BOUNDS[0] + BOUNDS[2]) / 2, (BOUNDS[1] + BOUNDS[3]) / 2)
    return int((x + HALF_M) / (2 * HALF_M) * 2**z), int((HALF_M - y) / (2 * HALF_M) * 2**z)


PLACE = {z: tile(z) for z in (8, 12, 14)}


@cache
def result() -> Assessment:
    return judged(town(), "LY-01")


def folder_of(path: Path, *, size: int = 8, suffix: str = "png") -> xyzservices.TileProvider:
    for z, (x, y) in PLACE.items():
        for column in (x - 1, x, x + 1, x + 900):
            (path / str(z) / str(column)).mkdir(parents=True)
            for row in (y - 1, y, y + 1, y + 900):
                (path / str(z) / str(column) / f"{row}.{suffix}").write_bytes(PNG.ljust(size, b"0"))
    (path / "12" / "notes").mkdir()
    (path / "12" / str(PLACE[12][0]) / "readme.txt").write_text("text", encoding="utf-8")
    return xyzservices.TileProvider(name="本地", url=f"{path}/{{z}}/{{x}}/{{y}}.{suffix}", attribution="某院")


def embedded(provider: xyzservices.TileProvider) -> TileFolder:
    layer = tile_layer(provider)
    assert isinstance(layer, TileFolder)
    layer.embed(BOUNDS)
    return layer


def test_the_tiles_of_the_extent_are_in_the_page_and_no_others(tmp_path: Path) -> None:
    layer = embedded(folder_of(tmp_path))
    assert {key for key in layer.pictures if key.startswith("8/")} == {"8/{}/{}".format(*PLACE[8])}
    assert set(layer.pictures) >= {f"{z}/{x}/{y}" for z, (x, y) in PLACE.items()}
    assert [key for key in layer.pictures if int(key.split("/")[1]) > PLACE[int(key.split("/")[0])][0] + 1] == []
    assert (layer.options["minNativeZoom"], layer.options["maxNativeZoom"]) == (8, 14)


def test_a_map_over_a_folder_asks_no_one(tmp_path: Path) -> None:
    text = str(gap_map(result(), "LY-01", basemap=folder_of(tmp_path, suffix="jpg")).get_root().render())
    assert "data:image/jpeg;base64," in text
    assert str(tmp_path) not in text


def test_too_many_tiles_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "LARGEST_MB", 0.001)
    with pytest.raises(InputError, match=r"tiles of .* MB.*deepest levels.*瓦片"):
        embedded(folder_of(tmp_path, size=2_000))


def test_tiles_of_elsewhere_are_refused(tmp_path: Path) -> None:
    layer = tile_layer(folder_of(tmp_path))
    assert isinstance(layer, TileFolder)
    with pytest.raises(InputError, match="covers the map's extent"):
        layer.embed((8.0, 49.0, 8.1, 49.1))


@pytest.mark.parametrize("end", ["", "/{z}/{x}.png", "/{z}/{y}/{x}.png", "/none/{z}/{x}/{y}.png", "/{z}/{x}/{y}.exe"])
def test_what_is_no_folder_of_tiles_is_refused(tmp_path: Path, end: str) -> None:
    provider = xyzservices.TileProvider(name="本地", url=f"{tmp_path}{end}", attribution="某院")
    with pytest.raises(InputError, match="no folder of tiles"):
        tile_layer(provider)


def test_tianditu_has_ground_and_names_under_the_key_and_one_switch() -> None:
    layer = tile_layer(tianditu("0123456789abcdef"))
    assert isinstance(layer, folium.FeatureGroup)
    ground, names = (str(vars(one)["tiles"]) for one in layer._children.values())
    assert "LAYER=vec&" in ground
    assert "LAYER=cva&" in names
    assert ground.endswith("&tk=0123456789abcdef")
    assert ground.count("{z}") == ground.count("{y}") == ground.count("{x}") == ground.count("{s}") == 1


@pytest.mark.parametrize("key", ["", "your key", "{{ 7 * 7 }}", None])
def test_tianditu_needs_a_key(key: str) -> None:
    with pytest.raises(InputError, match="your own key"):
        tianditu(key)
