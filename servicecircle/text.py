"""Text as people write and save it: Chinese encodings, numbers with units, and names that are nearly right."""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from fractions import Fraction
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HALF = re.compile("[\ud800-\udfff]")
"""Half of a character: what is left of a text that was cut inside one."""

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order: UTF-8 with or without its mark, then the encoding of Chinese Windows (which contains GBK)."""


def decode(data: bytes) -> tuple[str, str]:
    r"""Return a file's text and the encoding it was saved in, of those in `ENCODINGS`.

    A mark at the start (BOM) is no part of the text.

    Raises
    ------
    UnicodeDecodeError
        If the bytes are in none of these encodings.

    Examples
    --------
    >>> decode("名称".encode("gbk"))
    ('名称', 'gb18030')
    >>> decode("\ufeff名称".encode())
    ('名称', 'utf-8-sig')
    """
    try:
        return data.decode(ENCODINGS[0]), ENCODINGS[0]
    except UnicodeDecodeError:
        return data.decode(ENCODINGS[1]), ENCODINGS[1]


def whole(text: str) -> str:
    r"""Return a text with U+FFFD for halves of characters, which no file can hold and which stop other programs.

    Examples
    --------
    >>> whole("half \ud83c"), whole("😀")
    ('half \ufffd', '😀')
    """
    return HALF.sub("\ufffd", text)


def listed(names: Iterable[object], *, most: int = 30) -> str:
    """Return names as a list for a message, cut after some of them.

    Examples
    --------
    >>> listed(["LY-01", "LY-02"]), listed([]), listed("abc", most=2)
    ('LY-01, LY-02', '(none)', 'a, b, ... (3 in all)')
    """
    texts = [str(name) for name in names]
    if len(texts) > most:
        return f"{', '.join(texts[:most])}, ... ({len(texts):,} in all)"
    return ", ".join(texts) or "(none)"


def did_you_mean(given: str, known: Iterable[object]) -> str:
    """Return a hint with the known names that a given one resembles, or all known ones if it resembles none.

    Examples
    --------
    >>> did_you_mean("servcie", ["service", "name"])
    "Did you mean 'service'?"
    >>> did_you_mean("colour", ["service", "name"])
    'Known: service, name.'
    """
    names = [str(name) for name in known]
    folded = {name.casefold(): name for name in names}
    close = [folded[match] for match in get_close_matches(given.casefold(), folded, n=3, cutoff=0.6)]
    if close:
        return f"Did you mean {' or '.join(map(repr, close))}?"
    return f"Known: {listed(names)}."


NOTHING = frozenset(
    {"", "-", "/", "\\", "无", "不详", "未知", "暂无", "无数据", "空", "n/a", "na", "nan", "null", "none", "nil"}
)
"""What people write, in small letters and one dash, where a number is not known."""

_ONE = Fraction(1)
_MU = Fraction(2000, 3)
_AREAS = {
    **dict.fromkeys(("m2", "m^2", "sqm", "平方米", "平米"), _ONE),
    **dict.fromkeys(("ha", "hm2", "公顷"), Fraction(10_000)),
    **dict.fromkeys(("km2", "km^2", "平方公里", "平方千米"), Fraction(1_000_000)),
    **dict.fromkeys(("亩", "mu"), _MU),
}
_LENGTHS = {
    **dict.fromkeys(("m", "米"), _ONE),
    **dict.fromkeys(("km", "公里", "千米"), Fraction(1000)),
}


def _counters(*names: str) -> dict[str, Fraction]:
    return dict.fromkeys(names, _ONE)


UNITS: Mapping[str, Mapping[str, Fraction]] = MappingProxyType(
    {
        "": {},
        "people": _counters("人", "名", "位", "口", "个", "persons", "people"),
        "places": _counters("个", "人", "名", "位", "座", "席", "张", "床", "places"),
        "beds": _counters("张", "床", "个", "张床", "床位", "beds"),
        "classes": _counters("班", "个", "个班", "轨", "classes"),
        "stars": _counters("星", "星级", "颗星", "a", "stars"),
        "year": _counters("年"),
        "area": _AREAS,
        "length": _LENGTHS,
        "share": {"%": Fraction(1, 100)},
    }
)
"""What a number may measure -> the units people write for it, each with what one of it is worth (people, m2, m, 1)."""

_TIMES = {"": _ONE, "百": Fraction(100), "千": Fraction(1000), "万": Fraction(10_000), "亿": Fraction(10**8)}
_MANY = ("people", "places", "beds", "area", "length", "")
"""What may be counted in 万 and 亿."""

_PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)
_WRITTEN = re.compile(
    r"(?P<number>[-+]?(?:\d{1,3}(?:,\d{3}){1,9}|\d{1,30})(?:\.\d{1,30})?) *(?P<unit>[^\d.,+-].*)?", re.ASCII
)
_DATE = re.compile(
    r"(?P<year>[12]\d{3})(?:年\d{1,2}月(?:\d{1,2}日)?|[-/.]\d{1,2}(?:[-/.]\d{1,2}(?: 00:00:00)?)?)", re.ASCII
)
_DASHES = re.compile(r"[-‐-―−﹣－─]+")


class Amount(NamedTuple):
    """A number as read from a text, and what it took to read it.

    ``kind`` is "plain" (the text is the number), "written" (it had separators, a unit or full-width digits), "missing"
    (the text says that there is none) or "unreadable". Without a number ``value`` is NaN.
    """

    value: float
    kind: Literal["plain", "written", "missing", "unreadable"]


def squeezed(text: str) -> str:
    """Return a text in half width and small letters, without spaces: what two ways to write a head have in common.

    Examples
    --------
    >>> squeezed("建筑面积 （㎡）"), squeezed(" Lon ")
    ('建筑面积(m2)', 'lon')
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def unit_worth(unit: str, meaning: str) -> Fraction | None:
    """Return what one of a unit is worth (people, m2, m, 1), or None if it does not measure what is meant.

    Examples
    --------
    >>> unit_worth("万人", "people"), unit_worth("公顷", "area"), unit_worth("㎡", "people")
    (Fraction(10000, 1), Fraction(10000, 1), None)
    """
    name = squeezed(unit)
    known = UNITS[meaning]
    if name in known or not name:
        return known.get(name, _ONE)
    times, rest = _TIMES.get(name[0]), name[1:]
    if times is None or meaning not in _MANY or (rest and rest not in known):
        return None
    return times * known.get(rest, _ONE)


