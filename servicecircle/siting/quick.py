"""A good choice of k candidates within a second or so, where nothing but their number ties them together."""

from __future__ import annotations

from dataclasses import dataclass
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
    columns = csr_array((metres, pattern.indices, pattern.indptr), shape=pattern.shape).tocsc()
    columns.sort_indices()
    lists = columns.indptr.astype(np.int64), columns.indices.astype(np.int32), columns.data.astype(np.float64)
    if lists[2].any():
        from servicecircle.siting.kernels import nearest_first

        nearest_first(*lists)
    return lists


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """What a quick search knows of demand: its weight, what it walks without a site, its candidates nearest first."""

    weights: Floats
    far: Floats
    columns: Lists


def quick_search(rows: Lists, demand: Demand, k: int, first: Sequence[int] | None = None) -> list[int]:
    """Return k candidates that save much: greedy (or a first choice), exchanges, and kicks as work allows.

    Parameters
    ----------
    rows
        Which candidate is of use to which demand, and how far they are apart.
    demand
        The same from the side of demand.
    k
        How many; all if there are no more.
    first
        Candidates to begin with.
    """
    count = len(rows[0]) - 1
    if k >= count or not k:
        return list(range(count)) if k else []
    from servicecircle.siting.kernels import search

    size = np.diff(demand.columns[0]).astype(np.float64)
    near = np.minimum(size, 4.0 * count / k) if rows[2].any() else size  # a walk is rarely beyond the nearest few
    work = 8.0 * k * float((size * near).sum()) / count
    kicks = int(np.clip(KICK_WORK / max(work, 1.0), *KICKS))
    start = np.asarray(first or [], dtype=np.int64)
    best, _ = search((rows, demand.columns, demand.weights, demand.far), start, k, kicks)
    return [int(one) for one in best]
