"""The same covering problem in fewer numbers: what is settled, alike or outdone is taken out beforehand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from servicecircle.siting.choosing import times_covered
from servicecircle.siting.instance import Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

WORK = 50_000_000
"""The most products that looking for outdone candidates may take."""


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """What is left to decide: which of some candidates, of their own numbers 0, 1, ...

    Parameters
    ----------
    covers
        Shape (candidates left, demands left).
    weights
        Shape (demands left,); demand that the same candidates cover is one.
    rules
        The rules of the candidates left, written out; nothing is required or forbidden any more.
    names
        The number of each candidate left in the problem it was taken from.
    k
        How many more may be chosen.
    required
        The numbers, in that problem, of the candidates that are chosen anyway.
    """

    covers: csr_array
    weights: Floats
    rules: Rules
    names: Ints
    k: int
    required: list[int]


def free_candidates(rules: Rules, k: int) -> Flags:
    """Return which candidates may still be chosen beside the required ones (rules written out)."""
    free = np.ones(len(rules.place), dtype=np.bool_)
    free[rules.forbidden] = False
    free[rules.required] = False
    fixed = np.zeros(len(free), dtype=np.bool_)
    fixed[rules.required] = True
    one, other = rules.apart.T
    free[other[fixed[one]]] = False
    free[one[fixed[other]]] = False
    free &= ~np.isin(rules.place, rules.place[rules.required])
    free &= rules.cost <= (rules.budget - rules.cost[rules.required].sum()) * (1 + 1e-12)
    return free if k > len(rules.required) else np.zeros(len(free), dtype=np.bool_)


def narrowed(rules: Rules, names: Ints) -> Rules:
    """Return the rules of some candidates, numbered anew, what the required ones cost taken off the budget."""
    number = np.full(len(rules.place), -1, dtype=np.int64)
    number[names] = np.arange(len(names))
    apart = number[rules.apart]
    apart = apart[(apart >= 0).all(axis=1)]
    rest = max(rules.budget - float(rules.cost[rules.required].sum()), 0.0)
    return Rules(apart=apart, place=rules.place[names], cost=rules.cost[names], budget=rest)


def reduced(covers: csr_array, weights: Floats, rules: Rules, k: int) -> Reduced:
    """Return what is left to decide of covering most weight (or all of it).

    Candidates that cannot be chosen and demand that the required ones cover go first. Then, until nothing changes:
    demand covered by the same candidates becomes one, and a candidate goes if another covers all that it does, costs no
    more and hinders nobody.

    Parameters
    ----------
    covers
        Shape (candidates, demands).
    weights
        Shape (demands,); demand of no weight is left out.
    rules
        Written out by `Rules.of`.
    k
        How many may be chosen, the required ones included.
    """
    done = times_covered(covers, rules.required) > 0
    names = np.flatnonzero(free_candidates(rules, k))
    rows = covers[names][:, np.flatnonzero(~done & (weights > 0))]
    rows, mine = merged(csr_array(rows), weights[~done & (weights > 0)])
    left = Reduced(rows, mine, narrowed(rules, names), names, k - len(rules.required), rules.required.tolist())
    kept = ~outdone(left.covers, left.rules)
    while not kept.all():
        left = without(left, ~kept)
        kept = ~outdone(left.covers, left.rules)
    return left


def without(left: Reduced, gone: Flags) -> Reduced:
    """Return a problem without some of its candidates, demand that is now alike made one."""
    stay = np.flatnonzero(~gone)
    covers, weights = merged(csr_array(left.covers[stay]), left.weights)
    return replace(left, covers=covers, weights=weights, rules=narrowed(left.rules, stay), names=left.names[stay])


def merged(covers: csr_array, weights: Floats) -> tuple[csr_array, Floats]:
    """Return covers and weights with demand that the same candidates cover as one; demand no one covers is left out."""
    columns = covers.tocsc()
    columns.sort_indices()
    size: Ints = np.diff(columns.indptr).astype(np.int64)
    keys = np.random.default_rng(0).integers(0, 2**63, covers.shape[0], dtype=np.uint64)
    total = np.concatenate([[0], np.cumsum(keys[columns.indices], dtype=np.uint64)]).astype(np.uint64)
    key = total[columns.indptr[1:]] - total[columns.indptr[:-1]]
    order = np.lexsort([key, size])
    order = order[size[order] > 0]
    if not len(order):
        return csr_array((covers.shape[0], 0)), np.zeros(0)
    new = np.ones(len(order), dtype=np.bool_)
    new[1:] = (key[order[1:]] != key[order[:-1]]) | (size[order[1:]] != size[order[:-1]])
    new[1:] |= ~_alike(columns.indices.astype(np.int64), columns.indptr.astype(np.int64), order, new)
    group = np.cumsum(new) - 1
    first = np.sort(order[new])  # keeps the order of the demand
    mine: Floats = np.bincount(group, weights=weights[order])[np.argsort(order[new])].astype(np.float64)
    return csr_array(columns[:, first].tocsr()), mine


def _alike(indices: Ints, indptr: Ints, order: Ints, new: Flags) -> Flags:
    """Return whether each column but the first has the same candidates as the one before it in order, where not new."""
    same = np.ones(len(order) - 1, dtype=np.bool_)
    check = np.flatnonzero(~new[1:])
    one, other = order[check + 1], order[check]
    size = indptr[one + 1] - indptr[one]
    place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    differs = indices[np.repeat(indptr[one], size) + place] != indices[np.repeat(indptr[other], size) + place]
    same[check[np.repeat(np.arange(len(check)), size)[differs]]] = False
    return same


def outdone(covers: csr_array, rules: Rules) -> Flags:
    """Return which candidates another one makes needless: it covers as much and more, costs no more, hinders nobody.

    Of two that are the same the lower stays. Nothing is said where looking would take too long.
    """
    size = np.diff(covers.indptr)
    gone: Flags = size == 0
    if float((np.diff(covers.tocsc().indptr).astype(np.float64) ** 2).sum()) > WORK:
        return gone
    shared = (covers @ covers.T).tocoo()
    mine, other = shared.row.astype(np.int64), shared.col.astype(np.int64)
    inside = (shared.data >= size[mine] - 0.5) & (mine != other) & (rules.cost[other] <= rules.cost[mine])
    mine, other = mine[inside], other[inside]
    hinders = np.zeros(len(size), dtype=np.bool_)
    hinders[rules.apart] = True
    alone = np.bincount(np.unique(rules.place, return_inverse=True)[1])[np.unique(rules.place, return_inverse=True)[1]]
    easy = ~hinders[other] & ((alone[other] == 1) | (rules.place[other] == rules.place[mine]))
    back = ~hinders[mine] & ((alone[mine] == 1) | (rules.place[other] == rules.place[mine]))
    same = (size[mine] == size[other]) & (rules.cost[mine] == rules.cost[other]) & back
    gone[mine[easy & (~same | (other < mine))]] = True
    return gone
