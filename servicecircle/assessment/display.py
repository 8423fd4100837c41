"""How an assessment shows itself: a line per standard, in the terminal and in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.rows import CITY, WHOLE_CITY
from servicecircle.markup import table_html
from servicecircle.words import word

if TYPE_CHECKING:
    from servicecircle.assessment.assessment import Assessment
    from servicecircle.plan import Standard

HEADS = ("标准 standard", "名称 name", "结果 result")
PER_CENT = 100.0
MOST_DIGITS = 8
MOST_LOST = 10
"""More standards than this that cannot be evaluated share one line."""


def exact_text(value: float, *, target: float | None = None, of_share: bool = False) -> str:
    """Return a value with at least one digit, and as many as keep it on its side of the target.

    Examples
    --------
    >>> exact_text(0.97999, target=0.98, of_share=True), exact_text(0.5, of_share=True), exact_text(2.0)
    ('97.999%', '50.0%', '2.0')
    """
    scale, sign = (PER_CENT, "%") if of_share else (1.0, "")
    text = ""
    for digits in range(1, MOST_DIGITS):
        text = f"{value * scale:,.{digits}f}"
        shown = float(text.replace(",", ""))
        if target is None or (shown >= target * scale) == (value >= target):
            break
    return text + sign


def main_row(result: Assessment, standard: Standard) -> pd.Series[Any] | None:
    """Return the row that speaks for a standard: of the scope's own area, else of the whole city; None without them."""
    table = result.table
    rows = np.flatnonzero((table["standard_id"] == standard.id) & (table["class"] == "all"))
    own = np.isin(table["level"].to_numpy()[rows], standard.area_levels)
    whole = table["zone_id"].to_numpy()[rows] == CITY
    first = [*rows[own], *rows[whole]]
    return table.iloc[first[0]] if first else None


def lost_standards(result: Assessment) -> tuple[str, ...]:
    """Return the standards that cannot be evaluated, if they are so many that they share a line or a list."""
    lost = result.table.groupby("standard_id")["status"].agg(lambda status: bool((status == "not_evaluable").all()))
    ids = tuple(one for one in result.plan.ids if lost[one])
    return ids if len(ids) > MOST_LOST else ()


def lines_of(result: Assessment) -> list[tuple[str, str, str]]:
    """Return id, name and outcome of each standard; many that cannot be evaluated share one line at the end."""
    lost = lost_standards(result)
    lines = [
        (standard.id, f"{standard.name_zh} {standard.name_en}", told_of(result, standard))
        for standard in result.plan.standards
        if standard.id not in lost
    ]
    if lost:
        name = f"{word('not_evaluable', 'zh')} {word('not_evaluable', 'en')}"
        lines.append((f"{len(lost)} standards", name, f"{', '.join(lost)}. What each lacks: .evidence"))
    return lines


def told_of(result: Assessment, standard: Standard) -> str:
    """Return what a standard's main row says, and how many zones fall short."""
    row = main_row(result, standard)
    rows = result.table[result.table["standard_id"] == standard.id]
    if row is None and (rows["status"] == "not_evaluable").all():
        row = rows.iloc[0]
    zones = _zones_line(result, standard)
    parts = [] if row is None else [summary_of(result, standard, row)]
    return ", ".join(filter(None, [*parts, zones])) or "参考值 info: see the table"


def summary_of(result: Assessment, standard: Standard, row: pd.Series[Any]) -> str:
    """Return what a row says: value, target, status, who is concerned; or what is missing."""
    if row["status"] == "not_evaluable":
        why = "; ".join(one.en.rstrip(".") for one in result.outcomes[standard.id].missing if one.blocks)
        return f"{word('not_evaluable', 'zh')} not evaluable ({why or word('lost_in_source', 'en')})"
    if pd.isna(row["value"]):
        return f"{word(str(row['status']), 'zh')} {word(str(row['status']), 'en')}"
    of_share = row["unit"] == "share"
    target = None if pd.isna(row["target"]) else float(row["target"])
    value = exact_text(float(row["value"]), target=target, of_share=of_share)
    parts = [value + ("" if of_share else f" {row['unit']}")]
    if target is not None:
        parts.append(f"target {row['op']} {exact_text(target, of_share=of_share)}")
    parts.append(str(row["verdict"] or f"{word(str(row['status']), 'zh')} {row['status']}"))
    if pd.notna(row["group_uncovered"]):
        parts.append(f"{row['group_uncovered']:,.0f} of {row['pop_group']:,.0f} {_group_name(result, row)} not covered")
    elif pd.notna(row["facilities_missing"]):
        parts.append(f"{row['facilities_missing']:,.0f} missing")
    return ", ".join(parts)


def _group_name(result: Assessment, row: pd.Series[Any]) -> str:
    group = result.plan.groups.get(str(row["group"]))
    name = group.en if group is not None else word(str(row["group"]), "en")
    return f"{name} (estimated: they stand in for the standard's group)" if row["estimated"] else name


def _zones_line(result: Assessment, standard: Standard) -> str:
    """Return how many judged zones fall short."""
    rows = result.table[(result.table["standard_id"] == standard.id) & (result.table["class"] == "all")]
    zones = rows[
        (rows["level"] != WHOLE_CITY) & ~rows["level"].isin(standard.area_levels) & rows["meets_target"].notna()
    ]
    parts = []
    for level, part in zones.groupby("level", sort=False):
        short = int((~part["meets_target"].astype(bool)).sum())
        parts.append(f"{short} of {len(part)} {level}")
    return f"{', '.join(parts)} fall short" if parts else ""


def html_of(result: Assessment) -> str:
    """Return the lines as an HTML table; names are shown literally."""
    parts = (result.plan.title_zh or result.plan.title_en, result.city.name, result.scenario)
    return table_html(lines_of(result), heads=HEADS, title=" · ".join(filter(None, parts)), notes=result.city.notice)
