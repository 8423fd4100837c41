"""How reached ground is drawn as polygons."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

Method = Literal["exact", "fast"]
METHODS: tuple[str, ...] = get_args(Method)


@dataclass(frozen=True, slots=True)
class Drawing:
    """How the streets reached become polygons: all ground within some metres of them, by one of two methods.

    ``"exact"`` widens the streets and unites them: off by less than half a percent of ``buffer_m``, where arcs are
    drawn as chords. ``"fast"`` paints the distance to the streets on a grid and contours it. No point of its polygons
    is farther from the exact ones, nor the other way round, than the diagonal of a cell (7.1 m at 5 m; 3.6 m at most
    was seen), and the area they share is at least 99.5 % of the area of both together (IoU).

    By either method polygons are valid, and those of a smaller limit lie within those of a larger one.

    Parameters
    ----------
    method
        ``"exact"`` or ``"fast"``.
    buffer_m
        How far the ground reaches to each side of a street (metres).
    cell_m
        The cell size of the fast method (metres).

    Raises
    ------
    InputError
        If the method is unknown, a number is not finite and above zero, or the cells of the fast method are not
        narrower than two thirds of ``buffer_m``, so that streets would fall between them.

    Examples
    --------
    >>> Drawing("fast", buffer_m=30)
    Drawing(method='fast', buffer_m=30.0, cell_m=5.0)
    """

    method: Method = "exact"
    buffer_m: float = 25.0
    cell_m: float = 5.0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise InputError.unknown("method", self.method, list(METHODS))
        for name in ("buffer_m", "cell_m"):
            object.__setattr__(self, name, positive(name, getattr(self, name)))
        if self.method == "fast" and self.cell_m * math.sqrt(2) > self.buffer_m:
            raise InputError(
                f"cell_m: cells of {self.cell_m:g} m are too wide for ground {self.buffer_m:g} m beside streets. Take "
                f"at most {self.buffer_m / 1.5:.3g} m. | 网格过粗：缓冲 {self.buffer_m:g} 米时 cell_m 不应超过 "
                f"{self.buffer_m / 1.5:.3g} 米。"
            )


def positive(name: str, value: Any) -> float:
    """Return a number of metres; InputError if it is not finite and above zero."""
    number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
    if not number or not 0 < float(value) < np.inf:
        raise InputError(
            f"{name}: a finite number of metres above 0 is needed. {value!r} was given instead. | "
            f"{name} 须为大于 0 的有限数（米）。"
        )
    return float(value)


def checked_limits(limits_m: Sequence[float]) -> list[float]:
    """Return limits as numbers of metres; InputError if there is none or one is not finite and above zero."""
    limits = [positive("limits_m", value) for value in limits_m]
    if not limits:
        raise InputError("limits_m is empty; give at least one walking distance (metres). | limits_m 为空。")
    return limits
