"""Tables as offices keep them: titles above the head, heads of two lines, merged cells, notes below."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.errors import ReadError
from servicecircle.findings import Finding
from servicecircle.read.totals import without_totals
from servicecircle.text import listed, squeezed

if TYPE_CHECKING:
    from pathlib import Path

HEAD_WITHIN = 30
"""The head is looked for in this many lines."""

NOTE = re.compile(
    r"(?:注|备注|说明|注释|数据来源|资料来源|来源|填表人|填报人|制表人?|审核人?|负责人|单位负责人|填表单位|填报单位|填报日期|填表日期|制表日期"
    r"|联系人|联系电话|notes?|sources?|remarks?)\d*[:：].*",
    re.IGNORECASE | re.DOTALL,
)
"""A line below a table that is no row of it."""

UNIT = re.compile(r"(?:计量)?单位[:：](?P<units>[^\s,;，；)）]+)")
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?", re.ASCII)
BRACKETED = re.compile(r"[(（].+[)）]", re.DOTALL)
CODE_HEAD = re.compile(r"代码|编码|编号|code|id$", re.IGNORECASE)

Line = tuple[int, list[str]]
"""A line of a file that holds anything: its number, and its cells as text."""


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a table as they stand in a file.

    Parameters
    ----------
    path
        The file.
    lines
        The lines that hold anything.
    findings
        What was found while reading them.
    merged
        Cells that are merged: first line, first column, last line, last column; columns from 0.
    """

    path: Path
    lines: list[Line]
    findings: list[Finding] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Texts:
    """The rows of a table as text, empty where there is nothing, with their labels from 0.

    Parameters
    ----------
    frame
        The rows.
    findings
        What was found and left out.
    units
        The units that a title says the numbers are in.
    """

    frame: pd.DataFrame
    findings: list[Finding]
    units: tuple[str, ...] = ()


def table_of(grid: Grid) -> Texts:
    """Return the rows of a grid under their heads.

    Raises
    ------
    ReadError
        If there is no head, columns have no name or the same, or rows have more or fewer values than columns.
    """
    if not grid.lines:
        raise ReadError(f"{grid.path}: the file has no header line. | {grid.path}：文件没有表头。")
    start = _head_at(grid.lines)
    titles, (number, first), rest = grid.lines[:start], grid.lines[start], grid.lines[start + 1 :]
    if titles and any(NUMBER.fullmatch(cell) for cell in first):
        raise ReadError(
            f"{grid.path}: no header line was found; line {number} holds numbers ({listed(first, most=5)}). Put the "
            f"names of the columns above the rows. | {grid.path}：没有找到表头，请在数据上方写明列名。"
        )
    head, rest, joined = _heads(first, rest)
    lines, notes = _without_notes(_filled(grid, head, rest, found := list(grid.findings)), len(head))
    head, lines = _without_empty_columns(head, lines)
    lines, totals = without_totals(grid.path.name, head, lines)
    _check_shape(grid.path, head, lines)
    left = [(number, row) for number, row in (*titles, *notes)]
    if left:
        found.append(_left_out(grid.path.name, left))
    if joined:
        found.append(
            Finding(
                grid.path.name,
                "heads_joined",
                "repair",
                f"the head has two lines; columns are called by both: {listed(joined, most=8)}.",
                f"表头为两行，列名已合并：{listed(joined, most=8)}。",
            )
        )
    frame = pd.DataFrame([row for _, row in lines], columns=head, dtype=object)
    units = [match["units"] for _, row in titles for cell in row if (match := UNIT.search(cell))]
    return Texts(frame, found + totals, tuple(unit for text in units for unit in re.split("[、/和]", text)))


def _count(row: list[str]) -> int:
    return sum(map(bool, row))


def _head_at(lines: list[Line]) -> int:
    """Return which line is the head: the first that names at least half as many columns as the table has."""
    width = max(_count(row) for _, row in lines[:HEAD_WITHIN])
    for place, (_, row) in enumerate(lines[:HEAD_WITHIN]):
        told = _count(row)
        said = told < width and any(":" in cell or "：" in cell for cell in row)  # 填报单位：..., 日期：...
        if told >= min(width, max(2, width / 2)) and not said:
            return place
    return 0


