"""Checking the entrances of facilities and compounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servicecircle.city.inspection import Inspection
from servicecircle.city.ways import ON_WALL_M, exits_of, is_compound
from servicecircle.errors import LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.network import stacked

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from servicecircle.city.contents import Contents

LAYER = "entrances"
POINTS = frozenset({"Point"})


def inspect_entrances(frame: object, crs: pyproj.CRS) -> Inspection:
    """Check the entrances: a point for each, and what it is the entrance of."""
    seen = Inspection.of(LAYER, frame)
    if seen.project(crs):
        geometry = seen.frame.geometry
        single = geometry.geom_type.eq("MultiPoint").to_numpy() & geometry.count_geometries().eq(1).to_numpy()
        if single.any():
            seen.frame.loc[single, "geometry"] = geometry[single].centroid
        seen.shapes(POINTS)
    if seen.require("of"):
        seen.texts("of")
    return seen


def with_entrances(city: Contents, new: object) -> gpd.GeoDataFrame:
    """Return a city's entrances and new ones; LayerError if these have faults or are of nothing in the city."""
    seen = inspect_entrances(new, city.crs)
    if "of" in seen.frame and not any(finding.severity == "error" for finding in seen.findings):
        strange = ~seen.frame["of"].isin(_known(city.facilities, city.areas)).to_numpy()
        if strange.any():
            en = "of is no facility id, and no id or name of an area of kind compound. Correct it."
            zh = "of 既不是设施 id，也不是封闭小区的 id 或 name，请更正。"
            rows = [f"{label}: {value}" for label, value in seen.frame.loc[strange, "of"].items()]
            seen.note("unknown_of", "error", en, zh, column="of", rows=rows)
    if not len(seen.frame):
        seen.note("empty", "error", "the layer has no rows.", "图层为空。")
    report = DataReport(tuple(seen.findings))
    if not report.ok:
        raise LayerError(report)
    return seen.frame if city.entrances is None else stacked(city.entrances, seen.frame)


def _known(facilities: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> set[str]:
    """Return what an entrance may be of: ids of facilities, ids and names of compounds."""
    names = set(facilities["id"])
    if areas is not None:
        whole = is_compound(areas)
        for column in ("id", "name"):
            names |= set(areas[column][whole].dropna().astype(str)) if column in areas else set()
    return names


def about_entrances(
    entrances: gpd.GeoDataFrame | None, facilities: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None
) -> list[Finding]:
    """Return what is seen only across layers: entrances of nothing, far from their compound, compounds without any."""
    found = []
    place = np.empty(0, dtype=int)
    if areas is not None:
        place, _, metres = exits_of(areas, entrances)
        whole = is_compound(areas)
        far = metres > ON_WALL_M
        found += _far(areas, place[far], float(metres.max(initial=0.0)))
        moved = ~far & (metres > 1.0)
        if moved.any():
            en = f"entrances up to {metres[moved].max():.0f} m off the outline of their compound were moved onto it."
            zh = f"出入口偏离小区边界最远 {metres[moved].max():.0f} 米，已移至边界上。"
            found.append(Finding(LAYER, "moved", "repair", en, zh, "geometry", int(moved.sum())))
        without = whole & ~np.isin(np.arange(len(areas)), place[~far])
        if without.any():
            en = "compounds without an entrance: not taken as closed, for nobody could get out. Add entrances whose of "
            en += "is the compound's id or name."
            zh = "封闭小区没有出入口：按不封闭处理。请在 entrances 图层中补充，其 of 为小区的 id 或 name。"
            rows = areas.index[without]
            found.append(Finding.about("areas", "no_entrance", "warning", en=en, zh=zh, column="kind", rows=rows))
    if entrances is not None:
        strange = ~entrances["of"].isin(_known(facilities, areas)).to_numpy()
        if strange.any():
            en = "of is no facility id, and no id or name of an area of kind compound: not used. Correct it."
            zh = "of 既不是设施 id，也不是封闭小区的 id 或 name：未使用，请更正。"
            rows = [f"{label}: {value}" for label, value in entrances.loc[strange, "of"].items()]
            found.append(Finding.about(LAYER, "unknown_of", "warning", en=en, zh=zh, column="of", rows=rows))
    return found


def _far(areas: gpd.GeoDataFrame, place: np.ndarray[tuple[int], np.dtype[np.int64]], metres: float) -> list[Finding]:
    if not len(place):
        return []
    en = f"entrances up to {metres:,.0f} m from the outline of their compound (more than {ON_WALL_M:g} m): not used. "
    en += "Correct their place, or what they are of."
    zh = f"出入口距其小区边界达 {metres:,.0f} 米（超过 {ON_WALL_M:g} 米）：未使用，请更正位置或 of。"
    rows = [f"area {areas.index[row]}" for row in place]
    return [Finding.about(LAYER, "far_from_compound", "warning", en=en, zh=zh, column="geometry", rows=rows)]
