"""Good choices quickly: greedy, then exchanges, within the rules. Deterministic: ties go to the lower number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from servicecircle.siting.instance import Coverage, Rules

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

ROUNDING = 1e-9
"""Gains closer than this share of the largest are equal: what a sum's order leaves decides nothing."""
PASSES = 50
"""The most passes of exchanges; each improves the choice, and far fewer are needed."""


class Gains(Protocol):
    """What each candidate would add to a choice."""

    def __call__(self, chosen: Sequence[int]) -> Floats:
        """Return the gain of each candidate given those chosen, shape (candidates,)."""


class CoverGains:
    """Weight that each candidate would newly cover.

    What was asked last is remembered, so that the next choice, which differs little, costs little.

    Parameters
    ----------
    covers
        Shape (candidates, demands).
    weights
        Shape (demands,).
    """

    def __init__(self, covers: csr_array, weights: Floats) -> None:
        self.covers, self.weights = covers, weights
        self._columns = covers.tocsc()
        self._held: set[int] = set()
        self._times = np.zeros(covers.shape[1], dtype=np.int64)
        self._gains = np.asarray(covers @ weights)

    def __call__(self, chosen: Sequence[int]) -> Floats:
        """Return the weight of what each candidate covers and those chosen do not; a copy."""
        wanted = set(chosen)
        changes = [(one, 1) for one in sorted(wanted - self._held)] + [(one, -1) for one in sorted(self._held - wanted)]
        if not changes:
            return self._gains.copy()
        rows = [self.covers.indices[self.covers.indptr[one] : self.covers.indptr[one + 1]] for one, _ in changes]
        touched = np.unique(np.concatenate(rows))
        before = self._times[touched] > 0
        for row, (_, sign) in zip(rows, changes, strict=True):
            self._times[row] += sign
        after = self._times[touched] > 0
        flipped = touched[before != after]
        change = np.where(self._times[flipped] > 0, -self.weights[flipped], self.weights[flipped])
        self._held = wanted
        self._update(flipped, change)
        return self._gains.copy()

    def _update(self, flipped: Ints, change: Floats) -> None:
        """Take the weight of demand now covered off the gains, give back that of demand now uncovered."""
        start, end = self._columns.indptr[flipped], self._columns.indptr[flipped + 1]
        size = end - start
        if size.sum() * 2 > self.covers.nnz:
            self._gains = np.asarray(self.covers @ np.where(self._times > 0, 0.0, self.weights))
            return
        place = np.arange(size.sum()) + np.repeat(start - np.cumsum(size) + size, size)
        rows = self._columns.indices[place]
        self._gains += np.bincount(rows, weights=np.repeat(change, size), minlength=len(self._gains))


def times_covered(covers: csr_array, chosen: Iterable[int]) -> Ints:
    """Return how many of the chosen candidates cover each demand, shape (demands,)."""
    rows = [covers.indices[covers.indptr[one] : covers.indptr[one + 1]] for one in chosen]
    if not rows:
        return np.zeros(covers.shape[1], dtype=np.int64)
    return np.bincount(np.concatenate(rows), minlength=covers.shape[1]).astype(np.int64)


