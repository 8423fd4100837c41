"""Where the borders of zones do not fit: overlaps and holes within a level, with the residents who live there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

SLIVER_M2 = 100.0
"""Overlaps and holes smaller than this (m²) are taken as the rounding of borders."""


def border_findings(cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> list[Finding]:
    """Return warnings about zones of one level that overlap, and about holes between them, with the residents there.

    Residents are those of cells whose centre lies in an overlap or a hole. A hole is ground that the zones of a level
    enclose and neither hold nor leave to a zone of another level, such as a 街道 among 乡镇; ground outside all of
    them is no hole.
    """
    centres = cells.geometry.centroid.to_numpy()
    people = cells["pop_total"].to_numpy(dtype=float)
    found: list[Finding] = []
    for level, part in zones.sort_values("zone_id").groupby("level", sort=True):
        found += _overlaps(str(level), part, centres, people)
        found += _holes(str(level), zones, centres, people)
    return found


def _overlaps(
    level: str, zones: gpd.GeoDataFrame, centres: NDArray[np.object_], people: NDArray[np.float64]
) -> Iterator[Finding]:
    shapes, ids = zones.geometry.to_numpy(), zones["zone_id"].to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    order = np.lexsort((other, one))
    one, other = one[order], other[order]
    common = shapely.intersection(shapes[one], shapes[other])
    area = shapely.area(common)
    real = area >= SLIVER_M2
    if not real.any():
        return
    rows = [f"{ids[a]} / {ids[b]}: {m2:,.0f} m²" for a, b, m2 in zip(one[real], other[real], area[real], strict=True)]
    en = f"zones of level {level} overlap. Cells there count in the zone with the lowest zone_id; correct the borders."
    zh = f"{level} 层级的单元相互重叠，其中的格网计入 zone_id 最小的单元；请修正边界。"
    said = Finding.about("zones", "overlap", "warning", en=en, zh=zh, column="geometry", rows=rows)
    yield replace(said, residents=_residents(common[real], centres, people))


def _holes(
    level: str, zones: gpd.GeoDataFrame, centres: NDArray[np.object_], people: NDArray[np.float64]
) -> Iterator[Finding]:
    mine = (zones["level"] == level).to_numpy()
    ground: NDArray[np.object_] = shapely.get_parts(shapely.union_all(zones.geometry.to_numpy()[mine]))
    rings = [ring for shape in ground for ring in shapely.get_rings(shape)[1:]]
    if not rings:
        return
    enclosed = shapely.difference(shapely.polygons(rings), shapely.union_all(ground))
    holes = np.array([_left(hole, zones.geometry[~mine]) for hole in enclosed], dtype=object)
    holes = holes[shapely.area(holes) >= SLIVER_M2]
    if not len(holes):
        return
    points = shapely.point_on_surface(holes)
    rows = [
        f"at ({x:,.0f}, {y:,.0f}): {m2:,.0f} m²"
        for x, y, m2 in sorted(zip(shapely.get_x(points), shapely.get_y(points), shapely.area(holes), strict=True))
    ]
    en = f"between zones of level {level} there are holes. Cells there are in no zone of this level; close the borders."
    zh = f"{level} 层级的单元之间有空隙，其中的格网不属于该层级任何单元；请修补边界。"
    said = Finding.about("zones", "hole", "warning", en=en, zh=zh, column="geometry", rows=rows)
    yield replace(said, residents=_residents(holes, centres, people))


def _left(hole: BaseGeometry, others: gpd.GeoSeries) -> BaseGeometry:
    """Return what zones of other levels that lie in a hole leave of it."""
    inside = others[others.representative_point().within(hole)]
    return shapely.difference(hole, shapely.union_all(inside.to_numpy()))


def _residents(shapes: NDArray[np.object_], centres: NDArray[np.object_], people: NDArray[np.float64]) -> float:
    """Return the residents of the cells whose centre lies inside one of some shapes."""
    inside = shapely.STRtree(centres).query(shapes, predicate="contains")[1]
    return float(people[np.unique(inside)].sum())
