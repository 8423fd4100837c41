"""The workbook of doubtful matches (待核表): written, edited by somebody who knows, and read back."""

from __future__ import annotations

import unicodedata
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.city import as_text
from servicecircle.errors import InputError, ReadError
from servicecircle.files import replacing, save_document, set_cell
from servicecircle.findings import Finding
from servicecircle.read.candidates import MOST
from servicecircle.read.matching import FacilityMatch, check_match, outcome
from servicecircle.text import listed

if TYPE_CHECKING:
    import os

    from openpyxl.worksheet.worksheet import Worksheet

LAYER = "facilities"
SHEET = "待核"
ROW, NAME, ZONE, CHOICE = "行 row", "名称 name", "单元 zone_id", "选择 choice"
CANDIDATES = tuple(f"候选{rank} candidate {rank}" for rank in range(1, MOST + 1))
HEADS = (ROW, NAME, ZONE, CHOICE, *CANDIDATES)
NONE = "无"
NOTHING = frozenset({NONE, "none", "0", "都不是"})
"""What says that no candidate is the one."""

WIDTHS = {ROW: 8, NAME: 30, ZONE: 16, CHOICE: 12}
WIDE = 42

ABOUT = """
待核表:每行是名单中的一条记录,候选是与它相像的点。在“选择”列填 1 至 5(取该候选)或“无”(都不是),留空表示未核。
其他列和其他内容请勿改动;同一个点只能选一次。改好后用 read_review(match, "本文件.xlsx") 读回。

Each row is one of the list, the candidates are points that resemble it. In the column choice put 1 to 5 (that
candidate) or 无 (none of them); empty means not looked at. Leave all else as it is; a point may be chosen once.
Then: read_review(match, "this file.xlsx").
"""

UNREADABLE = (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, EOFError)


def write_review(match: FacilityMatch, path: str | os.PathLike[str]) -> None:
    """Write the doubtful rows of a match to a workbook, in which somebody chooses among the candidates.

    Parameters
    ----------
    match
        What `servicecircle.read.match_facilities` returned.
    path
        The file, ``.xlsx``; it is written whole, or not at all. One that is there already is never replaced, for it may
        hold choices.

    Raises
    ------
    InputError
        If the name ends otherwise, or the file exists or cannot be written.
    """
    from openpyxl import Workbook

    check_match(match)
    if Path(path).suffix.lower() != ".xlsx":
        raise InputError(f"{path}: the name of a workbook ends in .xlsx. | 工作簿文件名应以 .xlsx 结尾。")
    with replacing(path, new=True) as part:
        book = Workbook()
        page = book.worksheets[0]
        page.title = SHEET
        _fill(page, _lines(match))
        about = book.create_sheet("说明 readme")
        about.column_dimensions["A"].width = 120
        for number, text in enumerate(ABOUT.strip().splitlines(), start=1):
            set_cell(about.cell(number, 1), text)
        save_document(book, part)


def read_review(match: FacilityMatch, path: str | os.PathLike[str]) -> FacilityMatch:
    """Return a match with the choices that somebody made in a workbook.

    Parameters
    ----------
    match
        The match that the workbook was written for.
    path
        A workbook as `write_review` writes it, with choices.

    Returns
    -------
    FacilityMatch
        Rows with a choice are matched (``match_rule`` "review"), those with 无 are unmatched; rows without a choice
        stay doubtful.

    Raises
    ------
    ReadError
        If there is no such file, it is no such workbook, or choices cannot be used: a candidate that is not there, a
        point chosen twice, rows or candidates that were changed. All such rows are named.
    """
    check_match(match)
    lines, faults = _read(Path(path), _lines(match))
    point_of = {point: at for at, point in enumerate(match.points["point_id"])}
    row_of = {str(label): at for at, label in enumerate(match.table.index)}
    decided = {
        row_of[str(label)]: (point_of[point], str(rule))
        for label, point, rule in zip(
            match.matched.index, match.matched["point_id"], match.matched["match_rule"], strict=True
        )
    }
    chosen: dict[str, list[str]] = {}
    for label, line in lines.items():
        if line.point is not None:
            chosen.setdefault(line.point, []).append(f"{line.number} ({label})")
            decided[row_of[label]] = (point_of[line.point], "review")
    for point, rows in chosen.items():
        if len(rows) > 1:
            faults.append(f"rows {listed(rows)}: point {point} was chosen more than once. | 同一个点被选择多次。")
    if faults:
        raise ReadError(
            f"{path}: {len(faults)} fault(s). | {path}：{len(faults)} 处错误。\n"
            + "\n".join(f"- {fault}" for fault in faults)
        )
    return _settled(match, path, lines, decided)


