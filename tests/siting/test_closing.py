"""Closing kindergartens of a town worked out by hand, and what assessing the changed town gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pytest

import servicecircle as sc
from servicecircle.assessment import assess
from servicecircle.errors import InputError
from servicecircle.plan import FacilityFilter, Plan, Reach, TravelTime
from servicecircle.siting import Effort
from tests import oracle
from tests.siting.closing_town import HOMES, KINDERGARTENS, town

QUIET = Effort(progress=False)
SPEED = 0.9 * 60
"""Metres that a child walks in a minute."""


def closing(city: sc.City | None = None, **values: Any) -> sc.Closing:
    given: dict[str, Any] = {"min_enrolment": 20, "max_walk_m": 400} | values
    return sc.Closing(town() if city is None else city, "kindergarten", **given)


def solved(problem: sc.Closing, *args: Any, **values: Any) -> sc.Closures:
    return problem.solve(*args, **{"effort": QUIET, **values})


def plan_of(measure: Reach | TravelTime) -> Plan:
    """Return a plan of one standard."""
    plan = oracle.plan().only("YY-05")
    (old,) = plan.standards
    return replace(plan, standards=(replace(old, measure=measure, scope=None),))


# ---------------------------------------------------------------------------------------------------- worked by hand


def test_the_facilities_as_they_stand() -> None:
    """K1 has C1 and C2, K2 C3, K3 C4, K4 C5 and C6 (C5 is 200 m from K4, 300 m from K3)."""
    table = closing().table.set_index("facility_id")
    assert table["enrolment"].to_dict() == {"K1": 15, "K2": 8, "K3": 30, "K4": 26}
    assert table["free_places"].to_dict() == {"K1": 25, "K2": 22, "K3": 20, "K4": 4}
    assert table["below_minimum"].to_dict() == {"K1": True, "K2": True, "K3": False, "K4": False}
    assert table["zone_name"].to_dict() == {"K1": "V1村", "K2": "V2村", "K3": "V2村", "K4": "V3村"}


def test_a_facility_at_the_minimum_is_not_small() -> None:
    assert closing(min_enrolment=15).table["below_minimum"].tolist() == [False, True, False, False]


def test_both_small_ones_close_where_the_limit_reaches_the_third() -> None:
    """K1 and K2 hold 23 children; all reach K3 within 400 m, but it has 20 places: only one can close.

    K1 to K2 adds 10 x 200 + 5 x 100 = 2500 child metres, K2 to K1 or K3 8 x 200 = 1600.
    """
    found = solved(closing())
    assert (found.closed, found.objective, found.bound, found.proven) == (("K2",), 1.0, 1.0, True)
    assert found.extra_minutes == pytest.approx(1600 / SPEED)
    roomy = solved(closing(town(kindergartens=KINDERGARTENS | {"K3": (500, 60)})))
    assert (roomy.closed, roomy.objective) == (("K1", "K2"), 2.0)
    assert roomy.extra_minutes == pytest.approx((10 * 400 + 5 * (350 - 50) + 8 * 200) / SPEED)


def test_the_tables_of_a_closing() -> None:
    found = solved(closing(town(kindergartens=KINDERGARTENS | {"K3": (500, 60)})))
    one = found.table.set_index("facility_id").loc["K1"]
    assert (one["enrolment"], one["children"], one["receivers"]) == (15.0, 15.0, "K3园 15")
    assert one["minutes_before"] == pytest.approx(5 * 50 / 15 / SPEED)
    assert one["minutes_after"] == pytest.approx((10 * 400 + 5 * 350) / 15 / SPEED)
    assert one["longest_minutes_before"] == pytest.approx(50 / SPEED)
    assert one["longest_minutes_after"] == pytest.approx(400 / SPEED)
    (got,) = found.receiving.to_dict("records")
    assert (got["facility_id"], got["received"], got["enrolment_before"], got["enrolment_after"]) == ("K3", 23, 30, 53)
    assert (got["free_places_before"], got["free_places_after"]) == (30, 7)
    assert found.moves["children"].tolist() == [15, 8]
    assert not len(found.left)
    assert not len(found.staying)


def test_merging_fills_one_small_facility_from_the_other() -> None:
    """K2 into K1 makes 23 of 20: none stays small, and 1600 child metres are added; the other way round 2500."""
    city = town(kindergartens=KINDERGARTENS | {"K3": (500, 30)})  # K3 is full
    found = solved(closing(city), "fewest_small")
    assert (found.closed, found.objective, found.bound) == (("K2",), 0.0, 0.0)
    assert found.receiving["enrolment_after"].tolist() == [23]
    assert not len(found.staying)


def test_the_children_of_an_enrolment_column_live_as_those_of_the_cells_do() -> None:
    """K2 has 4 children: 20 m... C3 holds all 8 nearest to it; K1 has 30, of whom two thirds live at C1."""
    found = solved(closing(town(enrolment=[30.0, 4.0, 30.0, 30.0]), enrolment="enrolment"))
    assert found.closed == ("K2",)
    assert found.table["children"].tolist() == [4.0]
    (told,) = [finding for finding in found.report.findings if finding.code == "children"]
    assert "79 children" in told.en
    assert "94 children are enrolled" in told.en
    trial = closing(town(enrolment=[30.0, 4.0, 30.0, 30.0]), enrolment="enrolment", capacity=None).trial("K1")
    assert trial.table["minutes_before"].tolist() == pytest.approx([50 / 3 / SPEED])


# ---------------------------------------------------------------------------------------------- why the rest stays open


@pytest.mark.parametrize(
    ("values", "question", "facility", "why"),
    [
        ({"max_walk_m": 150}, {}, "K1", "reach"),
        ({"min_enrolment": 25}, {}, "K1", "together"),
        ({"min_enrolment": 25}, {"keep": ["K1"]}, "K1", "kept"),
        ({}, {"keep": ["K1"], "most": 0}, "K2", "most"),
    ],
)
def test_why_a_small_facility_stays_open(
    values: dict[str, Any], question: dict[str, Any], facility: str, why: str
) -> None:
    staying = solved(closing(**values), **question).staying.set_index("facility_id")
    assert staying["why"][facility] == why


def test_a_facility_without_free_places_around_it_stays_open() -> None:
    full = {"K1": (100, 15), "K2": (300, 8), "K3": (500, 35), "K4": (1000, 30)}
    staying = solved(closing(town(kindergartens=full))).staying.set_index("facility_id")
    assert staying["why"].to_dict() == {"K1": "places", "K2": "places"}
    assert "10 short" in staying["reason_en"]["K1"]  # 15 children, 5 places at K3
    assert "缺 3 个" in staying["reason_zh"]["K2"]


def test_the_reason_names_children_villages_and_minutes() -> None:
    reason = solved(closing(max_walk_m=150)).staying.set_index("facility_id")["reason_en"]["K1"]
    assert reason == "nobody else is within the limit of 10 children in V1村; the next one is up to 3.7 minutes away."


def test_children_may_be_left_beyond_the_limit_if_that_is_said() -> None:
    """Within 150 m of K2 only the 5 of C2 are moved well; 10 of C1 are left beyond."""
    assert "K1" not in solved(closing(max_walk_m=150), leave=9).closed
    found = solved(closing(max_walk_m=150), leave=10, keep=["K2"])
    assert found.closed == ("K1",)
    assert found.table["beyond_limit"].tolist() == [10]
    assert found.left.set_index("zone_id")["newly_beyond"].to_dict() == {"V1": 10.0, "V3": 0.0}
    assert found.left.set_index("zone_id")["residents_beyond"]["V1"] == 100.0


@pytest.mark.parametrize(
    ("among", "closed"),
    [("rural", ("K2",)), ("urban", ()), ("行政村", ("K2",)), (["V1"], ("K1",)), ("K1", ("K1",)), (["K3", "V3"], ())],
)
def test_only_those_asked_for_close(among: str | list[str], closed: tuple[str, ...]) -> None:
    assert solved(closing(), among=among).closed == closed


# --------------------------------------------------------------------------------------------------------------- trials


def test_a_trial_says_how_many_places_are_short() -> None:
    """K4's 26 children: 20 of C6 have nobody within 400 m, the 6 of C5 walk 300 m to K3."""
    found = closing().trial("K4", effort=QUIET)
    assert not found.feasible
    assert found.shortfall is not None
    assert found.shortfall.weight == pytest.approx(20)
    assert "within the limit of 20 children in V3村" in found.shortfall.reason
    both = closing().trial(["K1", "K2"], effort=QUIET)
    assert both.shortfall is not None
    assert both.shortfall.weight == pytest.approx(3)
    assert "3 short" in both.shortfall.reason
    assert both.table["without_place"].sum() + both.table["beyond_limit"].sum() == pytest.approx(3)


