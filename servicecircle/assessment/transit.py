"""Travel by bus where the lines know their times: walking to a stop, waiting, riding, changing, walking on.

Lines run often enough to be told by how often (their headway), not when. Everything is one graph, searched backwards
from the destinations: for each number of boardings there are the stops, where people wait, and the places of every line
at its stops, where they ride.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.transfers import CHANGE_M
from servicecircle.network import Positions, Rides, nearest, snap, within
from servicecircle.units import SECONDS_PER_MINUTE, TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from servicecircle.assessment.ground import Ground
    from servicecircle.network import Pairs

    Links = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]

MOST_WALK_M = 1000.0
"""People walk no farther than this to their first stop and from their last one (metres, on the walk network)."""

MOST_CHANGE_WALK_M = 300.0
"""People walk no farther than this from stop to stop (metres, on the walk network)."""

MOST_CHANGES = 2
"""People change buses no more often than this."""

WAIT_SHARE = 0.5
"""The wait at each boarding, as a share of the headway: people come at any time, buses evenly."""


@dataclass(frozen=True, slots=True, eq=False)
class Buses:
    """The lines that can be ridden, made by `buses_of`.

    Parameters
    ----------
    line
        The line of each of its stops, by number, in the order of the stops, shape (calls,).
    stop
        The stop, by number, shape (calls,).
    ride_s, wait_s
        Seconds of riding from the line's first stop, and of waiting for a bus there, shape (calls,).
    both_ways
        Whether the line is ridden backwards, too, shape (calls,).
    stops
        The stops on the walk network.
    unridden
        The ids of the lines that do not know their times.
    """

    line: NDArray[np.int64]
    stop: NDArray[np.int64]
    ride_s: NDArray[np.float64]
    wait_s: NDArray[np.float64]
    both_ways: NDArray[np.bool_]
    stops: Positions
    unridden: tuple[str, ...] = ()

    def without_waiting(self) -> Buses:
        """Return the same lines with buses that come at once."""
        waits = np.zeros(len(self.wait_s))
        return Buses(self.line, self.stop, self.ride_s, waits, self.both_ways, self.stops, self.unridden)


def buses_of(ground: Ground) -> Buses | None:
    """Return the bus lines of a city that can be ridden; None where no line knows its times."""
    lines = ground.city.transport.lines
    if lines is None:
        return None
    told = timed(lines)
    if not told.any():
        return None
    rows = lines[told]
    stop, _ = pd.factorize(rows["stop_id"], sort=True)
    first = pd.Series(np.arange(len(rows))).groupby(stop).first().to_numpy(dtype=np.int64)
    ridden = set(rows["line_id"])
    return Buses(
        line=pd.factorize(rows["line_id"], sort=True)[0].astype(np.int64),
        stop=stop.astype(np.int64),
        ride_s=rows["minutes"].to_numpy(dtype=np.float64) * SECONDS_PER_MINUTE,
        wait_s=rows["headway_minutes"].to_numpy(dtype=np.float64) * SECONDS_PER_MINUTE * WAIT_SHARE,
        both_ways=rows["line_id"].isin(_ridden_back(lines)).to_numpy(dtype=bool),
        stops=snap(ground.city.walk, rows.geometry.to_numpy()[first], rule=ground.city.access),
        unridden=tuple(sorted(set(lines["line_id"]) - ridden)),
    )


def timed(lines: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows of bus lines can be ridden: those with minutes and a headway, two at least on a line.

    Examples
    --------
    >>> columns = {"line_id": ["1", "1", "2", "2"], "minutes": [0, 5, 0, np.nan], "headway_minutes": [10] * 4}
    >>> timed(pd.DataFrame(columns)).tolist()
    [True, True, False, False]
    """
    if not {"minutes", "headway_minutes"} <= set(lines):
        return np.zeros(len(lines), dtype=bool)
    known = (lines["minutes"].notna() & lines["headway_minutes"].notna()).to_numpy()
    enough = pd.Series(known).groupby(lines["line_id"].to_numpy()).transform("sum") > 1
    return np.asarray(known & enough.to_numpy(), dtype=bool)


def _ridden_back(lines: gpd.GeoDataFrame) -> set[str]:
    """Return the lines that are ridden backwards, too: those that no line of their name leads back, nor they do."""
    name = lines["name"].where(lines["name"].notna(), lines["line_id"]) if "name" in lines else lines["line_id"]
    places: dict[str, dict[str, NDArray[np.object_]]] = {}
    for (called, line), part in lines.geometry.groupby([name.to_numpy(), lines["line_id"].to_numpy()]):
        places.setdefault(called, {})[line] = part.to_numpy()
    return {
        line
        for same in places.values()
        for line, stops in same.items()
        if not any(_leads(other, stops[-1], stops[0]) for other in same.values())
    }


def _leads(stops: NDArray[np.object_], start: shapely.Point, end: shapely.Point) -> bool:
    """Return whether a line calls at one place and later at another, as near as people change between stops."""
    at_start, at_end = (np.flatnonzero(shapely.dwithin(stops, one, CHANGE_M + TOLERANCE_M)) for one in (start, end))
    return bool(len(at_start) and len(at_end) and at_start[0] < at_end[-1])


