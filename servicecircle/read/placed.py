"""Tables of text -> layers: places from coordinates or WKT, and the kind of each column."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import CRSError, InputError, LayerError, ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import parsed_crs
from servicecircle.read.coordinates import Coordinate, coordinate
from servicecircle.read.heads import matched_heads
from servicecircle.read.report import Read
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from servicecircle.read.grid import Texts

NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?")
"""A plain number; "007" is a text, because it may be a code."""

LARGEST_INTEGER = 2**63
SHORTENED = re.compile(r"[1-9]\.(?P<shown>[0-9]+)E\+(?P<power>[0-9]{2})")
"""A long number as Excel shows it and saves it in a csv file."""
LONG = 11
"""From so many digits on Excel shows numbers shortened."""


def check_options(path: Path, *, x: str | None, y: str | None, wkt: str | None, crs: object) -> None:
    """Raise InputError or CRSError unless the options say where the rows of a table are, or nothing of it."""
    if (x is None) != (y is None) or (wkt is not None and x is not None):
        raise InputError(
            f"{path}: name the columns with the coordinates of a table: x and y, or wkt. | "
            f"请指定表格的坐标列：x 和 y，或 wkt。"
        )
    if (x is not None or wkt is not None) and crs is None:
        raise CRSError(
            f"{path}: a table does not say which CRS its coordinates are in. Give crs, for example 'EPSG:4326' for "
            f"longitude and latitude. | 表格不含坐标系，请指定 crs，例如经纬度为 'EPSG:4326'。"
        )


def placed(path: Path, texts: Texts, *, x: str | None, y: str | None, wkt: str | None, crs: object) -> Read:
    """Return the rows of a table with their places; the arguments and errors are those of `read_layer`.

    Columns in which every value is a plain number become numbers, those of true and false become booleans; all others
    stay text. Empty values are missing values.
    """
    parsed = parsed_crs(crs) if crs is not None else None
    table = texts.frame
    asked = {name: name for name in (x, y, wkt) if name is not None}
    found, absent = matched_heads(asked, table.columns)
    if absent:
        missing = [f"there is no column {name!r}. {did_you_mean(name, table.columns)}" for name in absent]
        raise ReadError(f"{path}: {' '.join(missing)} | {path}：缺少坐标列，现有：{listed(table.columns)}。")
    faults = _shortened(path, table)
    if wkt is not None:
        geometry, more = _from_wkt(path, table[found[wkt]])
    elif x is not None and y is not None:
        geometry, more = _points(path, table[found[x]], table[found[y]])
    else:
        geometry, more = np.full(len(table), None, dtype=object), [_nowhere(path, len(table))]
    report = DataReport((*texts.findings, *faults, *more))
    if not report.ok:
        raise LayerError(report)
    columns = {name: _typed(table[name]) for name in table if name not in found.values()}
    frame = gpd.GeoDataFrame(columns, geometry=geometry, crs=parsed, index=table.index)
    return Read(frame, report)


def _nowhere(path: Path, rows: int) -> Finding:
    return Finding(
        path.name,
        "no_places",
        "info",
        f"{rows:,} rows without a place on the map, because no columns with coordinates (x and y, or wkt) are named.",
        f"未指定坐标列（x 和 y，或 wkt），{rows:,} 行不落图。",
    )


def _shortened(path: Path, table: pd.DataFrame) -> list[Finding]:
    """Return the faults of long codes of which only the first digits are left, such as 3.20706E+11."""
    findings = []
    for column in table:
        matches = [SHORTENED.fullmatch(text) for text in table[column]]
        rows = [
            f"{label}: {match.group()}"
            for label, match in zip(table.index, matches, strict=True)
            if match and int(match["power"]) >= LONG and len(match["shown"]) < int(match["power"])
        ]
        if rows:
            findings.append(
                Finding.about(
                    path.name,
                    "digits_lost",
                    "error",
                    en="long numbers were saved shortened, as Excel shows them; their last digits are lost. In the "
                    "workbook format the column as text (or number without decimals), and save the csv file again.",
                    zh="长数字以科学计数法保存，末尾数字已丢失；请在 Excel 中把该列设为文本格式后重新导出。",
                    column=str(column),
                    rows=rows,
                )
            )
    return findings


def _points(path: Path, x: pd.Series[str], y: pd.Series[str]) -> tuple[NDArray[np.object_], list[Finding]]:
    """Return a point for each row (None where both coordinates are empty), and the faults."""
    empty = ((x == "") & (y == "")).to_numpy()
    pairs = [(coordinate(a, "x"), coordinate(b, "y")) for a, b in zip(x, y, strict=True)]
    good = np.array([a.ok and b.ok for a, b in pairs], dtype=bool)
    geometry = np.full(len(x), None, dtype=object)
    values = np.array([(a.value, b.value) for a, b in pairs], dtype=np.float64).reshape(-1, 2)
    geometry[good] = shapely.points(values[good])
    column, bad = f"{x.name}, {y.name}", ~good & ~empty
    crossed = np.array([a.crossed or b.crossed for a, b in pairs], dtype=bool)
    return geometry, [
        *_crossed(path, column, crossed & bad),
        *_unreadable(path, column, bad & ~crossed, en="a coordinate is not a plain number", zh="坐标不是数字"),
        *_unplaced(path, column, empty),
        *_written(path, column, [f"{a} = {p.value:.8g}" for p, a in _converted(pairs, x, y)]),
    ]


def _converted(
    pairs: list[tuple[Coordinate, Coordinate]], x: pd.Series[str], y: pd.Series[str]
) -> list[tuple[Coordinate, str]]:
    """Return the coordinates that were not plain numbers: of each row the first, with its text."""
    rows = zip(x.index, pairs, x, y, strict=True)
    return [
        (a, f"{label}: {text_x}") if a.written else (b, f"{label}: {text_y}")
        for label, (a, b), text_x, text_y in rows
        if a.ok and b.ok and (a.written or b.written)
    ]


def _written(path: Path, column: str, rows: list[str]) -> list[Finding]:
    if not rows:
        return []
    return [
        Finding.about(
            path.name,
            "coordinates_written",
            "repair",
            en="coordinates in degrees, minutes and seconds, or with signs, were read as decimal degrees.",
            zh="度分秒或带符号的坐标已换算为十进制度。",
            column=column,
            rows=rows,
        )
    ]


def _crossed(path: Path, column: str, where: NDArray[np.bool_]) -> list[Finding]:
    if not where.any():
        return []
    return [
        Finding.about(
            path.name,
            "swapped",
            "error",
            en="x and y are swapped: x must be the longitude (E, W), y the latitude (N, S). Exchange x and y.",
            zh="x 与 y 颠倒：x 应为经度（东、西），y 应为纬度（北、南），请对调。",
            column=column,
            rows=np.flatnonzero(where).tolist(),
        )
    ]


def _from_wkt(path: Path, texts: pd.Series[str]) -> tuple[NDArray[np.object_], list[Finding]]:
    """Return the geometry of each row (None where the text is empty), and the faults."""
    empty = (texts == "").to_numpy()
    geometry: NDArray[np.object_] = shapely.from_wkt(
        texts.where(~empty, None).to_numpy(dtype=object), on_invalid="ignore"
    )
    bad = shapely.is_missing(geometry) & ~empty
    column = str(texts.name)
    return shapely.force_2d(geometry), [
        *_unreadable(path, column, bad, en="not a WKT geometry", zh="不是 WKT 几何"),
        *_unplaced(path, column, empty),
    ]


def _unreadable(path: Path, column: str, where: NDArray[np.bool_], *, en: str, zh: str) -> list[Finding]:
    """Return the fault of rows whose coordinates are there but cannot be read."""
    if not where.any():
        return []
    return [
        Finding.about(
            path.name,
            "bad_coordinates",
            "error",
            en=f"{en}. Write longitude and latitude as decimal degrees, such as 119.2216.",
            zh=f"{zh}。经纬度请写成十进制度，例如 119.2216。",
            column=column,
            rows=np.flatnonzero(where).tolist(),
        )
    ]


def _unplaced(path: Path, column: str, where: NDArray[np.bool_]) -> list[Finding]:
    """Return the warning about rows without coordinates."""
    if not where.any():
        return []
    return [
        Finding.about(
            path.name,
            "no_coordinates",
            "warning",
            en="no coordinates: the row has no place on the map.",
            zh="没有坐标，无法落图。",
            column=column,
            rows=np.flatnonzero(where).tolist(),
        )
    ]


def _typed(texts: pd.Series[str]) -> pd.Series:
    """Return numbers or booleans where every value that is there is one, else text; empty values are missing."""
    there = [text for text in texts if text]
    missing = (texts == "").to_numpy()
    if there and all(NUMBER.fullmatch(text) for text in there):
        whole = all(text.lstrip("+-").isdigit() and abs(int(text)) < LARGEST_INTEGER for text in there)
        if not whole:
            return texts.where(~missing, "nan").astype("float64")
        if not missing.any():
            return texts.astype("int64")
        return pd.Series([int(text) if text else pd.NA for text in texts], index=texts.index, dtype="Int64")
    if there and not missing.any() and {text.casefold() for text in there} <= {"true", "false"}:
        return texts.str.casefold() == "true"
    return texts.where(~missing, None)
