"""The parts of edges within walking distance, cut exactly at the limit, and where one source is nearer than another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.network.drawing import checked_limits
from servicecircle.network.lines import cut
from servicecircle.network.positions import feet
from servicecircle.network.travel import arcs_of, by_edge, checked_limit, entries, legs, queue_size
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.positions import Positions

    Areas = Literal["dissolved", "each", "nearest"]
    Reached = tuple[NDArray[np.int64], NDArray[np.float64]]  # nodes, and metres to each

LEAST_PIECE_M = 1e-9
SOURCES_AT_ONCE = 32
"""How many sources one thread sweeps from at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Parts of edges, by edge and place, each of shape (n,).

    Parameters
    ----------
    edge
        The edge.
    low, high
        From where to where (metres along the edge's declared length from u).
    """

    edge: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    def take(self, rows: NDArray[np.bool_]) -> Intervals:
        """Return some of them."""
        return Intervals(self.edge[rows], self.low[rows], self.high[rows])

    def without(self, part: Intervals) -> Intervals:
        """Return what is left without some of them, which must lie within these."""
        edge = np.concatenate([self.edge, self.edge, part.edge, part.edge])
        place = np.concatenate([self.low, self.high, part.low, part.high])
        step = np.repeat([1, -1, -1, 1], [len(self.edge)] * 2 + [len(part.edge)] * 2)
        order = np.lexsort((place, edge))
        edge, place, inside = edge[order], place[order], np.cumsum(step[order])
        long = (inside[:-1] > 0) & (edge[1:] == edge[:-1]) & (np.diff(place) > LEAST_PIECE_M)
        return Intervals(edge[:-1][long], place[:-1][long], place[1:][long])

    def lines(self, network: WalkNetwork) -> NDArray[np.object_]:
        """Return them as lines."""
        drawn: NDArray[np.object_] = network.edge_geometry[self.edge].copy()
        length = network.edge_length_m[self.edge]
        part = (self.low > 0) | (self.high < length)
        drawn[part] = cut(drawn[part], self.low[part] / length[part], self.high[part] / length[part])
        return drawn


def reached_edges(network: WalkNetwork, sources: Positions, *, limit_m: float) -> gpd.GeoDataFrame:
    """Return the pieces of edges within a walking distance (metres) of any source, cut exactly there.

    Parameters
    ----------
    network
        The walk network.
    sources
        Positions from `snap`; their access legs count, and those not placed reach nothing.
    limit_m
        The walking distance (metres).

    Returns
    -------
    GeoDataFrame
        edge, from_m and to_m (metres along its declared length from u) and geometry, by edge and from_m.

    Raises
    ------
    InputError
        If ``limit_m`` is NaN or negative.

    Examples
    --------
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (501000, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> reached_edges(walk, snap(walk, [shapely.Point(500500, 20)]), limit_m=120)[["from_m", "to_m"]].values.tolist()
    [[400.0, 600.0]]
    """
    limit = checked_limit(limit_m) - TOLERANCE_M
    found = intervals(network, reached(network, sources, limit), sources, limit)
    columns = {"edge": found.edge, "from_m": found.low, "to_m": found.high}
    return gpd.GeoDataFrame(columns, geometry=found.lines(network), crs=network.crs)


def reached_lines(
    network: WalkNetwork,
    sources: Positions,
    *,
    limits_m: Sequence[float],
    areas: Areas = "dissolved",
    bands: bool = False,
) -> list[list[shapely.MultiLineString]]:
    """Return the streets within walking distances (metres) of the sources, cut exactly there, as lines.

    Parameters
    ----------
    network
        The walk network.
    sources
        Positions from `snap`; those not placed reach nothing.
    limits_m
        Walking distances (metres), in any order; one sweep serves all.
    areas
        ``"dissolved"``: what is reached from any source; ``"each"``: from each source; ``"nearest"``: what is nearest
        to each source, cut where two are equally far.
    bands
        Whether each limit has only what no smaller limit reaches.

    Returns
    -------
    list of list
        For each source (for all together if dissolved) a MultiLineString for each limit, in the order of ``limits_m``.

    Raises
    ------
    InputError
        If a limit is not a finite number above zero, or there is none.

    Examples
    --------
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (501000, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> schools = snap(walk, [shapely.Point(500400, 0), shapely.Point(500600, 0)])
    >>> [[line.length for line in lines] for lines in reached_lines(walk, schools, limits_m=[50, 300], areas="nearest")]
    [[100.0, 400.0], [100.0, 400.0]]
    """
    limits = checked_limits(limits_m)
    ascending = sorted(set(limits))
    rows: list[list[shapely.MultiLineString]] = []
    for parts in _parts_of_rows(network, sources, ascending, areas):
        smaller = [None, *parts[:-1]] if bands else [None] * len(parts)
        own = [part if less is None else part.without(less) for part, less in zip(parts, smaller, strict=True)]
        drawn = [shapely.MultiLineString(list(part.lines(network))) for part in own]
        rows.append([drawn[ascending.index(limit)] for limit in limits])
    return rows


def _parts_of_rows(
    network: WalkNetwork, sources: Positions, limits: list[float], areas: Areas
) -> Iterator[list[Intervals]]:
    """Return for each source, or for all together, the parts of edges within each of the ascending limits (metres)."""
    if areas == "dissolved":
        found = reached(network, sources, limits[-1])
        yield [intervals(network, found, sources, limit) for limit in limits]
    elif areas == "nearest":
        shares = list(nearest_intervals(network, sources, limits))
        for i in range(len(sources)):
            yield [parts.take(owner == i) for parts, owner in shares]
    else:
        for chunk in chunks(sources):
            for i, found in enumerate(reached_each(network, chunk, limits[-1])):
                yield [intervals(network, found, chunk.take([i]), limit) for limit in limits]


def reached(network: WalkNetwork, sources: Positions, limit: float) -> Reached:
    """Return the nodes within the limit (metres) of any source, and the metres to each."""
    from servicecircle.network import sweep

    seeds = entries(network, sources)
    best, _ = sweep.sweep(arcs_of(network), seeds, queue_size(network, limit, seeds))
    nodes = np.flatnonzero(np.isfinite(best))
    return nodes, best[nodes]


def reached_each(network: WalkNetwork, sources: Positions, limit: float) -> list[Reached]:
    """Return the nodes within the limit (metres) of each source, and the metres to each."""
    from servicecircle.network import sweep

    if sources.doors is not None:  # a sweep of its own, which begins at several doors
        return [reached(network, sources.take([i]), limit) for i in range(len(sources))]
    ends, to_ends = legs(network, sources)
    reach = ends, to_ends + sources.access_m[:, None]
    queue = queue_size(network, limit, entries(network, sources))
    begin, nodes, metres = sweep.sweep_each(arcs_of(network), reach, queue)
    return [(nodes[first:last], metres[first:last]) for first, last in pairwise(begin)]


def chunks(sources: Positions) -> list[Positions]:
    """Return the sources, some at a time."""
    firsts = range(0, len(sources), SOURCES_AT_ONCE)
    return [sources.take(np.arange(first, min(first + SOURCES_AT_ONCE, len(sources)))) for first in firsts]


def intervals(network: WalkNetwork, nodes_reached: Reached, sources: Positions, limit: float) -> Intervals:
    """Return all parts of edges within the limit (metres), without overlaps."""
    nodes, metres = nodes_reached
    sources, _ = sources.at_doors
    near = metres <= limit
    nodes, left = nodes[near], limit - metres[near]
    degree = network.indptr[nodes + 1] - network.indptr[nodes]
    arc = np.repeat(network.indptr[nodes] - np.concatenate([[0], np.cumsum(degree)[:-1]]), degree)
    edge = network.arc_edge[arc + np.arange(len(arc))]
    node, left = np.repeat(nodes, degree), np.repeat(left, degree)
    from_u, from_v = (network.edge_nodes[edge, side] == node for side in (0, 1))
    rows = np.flatnonzero(sources.placed & (sources.access_m <= limit))
    on, offset, budget = sources.edge[rows], sources.offset_m[rows], limit - sources.access_m[rows]
    whole = network.edge_length_m
    edges = np.concatenate([edge[from_u], edge[from_v], on])
    low = np.concatenate([np.zeros(from_u.sum()), whole[edge[from_v]] - left[from_v], offset - budget])
    high = np.concatenate([left[from_u], whole[edge[from_v]], offset + budget])
    return _merged(edges, np.maximum(low, 0.0), np.minimum(high, whole[edges]))


def _merged(edge: NDArray[np.int64], low: NDArray[np.float64], high: NDArray[np.float64]) -> Intervals:
    """Return the union of parts of edges, sorted, without those that are mere points."""
    order = np.lexsort((low, edge))
    edge, low = edge[order], low[order]
    high = np.asarray(pd.Series(high[order]).groupby(edge).cummax(), dtype=np.float64)
    begins = np.ones(len(edge), dtype=bool)
    begins[1:] = (edge[1:] != edge[:-1]) | (low[1:] > high[:-1])
    ends = np.roll(begins, -1)
    edge, low, high = edge[begins], low[begins], high[ends]
    long = high - low > LEAST_PIECE_M
    return Intervals(edge[long], low[long], high[long])


def nearest_intervals(
    network: WalkNetwork, sources: Positions, limits: list[float]
) -> Iterator[tuple[Intervals, NDArray[np.int64]]]:
    """Return for each limit (metres) the parts of edges within it, cut where two sources are equally far.

    With them comes the nearest source of each part, of equally near ones the first. One sweep serves all limits.
    """
    from servicecircle.network import reach_kernels, sweep

    seeds = entries(network, sources)
    farthest = max(limits)
    labels = sweep.sweep(arcs_of(network), seeds, queue_size(network, farthest, seeds))
    edges = network.edge_nodes, network.edge_length_m
    edge, owner, parts = reach_kernels.shared_edges(edges, labels, by_edge(network, sources))
    low, high, place, leg = parts.T
    for limit in limits:
        first, last = np.maximum(low, place - (limit - leg)), np.minimum(high, place + (limit - leg))
        long = last - first > LEAST_PIECE_M
        yield Intervals(edge[long], first[long], last[long]), owner[long]


def access_legs(
    network: WalkNetwork, sources: Positions, limit: float
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the access legs, cut at the limit (metres), and whose each is; mere points for sources on an edge."""
    doors, point = sources.at_doors
    near = doors.take(doors.placed)
    bend = sources.bend_xy[doors.placed]
    inside = np.hypot(*(bend - near.point_xy).T)
    first = _part(near.point_xy, bend, limit / np.maximum(inside, LEAST_PIECE_M))
    second = _part(bend, feet(network, near), (limit - inside) / np.maximum(near.access_m - inside, LEAST_PIECE_M))
    lines = np.concatenate([first[inside > 0], second[limit >= inside]])
    owner = point[doors.placed]
    return lines, np.concatenate([owner[inside > 0], owner[limit >= inside]])


def _part(start: NDArray[np.float64], end: NDArray[np.float64], share: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the first part of straight lines."""
    ends = start + np.clip(share, 0.0, 1.0)[:, None] * (end - start)
    return np.asarray(shapely.linestrings(np.stack([start, ends], axis=1)), dtype=object)
