"""Facilities of a city folder: maps, categories, duplicates, and tables without coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import openpyxl
import pytest
import shapely

from servicecircle.errors import LayerError, ReadError
from tests.read.folders import EAST, METRIC, NORTH, found, lonlat, read_with, write_book, write_map, write_town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.city import City

NODES = {1: (100.0, 210.0), 2: (700.0, 210.0), 3: (705.0, 210.0), 4: (500.0, 190.0)}
TAGS = {
    1: {"amenity": "kindergarten", "name": "实验幼儿园"},
    2: {"amenity": "pharmacy", "name": "大药房"},
    3: {"amenity": "pharmacy", "name": "大药房"},
    4: {"leisure": "park", "name": "人民公园"},
}
SCHOOLS = """\
[[facilities]]
file = "学校.xlsx"
service = "school"
columns = { name = "学校名称", places = "学位数" }
zone = { column = "街道" }
"""
MATCH = f"""\
{SCHOOLS}
[facilities.match]
file = "poi.csv"
x = "lon"
y = "lat"
crs = "EPSG:4490"
review = "待核表.xlsx"
"""
ROWS = [["学校名称", "学位数", "街道"], ["实验小学", "1,200人", "西街道"], ["第二小学", "800人", "东街道办事处"]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the test city, with a list of schools and points of the same."""
    made = write_town(tmp_path)
    write_book(made / "学校.xlsx", ROWS)
    points = [("a", "实验小学", (100, 210)), ("b", "机关第二小学", (700, 210))]
    lines = [f"{key},{name},{lonlat(*place)[0]},{lonlat(*place)[1]}" for key, name, place in points]
    (made / "poi.csv").write_text("id,name,lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return made


def added(city: City) -> dict[str, int]:
    """Return how many facilities of each service there are beside those of the test city."""
    own = ("K1", "P1", "B1")
    counts = city.facilities.loc[~city.facilities["id"].isin(own), "service"].value_counts()
    return {str(service): int(count) for service, count in counts.sort_index().items()}


def test_a_map_has_the_services_that_its_tags_say(folder: Path) -> None:
    write_map(folder / "map.osm.pbf", NODES, tags=TAGS)
    city = read_with(folder, '[[facilities]]\nfile = "map.osm.pbf"')
    assert added(city) == {"kindergarten": 1, "park": 1, "pharmacy": 2}


def test_only_those_services_of_a_map_that_are_asked_for(folder: Path) -> None:
    write_map(folder / "map.osm.pbf", NODES, tags=TAGS)
    city = read_with(folder, '[[facilities]]\nfile = "map.osm.pbf"\nservices = ["park"]')
    assert added(city) == {"park": 1}


def test_a_service_that_maps_do_not_know_is_a_fault_with_a_hint(folder: Path) -> None:
    write_map(folder / "map.osm.pbf", NODES, tags=TAGS)
    with pytest.raises(ReadError, match=r"\[\[facilities\]\] no\. 3: service 'parc' .*Did you mean 'park'"):
        read_with(folder, '[[facilities]]\nfile = "map.osm.pbf"\nservices = ["parc"]')


@pytest.mark.parametrize(
    ("merge", "pharmacies"), [("false", 2), ("true", 1), ("{ within_m = 20.0 }", 1), ("{ within_m = 3.0 }", 2)]
)
def test_what_stands_there_twice_is_merged_as_city_toml_says(folder: Path, merge: str, pharmacies: int) -> None:
    """The two pharmacies of one name stand 5 m apart."""
    write_map(folder / "map.osm.pbf", NODES, tags=TAGS)
    city = read_with(folder, f'[[facilities]]\nfile = "map.osm.pbf"\nmerge_duplicates = {merge}')
    assert added(city)["pharmacy"] == pharmacies


@pytest.mark.parametrize(
    ("scheme", "kinds"), [("amap", ("141204", "050100")), ("baidu", ("教育培训;幼儿园", "美食;中餐厅"))]
)
def test_categories_of_web_maps_become_services(folder: Path, scheme: str, kinds: tuple[str, str]) -> None:
    (x, y) = lonlat(100, 210)
    lines = [f"{number},{kind},{x},{y}" for number, kind in enumerate(kinds)]
    (folder / "网络.csv").write_text("id,kind,lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")
    table = f'service_column = "kind"\nservices = "{scheme}"\nx = "lon"\ny = "lat"\ncrs = "EPSG:4490"'
    assert added(read_with(folder, f'[[facilities]]\nfile = "网络.csv"\n{table}')) == {"kindergarten": 1}


def test_tags_in_columns_become_services(folder: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["a", "b"], "amenity": ["pharmacy", "bench"]},
        geometry=[shapely.Point(EAST, NORTH + 210)] * 2,
        crs=METRIC,
    )
    frame.to_file(folder / "导出.gpkg")
    assert added(read_with(folder, '[[facilities]]\nfile = "导出.gpkg"\nservices = "osm"')) == {"pharmacy": 1}


