"""Travel by bus where the lines know their times, worked by hand on the oracle city, and against a slow twin.

C5 (3000 residents) lives 40 m from N7, half a minute at 80 m a minute; C6 (1000) is on the island. By bus: the walk to
the stop, half the headway, the ride, the walk from the last stop.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.assessment import Assessment, assess
from servicecircle.assessment.ground import make_ground
from servicecircle.assessment.transit import buses_of, trips_by_bus
from servicecircle.city import Transport
from servicecircle.network import DriveNetwork
from servicecircle.plan import Plan, Target
from tests import oracle
from tests.assessment.transport import city, facilities, plan, roads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from servicecircle.city import City

WALK = 80 / 60
"""Metres a second."""

ON_FOOT = (40 + 600) / 80
"""C5 to its township seat at N6 on foot, minutes: 8."""

Calls = tuple[tuple[str, float | None], ...]
NORTH_SOUTH: dict[str, Calls] = {"L1": (("N6", 0), ("N7", 1))}


def place(name: str) -> shapely.Point:
    """Return a node, or the point of the street that many metres east, as in ``x1700``."""
    if name.startswith("x"):
        dx, dy = oracle.ORACLE["offset"]
        return shapely.Point(float(name[1:]) + dx, 500 + dy)
    return oracle.node(name)


def lines(
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


def served(frame: pd.DataFrame, **changes: Any) -> City:
    return city(transport=Transport(DriveNetwork.from_edges(roads()), frame), **changes)


def changed(standard: str, *, target: Target | None = None, **values: Any) -> Plan:
    one = plan(standard)
    (old,) = one.standards
    new = replace(old, measure=replace(old.measure, **values))
    return replace(one, standards=(new if target is None else replace(new, target=target),))


def assessed(frame: pd.DataFrame, standard: str = "CX-02", **values: Any) -> Assessment:
    return assess(served(frame), changed(standard, **values), progress=False)


def minutes(frame: pd.DataFrame, standard: str = "CX-02") -> float:
    """Return how long C5 takes."""
    return float(assessed(frame, standard).cells_for(standard)["minutes"]["C5"])


def row(result: Assessment, zone: str = "B") -> pd.Series[Any]:
    (found,) = [one for _, one in result.table[result.table["zone_id"] == zone].iterrows()]
    return found


def methods(result: Assessment, zone: str = "B") -> dict[str, float]:
    frame = result.companions[result.companions["zone_id"] == zone]
    return dict(zip(frame["method"], frame["value"], strict=True))


def told(result: Assessment, kind: str) -> str:
    found = result.evidence[result.evidence["kind"] == kind]
    return " ".join([*found["en"], *found["zh"]])


# ------------------------------------------------------------------------------------------------- trips by arithmetic


def test_one_line_is_walked_to_waited_for_and_ridden() -> None:
    """Half a minute to N7, 2 minutes of waiting, 1 of riding to N6, where the seat is."""
    assert minutes(lines(NORTH_SOUTH, 4)) == pytest.approx(0.5 + 2 + 1)


def test_walking_counts_where_it_is_quicker() -> None:
    """Waiting 10 minutes and riding 1 is slower than walking 640 m."""
    assert minutes(lines(NORTH_SOUTH, 20)) == pytest.approx(ON_FOOT)


def test_the_walk_from_the_last_stop_counts() -> None:
    """The line ends 100 m short of N6: 1.25 minutes on foot."""
    assert minutes(lines({"L1": (("x2500", 0), ("N7", 1))}, 4)) == pytest.approx(0.5 + 2 + 1 + 1.25)


def test_a_change_waits_again() -> None:
    """To N1: N7 to N5 in 2 minutes, then N5 to N1 in 6; waits of 2 and 5."""
    two: dict[str, Calls] = {"L1": (("N7", 0), ("N6", 1), ("N5", 2)), "L2": (("N5", 0), ("N1", 6))}
    assert minutes(lines(two, {"L1": 4, "L2": 10}), "CX-04") == pytest.approx(0.5 + 2 + 2 + 5 + 6)


@pytest.mark.parametrize(
    ("stop", "expected"),
    [
        ("x1700", 0.5 + 2 + 2 + 200 / 80 + 5 + 6),
        ("x1600", 0.5 + 2 + 2 + 300 / 80 + 5 + 6),
        ("x1599", (40 + 600 + 500 + 400 + 500 + 500 + 550) / 80),  # on foot all the way
    ],
)
def test_people_walk_300_m_to_change_and_no_farther(stop: str, expected: float) -> None:
    two: dict[str, Calls] = {"L1": (("N7", 0), ("N6", 1), ("N5", 2)), "L2": ((stop, 0), ("N1", 6))}
    assert minutes(lines(two, {"L1": 4, "L2": 10}), "CX-04") == pytest.approx(expected)


@pytest.mark.parametrize(("stop", "walked"), [("x2900", 140.0), ("x2041", 999.0), ("x2039", None)])
def test_people_walk_1000_m_to_a_stop_and_no_farther(stop: str, walked: float | None) -> None:
    """C5 is 40 m from the street at x = 3000; the line goes straight to N1, in 1 minute."""
    expected = (40 + 600 + 500 + 400 + 500 + 500 + 550) / 80 if walked is None else walked / 80 + 0.5 + 1
    assert minutes(lines({"L1": ((stop, 0), ("N1", 1))}, 1), "CX-04") == pytest.approx(expected)


def test_people_change_twice_and_no_more() -> None:
    legs: dict[str, Calls] = {
        "A": (("N7", 0), ("N5", 1)),
        "B": (("N5", 0), ("N4", 1)),
        "C": (("N4", 0), ("N3", 1)),
        "D": (("N3", 0), ("N1", 1)),
    }
    assert minutes(lines(legs, 2), "CX-04") == pytest.approx(3090 / 80)
    del legs["D"]
    legs["C"] = (("N4", 0), ("N3", 1), ("N1", 2))
    assert minutes(lines(legs, 2), "CX-04") == pytest.approx(0.5 + 3 * 1 + 1 + 1 + 2)


def test_a_line_that_another_of_its_name_leads_back_is_ridden_one_way() -> None:
    """Back it takes 3 minutes, not the 1 of the way out."""
    both: dict[str, Calls] = {**NORTH_SOUTH, "L2": (("N7", 0), ("N6", 3))}
    assert minutes(lines(both, 4, names={"L1": "1路", "L2": "1路"})) == pytest.approx(0.5 + 2 + 3)
    assert minutes(lines(both, 4, names={"L1": "1路", "L2": "2路"})) == pytest.approx(0.5 + 2 + 1)


def test_a_line_that_comes_back_itself_is_ridden_one_way() -> None:
    """From N7 on by N8 to N6: 4 minutes, not back in 1."""
    loop: dict[str, Calls] = {"L1": (("N6", 0), ("N7", 1), ("N8", 2), ("x2410", 5))}
    assert minutes(lines(loop, 2)) == pytest.approx(0.5 + 1 + 4 + 10 / 80)


def test_the_island_is_left_from_a_stop_on_it_only() -> None:
    cells = assessed(lines({"L1": (("N12", 0), ("N6", 1))}, 4)).cells_for("CX-02")
    assert cells["minutes"]["C6"] == pytest.approx(0 + 2 + 1)  # by a stop on the island itself
    assert np.isinf(assessed(lines(NORTH_SOUTH, 4)).cells_for("CX-02")["minutes"]["C6"])


# --------------------------------------------------------------------------------------------- what is known, and said


def test_a_line_without_a_headway_or_minutes_is_not_ridden() -> None:
    """L1 would take 3.5 minutes; what remains leads elsewhere."""
    other: dict[str, Calls] = {**NORTH_SOUTH, "L2": (("N8", 0), ("N9", 1))}
    for gap in (
        lines(other, {"L1": None, "L2": 4}),
        lines({**other, "L1": (("N6", 0), ("N7", None))}, 4),
    ):
        result = assessed(gap)
        assert result.cells_for("CX-02")["minutes"]["C5"] == pytest.approx(ON_FOOT)
        assert "lines without minutes or headway_minutes are not ridden (1: L1)" in told(result, "not_ridden")
        assert "结果为下限" in told(result, "not_ridden")


@pytest.mark.parametrize("column", ["minutes", "headway_minutes"])
def test_lines_that_know_no_times_leave_the_drive_proxy(column: str) -> None:
    """90 seconds by road, as without any lines."""
    known = lines(NORTH_SOUTH, 4)
    for frame in (known.drop(columns=column), known.assign(**{column: np.nan})):
        result = assessed(frame)
        assert result.cells_for("CX-02")["minutes"]["C5"] == pytest.approx(1.5)
        assert "no bus timetables" in told(result, "proxy")
        assert "drive_proxy" not in methods(result)


def test_by_bus_the_figures_are_no_proxy_and_say_what_is_assumed() -> None:
    result = assessed(lines(NORTH_SOUTH, 4))
    assert told(result, "proxy") == ""
    assumed = told(result, "assumption")
    for said in ("a wait of half the headway", "up to 1000 m", "等候半个发车间隔", "不超过 1000 米", "1.33333 m/s"):
        assert said in assumed
    mine = result.assumptions[result.assumptions["standard_id"] == "CX-02"]
    assert mine["about"].tolist() == ["target", "speed_m_s", "transit"]
    assert "half the headway" in str(result.explain("CX-02", "B"))


STATED = Target(">=", 0.5, "stated")


@pytest.mark.parametrize(
    ("headways", "target", "expected"),
    [
        (4, None, ("reference", None)),  # the plan states no share: never 达标
        (4, STATED, ("judged", "达标")),
        ({"L1": 4, "L2": None}, STATED, ("reference", None)),  # a lower bound
    ],
)
def test_the_status_follows_the_target_and_what_the_lines_know(
    headways: Any, target: Target | None, expected: tuple[str, str | None]
) -> None:
    two: dict[str, Calls] = {**NORTH_SOUTH, "L2": (("N8", 0), ("N9", 1))}
    frame = lines(two if isinstance(headways, dict) else NORTH_SOUTH, headways)
    found = row(assess(served(frame), changed("CX-02", target=target), progress=False))
    assert (found["status"], found["verdict"], found["value"]) == (*expected, 0.75)


def test_time_by_road_and_without_waiting_stand_beside() -> None:
    """In 2 minutes: by bus 3.5, without waiting 1.5, by road 1.5."""
    found = methods(assessed(lines(NORTH_SOUTH, 4), minutes=2.0, bands=(3.0, 4.0)))
    assert {name: found[name] for name in ("no_waiting", "drive_proxy", "within_3_min", "within_4_min")} == {
        "no_waiting": 0.75,
        "drive_proxy": 0.75,
        "within_3_min": 0.0,
        "within_4_min": 0.75,
    }


@pytest.mark.parametrize("proxy", [True, False])
def test_no_roads_are_needed_by_bus(*, proxy: bool) -> None:
    by_bus = city(transport=Transport(lines=lines(NORTH_SOUTH, 4)))
    result = assess(by_bus, changed("CX-02", proxy=proxy), progress=False)
    assert row(result)["value"] == 0.75
    assert "drive_proxy" not in methods(result)


def test_the_own_seat_counts_though_the_bus_goes_to_another() -> None:
    """The bus leads to K1's seat at N6 in 3.5 minutes; K2's at N9 is 1240 m away on foot."""
    moved = facilities((("county_seat", "N6", "K1"), ("county_seat", "N9", "K2")))
    result = assess(served(lines(NORTH_SOUTH, 4), facilities=moved), changed("CX-03", minutes=4), progress=False)
    assert result.cells_for("CX-03")["minutes"]["C5"] == pytest.approx(1240 / 80)
    assert (row(result, "K2")["value"], methods(result, "K2")["nearest_any"]) == (0.0, 0.75)
    assert result.cells_for("CX-03")["facility_id"]["C5"] == "seat-1"


# ---------------------------------------------------------------------------------------------------------------- laws

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
    return lines(
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
        return ground.walk_to(goals).distance_m / WALK
    trips = trips_by_bus(ground, buses, goals, speed_m_s=WALK)
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
            self.leads(start, end, metres / WALK)

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
