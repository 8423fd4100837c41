"""Files with wrong bytes in them: they are read, or refused with an error of ours; nothing else happens."""

from __future__ import annotations

import math
import random
import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import osmium
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine

from servicecircle.errors import ServiceCircleError
from servicecircle.read import read_layer, read_population, read_walk_edges

if TYPE_CHECKING:
    from pathlib import Path

METRIC = "EPSG:4549"
DAMAGES = 60
"""How many damaged copies of each file are tried."""


def write(folder: Path) -> None:
    """Write the same forty schools in every format, a raster and a map."""
    boxes = [shapely.box(119 + i / 100, 34, 119.005 + i / 100, 34.1) for i in range(40)]
    frame = gpd.GeoDataFrame({"名称": [f"学校{i}" for i in range(40)], "v": range(40)}, geometry=boxes, crs=4326)
    for name in ("a.gpkg", "a.geojson", "a.shp"):
        frame.to_file(folder / name, encoding="UTF-8" if name == "a.shp" else None)
    pyogrio.write_dataframe(frame, folder / "a.kml", driver="KML")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a drawing has no CRS
        outlines = frame.geometry.exterior.set_crs(None, allow_override=True).to_frame("geometry")
        pyogrio.write_dataframe(outlines.assign(Layer="学校"), folder / "a.dxf", driver="DXF")
    frame.to_parquet(folder / "a.parquet")
    frame.assign(wkt=frame.geometry.to_wkt()).drop(columns="geometry").to_excel(folder / "a.xlsx", index=False)
    frame.assign(wkt=frame.geometry.to_wkt()).drop(columns="geometry").to_csv(folder / "a.csv", index=False)
    grid = Affine(100, 0, 426_000, 0, -100, 3_830_000)
    profile = {"driver": "GTiff", "count": 1, "height": 50, "width": 50, "dtype": "float32", "compress": "deflate"}
    with rasterio.open(folder / "a.tif", "w", **profile, crs=METRIC, transform=grid) as file:
        file.write(np.arange(2500, dtype="float32").reshape(50, 50), 1)
    for name in ("a.osm.pbf", "a.osm"):
        with osmium.SimpleWriter(str(folder / name)) as writer:
            for i in range(1, 200):
                place = (119 + math.sin(i) / 10, 34 + math.cos(i) / 10)
                writer.add_node(osmium.osm.mutable.Node(id=i, location=place))
            for i in range(1, 190):
                writer.add_way(osmium.osm.mutable.Way(id=i, nodes=[i, i + 1, i + 2], tags={"highway": "path"}))


def read(path: Path) -> None:
    """Read a file, or the shapefile it is a part of."""
    if ".osm" in path.name:
        read_walk_edges(path, crs=METRIC)
    elif path.suffix == ".tif":
        read_population(path, crs=METRIC)
    elif path.suffix in {".csv", ".xlsx"}:
        read_layer(path, wkt="wkt", crs=4326)
    elif path.suffix == ".dxf":
        read_layer(path, crs=4326)
    else:
        read_layer(path.with_suffix(".shp") if path.suffix in {".dbf", ".shx", ".prj", ".cpg"} else path)


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """Return bytes some of which are wrong or missing."""
    data = bytearray(whole)
    for _ in range(chance.choice([1, 1, 3, 20])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    if chance.random() < 0.1:
        start = chance.randrange(len(data))
        del data[start : start + chance.randrange(100)]
    return bytes(data)


@pytest.mark.parametrize(
    "name",
    [
        *("a.gpkg", "a.geojson", "a.shp", "a.dbf", "a.shx", "a.prj", "a.cpg"),
        *("a.xlsx", "a.parquet", "a.dxf", "a.kml"),
        *("a.csv", "a.tif", "a.osm.pbf", "a.osm"),
    ],
)
def test_wrong_bytes(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    path = tmp_path / name
    read(path)
    whole, chance, refused = path.read_bytes(), random.Random(name), 0
    for _ in range(DAMAGES):
        path.write_bytes(damaged(whole, chance))
        try:
            read(path)
        except ServiceCircleError:
            refused += 1
    assert refused or name == "a.cpg"  # a wrong .cpg is seen through: the text says what it is
    path.write_bytes(whole)
    read(path)
