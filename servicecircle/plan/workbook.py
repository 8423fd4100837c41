"""A plan as an Excel workbook, and back: for those who do not edit TOML."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import InputError, ReadError
from servicecircle.files import replacing, save_document, set_cell
from servicecircle.plan.fields import hint
from servicecircle.plan.reader import checked_plan, document_lines
from servicecircle.plan.sheets import SHEETS, TYPED, Row, SheetFaults, line_in, rows_of, table_of
from servicecircle.plan.writer import plan_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from openpyxl.worksheet.worksheet import Worksheet

    from servicecircle.plan.plan import Plan
    from servicecircle.plan.writer import Table

WIDE = 60
NARROW = 16
LONG_COLUMNS = ("quote", "section", "zh", "en", "name_zh", "name_en", "note.zh", "note.en", "value", "key")

ABOUT = """
本工作簿是一份规划文件:每张表的第一行是键名,不要改动;空单元格即不填。
This workbook is a plan file: the first row of each sheet holds its keys, leave it as it is; an empty cell says nothing.

standards:每条标准一行。measures:各标准算法的参数。其余各表:引文、方法、假设、冲突、登记,一行一条。
standards: a row for each standard. measures: what its measure needs. The other sheets: a row for each clause, method,
assumption, conflict and registered statement.

多个层级用分号隔开:街道; 全市。占比写 0.98,不写 98。单位:分钟、米、米/秒。
Several levels have semicolons between them. A share is 0.98, never 98. Units: minutes, metres, m/s.

改好后 When done: servicecircle plan toml FILE.xlsx FILE.toml
"""
"""What stands in the first sheet, which is not read."""

DAMAGED = (
    *(OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError, SyntaxError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError),
)
"""What reading a file that is no workbook, or a damaged one, may end in."""


def write_workbook(plan: Plan, path: str | Path, *, replace: bool = False) -> None:
    """Write a plan as an Excel workbook, whole or not at all; no text in it runs as a formula.

    Parameters
    ----------
    plan
        The plan.
    path
        The file, ``.xlsx``.
    replace
        Whether a file that is there already may be replaced.

    Raises
    ------
    InputError
        If the name ends otherwise, there is such a file and it may not be replaced, the file cannot be written, or the
        plan holds a text that Excel cannot hold.

    Examples
    --------
    >>> import tempfile
    >>> from servicecircle.plan import read_plan
    >>> plan = read_plan("life-circles")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_workbook(plan, Path(folder) / "circles.xlsx")
    ...     read_workbook(Path(folder) / "circles.xlsx") == plan
    True
    """
    from openpyxl import Workbook

    if Path(path).suffix.lower() != ".xlsx":
        raise InputError(f"{path}: the name of a workbook ends in .xlsx. | 工作簿文件名应以 .xlsx 结尾。")
    table = plan_table(plan)
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill_about(book.create_sheet("readme"))
    for sheet, rows in rows_of(table).items():
        _fill(book.create_sheet(sheet), sheet, rows)
    with replacing(path, new=not replace) as part:
        save_document(book, part)
        if _table_of(part, SheetFaults(str(path))) != table:
            raise InputError(
                f"{path} was not written: the plan holds a text that Excel would change, such as an empty condition or "
                "one with a carriage return. | 未写入：规划中有 Excel 无法原样保存的文字。"
            )


def read_workbook(path: str | Path, *, document: str | Path | None = None) -> Plan:
    """Return the plan that a workbook holds, checked as a plan file is.

    Parameters
    ----------
    path
        A workbook as `write_workbook` writes it.
    document
        A text file of the document that the plan was read from, as for `read_plan`.

    Raises
    ------
    ReadError
        If there is no such file, or it is no workbook.
    PlanError
        If it has faults: ``.faults`` holds all of them, with sheet and row.
    """
    faults = SheetFaults(str(path), document=None if document is None else document_lines(document))
    return checked_plan(_table_of(path, faults), faults)


def _fill_about(page: Worksheet) -> None:
    """Write what the workbook is, and how it is used."""
    page.column_dimensions["A"].width = 2 * WIDE
    for row, text in enumerate(ABOUT.strip().splitlines(), start=1):
        page.cell(row, 1, text)


def _fill(page: Worksheet, sheet: str, rows: Iterable[Row]) -> None:
    """Write the heads and rows of a sheet; text is text, whatever it looks like."""
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    page.freeze_panes = "A2"
    for place, head in enumerate(SHEETS[sheet], start=1):
        page.cell(1, place, head).font = Font(bold=True)
        shape = page.column_dimensions[get_column_letter(place)]
        shape.width = WIDE if head in LONG_COLUMNS else NARROW
        if (sheet, head) not in TYPED:
            shape.number_format = "@"  # what a person enters there stays text
    for row, cells in enumerate(rows, start=2):
        for place, head in enumerate(SHEETS[sheet], start=1):
            if head in cells:
                cell = page.cell(row, place)
                set_cell(cell, cells[head])
                cell.alignment = Alignment(wrap_text=True, vertical="top")


def _table_of(path: str | Path, faults: SheetFaults) -> Table:
    """Return the table of a plan file that a workbook holds."""
    try:
        sheets = _sheets_of(path, faults)
    except DAMAGED as error:
        raise ReadError(
            f"{path}: cannot be read as an Excel workbook ({type(error).__name__}). Save it as .xlsx. | "
            "无法作为 Excel 工作簿读取，请另存为 .xlsx。"
        ) from None
    return table_of(sheets, faults)


def _sheets_of(path: str | Path, faults: SheetFaults) -> dict[str, list[tuple[int, Row]]]:
    """Return the rows of all sheets, each with its number; a fault for each sheet that is missing."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with Path(path).open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that are not read, such as pictures
        try:
            book = load_workbook(file, read_only=True)
        except InvalidFileException as error:
            raise ValueError(str(error)) from None
        sheets: dict[str, list[tuple[int, Row]]] = {}
        for sheet in SHEETS:
            if sheet in book.sheetnames:
                page: Any = book[sheet]
                sheets[sheet] = _rows(page, sheet, faults)
            else:
                sheets[sheet] = []
                faults.add_at(line_in(sheet, 1), "", "the workbook has no such sheet.", "工作簿缺少这张表。")
        return sheets


