"""Writing the sample city: one GeoPackage, CSV files in the ways offices keep them, and city.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyogrio
from pyproj import Transformer

from making import ground

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

GEOPACKAGE = "sample_city.gpkg"
WRITTEN = "2024-12-31T00:00:00.000Z"
DEGREES = "EPSG:4490"
LEISURE_HEADS = {
    "id": "编号",
    "name": "名称",
    "service": "类别",
    "area_m2": "面积平方米",
    "open_to_public": "对公众开放",
    "lon": "经度",
    "lat": "纬度",
}
LEISURE_KINDS = {
    "culture": "综合性文化服务中心",
    "fitness": "体育场地",
    "fitness_center": "全民健身中心",
    "fitness_square": "健身广场",
}
CITY_TOML = f"""\
# The sample city: INVENTED, for learning and testing. Written by make_sample_city.py; see README.md.
# 示例市:纯属虚构,供学习和测试用。由 make_sample_city.py 生成,说明见 README.md。
format = 1
name_zh = "云汐市(虚构)"
name_en = "Yunxi, an invented city"
crs = "{ground.CRS}"
notice_zh = "示例数据纯属虚构:云汐市并不存在,任何数字都不代表真实地方。"
notice_en = "Invented sample data: the city of Yunxi does not exist, and no figure stands for a real place."

[walk]
file = "{GEOPACKAGE}"
layer = "walk_edges"

[population]
file = "{GEOPACKAGE}"
layer = "population"

# Facilities with longitude and latitude (CGCS2000); `service` is a column of the file.
[[facilities]]
file = "education.csv"
service_column = "service"
x = "lon"
y = "lat"
crs = "{DEGREES}"

[[facilities]]
file = "health.csv"
service_column = "service"
x = "lon"
y = "lat"
crs = "{DEGREES}"

# Facilities with projected coordinates (metres).
[[facilities]]
file = "elderly_care.csv"
service_column = "service"
x = "x"
y = "y"
crs = "{ground.CRS}"

[[facilities]]
file = "civic.csv"
service_column = "service"
x = "x"
y = "y"
crs = "{ground.CRS}"

[[facilities]]
file = "estates.csv"
service_column = "service"
x = "x"
y = "y"
crs = "{ground.CRS}"

# A file with Chinese heads and kinds, as an office keeps it: canonical name = head in the file,
# and kind in the file = service.
[[facilities]]
file = "culture_sport.csv"
service_column = "类别"
services = {{ {", ".join(f'"{kind}" = "{service}"' for service, kind in LEISURE_KINDS.items())} }}
columns = {{ id = "编号", name = "名称", area_m2 = "面积平方米", open_to_public = "对公众开放" }}
x = "经度"
y = "纬度"
crs = "{DEGREES}"

# Facilities known only by the zone they belong to: counted, never walked to.
[[facilities]]
file = "parent_schools.csv"
service_column = "service"

[[facilities]]
file = "projects.csv"
service_column = "service"

[[facilities]]
file = "{GEOPACKAGE}"
layer = "bus_stops"
service = "bus_stop"

[[zones]]
file = "{GEOPACKAGE}"
layer = "zones"

[[areas]]
file = "{GEOPACKAGE}"
layer = "areas"

# Roads with their usual speed and technical class, for travel times and road connections.
[drive]
file = "{GEOPACKAGE}"
layer = "drive_edges"

# Which stops each bus line serves, in which order: stop_id is the id of a bus stop.
[[bus_lines]]
file = "bus_lines.csv"
"""


def write_geopackage(folder: Path, layers: dict[str, gpd.GeoDataFrame]) -> None:
    """Write all layers into one new GeoPackage, with a fixed date so that equal layers make equal files."""
    path = folder / GEOPACKAGE
    path.unlink(missing_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN})
    try:
        for name, layer in layers.items():
            layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", mode="a" if path.exists() else "w")
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def write_tables(folder: Path, tables: dict[str, gpd.GeoDataFrame]) -> None:
    """Write the facility tables as CSV: UTF-8 with its mark, so that spreadsheets show the Chinese names."""
    _write_csv(folder / "education.csv", _with_degrees(tables["education"]))
    _write_csv(folder / "health.csv", _with_degrees(tables["health"]))
    _write_csv(folder / "elderly_care.csv", _with_metres(tables["elderly_care"]))
    _write_csv(folder / "civic.csv", _with_metres(tables["civic"]))
    _write_csv(folder / "estates.csv", _with_metres(tables["estates"]))
    leisure = _with_degrees(tables["leisure"])
    leisure["service"] = leisure["service"].map(LEISURE_KINDS)
    _write_csv(folder / "culture_sport.csv", leisure[list(LEISURE_HEADS)].rename(columns=LEISURE_HEADS))
    for name in ("parent_schools", "projects"):
        _write_csv(folder / f"{name}.csv", pd.DataFrame(tables[name].drop(columns="geometry")))
    (folder / "city.toml").write_text(CITY_TOML, encoding="utf-8", newline="\n")


def write_bus_lines(folder: Path, lines: pd.DataFrame) -> None:
    """Write the bus lines as CSV: one row for each stop of a line; the stops are those of the layer bus_stops."""
    _write_csv(folder / "bus_lines.csv", lines)


def _with_degrees(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    to_degrees = Transformer.from_crs(ground.CRS, DEGREES, always_xy=True)
    lon, lat = to_degrees.transform(frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy())
    return _placed(frame, {"lon": np.round(lon, 7), "lat": np.round(lat, 7)})


def _with_metres(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return _placed(frame, {"x": frame.geometry.x.to_numpy(), "y": frame.geometry.y.to_numpy()})


def _placed(frame: gpd.GeoDataFrame, where: dict[str, np.ndarray]) -> pd.DataFrame:
    """Return the table with its coordinates after id, service and name instead of a geometry."""
    table = pd.DataFrame(frame.drop(columns="geometry"))
    for column, values in reversed(where.items()):
        table.insert(3, column, values)
    return table


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a table: whole numbers as such, yes and no as true and false, unknown as nothing."""
    plain = table.convert_dtypes()
    for column in plain.columns:
        if isinstance(plain[column].dtype, pd.BooleanDtype):
            plain[column] = plain[column].map({True: "true", False: "false"}).astype("string")
    plain.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
