"""Every kind of siting problem against trying every choice, on small random cases with every rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.siting import (
    Capacity,
    Coverage,
    Distances,
    Effort,
    Rules,
    Solution,
    fairest,
    fewest_serving,
    fewest_sites,
    least_walk,
    least_walk_served,
    most_covered,
    most_served,
    shortest_worst_walk,
)
from tests import naive_siting as naive

QUIET = Effort(progress=False)
SITES, HOMES = 5, 6


@st.composite
def rules(draw: st.DrawFn) -> Rules:
    """Rules of five candidates, often none; the required one excludes nobody that is required."""
    if draw(st.booleans()):
        return Rules()
    required = draw(st.lists(st.integers(0, 4), max_size=1))
    forbidden = draw(st.lists(st.sampled_from([one for one in range(5) if one not in required]), max_size=1))
    apart = draw(st.lists(st.sampled_from([(0, 1), (1, 4), (2, 3)]), max_size=2, unique=True))
    place = draw(st.sampled_from([[], [0, 0, 1, 2, 3], [0, 1, 1, 1, 2]]))
    cost = draw(st.one_of(st.just([]), st.lists(st.integers(1, 6), min_size=5, max_size=5)))
    budget = draw(st.one_of(st.just(np.inf), st.integers(6, 15)))
    return Rules(required, forbidden, apart=apart, place=place, cost=cost, budget=float(budget))


@st.composite
def coverages(draw: st.DrawFn) -> Coverage:
    covers = draw(st.lists(st.lists(st.booleans(), min_size=HOMES, max_size=HOMES), min_size=SITES, max_size=SITES))
    weights = draw(st.lists(st.integers(0, 9), min_size=HOMES, max_size=HOMES))
    already = draw(st.lists(st.sampled_from([False, False, True]), min_size=HOMES, max_size=HOMES))
    return Coverage(np.array(covers), np.array(weights, dtype=float), np.array(already))


def metres_of(draw: st.DrawFn) -> np.ndarray:
    walk = st.one_of(st.integers(0, 9), st.just(np.inf))
    return np.array(
        draw(st.lists(st.lists(walk, min_size=HOMES, max_size=HOMES), min_size=SITES, max_size=SITES)), float
    )


@st.composite
def distances(draw: st.DrawFn) -> Distances:
    weights = draw(st.lists(st.integers(0, 9), min_size=HOMES, max_size=HOMES))
    existing = draw(st.lists(st.sampled_from([np.inf, np.inf, 5.0]), min_size=HOMES, max_size=HOMES))
    return Distances(metres_of(draw), np.array(weights, dtype=float), np.array(existing))


def dense(problem: Distances) -> np.ndarray:
    metres = np.full((SITES, HOMES), np.inf)
    coo = problem.metres.tocoo()
    metres[coo.row, coo.col] = coo.data
    return metres


def keeps(found: Solution, given: Rules, k: int | None = None) -> bool:
    return tuple(found.chosen.tolist()) in set(naive.choices(SITES, given, k))


@given(coverages(), rules(), st.one_of(st.none(), st.integers(0, 4)))
def test_most_covered_is_what_trying_every_choice_finds(problem: Coverage, given: Rules, k: int | None) -> None:
    found = most_covered(problem, k=k, rules=given, effort=QUIET)
    covers = problem.covers.toarray()
    values = [naive.covered(covers, problem.weights, problem.already, c) for c in naive.choices(SITES, given, k)]
    assert found.feasible == bool(values)
    if values:
        assert (found.objective, found.bound, found.proven) == (max(values), max(values), True)
        assert keeps(found, given, k)
        assert naive.covered(covers, problem.weights, problem.already, tuple(found.chosen)) == found.objective


@given(coverages(), rules(), st.sampled_from([1.0, 1.0, 0.8, 0.5]))
def test_fewest_sites_is_what_trying_every_choice_finds(problem: Coverage, given: Rules, share: float) -> None:
    found = fewest_sites(problem, share=share, rules=given, effort=QUIET)
    covers, need = problem.covers.toarray(), share * problem.weights.sum() * (1 - 1e-12)
    cost = given.of(SITES).cost
    enough = [
        float(sum(cost[one] for one in c))
        for c in naive.choices(SITES, given)
        if naive.covered(covers, problem.weights, problem.already, c) >= need
    ]
    assert found.feasible == bool(enough)
    if enough:
        assert (found.objective, found.bound, found.proven) == (min(enough), min(enough), True)
        assert keeps(found, given)
        assert naive.covered(covers, problem.weights, problem.already, tuple(found.chosen)) >= need


@given(coverages(), rules(), st.integers(1, 4), st.lists(st.integers(-1, 2), min_size=HOMES, max_size=HOMES))
def test_fairest_is_what_trying_every_choice_finds(problem: Coverage, given: Rules, k: int, groups: list[int]) -> None:
    group, weights = np.array(groups), problem.weights
    known = [one for one in range(3) if weights[group == one].sum() > 0]
    if not known:
        return
    found = fairest(problem, groups, k=k, rules=given, effort=QUIET)
    covers = problem.covers.toarray()

    def judged(choice: naive.Choice) -> tuple[float, float]:
        done = problem.already | covers[list(choice)].astype(bool).any(axis=0)
        shares = [weights[done & (group == one)].sum() / weights[group == one].sum() for one in known]
        return round(float(min(shares)), 9), float(weights[done].sum())

    values = [judged(c) for c in naive.choices(SITES, given, k)]
    assert found.feasible == bool(values)
    if values:
        assert (round(found.floor, 9), found.objective) == max(values) == judged(tuple(found.chosen.tolist()))
        assert found.proven
        assert keeps(found, given, k)


@given(distances(), rules(), st.integers(1, 4))
def test_least_walk_is_what_trying_every_choice_finds(problem: Distances, given: Rules, k: int) -> None:
    found = least_walk(problem, k=k, rules=given, effort=QUIET)
    metres, weights = dense(problem), problem.weights
    every = list(naive.choices(SITES, given, k))
    if not every:
        assert not found.feasible
        return
    matter = np.setdiff1d(np.flatnonzero(weights > 0), found.unreachable)
    values = [float(weights[matter] @ naive.walks(metres, problem.existing_m, c)[matter]) for c in every]
    assert keeps(found, given, k)
    if np.isinf(min(values)):
        assert not found.feasible
        return
    assert (found.objective, found.bound) == (min(values), min(values))
    assert found.feasible == (not len(found.unreachable))


@given(distances(), rules(), st.integers(1, 4))
def test_shortest_worst_walk_is_what_trying_every_choice_finds(problem: Distances, given: Rules, k: int) -> None:
    found = shortest_worst_walk(problem, k=k, rules=given, effort=QUIET)
    metres = dense(problem)
    every = list(naive.choices(SITES, given, k))
    if not every:
        assert not found.feasible
        return
    matter = np.setdiff1d(np.flatnonzero(problem.weights > 0), found.unreachable)
    values = [float(naive.walks(metres, problem.existing_m, c)[matter].max(initial=0.0)) for c in every]
    if np.isinf(min(values)):
        assert not found.feasible
        return
    assert (found.objective, found.bound) == (min(values), min(values))
    assert keeps(found, given, k)


@st.composite
def crowded(draw: st.DrawFn) -> tuple[Distances, Capacity]:
    weights = np.array(draw(st.lists(st.integers(0, 9), min_size=HOMES, max_size=HOMES)), dtype=float)
    most = np.array(draw(st.lists(st.integers(0, 20), min_size=SITES, max_size=SITES)), dtype=float)
    least = np.floor(most * draw(st.sampled_from([0.0, 0.0, 0.5])))
    return Distances(metres_of(draw), weights), Capacity(most, least)


def within_capacity(found: Solution, problem: Distances, capacity: Capacity) -> bool:
    """Whether nobody is served twice, no facility above capacity or below its minimum, and none not chosen."""
    assert found.flow is not None
    flow = found.flow.toarray()
    chosen = np.isin(np.arange(SITES), found.chosen)
    loads = flow.sum(axis=1)
    return bool(
        (flow.sum(axis=0) <= problem.weights).all()
        and (loads <= capacity.most * chosen).all()
        and (loads >= capacity.least * chosen).all()
        and np.isfinite(dense(problem)[flow > 0]).all()
    )


@pytest.mark.parametrize("kind", ["most", "fewest", "walk"])
@settings(max_examples=20)
@given(problem=crowded(), given=rules(), k=st.integers(1, 4), share=st.sampled_from([1.0, 0.6]))
def test_with_capacities_it_is_what_trying_every_choice_finds(
    kind: str, problem: tuple[Distances, Capacity], given: Rules, k: int, share: float
) -> None:
    places, capacity = problem
    metres, weights, cost = dense(places), places.weights, given.of(SITES).cost
    every = {
        choice: result
        for choice in naive.choices(SITES, given, None if kind == "fewest" else k)
        if (result := naive.served(metres, weights, capacity.most, capacity.least, choice)) is not None
    }
    if kind == "most":
        found = most_served(places, capacity, k=k, rules=given, effort=QUIET)
        best = max((many for many, _ in every.values()), default=None)
    elif kind == "fewest":
        found = fewest_serving(places, capacity, share=share, rules=given, effort=QUIET)
        need = share * weights.sum() * (1 - 1e-12)
        best = min((sum(cost[list(c)]) for c, (many, _) in every.items() if many >= need), default=None)
    else:
        found = least_walk_served(places, capacity, k=k, rules=given, effort=QUIET)
        matter = weights.sum() - weights[found.unreachable].sum()
        best = min((walk for many, walk in every.values() if many >= matter), default=None)
    if kind == "walk" and len(found.unreachable):
        assert not found.feasible
    else:
        assert found.feasible == (best is not None)
    if best is not None and (found.feasible or kind == "walk"):
        assert (found.objective, found.bound) == (best, best)
        assert tuple(found.chosen.tolist()) in every
        assert within_capacity(found, places, capacity)


def test_an_exact_search_gives_the_choice_whose_value_it_tells() -> None:
    # HiGHS 1.16 hands back the first choice (2 places) beside the value of the best one (3 places)
    metres = np.full((5, 6), np.inf)
    metres[0, 1:4], metres[2, [1, 4]], metres[3, 2:4], metres[4, :2] = [0, 8, 6], [4, 2], [8, 5], [8, 4]
    problem = Distances(metres, np.array([0.0, 0.0, 1.0, 1.0, 3.0, 0.0]))
    capacity = Capacity(np.array([1.0, 0.0, 3.0, 2.0, 0.0]))
    found = most_served(problem, capacity, k=1, rules=Rules(cost=np.array([1.0, 1.0, 2.0, 1.0, 1.0])), effort=QUIET)
    assert (found.objective, found.bound, found.chosen.tolist()) == (3.0, 3.0, [2])


def test_minimum_enrolments_that_cannot_be_met_are_told() -> None:
    problem = Distances(np.full((2, 1), 100.0), np.array([5.0]))
    found = most_served(problem, Capacity(np.array([9.0, 9.0]), np.array([6.0, 0.0])), rules=Rules([0]), effort=QUIET)
    assert not found.feasible
