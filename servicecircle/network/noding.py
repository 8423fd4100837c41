"""Making edges of drawn lines: ends that nearly meet are joined, and lines are cut where they cross or touch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError
from servicecircle.findings import Finding
from servicecircle.network.building import LAYER, ROUNDING_M, edge_table
from servicecircle.network.levels import (
    Levels,
    at_end,
    levels_of,
    meeting_pairs,
    meeting_places,
    unread_layers,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class _Drawing:
    """Lines in an order given by their geometry, the row each came from, and their levels."""

    lines: NDArray[np.object_]
    row: NDArray[np.int64]
    levels: Levels

    def ends(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return all places where lines end, in order of x and y, and the place of each line's start and end (2, m)."""
        xy = np.vstack([shapely.get_coordinates(shapely.get_point(self.lines, which)) for which in (0, -1)])
        places, number = np.unique(xy, axis=0, return_inverse=True)
        return places, number.reshape(2, -1).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Cuts:
    """Places on lines: which line, how far along it (metres), where, shape (k,) and (k, 2)."""

    line: NDArray[np.int64]
    along: NDArray[np.float64]
    xy: NDArray[np.float64]


def noded(
    edges: gpd.GeoDataFrame, *, cut_at_crossings: bool = True, close_gaps_m: float = 0.0
) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return drawn lines as edges that meet at their ends, and what was done.

    First, ends within ``close_gaps_m`` of each other become one. Then a line that an end touches, or misses by no more
    than that, is led through the end and cut there; an end meets lines of its own level (``layer``, ``bridge``,
    ``tunnel``), and the end of a bridge or tunnel meets those of any level. Last, lines that cross on one level,
    neither of them a bridge or a tunnel, are cut there. Pieces keep the columns of their line, and share its declared
    length in proportion. The order of the rows changes nothing.

    Parameters
    ----------
    edges
        Lines in a projected CRS in metres; see `WalkNetwork.from_edges`.
    cut_at_crossings
        Whether lines are cut where they cross or touch; else only gaps are closed.
    close_gaps_m
        How far (metres) an end may be from what it is joined to; never less than a millimetre. An edge no longer than
        this is not closed up.

    Raises
    ------
    InputError
        If ``close_gaps_m`` is no number of metres, 0 or more, or the edges have ``u`` and ``v``, which say already
        where they meet.
    CRSError, NetworkError
        As for `WalkNetwork.from_edges`.

    Examples
    --------
    >>> from shapely import LineString
    >>> cross = [LineString([(500000, 0), (500100, 0)]), LineString([(500050, -50), (500050, 50)])]
    >>> pieces, done = noded(gpd.GeoDataFrame(geometry=cross, crs="EPSG:4549"))
    >>> len(pieces), done[0].code
    (4, 'cut')
    """
    given: object = close_gaps_m
    number = isinstance(given, (int, float, np.number)) and not isinstance(given, bool)
    if not number or not np.isfinite(close_gaps_m) or close_gaps_m < 0:
        raise InputError(
            f"close_gaps_m must be a number of metres, 0 or more. {close_gaps_m!r} was given instead. | "
            "close_gaps_m 须为不小于 0 的数（米）。"
        )
    if isinstance(edges, gpd.GeoDataFrame) and {"u", "v"} <= {*edges.columns, *edges.index.names}:
        raise InputError(
            f"{LAYER} layer: u and v say already where its {len(edges):,} edges meet. Drop both columns to cut the "
            "lines anew, or leave cut_at_crossings and close_gaps_m out. | 图层已有 u、v 列说明各边如何相连；"
            "如需重新打断请删除这两列。"
        )
    table = edge_table(edges)
    findings = [finding for finding in table.findings if finding.code != "short"]  # said again of the pieces
    findings += unread_layers(table.attributes)
    drawn = _in_order(table.lines, table.length_m, table.attributes)
    reach = max(float(close_gaps_m), ROUNDING_M)
    drawn, moved = _ends_joined(drawn, reach)
    drawn = _simple(drawn) if cut_at_crossings else drawn
    touched = _touches(drawn, reach)
    if not cut_at_crossings and not close_gaps_m:
        touched = _Cuts(touched.line[:0], touched.along[:0], touched.xy[:0])
    off = _distance_to(drawn.lines, touched)
    moved = np.append(moved, off)
    drawn, cut_places = _split(drawn, touched), _count(touched.xy)
    passed = 0
    if cut_at_crossings:
        crossed, passed = _crossed(drawn)
        drawn, cut_places = _split(drawn, crossed), cut_places + _count(crossed.xy)
    findings += _closed_finding(moved, close_gaps_m)
    findings += _cut_finding(len(table.lines), drawn, cut_places, passed)
    frame = pd.DataFrame(table.attributes.iloc[drawn.row]).reset_index(drop=True)
    if "length" in edges.columns:
        frame["length"] = _shared(drawn, table.length_m)
    frame = frame.drop(columns=["geometry"], errors="ignore")
    return gpd.GeoDataFrame(frame, geometry=drawn.lines, crs=table.crs), tuple(findings)


def _in_order(lines: NDArray[np.object_], length: NDArray[np.float64], attributes: pd.DataFrame) -> _Drawing:
    """Return lines in an order that depends on what they are, not on their rows."""
    shape = np.unique(np.array(shapely.to_wkb(lines), dtype=object), return_inverse=True)[1]
    words = np.array([repr(row) for row in attributes.itertuples(index=False, name=None)], dtype=object)
    text = np.unique(words, return_inverse=True)[1] if len(attributes.columns) else np.zeros(len(lines))
    order = np.lexsort((text, length, shape))
    return _Drawing(lines[order], order.astype(np.int64), levels_of(attributes).take(order))


def _ends_joined(drawn: _Drawing, reach: float) -> tuple[_Drawing, NDArray[np.float64]]:
    """Return the lines with ends that nearly meet brought together, and how far places moved (metres)."""
    places, ends = drawn.ends()
    short = shapely.length(drawn.lines) <= reach
    home = _joined(places, reach, weight=np.bincount(ends.ravel()), apart=ends[:, short].T)
    moved = np.hypot(*(places[home] - places).T)
    if not moved.any():
        return drawn, moved[:0]
    xy, owner = shapely.get_coordinates(drawn.lines, return_index=True)
    first = np.searchsorted(owner, np.arange(len(drawn.lines)))
    last = np.append(first[1:], len(xy)) - 1
    xy[first], xy[last] = places[home[ends[0]]], places[home[ends[1]]]
    return replace(drawn, lines=np.asarray(shapely.linestrings(xy, indices=owner), dtype=object)), moved[
        moved > ROUNDING_M
    ]


def _joined(
    places: NDArray[np.float64], reach: float, *, weight: NDArray[np.int64], apart: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return for each place the one it becomes, the nearest pairs first; no group is wider than the reach.

    The place where most lines end keeps its coordinates. Pairs in ``apart`` stay apart.
    """
    from scipy.spatial import KDTree

    home = np.arange(len(places))
    pairs = KDTree(places).query_pairs(reach, output_type="ndarray")
    if not len(pairs):
        return home
    distance = np.hypot(*(places[pairs[:, 0]] - places[pairs[:, 1]]).T)
    group = {int(i): [int(i)] for i in np.unique(pairs)}
    kept_apart = {frozenset(map(int, pair)) for pair in apart}
    for i, j in pairs[np.lexsort((pairs[:, 1], pairs[:, 0], distance))].tolist():
        one, other = group[i], group[j]
        if one is other:
            continue
        across = [(a, b) for a in one for b in other]
        wide = any(np.hypot(*(places[a] - places[b])) > reach for a, b in across)
        if not wide and not any(frozenset(pair) in kept_apart for pair in across):
            one.extend(other)
            group |= dict.fromkeys(one, one)
    for i, members in group.items():
        home[i] = min(members, key=lambda place: (-weight[place], place))
    return home


