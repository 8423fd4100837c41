"""Zones of a city folder: levels by code, urban and rural by class, shares of groups by zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest

from servicecircle.errors import LayerError, ReadError
from tests.read.folders import METRIC, box, found, read_edited, read_with, write_book, write_town

if TYPE_CHECKING:
    from pathlib import Path

ZONES = 'file = "zones.shp"\nlevel = "街道"'
WEST, EASTERN = box(0, 0, 400, 400), box(400, 0, 800, 400)
CODED = 'file = "街道.gpkg"\ncode_column = "区划代码"\ncolumns = { urban_rural_code = "城乡分类代码" }'
COUNTY = '[[zones]]\nfile = "县区.gpkg"\ncode_column = "代码"'
AGES: list[list[object]] = [
    ["年龄构成表"],
    ["街道", "常住人口", "60岁及以上"],
    ["西街道", 200, 50],
    ["东街道办事处", 400, 40],
    ["合计", 600, 90],
]
GROUPS = """\
[[groups]]
file = "年龄.xlsx"
columns = { pop_total = "常住人口", pop_60p = "60岁及以上" }
zone = { column = "街道" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the test city, with zones by code as well."""
    made = write_town(tmp_path)
    columns = {"区划代码": ["320706001000", "320706102000"], "name": ["西街道", "东镇"], "城乡分类代码": ["111", "121"]}
    gpd.GeoDataFrame(columns, geometry=[WEST, EASTERN], crs=METRIC).to_file(made / "街道.gpkg")
    county = gpd.GeoDataFrame({"代码": ["320706"], "name": ["海州区"]}, geometry=[box(0, 0, 800, 400)], crs=METRIC)
    county.to_file(made / "县区.gpkg")
    return made


def test_codes_tell_levels_and_the_zones_above_across_files(folder: Path) -> None:
    zones = read_with(folder, COUNTY, (ZONES, CODED)).zones
    assert zones[["zone_id", "level", "parent"]].to_numpy(dtype=object).tolist() == [
        ["320706001", "街道", "320706"],
        ["320706102", "乡镇", "320706"],
        ["320706", "县区", None],
    ]


def test_files_with_and_without_codes_together(folder: Path) -> None:
    zones = read_edited(folder, (ZONES, f"{ZONES}\n\n{COUNTY}")).zones
    assert zones["zone_id"].tolist() == ["W", "E", "320706"]
    assert zones["level"].tolist() == ["街道", "街道", "县区"]


def test_a_level_that_is_given_goes_before_that_of_the_code(folder: Path) -> None:
    zones = read_edited(folder, (ZONES, f'{CODED}\nlevel = "街道"')).zones
    assert zones["level"].tolist() == ["街道", "街道"]


def test_codes_that_are_none_are_named(folder: Path) -> None:
    with pytest.raises(ReadError, match=r"code_column: .*no division code of 6, 9 or 12 digits"):
        read_edited(folder, (ZONES, 'file = "街道.gpkg"\ncode_column = "name"'))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('file = "街道.gpkg"\ncode_column = "代码"', "no column '代码', which code_column names"),
        ('file = "街道.gpkg"\nlevel = "街道"', "no column 'zone_id'. Give columns"),
        ('file = "zones.shp"\nlevel = "街道"\nsettings = { "111" = "urban" }', "settings needs a column"),
    ],
)
def test_columns_that_are_not_there_are_named(folder: Path, table: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read_edited(folder, (ZONES, table))


@pytest.mark.parametrize(
    ("settings", "eastern"), [("", "urban"), ('\nsettings = { "121" = "rural" }', "rural")], ids=["usual", "own"]
)
def test_urban_and_rural_by_class_code_as_city_toml_says(folder: Path, settings: str, eastern: str) -> None:
    city = read_edited(folder, (ZONES, CODED + settings), ('all_rows = { setting = "urban" }\n', ""))
    assert city.zones["setting"].tolist() == ["urban", eastern]
    assert set(city.population["setting"]) == {"urban", eastern}


def test_the_mapping_of_class_codes_is_in_the_report(folder: Path) -> None:
    city = read_edited(folder, (ZONES, f'{CODED}\nsettings = {{ "121" = "rural" }}'))
    (said,) = found(city, "settings")
    assert "111 = urban (1)" in said.en
    assert "121 = rural (1)" in said.en
    assert "121 as settings says" in said.en
    assert "121 = 农村（1）" in said.zh


def test_shares_of_groups_come_from_a_table_that_names_zones(folder: Path) -> None:
    """50 of 200, and 40 of 400; the row of totals is no zone."""
    write_book(folder / "年龄.xlsx", AGES)
    zones = read_with(folder, GROUPS).zones
    assert zones["share_pop_60p"].tolist() == [0.25, 0.1]


def test_tables_of_several_levels_go_together(folder: Path) -> None:
    write_book(folder / "年龄.xlsx", AGES)
    (folder / "县.csv").write_text("zone_id,pop_total,pop_60p\n320706,1000,300\n", encoding="utf-8")
    zones = read_with(folder, f'{GROUPS}\n[[groups]]\nfile = "县.csv"\n\n{COUNTY}').zones
    assert zones["share_pop_60p"].tolist() == [0.25, 0.1, 0.3]


def test_a_table_of_groups_that_names_no_zone_is_refused(folder: Path) -> None:
    write_book(folder / "年龄.xlsx", [AGES[1], ["西街到", 200, 50]])
    with pytest.raises(ReadError, match=r"\[\[groups\]\] no\. 1: 年龄\.xlsx layer, column '街道': no zone of this"):
        read_with(folder, GROUPS)


def test_zones_at_fault_do_not_hide_the_faults_of_other_tables(folder: Path) -> None:
    with pytest.raises(ReadError) as caught:
        read_edited(folder, ("zones.shp", "道路.gpkg"), ('"类别"', '"类型"'))
    assert "[[zones]] no. 1: " in str(caught.value)
    assert "[[facilities]] no. 1: " in str(caught.value)


def test_zones_that_are_no_polygons_are_refused(folder: Path) -> None:
    with pytest.raises(LayerError, match="zones layer"):
        read_edited(folder, (ZONES, 'file = "道路.gpkg"\nlevel = "街道"\ncolumns = { zone_id = "name" }'))
