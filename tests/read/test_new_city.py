"""A city.toml guessed from files: what may be guessed is right and marked, what may not is left to a person."""

from __future__ import annotations

import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.datum import wgs84_to_gcj02
from servicecircle.errors import InputError, ReadError
from servicecircle.projection import WGS84
from servicecircle.read import new_city, read_city
from servicecircle.read.draft_crs import crs_said
from tests.read.folders import EAST, METRIC, NORTH, box, lonlat, write_book, write_map, write_town

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = ("gpkg", "geojson", "shp", "parquet", "gdb")
GUESSED, TO_DO = "猜测 guessed", "待补 to do"


def said(folder: Path) -> dict[str, Any]:
    """Return what the new city.toml of a folder says."""
    return tomllib.loads(new_city(folder).read_text(encoding="utf-8"))


def write_layer(path: Path, frame: gpd.GeoDataFrame) -> None:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        driver = {".gdb": "OpenFileGDB", ".shp": "ESRI Shapefile", ".gpkg": "GPKG", ".geojson": "GeoJSON"}[path.suffix]
        frame.to_file(path, driver=driver, encoding="GBK" if path.suffix == ".shp" else None)


def write_small_city(folder: Path, form: str, table: str) -> None:
    """Write two quarters with a street, four cells, a school in a table and a park as a point."""
    ends = [(0, 200), (400, 200), (800, 200)]
    places = [(EAST + x, NORTH + y) for x, y in ends]
    lines = [shapely.LineString(places[:2]), shapely.LineString(places[1:])]
    write_layer(folder / f"道路.{form}", gpd.GeoDataFrame({"路名": ["一", "二"]}, geometry=lines, crs=METRIC))
    zones = {"区划代码": ["990321001", "990321002"], "名称": ["西街道", "东街道"]}
    quarters = gpd.GeoDataFrame(zones, geometry=[box(0, 0, 400, 400), box(400, 0, 800, 400)], crs=METRIC)
    write_layer(folder / f"行政区划.{form}", quarters.to_crs(4490))
    cells = [box(x, 150, x + 100, 250) for x in (0, 200, 400, 700)]
    people = gpd.GeoDataFrame({"常住人口": pd.array([10, 20, 30, 40], dtype="int32")}, geometry=cells, crs=METRIC)
    write_layer(folder / f"格网.{form}", people)
    park = gpd.GeoDataFrame({"名称": ["绿园"]}, geometry=[shapely.Point(EAST + 600, NORTH + 220)], crs=METRIC)
    write_layer(folder / f"公园.{form}", park)
    lon, lat = lonlat(100, 210)
    rows: list[list[object]] = [["学校名称", "学位数（个）", "经度", "纬度"], ["一小", "1,200", lon, lat]]
    if table == "xlsx":
        write_book(folder / "小学.xlsx", [["2024年小学名单"], *rows, ["合计", "1,200"]])
    else:
        text = "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows)
        (folder / "小学.csv").write_text(text, encoding="gbk")


@pytest.mark.parametrize("table", ["csv", "xlsx"])
@pytest.mark.parametrize("form", FORMATS)
def test_guesses_alone_read_a_plain_city_in_any_format(tmp_path: Path, form: str, table: str) -> None:
    write_small_city(tmp_path, form, table)
    new_city(tmp_path)
    city = read_city(tmp_path)
    assert city.population["pop_total"].sum() == 100
    assert sorted(city.zones["level"]) == ["街道", "街道"]
    assert sorted(city.facilities["service"]) == ["park", "primary_school"]
    school = city.facilities.set_index("service").loc["primary_school"]
    assert school["places"] == 1200
    assert school.geometry.distance(shapely.Point(EAST + 100, NORTH + 210)) < 0.01
    assert city.crs.to_epsg() == 4549


def test_every_guess_is_marked_and_says_why(tmp_path: Path) -> None:
    write_small_city(tmp_path, "gpkg", "csv")
    lines = new_city(tmp_path).read_text(encoding="utf-8").splitlines()
    own = [
        "file",
        "layer",
        "format",
        "name_",
        *(f"[{key}.columns]" for key in ("zones", "facilities", "population", "walk")),
    ]
    in_force = [line for line in lines if line and not line.startswith(("#", *own))]
    assert [line for line in in_force if GUESSED not in line or " | " not in line] == []


def test_files_elsewhere_are_named_from_the_city(tmp_path: Path) -> None:
    data, city = tmp_path / "数据", tmp_path / "城市" / "甲"
    data.mkdir()
    write_small_city(data, "gpkg", "csv")
    path = new_city(city, data=data)
    assert path == city / "city.toml"
    assert 'file = "../../数据/道路.gpkg"' in path.read_text(encoding="utf-8")
    assert read_city(city).population["pop_total"].sum() == 100
    assert sorted(one.name for one in data.iterdir()) == sorted(
        ["小学.csv", *(f"{name}.gpkg" for name in ("道路", "行政区划", "格网", "公园"))]
    )