def _touches(drawn: _Drawing, reach: float) -> _Cuts:
    """Return where ends touch, or miss by less than the reach, a line they may meet that does not end there."""
    places, ends = drawn.ends()
    place, line = shapely.STRtree(drawn.lines).query(shapely.points(places), predicate="dwithin", distance=reach)
    elsewhere = (ends[:, line] != place).all(axis=0)
    pairs = pd.DataFrame({"place": place[elsewhere], "line": line[elsewhere]})
    count = len(drawn.lines)
    ending = pd.DataFrame({"place": ends.ravel(), "end_of": np.tile(np.arange(count), 2)})
    met = pairs.merge(ending, on="place")
    level, raised = drawn.levels.level, drawn.levels.raised
    may = (level[met["end_of"]] == level[met["line"]]) | raised[met["end_of"]]
    pairs = met.loc[may, ["place", "line"]].drop_duplicates().sort_values(["line", "place"])
    chosen, xy = pairs["line"].to_numpy(), places[pairs["place"]]
    along = shapely.line_locate_point(drawn.lines[chosen], shapely.points(xy))
    inner = (along > 0) & (along < shapely.length(drawn.lines[chosen]))
    return _Cuts(chosen[inner], along[inner], xy[inner])


def _simple(drawn: _Drawing) -> _Drawing:
    """Return the lines on the ground that cross or touch themselves taken apart into their straight pieces."""
    knotted = (~shapely.is_simple(drawn.lines) | _ends_on_itself(drawn.lines)) & ~drawn.levels.raised
    if not knotted.any():
        return drawn
    shapes = drawn.lines.copy()
    for line in np.flatnonzero(knotted):
        xy = shapely.get_coordinates(shapes[line])
        shapes[line] = shapely.multilinestrings(list(np.stack([xy[:-1], xy[1:]], axis=1)))
    lines, owner = shapely.get_parts(shapes, return_index=True)
    some = shapely.length(lines) > 0
    lines, owner = lines[some], owner[some]
    return _Drawing(np.asarray(lines, dtype=object), drawn.row[owner], drawn.levels.take(owner))


