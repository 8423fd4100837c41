"""Layers as files that QGIS, ArcGIS and Excel open with their Chinese names whole."""

from __future__ import annotations

import io
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.errors import InputError, MissingExtraError
from servicecircle.files import replacing, save_document, set_cell, write_table

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping

    from servicecircle.assessment import Assessment

SUFFIXES = (".gpkg", ".geojson", ".parquet", ".csv", ".xlsx", ".shp")
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
LONGEST_FIELD, LONGEST_TEXT = 10, 254
"""What a shapefile holds: bytes in the name of a field, bytes in a text."""

ENCODING = "GB18030"
DEGREES = "EPSG:4326"


def write_layer(frame: pd.DataFrame, path: str | os.PathLike[str]) -> None:
    """Write a layer in the format of the file's suffix; the old file or the new one, never half of one.

    ``.gpkg``, ``.geojson`` (longitude and latitude), ``.parquet`` (GeoParquet), ``.csv`` (UTF-8 with its mark,
    geometry as WKT), ``.xlsx`` (geometry as WKT) and ``.shp`` for older programs: GB18030, field names of at most ten
    bytes, and beside it ``<name>_fields.csv``, which says what each field was called. GeoJSON and shapefiles hold no
    infinite numbers: where there is no walk, metres and minutes are empty. In csv and xlsx no text is run as a formula.

    Parameters
    ----------
    frame
        A layer, such as ``result.cells`` or ``result.gaps("LY-01")``, or a table. An index with a name becomes a
        column. Values that a file cannot hold as they are (lists, yes/no with gaps) become text.
    path
        The file to write or to replace.

    Raises
    ------
    InputError
        If the suffix is unknown, the layer has no geometry but the format needs one, or the file cannot be written.
    MissingExtraError
        If GeoParquet is asked for and pyarrow is not installed.

    Examples
    --------
    >>> import shapely
    >>> homes = gpd.GeoDataFrame({"名称": ["甲"]}, geometry=[shapely.Point(480000, 3830000)], crs="EPSG:4549")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_layer(homes, Path(folder) / "homes.gpkg")
    ...     gpd.read_file(Path(folder) / "homes.gpkg")["名称"].tolist()
    ['甲']
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError.unknown("kind of file", target.suffix or "(none)", SUFFIXES)
    layer = _plain(frame)
    if suffix in {".csv", ".xlsx"}:
        table = _as_table(layer)
        _write_sheet(table, target) if suffix == ".xlsx" else write_table(table, target)
        return
    if not isinstance(layer, gpd.GeoDataFrame):
        raise InputError(
            f"{target}: the table has no geometry, which {suffix} needs. Write it as .csv or .xlsx. | "
            f"{target}：该表没有几何，请存为 .csv 或 .xlsx。"
        )
    if suffix == ".shp":
        _write_shapefile(layer, target)
        return
    with replacing(target) as part:
        if suffix == ".parquet":
            _write_parquet(layer, part)
        elif suffix == ".geojson":
            part.write_bytes(_geojson(layer, target.stem))
        else:
            with _gdal(target, part):
                _append(layer, part, target.stem)


def write_layers(result: Assessment, path: str | os.PathLike[str]) -> None:
    """Write what an assessment found as the layers of one GeoPackage.

    Parameters
    ----------
    result
        The assessment.
    path
        The ``.gpkg`` to write or to replace. Its layers: ``cells``; ``facilities``; ``zones``, one row for each zone
        and standard; ``gaps``, the gap areas of all standards; and the tables ``table``, ``companions``, ``evidence``,
        ``citations``, ``assumptions`` and ``data_report``.

    Raises
    ------
    InputError
        If the path does not end in ``.gpkg`` or cannot be written.

    Examples
    --------
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sc.write_layers(result, Path(folder) / "gaps.gpkg")
    ...     zones = gpd.read_file(Path(folder) / "gaps.gpkg", layer="zones")
    >>> sorted(set(zones["status"]))
    ['judged', 'not_applicable']
    """
    target = Path(path)
    if target.suffix.lower() != ".gpkg":
        raise InputError(f"{target}: layers are written into one .gpkg file. | {target}：多图层只写入 .gpkg。")
    with replacing(target) as part, _gdal(target, part):
        for name, frame in _layers(result).items():
            if len(frame):
                _append(_plain(frame), part, name)


def _layers(result: Assessment) -> Mapping[str, pd.DataFrame]:
    zones = result.city.zones[["zone_id", "geometry"]].merge(result.table, on="zone_id")
    gaps = [result.gaps(one).assign(standard_id=one) for one in result.plan.ids]
    known = [part for part in gaps if len(part)]
    return {
        "cells": result.cells,
        "facilities": result.city.facilities,
        "zones": zones,
        "gaps": gpd.GeoDataFrame(pd.concat(known, ignore_index=True), crs=result.city.crs) if known else pd.DataFrame(),
        "table": result.table,
        "companions": result.companions,
        "evidence": result.evidence,
        "citations": result.citations,
        "assumptions": result.assumptions,
        "data_report": result.report.table,
    }


@contextmanager
def _gdal(target: Path, part: Path) -> Iterator[None]:
    """Let GDAL write a GeoPackage, and say in our words when it could not, also where GDAL keeps silent."""
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError

    part.unlink()  # GDAL takes an empty file for a broken one
    try:
        yield
        with closing(sqlite3.connect(part)) as base:
            whole = _count(base, "gpkg_geometry_columns") == _count(base, "gpkg_extensions")
    except (DataLayerError, DataSourceError, FeatureError, sqlite3.DatabaseError) as error:
        raise _not_written(target, str(error)) from error
    if not whole:
        raise _not_written(target, "its spatial index is missing")


def _count(base: sqlite3.Connection, table: str) -> int:
    """Return how many layers have a geometry, or an index of it: both tables have one row for each."""
    return int(base.execute(f"SELECT count(*) FROM {table} WHERE column_name IS NOT NULL").fetchone()[0])  # noqa: S608


def _not_written(target: Path, why: str) -> InputError:
    return InputError(
        f"{target} was not written: {why}. The old file, if there was one, is unchanged. Is there room on the disk? | "
        f"未写入 {target}，原文件未改动。请检查磁盘空间。"
    )


def _append(layer: pd.DataFrame, path: Path, name: str) -> None:
    import pyogrio

    pyogrio.write_dataframe(layer, path, layer=name, driver="GPKG", append=path.exists())


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its named index as a column, and values that files hold."""
    named = [name for name in frame.index.names if name is not None]
    layer = frame.reset_index(drop=not named or set(named) <= set(frame.columns))
    active = layer.active_geometry_name if isinstance(layer, gpd.GeoDataFrame) else None
    for column in layer.columns:
        if column != active and layer[column].dtype == object:
            layer[column] = [_plain_value(value) for value in layer[column]]
    return layer


