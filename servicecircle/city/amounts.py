"""Columns of numbers as people write them ("1,200人", "3.5万", "0.5公顷"): read, and each change reported."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from servicecircle.findings import Finding
from servicecircle.text import amount, scaled, unit_worth

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEARS = (1000, 9999)
"""A year lies between these; a day that Excel shows as a number (43709) and a month (201909) do not."""

SHOWN = 3
"""How many different texts a finding shows."""


class Amounts(NamedTuple):
    """The numbers of a column, NaN where there is none, and how each row was read.

    Parameters
    ----------
    numbers
        The numbers: people, m2, m, or shares of 1.
    kinds
        For each row ``plain``, ``written``, ``missing`` or ``unreadable``; empty rows are plain.
    """

    numbers: pd.Series[float]
    kinds: NDArray[np.str_]

    def where(self, kind: str) -> NDArray[np.bool_]:
        """Return the rows that were read in one way."""
        return np.asarray(self.kinds == kind, dtype=bool)


def read_amounts(given: pd.Series[Any], meaning: str, *, unit: str = "") -> Amounts:
    """Return the numbers that a column stands for.

    Parameters
    ----------
    given
        Numbers, or texts as people write them.
    meaning
        What they measure, a key of `servicecircle.text.UNITS`.
    unit
        The unit of the numbers that name none.

    Examples
    --------
    >>> read_amounts(pd.Series(["1,200人", "35", "—", None]), "people").numbers.tolist()
    [1200.0, 35.0, nan, nan]
    """
    worth = unit_worth(unit, meaning) or Fraction(1)
    if pd.api.types.is_numeric_dtype(given.dtype):
        values = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        values = values if worth == 1 else np.array([scaled(float(value), worth) for value in values])
        kinds = np.full(len(given), "plain", dtype="<U10")
    else:
        values, kinds = _one_by_one(given, meaning, unit, worth)
    if meaning == "year":
        wrong = np.isfinite(values) & ~((values >= YEARS[0]) & (values <= YEARS[1]))
        values, kinds = np.where(wrong, np.nan, values), np.where(wrong, "unreadable", kinds)
    return Amounts(pd.Series(values, index=given.index, name=given.name), kinds)


def _one_by_one(
    given: pd.Series[Any], meaning: str, unit: str, worth: Fraction
) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Return the numbers of a column that does not hold numbers only, and how each was read."""
    values, kinds = np.full(len(given), np.nan), np.full(len(given), "plain", dtype="<U10")
    known: dict[str, tuple[float, str]] = {}
    for row, value in enumerate(given.astype(object)):
        if isinstance(value, str):
            if value not in known:
                known[value] = amount(value, meaning, unit=unit) if value.strip() else (np.nan, "plain")
            values[row], kinds[row] = known[value]
        elif value is None or value is pd.NA or value is pd.NaT:
            continue
        elif isinstance(value, dt.date) and meaning == "year":
            values[row], kinds[row] = value.year, "written"
        else:
            number, kinds[row] = _number(value)
            values[row] = scaled(number, worth)
    return values, kinds


def _number(value: Any) -> tuple[float, str]:
    """Return the number that an object which is no text stands for."""
    try:
        return float(value), "plain"
    except (TypeError, ValueError):
        return np.nan, "unreadable"


def amount_findings(layer: str, given: pd.Series[Any], read: Amounts) -> list[Finding]:
    """Return the repairs that reading a column of numbers took: what was converted, and what stands for none."""
    said = {
        "written": ("numbers_written", "read as numbers", "按数字读取"),
        "missing": ("numbers_missing", "taken as not known", "按缺失处理"),
    }
    findings = []
    for kind, (code, en, zh) in said.items():
        where = read.where(kind)
        if where.any():
            shown = dict(zip(map(str, given[where]), read.numbers[where], strict=True))
            texts = ", ".join(
                f"{text!r}" + ("" if kind == "missing" else f" = {value:,.10g}")
                for text, value in list(shown.items())[:SHOWN]
            )
            findings.append(
                Finding.about(
                    layer,
                    code,
                    "repair",
                    en=f"texts {en}: {texts}.",
                    zh=f"文字{zh}：{texts}。",
                    column=str(given.name),
                    rows=given.index[where],
                )
            )
    return findings