def test_categories_by_rules_of_ones_own(folder: Path) -> None:
    (folder / "rules.toml").write_text(
        'format = 1\n\n[[amap]]\nservice = "pharmacy"\ncodes = ["050100"]\n',
        encoding="utf-8",
    )
    (x, y) = lonlat(100, 210)
    (folder / "网络.csv").write_text(f"id,kind,lon,lat\n1,050100,{x},{y}\n", encoding="utf-8")
    table = 'service_column = "kind"\nservices = "amap"\nrules = "rules.toml"\nx = "lon"\ny = "lat"\ncrs = "EPSG:4490"'
    assert added(read_with(folder, f'[[facilities]]\nfile = "网络.csv"\n{table}')) == {"pharmacy": 1}


def test_rows_without_coordinates_are_counted_in_the_zone_they_name(folder: Path) -> None:
    city = read_with(folder, SCHOOLS)
    schools = city.facilities[city.facilities["service"] == "school"]
    assert schools["zone_id"].tolist() == ["W", "E"]
    assert schools["places"].tolist() == [1200, 800]
    assert schools.geometry.is_empty.all() or schools.geometry.isna().all()


def test_a_row_with_a_place_keeps_it_whatever_zone_it_names(folder: Path) -> None:
    (x, y) = lonlat(100, 210)
    (folder / "混合.csv").write_text(f"name,街道,lon,lat\n甲,东街道,{x},{y}\n乙,东街道,,\n", encoding="utf-8")
    table = 'service = "school"\nzone = { column = "街道" }\nx = "lon"\ny = "lat"\ncrs = "EPSG:4490"'
    city = read_with(folder, f'[[facilities]]\nfile = "混合.csv"\n{table}')
    schools = city.facilities[city.facilities["service"] == "school"].set_index("name")
    inside = city.facility_zones["街道"].reindex(schools["id"])
    assert inside.tolist() == ["W", "E"]


@pytest.mark.parametrize(
    "more", ["", "merge_duplicates = true", 'match = { file = "stops.geojson" }'], ids=["zone", "merged", "matched"]
)
def test_a_table_with_heads_only_is_a_true_zero(folder: Path, more: str) -> None:
    write_book(folder / "学校.xlsx", ROWS[:1])
    city = read_with(folder, SCHOOLS + more)
    assert "school" in city.services
    assert added(city) == {}


def test_a_row_that_is_nowhere_is_refused(folder: Path) -> None:
    with pytest.raises(LayerError, match="neither a geometry nor a zone_id"):
        read_with(folder, SCHOOLS.replace('zone = { column = "街道" }\n', ""))


def test_a_zone_that_is_not_there_is_a_fault(folder: Path) -> None:
    write_book(folder / "学校.xlsx", [*ROWS, ["第三小学", "5人", "南街道"]])
    with pytest.raises(ReadError, match=r"学校\.xlsx layer, column '街道': no zone of this code or name"):
        read_with(folder, SCHOOLS)


