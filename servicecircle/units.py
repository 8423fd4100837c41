"""SI constants, the default walking profiles, and the one place where minutes become metres."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

WALK_SPEEDS: Mapping[str, float] = MappingProxyType({"general": 1.0, "elderly": 0.8, "child": 0.9})
"""Walking speeds, m/s: assumptions of this library, printed in every report."""

TOLERANCE_M = 0.001
"""A threshold counts a distance up to this much (metres) above it, so that rounding never decides a verdict."""

SECONDS_PER_MINUTE = 60.0


def metres_walked(minutes: float, *, speed_m_s: float) -> float:
    """Return the distance (metres) walked in some minutes at a speed (m/s).

    Raises
    ------
    InputError
        If minutes or speed is not a finite number above zero.

    Examples
    --------
    >>> metres_walked(15, speed_m_s=1.0)
    900.0
    """
    for name, value in (("minutes", minutes), ("speed_m_s", speed_m_s)):
        if not (np.isfinite(value) and value > 0):
            raise InputError(
                f"{name} must be a finite number above 0. {value!r} was given instead. | {name} 须为大于 0 的有限数。"
            )
    return speed_m_s * SECONDS_PER_MINUTE * minutes


def minutes_walked(metres: NDArray[np.float64], *, speed_m_s: float) -> NDArray[np.float64]:
    """Return the minutes (same shape, inf stays inf) that walking some metres takes at a speed (m/s)."""
    return metres / (speed_m_s * SECONDS_PER_MINUTE)


def reaches(metres: NDArray[np.float64], limit_m: float | NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return where a distance (metres) is within its limit (metres, inclusive, 1 mm tolerance)."""
    return np.isfinite(metres) & (metres <= np.asarray(limit_m) + TOLERANCE_M)
