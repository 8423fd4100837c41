"""The report as a Word document: cover, three pages for those who decide, rules, annexes, check-up cards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.assessment.manifest import Manifest
from servicecircle.errors import InputError, MissingExtraError
from servicecircle.files import replacing, save_document
from servicecircle.show.beside import checked_comparison, checked_sites, named
from servicecircle.show.figures import figure_png, gap_figure
from servicecircle.show.front import facts_of, main_findings, plan_title, signatures
from servicecircle.show.panel import notice_of
from servicecircle.show.phrases import check_language, phrase, term
from servicecircle.show.planner_tables import Beside, planner_tables, source_tables
from servicecircle.show.report_phrases import RULES
from servicecircle.show.summary import digests_told, layer_words, parameters_told, standards_told, versions_told
from servicecircle.show.table_cells import NUMBERS, cell_of, column_head, kind_of, records
from servicecircle.text import whole

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from servicecircle.assessment import Assessment, Comparison
    from servicecircle.show.planner_tables import PlannerTable
    from servicecircle.show.word_parts import Paper
    from servicecircle.siting import Proposal
    from servicecircle.words import Language

FIGURE_MM, FIGURE_DPI = (165.0, 108.0), 170
MOST_FAILING, MOST_LEFT_OUT, MOST_FACILITIES, MOST_FIRST = 12, 8, 9, 15
"""Rows of the tables for those who decide: each part stays on its page."""

FACILITY_COLUMNS = {"standard_id": 1.6, "name": 4.2, "zone_name": 2.0} | dict.fromkeys(
    ("facilities_n", "facilities_required", "facilities_missing"), 1.4
)
FIRST_COLUMNS = {
    "rank": 0.9,
    "nature": 1.4,
    "standard_id": 1.6,
    "name": 4.2,
    "zone_name": 1.6,
    "value": 1.8,
    "target": 1.9,
    "status": 2.1,
    "gap": 1.8,
}
"""Columns of the tables for those who decide, and how wide each is."""

LAYERS = ("population", "facilities", "zones", "areas", "entrances")


def write_word(
    result: Assessment,
    path: str | os.PathLike[str],
    *,
    language: str = "zh",
    comparison: Comparison | None = None,
    sites: Proposal | Sequence[Proposal] = (),
    figures: Sequence[str] | None = None,
    cards: str | None = None,
    date: str = "",
) -> None:
    """Write the report of an assessment as a Word document (A4), to be completed, signed and handed in.

    A cover with the lines for 编制, 校核, 审核 and 审定 left empty; three pages for those who decide: conclusions, what
    is missing where for how many, what to mend first; rules and sources with their dates; then every standard with its
    clause, maps, the planners' tables, assumptions, contradictions and data; at the end a one-page check-up card for
    each 街道 and 乡镇. Tables are Word's own, with heads that repeat; captions are numbered by fields. A long table
    shows its gravest rows: `write_excel` writes all. A reference judgement has a grade, never a verdict. The same
    result always makes the same file.

    Parameters
    ----------
    result
        The assessment.
    path
        The ``.docx`` to write; its folder must exist. An old file is replaced in one step.
    language
        ``"zh"`` or ``"en"``: all words of the document. Clauses stay in the plan's own words.
    comparison
        What changes from a baseline, from ``result.compare(baseline)``.
    sites
        Proposed sites, from `best_sites`: one proposal or several.
    figures
        The standards that get a map; None: those of access that could be evaluated.
    cards
        The level of the zones that get a card; None: 街道 and 乡镇; ``""``: none.
    date
        The date as it shall be printed on the cover; "" leaves the line empty. No clock is asked.

    Raises
    ------
    InputError
        If the language, a standard or the level is unknown, or the file cannot be written.
    MissingExtraError
        If python-docx or matplotlib is not installed (``servicecircle[reports]``), or no font has Chinese characters.

    Examples
    --------
    >>> import tempfile
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sc.write_word(result, Path(folder) / "report.docx", figures=[], cards="")
    ...     (Path(folder) / "report.docx").read_bytes()[:2]
    b'PK'
    """
    tongue = check_language(language)
    target = Path(path)
    if target.suffix.lower() != ".docx":
        raise InputError.unknown("kind of file", target.suffix or "(none)", (".docx",))
    if not isinstance(date, str):
        raise InputError(f"date must be a text, such as '2026-11-26'. {date!r} was given instead. | date 应为文字。")
    _need_docx()
    from servicecircle.show.word_cards import add_cards, carded
    from servicecircle.show.word_parts import Paper

    beside = Beside(checked_comparison(result, comparison), checked_sites(result, sites))
    drawn = _drawn(result) if figures is None else [result.plan[one].id for one in named(figures)]
    zones = carded(result, cards)
    with replacing(target) as part:
        paper = Paper(tongue)
        _add_cover(paper, result, whole(date))
        told = standards_told(result, tongue)
        tables = planner_tables(result, beside, tongue)
        _add_front(paper, result, told, tables)
        _add_rules(paper, result)
        _add_clauses(paper, told)
        _add_maps(paper, result, drawn)
        _add_tables(paper, result, tables)
        add_cards(paper, result, zones)
        save_document(paper.finished(), part)


def _drawn(result: Assessment) -> list[str]:
    return [one for one in result.plan.ids if result.outcomes[one].cells is not None]


def _add_cover(paper: Paper, result: Assessment, date: str) -> None:
    language = paper.language
    title = phrase("report_title", language)
    paper.about(title, result.city.name)
    paper.text(title, "Title")
    for line in (result.city.name, plan_title(result, language)):
        if line:
            paper.text(line, "Subtitle")
    if result.scenario:
        paper.text(phrase("scenario", language, scenario=result.scenario), "Subtitle")
    paper.text("", "Title")
    lines = [*((head, "") for head in signatures(language)), (phrase("word_date", language), date)]
    paper.table((), lines, shares=(1, 3), high_mm=10)
    if notice_of(result.city, language):
        paper.text(notice_of(result.city, language), "Note")


def _add_front(
    paper: Paper, result: Assessment, told: Sequence[Mapping[str, Any]], tables: Sequence[PlannerTable]
) -> None:
    """Add the three pages for those who decide."""
    language = paper.language
    front = main_findings(result, told, language)
    by_key = {table.key: table for table in tables}
    paper.heading(phrase("report_front", language), 1)
    for sentence in front.sentences:
        paper.text(sentence, "List Bullet")
    counts = phrase("word_conclusions", language)
    shares = (1.4, *[1.3] * (len(front.heads) - 2), 0.9)
    paper.table(front.heads, front.counts, caption=counts, shares=shares, numbers=range(1, len(front.heads)))
    _add_told(paper, front.failing[:MOST_FAILING], phrase("report_failing", language))
    paper.text(phrase("summary_reference_note", language), "Note")
    paper.heading(phrase("word_missing", language), 1)
    _add_told(paper, front.left_out[:MOST_LEFT_OUT], phrase("report_left_out", language))
    missing = by_key.get("facility_gaps")
    if missing is None or missing.shown.empty:
        paper.text(phrase("word_no_missing_facilities", language))
    else:
        most_first = missing.shown.sort_values("facilities_missing", ascending=False, kind="stable")
        worst, title = replace(missing, shown=most_first), term("facilities_missing", language)
        _add_table(paper, worst, title, most=MOST_FACILITIES, columns=FACILITY_COLUMNS)
    paper.heading(phrase("word_first", language), 1)
    _add_table(paper, by_key["priorities"], by_key["priorities"].title, most=MOST_FIRST, columns=FIRST_COLUMNS)
    paper.text(by_key["priorities"].note, "Note")


def _add_told(paper: Paper, told: Sequence[Mapping[str, Any]], title: str) -> None:
    """Add a table of standards as the summary tells them."""
    language = paper.language
    if not told:
        paper.text(f"{title}{phrase('colon', language)}{phrase('report_nothing', language)}")
        return
    heads = [term(key, language) for key in ("standard", "value", "target", "status", "gap")]
    heads.append(phrase("summary_people", language))
    rows = [
        (f"{one['id']} {one['name']}", one["value"], one["target"], _status(one), one["gap"], _people(one))
        for one in told
    ]
    paper.table(heads, rows, caption=title, shares=(4.4, 1.6, 2.4, 2.2, 1.8, 2.4), numbers=(1, 2, 4, 5))


def _status(told: Mapping[str, Any]) -> str:
    return f"{told['status']} {told['grade']}".strip()


def _people(told: Mapping[str, Any]) -> str:
    return f"{told['people']}\n{told['group']}".strip()


def _add_rules(paper: Paper, result: Assessment) -> None:
    """Add how things are measured, and where the data come from, with their dates."""
    language = paper.language
    paper.heading(phrase("word_rules", language), 1)
    paper.heading(phrase("word_definitions", language), 2)
    for rule in RULES:
        paper.text(phrase(rule, language), "List Bullet")
    heads = (term("parameter", language), term("value", language), phrase("reason", language))
    parameters = parameters_told(result, language)
    paper.table(heads, parameters, caption=phrase("summary_parameters", language), shares=(3, 2.4, 6))
    paper.heading(phrase("word_sources", language), 2)
    sources = tuple(phrase(key, language) for key in ("word_source", "word_source_rows", "word_source_date"))
    paper.table(sources, _sources(result, language), caption=phrase("word_sources", language), numbers=(1,))


def _sources(result: Assessment, language: Language) -> list[tuple[str, str, str]]:
    """Return the plan and the city's layers, with their rows and dates."""
    plan, undated = result.plan, phrase("word_no_date", language)
    years = "-".join(str(year) for year in (plan.base_year, plan.target_year) if year)
    named = (phrase("word_plan_source", language), phrase("colon", language), plan_title(result, language))
    rows = [("".join(named), "", years)]
    for name in LAYERS:
        frame = getattr(result.city, name)
        if frame is None:
            continue
        dates = sorted(set(frame["as_of"].dropna().astype(str))) if "as_of" in frame else []
        rows.append((layer_words(name, language), f"{len(frame):,}", phrase("comma", language).join(dates) or undated))
    return rows


