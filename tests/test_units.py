"""Minutes, metres and thresholds: the one place where they meet."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.errors import InputError
from servicecircle.units import TOLERANCE_M, WALK_SPEEDS, metres_walked, minutes_walked, reaches

minutes = st.floats(0.1, 600)
speeds = st.floats(0.1, 10)


@pytest.mark.parametrize(
    ("profile", "given_minutes", "metres"),
    [("general", 10, 600), ("general", 15, 900), ("elderly", 10, 480), ("elderly", 20, 960), ("child", 10, 540)],
)
def test_metres_walked_by_each_profile(profile: str, given_minutes: float, metres: float) -> None:
    assert metres_walked(given_minutes, speed_m_s=WALK_SPEEDS[profile]) == pytest.approx(metres, rel=1e-12)


@given(minutes, speeds)
def test_there_and_back(given_minutes: float, speed: float) -> None:
    metres = np.array([metres_walked(given_minutes, speed_m_s=speed)])
    assert minutes_walked(metres, speed_m_s=speed)[0] == pytest.approx(given_minutes, rel=1e-12)


def test_what_is_out_of_reach_takes_forever() -> None:
    assert minutes_walked(np.array([math.inf, 600.0]), speed_m_s=1.0).tolist() == [math.inf, 10.0]


@pytest.mark.parametrize("bad", [0, -1, math.nan, math.inf])
def test_no_minutes_and_no_speed_are_refused(bad: float) -> None:
    with pytest.raises(InputError, match="minutes must be a finite number above 0"):
        metres_walked(bad, speed_m_s=1.0)
    with pytest.raises(InputError, match="speed_m_s must be a finite number above 0"):
        metres_walked(10, speed_m_s=bad)


def test_a_threshold_is_inclusive_to_a_millimetre() -> None:
    metres = np.array([0.0, 600.0, 600.001, 600.0011, math.inf, math.nan])
    assert reaches(metres, 600.0).tolist() == [True, True, True, False, False, False]
    assert TOLERANCE_M == 0.001


def test_each_distance_may_have_its_own_limit() -> None:
    assert reaches(np.array([480.0, 960.0]), np.array([480.0, 480.0])).tolist() == [True, False]


def test_no_limit_still_leaves_the_unreachable_out() -> None:
    assert reaches(np.array([1e9, math.inf]), math.inf).tolist() == [True, False]


def test_the_speeds_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        WALK_SPEEDS["general"] = 2.0  # type: ignore[index]
