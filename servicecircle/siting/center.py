"""p-center: the k sites from which the longest walk is shortest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from servicecircle.siting.exact import solved
from servicecircle.siting.fewest import CHOSEN, cheap_choice, full_program, minimum_cost
from servicecircle.siting.instance import Effort, Rules
from servicecircle.siting.median import nearest_of, walked
from servicecircle.siting.reduction import free_candidates, reduced
from servicecircle.siting.shortfalls import number_of_sites, out_of_reach, required_too_many, too_few
from servicecircle.siting.solution import Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Distances
    from servicecircle.siting.solution import Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def shortest_worst_walk(
    distances: Distances, *, k: int, rules: Rules | None = None, effort: Effort | None = None
) -> Solution:
    """Return the choice of at most k sites from which the longest walk of any demand is shortest (p-center).

    The distances are tried in halves; each is proven to be enough, by a choice, or not, by an exact search.

    Parameters
    ----------
    distances
        How far each demand walks to each candidate, and to what exists. Demand of no weight is left out.
    k
        How many sites at most, the required ones included.
    rules
        What the choice must respect.
    effort
        How long to search, for each distance tried.

    Returns
    -------
    Solution
        The objective is the longest walk (metres) of demand that some candidate reaches; the rest is listed as
        unreachable.

    Raises
    ------
    InputError
        If k is no whole number, or the rules name candidates that are not there.

    Examples
    --------
    >>> from servicecircle.siting.instance import Distances
    >>> problem = Distances(np.array([[0.0, 5.0, 9.0], [5.0, 0.0, 4.0], [9.0, 4.0, 0.0]]), np.ones(3))
    >>> shortest_worst_walk(problem, k=1)
    shortest_worst_walk: 1 sites, 5 (bound 5, proven)
    """
    whole, effort = (rules or Rules()).of(distances.candidates), effort or Effort()
    k = number_of_sites(k, whole)
    if short := required_too_many(whole, k):
        nobody = np.full(distances.demands, -1, dtype=np.int64)
        return Solution("shortest_worst_walk", whole.required, np.inf, 0.0, nobody, shortfall=short)
    usable = np.union1d(whole.required, np.flatnonzero(free_candidates(whole, k)))
    nearest = walked(distances.metres, distances.existing_m, usable.tolist())
    counts = distances.weights > 0
    lost = np.flatnonzero(np.isinf(nearest) & counts)
    demand = np.flatnonzero(np.isfinite(nearest) & counts)
    metres = csr_array(distances.metres[:, demand])
    existing = distances.existing_m[demand]
    found = _halved(metres, existing, (whole, k), effort=effort, low_m=float(nearest[demand].max(initial=0.0)))
    chosen, low, stopped = found
    walk = walked(metres, existing, chosen.tolist())
    missed = demand[np.isinf(walk)]
    short = too_few(missed, distances.weights, k) if len(missed) else None
    if len(lost) and short is None:
        short = out_of_reach(lost, distances.weights, np.full(distances.demands, np.inf))
    worst = float(walk.max(initial=0.0))
    return Solution(
        "shortest_worst_walk",
        chosen,
        worst,
        min(low, worst) if stopped else worst,
        nearest_of(distances.metres, distances.existing_m, chosen),
        stopped=stopped,
        unreachable=lost,
        shortfall=short,
    )


def _halved(
    metres: csr_array, existing: Floats, limits: tuple[Rules, int], *, effort: Effort, low_m: float
) -> tuple[Ints, float, Stop]:
    """Return the choice with the shortest worst walk, what is proven of it, and what ended a search without proof."""
    from tqdm.auto import tqdm

    tried = np.unique(np.concatenate([metres.data, existing[np.isfinite(existing)], [low_m]]))
    tried = tried[tried >= low_m]
    best, _ = _enough(metres, existing, np.inf, limits, effort=effort)
    if best is None:
        return limits[0].required, low_m, ""
    proven = low_m
    stopped: Stop = ""
    low, high = 0, int(np.searchsorted(tried, _worst(metres, existing, best)))
    rounds = int(np.ceil(np.log2(len(tried) + 1)))
    with tqdm(total=rounds, desc="distances tried | 试算距离", unit="", delay=2, disable=not effort.progress) as bar:
        while low < high:
            bar.update(min(1, rounds - bar.n))
            middle = (low + high) // 2
            choice, ended = _enough(metres, existing, float(tried[middle]), limits, effort=effort)
            if choice is not None:
                best, high = choice, int(np.searchsorted(tried, _worst(metres, existing, choice)))
                continue
            low = middle + 1
            if ended:
                stopped = ended
            elif not stopped:
                proven = float(tried[min(low, len(tried) - 1)])
            if ended == "interrupted":
                break
    return best, proven, "" if proven >= tried[high] else stopped


def _worst(metres: csr_array, existing: Floats, chosen: Ints) -> float:
    return float(walked(metres, existing, chosen.tolist()).max(initial=0.0))


def _enough(
    metres: csr_array, existing: Floats, limit_m: float, limits: tuple[Rules, int], *, effort: Effort
) -> tuple[Ints | None, Stop]:
    """Return a choice within whose reach all demand is, None if there is none; and what ended the search, if so."""
    rules, k = limits
    near = metres.data <= limit_m
    row = np.repeat(np.arange(metres.shape[0]), np.diff(metres.indptr))
    entries = (np.ones(int(near.sum())), (row[near], metres.indices[near]))
    covers = csr_array(entries, shape=metres.shape)
    weights = np.where(existing <= limit_m, 0.0, 1.0) if np.isfinite(limit_m) else np.isinf(existing).astype(float)
    free = np.union1d(rules.required, np.flatnonzero(free_candidates(rules, k)))
    reached = np.asarray(covers[free].sum(axis=0)).ravel() > 0
    if (~reached & (weights > 0)).any():
        return None, ""
    try:
        left = reduced(covers, weights, rules, k)
        counted = replace(left, rules=replace(left.rules, cost=np.ones(len(left.names)), budget=np.inf))
        quick = cheap_choice(counted, float(left.weights.sum())) if len(left.weights) else []
        if quick is not None and len(quick) <= left.k and left.rules.cost[quick].sum() <= left.rules.budget:
            return np.sort(np.append(rules.required, left.names[quick])).astype(np.int64), ""
        if minimum_cost(counted, float(left.weights.sum())) > left.k:
            return None, ""
        program = replace(full_program(left), cost=np.ones(len(left.names)))
    except KeyboardInterrupt:
        return None, "interrupted"
    outcome = solved(program, effort, target=float(left.k))
    if outcome.found:
        picked = left.names[outcome.values > CHOSEN]
        return np.sort(np.append(rules.required, picked)).astype(np.int64), ""
    return None, outcome.stopped
