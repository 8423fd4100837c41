"""The planners' tables of the hand-worked city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.assessment import Assessment, assess, sensitivity
from servicecircle.assessment.tables import PlannerTables
from tests import oracle

if TYPE_CHECKING:
    import pandas as pd

NAMES = (
    "summary",
    "priorities",
    "facility_gaps",
    "blind_spots",
    "urban_rural",
    "enough_but_unreached",
    "data_quality",
    "assumptions",
)


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assess(oracle.city(), oracle.plan(), progress=False)


def english(result: Assessment, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = getattr(result.tables, name)(language="en")
    return frame


@pytest.mark.parametrize("name", NAMES)
def test_heads_are_words_of_their_language(result: Assessment, name: str) -> None:
    for language in ("zh", "en"):
        heads = getattr(PlannerTables(result), name)(language=language).columns
        assert heads.is_unique
        for head in heads:
            assert head.isascii() == (language == "en"), head
            assert "_" not in head


def test_a_rate_never_counts_reference_rows(result: Assessment) -> None:
    table = english(result, "summary").set_index("standard")
    met, failed = table["zones that meet it"], table["zones that fail"]
    # YY-01: A fails, B meets, Z has nobody; LY-02: A and Z lack a centre, B is no 街道
    assert (met["YY-01"], failed["YY-01"], met["LY-02"], failed["LY-02"]) == (1, 1, 0, 2)
    assert (met + failed)[["YY-05", "LY-01", "WT-01", "ZH-01"]].sum() == 0


def test_what_a_street_lacks(result: Assessment) -> None:
    table = result.tables.shortfalls("街道", language="en")
    rows = set(zip(table["zone"], table["standard"], strict=True))
    short = ["YY-01", "YY-02", "YY-05", "CX-01", "LY-01", "LY-02", "LY-04", "WT-01", "WT-02", "ZH-01"]
    expected = {("甲街道", one) for one in short}
    assert rows == expected | {("丙(无人口)", "LY-02")}


def test_binding_standards_come_first_then_most_residents(result: Assessment) -> None:
    table = english(result, "priorities")
    assert table["rank"].tolist() == list(range(1, len(table) + 1))
    people = table["residents not covered"].dropna()
    assert people.is_monotonic_decreasing


def test_what_is_there_and_what_is_missing(result: Assessment) -> None:
    table = english(result, "facility_gaps").set_index(["standard", "zone"])
    for zone, name in (("A", "甲街道"), ("B", "乙乡")):
        expected = oracle.EXPECTED["YY-01"][zone]
        row = table[["facilities required", "facilities missing"]].to_dict("index")["YY-01", name]
        assert list(row.values()) == [expected["required"], expected["missing"]]


def test_places_there_asked_for_and_missing(result: Assessment) -> None:
    table = english(result, "facility_gaps").set_index(["standard", "zone"]).loc["YY-02"]
    # T1 has 60 places, T2 has 30; the city is held against all 24,000 residents
    expected = {zone: oracle.EXPECTED["YY-02"][zone] for zone in ("A", "B", "CITY")}
    assert table["capacity"].tolist() == [90.0, 30.0, 60.0]
    assert table["capacity required"].tolist() == [expected[zone]["required"] for zone in ("CITY", "B", "A")]
    assert table["capacity missing"].tolist() == [expected[zone]["missing"] for zone in ("CITY", "B", "A")]


def test_urban_and_rural(result: Assessment) -> None:
    row = english(result, "urban_rural").set_index("standard").loc["LY-01"]
    expected = oracle.EXPECTED["LY-01"]["CITY"]
    assert row["share covered, urban"] == pytest.approx(expected["urban"], abs=5e-7)
    assert row["share covered, rural"] == pytest.approx(expected["rural"], abs=5e-7)
    assert row["difference"] == pytest.approx(expected["urban"] - expected["rural"], abs=1e-6)


def test_enough_kindergartens_that_not_everybody_reaches(result: Assessment) -> None:
    table = english(result, "enough_but_unreached")
    assert table[["zone", "standard", "standard of reach"]].to_numpy().tolist() == [["乙乡", "YY-01", "YY-05"]]


def test_nothing_flips_where_nothing_changes() -> None:
    plan = oracle.plan().with_speeds(general=1.0, elderly=1.0, child=1.0)
    base = assess(oracle.city(), plan, progress=False)
    same = sensitivity(base, speeds_m_s=[1.0], shares=[1.0], access_m=[500.0], rural_codes=["121"], progress=False)
    assert not len(same.flips)
    assert set(same.table["parameter"]) == {"speed", "share", "access_m", "rural_code"}


def test_a_lower_share_is_met(result: Assessment) -> None:
    varied = sensitivity(result, speeds_m_s=[], shares=[0.75], access_m=[], rural_codes=[], progress=False)
    # kindergarten walks: A reaches 0.8 >= 0.75; the fitness circle: B reaches exactly 0.75
    assert {(row.standard_id, row.zone_id) for row in varied.flips.itertuples()} == {("YY-05", "A"), ("WT-01", "B")}


def test_a_quick_walker_reaches_more(result: Assessment) -> None:
    # at 80 m/min for everyone the elderly of A reach 0.675676 instead of 0.459459
    varied = sensitivity(result, speeds_m_s=[80 / 60], shares=[], access_m=[], rural_codes=[], progress=False)
    rows = varied.table[(varied.table["standard_id"] == "LY-01") & (varied.table["class"] == "all")].set_index(
        "zone_id"
    )
    assert rows.loc["A", "value"] == pytest.approx(oracle.EXPECTED["LY-01"]["A"]["value_general_speed"], abs=5e-7)


def test_urban_cells_of_a_code_taken_as_rural() -> None:
    zones = oracle.zones().assign(urban_rural_code=["121", "220", "111"])
    base = assess(oracle.city(zones=zones), oracle.plan().only("LY-01"), progress=False)
    varied = sensitivity(base, speeds_m_s=[], shares=[], access_m=[], rural_codes=["121"], progress=False)
    rows = varied.table[(varied.table["zone_id"] == "A") & (varied.table["class"] == "all")]
    # with 20 minutes for all (960 m at 48 m/min) only C1 (1,050 m) of A stays out: 2,500 of 3,700
    assert rows["value"].tolist() == pytest.approx([2500 / 3700])


def test_without_any_leg_nobody_off_the_street_walks(result: Assessment) -> None:
    varied = sensitivity(result, speeds_m_s=[], shares=[], access_m=[10.0], rural_codes=[], progress=False)
    rows = varied.table[(varied.table["standard_id"] == "WT-01") & (varied.table["zone_id"] == "B")]
    # C5 lives 40 m from its street: with legs of 10 m at most nobody in B reaches a venue
    assert rows["value"].tolist() == [0.0]
