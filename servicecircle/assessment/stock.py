"""Stock: a count, or a sum, held against a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.rows import Outcome, base_columns, blocked_rows, units, verdict_columns
from servicecircle.assessment.selection import Missing, amounts, select

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Unit
    from servicecircle.plan import Standard, Stock

FACILITIES = "facilities"


def assess_stock(ground: Ground, standard: Standard, stock: Stock) -> Outcome:
    """Return what a standard of stock comes to; a target for each year must be met in every year."""
    selection = select(ground, stock.facilities)
    frame = ground.facilities.iloc[selection.facilities]
    outcome = Outcome(missing=(*selection.missing, *scope_missing(ground, standard), *_unknown(frame, stock)))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    counted, years = _counted(frame, stock), amounts(frame, stock.year_column)
    counts = (years >= _bound(stock.from_year, -np.inf)) & (years <= _bound(stock.to_year, np.inf))
    counts |= np.full(len(frame), not _has_window(stock))
    for unit in units(ground, standard):
        inside = unit.facilities[selection.facilities] & counts
        outcome.rows += _rows(ground, standard, stock, unit, counted=counted, years=years, inside=inside)
    return outcome


def _has_window(stock: Stock) -> bool:
    return stock.from_year is not None or stock.to_year is not None or stock.per_year


def _bound(year: int | None, otherwise: float) -> float:
    return otherwise if year is None else float(year)


def _counted(frame: pd.DataFrame, stock: Stock) -> NDArray[np.float64]:
    return np.ones(len(frame)) if stock.count == FACILITIES else amounts(frame, stock.count)


def _unknown(frame: pd.DataFrame, stock: Stock) -> list[Missing]:
    """Return what is not known: amounts are needed of all; of what has no year it is told that it does not count."""
    found = []
    rows = int(np.isnan(_counted(frame, stock)).sum())
    if rows:
        zh, en = f"{rows} 处的 {stock.count} 未知。", f"{stock.count} is unknown for {rows} facilities."
        found.append(Missing("column", stock.count, zh, en))
    if _has_window(stock) and len(frame):
        rows = int(np.isnan(amounts(frame, stock.year_column)).sum())
        if rows:
            name, every = stock.year_column, rows == len(frame)
            zh = f"{rows} 处的 {name} 未知" + ("。" if every else "，未计入。")
            en = f"{name} is unknown for {rows} facilities" + ("." if every else ", which do not count.")
            found.append(Missing("column" if every else "value", name, zh, en, blocks=every))
    return found


def _rows(
    ground: Ground,
    standard: Standard,
    stock: Stock,
    unit: Unit,
    *,
    counted: NDArray[np.float64],
    years: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> list[dict[str, Any]]:
    """Return the row of a unit, and one for each year where the target is one for each year."""
    per_year = [(str(int(year)), inside & (years == year)) for year in _each_year(stock, years[inside])]
    values = {name: float(counted[part].sum()) for name, part in per_year}
    total = float(counted[inside].sum())
    rows = []
    for name, value in {"all": min(values.values(), default=total) if stock.per_year else total, **values}.items():
        row = base_columns(standard, unit, klass=name) | verdict_columns(standard, unit, value)
        row |= {
            "numerator": value,
            "pop_total": float(ground.group("pop_total")[unit.cells].sum()),
            "facilities_n": float(inside.sum()),
        }
        if standard.target.value is not None:
            row["gap"] = max(standard.target.value - value, 0.0)
        rows.append(row)
    return rows


def _each_year(stock: Stock, years: NDArray[np.float64]) -> list[int]:
    """Return the years that each have a row: all of the standard's, up to the last one of the data."""
    if not stock.per_year or not len(years):
        return []
    first = int(_bound(stock.from_year, float(years.min())))
    last = int(min(_bound(stock.to_year, np.inf), years.max()))
    return list(range(first, last + 1))
