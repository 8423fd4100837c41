"""The same layer in every format and CRS, read back equal and assessed alike; what a file is refused for."""

from __future__ import annotations

import shutil
import sys
import warnings
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

import servicecircle as sc
from servicecircle.errors import CRSError, InputError, MissingExtraError, ReadError
from servicecircle.read import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servicecircle.read import Read

METRIC = "EPSG:4549"
POINTS = gpd.GeoDataFrame(
    {
        "name": ["甲幼儿园", "乙小学", "丙中学", None],
        "places": [270, 1200, 900, 45],
        "area_m2": [1820.5, 20000.25, 33333.0, 12.0],
        "zone_id": ["320706001001", "320706001002", "320706001003", "320706001001"],
    },
    geometry=shapely.points([(119.2, 34.6), (119.25, 34.5), (119.2216461, 34.5961234), (119.3, 34.55)]),
    crs="EPSG:4490",
)
HEADS = {"name": "名称", "places": "学位数", "area_m2": "建筑面积", "zone_id": "区划代码"}
FORMATS = ("csv", "xlsx", "shp", "gpkg", "geojson", "parquet", "gdb")
SYSTEMS = ("EPSG:4326", "EPSG:4490", METRIC)


def written(frame: gpd.GeoDataFrame, folder: Path, form: str) -> tuple[Path, dict[str, Any]]:
    """Write a layer, and return its file and the options that it is read with."""
    path = folder / f"学校 数据.{form}"
    if form in {"csv", "xlsx"}:
        table = frame.drop(columns="geometry").assign(经度=frame.geometry.x, 纬度=frame.geometry.y)
        if form == "csv":
            table.to_csv(path, index=False, encoding="gbk")
        else:
            table.to_excel(path, index=False)
        return path, {"x": "经度", "y": "纬度", "crs": frame.crs}
    if form == "parquet":
        frame.to_parquet(path)
        return path, {}
    options = {"encoding": "GBK"} if form == "shp" else {"driver": "OpenFileGDB"} if form == "gdb" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of whole numbers that a geodatabase keeps as floats
        pyogrio.write_dataframe(frame, path, **options)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    return path, {"crs": frame.crs} if form == "geojson" else {}


@pytest.mark.parametrize("crs", SYSTEMS)
@pytest.mark.parametrize("form", FORMATS)
def test_the_same_layer_from_every_format_and_crs(tmp_path: Path, form: str, crs: str) -> None:
    path, options = written(POINTS.rename(columns=HEADS).to_crs(crs), tmp_path, form)
    frame = read_layer(path, columns=HEADS, **options).frame
    for column in HEADS:
        values, expected = frame[column].astype(object), POINTS[column].astype(object)
        assert values.where(values.notna(), None).tolist() == expected.where(expected.notna(), None).tolist()
    moved = shapely.get_coordinates(frame.to_crs(METRIC).geometry.to_numpy())
    there = shapely.get_coordinates(POINTS.to_crs(METRIC).geometry.to_numpy())
    assert np.abs(moved - there).max() < 0.001


@pytest.fixture(scope="module")
def city() -> sc.City:
    return sc.sample_city()


