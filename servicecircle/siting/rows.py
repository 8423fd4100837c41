"""Constraints that problems of every kind share, as rows of a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Rules

    Floats = NDArray[np.float64]


def rule_rows(rules: Rules, k: int) -> tuple[csr_array, Floats]:
    """Return rows over the candidates and what each may be at most: number, budget, spacing, one of each place.

    Parameters
    ----------
    rules
        Written out by `Rules.of`.
    k
        The most candidates that may be chosen.
    """
    count = len(rules.place)
    blocks: list[csr_array] = []
    high: list[list[float]] = []
    if k < count:
        blocks.append(csr_array(np.ones((1, count))))
        high.append([float(k)])
    if rules.cost.sum() > rules.budget:
        blocks.append(csr_array(rules.cost[None, :]))
        high.append([rules.budget])
    if len(rules.apart):
        rows = np.repeat(np.arange(len(rules.apart)), 2)
        ones = np.ones(2 * len(rules.apart))
        blocks.append(csr_array((ones, (rows, rules.apart.ravel())), shape=(len(rules.apart), count)))
        high.append([1.0] * len(rules.apart))
    spaces, place, size = np.unique(rules.place, return_inverse=True, return_counts=True)
    if len(spaces) < count:
        options = csr_array((np.ones(count), (place, np.arange(count))), shape=(len(spaces), count))
        blocks.append(csr_array(options[np.flatnonzero(size > 1)]))
        high.append([1.0] * int((size > 1).sum()))
    if not blocks:
        return csr_array((0, count)), np.zeros(0)
    return csr_array(vstack(blocks, format="csr")), np.concatenate(high)


def whole_numbers(values: Floats) -> bool:
    """Return whether all values are whole numbers small enough that sums of them are exact."""
    return bool((values == np.rint(values)).all() and values.sum() < 2.0**52)
