"""The planners' tables as a workbook: formatted sheets, figures as numbers, nothing that a spreadsheet would run."""

from __future__ import annotations

import math
import re
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from servicecircle.assessment.manifest import Manifest
from servicecircle.errors import InputError
from servicecircle.files import replacing, save_document, set_cell
from servicecircle.show.beside import checked_comparison, checked_sites
from servicecircle.show.data_report import held
from servicecircle.show.front import facts_of, plan_title
from servicecircle.show.panel import notice_of
from servicecircle.show.phrases import check_language, phrase, term
from servicecircle.show.planner_tables import Beside, planner_tables, source_tables
from servicecircle.show.report_phrases import RULES
from servicecircle.show.summary import digests_told, parameters_told, versions_told
from servicecircle.show.table_cells import NUMBERS, column_head, figure_of, kind_of, look_of, records
from servicecircle.text import whole

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from servicecircle.assessment import Assessment, Comparison, Sensitivity
    from servicecircle.show.planner_tables import PlannerTable
    from servicecircle.siting import Proposal
    from servicecircle.words import Language

HEAD_ROW = 5
LONGEST_NAME = 31
"""Characters in the name of a sheet."""

NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
A4 = 9
WIDE_FROM = 0x2E7F
"""Characters from here on are as wide as two."""

FILLS: Mapping[str, str] = MappingProxyType({"meets": "E3F1F8", "fails": "FDEEDD", "reference": "F1EAF7"})
"""The colours of the page: blue and orange for verdicts, violet for reference judgements, never red and green."""

COLOURED = {("verdict", "meets"), ("verdict", "fails"), ("status", "reference")}
"""Cells that are coloured: those whose words say what the colour says."""

WIDTHS: Mapping[str, float] = MappingProxyType(
    {"finding": 80, "quote": 70, "resolution": 60, "section": 46, "name": 40, "zone_name": 20, "rows": 24}
    | {"standard_id": 24, "reach_standard": 24, "gap_id": 18, "status": 20, "verdict": 16, "layer": 24, "severity": 10}
    | {"unit": 12, "gap_unit": 12, "op": 8, "rank": 8, "estimated": 8, "nature": 10, "target_origin": 20, "level": 16}
)
USUAL_WIDTH = 13.0
BASIS_WIDTHS = (34, 60, 90)
LINE_POINTS = 14.5
MOST_LINES = 25
"""The height of a line, and of the highest row."""


def write_excel(
    result: Assessment,
    path: str | os.PathLike[str],
    *,
    language: str = "zh",
    comparison: Comparison | None = None,
    sites: Proposal | Sequence[Proposal] = (),
    sensitivity: Sensitivity | None = None,
    date: str = "",
) -> None:
    """Write the planners' tables as a workbook: one sheet each, with contents, rules, sources, parameters, versions.

    Figures are numbers with all their digits, shares in per cent; what cannot be reached on foot is a word. No cell is
    a formula, whatever a name in the data looks like. Heads stay in sight and repeat in print (A4, lying). The same
    result always makes the same file.

    Parameters
    ----------
    result
        The assessment.
    path
        The ``.xlsx`` to write; its folder must exist. An old file is replaced in one step.
    language
        ``"zh"`` or ``"en"``: all words. Clauses stay in the plan's own words.
    comparison
        What changes from a baseline, from ``result.compare(baseline)``.
    sites
        Proposed sites, from `best_sites`: one proposal or several.
    sensitivity
        What follows from other assumptions, from `sensitivity`.
    date
        The date as it shall be printed. No clock is asked.

    Raises
    ------
    InputError
        If the language is unknown, the suffix is not ``.xlsx``, what is told beside the assessment is of another
        one, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import openpyxl
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sc.write_excel(result, Path(folder) / "tables.xlsx", language="en")
    ...     openpyxl.load_workbook(Path(folder) / "tables.xlsx").sheetnames[:2]
    ['Contents', '1 Standards and their targets']
    """
    tongue = check_language(language)
    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise InputError.unknown("kind of file", target.suffix or "(none)", (".xlsx",))
    beside = Beside(checked_comparison(result, comparison), checked_sites(result, sites), sensitivity)
    with replacing(target) as part:
        save_document(_book(result, beside, tongue, whole(date)), part)


