"""The table of a plan file <-> rows of sheets: a row for each standard, clause and assumption, for users of Excel.

What has no column of its own stands in the sheet ``measures``, a row for each value, with the way to it as its key:
``facilities[1].where.grade.at_least``.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from servicecircle.plan.fields import Faults, hint
from servicecircle.plan.writer import PARTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from servicecircle.plan.location import KeyPath
    from servicecircle.plan.writer import Table

SHEETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "plan": ("key", "value"),
        "standards": (
            *("id", "name_zh", "name_en", "domain", "nature", "part_of", "measure"),
            *("target.op", "target.value", "target.origin", "base_value", "base_year", "target_year"),
            *("unit", "gap_unit", "scope", "judge", "inform", "cross_border", "statements"),
        ),
        "measures": ("standard", "key", "value"),
        "citations": (
            *("standard", "section", "line", "quote", "value"),
            *("document", "edition", "clause", "verified_by", "verified_on"),
        ),
        "methods": ("standard", "source", "quote"),
        "assumptions": ("standard", "about", "zh", "en"),
        "conflicts": ("standard", "conflict", "zh", "en", "value", "line", "quote"),
        "register": ("section", "id", "line", "quote", "reason", "note.zh", "note.en"),
    }
)
"""The sheets of a workbook and their columns."""

TYPED = frozenset(
    {("plan", "value"), ("measures", "value"), ("citations", "line"), ("register", "line")}
    | {("conflicts", column) for column in ("conflict", "value", "line")}
    | {("standards", one) for one in ("target.value", "base_value", "base_year", "target_year", "cross_border")}
)
"""The columns that hold numbers or true and false; all others hold text, also where it looks like a number."""

LISTS = ("judge", "inform", "statements")
"""The columns that hold several texts, with semicolons between them."""

_BARE = re.compile(r'[^\s."\[\]]+')
_STEP = re.compile(r'\[(\d{1,6})\]|(?:^|\.)(?:("(?:\\.|[^"\\])*")|([^\s."\[\]]+))')
_ITEM = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^;；]*?))\s*(?:[;；]|$)')
_ROWS = 1 << 21

Row = dict[str, Any]


@dataclass(slots=True)
class SheetFaults(Faults):
    """What is wrong with a workbook, by sheet and row. A line is a sheet's number times `_ROWS`, and the row."""

    def add_at(self, line: int, label: str, en: str, zh: str) -> None:
        """Note a fault in a row."""
        sheet, row = list(SHEETS)[line // _ROWS], line % _ROWS
        where = f", {label}" if label else ""
        self.found[line, f"{self.file}, sheet {sheet}, row {row}{where}: {en} | {zh}"] = None


def line_in(sheet: str, row: int) -> int:
    """Return the line that stands for a row of a sheet."""
    return list(SHEETS).index(sheet) * _ROWS + row


def rows_of(table: Table) -> dict[str, list[Row]]:
    """Return the rows of every sheet for the table of a plan file."""
    rows: dict[str, list[Row]] = {sheet: [] for sheet in SHEETS}
    head = {key: value for key, value in table.items() if key not in {"standard", "register"}}
    rows["plan"] = [{"key": path_text(path), "value": value} for path, value in leaves(head)]
    for standard in table.get("standard", []):
        _add_standard(rows, standard)
    rows["register"] = [
        {"section": part["section"]} | {path_text(path): value for path, value in leaves(statement)}
        for part in table.get("register", [])
        for statement in part["statements"]
    ]
    return rows


def _add_standard(rows: dict[str, list[Row]], standard: Table) -> None:
    """Add the rows of a standard to the sheets."""
    owner = {"standard": standard["id"]}
    row: Row = {key: joined(standard[key]) for key in LISTS if key in standard}
    for path, value in leaves({key: one for key, one in standard.items() if key not in {*LISTS, *PARTS.values()}}):
        key = path_text(path)
        if key in SHEETS["standards"]:
            row[key] = value
        else:
            rows["measures"].append(owner | {"key": key, "value": value})
    rows["standards"].append(row)
    for sheet in ("citations", "methods", "assumptions"):
        rows[sheet] += [owner | one for one in standard.get(PARTS[sheet], [])]
    for number, conflict in enumerate(standard.get("conflict", []), start=1):
        texts = {"zh": conflict["zh"], "en": conflict["en"]}
        for place, one in enumerate(conflict.get("alternatives", [{}])):
            rows["conflicts"].append(owner | {"conflict": number} | (texts if place == 0 else {}) | one)


class _Leaf(NamedTuple):
    """A value and the line it stands on."""

    value: Any
    line: int


@dataclass(slots=True)
class Tree:
    """The table of a plan file, put together from rows; positions in lists are keys until `table` closes their gaps."""

    faults: SheetFaults
    root: dict[str | int, Any] = field(default_factory=dict)

    def put(self, path: KeyPath, value: Any, line: int, *, again: bool = False) -> None:
        """Put a value at a path; a fault if there is another one already, unless it may be told again."""
        node: Any = self.root
        for part in path[:-1]:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                break
        if not isinstance(node, dict) or (path[-1] in node and not again):
            self.faults.add_at(line, path_text(path[2:] or path), "is given twice.", "重复给出。")
        else:
            node.setdefault(path[-1], _Leaf(value, line))

    def table(self) -> Table:
        """Return the table; the lines of its keys go to the faults."""
        lines: dict[KeyPath, int] = {}
        table: Table = self._settled(self.root, (), lines)[0]
        self.faults.lines = lines
        return table

    def _settled(self, node: Any, path: KeyPath, lines: dict[KeyPath, int]) -> _Leaf:
        """Return a node as it stands in the table, and its first line."""
        if isinstance(node, _Leaf):
            lines[path] = node.line
            return node
        positions = bool(node) and all(isinstance(key, int) for key in node)
        keys = sorted(node) if positions else list(node)
        values = {
            key: self._settled(node[key], (*path, place if positions else str(key)), lines)
            for place, key in enumerate(keys)
        }
        lines[path] = min((one.line for one in values.values()), default=1)
        if positions:
            return _Leaf([one.value for one in values.values()], lines[path])
        return _Leaf({str(key): one.value for key, one in values.items()}, lines[path])


def table_of(sheets: Mapping[str, Sequence[tuple[int, Row]]], faults: SheetFaults) -> Table:
    """Return the table of a plan file from the numbered rows of its sheets; faults for what fits nowhere."""
    tree = Tree(faults)
    for row, cells in sheets["plan"]:
        _put_key(tree, (), cells, line_in("plan", row))
    numbers = _put_standards(tree, sheets["standards"])
    for sheet in ("measures", "citations", "methods", "assumptions", "conflicts"):
        for row, cells in sheets[sheet]:
            line, owner = line_in(sheet, row), cells.pop("standard", "")
            if owner in numbers:
                _put_part(tree, sheet, numbers[owner], _Leaf(cells, line))
            else:
                en, zh = hint(owner, numbers)
                faults.add_at(line, "standard", f"{owner!r} is not in sheet 'standards'. {en}", f"{owner!r} 未知。{zh}")
    _put_register(tree, sheets["register"])
    return tree.table()


def _put_key(tree: Tree, path: KeyPath, cells: Row, line: int) -> None:
    """Put the value of a row of keys and values."""
    key = path_of(str(cells.get("key", "")))
    if not key or not isinstance(key[0], str):
        what = repr(cells.get("key", ""))
        tree.faults.add_at(line, "key", f"{what} is no key such as facilities[1].service.", f"{what} 不是有效的键。")
    elif "value" in cells:
        tree.put((*path, *key), cells["value"], line)


def _put_standards(tree: Tree, rows: Sequence[tuple[int, Row]]) -> dict[str, int]:
    """Put what the standards' own rows say; return the position of each by its id."""
    numbers: dict[str, int] = {}
    first: dict[str, int] = {}
    for position, (row, cells) in enumerate(rows):
        line, name = line_in("standards", row), str(cells.get("id", ""))
        if name in numbers:
            en, zh = f"is used twice, first in row {first[name]}.", f"编号重复,首次出现在第 {first[name]} 行。"
            tree.faults.add_at(line, f'standard "{name}" › id', en, zh)
            continue
        numbers[name], first[name] = position, row
        for key, value in cells.items():
            if key in LISTS:
                for place, item in enumerate(split(value)):
                    tree.put(("standard", position, key, place), item, line)
            else:
                tree.put(("standard", position, *key.split(".")), value, line)
    return numbers


def _put_part(tree: Tree, sheet: str, position: int, row: _Leaf) -> None:
    """Put what a row says about a standard."""
    path: KeyPath = ("standard", position)
    cells, line = row
    if sheet == "measures":
        _put_key(tree, path, cells, line)
        return
    path = (*path, PARTS[sheet])
    if sheet == "conflicts":
        number = cells.pop("conflict", 1)
        path = (*path, number if isinstance(number, int) else 1)
        for key in ("zh", "en"):
            if key in cells:
                tree.put((*path, key), cells.pop(key), line, again=True)
        path = (*path, "alternatives")
    for key, value in cells.items():
        tree.put((*path, line, key), value, line)  # lines stand in the order of the rows


def _put_register(tree: Tree, rows: Sequence[tuple[int, Row]]) -> None:
    """Put the registered statements; those of one section that follow each other belong together."""
    number, last = -1, None
    for row, cells in rows:
        line, section = line_in("register", row), cells.pop("section", "")
        if section != last:
            number, last = number + 1, section
            tree.put(("register", number, "section"), section, line)
        for key, value in cells.items():
            tree.put(("register", number, "statements", line, *key.split(".")), value, line)


def leaves(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every value inside tables and lists with the way to it.

    Examples
    --------
    >>> list(leaves({"minutes": 10, "bands": [3, 5]}))
    [(('minutes',), 10), (('bands', 0), 3), (('bands', 1), 5)]
    """
    if isinstance(value, dict):
        for key, one in value.items():
            yield from leaves(one, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from leaves(one, (*path, place))
    else:
        yield path, value


def path_text(path: KeyPath) -> str:
    """Return the way to a value as a planner reads it, positions counted from 1.

    Examples
    --------
    >>> path_text(("facilities", 0, "where", "a.b"))
    'facilities[1].where."a.b"'
    """
    parts = [
        f"[{part + 1}]"
        if isinstance(part, int)
        else f".{part if _BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False)}"
        for part in path
    ]
    return "".join(parts).removeprefix(".")


def path_of(text: str) -> KeyPath:
    """Return the way that a text describes; nothing if it describes none.

    Examples
    --------
    >>> path_of('facilities[1].where."a.b"'), path_of("facilities[].where")
    (('facilities', 0, 'where', 'a.b'), ())
    """
    path: list[str | int] = []
    at, text = 0, text.strip()
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or (found[1] is not None and int(found[1]) == 0):
            return ()
        try:
            path.append(int(found[1]) - 1 if found[1] else json.loads(found[2]) if found[2] else found[3])
        except ValueError:  # quoted, but not well
            return ()
        at = found.end()
    return tuple(path)


def joined(items: Sequence[str]) -> str:
    """Return texts in one cell, with semicolons between them.

    Examples
    --------
    >>> joined(["街道", "全市"]), joined(["a;b", "c"])
    ('街道; 全市', '"a;b"; c')
    """
    quoted = [one.replace('"', '""') for one in items]
    return "; ".join(
        f'"{text}"' if re.search(r'[;；"]', one) or one != one.strip() else one
        for one, text in zip(items, quoted, strict=True)
    )


def split(text: str) -> list[str]:
    """Return the texts of a cell; semicolons may be Chinese ones.

    Examples
    --------
    >>> split("街道；全市 ;"), split('"a;b"; c')
    (['街道', '全市'], ['a;b', 'c'])
    """
    found = [one[1].replace('""', '"') if one[1] is not None else one[2] for one in _ITEM.finditer(text)]
    return [one for one in found if one]
