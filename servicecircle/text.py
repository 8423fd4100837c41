"""Text as people write and save it: Chinese encodings, and names that are nearly right."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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
