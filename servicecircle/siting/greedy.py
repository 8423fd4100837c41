"""Choosing k sites that cover most: greedy, then swaps until none helps. Deterministic: ties go to the lower number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

BETTER = 1e-9
"""Gains closer than this are equal: what a sum's order leaves decides nothing."""


def cover_most(covers: csr_array, weights: NDArray[np.float64], k: int) -> list[int]:
    """Return up to k candidates that together cover most weight, best first.

    Parameters
    ----------
    covers
        Which candidate covers which demand, shape (candidates, demands).
    weights
        The weight of each demand, shape (demands,).
    k
        How many candidates at most; fewer are chosen where no further one covers anything.

    Returns
    -------
    list of int
        Candidates in the order in which they add most.

    Examples
    --------
    >>> from scipy.sparse import csr_array
    >>> covers = csr_array(np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]))
    >>> cover_most(covers, np.array([1.0, 2.0, 2.0, 1.0]), 2)
    [0, 2]
    """
    chosen = _greedy(covers, weights, k)
    chosen = _swapped(covers, weights, chosen)
    return _greedy(covers[sorted(chosen)], weights, len(chosen), names=sorted(chosen))


def _greedy(covers: csr_array, weights: NDArray[np.float64], k: int, *, names: list[int] | None = None) -> list[int]:
    """Return candidates by what each adds to those before it."""
    left = weights.copy()
    chosen: list[int] = []
    while len(chosen) < k:
        gains = covers @ left
        best = _first_best(gains)
        if gains[best] <= BETTER if len(gains) else True:
            break
        chosen.append(best)
        left[_covered_by(covers, best)] = 0.0
    return chosen if names is None else [names[one] for one in chosen]


def _swapped(covers: csr_array, weights: NDArray[np.float64], chosen: list[int]) -> list[int]:
    """Return candidates after exchanging one at a time for another that covers more, until no exchange does."""
    chosen = list(chosen)
    times = np.asarray(covers[chosen].sum(axis=0)).ravel() if chosen else np.zeros(len(weights))
    improved = True
    while improved:
        improved = False
        for place, old in enumerate(chosen):
            mine = _covered_by(covers, old)
            left = np.where(times > 0, 0.0, weights)
            only = mine[times[mine] == 1]
            left[only] = weights[only]
            gains = covers @ left
            best = _first_best(gains)
            if gains[best] > weights[only].sum() + BETTER:
                times[mine] -= 1
                times[_covered_by(covers, best)] += 1
                chosen[place], improved = best, True
    return chosen


def _first_best(gains: NDArray[np.float64]) -> int:
    """Return the lowest candidate whose gain no other exceeds by more than rounding."""
    return int(np.flatnonzero(gains >= gains.max() - BETTER)[0]) if len(gains) else -1


def _covered_by(covers: csr_array, candidate: int) -> NDArray[np.int64]:
    return np.asarray(covers.indices[covers.indptr[candidate] : covers.indptr[candidate + 1]], dtype=np.int64)
