"""Covering all, or a share, with the fewest sites or at the least cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from servicecircle.errors import InputError
from servicecircle.siting.choosing import CoverGains, Frame, coverer, greedy, times_covered
from servicecircle.siting.covering import most_covered
from servicecircle.siting.exact import Outcome, Program, solved
from servicecircle.siting.instance import Effort, Rules
from servicecircle.siting.reduction import Reduced, free_candidates, reduced
from servicecircle.siting.rows import rule_rows, whole_numbers
from servicecircle.siting.shortfalls import dearer, out_of_reach, too_few
from servicecircle.siting.solution import Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Coverage
    from servicecircle.siting.solution import Shortfall, Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

EXACT_ENTRIES = 2_000_000
"""Programs with more entries than this are not searched exactly."""
ROUNDING = 1e-9
CHOSEN = 0.5
WORK = 50_000_000
"""The most products that looking for implied demand may take."""


def fewest_sites(
    coverage: Coverage, *, share: float = 1.0, rules: Rules | None = None, effort: Effort | None = None
) -> Solution:
    """Return the fewest sites, or the cheapest if they have costs, that cover all weight or a share of it (LSCP).

    Parameters
    ----------
    coverage
        Who is covered from where.
    share
        The share of all weight, of what exists and of what no candidate reaches too, that must be covered.
    rules
        What the choice must respect.
    effort
        How long to search.

    Returns
    -------
    Solution
        The objective is the cost of all chosen, the required ones included; without costs their number. Where the
        share cannot be reached, the choice covers all that can be covered.

    Raises
    ------
    InputError
        If share is not between 0 and 1, or the rules name candidates that are not there.

    Examples
    --------
    >>> from servicecircle.siting.instance import Coverage
    >>> problem = Coverage(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]), np.array([5.0, 1.0, 1.0, 3.0]))
    >>> fewest_sites(problem), fewest_sites(problem, share=0.5)
    (fewest_sites: 2 sites, 2 (bound 2, proven), fewest_sites: 1 sites, 1 (bound 1, proven))
    """
    whole, effort = (rules or Rules()).of(coverage.candidates), effort or Effort()
    given: object = share
    if not isinstance(given, int | float | np.number) or not 0 <= share <= 1:
        raise InputError(f"share must be from 0 to 1. {share!r} was given instead. | share 必须在 0 与 1 之间。")
    budget, whole = whole.budget, replace(whole, budget=np.inf)
    need, short = _needed(coverage, whole, share)
    weights = np.where(coverage.already, 0.0, coverage.weights)
    left = reduced(coverage.covers, weights, whole, coverage.candidates)
    fixed = times_covered(coverage.covers, whole.required.tolist()) > 0
    missing = need - float(coverage.weights[coverage.already | fixed].sum())
    picked, bound, stopped = _fewest(left, missing, effort)
    spent = float(whole.cost[whole.required].sum())
    if picked is None:
        best = most_covered(coverage, rules=whole, effort=effort)
        missed = np.flatnonzero((best.assignment < 0) & ~coverage.already & (coverage.weights > 0))
        short = too_few(missed, coverage.weights, len(best.chosen))
        cost = float(whole.cost[best.chosen].sum())
        return replace(best, kind="fewest_sites", objective=cost, bound=spent, shortfall=short)
    chosen = np.sort(np.concatenate([whole.required, left.names[picked]])).astype(np.int64)
    cost = float(whole.cost[chosen].sum())
    if cost > budget * (1 + ROUNDING) and short is None:
        short = dearer(cost, budget)
    return Solution(
        "fewest_sites",
        chosen,
        cost,
        cost if not stopped else min(spent + bound, cost),
        coverer(coverage, chosen),
        stopped=stopped,
        unreachable=coverage.unreachable,
        shortfall=short,
    )


def _needed(coverage: Coverage, rules: Rules, share: float) -> tuple[float, Shortfall | None]:
    """Return the weight to cover, or as much of it as can be, and why that is not all, if so."""
    usable = np.union1d(rules.required, np.flatnonzero(free_candidates(rules, coverage.candidates)))
    reach = coverage.already | (times_covered(coverage.covers, usable.tolist()) > 0)
    total, most = float(coverage.weights.sum()), float(coverage.weights[reach].sum())
    need = share * total
    if need <= most * (1 + ROUNDING):
        return min(need, most), None
    lost = np.flatnonzero(~reach & (coverage.weights > 0))
    return most, out_of_reach(lost, coverage.weights, coverage.nearest_m)


def _fewest(left: Reduced, missing: float, effort: Effort) -> tuple[list[int] | None, float, Stop]:
    """Return the cheapest choice of a reduced problem, None if there is none; the bound; what ended the search."""
    total = float(left.weights.sum())
    if missing <= ROUNDING * max(total, 1.0):
        return [], 0.0, ""
    full = missing >= total * (1 - ROUNDING)
    start = cheap_choice(left, missing)
    least = minimum_cost(left, missing)
    if start is not None and float(left.rules.cost[start].sum()) <= least * (1 + ROUNDING):
        return start, least, ""
    program = full_program(left) if full else share_program(left, missing)
    if len(program.rows.data) > EXACT_ENTRIES:
        return start, least, "size"
    first = None
    if start is not None:
        first = np.zeros(len(left.names))
        first[start] = 1.0
    outcome = solved(program, effort, start=first)
    return _cheaper(left, start, outcome, least)


def _cheaper(
    left: Reduced, start: list[int] | None, outcome: Outcome, least: float
) -> tuple[list[int] | None, float, Stop]:
    """Return the cheaper of a known choice and what an exact search found, with the bound."""
    cost = left.rules.cost
    picked = start
    if outcome.found:
        other = np.flatnonzero(outcome.values[: len(left.names)] > CHOSEN)
        if start is None or cost[other].sum() < cost[start].sum():
            picked = other.tolist()
    bound = outcome.bound if np.isfinite(outcome.bound) else 0.0
    if whole_numbers(cost):
        bound = float(np.ceil(bound - 1e-6))
    bound = max(bound, least)
    done = picked is not None and bound >= cost[picked].sum() * (1 - ROUNDING)
    return picked, bound, "" if done else outcome.stopped


def cheap_choice(left: Reduced, missing: float) -> list[int] | None:
    """Return a choice that covers a weight, by greedy per cost and without those it does not need; None if it fails."""
    frame, gains = Frame.of(left.rules, len(left.names)), CoverGains(left.covers, left.weights)
    found = greedy(gains, frame, [], per_cost=True, enough=missing)
    slack = missing - ROUNDING * max(missing, 1.0)
    if _covered(left, found) < slack:
        return None
    for one in sorted(found, key=lambda one: (-left.rules.cost[one], -one)):
        rest = [other for other in found if other != one]
        if _covered(left, rest) >= slack:
            found = rest
    return found


def minimum_cost(left: Reduced, missing: float) -> float:
    """Return what covering a weight costs at least.

    Each candidate gives no more than all it covers; where all is to be covered, demand that shares no candidate needs
    one each.
    """
    mine = np.asarray(left.covers @ left.weights)
    cost = left.rules.cost
    order = np.lexsort([-mine / np.maximum(cost, ROUNDING)])
    before = np.concatenate([[0.0], np.cumsum(mine[order])])
    full = int(np.searchsorted(before, missing * (1 - ROUNDING), side="left"))
    spent = np.concatenate([[0.0], np.cumsum(cost[order])])
    least = float(spent[max(full - 1, 0)])
    if full and full <= len(order):
        least += (
            float(cost[order[full - 1]])
            * (missing * (1 - ROUNDING) - before[full - 1])
            / max(mine[order[full - 1]], 1e-300)
        )
    if missing >= left.weights.sum() * (1 - ROUNDING):
        least = max(least, _apart(left))
    return float(np.ceil(least - 1e-6)) if whole_numbers(cost) else least


def _apart(left: Reduced) -> float:
    """Return the least cost of covering demand of which no two share a candidate, found rarest first."""
    columns = left.covers.tocsc()
    used = np.zeros(len(left.names), dtype=np.bool_)
    cost = 0.0
    for demand in np.argsort(np.diff(columns.indptr), kind="stable").tolist():
        mine = columns.indices[columns.indptr[demand] : columns.indptr[demand + 1]]
        if not used[mine].any():
            used[mine] = True
            cost += float(left.rules.cost[mine].min())
    return cost


def full_program(left: Reduced) -> Program:
    """Return the program of covering all: demand that is covered whenever another is needs no row of its own."""
    columns = csr_array(left.covers.T)
    columns = columns[np.flatnonzero(~implied(columns))]
    count = len(left.names)
    ties, high = rule_rows(left.rules, left.k)
    rows = csr_array(vstack([ties, columns], format="csr"))
    low = np.concatenate([np.full(len(high), -np.inf), np.ones(columns.shape[0])])
    above = np.concatenate([high, np.full(columns.shape[0], np.inf)])
    ones = np.ones(count)
    return Program(left.rules.cost, rows, low, above, 0 * ones, ones, ones > 0)


def implied(columns: csr_array) -> Flags:
    """Return which demand has all candidates of another and more: covering the other covers it."""
    size = np.diff(columns.indptr)
    if float((np.diff(columns.tocsc().indptr).astype(np.float64) ** 2).sum()) > WORK:
        return np.zeros(len(size), dtype=np.bool_)
    shared = (columns @ columns.T).tocoo()
    inside = (shared.data >= size[shared.row] - CHOSEN) & (size[shared.col] > size[shared.row])
    gone = np.zeros(len(size), dtype=np.bool_)
    gone[shared.col[inside]] = True
    return gone


def share_program(left: Reduced, missing: float) -> Program:
    """Return the program of covering a weight: a variable for each candidate, then one for each demand."""
    count, demands = left.covers.shape
    ties, high = rule_rows(left.rules, count)
    reach = hstack([-left.covers.T, eye_array(demands)], format="csr")
    padded = hstack([ties, csr_array((ties.shape[0], demands))], format="csr")
    scale = max(float(left.weights.max(initial=1.0)), 1.0)
    total = csr_array(np.concatenate([np.zeros(count), left.weights / scale])[None, :])
    rows = csr_array(vstack([padded, reach, total], format="csr"))
    low = np.concatenate([np.full(len(high) + demands, -np.inf), [missing / scale * (1 - ROUNDING)]])
    above = np.concatenate([high, np.zeros(demands), [np.inf]])
    ones = np.ones(count + demands)
    cost = np.concatenate([left.rules.cost, np.zeros(demands)])
    return Program(cost, rows, low, above, 0 * ones, ones, np.arange(len(ones)) < count)


def _covered(left: Reduced, picked: list[int]) -> float:
    return float(left.weights[times_covered(left.covers, picked) > 0].sum())