def test_a_city_toml_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    write_small_city(tmp_path, "gpkg", "csv")
    (tmp_path / "city.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="exists already"):
        new_city(tmp_path)
    assert (tmp_path / "city.toml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("missing", [True, False])
def test_no_folder_and_no_data_are_refused(tmp_path: Path, *, missing: bool) -> None:
    data = tmp_path / "data"
    if not missing:
        data.mkdir()
        (data / "notes.txt").write_text("no data", encoding="utf-8")
    with pytest.raises(InputError, match="no such folder" if missing else "no data files"):
        new_city(tmp_path / "city", data=data)
    assert not (tmp_path / "city").exists()


def test_what_is_missing_stands_there_as_a_template(tmp_path: Path) -> None:
    pd.DataFrame({"名称": ["甲"], "经度": [119.2], "纬度": [34.6]}).to_csv(tmp_path / "幼儿园.csv", index=False)
    text = new_city(tmp_path).read_text(encoding="utf-8")
    for table in ("#[walk]", "#[population]", "#[[zones]]"):
        assert f"\n{table}\n" in text
    with pytest.raises(ReadError, match="the key 'walk' is missing"):
        read_city(tmp_path)


def test_files_that_are_not_read_are_named_with_what_helps(tmp_path: Path) -> None:
    for name in ("旧.mdb", "图.dwg", "表.xls", "空.csv", "影像.ecw"):
        (tmp_path / name).write_bytes(b"" if name == "空.csv" else b"x")
    (tmp_path / "坏.gpkg").write_bytes(b"SQLite format 3")
    text = new_city(tmp_path).read_text(encoding="utf-8")
    comments = {line.split(":")[0].removeprefix("# "): line for line in text.splitlines() if line.startswith("# ")}
    assert "To Geodatabase" in comments["旧.mdb"]
    assert "DXF" in comments["图.dwg"]
    assert ".xlsx" in comments["表.xls"]
    assert "0 bytes" in comments["空.csv"]
    assert "not read" in comments["影像.ecw"]
    assert "damaged" in comments["坏.gpkg"]
    assert str(tmp_path) not in text


def test_a_town_with_a_raster_and_letters_for_codes_needs_only_its_level(tmp_path: Path) -> None:
    folder = write_town(tmp_path)
    (folder / "city.toml").unlink()
    text = new_city(folder).read_text(encoding="utf-8")
    assert text.count(f"# {TO_DO}") == 1
    with pytest.raises(ReadError, match="the key 'zones' is missing"):
        read_city(folder)
    lines = [line.removeprefix("#") if line.startswith(("#[[zones", "#file", "#level", "#[zones", "#name")) else line
             for line in text.split("区划 zones")[1].splitlines()]  # fmt: skip
    text = text.split("区划 zones")[0] + "区划 zones\n" + "\n".join(lines[1:]).replace('level = "?"', 'level = "街道"')
    (folder / "city.toml").write_text(text, encoding="utf-8")
    city = read_city(folder)
    assert sorted(city.zones["zone_id"]) == ["E", "W"]
    assert city.population["pop_total"].sum() == 600  # 10 x 6 cells of 10: the raster reaches beyond the city


def test_an_openstreetmap_file_is_the_walk_network(tmp_path: Path) -> None:
    write_map(tmp_path / "map.osm.pbf", {1: (0, 0), 2: (100, 0)}, {1: ([1, 2], {"highway": "residential"})})
    assert said(tmp_path)["walk"] == {"file": "map.osm.pbf"}


def test_gtfs_is_bus_lines_and_other_archives_are_to_be_unpacked(tmp_path: Path) -> None:
    for name, inside in (("公交.zip", "stops.txt"), ("资料.zip", "a.csv")):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr(inside, "stop_id\n")
    assert said(tmp_path)["bus_lines"] == [{"file": "公交.zip"}]
    assert "Unpack it first" in (tmp_path / "city.toml").read_text(encoding="utf-8")


def amap(codes: list[str]) -> pd.DataFrame:
    lon, lat = wgs84_to_gcj02([119.2] * len(codes), [34.6] * len(codes))
    return pd.DataFrame({"name": "某处", "typecode": codes, "lng": lon, "lat": lat})


def test_amap_points_are_taken_for_shifted_and_classified_by_code(tmp_path: Path) -> None:
    amap(["141204", "090100", "050100"]).to_csv(tmp_path / "poi.csv", index=False)
    (table,) = said(tmp_path)["facilities"]
    assert (table["crs"], table["service_column"], table["services"]) == ("GCJ-02", "typecode", "amap")


def test_plain_degrees_are_not_taken_for_shifted_but_the_question_is_put(tmp_path: Path) -> None:
    pd.DataFrame({"名称": ["甲"], "经度": [119.2], "纬度": [34.6]}).to_csv(tmp_path / "幼儿园.csv", index=False)
    assert said(tmp_path)["facilities"][0]["crs"] == "EPSG:4490"
    (line,) = [
        row for row in (tmp_path / "city.toml").read_text("utf-8").splitlines() if row.startswith('crs = "EPSG:449')
    ]
    assert "GCJ-02" in line


def test_facilities_in_two_files_are_pointed_out(tmp_path: Path) -> None:
    """Nothing counts twice silently."""
    amap(["141204"]).to_csv(tmp_path / "poi.csv", index=False)
    write_book(tmp_path / "教育局.xlsx", [["学校名称", "类别", "所属街道"], ["甲幼儿园", "幼儿园", "西街道"]])
    text = new_city(tmp_path).read_text(encoding="utf-8")
    assert "kindergarten in 教育局.xlsx too" in text or "kindergarten in poi.csv too" in text
    assert "#[facilities.match]" in text
    assert '#file = "poi.csv"' in text


def test_a_list_with_neither_places_nor_zones_is_left_to_a_person(tmp_path: Path) -> None:
    write_book(tmp_path / "幼儿园.xlsx", [["学校名称", "电话"], ["甲幼儿园", "1"]])
    assert "facilities" not in said(tmp_path)


def test_two_population_layers_are_not_added_up(tmp_path: Path) -> None:
    write_small_city(tmp_path, "gpkg", "csv")
    rows = {"人口": [5, 6], "经度": [119.2, 119.2], "纬度": [34.6, 34.6]}
    pd.DataFrame(rows).to_csv(tmp_path / "另一份人口.csv", index=False)
    assert said(tmp_path)["population"]["file"] == "格网.gpkg"
    assert '#file = "另一份人口.csv"' in (tmp_path / "city.toml").read_text(encoding="utf-8")


def test_residents_by_zone_are_the_population_where_there_are_no_cells(tmp_path: Path) -> None:
    write_small_city(tmp_path, "gpkg", "csv")
    (tmp_path / "格网.gpkg").unlink()
    write_book(tmp_path / "人口.xlsx", [["区划代码", "常住人口（万人）"], ["990321001", 0.5], ["990321002", 0.25]])
    new_city(tmp_path)
    assert read_city(tmp_path).population["pop_total"].sum() == 7500


def test_a_table_of_groups_stands_beside_cells(tmp_path: Path) -> None:
    write_small_city(tmp_path, "gpkg", "csv")
    write_book(tmp_path / "年龄.xlsx", [["街道", "常住人口", "60岁及以上"], ["西街道", 30, 6], ["东街道", 70, 14]])
    (table,) = said(tmp_path)["groups"]
    assert table["zone"] == {"column": "街道"}
    assert table["columns"] == {"pop_total": "常住人口", "pop_60p": "60岁及以上"}


def test_several_sheets_and_layers_are_tables_of_their_own(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title, place in (("幼儿园", 0), ("养老院", 1)):
        page = book.create_sheet(title, place)
        page.append(["名称", "经度", "纬度"])
        page.append(["甲", 119.2, 34.6])
    book.save(tmp_path / "设施.xlsx")
    tables = said(tmp_path)["facilities"]
    assert [(one["layer"], one["service"]) for one in tables] == [
        ("幼儿园", "kindergarten"),
        ("养老院", "elderly_institution"),
    ]


def test_surveyors_axes_and_zone_numbers_are_seen(tmp_path: Path) -> None:
    rows = {"名称": ["甲"], "X坐标": [3_830_000.0], "Y坐标": [40_422_946.0]}
    pd.DataFrame(rows).to_csv(tmp_path / "幼儿园.csv", index=False)
    (table,) = said(tmp_path)["facilities"]
    assert (table["x"], table["y"], table["crs"]) == ("Y坐标", "X坐标", "EPSG:4528")


@pytest.mark.parametrize(
    ("lon", "lat", "crs"),
    [(119.2, 34.6, "EPSG:4549"), (118.4, 34.6, "EPSG:4548"), (87.6, 43.8, "EPSG:4538"), (8.67, 49.4, "EPSG:32632"),
     (-58.4, -34.6, "EPSG:32721")],
)  # fmt: skip
def test_a_city_is_measured_in_the_zone_it_lies_in(tmp_path: Path, lon: float, lat: float, crs: str) -> None:
    """CGCS2000's 3-degree zones have their meridians at 117, 120 ... (EPSG:4548, 4549 ...); elsewhere UTM."""
    pd.DataFrame({"名称": ["甲"], "经度": [lon], "纬度": [lat]}).to_csv(tmp_path / "幼儿园.csv", index=False)
    assert said(tmp_path)["crs"] == crs


def test_layers_without_a_crs_get_one_by_their_numbers(tmp_path: Path) -> None:
    write_small_city(tmp_path, "shp", "csv")
    for name in ("道路", "格网", "公园", "行政区划"):
        (tmp_path / f"{name}.prj").unlink()
    guessed = said(tmp_path)
    assert guessed["zones"][0]["crs"] == "EPSG:4490"
    assert guessed["walk"]["crs"] == guessed["crs"] == "EPSG:4549"
    assert read_city(tmp_path).population["pop_total"].sum() == 100


HEADS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n,"), min_size=1)
NAMES = st.text(
    st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="/\\:\x00"), min_size=1, max_size=20
)


@given(heads=st.lists(HEADS, min_size=1, max_size=6), name=NAMES)
def test_the_file_is_toml_whatever_heads_and_names_say(
    tmp_path_factory: pytest.TempPathFactory, heads: list[str], name: str
) -> None:
    folder = tmp_path_factory.mktemp("names")
    row = {"名称": "甲\n[[zones]]", "经度": 119.2, "纬度": 34.6, **dict.fromkeys(heads, "x")}
    file = folder / f"幼儿园{name}.csv"
    try:
        pd.DataFrame([row]).to_csv(file, index=False)
    except OSError:
        return  # a name that this system does not take
    text = new_city(folder).read_text(encoding="utf-8")
    read = tomllib.loads(text)
    assert [one["file"] for one in read.get("facilities", [])] in ([], [file.name])
    assert "zones" not in read


def test_coordinates_of_no_known_kind_are_taken_as_the_citys() -> None:
    assert crs_said(422_946, 3_830_000, "EPSG:4528").value == "EPSG:4528"
    assert crs_said(8.67, 49.4, "EPSG:32632").value == WGS84.to_string()


def test_entrances_need_a_column_that_says_of_what(tmp_path: Path) -> None:
    gates = [shapely.Point(EAST, NORTH)]
    write_layer(tmp_path / "出入口.gpkg", gpd.GeoDataFrame({"所属小区": ["甲苑"]}, geometry=gates, crs=METRIC))
    write_layer(tmp_path / "校门.gpkg", gpd.GeoDataFrame({"编号": ["1"]}, geometry=gates, crs=METRIC))
    write_layer(tmp_path / "小区大门.gpkg", gpd.GeoDataFrame({"编号": ["1"]}, geometry=gates, crs=METRIC))
    guessed = said(tmp_path)
    assert guessed["entrances"] == [{"file": "出入口.gpkg", "columns": {"of": "所属小区"}}]
    assert f"# {TO_DO}: say which column holds the id" in (tmp_path / "city.toml").read_text(encoding="utf-8")


def test_a_sheet_of_notes_does_not_hide_the_others(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = "幼儿园"
    for row in (["名称", "经度", "纬度"], ["甲", 119.2, 34.6]):
        page.append(row)
    notes = book.create_sheet("说明")
    notes.append([5, 6])
    notes.append([7])
    notes.append([8, 9, 10])
    book.save(tmp_path / "设施.xlsx")
    (table,) = said(tmp_path)["facilities"]
    assert (table["layer"], table["service"]) == ("幼儿园", "kindergarten")
    assert "# 设施.xlsx, 说明: " in (tmp_path / "city.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "crs"), [("县区_高德", "GCJ-02"), ("counties_baidu", "BD-09"), ("县区", None)])
def test_borders_of_a_web_map_are_taken_for_shifted_by_their_name(tmp_path: Path, name: str, crs: str | None) -> None:
    zones = {"adcode": ["990321"], "name": ["禾川县"]}
    county = gpd.GeoDataFrame(zones, geometry=[box(0, 0, 800, 400)], crs=METRIC).to_crs(4326)
    write_layer(tmp_path / f"{name}.geojson", county)
    assert said(tmp_path)["zones"][0].get("crs") == crs


def test_geometries_as_text_are_the_places_of_a_table(tmp_path: Path) -> None:
    table = pd.DataFrame({"WKT": ["POINT (119.2 34.6)", "POINT (119.3 34.6)"], "Name": ["城东养老院", "城西养老院"]})
    table.to_csv(tmp_path / "养老院.csv", index=False, encoding="utf-8")
    told = said(tmp_path)["facilities"][0]
    assert (told["wkt"], told["crs"]) == ("WKT", "EPSG:4490")
    assert "x" not in told
