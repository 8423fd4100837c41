"""The report: one page that opens and prints without internet, from the main findings to the data's fingerprints."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from servicecircle.assessment.display import lost_standards
from servicecircle.assessment.manifest import Manifest
from servicecircle.errors import InputError, MissingExtraError
from servicecircle.files import replacing
from servicecircle.show.beside import checked_comparison, checked_sites, named
from servicecircle.show.escape import script_json
from servicecircle.show.figures import FigureNotes, figure_png, gap_figure
from servicecircle.show.front import facts_of, main_findings, plan_title, signatures
from servicecircle.show.pages import asset, render
from servicecircle.show.panel import notice_of
from servicecircle.show.phrases import check_language, phrase
from servicecircle.show.planner_tables import Beside, planner_tables
from servicecircle.show.report_phrases import RULES
from servicecircle.show.summary import (
    digests_told,
    findings_told,
    page_words,
    parameters_told,
    standards_told,
    versions_told,
)
from servicecircle.show.table_cells import NUMBERS as NUMBER_KINDS
from servicecircle.show.table_cells import cell_of, column_head, kind_of, records
from servicecircle.text import whole

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from servicecircle.assessment import Assessment, Comparison, Sensitivity
    from servicecircle.show.planner_tables import PlannerTable
    from servicecircle.siting import Proposal
    from servicecircle.words import Language

FIGURE_DPI = 110
FIGURE_MM = (250.0, 165.0)
FIRST = 10
"""The main findings list that many of what to mend first."""

PARTS = ("front", "maps", "clauses", "tables", "behind", "data", "basis")


def write_report(
    result: Assessment,
    path: str | os.PathLike[str],
    *,
    language: str = "zh",
    comparison: Comparison | None = None,
    sites: Proposal | Sequence[Proposal] = (),
    sensitivity: Sensitivity | None = None,
    figures: Sequence[str] | None = None,
    date: str = "",
) -> None:
    """Write the report of an assessment (HTML, all in one file, opens and prints on A4 without internet).

    Main findings for those who decide; maps; every standard with value, target, status, gap and its clause; the
    planners' tables; assumptions and contradictions of the plan; what was found in the data; rules, parameters,
    versions, fingerprints. A long table shows its gravest rows: `write_excel` writes all. A reference judgement has a
    grade, never a verdict. The same result always makes the same page, which holds its run manifest, too.

    Parameters
    ----------
    result
        The assessment.
    path
        The file to write; its folder must exist. An old file is replaced in one step.
    language
        ``"zh"`` or ``"en"``: all words of the page. Clauses stay in the plan's own words.
    comparison
        What changes from a baseline, from ``result.compare(baseline)``.
    sites
        Proposed sites, from `best_sites`: one proposal or several.
    sensitivity
        What follows from other assumptions, from `sensitivity`.
    figures
        The standards that get a map; None: those of access that could be evaluated. Maps need the extra ``figures``;
        without it the report says so and is whole all the same.
    date
        The date as it shall be printed. No clock is asked.

    Raises
    ------
    InputError
        If the language or a standard is unknown, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sc.write_report(result, Path(folder) / "report.html", figures=[])
    ...     sc.read_manifest(Path(folder) / "report.html").reproduces(result)
    True
    """
    tongue = check_language(language)
    beside = Beside(checked_comparison(result, comparison), checked_sites(result, sites), sensitivity)
    if not isinstance(date, str):
        raise InputError(f"date must be a text, such as '2026-11-26'. {date!r} was given instead. | date 应为文字。")
    drawn = _drawn(result) if figures is None else [result.plan[one].id for one in named(figures)]
    with replacing(path) as part:
        text = _page(result, tongue, beside, drawn=drawn, date=whole(date))
        part.write_text(text, encoding="utf-8", newline="\n")


def _drawn(result: Assessment) -> list[str]:
    """Return the standards that have cells: those of access that could be evaluated."""
    lost = set(lost_standards(result))
    return [one for one in result.plan.ids if result.outcomes[one].cells is not None and one not in lost]


def _page(result: Assessment, language: Language, beside: Beside, *, drawn: Sequence[str], date: str) -> str:
    told = standards_told(result, language)
    tables = planner_tables(result, beside, language)
    first = next(one for one in tables if one.key == "priorities")
    manifest = Manifest.of(result)
    figures, no_figures = _figures(result, drawn, language, date)
    return render(
        "report.html",
        language="zh-CN" if language == "zh" else "en",
        style=asset("summary.css") + asset("report.css"),
        title=phrase("report_title", language),
        city=result.city.name,
        plan=plan_title(result, language),
        scenario=result.scenario,
        date=date,
        notice=notice_of(result.city, language),
        signed=signatures(language),
        facts=facts_of(result, language),
        front=main_findings(result, told, language),
        first=table_told(first, language, most=FIRST),
        standards=told,
        tables=[table_told(one, language) | {"number": _number(n, language)} for n, one in enumerate(tables, 1)],
        figures=figures,
        no_figures=no_figures,
        findings=findings_told(result.report, language),
        parameters=parameters_told(result, language),
        versions=versions_told(),
        rules=[phrase(rule, language) for rule in RULES],
        digests=digests_told(manifest, language),
        manifest=script_json(manifest.as_dict()),
        parts=[(one, phrase(f"report_{one}", language)) for one in PARTS],
        words=page_words(language) | _words(language),
    )


def table_told(table: PlannerTable, language: Language, *, most: int | None = None) -> dict[str, Any]:
    """Return what a page says of a table: title, note, heads, rows of cells."""
    shown = table.shown.head(most) if most else table.shown
    part = phrase("report_part_of", language, all=f"{len(table.frame):,}", shown=f"{len(shown):,}")
    return {
        "title": table.title,
        "note": table.note,
        "part": part if len(shown) < len(table.frame) else "",
        "heads": [(column_head(one, language), kind_of(one) in NUMBER_KINDS) for one in table.on_page],
        "rows": [[cell_of(row, one, language) for one in table.on_page] for row in records(shown)],
    }


def _number(number: int, language: Language) -> str:
    return phrase("report_table", language, number=number)


def _figures(result: Assessment, ids: Sequence[str], language: Language, date: str) -> tuple[list[dict[str, str]], str]:
    """Return the maps as images that stand in the page, and why there are none ("" where there are)."""
    from tqdm.auto import tqdm

    made = []
    for number, one in enumerate(tqdm(ids, desc="figures", unit="", delay=2), start=1):
        head = phrase("report_figure", language, number=number)
        notes = FigureNotes(number=head, date=date)
        try:
            figure = gap_figure(result, one, language=language, about=notes, size_mm=FIGURE_MM)
        except MissingExtraError as error:
            en, _, zh = str(error).partition(" | ")
            return [], phrase("report_no_figures", language, why=zh if language == "zh" and zh else en)
        image = base64.b64encode(figure_png(figure, dpi=FIGURE_DPI)).decode("ascii")
        name = f"{head} {result.plan[one].name(language)}"
        made.append({"id": one, "image": f"data:image/png;base64,{image}", "name": name})
    return made, ""


def _words(language: Language) -> dict[str, str]:
    keys = (
        "report_contents", "report_date", "report_outcomes", "report_failing", "report_left_out", "report_nothing",
        "report_rules", "report_digests", "report_manifest", "fingerprint", "behind", "legend_zones",
    )  # fmt: skip
    first = phrase("report_first", language, most=FIRST)
    return {key: phrase(key, language) for key in keys} | {"report_first": first}