def _book(result: Assessment, beside: Beside, language: Language, date: str) -> Workbook:
    from openpyxl import Workbook

    book = Workbook()
    contents = book.worksheets[0]
    contents.title = phrase("sheet_contents", language)
    names: list[str] = [contents.title]
    about = _about(result, language, date)
    told: list[tuple[str, str, int | None, str]] = []
    for number, table in enumerate([*planner_tables(result, beside, language), *source_tables(result, language)], 1):
        name = _sheet_name(f"{number} {table.title}", names)
        _fill(book.create_sheet(name), table, about, language)
        told.append((name, table.title, len(table.frame), table.note))
    basis = _sheet_name(phrase("sheet_basis", language), names)
    _fill_basis(book.create_sheet(basis), result, about, language)
    told.append((basis, basis, None, ""))
    _fill_contents(contents, result, told, about=about, language=language)
    return book


def _about(result: Assessment, language: Language, date: str) -> list[str]:
    """Return what every sheet says of itself: city, plan, scenario, date, and that a city is invented."""
    parts = [result.city.name, plan_title(result, language), result.scenario, date]
    return [" · ".join(filter(None, parts)), notice_of(result.city, language)]


def _sheet_name(wanted: str, taken: list[str]) -> str:
    """Return a name that Excel takes for a sheet and no other one has; it is noted as taken."""
    stem = NOT_IN_NAMES.sub(" ", held(wanted)).strip() or "-"
    name, number = stem[:LONGEST_NAME], 1
    while name.casefold() in {one.casefold() for one in taken}:
        number += 1
        ending = f" {number}"
        name = f"{stem[: LONGEST_NAME - len(ending)]}{ending}"
    taken.append(name)
    return name


def _fill(sheet: Worksheet, table: PlannerTable, about: Sequence[str], language: Language) -> None:
    """Fill a sheet with a table."""
    from openpyxl.styles import Alignment, PatternFill
    from openpyxl.utils import get_column_letter

    columns = list(map(str, table.frame.columns))
    _head(sheet, table.title, [*about, table.note])
    _heads(sheet, HEAD_ROW, [(column_head(one, language), kind_of(one) in NUMBERS) for one in columns])
    fills = {look: PatternFill("solid", fgColor=color) for look, color in FILLS.items()}
    wrapped = Alignment(wrap_text=True, vertical="top")
    right = Alignment(vertical="top", horizontal="right", indent=1)
    for place, row in enumerate(records(table.frame), start=HEAD_ROW + 1):
        for number, column in enumerate(columns, start=1):
            cell = sheet.cell(place, number)
            value, shown_as = figure_of(row, column, language)
            set_cell(cell, held(value))
            cell.alignment = right if kind_of(column) in NUMBERS else wrapped
            if not isinstance(value, str):
                cell.number_format = shown_as
            elif (kind_of(column), look_of(row, column)) in COLOURED:
                cell.fill = fills[look_of(row, column)]
        sheet.row_dimensions[place].height = _height(sheet, place, columns)
    if not len(table.frame):
        set_cell(sheet.cell(HEAD_ROW + 1, 1), phrase("report_nothing", language))
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS.get(column, USUAL_WIDTH)
    last = get_column_letter(max(len(columns), 1))
    sheet.auto_filter.ref = f"A{HEAD_ROW}:{last}{HEAD_ROW + len(table.frame)}"
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    _print_setup(sheet)


def _height(sheet: Worksheet, place: int, columns: Sequence[str]) -> float:
    """Return the height of a row (points) in which all its text can be read."""
    lines = 1
    for number, column in enumerate(columns, start=1):
        value = sheet.cell(place, number).value
        if isinstance(value, str):
            width = sum(2 if ord(letter) > WIDE_FROM else 1 for letter in value)
            lines = max(lines, math.ceil(width * 1.08 / WIDTHS.get(column, USUAL_WIDTH)))
    return LINE_POINTS * min(lines, MOST_LINES)


