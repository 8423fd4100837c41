"""csv files with coordinates or WKT: encodings, separators, uneven rows, numbers."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import CRSError, InputError, LayerError, ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import parsed_crs
from servicecircle.read.report import Read
from servicecircle.text import ENCODINGS, decode, did_you_mean, listed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

SEPARATORS = ",;\t|"
NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)(\.[0-9]*)?([eE][-+]?[0-9]+)?")
"""A plain number; "007" is a text, because it may be a code."""

LARGEST_INTEGER = 2**63
COORDINATE = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")


def read_csv(path: Path, *, x: str | None, y: str | None, wkt: str | None, crs: object) -> Read:
    """Read a csv file with a header line; the arguments and errors are those of `read_layer`.

    Columns in which every value is a plain number become numbers, those of true and false become booleans; all others
    stay text. Empty values are missing values.
    """
    if (x is None) != (y is None) or (wkt is not None and x is not None):
        raise InputError(
            f"{path}: name the columns with the coordinates of a csv file: x and y, or wkt. | "
            f"请指定 csv 文件的坐标列：x 和 y，或 wkt。"
        )
    placed = x is not None or wkt is not None
    if placed and crs is None:
        raise CRSError(
            f"{path}: a csv file does not say which CRS its coordinates are in. Give crs, for example 'EPSG:4326' for "
            f"longitude and latitude. | csv 文件不含坐标系，请指定 crs，例如经纬度为 'EPSG:4326'。"
        )
    parsed = parsed_crs(crs) if crs is not None else None
    table, findings = _table(path)
    wanted = [name for name in (x, y, wkt) if name is not None]
    missing = [
        f"there is no column {name!r}. {did_you_mean(name, table.columns)}" for name in wanted if name not in table
    ]
    if missing:
        raise ReadError(f"{path}: {' '.join(missing)} | {path}：缺少坐标列，现有：{listed(table.columns)}。")
    if wkt is not None:
        geometry, faults = _from_wkt(path, table[wkt])
    elif x is not None and y is not None:
        geometry, faults = _points(path, table[x], table[y])
    else:
        geometry, faults = np.full(len(table), None, dtype=object), [_nowhere(path, len(table))]
    report = DataReport((*findings, *faults))
    if not report.ok:
        raise LayerError(report)
    columns = {name: _typed(table[name]) for name in table if name not in wanted}
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


def _table(path: Path) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the rows as text, with their labels from 0, and what had to be repaired."""
    try:
        text, encoding = decode(path.read_bytes())
        separator = _separator(text)
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ReadError(
            f"{path}: not a csv file in UTF-8 or GB18030 ({error}). Save it again as 'CSV UTF-8'. | "
            f"{path}：不是 UTF-8 或 GB18030 的 csv 文件，请另存为“CSV UTF-8”。"
        ) from error
    stripped = ([cell.strip() for cell in row] for row in rows)
    lines = [(number, row) for number, row in enumerate(stripped, start=1) if any(row)]
    if not lines:
        raise ReadError(f"{path}: the file has no header line. | {path}：文件没有表头。")
    # separators at the end of every line make no column
    while all(row[-1] == "" and len(row) == len(lines[0][1]) for _, row in lines):
        lines = [(number, row[:-1]) for number, row in lines]
    header = lines[0][1]
    _check_shape(path, header, lines[1:])
    table = pd.DataFrame([row for _, row in lines[1:]], columns=header, dtype=object)
    findings = []
    if encoding != ENCODINGS[0]:
        findings.append(
            Finding(
                path.name,
                "encoding",
                "repair",
                f"text was read as {encoding.upper()}, because it is not UTF-8. Check the names.",
                f"文字不是 UTF-8，按 {encoding.upper()} 读取，请核对名称。",
            )
        )
    return table, findings


def _separator(text: str) -> str:
    """Return the separator that the first line has most of; a comma if it has none."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(SEPARATORS, key=lambda separator: (first.count(separator), -SEPARATORS.index(separator)))


def _check_shape(path: Path, header: list[str], lines: list[tuple[int, list[str]]]) -> None:
    """Raise ReadError if columns have no name or the same, or rows have more or fewer values than columns."""
    faults = []
    twice = sorted({name for name in header if not name or header.count(name) > 1})
    if twice:
        faults.append(f"columns have no name or the same name ({', '.join(map(repr, twice))})")
    uneven = [number for number, row in lines if len(row) != len(header)]
    if uneven:
        faults.append(f"{len(uneven):,} rows do not have {len(header)} values (row {listed(uneven, most=5)})")
    if faults:
        raise ReadError(
            f"{path}: {'; '.join(faults)}. Correct the file. | {path}：列名重复或为空，或行的列数不一致，请改正。"
        )


def _points(path: Path, x: pd.Series[str], y: pd.Series[str]) -> tuple[NDArray[np.object_], list[Finding]]:
    """Return a point for each row (None where both coordinates are empty), and the faults."""
    empty = ((x == "") & (y == "")).to_numpy()
    good = np.array(
        [bool(COORDINATE.fullmatch(a) and COORDINATE.fullmatch(b)) for a, b in zip(x, y, strict=True)], dtype=bool
    )
    geometry = np.full(len(x), None, dtype=object)
    geometry[good] = shapely.points(x[good].astype(float).to_numpy(), y[good].astype(float).to_numpy())
    column, bad = f"{x.name}, {y.name}", ~good & ~empty
    return geometry, [
        *_unreadable(path, column, bad, en="a coordinate is not a plain number", zh="坐标不是数字"),
        *_unplaced(path, column, empty),
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