def amount(text: str, meaning: str = "", *, unit: str = "") -> Amount:
    """Return the number that a text stands for.

    Ranges ("300-400"), estimates ("约300") and units of something else are unreadable: which number is meant is for a
    person to say.

    Parameters
    ----------
    text
        The text.
    meaning
        What the number measures, a key of `UNITS`. Areas come in m2, lengths in m, people as persons; "%" is read only
        for a share, where 85 % is 0.85.
    unit
        The unit of a text that names none, one of those that `unit_worth` knows for the meaning.

    Examples
    --------
    >>> amount("1,200人", "people")
    Amount(value=1200.0, kind='written')
    >>> amount("3.5 万人", "people").value, amount("0.5公顷", "area").value
    (35000.0, 5000.0)
    >>> amount("—").kind, amount("300-400").kind, amount("85%", "share").value, amount("12").kind
    ('missing', 'unreadable', 0.85, 'plain')
    """
    whole = unit_worth(unit, meaning) or _ONE
    if _PLAIN.fullmatch(text.strip()):
        return Amount(scaled(float(text), whole), "plain")
    half = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).strip()
    if half.casefold() in NOTHING:
        return Amount(float("nan"), "missing")
    if _PLAIN.fullmatch(half):
        return Amount(scaled(float(half), whole), "written")
    if meaning == "year" and (date := _DATE.fullmatch(half)):
        return Amount(float(date["year"]), "written")
    match = _WRITTEN.fullmatch(half)
    worth = unit_worth(match["unit"] or unit, meaning) if match else None
    if match is None or worth is None:
        return Amount(float("nan"), "unreadable")
    return Amount(float(Fraction(match["number"].replace(",", "")) * worth), "written")


def scaled(value: float, worth: Fraction) -> float:
    """Return a number times what one of its unit is worth, rounded once: 1.1 times 10,000 is 11,000.

    Examples
    --------
    >>> scaled(1.1, Fraction(10_000)), 16.1 * 1000, scaled(16.1, Fraction(1000))
    (11000.0, 16100.000000000002, 16100.0)
    """
    return float(Fraction(repr(value)) * worth) if worth != 1 and isfinite(value) else value