def _settled(
    match: FacilityMatch, path: str | os.PathLike[str], lines: dict[str, _Line], decided: dict[int, tuple[int, str]]
) -> FacilityMatch:
    """Return a match with what was decided, and what is still doubtful."""
    refused = {label for label, line in lines.items() if line.refused}
    settled = refused | {label for label, line in lines.items() if line.point is not None}
    taken = match.points["point_id"].iloc[[point for point, _ in decided.values()]]
    left = match.doubtful[~match.doubtful["row"].isin(settled) & ~match.doubtful["candidate"].isin(set(taken))]
    open_rows = match.doubtful["row"].nunique() - len(settled)
    said = Finding(
        LAYER,
        "reviewed",
        "info",
        f"{Path(path).name}: {len(settled - refused):,} rows chosen, {len(refused):,} have no point, {open_rows:,} not "
        "looked at.",
        f"{Path(path).name}：选定 {len(settled - refused):,} 行，无对应点 {len(refused):,} 行，未核 {open_rows:,} 行。",
    )
    kept = [finding for finding in match.report.findings if finding.code in KEPT]
    return outcome(match.table, match.points, decided, left, findings=[*kept, said])


KEPT = ("point_without_place", "code_disbelieved", "other_zone", "reviewed")
"""What stays true of a match after a review; the counts are made anew."""


@dataclass(slots=True)
class _Line:
    """A line of the workbook."""

    label: str
    name: str
    zone: str
    candidates: list[tuple[str, str]]  # the point, and what is said about it
    number: int = 0
    point: str | None = None
    refused: bool = False
    said: list[str] = field(default_factory=list)


def _lines(match: FacilityMatch) -> dict[str, _Line]:
    """Return the lines of a match's workbook, by the label of the row."""
    lines: dict[str, _Line] = {}
    for label, part in match.doubtful.groupby("row", sort=False):
        first = part.iloc[0]
        told = [(str(one.candidate), _told(one)) for one in part.sort_values("rank").itertuples()]
        lines[str(label)] = _Line(str(label), _text(first["name"]), _text(first["zone_id"]), told)
    return lines


def _told(one: Any) -> str:
    """Return what is said about a candidate."""
    place = "" if one.candidate_zone is None else f", {one.candidate_zone}"
    far = "" if pd.isna(one.zone_distance_m) or one.same_zone else f", {one.zone_distance_m:,.0f} m 之外 away"
    return f"{_text(one.candidate_name)} [{one.candidate}] {one.similarity:.0%}{place}{far}"


def _text(value: object) -> str:
    return as_text(pd.Series([value], dtype=object))[0] or ""


def _fill(page: Worksheet, lines: dict[str, _Line]) -> None:
    """Write the heads and lines; text is text, whatever it looks like, and a choice is one of those there are."""
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    page.freeze_panes = "E2"
    for place, head in enumerate(HEADS, start=1):
        set_cell(page.cell(1, place), head)
        page.cell(1, place).font = Font(bold=True)
        page.column_dimensions[get_column_letter(place)].width = WIDTHS.get(head, WIDE)
    rules: dict[int, DataValidation] = {}
    for number, line in enumerate(lines.values(), start=2):
        cells = [line.label, line.name, line.zone, "", *(told for _, told in line.candidates)]
        for place, text in enumerate(cells, start=1):
            set_cell(page.cell(number, place), text or None)
            page.cell(number, place).alignment = Alignment(wrap_text=True, vertical="top")
        choice = page.cell(number, HEADS.index(CHOICE) + 1)
        choice.number_format = "@"
        choice.fill = PatternFill("solid", fgColor="FFF2CC")
        size = len(line.candidates)
        if size not in rules:
            values = ",".join([*map(str, range(1, size + 1)), NONE])
            rules[size] = DataValidation(type="list", formula1=f'"{values}"', allow_blank=True, showErrorMessage=True)
            page.add_data_validation(rules[size])
        rules[size].add(choice)


