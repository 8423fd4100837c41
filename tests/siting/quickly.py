"""The quick choice of sites that every search of coverage starts from, on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from servicecircle.siting.kernels import search
from servicecircle.siting.quick import by_candidate, by_demand

if TYPE_CHECKING:
    from numpy.typing import NDArray


def cover_most(covers: NDArray[Any] | csr_array, weights: NDArray[np.float64], k: int) -> list[int]:
    """Return k candidates (all, if there are no more) that cover much: greedy and exchanges, no kicks."""
    pattern = csr_array(covers)
    pattern.eliminate_zeros()
    nowhere = np.zeros(pattern.nnz)
    world = (by_candidate(pattern, nowhere), by_demand(pattern, nowhere), weights, np.ones(len(weights)))
    best, _ = search(world, np.zeros(0, dtype=np.int64), min(k, pattern.shape[0]), 0)
    return [int(one) for one in best]
