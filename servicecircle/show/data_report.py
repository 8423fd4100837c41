"""A data report as a file for people: a page, a workbook, or a csv file; in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError
from servicecircle.files import LONGEST_TEXT, replacing, save_document, set_cell, write_table
from servicecircle.findings import SEVERITIES
from servicecircle.show.pages import asset, render

if TYPE_CHECKING:
    import os

    from servicecircle.findings import DataReport, Finding

SUFFIXES = (".html", ".xlsx", ".csv")
SEVERITY_WORDS = {
    "error": "错误 error",
    "warning": "警告 warning",
    "repair": "已修复 repaired",
    "info": "信息 info",
}
HEADS = {
    "layer": ("图层 layer", 26),
    "severity": ("性质 severity", 16),
    "code": ("代码 code", 18),
    "column": ("列 column", 16),
    "count": ("行数 rows", 10),
    "rows": ("示例行 first rows", 30),
    "residents": ("涉及人口 residents", 12),
    "zh": ("说明与处理", 60),
    "en": ("What was found, and what to do", 60),
}
"""Column of the report's table -> its head, and its width in a workbook."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_data_report(report: DataReport, path: str | os.PathLike[str], *, title: str = "") -> None:
    """Write a data report as a page that needs no internet, as a workbook, or as a csv file.

    Names from the data are shown as they stand: none becomes markup or a formula.

    Parameters
    ----------
    report
        What was found, for example ``city.report``, or what `servicecircle.read.check_city` returned.
    path
        The file to write, ``.html``, ``.xlsx`` or ``.csv``; its folder must exist. An old file is replaced in one step.
    title
        What the report is about, for the page.

    Raises
    ------
    InputError
        If the name ends otherwise, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from servicecircle.findings import DataReport, Finding
    >>> report = DataReport((Finding("zones", "demo", "info", "2 zones.", "2 个单元。"),))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_data_report(report, Path(folder) / "report.html")
    ...     "2 zones." in (Path(folder) / "report.html").read_text(encoding="utf-8")
    True
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{path}: a data report is written as {', '.join(SUFFIXES)}: end the name so. | "
            f"{path}：文件名应以 {'、'.join(SUFFIXES)} 结尾。"
        )
    if suffix == ".csv":
        write_table(report.table, path)
    elif suffix == ".xlsx":
        _write_workbook(report, path)
    else:
        with replacing(path) as part:
            part.write_text(_page(report, title), encoding="utf-8", newline="\n")


def _page(report: DataReport, title: str) -> str:
    layers = [
        {
            "name": layer,
            "about": [(finding.zh, finding.en) for finding in findings if finding.code == "layer"],
            "findings": [_shown(finding) for finding in _gravest_first(findings) if finding.code != "layer"],
        }
        for layer, findings in report.by_layer.items()
    ]
    facts = [(SEVERITY_WORDS[severity], count) for severity, count in report.counts.items()]
    return render("data_report.html", style=asset("summary.css"), title=title, ok=report.ok, facts=facts, layers=layers)


def _gravest_first(findings: tuple[Finding, ...]) -> list[Finding]:
    return sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity))


def _shown(finding: Finding) -> dict[str, Any]:
    """Return what a row of the page says of a finding."""
    more = ", ..." if finding.count > len(finding.rows) else ""
    return {
        "severity": SEVERITY_WORDS[finding.severity],
        "kind": {"error": "fails", "warning": "reference", "repair": "meets", "info": "none"}[finding.severity],
        "column": finding.column,
        "count": f"{finding.count:,}" if finding.count else "",
        "rows": ", ".join(finding.rows) + more,
        "residents": "" if finding.residents is None else f"{finding.residents:,.0f}",
        "zh": finding.zh,
        "en": finding.en,
    }


def _write_workbook(report: DataReport, path: str | os.PathLike[str]) -> None:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    page = book.worksheets[0]
    page.title = "数据检查 data report"
    page.freeze_panes = "A2"
    for place, (head, width) in enumerate(HEADS.values(), start=1):
        set_cell(page.cell(1, place), head)
        page.cell(1, place).font = Font(bold=True)
        page.column_dimensions[get_column_letter(place)].width = width
    for row, finding in enumerate(report.findings, start=2):
        values = {
            "severity": SEVERITY_WORDS[finding.severity],
            "count": finding.count or None,
            "rows": ", ".join(finding.rows),
            "residents": finding.residents,
        }
        for place, name in enumerate(HEADS, start=1):
            cell = page.cell(row, place)
            set_cell(cell, held(values[name] if name in values else getattr(finding, name)))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    page.auto_filter.ref = f"A1:{get_column_letter(len(HEADS))}{len(report) + 1}"
    with replacing(path) as part:
        save_document(book, part)


def held(value: Any) -> Any:
    """Return what a cell can hold of a value: texts from the data may be long, or have control characters in them."""
    return CONTROL.sub("\ufffd", value)[:LONGEST_TEXT] if isinstance(value, str) else value