def _add_clauses(paper: Paper, told: Sequence[Mapping[str, Any]]) -> None:
    """Add every standard with its figures and its clause."""
    language = paper.language
    paper.heading(phrase("word_clauses", language), 1)
    heads = [term(key, language) for key in ("value", "target", "status", "gap")] + [phrase("summary_people", language)]
    for one in told:
        if one["lost"]:
            continue
        paper.heading(f"{one['id']} {one['name']}", 3)
        paper.text(phrase("comma", language).join(filter(None, (one["nature"], one["where"]))), "Note")
        figures = (one["value"], one["target"], _status(one), one["gap"], _people(one))
        paper.table(heads, [[figure or "–" for figure in figures]], shares=(1,) * 5)
        lines = [*filter(None, (one["missing"],)), *one["zones"]]
        for line in lines:
            paper.text(line, "List Bullet")
        for quote in one["quotes"]:
            paper.text(f"“{quote['text']}” {quote['where']}", "Quote")
    lost = [(one["id"], one["name"], one["missing"]) for one in told if one["lost"]]
    if lost:
        heads = ["", term("standard", language), phrase("summary_missing", language)]
        paper.table(heads, lost, caption=term("not_evaluable", language), shares=(1.2, 4, 6))


def _add_maps(paper: Paper, result: Assessment, ids: Sequence[str]) -> None:
    from tqdm.auto import tqdm

    if not ids:
        return
    paper.heading(phrase("word_maps", paper.language), 1)
    for one in tqdm(ids, desc="figures", unit="", delay=2):
        figure = gap_figure(result, one, language=paper.language, size_mm=FIGURE_MM)
        paper.picture(figure_png(figure, dpi=FIGURE_DPI), f"{one} {result.plan[one].name(paper.language)}")