def test_a_trial_that_works_has_no_shortfall() -> None:
    found = closing().trial(["K2"], effort=QUIET)
    assert (found.feasible, found.objective, found.closed) == (True, 0.0, ("K2",))


# ------------------------------------------------------------------------------------------- predicted and re-assessed


def test_the_prediction_is_what_assessing_the_changed_city_gives() -> None:
    problem = closing(capacity=None, max_walk_m=250)
    found = solved(problem, leave=30)
    reach = Reach((FacilityFilter("kindergarten"),), "pop_3_5", metres=250.0)
    after = assess(town().removing(found.closed), plan_of(reach), progress=False)
    cells = after.cells_for("YY-05")
    assert found.closed
    assert found.cells["facility_id_after"].tolist() == cells["facility_id"].tolist()
    assert (found.cells["minutes_after"] * SPEED).tolist() == pytest.approx(cells["metres"].tolist())
    assert found.cells["within_after"].tolist() == cells["covered"].tolist()
    assert found.left["children_beyond_after"].sum() == cells.loc[~cells["covered"], "group"].sum()
    again = closing(town().removing(found.closed), capacity=None).table.set_index("facility_id")["enrolment"]
    assert found.receiving.set_index("facility_id")["enrolment_after"].to_dict() == pytest.approx(
        again[found.receiving["facility_id"]].to_dict()
    )


