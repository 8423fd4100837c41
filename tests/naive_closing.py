"""A slow, obvious twin of closing and merging: every set is closed, its children are a flow of least cost."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servicecircle.siting.closing_model import Merger


Set_ = tuple[int, ...]


def subsets(things: Iterable[int]) -> Iterator[Set_]:
    """Yield every subset."""
    every = list(things)
    return chain.from_iterable(combinations(every, size) for size in range(len(every) + 1))


def least_minutes(
    merger: Merger, closed: tuple[int, ...], filled: tuple[int, ...], leave: int
) -> tuple[int, int] | None:
    """Return children beyond the limit and the minutes that closing adds, if some others are filled up to the minimum.

    All numbers are whole. None where the children cannot be placed so.
    """
    graph: nx.DiGraph[object] = nx.DiGraph()
    far = 100_000
    moving = [home for home, at in enumerate(merger.at.tolist()) if at in closed]
    need = {one: int(merger.needed - merger.enrolled[one]) for one in filled}
    total = sum(int(merger.children[home]) for home in moving)
    graph.add_node("left", demand=total - sum(need.values()))
    for home in moving:
        graph.add_node(("home", home), demand=-int(merger.children[home]))
    for facility, free in enumerate(merger.free.tolist()):
        if facility not in closed:
            room = total if np.isinf(free) else int(free)
            if room < need.get(facility, 0):
                return None
            graph.add_node(("to", facility), demand=need.get(facility, 0))
            graph.add_edge(("to", facility), "left", capacity=room - need.get(facility, 0), weight=0)
    pairs = zip(merger.home.tolist(), merger.to.tolist(), merger.minutes.tolist(), merger.near.tolist(), strict=True)
    for home, facility, minutes, near in pairs:
        if home in moving and facility not in closed and (near or leave):
            graph.add_edge(("home", home), ("to", facility), weight=int(minutes) + far * (not near))
    try:
        cost, _ = nx.network_simplex(graph)
    except nx.NetworkXUnfeasible:
        return None
    beyond, minutes = divmod(cost, far)
    now = sum(int(merger.children[home]) * int(merger.now[home]) for home in moving)
    return (beyond, minutes - now) if beyond <= leave else None


def best(merger: Merger, goal: str, *, most: int | None = None, leave: int = 0) -> tuple[int, int, int]:
    """Return what the goal comes to at best, then children beyond the limit, then added minutes."""
    found = []
    for closed in subsets(merger.may_close.tolist()):
        if most is not None and len(closed) > most:
            continue
        rest = [one for one in merger.may_close.tolist() if one not in closed]
        for filled in subsets(rest) if goal == "fewest_small" else [()]:
            cost = least_minutes(merger, closed, filled, leave)
            if cost is not None:
                value = -len(closed) if goal == "most_closed" else len(rest) - len(filled)
                found.append((value, *cost))
    return min(found)
