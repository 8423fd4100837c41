"""Zones that tables name by code or by name; nothing is guessed."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pytest
import shapely

from servicecircle.errors import InputError, LayerError
from servicecircle.read import with_zone_ids
from tests import oracle

ZONES = [
    ("320706", "县区", "海州区", None),
    ("320703", "县区", "连云区", None),
    ("320706001", "街道", "听涛街道", "320706"),
    ("320706100", "乡镇", "东辛镇", "320706"),
    ("320703001", "街道", "墟沟街道", "320703"),
    ("320706001001", "社区", "朝阳社区", "320706001"),
    ("320703001001", "社区", "朝阳社区", "320703001"),
    ("320703001002", "社区", "听涛社区", "320703001"),
]


def zones() -> gpd.GeoDataFrame:
    ids, levels, names, parents = zip(*ZONES, strict=True)
    return gpd.GeoDataFrame(
        {"zone_id": ids, "level": levels, "name": names, "parent": parents},
        geometry=[shapely.box(500_000 + i, 3_830_000, 500_001 + i, 3_830_001) for i in range(len(ids))],
        crs="EPSG:4549",
    )


def table(cells: list[Any], **columns: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"所在地": cells, **columns}, geometry=[None] * len(cells), crs="EPSG:4549")


@pytest.mark.parametrize(
    ("cell", "zone"),
    [
        ("320706001", "320706001"),
        (320706001, "320706001"),
        (320706001.0, "320706001"),
        ("320706001000", "320706001"),
        ("听涛街道", "320706001"),
        (" 听涛 街道 ", "320706001"),
        ("听涛街道办事处", "320706001"),
        ("东辛镇人民政府", "320706100"),
        ("东辛", "320706100"),
        ("听涛社区居委会", "320703001002"),
        ("海州区听涛街道", "320706001"),
        ("海州区朝阳社区", "320706001001"),
        ("海州", "320706"),
    ],
)
def test_a_zone_by_code_or_name(cell: object, zone: str) -> None:
    assert with_zone_ids(table([cell]), zones(), column="所在地").frame["zone_id"].tolist() == [zone]


@pytest.mark.parametrize("cell", ["合计", "听涛镇", "连云区听涛街道", "320799", "听涛街"])
def test_a_zone_that_is_not_there_is_an_error_with_its_row(cell: str) -> None:
    with pytest.raises(LayerError) as caught:
        with_zone_ids(table(["听涛街道", cell]), zones(), column="所在地")
    (fault,) = caught.value.report.errors
    assert (fault.code, fault.column, fault.rows) == ("unknown_zone", "所在地", (f"1: {cell}",))


@pytest.mark.parametrize("cell", ["朝阳社区", "听涛"])
def test_a_name_of_several_zones_is_an_error_that_lists_them(cell: str) -> None:
    with pytest.raises(LayerError) as caught:
        with_zone_ids(table([cell]), zones(), column="所在地")
    (fault,) = caught.value.report.errors
    assert fault.code == "several_zones"


def test_the_level_tells_zones_of_one_name_apart() -> None:
    read = with_zone_ids(table(["听涛"]), zones(), column="所在地", level="街道")
    assert read.frame["zone_id"].tolist() == ["320706001"]


def test_the_zone_above_tells_zones_of_one_name_apart() -> None:
    frame = table(["朝阳社区", "朝阳社区"], 区=["连云区", "320706"])
    read = with_zone_ids(frame, zones(), column="所在地", parent_column="区")
    assert read.frame["zone_id"].tolist() == ["320703001001", "320706001001"]


def test_a_zone_that_does_not_lie_below_the_one_above_is_an_error() -> None:
    with pytest.raises(LayerError, match="no zone of this code or name"):
        with_zone_ids(table(["东辛镇"], 区=["连云区"]), zones(), column="所在地", parent_column="区")


def test_an_empty_cell_stays_without_a_zone_and_is_told() -> None:
    read = with_zone_ids(table(["听涛街道", None]), zones(), column="所在地")
    assert read.frame["zone_id"].tolist() == ["320706001", None]
    assert {f.code: f.rows for f in read.report.findings}["zone_empty"] == ("1",)


def test_how_zones_were_found_is_told() -> None:
    read = with_zone_ids(table(["320706001", "东辛镇", "墟沟"]), zones(), column="所在地")
    assert read.report.findings[0].en == "zones of 3 rows: 1 by code, 1 by name, 1 by a name without its ending."
    assert {f.code: f.rows for f in read.report.findings}["short_name"] == ("2: 墟沟 = 320703001",)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": "所在"}, "'所在地'"),
        ({"column": "所在地", "level": "区县"}, "level '区县'"),
        ({"column": "所在地", "parent_column": "区"}, "'区'"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        with_zone_ids(table(["听涛街道"]), zones(), **options)


def test_a_facility_known_by_the_name_of_its_zone_counts_there() -> None:
    """A kindergarten without a place in zone A of the oracle city, which is called 甲街道."""
    ground, places = oracle.zones(), oracle.facilities()
    row = places[places["id"] == "K1"].assign(id="K9", geometry=None, zone_id=None, 街道=ground["name"].iloc[0])
    named = with_zone_ids(row, ground, column="街道").frame.drop(columns="街道")
    whole = gpd.GeoDataFrame(gpd.pd.concat([places, named], ignore_index=True), crs=places.crs)
    city = oracle.city(facilities=whole)
    assert city.facilities.set_index("id").loc["K9", "zone_id"] == ground["zone_id"].iloc[0]
