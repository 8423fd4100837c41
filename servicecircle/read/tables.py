"""Layers from files: GeoPackage, GeoJSON, shapefile and csv, with their encodings, layers, columns and CRS."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError as UnreadableCRS
from shapely.errors import GEOSException

from servicecircle.datum import from_datum, shifted_datum
from servicecircle.errors import CRSError, InputError, ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import WGS84, agrees, check_coordinates, parsed_crs
from servicecircle.read.delimited import read_csv
from servicecircle.read.report import Read
from servicecircle.read.shapefile import check_parts, decoded
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import geopandas as gpd

SUFFIXES = (".gpkg", ".geojson", ".json", ".shp", ".csv")
GEOJSON = (".geojson", ".json")

SQLITE_MARK = b"SQLite format 3\x00"
SQLITE_HEAD = 100  # bytes
LARGEST_PAGE = 65_536  # written as 1 in the two bytes that SQLite has for it


def read_layer(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    x: str | None = None,
    y: str | None = None,
    wkt: str | None = None,
    crs: object = None,
) -> Read:
    r"""Read a layer from a GeoPackage, GeoJSON, shapefile or csv file.

    Text is read as UTF-8, else as GB18030 (GBK), which is reported. Heights (z) are dropped. Nothing is reprojected.

    Parameters
    ----------
    path
        A ``.gpkg``, ``.geojson``, ``.json``, ``.shp`` or ``.csv`` file.
    layer
        Which layer of a file that has several with geometry.
    columns
        Name wanted -> name in the file, for example ``{"name": "名称"}``. Other columns keep their names.
    x, y
        csv only: the columns with the coordinates; x is the longitude or the easting. Without them, and without
        ``wkt``, rows have no geometry.
    wkt
        csv only: the column with geometries as text (WKT), instead of x and y.
    crs
        The CRS that the coordinates in the file are in: needed for csv with coordinates and for files that do not
        declare one. ``"GCJ-02"`` or ``"BD-09"`` for the shifted coordinates of Chinese web maps, whatever the file
        declares (it cannot say so itself): they are brought to WGS 84, which is reported.

    Returns
    -------
    Read
        The rows in the order of the file, labelled from 0; a csv row without coordinates has no geometry. A file
        without rows gives an empty frame.

    Raises
    ------
    ReadError
        If the file is missing, broken or of another kind, or if a layer or column is not in it (the message lists those
        that are).
    CRSError
        If no CRS is known, it contradicts the one that the file declares, or the coordinates cannot be in it.
    InputError
        If options do not go with the kind of file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "homes.csv"
    ...     _ = path.write_text("名称,lon,lat\n福利院,119.2,34.6\n", encoding="gbk")
    ...     read = read_layer(path, columns={"name": "名称"}, x="lon", y="lat", crs="EPSG:4326")
    >>> read.frame["name"][0], float(read.frame.geometry.x[0])
    ('福利院', 119.2)
    >>> print(read.report.findings[0].severity)
    repair
    """
    path = Path(path)
    _check_file(path)
    datum = shifted_datum(crs)
    if path.suffix.lower() == ".csv":
        if layer is not None:
            raise InputError(f"{path}: a csv file has no layers; leave layer out. | csv 文件没有图层，请去掉 layer。")
        read = read_csv(path, x=x, y=y, wkt=wkt, crs=crs if datum is None else WGS84)
    else:
        if any(option is not None for option in (x, y, wkt)):
            raise InputError(f"{path}: x, y and wkt are for csv files only. | x、y、wkt 仅用于 csv 文件。")
        read = _vector(path, layer)
        read = _with_crs(read, path, crs) if datum is None else _shiftable(read, path, datum)
    check_coordinates(read.frame, layer=path.name)
    if datum is not None:
        frame, findings = from_datum(read.frame, datum, layer=path.name)
        read = Read(frame, read.report.plus(*findings))
    return _renamed(read, path, columns or {})


def _check_file(path: Path) -> None:
    """Raise ReadError unless there is a file of a known kind with something in it."""
    if not path.is_file():
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。")
    if path.suffix.lower() not in SUFFIXES:
        raise ReadError(
            f"{path}: files of kind {path.suffix or '(none)'!r} are not read; those that are: {', '.join(SUFFIXES)}. "
            f"Export the layer as GeoPackage. | {path}：不支持该格式，请导出为 GeoPackage。"
        )
    if not path.stat().st_size:
        raise ReadError(
            f"{path}: the file is empty (0 bytes). Copy it again. | {path}：文件为空（0 字节），请重新拷贝。"
        )


def _broken(path: Path, why: object) -> ReadError:
    return ReadError(
        f"{path}: the file is damaged or incomplete ({why}). Copy or export it again. | "
        f"{path}：文件损坏或不完整，请重新拷贝或导出。"
    )


def _vector(path: Path, layer: str | None) -> Read:
    """Read a layer with GDAL; what GDAL warns of becomes a finding."""
    if path.suffix.lower() == ".gpkg":
        _check_pages(path)
    if path.suffix.lower() == ".shp":
        check_parts(path)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            name = _layer_name(path, layer)
            frame = pyogrio.read_dataframe(path, layer=name, force_2d=True, encoding=_encoding(path))
        except UnicodeDecodeError as error:
            raise ReadError(
                f"{path}: text is not in UTF-8 ({error.reason}). Save the file again as UTF-8. | "
                f"{path}：文字编码不是 UTF-8，请另存为 UTF-8。"
            ) from error
        except (DataSourceError, DataLayerError, GEOSException, UnreadableCRS, UnboundLocalError) as error:
            # GEOS: a ring that is not closed; unbound: a .prj that pyogrio stumbles over
            raise _broken(path, error) from error
    if "geometry" not in frame or not hasattr(frame, "crs"):
        raise ReadError(f"{path}: layer {name!r} has no geometry. | {path}：图层 {name!r} 没有几何。")
    read = Read(frame, DataReport(tuple(_warned(path, str(warning.message)) for warning in caught)))
    return decoded(read, path) if path.suffix.lower() == ".shp" else read


def _encoding(path: Path) -> str | None:
    # every byte of a shapefile's table comes through as one character, to be decoded here
    return "ISO-8859-1" if path.suffix.lower() == ".shp" else None


def _warned(path: Path, message: str) -> Finding:
    return Finding(
        path.name, "reader", "warning", f"the reader of the file said: {message}.", f"读取该文件时的提示：{message}。"
    )


def _check_pages(path: Path) -> None:
    """Raise ReadError if a GeoPackage is no database or shorter than it says it is."""
    with path.open("rb") as file:
        head = file.read(SQLITE_HEAD)
    if len(head) < SQLITE_HEAD or not head.startswith(SQLITE_MARK):
        raise _broken(path, "not a GeoPackage")
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    current = head[24:28] == head[92:96]  # the number of pages was written together with the last change
    wanted = (LARGEST_PAGE if page == 1 else page) * pages
    if current and path.stat().st_size < wanted:
        raise _broken(path, f"{path.stat().st_size:,} bytes of {wanted:,}")


def _layer_name(path: Path, layer: str | None) -> str:
    """Return the layer asked for, or the only one with geometry; ReadError lists those there are."""
    found = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    if layer is not None:
        if layer not in found:
            raise ReadError(
                f"{path}: there is no layer {layer!r}. {did_you_mean(layer, found)} | {path}：没有图层 {layer!r}，"
                f"现有：{listed(found)}。"
            )
        return layer
    # a table of styles, for example, has no geometry
    spatial = [name for name, kind in found.items() if kind is not None]
    if len(spatial) != 1:
        raise ReadError(
            f"{path}: {len(spatial)} layers with geometry; name one with layer. Layers: {listed(spatial)}. | "
            f"{path}：有 {len(spatial)} 个带几何的图层，请用 layer 指定：{listed(spatial)}。"
        )
    return spatial[0]


def _with_crs(read: Read, path: Path, crs: object) -> Read:
    """Return the layer in the CRS it declares, or else in the one given; CRSError if they contradict each other."""
    declared = read.frame.crs
    if crs is None:
        return read
    given = parsed_crs(crs)
    if declared is None:
        return replace(read, frame=read.frame.set_crs(given))
    if declared == given:
        return read
    if path.suffix.lower() not in GEOJSON:
        raise CRSError(
            f"{path} declares {declared.name}, but crs says {given.name}. crs is for files that declare none; it does "
            f"not reproject. If the file is wrong, correct its declaration. | {path} 声明为 {declared.name}，与 crs = "
            f"{given.name} 矛盾。crs 仅用于未声明坐标系的文件，不做投影转换。"
        )
    said = Finding(
        path.name,
        "crs_replaced",
        "repair",
        f"GeoJSON stands for longitude and latitude; the coordinates were taken as {given.name}, as crs says.",
        f"GeoJSON 默认为经纬度；按 crs 的指定，坐标按 {given.name} 读取。",
    )
    return Read(read.frame.set_crs(given, allow_override=True), read.report.plus(said))


def _shiftable(read: Read, path: Path, datum: str) -> Read:
    """Return the layer if its coordinates may be in a shifted datum; CRSError if it declares an old Chinese one."""
    declared = read.frame.crs
    if declared is None:
        return replace(read, frame=read.frame.set_crs(WGS84))
    if not agrees(declared):
        raise CRSError(
            f"{path} declares {declared.name}, but crs says {datum}, which is found in files that declare WGS 84 or "
            f"CGCS2000. Leave one of them out, or correct the file's declaration. | {path} 声明为 {declared.name}，与 "
            f"crs = {datum} 矛盾；{datum} 坐标的文件通常声明为 WGS 84 或 CGCS2000，请改正其一。"
        )
    return read


def _renamed(read: Read, path: Path, columns: Mapping[str, str]) -> Read:
    """Return the layer with the columns asked for under the names wanted; ReadError lists all that are not there."""
    frame: gpd.GeoDataFrame = read.frame
    present = [column for column in frame.columns if column != frame.geometry.name]
    missing = [name for name in columns.values() if name not in present]
    if missing:
        raise ReadError(
            "\n".join(
                f"{path}: there is no column {name!r}. {did_you_mean(name, present)} | {path}：没有列 {name!r}，"
                f"现有：{listed(present)}。"
                for name in missing
            )
        )
    covered = [name for name, source in columns.items() if name in present and name != source]
    gone = {source for name, source in columns.items() if name != source} - set(columns)
    kept = [column for column in frame.columns if column not in gone and column not in covered]
    result = frame[kept].assign(**{name: frame[source] for name, source in columns.items()})
    findings = [
        Finding(
            path.name,
            "column_replaced",
            "info",
            f"the file has a column {name!r} of its own; {columns[name]!r} was taken for it instead, as asked.",
            f"文件本身有列 {name!r}；已按要求改用 {columns[name]!r}。",
            column=name,
        )
        for name in covered
    ]
    return Read(result, read.report.plus(*findings))
