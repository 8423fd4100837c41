"""Which files are read, and what to do about those that are not."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from servicecircle.errors import ReadError
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORKBOOKS = (".xlsx", ".xlsm")
TABLES = (".csv", *WORKBOOKS)
"""Tables of texts and numbers; a row has a place through columns with coordinates or WKT."""

PARQUET = (".parquet", ".geoparquet")
GEOJSON = (".geojson", ".json")
GEODATABASE = ".gdb"
SUFFIXES = (*(".gpkg", *GEOJSON, ".shp", *TABLES, *PARQUET, GEODATABASE, ".dxf", ".kml", ".gml", ".tab", ".mif"),)

_SAVE = ("Open it in Excel or WPS and save it as .xlsx", "请用 Excel 或 WPS 打开并另存为 .xlsx")
_UNPACK = (
    "Unpack it first and name the file inside; archives are never unpacked here",
    "请先解压，再指定其中的文件；本库不解压压缩包",
)
_PERSONAL = (
    "In ArcGIS right-click the feature class, Export > To Geodatabase (a file geodatabase, .gdb) or to GeoPackage",
    "请在 ArcGIS 中右键要素类，导出到文件地理数据库（.gdb）或 GeoPackage",
)
_PICKLE = (
    "A pickle can run any program when it is read, so it never is. Write the frame with .to_file('layer.gpkg')",
    "pickle 文件读取时可执行任意代码，本库从不读取；请用 .to_file('layer.gpkg') 另存",
)
REFUSED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys((".xls", ".xlsb", ".et", ".ods", ".numbers"), _SAVE),
        **dict.fromkeys((".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".kmz"), _UNPACK),
        **dict.fromkeys((".mdb", ".accdb"), _PERSONAL),
        **dict.fromkeys((".pkl", ".pickle", ".joblib"), _PICKLE),
        ".dwg": (
            "In AutoCAD: SAVEAS, file type DXF; then read the .dxf and give its crs",
            "请在 AutoCAD 中用 SAVEAS 另存为 DXF，再读取 .dxf 并指定 crs",
        ),
        ".dgn": ("Save it as DXF in MicroStation", "请在 MicroStation 中另存为 DXF"),
        ".dbf": ("Name the .shp file beside it", "请指定同名的 .shp 文件"),
    }
)
"""Kinds of file that are never read -> what helps, English and Chinese."""


def check_file(path: Path) -> None:
    """Raise ReadError unless there is a file of a known kind with something in it.

    A file geodatabase is a folder; every other kind is a file.
    """
    suffix = path.suffix.lower()
    folder = suffix == GEODATABASE
    if not (path.is_dir() if folder else path.is_file()):
        known = " (a file geodatabase is a folder: copy the whole folder)" if folder and path.exists() else ""
        raise ReadError(f"{path}: there is no such file{known}. | 找不到文件 {path}。")
    if suffix in REFUSED:
        en, zh = REFUSED[suffix]
        raise ReadError(f"{path}: files of kind {suffix!r} are not read. {en}. | {path}：不支持该格式，{zh}。")
    if suffix not in SUFFIXES:
        raise ReadError(
            f"{path}: files of kind {suffix or '(none)'!r} are not read; those that are: {listed(SUFFIXES)}. "
            f"Export the layer as GeoPackage. | {path}：不支持该格式，请导出为 GeoPackage。"
        )
    if not any(path.iterdir()) if folder else not path.stat().st_size:
        raise ReadError(
            f"{path}: the file is empty (0 bytes). Copy it again. | {path}：文件为空（0 字节），请重新拷贝。"
        )


def broken(path: Path, why: object) -> ReadError:
    """Return the error for a file that is not whole."""
    return ReadError(
        f"{path}: the file is damaged or incomplete ({why}). Copy or export it again. | "
        f"{path}：文件损坏或不完整，请重新拷贝或导出。"
    )