def judged(city: sc.City, facilities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what a plan says of the city with these facilities for its own of culture and sport."""
    others = city.facilities[~city.facilities["service"].isin(facilities["service"])]
    both = pd.concat([others, facilities.to_crs(city.crs)], ignore_index=True)
    changed = sc.City(city.walk, city.population, gpd.GeoDataFrame(both, crs=city.crs), city.zones, areas=city.areas)
    plan = sc.read_plan("lianyungang-145").only("WT-01", "WT-02")
    return sc.assess(changed, plan, progress=False).table


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_assessment_from_every_format(tmp_path: Path, city: sc.City, form: str) -> None:
    columns = ["id", "name", "service", "area_m2", "open_to_public", "status", "geometry"]
    services = ("culture", "fitness", "fitness_center", "fitness_square")
    own = city.facilities[city.facilities["service"].isin(services)][columns].reset_index(drop=True)
    table = own.assign(open_to_public=own["open_to_public"].map({True: "是", False: "否"}))
    heads = {"name": "名称", "area_m2": "面积", "service": "类别", "open_to_public": "开放"}
    for crs in ("EPSG:4326", "EPSG:4490"):
        path, options = written(table.rename(columns=heads).to_crs(crs), tmp_path, form)
        read = read_layer(path, columns=heads, **options).frame
        pd.testing.assert_frame_equal(judged(city, read), judged(city, own), check_exact=False, rtol=1e-6)
        shutil.rmtree(path) if path.is_dir() else path.unlink()


# ------------------------------------------------------------------------------------------------- kinds of file
def lines(**layers: list[list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    pairs = [(name, shapely.LineString(line)) for name, several in layers.items() for line in several]
    return gpd.GeoDataFrame({"Layer": [name for name, _ in pairs]}, geometry=[line for _, line in pairs])


RING: list[tuple[float, float]] = [(426000, 3830000), (426100, 3830000), (426100, 3830100), (426000, 3830000)]
OPEN: list[tuple[float, float]] = [(426000, 3830000), (426300, 3830400)]


@pytest.fixture
def drawing(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a drawing in an encoding, with the code page that its head names."""

    def _drawing(encoding: str = "gbk", page: str = "ANSI_936") -> Path:
        path = tmp_path / "图纸.dxf"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a drawing has no CRS
            pyogrio.write_dataframe(lines(建成区=[RING, RING], 道路=[OPEN, RING]), path, driver="DXF")
        text = path.read_text(encoding="utf-8").replace("ANSI_1252", page)
        path.write_bytes(text.encode(encoding))
        return path

    return _drawing


@pytest.mark.parametrize(("encoding", "page"), [("gbk", "ANSI_936"), ("gbk", "ANSI_1252"), ("utf-8", "ANSI_936")])
def test_a_drawing_is_read_in_the_encoding_it_is_in(drawing: Callable[..., Path], encoding: str, page: str) -> None:
    read = read_layer(drawing(encoding, page), crs=METRIC)
    assert list(read.frame["Layer"]) == ["建成区", "建成区", "道路", "道路"]


def test_closed_lines_are_areas_where_a_cad_layer_has_no_others(drawing: Callable[..., Path]) -> None:
    read = read_layer(drawing(), crs=METRIC)
    assert list(read.frame.geom_type) == ["Polygon", "Polygon", "LineString", "LineString"]
    assert read.frame.geometry.area[0] == pytest.approx(100 * 100 / 2)
    (finding,) = [finding for finding in read.report.findings if finding.code == "closed_lines"]
    assert (finding.severity, finding.rows) == ("repair", ("0", "1"))


def test_a_cad_layer_is_named(drawing: Callable[..., Path]) -> None:
    path = drawing()
    assert list(read_layer(path, layer="道路", crs=METRIC).frame.geom_type) == ["LineString", "LineString"]
    with pytest.raises(ReadError, match=r"no layer '道'.*道路"):
        read_layer(path, layer="道", crs=METRIC)


def test_a_drawing_needs_a_crs(drawing: Callable[..., Path]) -> None:
    with pytest.raises(CRSError, match="no CRS is declared"):
        read_layer(drawing())


@pytest.mark.parametrize("share", [0.2, 0.9, 0.999])
def test_a_truncated_drawing_is_refused(drawing: Callable[..., Path], share: float) -> None:
    path = drawing()
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ReadError, match="damaged or incomplete"):
        read_layer(path, crs=METRIC)


@pytest.mark.parametrize(("form", "driver"), [("kml", "KML"), ("gml", "GML"), ("tab", "MapInfo File")])
def test_other_vector_formats(tmp_path: Path, form: str, driver: str) -> None:
    path = tmp_path / f"a.{form}"
    frame = POINTS.rename(columns={"name": "title"}).assign(title="school").to_crs(4326)
    pyogrio.write_dataframe(frame, path, driver=driver)
    if form == "gml":
        path.with_suffix(".xsd").unlink()
    read = read_layer(path)
    assert list(read.frame["places"]) == [270, 1200, 900, 45]
    assert np.allclose(shapely.get_coordinates(read.frame.geometry.to_numpy()), POINTS.get_coordinates(), atol=1e-6)
    assert not list(tmp_path.glob("*.gfs")), "nothing is written beside the user's files"


