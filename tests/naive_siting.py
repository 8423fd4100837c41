"""Slow, obvious twins of the siting solvers: every choice is tried."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from servicecircle.siting import Rules

Choice = tuple[int, ...]


def choices(candidates: int, rules: Rules, k: int | None = None) -> Iterator[Choice]:
    """Yield every choice that respects the rules."""
    whole = rules.of(candidates)
    pairs = {frozenset(pair) for pair in whole.apart.tolist()}
    for size in range(min(candidates, candidates if k is None else k) + 1):
        for choice in combinations(range(candidates), size):
            places = [int(whole.place[one]) for one in choice]
            if (
                set(whole.required.tolist()) <= set(choice)
                and not set(whole.forbidden.tolist()) & set(choice)
                and len(set(places)) == len(places)
                and not any(frozenset(pair) in pairs for pair in combinations(choice, 2))
                and sum(whole.cost[one] for one in choice) <= whole.budget
            ):
                yield choice


def covered(covers: np.ndarray, weights: np.ndarray, already: np.ndarray, choice: Choice) -> float:
    """Return the weight that a choice and what exists cover."""
    return float(weights[already | (covers[list(choice)] != 0).any(axis=0)].sum())


def walks(metres: np.ndarray, existing: np.ndarray, choice: Choice) -> np.ndarray:
    """Return the walk of each demand to the nearest of a choice or of what exists."""
    nearest: np.ndarray = np.minimum(existing, metres[list(choice)].min(axis=0, initial=np.inf))
    return nearest


def served(
    metres: np.ndarray, weights: np.ndarray, most: np.ndarray, least: np.ndarray, choice: Choice
) -> tuple[int, int] | None:
    """Return how many a choice can serve, and the least they walk then; None if a minimum enrolment cannot be met.

    A flow of least cost in whole numbers: the places of the minimum enrolment are so dear to leave empty that they are
    filled first, then as many are served as can be, then they walk as little as they can.
    """
    far = int(1 + metres[np.isfinite(metres)].sum()) * int(1 + weights.sum())
    graph: nx.DiGraph[Any] = nx.DiGraph()
    total = int(weights.sum())
    graph.add_node("from", demand=-total)
    graph.add_node("to", demand=total)
    graph.add_edge("from", "to", capacity=total, weight=0)
    for demand, weight in enumerate(weights.tolist()):
        graph.add_edge("from", ("demand", demand), capacity=int(weight), weight=0)
    for one in choice:
        graph.add_edge(("site", one), ("must", one), capacity=int(least[one]), weight=-far * (total + 1))
        graph.add_edge(("must", one), "to", capacity=int(least[one]), weight=0)
        graph.add_edge(("site", one), "to", capacity=int(most[one] - least[one]), weight=0)
        for demand in np.flatnonzero(np.isfinite(metres[one])).tolist():
            cost = int(metres[one, demand]) - far
            graph.add_edge(("demand", demand), ("site", one), capacity=total, weight=cost)
    flow = nx.min_cost_flow(graph)
    if any(flow["site", one]["must", one] < least[one] for one in choice):
        return None
    pairs = [
        (many, int(metres[site[1], node[1]]))
        for node in flow
        if node[0] == "demand"
        for site, many in flow[node].items()
    ]
    return sum(many for many, _ in pairs), sum(many * walk for many, walk in pairs)
