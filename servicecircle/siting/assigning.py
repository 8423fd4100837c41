"""Who is served where within capacities: the programs, the assignment of a choice, and a first choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array, vstack

from servicecircle.siting.choosing import Frame
from servicecircle.siting.exact import Program, solved
from servicecircle.siting.reduction import free_candidates
from servicecircle.siting.rows import rule_rows, whole_numbers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.siting.instance import Capacity, Distances, Effort, Rules

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Goal = Literal["most", "fewest", "walk"]
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """A problem with capacities: pairs of a candidate that may be chosen and a demand that may walk to it.

    Parameters
    ----------
    candidate, demand, metres
        Shape (pairs,).
    weights
        Shape (demands,).
    capacity
        Of each candidate.
    rules
        Written out by `Rules.of`.
    k
        How many may be chosen, the required ones included.
    usable
        Which candidates may be chosen, the required ones included.
    """

    candidate: Ints
    demand: Ints
    metres: Floats
    weights: Floats
    capacity: Capacity
    rules: Rules
    k: int
    usable: Flags

    @classmethod
    def of(cls, distances: Distances, capacity: Capacity, rules: Rules, k: int) -> Places:
        """Return the pairs that matter: of usable candidates with some capacity and demand of some weight."""
        usable = free_candidates(rules, k)
        usable[rules.required] = True
        row = np.repeat(np.arange(distances.candidates), np.diff(distances.metres.indptr))
        column = distances.metres.indices.astype(np.int64)
        use = usable[row] & (capacity.most[row] > 0) & (distances.weights[column] > 0)
        pairs = row[use], column[use], distances.metres.data[use]
        return cls(*pairs, distances.weights, capacity, rules, k, usable)

    @property
    def reached(self) -> Flags:
        """Which demand has a candidate."""
        found = np.zeros(len(self.weights), dtype=np.bool_)
        found[self.demand] = True
        return found

    @property
    def whole(self) -> bool:
        """Whether all demand and capacities are whole numbers, so that who goes where can be too."""
        return whole_numbers(self.weights) and whole_numbers(self.capacity.most) and whole_numbers(self.capacity.least)


def service_program(places: Places, goal: Goal, need: float) -> Program:
    """Return a program: a variable for each candidate, then for each pair how many walk.

    Parameters
    ----------
    places
        The problem.
    goal
        To serve most, to serve ``need`` with the cheapest choice, or to serve all demand with the least walking.
    need
        The weight to serve, if that is the goal.
    """
    count, pairs = len(places.usable), len(places.metres)
    flow = np.arange(pairs) + count
    most, least, weights = places.capacity.most, places.capacity.least, places.weights
    shape = count + pairs
    ties, high = rule_rows(places.rules, places.k)
    ties = csr_array((ties.data, ties.indices, ties.indptr), shape=(len(high), shape))
    sums = _matrix([(np.ones(pairs), places.demand, flow)], (len(weights), shape))
    reached = places.reached
    own = np.arange(count)
    room = _matrix([(np.ones(pairs), places.candidate, flow), (-most, own, own)], (count, shape))
    enough = _matrix([(np.ones(pairs), places.candidate, flow), (-least, own, own)], (count, shape))
    enough = csr_array(enough[np.flatnonzero(least > 0)])
    few = np.minimum(most[places.candidate], weights[places.demand])
    number = np.arange(pairs)
    link = _matrix([(np.ones(pairs), number, flow), (-few, number, places.candidate)], (pairs, shape))
    blocks = [ties, csr_array(sums[np.flatnonzero(reached)]), room, enough, link]
    demand_low = weights[reached] if goal == "walk" else np.full(int(reached.sum()), -np.inf)
    low = [np.full(len(high), -np.inf), demand_low, np.full(count, -np.inf), np.zeros(enough.shape[0])]
    above = [high, weights[reached], np.zeros(count), np.full(enough.shape[0], np.inf), np.zeros(pairs)]
    low.append(np.full(pairs, -np.inf))
    if goal == "fewest":
        blocks.append(_matrix([(np.ones(pairs), np.zeros(pairs, dtype=np.int64), flow)], (1, shape)))
        low.append(np.array([need * (1 - ROUNDING)]))
        above.append(np.array([np.inf]))
    pays = {"most": -np.ones(pairs), "fewest": np.zeros(pairs), "walk": places.metres}[goal]
    builds = places.rules.cost if goal == "fewest" else np.zeros(count)
    lower = np.zeros(shape)
    lower[places.rules.required] = 1.0
    return Program(
        np.concatenate([builds, pays]),
        csr_array(vstack(blocks, format="csr")),
        np.concatenate(low),
        np.concatenate(above),
        lower,
        np.concatenate([places.usable.astype(np.float64), few]),
        np.arange(shape) < count,
    )


def _matrix(parts: list[tuple[Floats, Ints, Ints]], shape: tuple[int, int]) -> csr_array:
    values, rows, columns = (np.concatenate(one) for one in zip(*parts, strict=True))
    return csr_array((values, (rows, columns)), shape=shape)


def assigned(places: Places, chosen: Sequence[int], effort: Effort) -> csr_array | None:
    """Return who serves whom if some candidates are chosen: as many as can be served, walking as little as then can be.

    Parameters
    ----------
    places
        The problem.
    chosen
        The candidates.
    effort
        How long to search.

    Returns
    -------
    csr_array or None
        Shape (candidates, demands); None if their minimum enrolments cannot be met.
    """
    count, demands = len(places.usable), len(places.weights)
    mine = np.isin(places.candidate, np.asarray(chosen, dtype=np.int64))
    candidate, demand, metres = places.candidate[mine], places.demand[mine], places.metres[mine]
    pairs = np.arange(len(metres))
    least = np.zeros(count)
    least[np.asarray(chosen, dtype=np.int64)] = places.capacity.least[np.asarray(chosen, dtype=np.int64)]
    ones = np.ones(len(metres))
    rows = vstack(
        [
            csr_array((ones, (candidate, pairs)), shape=(count, len(pairs))),
            csr_array((ones, (demand, pairs)), shape=(demands, len(pairs))),
            csr_array(ones[None, :]) if len(ones) else csr_array((1, 0)),
        ],
        format="csr",
    )
    high = np.concatenate([places.capacity.most, places.weights, [np.inf]])
    if not len(ones):
        return csr_array((count, demands)) if not least.any() else None
    amount = 0.0
    flow = np.zeros(0)
    for cost in (-ones, metres):
        low = np.concatenate([least, np.zeros(demands), [amount]])
        free = Program(cost, csr_array(rows), low, high, 0 * ones, np.full(len(ones), np.inf), ones < 0)
        outcome = solved(free, effort, relaxed=True)
        if not outcome.found:
            return None if not len(flow) else _flow(flow, candidate, demand, (count, demands))
        flow = np.rint(outcome.values) if places.whole else np.maximum(outcome.values, 0.0)
        amount = float(flow.sum()) * (1 - (0.0 if places.whole else ROUNDING))
    return _flow(flow, candidate, demand, (count, demands))


def _flow(flow: Floats, candidate: Ints, demand: Ints, shape: tuple[int, int]) -> csr_array:
    some = flow > 0
    return csr_array((flow[some], (candidate[some], demand[some])), shape=shape)


def filled(places: Places, need: float) -> list[int]:
    """Return a first choice: one by one the candidate that takes most of the demand not yet served, per cost.

    Parameters
    ----------
    places
        The problem.
    need
        The weight at which to stop.
    """
    frame = Frame.of(places.rules, places.k)
    order = np.lexsort([places.metres, places.candidate])
    demand = places.demand[order]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(places.candidate, minlength=len(places.usable)))])
    rest, served = places.weights.copy(), 0.0
    chosen: list[int] = []
    waiting = places.rules.required.tolist()
    while waiting or served < need * (1 - ROUNDING):
        if not waiting:
            adds = np.bincount(places.candidate, weights=rest[places.demand], minlength=len(places.usable))
            adds = np.minimum(adds, places.capacity.most)
            adds[(adds < places.capacity.least) | ~frame.open(chosen) | ~places.usable] = 0.0
            worth = adds / np.maximum(places.rules.cost, ROUNDING)
            best = int(worth.argmax()) if len(worth) else 0
            if not len(worth) or worth[best] <= 0:
                break
            waiting = [best]
        one = waiting.pop(0)
        chosen.append(one)
        mine = demand[indptr[one] : indptr[one + 1]]
        before = np.concatenate([[0.0], np.cumsum(rest[mine])])
        takes = np.clip(places.capacity.most[one] - before[:-1], 0.0, rest[mine])
        rest[mine] -= takes
        served += float(takes.sum())
    return chosen