def _head(sheet: Worksheet, title: str, lines: Sequence[str]) -> None:
    """Write a sheet's title and what it says of itself, from its first row on."""
    from openpyxl.styles import Font

    set_cell(sheet.cell(1, 1), held(title))
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    for place, line in enumerate(lines, start=2):
        set_cell(sheet.cell(place, 1), held(line) or None)
        sheet.cell(place, 1).font = Font(color="4A5058")


def _heads(sheet: Worksheet, row: int, heads: Sequence[tuple[str, bool]]) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    for number, (text, right) in enumerate(heads, start=1):
        cell = sheet.cell(row, number)
        set_cell(cell, held(text))
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="EDEFF1")
        cell.border = Border(bottom=Side(style="medium", color="23262B"))
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="right" if right else "left")


def _print_setup(sheet: Worksheet) -> None:
    """Let a sheet print on A4, lying, as wide as the page, with page numbers."""
    from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.gridLines = True
    sheet.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("&P / &N"))


def _fill_contents(
    sheet: Worksheet,
    result: Assessment,
    told: Sequence[tuple[str, str, int | None, str]],
    *,
    about: Sequence[str],
    language: Language,
) -> None:
    """Fill the first sheet: what the workbook is about, and a line with a link for each sheet."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.worksheet.hyperlink import Hyperlink

    _head(sheet, phrase("sheet_title", language), about)
    facts = "  ".join(f"{head} {figure}" for head, figure in facts_of(result, language))
    notes = [facts, phrase("summary_reference_note", language), phrase("sheet_colours", language)]
    for place, line in enumerate(notes, start=4):
        set_cell(sheet.cell(place, 1), held(line))
    heads = [(phrase("sheet_sheet", language), False), (phrase("sheet_rows", language), True)]
    row = 4 + len(notes) + 1
    _heads(sheet, row, [*heads, (phrase("sheet_note", language), False)])
    for place, (name, title, count, note) in enumerate(told, start=row + 1):
        values: list[Any] = [title, count, note]
        for number, value in enumerate(values, start=1):
            set_cell(sheet.cell(place, number), held(value) if value != "" else None)
            sheet.cell(place, number).alignment = Alignment(vertical="top", wrap_text=number == len(values))
        link = sheet.cell(place, 1)
        link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{name}'!A1")
        link.font = Font(color="1D5F85", underline="single")
    for letter, width in zip("ABC", (44, 10, 90), strict=True):
        sheet.column_dimensions[letter].width = width
    _print_setup(sheet)


def _fill_basis(sheet: Worksheet, result: Assessment, about: Sequence[str], language: Language) -> None:
    """Fill the sheet of rules, sources, parameters, versions and fingerprints."""
    from openpyxl.styles import Alignment, Font

    _head(sheet, phrase("sheet_basis", language), about)
    rules = [*RULES, "summary_reference_note", "summary_grades"]
    source = result.plan.source
    parts: list[tuple[str, list[tuple[str, ...]]]] = [
        (phrase("report_rules", language), [(phrase(one, language),) for one in rules]),
        (phrase("summary_parameters", language), [tuple(one) for one in parameters_told(result, language)]),
        (
            phrase("sheet_sources", language),
            [
                (term("plan", language), plan_title(result, language), result.plan.id),
                (phrase("report_document", language), source.file, source.url),
            ],
        ),
        (phrase("report_digests", language), [tuple(one) for one in digests_told(Manifest.of(result), language)]),
        (phrase("summary_versions", language), [(versions_told(),)]),
    ]
    row = HEAD_ROW
    for head, lines in parts:
        set_cell(sheet.cell(row, 1), head)
        sheet.cell(row, 1).font = Font(bold=True)
        for line in lines:
            row += 1
            for number, text in enumerate(line, start=1):
                set_cell(sheet.cell(row, number), held(text) or None)
                sheet.cell(row, number).alignment = Alignment(vertical="top", wrap_text=len(line) > 1)
        row += 2
    for letter, width in zip("ABC", BASIS_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    _print_setup(sheet)
