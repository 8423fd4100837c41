"""Circles by minutes, by metres on foot and by radius, in a town whose walks are worked out by hand.

One street leads from (0, 0) east to (400, 0) and from there north to (400, 300), where the kindergarten stands.
A lives at (0, 0): 700 m on foot, 500 m straight. B lives at the corner: 300 m both ways. C lives at (0, 700): 566 m
from kindergarten and street, farther than anyone may walk across country, so without a walk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from servicecircle import assess, circles_table, read_plan, sensitivity, write_summary
from servicecircle.assessment.circles import COLUMNS
from servicecircle.city import City
from servicecircle.errors import InputError
from tests.grids import CRS, SOUTH, WEST, at, street, town

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pandas as pd

A, B, C = at(0, 0), at(400, 0), at(0, 700)


def hand_town(**facilities: Any) -> City:
    population = gpd.GeoDataFrame(
        {"cell_id": ["A", "B", "C"], "pop_total": [100.0, 60.0, 40.0], "pop_3_5": [10.0, 0.0, 5.0]},
        geometry=[A, B, C],
        crs=CRS,
    )
    west, east = (shapely.box(WEST + x, SOUTH - 50, WEST + x + 250, SOUTH + 900) for x in (-50, 200))
    zones = gpd.GeoDataFrame(
        {"zone_id": ["E", "W"], "name": ["东", "西"], "level": "街道"}, geometry=[east, west], crs=CRS
    )
    columns: dict[str, Any] = {"service": ["kindergarten"], "id": ["K"], "geometry": [at(400, 300)]} | facilities
    frame = gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS)
    return City(town(street((0, 0), (400, 0)), street((400, 0), (400, 300))), population, frame, zones)


def shares(table: pd.DataFrame, group: str = "pop_total", zone: str = "CITY") -> list[list[float]]:
    rows = table[(table["group"] == group) & (table["zone_id"] == zone)]
    return [list(map(float, row)) for row in rows[["share_minutes", "share_network", "share_radius"]].to_numpy()]


def test_the_three_ways_side_by_side() -> None:
    table = circles_table(hand_town())
    assert tuple(table.columns) == COLUMNS
    assert table["service"].unique().tolist() == ["kindergarten"]
    assert table[["minutes", "metres"]].drop_duplicates().to_numpy().tolist() == [[5, 300], [10, 500], [15, 1000]]
    # 5 min are 300 m: B exactly; 10 min 600 m: B; 15 min 900 m: A and B. Straight: B; A at exactly 500 m; all
    assert shares(table) == [[0.3, 0.3, 0.3], [0.3, 0.3, 0.8], [0.8, 0.8, 1.0]]
    # children: A 10, C 5; none lives with B
    assert shares(table, "pop_3_5") == [[0, 0, 0], [0, 0, 10 / 15], [10 / 15, 10 / 15, 1]]
    assert table["group_residents"].unique().tolist() == [200, 15]


def test_the_minutes_follow_the_walker_and_the_metres_do_not() -> None:
    # 0.8 m/s: 240, 480 and 720 m
    table = circles_table(hand_town(), profile="elderly")
    assert shares(table) == [[0, 0.3, 0.3], [0.3, 0.3, 0.8], [0.8, 0.8, 1.0]]


def test_zones_have_rows_of_their_own() -> None:
    table = circles_table(hand_town(), levels=["街道"])
    assert table["zone_id"].drop_duplicates().tolist() == ["CITY", "E", "W"]
    assert shares(table, zone="E") == [[1, 1, 1]] * 3
    assert shares(table, zone="W") == [[0, 0, 0], [0, 0, 100 / 140], [100 / 140, 100 / 140, 1]]
    assert np.isnan(shares(table, "pop_3_5", "E")).all()  # no child lives there


def test_other_circles() -> None:
    table = circles_table(hand_town(), minutes=[11.66], metres=[299.998])
    assert shares(table) == [[0.3, 0.0, 0.0]]  # 11.66 min are 699.6 m
    table = circles_table(hand_town(), minutes=[700 / 60], metres=[299.9995])
    assert shares(table) == [[0.8, 0.3, 0.3]]  # inclusive, to the millimetre


def test_only_open_facilities_count() -> None:
    table = circles_table(hand_town(status=["closed"]))
    assert shares(table) == [[0, 0, 0]] * 3


def test_where_a_facility_stands_must_be_known() -> None:
    unplaced = hand_town(zone_id=["E"], geometry=[None])
    assert len(circles_table(unplaced)) == 0
    asked = circles_table(unplaced, services=["kindergarten"])
    assert np.isnan(shares(asked)).all()
    assert asked["group_residents"].unique().tolist() == [200, 15]


def test_a_service_without_any_facility_is_a_true_zero() -> None:
    city = hand_town()
    known = City(city.walk, city.population, city.facilities, city.zones, services=["culture"])
    assert shares(circles_table(known, services=["culture"])) == [[0, 0, 0]] * 3


def test_a_group_that_is_not_counted_is_not_known() -> None:
    city = hand_town()
    fewer = City(city.walk, city.population.drop(columns="pop_3_5"), city.facilities, city.zones)
    table = circles_table(fewer)
    assert np.isnan(shares(table, "pop_3_5")).all()
    assert table.loc[table["group"] == "pop_3_5", "group_residents"].isna().all()


@pytest.mark.parametrize(
    ("language", "heads"), [("zh", ["服务", "层级", "单元编号"]), ("en", ["service", "level", "zone id"])]
)
def test_in_both_languages(language: Any, heads: list[str]) -> None:
    table = circles_table(hand_town(), language=language)
    assert table.columns.tolist()[:3] == heads
    assert table.columns.is_unique
    assert table.iloc[0, 0] == {"zh": "幼儿园", "en": "kindergarten"}[language]


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda city: circles_table(city, services=["school"]), r"service 'school' is unknown\. Known: kindergarten"),
        (lambda city: circles_table(city, services="kindergarten"), "services must be a list"),
        (lambda city: circles_table(city, levels=["县区"]), "level '县区' is unknown. Known: 街道"),
        (lambda city: circles_table(city, profile="runner"), "profile 'runner' is unknown"),
        (lambda city: circles_table(city, language="de"), "language 'de' is unknown"),  # type: ignore[arg-type]
        (lambda city: circles_table(city, minutes=[5, 10]), "one for one: 2 and 3 were given"),
        (lambda city: circles_table(city, minutes=[], metres=[]), "one for one: 0 and 0 were given"),
        (lambda city: circles_table(city, minutes=[0], metres=[1]), "minutes must be a finite number above 0"),
        (lambda city: circles_table(city, minutes=[1], metres=[float("nan")]), "metres must be finite numbers above 0"),
    ],
)
def test_what_cannot_be_asked(ask: Callable[[City], object], says: str) -> None:
    with pytest.raises(InputError, match=says):
        ask(hand_town())


def test_unverified_standards_have_values_and_never_a_verdict() -> None:
    plan = read_plan("life-circles").only("SHQ05-kindergarten", "SHQ10-grocery")
    result = assess(hand_town(), plan, progress=False)
    rows = result.table[result.table["standard_id"] == "SHQ05-kindergarten"].set_index("zone_id")
    assert dict(zip(rows.index, rows["status"], strict=True)) == {
        "CITY": "info",
        "E": "no_population",
        "W": "reference",
    }
    assert [rows[name]["W"] for name in ("value", "target", "target_origin")] == [0.0, 1.0, "unverified"]
    assert result.table["verdict"].isna().all()
    assert (result.table["status"] != "judged").all()
    told = str(result.explain("SHQ05-kindergarten", "W"))
    assert "未核实" in told
    assert "unverified: edition, clause, quote, verified_by, verified_on not entered" in told
    assert result.citations["document"].str.startswith("GB 50180-2018").all()
    summary = result.tables.summary(language="zh")
    assert set(summary["目标来源"]) == {"未核实"}


def test_an_unverified_share_is_varied_as_an_assumed_one() -> None:
    plan = read_plan("life-circles").only("SHQ15-community_health")
    city = hand_town(service=["community_health"])
    base = assess(city, plan, progress=False)
    varied = sensitivity(base, speeds_m_s=[], shares=[0.7], access_m=[], codes=[], progress=False)
    # of W 100 of 140 reach it: below 1.0, above 0.7
    assert varied.flips["zone_id"].tolist() == ["W"]


def test_a_page_says_that_a_clause_is_not_verified(tmp_path: Path) -> None:
    result = assess(hand_town(), read_plan("life-circles").only("SHQ05-kindergarten"), progress=False)
    write_summary(result, tmp_path / "summary.html", language="en")
    page = (tmp_path / "summary.html").read_text("utf-8")
    assert "(unverified: edition, clause, quote, verified_by, verified_on not entered)" in page
    assert "line 0" not in page
