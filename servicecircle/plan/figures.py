"""The numbers that a clause states, as people write them: 98%, 1万, 5—10, 十分钟, 半小时, 每千人."""

from __future__ import annotations

import math
import re
import unicodedata

_NUMBER = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*(万|亿|千|%|‰|小时|km|公里)?")
_CHINESE = re.compile(r"[一二两三四五六七八九十]+")
_DIGITS = {digit: value for value, digit in enumerate("一二三四五六七八九", start=1)} | {"两": 2}
_FACTORS = {"万": 1e4, "亿": 1e8, "千": 1e3, "%": 0.01, "‰": 0.001, "小时": 60.0, "km": 1e3, "公里": 1e3}
_WORDS = {"半小时": 30.0, "每百": 1e2, "每千": 1e3, "每万": 1e4, "每十万": 1e5}


def stated_numbers(text: str) -> frozenset[float]:
    """Return the numbers that a text states, bare and multiplied by the unit after them.

    Hours become minutes and kilometres metres.

    Examples
    --------
    >>> sorted(stated_numbers("原则上每 1万常住人口配备 1 所幼儿园"))
    [1.0, 10000.0]
    >>> sorted(stated_numbers("98%以上,十分钟,每千人,5—10分钟"))
    [0.98, 5.0, 10.0, 98.0, 1000.0]
    """
    text = unicodedata.normalize("NFKC", text)
    numbers: set[float] = set()
    for found in _NUMBER.finditer(text):
        bare = float(found[1].replace(",", ""))
        numbers |= {bare, bare * _FACTORS.get(found[2], 1.0)}
    numbers |= {float(value) for word in _CHINESE.findall(text) if (value := _chinese(word))}
    numbers |= {value for word, value in _WORDS.items() if word in text}
    return frozenset(numbers)


def states(text: str, value: float, *, share: bool = False) -> bool:
    """Return whether a text states a value; a share may stand there in per cent.

    Examples
    --------
    >>> states("站点 500 米覆盖率 (%) 95 ≥98", 0.98, share=True), states("达到 98%以上", 0.95, share=True)
    (True, False)
    """
    wanted = (value, value * 100) if share else (value,)
    return any(math.isclose(number, one, rel_tol=1e-9) for number in stated_numbers(text) for one in wanted)


def _chinese(word: str) -> int:
    """Return a Chinese numeral from 1 to 99; 0 if it is none."""
    tens, ten, ones = word.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or (ten and "十" in tens):
        return 0
    return (10 * _DIGITS.get(tens, 1) if ten else 0) + _DIGITS.get(ones, 0)
