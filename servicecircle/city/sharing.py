"""Dividing totals among places so that nothing is lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shared(totals: NDArray[np.float64], owner: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the part of its owner's total that each place gets; the parts of an owner add up to it exactly.

    Parameters
    ----------
    totals
        The total of each owner, shape (owners,).
    owner
        The owner of each place, by number, -1 for none, shape (places,).
    weights
        In proportion to what a total is divided among the places of its owner, above 0 for one of them at least.

    Examples
    --------
    >>> shared(np.array([10.0]), np.array([0, -1, 0]), np.array([1.0, 5.0, 3.0])).tolist()
    [2.5, 0.0, 7.5]
    """
    parts = np.zeros(len(owner))
    order = np.argsort(owner, kind="stable")
    zones, first = np.unique(owner[order], return_index=True)
    for zone, rows in zip(zones, np.split(order, first[1:]), strict=True):
        if zone < 0:
            continue
        part = totals[zone] * (weights[rows] / math.fsum(weights[rows]))
        for largest in np.argsort(-part, kind="stable"):  # what is left over fits the first or second of them
            if math.fsum(part) == totals[zone]:
                break
            part[largest] += math.fsum([totals[zone], *-part])
        parts[rows] = part
    return parts