def _add_tables(paper: Paper, result: Assessment, tables: Sequence[PlannerTable]) -> None:
    """Add the planners' tables and what figures rest on, on pages that lie."""
    language = paper.language
    paper.section(lying=True)
    paper.heading(phrase("word_tables", language), 1)
    for table in tables:
        _add_table(paper, table, table.title)
        paper.text(table.note, "Note")
    paper.heading(phrase("word_basis", language), 1)
    for table in source_tables(result, language):
        if len(table.frame) and table.key != "citations":  # the clauses stand in their own annex
            _add_table(paper, table, table.title)
    fingerprints = phrase("report_digests", language)
    paper.table((), digests_told(Manifest.of(result), language), caption=fingerprints, shares=(2, 3))
    facts = phrase("comma", language).join(f"{head} {figure}" for head, figure in facts_of(result, language))
    paper.text(facts, "Note")
    paper.text(f"{phrase('summary_versions', language)}{phrase('colon', language)}{versions_told()}", "Note")


def _add_table(
    paper: Paper,
    table: PlannerTable,
    title: str,
    *,
    most: int | None = None,
    columns: Mapping[str, float] | None = None,
) -> None:
    """Add a planners' table: its gravest rows, in the words of pages."""
    language = paper.language
    shown = table.shown if most is None else table.shown.head(most)
    names = [one for one in (table.on_page if columns is None else columns) if one in table.shown]
    if shown.empty:
        paper.text(f"{title}{phrase('colon', language)}{phrase('report_nothing', language)}")
        return
    rows = [[cell_of(row, one, language).text for one in names] for row in records(shown)]
    heads = [column_head(one, language) for one in names]
    numbers = [place for place, one in enumerate(names) if kind_of(one) in NUMBERS]
    shares = [] if columns is None else [columns[one] for one in names]
    paper.table(heads, rows, caption=title, shares=shares, numbers=numbers)
    if len(shown) < len(table.frame):
        told = {"all": f"{len(table.frame):,}", "shown": f"{len(shown):,}"}
        paper.text(phrase("report_part_of", language, **told), "Note")


def _need_docx() -> None:
    try:
        import docx  # noqa: F401  (whether it is there)
    except ImportError as error:
        raise MissingExtraError(
            "Word documents need python-docx: pip install 'servicecircle[reports]'. | 生成 Word 报告需要安装 "
            "python-docx：pip install 'servicecircle[reports]'。"
        ) from error
