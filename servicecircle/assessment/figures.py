"""Arithmetic of a row: shares and quantiles weighted by residents, and how a value meets its target."""

from __future__ import annotations

import operator
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from servicecircle.plan import Target

ROUNDING = 1e-9
"""Figures closer to a target than this are taken to meet it, so that the order of a sum decides nothing."""

GRADES = ((0.95, ">=95%"), (0.90, "90-95%"), (0.80, "80-90%"))
LOWEST_GRADE = "<80%"
"""Grades of a share: this library's own, not the plan's."""

_MEETS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {
        ">=": lambda value, target: value >= target - ROUNDING,
        "<=": lambda value, target: value <= target + ROUNDING,
        ">": lambda value, target: value > target + ROUNDING,
        "<": lambda value, target: value < target - ROUNDING,
        "==": lambda value, target: abs(value - target) <= ROUNDING,
    }
)


def share(part: float, whole: float) -> float | None:
    """Return a part of a whole; None where the whole is nothing.

    Examples
    --------
    >>> share(1.0, 4.0), share(0.0, 0.0)
    (0.25, None)
    """
    return operator.truediv(part, whole) if whole > 0 else None


def meets(value: float, target: Target) -> bool | None:
    """Return whether a value meets a target; None where the target has no number."""
    return None if target.value is None else _MEETS[target.op](value, target.value)


def grade(value: float) -> str:
    """Return the grade of a share.

    Examples
    --------
    >>> grade(0.95), grade(0.85), grade(0.2)
    ('>=95%', '80-90%', '<80%')
    """
    return next((name for least, name in GRADES if value >= least - ROUNDING), LOWEST_GRADE)


def required(target: float, amount: float) -> int:
    """Return how many facilities a target per unit asks for: the whole number at or above target times amount.

    Examples
    --------
    >>> required(1.0, 2.0), required(1.0, 2.4)
    (2, 3)
    """
    return int(np.ceil(target * amount - ROUNDING))


def quantile(values: NDArray[np.float64], weights: NDArray[np.float64], q: float) -> float | None:
    """Return the smallest value that at least a share ``q`` of the weight does not exceed; None without any weight.

    Examples
    --------
    >>> quantile(np.array([1.0, 5.0, np.inf]), np.array([8.0, 1.0, 1.0]), 0.9)
    5.0
    """
    heavy = weights > 0
    if not heavy.any():
        return None
    order = np.argsort(values[heavy], kind="stable")
    reached = np.cumsum(weights[heavy][order])
    place = int(np.searchsorted(reached, q * reached[-1] * (1 - ROUNDING)))
    return float(values[heavy][order][min(place, len(order) - 1)])
