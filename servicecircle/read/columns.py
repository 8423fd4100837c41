"""The columns of a layer: under the names wanted, with numbers in the units that these names stand for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.city.amounts import amount_findings, read_amounts
from servicecircle.city.inspection import as_text
from servicecircle.city.vocabulary import CODES, MEANINGS
from servicecircle.errors import LayerError, ReadError
from servicecircle.findings import Finding
from servicecircle.read.heads import matched_heads, unit_in
from servicecircle.read.report import Read
from servicecircle.text import UNITS, did_you_mean, listed, unit_worth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

EXACT = 10**15
"""Floating-point numbers hold fifteen digits of a code."""


def renamed(read: Read, path: Path, columns: Mapping[str, str], *, units: Sequence[str] = ()) -> Read:
    """Return the layer with the columns asked for under the names wanted.

    Columns under a name that stands for numbers become numbers in its unit, those under a name for codes become text.

    Parameters
    ----------
    read
        The layer.
    path
        Its file.
    columns
        Name wanted -> head in the file.
    units
        The units that a title says the numbers are in.

    Raises
    ------
    ReadError
        If heads are not there; all are listed.
    LayerError
        If values under a name for numbers cannot be read as such.
    """
    frame: gpd.GeoDataFrame = read.frame
    present = [column for column in frame.columns if column != frame.geometry.name]
    sources, absent = matched_heads(columns, present)
    if absent:
        raise ReadError(
            "\n".join(
                f"{path}: there is no column {name!r}. {did_you_mean(name, present)} | {path}：没有列 {name!r}，"
                f"现有：{listed(present)}。"
                for name in absent
            )
        )
    covered = [name for name, source in sources.items() if name in present and name != source]
    gone = {source for name, source in sources.items() if name != source} - set(sources)
    kept = [column for column in frame.columns if column not in gone and column not in covered]
    result = frame[kept].assign(**{name: frame[source] for name, source in sources.items()})
    findings = [
        Finding(
            path.name,
            "column_replaced",
            "info",
            f"the file has a column {name!r} of its own; {sources[name]!r} was taken for it instead, as asked.",
            f"文件本身有列 {name!r}；已按要求改用 {sources[name]!r}。",
            column=name,
        )
        for name in covered
    ]
    findings += [
        Finding(
            path.name,
            "head_matched",
            "info",
            f"the head {sources[name]!r} was taken for {head!r}.",
            f"表头 {sources[name]!r} 视为 {head!r}。",
            column=name,
        )
        for name, head in columns.items()
        if sources[name] != head
    ]
    return _measured(Read(result, read.report.plus(*findings)), path, sources, units)


def _measured(read: Read, path: Path, sources: Mapping[str, str], units: Sequence[str]) -> Read:
    """Return the layer with numbers where the names of columns stand for numbers, and texts where for codes."""
    findings: list[Finding] = []
    values: dict[str, pd.Series[Any]] = {}
    for column in read.frame.columns:
        given = read.frame[column]
        if column in MEANINGS:
            unit, told = _unit(path, column, sources.get(column, column), units, rows=len(given))
            findings += told
            if unit or not pd.api.types.is_numeric_dtype(given.dtype):
                values[column], told = _numbers(path, given, unit)
                findings += told
        elif column in CODES and pd.api.types.is_numeric_dtype(given.dtype):
            values[column] = as_text(given)
            findings += _digits(path, given)
    report = read.report.plus(*findings)
    if not report.ok:
        raise LayerError(report)
    return Read(read.frame.assign(**values), report)


def _unit(path: Path, column: str, head: str, units: Sequence[str], *, rows: int) -> tuple[str, list[Finding]]:
    """Return the unit other than its own that a column is in, as its head or a title says, and what to say of it."""
    meaning = MEANINGS[column]
    said = unit_in(head)
    worth = unit_worth(said, meaning) if said else None
    if said and worth is None and any(unit_worth(said, other) is not None for other in UNITS if other):
        return "", [
            Finding(
                path.name,
                "unit_of_another",
                "error",
                f"the head {head!r} is in {said}, which {column} is not counted in. Name another column, or correct "
                "the head.",
                f"表头 {head!r} 的单位 {said} 与 {column} 不符，请改用其他列或更正表头。",
                column=column,
            )
        ]
    if worth is None and meaning:
        titled = [unit for unit in units if unit_worth(unit, meaning) is not None]
        said, worth = (titled[0], unit_worth(titled[0], meaning)) if len(titled) == 1 else ("", None)
    if worth is None or worth == 1:
        return "", []
    return said, [
        Finding(
            path.name,
            "unit",
            "repair",
            f"the file says that its numbers are in {said}; they were multiplied by {float(worth):,.10g}.",
            f"文件注明单位为 {said}，数值已乘以 {float(worth):,.10g}。",
            column=column,
            count=rows,
        )
    ]


def _numbers(path: Path, given: pd.Series[Any], unit: str) -> tuple[pd.Series[Any], list[Finding]]:
    """Return the numbers of a column, and what it took to read them."""
    read = read_amounts(given, MEANINGS[str(given.name)], unit=unit)
    bad = read.where("unreadable")
    findings = amount_findings(path.name, given, read)
    if bad.any():
        findings.append(
            Finding.about(
                path.name,
                "no_number",
                "error",
                en="values are no number, or in a unit of something else. Write one number; leave the cell empty where "
                "it is not known.",
                zh="不是数字，或单位不符；请填写一个数字，未知则留空。",
                column=str(given.name),
                rows=[f"{label}: {value}" for label, value in given[bad].items()],
            )
        )
    return read.numbers, findings


def _digits(path: Path, codes: pd.Series[Any]) -> list[Finding]:
    """Return the fault of codes that are numbers too long to be exact."""
    if not pd.api.types.is_float_dtype(codes.dtype):
        return []
    lost = np.abs(codes.to_numpy(dtype=float, na_value=0.0)) >= EXACT
    if not lost.any():
        return []
    return [
        Finding.about(
            path.name,
            "digits_lost",
            "error",
            en="codes were saved as numbers too long to be exact; their last digits are lost. Save them as text.",
            zh="代码以数字保存，末尾数字已丢失，请改为文本。",
            column=str(codes.name),
            rows=codes.index[lost],
        )
    ]
