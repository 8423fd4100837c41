"""Frames and values as a TOML file has them, and back: texts, numbers, lists; places as WKT beside their CRS."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import CRSError, InputError
from servicecircle.plan.frozen import FrozenMap
from servicecircle.projection import parsed_crs
from servicecircle.text import whole

if TYPE_CHECKING:
    import pyproj
    from shapely.geometry.base import BaseGeometry

GEOMETRY = "geometry"


def layer_table(frame: object, what: str) -> FrozenMap[Any]:
    """Return a frame with places as a table: ``crs``, and ``rows`` with WKT.

    Parameters
    ----------
    frame
        A GeoDataFrame with rows and a declared CRS.
    what
        What it is called in messages.

    Raises
    ------
    InputError
        If it is no such frame, or holds values that no file can hold.
    CRSError
        If it declares no CRS.

    Examples
    --------
    >>> table = layer_table(gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(1, 2)], crs="EPSG:4326"), "facilities")
    >>> table["crs"], table["rows"][0]
    ('EPSG:4326', {'n': 1, 'geometry': 'POINT (1 2)'})
    """
    if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
        raise InputError(
            f"{what} must be a GeoDataFrame with a geometry column, not {type(frame).__name__}. | "
            f"{what} 应为带几何列的 GeoDataFrame。"
        )
    if frame.crs is None:
        raise CRSError(
            f"{what} layer: no CRS is declared ({len(frame):,} rows). Declare it: .set_crs('EPSG:4549'). | "
            f"{what} 未声明坐标系，请用 .set_crs 声明。"
        )
    places = [None if shape is None else wkt(shape) for shape in frame.geometry]
    rows = _rows(pd.DataFrame(frame.drop(columns=frame.active_geometry_name)), what)
    full = [row if place is None else {**row, GEOMETRY: place} for row, place in zip(rows, places, strict=True)]
    return FrozenMap({"crs": crs_text(frame.crs), "rows": tuple(map(FrozenMap, full))})


def layer_frame(table: Mapping[str, Any]) -> gpd.GeoDataFrame:
    """Return the frame that a table of `layer_table` stands for."""
    rows = table["rows"]
    shapes = [shapely.from_wkt(row[GEOMETRY]) if GEOMETRY in row else None for row in rows]
    plain_rows = [{key: thawed(value) for key, value in row.items() if key != GEOMETRY} for row in rows]
    frame = pd.DataFrame(plain_rows, index=range(len(rows)))
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=table["crs"])


def rows_table(frame: object, what: str) -> tuple[FrozenMap[Any], ...]:
    """Return a frame without places as rows; see `layer_table`."""
    if not isinstance(frame, pd.DataFrame):
        raise InputError(f"{what} must be a DataFrame, not {type(frame).__name__}. | {what} 应为 DataFrame。")
    return tuple(map(FrozenMap, _rows(pd.DataFrame(frame.drop(columns=GEOMETRY, errors="ignore")), what)))


def rows_frame(rows: tuple[Mapping[str, Any], ...]) -> pd.DataFrame:
    """Return the frame that rows of `rows_table` stand for."""
    return pd.DataFrame([{key: thawed(value) for key, value in row.items()} for row in rows])


def _rows(frame: pd.DataFrame, what: str) -> list[dict[str, Any]]:
    if not len(frame):
        raise InputError(f"{what} has no rows. | {what} 没有行。")
    rows: list[dict[str, Any]] = []
    for label, values in zip(frame.index, frame.itertuples(index=False, name=None), strict=True):
        row = {}
        for column, value in zip(frame.columns, values, strict=True):
            one = plain(value, where=f"{what}, row {label}, column {column!r}")
            if one is not None:
                row[whole(str(column))] = one
        rows.append(row)
    return rows


def plain(value: Any, *, where: str = "") -> Any:
    """Return a value as a file has it, None for a missing one.

    Raises
    ------
    InputError
        If it is a value of another kind.

    Examples
    --------
    >>> plain(np.float64(2.5)), plain(float("nan")), plain(["a", np.int64(1)]), plain(pd.Timestamp("2020-11-01"))
    (2.5, None, ('a', 1), '2020-11-01')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    match value:
        case str():
            return whole(value)
        case bool() | int() | float():
            return value
        case dt.datetime() if value.time() == dt.time():
            return value.date().isoformat()
        case dt.date() | dt.time():
            return value.isoformat()
        case list() | tuple() | np.ndarray() | set() | frozenset():
            items = sorted(value) if isinstance(value, set | frozenset) else value
            return tuple(plain(one, where=where) for one in items)
    raise InputError(
        f"{where}: a scenario cannot hold {type(value).__name__} ({value!r:.60}); texts, numbers, yes or no, dates and "
        f"lists of these only. | 方案无法保存该值（{type(value).__name__}），仅限文字、数字、是否、日期及其列表。"
    )


def thawed(value: Any) -> Any:
    """Return a value with lists for tuples."""
    return [thawed(one) for one in value] if isinstance(value, tuple) else value


def frozen(value: Any) -> Any:
    """Return a value read from a file as one that never changes."""
    if isinstance(value, Mapping):
        return FrozenMap({str(key): frozen(one) for key, one in value.items()})
    if isinstance(value, list | tuple):
        return tuple(frozen(one) for one in value)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


DECIMALS = 20
"""Enough for every double; GEOS' own choice of digits loses the last bit of some numbers below one."""


def wkt(shape: BaseGeometry) -> str:
    """Return a geometry as text that is read back to the last bit."""
    return str(shapely.to_wkt(shape, rounding_precision=DECIMALS))


def crs_text(crs: pyproj.CRS) -> str:
    """Return a CRS as text: its code if that stands for it, else WKT."""
    short = str(crs.to_string())
    return short if parsed_crs(short) == crs else str(crs.to_wkt())
