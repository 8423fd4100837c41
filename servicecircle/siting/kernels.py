"""The kernels of siting, compiled by numba when first called. Import this module inside functions.

``rows`` is (indptr, indices) of candidates over demand, ``columns`` the same of demand over candidates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Lists = tuple[NDArray[np.int32], NDArray[np.int32]]
    State = tuple[Ints, Floats, NDArray[np.bool_]]

Kernel = TypeVar("Kernel", bound="Callable[..., Any]")


def _compiled(function: Kernel) -> Kernel:
    """Return a function compiled when it is first called, without the interpreter's lock; kept on disk if possible."""
    try:
        return cast(Kernel, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # neither this folder nor the user's cache can be written
        return cast(Kernel, njit(nogil=True)(function))


@_compiled
def _toggle(candidate: int, sign: int, lists: tuple[Lists, Lists], weights: Floats, state: State) -> None:
    """Put a candidate in (1) or out (-1): how often each demand is covered, what each candidate would add."""
    rows, columns = lists
    times, gains, inside = state
    inside[candidate] = sign > 0
    for place in range(rows[0][candidate], rows[0][candidate + 1]):
        demand = rows[1][place]
        times[demand] += sign
        if times[demand] == (1 if sign > 0 else 0):
            change = -sign * weights[demand]
            for other in range(columns[0][demand], columns[0][demand + 1]):
                gains[columns[1][other]] += change


@_compiled
def _best(state: State, barred: int, rounding: float) -> int:
    """Return the lowest candidate outside that adds most, -1 if there is none; one may be barred."""
    _, gains, inside = state
    best, most = -1, -1.0
    for candidate in range(len(gains)):
        if not inside[candidate] and candidate != barred and gains[candidate] > most + rounding:
            best, most = candidate, gains[candidate]
    return best


@_compiled
def _exchange(chosen: Ints, lists: tuple[Lists, Lists], weights: Floats, state: State, rounding: float) -> float:
    """Exchange one at a time for another that adds more, until none does; return by how much more is covered."""
    won = 0.0
    improved = True
    while improved:
        improved = False
        for place in range(len(chosen)):
            old = chosen[place]
            _toggle(old, -1, lists, weights, state)
            new = _best(state, -1, rounding)
            gain = state[1][new] - state[1][old]
            if gain > rounding:
                chosen[place], improved = new, True
                won += gain
                _toggle(new, 1, lists, weights, state)
            else:
                _toggle(old, 1, lists, weights, state)
    return won


@_compiled
def cover_search(
    lists: tuple[Lists, Lists], weights: Floats, first: Ints, k: int, kicks: int, seed: int
) -> tuple[Ints, float]:
    """Return k candidates that cover much weight, and how much: greedy from a first few, exchanges, kicks.

    A kick drops a few and takes the best of the others instead; the better choice is kept. Rounding is a share of the
    whole weight, so that what a sum's order leaves decides nothing.
    """
    demands, count = len(weights), len(lists[0][0]) - 1
    rounding = 1e-11 * max(weights.sum(), 1.0)
    state = (np.zeros(demands, dtype=np.int64), np.zeros(count), np.zeros(count, dtype=np.bool_))
    for candidate in range(count):
        for place in range(lists[0][0][candidate], lists[0][0][candidate + 1]):
            state[1][candidate] += weights[lists[0][1][place]]
    chosen = np.full(k, -1, dtype=np.int64)
    value = 0.0
    for place in range(k):
        chosen[place] = first[place] if place < len(first) else _best(state, -1, rounding)
        value += state[1][chosen[place]]
        _toggle(chosen[place], 1, lists, weights, state)
    value += _exchange(chosen, lists, weights, state, rounding)
    best, most = chosen.copy(), value
    dice = np.uint64(seed * 2 + 1)
    for _ in range(kicks if 1 < k < count else 0):
        size = 2 + int((dice >> np.uint64(33)) % np.uint64(3))
        for _ in range(min(size, k)):
            dice = dice * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            place = int((dice >> np.uint64(33)) % np.uint64(k))
            old = chosen[place]
            _toggle(old, -1, lists, weights, state)
            value -= state[1][old]
            chosen[place] = _best(state, old, rounding)
            value += state[1][chosen[place]]
            _toggle(chosen[place], 1, lists, weights, state)
        value += _exchange(chosen, lists, weights, state, rounding)
        if value > most + rounding:
            best, most = chosen.copy(), value
        elif value < most - rounding:
            for place in range(k):
                _toggle(chosen[place], -1, lists, weights, state)
            for place in range(k):
                chosen[place] = best[place]
                _toggle(best[place], 1, lists, weights, state)
            value = most
    return best, most
