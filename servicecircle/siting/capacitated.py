"""Siting with places or beds: no facility serves more than it can, residents are assigned.

Residents of one demand may be shared out among several facilities. Who goes where is chosen so that all together do
best (and of those assignments the one with least walking), not by each going to the nearest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array

from servicecircle.errors import InputError
from servicecircle.siting.assigning import Goal, Places, assigned, filled, service_program
from servicecircle.siting.exact import solved
from servicecircle.siting.instance import Effort, Rules
from servicecircle.siting.rows import whole_numbers
from servicecircle.siting.shortfalls import (
    dearer,
    number_of_sites,
    out_of_reach,
    overfull,
    required_too_many,
    too_empty,
)
from servicecircle.siting.solution import Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Capacity, Distances
    from servicecircle.siting.solution import Shortfall, Stop

    Floats = NDArray[np.float64]

Kind = Literal["most_served", "fewest_serving", "least_walk_served"]
GOALS: dict[Kind, Goal] = {"most_served": "most", "fewest_serving": "fewest", "least_walk_served": "walk"}
CHOSEN = 0.5
ROUNDING = 1e-9
SERVED = 1e-7
"""Share of a demand that may be left by the tolerances of an exact search."""
EXACT_ENTRIES = 2_000_000
"""Programs with more entries than this are not searched exactly."""


def most_served(
    distances: Distances,
    capacity: Capacity,
    *,
    k: int | None = None,
    rules: Rules | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Return the choice of at most k sites that can serve most weight within reach and capacity.

    Parameters
    ----------
    distances
        Which candidate each demand may walk to (pairs within the threshold only) and how far; ``existing_m`` has no
        say: facilities that exist and have free places are required candidates.
    capacity
        How many each candidate can serve.
    k
        How many sites at most, the required ones included; by default any number.
    rules
        What the choice must respect.
    effort
        How long to search.

    Returns
    -------
    Solution
        The objective is the weight served; ``flow`` says who serves whom, with the least walking for that choice.

    Raises
    ------
    InputError
        If capacity does not fit the candidates, k is no whole number, or the rules name candidates that are not there.

    Examples
    --------
    >>> from servicecircle.siting.instance import Capacity, Distances
    >>> metres = np.array([[100.0, 200.0, np.inf], [np.inf, 100.0, 300.0]])
    >>> problem = Distances(metres, np.array([30.0, 30.0, 30.0]))
    >>> most_served(problem, Capacity(np.array([40.0, 60.0])), k=1)
    most_served: 1 sites, 60 (bound 60, proven)
    """
    return _sited("most_served", distances, capacity, wanted=(k, 0.0), limits=(rules, effort))


