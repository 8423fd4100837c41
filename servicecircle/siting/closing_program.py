"""Closing and merging as arrays: which facilities close, and where the children of those that do are placed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from servicecircle.siting.exact import Program, solved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Effort
    from servicecircle.siting.solution import Stop

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Goal = Literal["most_closed", "fewest_small"]
GOALS: tuple[Goal, ...] = ("most_closed", "fewest_small")

ROUNDING = 1e-6
"""Children (and shares of them) below this are what the tolerances of a search leave."""
HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Merger:
    """Facilities that may close, the homes of their children, and where these may go.

    Parameters
    ----------
    enrolled
        Children of each facility, shape (facilities,).
    free
        How many more it takes, ``inf`` where places set no limit, shape (facilities,).
    needed
        The enrolment from which a facility is no longer small.
    may_close
        The facilities that may close, by number, ascending.
    at, children, now
        The facility that each home belongs to now, its children, and the minutes to there, shape (homes,).
    home, to
        Pairs of a home and another facility that can be reached from it, shape (pairs,).
    minutes
        How long the way of each pair takes.
    near
        Which pairs are within the limit.
    rides
        Which pairs are gone by bus though others may walk.
    """

    enrolled: Floats
    free: Floats
    needed: float
    may_close: Ints
    at: Ints
    children: Floats
    now: Floats
    home: Ints
    to: Ints
    minutes: Floats
    near: Flags
    rides: Flags

    def of(self, may_close: Ints, *, near_only: bool = False) -> Merger:
        """Return the part that matters if only some may close, without pairs that lead to no free place."""
        homes = np.isin(self.at, may_close)
        number = np.cumsum(homes) - 1
        kept = homes[self.home] & (self.free[self.to] > ROUNDING) & (self.near | (not near_only))
        return replace(
            self,
            may_close=may_close,
            at=self.at[homes],
            children=self.children[homes],
            now=self.now[homes],
            home=number[self.home[kept]],
            to=self.to[kept],
            minutes=self.minutes[kept],
            near=self.near[kept],
            rides=self.rides[kept],
        )


@dataclass(frozen=True, slots=True)
class Ask:
    """What a merger is asked for.

    Parameters
    ----------
    goal
        ``"most_closed"`` or ``"fewest_small"``.
    most
        How many may close.
    leave
        How many of the children who move may have to go beyond the limit.
    forced
        Whether all that may close do, whatever becomes of the children: as many as possible are then placed well.
    """

    goal: Goal = "most_closed"
    most: int | None = None
    leave: float = 0.0
    forced: bool = False


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
    gap_minutes
        How far the minutes are from what no choice as good can beat, as a share of them; 0 if they are proven.
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
    gap_minutes: float
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
    sizes, aims = _sizes(whole), _aims(whole, ask)
    values = np.zeros(sizes.end)
    values[sizes.small : sizes.left] = 1.0  # nothing closes: always possible, and all stay small
    steps: list[_Step] = []
    program = _program(whole, ask)
    for aim in aims if sizes.shares else []:
        if steps and not aim.any():
            continue
        start = None if ask.forced else values
        outcome = solved(replace(program, cost=aim), effort, start=start, relaxed=ask.forced)
        values = outcome.values if outcome.found else values
        steps.append(_Step(float(aim @ values), outcome.bound, outcome.stopped))
        if outcome.stopped == "interrupted":
            break
        program = _held(program, aim, values, whole=ask.forced)
    return _merged(whole, ask, values, steps)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one aim came to, what no choice can beat, and what ended the search before the proof."""

    value: float
    bound: float
    stopped: Stop


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Where the variables begin: facilities that close, shares of pairs, small facilities, shares left, and the end."""

    shares: int
    small: int
    left: int
    end: int


def _sizes(merger: Merger) -> _Sizes:
    shares = len(merger.may_close)
    small = shares + len(merger.home)
    left = small + shares
    return _Sizes(shares, small, left, left + len(merger.children))


def _aims(merger: Merger, ask: Ask) -> list[Floats]:
    """Return the costs of what is asked for, then of what counts after it."""
    sizes = _sizes(merger)
    weight = merger.children[merger.home]
    pairs = slice(sizes.shares, sizes.small)
    first, beyond, rides, minutes = (np.zeros(sizes.end) for _ in range(4))
    beyond[pairs] = weight * ~merger.near
    rides[pairs] = weight * merger.rides
    minutes[pairs] = weight * merger.minutes
    closing = np.searchsorted(merger.may_close, merger.at)
    minutes[: sizes.shares] = -np.bincount(closing, weights=merger.children * merger.now, minlength=sizes.shares)
    if ask.forced:
        first[pairs], first[sizes.left :] = beyond[pairs], merger.children
        beyond[pairs], beyond[sizes.left :] = 0.0, merger.children
    elif ask.goal == "most_closed":
        first[: sizes.shares] = -1.0
    else:
        first[sizes.small : sizes.left] = 1.0
    return [first, beyond, rides, minutes]


def _program(merger: Merger, ask: Ask) -> Program:
    """Return the program: every child of what closes is placed, in what stays open and has a place."""
    sizes = _sizes(merger)
    blocks = [_everyone(merger), _open(merger), _places(merger), _beyond(merger, ask), _small(merger, ask)]
    if ask.most is not None:
        row = coo_array((np.ones(sizes.shares), (np.zeros(sizes.shares, int), np.arange(sizes.shares))))
        row.resize((1, sizes.end))
        blocks.append((csr_array(row), np.array([-np.inf]), np.array([float(ask.most)])))
    lower, upper = np.zeros(sizes.end), np.ones(sizes.end)
    if ask.forced:
        lower[: sizes.shares] = 1.0
    else:
        upper[sizes.left :] = 0.0
    whole = np.zeros(sizes.end, dtype=np.bool_)
    whole[: sizes.shares] = True
    whole[sizes.small : sizes.left] = ask.goal == "fewest_small"
    return Program(
        np.zeros(sizes.end),
        csr_array(vstack([block for block, _, _ in blocks], format="csr")),
        np.concatenate([low for _, low, _ in blocks]),
        np.concatenate([high for _, _, high in blocks]),
        lower,
        upper,
        whole,
    )


Block = tuple[csr_array, "Floats", "Floats"]


def _block(width: int, parts: list[tuple[Floats, Ints, Ints]], *, low: Floats, high: Floats) -> Block:
    """Return constraints made of parts: (values, rows, columns)."""
    data, row, column = (np.concatenate(some) for some in zip(*parts, strict=True))
    return csr_array(coo_array((data, (row, column)), shape=(len(low), width))), low, high


def _everyone(merger: Merger) -> Block:
    """Return that the shares of each home add to one if its facility closes, else to nothing."""
    sizes, homes = _sizes(merger), np.arange(len(merger.children))
    pairs = np.arange(len(merger.home))
    closing = np.searchsorted(merger.may_close, merger.at)
    parts = [
        (np.ones(len(pairs)), merger.home, sizes.shares + pairs),
        (np.ones(len(homes)), homes, sizes.left + homes),
        (np.full(len(homes), -1.0), homes, closing),
    ]
    nothing = np.zeros(len(homes))
    return _block(sizes.end, parts, low=nothing, high=nothing)


def _open(merger: Merger) -> Block:
    """Return that nobody is placed in what closes."""
    sizes = _sizes(merger)
    pairs = np.flatnonzero(np.isin(merger.to, merger.may_close))
    rows = np.arange(len(pairs))
    closing = np.searchsorted(merger.may_close, merger.to[pairs])
    parts = [(np.ones(len(pairs)), rows, sizes.shares + pairs), (np.ones(len(pairs)), rows, closing)]
    return _block(sizes.end, parts, low=np.full(len(pairs), -np.inf), high=np.ones(len(pairs)))


def _places(merger: Merger) -> Block:
    """Return that nobody takes more children than it has free places, counted in places."""
    sizes = _sizes(merger)
    bound = np.flatnonzero(np.isfinite(merger.free) & (merger.free > ROUNDING))
    pairs = np.flatnonzero(np.isin(merger.to, bound))
    part = (merger.children[merger.home[pairs]], np.searchsorted(bound, merger.to[pairs]), sizes.shares + pairs)
    return _block(sizes.end, [part], low=np.full(len(bound), -np.inf), high=merger.free[bound])


def _beyond(merger: Merger, ask: Ask) -> Block:
    """Return that no more children than allowed are placed beyond the limit."""
    sizes, pairs = _sizes(merger), np.flatnonzero(~merger.near)
    if ask.forced or not len(pairs):
        return csr_array((0, sizes.end)), np.zeros(0), np.zeros(0)
    part = (merger.children[merger.home[pairs]], np.zeros(len(pairs), dtype=np.int64), sizes.shares + pairs)
    return _block(sizes.end, [part], low=np.array([-np.inf]), high=np.array([ask.leave]))


def _small(merger: Merger, ask: Ask) -> Block:
    """Return that a facility closes, or is filled up to the enrolment needed, or counts as small."""
    sizes = _sizes(merger)
    if ask.goal != "fewest_small" or ask.forced:
        return csr_array((0, sizes.end)), np.zeros(0), np.zeros(0)
    own = np.arange(len(merger.may_close))
    lack = merger.needed - merger.enrolled[merger.may_close]
    pairs = np.flatnonzero(np.isin(merger.to, merger.may_close))
    into = np.searchsorted(merger.may_close, merger.to[pairs])
    parts = [
        (merger.children[merger.home[pairs]], into, sizes.shares + pairs),
        (lack, own, own),
        (lack, own, sizes.small + own),
    ]
    return _block(sizes.end, parts, low=lack, high=np.full(len(own), np.inf))


def _held(program: Program, aim: Floats, values: Floats, *, whole: bool) -> Program:
    """Return the program in which an aim stays as good as it was found to be."""
    value = float(aim @ values)
    counted = not whole and bool(program.whole[np.flatnonzero(aim)].all())
    most = float(np.rint(value)) if counted else value + ROUNDING
    return replace(
        program,
        rows=csr_array(vstack([program.rows, csr_array(aim[None, :])], format="csr")),
        low=np.append(program.low, -np.inf),
        high=np.append(program.high, most),
    )


def _merged(merger: Merger, ask: Ask, values: Floats, steps: list[_Step]) -> Merged:
    """Return what the last search found, and how good it is proven to be."""
    sizes = _sizes(merger)
    closed = values[: sizes.shares] > HALF
    moves = closed[np.searchsorted(merger.may_close, merger.at)]
    share = np.clip(values[sizes.shares : sizes.small], 0.0, 1.0)
    share[(share < ROUNDING) | ~moves[merger.home]] = 0.0
    left = np.where((values[sizes.left :] < ROUNDING) | ~moves, 0.0, values[sizes.left :])
    total = np.bincount(merger.home, weights=share, minlength=len(left)) + left
    scale = np.divide(1.0, total, out=np.zeros(len(total)), where=total > 0)
    objective, bound = _objective(merger, ask, steps, closed)
    last = steps[-1] if len(steps) > 1 else None
    apart = last.value - last.bound if last is not None and last.stopped else 0.0
    return Merged(
        merger.may_close[closed],
        share * scale[merger.home] * merger.children[merger.home],
        left * scale * merger.children,
        objective,
        bound,
        apart / max(abs(last.value), abs(last.bound)) if last is not None and apart > 0 else 0.0,
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
