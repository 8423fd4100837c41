"""Making a network anew from the edges of another: the same nodes, some edges split, others added or left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError
from servicecircle.findings import DataReport
from servicecircle.network.access import is_number
from servicecircle.network.building import ROUNDING_M
from servicecircle.network.graph import WalkNetwork

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOUND_ANEW = frozenset({"islands", "gaps", "ends_apart", "short", "long"})
"""Codes of what is found in every network that is made; what an earlier one showed no longer holds."""

PER_METRE = 1000.0


def stated_metres(name: str, value: object) -> float:
    """Return a number of metres, 0 or more; InputError if it is something else."""
    if not is_number(value) or float(value) < 0:  # type: ignore[arg-type]
        raise InputError(
            f"{name} must be a number of metres, 0 or more. {value!r} was given instead. | "
            f"{name} 须为不小于 0 的数（米）。"
        )
    return float(value)  # type: ignore[arg-type]


def edge_rows(network: WalkNetwork) -> gpd.GeoDataFrame:
    """Return the edges of a network as the table it can be made from again: u, v, length, other columns, geometry."""
    return network.edges.drop(columns="component")


def rebuilt(network: WalkNetwork, rows: gpd.GeoDataFrame) -> WalkNetwork:
    """Return the network of a changed table of edges; its report says what was repaired before, and what holds now.

    Raises
    ------
    NetworkError
        If the rows make no network.
    """
    made = WalkNetwork.from_edges(rows)
    kept = [finding for finding in network.report.findings if finding.code not in FOUND_ANEW]
    return replace(made, report=DataReport(tuple(dict.fromkeys((*kept, *made.report.findings)))))


def stacked(rows: gpd.GeoDataFrame, more: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return two tables of edges as one; a column that only one of them has is empty in the other."""
    names = [name for name in dict.fromkeys([*rows.columns, *more.columns]) if name != "geometry"]
    columns = {}
    for name in names:
        parts = [
            frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object) for frame in (rows, more)
        ]
        if parts[0].dtype != parts[1].dtype:
            parts = [part.astype(object) for part in parts]
        columns[name] = pd.concat(parts, ignore_index=True)
    lines = np.concatenate([rows.geometry.to_numpy(), more.geometry.to_numpy()])
    return gpd.GeoDataFrame(columns, geometry=lines, crs=rows.crs)


def split(
    network: WalkNetwork, edge: NDArray[np.int64], along_m: NDArray[np.float64], xy: NDArray[np.float64]
) -> tuple[gpd.GeoDataFrame, NDArray[np.int64]]:
    """Return the edges of a network as a table, split at places; no distance changes.

    The pieces share the declared length of their edge in proportion to what is drawn. A place within a millimetre of an
    end is that end, and places within a millimetre of each other on an edge are one.

    Parameters
    ----------
    network
        The network.
    edge
        The edge each place is on, shape (k,).
    along_m
        How far along the line as drawn it is, metres, shape (k,).
    xy
        Where it is, metres, shape (k, 2).

    Returns
    -------
    tuple
        The table, with u and v, its index the edge each row was; and the node at each place, by its number in u and
        v, shape (k,). Numbers from ``len(network.node_xy)`` on are new nodes.
    """
    rows = edge_rows(network)
    drawn = shapely.length(network.edge_geometry)
    node = np.full(len(edge), -1, dtype=np.int64)
    node[drawn[edge] - along_m <= ROUNDING_M] = network.edge_nodes[edge, 1][drawn[edge] - along_m <= ROUNDING_M]
    node[along_m <= ROUNDING_M] = network.edge_nodes[edge, 0][along_m <= ROUNDING_M]
    inner = np.flatnonzero(node < 0)
    if not len(inner):
        return rows, node
    key = np.column_stack([edge[inner], np.rint(along_m[inner] * PER_METRE).astype(np.int64)])
    _, first, number = np.unique(key, axis=0, return_index=True, return_inverse=True)
    node[inner] = len(network.node_xy) + number.reshape(-1)
    cut = inner[first]  # one for each place, by edge and then along it
    whole, begin, count = np.unique(edge[cut], return_index=True, return_counts=True)
    lines, ends, lengths = [], [], []
    for one, at, size in zip(whole, begin, count, strict=True):
        here = cut[at : at + size]
        lines += pieces(network.edge_geometry[one], along_m[here], xy[here])
        nodes = [network.edge_nodes[one, 0], *node[here], network.edge_nodes[one, 1]]
        ends += list(pairwise(nodes))
        reached = np.concatenate([[0.0], along_m[here] / drawn[one], [1.0]]) * network.edge_length_m[one]
        lengths += np.diff(reached).tolist()
    kept = np.setdiff1d(np.arange(len(rows)), whole)
    taken = rows.iloc[np.append(kept, np.repeat(whole, count + 1))].copy()
    new = np.arange(len(kept), len(taken))
    for column, values in (("u", [u for u, _ in ends]), ("v", [v for _, v in ends]), ("length", lengths)):
        array = taken[column].to_numpy().copy()
        array[new] = values
        taken[column] = array
    shapes = np.append(taken.geometry.to_numpy()[: len(kept)], np.array([*lines, None], dtype=object)[:-1])
    return taken.set_geometry(gpd.GeoSeries(shapes, index=taken.index, crs=network.crs)), node


def pieces(line: shapely.LineString, along_m: NDArray[np.float64], xy: NDArray[np.float64]) -> list[shapely.LineString]:
    """Return a line cut at places in its order, each piece beginning and ending exactly at its place.

    Examples
    --------
    >>> pieces(shapely.LineString([(0, 0), (4, 0), (4, 4)]), np.array([3.0]), np.array([[3.0, 0.0]]))
    [<LINESTRING (0 0, 3 0)>, <LINESTRING (3 0, 4 0, 4 4)>]
    """
    corners = shapely.get_coordinates(line)
    reached = np.append(0.0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T)))
    result = []
    edges = np.concatenate([[-np.inf], along_m, [np.inf]])
    for i in range(len(edges) - 1):
        inside = corners[(reached > edges[i]) & (reached < edges[i + 1])]
        result.append(shapely.LineString(np.vstack([xy[i - 1 : i] if i else corners[:0], inside, xy[i : i + 1]])))
    return result
