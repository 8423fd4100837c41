"""p-median: the k sites from which residents walk least in all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from servicecircle.siting.bounds import Bound, best_of_places, forced_bounds
from servicecircle.siting.choosing import Frame, good_choice
from servicecircle.siting.descent import Point, descended
from servicecircle.siting.exact import Program, solved
from servicecircle.siting.instance import Effort, Rules
from servicecircle.siting.quick import Demand, by_candidate, by_demand, quick_search
from servicecircle.siting.reduction import free_candidates, narrowed
from servicecircle.siting.rows import rule_rows, whole_numbers
from servicecircle.siting.shortfalls import number_of_sites, out_of_reach, required_too_many, too_few
from servicecircle.siting.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.siting.instance import Distances
    from servicecircle.siting.quick import Lists
    from servicecircle.siting.solution import Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

EXACT_ENTRIES = 400_000
"""Programs with more entries than this are not searched exactly: their first relaxation alone would take minutes."""
ENTRIES_PER_WALK = 3
KICKS_WITH_RULES = 5
CHOSEN = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """What is left to decide: who would walk how far to which of some candidates, of their own numbers 0, 1, ...

    Parameters
    ----------
    metres
        Walks that are shorter than ``far``, shape (candidates left, demands left).
    weights
        Shape (demands left,).
    far
        What each demand walks to what exists or is required; ``inf`` where it must be reached.
    rules
        The rules of the candidates left; nothing is required or forbidden any more.
    names
        The number of each candidate left in the problem it was taken from.
    k
        How many more may be chosen.
    base
        Weight x metres of demand that is not left, which no choice changes.
    required
        The numbers, in that problem, of the candidates that are chosen anyway.
    """

    metres: csr_array
    weights: Floats
    far: Floats
    rules: Rules
    names: Ints
    k: int
    base: float
    required: list[int]

    @property
    def finite_far(self) -> Floats:
        """What each demand walks without a site; where it must be reached, so far that reaching it comes first."""
        longest = float(self.metres.data.max(initial=1.0))
        return np.where(np.isinf(self.far), 10.0 * longest + 1.0, self.far)

    def cost_of(self, chosen: Sequence[int]) -> float:
        """Weight x metres of a choice of those left, the base included; ``inf`` if some demand is not reached."""
        return self.base + float((self.weights * walked(self.metres, self.far, chosen)).sum())


def walked(metres: csr_array, far: Floats, chosen: Sequence[int]) -> Floats:
    """Return the metres that each demand walks to the nearest chosen candidate, or else ``far``."""
    found = far.copy()
    for one in chosen:
        row = slice(metres.indptr[one], metres.indptr[one + 1])
        near = metres.indices[row]
        found[near] = np.minimum(found[near], metres.data[row])
    return found


def nearest_of(metres: csr_array, far: Floats, chosen: Ints) -> Ints:
    """Return the nearest chosen candidate of each demand, of equals the lower; -1 where it stays with ``far``."""
    found, owner = far.copy(), np.full(len(far), -1, dtype=np.int64)
    for one in chosen.tolist():
        row = slice(metres.indptr[one], metres.indptr[one + 1])
        near = metres.indices[row]
        better = metres.data[row] < found[near]
        found[near[better]] = metres.data[row][better]
        owner[near[better]] = one
    return owner


@dataclass(frozen=True, slots=True, eq=False)
class WalkGains:
    """Weight x metres that each candidate would save."""

    left: Walks

    def __call__(self, chosen: Sequence[int]) -> Floats:
        """Return what each candidate saves beside those chosen."""
        metres = self.left.metres
        walk = walked(metres, self.left.finite_far, chosen)
        row = np.repeat(np.arange(metres.shape[0]), np.diff(metres.indptr))
        saved = np.maximum(walk[metres.indices] - metres.data, 0.0) * self.left.weights[metres.indices]
        gains: Floats = np.bincount(row, weights=saved, minlength=metres.shape[0]).astype(np.float64)
        return gains


def walks_left(metres: csr_array, demand: tuple[Floats, Floats], rules: Rules, k: int) -> Walks:
    """Return what is left to decide once the required candidates stand and the others may be chosen.

    Parameters
    ----------
    metres
        Shape (candidates, demands).
    demand
        The weight of each, and what it walks without a site.
    rules
        Written out by `Rules.of`.
    k
        How many may be chosen, the required ones included.
    """
    weights, far = demand
    far = walked(metres, far, rules.required.tolist())
    names = np.flatnonzero(free_candidates(rules, k))
    rows = csr_array(metres[names]) if len(names) < metres.shape[0] else metres
    use = (rows.data < far[rows.indices]) & (weights[rows.indices] > 0)
    used = rows.indices[use]
    number = np.zeros(len(far), dtype=np.int64)
    number[used] = 1
    open_ones = np.flatnonzero(number)
    number[open_ones] = np.arange(len(open_ones))
    indptr = np.concatenate([[0], np.cumsum(use)])[rows.indptr]
    short = csr_array((rows.data[use], number[used], indptr), shape=(len(names), len(open_ones)))
    rest = np.setdiff1d(np.flatnonzero(weights > 0), open_ones)
    base = float((weights[rest] * far[rest]).sum())
    mine = (weights[open_ones], far[open_ones])
    left = k - len(rules.required)
    return Walks(short, *mine, narrowed(rules, names), names, left, base, rules.required.tolist())


def least_walk(distances: Distances, *, k: int, rules: Rules | None = None, effort: Effort | None = None) -> Solution:
    """Return the choice of at most k sites from which all demand walks least in total (p-median).

    Parameters
    ----------
    distances
        How far each demand walks to each candidate, and to what exists.
    k
        How many sites at most, the required ones included.
    rules
        What the choice must respect.
    effort
        How long to search.

    Returns
    -------
    Solution
        The objective is weight x metres. Demand that no candidate reaches is left out of it and listed as unreachable.

    Raises
    ------
    InputError
        If k is no whole number, or the rules name candidates that are not there.

    Examples
    --------
    >>> from servicecircle.siting.instance import Distances
    >>> problem = Distances(np.array([[0.0, 5.0, 9.0], [5.0, 0.0, 4.0], [9.0, 4.0, 0.0]]), np.array([1.0, 1.0, 3.0]))
    >>> least_walk(problem, k=1)
    least_walk: 1 sites, 13 (bound 13, proven)
    """
    whole, effort = (rules or Rules()).of(distances.candidates), effort or Effort()
    k = number_of_sites(k, whole)
    if short := required_too_many(whole, k):
        nobody = np.full(distances.demands, -1, dtype=np.int64)
        return Solution("least_walk", whole.required, np.inf, np.inf, nobody, shortfall=short)
    usable = np.union1d(whole.required, np.flatnonzero(free_candidates(whole, k)))
    reach = np.full(distances.demands, np.inf)
    reach = walked(distances.metres, np.minimum(reach, distances.existing_m), usable.tolist())
    lost = np.flatnonzero(np.isinf(reach) & (distances.weights > 0))
    weights = distances.weights.copy()
    weights[lost] = 0.0
    left = walks_left(distances.metres, (weights, distances.existing_m), whole, k)
    picked, bound, stopped = _least(left, effort)
    chosen = np.sort(np.concatenate([whole.required, left.names[picked]])).astype(np.int64)
    walk = walked(distances.metres, distances.existing_m, chosen.tolist())
    missed = np.flatnonzero(np.isinf(walk) & (weights > 0))
    counted = (weights > 0) & np.isfinite(walk)
    objective = float((weights[counted] * walk[counted]).sum())
    short = too_few(missed, weights, k) if len(missed) else None
    return Solution(
        "least_walk",
        chosen,
        objective,
        objective if not stopped else min(bound, objective),
        nearest_of(distances.metres, distances.existing_m, chosen),
        stopped=stopped,
        unreachable=lost,
        shortfall=short
        or (out_of_reach(lost, distances.weights, np.full(distances.demands, np.inf)) if len(lost) else None),
    )


def _least(left: Walks, effort: Effort) -> tuple[list[int], float, Stop]:
    """Return the best choice of what is left, the bound, and what ended the search before the proof."""
    try:
        columns = by_demand(left.metres, left.metres.data)
        picked = _well_walking(left, columns)
    except KeyboardInterrupt:
        return [], left.base, "interrupted"
    limit = walk_bound(left, columns, picked, effort)
    if -limit.known < left.cost_of(picked):
        picked = _well_walking(left, columns, limit.choice)
    known = left.cost_of(picked)
    step = (
        1.0 if whole_numbers(left.metres.data) and whole_numbers(left.weights) and left.base == int(left.base) else 0.0
    )
    bound = float(np.ceil(-limit.value - 1e-6)) if step else -limit.value
    if limit.interrupted:
        return picked, bound, "interrupted"
    if bound >= known * (1 - max(effort.gap, 1e-9)):
        return picked, bound, "" if bound >= known * (1 - 1e-9) else "gap"
    better = -known + step - 1e-6 if step else -known
    taken = limit.without_it < better if left.rules.plain else np.zeros(len(left.names), dtype=np.bool_)
    out = np.flatnonzero((limit.with_it < better) & ~taken)
    rules = replace(left.rules, required=np.flatnonzero(taken), forbidden=out)
    rest = walks_left(left.metres, (left.weights, left.far), rules, left.k)
    return _searched(left, replace(rest, base=rest.base + left.base), (picked, bound), effort)


def _searched(
    left: Walks, rest: Walks, known: tuple[list[int], float], effort: Effort
) -> tuple[list[int], float, Stop]:
    """Return the better of a known choice and what an exact search of the rest of a problem finds."""
    picked, bound = known
    if np.isinf(rest.base):  # without the candidates that are out, some demand is not reached: nothing is better
        return picked, left.cost_of(picked), ""
    if rest.metres.nnz * ENTRIES_PER_WALK > EXACT_ENTRIES:
        return picked, bound, "size"
    program, constant = radius_program(rest)
    outcome = solved(program, effort)
    if outcome.found:
        other = rest.required + rest.names[outcome.values[: len(rest.names)] > CHOSEN].tolist()
        picked = other if left.cost_of(other) < left.cost_of(picked) else picked
    value = left.cost_of(picked)
    if not outcome.stopped:
        return picked, value, ""
    return picked, min(max(bound, constant + outcome.bound), value), outcome.stopped


def _well_walking(left: Walks, columns: Lists, first: list[int] | None = None) -> list[int]:
    """Return a choice with short walks, found quickly."""
    if not left.rules.plain:
        return good_choice(WalkGains(left), Frame.of(left.rules, left.k), first=first or (), kicks=KICKS_WITH_RULES)
    rows = by_candidate(left.metres, left.metres.data)
    return quick_search(rows, Demand(left.weights, left.finite_far, columns), left.k, first)


def walk_bound(left: Walks, columns: Lists, chosen: list[int], effort: Effort) -> Bound:
    """Return a Lagrangian bound on minus the weight x metres of any choice, and what it says of each candidate.

    Each demand offers some metres for being served; a candidate is worth what it is offered beyond the walk to it.
    Beasley (1993), doi:10.1016/0377-2217(93)90229-8, describes the method.
    """
    from servicecircle.siting.kernels import pull, served_by

    rows = by_candidate(left.metres, left.metres.data)
    spaces = np.unique(left.rules.place, return_inverse=True)[1]
    count = len(left.names)

    def dual(state: Floats) -> Point:
        offer = state / left.weights
        worth = pull(columns, left.weights, offer, count)
        picked = best_of_places(worth, spaces, left.k)
        times, walk = served_by(rows, picked, offer, left.far)
        bound = float(worth[picked].sum() - state.sum()) - left.base
        met = -left.base - float(left.weights @ walk) if left.rules.plain else -np.inf
        return Point(bound, times - 1.0, worth, picked, met, [int(one) for one in picked])

    far = left.finite_far
    start = left.weights * second_nearest(columns, far, left.k)
    limits = np.zeros(len(far)), np.where(np.isinf(left.far), np.inf, left.weights * left.far)
    guess = -(left.base + float((left.weights * walked(left.metres, far, chosen)).sum()))
    known = -left.cost_of(chosen)
    found = descended(dual, start, limits, known=(known if np.isfinite(known) else guess, chosen), effort=effort)
    if found.lowest is None:
        nothing = np.full(count, np.inf)
        return Bound(-left.base, nothing, nothing, known, chosen, interrupted=True)
    forced = forced_bounds(found.lowest, spaces, left.k)
    best = found.known if np.isfinite(known) else -np.inf
    return Bound(found.lowest.bound, *forced, best, found.choice, interrupted=found.interrupted)


def second_nearest(columns: Lists, far: Floats, k: int) -> Floats:
    """Return a first offer for each demand: the walk to a candidate as near as the nearest of k usually is."""
    indptr, _, metres = columns
    size = np.diff(indptr)
    rank = np.minimum(size - 1, size // max(k, 1))
    return np.minimum(np.where(size > 0, metres[np.minimum(indptr[:-1] + rank, len(metres) - 1)], far), far)


def radius_program(left: Walks) -> tuple[Program, float]:
    """Return the program of walking least, and what its cost must be raised by.

    Beside a variable for each candidate there is one for each distance that a demand may have to walk: whether no
    candidate within it is chosen. Then the demand walks on to the next distance, whose difference it pays.
    Garcia, Labbe and Marin (2011), doi:10.1287/ijoc.1100.0418, describe such programs.
    """
    count = len(left.names)
    indptr, candidate, metres = by_demand(left.metres, left.metres.data)
    demand = np.repeat(np.arange(len(left.weights)), np.diff(indptr))
    new = np.ones(len(metres), dtype=np.bool_)
    new[1:] = (metres[1:] != metres[:-1]) | (demand[1:] != demand[:-1])
    ring = np.cumsum(new) - 1
    rings = int(ring[-1]) + 1 if len(ring) else 0
    owner, radius = demand[new], metres[new]
    last = np.ones(rings, dtype=np.bool_)
    last[:-1] = owner[1:] != owner[:-1]
    first = np.roll(last, 1)
    beyond = np.where(last, left.far[owner], np.roll(radius, -1))
    pays = np.where(np.isinf(beyond), 0.0, (np.where(np.isinf(beyond), radius, beyond) - radius)) * left.weights[owner]
    upper = np.where(np.isinf(beyond), 0.0, 1.0)
    constant = left.base + float((left.weights[owner[first]] * radius[first]).sum())
    inner = np.flatnonzero(~first)
    entries = np.concatenate([np.ones(len(ring)), np.ones(rings), -np.ones(len(inner))])
    row = np.concatenate([ring, np.arange(rings), inner])
    column = np.concatenate([candidate, count + np.arange(rings), count + inner - 1])
    chain = csr_array((entries, (row, column)), shape=(rings, count + rings))
    ties, high = rule_rows(left.rules, left.k)
    padded = csr_array((ties.data, ties.indices, ties.indptr), shape=(ties.shape[0], count + rings))
    rows = csr_array(vstack([padded, chain], format="csr"))
    low = np.concatenate([np.full(len(high), -np.inf), first.astype(np.float64)])
    above = np.concatenate([high, np.full(rings, np.inf)])
    cost = np.concatenate([np.zeros(count), pays])
    upper = np.concatenate([np.ones(count), upper])
    return Program(cost, rows, low, above, np.zeros(len(cost)), upper, np.arange(len(cost)) < count), constant
