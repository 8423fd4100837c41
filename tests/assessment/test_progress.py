"""Years: which facilities are open, how far a plan has come, and what made the difference."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.assessment import Assessment, assess, progress_table, split_change
from servicecircle.errors import InputError
from tests import oracle

if TYPE_CHECKING:
    import geopandas as gpd


def dated() -> gpd.GeoDataFrame:
    """Return the facilities with years: K2 opens in 2023, E1 closes in 2024, T2 is being built and opens in 2025."""
    places = oracle.facilities()
    places["open_year"] = 2015.0
    places["close_year"] = np.nan
    places.loc[places["id"] == "K2", "open_year"] = 2023
    places.loc[places["id"] == "E1", "close_year"] = 2024
    places.loc[places["id"] == "T2", ["open_year", "status"]] = [2025, "building"]
    return places


@pytest.mark.parametrize(
    ("year", "closed"), [(2020, {"K2", "T2"}), (2023, {"T2"}), (2024, {"E1", "T2"}), (2025, {"E1"}), (2014, None)]
)
def test_what_is_open_in_a_year(year: int, closed: set[str] | None) -> None:
    frame = oracle.city(facilities=dated()).at(year).facilities
    not_open = set(frame.loc[frame["status"] != "open", "id"])
    assert not_open == (set(frame["id"]) if closed is None else closed)


def test_years_that_are_not_known_are_told() -> None:
    city = oracle.city().at(2025)
    found = [f for f in city.report.findings if f.code == "open_year_unknown"]
    assert [f.count for f in found] == [16]
    assert (city.facilities["status"] == "open").all()


def test_a_city_of_a_year_leaves_the_city_as_it_was() -> None:
    city = oracle.city(facilities=dated())
    city.at(2020)
    assert city.facilities.set_index("id").loc["K2", "status"] == "open"


@pytest.fixture(scope="module")
def results() -> dict[int, Assessment]:
    city = oracle.city(facilities=dated())
    plan = oracle.plan().only("YY-01", "LY-01", "CX-01")
    return {year: assess(city.at(year), plan, progress=False) for year in (2020, 2025)}


def test_how_much_is_done(results: dict[int, Assessment]) -> None:
    table = progress_table(results).set_index(["standard_id", "zone_id", "class", "year"])
    # YY-01 at B: no kindergarten of 0.4 x 10,000 residents in 2020, one in 2025: 0 -> 2.5, target 1
    rows = table[["base_value", "value", "done"]].to_dict("index")
    assert rows["YY-01", "B", "all", 2025] == {"base_value": 0.0, "value": 2.5, "done": 2.5}
    assert rows["YY-01", "B", "all", 2020]["done"] == 0.0
    # LY-01 at A: E1 closed, C2 then walks 500 m to EC1 at N4 (480 m is the limit): 0.459459 -> 300 / 3,700 by C4
    after = rows["LY-01", "A", "all", 2025]
    assert after["value"] == pytest.approx(300 / 3700)
    assert after["done"] == pytest.approx((300 / 3700 - 1700 / 3700) / (1 - 1700 / 3700))


def test_the_base_of_the_city_is_that_of_the_plan(results: dict[int, Assessment]) -> None:
    plan = results[2020].plan
    stated = replace(plan["YY-01"], base_value=0.5, base_year=2020)
    changed = replace(plan, standards=(stated,))
    city = results[2025].city
    table = progress_table({2025: assess(city, changed, progress=False)}).set_index("zone_id")
    # 2 kindergartens for 24,000 residents: 0.8333; from 0.5 to 1.0 that is two thirds of the way
    assert table["base_origin"].to_dict() == {"CITY": "plan", "A": "computed", "B": "computed", "Z": "computed"}
    assert table["done"]["CITY"] == pytest.approx(2 / 3)


def test_no_way_to_go_is_no_figure(results: dict[int, Assessment]) -> None:
    table = progress_table({2025: results[2025]})
    assert table.loc[table["value"] == table["target"], "done"].isna().all()
    assert table.loc[table["value"].isna(), "done"].isna().all()


def test_results_of_different_plans(results: dict[int, Assessment]) -> None:
    other = assess(results[2020].city, oracle.plan().only("WT-01"), progress=False)
    with pytest.raises(InputError, match="different plans"):
        progress_table({2020: results[2020], 2025: other})
    with pytest.raises(InputError, match="different plans"):
        split_change(results[2020], other)
    with pytest.raises(InputError, match="no result"):
        progress_table({})


def test_a_change_is_split_into_what_made_it() -> None:
    plan = oracle.plan().only("YY-01")
    before = assess(oracle.city(), plan, progress=False)
    people = oracle.population()
    people.loc[people["cell_id"] == "C5", "pop_total"] = 7000
    after = assess(oracle.city(population=people).removing("K1"), plan, progress=False)
    table = split_change(before, after).set_index("zone_id")
    # A: 1 of 2.0 -> 0 by the facility; B: 1 of 0.4 = 2.5 -> 1 of 0.8 = 1.25 by the residents
    parts = ["facilities", "population", "boundary"]
    rows = table[parts].to_dict("index")
    assert list(rows["A"].values()) == [-0.5, 0.0, 0.0]
    assert list(rows["B"].values()) == [0.0, -1.25, 0.0]
    whole = table["value_after"] - table["value_before"]
    assert np.allclose(table[parts].sum(axis=1).astype(float), whole.fillna(0.0))


def test_a_moved_border_is_the_rest() -> None:
    plan = oracle.plan().only("YY-01")
    people, places = (frame.drop(columns="zone_id") for frame in (oracle.population(), oracle.facilities()))
    before = assess(oracle.city(population=people, facilities=places), plan, progress=False)
    zones = oracle.zones()
    west, east = (zones.geometry[zones["zone_id"] == zone].iloc[0] for zone in "AB")
    # the border moves from 2,000 m to 2,450 m: K2 at N6 (2,400 m) moves from B to A, and nobody else
    moved = shapely.box(west.bounds[0], west.bounds[1], west.bounds[0] + 2450, west.bounds[3])
    zones.loc[zones["zone_id"] == "A", "geometry"] = moved
    zones.loc[zones["zone_id"] == "B", "geometry"] = east.difference(moved)
    after = assess(oracle.city(population=people, facilities=places, zones=zones), plan, progress=False)
    table = split_change(before, after).set_index("zone_id")
    rows = table[["facilities", "population", "boundary"]].to_dict("index")
    assert list(rows["A"].values()) == [0.0, 0.0, 0.5]
    assert list(rows["B"].values()) == [0.0, 0.0, -2.5]


@settings(max_examples=10, deadline=None)
@given(
    residents=st.lists(st.integers(0, 9000), min_size=6, max_size=6),
    gone=st.sets(st.sampled_from(["K1", "K2", "E1", "EC1", "F1", "U1"]), max_size=4),
    border=st.integers(2050, 2900),
    dated_too=st.booleans(),
)
def test_the_parts_of_a_change_are_the_whole_change(
    *, residents: list[int], gone: set[str], border: int, dated_too: bool
) -> None:
    plan = oracle.plan().only("YY-01", "LY-01")
    people, places = (frame.drop(columns="zone_id") for frame in (oracle.population(), oracle.facilities()))
    before = assess(oracle.city(population=people, facilities=places), plan, progress=False)
    later = dated().drop(columns="zone_id") if dated_too else places
    zones = oracle.zones()
    west, east = (zones.geometry[zones["zone_id"] == zone].iloc[0] for zone in "AB")
    moved = shapely.box(west.bounds[0], west.bounds[1], west.bounds[0] + border, west.bounds[3])
    zones.loc[zones["zone_id"] == "A", "geometry"] = moved
    zones.loc[zones["zone_id"] == "B", "geometry"] = east.difference(moved)
    city = oracle.city(population=people.assign(pop_total=residents), facilities=later, zones=zones).at(2022)
    after = assess(city.removing(sorted(gone & set(later["id"]))), plan, progress=False)
    table = split_change(before, after)
    known = table[["value_before", "facilities", "population", "boundary", "value_after"]].dropna().astype(float)
    parts = known[["facilities", "population", "boundary"]].sum(axis=1)
    assert np.allclose(parts, known["value_after"] - known["value_before"], rtol=0, atol=1e-12)
    whole = table.dropna(subset=["value_before", "value_after"])
    assert whole[["facilities", "population", "boundary"]].notna().all(axis=None)


def test_the_table_names_its_zones(results: dict[int, Assessment]) -> None:
    table = progress_table(results)
    assert not pd.isna(table["zone_name"]).any()
