"""The kernels of siting, compiled by numba when first called. Import this module inside functions.

``rows`` is (indptr, demand, metres) of candidates over demand, ``columns`` (indptr, candidate, metres) of demand over
candidates, nearest first, ``world`` (rows, columns, weights, far). ``far`` is what each demand walks when no chosen
candidate is nearer. Covering is the same with distances of 0 and a ``far`` of 1.
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
    Lists = tuple[Ints, NDArray[np.int32], Floats]
    World = tuple[Lists, Lists, Floats, Floats]
    State = tuple[Floats, Floats, NDArray[np.bool_]]

Kernel = TypeVar("Kernel", bound="Callable[..., Any]")


def _compiled(function: Kernel) -> Kernel:
    """Return a function compiled when it is first called, without the interpreter's lock; kept on disk if possible."""
    try:
        return cast(Kernel, njit(nogil=True, cache=True)(function))
    except RuntimeError:  # neither this folder nor the user's cache can be written
        return cast(Kernel, njit(nogil=True)(function))


@_compiled
def pull(columns: Lists, weights: Floats, reach: Floats, count: int) -> Floats:
    """Return for each of the candidates the weighted metres by which it is nearer to demand than each one's reach."""
    indptr, candidate, metres = columns
    worth = np.zeros(count)
    for demand in range(len(weights)):
        for place in range(indptr[demand], indptr[demand + 1]):
            ahead = reach[demand] - metres[place]
            if ahead <= 0:
                break
            worth[candidate[place]] += weights[demand] * ahead
    return worth


@_compiled
def served_by(rows: Lists, picked: Ints, offer: Floats, far: Floats) -> tuple[Floats, Floats]:
    """Return for each demand how many of those picked are nearer than its offer, and the walk to the nearest."""
    indptr, demand, metres = rows
    times, walk = np.zeros(len(offer)), far.copy()
    for candidate in picked:
        for place in range(indptr[candidate], indptr[candidate + 1]):
            one = demand[place]
            if metres[place] < offer[one]:
                times[one] += 1.0
            walk[one] = min(walk[one], metres[place])
    return times, walk


@_compiled
def nearest_first(indptr: Ints, candidate: NDArray[np.int32], metres: Floats) -> None:
    """Sort the candidates of each demand by distance in place; equals keep their order."""
    for demand in range(len(indptr) - 1):
        here = slice(indptr[demand], indptr[demand + 1])
        order = np.argsort(metres[here], kind="mergesort")
        metres[here] = metres[here][order]
        candidate[here] = candidate[here][order]


@_compiled
def _walks(demand: int, now: float, world: World, state: State) -> None:
    """Let a demand walk a new distance, and what each candidate would save follow."""
    _, (indptr, candidate, metres), weights, _ = world
    walk, gains, _ = state
    before = walk[demand]
    walk[demand] = now
    longest = max(before, now)
    for place in range(indptr[demand], indptr[demand + 1]):
        if metres[place] >= longest:
            break
        change = max(now - metres[place], 0.0) - max(before - metres[place], 0.0)
        gains[candidate[place]] += weights[demand] * change


@_compiled
def _add(new: int, world: World, state: State) -> None:
    """Choose a candidate."""
    rows = world[0]
    state[2][new] = True
    for place in range(rows[0][new], rows[0][new + 1]):
        if rows[2][place] < state[0][rows[1][place]]:
            _walks(rows[1][place], rows[2][place], world, state)


@_compiled
def _drop(old: int, world: World, state: State) -> None:
    """Give a candidate up; demand that walked to it goes to the next nearest."""
    rows, columns, _, far = world
    walk, _, inside = state
    inside[old] = False
    for place in range(rows[0][old], rows[0][old + 1]):
        demand = rows[1][place]
        if rows[2][place] <= walk[demand]:
            now = far[demand]
            for other in range(columns[0][demand], columns[0][demand + 1]):
                if columns[2][other] >= now:
                    break
                if inside[columns[1][other]]:
                    now = columns[2][other]
                    break
            if now != walk[demand]:
                _walks(demand, now, world, state)


@_compiled
def _best(state: State, barred: int, rounding: float) -> int:
    """Return the lowest candidate outside that saves most; one may be barred."""
    _, gains, inside = state
    best, most = barred, -1.0
    for candidate in range(len(gains)):
        if not inside[candidate] and candidate != barred and gains[candidate] > most + rounding:
            best, most = candidate, gains[candidate]
    return best


@_compiled
def _exchange(chosen: Ints, world: World, state: State, rounding: float) -> float:
    """Exchange one at a time for another that saves more, until none does; return how much more is saved."""
    won = 0.0
    improved = True
    while improved:
        improved = False
        for place in range(len(chosen)):
            old = chosen[place]
            _drop(old, world, state)
            new = _best(state, -1, rounding)
            gain = state[1][new] - state[1][old]
            if gain > rounding:
                chosen[place], improved = new, True
                won += gain
            _add(chosen[place], world, state)
    return won


@_compiled
def search(world: World, first: Ints, k: int, kicks: int) -> tuple[Ints, float]:
    """Return k candidates that save much, and how much: greedy from a first few, exchanges, kicks.

    A kick puts the best others in the place of a few and exchanges
    again; the better choice is kept. The whole is the same on every run.
    """
    rows, columns, weights, far = world
    count = len(rows[0]) - 1
    gains = pull(columns, weights, far, count)
    rounding = 1e-11 * max(gains.sum(), 1e-300)
    state = (far.copy(), gains, np.zeros(count, dtype=np.bool_))
    chosen = np.full(k, -1, dtype=np.int64)
    value = 0.0
    for place in range(k):
        chosen[place] = first[place] if place < len(first) else _best(state, -1, rounding)
        value += gains[chosen[place]]
        _add(chosen[place], world, state)
    value += _exchange(chosen, world, state, rounding)
    best, most = chosen.copy(), value
    dice = np.uint64(88172645463325252)
    for _ in range(kicks if 1 < k < count else 0):
        for _ in range(min(2 + int(dice % np.uint64(3)), k)):
            dice ^= dice << np.uint64(13)  # Marsaglia's xorshift: the same numbers on every machine
            dice ^= dice >> np.uint64(7)
            dice ^= dice << np.uint64(17)
            place = int(dice % np.uint64(k))
            old = chosen[place]
            _drop(old, world, state)
            chosen[place] = _best(state, old, rounding)
            value += gains[chosen[place]] - gains[old]
            _add(chosen[place], world, state)
        value += _exchange(chosen, world, state, rounding)
        if value > most + rounding:
            best, most = chosen.copy(), value
        elif value < most - rounding:
            for place in range(k):
                _drop(chosen[place], world, state)
            for place in range(k):
                chosen[place] = best[place]
                _add(best[place], world, state)
            value = most
    return best, most