@dataclass(frozen=True, slots=True, eq=False)
class BusTrips:
    """Trips by bus to some facilities, ready to be asked for; made by `trips_by_bus`.

    Parameters
    ----------
    graph
        What leads to what, backwards, in seconds: the facilities first, then stops and buses.
    facilities
        The facilities, by number, shape (k,).
    first_stop
        Where in the graph the stops are at which nobody has boarded yet.
    to_stops
        The walks from cells to stops.
    speed_m_s
        The walking speed.
    """

    graph: csr_array
    facilities: NDArray[np.int64]
    first_stop: int
    to_stops: Pairs
    speed_m_s: float

    def quickest(self, ground: Ground, cells: NDArray[np.int64], goals: NDArray[np.int64]) -> Rides:
        """Return the quickest trip of some cells to any of some of the facilities, by bus or wholly on foot.

        Of a walk and a bus trip that take equally long, the walk counts.
        """
        places = ground.facility_positions.take(goals)
        walk = nearest(ground.city.walk, ground.cell_positions.take(cells), places)
        seconds = np.full(len(ground.cells), np.inf)
        facility = np.full(len(ground.cells), -1, dtype=np.int64)
        seconds[cells] = walk.distance_m / self.speed_m_s
        facility[cells] = np.append(goals, -1)[walk.facility]
        asked = np.zeros(len(ground.cells), dtype=bool)
        asked[cells] = True
        onward, goal = self._from_stops(goals)
        mine = asked[self.to_stops.origin]
        cell, stop = self.to_stops.origin[mine], self.to_stops.facility[mine]
        through = self.to_stops.distance_m[mine] / self.speed_m_s + onward[stop]
        order = np.lexsort((goal[stop], through, cell))
        best = order[np.flatnonzero(np.diff(cell[order], prepend=-1))]
        best = best[through[best] < seconds[cell[best]]]
        seconds[cell[best]], facility[cell[best]] = through[best], goal[stop][best]
        return Rides(seconds[cells], facility[cells])

    def _from_stops(self, goals: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return the seconds from each stop, where nobody has boarded yet, to a facility, and which (-1 for none)."""
        from scipy.sparse.csgraph import dijkstra

        sources = np.flatnonzero(np.isin(self.facilities, goals))
        if not len(sources):
            stops = self.graph.shape[0] - self.first_stop
            return np.full(stops, np.inf), np.full(stops, -1, dtype=np.int64)
        seconds, _, source = dijkstra(self.graph, indices=sources, min_only=True, return_predecessors=True)
        seconds, source = seconds[self.first_stop :], source[self.first_stop :]
        reached = np.isfinite(seconds)
        return seconds, np.where(reached, self.facilities[np.where(reached, source, 0)], -1)


def trips_by_bus(ground: Ground, buses: Buses, facilities: NDArray[np.int64], *, speed_m_s: float) -> BusTrips:
    """Return the trips by bus to some facilities.

    Parameters
    ----------
    ground
        The city.
    buses
        Its lines.
    facilities
        The facilities, by number.
    speed_m_s
        The walking speed, m/s.
    """
    from scipy.sparse import coo_array, csr_array

    stops = len(buses.stops)
    egress = within(ground.city.walk, ground.facility_positions.take(facilities), buses.stops, limit_m=MOST_WALK_M)
    walks = ground.walks_to_stops(buses.stops, MOST_WALK_M, MOST_CHANGE_WALK_M)
    # Blocks of numbers: facilities, then for each boarding the calls, the stops where people alight and those where
    # they wait for the next bus; last the stops where they wait for their first.
    calls, begin = len(buses.line), len(facilities)
    layer = calls + 2 * stops
    last = begin + (MOST_CHANGES + 1) * layer
    links: list[Links] = []
    for boarding in range(MOST_CHANGES + 1):
        bus = begin + boarding * layer
        alighted, waiting = bus + calls, bus + calls + stops
        board = bus - stops if boarding else last  # where people wait for this bus
        links.append((board + buses.stop, bus + np.arange(calls), buses.wait_s))
        links += [(bus + start, bus + end, seconds) for start, end, seconds in _riding(buses)]
        links.append((bus + np.arange(calls), alighted + buses.stop, np.zeros(calls)))
        links.append((alighted + egress.facility, egress.origin, egress.distance_m / speed_m_s))
        links += [(alighted + a, waiting + b, seconds) for a, b, seconds in _changing(walks.between, stops, speed_m_s)]
    start, end, seconds = (np.concatenate(parts) for parts in zip(*links, strict=True))
    # none stands there twice: building the array would add up their seconds
    graph = csr_array(coo_array((seconds, (end, start)), shape=(last + stops, last + stops)))
    return BusTrips(graph, facilities, last, walks.cells, speed_m_s)


def _riding(buses: Buses) -> Iterator[Links]:
    """Yield the rides from stop to stop, by number of the calls; and back, where lines run both ways."""
    before = np.flatnonzero(buses.line[1:] == buses.line[:-1])
    seconds = buses.ride_s[before + 1] - buses.ride_s[before]
    yield before, before + 1, seconds
    back = buses.both_ways[before]
    yield before[back] + 1, before[back], seconds[back]


def _changing(between: Pairs, stops: int, speed_m_s: float) -> Iterator[Links]:
    """Yield the walks from a stop to others nearby; a stop itself is no walk away."""
    yield np.arange(stops), np.arange(stops), np.zeros(stops)
    other = between.origin != between.facility
    yield between.origin[other], between.facility[other], between.distance_m[other] / speed_m_s
