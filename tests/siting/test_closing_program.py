"""Closing and merging as arrays: against trying every set, and the laws that always hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.siting import Effort
from servicecircle.siting.closing_model import GOALS, Ask, Goal, Merger
from servicecircle.siting.closing_program import Merged, merge
from tests import naive_closing as naive

QUIET = Effort(progress=False)
FACILITIES, HOMES = 4, 7
LIMIT = 9
SLACK = 1e-5


def merger_of(minutes: np.ndarray, children: list[int], places: list[float], *, limit: float, needed: int) -> Merger:
    """Return the merger of a table of minutes (homes, facilities): each home belongs to the nearest facility."""
    weight, at = np.array(children, dtype=float), minutes.argmin(axis=1)
    enrolled = np.bincount(at, weights=weight, minlength=minutes.shape[1]).astype(float)
    home, to = np.nonzero(np.arange(minutes.shape[1]) != at[:, None])
    way = minutes[home, to]
    return Merger(
        enrolled,
        np.maximum(np.array(places) - enrolled, 0.0),
        needed,
        np.flatnonzero(enrolled < needed),
        at,
        weight,
        minutes.min(axis=1),
        home,
        to,
        way,
        way <= limit,
        np.zeros(len(way), dtype=bool),
    )


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, list[int], list[float]]:
    row = st.lists(st.integers(1, 15), min_size=FACILITIES, max_size=FACILITIES)
    minutes = draw(st.lists(row, min_size=HOMES, max_size=HOMES))
    children = draw(st.lists(st.integers(1, 9), min_size=HOMES, max_size=HOMES))
    room = st.one_of(st.just(np.inf), st.integers(0, 40).map(float))
    places = draw(st.lists(room, min_size=FACILITIES, max_size=FACILITIES))
    return np.array(minutes, dtype=float), children, places


def value(found: Merged, goal: Goal) -> int:
    return round(-found.objective if goal == "most_closed" else found.objective)


def added(found: Merged) -> float:
    now = found.merger.now[found.merger.home]
    return float((found.moved * (found.merger.minutes - now)).sum())


@settings(max_examples=40)
@given(tables(), st.sampled_from(GOALS), st.sampled_from([None, 1, 2]), st.sampled_from([0, 0, 3]))
def test_no_set_is_better(
    table: tuple[np.ndarray, list[int], list[float]], goal: Goal, most: int | None, leave: int
) -> None:
    merger = merger_of(*table, limit=LIMIT, needed=14)
    found = merge(merger, Ask(goal, most, leave), QUIET)
    beyond = float(found.moved[~found.merger.near].sum())
    expected = naive.best(merger, goal, most=most, leave=leave)
    assert (value(found, goal), beyond, added(found)) == pytest.approx(expected, abs=1e-3)
    assert (found.objective, found.ways_proven) == (found.bound, True)


@settings(max_examples=25)
@given(tables(), st.sampled_from(GOALS))
def test_everyone_who_moves_is_within_the_limit_and_has_a_place(
    table: tuple[np.ndarray, list[int], list[float]], goal: Goal
) -> None:
    merger = merger_of(*table, limit=LIMIT, needed=20)
    found = merge(merger, Ask(goal), QUIET)
    part = found.merger
    got = np.bincount(part.to, weights=found.moved, minlength=FACILITIES)
    assert part.near[found.moved > 0].all()
    assert (got <= merger.free + SLACK).all()
    assert got[found.closed].sum() == 0
    closed = np.isin(merger.at, found.closed)
    assert found.moved.sum() == pytest.approx(merger.children[closed].sum())
    assert found.enrolled_after.sum() == pytest.approx(merger.enrolled.sum())


@settings(max_examples=25)
@given(tables(), st.integers(0, 6))
def test_more_generous_limits_never_close_fewer(table: tuple[np.ndarray, list[int], list[float]], more: int) -> None:
    minutes, children, places = table
    near = merge(merger_of(minutes, children, places, limit=LIMIT, needed=20), Ask(), QUIET)
    wide = merge(merger_of(minutes, children, places, limit=LIMIT + more, needed=20), Ask(), QUIET)
    roomy = merge(merger_of(minutes, children, [one + more for one in places], limit=LIMIT, needed=20), Ask(), QUIET)
    left = merge(merger_of(minutes, children, places, limit=LIMIT, needed=20), Ask(leave=float(more)), QUIET)
    assert min(wide.objective, roomy.objective, left.objective) >= near.objective


@settings(max_examples=25)
@given(tables())
def test_merging_leaves_no_more_small_ones_than_closing(table: tuple[np.ndarray, list[int], list[float]]) -> None:
    merger = merger_of(*table, limit=LIMIT, needed=14)
    small = merge(merger, Ask("fewest_small"), QUIET)
    most = merge(merger, Ask("most_closed"), QUIET)
    stay = np.setdiff1d(merger.may_close, most.closed)
    assert small.objective <= (most.enrolled_after[stay] < 14 - SLACK).sum()


@settings(max_examples=25)
@given(tables(), st.integers(0, 3))
def test_what_is_closed_whatever_happens_places_as_many_as_can_be(
    table: tuple[np.ndarray, list[int], list[float]], facility: int
) -> None:
    merger = replace(merger_of(*table, limit=LIMIT, needed=20), may_close=np.array([facility]))
    found = merge(merger, Ask(forced=True), QUIET)
    free = np.where(np.arange(FACILITIES) == facility, 0.0, merger.free)
    placed = _most_placed(merger, facility, free)
    moving = merger.children[merger.at == facility].sum()
    assert found.objective == pytest.approx(moving - placed, abs=1e-4)
    assert found.closed.tolist() == [facility]
    assert found.moved.sum() + found.unplaced.sum() == pytest.approx(moving)


def _most_placed(merger: Merger, facility: int, free: np.ndarray) -> float:
    """Return how many children of one facility find a place within the limit: the smallest cut over sets of homes."""
    homes = np.flatnonzero(merger.at == facility)
    best = np.inf
    for cut in naive.subsets(homes.tolist()):
        pairs = merger.near & np.isin(merger.home, cut)
        reached = np.unique(merger.to[pairs])
        best = min(best, merger.children[np.setdiff1d(homes, cut)].sum() + free[reached].sum())
    return float(best)