def test_rides_are_what_assessing_the_changed_city_gives() -> None:
    problem = closing(town(drive_kmh=18), max_walk_m=None, bus_minutes=2, capacity=None)
    found = solved(problem)
    travel = TravelTime((FacilityFilter("kindergarten"),), "pop_3_5", mode="drive", minutes=2.0)
    after = assess(town(drive_kmh=18).removing(found.closed), plan_of(travel), progress=False)
    cells = after.cells_for("YY-05")
    assert found.closed == ("K1", "K2")
    assert found.cells["minutes_after"].tolist() == pytest.approx(cells["minutes"].tolist())
    assert found.cells["within_after"].tolist() == cells["covered"].tolist()
    assert found.table["minutes_after"].tolist() == pytest.approx([(10 * 400 + 5 * 350) / 15 / 300, 200 / 300])


def test_with_a_bus_only_those_beyond_the_walking_limit_ride() -> None:
    """Within 150 m C2 walks to K2; C1 (200 m) rides there at 300 m a minute."""
    found = solved(closing(town(drive_kmh=18), max_walk_m=150, bus_minutes=5), among="K1")
    assert found.closed == ("K1",)
    assert found.table["by_bus"].tolist() == [10]
    assert found.table["minutes_after"].tolist() == pytest.approx([(10 * 200 / 300 + 5 * 150 / SPEED) / 15])


def test_an_assessment_lends_what_it_has_made_ready() -> None:
    reach = Reach((FacilityFilter("kindergarten"),), "pop_3_5", metres=250.0)
    result = assess(town(), plan_of(reach), progress=False)
    problem = sc.Closing(result, "kindergarten", min_enrolment=20, max_walk_m=400)
    assert problem.city is result.city
    assert solved(problem).table.equals(solved(closing()).table)


# ----------------------------------------------------------------------------------------------- data that is not whole


def test_what_is_not_known_is_never_guessed() -> None:
    city = town(enrolment=[15.0, np.nan, 30.0, 26.0]).changing("K3", capacity=np.nan)
    problem = closing(city, enrolment="enrolment")
    found = solved(problem)
    codes = {finding.code: finding.rows for finding in found.report.findings}
    assert (codes["enrolment_unknown"], codes["places_unknown"]) == (("K2",), ("K3",))
    assert found.closed == ()
    assert found.staying.set_index("facility_id")["why"].to_dict() == {"K1": "places", "K2": "unknown"}
    with pytest.raises(InputError, match="K2"):
        problem.trial("K2")


def test_a_facility_that_no_way_leads_to_is_not_closed_as_empty() -> None:
    city = town()
    lost = city.facilities[city.facilities["id"] == "K2"].drop(columns="geometry").assign(id="K9", zone_id="V1")
    with_lost = city.adding(gpd.GeoDataFrame(lost, geometry=[None], crs=city.crs))
    found = solved(closing(with_lost))
    assert found.closed == ("K2",)
    assert found.staying.set_index("facility_id")["why"].to_dict() == {"K9": "unknown"}
    assert "K9" not in found.receiving["facility_id"].tolist()


