"""Travel by bus on the street of the oracle city: against a slow twin, and laws that hold for all lines."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.assessment.ground import make_ground
from servicecircle.assessment.transit import buses_of, trips_by_bus
from servicecircle.city import Transport
from tests.assessment.transport import WALK_M_S, city, facilities, timed_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from tests.assessment.transport import Calls

HOMES = {"C1": (500, 550), "C2": (1000, 0), "C3": (1000, 700), "C4": (1900, 0), "C5": (3000, 40)}
"""Where each cell comes to the street between N2 and N9, and the metres to there."""

GOALS = {"seat-0": 1000, "seat-1": 3600}
TOWN = facilities((("city_centre", "N3", None), ("city_centre", "N8", None)))

Line = tuple[str, tuple[tuple[int, int], ...], int | None]


@st.composite
def line_sets(draw: st.DrawFn) -> list[Line]:
    """Return lines: name, stops (metres east on the street) with minutes, headway."""
    stop = st.integers(2, 84).map(lambda x: 50 * x).filter(lambda x: 500 <= x <= 4200)
    result = []
    for _ in range(draw(st.integers(1, 5))):
        stops = draw(st.lists(stop, min_size=2, max_size=5))
        hops = draw(st.lists(st.integers(0, 6), min_size=len(stops), max_size=len(stops)))
        called = tuple(zip(stops, np.cumsum(hops).tolist(), strict=True))
        result.append((draw(st.sampled_from("AB")), called, draw(st.sampled_from([None, 1, 5, 12]))))
    return result


def frame_of(drawn: Sequence[Line]) -> gpd.GeoDataFrame:
    calls: dict[str, Calls] = {
        f"L{number}": tuple((f"x{x}", float(after)) for x, after in stops) for number, (_, stops, _) in enumerate(drawn)
    }
    return timed_lines(
        calls,
        {f"L{number}": headway for number, (_, _, headway) in enumerate(drawn)},
        names={f"L{number}": name for number, (name, _, _) in enumerate(drawn)},
    )


def seconds(frame: pd.DataFrame) -> NDArray[np.float64]:
    """Return what each cell takes to the nearest of the two goals; on foot if no line can be ridden."""
    ground = make_ground(city(transport=Transport(lines=frame), facilities=TOWN))
    goals = np.flatnonzero(np.isin(ground.facility_ids, list(GOALS)))
    buses = buses_of(ground)
    if buses is None:
        return np.asarray(ground.walk_to(goals).distance_m / WALK_M_S)
    trips = trips_by_bus(ground, buses, goals, speed_m_s=WALK_M_S)
    return trips.quickest(ground, np.arange(len(ground.cells)), goals).seconds


class Twin:
    """A graph of whole rides between stops, and walks; on a street a walk is a difference."""

    def __init__(self) -> None:
        self.graph: nx.DiGraph[Any] = nx.DiGraph()

    def leads(self, start: Any, end: Any, seconds: float) -> None:
        """Let one place lead to another; of two ways the quicker one counts."""
        known = self.graph.get_edge_data(start, end, {"seconds": np.inf})["seconds"]
        self.graph.add_edge(start, end, seconds=min(known, seconds))

    def walk(self, start: Any, end: Any, metres: float, most: float = np.inf) -> None:
        """Let people walk from one place to another, unless it is too far."""
        if metres <= most:
            self.leads(start, end, metres / WALK_M_S)

    def walks_of_homes(self, places: Sequence[int]) -> None:
        """Let people walk from home to the goals and to the stops."""
        for home, (at, leg) in HOMES.items():
            for goal in GOALS.values():
                self.walk(home, "goal", leg + abs(at - goal))
            for x in places:
                self.walk(home, ("on", x, 0), leg + abs(at - x), 1000)

    def walks_from(self, x: int, places: Sequence[int]) -> None:
        """Let people walk on from a stop: to the goals, and to stops where they change."""
        for boarded in (1, 2, 3):
            for goal in GOALS.values():
                self.walk(("off", x, boarded), "goal", abs(x - goal), 1000)
            for other in places:
                self.walk(("off", x, boarded), ("on", other, boarded), abs(x - other), 300)

    def rides(self, line: Line, *, back: bool) -> None:
        """Let people ride from any stop of a line to any other, and back where it runs both ways."""
        _, stops, headway = line
        for (i, (x, here)), (j, (y, there)) in permutations(enumerate(stops), 2):
            if headway and (i < j or back):
                for boarded in (0, 1, 2):
                    ride = 30.0 * headway + 60.0 * abs(there - here)
                    self.leads(("on", x, boarded), ("off", y, boarded + 1), ride)


def comes_back(line: Line, drawn: Sequence[Line]) -> bool:
    """Return whether a line of the same name calls near its end and later near its beginning."""
    first, last = line[1][0][0], line[1][-1][0]
    pairs = [pair for name, stops, _ in drawn if name == line[0] for pair in combinations(stops, 2)]
    return any(abs(a - last) <= 150 and abs(b - first) <= 150 for (a, _), (b, _) in pairs)


def naive(drawn: Sequence[Line]) -> list[float]:
    """Return the same by networkx."""
    twin = Twin()
    places = sorted({x for _, stops, headway in drawn if headway for x, _ in stops})
    twin.walks_of_homes(places)
    for x in places:
        twin.walks_from(x, places)
    for line in drawn:
        twin.rides(line, back=not comes_back(line, drawn))
    return [float(nx.dijkstra_path_length(twin.graph, home, "goal", weight="seconds")) for home in HOMES]


@given(line_sets())
@settings(max_examples=50, deadline=None)
def test_trips_take_as_long_as_in_a_graph_of_whole_rides(drawn: list[Line]) -> None:
    assert seconds(frame_of(drawn))[:5] == pytest.approx(naive(drawn), rel=1e-9)


@given(line_sets(), st.randoms(use_true_random=False))
@settings(max_examples=12, deadline=None)
def test_the_order_of_rows_and_their_index_change_nothing(drawn: list[Line], random: Any) -> None:
    frame = frame_of(drawn)
    order = list(range(len(frame)))
    random.shuffle(order)
    assert seconds(frame.iloc[order].set_axis([f"r{i}" for i in order])).tolist() == seconds(frame).tolist()


@given(line_sets())
@settings(max_examples=12, deadline=None)
def test_more_frequent_buses_are_never_slower(drawn: list[Line]) -> None:
    frame = frame_of(drawn)
    often = frame.assign(headway_minutes=frame["headway_minutes"] / 2)
    assert (seconds(often) <= seconds(frame)).all()


@given(line_sets(), line_sets())
@settings(max_examples=12, deadline=None)
def test_lines_of_other_names_never_make_it_slower(drawn: list[Line], more: list[Line]) -> None:
    others = [(f"{name}+", stops, headway) for name, stops, headway in more]
    assert (seconds(frame_of([*drawn, *others])) <= seconds(frame_of(drawn)) + 1e-9).all()
