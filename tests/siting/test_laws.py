"""Laws of siting: what greedy promises, what more sites do, what order has no say in, what stops early still proves."""

from __future__ import annotations

import threading
from dataclasses import replace
from signal import SIGINT, default_int_handler, raise_signal, signal
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from servicecircle.errors import InputError
from servicecircle.siting import (
    Capacity,
    Coverage,
    Distances,
    Effort,
    Rules,
    fewest_sites,
    least_walk,
    most_covered,
    shortest_worst_walk,
    stacked,
)
from tests.siting.quickly import cover_most

if TYPE_CHECKING:
    from collections.abc import Iterator

QUIET = Effort(progress=False)


def town(homes: int, sites: int, radius: float, seed: int = 0) -> tuple[Coverage, Distances]:
    """Return a random town: homes and sites in a square of 10 km, straight-line metres."""
    rng = np.random.default_rng(seed)
    xy, where = rng.uniform(0, 10_000, (homes, 2)), rng.uniform(0, 10_000, (sites, 2))
    metres = np.hypot(*(where[:, None, axis] - xy[None, :, axis] for axis in range(2)))
    weights = rng.integers(1, 50, homes).astype(float)
    return Coverage(metres <= radius, weights), Distances(metres, weights)


seeds = st.integers(0, 10_000)


@settings(max_examples=15)
@given(seeds, st.integers(1, 5))
def test_greedy_reaches_its_share_of_the_proven_optimum(seed: int, k: int) -> None:
    problem, _ = town(60, 15, 2_000, seed)
    best = most_covered(problem, k=k, effort=QUIET)
    chosen = cover_most(problem.covers, problem.weights, k)
    value = problem.weights[(problem.covers[chosen].sum(axis=0) > 0)].sum()
    assert best.proven
    assert (1 - 1 / np.e) * best.objective - 1e-9 <= value <= best.objective


@settings(max_examples=15)
@given(seeds)
def test_more_sites_never_do_worse(seed: int) -> None:
    problem, distances = town(40, 12, 2_000, seed)
    covered = [most_covered(problem, k=k, effort=QUIET).objective for k in range(1, 6)]
    walked = [least_walk(distances, k=k, effort=QUIET).objective for k in range(1, 6)]
    worst = [shortest_worst_walk(distances, k=k, effort=QUIET).objective for k in range(1, 6)]
    assert covered == sorted(covered)
    assert walked == sorted(walked, reverse=True)
    assert worst == sorted(worst, reverse=True)


@settings(max_examples=15)
@given(seeds, st.integers(0, 11))
def test_a_required_site_never_disappears(seed: int, required: int) -> None:
    problem, distances = town(40, 12, 2_000, seed)
    rules = Rules([required])
    for found in (
        most_covered(problem, k=3, rules=rules, effort=QUIET),
        fewest_sites(problem, share=0.5, rules=rules, effort=QUIET),
        least_walk(distances, k=3, rules=rules, effort=QUIET),
        shortest_worst_walk(distances, k=3, rules=rules, effort=QUIET),
    ):
        assert required in found.chosen


@settings(max_examples=15)
@given(seeds)
def test_order_changes_no_objective(seed: int) -> None:
    problem, distances = town(40, 12, 2_000, seed)
    rng = np.random.default_rng(seed)
    rows, columns = rng.permutation(12), rng.permutation(40)
    other = Coverage(problem.covers[rows][:, columns], problem.weights[columns])
    further = Distances(distances.metres[rows][:, columns], distances.weights[columns])
    assert most_covered(problem, k=3, effort=QUIET).objective == most_covered(other, k=3, effort=QUIET).objective
    assert fewest_sites(problem, effort=QUIET).objective == fewest_sites(other, effort=QUIET).objective
    one, two = least_walk(distances, k=3, effort=QUIET), least_walk(further, k=3, effort=QUIET)
    assert one.objective == pytest.approx(two.objective, rel=1e-12)
    one, two = (shortest_worst_walk(each, k=3, effort=QUIET) for each in (distances, further))
    assert one.objective == two.objective


