"""The planners' tables of the hand-worked city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.assessment import (
    Assessment,
    assess,
    circles_table,
    districts_table,
    progress_table,
    sensitivity,
)
from servicecircle.assessment.tables import PlannerTables
from servicecircle.errors import InputError
from servicecircle.siting import best_sites
from tests import oracle
from tests.assessment.test_districts import quarters

if TYPE_CHECKING:
    import pandas as pd

    from servicecircle.plan import Plan
    from servicecircle.words import Language

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
    same = sensitivity(base, speeds_m_s=[1.0], shares=[1.0], access_m=[500.0], codes=["121"], progress=False)
    assert not len(same.flips)
    assert set(same.table["parameter"]) == {"speed", "share", "access_m", "urban_rural_code"}


def test_a_lower_share_is_met(result: Assessment) -> None:
    varied = sensitivity(result, speeds_m_s=[], shares=[0.75], access_m=[], codes=[], progress=False)
    # kindergarten walks: A reaches 0.8 >= 0.75; the fitness circle: B reaches exactly 0.75
    assert {(row.standard_id, row.zone_id) for row in varied.flips.itertuples()} == {("YY-05", "A"), ("WT-01", "B")}


def test_a_quick_walker_reaches_more(result: Assessment) -> None:
    # at 80 m/min for everyone the elderly of A reach 0.675676 instead of 0.459459
    varied = sensitivity(result, speeds_m_s=[80 / 60], shares=[], access_m=[], codes=[], progress=False)
    rows = varied.table[(varied.table["standard_id"] == "LY-01") & (varied.table["class"] == "all")].set_index(
        "zone_id"
    )
    assert rows.loc["A", "value"] == pytest.approx(oracle.EXPECTED["LY-01"]["A"]["value_general_speed"], abs=5e-7)


def test_urban_cells_of_a_code_taken_as_rural() -> None:
    zones = oracle.zones().assign(urban_rural_code=["121", "220", "111"])
    base = assess(oracle.city(zones=zones), oracle.plan().only("LY-01"), progress=False)
    varied = sensitivity(base, speeds_m_s=[], shares=[], access_m=[], codes=["121"], progress=False)
    rows = varied.table[(varied.table["zone_id"] == "A") & (varied.table["class"] == "all")]
    # with 20 minutes for all (960 m at 48 m/min) only C1 (1,050 m) of A stays out: 2,500 of 3,700
    assert rows.set_index("setting")["value"]["121 rural"] == pytest.approx(2500 / 3700)


def test_rural_cells_of_a_code_are_tried_as_urban() -> None:
    zones = oracle.zones().assign(urban_rural_code=["111", "121", "111"])
    base = assess(oracle.city(zones=zones), oracle.plan().only("LY-01"), progress=False)
    varied = sensitivity(base, speeds_m_s=[], shares=[], access_m=[], codes=["121"], progress=False)
    rows = varied.table[(varied.table["zone_id"] == "B") & (varied.table["class"] == "all")].set_index("setting")
    # C5 of B walks 640 m: within the rural 960 m, beyond the urban 480 m; C6 has no walk
    expected = {"121 urban": 0.0, "121 rural": oracle.EXPECTED["LY-01"]["B"]["value"]}
    assert rows["value"].to_dict() == pytest.approx(expected, abs=5e-7)


def test_a_class_that_only_the_code_tells_is_varied_too() -> None:
    zones = oracle.zones().drop(columns="setting").assign(urban_rural_code=["121", "220", "111"])
    people = oracle.population().drop(columns="setting")
    base = assess(oracle.city(zones=zones, population=people), oracle.plan().only("LY-01"), progress=False)
    varied = sensitivity(base, speeds_m_s=[], shares=[], access_m=[], codes=["121"], progress=False)
    rows = varied.table[(varied.table["zone_id"] == "A") & (varied.table["class"] == "all")].set_index("setting")
    expected = {"121 urban": oracle.EXPECTED["LY-01"]["A"]["value"], "121 rural": 2500 / 3700}
    assert rows["value"].to_dict() == pytest.approx(expected, abs=5e-7)


def spoken(frame: pd.DataFrame, language: str) -> bool:
    """Return whether the heads are unique and in a language, and no word of a program is among heads and terms."""
    assert frame.columns.is_unique
    assert all(head.isascii() == (language == "en") for head in frame.columns), list(frame.columns)
    return not any("_" in head for head in frame.columns)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_tables_of_sites_scenarios_years_and_variations(result: Assessment, language: Language) -> None:
    sites = best_sites(result, "LY-01", k=1)
    better = assess(result.city.adding(sites.facilities), result.plan, since=result, progress=False)
    varied = sensitivity(result, speeds_m_s=[], shares=[0.75], access_m=[], codes=[], progress=False)
    tables = [
        sites.table_in(language),
        better.compare(result).table_in(language),
        varied.table_in(language),
        progress_table({2020: result, 2025: better}, language=language),
        districts_table(managed(result.plan), level="街道", language=language),
    ]
    assert all(len(table) and spoken(table, language) for table in tables)


def managed(plan: Plan) -> Assessment:
    """Return the town with a quarter of A that somebody else manages."""
    return assess(oracle.city(zones=quarters()), plan.with_levels(["街道", "全市"]), progress=False)


def test_sites_say_in_which_zone_of_a_level_they_are(result: Assessment) -> None:
    sites = best_sites(result, "LY-01", k=2)
    names = sites.table_in("en", level="街道")["zone"].tolist()
    inside = oracle.zones().set_crs(oracle.ORACLE["crs"])
    for name, place in zip(names, sites.facilities.geometry, strict=True):
        holding = inside[(inside["level"] == "街道").to_numpy() & inside.intersects(place).to_numpy()]["name"].tolist()
        assert name in (holding or [""])
    with pytest.raises(InputError, match="level 'nowhere' is unknown"):
        sites.table_in("zh", level="nowhere")


@pytest.mark.parametrize("name", [*NAMES[:6]])
def test_an_estimated_group_is_told_in_every_table(name: str) -> None:
    people = oracle.population().drop(columns="pop_60p")
    zones = oracle.zones().assign(share_pop_60p=0.2)
    base = assess(oracle.city(population=people, zones=zones), oracle.plan().only("LY-01", "YY-05"), progress=False)
    table = getattr(base.tables, name)(language="en")
    told = dict(zip(table.get("standard", []), table["estimated"], strict=False))
    assert told.get("LY-01", "yes") == "yes"
    assert told.get("YY-05", "no") == "no"


def test_an_estimated_group_is_told_with_each_cell_and_circle() -> None:
    people = oracle.population().drop(columns="pop_60p")
    city = oracle.city(population=people, zones=oracle.zones().assign(share_pop_60p=0.2))
    base = assess(city, oracle.plan().only("LY-01", "YY-05"), progress=False)
    assert base.cells_for("LY-01")["estimated"].all()
    assert not base.cells_for("YY-05")["estimated"].any()
    told = circles_table(city, services=["elderly_station"]).groupby("group")["estimated"].all()
    assert told.to_dict() == {"pop_60p": True, "pop_total": False}


def test_without_any_leg_nobody_off_the_street_walks(result: Assessment) -> None:
    varied = sensitivity(result, speeds_m_s=[], shares=[], access_m=[10.0], codes=[], progress=False)
    rows = varied.table[(varied.table["standard_id"] == "WT-01") & (varied.table["zone_id"] == "B")]
    # C5 lives 40 m from its street: with legs of 10 m at most nobody in B reaches a venue
    assert rows["value"].tolist() == [0.0]
