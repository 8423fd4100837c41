"""Closing and merging solved: what closes, where the children go, and how good that is proven to be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from servicecircle.siting.closing_model import ROUNDING, Ask, Merger, aims_of, joined, program_of, sizes_of
from servicecircle.siting.exact import Program, solved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Effort
    from servicecircle.siting.solution import Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """What a search found.

    Parameters
    ----------
    closed
        The facilities that close, ascending.
    moved
        The children of each pair who move, shape (pairs,).
    unplaced
        The children of each home for whom there is no place (only where closing is forced), shape (homes,).
    objective, bound
        Facilities that close, or that stay small; and what no choice can beat.
    ways_proven
        Whether no choice as good sends fewer beyond the limit or by bus, or adds fewer minutes.
    stopped
        What ended the search before the proof.
    merger
        The part of the merger that was searched: what pairs and homes are.
    """

    closed: Ints
    moved: Floats
    unplaced: Floats
    objective: float
    bound: float
    ways_proven: bool
    stopped: Stop
    merger: Merger = field(repr=False)

    @property
    def enrolled_after(self) -> Floats:
        """Children of each facility afterwards, shape (facilities,)."""
        after = self.merger.enrolled + np.bincount(
            self.merger.to, weights=self.moved, minlength=len(self.merger.enrolled)
        )
        after[self.closed] = 0.0
        return np.asarray(after, dtype=np.float64)


def merge(merger: Merger, ask: Ask, effort: Effort) -> Merged:
    """Return the best choice: first what is asked for, then fewest beyond the limit, fewest by bus, least extra time.

    Each aim counts only among the choices that are best by those before it.
    """
    whole = merger.of(merger.may_close, near_only=ask.leave <= ROUNDING and not ask.forced)
    if not len(whole.may_close):
        return _merged(whole, ask, np.zeros(0), [])
    if ask.forced:
        program = program_of(whole, ask)
        steps, values = _aimed(program, aims_of(whole, ask), effort, relaxed=True)
        values[: len(whole.may_close)] = 1.0  # also where nobody moves, so that nothing was searched
        return _merged(whole, ask, values, steps)
    first, values = _first(whole, ask, effort)
    program = _held(program_of(whole, ask), aims_of(whole, ask)[0], first.value)
    values = _polished(program, whole, ask, values=values, effort=effort)
    if first.stopped == "interrupted":
        return _merged(whole, ask, values, [first])
    rest, values = _aimed(program, aims_of(whole, ask)[1:], effort, start=values)
    return _merged(whole, ask, _polished(program, whole, ask, values=values, effort=effort), [first, *rest])


@dataclass(frozen=True, slots=True)
class _Step:
    """What one aim came to, what no choice can beat, and what ended the search before the proof."""

    value: float
    bound: float
    stopped: Stop


def _aimed(
    program: Program, aims: list[Floats], effort: Effort, *, start: Floats | None = None, relaxed: bool = False
) -> tuple[list[_Step], Floats]:
    """Return what each aim comes to, one after the other, and the values in the end."""
    steps: list[_Step] = []
    values = np.zeros(len(program.cost)) if start is None else start
    for aim in aims:
        if not aim.any():
            continue
        outcome = solved(replace(program, cost=aim), effort, start=start, relaxed=relaxed)
        values = outcome.values if outcome.found else values
        start = None if start is None else values
        steps.append(_Step(float(aim @ values), outcome.bound, outcome.stopped))
        if outcome.stopped == "interrupted":
            break
        program = _held(program, aim, steps[-1].value)
    return steps, values


def _first(merger: Merger, ask: Ask, effort: Effort) -> tuple[_Step, Floats]:
    """Return what is asked for, and which facilities close and stay small for it, in the variables of the whole.

    What can be reached, not how far it is, decides this: homes of one facility that reach the same are searched as one.
    """
    few = joined(merger)
    sizes, wide = sizes_of(few), sizes_of(merger)
    start = np.zeros(sizes.end)
    start[sizes.small : sizes.left] = 1.0  # nothing closes: always possible, and all stay small
    (step,), found = _aimed(program_of(few, ask), aims_of(few, ask)[:1], effort, start=start)
    values = np.zeros(wide.end)
    values[: wide.shares] = found[: sizes.shares] > HALF
    values[wide.small : wide.left] = found[sizes.small : sizes.left] > HALF
    value = -values[: wide.shares].sum() if ask.goal == "most_closed" else values[wide.small : wide.left].sum()
    return replace(step, value=float(value)), values


def _polished(program: Program, merger: Merger, ask: Ask, *, values: Floats, effort: Effort) -> Floats:
    """Return the best places for the children of those that close."""
    sizes = sizes_of(merger)
    fixed = np.r_[0 : sizes.shares, sizes.small : sizes.left]
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[fixed] = upper[fixed] = np.rint(values[fixed])
    steps, found = _aimed(replace(program, lower=lower, upper=upper), aims_of(merger, ask)[1:], effort, relaxed=True)
    return found if steps and np.array_equal(found[fixed], lower[fixed]) else values


def _held(program: Program, aim: Floats, value: float) -> Program:
    """Return the program in which an aim stays as good as it was found to be."""
    return replace(
        program,
        rows=csr_array(vstack([program.rows, csr_array(aim[None, :])], format="csr")),
        low=np.append(program.low, -np.inf),
        high=np.append(program.high, value + ROUNDING),
    )


def _merged(merger: Merger, ask: Ask, values: Floats, steps: list[_Step]) -> Merged:
    """Return what the last search found, and how good it is proven to be."""
    sizes = sizes_of(merger)
    closed = values[: sizes.shares] > HALF
    moves = closed[np.searchsorted(merger.may_close, merger.at)]
    share = np.clip(values[sizes.shares : sizes.small], 0.0, 1.0)
    share[(share < ROUNDING) | ~moves[merger.home]] = 0.0
    left = np.where((values[sizes.left :] < ROUNDING) | ~moves, 0.0, values[sizes.left :])
    total = np.bincount(merger.home, weights=share, minlength=len(left)) + left
    scale = np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)
    objective, bound = _objective(merger, ask, steps, closed)
    return Merged(
        merger.may_close[closed],
        share * scale[merger.home] * merger.children[merger.home],
        left * scale * merger.children,
        objective,
        bound,
        not any(step.stopped for step in steps[1:]) and not (steps and steps[0].stopped == "interrupted"),
        next((step.stopped for step in steps if step.stopped), ""),
        merger,
    )


def _objective(merger: Merger, ask: Ask, steps: list[_Step], closed: Flags) -> tuple[float, float]:
    """Return what was asked for and its bound: facilities that close, that stay small, or children placed badly."""
    if not steps:
        return 0.0, 0.0
    value, bound = steps[0].value, steps[0].bound
    if ask.forced:
        return value, value
    if ask.goal == "most_closed":
        room = min(len(merger.may_close), len(closed) if ask.most is None else ask.most)
        return float(closed.sum()), float(min(np.floor(ROUNDING - bound), room))
    return float(np.rint(value)), float(max(np.ceil(bound - ROUNDING), 0.0))
