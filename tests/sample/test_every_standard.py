"""Every standard of the plan on the sample city: a row with a value, of the status that the plan's target asks for."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import servicecircle as sc

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.assessment import Assessment

DATA = Path(__file__).resolve().parents[1] / "data"
PLAN = sc.read_plan("lianyungang-145")
PARTS = {one.id: one for one in PLAN.standards}

# What a target comes to, by where the plan has it from.
STATUS = {
    "stated": "judged",
    "stated_2020_hold": "judged",
    "assumed": "reference",
    "none": "info",
    "lost_in_source": "not_evaluable",
}
# No county of the sample city has 500,000 residents: the standard speaks of none of them.
NONE_SO_LARGE = "YY-06"
# The plan has a word on new towns (新城); the sample city has no zones of that level, and that is said.
NO_SUCH_LEVEL = "BY-10"
LOST = "YY-07/rural"


def _priorities() -> dict[str, int]:
    with (DATA / "priorities.csv").open(encoding="utf-8") as file:
        return {line["id"]: int(line["priority"]) for line in csv.DictReader(file)}


PRIORITY = _priorities()
URGENT = [one.id for one in PLAN.standards if PRIORITY.get(one.part_of or one.id, 9) <= 2]


@pytest.fixture(scope="module")
def result() -> Assessment:
    return sc.assess(sc.sample_city(), PLAN, progress=False)


def rows(result: Assessment, standard: str) -> pd.DataFrame:
    return result.table[result.table["standard_id"] == standard]


def judged_rows(result: Assessment, standard: str) -> pd.DataFrame:
    """Return the rows at the levels that a standard is for: those judged, or those informed of where none is judged."""
    found, asked = rows(result, standard), PARTS[standard]
    return found[found["level"].isin(asked.judge or asked.inform)]


def test_the_urgent_standards_are_36_and_all_in_the_plan() -> None:
    assert sum(priority <= 2 for priority in PRIORITY.values()) == 36
    assert len(PRIORITY) == 56
    assert set(PRIORITY) <= {one.part_of or one.id for one in PLAN.standards}


@pytest.mark.parametrize("standard", [one for one in URGENT if one not in {NONE_SO_LARGE, LOST}])
def test_every_urgent_standard_has_a_value_of_the_status_its_target_asks_for(result: Assessment, standard: str) -> None:
    found = judged_rows(result, standard).dropna(subset="value")
    expected = STATUS[PARTS[standard].target.origin]
    assert expected in set(found["status"])
    assert set(found["status"]) <= {expected, "out_of_scope"}


def test_a_target_that_the_source_lost_is_not_evaluable(result: Assessment) -> None:
    assert [one.id for one in PLAN.standards if one.target.origin == "lost_in_source"] == [LOST]
    found = judged_rows(result, LOST)
    assert set(found["status"]) == {"not_evaluable"}
    assert found["value"].notna().all()
    assert found[["verdict", "meets_target", "target"]].isna().all(axis=None)


def test_no_county_is_large_enough_for_one_standard_and_that_is_said(result: Assessment) -> None:
    assert set(rows(result, NONE_SO_LARGE)["status"]) == {"not_applicable"}
    largest = rows(result, NONE_SO_LARGE).loc[lambda table: table["level"] == "县区", "pop_total"].max()
    told = result.evidence[result.evidence["standard_id"] == NONE_SO_LARGE]
    assert told["kind"].tolist() == ["no_unit"]
    for language in ("zh", "en"):
        assert f"pop_total {largest:,.0f} < 500,000" in told[language].iloc[0]


def test_with_five_times_the_residents_two_counties_are_large_enough() -> None:
    """澄湾区 has a standardised institution, 望潮区 has one that is not; 禾川县 stays below 500,000."""
    city = sc.sample_city()
    groups = [column for column in city.population if column.startswith("pop_")]
    more = city.population.assign(**{column: 5 * city.population[column] for column in groups})
    found = rows(sc.assess(replace(city, population=more), PLAN.only(NONE_SO_LARGE), progress=False), NONE_SO_LARGE)
    by_name = found.set_index("zone_name")
    assert by_name.loc[["澄湾区", "望潮区", "禾川县"], "status"].tolist() == ["judged", "judged", "not_applicable"]
    assert by_name.loc[["澄湾区", "望潮区"], "value"].tolist() == [1.0, 0.0]
    assert by_name.loc[["澄湾区", "望潮区"], "verdict"].tolist() == ["达标", "不达标"]
    assert found.loc[found["level"] == "全市", "value"].tolist() == [0.5]


def test_every_other_standard_has_a_value_too(result: Assessment) -> None:
    valued = set(result.table.dropna(subset="value")["standard_id"])
    assert set(PARTS) - valued == {NONE_SO_LARGE, NO_SUCH_LEVEL}


def test_what_the_city_lacks_is_named(result: Assessment) -> None:
    assert set(rows(result, NO_SUCH_LEVEL)["status"]) == {"not_evaluable"}
    told = result.evidence[result.evidence["standard_id"] == NO_SUCH_LEVEL].set_index("kind")
    assert told.loc["missing_level", "about"] == "新城"


def test_some_are_met_and_some_are_not(result: Assessment) -> None:
    verdicts = result.table[result.table["standard_id"].isin(URGENT) & (result.table["level"] == "县区")]["verdict"]
    assert min(verdicts.value_counts()[["达标", "不达标"]]) > 15


@pytest.mark.parametrize(
    ("standard", "lacking", "gap"), [("RF-01", 2.0, 1.0), ("YJ-01", 3.0, 0.0), ("SA-01", 2.0, 2.0)]
)
def test_a_gap_reaches_up_to_the_target(result: Assessment, standard: str, lacking: float, gap: float) -> None:
    """Of 15 townships and streets 90 % are 13.5, so 14; 80 % are 12; 100 % are 15. 13, 12 and 13 have what is asked."""
    row = rows(result, standard).set_index("level").loc["全市"]
    assert (row["denominator"], row["facilities_missing"], row["gap"]) == (15.0, lacking, gap)


def test_a_share_that_must_be_more_than_its_target(result: Assessment) -> None:
    """8,400 of 28,000 square metres are exactly 30 %, and more than 30 % is asked for: one square metre is missing."""
    row = rows(result, "SA-03").set_index("class").loc["CM-003"]
    assert (row["numerator"], row["denominator"]) == (8400.0, 28_000.0)
    assert (row["verdict"], row["gap"]) == ("不达标", 1.0)


def test_tree_cover_has_to_grow_up_to_its_target(result: Assessment) -> None:
    city = sc.sample_city()
    assert city.areas is not None
    county = city.zones.geometry[city.zones["name"] == "望潮区"].iloc[0]
    trees = city.areas.geometry[city.areas["kind"] == "forest"].union_all().intersection(county).area
    row = rows(result, "HJ-02/forest").set_index("zone_name").loc["望潮区"]
    assert row["value"] == pytest.approx(trees / county.area)
    assert row["value"] < 0.3
    assert row["gap"] == pytest.approx((0.3 * county.area - trees) / 1e6)


@pytest.mark.parametrize("standard", ["CX-02", "CX-03", "CX-04"])
def test_rural_travel_times_are_by_bus_with_the_drive_beside(result: Assessment, standard: str) -> None:
    about = result.evidence[result.evidence["standard_id"] == standard]
    assert "by bus" in " ".join(about.loc[about["kind"] == "assumption", "en"])
    assert not set(about["kind"]) & {"proxy", "not_ridden"}
    beside = result.companions[result.companions["standard_id"] == standard]
    shares = beside.pivot_table(index="zone_id", columns="method", values="value")
    values = rows(result, standard).set_index("zone_id")["value"].loc[shares.index]
    assert (shares["no_waiting"] >= values).all()
    assert (shares["drive_proxy"] >= values).all()
