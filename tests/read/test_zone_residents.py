"""Residents known by zone: spread over places, and as shares of groups. Expected values are arithmetic."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.assessment import assess
from servicecircle.city import City
from servicecircle.errors import CRSError, InputError, LayerError
from servicecircle.network import WalkNetwork
from servicecircle.plan import read_plan
from servicecircle.read import spread, with_group_shares

CRS = "EPSG:4549"
X, Y = 480_000.0, 3_830_000.0


def square(west: float, south: float, side: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + west + side, Y + south + side)


def frame(shapes: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def zones(**columns: Any) -> gpd.GeoDataFrame:
    """Return two zones side by side, 100 m wide."""
    values = {"zone_id": ["a", "b"], "pop_total": [90, 40]} | columns
    return frame([square(0, 0, 100), square(100, 0, 100)], **values)


HOMES = frame([square(10, 10, 10), square(50, 50, 20), square(150, 50, 10)], floor_area=[600.0, 300.0, 50.0])


def test_residents_go_by_ground_area() -> None:
    """100 and 400 m² share 90 people: 18 and 72; the one home of the other zone has all 40."""
    assert spread(zones(), HOMES).frame["pop_total"].tolist() == [18.0, 72.0, 40.0]


def test_residents_go_by_a_weight() -> None:
    assert spread(zones(), HOMES, weight="floor_area").frame["pop_total"].tolist() == [60.0, 30.0, 40.0]


def test_points_count_alike() -> None:
    points = frame(list(HOMES.geometry.centroid))
    assert spread(zones(), points).frame["pop_total"].tolist() == [45.0, 45.0, 40.0]


def test_groups_zone_and_setting_come_along_and_are_estimated() -> None:
    population = spread(zones(pop_60p=[10, 8], setting=["urban", "rural"]), HOMES).frame
    assert population["pop_60p"].tolist() == [2.0, 8.0, 8.0]
    assert population["zone_id"].tolist() == ["a", "a", "b"]
    assert population["setting"].tolist() == ["urban", "urban", "rural"]
    assert population[["pop_total_estimated", "pop_60p_estimated"]].all(axis=None)


def test_a_zone_without_a_place_keeps_its_residents() -> None:
    read = spread(zones(), HOMES.iloc[:2])
    assert read.frame["pop_total"].tolist() == [18.0, 72.0, 40.0]
    assert zones().geometry[1].contains(read.frame.geometry[2])
    found = {one.code: one for one in read.report.findings}
    assert (found["no_place"].rows, found["no_place"].residents) == (("b",), 40.0)


def test_places_outside_all_zones_are_counted() -> None:
    far = frame([*HOMES.geometry, square(900, 900, 10)])
    read = spread(zones(), far)
    assert read.frame["pop_total"].sum() == 130.0
    assert "outside_zones" in [one.code for one in read.report.findings]


def test_a_place_of_weight_zero_has_nobody() -> None:
    population = spread(zones(), HOMES.assign(floor_area=[0.0, 5.0, 5.0]), weight="floor_area").frame
    assert population["pop_total"].tolist() == [90.0, 40.0]


def test_a_place_on_a_border_belongs_to_the_lower_zone() -> None:
    population = spread(zones(), frame([shapely.Point(X + 100, Y + 50), shapely.Point(X + 150, Y + 50)])).frame
    assert population["zone_id"].tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"zones": zones().drop(columns="pop_total")}, InputError, "pop_total"),
        ({"weight": "floors"}, InputError, "floor_area"),
        ({"zones": zones(pop_total=[90, -1])}, LayerError, r"1 rows \(1\)"),
        ({"zones": zones(pop_total=[90, None])}, LayerError, r"1 rows \(1\)"),
        ({"over": HOMES.assign(floor_area=[1.0, np.nan, 1.0]), "weight": "floor_area"}, LayerError, r"1 rows \(1\)"),
        ({"over": HOMES.to_crs("EPSG:4490")}, CRSError, "EPSG:4490"),
        ({"zones": frame([square(0, 0, 100), square(0, 0, 300)], pop_total=[1, 1])}, LayerError, "counted twice"),
    ],
)
def test_what_cannot_be_spread_is_named(changes: dict[str, Any], error: type[Exception], said: str) -> None:
    arguments = {"zones": zones(), "over": HOMES, "weight": None} | changes
    with pytest.raises(error, match=said):
        spread(arguments["zones"], arguments["over"], weight=arguments["weight"])


@given(
    total=st.floats(0.1, 1e7),
    weights=st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=40),
    seed=st.integers(0, 99),
)
def test_the_total_of_a_zone_is_kept_exactly_whatever_the_order(total: float, weights: list[float], seed: int) -> None:
    count = len(weights)
    places = frame([shapely.Point(X + 1 + i, Y + 1) for i in range(count)], w=weights, id=range(count))
    zone = frame([square(0, 0, 100)], pop_total=[total])
    population = spread(zone, places, weight="w").frame
    assert math.fsum(population["pop_total"]) == total
    order = np.random.default_rng(seed).permutation(count)
    again = spread(zone, places.iloc[order], weight="w").frame
    there = dict(zip(population.geometry.x, population["pop_total"], strict=True))
    assert dict(zip(again.geometry.x, again["pop_total"], strict=True)) == there


def test_shares_of_groups_come_from_a_table() -> None:
    table = pd.DataFrame({"name": ["东街", "西街"], "pop_total": [400, 200], "pop_60p": [100, 20]})
    read = with_group_shares(zones(name=["西街", "北街"]), table, key="name")
    assert read.frame["share_pop_60p"].fillna(-1).tolist() == [0.1, -1.0]
    told = {one.code: one.rows for one in read.report.findings}
    assert told == {"shares": (), "unknown_zone": ("东街",), "no_shares": ("北街",)}


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ({"zone_id": ["a", "a"], "pop_total": [4, 4], "pop_60p": [1, 1]}, "duplicate"),
        ({"zone_id": ["a"], "pop_total": [4], "pop_60p": [5]}, "no_share"),
        ({"zone_id": ["a"], "pop_total": ["?"], "pop_60p": [1]}, "no_number"),
    ],
)
def test_a_table_with_faults_is_refused(rows: dict[str, list[Any]], code: str) -> None:
    with pytest.raises(LayerError) as caught:
        with_group_shares(zones(), pd.DataFrame(rows))
    assert code in [one.code for one in caught.value.report.errors]


def test_a_figure_made_of_spread_residents_says_that_it_is_estimated() -> None:
    street = frame([shapely.LineString([(X, Y + 50), (X + 200, Y + 50)])])
    square_zone = frame([shapely.box(X, Y, X + 200, Y + 100)], zone_id=["z"], level=["街道"], setting=["urban"])
    venue = frame([shapely.Point(X + 20, Y + 50)], service=["fitness"], open_to_public=[True])
    population = spread(zones(pop_60p=[9, 4]), HOMES).frame.drop(columns="zone_id")
    plan = read_plan("lianyungang-145").only("WT-01").with_levels(["街道"])
    result = assess(City(WalkNetwork.from_edges(street), population, venue, square_zone), plan, progress=False)
    assert result.table["estimated"].all()
    assert "estimated" in result.evidence["kind"].tolist()
