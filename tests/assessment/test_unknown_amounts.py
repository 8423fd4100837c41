"""Amounts and settings that are not known, or cannot be: never a zero, never summed, never nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.assessment import assess
from servicecircle.plan import read_plan
from tests.oracle import LEVELS, city, plan, population, zones

if TYPE_CHECKING:
    import pandas as pd


def test_a_weight_that_is_not_known_is_not_a_zero() -> None:
    places = city().facilities.copy()
    places.loc[places["id"] == "K1", "enrolment"] = None
    result = assess(city(facilities=places), plan().only("YY-03"), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert "enrolment" in result.evidence["about"].tolist()


@pytest.mark.parametrize(
    ("standard", "facility", "column", "value"),
    [("YY-02", "T1", "places", -60.0), ("LY-04", "I1", "beds", -1.0), ("LY-04", "I1", "nursing_beds", 101.0)],
)
def test_impossible_amounts_are_not_summed(standard: str, facility: str, column: str, value: float) -> None:
    whole = city()
    places = whole.facilities.rename(columns={column: f"{column}_known"})
    places[column] = places[f"{column}_known"].where(places["id"] != facility, value)
    # a column that the city's own checks do not know reaches the sum unchecked: here that is simulated
    object.__setattr__(whole, "facilities", places)
    result = assess(whole, plan().only(standard), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert column in result.evidence["about"].tolist()


def test_residents_of_a_setting_that_is_not_known_are_not_nobody() -> None:
    places = city().facilities.assign(service="affordable_housing", persons=100.0)
    unknown = city(
        facilities=places, population=population().drop(columns="setting"), zones=zones().drop(columns="setting")
    )
    housing = read_plan("lianyungang-145").only("ZY-01").with_levels(LEVELS)
    result = assess(unknown, housing, progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert "setting" in result.evidence["about"].tolist()


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (("是", "不详"), "judged", "smart is unknown for 1 rows, counted as not having it."),
        (
            ("不详", "待查"),
            "not_evaluable",
            "column smart holds nothing that can be judged. Write yes and no, or numbers.",
        ),
    ],
)
def test_an_answer_that_is_neither_yes_nor_no_is_told(said: tuple[str, str], status: str, told: str) -> None:
    places = city().facilities
    schools = places[places["service"] == "kindergarten"].assign(service="school", smart=list(said))
    asked = read_plan("lianyungang-145").only("XY-02").with_levels(["全市"])
    result = assess(city(facilities=schools), asked, progress=False)
    assert result.table["status"].tolist() == [status]
    assert told in result.evidence["en"].tolist()


def test_a_column_that_decides_about_some_rows_is_missed_aloud() -> None:
    """K2 (50 of 300 children) is private: ``inclusive`` would say whether it counts. If both were public, nothing."""
    places = city().facilities.drop(columns="inclusive")
    kinds = {"K1": "public", "K2": "private"}

    def share(ownership: pd.Series[str]) -> tuple[float, list[str]]:
        layer = city(facilities=places.assign(ownership=ownership))
        result = assess(layer, plan().only("YY-03"), progress=False)
        noted = result.evidence[result.evidence["kind"] == "value"]["about"].tolist()
        return float(result.table.set_index("zone_id")["value"]["CITY"]), noted

    assert share(places["id"].map(kinds)) == (250 / 300, ["inclusive"])
    assert share(places["id"].map(dict.fromkeys(kinds, "public"))) == (1.0, [])


def test_residents_of_no_zone_in_the_row_of_the_city_are_told() -> None:
    """Without B, 4,000 residents live in no zone, and K2 (there) does not count: 1 for 24,000."""
    places = city().facilities
    layers = {
        "zones": zones().query("zone_id != 'B'"),
        "facilities": places.assign(zone_id=places["zone_id"].where(places["zone_id"] != "B")),
        "population": population().assign(zone_id=lambda cells: cells["zone_id"].where(cells["zone_id"] != "B")),
    }
    result = assess(city(**layers), plan().only("YY-01"), progress=False)
    row = result.table.set_index("zone_id").loc["CITY"]
    assert (row["numerator"], row["denominator"]) == (1.0, 24_000.0)
    told = result.evidence[result.evidence["kind"] == "outside_zones"]
    assert "4,000 residents" in told["en"].iloc[0]
    assert "outside_zones" not in assess(city(), plan().only("YY-01"), progress=False).evidence["kind"].tolist()
