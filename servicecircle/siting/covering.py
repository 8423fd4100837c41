"""Covering: most weight with k sites or a budget, and all or a share of it with the fewest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from servicecircle.siting.bounds import cover_bound
from servicecircle.siting.choosing import CoverGains, Frame, coverer, good_choice, times_covered
from servicecircle.siting.exact import Program, solved
from servicecircle.siting.instance import Effort, Rules
from servicecircle.siting.quick import Demand, by_candidate, by_demand, quick_search
from servicecircle.siting.reduction import Reduced, reduced
from servicecircle.siting.rows import rule_rows, whole_numbers
from servicecircle.siting.shortfalls import number_of_sites, required_too_many
from servicecircle.siting.solution import Solution

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Coverage
    from servicecircle.siting.solution import Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

EXACT_ENTRIES = 400_000
"""Programs with more entries than this are not searched exactly: their first relaxation alone would take minutes."""
CHOSEN = 0.5
KICKS_WITH_RULES = 5
"""How often a choice under rules is kicked; each takes about a hundred times as long as without."""


def most_covered(
    coverage: Coverage, *, k: int | None = None, rules: Rules | None = None, effort: Effort | None = None
) -> Solution:
    """Return the choice that covers most weight with at most k sites, within a budget, or both (MCLP).

    Parameters
    ----------
    coverage
        Who is covered from where.
    k
        How many sites at most, the required ones included; by default any number.
    rules
        What the choice must respect.
    effort
        How long to search.

    Returns
    -------
    Solution
        The objective is the weight covered, what exists included.

    Raises
    ------
    InputError
        If k is no whole number, or the rules name candidates that are not there.

    Examples
    --------
    >>> from servicecircle.siting.instance import Coverage
    >>> problem = Coverage(np.array([[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]]), np.array([2.0, 3.0, 3.0, 2.0]))
    >>> most_covered(problem, k=2)
    most_covered: 2 sites, 10 (bound 10, proven)
    """
    whole, effort = (rules or Rules()).of(coverage.candidates), effort or Effort()
    k = number_of_sites(k, whole)
    if short := required_too_many(whole, k):
        nobody = np.full(coverage.demands, -1, dtype=np.int64)
        return Solution("most_covered", whole.required, 0.0, 0.0, nobody, shortfall=short)
    weights = np.where(coverage.already, 0.0, coverage.weights)
    left = reduced(coverage.covers, weights, whole, k)
    picked, bound, stopped = _most(left, effort)
    chosen = np.sort(np.concatenate([whole.required, left.names[picked]])).astype(np.int64)
    covered = coverage.already | (times_covered(coverage.covers, chosen.tolist()) > 0)
    objective = float(coverage.weights[covered].sum())
    mine = float(left.weights[times_covered(left.covers, picked) > 0].sum())
    above = 0.0 if bound <= mine else bound - mine
    return Solution(
        "most_covered",
        chosen,
        objective,
        objective + above,
        coverer(coverage, chosen),
        stopped=stopped if above else "",
        unreachable=coverage.unreachable,
    )


def _most(left: Reduced, effort: Effort) -> tuple[list[int], float, Stop]:
    """Return the best choice of a reduced problem, the bound, and what ended the search before the proof."""
    try:
        picked = well_covering(left)
    except KeyboardInterrupt:
        return [], float(left.weights.sum()), "interrupted"
    limit = cover_bound(left, picked, effort)
    if limit.known > _covered(left, picked):
        picked = well_covering(left, limit.choice)
    known = _covered(left, picked)
    step = 1.0 if whole_numbers(left.weights) else 0.0
    bound = float(np.floor(limit.value + 1e-6)) if step else limit.value
    if limit.interrupted:
        return picked, bound, "interrupted"
    if bound <= known * (1 + effort.gap):
        return picked, max(bound, known), "" if bound <= known else "gap"
    better = known + step - 1e-6 if step else known
    taken = limit.without_it < better if left.rules.plain else np.zeros(len(left.names), dtype=np.bool_)
    rules = replace(
        left.rules, required=np.flatnonzero(taken), forbidden=np.flatnonzero((limit.with_it < better) & ~taken)
    )
    return _searched(left, reduced(left.covers, left.weights, rules, left.k), (picked, bound), effort)


def _searched(
    left: Reduced, rest: Reduced, known: tuple[list[int], float], effort: Effort
) -> tuple[list[int], float, Stop]:
    """Return the better of a known choice and what an exact search of the rest of a problem finds.

    Only the rest can be better: its names, together with the candidates that are in every better choice.
    """
    picked, bound = known
    program = most_program(rest)
    if len(program.rows.data) > EXACT_ENTRIES:
        return picked, bound, "size"
    taken = rest.required
    base = _covered(left, taken)
    outcome = solved(program, effort)
    if outcome.found:
        other = taken + rest.names[outcome.values[: len(rest.names)] > CHOSEN].tolist()
        picked = other if _covered(left, other) > _covered(left, picked) else picked
    value = _covered(left, picked)
    if not outcome.stopped:
        return picked, value, ""
    return picked, max(min(bound, base - outcome.bound), value), outcome.stopped


def well_covering(left: Reduced, first: list[int] | None = None) -> list[int]:
    """Return a choice that covers much, found quickly: greedy (or a first choice), exchanges, and some kicks."""
    if not left.rules.plain:
        gains = CoverGains(left.covers, left.weights)
        return good_choice(gains, Frame.of(left.rules, left.k), first=first or (), kicks=KICKS_WITH_RULES)
    nowhere = np.zeros(left.covers.nnz)
    demand = Demand(left.weights, np.ones(len(left.weights)), by_demand(left.covers, nowhere))
    return quick_search(by_candidate(left.covers, nowhere), demand, left.k, first)


def most_program(left: Reduced) -> Program:
    """Return the program of covering most: a variable for each candidate, then one for each demand."""
    count, demands = left.covers.shape
    ties, high = rule_rows(left.rules, left.k)
    reach = hstack([-left.covers.T, eye_array(demands)], format="csr")
    rows = csr_array(vstack([hstack([ties, csr_array((ties.shape[0], demands))]), reach], format="csr"))
    above = np.concatenate([high, np.zeros(demands)])
    cost = np.concatenate([np.zeros(count), -left.weights])
    ones = np.ones(count + demands)
    return Program(cost, rows, np.full(len(above), -np.inf), above, 0 * ones, ones, np.arange(len(ones)) < count)


def _covered(left: Reduced, picked: list[int]) -> float:
    return float(left.weights[times_covered(left.covers, picked) > 0].sum())
