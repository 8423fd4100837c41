"""New and closed ways of a city: what they change for those who live and go there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.city.inspection import Inspection
from servicecircle.errors import LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.network import closed, feet, joined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from servicecircle.city.contents import Contents
    from servicecircle.network import WalkNetwork

LINES = frozenset({"LineString", "MultiLineString"})
GROUND = LINES | {"Polygon", "MultiPolygon"}
MOVED_M = 0.001


def with_ways(
    city: Contents, ways: gpd.GeoDataFrame, *, join_within_m: float, at_crossings: bool
) -> tuple[WalkNetwork, DataReport]:
    """Return a city's walk network with new ways, and what was found."""
    frame, seen = _checked(city, ways, layer="new ways", kinds=LINES)
    walk, found = joined(city.walk, frame, join_within_m=join_within_m, at_crossings=at_crossings)
    return walk, _report(city, walk, (*seen, *found))


def without_ways(city: Contents, where: gpd.GeoDataFrame | Iterable[int]) -> tuple[WalkNetwork, DataReport]:
    """Return a city's walk network without closed ways, and what was found."""
    seen: tuple[Finding, ...] = ()
    if isinstance(where, gpd.GeoDataFrame):
        where, seen = _checked(city, where, layer="closed ways", kinds=GROUND)
    walk, found = closed(city.walk, where)
    return walk, _report(city, walk, (*seen, *found))


def _checked(
    city: Contents, frame: object, *, layer: str, kinds: frozenset[str]
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return lines or ground in the city's CRS, and what was found; LayerError with all that is wrong."""
    seen = Inspection.of(layer, frame)
    if not len(seen.frame):
        seen.note("empty", "error", "the layer has no rows.", "图层为空。")
    if seen.project(city.crs):
        seen.shapes(kinds)
        _finite(seen)
    if not any(finding.severity == "error" for finding in seen.findings) and kinds == GROUND:
        _mend_ground(seen)
    report = DataReport(tuple(seen.findings))
    if not report.ok:
        raise LayerError(report)
    return seen.frame, report.findings


def _mend_ground(seen: Inspection) -> None:
    """Repair polygons that cross themselves; lines are lines in any case."""
    lines = seen.frame.geometry.geom_type.isin(LINES).to_numpy()
    ground = Inspection(seen.layer, seen.frame[~lines].copy(), seen.findings)
    ground.make_valid()
    seen.frame.loc[~lines, "geometry"] = ground.frame.geometry


def _finite(seen: Inspection) -> None:
    """Note rows with a coordinate that is no number."""
    coordinates, owner = shapely.get_coordinates(seen.frame.geometry.to_numpy(), return_index=True)
    nowhere = np.zeros(len(seen.frame), dtype=bool)
    nowhere[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    if nowhere.any():
        en, zh = "a coordinate is NaN or infinite. Correct it.", "坐标为 NaN 或无穷大，请改正。"
        seen.note("nowhere", "error", en, zh, column="geometry", rows=seen.labels(nowhere))


def _report(city: Contents, walk: WalkNetwork, found: tuple[Finding, ...]) -> DataReport:
    """Return a city's report for another network: what no longer holds of the old one is left out."""
    stale = set(city.walk.report.findings) - set(walk.report.findings)
    kept = [one for one in city.report.findings if one not in stale and one.code != "far_away"]
    return DataReport((*kept, *found, *_moved(city, walk)))


def _moved(city: Contents, walk: WalkNetwork) -> list[Finding]:
    """Return how many cells and facilities are entered from another place of the new network than of the old one."""
    ways, rule, found = city.ways, city.access, []
    cells = city.population
    people = cells["pop_total"].to_numpy(dtype=float)
    for layer, places, names, ids in (
        ("population", cells.geometry.centroid.to_numpy(), cells["cell_id"], None),
        ("facilities", city.facilities.geometry.to_numpy(), city.facilities["id"], city.facilities["id"]),
    ):
        old, new = (ways.placed(one, places, rule=rule, ids=ids) for one in (city.walk, walk))
        both = old.placed & new.placed
        away = old.placed != new.placed
        apart = feet(city.walk, old.take(both)) - feet(walk, new.take(both))
        away[both] = np.hypot(*apart.T) > MOVED_M
        if not away.any():
            continue
        lost = int((old.placed & ~new.placed).sum())
        en = "they enter the network at another place than before: a new way is nearer, or their own is closed"
        zh = "接入步行网络的位置有变化：新路更近，或原接入道路已关闭"
        if lost:
            en, zh = f"{en}; {lost:,} can no longer enter it", f"{zh}；其中 {lost:,} 个已无法接入"
        severity = "warning" if lost else "info"
        one = Finding.about(layer, "enters_elsewhere", severity, en=f"{en}.", zh=f"{zh}。", rows=names[away])  # type: ignore[arg-type]
        found.append(replace(one, residents=_residents(people, away) if layer == "population" else None))
    return found


def _residents(people: NDArray[np.float64], where: NDArray[np.bool_]) -> float:
    return float(people[where].sum())
