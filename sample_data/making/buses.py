"""Bus stops: in pairs on both sides of the street, along the lines that run there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely import LineString, Point

from making import ground
from making.placing import Town, base_name

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

    from making.zones import Unit

# Streets of the urban area with buses (x: north-south, y: west-east). None runs in the new town's north-east corner.
LINES_X = (-3600, -2900, -1600, -350, 1000, 1700, 3000)
LINES_Y = (2400, 1750, 450, -200, -1240, -2400)
RAPID_Y = 450
NO_BUS = ((2500, 1300, 3700, 2500), (-3700, -2500, -3000, -1700))
SPACING = (430.0, 560.0)
SIDE_M = 14.0
VILLAGE_STOP_SHARE = 0.86
COUNTY_LINES = (
    ((-7000, -2860), (-5200, -2860)),
    ((-7000, -3400), (-5200, -3400)),
    ((-6080, -2300), (-6080, -3900)),
)


def bus_stops(town: Town) -> gpd.GeoDataFrame:
    """Return the stops of town buses, of the rapid line and of village buses."""
    main = shapely.union_all(
        town.edges.geometry[town.edges["place"].isin(["main", "bridge", "county-main"])].to_numpy()
    ).buffer(5)
    lines = [((x, -2400), (x, 2400), "bus") for x in LINES_X]
    lines += [((-3600, y), (3600, y), "BRT" if y == RAPID_Y else "bus") for y in LINES_Y]
    lines += [(start, end, "bus") for start, end in COUNTY_LINES]
    taken: list[Point] = []
    for start, end, mode in lines:
        _along_street(town, LineString([start, end]), mode=mode, main=main, taken=taken)
    for unit in town.every:
        if unit.kinds == "t" or (unit.kinds == "v" and unit.places != ("islet",) and town.flag(VILLAGE_STOP_SHARE)):
            _village_pair(town, unit)
    return town.frame()


def _along_street(town: Town, line: LineString, *, mode: str, main: BaseGeometry, taken: list[Point]) -> None:
    """Set down pairs of stops along one street, wherever that street is built and no pair is near."""
    at = town.rng.uniform(60, 260)
    while at < line.length - 40:
        on, ahead = line.interpolate(at), line.interpolate(at + 1)
        along = np.array([ahead.x - on.x, ahead.y - on.y])
        at += town.rng.uniform(*SPACING)
        served = not any(west < on.x < east and south < on.y < north for west, south, east, north in NO_BUS)
        spot = ground.on_map(on)
        if not served or not main.contains(spot) or any(spot.distance(other) < 170 for other in taken):
            continue
        taken.append(spot)
        _pair(town, np.array([on.x, on.y]), along, name=_stop_name(town, spot), mode=mode)


def _pair(town: Town, on: np.ndarray, along: np.ndarray, *, name: str, mode: str) -> None:
    """Set down a stop on each side, a few metres apart along the street as well."""
    across = np.array([-along[1], along[0]]) * SIDE_M
    for side in (1, -1):
        x, y = ground.to_map((on + side * (across + along * town.rng.uniform(8, 30)))[None])[0]
        town.add("bus_stop", name, Point(x, y), mode=mode, status="open")


def _stop_name(town: Town, spot: Point) -> str:
    """Return a stop's name: the side street nearest to it."""
    near = town.edges.sindex.nearest(spot, return_all=False)[1]
    close = town.edges.iloc[town.edges.sindex.query(spot.buffer(180), predicate="intersects")]
    named = [
        name for name in close["name"].dropna().sort_values().unique() if name.endswith(("路", "街", "巷", "园", "苑"))
    ]
    first = town.edges["name"].iloc[int(near[0])]
    others = [name for name in named if name != first]
    return f"{first or '村口'}{others[int(town.rng.integers(len(others)))] if others else ''}口"


def _village_pair(town: Town, unit: Unit) -> None:
    spot = town.spot(unit)
    for number, shift in enumerate((0.0, 18.0)):
        point = Point(round(spot.x + shift, 2), round(spot.y + number * 9.0, 2))
        town.add("bus_stop", f"{base_name(unit)}站", point, mode="bus", status="open", unit=unit.zone_id)
