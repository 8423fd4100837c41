"""Inequality: worked by hand, against slow twins of the definitions, and by its laws; and the table by zone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import servicecircle as sc
from servicecircle.assessment import (
    Gap,
    access,
    assess,
    coefficient_of_variation,
    gini,
    group_gap,
    palma,
    weighted_mean,
)
from servicecircle.errors import InputError
from tests import oracle
from tests.streets import street_city

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

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


# ------------------------------------------------------------------------------------------------- the table by zone


@pytest.fixture(scope="module")
def places() -> sc.Access:
    """Return kindergarten places of the hand-worked city: 0.482 for C1, C2; 0 for C3, C6; 0.529 for C4, C5."""
    general = oracle.plan().profiles["general"]
    return access(oracle.city(), "kindergarten", minutes=10, group="pop_3_5", capacity="capacity", profile=general)


@pytest.fixture(scope="module")
def result() -> sc.Assessment:
    return assess(oracle.city(), oracle.plan().only("YY-05", "LY-01"), progress=False)


def figures(table: pd.DataFrame, zone: str, klass: str = "all") -> dict[str, float]:
    rows = table[(table["zone_id"] == zone) & (table["class"] == klass)]
    assert rows["measure"].is_unique
    return dict(zip(rows["measure"], rows["value"], strict=True))


K1, K2 = 270 / 560, 90 / 170
"""Places per child of the two kindergartens."""


def test_the_table_of_access(places: sc.Access) -> None:
    """Zone A: 560 children with K1, 160 with nothing, 80 with K2; half of all pairs' differences over the mean."""
    table = sc.equity_table(places)
    found = figures(table, "A")
    mean = (560 * K1 + 80 * K2) / 800
    differences = 160 * 560 * K1 + 160 * 80 * K2 + 560 * 80 * (K2 - K1)
    squares = 160 * mean**2 + 560 * (K1 - mean) ** 2 + 80 * (K2 - mean) ** 2
    # two fifths are 320 children: 160 with nothing and 160 with K1; the tenth are the 80 with K2
    assert found == pytest.approx(
        {
            "residents": 800,
            "unserved": 160,
            "mean": mean,
            "p10": 0,
            "p50": K1,
            "p90": K1,
            "gini": differences / 800**2 / mean,
            "palma": 80 * K2 / (160 * K1),
            "cv": math.sqrt(squares / 800) / mean,
            "urban_rural_difference": math.nan,
            "urban_rural_ratio": math.nan,
        },
        nan_ok=True,
    )
    assert set(table["zone_id"]) == {"CITY", "A", "B", "Z"}
    assert table.columns.tolist() == ["zone_id", "zone_name", "level", "class", "measure", "value", "unit"]
    units = table.drop_duplicates("measure").set_index("measure")["unit"]
    assert units["mean"] == units["urban_rural_difference"] == "capacity per person"
    assert units["gini"] == units["palma"] == units["cv"] == "ratio"
    assert units["residents"] == units["unserved"] == "person"


def test_town_and_country(places: sc.Access) -> None:
    """Zone A is urban, B rural: 90 children with K2 and 30 with nothing."""
    table = sc.equity_table(places, levels=["全市"])
    urban, rural = (560 * K1 + 80 * K2) / 800, 90 * K2 / 120
    found = figures(table, "CITY")
    assert found["mean"] == pytest.approx(360 / 920)
    assert found["urban_rural_difference"] == pytest.approx(urban - rural)
    assert found["urban_rural_ratio"] == pytest.approx(urban / rural)
    assert figures(table, "CITY", "urban")["mean"] == pytest.approx(urban)
    assert figures(table, "CITY", "rural")["unserved"] == 30
    assert set(table["zone_id"]) == {"CITY"}


def test_groups_are_compared_with_those_who_count(places: sc.Access) -> None:
    """Of 5,000 older residents 2,600 live with K1, 1,200 with K2, 1,200 with nothing."""
    found = figures(sc.equity_table(places, groups=["pop_60p"], levels=["全市"]), "CITY", "pop_60p")
    mean = (2600 * K1 + 1200 * K2) / 5000
    assert found["residents"] == 5000
    assert found["unserved"] == 1200
    assert found["difference_from_all"] == pytest.approx(mean - 360 / 920)
    assert found["ratio_to_all"] == pytest.approx(mean / (360 / 920))


