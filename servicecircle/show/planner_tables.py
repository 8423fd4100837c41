"""The planners' tables of a report, of a workbook and of a Markdown text: what stands in each, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.assessment.rows import WHOLE_CITY
from servicecircle.show.beside import has_values
from servicecircle.show.panel import cited_at
from servicecircle.show.phrases import phrase, term
from servicecircle.show.summary import layer_words, other_unit, place_words, severity_words
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from servicecircle.assessment import Assessment, Comparison, Sensitivity
    from servicecircle.siting import Proposal
    from servicecircle.words import Language

MOST_ROWS = 60
"""A page shows that many rows of a table at most, the gravest; a workbook shows all."""


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """What a report tells beside the assessment: a comparison with a baseline, proposed sites, a sensitivity."""

    comparison: Comparison | None = None
    sites: tuple[Proposal, ...] = ()
    sensitivity: Sensitivity | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PlannerTable:
    """One table.

    Parameters
    ----------
    key
        Its name in this library.
    title, note
        What it is called, and what stands in it.
    frame
        All its rows, columns named as programs name them, texts in the report's language.
    shown
        The rows that a page shows, at most `MOST_ROWS` of those that matter there.
    on_page
        The columns that a page shows: there a figure has its unit with it.
    """

    key: str
    title: str
    note: str
    frame: pd.DataFrame
    shown: pd.DataFrame
    on_page: tuple[str, ...]


def planner_tables(result: Assessment, beside: Beside, language: Language) -> list[PlannerTable]:
    """Return all tables that have a row to show, in the order of a report.

    Parameters
    ----------
    result
        The assessment.
    beside
        What else is told.
    language
        Of titles, notes and texts.
    """
    made = [
        _summary(result, language),
        *_shortfalls(result, language),
        _priorities(result, language),
        _facility_gaps(result, language),
        _blind_spots(result, language),
        _table("urban_rural", result.tables.urban_rural(language=None), language),
        _table("enough", result.tables.enough_but_unreached(language=None), language, by=["group_uncovered"]),
        *(_sites(one, language) for one in beside.sites),
    ]
    if beside.comparison is not None:
        made.append(_comparison(result, beside.comparison, language))
    if beside.sensitivity is not None:
        made.append(_sensitivity(beside.sensitivity, language))
    return [one for one in made if len(one.frame) or one.key in {"priorities", "blind_spots"}]


def source_tables(result: Assessment, language: Language) -> list[PlannerTable]:
    """Return the tables of what figures rest on: data, assumptions, contradictions of the plan, clauses."""
    return [
        _data_quality(result, language),
        _assumptions(result, language),
        _table("conflicts", pd.DataFrame(_conflicts(result, language)), language),
        _table("citations", pd.DataFrame(_citations(result, language)), language),
    ]


def _table(
    key: str,
    frame: pd.DataFrame,
    language: Language,
    *,
    by: Sequence[str] = (),
    kept: pd.Series[bool] | None = None,
    title: str = "",
) -> PlannerTable:
    """Return a table with the words of a language; a page shows the kept rows with the greatest values of `by`."""
    other = "en" if language == "zh" else "zh"
    frame = frame.rename(columns={f"name_{language}": "name"}).drop(columns=f"name_{other}", errors="ignore")
    if {"level", "zone_name"} <= set(frame.columns):
        places = zip(frame["zone_name"], frame["level"], strict=True)
        frame = frame.assign(zone_name=[place_words(zone, level, language) for zone, level in places])
    rows = frame if kept is None else frame[kept.to_numpy()]
    if len(rows) > MOST_ROWS and by:
        rows = rows.sort_values(list(by), ascending=False, kind="stable").head(MOST_ROWS).sort_index()
    return PlannerTable(
        key,
        title or phrase(f"table_{key}", language),
        phrase(f"table_{key}_note", language),
        frame.reset_index(drop=True),
        rows.head(MOST_ROWS).reset_index(drop=True),
        tuple(_on_page(frame)),
    )


def _on_page(frame: pd.DataFrame) -> Iterator[str]:
    """Yield the columns that a page shows: units stand with their figures, and verdicts in place of the status."""
    for column in map(str, frame.columns):
        with_its_figure = column in {"unit", "gap_unit", "op"} or column.startswith("verdict")
        if not with_its_figure and (column != "estimated" or frame[column].any()):
            yield column


def _summary(result: Assessment, language: Language) -> PlannerTable:
    frame = result.tables.summary(language=None)
    table = _table("summary", _with_op(frame, result), language)
    return PlannerTable(table.key, table.title, table.note, table.frame, table.frame, table.on_page)  # all of its rows


def _with_op(frame: pd.DataFrame, result: Assessment) -> pd.DataFrame:
    """Return a table with the sign of each target beside it."""
    frame = frame.copy()
    frame.insert(
        list(frame.columns).index("target"), "op", [result.plan[one].target.op for one in frame["standard_id"]]
    )
    frame["op"] = frame["op"].where(frame["target"].notna())
    return frame


def _shortfalls(result: Assessment, language: Language) -> Iterator[PlannerTable]:
    """Yield one table for each level that has zones, the largest first."""
    levels = list(dict.fromkeys(result.table.loc[result.table["level"] != WHOLE_CITY, "level"]))
    zoned = [level for level in dict.fromkeys(result.city.zones["level"]) if level in levels and level != WHOLE_CITY]
    for level in zoned:
        frame = _with_op(result.tables.shortfalls(level, language=None), result)
        frame["weight"] = (frame["status"] == "judged") * 1e12 + frame["group_uncovered"].fillna(0.0)
        title = phrase("table_shortfalls", language, level=term(level, language))
        table = _table("shortfalls", frame, language, by=["weight"], kept=frame["class"] == "all", title=title)
        yield PlannerTable(
            table.key,
            table.title,
            table.note,
            table.frame.drop(columns="weight"),
            table.shown.drop(columns="weight"),
            tuple(one for one in table.on_page if one not in {"weight", "class"}),
        )


def _priorities(result: Assessment, language: Language) -> PlannerTable:
    return _table("priorities", _with_op(result.tables.priorities(language=None), result), language)


def _facility_gaps(result: Assessment, language: Language) -> PlannerTable:
    frame = result.tables.facility_gaps(language=None)
    lacking = (frame["facilities_missing"].fillna(0) > 0) | (frame["capacity_missing"].fillna(0) > 0)
    return _table("facility_gaps", frame, language, by=["facilities_missing"], kept=lacking)


def _blind_spots(result: Assessment, language: Language) -> PlannerTable:
    frame = result.tables.blind_spots(language=None)
    return _table("blind_spots", frame, language, by=["group_residents", "residents"])


def _sites(proposal: Proposal, language: Language) -> PlannerTable:
    frame = proposal.table.assign(standard_id=proposal.standard_id)
    columns = ["standard_id", "rank", "zone_name", "gain", "residents", "cumulative_gain", "share_after", "x", "y"]
    title = phrase("table_sites", language, id=proposal.standard_id)
    return _table("sites", frame[[one for one in columns if one in frame]], language, title=title)


def _comparison(result: Assessment, comparison: Comparison, language: Language) -> PlannerTable:
    columns = ["standard_id", f"name_{language}", "level", "zone_name", "class", "unit", "value_before", "value_after"]
    columns += ["change", "status_before", "verdict_before", "status_after", "verdict_after", "flips", "gain", "loss"]
    frame = comparison.changed.reindex(columns=columns)
    table = _table("comparison", frame, language, by=["flips", "gain"])
    if has_values(result, comparison, "value_after"):
        return table
    return replace(table, note=phrase("table_comparison_from", language))


def _sensitivity(varied: Sensitivity, language: Language) -> PlannerTable:
    columns = ["parameter", "setting", "standard_id", f"name_{language}", "level", "zone_name", "class", "unit"]
    columns += ["value_base", "value", "grade_base", "grade", "meets_target_base", "meets_target"]
    frame = varied.flips.reindex(columns=columns)
    frame["meets_target_base"], frame["meets_target"] = (
        [None if pd.isna(one) else bool(one) for one in frame[name]] for name in ("meets_target_base", "meets_target")
    )
    return _table("sensitivity", frame, language)


def _data_quality(result: Assessment, language: Language) -> PlannerTable:
    frame = result.tables.data_quality(language=None).rename(columns={language: "finding"})
    frame["layer"] = [layer_words(one, language) for one in frame["layer"]]
    frame["severity"] = [severity_words(one, language) for one in frame["severity"]]
    frame["count"] = frame["count"].where(frame["count"] > 0)
    return _table("data_quality", frame.drop(columns="en" if language == "zh" else "zh"), language)


def _assumptions(result: Assessment, language: Language) -> PlannerTable:
    frame = result.tables.assumptions(language=None).rename(columns={language: "finding"})
    frame = frame[frame["kind"] != "conflict"]
    known = set(result.plan.ids)
    names = [
        result.plan[one].name(language) if one in known else word(about, language)
        for one, about in zip(frame["standard_id"], frame["about"], strict=True)
    ]
    frame = frame.assign(name=names)
    return _table("assumptions", frame[["standard_id", "name", "kind", "finding"]], language)


def _conflicts(result: Assessment, language: Language) -> list[dict[str, Any]]:
    """Return each contradiction of the plan: how it is resolved, and the value not used."""
    return [
        {
            "standard_id": one.id,
            "name": one.name(language),
            "resolution": conflict.text(language),
            "other": None if other is None else other.value,
            "unit": "" if other is None else other_unit(one, other),
            "line": None if other is None else other.line,
            "quote": "" if other is None else other.quote,
        }
        for one in result.plan.standards
        for conflict in one.conflicts
        for other in (conflict.alternatives or (None,))
    ]


def _citations(result: Assessment, language: Language) -> list[dict[str, Any]]:
    """Return the clauses behind each standard."""
    return [
        {
            "standard_id": one.id,
            "name": one.name(language),
            "section": clause.section or cited_at(clause, language),
            "line": clause.line or None,
            "quote": clause.quote or clause.value,
        }
        for one in result.plan.standards
        for clause in one.citations
    ]
