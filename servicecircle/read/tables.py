"""Layers from files: each kind is read by its own adapter, and comes out as the same `Read`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from servicecircle.datum import from_datum, shifted_datum
from servicecircle.errors import CRSError, InputError
from servicecircle.findings import Finding
from servicecircle.projection import WGS84, agrees, check_coordinates, parsed_crs
from servicecircle.read.columns import renamed
from servicecircle.read.delimited import read_csv
from servicecircle.read.grid import table_of
from servicecircle.read.kinds import GEOJSON, PARQUET, TABLES, WORKBOOKS, check_file
from servicecircle.read.parquet import read_parquet
from servicecircle.read.placed import check_options, placed
from servicecircle.read.report import Read
from servicecircle.read.vector import read_vector
from servicecircle.read.workbook import read_workbook

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping


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
    r"""Read a layer from a file: a geodata file, an Excel workbook or a csv file.

    Text is read as UTF-8, else as GB18030 (GBK), which is reported. Heights (z) are dropped. Nothing is reprojected.

    In workbooks and csv files, titles above the head, notes below the rows and rows of totals are left out, a head of
    two lines becomes one (``上级/下级``), and coordinates may be in degrees, minutes and seconds. Columns that hold
    numbers in this library's vocabulary (``beds``, ``area_m2``, ``pop_total`` ...) are read as people write them:
    "1,200人", "3.5万", "0.5公顷", also with the unit in the head. All of this is reported.

    Parameters
    ----------
    path
        GeoPackage (``.gpkg``), GeoJSON (``.geojson``, ``.json``), shapefile (``.shp``), Esri file geodatabase (the
        folder ``.gdb``), GeoParquet (``.parquet``; needs the extra ``parquet``), DXF (``.dxf``), KML, GML, MapInfo
        (``.tab``, ``.mif``), Excel (``.xlsx``, ``.xlsm``) or ``.csv``.
    layer
        Which layer of a file that has several with geometry; which sheet of a workbook; which CAD layer of a drawing
        (without it all of them, named in the column ``Layer``).
    columns
        Name wanted -> name in the file, for example ``{"name": "名称"}``. Spaces, full width and a unit in brackets
        at the end make no difference. Other columns keep their names.
    x, y
        Workbooks and csv only: the columns with the coordinates; x is the longitude or the easting. Without them, and
        without ``wkt``, rows have no geometry.
    wkt
        Workbooks and csv only: the column with geometries as text (WKT), instead of x and y.
    crs
        The CRS that the coordinates in the file are in: needed for tables with coordinates and for files that do not
        declare one, such as drawings. ``"GCJ-02"`` or ``"BD-09"`` for the shifted coordinates of Chinese web maps,
        whatever the file declares (it cannot say so itself): they are brought to WGS 84, which is reported.

    Returns
    -------
    Read
        The rows in the order of the file, labelled from 0; a row of a table without coordinates has no geometry. A file
        without rows gives an empty frame.

    Raises
    ------
    ReadError
        If the file is missing, broken or of another kind, or if a layer or column is not in it (the message lists those
        that are).
    CRSError
        If no CRS is known, it contradicts the one that the file declares, or the coordinates cannot be in it.
    LayerError
        If coordinates or numbers cannot be read; its ``report`` names all of them.
    InputError
        If options do not go with the kind of file.
    MissingExtraError
        If GeoParquet is read without pyarrow.

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
    check_file(path)
    datum = shifted_datum(crs)
    suffix = path.suffix.lower()
    if layer is not None and suffix in {".csv", *PARQUET}:
        raise InputError(
            f"{path}: a {suffix[1:]} file has no layers; leave layer out. | 该文件没有图层，请去掉 layer。"
        )
    units: tuple[str, ...] = ()
    if suffix in TABLES:
        check_options(path, x=x, y=y, wkt=wkt, crs=crs)
        texts = table_of(read_workbook(path, layer) if suffix in WORKBOOKS else read_csv(path))
        read, units = placed(path, texts, x=x, y=y, wkt=wkt, crs=crs if datum is None else WGS84), texts.units
    else:
        if any(option is not None for option in (x, y, wkt)):
            raise InputError(
                f"{path}: x, y and wkt are for workbooks and csv files only. | x、y、wkt 仅用于工作簿和 csv 文件。"
            )
        read = read_parquet(path) if suffix in PARQUET else read_vector(path, layer)
        read = _with_crs(read, path, crs) if datum is None else _shiftable(read, path, datum)
    if suffix not in TABLES or crs is not None:  # a table without coordinates, also without rows, needs no CRS
        check_coordinates(read.frame, layer=path.name)
    if datum is not None:
        frame, findings = from_datum(read.frame, datum, layer=path.name)
        read = Read(frame, read.report.plus(*findings))
    return renamed(read, path, columns or {}, units=units)


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
