"""What runs in the city of data/oracle.json: roads, bus lines, counties, villages and seats, all worked by hand.

The roads are the edges of the walk network. Those east of N5 state 36 km/h = 10 m/s, the others nothing. Counties K1
(x up to 2000) and K2 (from 2000); villages V1 (2000 to 3200), V2 (to 4400) and V3 (to 5000), all in township B.

Lines, by the nodes they stop at: L1 N6 N7, L2 N3 N4 N6, L3 N7 N8.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from servicecircle.city import City, Transport
from servicecircle.network import DriveNetwork
from servicecircle.plan import Plan, read_plan
from tests import oracle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EAST = {("N5", "N6"), ("N6", "N7"), ("N7", "N8"), ("N8", "N9")}
CLASSES = {
    ("N5", "N6"): "二级",
    ("N6", "N7"): "二级",
    ("N7", "N8"): "等外",
    ("N8", "N9"): "四级",
    ("N12", "N13"): "四级",
}
LINES = {"L1": ("N6", "N7"), "L2": ("N3", "N4", "N6"), "L3": ("N7", "N8")}
SEATS = (
    ("township_seat", "N6", "B"),
    ("county_seat", "N3", "K1"),
    ("county_seat", "N8", "K2"),
    ("city_centre", "N1", None),
)
VILLAGES = {"V1": (2000, 3200), "V2": (3200, 4400), "V3": (4400, 5000)}
WALK_M_S = oracle.ORACLE["speeds_m_per_min"]["general"] / 60

Calls = tuple[tuple[str, float | None], ...]
"""Where a line stops, and the minutes to there."""

COUNTIES = {"K1": (0, 2000), "K2": (2000, 6000)}


def _box(west: float, east: float) -> shapely.Polygon:
    dx, dy = oracle.ORACLE["offset"]
    return shapely.Polygon.from_bounds(west + dx, dy, east + dx, 1000 + dy)


def roads(**columns: object) -> gpd.GeoDataFrame:
    """Return the roads with their speeds and technical classes."""
    edges = oracle.edges()
    ends = list(zip(edges["u"], edges["v"], strict=True))
    edges["speed_kmh"] = [36.0 if pair in EAST else None for pair in ends]
    edges["road_class"] = [CLASSES.get(pair, "一级") for pair in ends]
    return edges.assign(**columns)


def lines(served: dict[str, Sequence[str]] | None = None) -> gpd.GeoDataFrame:
    """Return bus lines with their stops at nodes."""
    rows = [
        {"line_id": line, "stop_id": stop, "sequence": place, "geometry": oracle.node(stop)}
        for line, stops in (LINES if served is None else served).items()
        for place, stop in enumerate(stops, start=1)
    ]
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=oracle.ORACLE["crs"])


def place(name: str) -> shapely.Point:
    """Return a node, or the point of the street that many metres east, as in ``x1700``."""
    if name.startswith("x"):
        dx, dy = oracle.ORACLE["offset"]
        return shapely.Point(float(name[1:]) + dx, 500 + dy)
    return oracle.node(name)


def timed_lines(
    calls: Mapping[str, Calls], headway: float | Mapping[str, float | None], *, names: Mapping[str, str] | None = None
) -> gpd.GeoDataFrame:
    """Return lines by the stops they call at and the minutes to each, with one headway or one for each line."""
    rows = [
        {
            "line_id": line,
            "name": (names or {}).get(line),
            "stop_id": stop,
            "sequence": number,
            "minutes": minutes,
            "headway_minutes": headway if isinstance(headway, int | float) else headway[line],
            "geometry": place(stop),
        }
        for line, stops in calls.items()
        for number, (stop, minutes) in enumerate(stops, start=1)
    ]
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=oracle.ORACLE["crs"])
    return frame.astype({"minutes": float, "headway_minutes": float})


def facilities(seats: Sequence[tuple[str, str, str | None]] = SEATS) -> gpd.GeoDataFrame:
    """Return the oracle's facilities and some seats at nodes."""
    rows = [
        {"id": f"seat-{number}", "service": service, "zone_id": zone, "status": "open", "geometry": oracle.node(node)}
        for number, (service, node, zone) in enumerate(seats)
    ]
    frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=oracle.ORACLE["crs"])
    return gpd.GeoDataFrame(pd.concat([oracle.facilities(), frame], ignore_index=True), crs=frame.crs)


def zones() -> gpd.GeoDataFrame:
    """Return the oracle's zones, counties, and the villages of B."""
    more = [{"zone_id": zone, "level": "县区", "name": zone, "geometry": _box(*x)} for zone, x in COUNTIES.items()]
    more += [
        {"zone_id": zone, "level": "行政村", "name": zone, "planned_village": True, "geometry": _box(*x)}
        for zone, x in VILLAGES.items()
    ]
    frame = gpd.GeoDataFrame(more, geometry="geometry", crs=oracle.ORACLE["crs"])
    return gpd.GeoDataFrame(pd.concat([oracle.zones(), frame], ignore_index=True), crs=frame.crs)


def city(*, transport: Transport | None = None, **changes: Any) -> City:
    """Return the oracle city with what runs in it."""
    runs = Transport(DriveNetwork.from_edges(roads()), lines()) if transport is None else transport
    return oracle.city(**{"facilities": facilities(), "zones": zones(), "transport": runs} | changes)


def plan(*standards: str) -> Plan:
    """Return standards of the plan, with the oracle's walking speed."""
    whole = read_plan(Path(__file__).parents[1] / "plan" / "data" / "all_measures.toml")
    return whole.only(*standards).with_speeds(general=WALK_M_S)