def test_a_zone_without_residents_has_no_figures(places: sc.Access) -> None:
    found = figures(sc.equity_table(places, levels=["街道"]), "Z")
    assert (found.pop("residents"), found.pop("unserved")) == (0, 0)
    assert all(math.isnan(value) for value in found.values())


def test_minutes_of_those_out_of_reach(places: sc.Access) -> None:
    """C6 has no walk: no mean exists in zone B and the city, but its 30 children are counted, also by the quantiles."""
    table = sc.equity_table(places, value="minutes")
    city, a, b = (figures(table, zone) for zone in ("CITY", "A", "B"))
    assert (city["unreachable"], a["unreachable"], b["unreachable"]) == (30, 0, 30)
    for name in ("mean", "gini", "palma", "cv", "urban_rural_difference", "urban_rural_ratio"):
        assert math.isnan(city[name])
        assert math.isnan(b[name])
    assert (b["p50"], b["p90"]) == (8, math.inf)
    # C1 6.875 min, C2 and C4 6.25 min, C3 15 min
    assert a["mean"] == pytest.approx((240 * 6.875 + 400 * 6.25 + 160 * 15) / 800)
    assert (a["p10"], a["p50"], a["p90"]) == (6.25, 6.25, 15)
    assert a["gini"] > 0


def test_walks_of_an_assessment(result: sc.Assessment) -> None:
    """Older residents of zone A walk as long as the oracle says, in minutes and, at 48 m/min, in metres."""
    expected = oracle.EXPECTED["LY-01"]["time_min"]
    people = {"C1": 1200, "C2": 1400, "C3": 800, "C4": 300}
    minutes = figures(sc.equity_table(result, standard_id="LY-01"), "A")
    metres = figures(sc.equity_table(result, standard_id="LY-01", value="metres"), "A")
    mean = sum(float(expected[cell]) * number for cell, number in people.items()) / sum(people.values())
    assert minutes["residents"] == 3700
    assert minutes["mean"] == pytest.approx(mean)
    assert metres["mean"] == pytest.approx(mean * 48)
    assert metres["gini"] == pytest.approx(minutes["gini"])


def test_only_cells_in_scope_count(result: sc.Assessment) -> None:
    """YY-05 is about the main city, zone A: its 800 children are all that count."""
    table = sc.equity_table(result, standard_id="YY-05", groups=["pop_total"])
    assert figures(table, "CITY")["residents"] == 800
    assert figures(table, "CITY", "pop_total")["residents"] == 20000
    assert figures(table, "B")["residents"] == 0
    assert table[(table["zone_id"] == "B") & (table["class"] == "rural")].empty


def test_a_city_without_settings_has_no_gap_between_them() -> None:
    table = sc.equity_table(access(street_city([0, 100], [10, 10], [0], [1]), "shop", minutes=5))
    assert set(table["class"]) == {"all"}
    assert not table["measure"].str.startswith("urban").any()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"standard_id": "YY-05"}, "standard_id belongs to an assessment"),
        ({"value": "miles"}, r"value 'miles' is unknown\. Known: access, minutes, metres"),
        ({"groups": ["pop_80p"]}, "group 'pop_80p' is unknown"),
        ({"groups": "pop_60p"}, "groups must be a list"),
        ({"levels": ["村"]}, "level '村' is unknown"),
        ({"levels": "街道"}, "levels must be a list"),
    ],
)
def test_what_cannot_be_asked_of_access(places: sc.Access, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sc.equity_table(places, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "standard_id is needed with an assessment: one of (?:LY-01, YY-05|YY-05, LY-01)"),
        ({"standard_id": "XX-99"}, "XX-99"),
        ({"standard_id": "YY-05", "value": "access"}, r"value 'access' is unknown\. Known: minutes, metres"),
    ],
)
def test_what_cannot_be_asked_of_an_assessment(result: sc.Assessment, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sc.equity_table(result, **options)


def test_something_else() -> None:
    with pytest.raises(InputError, match="what access or assess returned, not int"):
        sc.equity_table(3)  # type: ignore[arg-type]
