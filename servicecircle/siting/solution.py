"""What a search found: the choice, how good it is, how good any choice could be, and why none is, if so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Ints = NDArray[np.int64]

SAME = 1e-9
"""Relative difference below which objective and bound are the same number: what the order of a sum leaves."""

Stop = Literal["", "time", "nodes", "size", "gap", "precision", "interrupted"]


@dataclass(frozen=True, slots=True, eq=False)
class Shortfall:
    """Why no choice does what was asked, and what would change that.

    Parameters
    ----------
    reason
        One sentence, English | Chinese.
    demand
        The demand that cannot be served: no candidate reaches it, or those that may be chosen do not suffice.
    weight
        What that demand counts.
    limit_m
        The smallest threshold (metres) at which each of that demand has a candidate; nan if distances are not known or
        reach is not the reason; ``inf`` if some has no walk to any.
    k
        The fewest sites with which it could be done under the same rules; 0 if that is not known or not the reason.
    """

    reason: str
    demand: Ints
    weight: float
    limit_m: float = np.nan
    k: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """A choice of candidates and its proof.

    Parameters
    ----------
    kind
        The problem: ``"most_covered"``, ``"fewest_sites"``, ``"fairest"``, ``"least_walk"``, ``"shortest_worst_walk"``,
        ``"most_served"``, ``"fewest_serving"`` or ``"least_walk_served"``.
    chosen
        The candidates, ascending, the required ones among them.
    objective
        What the choice achieves, in the problem's unit: weight covered (what was covered already included), sites or
        cost, weight x metres, metres.
    bound
        What no choice can beat: above or at the objective where more is better, below or at it where less is.
    assignment
        The candidate that serves each demand, the nearest of those chosen where distances are known; -1 where it stays
        with what exists or none does.
    flow
        With capacities: how many of each demand each candidate serves, shape (candidates, demands); otherwise None.
    stopped
        What ended the search before the proof: ``""`` nothing, ``"time"``, ``"nodes"``, ``"size"`` (too large for
        an exact search), ``"gap"`` (the gap asked for was reached), ``"precision"`` (the numbers differ too much in
        size), ``"interrupted"``.
    unreachable
        Demand of some weight that neither what exists nor any candidate reaches.
    shortfall
        Why it cannot be done, if so; the choice then does as much of it as can be done, or is empty.
    floor
        The share of the worst-off group (equity first), otherwise nan.
    floor_bound
        What no choice can beat of that share.
    """

    kind: str
    chosen: Ints
    objective: float
    bound: float
    assignment: Ints
    flow: csr_array | None = None
    stopped: Stop = ""
    unreachable: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    shortfall: Shortfall | None = None
    floor: float = np.nan
    floor_bound: float = np.nan

    @property
    def gap(self) -> float:
        """How far the bound is from the objective, as a share of the larger; 0 if they agree."""
        size = max(abs(self.objective), abs(self.bound))
        apart = abs(self.objective - self.bound)
        return 0.0 if apart <= SAME * max(size, 1.0) else float(apart / size)

    @property
    def feasible(self) -> bool:
        """Whether the choice does what was asked."""
        return self.shortfall is None

    @property
    def proven(self) -> bool:
        """Whether it is proven that no choice is better."""
        floors = np.isnan(self.floor) or self.floor_bound - self.floor <= SAME
        return self.feasible and self.gap == 0.0 and bool(floors)

    def __repr__(self) -> str:
        proof = "proven" if self.proven else f"gap {self.gap:.2%}"
        if not self.feasible:
            proof = "not feasible"
        ended = f", stopped: {self.stopped}" if self.stopped else ""
        return f"{self.kind}: {len(self.chosen)} sites, {self.objective:,.6g} (bound {self.bound:,.6g}, {proof}{ended})"