def coverer(coverage: Coverage, chosen: Ints) -> Ints:
    """Return a chosen candidate that covers each demand, the lowest; -1 where none does or what exists covers it."""
    found = np.full(coverage.demands, -1, dtype=np.int64)
    for one in chosen[::-1].tolist():
        found[coverage.covers.indices[coverage.covers.indptr[one] : coverage.covers.indptr[one + 1]]] = one
    found[coverage.already] = -1
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Which candidates may still join a choice.

    Parameters
    ----------
    rules
        The rules, written out by `Rules.of`.
    k
        The most candidates that may be chosen.
    exclusive
        Which candidates may not be chosen together, shape (candidates, candidates), symmetric.
    """

    rules: Rules
    k: int
    exclusive: csr_array

    @classmethod
    def of(cls, rules: Rules, k: int | None) -> Frame:
        """Return the frame of rules, written out; without k any number may be chosen."""
        count = len(rules.place)
        one, other = rules.apart.T
        pairs = csr_array((np.ones(len(one)), (one, other)), shape=(count, count))
        return cls(rules, count if k is None else k, csr_array(pairs + pairs.T))

    def open(self, chosen: Sequence[int]) -> Flags:
        """Return which candidates may join those chosen."""
        rules = self.rules
        free = np.ones(len(rules.place), dtype=np.bool_)
        if len(chosen) >= self.k:
            return np.zeros(len(free), dtype=np.bool_)
        free[rules.forbidden] = False
        picked = np.asarray(chosen, dtype=np.int64)
        free[picked] = False
        if not rules.plain:
            free &= ~np.isin(rules.place, rules.place[picked])
            free[times_covered(self.exclusive, chosen) > 0] = False
            left = rules.budget - rules.cost[picked].sum()
            free &= rules.cost <= left * (1 + ROUNDING)
        return free


def greedy(
    gains: Gains, frame: Frame, chosen: Sequence[int], *, per_cost: bool = False, enough: float = np.inf
) -> list[int]:
    """Return those chosen and, one by one, the candidate that adds most, until none may join or adds anything.

    Parameters
    ----------
    gains
        What each candidate adds.
    frame
        Which may join.
    chosen
        Those chosen already.
    per_cost
        Whether the most for its cost joins rather than the most.
    enough
        How much those that join need to add.
    """
    found, added = list(chosen), 0.0
    divisor = np.maximum(frame.rules.cost, ROUNDING) if per_cost else 1.0
    while added < enough * (1 - ROUNDING):
        adds = np.minimum(gains(found), enough - added)
        worth = np.where(frame.open(found) & (adds > ROUNDING), adds / divisor, 0.0)
        best = first_best(worth)
        if best < 0 or worth[best] <= 0:
            break
        found.append(best)
        added += float(adds[best])
    return found


def exchanged(gains: Gains, frame: Frame, chosen: Sequence[int]) -> list[int]:
    """Return those chosen after exchanging one at a time for another that adds more, until no exchange does.

    The required ones stay.
    """
    found, stay = list(chosen), set(frame.rules.required.tolist())
    for _ in range(PASSES):
        improved = False
        for place, old in enumerate(found):
            if old in stay:
                continue
            rest = found[:place] + found[place + 1 :]
            adds = gains(rest)
            worth = np.where(frame.open(rest), adds, -1.0)
            best = first_best(worth)
            if worth[best] > adds[old] + ROUNDING * max(1.0, abs(adds[old])):
                found[place], improved = best, True
        if not improved:
            break
    return found


def good_choice(gains: Gains, frame: Frame, *, first: Sequence[int] = (), kicks: int = 0) -> list[int]:
    """Return a choice by greedy, exchanges and whatever may then still join.

    Parameters
    ----------
    gains
        What each candidate adds.
    frame
        Which may join.
    first
        A choice to improve instead of a greedy one.
    kicks
        How often a few candidates are dropped and the rest filled and exchanged again; the better choice is kept.
    """
    fixed = frame.rules.required.tolist()
    starts = [list(first) or greedy(gains, frame, fixed)]
    if np.isfinite(frame.rules.budget) and not first:
        starts.append(greedy(gains, frame, fixed, per_cost=True))
    best: list[int] = []
    most = -1.0
    for start in starts:
        found = greedy(gains, frame, exchanged(gains, frame, start))
        value = worth_of(gains, found)
        if value > most * (1 + ROUNDING):
            best, most = found, value
    free = [one for one in best if one not in set(fixed)]
    dice = np.random.default_rng(len(free))
    for _ in range(kicks if len(free) > 1 else 0):
        free = [one for one in best if one not in set(fixed)]
        dropped = set(dice.choice(free, size=min(int(dice.integers(2, 5)), len(free)), replace=False).tolist())
        rest = [one for one in best if one not in dropped]
        found = greedy(gains, frame, exchanged(gains, frame, _refilled(gains, frame, rest, dropped)))
        value = worth_of(gains, found)
        if value > most * (1 + ROUNDING):
            best, most = found, value
    return best


def _refilled(gains: Gains, frame: Frame, rest: list[int], dropped: set[int]) -> list[int]:
    """Return the rest filled up by greedy without those dropped, which exchanges may bring back."""
    barred = replace(frame, rules=replace(frame.rules, forbidden=np.union1d(frame.rules.forbidden, list(dropped))))
    return greedy(gains, barred, rest)


def worth_of(gains: Gains, chosen: Sequence[int]) -> float:
    """Return what those chosen add together to nothing."""
    return float(sum(gains(chosen[:place])[one] for place, one in enumerate(chosen)))


def first_best(worth: Floats) -> int:
    """Return the lowest candidate that no other exceeds by more than rounding; -1 if there is none."""
    if not len(worth):
        return -1
    best = worth.max()
    return int(np.flatnonzero(worth >= best - ROUNDING * max(1.0, abs(best)))[0])
