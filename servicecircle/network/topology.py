"""From checked edges to the arrays of a network, in an order that depends on geometry and never on rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.findings import Finding
from servicecircle.network.building import LAYER, ROUNDING_M

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network.building import EdgeTable

GAP_M = 0.5
"""A dead end this near (metres) to an edge it is not joined to was probably meant to be joined."""

AWAY_M = 1.0
"""Ends at one node are drawn within this (metres) of each other; where they are not, ids or lines are wrong."""

PER_METRE = 1000.0
"""Ends without ids are one node if their coordinates round to the same millimetre."""


@dataclass(frozen=True, slots=True, eq=False)
class Topology:
    """Nodes, edges, arcs and components in canonical order; see `WalkNetwork` for the meaning of each."""

    node_xy: NDArray[np.float64]
    edge_nodes: NDArray[np.int64]
    edge_length_m: NDArray[np.float64]
    edge_geometry: NDArray[np.object_]
    edge_component: NDArray[np.int64]
    component_length_m: NDArray[np.float64]
    indptr: NDArray[np.int64]
    targets: NDArray[np.int64]
    arc_edge: NDArray[np.int64]
    arc_length_m: NDArray[np.float64]
    attributes: pd.DataFrame
    findings: tuple[Finding, ...]


def topology(table: EdgeTable) -> Topology:
    """Return the arrays of a network made of checked edges."""
    start, end, node_xy = _nodes(table)
    away = _away(table, start, end, node_xy)
    lines, u, v = _oriented(table.lines, start, end)
    order, repeated = _order(lines, u, v, table)
    kept = order[~repeated]
    edge_nodes = np.column_stack([u[kept], v[kept]])
    length = table.length_m[kept]
    component, component_length = _components(len(node_xy), edge_nodes, length)
    indptr, targets, arc_edge = _arcs(len(node_xy), edge_nodes)
    attributes = table.attributes.iloc[kept].reset_index(drop=True)
    result = Topology(
        node_xy,
        edge_nodes,
        length,
        lines[kept],
        component,
        component_length,
        indptr,
        targets,
        arc_edge,
        length[arc_edge],
        attributes,
        (*away, *_repeats(int(repeated.sum())), *_islands(component_length), *_gaps(lines[kept], edge_nodes, node_xy)),
    )
    for array in (getattr(result, name) for name in Topology.__slots__):
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return result


def _nodes(table: EdgeTable) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the node at the start and the end of each edge as drawn, and the nodes' coordinates (n, 2)."""
    drawn = np.vstack([_ends_xy(table.lines, 0), _ends_xy(table.lines, -1)])
    size = len(table.lines)
    if table.ends is None:
        code = coordinate_codes(drawn)
        name: NDArray[Any] = np.zeros(code.max() + 1)
    else:
        code, name = _codes(table.ends)
        if _crossed(code, drawn):
            code = _straightened(code, drawn)
    by_place = np.lexsort((drawn[:, 1], drawn[:, 0], code))
    first = by_place[np.unique(code[by_place], return_index=True)[1]]
    xy = drawn[first]
    order = np.lexsort((name, xy[:, 1], xy[:, 0]))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[code[:size]], rank[code[size:]], np.ascontiguousarray(xy[order])


def _ends_xy(lines: NDArray[np.object_], which: int) -> NDArray[np.float64]:
    """Return the coordinates of the first (0) or last (-1) point of each line."""
    xy: NDArray[np.float64] = shapely.get_coordinates(shapely.get_point(lines, which))
    return xy


