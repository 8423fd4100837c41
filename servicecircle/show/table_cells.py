"""Cells of the planners' tables: as text for a page, and as a figure with its format for a workbook."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from servicecircle.assessment.wording import head
from servicecircle.show.phrases import capital, phrase, term
from servicecircle.show.rows import SIGNS, amount, exact_digits, grade_text, known, people, unit_words
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from servicecircle.words import Language

KINDS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("group_uncovered", "residents", "group_residents", "gain", "loss", "cumulative_gain"), "people")
    | dict.fromkeys(("zones_met", "zones_failed", "cells", "rank", "count", "x", "y", "area_m2", "line"), "count")
    | dict.fromkeys(("facilities_n", "facilities_required", "facilities_missing"), "count")
    | dict.fromkeys(("capacity", "capacity_required", "capacity_missing"), "number")
    | dict.fromkeys(("share_urban", "share_rural", "difference", "reach_value", "share_after"), "share")
    | dict.fromkeys(("worst_minutes", "p50_min_urban", "p50_min_rural"), "minutes")
    | dict.fromkeys(("value", "value_before", "value_after", "value_base", "change", "other"), "value")
    | {"target": "target", "gap": "gap"}
    | dict.fromkeys(("status", "status_before", "status_after"), "status")
    | dict.fromkeys(("verdict", "verdict_before", "verdict_after"), "verdict")
    | dict.fromkeys(("estimated", "flips", "meets_target", "meets_target_base"), "yes_no")
    | dict.fromkeys(("unit", "gap_unit"), "unit")
    | dict.fromkeys(("grade", "grade_base"), "grade")
    | dict.fromkeys(("nature", "target_origin", "level", "class", "kind", "parameter"), "term")
    | {"op": "op", "standard_id": "standard", "reach_standard": "standard", "setting": "setting"}
)
"""What a column holds, by its name; every other one holds text."""

NUMBERS = frozenset({"people", "count", "number", "share", "minutes", "value", "target", "gap"})
"""Kinds that are figures, and stand on the right."""

OWN_HEADS: Mapping[str, str] = MappingProxyType(
    {name: f"head_{name}" for name in ("op", "other", "line", "quote", "section", "resolution", "document")}
)
"""Columns whose head is a phrase."""

PER_CENT = 100.0
SHARE_DIGITS, GAP_DIGITS, VALUE_DIGITS, TARGET_DIGITS, MOST_DECIMALS = 1, 2, 1, 4, 8
WORDS_OF_VERDICTS = {word(key, "zh"): key for key in ("meets", "fails")}


@dataclass(frozen=True, slots=True)
class Cell:
    """What a page shows of a cell: text, its kind, and the standard it leads to ("" for none)."""

    text: str
    kind: str = "text"
    look: str = ""
    link: str = ""

    @property
    def is_number(self) -> bool:
        """Return whether it is a figure."""
        return self.kind in NUMBERS


def column_head(column: str, language: Language) -> str:
    """Return the head of a column in words."""
    return phrase(OWN_HEADS[column], language) if column in OWN_HEADS else capital(head(column, language))


def kind_of(column: str) -> str:
    """Return what a column holds."""
    return KINDS.get(column, "text")


def look_of(row: Mapping[str, Any], column: str) -> str:
    """Return how a status or verdict looks: meets, fails, reference or none."""
    _, _, when = column.partition("_")
    after = f"_{when}" if when else ""
    if row.get(f"status{after}") == "reference":
        return "reference"
    return WORDS_OF_VERDICTS.get(str(row.get(f"verdict{after}")), "none")


def cell_of(row: Mapping[str, Any], column: str, language: Language) -> Cell:
    """Return what a page shows of a row's column."""
    value, kind = row[column], kind_of(column)
    if kind == "standard":
        return Cell(str(value) if known(value) else "", kind, link=str(value) if known(value) else "")
    if kind in {"status", "verdict"}:
        verdict = row.get(column.replace("status", "verdict"))
        said = _words(verdict, "verdict", language) if known(verdict) else _words(value, kind, language)
        return Cell(said, kind, look_of(row, column))
    if not known(value):
        return Cell("", kind)
    return Cell(_figure_text(row, column, language) if kind in NUMBERS else _words(value, kind, language), kind)


