"""The same layers in every kind of file and every coordinate system people have them in: the same assessment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from servicecircle.assessment import assess
from servicecircle.datum import wgs84_to_gcj02
from servicecircle.plan import read_plan
from tests.read.folders import EAST, METRIC, NORTH, box, read_edited, write_book, write_town

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.city import City

FACILITIES = gpd.GeoDataFrame(
    {
        "编号": ["a", "b", "c", "d"],
        "名称": ["实验幼儿园", "机关幼儿园", "幸福养老院", "人民公园"],
        "类别": ["幼儿园", "幼儿园", "养老院", "公园"],
        "床位": [None, None, 120, None],
    },
    geometry=[shapely.Point(EAST + x, NORTH + y) for x, y in ((50, 210), (730, 190), (310, 230), (420, 220))],
    crs=METRIC,
)
# the border is no line of stops or cells: which side they are of must not hang on a millimetre
ZONES = gpd.GeoDataFrame(
    {"编号": ["W", "E"], "名称": ["西街道", "东街道"]},
    geometry=[box(0, 0, 430, 400), box(430, 0, 800, 400)],
    crs=METRIC,
)
SERVICES = '{ "幼儿园" = "kindergarten", "养老院" = "elderly_institution", "公园" = "park" }'
DATUMS = {"WGS84": "EPSG:4326", "CGCS2000": "EPSG:4490", "GCJ-02": "GCJ-02"}
KINDS = ("csv", "xlsx", "shp", "gpkg", "geojson", "parquet", "gdb")
TABLES = ("csv", "xlsx")


def in_datum(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """Return a layer in degrees of a datum; what is in GCJ-02 says it were in WGS 84, as it mostly does."""
    if datum == "CGCS2000":
        return frame.to_crs(4490)
    degrees = frame.to_crs(4326)
    if datum == "GCJ-02":

        def shifted(xy: Any) -> Any:
            return np.column_stack(wgs84_to_gcj02(xy[:, 0], xy[:, 1]))

        degrees = degrees.set_geometry(shapely.transform(degrees.geometry.to_numpy(), shifted), crs=4326)
    return degrees


def write(frame: gpd.GeoDataFrame, path: Path) -> str:
    """Write a layer as the suffix says; return the lines of city.toml that say where its places are."""
    kind = path.suffix[1:]
    if kind in TABLES:
        points = (frame.geom_type == "Point").all()
        places = {"经度": frame.geometry.x, "纬度": frame.geometry.y} if points else {"几何": frame.to_wkt().geometry}
        table = pd.DataFrame(frame.drop(columns="geometry")).assign(**places)
        if kind == "csv":
            table.to_csv(path, index=False, encoding="gb18030")
        else:
            write_book(path, [list(table), *table.astype(object).where(table.notna(), None).to_numpy().tolist()])
        return 'x = "经度"\ny = "纬度"\n' if points else 'wkt = "几何"\n'
    if kind == "parquet":
        frame.to_parquet(path)
    elif kind == "gdb":
        frame.to_file(path, driver="OpenFileGDB")
    else:
        frame.to_file(path, **({"encoding": "GBK"} if kind == "shp" else {}))
    return ""


def city_of(folder: Path, kind: str, datum: str | None) -> City:
    """Read the city with facilities and zones in a kind of file and a datum; None is the city's own CRS."""
    said = []
    for frame, name in ((FACILITIES, "点"), (ZONES, "面")):
        given = frame if datum is None else in_datum(frame, datum)
        places = write(given, folder / f"{name}.{kind}")
        declared = kind not in TABLES and datum != "GCJ-02"
        said.append(places if declared else f'{places}crs = "{METRIC if datum is None else DATUMS[datum]}"\n')
    columns = 'columns = { id = "编号", name = "名称", beds = "床位" }'
    facilities = f'[[facilities]]\nfile = "点.{kind}"\nservice_column = "类别"\nservices = {SERVICES}\n{columns}\n'
    zones = 'file = "zones.shp"\nlevel = "街道"'
    return read_edited(
        folder,
        ("[[zones]]", f"{facilities}{said[0]}\n[[zones]]"),
        (zones, f'file = "面.{kind}"\nlevel = "街道"\ncolumns = {{ zone_id = "编号", name = "名称" }}\n{said[1]}'),
    )


def assessed(city: City) -> pd.DataFrame:
    """Return the table of an assessment."""
    return assess(city, read_plan("lianyungang-145"), progress=False).table.dropna(axis="columns", how="all")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return the assessment of the city whose layers are in its own CRS."""
    table = assessed(city_of(write_town(tmp_path_factory.mktemp("own")), "gpkg", None))
    assert (table["status"] == "judged").any()
    return table


@pytest.mark.parametrize("datum", DATUMS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_assessment_is_the_same(tmp_path: Path, expected: pd.DataFrame, kind: str, datum: str) -> None:
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    table = assessed(city_of(write_town(tmp_path), kind, datum))
    pd.testing.assert_frame_equal(table, expected, rtol=0, atol=0.02)
