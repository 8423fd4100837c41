"""Travel by bus where the lines know their times, worked by hand on the oracle city.

C5 (3000 residents) lives 40 m from N7, half a minute at 80 m a minute; C6 (1000) is on the island. By bus: the walk to
the stop, half the headway, the ride, the walk from the last stop.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from servicecircle.assessment import Assessment, assess
from servicecircle.city import Transport
from servicecircle.network import DriveNetwork
from servicecircle.plan import Plan, Target
from tests.assessment.transport import city, facilities, plan, roads, timed_lines

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.city import City
    from tests.assessment.transport import Calls

ON_FOOT = (40 + 600) / 80
"""C5 to its township seat at N6 on foot, minutes: 8."""

NORTH_SOUTH: dict[str, Calls] = {"L1": (("N6", 0), ("N7", 1))}


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
    assert minutes(timed_lines(NORTH_SOUTH, 4)) == pytest.approx(0.5 + 2 + 1)


def test_walking_counts_where_it_is_quicker() -> None:
    """Waiting 10 minutes and riding 1 is slower than walking 640 m."""
    assert minutes(timed_lines(NORTH_SOUTH, 20)) == pytest.approx(ON_FOOT)


def test_the_walk_from_the_last_stop_counts() -> None:
    """The line ends 100 m short of N6: 1.25 minutes on foot."""
    assert minutes(timed_lines({"L1": (("x2500", 0), ("N7", 1))}, 4)) == pytest.approx(0.5 + 2 + 1 + 1.25)


def test_a_change_waits_again() -> None:
    """To N1: N7 to N5 in 2 minutes, then N5 to N1 in 6; waits of 2 and 5."""
    two: dict[str, Calls] = {"L1": (("N7", 0), ("N6", 1), ("N5", 2)), "L2": (("N5", 0), ("N1", 6))}
    assert minutes(timed_lines(two, {"L1": 4, "L2": 10}), "CX-04") == pytest.approx(0.5 + 2 + 2 + 5 + 6)


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
    assert minutes(timed_lines(two, {"L1": 4, "L2": 10}), "CX-04") == pytest.approx(expected)


@pytest.mark.parametrize(("stop", "walked"), [("x2900", 140.0), ("x2041", 999.0), ("x2039", None)])
def test_people_walk_1000_m_to_a_stop_and_no_farther(stop: str, walked: float | None) -> None:
    """C5 is 40 m from the street at x = 3000; the line goes straight to N1, in 1 minute."""
    expected = (40 + 600 + 500 + 400 + 500 + 500 + 550) / 80 if walked is None else walked / 80 + 0.5 + 1
    assert minutes(timed_lines({"L1": ((stop, 0), ("N1", 1))}, 1), "CX-04") == pytest.approx(expected)


def test_people_change_twice_and_no_more() -> None:
    legs: dict[str, Calls] = {
        "A": (("N7", 0), ("N5", 1)),
        "B": (("N5", 0), ("N4", 1)),
        "C": (("N4", 0), ("N3", 1)),
        "D": (("N3", 0), ("N1", 1)),
    }
    assert minutes(timed_lines(legs, 2), "CX-04") == pytest.approx(3090 / 80)
    del legs["D"]
    legs["C"] = (("N4", 0), ("N3", 1), ("N1", 2))
    assert minutes(timed_lines(legs, 2), "CX-04") == pytest.approx(0.5 + 3 * 1 + 1 + 1 + 2)


def test_a_line_that_another_of_its_name_leads_back_is_ridden_one_way() -> None:
    """Back it takes 3 minutes, not the 1 of the way out."""
    both: dict[str, Calls] = {**NORTH_SOUTH, "L2": (("N7", 0), ("N6", 3))}
    assert minutes(timed_lines(both, 4, names={"L1": "1路", "L2": "1路"})) == pytest.approx(0.5 + 2 + 3)
    assert minutes(timed_lines(both, 4, names={"L1": "1路", "L2": "2路"})) == pytest.approx(0.5 + 2 + 1)


def test_a_line_that_comes_back_itself_is_ridden_one_way() -> None:
    """From N7 on by N8 to N6: 4 minutes, not back in 1."""
    loop: dict[str, Calls] = {"L1": (("N6", 0), ("N7", 1), ("N8", 2), ("x2410", 5))}
    assert minutes(timed_lines(loop, 2)) == pytest.approx(0.5 + 1 + 4 + 10 / 80)


def test_the_island_is_left_from_a_stop_on_it_only() -> None:
    cells = assessed(timed_lines({"L1": (("N12", 0), ("N6", 1))}, 4)).cells_for("CX-02")
    assert cells["minutes"]["C6"] == pytest.approx(0 + 2 + 1)  # by a stop on the island itself
    assert np.isinf(assessed(timed_lines(NORTH_SOUTH, 4)).cells_for("CX-02")["minutes"]["C6"])


# --------------------------------------------------------------------------------------------- what is known, and said


def test_a_line_without_a_headway_or_minutes_is_not_ridden() -> None:
    """L1 would take 3.5 minutes; what remains leads elsewhere."""
    other: dict[str, Calls] = {**NORTH_SOUTH, "L2": (("N8", 0), ("N9", 1))}
    for gap in (
        timed_lines(other, {"L1": None, "L2": 4}),
        timed_lines({**other, "L1": (("N6", 0), ("N7", None))}, 4),
    ):
        result = assessed(gap)
        assert result.cells_for("CX-02")["minutes"]["C5"] == pytest.approx(ON_FOOT)
        assert "lines without minutes or headway_minutes are not ridden (1: L1)" in told(result, "not_ridden")
        assert "结果为下限" in told(result, "not_ridden")


@pytest.mark.parametrize("column", ["minutes", "headway_minutes"])
def test_lines_that_know_no_times_leave_the_drive_proxy(column: str) -> None:
    """90 seconds by road, as without any lines."""
    known = timed_lines(NORTH_SOUTH, 4)
    for frame in (known.drop(columns=column), known.assign(**{column: np.nan})):
        result = assessed(frame)
        assert result.cells_for("CX-02")["minutes"]["C5"] == pytest.approx(1.5)
        assert "no bus timetables" in told(result, "proxy")
        assert "drive_proxy" not in methods(result)


def test_by_bus_the_figures_are_no_proxy_and_say_what_is_assumed() -> None:
    result = assessed(timed_lines(NORTH_SOUTH, 4))
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
    frame = timed_lines(two if isinstance(headways, dict) else NORTH_SOUTH, headways)
    found = row(assess(served(frame), changed("CX-02", target=target), progress=False))
    assert (found["status"], found["verdict"], found["value"]) == (*expected, 0.75)


def test_time_by_road_and_without_waiting_stand_beside() -> None:
    """In 2 minutes: by bus 3.5, without waiting 1.5, by road 1.5."""
    found = methods(assessed(timed_lines(NORTH_SOUTH, 4), minutes=2.0, bands=(3.0, 4.0)))
    assert {name: found[name] for name in ("no_waiting", "drive_proxy", "within_3_min", "within_4_min")} == {
        "no_waiting": 0.75,
        "drive_proxy": 0.75,
        "within_3_min": 0.0,
        "within_4_min": 0.75,
    }


@pytest.mark.parametrize("proxy", [True, False])
def test_no_roads_are_needed_by_bus(*, proxy: bool) -> None:
    by_bus = city(transport=Transport(lines=timed_lines(NORTH_SOUTH, 4)))
    result = assess(by_bus, changed("CX-02", proxy=proxy), progress=False)
    assert row(result)["value"] == 0.75
    assert "drive_proxy" not in methods(result)


def test_the_own_seat_counts_though_the_bus_goes_to_another() -> None:
    """The bus leads to K1's seat at N6 in 3.5 minutes; K2's at N9 is 1240 m away on foot."""
    moved = facilities((("county_seat", "N6", "K1"), ("county_seat", "N9", "K2")))
    result = assess(served(timed_lines(NORTH_SOUTH, 4), facilities=moved), changed("CX-03", minutes=4), progress=False)
    assert result.cells_for("CX-03")["minutes"]["C5"] == pytest.approx(1240 / 80)
    assert (row(result, "K2")["value"], methods(result, "K2")["nearest_any"]) == (0.0, 0.75)
    assert result.cells_for("CX-03")["facility_id"]["C5"] == "seat-1"
