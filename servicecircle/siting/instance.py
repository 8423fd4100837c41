"""Siting problems as arrays: who could be served from where, how much each counts, and what a choice must respect.

Candidates are numbered by row, demand by column. A candidate is one way of building at one place: several sizes or sets
of services at a place are several candidates that share a number in `Rules.place`, and at most one of them is chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array, hstack

from servicecircle.errors import InputError
from servicecircle.siting.arrays import flags, floats, pairs_of, some, sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Matrix = csr_array | NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Coverage:
    """Which candidate covers which demand.

    Parameters
    ----------
    covers
        Shape (candidates, demands), dense or sparse; what is not zero is covered.
    weights
        What each demand counts (residents), shape (demands,), none below zero.
    already
        Which demand what exists covers; by default none.
    nearest_m
        Metres from each demand to its nearest candidate, where known: a failure then says which threshold would do.

    Raises
    ------
    InputError
        If shapes differ, or a weight is negative or not finite.

    Examples
    --------
    >>> problem = Coverage(np.array([[1, 1, 0], [0, 1, 1]]), np.array([5.0, 1.0, 7.0]))
    >>> problem.candidates, problem.demands
    (2, 3)
    """

    covers: csr_array
    weights: Floats
    already: Flags
    nearest_m: Floats

    def __init__(
        self, covers: Matrix, weights: ArrayLike, already: ArrayLike = (), nearest_m: ArrayLike | None = None
    ) -> None:
        rows = sparse(covers, "covers", keep_zeros=False)
        rows.data = np.ones(len(rows.data))
        demands = rows.shape[1]
        object.__setattr__(self, "covers", rows)
        object.__setattr__(self, "weights", floats(weights, "weights", demands))
        object.__setattr__(self, "already", flags(already, "already", demands))
        nearest = np.full(demands, np.nan) if nearest_m is None else nearest_m
        object.__setattr__(self, "nearest_m", np.asarray(nearest, dtype=np.float64))

    @property
    def candidates(self) -> int:
        """How many candidates there are."""
        return int(self.covers.shape[0])

    @property
    def demands(self) -> int:
        """How many demands there are."""
        return int(self.covers.shape[1])

    @property
    def unreachable(self) -> Ints:
        """Demand of some weight that neither what exists nor any candidate covers."""
        reached = np.diff(self.covers.tocsc().indptr) > 0
        return np.flatnonzero(~reached & ~self.already & (self.weights > 0))


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Distances:
    """How far each demand walks to each candidate.

    Parameters
    ----------
    metres
        Shape (candidates, demands): dense, ``inf`` where there is no walk; or sparse, where a pair that is not stored
        has none (a stored zero is a distance of zero).
    weights
        What each demand counts (residents), shape (demands,), none below zero.
    existing_m
        Metres from each demand to the nearest facility that exists and stays: nobody walks further than that. By
        default ``inf``: each demand must be reached from a chosen candidate.

    Raises
    ------
    InputError
        If shapes differ, or a weight or distance is negative or no number.

    Examples
    --------
    >>> problem = Distances(np.array([[0.0, 300.0], [np.inf, 100.0]]), np.array([10.0, 20.0]))
    >>> problem.within(200.0).covers.toarray()
    array([[1., 0.],
           [0., 1.]])
    """

    metres: csr_array
    weights: Floats
    existing_m: Floats

    def __init__(self, metres: Matrix, weights: ArrayLike, existing_m: ArrayLike | None = None) -> None:
        rows = sparse(metres, "metres", keep_zeros=True)
        demands = rows.shape[1]
        if len(rows.data) and not rows.data.min() >= 0:
            raise InputError("metres: a distance is negative or no number. | metres：距离为负或不是数字。")
        existing = np.full(demands, np.inf) if existing_m is None else existing_m
        object.__setattr__(self, "metres", rows)
        object.__setattr__(self, "weights", floats(weights, "weights", demands))
        object.__setattr__(self, "existing_m", floats(existing, "existing_m", demands, infinite=True))

    @property
    def candidates(self) -> int:
        """How many candidates there are."""
        return int(self.metres.shape[0])

    @property
    def demands(self) -> int:
        """How many demands there are."""
        return int(self.metres.shape[1])

    @property
    def nearest_m(self) -> Floats:
        """Metres from each demand to its nearest candidate; ``inf`` where there is no walk."""
        found = np.full(self.demands, np.inf)
        np.minimum.at(found, self.metres.indices, self.metres.data)
        return found

    @property
    def unreachable(self) -> Ints:
        """Demand of some weight that has neither an existing facility nor a candidate to walk to."""
        return np.flatnonzero(np.isinf(self.nearest_m) & np.isinf(self.existing_m) & (self.weights > 0))

    def within(self, limit_m: float) -> Coverage:
        """Return who is covered from where within a limit (metres, inclusive)."""
        from servicecircle.units import reaches

        rows = np.repeat(np.arange(self.candidates), np.diff(self.metres.indptr))
        near = np.asarray(reaches(self.metres.data, limit_m), dtype=np.bool_)
        ones = np.ones(int(near.sum()))
        covers = csr_array((ones, (rows[near], self.metres.indices[near])), shape=self.metres.shape)
        already = np.asarray(reaches(self.existing_m, limit_m), dtype=np.bool_)
        return Coverage(covers, self.weights, already, self.nearest_m)


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Capacity:
    """How many each candidate can serve.

    Parameters
    ----------
    most
        Places, beds or residents that each candidate can serve, shape (candidates,).
    least
        How many it must serve if it is chosen (a minimum enrolment); by default 0.

    Raises
    ------
    InputError
        If shapes differ, a number is negative or not finite, or ``least`` is above ``most``.
    """

    most: Floats
    least: Floats

    def __init__(self, most: ArrayLike, least: ArrayLike | None = None) -> None:
        high = floats(most, "most", np.size(most))
        low = np.zeros(len(high)) if least is None else floats(least, "least", len(high))
        if (low > high).any():
            rows = np.flatnonzero(low > high)
            raise InputError(
                f"least is above most for {some(rows)}: these could never be chosen. | {some(rows)} 的最低规模大于"
                "容量，永远不会被选中。"
            )
        object.__setattr__(self, "most", high)
        object.__setattr__(self, "least", low)


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Rules:
    """What a choice of candidates must respect.

    Parameters
    ----------
    required
        Candidates that are chosen whatever happens (facilities that stay); they count towards k and the budget.
    forbidden
        Candidates that may not be chosen.
    apart
        Pairs of candidates of which at most one may be chosen (minimum spacing), shape (pairs, 2).
    place
        The place of each candidate; of those at one place at most one is chosen. By default each has its own.
    cost
        What each candidate costs, shape (candidates,); by default 1 each.
    budget
        What all chosen may cost together; by default no limit.

    Raises
    ------
    InputError
        If a candidate is both required and forbidden, the required ones exclude each other, or a cost is negative.

    Examples
    --------
    Two sizes at one place, and a second place of which the budget allows only one more:

    >>> Rules(place=np.array([0, 0, 1]), cost=np.array([3.0, 5.0, 3.0]), budget=6.0).budget
    6.0
    """

    required: Ints
    forbidden: Ints
    apart: Ints
    place: Ints
    cost: Floats
    budget: float

    def __init__(
        self,
        required: ArrayLike = (),
        forbidden: ArrayLike = (),
        *,
        apart: ArrayLike = (),
        place: ArrayLike = (),
        cost: ArrayLike = (),
        budget: float = np.inf,
    ) -> None:
        object.__setattr__(self, "required", np.unique(np.asarray(required, dtype=np.int64)))
        object.__setattr__(self, "forbidden", np.unique(np.asarray(forbidden, dtype=np.int64)))
        object.__setattr__(self, "apart", pairs_of(apart))
        object.__setattr__(self, "place", np.asarray(place, dtype=np.int64))
        object.__setattr__(self, "cost", floats(cost, "cost", np.size(cost)))
        object.__setattr__(self, "budget", float(budget))
        both = np.intersect1d(self.required, self.forbidden)
        if len(both):
            raise InputError(f"Both required and forbidden: {some(both)}. | 既必选又禁选：{some(both)}。")
        if np.isnan(self.budget) or self.budget < 0:
            raise InputError(f"budget must be a number from 0 up, not {self.budget}. | 预算必须是不小于 0 的数。")

    def of(self, candidates: int) -> Rules:
        """Return these rules with place and cost written out for a number of candidates.

        Raises
        ------
        InputError
            If a rule names a candidate that is not there, shapes differ, or the required ones exclude each other.
        """
        named = np.concatenate([self.required, self.forbidden, self.apart.ravel()])
        strange = named[(named < 0) | (named >= candidates)]
        if len(strange):
            raise InputError(f"rules name candidates that are not there: {some(strange)}. | 规则中的候选点不存在。")
        place = self.place if len(self.place) else np.arange(candidates)
        cost = self.cost if len(self.cost) else np.ones(candidates)
        if len(place) != candidates or len(cost) != candidates:
            raise InputError(
                f"place and cost need one entry for each of the {candidates} candidates, not {len(place)} and "
                f"{len(cost)}. | place 与 cost 应与候选点一一对应。"
            )
        whole = Rules(self.required, self.forbidden, apart=self.apart, place=place, cost=cost, budget=self.budget)
        fixed = np.zeros(candidates, dtype=np.bool_)
        fixed[self.required] = True
        clash = fixed[self.apart].all(axis=1).any() if len(self.apart) else False
        if clash or len(np.unique(place[self.required])) < len(self.required):
            raise InputError("The required candidates exclude each other. | 必选的候选点互相排斥。")
        return whole

    @property
    def plain(self) -> bool:
        """Whether nothing but the number of sites ties candidates together (rules written out by `of`)."""
        return not len(self.apart) and np.isinf(self.budget) and len(np.unique(self.place)) == len(self.place)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search. Rounds and nodes come first: results then do not depend on the clock.

    Parameters
    ----------
    seconds
        The most time each exact search may take, the last resort; a solution says if this is what ended it.
    nodes
        The most nodes of an exact search.
    rounds
        The most rounds in which a bound is improved.
    gap
        The relative gap at which the search may end; 0 asks for a proven optimum.
    progress
        Whether long work shows a bar.
    """

    seconds: float = 60.0
    nodes: int = 100_000
    rounds: int = 600
    gap: float = 0.0
    progress: bool = True


