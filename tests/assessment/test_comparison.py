"""Comparing assessments: who gains by group, cells that only one of them has, and scenarios side by side."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from servicecircle.assessment import Assessment, assess, scenario_table
from servicecircle.errors import InputError
from servicecircle.scenarios import Scenario
from tests import oracle

CRS = oracle.ORACLE["crs"]
PLAN = oracle.plan().only("YY-01", "YY-05", "LY-01", "WT-01", "LY-02")
NEW = gpd.GeoDataFrame({"service": ["elderly_station"], "id": ["E9"]}, geometry=[oracle.node("N1")], crs=CRS)
SHARES = {f"share_{name}": 0.1 for name in oracle.population() if str(name).startswith("pop_") and name != "pop_total"}


@pytest.fixture(scope="module")
def today() -> Assessment:
    return assess(oracle.city(), PLAN, progress=False)


def of(scenario: Scenario) -> Assessment:
    return assess(scenario.apply(oracle.city()), PLAN, progress=False)


def estate(node: str) -> gpd.GeoDataFrame:
    row = {"name": "新城", "households": 400, "persons_per_household": 2.5} | SHARES
    return gpd.GeoDataFrame({key: [value] for key, value in row.items()}, geometry=[oracle.node(node)], crs=CRS)


def row(table: pd.DataFrame, standard: str, zone: str = "A", klass: str = "all") -> Any:
    chosen = (table["standard_id"] == standard) & (table["zone_id"] == zone) & (table["class"] == klass)
    return table[chosen].iloc[0]


def test_every_group_of_a_newly_covered_cell_gains(today: Assessment) -> None:
    comparison = of(Scenario("E9").adding(NEW)).compare(today)
    groups = comparison.groups[(comparison.groups["standard_id"] == "LY-01") & (comparison.groups["zone_id"] == "A")]
    cell = next(one for one in oracle.ORACLE["cells"] if one["cell_id"] == "C1")
    expected = {name: float(value) for name, value in cell.items() if name.startswith("pop_")}
    assert dict(zip(groups["group"], groups["gain"], strict=True)) == expected
    assert groups["loss"].sum() == 0
    assert (comparison.names, comparison.notes) == (("", "E9"), ("", ""))


def test_there_and_back_exchanges_gain_and_loss(today: Assessment) -> None:
    later = of(Scenario("E9").adding(NEW))
    there, back = later.compare(today), today.compare(later)
    for one, other in (("gain", "loss"), ("loss", "gain")):
        assert there.table[one].fillna(-1).tolist() == back.table[other].fillna(-1).tolist()
    assert there.cells["change"].tolist() == (-back.cells["change"]).tolist()


def test_an_estate_is_new_and_no_gain(today: Assessment) -> None:
    comparison = of(Scenario("新城").adding_estates(estate("N1"))).compare(today)
    one = row(comparison.table, "LY-01")
    assert (one["gain"], one["loss"]) == (0.0, 0.0)
    assert one["new_covered"] + one["new_uncovered"] == pytest.approx(100.0)  # a tenth of its 1,000 residents are 60+
    assert "1 cells (1,000 residents) are only in the result, 0 (0) only in the baseline" in repr(comparison)
    assert "estate: 新城" not in set(comparison.cells["cell_id"])
    assert any("新增格网" in str(name) for name in comparison.table_in("zh"))


def test_covered_before_and_gains_add_up_to_covered_after(today: Assessment) -> None:
    """What is covered afterwards was covered before, gains, or is new; nobody's number changed."""
    scenario = Scenario("both").adding(NEW).removing("E1").adding_estates(estate("N1"))
    later = of(scenario)
    table = later.compare(today).table
    before = today.table.set_index(["standard_id", "zone_id", "class"])["numerator"]
    after = later.table.set_index(["standard_id", "zone_id", "class"])["numerator"]
    for standard in ("LY-01", "YY-05", "WT-01"):
        for zone in ("A", "B"):
            one, key = row(table, standard, zone), (standard, zone, "all")
            assert before[key] + one["gain"] - one["loss"] + one["new_covered"] == pytest.approx(after[key])


def test_growth_alone_is_no_gain(today: Assessment) -> None:
    table = pd.DataFrame({"zone_id": ["A"], "pop_total": [40_000]})
    comparison = of(Scenario("2030").with_population(2030, table)).compare(today)
    assert comparison.table["gain"].fillna(0).sum() == 0
    assert len(comparison.cells) == 0
    assert row(comparison.table, "LY-01")["change"] == pytest.approx(0, abs=1e-9)


def test_cells_of_one_id_in_other_places_are_not_the_same(today: Assessment) -> None:
    people = oracle.population()
    moved = people.set_geometry(people.translate(2, 0))
    result = assess(oracle.city(population=moved), PLAN, progress=False)
    comparison = result.compare(today)
    assert comparison.table["gain"].isna().all()
    assert comparison.table["new_covered"].notna().any()
    assert "6 cells" in comparison.notes[1]


def test_what_a_comparison_shows_is_literal() -> None:
    city = oracle.city(zones=oracle.zones().assign(name="<script>x</script>"))
    before = assess(city, PLAN, scenario="<b>", progress=False)
    shown = assess(city.adding(NEW), PLAN, progress=False).compare(before)._repr_html_()
    assert "<script>" not in shown
    assert "<b>&lt;b&gt; → 之后</b>" in shown


def test_scenarios_side_by_side(today: Assessment) -> None:
    results = [today, of(Scenario("E9").adding(NEW)), of(Scenario("none"))]
    table = scenario_table(results, language="en").set_index("standard")
    assert table["value (today)"].equals(table["value (none)"].rename("value (today)"))
    for name, result in zip(("today", "E9"), results, strict=False):
        rows = result.table[(result.table["zone_id"] == "CITY") & (result.table["class"] == "all")].set_index(
            "standard_id"
        )
        for standard in set(rows.index) & {"LY-01", "WT-01"}:
            assert table.loc[standard, f"value ({name})"] == rows.loc[standard, "value"]
    reference = table[table["status (today)"].str.startswith("reference")]
    assert len(reference)
    assert reference["verdict (today)"].isna().all()
    zones = scenario_table(results, level="街道")
    assert set(zones["层级"]) == {"街道"}
    assert "现状值(E9)" in zones


def test_scenarios_that_cannot_stand_side_by_side(today: Assessment) -> None:
    with pytest.raises(InputError, match="results is empty"):
        scenario_table([])
    with pytest.raises(InputError, match="called today"):
        scenario_table([today, today], language="en")
    with pytest.raises(InputError, match="different plans"):
        scenario_table([today, assess(oracle.city(), PLAN.only("LY-01"), scenario="x", progress=False)])
    with pytest.raises(InputError, match="level 'nowhere' is unknown"):
        scenario_table([today], level="nowhere")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_tables_speak_one_language(today: Assessment, language: Any) -> None:
    comparison = of(Scenario("E9").adding(NEW)).compare(today)
    frames = [comparison.groups_in(language), comparison.table_in(language), scenario_table([today], language=language)]
    for frame in frames:
        assert len(frame)
        assert all(str(name).isascii() == (language == "en") for name in frame.columns)
        assert not any("_" in str(name) for name in frame.columns)
    assert np.isfinite(comparison.groups["gain"]).all()
