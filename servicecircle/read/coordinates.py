"""Coordinates as people write them: degrees, minutes and seconds, and letters for the direction."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal, NamedTuple

PLAIN = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?")

_SIDES = {"e": ("x", 1), "东经": ("x", 1), "w": ("x", -1), "西经": ("x", -1)} | {
    "n": ("y", 1),
    "北纬": ("y", 1),
    "s": ("y", -1),
    "南纬": ("y", -1),
}
_SECONDS = r"(?: *(?P<seconds>\d{1,2}(?:\.\d+)?) *(?:\"|″|”|“|''|′′|’’|秒))?"
_MINUTES = rf"(?: *(?P<minutes>\d{{1,2}}(?:\.\d+)?) *['′’‘分]{_SECONDS})?"
_WRITTEN = re.compile(
    r"(?P<before>东经|西经|北纬|南纬|[ewns])? *(?P<sign>[-+])?(?P<degrees>\d{1,3}(?:\.\d+)?)"
    rf"(?: *[°度º˚]{_MINUTES})? *(?P<after>[ewns])?",
    re.ASCII,
)

SIXTY = 60
"""Minutes of a degree, seconds of a minute."""


class Coordinate(NamedTuple):
    """A coordinate as read from a text.

    ``ok`` says whether it could be read, ``written`` whether it was more than a plain number, ``crossed`` whether it
    names a direction of the other axis.
    """

    value: float
    ok: bool = True
    written: bool = False
    crossed: bool = False


def coordinate(text: str, axis: Literal["x", "y"]) -> Coordinate:
    """Return the coordinate that a text stands for, in decimal degrees or as the plain number it is.

    Parameters
    ----------
    text
        The text.
    axis
        ``x`` for a longitude or an easting, ``y`` for a latitude or a northing.

    Examples
    --------
    >>> round(coordinate("119°13′18″", "x").value, 9), coordinate("E119.2216", "x").value
    (119.221666667, 119.2216)
    >>> coordinate("119度13分18秒", "x").ok, coordinate("119°72′", "x").ok, coordinate("N34.6", "x").crossed
    (True, False, True)
    """
    if PLAIN.fullmatch(text):
        return Coordinate(float(text))
    no = Coordinate(float("nan"), ok=False)
    # full width becomes half width; the primes of some fonts would fall apart
    half = "".join(unicodedata.normalize("NFKC", one) if "！" <= one <= "～" else one for one in text)
    match = _WRITTEN.fullmatch(half.replace("−", "-").strip().lower())
    if match is None or (match["before"] and match["after"]):
        return no
    parts = [float(match[name] or 0) for name in ("degrees", "minutes", "seconds")]
    if max(parts[1:]) >= SIXTY:
        return no
    if match["minutes"] and "." in match["degrees"]:
        return no
    side, sign = _SIDES.get(match["before"] or match["after"] or "", (axis, 1))
    if side != axis:
        return no._replace(crossed=True)
    if match["sign"] == "-":
        sign = -sign
    return Coordinate(sign * (parts[0] + parts[1] / 60 + parts[2] / 3600), written=True)