def _heads(first: list[str], rest: list[Line]) -> tuple[list[str], list[Line], list[str]]:
    """Return the names of the columns, the lines below, and the names that were made of two lines."""
    head = [re.sub(r"\s*[\r\n]+\s*", "", cell) for cell in first]
    if not rest or len(rest[0][1]) > len(head):
        return head, rest, []
    second = [re.sub(r"\s*[\r\n]+\s*", "", cell) for cell in rest[0][1]] + [""] * (len(head) - len(rest[0][1]))
    if any(NUMBER.fullmatch(cell) for cell in second):
        return head, rest, []
    if all(not cell or BRACKETED.fullmatch(cell) for cell in second):  # units below the names
        names = [a + b for a, b in zip(head, second, strict=True)]
        return names, rest[1:], [name for name, below in zip(names, second, strict=True) if below]
    groups, group = [], ""
    for place, cell in enumerate(head):
        following = place + 1 < len(head) and not head[place + 1] and second[place + 1]
        group = cell if cell and following and second[place] else group if not cell else ""
        groups.append(group)
    own = [bool(cell) and not group for cell, group in zip(head, groups, strict=True)]
    fits = all(bool(group) == bool(cell) for group, cell in zip(groups, second, strict=True) if group or cell)
    if not any(groups) or not any(own) or not fits:
        return head, rest, []
    names = [f"{a}/{b}" if a else c for a, b, c in zip(groups, second, head, strict=True)]
    return names, rest[1:], [name for name, group in zip(names, groups, strict=True) if group]


def _filled(grid: Grid, head: list[str], lines: list[Line], found: list[Finding]) -> list[Line]:
    """Return the lines with merged texts and codes repeated in each of their rows; a merged number stands once."""
    rows = {number: list(row) for number, row in lines}
    repeated, once = [], []
    for top, left, bottom, _ in grid.merged:
        if top not in rows or bottom == top or left >= len(head) or not rows[top][left]:
            continue
        value = rows[top][left]
        if NUMBER.fullmatch(value) and not CODE_HEAD.search(head[left]):
            once.append(f"line {top}, {head[left]}: {value}")
            continue
        repeated.append(f"line {top}, {head[left]}: {value}")
        for number in range(top + 1, bottom + 1):
            if number in rows:
                rows[number][left] = value
    name = grid.path.name
    if repeated:
        en, zh = "merged cells: their text was taken for each of their rows.", "合并单元格：其文字已填入所含各行。"
        found.append(Finding.about(name, "merged", "repair", en=en, zh=zh, rows=repeated))
    if once:
        en = "numbers in merged cells were left in their first row, the other rows have none. Give each row its own."
        zh = "合并单元格中的数字只计入首行，其余各行为空；请逐行填写。"
        found.append(Finding.about(name, "merged_number", "warning", en=en, zh=zh, rows=once))
    return list(rows.items())


def _without_notes(lines: list[Line], width: int) -> tuple[list[Line], list[Line]]:
    """Return the lines without the notes below them, and the notes."""
    end = first = len(lines)
    while end:
        told = [cell for cell in lines[end - 1][1] if cell]
        note = bool(NOTE.match(told[0])) and (len(told) < max(2, width) or len(set(told)) == 1)
        if not note and (len(told) > 1 or width == 1):
            break
        end -= 1
        first = end if note else first
    return lines[:first], lines[first:]


def _without_empty_columns(head: list[str], lines: list[Line]) -> tuple[list[str], list[Line]]:
    """Return heads and lines without the columns in which nothing stands: separators at the end of a line make none."""
    width = max([len(head), *(len(row) for _, row in lines)])
    empty = {
        place
        for place in range(width)
        if not any(place < len(row) and row[place] for row in (head, *(row for _, row in lines)))
        and all(len(row) > place for row in (head, *(row for _, row in lines)))
    }
    if not empty:
        return head, lines
    kept = [place for place in range(width) if place not in empty]
    return [head[place] for place in kept if place < len(head)], [
        (number, [row[place] for place in kept if place < len(row)]) for number, row in lines
    ]


def _left_out(name: str, lines: list[Line]) -> Finding:
    said = [
        f"line {number}: {listed((cell for cell in dict.fromkeys(row) if cell), most=3):.60}" for number, row in lines
    ]
    return Finding.about(
        name,
        "lines_left_out",
        "repair",
        en="titles above the head and notes below the rows were left out.",
        zh="表头以上的标题和表尾的注释未列入。",
        rows=said,
    )


def _check_shape(path: Path, header: list[str], lines: list[Line]) -> None:
    """Raise ReadError if columns have no name or the same, or rows have more or fewer values than columns."""
    faults = []
    plain = [squeezed(name) for name in header]
    twice = sorted({name for name, same in zip(header, plain, strict=True) if not same or header.count(name) > 1})
    if twice:
        faults.append(f"columns have no name or the same name ({', '.join(map(repr, twice))})")
    uneven = [number for number, row in lines if len(row) != len(header)]
    if uneven:
        faults.append(f"{len(uneven):,} rows do not have {len(header)} values (row {listed(uneven, most=5)})")
    if faults:
        raise ReadError(
            f"{path}: {'; '.join(faults)}. Correct the file. | {path}：列名重复或为空，或行的列数不一致，请改正。"
        )
