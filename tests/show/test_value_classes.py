from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.show.value_classes import value_classes

VALUES = st.lists(st.floats(0, 1e6).map(lambda value: round(value, 3)), min_size=1, max_size=60)


@pytest.mark.parametrize("installed", [True, False])
@given(values=VALUES)
def test_classes_are_few_do_not_overlap_and_hold_every_value(installed: bool, values: list[float]) -> None:  # noqa: FBT001
    with pytest.MonkeyPatch.context() as patch:
        if not installed:
            patch.setitem(sys.modules, "mapclassify", None)
        found = value_classes(np.array(values), "en")
    assert 1 <= len(found.ranges) <= 5
    assert all(high < low for (_, high), (low, _) in zip(found.ranges, found.ranges[1:], strict=False))
    for value, one in zip(values, found.classes, strict=True):
        low, high = found.ranges[one]
        assert low <= value <= high
    assert set(found.classes.tolist()) == set(range(len(found.ranges)))


def test_few_values_are_classes_of_their_own() -> None:
    found = value_classes(np.array([3.0, 1.0, 3.0]), "en")
    assert found.ranges == ((1.0, 1.0), (3.0, 3.0))
    assert found.note == ""


def test_the_legend_says_how_classes_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(20.0)
    assert "natural breaks" in value_classes(values, "en").note
    monkeypatch.setitem(sys.modules, "mapclassify", None)
    assert "quantiles" in value_classes(values, "en").note


def test_natural_breaks_fall_into_the_widest_gaps() -> None:
    values = np.concatenate([start + np.array([0.0, 1.0, 2.0]) for start in (0, 100, 300, 700, 1500)])
    assert value_classes(values, "en").ranges == ((0, 2), (100, 102), (300, 302), (700, 702), (1500, 1502))
