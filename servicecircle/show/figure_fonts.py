"""The fonts of static figures: one that has Chinese characters is found on this machine, also where no one named it."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib import font_manager
from matplotlib.font_manager import FontProperties

from servicecircle.errors import MissingExtraError
from servicecircle.show.escape import shown

if TYPE_CHECKING:
    from matplotlib.ft2font import FT2Font

FAMILIES = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "Microsoft YaHei", "SimHei"),
    *("PingFang SC", "Hiragino Sans GB", "Heiti SC", "STHeiti", "WenQuanYi Zen Hei", "WenQuanYi Micro Hei"),
    *("Arial Unicode MS", "Noto Serif CJK SC", "Source Han Serif SC", "SimSun", "Songti SC"),
    *("Noto Sans CJK JP", "Noto Sans CJK TC", "Noto Sans CJK HK", "Noto Sans CJK KR"),
)
"""Fonts with Chinese characters, the best for a map first; the last ones draw some characters in the way of others."""

FILES = re.compile(
    r"noto ?(sans|serif) ?(cjk|sc)|source ?han|msyh|simhei|simsun|pingfang|hiragino|heiti|songti|wqy|arial ?unicode",
    re.IGNORECASE,
)
"""How the files of such fonts are called, spaces and signs between words left out."""

LATIN = "DejaVu Sans"
"""The font that matplotlib brings along: Latin, Greek and Cyrillic letters, and signs."""

REPLACEMENT = "\ufffd"

WIDE = frozenset("WF")


def font(size: float, *, bold: bool = False) -> FontProperties:
    """Return the font of a text, points; letters that the Chinese font lacks come from matplotlib's own."""
    return FontProperties(family=list(_families()), size=size, weight="bold" if bold else "normal")


def drawable(text: object) -> str:
    r"""Return a text on one line as the figures can draw it: U+FFFD for what has no glyph, or would turn others round.

    Raises
    ------
    MissingExtraError
        If the text has Chinese characters and no font of this machine does.

    Examples
    --------
    >>> drawable("gap\u202e 1")
    'gap� 1'
    """
    line = " ".join(shown(str(text)).split())
    if len(_families()) == 1 and any(unicodedata.east_asian_width(letter) in WIDE for letter in line):
        raise MissingExtraError(
            f"No font with Chinese characters was found for {line[:30]!r}. Install one: fonts-noto-cjk (Debian, "
            "Ubuntu), google-noto-sans-cjk-fonts (Fedora), or Noto Sans SC / Source Han Sans SC from their makers, for "
            "the system or the user; then start Python anew. | 未找到中文字体，请安装思源黑体"
            "（Noto Sans CJK SC）、微软雅黑或黑体后重新启动 Python。"
        )
    return "".join(letter if _has_glyph(letter) else REPLACEMENT for letter in line)


def wrapped(text: object, width_em: float, *, most: int = 6) -> list[str]:
    """Return a text in lines of so many widths of a Chinese character; words of letters stay whole where they fit.

    Of a text with more lines than `most` the rest is left out, marked by an ellipsis.

    Examples
    --------
    >>> wrapped("到最近设施的步行时间", 6)
    ['到最近设施的', '步行时间']
    >>> wrapped("Walking time to the nearest", 8)
    ['Walking time to', 'the nearest']
    """
    lines = [""]
    longest = max(int(width_em), 1)
    for piece in re.findall(rf"[^\s\u2e80-\uffef]{{1,{longest}}}\s*|[\u2e80-\uffef]\s*|\s+", drawable(text)):
        if lines[-1] and width(lines[-1] + piece.rstrip()) > width_em and piece not in tuple("，。、；：）"):
            lines.append("")
        lines[-1] += piece
    lines = [line.rstrip() for line in lines]
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]


def width(text: str) -> float:
    """Return about how wide a text is, in widths of a Chinese character."""
    return sum(_width(letter) for letter in text)


def _width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in WIDE:
        return 1.0
    return 0.32 if letter in " .,:;'|ijl()[]!" else 0.7 if letter.isupper() or letter in "%mw≥≤" else 0.57


@cache
def _families() -> tuple[str, ...]:
    """Return the families to draw with: a Chinese one, if there is any, and matplotlib's own."""
    found = _listed() or _added()
    return (found, LATIN) if found else (LATIN,)


def _listed() -> str:
    """Return the best Chinese font that matplotlib knows; empty if it knows none."""
    names = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in FAMILIES if name in names), "")


def _added() -> str:
    """Return the best Chinese font of this machine, after telling matplotlib of them all: its list is often older."""
    for path in sorted(font_manager.findSystemFonts()):
        if FILES.search(re.sub(r"[-_]", " ", Path(path).stem)) or FILES.search(Path(path).stem):
            try:
                font_manager.fontManager.addfont(path)
            except (OSError, RuntimeError, ValueError):  # a damaged file, or one of another kind
                continue
    return _listed()


@cache
def _has_glyph(letter: str) -> bool:
    """Return whether a letter can be drawn, and draws only itself."""
    if unicodedata.category(letter) in {"Cf", "Cc", "Cs", "Cn", "Co", "Zl", "Zp"}:
        return False
    return any(face.get_char_index(ord(letter)) for face in _faces())


@cache
def _faces() -> tuple[FT2Font, ...]:
    names = (FontProperties(family=[name]) for name in _families())
    return tuple(font_manager.get_font(font_manager.findfont(name, fallback_to_default=False)) for name in names)


def forget() -> None:
    """Look for fonts anew at the next text."""
    for known in (_families, _has_glyph, _faces):
        known.cache_clear()
