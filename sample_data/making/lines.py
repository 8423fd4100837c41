"""Bus lines: which stops the buses serve, in which order, and how often they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely
from shapely import LineString, Point

from making import buses, ground, names

if TYPE_CHECKING:
    import geopandas as gpd

    from making.zones import Unit

WEST_HUB, EAST_HUB = (-350, 450), (1000, 450)
NEAR_M = 45.0
VILLAGES_PER_LINE = 4
# How fast buses go, stops among it, and how much longer than the straight line a country road is.
TOWN_KMH, RAPID_KMH, COUNTRY_KMH = 18.0, 24.0, 32.0
DETOUR = 1.25
COUNTY, COUNTY_TOWN = "YX03", "YX0301"
# Township lines run to the county town or the city; that of this township ends at its neighbour's.
ENDS_AT = {"YX0305": "YX0304"}
NO_STOP = "a township without a stop"


class Line(NamedTuple):
    """One bus line: its name, its stops in order, the minutes between two buses, and how fast it goes (km/h)."""

    name: str
    stops: list[str]
    headway: int
    kmh: float = TOWN_KMH


def bus_lines(stops: gpd.GeoDataFrame, every: list[Unit], civic: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the lines, one row for each stop of a line, in both directions."""
    lines = [*_town_lines(stops), *_county_lines(stops), *_country_lines(stops, every, civic)]
    rows = [
        {
            "line_id": f"L{number:02d}",
            "name": line.name,
            "stop_id": stop,
            "sequence": place,
            "headway_minutes": line.headway,
            "minutes": minutes,
        }
        for number, line in enumerate(lines, start=1)
        for place, (stop, minutes) in enumerate(zip(line.stops, _minutes(stops, line), strict=True), start=1)
    ]
    return pd.DataFrame(rows)


def _minutes(stops: gpd.GeoDataFrame, line: Line) -> list[float]:
    """Return the minutes of riding to each stop of a line: the way there at the speed of the line."""
    places = stops.set_index("id").geometry[line.stops].to_numpy()
    metres = np.concatenate([[0.0], np.cumsum(shapely.distance(places[:-1], places[1:]))])
    longer = DETOUR if line.kmh == COUNTRY_KMH else 1.0
    return [float(minutes) for minutes in np.round(metres * longer / (line.kmh / 3.6) / 60, 1)]


def _town_lines(stops: gpd.GeoDataFrame) -> list[Line]:
    """Return the lines of the urban area: each along one street, then along a main one to the middle of its side."""
    routes = [LineString([(-3600, 450), (3600, 450)]), LineString([(-3600, 1750), (3600, 1750)])]
    routes += [LineString([(x, 2400), (x, -2400)]) for x in (WEST_HUB[0], EAST_HUB[0])]
    for x in buses.LINES_X:
        if x in (WEST_HUB[0], EAST_HUB[0]):
            continue
        hub = WEST_HUB if x < 0 else EAST_HUB
        routes += [LineString([(x, 2400), (x, 450), hub]), LineString([(x, -1240), (x, 450), hub])]
        routes.append(LineString([(x, -1360), (x, -2400), (hub[0], -2400), hub]))
    for y in buses.LINES_Y:
        if y != buses.RAPID_Y:
            routes += [LineString([(-3600, y), (WEST_HUB[0], y), WEST_HUB])]
            routes += [LineString([(3600, y), (EAST_HUB[0], y), EAST_HUB])]
    served = [_out_and_back(stops, route) for route in routes]
    kept = [one for one in served if len(one) > 4]
    return [
        Line("快1路", kept[0], 6, RAPID_KMH),
        *(Line(f"{number}路", one, 10) for number, one in enumerate(kept[1:], start=2)),
    ]


def _county_lines(stops: gpd.GeoDataFrame) -> list[Line]:
    """Return the lines of the county town: two across it, which meet."""
    first, second, third = (np.array(line, float) for line in buses.COUNTY_LINES)
    routes = [LineString([first[0], first[1], second[1]]), LineString([first[0], second[0], second[1]])]
    routes.append(LineString([third[0], third[1]]))
    return [Line(f"禾城{number}路", _out_and_back(stops, route), 20) for number, route in enumerate(routes, start=1)]


