"""Rows of the table in words: status, value, target, gap; the same on maps and in the summary."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.assessment.display import main_row
from servicecircle.show.phrases import capital, phrase, spoken, term, word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servicecircle.assessment import Assessment
    from servicecircle.plan import Plan, Standard
    from servicecircle.show.phrases import Spoken

MOST_DIGITS = 8

SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "="}

UNITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "人": ("人", "people"),
        "所": ("所", "facilities"),
        "个": ("个", "facilities"),
        "所/万人": ("所/万人", "per 10,000"),
        "km2": ("平方公里", "km²"),
        "公里": ("公里", "km"),
        "公顷": ("公顷", "ha"),
        "亩": ("亩", "mu"),
        "平方米": ("平方米", "m²"),
        "平方米/人": ("平方米/人", "m² per person"),
        "人/万人": ("人/万人", "per 10,000"),
        "人/千人": ("人/千人", "per 1,000"),
        "个/千人": ("个/千人", "per 1,000"),
        "张/千人": ("张/千人", "per 1,000"),
        "张": ("张", "beds"),
        "户": ("户", "households"),
        "人次/年": ("人次/年", "people a year"),
        "吨/年": ("吨/年", "t a year"),
        "家": ("家", "bodies"),
        "处": ("处", "places"),
        "座": ("座", "structures"),
        "条": ("条", "lines"),
        "对": ("对", "pairs"),
    }
)
"""Units of values and gaps: Chinese, English. Others are shown as the plan writes them."""

Lines = list[tuple[str, str]]


def known(value: object) -> bool:
    """Return whether a cell of a table says something."""
    return value is not None and not pd.isna(value) and str(value) != ""  # type: ignore[call-overload]


def amount(value: float, unit: str, *, target: float | None = None, digits: int = 1) -> str:
    """Return a value with its unit, with as many digits as keep it on its side of the target.

    Examples
    --------
    >>> amount(0.97999, "share", target=0.98)
    '97.999 %'
    >>> amount(0.5, "share")
    '50 %'
    >>> amount(1.25, "/10k")
    '1.2 /10k'
    """
    share = unit == "share"
    scale = 100.0 if share else 1.0
    shown, goal = value * scale, None if target is None else target * scale
    text = f"{shown:,.{exact_digits(shown, goal, digits)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} %" if share else f"{text} {unit}".strip()


def exact_digits(shown: float, goal: float | None, digits: int) -> int:
    """Return how many digits after the point keep a number on its side of a goal, at least `digits`.

    Examples
    --------
    >>> exact_digits(97.999, 98.0, 1), exact_digits(50.0, 98.0, 1)
    (3, 1)
    """
    for more in range(digits, MOST_DIGITS):
        plain = float(f"{shown:.{more}f}")
        if goal is None or ((plain >= goal) == (shown >= goal) and (plain <= goal) == (shown <= goal)):
            return more
    return MOST_DIGITS


def unit_words(unit: object, language: Spoken) -> str:
    """Return a unit in a language; empty if there is none."""
    text = str(unit) if known(unit) else ""
    return spoken(*UNITS.get(text, (text, text)), language)


def people(value: float) -> str:
    """Return a number of residents; a fraction of one person is not written as nobody.

    Examples
    --------
    >>> people(1234.4), people(0.2), people(0)
    ('1,234', '< 1', '0')
    """
    return "< 1" if 0 < value < 1 else f"{value:,.0f}"


def service_name(plan: Plan, service: str, language: Spoken) -> str:
    """Return the name of a service: of the plan's own ones, else the vocabulary's, else the service itself."""
    own = plan.services.get(service)
    return word(service, language) if own is None else spoken(own.zh, own.en, language)


def group_name(result: Assessment, group: str, language: Spoken) -> str:
    """Return the name of a group of residents, by its column; of all residents if there is no column."""
    named = result.plan.groups.get(group or "pop_total")
    return word(group or "pop_total", language) if named is None else spoken(named.zh, named.en, language)


def standard_group(result: Assessment, standard: Standard) -> str:
    """Return the column of the residents whom a standard's rows count: its own group, or the one that stands in."""
    row = main_row(result, standard)
    if row is not None and known(row["group"]):
        return str(row["group"])
    return str(getattr(standard.measure, "group", ""))


def grade_words(row: pd.Series[Any]) -> str:
    """Return a row's grade; empty if it has none."""
    return grade_text(str(row["grade"])) if known(row["grade"]) else ""


def grade_text(grade: str) -> str:
    """Return a grade as it is written.

    Examples
    --------
    >>> grade_text(">=95%")
    '≥95 %'
    """
    return grade.replace(">=", "≥").replace("%", " %")


def status_words(row: pd.Series[Any], language: Spoken) -> str:
    """Return a row's status in words; a verdict only where the row is judged."""
    if row["status"] == "judged" and known(row["meets_target"]):
        return term("meets" if row["meets_target"] else "fails", language)
    return term(row["status"], language).partition(" (")[0]  # its short form


def value_words(row: pd.Series[Any], language: Spoken) -> str:
    """Return a row's value with its unit, or a dash."""
    target = float(row["target"]) if known(row["target"]) else None
    return amount(float(row["value"]), unit_words(row["unit"], language), target=target) if known(row["value"]) else "–"


def target_words(row: pd.Series[Any], language: Spoken) -> str:
    """Return a row's target, with where it comes from unless the plan states it; empty if there is none."""
    if not known(row["target"]):
        return "" if row["target_origin"] in {"none", "stated"} else term(row["target_origin"], language)
    sign = SIGNS.get(str(row["op"]), str(row["op"]))
    text = f"{sign} {amount(float(row['target']), unit_words(row['unit'], language), digits=4)}"
    if row["target_origin"] == "stated":
        return text
    return phrase("with_origin", language, target=text, origin=word(str(row["target_origin"]), language))


def gap_words(row: pd.Series[Any], language: Spoken) -> str:
    """Return a row's gap with its unit, or a dash."""
    if not known(row["gap"]):
        return "–"
    unit = unit_words(row["gap_unit"], language)
    if row["gap_unit"] == "人":
        return f"{people(float(row['gap']))} {unit}"
    return amount(float(row["gap"]), unit, digits=2)


def row_lines(row: pd.Series[Any], language: Spoken, group: str) -> Lines:
    """Return what the card of a zone says about its row: heads and figures.

    Parameters
    ----------
    row
        A row of the table.
    language
        Of all words.
    group
        The name of the group of residents.
    """
    status = status_words(row, language)
    lines = [(term("status", language), status)]
    if known(row["value"]):
        lines.append((term("value", language), value_words(row, language)))
    if row["status"] == "reference":
        lines.append((term("grade", language), grade_words(row)))
    lines.append((term("target", language), target_words(row, language)))
    if known(row["gap"]) and row["gap_unit"] != "人":  # those are counted below
        lines.append((term("gap", language), gap_words(row, language)))
    counts = [
        (phrase("group_uncovered", language, group=group), "group_uncovered"),
        (phrase("people_unreachable", language), "pop_unreachable"),
        (term("facilities_n", language), "facilities_n"),
        (term("facilities_required", language), "facilities_required"),
        (term("facilities_missing", language), "facilities_missing"),
    ]
    for head, column in counts:
        if known(row[column]) and not (column == "pop_unreachable" and row[column] == 0):
            lines.append((capital(head), people(float(row[column]))))
    return [(head, text) for head, text in lines if text]
