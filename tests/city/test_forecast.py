"""Residents of another year: by zone, spread over the cells; and by single age, from births and survival."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.city import City, project_population
from servicecircle.errors import InputError, LayerError
from tests.grids import CRS, SOUTH, WEST, at, blocks

PEOPLE = {"a": [(30.0, 3.0), (10.0, 0.0)], "b": [(60.0, 2.0)], "c": [(0.0, 0.0), (0.0, 0.0)]}


def city(people: dict[str, list[tuple[float, float]]] | None = None, **more: Any) -> City:
    """Return three streets side by side in one district: each with its cells, residents and children."""
    people = PEOPLE if people is None else people
    rows: list[tuple[Any, ...]] = []
    zones: list[tuple[Any, ...]] = []
    for i, (zone, cells) in enumerate(people.items()):
        box = shapely.box(WEST + 100 * i, SOUTH, WEST + 100 * (i + 1), SOUTH + 100)
        zones.append((zone, "街道", f"{zone}街道", box))
        rows += [(f"{zone}{j}", *cell, at(100 * i + 20 * (j + 1), 10)) for j, cell in enumerate(cells)]
    zones.append(("k", "县区", "县", shapely.union_all([row[3] for row in zones])))
    cells = gpd.GeoDataFrame(rows, columns=["cell_id", "pop_total", "pop_3_5", "geometry"], crs=CRS)
    ground = gpd.GeoDataFrame(zones, columns=["zone_id", "level", "name", "geometry"], crs=CRS)
    school = gpd.GeoDataFrame({"service": ["school"]}, geometry=[at(10, 0)], crs=CRS)
    return City(blocks(3), cells.assign(setting="urban"), school, ground, **more)


def of(changed: City, group: str = "pop_total") -> list[float]:
    return [float(value) for value in changed.population[group]]


def errors(caught: Any) -> set[str]:
    return {finding.code for finding in caught.value.report.errors}


def test_totals_are_spread_as_people_live_there_now() -> None:
    table = pd.DataFrame({"zone_id": ["a", "b"], "pop_total": [80, 30], "pop_3_5": [6, 1]})
    later = city().with_population(2030, table)
    assert of(later) == [60.0, 20.0, 30.0, 0.0, 0.0]
    assert of(later, "pop_3_5") == [6.0, 0.0, 1.0, 0.0, 0.0]
    assert later.population["as_of"].fillna("").tolist() == ["2030", "2030", "2030", "", ""]
    assert later.population["pop_total_estimated"].tolist() == [True, True, True, False, False]


def test_groups_that_are_not_told_follow_the_total() -> None:
    later = city().with_population(2030, pd.DataFrame({"name": ["a街道"], "pop_total": [20]}))
    assert of(later, "pop_3_5") == [1.5, 0.0, 2.0, 0.0, 0.0]
    said = {finding.code: finding for finding in later.report.findings}
    assert "pop_3_5" in said["forecast_groups"].en
    assert said["forecast_kept"].residents == 60.0


def test_a_group_alone_leaves_the_total() -> None:
    later = city().with_population(2030, pd.DataFrame({"zone_id": ["a"], "pop_3_5": [9]}))
    assert (of(later), of(later, "pop_3_5")) == (of(city()), [9.0, 0.0, 2.0, 0.0, 0.0])


def test_an_empty_zone_is_filled_evenly() -> None:
    later = city().with_population(2030, pd.DataFrame({"zone_id": ["c"], "pop_total": [50], "pop_3_5": [4]}))
    assert of(later)[3:] == [25.0, 25.0]
    assert of(later, "pop_3_5")[3:] == [2.0, 2.0]


def test_a_group_where_there_was_none_is_spread_as_all_residents_are() -> None:
    table = pd.DataFrame({"zone_id": ["a", "b", "c"], "pop_60p": [4, 5, 0]})
    assert of(city().with_population(2030, table), "pop_60p") == [3.0, 1.0, 5.0, 0.0, 0.0]


def test_rows_of_the_year_are_taken() -> None:
    table = pd.DataFrame({"zone_id": ["b", "b"], "year": ["2025年", "2030年"], "pop_total": ["1万", "2万"]})
    assert of(city().with_population(2030, table))[2] == 20_000
    with pytest.raises(LayerError, match=r"no row is about 2031\. Years: 2025, 2030"):
        city().with_population(2031, table)


def test_estates_delivered_by_then_are_part_of_the_total() -> None:
    estate = gpd.GeoDataFrame(
        {"name": "n", "households": 10, "persons_per_household": 4, "share_pop_3_5": 0.1, "delivery_year": 2028},
        geometry=[at(80, 10)],
        crs=CRS,
        index=[0],
    )
    grown = city().adding_estates(estate)
    table = pd.DataFrame({"zone_id": ["a"], "pop_total": [160]})
    assert of(grown.with_population(2030, table)) == [60.0, 20.0, 60.0, 0.0, 0.0, 80.0]
    assert of(grown.with_population(2027, table)) == [120.0, 40.0, 60.0, 0.0, 0.0, 0.0]
    assert of(grown.with_population(2030, table).at(2030)) == [60.0, 20.0, 60.0, 0.0, 0.0, 80.0]


def test_all_that_is_wrong_is_said_at_once_with_rows() -> None:
    table = pd.DataFrame(
        {"zone_id": ["a", "a", "x", "k", None], "pop_total": [5, 6, 7, -1, "many"], "pop_3_5": [9, 1, 1, 0, 0]},
        index=["r1", "r2", "r3", "r4", "r5"],
    )
    with pytest.raises(LayerError) as caught:
        city().with_population(2030, table)
    said = {finding.code: finding.rows for finding in caught.value.report.errors}
    assert said["duplicate"] == ("r1: a", "r2: a")
    assert said["unknown_zone"] == ("r3: x", "r5: None")
    assert said["negative"] == ("r4",)
    assert said["no_number"] == ("r5",)
    assert said["above_total"] == ("r1", "r4")
    assert said["overlap"] == ("r1", "r4")


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ({"pop_total": [5]}, "column_missing"),
        ({"zone_id": ["a"], "people": [5]}, "column_missing"),
        ({"zone_id": [], "pop_total": []}, "empty"),
        ({"zone_id": ["c"], "pop_total": [5]}, "no_structure"),
        ({"zone_id": ["a"], "pop_60p": [5]}, "part_only"),
        ({"zone_id": ["a"], "pop_3_5": [50]}, "above_total"),
    ],
)
def test_what_a_table_must_tell(table: dict[str, Any], code: str) -> None:
    with pytest.raises(LayerError) as caught:
        city().with_population(2030, pd.DataFrame(table))
    assert errors(caught) == {code}


def test_a_zone_without_a_cell_cannot_be_lived_in() -> None:
    empty = city(PEOPLE | {"c": []})
    with pytest.raises(LayerError, match=r"no cell to live in.*\(1\)"):
        empty.with_population(2030, pd.DataFrame({"zone_id": ["a", "c"], "pop_total": [1, 2], "pop_3_5": [0, 0]}))


@pytest.mark.parametrize("wrong", [2030.5, "2030", True])
def test_a_year_is_a_whole_number(wrong: Any) -> None:
    with pytest.raises(InputError, match="year must be a whole number"):
        city().with_population(wrong, pd.DataFrame({"zone_id": ["a"], "pop_total": [1]}))


amounts = st.floats(0, 1e6, allow_subnormal=False)


@settings(max_examples=30)
@given(st.lists(amounts, min_size=3, max_size=3), st.lists(amounts, min_size=5, max_size=5))
def test_no_total_changes(totals: list[float], cells: list[float]) -> None:
    people = {"a": [(one, 0.0) for one in cells[:2]], "b": [(cells[2], 0.0)], "c": [(one, 0.0) for one in cells[3:]]}
    table = pd.DataFrame({"zone_id": ["a", "b", "c"], "pop_total": totals, "pop_3_5": [one / 7 for one in totals]})
    later = city(people).with_population(2030, table)
    for group in ("pop_total", "pop_3_5"):
        values = of(later, group)
        parts = [math.fsum(values[:2]), math.fsum(values[2:3]), math.fsum(values[3:])]
        assert parts == pytest.approx(table[group].tolist(), rel=1e-9, abs=0)
        assert min(values) >= 0


def ages(**counts: float) -> pd.DataFrame:
    """Return zones in which as many residents are of each age from 0 to 100."""
    parts = [pd.DataFrame({"zone_id": zone, "age": range(101), "residents": n}) for zone, n in counts.items()]
    return pd.concat(parts, ignore_index=True).assign(year=2020)


def births(zone: str, *numbers: float) -> pd.DataFrame:
    return pd.DataFrame({"zone_id": zone, "year": range(2021, 2021 + len(numbers)), "births": numbers})


def survival(ratio: float = 1.0) -> pd.DataFrame:
    return pd.DataFrame({"age": range(101), "ratio": ratio})


def test_everybody_is_a_year_older_each_year() -> None:
    table = project_population(ages(a=10), births=births("a", 4, 5, 6), survival=survival(), to=2023)
    last = table[table["year"] == 2023].iloc[0]
    assert last["pop_0_2"] == 4 + 5 + 6
    assert last["pop_3_5"] == 30
    assert last["pop_60p"] == 41 * 10 + 3 * 10
    assert last["pop_65p"] == 36 * 10 + 3 * 10
    assert last["pop_total"] == 1010 + 15


def test_survival_takes_its_share_of_those_who_reach_an_age() -> None:
    table = project_population(ages(a=100), births=births("a", 100), survival=survival(0.9), to=2021)
    # of 100 births, of 100 at each age from 0 to 99, and of the 100 above, nine of ten are left
    assert table["pop_total"].tolist() == [pytest.approx(0.9 * (100 + 10_000 + 100))]
    assert table["pop_0_2"].tolist() == [pytest.approx(270)]


def test_it_equals_a_loop_over_ages() -> None:
    random = np.random.default_rng(3)
    base, ratio = random.integers(0, 500, 101).astype(float), random.uniform(0.8, 1, 101)
    now = list(base)
    for born in (30.0, 20.0):
        older = [born * ratio[0]] + [now[age - 1] * ratio[age] for age in range(1, 101)]
        older[100] += now[100] * ratio[100]
        now = older
    frame = ages(a=0).assign(residents=base)
    table = project_population(
        frame.sample(frac=1, random_state=1),
        births=births("a", 30, 20),
        survival=survival().assign(ratio=ratio),
        to=2022,
    )
    assert table.iloc[-1]["pop_total"] == pytest.approx(sum(now))
    assert table.iloc[-1]["pop_6_14"] == pytest.approx(sum(now[6:15]))
    assert table.iloc[-1]["pop_65p"] == pytest.approx(sum(now[65:]))


def test_a_projection_is_a_table_of_residents() -> None:
    table = project_population(ages(b=2), births=births("b", 3), survival=survival(), to=2021)
    whole = city({"b": [(202.0, 6.0)]}).with_population(2021, table)
    assert of(whole) == [205.0]
    assert of(whole, "pop_60p") == [84.0]


def test_all_that_is_wrong_with_a_projection_is_said() -> None:
    with pytest.raises(LayerError) as caught:
        project_population(
            ages(a=1).iloc[:-2].drop(index=4), births=births("a", 1), survival=survival(1.5).drop(index=7), to=2022
        )
    assert errors(caught) == {"above_one"}
    with pytest.raises(LayerError) as caught:
        project_population(ages(a=1).drop(index=4), births=births("x", 1), survival=survival().drop(index=7), to=2022)
    assert errors(caught) == {"ages", "missing", "unknown_zone"}
    with pytest.raises(InputError, match="to must be after the base year 2020"):
        project_population(ages(a=1), births=births("a", 1), survival=survival(), to=2020)