def test_a_service_without_open_facilities() -> None:
    found = solved(closing(town().changing(["K1", "K2", "K3", "K4"], status="closed")))
    assert (found.closed, found.objective, found.bound) == ((), 0.0, 0.0)
    assert found.left["children_beyond_after"].sum() == 79


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as error:
        sc.Closing(town(), "kindergarten", min_enrolment=-1, bus_minutes=5, group="pop_3_6", capacity="capacty")
    text = str(error.value)
    assert [word for word in ("min_enrolment", "drive network", "pop_3_6", "capacty") if word not in text] == []
    with pytest.raises(InputError, match="A limit is needed"):
        sc.Closing(town(), "kindergarten", min_enrolment=20)
    with pytest.raises(InputError, match="give one"):
        sc.Closing(town(), "kindergarten", min_enrolment=20, max_walk_m=500, max_minutes=5)
    with pytest.raises(InputError, match="City or an Assessment"):
        sc.Closing("town", "kindergarten", min_enrolment=20)  # type: ignore[arg-type]
    with pytest.raises(InputError) as error:
        closing().solve("all", among="V9", keep=["K9"], most=-1, leave=np.nan)  # type: ignore[arg-type]
    text = str(error.value)
    assert [word for word in ("goal", "V9", "K9", "most", "leave") if word not in text] == []


def test_minutes_on_foot_are_those_of_a_child() -> None:
    one, other = closing(max_walk_m=None, max_minutes=150 / SPEED), closing(max_walk_m=150)
    assert solved(one, leave=10).table.equals(solved(other, leave=10).table)


def test_the_order_of_rows_has_no_say() -> None:
    backwards = town(homes=dict(reversed(HOMES.items())), kindergartens=dict(reversed(KINDERGARTENS.items())))
    one, other = solved(closing()), solved(closing(backwards))
    assert one.table.equals(other.table)
    assert one.staying.equals(other.staying)


# -------------------------------------------------------------------------------------------------- how it shows itself


def test_tables_in_the_words_of_planners() -> None:
    found = solved(closing(min_enrolment=25))
    assert found.table_in("zh").columns[:2].tolist() == ["设施编号", "设施"]
    assert found.table_in("zh", "moves")["空余学位(之前)"].tolist() == [25.0]
    assert found.table_in("zh", "staying")["原因"].str.contains("单独可撤并").all()
    assert found.table_in("en", "staying")["reason"].str.contains("alone it could close").all()
    with pytest.raises(InputError, match="table 'map' is unknown"):
        found.table_in("zh", "map")  # type: ignore[arg-type]


def test_what_is_said_of_it() -> None:
    found = solved(closing(min_enrolment=25))
    assert repr(closing()) == "Closing(kindergarten: 4 open, 2 below 20 children, 79 children in all)"
    assert repr(found).startswith("1 closed (proven): 8 children move, +3.7 minutes each; 0 children in 0 zones newly")
    html = found._repr_html_()
    assert "撤并 1 所（已证最优）" in html
    assert "低于规模仍保留" in html
    assert '<td style="text-align: left">8</td>' in html  # children are whole, minutes have a digit
    assert '<td style="text-align: left">3.7</td>' in html


# ------------------------------------------------------------------------------------------------------ the sample city


def test_a_story_of_the_sample_city() -> None:
    """What is predicted for the sample city is what the changed city has."""
    city = sc.sample_city()
    problem = sc.Closing(city, "kindergarten", min_enrolment=125, max_walk_m=1500, enrolment="enrolment")
    found = solved(problem)
    assert found.closed
    assert found.proven
    assert (found.table["enrolment"] < 125).all()
    assert (found.table["longest_minutes_after"] <= 1500 / SPEED + 1e-9).all()
    assert found.receiving["free_places_after"].min() >= -1e-6
    assert found.receiving["received"].sum() == pytest.approx(found.table["enrolment"].sum())
    assert (found.left["newly_beyond"] == 0).all()
    changed = city.removing(found.closed)
    after = sc.Closing(changed, "kindergarten", min_enrolment=125, max_walk_m=1500, enrolment="enrolment")
    assert set(after.table["facility_id"]) == set(problem.table["facility_id"]) - set(found.closed)
    again = after.solve(effort=QUIET).cells
    assert again["minutes_before"].tolist() == pytest.approx(found.cells["minutes_after"].tolist(), nan_ok=True)
