"""What is doubtful in a walk network, edge by edge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.network.levels import crossings, levels_of
from servicecircle.network.topology import GAP_M

if TYPE_CHECKING:
    from servicecircle.network.graph import WalkNetwork

DANGLE_M = 5.0
"""A dead end this near (metres) to an edge that it is not joined to is worth a look."""

ABSURD_TIMES, ABSURD_M = 10.0, 20_000.0
"""An edge longer than so many times the straight line between its ends, or than so many metres, is worth a look."""

PARALLEL_M = 1.0
"""Edges between the same nodes that nowhere part by more than this (metres) are one street drawn twice."""

KINDS = ("island", "gap", "dangle", "zero_length", "absurd_length", "parallel", "crossing")


def network_faults(walk: WalkNetwork) -> gpd.GeoDataFrame:
    """Return what is doubtful in a network, one row each.

    Parameters
    ----------
    walk
        The network.

    Returns
    -------
    GeoDataFrame
        kind (in the order of `KINDS`), edge and other (numbers of edges, -1 for none), component, metres, and a point:

        - ``island``: a component other than the longest; metres: its length.
        - ``gap``, ``dangle``: a dead end within 0.5 m, or 5 m, of another edge on its level, with no node in common
          with its own; metres: how far.
        - ``zero_length``: an edge of length 0.
        - ``absurd_length``: more than 10 times the straight line between its two nodes, or more than 20 km; metres: its
          length.
        - ``parallel``: two edges between the same nodes, nowhere more than 1 m apart; metres: how far.
        - ``crossing``: two edges on one level, neither a bridge nor a tunnel, that cross or touch where not both end.

    Examples
    --------
    >>> from shapely import LineString
    >>> from servicecircle.network import WalkNetwork
    >>> lines = [LineString([(500000, 0), (500100, 0)]), LineString([(500050, 2), (500050, 90)])]
    >>> walk = WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=lines, crs="EPSG:4549"))
    >>> network_faults(walk)[["kind", "edge", "other", "metres"]]
         kind  edge  other  metres
    0  island     1     -1    88.0
    1  dangle     1      0     2.0
    """
    parts = [_islands(walk), *_dead_ends(walk), _zero(walk), _absurd(walk), _parallel(walk), _crossings(walk)]
    table = pd.concat(parts, ignore_index=True)
    return gpd.GeoDataFrame(table, geometry=shapely.points(table.pop("x"), table.pop("y")), crs=walk.crs)


def _rows(
    walk: WalkNetwork, kind: str, edge: Any, *, other: Any = -1, metres: Any = np.nan, xy: Any = None
) -> pd.DataFrame:
    edge = np.asarray(edge, dtype=np.int64)
    if xy is None:
        xy = shapely.get_coordinates(shapely.line_interpolate_point(walk.edge_geometry[edge], 0.5, normalized=True))
    return pd.DataFrame(
        {
            "kind": pd.Series([kind] * len(edge), dtype=object),
            "edge": edge,
            "other": np.broadcast_to(np.asarray(other, dtype=np.int64), edge.shape),
            "component": walk.edge_component[edge],
            "metres": np.broadcast_to(np.asarray(metres, dtype=np.float64), edge.shape),
            "x": xy[:, 0],
            "y": xy[:, 1],
        }
    )


def _islands(walk: WalkNetwork) -> pd.DataFrame:
    number, first = np.unique(walk.edge_component, return_index=True)
    return _rows(walk, "island", first[1:], metres=walk.component_length_m[number[1:]])


def _dead_ends(walk: WalkNetwork) -> list[pd.DataFrame]:
    """Return dead ends near an edge: those that miss it by very little, and the others."""
    degree = np.bincount(walk.edge_nodes.ravel(), minlength=len(walk.node_xy))
    dead = np.flatnonzero(degree == 1)
    mine = walk.arc_edge[walk.indptr[dead]]
    points = np.asarray(shapely.points(walk.node_xy[dead]), dtype=object)
    end, near = shapely.STRtree(walk.edge_geometry).query(points, predicate="dwithin", distance=DANGLE_M)
    own, levels = mine[end], levels_of(walk.attributes)
    apart = (walk.edge_nodes[own][:, :, None] != walk.edge_nodes[near][:, None, :]).all(axis=(1, 2))
    may = apart & ((levels.level[own] == levels.level[near]) | levels.raised[own])
    end, near = end[may], near[may]
    off = np.asarray(shapely.distance(points[end], walk.edge_geometry[near]))
    order = np.lexsort((near, off, end))
    nearest = order[np.unique(end[order], return_index=True)[1]]
    end, near, off = end[nearest], near[nearest], off[nearest]
    return [
        _rows(walk, kind, mine[end[which]], other=near[which], metres=off[which], xy=walk.node_xy[dead[end[which]]])
        for kind, which in (("gap", off <= GAP_M), ("dangle", off > GAP_M))
    ]


def _zero(walk: WalkNetwork) -> pd.DataFrame:
    return _rows(walk, "zero_length", np.flatnonzero(walk.edge_length_m == 0), metres=0.0)


def _absurd(walk: WalkNetwork) -> pd.DataFrame:
    straight = np.hypot(*(walk.node_xy[walk.edge_nodes[:, 0]] - walk.node_xy[walk.edge_nodes[:, 1]]).T)
    loop = walk.edge_nodes[:, 0] == walk.edge_nodes[:, 1]
    length = walk.edge_length_m
    edge = np.flatnonzero(((length > ABSURD_TIMES * straight) & ~loop) | (length > ABSURD_M))
    return _rows(walk, "absurd_length", edge, metres=length[edge])


def _parallel(walk: WalkNetwork) -> pd.DataFrame:
    """Return pairs of edges between the same nodes that lie on each other; such edges stand side by side."""
    nodes = pd.DataFrame(walk.edge_nodes, columns=["u", "v"])
    shared = np.flatnonzero(nodes.duplicated(keep=False))
    groups = nodes.iloc[shared].groupby(["u", "v"], sort=False).indices.values()
    one_other = [(a, b) for group in groups for i, a in enumerate(shared[group]) for b in shared[group][i + 1 :]]
    pairs = np.array(one_other, dtype=np.int64).reshape(-1, 2)
    lines = walk.edge_geometry
    off = shapely.hausdorff_distance(lines[pairs[:, 0]], lines[pairs[:, 1]])
    pairs, off = pairs[off <= PARALLEL_M], off[off <= PARALLEL_M]
    return _rows(walk, "parallel", pairs[:, 0], other=pairs[:, 1], metres=off)


def _crossings(walk: WalkNetwork) -> pd.DataFrame:
    found = crossings(walk.edge_geometry, levels_of(walk.attributes))
    return _rows(walk, "crossing", found.pairs[:, 0], other=found.pairs[:, 1], xy=found.xy)