def test_doubtful_matches_wait_in_a_workbook_and_count_by_zone_until_then(folder: Path) -> None:
    city = read_with(folder, MATCH)
    schools = city.facilities[city.facilities["service"] == "school"].set_index("name")
    assert schools.geometry["实验小学"].distance(shapely.Point(EAST + 100, NORTH + 210)) < 0.001
    assert schools["zone_id"]["第二小学"] == "E"
    assert (schools.geometry.isna() | schools.geometry.is_empty).tolist() == [False, True]
    (said,) = found(city, "review_written")
    assert said.severity == "warning"
    assert "待核表.xlsx" in said.en
    assert (folder / "待核表.xlsx").is_file()


@pytest.mark.parametrize(("choice", "placed"), [("1", 2), ("无", 1), ("", 1)])
def test_what_somebody_chose_in_the_workbook_holds_at_the_next_reading(folder: Path, choice: str, placed: int) -> None:
    read_with(folder, MATCH)
    book = openpyxl.load_workbook(folder / "待核表.xlsx")
    book.worksheets[0]["D2"] = choice
    book.save(folder / "待核表.xlsx")
    before = (folder / "待核表.xlsx").read_bytes()
    city = read_with(folder, MATCH)
    schools = city.facilities[city.facilities["service"] == "school"]
    assert (~(schools.geometry.isna() | schools.geometry.is_empty)).sum() == placed
    assert len(found(city, "reviewed")) == 1
    assert not found(city, "review_written")
    assert (folder / "待核表.xlsx").read_bytes() == before


def test_without_doubt_no_workbook_is_written(folder: Path) -> None:
    write_book(folder / "学校.xlsx", ROWS[:2])
    city = read_with(folder, MATCH)
    assert not (folder / "待核表.xlsx").exists()
    assert len(found(city, "matched")) == 1


def test_a_workbook_that_no_longer_fits_the_table_is_refused_with_the_remedy(folder: Path) -> None:
    read_with(folder, MATCH)
    write_book(folder / "学校.xlsx", [ROWS[0], ["别的小学", "5人", "西街道"], *ROWS[1:]])
    with pytest.raises(ReadError, match=r"delete 待核表\.xlsx: it is written anew"):
        read_with(folder, MATCH)


def test_a_workbook_is_not_asked_once_nothing_is_doubtful(folder: Path) -> None:
    read_with(folder, MATCH)
    write_book(folder / "学校.xlsx", ROWS[:2])
    assert not found(read_with(folder, MATCH), "reviewed")


def test_points_of_a_map_are_matched_too(folder: Path) -> None:
    tags = {1: {"amenity": "school", "name": "实验小学"}}
    write_map(folder / "map.osm.pbf", {1: (100.0, 210.0)}, tags=tags)
    write_book(folder / "学校.xlsx", ROWS[:2])
    city = read_with(folder, f'{SCHOOLS}match = {{ file = "map.osm.pbf" }}')
    schools = city.facilities[city.facilities["service"] == "school"]
    assert schools.geometry.iloc[0].distance(shapely.Point(EAST + 100, NORTH + 210)) < 0.01


@pytest.mark.parametrize(("left_out", "told"), [("050100", False), ("公立幼儿园 ", True)])
def test_names_resemble_each_other_but_codes_do_not(folder: Path, left_out: str, *, told: bool) -> None:
    (x, y) = lonlat(100, 210)
    kept = "公办幼儿园" if told else "090100"
    lines = [f"{number},{kind},{x},{y}" for number, kind in enumerate((kept, left_out))]
    (folder / "网络.csv").write_text("id,kind,lon,lat\n" + "\n".join(lines) + "\n", encoding="utf-8")
    table = (
        f'service_column = "kind"\nservices = {{ "{kept}" = "kindergarten" }}\nx = "lon"\ny = "lat"\ncrs = "EPSG:4490"'
    )
    city = read_with(folder, f'[[facilities]]\nfile = "网络.csv"\n{table}')
    assert bool(found(city, "similar_services")) is told