def fewest_serving(
    distances: Distances,
    capacity: Capacity,
    *,
    share: float = 1.0,
    rules: Rules | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Return the fewest sites, or the cheapest if they have costs, that serve a share of all weight within capacity.

    Parameters
    ----------
    distances, capacity, rules, effort
        As `most_served`.
    share
        The share of all weight that must be served.

    Returns
    -------
    Solution
        The objective is the cost of all chosen; without costs their number. ``flow`` serves as many as these can.

    Raises
    ------
    InputError
        If share is not between 0 and 1, or as `most_served`.

    Examples
    --------
    >>> from servicecircle.siting.instance import Capacity, Distances
    >>> problem = Distances(np.full((3, 2), 100.0), np.array([30.0, 30.0]))
    >>> fewest_serving(problem, Capacity(np.array([40.0, 30.0, 20.0])))
    fewest_serving: 2 sites, 2 (bound 2, proven)
    """
    if not 0 <= share <= 1:
        raise InputError(f"share must be from 0 to 1. {share!r} was given instead. | share 必须在 0 与 1 之间。")
    return _sited("fewest_serving", distances, capacity, wanted=(None, share), limits=(rules, effort))


def least_walk_served(
    distances: Distances,
    capacity: Capacity,
    *,
    k: int | None = None,
    rules: Rules | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Return the choice of at most k sites from which all can be served within capacity, walking least in total.

    Parameters
    ----------
    distances, capacity, k, rules, effort
        As `most_served`.

    Returns
    -------
    Solution
        The objective is weight x metres. Demand that no candidate reaches is left out and listed as unreachable.

    Raises
    ------
    InputError
        As `most_served`.

    Examples
    --------
    The nearer site has room for 40 of 60:

    >>> from servicecircle.siting.instance import Capacity, Distances
    >>> problem = Distances(np.array([[100.0], [300.0]]), np.array([60.0]))
    >>> least_walk_served(problem, Capacity(np.array([40.0, 40.0]))).objective
    10000.0
    """
    return _sited("least_walk_served", distances, capacity, wanted=(k, 1.0), limits=(rules, effort))


def _sited(
    kind: Kind,
    distances: Distances,
    capacity: Capacity,
    *,
    wanted: tuple[int | None, float],
    limits: tuple[Rules | None, Effort | None],
) -> Solution:
    """Return the solution of one of the three kinds; ``wanted`` is k and the share of all weight to serve."""
    if len(capacity.most) != distances.candidates:
        raise InputError(
            f"capacity has {len(capacity.most)} entries for {distances.candidates} candidates. | 容量与候选点数不符。"
        )
    rules, effort = (limits[0] or Rules()).of(distances.candidates), limits[1] or Effort()
    k = number_of_sites(wanted[0], rules)
    goal = GOALS[kind]
    budget = rules.budget
    if goal == "fewest":
        rules = replace(rules, budget=np.inf)
    short = required_too_many(rules, k)
    places = Places.of(distances, capacity, rules, k)
    if short:
        return _solution(kind, distances, places, _Found(None, np.nan, ""), short=short)
    lost = np.flatnonzero(~places.reached & (distances.weights > 0))
    total, most = float(distances.weights.sum()), float(distances.weights[places.reached].sum())
    need = min(wanted[1] * total, most)
    if wanted[1] * total > most * (1 + ROUNDING):
        short = out_of_reach(lost, distances.weights, np.full(distances.demands, np.nan))
    found = _search(places, goal, need, effort)
    if found.chosen is None and goal == "most":
        return _solution(kind, distances, places, found, short=too_empty())
    if found.chosen is None:
        return _overfull(kind, distances, places, need, effort=effort)
    if goal == "fewest" and found.chosen and rules.cost[found.chosen].sum() > budget * (1 + ROUNDING):
        short = short or dearer(float(rules.cost[found.chosen].sum()), budget)
    return _solution(kind, distances, places, found, short=short)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A choice (None if there is none), its bound (as a cost), what ended the search, and who it serves."""

    chosen: list[int] | None
    bound: float
    stopped: Stop
    flow: csr_array | None = None


def _search(places: Places, goal: Goal, need: float, effort: Effort) -> _Found:
    """Return the best choice found for a goal."""
    first = filled(places, need if goal == "fewest" else np.inf)
    program = service_program(places, goal, need)
    if len(program.rows.data) > EXACT_ENTRIES:
        return _checked(places, goal, need, _Found(first, _easy_bound(places, goal, need), "size"), effort=effort)
    start = np.zeros(len(places.usable))
    start[first] = 1.0
    outcome = solved(program, effort, start=start)
    if outcome.impossible:
        return _Found(None, np.inf, "")
    chosen = np.flatnonzero(outcome.values[: len(start)] > CHOSEN).tolist() if outcome.found else first
    bound = outcome.bound if np.isfinite(outcome.bound) else _easy_bound(places, goal, need)
    return _checked(places, goal, need, _Found(chosen, bound, outcome.stopped), effort=effort)


def _checked(places: Places, goal: Goal, need: float, found: _Found, *, effort: Effort) -> _Found:
    """Return a choice with its assignment, or none if that does not serve what is needed."""
    flow = assigned(places, found.chosen or [], effort)
    if flow is None or (goal != "most" and flow.sum() < need * (1 - SERVED)):
        return _Found(None, found.bound, found.stopped)
    return replace(found, flow=flow)


def _easy_bound(places: Places, goal: Goal, need: float) -> float:
    """Return what no choice costs less than, from reach and the largest capacities alone."""
    room = np.sort(np.where(places.usable, places.capacity.most, 0.0))[::-1]
    if goal == "most":
        return -min(float(places.weights[places.reached].sum()), float(room[: places.k].sum()))
    if goal == "walk":
        nearest = np.full(len(places.weights), np.inf)
        np.minimum.at(nearest, places.demand, places.metres)
        return float((places.weights * np.where(places.reached, nearest, 0.0)).sum())
    cost = places.rules.cost[places.usable]
    fewest = int(np.searchsorted(np.cumsum(room), need * (1 - ROUNDING))) + 1 if need > 0 else 0
    return float(np.sort(cost)[:fewest].sum())


def _overfull(kind: Kind, distances: Distances, places: Places, need: float, *, effort: Effort) -> Solution:
    """Return the choice that serves most where what is needed cannot be served, and why it cannot."""
    best = _search(places, "most", 0.0, effort)
    flow = best.flow if best.flow is not None else csr_array((distances.candidates, distances.demands))
    left = distances.weights - np.asarray(flow.sum(axis=0)).ravel()
    lacking = np.flatnonzero(left > SERVED * np.maximum(distances.weights, 1.0))
    fewest = 0
    if places.k < len(places.usable):
        free = replace(
            places, k=len(places.usable), rules=replace(places.rules, cost=np.ones(len(places.usable)), budget=np.inf)
        )
        enough = _search(free, "fewest", need, effort)
        fewest = len(enough.chosen) if enough.chosen is not None and not enough.stopped else 0
    short = overfull(lacking, float(left[lacking].sum()), fewest)
    return _solution(kind, distances, places, best, short=short)


def _solution(kind: Kind, distances: Distances, places: Places, found: _Found, *, short: Shortfall | None) -> Solution:
    """Return what was found as a solution, its objective added up anew."""
    lost = np.flatnonzero(~places.reached & (distances.weights > 0))
    flow = found.flow if found.flow is not None else csr_array((distances.candidates, distances.demands))
    chosen = np.unique(np.asarray(found.chosen or places.rules.required, dtype=np.int64))
    walks = csr_array(distances.metres)
    goal = GOALS[kind]
    coo = flow.tocoo()
    if goal == "most":
        objective = float(flow.sum())
    elif goal == "fewest":
        objective = float(places.rules.cost[chosen].sum())
    else:
        objective = float((coo.data * np.asarray(walks[coo.row, coo.col]).ravel()).sum())
    sign = -1.0 if goal == "most" else 1.0
    bound = sign * found.bound if found.stopped else objective
    if found.stopped and places.whole and (goal == "most" or (goal == "fewest" and whole_numbers(places.rules.cost))):
        bound = float(np.floor(bound + 1e-6)) if goal == "most" else float(np.ceil(bound - 1e-6))
    bound = max(bound, objective) if goal == "most" else min(bound, objective)
    owner = np.full(distances.demands, -1, dtype=np.int64)
    order = np.lexsort([-coo.row, coo.data])  # the one that serves most of a demand comes last, of equals the lowest
    owner[coo.col[order]] = coo.row[order]
    return Solution(
        kind, chosen, objective, bound, owner, flow, stopped=found.stopped, unreachable=lost, shortfall=short
    )
