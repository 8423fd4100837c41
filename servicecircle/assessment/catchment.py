"""Catchments: how far people go for a service, and how much distance counts on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

from servicecircle.errors import InputError
from servicecircle.plan import Profile
from servicecircle.units import TOLERANCE_M, WALK_SPEEDS, metres_walked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Method = Literal["2sfca", "e2sfca", "cumulative"]

STEP_WEIGHTS = (1.0, 0.68, 0.22)
"""How much the near, the middle and the far third of a catchment count (Luo & Qi 2009)."""

GAUSSIAN = "gaussian"
GAUSSIAN_AT_LIMIT = float(np.exp(-0.5))


def limit_of(minutes: float, profile: str | Profile) -> float:
    """Return the catchment in metres."""
    if not _is_number(minutes):
        raise InputError(f"minutes must be a number above 0. {minutes!r} was given instead. | minutes 须为正数。")
    if isinstance(profile, Profile):
        return metres_walked(minutes, speed_m_s=profile.speed_m_s)
    if profile not in WALK_SPEEDS:
        raise InputError.unknown("profile", profile, list(WALK_SPEEDS))
    return metres_walked(minutes, speed_m_s=WALK_SPEEDS[profile])


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def bands_of(method: Method, weights: object) -> tuple[float, ...] | str:
    """Return the weights of the bands, or the name of the curve."""
    if method != "e2sfca":
        if weights is not None:
            raise InputError(f"weights belong to the method 'e2sfca', not to {method!r}. | weights 仅用于 'e2sfca'。")
        return (1.0,)
    if weights is None:
        return STEP_WEIGHTS
    if isinstance(weights, str):
        if weights != GAUSSIAN:
            raise InputError.unknown("weights", weights, [GAUSSIAN, "a sequence of numbers, nearest band first"])
        return GAUSSIAN
    given = list(weights) if np.iterable(weights) else []
    falls = all(_is_number(one) and np.isfinite(one) for one in given)
    falls = falls and bool(given) and given[0] > 0 and min(given) >= 0 and given == sorted(given, reverse=True)
    if not falls:
        raise InputError(
            "weights must be numbers from the nearest band to the farthest, the first above 0, none below 0, none "
            f"above the one before, for example {STEP_WEIGHTS}. {weights!r} was given instead. | "
            "weights 须由近到远、不递增、不为负，且首个大于 0。"
        )
    return tuple(float(one) for one in given)


def weight_of(metres: Floats, limit: float, bands: tuple[float, ...] | str) -> Floats:
    """Return how much each walk within the limit (metres) counts; a band counts up to its far end, inclusive."""
    if isinstance(bands, str):
        curve = np.exp(-0.5 * (metres / limit) ** 2)
        return np.clip((curve - GAUSSIAN_AT_LIMIT) / (1 - GAUSSIAN_AT_LIMIT), 0.0, 1.0)
    ends = limit * np.arange(1, len(bands)) / len(bands) + TOLERANCE_M
    return np.asarray(bands)[np.searchsorted(ends, metres, side="left")]