def _read(path: Path, expected: dict[str, _Line]) -> tuple[dict[str, _Line], list[str]]:
    """Return the lines with the choices made, and what is wrong with them."""
    rows = _sheet(path)
    faults: list[str] = []
    places = {head: at for at, head in enumerate(rows[0])} if rows else {}
    missing = [head for head in HEADS if head not in places]
    if missing:
        raise ReadError(
            f"{path}: no sheet {SHEET} with the columns that write_review writes; missing: {listed(missing)}. | "
            f"不是 write_review 写出的待核表，缺少：{listed(missing)}。"
        )
    seen: set[str] = set()
    for number, cells in enumerate(rows[1:], start=2):
        if not any(cells):
            continue
        values = {head: cells[at] if at < len(cells) else "" for head, at in places.items()}
        label = values[ROW]
        if label not in expected or label in seen:
            en, zh = ("stands there twice", "重复") if label in seen else ("is no doubtful row", "不在待核记录中")
            faults.append(
                f"row {number}: {label!r} in {ROW!r} {en}. Leave that column as it was. | 第 {number} 行："
                f"行号 {label!r} {zh}。"
            )
            continue
        seen.add(label)
        expected[label].number = number
        _choose(expected[label], values, faults)
    gone = [label for label in expected if label not in seen]
    if gone and not faults:
        faults.append(f"rows of the table are missing: {listed(gone, most=5)}. Leave rows in. | 缺少记录，请勿删除行。")
    return expected, faults


def _choose(line: _Line, values: dict[str, str], faults: list[str]) -> None:
    """Take the choice of a line, noting what is wrong with it."""
    written = {NAME: line.name, ZONE: line.zone}
    written |= {head: told for head, (_, told) in zip(CANDIDATES, line.candidates, strict=False)}
    changed = [head for head, text in written.items() if _cell(text) != values[head]]
    if changed:
        faults.append(
            f"row {line.number} ({line.label}): {listed(changed)} was changed; write the workbook anew. | "
            f"第 {line.number} 行：{listed(changed)} 被改动，请重新生成待核表。"
        )
        return
    choice = unicodedata.normalize("NFKC", values[CHOICE]).casefold()
    if not choice:
        return
    if choice in NOTHING:
        line.refused = True
        return
    rank = int(choice) if choice.isdecimal() else 0
    if 1 <= rank <= len(line.candidates):
        line.point = line.candidates[rank - 1][0]
    else:
        faults.append(
            f"row {line.number} ({line.label}): there is no candidate {values[CHOICE]!r}; choose 1 to "
            f"{len(line.candidates)}, {NONE}, or leave it empty. | 第 {line.number} 行：没有候选 {values[CHOICE]!r}。"
        )


def _cell(text: str) -> str:
    """Return a text as it comes back from a cell."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def _sheet(path: Path) -> list[list[str]]:
    """Return the cells of the sheet as texts."""
    import zipfile

    from openpyxl import load_workbook

    if not path.is_file():
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。")
    try:
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not read
            book = load_workbook(file, read_only=True)
            if SHEET not in book.sheetnames:
                return []
            page: Any = book[SHEET]
            page.reset_dimensions()
            return [[_cell(_text(value)) for value in row] for row in page.iter_rows(values_only=True)]
    except (*UNREADABLE, zipfile.BadZipFile) as error:
        raise ReadError(
            f"{path}: cannot be read as an Excel workbook ({type(error).__name__}). Save it as .xlsx. | "
            "无法作为 Excel 工作簿读取，请另存为 .xlsx。"
        ) from error
