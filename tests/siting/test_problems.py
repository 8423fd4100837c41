"""Siting problems on a judged town: every choice is tried, and what is predicted is what assessing gives."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

import servicecircle as sc
from servicecircle.errors import InputError
from servicecircle.siting import (
    Conditions,
    CoverMost,
    CoverSeveral,
    CoverShare,
    Effort,
    LeastWalk,
    ServeWithinCapacity,
    ShortestWorstWalk,
    Size,
    WorstOffFirst,
)
from tests.naive_siting import served
from tests.siting.small_town import LIMIT_M, Town, crossings, town

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servicecircle import Assessment, Proposal

SEEDS = range(6)
QUIET = Effort(progress=False)


def choices(of: Town, k: int) -> Iterator[list[int]]:
    """Yield every choice of at most k candidates."""
    for many in range(k + 1):
        yield from (list(one) for one in combinations(of.sites, many))


def covered(of: Town, sites: list[int]) -> np.ndarray:
    """Return which homes have a kindergarten within the limit."""
    near: np.ndarray = of.metres([*of.kindergartens, *sites]).min(axis=0, initial=np.inf) <= LIMIT_M
    return near


def again(before: Assessment, proposal: Proposal) -> Assessment:
    """Return the assessment of the city with a proposal."""
    return sc.assess(proposal.applied_to(before.city), before.plan, progress=False)


def share(result: Assessment, standard: str = "S-1", zone: str = "CITY") -> float:
    """Return the value of a standard in a zone."""
    table = result.table
    rows = table[(table["standard_id"] == standard) & (table["zone_id"] == zone) & (table["class"] == "all")]
    return float(rows["value"].iloc[0])


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_of_two_covers_more(seed: int) -> None:
    here = town(seed)
    found = CoverMost(here.result, "S-1", k=2, candidates=here.candidates()).solve(effort=QUIET)
    best = max(here.children[covered(here, one)].sum() for one in choices(here, 2))
    assert (found.objective, found.bound, found.status) == (best, best, "proven")
    assert share(again(here.result, found)) == pytest.approx(found.share_after, abs=1e-12)
    assert found.table["gain"].sum() == found.gain == best - here.children[covered(here, [])].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_within_the_budget_covers_more(seed: int) -> None:
    here = town(seed)
    cost = {one: 1.0 + one % 4 for one in here.sites}
    frame = here.candidates(cost=list(cost.values()))
    found = CoverMost(here.result, "S-1", candidates=frame, conditions=Conditions(budget=5)).solve(effort=QUIET)
    best = max(
        here.children[covered(here, one)].sum()
        for one in choices(here, len(here.sites))
        if sum(cost[site] for site in one) <= 5
    )
    assert (found.objective, found.status) == (best, "proven")
    assert found.table["cost"].sum() <= 5


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("asked", [0.6, 0.8])
def test_no_fewer_sites_reach_the_share(seed: int, asked: float) -> None:
    here = town(seed, sites=8)
    found = CoverShare(here.result, "S-1", share=asked, candidates=here.candidates()).solve(effort=QUIET)
    whole = here.children.sum()
    enough = [len(one) for one in choices(here, 8) if here.children[covered(here, one)].sum() >= asked * whole - 1e-9]
    if not enough:
        assert found.status == "infeasible"
        return
    assert (found.objective, len(found.table), found.status) == (min(enough), min(enough), "proven")
    assert share(again(here.result, found)) == pytest.approx(found.share_after, abs=1e-12)
    assert found.share_after >= asked - 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_of_two_lets_children_walk_less(seed: int) -> None:
    here = town(seed)
    found = LeastWalk(here.result, "S-1", k=2, candidates=here.candidates()).solve(effort=QUIET)
    best = min(float(here.metres([*here.kindergartens, *one]).min(axis=0) @ here.children) for one in choices(here, 2))
    assert found.objective == pytest.approx(best)
    assert found.status == "proven"
    cells = again(here.result, found).cells_for("S-1")
    assert float((cells["metres"] * cells["group"]).sum()) == pytest.approx(found.objective)
    assert cells["metres"].to_numpy() == pytest.approx(found.cells["metres_after"].to_numpy())


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_of_two_has_a_shorter_longest_walk(seed: int) -> None:
    here = town(seed)
    found = ShortestWorstWalk(here.result, "S-1", k=2, candidates=here.candidates()).solve(effort=QUIET)
    best = min(here.metres([*here.kindergartens, *one]).min(axis=0).max() for one in choices(here, 2))
    assert found.objective == pytest.approx(best)
    assert again(here.result, found).cells_for("S-1")["metres"].max() == pytest.approx(best)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_of_two_leaves_the_worst_district_better_off(seed: int) -> None:
    here = town(seed, homes=12)
    found = WorstOffFirst(here.result, "S-1", k=2, among="县区", candidates=here.candidates()).solve(effort=QUIET)
    west = np.array([crossings()[home][0] < 250 for home in here.homes])
    best = max(_shares(here, one, west) for one in choices(here, 2))
    assert found.solution.floor == pytest.approx(best[0])
    assert found.objective == pytest.approx(best[1])
    after = again(here.result, found)
    assert min(share(after, zone=zone) for zone in ("W", "E")) == pytest.approx(best[0])


def _shares(here: Town, sites: list[int], west: np.ndarray) -> tuple[float, float]:
    """Return the share of the worst-off district, and how many are covered."""
    near = here.children * covered(here, sites)
    return min(near[part].sum() / here.children[part].sum() for part in (west, ~west)), float(near.sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_of_two_leaves_the_worst_age_group_better_off(seed: int) -> None:
    here = town(seed)
    groups = ("pop_3_5", "pop_60p")
    found = WorstOffFirst(here.result, "S-1", k=2, among=groups, candidates=here.candidates()).solve(effort=QUIET)
    people = here.result.city.population
    best = max(
        min(float((people[group] * covered(here, one)).sum() / people[group].sum()) for group in groups)
        for one in choices(here, 2)
    )
    assert found.solution.floor == pytest.approx(best)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_of_two_within_capacity_serves_more(seed: int) -> None:
    here = town(seed, sites=5)
    sizes = (Size("small", 8, cost=1.0), Size("large", 20, cost=2.0))
    problem = ServeWithinCapacity(
        here.result,
        "S-1",
        sizes=sizes,
        candidates=here.candidates(),
        conditions=Conditions(budget=3),
        amount="places",
    )
    found = problem.solve(effort=QUIET)
    best = max(
        _served(here, sites, [12.0, *rooms])
        for sites in choices(here, 3)
        for rooms in _rooms(len(sites))
        if sum(1.0 if room == 8 else 2.0 for room in rooms) <= 3
    )
    assert (found.objective, found.status) == (best, "proven")
    assert found.served_after == pytest.approx(best)
    assert found.served_before == _served(here, [], [12.0])
    _assigned_within_capacity(here, found)


def _rooms(sites: int) -> list[list[float]]:
    """Return every way to give each site a size."""
    ways: list[list[float]] = [[]]
    for _ in range(sites):
        ways = [[*one, room] for one in ways for room in (8.0, 20.0)]
    return ways


def _served(here: Town, sites: list[int], most: list[float]) -> int:
    metres = here.metres([*here.kindergartens, *sites])
    metres[metres > LIMIT_M] = np.inf
    found = served(metres, here.children, np.array(most), np.zeros(len(most)), tuple(range(len(most))))
    assert found is not None
    return found[0]


def _assigned_within_capacity(here: Town, found: Proposal) -> None:
    """Check that nobody is served twice, too far away or beyond the places of a facility."""
    assert found.assigned is not None
    rows = found.assigned
    after = found.applied_to(here.result.city)
    places = after.facilities.set_index("id")["places"].astype(float)
    assert (rows.groupby("facility_id")["residents"].sum() <= places + 1e-6).all() or len(rows) == 0
    children = here.result.city.population.set_index("cell_id")["pop_3_5"]
    assert (rows.groupby("cell_id")["residents"].sum() <= children.reindex(rows["cell_id"].unique()) + 1e-6).all()
    assert (rows["metres"] <= LIMIT_M).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_no_choice_of_two_covers_more_of_two_standards(seed: int) -> None:
    here = town(seed)
    found = CoverSeveral(here.result, {"S-1": 2.0, "S-2": 1.0}, k=2, candidates=here.candidates()).solve(effort=QUIET)
    older = here.result.city.population["pop_60p"].to_numpy()
    best = max(
        2 * here.children[covered(here, one)].sum() + older[(here.metres(one) <= LIMIT_M).any(axis=0)].sum()
        for one in choices(here, 2)
    )
    assert (found.objective, found.status) == (best, "proven")
    after = again(here.result, found)
    whole = 2 * share(after) * here.children.sum() + share(after, "S-2") * older.sum()
    assert whole == pytest.approx(best)


@pytest.mark.parametrize("seed", SEEDS)
def test_services_that_share_a_site_pay_for_it_once(seed: int) -> None:
    here = town(seed, sites=4)
    found = CoverSeveral(
        here.result,
        {"S-1": 2.0, "S-2": 1.0},
        service_cost={"S-1": 2.0, "S-2": 1.0},
        candidates=here.candidates(cost=3.0),
        conditions=Conditions(budget=10),
    ).solve(effort=QUIET)
    older = here.result.city.population["pop_60p"].to_numpy()
    best = max(
        2 * here.children[covered(here, young)].sum() + older[(here.metres(old) <= LIMIT_M).any(axis=0)].sum()
        for young in choices(here, 4)
        for old in choices(here, 4)
        if 3 * len({*young, *old}) + 2 * len(young) + len(old) <= 10
    )
    assert found.objective == best
    assert found.table["cost"].sum() <= 10
    assert share(again(here.result, found)) * here.children.sum() >= here.children[covered(here, [])].sum() - 1e-9


@pytest.mark.parametrize("kind", [CoverMost, LeastWalk, ShortestWorstWalk])
def test_the_order_of_candidates_changes_no_objective(kind: type) -> None:
    here = town(3)
    frame = here.candidates()
    one = kind(here.result, "S-1", k=2, candidates=frame).solve(effort=QUIET)
    other = kind(here.result, "S-1", k=2, candidates=frame.iloc[::-1]).solve(effort=QUIET)
    assert one.objective == other.objective
    assert one.table.equals(other.table)


def test_a_problem_says_what_it_needs() -> None:
    here = town(0)
    with pytest.raises(InputError, match="k or a budget"):
        CoverMost(here.result, "S-1").solve()
    with pytest.raises(InputError, match="whole number above 0"):
        LeastWalk(here.result, "S-1", k=0).solve()
    with pytest.raises(InputError, match="budget needs costs"):
        CoverMost(here.result, "S-1", conditions=Conditions(budget=5)).solve()
    with pytest.raises(InputError, match="needs sizes"):
        ServeWithinCapacity(here.result, "S-1", k=1).solve()
    with pytest.raises(InputError, match="level '街区' is unknown"):
        WorstOffFirst(here.result, "S-1", k=1, among="街区").solve()
    with pytest.raises(InputError, match="objective 'best' is unknown"):
        sc.best_sites(here.result, "S-1", objective="best")  # type: ignore[arg-type]