def test_a_mapinfo_table_without_its_parts(tmp_path: Path) -> None:
    pyogrio.write_dataframe(POINTS[["places", "geometry"]].to_crs(4326), tmp_path / "a.tab", driver="MapInfo File")
    (tmp_path / "a.map").unlink()
    with pytest.raises(ReadError, match=r"part\(s\) \.map are missing"):
        read_layer(tmp_path / "a.tab")


def test_a_geodatabase_lists_its_layers(tmp_path: Path) -> None:
    path = tmp_path / "城市.gdb"
    frame = POINTS[["area_m2", "geometry"]]
    pyogrio.write_dataframe(frame, path, layer="学校", driver="OpenFileGDB")
    pyogrio.write_dataframe(frame.iloc[:1], path, layer="医院", driver="OpenFileGDB", append=True)
    with pytest.raises(ReadError, match="2 layers with geometry"):
        read_layer(path)
    assert len(read_layer(path, layer="医院").frame) == 1


def test_a_geodatabase_that_lost_its_files(tmp_path: Path) -> None:
    path = tmp_path / "a.gdb"
    pyogrio.write_dataframe(POINTS[["area_m2", "geometry"]], path, driver="OpenFileGDB")
    for part in path.glob("a0000000[1-4]*"):
        part.unlink()
    with pytest.raises(ReadError, match="damaged or incomplete"):
        read_layer(path)


def test_a_geodatabase_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.gdb").write_bytes(b"no folder")
    with pytest.raises(ReadError, match="copy the whole folder"):
        read_layer(tmp_path / "a.gdb")
    (tmp_path / "b.gdb").mkdir()
    with pytest.raises(ReadError, match="empty"):
        read_layer(tmp_path / "b.gdb")


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_a_truncated_parquet_file_is_refused(tmp_path: Path, share: float) -> None:
    path, _ = written(POINTS, tmp_path, "parquet")
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(ReadError, match="damaged or incomplete"):
        read_layer(path)


def test_a_parquet_file_without_geometry(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    with pytest.raises(ReadError, match="without geometry"):
        read_layer(path)


def test_parquet_without_its_package_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = written(POINTS, tmp_path, "parquet")
    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"servicecircle\[parquet\]"):
        read_layer(path)


@pytest.mark.parametrize(
    ("suffix", "remedy"),
    [
        ("xls", "save it as .xlsx"),
        ("et", "save it as .xlsx"),
        ("ods", "save it as .xlsx"),
        ("mdb", "file geodatabase"),
        ("dwg", "SAVEAS, file type DXF"),
        ("zip", "Unpack it first"),
        ("rar", "Unpack it first"),
        ("kmz", "Unpack it first"),
        ("pkl", "never is"),
    ],
)
def test_what_is_not_read_is_refused_with_what_helps(tmp_path: Path, suffix: str, remedy: str) -> None:
    path = tmp_path / f"数据.{suffix}"
    path.write_bytes(b"something")
    with pytest.raises(ReadError, match=remedy):
        read_layer(path)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    """The bytes would make a folder if they were."""
    path, trace = tmp_path / "a.pkl", tmp_path / "trace"
    path.write_bytes(f"cos\nmkdir\n(V{trace}\ntR.".encode())
    with pytest.raises(ReadError, match="any program"):
        read_layer(path)
    assert not trace.exists()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_file_without_layers_takes_none(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(InputError, match="no layers"):
        read_layer(path, layer="a")


def reports(read: Read) -> list[str]:
    return [finding.code for finding in read.report.findings]


def test_a_name_in_a_head_is_found_in_half_width(tmp_path: Path) -> None:
    path, _ = written(POINTS.rename(columns={"area_m2": " 建筑 面积（㎡）"}), tmp_path, "geojson")
    read = read_layer(path, columns={"area_m2": "建筑面积(m2)"}, crs="EPSG:4490")
    assert list(read.frame["area_m2"]) == [1820.5, 20000.25, 33333.0, 12.0]
    assert "head_matched" in reports(read)
