"""What no choice can cover, without an exact search: a Lagrangian bound.

Each demand that is covered pays its multiplier to the candidates that cover it, and each candidate is worth what it is
paid; the best k candidates by that worth, and what demand keeps of its weight, add up to a bound. The bound is as good
as that of the linear relaxation, and the worths tell which candidates can be in no better choice than one known.
Galvao and ReVelle (1996), doi:10.1016/0377-2217(94)00159-6, describe the method.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.siting.choosing import times_covered
from servicecircle.siting.descent import Point, descended

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Effort
    from servicecircle.siting.reduction import Reduced

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A bound on what a choice is worth, and what it says of each candidate.

    Parameters
    ----------
    value
        No choice is worth more.
    with_it, without_it
        No choice with, or without, each candidate is worth more, shape (candidates,).
    known, choice
        The best choice met, and what it is worth.
    interrupted
        Whether Ctrl-C ended the search for it.
    """

    value: float
    with_it: Floats
    without_it: Floats
    known: float
    choice: list[int]
    interrupted: bool


def cover_bound(left: Reduced, chosen: list[int], effort: Effort) -> Bound:
    """Return a bound on the weight that the choices of a reduced problem cover.

    The number of sites is kept to, and one option for each place; a budget has a price; minimum spacing is let go.

    Parameters
    ----------
    left
        The problem.
    chosen
        A possible choice.
    effort
        How many rounds.
    """
    covers, weights, rules = left.covers, left.weights, left.rules
    priced = bool(rules.cost.sum() > rules.budget)
    unit = float(weights.sum()) / max(rules.budget, 1e-12) if priced else 0.0  # one multiplier like the others
    spaces = np.unique(rules.place, return_inverse=True)[1]

    def dual(state: Floats) -> Point:
        pays, price = state[:-1], float(state[-1]) * unit
        worth = np.asarray(covers @ pays) - price * rules.cost
        picked = best_of_places(worth, spaces, left.k)
        over = (rules.budget - float(rules.cost[picked].sum())) if priced else 0.0
        times = times_covered(covers, picked.tolist())
        bound = float((weights - pays).sum() + worth[picked].sum()) + (price * rules.budget if priced else 0.0)
        met = float(weights[times > 0].sum()) if rules.plain else -np.inf
        return Point(bound, np.append(times - 1.0, over * unit), worth, picked, met, picked.tolist())

    times = times_covered(covers, chosen)
    start = np.append(np.where(times > 0, 0.5 * weights / np.maximum(times, 1), weights), 0.0)
    limits = np.zeros(len(start)), np.append(weights, 1.0 if priced else 0.0)
    known = float(weights[times > 0].sum()), chosen
    found = descended(dual, start, limits, known=known, effort=effort)
    if found.lowest is None:
        nothing = np.full(covers.shape[0], np.inf)
        return Bound(float(weights.sum()), nothing, nothing, *known, interrupted=True)
    forced = forced_bounds(found.lowest, spaces, left.k)
    return Bound(found.lowest.bound, *forced, found.known, found.choice, interrupted=found.interrupted)


def best_of_places(worth: Floats, spaces: Ints, k: int) -> Ints:
    """Return at most k candidates of most worth above zero, one of each place; ties go to the lower number."""
    order = np.argsort(-worth, kind="stable")
    order = order[worth[order] > 0]
    if len(order) > k or len(np.unique(spaces)) < len(spaces):
        order = order[np.sort(np.unique(spaces[order], return_index=True)[1])]
    return order[:k]


def forced_bounds(lowest: Point, spaces: Ints, k: int) -> tuple[Floats, Floats]:
    """Return what no choice with, or without, each candidate is worth more than."""
    worth, picked = lowest.worth, lowest.picked
    inside = np.zeros(len(worth), dtype=np.bool_)
    inside[picked] = True
    weakest = float(worth[picked].min()) if len(picked) >= k > 0 else 0.0
    gives_way = np.full(len(worth), weakest)
    taken = np.full(int(spaces.max(initial=-1)) + 1, np.nan)
    taken[spaces[picked]] = worth[picked]
    same = ~np.isnan(taken[spaces])
    gives_way[same] = taken[spaces[same]]
    with_it = np.where(inside, lowest.bound, lowest.bound - gives_way + worth)
    follows = max(float(worth[~inside].max(initial=0.0)), 0.0)
    without_it = np.where(inside, lowest.bound - worth + follows, lowest.bound)
    return with_it, without_it
