"""Excel workbooks: sheets, cells as text, formulas, errors."""

from __future__ import annotations

import warnings
import zipfile
from typing import TYPE_CHECKING, Any

from servicecircle.errors import ReadError
from servicecircle.findings import Finding
from servicecircle.plan.workbook import DAMAGED, as_text
from servicecircle.read.grid import Grid
from servicecircle.read.kinds import broken
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

LARGEST_UNPACKED = 1 << 30
"""A workbook is a zip file; one that unpacks to more than this (bytes) is not opened."""

EXACT = 10**15
"""Excel keeps fifteen digits of a number; of a longer code the last ones are lost."""


def read_workbook(path: Path, layer: str | None) -> Grid:
    """Return the cells of a sheet of a workbook as text.

    Parameters
    ----------
    path
        The workbook.
    layer
        The name of the sheet; without it the only visible one that holds anything.

    Raises
    ------
    ReadError
        If it is no workbook, the sheet is not there, several could be meant, or cells hold errors, formulas that were
        never worked out, or numbers too long for Excel.
    """
    _check_size(path)
    sheet, findings = _sheet(path, _opened(path, values=True), layer)
    cells = {
        (cell.row, cell.column - 1): cell
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None and str(cell.value).strip()
    }
    _check_cells(path, sheet.title, cells)
    width = 1 + max((column for _, column in cells), default=0)
    rows: dict[int, list[str]] = {}
    for (row, column), cell in cells.items():
        rows.setdefault(row, [""] * width)[column] = cell_text(cell.value)
    hidden = [row for row in rows if sheet.row_dimensions[row].hidden]
    if hidden:
        findings.append(
            Finding.about(
                path.name,
                "hidden_rows",
                "warning",
                en=f"rows of sheet {sheet.title!r} are hidden (filtered); they were read all the same. Delete those "
                "that do not count.",
                zh=f"工作表“{sheet.title}”有隐藏（筛选）的行，仍已读取；请删除不应计入的行。",
                rows=[f"line {row}" for row in hidden],
            )
        )
    merged = [(r.min_row, r.min_col - 1, r.max_row, r.max_col - 1) for r in sheet.merged_cells.ranges]
    return Grid(path, sorted(rows.items()), findings, sorted(merged))


def sheets_with_cells(path: Path) -> list[str]:
    """Return the visible sheets of a workbook that hold anything; ReadError if it is no workbook."""
    _check_size(path)
    sheets = _opened(path, values=True).worksheets
    return [sheet.title for sheet in sheets if sheet.sheet_state == "visible" and _holds_anything(sheet)]


def _check_size(path: Path) -> None:
    """Raise ReadError if a workbook is no zip file, or one made to fill the memory."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
    except DAMAGED as error:
        raise ReadError(
            f"{path}: cannot be read as an Excel workbook ({error}). It may be encrypted or of the old kind: save it "
            f"as .xlsx without a password. | {path}：无法作为 Excel 工作簿读取，请去除密码并另存为 .xlsx。"
        ) from error
    if size > LARGEST_UNPACKED:
        raise ReadError(
            f"{path}: the workbook unpacks to {size:,} bytes; more than {LARGEST_UNPACKED:,} are not read. Copy the "
            f"table into a new workbook. | {path}：工作簿解压后过大，请把表格复制到新的工作簿。"
        )


def _opened(path: Path, *, values: bool) -> Workbook:
    """Return a workbook: with the values of its formulas, or with the formulas, one row after the other."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that are not read, such as pictures
        try:
            return load_workbook(path, data_only=values, read_only=not values)
        except DAMAGED as error:
            raise broken(path, error) from error


def _sheet(path: Path, book: Workbook, layer: str | None) -> tuple[Worksheet, list[Finding]]:
    """Return the sheet that is meant, and what has to be said about the others."""
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    filled = [name for name, sheet in sheets.items() if _holds_anything(sheet)]
    shown = [name for name in filled if sheets[name].sheet_state == "visible"]
    hidden = [name for name in filled if name not in shown]
    if layer is not None and layer not in sheets:
        raise ReadError(
            f"{path}: there is no sheet {layer!r}. {did_you_mean(layer, sheets)} | {path}：没有工作表 {layer!r}，"
            f"现有：{listed(sheets)}。"
        )
    if layer is None and len(shown) != 1:
        besides = f" Hidden: {listed(hidden)}." if hidden else ""
        raise ReadError(
            f"{path}: {len(shown)} sheets hold something; name one with layer. Sheets: {listed(shown)}.{besides} | "
            f"{path}：有 {len(shown)} 张非空工作表，请用 layer 指定：{listed(shown)}。"
        )
    name = layer if layer is not None else shown[0]
    findings = []
    if hidden and name not in hidden:
        findings.append(
            Finding(
                path.name,
                "hidden_sheets",
                "info",
                f"hidden sheets that hold something were not read: {listed(hidden)}.",
                f"隐藏的非空工作表未读取：{listed(hidden)}。",
            )
        )
    return sheets[name], findings


def _holds_anything(sheet: Worksheet) -> bool:
    return any(value is not None and str(value).strip() for row in sheet.values for value in row)


def _check_cells(path: Path, sheet: str, cells: dict[tuple[int, int], Any]) -> None:
    """Raise ReadError, naming the cells, if some hold what is no value."""
    wrong = [f"{c.coordinate} {c.value}" for c in cells.values() if c.data_type == "e"]
    long = [c.coordinate for c in cells.values() if _lost_digits(c.value)]
    never = _never_worked_out(path, sheet, cells)
    faults = [
        (wrong, "cells hold errors. Correct them in Excel", "单元格有错误值，请在 Excel 中改正"),
        (
            never,
            "formulas were never worked out. Open the workbook in Excel and save it",
            "公式没有计算结果，请用 Excel 打开并保存",
        ),
        (
            long,
            "numbers have more than 15 digits, and Excel has lost the last ones. Enter the codes again as text",
            "数字超过 15 位，Excel 已丢失末尾数字，请以文本格式重新录入代码",
        ),
    ]
    found = [f"{en}: {listed(names, most=5)}. | {zh}。" for names, en, zh in faults if names]
    if found:
        raise ReadError("\n".join(f"{path}, sheet {sheet!r}: {fault}" for fault in found))


def _lost_digits(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= EXACT


def _never_worked_out(path: Path, sheet: str, cells: dict[tuple[int, int], Any]) -> list[str]:
    """Return the cells with a formula but no value."""
    book: Any = _opened(path, values=False)
    try:
        return [
            cell.coordinate
            for row in book[sheet].iter_rows()
            for cell in row
            if cell.data_type == "f" and (cell.row, cell.column - 1) not in cells and not _gives_nothing(cell.value)
        ]
    except DAMAGED as error:
        raise broken(path, error) from error
    finally:
        book.close()


def _gives_nothing(formula: object) -> bool:
    """Return whether a formula may well give an empty text, as =IF(A1="","",A1) does."""
    return '""' in str(formula)


def cell_text(value: object) -> str:
    """Return what a cell holds as text, as a csv file would: whole numbers without a point, days as ``2026-11-25``.

    Examples
    --------
    >>> cell_text(320706001001.0), cell_text(4.2), cell_text(True)
    ('320706001001', '4.2', 'true')
    """
    return str(value).lower() if isinstance(value, bool) else as_text(value)
