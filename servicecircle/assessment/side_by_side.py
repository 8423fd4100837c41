"""Scenarios side by side (方案对比表): one row per standard, and what each scenario makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.assessment.display import main_row
from servicecircle.assessment.wording import head, worded
from servicecircle.errors import InputError
from servicecircle.text import listed
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.words import Language

TOLD = ("value", "verdict", "status", "group_uncovered")
"""What is told of each scenario. A reference row has no verdict."""


def scenario_table(results: Sequence[Assessment], *, level: str = "", language: Language = "zh") -> pd.DataFrame:
    """Return 方案对比表: assessments of one plan side by side, the first one the present state or baseline.

    Parameters
    ----------
    results
        Assessments of the same plan, each of another scenario; one without a name is called 现状 (today).
    level
        A level of zones, for example ``"街道"``: one row per standard and zone of it. Without it, the row that speaks
        for each standard.
    language
        ``"zh"`` or ``"en"``: heads and words.

    Returns
    -------
    DataFrame
        standard, name, level, zone, class, unit, target, and for each scenario value, verdict, status and residents not
        covered, with the name of the scenario in brackets.

    Raises
    ------
    InputError
        If there is no assessment, two have the same name, they are of different plans, or no row is of the level.

    Examples
    --------
    >>> import servicecircle as sc
    >>> plan = sc.read_plan("lianyungang-145").only("LY-02")
    >>> city = sc.sample_city()
    >>> later = sc.Scenario("2030").at(2030).apply(city)
    >>> results = [sc.assess(one, plan, progress=False) for one in (city, later)]
    >>> scenario_table(results, language="en").columns.tolist()[-4:]
    ['value (2030)', 'verdict (2030)', 'status (2030)', 'residents not covered (2030)']
    """
    names = _names(results, language)
    plan = results[0].plan
    keys = ["standard_id", "zone_id", "class"]
    first = ["standard_id", "name", "level", "zone_name", "class", "unit", "target"]
    parts = [_rows(result, level, language).set_index(keys) for result in results]
    if level and not any(len(part) for part in parts):
        known = sorted({str(one) for result in results for one in result.table["level"]})
        raise InputError.unknown("level", level, known)
    together = pd.concat([part[[one for one in first if one not in keys]] for part in parts]).reset_index()
    together = together.drop_duplicates(keys)
    order = {standard: place for place, standard in enumerate(plan.ids)}
    together = together.sort_values("standard_id", key=lambda ids: ids.map(order), kind="stable")
    index = pd.MultiIndex.from_frame(together[keys])
    table = worded(together[first].reset_index(drop=True), language)
    for name, part in zip(names, parts, strict=True):
        told = worded(part.reindex(index)[list(TOLD)].reset_index(drop=True), language)
        for column in TOLD:
            text = head(column, language)
            table[f"{text}({name})" if language == "zh" else f"{text} ({name})"] = told[text]
    return table


def _names(results: Sequence[Assessment], language: Language) -> list[str]:
    """Return the name of each scenario; InputError if they cannot stand side by side."""
    if not len(results):
        raise InputError("results is empty; give at least one assessment. | results 为空，请至少给出一个评估结果。")
    one = results[0]
    if any(other.plan.standards != one.plan.standards or other.plan.profiles != one.plan.profiles for other in results):
        raise InputError("The assessments are of different plans, or other levels or speeds. | 各次评估的规划不同。")
    names = [result.scenario or word("today", language) for result in results]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"Several assessments are called {listed(twice)}: give each its own name, assess(..., scenario='...'). | "
            f"有多个评估结果同名（{listed(twice)}），请用 scenario 分别命名。"
        )
    return names


def _rows(result: Assessment, level: str, language: Language) -> pd.DataFrame:
    """Return the rows of an assessment that are compared."""
    if level:
        rows = result.table[(result.table["level"] == level).to_numpy()]
    else:
        main: list[Any] = [main_row(result, standard) for standard in result.plan.standards]
        places = [row.name for row in main if row is not None]
        rows = result.table.loc[places]
    return pd.DataFrame(rows.assign(name=rows[f"name_{language}"]))
