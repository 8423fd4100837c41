"""Checking a city folder: every file is described, every fault of every layer is there at once, under its layer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import InputError
from servicecircle.read import check_city, read_city
from tests.read.folders import CITY, lonlat, write_book, write_town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.findings import DataReport


def edited(folder: Path, *changes: tuple[str, str]) -> DataReport:
    """Change city.toml, old text to new, and check the city."""
    text = CITY
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "city.toml").write_text(text, encoding="utf-8")
    return check_city(folder)


def about(report: DataReport) -> dict[str, str]:
    """Return what is said about each file."""
    return {finding.layer: finding.en for finding in report.findings if finding.code == "layer"}


def test_each_file_is_described_by_rows_crs_and_extent(tmp_path: Path) -> None:
    said = about(check_city(write_town(tmp_path)))
    assert set(said) == {"道路.gpkg", "人口.tif", "设施.csv", "stops.geojson", "zones.shp", "areas.gpkg (areas)"}
    assert said["zones.shp"].startswith("2 rows; CRS EPSG:4490, used as EPSG:4549; extent ")
    assert said["道路.gpkg"].startswith("1 rows; CRS EPSG:4549; extent ")
    assert said["设施.csv"].startswith("3 rows; CRS EPSG:4490, used as EPSG:4549; extent 119.193 - ")
    assert "raster; CRS EPSG:4549" in said["人口.tif"]


def test_an_extent_is_in_degrees(tmp_path: Path) -> None:
    """The test city lies 74 km west of 120° E and 3,830 km north of the equator: near 119.19° E, 34.60° N."""
    said = about(check_city(write_town(tmp_path)))["道路.gpkg"]
    match = re.search(r"extent ([\d.]+) - ([\d.]+) E, ([\d.]+) - ([\d.]+) N", said)
    assert match
    west, east, south, north = map(float, match.groups())
    assert 119.1 < west < east < 119.3
    assert 34.5 < south <= north < 34.7


def test_columns_known_and_others_are_told_apart(tmp_path: Path) -> None:
    said = about(check_city(write_town(tmp_path)))["设施.csv"]
    assert "columns known: id, name; others: 类别." in said


def test_a_sound_city_has_no_error_and_all_that_reading_finds(tmp_path: Path) -> None:
    folder = write_town(tmp_path)
    report = check_city(folder)
    found = {(one.code, one.en) for one in report.findings}
    assert report.ok
    assert {(one.code, one.en) for one in read_city(folder).report.findings} <= found
    assert len(found) == len(report)


def test_columns_that_may_be_known_are_pointed_out(tmp_path: Path) -> None:
    report = edited(write_town(tmp_path), ('columns = { id = "编号", name = "名称" }\n', ""))
    hints = {one.column: one.en for one in report.findings if one.code == "column_hint"}
    assert set(hints) == {"编号", "名称"}
    assert "columns = { name = '名称' }" in hints["名称"]


def test_faults_of_all_layers_come_at_once_each_under_its_file(tmp_path: Path) -> None:
    folder = write_town(tmp_path)
    (folder / "stops.geojson").write_text("no json", encoding="utf-8")
    (folder / "zones.dbf").unlink()
    report = edited(folder, ('x = "经度"', 'x = "径度"'))
    wrong = {one.layer: one.en for one in report.errors}
    assert set(wrong) == {"stops.geojson", "zones.shp", "设施.csv"}
    assert "'径度'" in wrong["设施.csv"]
    assert "Known: 编号, 名称, 类别, 经度, 纬度." in wrong["设施.csv"]
    assert ".dbf" in wrong["zones.shp"]
    assert "道路.gpkg" in about(report)


def test_a_fault_that_only_shows_when_the_city_is_put_together_names_its_table(tmp_path: Path) -> None:
    report = edited(write_town(tmp_path), ('level = "街道"\n', ""))
    assert [(one.layer, "no column 'level'" in one.en) for one in report.errors] == [("[[zones]] no. 1", True)]
    assert "没有列 'level'" in report.errors[0].zh


def test_faults_of_layers_keep_their_rows(tmp_path: Path) -> None:
    folder = write_town(tmp_path)
    write_book(folder / "人口.xlsx", [["常住人口", "经度", "纬度"], [5, *lonlat(50, 50)], [-3, *lonlat(90, 90)]])
    population = 'file = "人口.xlsx"\nx = "经度"\ny = "纬度"\ncrs = "EPSG:4490"\ncolumns = { pop_total = "常住人口" }\n'
    report = edited(folder, ('file = "人口.tif"\n', population))
    (negative,) = report.errors
    assert (negative.layer, negative.column, negative.count, negative.rows) == ("population", "pop_total", 1, ("1",))


def test_faults_of_city_toml_are_findings_one_each(tmp_path: Path) -> None:
    report = edited(
        write_town(tmp_path), ('file = "人口.tif"', 'file = "人.tif"'), ('file = "道路.gpkg"', 'file = "路.gpkg"')
    )
    assert [one.layer for one in report.errors] == ["city.toml", "city.toml"]
    assert "Did you mean '人口.tif'?" in report.errors[1].en
    assert report.errors[1].zh == "找不到文件 人.tif。"


def test_no_city_toml_is_a_finding_and_no_folder_an_error(tmp_path: Path) -> None:
    (finding,) = check_city(tmp_path).errors
    assert "there is no such file" in finding.en
    with pytest.raises(InputError, match="no such folder"):
        check_city(tmp_path / "x")
