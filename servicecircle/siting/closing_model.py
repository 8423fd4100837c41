"""Closing and merging as a program: which facilities close, and where the children of those that do are placed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack

from servicecircle.siting.exact import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Goal = Literal["most_closed", "fewest_small"]
GOALS: tuple[Goal, ...] = ("most_closed", "fewest_small")

ROUNDING = 1e-6
"""Children (and shares of them) below this are what the tolerances of a search leave."""


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


@dataclass(frozen=True, slots=True)
class Sizes:
    """Where the variables begin: facilities that close, shares of pairs, small facilities, shares left, and the end."""

    shares: int
    small: int
    left: int
    end: int


def sizes_of(merger: Merger) -> Sizes:
    """Return where the variables of a merger's program begin."""
    shares = len(merger.may_close)
    small = shares + len(merger.home)
    left = small + shares
    return Sizes(shares, small, left, left + len(merger.children))


def aims_of(merger: Merger, ask: Ask) -> list[Floats]:
    """Return the costs of what is asked for, then of what counts after it."""
    sizes = sizes_of(merger)
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


def program_of(merger: Merger, ask: Ask) -> Program:
    """Return the program: every child of what closes is placed, in what stays open and has a place."""
    sizes = sizes_of(merger)
    blocks = [_everyone(merger), _open(merger), _places(merger), _beyond(merger, ask), _small(merger, ask)]
    if ask.most is not None:
        own = np.arange(sizes.shares)
        part = (np.ones(sizes.shares), np.zeros_like(own), own)
        blocks.append(_block(sizes.end, [part], low=np.array([-np.inf]), high=np.array([float(ask.most)])))
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
    sizes, homes = sizes_of(merger), np.arange(len(merger.children))
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
    sizes = sizes_of(merger)
    pairs = np.flatnonzero(np.isin(merger.to, merger.may_close))
    rows = np.arange(len(pairs))
    closing = np.searchsorted(merger.may_close, merger.to[pairs])
    parts = [(np.ones(len(pairs)), rows, sizes.shares + pairs), (np.ones(len(pairs)), rows, closing)]
    return _block(sizes.end, parts, low=np.full(len(pairs), -np.inf), high=np.ones(len(pairs)))


def _places(merger: Merger) -> Block:
    """Return that nobody takes more children than it has free places, counted in places."""
    sizes = sizes_of(merger)
    bound = np.flatnonzero(np.isfinite(merger.free) & (merger.free > ROUNDING))
    pairs = np.flatnonzero(np.isin(merger.to, bound))
    part = (merger.children[merger.home[pairs]], np.searchsorted(bound, merger.to[pairs]), sizes.shares + pairs)
    return _block(sizes.end, [part], low=np.full(len(bound), -np.inf), high=merger.free[bound])


def _beyond(merger: Merger, ask: Ask) -> Block:
    """Return that no more children than allowed are placed beyond the limit."""
    sizes, pairs = sizes_of(merger), np.flatnonzero(~merger.near)
    if ask.forced or not len(pairs):
        return csr_array((0, sizes.end)), np.zeros(0), np.zeros(0)
    part = (merger.children[merger.home[pairs]], np.zeros(len(pairs), dtype=np.int64), sizes.shares + pairs)
    return _block(sizes.end, [part], low=np.array([-np.inf]), high=np.array([ask.leave]))


def _small(merger: Merger, ask: Ask) -> Block:
    """Return that a facility closes, or is filled up to the enrolment needed, or counts as small."""
    sizes = sizes_of(merger)
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


def joined(merger: Merger) -> Merger:
    """Return a merger in which homes of one facility that reach the same facilities are one."""
    order = np.lexsort((merger.to, merger.home))
    begin = np.searchsorted(merger.home[order], np.arange(len(merger.children) + 1))
    groups: dict[tuple[int, bytes, bytes], int] = {}
    group = np.zeros(len(merger.children), dtype=np.int64)
    first = []
    for home, facility in enumerate(merger.at.tolist()):
        pairs = order[begin[home] : begin[home + 1]]
        key = facility, merger.to[pairs].tobytes(), merger.near[pairs].tobytes()
        if key not in groups:
            groups[key] = len(groups)
            first.append(home)
        group[home] = groups[key]
    kept = np.isin(merger.home, first)
    return replace(
        merger,
        at=merger.at[first],
        children=np.bincount(group, weights=merger.children, minlength=len(first)).astype(np.float64),
        now=merger.now[first],
        home=group[merger.home[kept]],
        to=merger.to[kept],
        minutes=merger.minutes[kept],
        near=merger.near[kept],
        rides=merger.rides[kept],
    )
