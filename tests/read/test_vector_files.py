"""GeoPackage, GeoJSON and shapefile: layers, encodings, CRS, and damaged files."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pyogrio
import pytest
import shapely

from servicecircle.errors import CRSError, InputError, ReadError
from servicecircle.read import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POINTS = gpd.GeoDataFrame(
    {"名称": ["甲幼儿园", "乙幼儿园"], "places": [270, 360]},
    geometry=[shapely.Point(119.2, 34.6), shapely.Point(119.25, 34.5)],
    crs="EPSG:4490",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a Chinese name."""
    made = tmp_path / "测绘数据 2025"
    made.mkdir()
    return made


def same(frame: gpd.GeoDataFrame) -> bool:
    return (
        list(frame["名称"]) == list(POINTS["名称"])
        and list(frame["places"]) == [270, 360]
        and list(frame.geometry.to_wkt()) == list(POINTS.geometry.to_wkt())
    )


@pytest.mark.parametrize("name", ["幼儿园.gpkg", "幼儿园.geojson", "幼儿园.json", "幼儿园.shp", "A.SHP"])
def test_the_same_layer_from_every_format(folder: Path, name: str) -> None:
    path = folder / name
    driver = {"json": "GeoJSON", "geojson": "GeoJSON", "gpkg": "GPKG"}.get(path.suffix[1:], "ESRI Shapefile")
    source = POINTS.set_crs(4326, allow_override=True) if driver == "GeoJSON" else POINTS
    if name == "A.SHP":
        source.to_file(folder / "a.shp", driver=driver, encoding="UTF-8")
        for part in sorted(folder.glob("a.*")):
            part.rename(folder / part.name.upper())
    else:
        source.to_file(path, driver=driver, encoding="UTF-8" if path.suffix == ".shp" else None)
    read = read_layer(path)
    assert same(read.frame)
    assert read.frame.crs == source.crs
    assert read.report.findings == ()


@pytest.fixture
def two(folder: Path) -> Path:
    """Return a GeoPackage with two layers, and a table without geometry."""
    path = folder / "城市.gpkg"
    POINTS.to_file(path, layer="幼儿园")
    POINTS.iloc[:1].to_file(path, layer="schools")
    pyogrio.write_dataframe(POINTS[["places"]], path, layer="notes")
    return path


def test_a_layer_is_named(two: Path) -> None:
    assert same(read_layer(two, layer="幼儿园").frame)
    assert len(read_layer(two, layer="schools").frame) == 1


def test_of_several_one_must_be_named(two: Path) -> None:
    with pytest.raises(ReadError, match=r"2 layers with geometry.*幼儿园, schools"):
        read_layer(two)


def test_a_layer_that_is_not_there(two: Path) -> None:
    with pytest.raises(ReadError, match=r"no layer 'school'. Did you mean 'schools'"):
        read_layer(two, layer="school")


def test_a_table_without_geometry(two: Path) -> None:
    with pytest.raises(ReadError, match="'notes' has no geometry"):
        read_layer(two, layer="notes")


def test_a_table_beside_the_only_layer_does_not_confuse(folder: Path) -> None:
    path = folder / "a.gpkg"
    POINTS.to_file(path, layer="幼儿园")
    pyogrio.write_dataframe(POINTS[["places"]], path, layer="layer_styles")
    assert same(read_layer(path).frame)


def test_an_empty_layer_stays_empty(folder: Path) -> None:
    path = folder / "a.gpkg"
    POINTS.iloc[:0].to_file(path, layer="a")
    frame = read_layer(path).frame
    assert len(frame) == 0
    assert frame.crs == POINTS.crs


def test_heights_are_dropped(folder: Path) -> None:
    path = folder / "a.gpkg"
    gpd.GeoDataFrame(geometry=[shapely.Point(1, 2, 3)], crs=4326).to_file(path)
    assert not read_layer(path).frame.has_z.any()


def test_a_file_without_crs_asks_for_one(folder: Path) -> None:
    path = folder / "a.shp"
    POINTS.to_file(path, encoding="UTF-8")
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError, match="no CRS is declared"):
        read_layer(path)
    assert read_layer(path, crs="EPSG:4490").frame.crs == "EPSG:4490"


def test_a_crs_does_not_reproject(folder: Path) -> None:
    path = folder / "a.gpkg"
    POINTS.to_file(path)
    with pytest.raises(CRSError, match="does not reproject"):
        read_layer(path, crs="EPSG:4549")
    assert same(read_layer(path, crs="EPSG:4490").frame)


def test_metres_in_a_geojson(folder: Path) -> None:
    """Many tools write projected coordinates and nothing else; the file then stands for degrees."""
    path = folder / "a.geojson"
    point = {"type": "Point", "coordinates": [426000.0, 3830000.0]}
    features = [{"type": "Feature", "properties": {"n": 1}, "geometry": point}]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with pytest.raises(CRSError, match="is in degrees, but its coordinates"):
        read_layer(path)
    read = read_layer(path, crs="EPSG:4549")
    assert read.frame.crs == "EPSG:4549"
    assert [finding.code for finding in read.report.findings] == ["crs_replaced"]


def test_degrees_that_are_said_to_be_metres(folder: Path) -> None:
    path = folder / "a.gpkg"
    POINTS.set_crs("EPSG:4549", allow_override=True).to_file(path)
    with pytest.raises(CRSError, match="is in metres, but its coordinates"):
        read_layer(path)


@pytest.fixture
def gbk(folder: Path) -> Path:
    """Return a shapefile whose table is in GBK, as Chinese Windows programs write it, without a .cpg file."""
    path = folder / "幼儿园.shp"
    POINTS.to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path


