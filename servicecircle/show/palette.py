"""The colours of the maps, and the classes they stand for.

Light is near and dark is far, from sand to dark blue: the order of lightness is kept for every kind of colour vision
and in grey print, and the change of hue falls on the standard's limit. What cannot be reached is hatched, what does not
count is grey. No pair of colours means good and bad in itself: red and green are not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WITHIN = ("#fdf0c4", "#fad77b", "#eeb24a")
"""Up to the limit, from near to far."""

BEYOND = ("#79b7b5", "#4790ab", "#336395", "#2a3c74", "#1a1b45")
"""Past the limit, from near to far."""

SERVICES = ("#ffffff", "#8d80fc", "#f7da90", "#a187b0", "#9fb3fd", "#c2a003", "#f5bda9", "#b3886b")
"""Fill of the dots that stand for facilities, one a service; all have a dark rim. No two look alike to anyone."""

KINDS = ("#1d2c99", "#92d2f1", "#5a3021", "#cc9784", "#16637f", "#966202", "#648eee")
"""Kinds that have no order, such as combinations of missing services: apart for every kind of colour vision."""

GRADES = ("#efe6f5", "#cdb8e0", "#a585c4", "#6f4a9b")
"""Zones of a reference judgement, from nearly all served to few: one hue, so that no verdict is read into it."""


@dataclass(frozen=True, slots=True)
class Paint:
    """How a class is filled: a colour, how opaque, and whether hatched."""

    color: str
    opacity: float = 0.78
    hatch: bool = False


VALUES = ("#e2ebea", "#b4cbc9", "#84aaa9", "#548585", "#2b5d60")
"""Values that no target judges, from low to high."""

COUNTS = ("#fbe3c0", "#f3b978", "#d9822b", "#a2560f", "#6a3405")
"""How many standards are not met, from few to many."""

UNREACHABLE = Paint("#8a8a8a", 0.9, hatch=True)
OUT_OF_SCOPE = Paint("#c9c9c4", 0.45)
LAYER = Paint("#548585", 0.5)
"""The rows of a layer of which nothing more is known."""

OTHER_KINDS = (Paint("#a9abae"), Paint("#5f6368"))
COVERED = Paint(WITHIN[1])
UNCOVERED = Paint(BEYOND[2])
CONTRAST = (Paint("#fae3a0"), Paint("#e08a2e", 0.85), Paint("#5a3021"), Paint("#336395"), OUT_OF_SCOPE)
"""Reached in both of two ways, only in the first, only in the second, in neither, out of scope."""

CHANGES = (Paint("#fae3a0"), Paint("#16637f", 0.9), Paint("#c2410c", 0.9), Paint("#a9b4bd"), OUT_OF_SCOPE)
"""Covered before and after, newly covered, no longer covered, covered neither before nor after, out of scope."""

STATUS_PAINTS = {
    "meets": Paint("#8fc1d9", 0.7),
    "fails": Paint("#d9822b", 0.75),
    "reference": Paint("#9a7fc0", 0.7),
    "info": Paint(VALUES[2], 0.7),
    "out_of_scope": OUT_OF_SCOPE,
    "not_applicable": Paint("#cbbfa8", 0.75),
    "no_population": Paint("#ffffff", 0.9),
    "not_evaluable": Paint("#a0a0a0", 0.8, hatch=True),
}
"""What a zone's row says: a verdict (blue and orange, never red and green), or why there is none."""


def class_breaks(limits: Sequence[float], *, bands: Sequence[float] = ()) -> tuple[float, ...]:
    """Return the upper ends of the classes of a map: the limits and bands, a step below and three steps above.

    Parameters
    ----------
    limits
        The standard's limits, minutes or metres, above 0.
    bands
        Further values that must be a break.

    Examples
    --------
    >>> class_breaks([10])
    (5.0, 10.0, 15.0, 20.0, 30.0)
    >>> class_breaks([10, 20])
    (5.0, 10.0, 20.0, 30.0, 40.0, 60.0)
    >>> class_breaks([500])
    (250.0, 500.0, 750.0, 1000.0, 1500.0)
    """
    lowest, highest = min(limits), max(limits)
    steps = {_even(lowest / 2, lowest), *(_even(highest * times, highest) for times in (1.5, 2, 3))}
    breaks = {float(value) for value in (*limits, *bands)} | {step for step in steps if not lowest <= step <= highest}
    return tuple(sorted(breaks))


def _even(value: float, limit: float) -> float:
    """Return a value rounded to a multiple of 5 (or 1) where the limit itself is one."""
    for step in (5.0, 1.0):
        if limit % step == 0 and limit >= 2 * step:
            return max(round(value / step) * step, step)
    return value


def ramp(breaks: Sequence[float], highest_limit: float) -> tuple[Paint, ...]:
    """Return one paint for each class of `breaks`, and one more for what lies past the last break."""
    within = sum(upper <= highest_limit for upper in breaks)
    beyond = len(breaks) + 1 - within
    colors = [*spread_colors(WITHIN, within), *spread_colors(BEYOND, beyond)]
    return tuple(Paint(color) for color in colors)


def spread_colors(colors: Sequence[str], count: int) -> list[str]:
    """Return that many colours, evenly taken from a ramp and mixed between its steps."""
    if count == 1:
        return [colors[len(colors) // 2]]
    steps = np.linspace(0, len(colors) - 1, count)
    values = np.array([[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in colors], dtype=float)
    mixed = [np.interp(steps, range(len(colors)), values[:, channel]) for channel in range(3)]
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in np.rint(np.array(mixed).T).astype(int).tolist()]


def classify(values: NDArray[np.float64], uppers: Sequence[float], *, tolerance: float) -> NDArray[np.int64]:
    """Return the class of each value: the first whose upper end it does not pass (inclusive, with a tolerance).

    Returns
    -------
    ndarray of int, shape of ``values``
        ``len(uppers)`` for finite values past the last end, ``len(uppers) + 1`` for inf and NaN.

    Examples
    --------
    >>> classify(np.array([300.0, 300.1, 9000.0, np.inf]), [300.0, 600.0], tolerance=0.001).tolist()
    [0, 1, 2, 3]
    """
    classes = np.searchsorted(np.asarray(uppers) + tolerance, values, side="left").astype(np.int64)
    return np.where(np.isfinite(values), classes, len(uppers) + 1)


def ranges(breaks: Sequence[float]) -> list[str]:
    """Return the label of each class: ``≤ 5``, ``5-10``, ..., ``> 30``.

    Examples
    --------
    >>> ranges([5, 10])
    ['≤ 5', '5-10', '> 10']
    """
    first, last = breaks[0], breaks[-1]
    return [f"≤ {first:g}", *(f"{low:g}-{high:g}" for low, high in pairwise(breaks)), f"> {last:g}"]