def _figure_text(row: Mapping[str, Any], column: str, language: Language) -> str:
    value, kind = float(row[column]), kind_of(column)
    if math.isinf(value):
        return phrase("no_walk", language)
    if kind == "people":
        return people(value)
    if kind in {"count", "number", "minutes"}:
        return amount(value, "", digits={"count": 0, "number": GAP_DIGITS, "minutes": 1}[kind])
    if kind == "share":
        return amount(value, "share")
    if kind == "gap":
        unit = row.get("gap_unit")
        return f"{people(value)} {unit_words(unit, language)}" if unit == "人" else _with_unit(value, unit, language)
    target = float(row["target"]) if kind == "value" and known(row.get("target")) else None
    digits = TARGET_DIGITS if kind == "target" else VALUE_DIGITS
    text = amount(value, unit_words(row.get("unit"), language), target=target, digits=digits)
    sign = SIGNS.get(str(row.get("op")), "") if kind == "target" else ""
    return f"{sign} {text}".strip()


def _with_unit(value: float, unit: object, language: Language) -> str:
    return amount(value, unit_words(unit, language), digits=GAP_DIGITS)


def _words(value: object, kind: str, language: Language) -> str:
    """Return a value that is no figure in words."""
    if not known(value):
        return capital(phrase("see_zones", language)) if kind == "status" else ""
    text = str(value)
    told = {
        "status": lambda: term(text, language).partition(" (")[0],
        "verdict": lambda: term(WORDS_OF_VERDICTS.get(text, text), language),
        "yes_no": lambda: word("yes" if value else "no", language),
        "unit": lambda: phrase("of_share", language) if text == "share" else unit_words(text, language),
        "grade": lambda: grade_text(text),
        "op": lambda: SIGNS.get(text, text),
        "setting": lambda: " ".join(word(one, language) for one in text.split(" ")),
        "term": lambda: "–" if text == "none" else term(text, language),
    }
    return told[kind]() if kind in told else text


def figure_of(row: Mapping[str, Any], column: str, language: Language) -> tuple[float | str | None, str]:
    """Return what a workbook's cell holds and the number format it is shown in; words have the format of text.

    Numbers stay numbers with all their digits; what cannot be reached is a word.
    """
    kind = kind_of(column)
    if kind not in NUMBERS:
        return (_words(row[column], kind, language) or None), "@"
    if not known(row[column]):
        return None, "General"
    value = float(row[column])
    if math.isinf(value):
        return phrase("no_walk", language), "@"
    unit = row.get("gap_unit") if kind == "gap" else row.get("unit")
    as_share = kind == "share" or (kind in {"value", "target"} and unit == "share")
    return (int(value) if value.is_integer() else value), _format(row, value, kind, as_share=as_share)


def _format(row: Mapping[str, Any], value: float, kind: str, *, as_share: bool) -> str:
    """Return the number format that shows what a page shows."""
    target = float(row["target"]) if kind == "value" and known(row.get("target")) else None
    if as_share:
        goal = None if target is None else target * PER_CENT
        return f"0.{'0' * exact_digits(value * PER_CENT, goal, SHARE_DIGITS)}%"
    if kind in {"people", "count"}:
        return "#,##0"
    digits = {"minutes": 1, "gap": GAP_DIGITS, "number": GAP_DIGITS, "target": TARGET_DIGITS}.get(kind, VALUE_DIGITS)
    decimals = f"{value:.{exact_digits(value, target, digits)}f}".partition(".")[2].rstrip("0")
    return f"#,##0.{'0' * len(decimals)}" if decimals else "#,##0"


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings, with plain numbers."""
    names = list(map(str, frame.columns))
    return [
        dict(zip(names, (v.item() if isinstance(v, np.generic) else v for v in row), strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]