def _plain_value(value: Any) -> Any:
    """Return a value of a mixed column as text, a number, or None."""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(str, value))
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return str(value) if isinstance(value, bool | np.bool_) else value


def _as_table(layer: pd.DataFrame) -> pd.DataFrame:
    if not isinstance(layer, gpd.GeoDataFrame) or layer.active_geometry_name is None:
        return layer
    return pd.DataFrame(layer.drop(columns=layer.geometry.name)).assign(wkt=layer.geometry.to_wkt(rounding_precision=3))


def _write_sheet(table: pd.DataFrame, target: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    page = book.worksheets[0]
    for place, head in enumerate(table.columns, start=1):
        set_cell(page.cell(1, place), str(head))
        page.cell(1, place).font = Font(bold=True)
    for row, values in enumerate(table.itertuples(index=False, name=None), start=2):
        for place, value in enumerate(values, start=1):
            set_cell(page.cell(row, place), _cell_value(value))
    page.freeze_panes = "A2"
    with replacing(target) as part:
        save_document(book, part)


def _cell_value(value: Any) -> Any:
    """Return a value as a cell holds it: infinite numbers as text, what is missing as nothing."""
    if pd.isna(value):
        return None
    if isinstance(value, float | np.floating) and np.isinf(value):
        return str(float(value))
    return value.item() if isinstance(value, np.generic) else value


def _write_parquet(layer: gpd.GeoDataFrame, path: Path) -> None:
    try:
        layer.to_parquet(path, index=False)
    except ImportError as error:
        raise MissingExtraError(
            "GeoParquet needs pyarrow: pip install 'servicecircle[parquet]'. | 写 GeoParquet 需要安装 pyarrow。"
        ) from error


def _geojson(layer: gpd.GeoDataFrame, name: str) -> bytes:
    """Return a layer as the bytes of a GeoJSON file: GDAL does not say when it cannot write the last of a file."""
    import pyogrio

    memory = io.BytesIO()
    pyogrio.write_dataframe(_for_geojson(layer), memory, layer=name, driver="GeoJSON")
    return memory.getvalue()


def _for_geojson(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer in longitude and latitude, without infinite numbers."""
    layer = layer.to_crs(DEGREES) if layer.crs is not None else layer
    numbers = layer.select_dtypes("floating").columns
    return layer.assign(**{column: _finite(layer[column]) for column in numbers})


def _finite(values: pd.Series[Any]) -> pd.Series[Any]:
    return values.where(np.isfinite(values.to_numpy(dtype=float, na_value=np.nan)))


def _write_shapefile(layer: gpd.GeoDataFrame, target: Path) -> None:
    """Write a shapefile, part by part moved into place, and the list of its fields."""
    fields = short_names([str(column) for column in layer.columns if column != layer.geometry.name])
    short = layer.rename(columns=fields)
    for column in fields.values():
        short[column] = _for_dbf(short[column])
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "layer.shp"
        short.to_file(made, engine="pyogrio", encoding=ENCODING)
        for suffix in SHAPEFILE_PARTS:
            part = made.with_suffix(suffix)
            if part.exists():
                with replacing(target.with_suffix(suffix)) as beside:
                    shutil.copyfile(part, beside)
    table = pd.DataFrame({"field": list(fields.values()), "name": list(fields)})
    write_table(table, target.with_name(f"{target.stem}_fields.csv"))


def _for_dbf(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column as a shapefile holds it: no infinite numbers, no yes/no, texts of at most 254 bytes."""
    if pd.api.types.is_bool_dtype(values):
        return values.map({True: 1, False: 0}).astype("Int64")
    if pd.api.types.is_float_dtype(values):
        return _finite(values)
    if values.dtype == object or pd.api.types.is_string_dtype(values):
        return pd.Series([None if pd.isna(text) else _cut(str(text), LONGEST_TEXT) for text in values], values.index)
    return values


def _cut(text: str, most: int) -> str:
    """Return as much of a text as fits into some bytes, never half a character."""
    return text.encode(ENCODING)[:most].decode(ENCODING, errors="ignore")


def short_names(names: list[str]) -> dict[str, str]:
    """Return a name of at most ten bytes for each field of a shapefile, no two alike.

    Parameters
    ----------
    names
        The names as they are, no two alike.

    Examples
    --------
    >>> list(short_names(["zone_id", "group_uncovered", "group_uncounted", "街道办事处名称"]).values())
    ['zone_id', 'group_unco', 'group_un_1', '街道办事处']
    """
    taken: set[str] = set()
    short: dict[str, str] = {}
    for name in names:
        candidate, number = _cut(name, LONGEST_FIELD), 1
        while candidate.upper() in taken:
            ending = f"_{number}"
            candidate, number = f"{_cut(name, LONGEST_FIELD - len(ending))}{ending}", number + 1
        taken.add(candidate.upper())
        short[name] = candidate
    return short
