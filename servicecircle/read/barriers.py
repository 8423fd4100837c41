"""Barriers from OpenStreetMap files: railways, water, expressways."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.errors import ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import WGS84, datum_findings, metric_crs, moved
from servicecircle.read.report import Read

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    import pyproj

LAYER = "areas"
SOURCE = "OpenStreetMap"
RAILWAYS = frozenset({"rail", "light_rail", "subway"})
EXPRESSWAYS = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})
RIVERS = frozenset({"river", "canal"})
ON_FOOT = frozenset({"yes", "designated", "permissive"})
SIDEWALKS = frozenset({"both", "left", "right", "yes", "separate"})


def read_barriers(path: str | os.PathLike[str], *, crs: object) -> Read:
    """Read what people cannot walk across from an OpenStreetMap file: railways, water, expressways.

    Railways (rail, light_rail, subway; not trams, nor narrow gauge, which mostly runs in streets), rivers and canals,
    and motorways and trunk roads without a sidewalk are lines; lakes, riverbanks and reservoirs are polygons,
    multipolygons assembled, those with an incomplete outline left out. What runs in a tunnel or on a bridge can be
    walked over or under and is no barrier; neither are streams, ditches and water that falls dry (intermittent).

    Parameters
    ----------
    path
        An ``.osm.pbf`` file (also ``.osm``, ``.osm.gz``, ``.osm.bz2``).
    crs
        The projected CRS of the city, in metres.

    Returns
    -------
    Read
        ``kind`` (railway, water, expressway), ``source`` (OpenStreetMap), ``name`` (None where not tagged), geometry;
        a frame for the areas of a `City`, where such barriers are counted, and bind only with
        ``AccessRule(barriers="block")``. It may be empty.

    Raises
    ------
    ReadError
        If the file is missing or broken.
    CRSError
        If ``crs`` is unknown or does not measure in metres.
    LayerError
        If a node has no place in ``crs``.
    """
    metric, file = metric_crs(crs), Path(path)
    if not file.is_file():
        raise ReadError(f"{file}: there is no such file. | 找不到文件 {file}。")
    import osmium  # heavy: only when a file is read

    try:
        rows, broken = _stream(file)
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise ReadError(
            f"{file}: not a whole OpenStreetMap file ({error}). Fetch or copy it again. | "
            f"{file}：不是完整的 OpenStreetMap 文件，请重新下载或拷贝。"
        ) from error
    kinds, names, shapes = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
    frame = gpd.GeoDataFrame(
        {"kind": kinds, "source": [SOURCE] * len(rows), "name": np.array(names, dtype=object)},
        geometry=_projected(np.array(shapes, dtype=object), metric),
        crs=metric,
    )
    return Read(frame, DataReport((*_findings(kinds, broken), *datum_findings(LAYER, WGS84, metric))))


def kind_of_line(tags: Mapping[str, str]) -> str:
    """Return which barrier a way is, "" for none.

    Examples
    --------
    >>> kind_of_line({"railway": "rail"}), kind_of_line({"railway": "rail", "tunnel": "yes"})
    ('railway', '')
    """
    if any(tags.get(key, "no") != "no" for key in ("tunnel", "bridge", "covered")):
        return ""
    if tags.get("railway") in RAILWAYS:
        return "railway"
    if tags.get("waterway") in RIVERS:
        return "water" if tags.get("intermittent") != "yes" else ""
    if tags.get("highway") in EXPRESSWAYS:
        walked = tags.get("foot") in ON_FOOT or any(
            tags.get(key) in SIDEWALKS for key in ("sidewalk", "sidewalk:both", "sidewalk:left", "sidewalk:right")
        )
        return "" if walked else "expressway"
    return ""


def is_water(tags: Mapping[str, str]) -> bool:
    """Return whether an area is water that does not fall dry.

    Examples
    --------
    >>> is_water({"natural": "water"}), is_water({"natural": "water", "intermittent": "yes"})
    (True, False)
    """
    wet = tags.get("natural") == "water" or tags.get("waterway") == "riverbank" or tags.get("landuse") == "reservoir"
    return wet and tags.get("intermittent") != "yes" and tags.get("tunnel", "no") == "no"


def _stream(path: Path) -> tuple[list[tuple[str, str | None, shapely.Geometry]], Counter[str]]:
    """Return kind, name and shape (degrees) of all barriers, and how many lines and areas lack nodes."""
    import osmium

    make = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter("railway", "waterway", "highway", "natural", "landuse")
    rows: list[tuple[str, str | None, shapely.Geometry]] = []
    broken: Counter[str] = Counter()
    places = osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted)
    for entity in places:
        thing: Any = entity
        is_way, is_area = thing.is_way(), thing.is_area()
        if not is_way and not is_area:
            continue
        tags = {tag.k: tag.v for tag in thing.tags}
        kind = ("water" if is_water(tags) else "") if is_area else kind_of_line(tags)
        if kind:
            shape = _shape(make.create_multipolygon if is_area else make.create_linestring, thing)
            if shape is None:
                broken[kind] += 1
            else:
                rows.append((kind, tags.get("name"), shape))
    return rows, broken


def _shape(create: Callable[[Any], str], thing: Any) -> shapely.Geometry | None:
    """Return the shape of a way or an area, None where nodes are missing."""
    import osmium

    try:
        return shapely.from_wkb(create(thing))
    except (osmium.InvalidLocationError, RuntimeError):
        return None


def _projected(shapes: Any, crs: pyproj.CRS) -> Any:
    """Return shapes in degrees brought into a CRS, every place once."""
    xy = shapely.get_coordinates(shapes)
    if not len(xy):
        return shapes
    return shapely.set_coordinates(shapes, moved(xy[:, 0], xy[:, 1], WGS84, crs, layer=LAYER, what="node"))


def _findings(kinds: list[str], broken: Counter[str]) -> list[Finding]:
    counts = Counter(kinds)
    told = ", ".join(f"{counts[kind]:,} {kind}" for kind in ("railway", "water", "expressway"))
    found = [Finding(LAYER, "barriers", "info", f"{told} read as barriers.", f"读入障碍：{told}。", "kind")]
    if broken:
        lost = ", ".join(f"{count:,} {kind}" for kind, count in sorted(broken.items()))
        en = f"barriers whose nodes are not all in the file were left out ({lost}). Take an extract with complete ways."
        zh = f"节点不全的障碍未读入（{lost}），请使用保留完整道路的数据。"
        found.append(Finding(LAYER, "clipped", "warning", en, zh, "geometry", sum(broken.values())))
    return found