def _out_and_back(stops: gpd.GeoDataFrame, route: LineString) -> list[str]:
    """Return the stops beside a route drawn on the board: on its right going out, on its left coming back."""
    line = ground.on_map(route)
    near = stops[stops.distance(line) <= NEAR_M]
    along = shapely.line_locate_point(line, near.geometry.array)
    on, ahead = (shapely.get_coordinates(shapely.line_interpolate_point(line, along + more)) for more in (-1.0, 1.0))
    off = shapely.get_coordinates(near.geometry.array) - on
    left = (ahead - on)[:, 0] * off[:, 1] - (ahead - on)[:, 1] * off[:, 0] > 0
    ids = near["id"].to_numpy()
    order = np.argsort(along, kind="stable")
    return [*ids[order[~left[order]]].tolist(), *ids[order[left[order]][::-1]].tolist()]


def _country_lines(stops: gpd.GeoDataFrame, every: list[Unit], civic: gpd.GeoDataFrame) -> list[Line]:
    """Return the lines from township to town, and from village to township."""
    seats = civic[civic["service"] == "county_seat"].set_index("zone_id").geometry
    centre = civic.loc[civic["service"] == "city_centre"].geometry.iloc[0]
    at = {
        **{township: _town_stop(stops, every, township) for township in names.TOWNSHIPS if township != COUNTY_TOWN},
        COUNTY_TOWN: _nearest(stops, seats[COUNTY]),
    }
    city = _nearest(stops, centre)
    lines = [Line(f"{names.TOWNSHIPS[COUNTY_TOWN]}—鼓楼", [at[COUNTY_TOWN], city], 10, COUNTRY_KMH)]
    for township, name in names.TOWNSHIPS.items():
        if township != COUNTY_TOWN:
            end = at[ENDS_AT.get(township, COUNTY_TOWN)] if township.startswith(COUNTY) else city
            lines.append(Line(f"{name}专线", [at[township], end, *_across(stops, [at[township]])], 15, COUNTRY_KMH))
        for number, villages in enumerate(_groups(stops, every, township, start=at[township]), start=1):
            there = [at[township], *villages]
            lines.append(Line(f"{name}村村通{number}", [*there, *_across(stops, there)[::-1]], 30, COUNTRY_KMH))
    return lines


def _across(stops: gpd.GeoDataFrame, there: list[str]) -> list[str]:
    """Return the stops across the road from village stops: a bus comes back on the other side."""
    unit = stops.set_index("id")["unit"]
    others = [stops.loc[(stops["unit"] == unit[stop]) & (stops["id"] != stop), "id"] for stop in there]
    return [str(other.iloc[0]) for other in others if len(other)]


def _town_stop(stops: gpd.GeoDataFrame, every: list[Unit], township: str) -> str:
    """Return the first stop of a market town."""
    town = next(unit for unit in every if unit.parent == township and unit.kinds == "t")
    return _first_stop(stops, town) or _missing(township)


def _missing(township: str) -> str:
    raise ValueError(f"{NO_STOP}: {township}")


def _first_stop(stops: gpd.GeoDataFrame, unit: Unit) -> str:
    """Return the first of a unit's village stops; "" if it has none."""
    ids = stops.loc[stops["unit"] == unit.zone_id, "id"]
    return str(ids.iloc[0]) if len(ids) else ""


def _nearest(stops: gpd.GeoDataFrame, place: Point) -> str:
    return str(stops["id"].iloc[int(stops.distance(place).to_numpy().argmin())])


def _groups(stops: gpd.GeoDataFrame, every: list[Unit], township: str, *, start: str) -> list[list[str]]:
    """Return the stops of a township's villages, a few in each group, each group from its nearest to its farthest."""
    place = stops.set_index("id").geometry
    villages = [unit for unit in every if unit.parent == township and unit.kinds == "v"]
    left = [stop for stop in (_first_stop(stops, unit) for unit in villages) if stop]
    groups: list[list[str]] = []
    while left:
        here, group = place[start], list[str]()
        while left and len(group) < VILLAGES_PER_LINE:
            nearest = min(left, key=lambda stop: (place[stop].distance(here), stop))
            left.remove(nearest)
            group.append(nearest)
            here = place[nearest]
        groups.append(group)
    return groups
