"""The zones of a map, each with its row of the table: status in words, value, target and gap."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.show import palette
from servicecircle.show.compact import compact_shape, whole_degrees
from servicecircle.show.legend import LegendRow, LegendSection, MapLayer, PaintBox
from servicecircle.show.phrases import PHRASES, Language, phrase

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.show.palette import Paint
    from servicecircle.show.scene import Scene

SHARES = {"share", "%", "1"}
"""Units in which a value of 1 is all of it, shown as per cent."""

Lines = list[tuple[str, str]]


def known(value: object) -> bool:
    """Return whether a cell of a table says something."""
    return value is not None and not pd.isna(value) and str(value) != ""  # type: ignore[call-overload]


def status_words(row: pd.Series[Any], language: Language) -> str:
    """Return a row's status in words; a verdict only where the row is judged."""
    if row["status"] == "judged":
        return phrase("met" if row["meets_target"] else "not_met", language)
    return phrase(str(row["status"]), language)


def status_paint(row: pd.Series[Any]) -> tuple[str, Paint]:
    """Return the label key and the paint of a zone's row; a reference judgement never has the paint of a verdict."""
    status = str(row["status"])
    if status == "judged":
        status = "met" if row["meets_target"] else "not_met"
    return status, palette.STATUS_PAINTS.get(status, palette.STATUS_PAINTS["info"])


def amount(value: float, unit: str, *, target: float | None = None, digits: int = 1) -> str:
    """Return a value with its unit, with as many digits as keep it on its side of the target.

    Examples
    --------
    >>> amount(0.97999, "share", target=0.98)
    '97.999 %'
    >>> amount(0.5, "share")
    '50 %'
    >>> amount(1.25, "/10k")
    '1.3 /10k'
    """
    share = unit in SHARES
    scale = 100.0 if share else 1.0
    shown, goal = value * scale, None if target is None else target * scale
    for more in range(digits, 9):
        text = f"{shown:,.{more}f}"
        plain = float(text.replace(",", ""))
        if goal is None or (plain >= goal) == (shown >= goal) and (plain <= goal) == (shown <= goal):
            break
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} %" if share else f"{text} {unit}".strip()