def _rows(page: Any, sheet: str, faults: SheetFaults) -> list[tuple[int, Row]]:
    """Return the rows of a sheet that hold anything."""
    page.reset_dimensions()  # what the file says of its size may be wrong
    heads: dict[int, str] = {}
    rows: list[tuple[int, Row]] = []
    for number, cells in enumerate(page.iter_rows(), start=1):
        told = {place: cell for place, cell in enumerate(cells) if cell.value is not None and str(cell.value).strip()}
        if number == 1:
            heads = {place: str(cell.value).strip() for place, cell in told.items()}
            _check_heads(heads, sheet, faults)
            continue
        row: Row = {}
        for place, cell in told.items():
            head, line = heads.get(place, ""), line_in(sheet, number)
            if cell.data_type == "f":
                en = "holds a formula; put its value there."
                faults.add_at(line, head, en, "含公式，请粘贴为数值。")
            elif head in SHEETS[sheet]:
                row[head] = cell.value if (sheet, head) in TYPED and not _is_day(cell.value) else as_text(cell.value)
            elif not head:
                faults.add_at(line, "", f"{cell.value!r:.60} stands in a column without a head.", "所在列没有键名。")
        if row:
            rows.append((number, row))
    return rows


def _check_heads(heads: dict[int, str], sheet: str, faults: SheetFaults) -> None:
    """Note heads that mean nothing, and a first column that is missing: it says what a row is about."""
    names = list(heads.values())
    for head in dict.fromkeys(names):
        if head not in SHEETS[sheet]:
            en, zh = hint(head, SHEETS[sheet])
            faults.add_at(line_in(sheet, 1), "", f"{head!r} is no column of this sheet. {en}", f"没有列 {head!r}。{zh}")
        elif names.count(head) > 1:
            faults.add_at(line_in(sheet, 1), "", f"there are two columns {head!r}.", f"列 {head!r} 重复。")
    if SHEETS[sheet][0] not in names:
        head = SHEETS[sheet][0]
        faults.add_at(line_in(sheet, 1), "", f"the column {head!r} is missing.", f"缺少列 {head!r}。")


def _is_day(value: object) -> bool:
    return isinstance(value, dt.date | dt.time | dt.timedelta)


def as_text(value: object) -> str:
    """Return a cell's value as the text that a person meant: no decimals that Excel added, days as ``2026-11-25``.

    Examples
    --------
    >>> as_text(4.0), as_text(4.2), as_text(dt.datetime(2026, 11, 25)), as_text("LY-01 ")
    ('4', '4.2', '2026-11-25', 'LY-01')
    """
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
