"""行政区 and 管理主体: two partitions of the hand-worked town, each of which sums to it."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from servicecircle.assessment import assess, districts_table
from tests import oracle


def quarters() -> gpd.GeoDataFrame:
    """Return the zones, each in two communities: a park manages A's east, beyond 1,200 m; all else its 街道 does."""
    zones = oracle.zones().assign(parent=None)
    small = []
    for zone, cut in (("A", 1200), ("B", 2600), ("Z", 3200)):
        west, south, east, north = zones.geometry[zones["zone_id"] == zone].iloc[0].bounds
        middle = zones.total_bounds[0] + cut if west < zones.total_bounds[0] + cut < east else (west + east) / 2
        halves = shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
        small += [
            {"zone_id": f"{zone}{n}", "name": f"{zone}{n}", "level": "社区", "parent": zone, "geometry": half}
            for n, half in enumerate(halves, start=1)
        ]
    named = dict(zip(zones["zone_id"], zones["name"], strict=True))
    frame = pd.concat([zones.assign(level="街道"), gpd.GeoDataFrame(small, crs=zones.crs)], ignore_index=True)
    frame["manager"] = [named[one[0]] for one in frame["zone_id"]]
    frame.loc[frame["zone_id"] == "A2", "manager"] = "园区"
    return frame


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    plan = oracle.plan().only("YY-01").with_levels(["街道", "全市"])
    people, places = (one.drop(columns="zone_id") for one in (oracle.population(), oracle.facilities()))
    city = oracle.city(zones=quarters(), population=people, facilities=places)
    result = assess(city, plan, progress=False)
    return districts_table(result, level="街道").set_index("zone_name")


def test_each_partition_sums_to_the_city(table: pd.DataFrame) -> None:
    zones = table[table["level"] == "街道"]
    for partition in ("admin", "manager"):
        for figure in ("pop_total", "numerator"):
            column = f"{figure}_{partition}"
            assert zones[column].sum() == table[column][table["level"] == "全市"].iloc[0]


def test_the_park_takes_its_residents_and_kindergartens_from_the_district_around_it(table: pd.DataFrame) -> None:
    # A has C1..C4, 20,000 residents, and K1; C1, C2 and C3 live west of 1,200 m, C4 in the park
    west = [one for one in oracle.ORACLE["cells"] if one["zone_id"] == "A" and one["xy"][0] < 1200]
    east = [one for one in oracle.ORACLE["cells"] if one["zone_id"] == "A" and one["xy"][0] > 1200]
    columns = ["pop_total_admin", "pop_total_manager"]
    park, around = (table[columns].to_dict("index")[name] for name in ("园区", "甲街道"))
    assert np.isnan(park["pop_total_admin"])
    assert park["pop_total_manager"] == sum(one["pop_total"] for one in east) == 2000
    assert around == {"pop_total_admin": 20000, "pop_total_manager": sum(one["pop_total"] for one in west)}


def test_the_difference_is_that_of_the_two_values(table: pd.DataFrame) -> None:
    row = table.loc["甲街道"]
    # one kindergarten for 2.0 x 10,000 residents, or for those who are left
    assert row["value_admin"] == pytest.approx(0.5)
    assert row["value_manager"] == pytest.approx(1 / (row["pop_total_manager"] / 10000))
    assert row["difference"] == pytest.approx(row["value_manager"] - 0.5)


@pytest.mark.parametrize(("zone", "manager"), [("A1", "甲街道"), ("A2", "园区"), ("B1", "乙乡")])
def test_a_facility_without_a_place_counts_for_who_manages_its_community(zone: str, manager: str) -> None:
    places = oracle.facilities()
    places.loc[places["id"] == "K1", ["zone_id", "geometry"]] = [zone, None]
    city = oracle.city(zones=quarters(), facilities=places).districts_by("manager", level="街道")
    names = dict(zip(city.zones["zone_id"], city.zones["name"], strict=True))
    assert names[city.facility_zones.loc["K1", "街道"]] == manager
