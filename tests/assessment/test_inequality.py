"""Inequality: worked by hand, against slow twins of the definitions, and by its laws."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from servicecircle.assessment import (
    Gap,
    coefficient_of_variation,
    gini,
    group_gap,
    palma,
    weighted_mean,
)
from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable


MEASURES = [weighted_mean, gini, palma, coefficient_of_variation]
INEQUALITIES = [gini, palma, coefficient_of_variation]

# ---------------------------------------------------------------------------------------------------- worked by hand


@pytest.mark.parametrize(
    ("values", "people", "expected"),
    [
        # of 1, 2, 3, 4, 5 the mean difference of all 25 pairs is 40 / 25 = 1.6, and half of it over 3 is 4 / 15
        ([1, 2, 3, 4, 5], [1, 1, 1, 1, 1], 4 / 15),
        # one of n has everything: 1 - 1 / n
        ([0, 0, 0, 7], [1, 1, 1, 1], 3 / 4),
        # three of ten have 2 each, seven nothing: all differences are 2, 42 of 100 pairs; 0.84 / 2 / 0.6
        ([0, 2], [7, 3], 0.7),
        ([5, 5, 5], [1, 20, 3], 0.0),
        ([9, 5], [0, 4], 0.0),
    ],
)
def test_gini_by_hand(values: list[float], people: list[float], expected: float) -> None:
    assert gini(values, people) == pytest.approx(expected, abs=1e-15)


@pytest.mark.parametrize(
    ("values", "people", "expected"),
    [
        # ten people with 1 to 10: the top one has 10, the lower four 1 + 2 + 3 + 4
        (list(range(1, 11)), [1] * 10, 1.0),
        ([3, 3], [2, 5], 1 / 4),
        # two cells of five: the top tenth is half a person of the second, the lower two fifths are two of the first
        ([1, 4], [3, 2], (0.5 * 4) / (2 * 1)),
        # the lower two fifths reach into the second cell: three with 0 and one with 2; the top one has 2
        ([0, 2], [3, 7], 1.0),
        ([0, 2], [4, 6], math.inf),
        # the lower two fifths have next to nothing, not nothing: three of a billionth each
        ([0, 1e-9, 1], [1, 3, 6], 1 / 3e-9),
    ],
)
def test_palma_by_hand(values: list[float], people: list[float], expected: float) -> None:
    assert palma(values, people) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("values", "people", "expected"),
    [
        # mean 5, squared differences 9 1 1 1 0 0 4 16 in all 32, of eight people: 2 / 5
        ([2, 4, 4, 4, 5, 5, 7, 9], [1] * 8, 0.4),
        ([2, 4, 5, 7, 9], [1, 3, 2, 1, 1], 0.4),
        ([6, 6], [1, 2], 0.0),
        ([0, 1], [1, 1], 1.0),
    ],
)
def test_variation_by_hand(values: list[float], people: list[float], expected: float) -> None:
    assert coefficient_of_variation(values, people) == pytest.approx(expected, abs=1e-15)


def test_gap_by_hand() -> None:
    """Urban: 30 with 1 and 10 with 3, on average 1.5; rural: 20 with 3."""
    gap = group_gap([1, 3, 3], [30, 10, 0], [0, 0, 20])
    assert (gap.first, gap.second) == (1.5, 3.0)
    assert (gap.difference, gap.ratio) == (-1.5, 0.5)


@pytest.mark.parametrize(
    ("gap", "difference", "ratio"),
    [
        (Gap(1.0, 0.0), 1.0, math.inf),
        (Gap(0.0, 1.0), -1.0, 0.0),
        (Gap(0.0, 0.0), 0.0, None),
        (Gap(None, 1.0), None, None),
        (Gap(1.0, None), None, None),
    ],
)
def test_gaps_with_nothing_and_nobody(gap: Gap, difference: float | None, ratio: float | None) -> None:
    assert (gap.difference, gap.ratio) == (difference, ratio)


@pytest.mark.parametrize("measure", MEASURES)
def test_nobody_has_no_figure(measure: Callable[..., float | None]) -> None:
    assert measure([], []) is None
    assert measure([1.0, math.inf, math.nan], [0, 0, 0]) is None


@pytest.mark.parametrize("measure", INEQUALITIES)
def test_where_nobody_has_anything_there_is_no_figure(measure: Callable[..., float | None]) -> None:
    """0 / 0: to call it equality would rank it first."""
    assert measure([0.0, 0.0], [3, 4]) is None


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("values", "people", "message"),
    [
        ([1.0, math.inf], [2, 3], r"values are infinite for 3 of 5 residents.*access, which is 0"),
        ([1.0, math.nan], [2, 3], "values must be numbers of 0 or more; 1 with residents are not"),
        ([-1.0, 1.0], [2, 3], "values must be numbers of 0 or more; 1 with residents are not"),
        ([1.0, 1.0], [2, -3], "weights must be finite and 0 or more; 1 of 2 are not, first at 1"),
        ([1.0, 1.0], [math.nan, 3], "weights must be finite and 0 or more; 1 of 2 are not, first at 0"),
        ([1.0, 1.0], [2, 3, 4], "one length; they have 2 and 3"),
        ([[1.0], [1.0]], [2, 3], "values must be a list of numbers, not of 2 dimensions"),
        (["many"], [2], "values must be numbers"),
    ],
)
def test_what_has_no_answer_is_refused(
    measure: Callable[..., float | None], values: list[Any], people: list[Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        measure(values, people)


# -------------------------------------------------------------------------------------------------- what always holds

VALUES = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
CELLS = st.lists(st.tuples(VALUES, st.integers(0, 1000)), min_size=1, max_size=12)
"""Cells: what their residents have, and how many they are."""


def apart(cells: list[tuple[float, int]]) -> tuple[list[float], list[int]]:
    """Return values and people."""
    return [value for value, _ in cells], [people for _, people in cells]


def known(cells: list[tuple[float, int]]) -> tuple[list[float], list[int]]:
    """Return values and people, of cells where somebody has something."""
    assume(any(value and people for value, people in cells))
    return apart(cells)


@given(CELLS)
def test_gini_is_half_the_relative_mean_difference(cells: list[tuple[float, int]]) -> None:
    values, people = known(cells)
    pairs = [(abs(x - y), m * n) for x, m in cells for y, n in cells]
    whole = sum(people)
    difference = sum(each * weight for each, weight in pairs) / whole**2
    mean = sum(x * m for x, m in cells) / whole
    assert gini(values, people) == pytest.approx(difference / 2 / mean, abs=1e-12)


@given(CELLS)
def test_palma_person_by_person(cells: list[tuple[float, int]]) -> None:
    """Ten times every resident: the tenth and the two fifths are whole people, who are simply counted."""
    values, people = known([(value, number % 20) for value, number in cells])
    everybody = sorted(value for value, number in zip(values, people, strict=True) for _ in range(10 * number))
    n = len(everybody)
    top, bottom = sum(everybody[9 * n // 10 :]), sum(everybody[: 4 * n // 10])
    assert palma(values, people) == pytest.approx(top / bottom if bottom else math.inf)


@given(CELLS)
def test_variation_is_that_of_numpy(cells: list[tuple[float, int]]) -> None:
    values, people = known(cells)
    everybody = np.repeat(values, people)
    assert coefficient_of_variation(values, people) == pytest.approx(everybody.std() / everybody.mean(), abs=1e-9)


@given(CELLS)
def test_gini_lies_between_equality_and_one(cells: list[tuple[float, int]]) -> None:
    value = gini(*known(cells))
    assert value is not None
    assert 0 <= value < 1


@pytest.mark.parametrize("measure", INEQUALITIES)
@given(cells=CELLS, factor=st.floats(1e-3, 1e3), times=st.integers(2, 5))
def test_scale_and_replication_change_nothing(
    measure: Callable[..., float | None], cells: list[tuple[float, int]], factor: float, times: int
) -> None:
    """Twice as much for everybody, the same city several times over, or every cell as many cells: no difference."""
    values, people = known(cells)
    expected = pytest.approx(measure(values, people), rel=1e-9, abs=1e-9)
    assert measure([value * factor for value in values], people) == expected
    assert measure(values, [number * times for number in people]) == expected
    assert measure(values * times, people * times) == expected


@pytest.mark.parametrize("measure", MEASURES)
@given(cells=CELLS, random=st.randoms(use_true_random=False))
def test_the_order_of_cells_has_no_say(
    measure: Callable[..., float | None], cells: list[tuple[float, int]], random: Any
) -> None:
    values, people = known(cells)
    mixed = list(cells)
    random.shuffle(mixed)
    assert measure(*apart(mixed)) == pytest.approx(measure(values, people), rel=1e-9, abs=1e-12)


@given(st.floats(1e-6, 1e6), st.lists(st.integers(1, 1000), min_size=1, max_size=8))
def test_equal_values_are_equality(value: float, people: list[int]) -> None:
    values = [value] * len(people)
    assert gini(values, people) == 0
    assert coefficient_of_variation(values, people) == pytest.approx(0, abs=1e-12)
    assert palma(values, people) == pytest.approx(1 / 4)
    assert weighted_mean(values, people) == pytest.approx(value)


@given(CELLS, st.integers(1, 100), st.data())
def test_giving_to_those_with_less_is_less_unequal(
    cells: list[tuple[float, int]], movers: int, data: st.DataObject
) -> None:
    """Pigou and Dalton: what the richer give to as many poorer ones, without changing places, lowers every measure."""
    values, people = known(cells)
    low, high = sorted(data.draw(st.tuples(VALUES, VALUES)))
    assume(high > low * 1.001 + 1e-3)
    given_away = data.draw(st.floats(0.01, 0.5)) * (high - low)
    before = [*values, low, high], [*people, movers, movers]
    after = [*values, low + given_away, high - given_away], [*people, movers, movers]
    for measure in INEQUALITIES:
        was, is_now = measure(*before), measure(*after)
        assert was is not None
        assert is_now is not None
        assert is_now <= was * (1 + 1e-9) + 1e-12