def stacked(layers: Sequence[Coverage], shares: ArrayLike) -> Coverage:
    """Return one coverage of several standards at once: demand side by side, each layer counting its share.

    Parameters
    ----------
    layers
        One coverage per standard, all over the same candidates. Where a candidate offers only some of the services, its
        row is empty in the layers of the others.
    shares
        What a resident counts in each layer.

    Returns
    -------
    Coverage
        Shape (candidates, demands of all layers in turn).

    Raises
    ------
    InputError
        If there is no layer, the layers differ in candidates, or shares do not fit.

    Examples
    --------
    >>> clinic = Coverage(np.array([[1, 0], [0, 1]]), np.array([10.0, 20.0]))
    >>> school = Coverage(np.array([[1], [1]]), np.array([4.0]))
    >>> stacked([clinic, school], [1.0, 0.5]).weights
    array([10., 20.,  2.])
    """
    if not layers or len({one.candidates for one in layers}) > 1:
        raise InputError("stacked needs layers over the same candidates. | 各标准须使用相同的候选点。")
    counts = floats(shares, "shares", len(layers))
    return Coverage(
        csr_array(hstack([one.covers for one in layers], format="csr")),
        np.concatenate([one.weights * share for one, share in zip(layers, counts, strict=True)]),
        np.concatenate([one.already for one in layers]),
        np.concatenate([one.nearest_m for one in layers]),
    )
