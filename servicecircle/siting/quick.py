"""A good choice of k candidates within a second or so, where nothing but their number ties them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Lists = tuple[Ints, NDArray[np.int32], Floats]

KICK_WORK = 2e8
"""About how many steps the kicks may take together: a second or so."""
KICKS = (5, 400)
"""The fewest and the most kicks."""


def by_candidate(pattern: csr_array, metres: Floats) -> Lists:
    """Return (indptr, demand, metres) of candidates over demand, as the kernels take them."""
    return pattern.indptr.astype(np.int64), pattern.indices.astype(np.int32), np.asarray(metres, dtype=np.float64)


def by_demand(pattern: csr_array, metres: Floats) -> Lists:
    """Return (indptr, candidate, metres) of demand over candidates, nearest first, of equals the lower number first."""
    candidate = np.repeat(np.arange(pattern.shape[0], dtype=np.int32), np.diff(pattern.indptr))
    order = np.lexsort([candidate, metres, pattern.indices])
    indptr = np.concatenate([[0], np.cumsum(np.bincount(pattern.indices, minlength=pattern.shape[1]))])
    return indptr.astype(np.int64), candidate[order], np.asarray(metres, dtype=np.float64)[order]


def quick_search(
    pattern: csr_array, metres: Floats, demand: tuple[Floats, Floats], k: int, first: Sequence[int] | None = None
) -> list[int]:
    """Return k candidates that save much: greedy (or a first choice), exchanges, and kicks as work allows.

    Parameters
    ----------
    pattern
        Which candidate is of use to which demand, shape (candidates, demands).
    metres
        How far they are apart, one for each entry.
    demand
        The weight of each demand, and what it walks when no chosen candidate is nearer.
    k
        How many; all if there are no more.
    first
        Candidates to begin with.
    """
    count = pattern.shape[0]
    if k >= count or not k:
        return list(range(count)) if k else []
    from servicecircle.siting.kernels import search

    lists = by_candidate(pattern, metres), by_demand(pattern, metres)
    size = np.diff(lists[1][0]).astype(np.float64)
    near = np.minimum(size, 4.0 * count / k) if metres.any() else size  # a walk is rarely beyond the nearest few
    work = 8.0 * k * float((size * near).sum()) / count
    kicks = int(np.clip(KICK_WORK / max(work, 1.0), *KICKS))
    best, _ = search(lists, *demand, np.asarray(first or [], dtype=np.int64), (k, kicks))
    return [int(one) for one in best]
