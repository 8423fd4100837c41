"""Heads and terms of tables in the words of planners, Chinese or English."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.words import WORDS, word

if TYPE_CHECKING:
    from servicecircle.words import Language

TERMS = frozenset(
    {
        *("status", "verdict", "nature", "target_origin", "level", "class", "service", "severity", "kind", "measure"),
        *("parameter", "group", "base_origin"),
    }
)
"""Columns whose values are terms."""

YES_NO = frozenset({"estimated", "flips", "regrades", "meets_target"})
"""Columns whose values are yes or no."""

HEADS = {"standard_id": "standard", "zone_name": "zone", "name": "standard_name", "setting": "varied_to"}
"""Terms of the columns whose own name is a term already, or says too little."""

BESIDE = ("before", "after", "base", "admin", "manager")
"""Ends of the names of columns that say the same of two states."""


def worded(frame: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return a table with heads and terms in a language."""
    frame = frame.copy()
    for column in frame.columns:
        stem, _ = _parts(column)
        if stem in TERMS:
            frame[column] = [None if pd.isna(value) else _term(str(value), language) for value in frame[column]]
        elif stem in YES_NO:
            frame[column] = [
                None if pd.isna(value) else word("yes" if value else "no", language) for value in frame[column]
            ]
    return frame.rename(columns={column: head(column, language) for column in frame.columns})


def head(column: str, language: Language) -> str:
    """Return the head of a column.

    Examples
    --------
    >>> head("value_before", "zh"), head("zone_name", "en")
    ('现状值(之前)', 'zone')
    """
    stem, end = _parts(column)
    text = word(HEADS.get(stem, stem), language)
    return (
        f"{text}({word(end, language)})" if end and language == "zh" else text + f" ({word(end, language)})" * bool(end)
    )


def _parts(column: str) -> tuple[str, str]:
    """Return a column's own name, and which of two states it is about ("" for neither)."""
    stem, _, end = column.rpartition("_")
    return (stem, end) if end in BESIDE and column not in WORDS else (column, "")


def _term(value: str, language: Language) -> str:
    """Return a value as a term; verdicts stand in tables in Chinese."""
    verdicts = {word(key, "zh"): key for key in ("meets", "fails")}
    return word(verdicts.get(value, value), language)
