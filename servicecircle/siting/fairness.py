"""Equity first: the worst-off group is covered as well as can be, then as much as can be in all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from servicecircle.errors import InputError
from servicecircle.siting.choosing import CoverGains, Frame, coverer, good_choice, times_covered
from servicecircle.siting.covering import most_program
from servicecircle.siting.exact import Outcome, Program, solved
from servicecircle.siting.instance import Effort, Rules
from servicecircle.siting.reduction import Reduced, free_candidates, merged, narrowed, outdone
from servicecircle.siting.shortfalls import number_of_sites, required_too_many
from servicecircle.siting.solution import Solution

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from servicecircle.siting.instance import Coverage
    from servicecircle.siting.solution import Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CHOSEN = 0.5
ROUNDING = 1e-9


def fairest(
    coverage: Coverage,
    groups: ArrayLike,
    *,
    k: int | None = None,
    rules: Rules | None = None,
    effort: Effort | None = None,
) -> Solution:
    """Return the choice under which the worst-off group is covered best; of such, the one that covers most in all.

    Parameters
    ----------
    coverage
        Who is covered from where.
    groups
        The group (zone, age group) of each demand, a whole number; -1 belongs to none. Shape (demands,).
    k
        How many sites at most, the required ones included; by default any number.
    rules
        What the choice must respect.
    effort
        How long to search, for each of the two steps.

    Returns
    -------
    Solution
        ``floor`` is the share of the worst-off group that is covered, the objective the weight covered in all.

    Raises
    ------
    InputError
        If groups do not fit the demand or none weighs anything, or as `most_covered`.

    Examples
    --------
    One site could cover 9 of group 0, or 2 of 4 in group 1 and 1 of 9 in group 0; the latter leaves nobody at nothing:

    >>> from servicecircle.siting.instance import Coverage
    >>> problem = Coverage(np.array([[1, 1, 0, 0], [0, 1, 1, 0]]), np.array([8.0, 1.0, 2.0, 2.0]))
    >>> found = fairest(problem, [0, 0, 1, 1], k=1)
    >>> found.chosen.tolist(), found.floor, found.objective
    ([1], 0.111..., 3.0)
    """
    whole, effort = (rules or Rules()).of(coverage.candidates), effort or Effort()
    k = number_of_sites(k, whole)
    group = np.asarray(groups, dtype=np.int64)
    if group.shape != (coverage.demands,):
        raise InputError(f"groups needs {coverage.demands} numbers. | groups 需要 {coverage.demands} 个数。")
    known = np.unique(group[(group >= 0) & (coverage.weights > 0)])
    if not len(known):
        raise InputError("No group weighs anything. | 没有任何有权重的分组。")
    if short := required_too_many(whole, k):
        nobody = np.full(coverage.demands, -1, dtype=np.int64)
        return Solution("fairest", whole.required, 0.0, 0.0, nobody, shortfall=short)
    group = np.where(np.isin(group, known), np.searchsorted(known, group), -1)
    left, member = _reduced(coverage, whole, group, k)
    done = coverage.already | (times_covered(coverage.covers, whole.required.tolist()) > 0)
    whole_weight = np.bincount(group[group >= 0], weights=coverage.weights[group >= 0])
    base = (
        np.bincount(group[group >= 0], weights=(coverage.weights * done)[group >= 0], minlength=len(known))
        / whole_weight
    )
    parts = csr_array(
        (
            left.weights[member >= 0] / whole_weight[member[member >= 0]],
            (member[member >= 0], np.flatnonzero(member >= 0)),
        ),
        shape=(len(known), len(member)),
    )
    picked, limits, stopped = _lexicographic(left, parts, base, effort)
    chosen = np.sort(np.append(whole.required, left.names[picked])).astype(np.int64)
    covered = coverage.already | (times_covered(coverage.covers, chosen.tolist()) > 0)
    objective, above = float(coverage.weights[covered].sum()), max(limits[1], 0.0)
    floor = float(_shares(left, parts, base, picked).min())
    return Solution(
        "fairest",
        chosen,
        objective,
        objective + above,
        coverer(coverage, chosen),
        stopped=stopped,
        unreachable=coverage.unreachable,
        floor=floor,
        floor_bound=max(limits[0], floor),
    )


def _reduced(coverage: Coverage, rules: Rules, group: Ints, k: int) -> tuple[Reduced, Ints]:
    """Return what is left to decide, and the group of each demand left; only demand of one group is made one."""
    done = coverage.already | (times_covered(coverage.covers, rules.required.tolist()) > 0)
    names = np.flatnonzero(free_candidates(rules, k))
    blocks, weights, member = [csr_array((len(names), 0))], [np.zeros(0)], [np.zeros(0, dtype=np.int64)]
    for one in np.unique(group).tolist():
        mine = np.flatnonzero((group == one) & ~done & (coverage.weights > 0))
        block, weight = merged(csr_array(coverage.covers[names][:, mine]), coverage.weights[mine])
        blocks.append(block)
        weights.append(weight)
        member.append(np.full(len(weight), one, dtype=np.int64))
    covers = csr_array(hstack(blocks, format="csr"))
    left = Reduced(
        covers, np.concatenate(weights), narrowed(rules, names), names, k - len(rules.required), rules.required.tolist()
    )
    stay = np.flatnonzero(~outdone(covers, left.rules))
    left = replace(left, covers=csr_array(covers[stay]), rules=narrowed(left.rules, stay), names=names[stay])
    return left, np.concatenate(member)


def _shares(left: Reduced, parts: csr_array, base: Floats, picked: Sequence[int]) -> Floats:
    """Return the share of each group that a choice covers."""
    return np.asarray(base + parts @ (times_covered(left.covers, picked) > 0).astype(np.float64))


def _lexicographic(
    left: Reduced, parts: csr_array, base: Floats, effort: Effort
) -> tuple[list[int], tuple[float, float], Stop]:
    """Return the choice, (the bound of the worst share, how much more in all could be covered), what ended a search."""
    frame = Frame.of(left.rules, left.k)
    even = np.asarray(parts.sum(axis=0), dtype=np.float64).ravel()
    starts = [good_choice(CoverGains(left.covers, one), frame) for one in (left.weights, even)]
    picked = max(starts, key=lambda one: float(_shares(left, parts, base, one).min()))
    first = _solved(left, _floor_program(left, parts, base), picked, effort)
    picked = max([picked, *_choices(left, first)], key=lambda one: float(_shares(left, parts, base, one).min()))
    floor = float(_shares(left, parts, base, picked).min())
    floor_bound = min(-first.bound, 1.0) if first.stopped else floor
    if first.stopped == "interrupted":
        return picked, (floor_bound, float(left.weights.sum()) - _covered(left, picked)), first.stopped
    second = _solved(left, _total_program(left, parts, base, floor), picked, effort)
    fair = [
        one
        for one in [picked, *_choices(left, second)]
        if _shares(left, parts, base, one).min() >= floor * (1 - ROUNDING)
    ]
    picked = max(fair, key=lambda one: _covered(left, one))
    more = -second.bound - _covered(left, picked) if second.stopped else 0.0
    return picked, (floor_bound, more), second.stopped or first.stopped


def _solved(left: Reduced, program: Program, picked: list[int], effort: Effort) -> Outcome:
    start = np.zeros(len(left.names))
    start[picked] = 1.0
    return solved(program, effort, start=start)


def _choices(left: Reduced, outcome: Outcome) -> list[list[int]]:
    """Return the choice of an outcome, if it has one."""
    return [np.flatnonzero(outcome.values[: len(left.names)] > CHOSEN).tolist()] if outcome.found else []


def _floor_program(left: Reduced, parts: csr_array, base: Floats) -> Program:
    """Return the program of covering most of the worst-off group: as covering most, and one variable, its share."""
    most = most_program(left)
    count, variables = len(left.names), len(most.cost)
    wide = csr_array(hstack([most.rows, csr_array((most.rows.shape[0], 1))], format="csr"))
    shares = hstack([csr_array((len(base), count)), parts, csr_array(-np.ones((len(base), 1)))], format="csr")
    cost = np.append(np.zeros(variables), -1.0)
    return Program(
        cost,
        csr_array(vstack([wide, shares], format="csr")),
        np.concatenate([most.low, -base]),
        np.concatenate([most.high, np.full(len(base), np.inf)]),
        np.zeros(variables + 1),
        np.ones(variables + 1),
        np.append(most.whole, False),
    )


def _total_program(left: Reduced, parts: csr_array, base: Floats, floor: float) -> Program:
    """Return the program of covering most while no group falls below a share."""
    most = most_program(left)
    shares = hstack([csr_array((len(base), len(left.names))), parts], format="csr")
    return replace(
        most,
        rows=csr_array(vstack([most.rows, shares], format="csr")),
        low=np.concatenate([most.low, floor * (1 - ROUNDING) - base]),
        high=np.concatenate([most.high, np.full(len(base), np.inf)]),
    )


def _covered(left: Reduced, picked: Sequence[int]) -> float:
    return float(left.weights[times_covered(left.covers, picked) > 0].sum())
