"""A small city in a folder, every layer in another format, and reading it with other lines in its city.toml."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import osmium
import pyogrio
import pyproj
import rasterio
import shapely
from affine import Affine

from servicecircle.read import read_city

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from servicecircle.city import City
    from servicecircle.findings import Finding

METRIC = "EPSG:4549"
EAST, NORTH = 426_000.0, 3_830_000.0
"""The south-west corner of the test city: two quarters of 400 m x 400 m side by side, a street along their middle."""

CITY = """\
format = 1
name_zh = "测试市"
name_en = "Test city"
crs = "EPSG:4549"
notice_zh = "虚构"
notice_en = "Invented"

[walk]
file = "道路.gpkg"
islands = "keep"
max_access_m = 300

[population]
file = "人口.tif"
within = "zones"
all_rows = { setting = "urban" }

[[facilities]]
file = "设施.csv"
service_column = "类别"
services = { "幼儿园" = "kindergarten", "公园" = "park", "药店" = "pharmacy" }
empty = ["fitness"]
columns = { id = "编号", name = "名称" }
x = "经度"
y = "纬度"
crs = "EPSG:4490"

[[facilities]]
file = "stops.geojson"
service = "bus_stop"

[[zones]]
file = "zones.shp"
level = "街道"

[[areas]]
file = "areas.gpkg"
layer = "areas"
"""


def lonlat(east: float, north: float) -> tuple[float, float]:
    """Return longitude and latitude of a place, metres from the corner."""
    back = pyproj.Transformer.from_crs(METRIC, "EPSG:4490", always_xy=True)
    lon, lat = back.transform(EAST + east, NORTH + north)
    return float(lon), float(lat)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def write_town(folder: Path) -> Path:
    """Write the test city into a folder with a Chinese name, and return that."""
    made = folder / "测试市 2025"
    made.mkdir()
    street = shapely.LineString([(EAST, NORTH + 200), (EAST + 400, NORTH + 200), (EAST + 800, NORTH + 200)])
    gpd.GeoDataFrame({"name": ["中路"]}, geometry=[street], crs=METRIC).to_file(made / "道路.gpkg")

    # 10 x 6 cells of 100 m, from 100 m west and south of the corner: 8 x 4 of them in the city, 10 people in each
    grid = Affine(100, 0, EAST - 100, 0, -100, NORTH + 500)
    people = np.full((6, 10), 10, dtype="float32")
    profile = {"driver": "GTiff", "count": 1, "height": 6, "width": 10, "dtype": "float32"}
    with rasterio.open(made / "人口.tif", "w", **profile, crs=METRIC, transform=grid) as file:
        file.write(people, 1)

    rows = [
        ("K1", "甲幼儿园", "幼儿园", (100, 210)),
        ("P1", "乙公园", "公园", (700, 150)),
        ("X1", "丙网吧", "网吧", (1, 1)),
    ]
    lines = [f"{i},{name},{kind},{lonlat(*place)[0]},{lonlat(*place)[1]}" for i, name, kind, place in rows]
    (made / "设施.csv").write_text("编号,名称,类别,经度,纬度\n" + "\n".join(lines) + "\n", encoding="gbk")

    point = {"type": "Point", "coordinates": lonlat(400, 200)}
    stop = {"type": "Feature", "properties": {"id": "B1", "name": "中路站"}, "geometry": point}
    collection = {"type": "FeatureCollection", "features": [stop]}
    (made / "stops.geojson").write_text(json.dumps(collection), encoding="utf-8")

    quarters = gpd.GeoDataFrame(
        {"zone_id": ["W", "E"], "name": ["西街道", "东街道"]},
        geometry=[box(0, 0, 400, 400), box(400, 0, 800, 400)],
        crs=METRIC,
    )
    quarters.to_crs(4490).to_file(made / "zones.shp", encoding="GBK")
    areas = gpd.GeoDataFrame({"kind": ["built_up"]}, geometry=[box(0, 0, 800, 400)], crs=METRIC)
    areas.to_file(made / "areas.gpkg", layer="areas")
    pyogrio.write_dataframe(areas[["kind"]], made / "areas.gpkg", layer="notes")
    (made / "city.toml").write_text(CITY, encoding="utf-8")
    return made


def write_map(
    path: Path,
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, tuple[Sequence[int], Mapping[str, str]]] = MappingProxyType({}),
    tags: Mapping[int, Mapping[str, str]] = MappingProxyType({}),
) -> Path:
    """Write an OpenStreetMap file: nodes in metres from the corner, ways by their nodes and tags, tags of nodes."""
    mutable = osmium.osm.mutable
    with osmium.SimpleWriter(str(path)) as writer:
        for key, place in sorted(nodes.items()):
            writer.add_node(mutable.Node(id=key, location=lonlat(*place), tags=dict(tags.get(key, {}))))
        for key, (members, said) in sorted(ways.items()):
            writer.add_way(mutable.Way(id=key, nodes=list(members), tags=dict(said)))
    return path


def write_book(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    """Write an Excel workbook with one sheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(path)
    return path


def read_edited(folder: Path, *changes: tuple[str, str]) -> City:
    """Change city.toml, old text to new, and read the city."""
    text = CITY
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "city.toml").write_text(text, encoding="utf-8")
    return read_city(folder)


def read_with(folder: Path, tables: str, *changes: tuple[str, str]) -> City:
    """Add tables to the end of city.toml, and read the city."""
    return read_edited(folder, *changes, ('layer = "areas"\n', f'layer = "areas"\n\n{tables}\n'))


def found(city: City, code: str) -> list[Finding]:
    return [finding for finding in city.report.findings if finding.code == code]