def _ends_on_itself(lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which lines end on themselves, to a millimetre; a ring does not."""
    corners = 3
    result = np.zeros(len(lines), dtype=bool)
    bent = np.flatnonzero((shapely.get_num_points(lines) >= corners) & ~shapely.is_closed(lines))
    for turned in (lines[bent], shapely.reverse(lines[bent])):
        xy, owner = shapely.get_coordinates(turned, return_index=True)
        later = np.zeros(len(owner), dtype=bool)
        later[1:] = owner[1:] == owner[:-1]
        rest = shapely.linestrings(xy[later], indices=owner[later])
        result[bent] |= shapely.distance(shapely.points(xy[~later]), rest) <= ROUNDING_M
    return result


def _crossed(drawn: _Drawing) -> tuple[_Cuts, int]:
    """Return where lines cross and meet, and how many pairs cross at different levels."""
    one, other = meeting_pairs(drawn.lines)
    meets = drawn.levels.meet(one, other)
    over = shapely.crosses(drawn.lines[one[~meets]], drawn.lines[other[~meets]])
    one, other = one[meets], other[meets]
    found, pair = meeting_places(drawn.lines, one, other)
    # a place that another pair gives a little differently, or that is an end already, is one place
    places, ends = drawn.ends()
    known = np.unique(np.vstack([places, found]), axis=0)
    weight = np.zeros(len(known), dtype=np.int64)
    weight[_find(known, places)] = np.bincount(ends.ravel())
    short = shapely.length(drawn.lines) <= ROUNDING_M
    apart = _find(known, places)[ends[:, short].T]
    xy = known[_joined(known, ROUNDING_M, weight=weight, apart=apart)[_find(known, found)]]
    line, xy = np.append(one[pair], other[pair]), np.vstack([xy, xy])
    inner = ~at_end(drawn.lines[line], xy)
    line, xy = line[inner], xy[inner]
    along = shapely.line_locate_point(drawn.lines[line], shapely.points(xy))
    return _Cuts(line, along, xy), int(over.sum())


def _find(known: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the number of each place among known ones, all of which are there."""
    number = pd.MultiIndex.from_arrays([*known.T]).get_indexer(pd.MultiIndex.from_arrays([*wanted.T]))
    return np.asarray(number, dtype=np.int64)


def _split(drawn: _Drawing, cuts: _Cuts) -> _Drawing:
    """Return the lines cut at places, each led through the places it is cut at."""
    if not len(cuts.line):
        return drawn
    xy, owner = shapely.get_coordinates(drawn.lines, return_index=True)
    step = np.zeros(len(xy))
    step[1:] = np.where(owner[1:] == owner[:-1], np.hypot(*np.diff(xy, axis=0).T), 0.0)
    reached = np.cumsum(step)
    first = np.searchsorted(owner, np.arange(len(drawn.lines)))
    reached -= reached[first][owner]
    end = np.zeros(len(xy), dtype=bool)
    end[first] = end[np.append(first[1:], len(xy)) - 1] = True
    table = pd.DataFrame(
        {
            "line": np.append(owner, cuts.line),
            "along": np.append(reached, cuts.along),
            "x": np.append(xy[:, 0], cuts.xy[:, 0]),
            "y": np.append(xy[:, 1], cuts.xy[:, 1]),
            "cut": np.append(np.zeros(len(xy), dtype=bool), np.ones(len(cuts.line), dtype=bool)),
            "end": np.append(end, np.zeros(len(cuts.line), dtype=bool)),
        }
    )
    table = table.drop(table.index[table["cut"] & table.duplicated(["line", "x", "y", "cut"])])
    table = table.sort_values(["line", "along", "x", "y"], kind="stable")
    table = table[~_beside_cut(table)]
    times = np.where(table["cut"], 2, 1)
    table = table.loc[table.index.repeat(times)]
    line, cut = table["line"].to_numpy(), table["cut"].to_numpy()
    begins = np.ones(len(table), dtype=bool)
    begins[1:] = line[1:] != line[:-1]
    second = np.zeros(len(table), dtype=bool)
    second[np.cumsum(times)[times > 1] - 1] = True
    piece = np.cumsum(begins | (cut & second)) - 1
    lines = np.asarray(shapely.linestrings(table[["x", "y"]].to_numpy(), indices=piece), dtype=object)
    of = line[np.unique(piece, return_index=True)[1]]
    return _Drawing(lines, drawn.row[of], drawn.levels.take(of))


def _beside_cut(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which bends of lines lie within a millimetre of a cut, so that the cut stands for them."""
    line, along, cut = (table[name].to_numpy() for name in ("line", "along", "cut"))
    near = np.zeros(len(table), dtype=bool)
    same = (line[1:] == line[:-1]) & (np.abs(np.diff(along)) <= ROUNDING_M)
    near[1:] |= same & cut[:-1]
    near[:-1] |= same & cut[1:]
    return np.asarray(near & ~cut & ~table["end"].to_numpy(), dtype=bool)


def _shared(drawn: _Drawing, declared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the declared length of each piece: its line's, in proportion to what is drawn."""
    length = shapely.length(drawn.lines)
    whole = np.bincount(drawn.row, weights=length, minlength=len(declared))[drawn.row]
    share = np.divide(length, whole, out=np.ones_like(length), where=whole > 0)
    return np.asarray(declared[drawn.row] * share, dtype=np.float64)


def _distance_to(lines: NDArray[np.object_], cuts: _Cuts) -> NDArray[np.float64]:
    distance: NDArray[np.float64] = shapely.distance(lines[cuts.line], shapely.points(cuts.xy))
    return distance[distance > ROUNDING_M]


def _count(xy: NDArray[np.float64]) -> int:
    return len(np.unique(xy, axis=0))


def _closed_finding(moved: NDArray[np.float64], close_gaps_m: Any) -> list[Finding]:
    """Return the finding about ends that were brought to what they nearly met."""
    if not len(moved):
        return []
    most = moved.max()
    en = f"{len(moved):,} gaps of up to {max(float(close_gaps_m), ROUNDING_M):g} m between an end and what it nearly "
    en += f"meets were closed; the largest was {most:.3f} m."
    zh = f"已闭合 {len(moved):,} 处不超过 {max(float(close_gaps_m), ROUNDING_M):g} 米的间隙，最大 {most:.3f} 米。"
    return [Finding(LAYER, "gaps_closed", "repair", en, zh)]


def _cut_finding(before: int, drawn: _Drawing, places: int, passed: int) -> list[Finding]:
    """Return the finding about lines that were cut, and those that cross at different levels."""
    findings = []
    if len(drawn.lines) != before:
        en = (
            f"{before:,} lines were cut into {len(drawn.lines):,} edges at {places:,} places where they cross or touch."
        )
        zh = f"{before:,} 条线在 {places:,} 处相交或相接的地方打断，得到 {len(drawn.lines):,} 条边。"
        findings.append(Finding(LAYER, "cut", "repair", en, zh))
    if passed:
        en = f"{passed:,} pairs of lines cross at different levels (layer, bridge, tunnel) and were not joined there."
        zh = f"{passed:,} 对线在不同层（layer、桥、隧道）交叉，未相连。"
        findings.append(Finding(LAYER, "other_level", "info", en, zh))
    return findings