def coordinate_codes(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return a number for each place, the same where coordinates round to the same millimetre."""
    x = pd.factorize(np.rint(xy[:, 0] * PER_METRE))[0]
    y, ys = pd.factorize(np.rint(xy[:, 1] * PER_METRE))
    return np.asarray(pd.factorize(x.astype(np.int64) * len(ys) + y)[0], dtype=np.int64)


def _codes(ends: tuple[NDArray[Any], NDArray[Any]]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return a number for each node id, and each node's id in a form that can be put in order."""
    ids = np.concatenate([np.asarray(one, dtype=object) for one in ends])
    code, unique = pd.factorize(ids)
    numeric = all(isinstance(one, (int, float, np.number)) for one in unique)
    name = np.asarray(unique, dtype=np.float64) if numeric else np.array([repr(one) for one in unique])
    return np.asarray(code, dtype=np.int64), name


def _crossed(code: NDArray[np.int64], drawn: NDArray[np.float64]) -> bool:
    """Return whether some node has ends in different places: then an edge may be drawn from v to u."""
    place = coordinate_codes(drawn)
    pairs = pd.DataFrame({"code": code, "place": place}).drop_duplicates()
    return bool(pairs["code"].duplicated().any())


def _straightened(code: NDArray[np.int64], drawn: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the codes with both ends of an edge exchanged where the line is drawn from v to u.

    A node is at the place where most of its edges have an end; where that is undecided, as at a dead end, it does not
    count. Every edge is turned the way that brings its ends nearer to its nodes.
    """
    size = len(code) // 2
    other = np.concatenate([np.arange(size, 2 * size), np.arange(size)])
    place = coordinate_codes(drawn)
    votes = pd.DataFrame(
        {"code": np.tile(code, 2), "place": np.append(place, place[other]), "at": np.append(np.arange(2 * size), other)}
    )
    counted = votes.groupby(["code", "place"])["at"].agg(["size", "first"]).reset_index()
    counted = counted.sort_values(["code", "size"], ascending=[True, False], kind="stable")
    best = counted.drop_duplicates("code")
    second = counted[counted["code"].duplicated()].drop_duplicates("code").set_index("code")["size"]
    undecided = best["size"].to_numpy() == second.reindex(best["code"], fill_value=0).to_numpy()
    home = np.where(undecided[:, None], np.nan, drawn[best["first"].to_numpy()])
    off_stated, off_exchanged = (np.nan_to_num(np.hypot(*(home[ends] - drawn).T)) for ends in (code, code[other]))
    gain = off_stated[:size] + off_stated[size:] - off_exchanged[:size] - off_exchanged[size:]
    return np.where(np.tile(gain > ROUNDING_M, 2), code[other], code)


def _oriented(
    lines: NDArray[np.object_], start: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64], NDArray[np.int64]]:
    """Return the lines drawn from the lower node to the higher (loops: the lower sequence of points), and the nodes."""
    turn = start > end
    for loop in np.flatnonzero(start == end):
        points = list(lines[loop].coords)
        turn[loop] = points[::-1] < points
    turned = lines.copy()
    turned[turn] = shapely.reverse(lines[turn])
    return turned, np.minimum(start, end), np.maximum(start, end)


def _order(
    lines: NDArray[np.object_], u: NDArray[np.int64], v: NDArray[np.int64], table: EdgeTable
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the canonical order of the edges, and which of the ordered repeat the one before: drawn twice."""
    shared = pd.DataFrame({"u": u, "v": v}).duplicated(keep=False).to_numpy()
    shape = np.zeros(len(u), dtype=np.int64)
    text = np.zeros(len(u), dtype=np.int64)
    if shared.any():
        shape[shared] = np.unique(np.array(shapely.to_wkb(lines[shared]), dtype=object), return_inverse=True)[1]
        words = [repr(row) for row in table.attributes[shared].itertuples(index=False, name=None)]
        text[shared] = np.unique(np.array(words, dtype=object), return_inverse=True)[1]
    order = np.lexsort((text, table.length_m, shape, v, u))
    same = np.zeros(len(order), dtype=bool)
    if shared.any():
        before, after = order[:-1], order[1:]
        same[1:] = shared[after] & (shape[before] == shape[after]) & (u[before] == u[after]) & (v[before] == v[after])
        same[1:] &= table.length_m[after] - table.length_m[before] <= ROUNDING_M
    return order, same


def _components(
    nodes: int, edge_nodes: NDArray[np.int64], length: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the component of each edge and the components' lengths (metres), longest first."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    joined = coo_array((np.ones(len(edge_nodes)), (edge_nodes[:, 0], edge_nodes[:, 1])), shape=(nodes, nodes))
    label = np.asarray(connected_components(joined.tocsr(), directed=False)[1], dtype=np.int64)
    of_edge = label[edge_nodes[:, 0]]
    total = np.bincount(of_edge, weights=length).astype(np.float64)
    first = np.unique(label, return_index=True)[1]
    order = np.lexsort((first, -total))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank[of_edge], total[order]


def _arcs(nodes: int, edge_nodes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the arcs in both directions, grouped by the node they leave: indptr (n+1,), targets and edge (2m,)."""
    leaves = np.concatenate([edge_nodes[:, 0], edge_nodes[:, 1]])
    enters = np.concatenate([edge_nodes[:, 1], edge_nodes[:, 0]])
    edge = np.tile(np.arange(len(edge_nodes), dtype=np.int64), 2)
    order = np.lexsort((edge, enters, leaves))
    indptr = np.zeros(nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(leaves, minlength=nodes), out=indptr[1:])
    return indptr, enters[order], edge[order]


def _repeats(count: int) -> tuple[Finding, ...]:
    """Return the finding about edges drawn twice."""
    if not count:
        return ()
    en = f"{count:,} edges repeat another (same ends, line and length) and were merged with it, such as the two "
    en += "directions of one street."
    zh = f"{count:,} 条边与另一条重复（端点、线形、长度相同，例如同一道路的两个方向），已合并。"
    return (Finding(LAYER, "repeated", "repair", en, zh),)


def _away(
    table: EdgeTable, start: NDArray[np.int64], end: NDArray[np.int64], node_xy: NDArray[np.float64]
) -> tuple[Finding, ...]:
    """Return the finding about edges whose line ends far from the node it is said to end at."""
    if table.ends is None:
        return ()
    off = [np.hypot(*(_ends_xy(table.lines, which) - node_xy[ids]).T) for which, ids in ((0, start), (-1, end))]
    far = np.maximum(*off)
    count = int((far > AWAY_M).sum())
    if not count:
        return ()
    en = f"{count:,} edges end more than {AWAY_M:g} m (up to {far.max():,.1f} m) from where others of the same u "
    en += "or v end. Either ids stand for several nodes, or lines were drawn elsewhere; walks jump there."
    zh = f"{count:,} 条边的端点距同编号节点的其他端点超过 {AWAY_M:g} 米（最大 {far.max():,.1f} 米）。"
    zh += "请检查 u、v 是否重复。"
    return (Finding(LAYER, "ends_apart", "warning", en, zh),)


def _islands(component_length: NDArray[np.float64]) -> tuple[Finding, ...]:
    """Return the finding about parts of the network that are not joined to the main one."""
    count, total = len(component_length), float(component_length.sum())
    if count == 1:
        return ()
    share = 100 * component_length[0] / total if total else 0.0
    half = 50.0
    en = f"{count:,} parts are not joined to each other; the longest holds {share:.1f} % of {total / 1000:,.1f} km."
    zh = f"网络由 {count:,} 个互不相连的部分组成，最长的一部分占 {total / 1000:,.1f} 公里的 {share:.1f}%。"
    if share < half:
        en += " Check that lines are cut and joined where streets meet."
        zh += "请检查道路在交叉口处是否打断并相连。"
    return (Finding(LAYER, "islands", "warning" if share < half else "info", en, zh),)


def _gaps(
    lines: NDArray[np.object_], edge_nodes: NDArray[np.int64], node_xy: NDArray[np.float64]
) -> tuple[Finding, ...]:
    """Return the finding about dead ends that lie on another edge, or a little short of it, without being joined."""
    dead = np.flatnonzero(np.bincount(edge_nodes.ravel(), minlength=len(node_xy)) == 1)
    tree = shapely.STRtree(lines)
    end, edge = tree.query(shapely.points(node_xy[dead]), predicate="dwithin", distance=GAP_M)
    apart = (edge_nodes[edge] != dead[end, None]).all(axis=1)
    count = len(np.unique(end[apart]))
    if not count:
        return ()
    en = (
        f"{count:,} dead ends lie within {GAP_M:g} m of an edge they are not joined to. If streets meet there, cut the "
    )
    en += "edges and let their ends meet."
    zh = f"{count:,} 个断头端点距另一条边不足 {GAP_M:g} 米却未相连。若为交叉口，请在该处打断并使端点重合。"
    return (Finding(LAYER, "gaps", "warning", en, zh),)
