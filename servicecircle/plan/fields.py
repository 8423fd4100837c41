"""Typed reading of a TOML table that gathers every fault, with its line and key, instead of stopping at the first."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from servicecircle.plan.location import KeyPath, line_of
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

YEARS = (1900, 2200)
SHOWN = 60
MOST_HINTS = 100
"""More unknown keys than this in one table are named without a hint each: such a file is no plan."""
_LEADING_NUMBER = re.compile(r"\s*([-+]?\d+(?:\.\d+)?)\s*(.*)", re.DOTALL)
_KINDS = {
    bool: ("true or false", "true 或 false"),
    str: ("text in quotes", "带引号的文字"),
    Mapping: ("a table { ... }", "表 { ... }"),
    list: ("a list [ ... ]", "列表 [ ... ]"),
}


@dataclass(slots=True)
class Faults:
    """What is wrong with a plan file, gathered.

    Parameters
    ----------
    file
        The file's name, for the messages.
    lines
        The line of each key.
    found
        Line and message of each fault, each once.
    document
        The lines of the document that is quoted, without blanks; None where quotations are not compared.
    """

    file: str
    lines: Mapping[KeyPath, int] = field(default_factory=dict)
    found: dict[tuple[int, str], None] = field(default_factory=dict)
    document: Sequence[str] | None = None

    def add(self, path: KeyPath, label: str, en: str, zh: str) -> None:
        """Note a fault at a key."""
        self.add_at(line_of(self.lines, path), label, en, zh)

    def add_at(self, line: int, label: str, en: str, zh: str) -> None:
        """Note a fault on a line."""
        where = f", {label}" if label else ""
        self.found[line, f"{self.file}, line {line}{where}: {en} | {zh}"] = None

    @property
    def messages(self) -> tuple[str, ...]:
        """Return all faults, in the order of their lines."""
        return tuple(message for _, message in sorted(self.found, key=lambda fault: fault[0]))


def hint(given: object, known: Iterable[object]) -> tuple[str, str]:
    """Return a hint, English and Chinese, with the known names that a given one resembles.

    Examples
    --------
    >>> hint("metre", ["metres", "minutes"])
    ("Did you mean 'metres'?", "是否应为 'metres'?")
    """
    en = did_you_mean(str(given), known)
    return en, en.replace("Did you mean ", "是否应为 ").replace(" or ", " 或 ").replace("Known: ", "可用的有:")


@dataclass(slots=True)
class Fields:
    """The keys of one table, each asked for once; `finish` reports those nobody asked for.

    Parameters
    ----------
    table
        The table as TOML gave it.
    path
        Where it stands.
    label
        What a planner calls it (or the table around it that has a name), for example ``standard "LY-01"``.
    depth
        How many parts of the path the label stands for.
    faults
        Where faults go.
    asked
        The keys asked for so far.
    missing
        Keys of which one was needed and none is there, with what to say if none of them is mistyped either.
    figures
        Path, key and value of every number that a citation or an assumption must back.
    """

    table: Mapping[str, Any]
    path: KeyPath
    label: str
    faults: Faults
    depth: int = 0
    asked: set[str] = field(default_factory=set)
    missing: list[tuple[tuple[str, ...], str, str]] = field(default_factory=list)
    figures: list[tuple[KeyPath, str, float]] = field(default_factory=list)

    def fault(self, key: str, en: str, zh: str) -> None:
        """Note a fault at one of the keys (or, for "", at the table)."""
        self.fault_at((*self.path, key) if key else self.path, en, zh)

    def fault_at(self, path: KeyPath, en: str, zh: str) -> None:
        """Note a fault at a path in this table."""
        self.faults.add(path, " › ".join(filter(None, (self.label, dotted(path[self.depth :])))), en, zh)

    def get(self, key: str, *, required: bool = False) -> Any:
        """Return a key's value as it is, None if it is not there."""
        self.asked.add(key)
        value = self.table.get(key)
        if value is None and required:
            self.need((key,), f"{key!r} is missing.", f"缺少 {key!r}。")
        return value

    def need(self, keys: tuple[str, ...], en: str, zh: str) -> None:
        """Note that one of these keys is needed; `finish` says so unless one of them stands there mistyped."""
        self.missing.append((keys, en, zh))

    def mistyped(self, *keys: str) -> bool:
        """Return whether a key that nobody asks for seems to be one of these; to be called when all have been asked."""
        known = sorted(self.asked)
        hints = [did_you_mean(stray, known) for stray in self.table if stray not in self.asked]
        return any(one.startswith(f"Did you mean {key!r}") for one in hints for key in keys)

    def wrong(self, key: str, value: object, kind: type) -> None:
        """Note that a value is of the wrong kind."""
        en, zh = _KINDS[kind]
        self.fault(key, f"must be {en}. {short(value)} was given.", f"应为{zh},给出的是 {short(value)}。")

    def text(self, key: str, default: str = "", *, required: bool = False, empty: bool = False) -> str:
        """Return a text, without blanks around it; empty only where that is allowed."""
        value = self.get(key, required=required)
        if value is None:
            return default
        if not isinstance(value, str):
            self.wrong(key, value, str)
            return default
        if not value.strip() and not empty:
            self.fault(key, "must not be empty.", "不能为空。")
        return value.strip()

    def quote(self, line: int) -> str:
        """Return a quotation, which has to stand on that line of the document, where that is known."""
        quote, lines = self.text("quote", required=True), self.faults.document
        words = squeezed(quote)
        if lines is None or not words or words in (lines[line - 1] if line <= len(lines) else ""):
            return quote
        places = [place for place, text in enumerate(lines, start=1) if words in text]
        en = f"It stands on line {places[0]}." if places else "It stands nowhere: copy it from the document."
        zh = f"它在第 {places[0]} 行。" if places else "全文都没有,请从原文复制。"
        self.fault("quote", f"does not stand on line {line} of the document. {en}", f"原文第 {line} 行没有这句话。{zh}")
        return quote

    def choice(self, key: str, known: Sequence[str], default: str = "", *, required: bool = False) -> str:
        """Return one of some known names."""
        value = self.text(key, default, required=required)
        if value and value not in known:
            en, zh = hint(value if any(map(str.isalpha, value)) else "", known)
            self.fault(key, f"{value!r} is unknown. {en}", f"{value!r} 未知。{zh}")
            return default
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.get(key)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        self.wrong(key, value, bool)
        return default

    def number(
        self,
        key: str,
        *,
        required: bool = False,
        above: float | None = 0.0,
        least: float | None = None,
        backed: bool = True,
    ) -> float | None:
        """Return a finite number above (or at least) another one; None if it is not there or not such a number."""
        value = self.get(key, required=required)
        if value is None:
            return None
        number = self.checked(key, value, above=None if least is not None else above, least=least)
        if number is not None and backed:
            self.figures.append(((*self.path, key), key, number))
        return number

    def whole(
        self, key: str, *, least: int, most: int | None = None, required: bool = False, backed: bool = False
    ) -> int | None:
        """Return a whole number, both bounds inclusive; None if it is not there or not such a number."""
        value = self.get(key, required=required)
        if value is None:
            return None
        number = self.checked(key, value, least=least)
        if number is None:
            return None
        if not number.is_integer() or (most is not None and number > most):
            rule = f"a whole number from {least}" + (f" to {most}" if most is not None else "")
            self.fault(
                key, f"must be {rule}. {short(value)} was given.", f"应为 {least} 起的整数,给出的是 {short(value)}。"
            )
            return None
        if backed:
            self.figures.append(((*self.path, key), key, number))
        return int(number)

    def year(self, key: str) -> int | None:
        """Return a year."""
        return self.whole(key, least=YEARS[0], most=YEARS[1])

    def numbers(self, key: str, *, backed: bool = True) -> tuple[float, ...]:
        """Return a list of finite numbers above 0."""
        checked = [self.checked(key, value, above=0.0) for value in self.values(key)]
        numbers = tuple(number for number in checked if number is not None)
        if backed:
            self.figures += [((*self.path, key), key, number) for number in numbers]
        return numbers

    def checked(
        self, key: str, value: object, *, above: float | None = None, least: float | None = None
    ) -> float | None:
        """Return a value as a number, or note why it is none."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fault(key, *_not_a_number(value))
            return None
        number = _as_float(value)
        if not math.isfinite(number):
            self.fault(key, f"must be a finite number. {number!r} was given.", f"应为有限数,给出的是 {number!r}。")
            return None
        if above is not None and number <= above:
            self.fault(
                key, f"must be above {above:g}. {number:g} was given.", f"应大于 {above:g},给出的是 {number:g}。"
            )
            return None
        if least is not None and number < least:
            self.fault(
                key, f"must be at least {least:g}. {number:g} was given.", f"不应小于 {least:g},给出的是 {number:g}。"
            )
            return None
        return number

    def values(self, key: str, *, required: bool = False) -> list[Any]:
        """Return a list, as it is."""
        value = self.get(key, required=required)
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(key, value, list)
            return []
        if required and not value:
            self.fault(key, "must not be empty.", "不能为空。")
        return value

    def texts(self, key: str, *, known: Sequence[str] | None = None, required: bool = False) -> tuple[str, ...]:
        """Return a list of different texts, each one of the known names if these are given."""
        texts: list[str] = []
        for value in self.values(key, required=required):
            if not isinstance(value, str) or not value.strip():
                self.wrong(key, value, str)
            elif value in texts:
                self.fault(key, f"holds {value!r} twice.", f"{value!r} 重复。")
            elif known is not None and value not in known:
                en, zh = hint(value, known)
                self.fault(key, f"{value!r} is unknown. {en}", f"{value!r} 未知。{zh}")
            else:
                texts.append(value)
        return tuple(texts)

    def child(self, key: str, *, required: bool = False, label: str = "") -> Fields | None:
        """Return the fields of a table in this one; None if it is not there."""
        value = self.get(key, required=required)
        return None if value is None else self.fields_of(value, key, (*self.path, key), label)

    def children(self, key: str, *, required: bool = False) -> list[Fields]:
        """Return the fields of each table of a list."""
        many = [
            self.fields_of(value, key, (*self.path, key, position))
            for position, value in enumerate(self.values(key, required=required))
        ]
        return [one for one in many if one is not None]

    def named(self, key: str, *, label: str) -> dict[str, Fields]:
        """Return the fields of each table of a table of tables, by name."""
        outer = self.child(key, label=label)
        if outer is None:
            return {}
        inner = {name: outer.child(name, label=f'{label} "{name}"') for name in outer.table}
        return {name: one for name, one in inner.items() if one is not None}

    def fields_of(self, value: object, key: str, path: KeyPath, label: str = "") -> Fields | None:
        """Return the fields of a value that should be a table."""
        if not isinstance(value, Mapping):
            self.wrong(key, value, Mapping)
            return None
        depth = len(path) if label else self.depth
        return Fields(value, path, label or self.label, self.faults, depth, figures=self.figures)

    def finish(self) -> None:
        """Report every key that nobody asked for, and every one that is missing."""
        for keys, en, zh in self.missing:
            if not self.mistyped(*keys):
                self.fault("", en, zh)
        known, unknown = sorted(self.asked), [key for key in self.table if key not in self.asked]
        for place, key in enumerate(unknown):
            en, zh = hint(key, known) if place < MOST_HINTS else ("", "")
            self.fault(key, f"unknown key. {en}".rstrip(), f"未知的键。{zh}")


def squeezed(text: str) -> str:
    """Return a text without blanks, which a scan puts anywhere.

    Examples
    --------
    >>> squeezed("十 分钟\u3000健身圈")
    '十分钟健身圈'
    """
    return "".join(text.split())


def dotted(path: KeyPath) -> str:
    """Return a path as a planner reads it, positions counted from 1.

    Examples
    --------
    >>> dotted(("facilities", 0, "service"))
    'facilities[1].service'
    """
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def short(value: object) -> str:
    """Return how a value of any kind is shown in a message."""
    try:
        shown = repr(value)
    except ValueError:  # a whole number too long to be written
        return "a number with thousands of digits"
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}..."


def _as_float(value: float) -> float:
    """Return a number as a float; a whole number beyond all floats is infinite."""
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _not_a_number(value: object) -> tuple[str, str]:
    """Return why a value is no number, with a hint how to write it."""
    en, zh = f"must be a number. {short(value)} was given.", f"应为数字,给出的是 {short(value)}。"
    if not isinstance(value, str):
        return en, zh
    found = _LEADING_NUMBER.fullmatch(unicodedata.normalize("NFKC", value))
    if found is None:
        return en, zh
    plain = found[1]
    if found[2].strip() == "%":
        plain = f"{float(plain) / 100:g}"
    return f"{en} Write {plain}, without quotes or unit.", f"{zh}请写 {plain},不加引号和单位。"