def test_a_search_without_an_exact_part_keeps_a_true_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, distances = town(400, 80, 1_200)
    best, shortest = most_covered(problem, k=12, effort=QUIET), least_walk(distances, k=12, effort=QUIET)
    assert best.proven
    assert shortest.proven
    monkeypatch.setattr("servicecircle.siting.covering.EXACT_ENTRIES", -1)
    monkeypatch.setattr("servicecircle.siting.median.EXACT_ENTRIES", -1)
    few = replace(QUIET, rounds=20)
    quick, near = most_covered(problem, k=12, effort=few), least_walk(distances, k=12, effort=few)
    assert quick.objective <= best.objective <= quick.bound
    assert near.bound <= shortest.objective <= near.objective
    assert (quick.stopped, quick.proven) == ("size", False)
    assert (near.stopped, near.proven) == ("size", False)


def test_time_that_is_up_is_said_and_the_bound_stays_true() -> None:
    rng = np.random.default_rng(0)
    covers = csr_array((rng.random((300, 1_500)) < 0.03).astype(float))
    found = fewest_sites(Coverage(covers, np.ones(1_500)), effort=replace(QUIET, seconds=1.0))
    assert (found.stopped, found.proven) == ("time", False)
    assert found.bound < found.objective
    assert (covers[found.chosen].sum(axis=0) > 0).sum() == (covers.sum(axis=0) > 0).sum()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be heard, also in a run in the background, which ignores it."""
    before = signal(SIGINT, default_int_handler)
    yield
    signal(SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_gives_the_best_so_far() -> None:
    rng = np.random.default_rng(0)
    covers = csr_array((rng.random((300, 1_500)) < 0.03).astype(float))
    timer = threading.Timer(2.0, raise_signal, [SIGINT])
    timer.start()
    found = fewest_sites(Coverage(covers, np.ones(1_500)), effort=QUIET)
    assert (found.stopped, found.proven) == ("interrupted", False)
    assert len(found.chosen)


def test_who_cannot_be_reached_is_named_with_the_threshold_that_would_do() -> None:
    problem = Distances(np.array([[100.0, 400.0, 900.0], [300.0, 50.0, 700.0]]), np.array([5.0, 6.0, 7.0]))
    found = fewest_sites(problem.within(300.0), effort=QUIET)
    assert found.shortfall is not None
    assert found.shortfall.demand.tolist() == [2]
    assert (found.shortfall.weight, found.shortfall.limit_m) == (7.0, 700.0)
    assert found.chosen.tolist() == [1]
    assert fewest_sites(problem.within(found.shortfall.limit_m), effort=QUIET).feasible


def test_services_that_share_a_site_share_its_cost() -> None:
    # one place: clinic alone (3), school alone (3), both (4); another place: clinic alone (3)
    clinic = Coverage(np.array([[1, 0], [0, 0], [1, 0], [0, 1]]), np.array([10.0, 8.0]))
    school = Coverage(np.array([[0], [1], [1], [0]]), np.array([6.0]))
    rules = Rules(place=[0, 0, 0, 1], cost=[3.0, 3.0, 4.0, 3.0], budget=7.0)
    found = most_covered(stacked([clinic, school], [1.0, 2.0]), rules=rules, effort=QUIET)
    assert (found.chosen.tolist(), found.objective) == ([2, 3], 30.0)


def test_what_cannot_be_meant_is_refused() -> None:
    problem, _ = town(5, 3, 2_000)
    with pytest.raises(InputError, match="whole number"):
        most_covered(problem, k=1.5, effort=QUIET)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="from 0 to 1"):
        fewest_sites(problem, share=1.1, effort=QUIET)
    with pytest.raises(InputError, match="not there"):
        most_covered(problem, rules=Rules([7]), effort=QUIET)
    with pytest.raises(InputError, match="required and forbidden"):
        Rules([1], [1])
    with pytest.raises(InputError, match="exclude each other"):
        most_covered(problem, rules=Rules([0, 1], apart=[(0, 1)]), effort=QUIET)
    with pytest.raises(InputError, match="weights: 1 are negative"):
        Coverage(np.ones((1, 2)), np.array([1.0, -1.0]))
    with pytest.raises(InputError, match="least is above most"):
        Capacity(np.array([1.0]), np.array([2.0]))
