"""Files in GCJ-02 or BD-09, in every format and whatever they declare: read as the same places in WGS 84."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely

from servicecircle.datum import wgs84_to_bd09, wgs84_to_gcj02
from servicecircle.errors import CRSError
from servicecircle.read import read_layer

if TYPE_CHECKING:
    from pathlib import Path

WGS84 = np.array([[119.2216, 34.5967], [119.25, 34.5], [119.1, 34.72]])
SHIFTED = {"GCJ-02": np.column_stack(wgs84_to_gcj02(*WGS84.T)), "BD-09": np.column_stack(wgs84_to_bd09(*WGS84.T))}
DEGREES_OF_1_CM = 0.01 / 111_320


def written(folder: Path, name: str, datum: str, *, declared: int | None = 4326) -> Path:
    """Write the shifted places into a file that declares some CRS, projected into it where it is projected."""
    path = folder / name
    xy = SHIFTED[datum]
    if path.suffix == ".csv":
        lines = [f"{i},{x:.9f},{y:.9f}" for i, (x, y) in enumerate(xy)]
        path.write_text("\n".join(["n,lon,lat", *lines]), encoding="utf-8")
        return path
    frame = gpd.GeoDataFrame({"n": range(len(xy))}, geometry=gpd.points_from_xy(*xy.T), crs=4490)
    frame = frame.to_crs(declared) if declared not in {None, 4326} else frame.set_crs(4326, allow_override=True)
    frame.to_file(path)
    if declared is None:
        path.with_suffix(".prj").unlink()
    return path


def is_wgs84(frame: gpd.GeoDataFrame) -> bool:
    """Return whether a frame holds the places in WGS 84 to a centimetre."""
    xy = shapely.get_coordinates(frame.geometry.to_numpy())
    return frame.crs.to_epsg() == 4326 and bool(np.abs(xy - WGS84).max() < DEGREES_OF_1_CM)


@pytest.mark.parametrize("name", ["poi.gpkg", "poi.geojson", "poi.shp", "poi.csv"])
@pytest.mark.parametrize("datum", SHIFTED)
def test_every_format_is_brought_to_wgs84(tmp_path: Path, name: str, datum: str) -> None:
    x, y = ("lon", "lat") if name.endswith("csv") else (None, None)
    read = read_layer(written(tmp_path, name, datum), x=x, y=y, crs=datum)
    assert is_wgs84(read.frame)
    repairs = [f for f in read.report.findings if f.code == "datum_shift"]
    assert [(f.layer, f.severity) for f in repairs] == [(name, "repair")]


@pytest.mark.parametrize("declared", [4326, 4490, 4549, 4528, 32650])
def test_what_the_file_declares_is_no_contradiction(tmp_path: Path, declared: int) -> None:
    path = written(tmp_path, "poi.gpkg", "GCJ-02", declared=declared)
    assert is_wgs84(read_layer(path, crs="火星坐标").frame)


def test_a_file_that_declares_nothing(tmp_path: Path) -> None:
    assert is_wgs84(read_layer(written(tmp_path, "poi.shp", "BD-09", declared=None), crs="bd09ll").frame)


@pytest.mark.parametrize("declared", [4610, 2385, 4214])
def test_an_old_datum_is_a_contradiction(tmp_path: Path, declared: int) -> None:
    path = written(tmp_path, "poi.gpkg", "GCJ-02", declared=4490)
    frame = gpd.read_file(path).set_crs(4610, allow_override=True)
    frame.to_crs(declared).to_file(path)
    with pytest.raises(CRSError, match="but crs says GCJ-02"):
        read_layer(path, crs="GCJ-02")


def test_metres_in_a_csv_file_are_no_degrees(tmp_path: Path) -> None:
    path = tmp_path / "poi.csv"
    path.write_text("x,y\n480000,3830000\n", encoding="utf-8")
    with pytest.raises(CRSError, match="EPSG:4549"):
        read_layer(path, x="x", y="y", crs="GCJ-02")


def test_wkt_and_rows_without_a_place(tmp_path: Path) -> None:
    path = tmp_path / "poi.csv"
    shape = shapely.LineString(SHIFTED["GCJ-02"]).wkt
    path.write_text(f'n;wkt\n1;"{shape}"\n2;\n', encoding="utf-8")
    read = read_layer(path, wkt="wkt", crs="GCJ-02")
    assert is_wgs84(read.frame.iloc[:1])
    assert read.frame.geometry[1] is None


def test_a_csv_file_without_coordinates_has_nothing_to_move(tmp_path: Path) -> None:
    path = tmp_path / "poi.csv"
    path.write_text("n\n1\n", encoding="utf-8")
    assert [f.code for f in read_layer(path, crs="GCJ-02").report.findings] == ["no_places"]
