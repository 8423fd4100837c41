"""The bureau's folder: the committed files are what the script makes, awkward as said, and make the city's county."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

import servicecircle as sc
from servicecircle.read import check_city, new_city, read_layer

SAMPLE = Path(__file__).resolve().parents[2] / "sample_data"
FOLDER = SAMPLE / "raw_folder"
TEXTS = ("city.toml", "人口格网.csv", "高德POI.csv", "养老服务设施_民政局.csv")
BOOKS = ("教育局学校名单.xlsx", "教育局学校名单_待核表.xlsx", "公交线路表.xlsx")
CHARTS = ("道路", "水系", "绿地", "围墙", "县城建成区")
COUNTY, COUNTY_CODE = "YX03", "990321"


@pytest.fixture(scope="module")
def county() -> sc.City:
    return sc.read_city(FOLDER)


@pytest.fixture(scope="module")
def whole() -> sc.City:
    return sc.sample_city()


def cells(path: Path) -> list[list[object]]:
    """Return what stands in the first sheet of a workbook."""
    return [list(row) for row in openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize("name", TEXTS)
def test_the_script_makes_the_committed_texts(made_again: Path, name: str) -> None:
    assert (made_again / "raw_folder" / name).read_bytes() == (FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", BOOKS)
def test_the_script_makes_the_committed_workbooks(made_again: Path, name: str) -> None:
    """Their bytes hold the hour at which they were written."""
    assert cells(made_again / "raw_folder" / name) == cells(FOLDER / name)
    first, second = (
        openpyxl.load_workbook(folder / name).worksheets[0] for folder in (made_again / "raw_folder", FOLDER)
    )
    assert sorted(map(str, first.merged_cells.ranges)) == sorted(map(str, second.merged_cells.ranges))


@pytest.mark.parametrize(("name", "layer"), [("行政区划.shp", None), *(("基础地理.gdb", chart) for chart in CHARTS)])
def test_the_script_makes_the_committed_layers(made_again: Path, name: str, layer: str | None) -> None:
    expected, actual = (read_layer(folder / name, layer=layer).frame for folder in (FOLDER, made_again / "raw_folder"))
    pd.testing.assert_frame_equal(pd.DataFrame(actual.drop(columns="geometry")), expected.drop(columns="geometry"))
    tolerance = 1.1e-7 if layer is None else 0.011
    assert shapely.equals_exact(
        actual.geometry.normalize().array, expected.geometry.normalize().array, tolerance=tolerance
    ).all()


def test_the_folder_holds_what_its_readme_names() -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    whole = {path.name for path in FOLDER.iterdir() if path.suffix not in {".shx", ".dbf", ".prj", ".md"}}
    assert {name for name in whole if f"`{name}`" not in text} == set()
    assert {*TEXTS, *BOOKS, "行政区划.shp", "基础地理.gdb"} == whole


def test_the_zones_are_in_gbk_that_nothing_declares() -> None:
    assert not (FOLDER / "行政区划.cpg").exists()
    assert "禾城镇".encode("gbk") in (FOLDER / "行政区划.dbf").read_bytes()


def test_the_geodatabase_has_eastings_with_the_number_of_their_zone() -> None:
    assert {str(name) for name in pyogrio.list_layers(FOLDER / "基础地理.gdb")[:, 0]} == set(CHARTS)
    assert pyogrio.read_info(FOLDER / "基础地理.gdb", layer="道路")["total_bounds"][0] > 40_000_000


def test_the_total_of_the_schools_is_that_of_their_rows() -> None:
    rows = cells(FOLDER / "教育局学校名单.xlsx")
    (total,) = [row for row in rows if row[0] == "合计"]
    numbered = [row for row in rows if isinstance(row[0], int)]
    assert [total[column] for column in (6, 7, 8)] == [
        sum(int(str(row[column])) for row in numbered) for column in (6, 7, 8)
    ]


def test_the_map_is_shifted_by_what_gcj02_shifts_it(whole: sc.City) -> None:
    """Kindergartens lie some 500 m east of where the city has them, until they are read as GCJ-02."""
    places = whole.facilities.query("service == 'kindergarten'").set_index("name").geometry
    for crs, low, high in (("EPSG:4326", 450, 600), ("GCJ-02", 0, 0.5)):
        points = read_layer(FOLDER / "高德POI.csv", crs=crs, x="lng", y="lat").frame.to_crs(whole.crs)
        points = points[points["name"].isin(places.index)].set_index("name").geometry
        away = points.distance(places[points.index])
        assert len(away) >= 9
        assert away.between(low, high).all()


def test_residents_and_facilities_are_those_of_the_citys_county(county: sc.City, whole: sc.City) -> None:
    border = whole.zones.set_index("zone_id").geometry[COUNTY]
    inside = whole.population[whole.population.centroid.within(border)]
    groups = [column for column in inside if str(column).startswith("pop_") and "_estimated" not in str(column)]
    assert county.population[groups].sum().to_dict() == inside[groups].sum().to_dict()
    services = county.facilities.groupby("service").size()
    there = whole.facilities[whole.facilities.within(border)].groupby("service").size()
    assert services.to_dict() == there[services.index].to_dict()


def test_schools_are_where_the_city_has_them_but_two_that_no_map_shows(county: sc.City, whole: sc.City) -> None:
    learning = county.facilities[county.facilities["service"].isin(["kindergarten", "school"])]
    placed = learning[~learning.geometry.is_empty & learning.geometry.notna()]
    assert len(learning) - len(placed) == 2
    there = whole.facilities[whole.facilities["service"].isin(["kindergarten", "school"])]
    nearest = gpd.sjoin_nearest(placed.to_crs(whole.crs), there[["geometry", "enrolment"]], distance_col="metres")
    assert nearest["metres"].max() < 0.5
    assert (nearest["enrolment_left"] == nearest["enrolment_right"]).all()


def test_what_was_repaired_is_said(county: sc.City) -> None:
    codes = {finding.code for finding in county.report.findings}
    assert {"encoding", "totals_left_out", "heads_joined", "datum_shift", "merged", "matched", "reviewed"} <= codes


def test_guesses_alone_read_the_folder_and_the_check_has_no_error(tmp_path: Path) -> None:
    new_city(tmp_path / "city", data=FOLDER)
    report = check_city(tmp_path / "city")
    assert report.ok
    assert sc.read_city(tmp_path / "city").population["pop_total"].sum() == 63_015


def test_the_guess_differs_from_what_a_planner_wrote_only_where_a_person_decides(tmp_path: Path) -> None:
    guessed = tomllib.loads(new_city(tmp_path / "city", data=FOLDER).read_text("utf-8"))
    wrote = tomllib.loads((FOLDER / "city.toml").read_text("utf-8"))
    assert guessed["crs"] == wrote["crs"]
    assert guessed["walk"]["layer"] == wrote["walk"]["layer"]
    assert guessed["zones"][0]["code_column"] == wrote["zones"][0]["code_column"]

    def key(table: dict[str, str]) -> str:
        return Path(table["file"]).name

    for table in wrote["facilities"]:
        (same,) = [one for one in guessed["facilities"] if key(one) == key(table)]
        assert {name: same.get(name) for name in ("x", "y", "crs", "service_column")} == {
            name: table.get(name) for name in ("x", "y", "crs", "service_column")
        }


@pytest.mark.slow
def test_the_county_is_judged_as_the_city_judges_it(county: sc.City, whole: sc.City) -> None:
    """Where a figure needs only what the folder has, it is that of the sample city for this county."""
    plan = sc.read_plan("lianyungang-145")
    ids = ["YY-01", "YY-03", "LY-04", "LY-06", "CX-08/township", "CX-08/village"]
    tables = []
    for city, zone in ((county, COUNTY_CODE), (whole, COUNTY)):
        table = sc.assess(city, plan).table
        rows = table[(table["zone_id"] == zone) & (table["class"] == "all")]
        tables.append(rows.set_index("standard_id").loc[ids])
    for column in ("status", "value", "numerator", "denominator"):
        assert tables[0][column].tolist() == tables[1][column].tolist()


def test_a_folder_that_cannot_be_written_is_read_all_the_same(tmp_path: Path) -> None:
    """The workbook of doubtful matches is there already: reading writes nothing."""
    copy = tmp_path / "copy"
    shutil.copytree(FOLDER, copy)
    before = sorted((path.relative_to(copy), path.stat().st_mtime_ns) for path in copy.rglob("*"))
    sc.read_city(copy)
    assert sorted((path.relative_to(copy), path.stat().st_mtime_ns) for path in copy.rglob("*")) == before


def test_a_forgotten_datum_is_flagged_with_its_size_and_the_remedy(tmp_path: Path) -> None:
    path = new_city(tmp_path / "city", data=FOLDER)
    path.write_text(path.read_text("utf-8").replace('crs = "GCJ-02"', 'crs = "EPSG:4326"'), encoding="utf-8")
    (said,) = [one for one in check_city(path).findings if one.code == "datum_suspected"]
    assert said.severity == "warning"
    assert "crs = 'GCJ-02'" in said.en