def test_gbk_without_a_cpg_is_read_and_reported(gbk: Path) -> None:
    read = read_layer(gbk)
    assert same(read.frame)
    assert [(f.code, f.severity) for f in read.report.findings] == [("encoding", "repair")]


@pytest.mark.parametrize("said", ["936", "ANSI 936", "GBK", "cp936"])
def test_a_cpg_that_is_right_needs_no_report(gbk: Path, said: str) -> None:
    gbk.with_suffix(".cpg").write_text(said, encoding="ascii")
    read = read_layer(gbk)
    assert same(read.frame)
    assert read.report.findings == ()


def test_a_cpg_that_is_wrong_is_reported(gbk: Path) -> None:
    gbk.with_suffix(".cpg").write_text("UTF-8", encoding="ascii")
    read = read_layer(gbk)
    assert same(read.frame)
    assert "not utf-8, as its .cpg file says" in read.report.findings[0].en


def test_utf8_without_a_cpg(folder: Path) -> None:
    path = folder / "a.shp"
    POINTS.to_file(path, encoding="UTF-8")
    path.with_suffix(".cpg").unlink(missing_ok=True)
    read = read_layer(path)
    assert same(read.frame)
    assert read.report.findings == ()


def test_a_name_cut_inside_a_character(folder: Path) -> None:
    """A shapefile's column names have ten bytes: three Chinese characters in UTF-8, and a byte of the fourth."""
    path = folder / "a.shp"
    POINTS.rename(columns={"places": "abcd"}).to_file(path, encoding="UTF-8")
    table = path.with_suffix(".dbf")
    cut = "学位数".encode() + "量".encode()[:1]
    table.write_bytes(table.read_bytes().replace(b"abcd".ljust(11, b"\0"), cut.ljust(11, b"\0")))
    read = read_layer(path)
    assert list(read.frame["学位数"]) == [270, 360]
    (finding,) = read.report.findings
    assert (finding.code, finding.rows) == ("cut_text", ("学位数",))


def test_missing_parts_are_named(gbk: Path) -> None:
    gbk.with_suffix(".shx").unlink()
    gbk.with_suffix(".dbf").unlink()
    with pytest.raises(ReadError, match=r"\.shx, \.dbf"):
        read_layer(gbk)


def _gpkg(folder: Path) -> Path:
    path = folder / "大.gpkg"
    many = gpd.GeoDataFrame({"n": range(3000)}, geometry=[shapely.Point(i / 100, 1) for i in range(3000)], crs=4326)
    many.to_file(path)
    return path


def _geojson(folder: Path) -> Path:
    path = folder / "a.geojson"
    POINTS.to_crs(4326).to_file(path)
    return path


def _shp(folder: Path) -> Path:
    path = folder / "a.shp"
    POINTS.to_file(path, encoding="UTF-8")
    return path


@pytest.mark.parametrize("make", [_gpkg, _geojson, _shp])
@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.8, 0.99])
def test_a_truncated_file_is_refused(folder: Path, make: Callable[[Path], Path], share: float) -> None:
    path = make(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[: max(1, int(len(whole) * share))])
    with pytest.raises(ReadError, match="damaged or incomplete"):
        read_layer(path)


def test_a_truncated_table_of_a_shapefile_is_refused(folder: Path) -> None:
    path = _shp(folder)
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes()[:-30])
    with pytest.raises(ReadError, match=r"\.dbf: the file is damaged"):
        read_layer(path)


def test_a_geopackage_in_use_is_read(folder: Path) -> None:
    """An older SQLite may leave the number of pages in the head behind; then it says nothing about the file."""
    path = _gpkg(folder)
    data = bytearray(path.read_bytes())
    data[28:32], data[92:96] = (10**6).to_bytes(4, "big"), bytes(4)
    path.write_bytes(data)
    assert len(read_layer(path).frame) == 3000


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.csv"])
def test_an_empty_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).touch()
    with pytest.raises(ReadError, match="0 bytes"):
        read_layer(folder / name)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp", "a.csv"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_layer(folder / name)


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson", "a.shp"])
def test_a_file_of_another_kind_is_refused(folder: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(b"PK\x03\x04 something else entirely, long enough for a head of a hundred bytes" * 3)
    for suffix in (".shx", ".dbf"):
        path.with_suffix(suffix).write_bytes(b"\0" * 200)
    with pytest.raises(ReadError, match="damaged or incomplete"):
        read_layer(path)


def test_other_formats_are_named(folder: Path) -> None:
    path = folder / "a.pdf"
    path.write_text("a map", encoding="utf-8")
    with pytest.raises(ReadError, match=r"'\.pdf' are not read; those that are: \.gpkg"):
        read_layer(path)


@pytest.mark.parametrize("options", [{"x": "lon", "y": "lat"}, {"wkt": "g"}])
def test_options_for_csv_only(folder: Path, options: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="csv files only"):
        read_layer(_gpkg(folder), **options)


def test_geojson_in_gbk_is_refused_with_a_remedy(folder: Path) -> None:
    path = _geojson(folder)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    with pytest.raises(ReadError, match="Save the file again as UTF-8"):
        read_layer(path)


def test_a_view_of_another_program_does_not_change_what_is_read(folder: Path) -> None:
    """A second connection holds the file open, as a desktop GIS does."""
    path = _gpkg(folder)
    other = sqlite3.connect(path)
    try:
        other.execute("select count(*) from sqlite_master").fetchone()
        assert len(read_layer(path).frame) == 3000
    finally:
        other.close()
