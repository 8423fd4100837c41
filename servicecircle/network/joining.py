"""New ways in a network: joined where they meet it, which splits streets there and changes no other distance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import NetworkError
from servicecircle.findings import DataReport, Finding
from servicecircle.network.building import ROUNDING_M
from servicecircle.network.joints import Joints, found_joints, joint_findings
from servicecircle.network.levels import Levels, at_end, levels_of, meeting_places
from servicecircle.network.noding import noded
from servicecircle.network.rebuilding import pieces, rebuilt, split, stacked, stated_metres

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork

LAYER = "new ways"
JOIN_M = 5.0
"""How far (metres) the end of a new way may be from the street it is joined to, unless another distance is said."""

WAY = "_way"
OWN = ("u", "v", "key", "component", WAY)
"""Columns that say nothing of a new way: numbers of the nodes of another network."""


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """New ways, cut where they meet each other and where they meet streets."""

    rows: gpd.GeoDataFrame  # with WAY, the row each piece came from, and length
    levels: Levels


def joined(
    network: WalkNetwork, ways: gpd.GeoDataFrame, *, join_within_m: float = JOIN_M, at_crossings: bool = False
) -> tuple[WalkNetwork, tuple[Finding, ...]]:
    """Return a network with new ways, and where they were joined.

    An end of a new way that nothing else ends at is joined to the nearest place on a street within ``join_within_m``,
    and the way is prolonged to it: what was missing is walked too. Where several new ways end, they are joined to a
    street only if they touch it, to a millimetre. An end meets streets of its own level (``layer``, ``bridge``,
    ``tunnel``), or where these end themselves; the end of a bridge or tunnel meets those of any level. The street is
    split there, which changes no distance. New ways meet each other where one ends on the other.

    Parameters
    ----------
    network
        The network.
    ways
        LineStrings in its CRS; ``length`` (metres), ``bridge``, ``tunnel``, ``layer`` and others if known.
    join_within_m
        How far (metres) an end may be from the street it is joined to.
    at_crossings
        Whether new ways also meet streets, and each other, where they cross on one level.

    Raises
    ------
    InputError
        If ``join_within_m`` is no number of metres.
    CRSError, NetworkError
        If the ways are no lines in metres, or some of them are joined to nothing.

    Examples
    --------
    >>> from shapely import LineString
    >>> from servicecircle.network import WalkNetwork
    >>> banks = [LineString([(500000, y), (500100, y)]) for y in (0, 80)]
    >>> walk = WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=banks, crs="EPSG:4549"))
    >>> bridge = gpd.GeoDataFrame(geometry=[LineString([(500040, 1), (500040, 80)])], crs="EPSG:4549")
    >>> with_bridge, found = joined(walk, bridge)
    >>> with_bridge
    <WalkNetwork: 5 edges, 6 nodes, 0.28 km, 1 component; EPSG:4549>
    """
    reach = stated_metres("join_within_m", join_within_m)
    labels = [str(label) for label in ways.index]
    rows, found = _drawn(ways, at_crossings=at_crossings)
    drawn = _Ways(rows, levels_of(rows))
    if at_crossings:
        drawn = _cut_at_streets(network, drawn)
    joints = found_joints(network, drawn.rows.geometry.to_numpy(), drawn.levels, reach)
    found += joint_findings(network, joints, [labels[way] for way in drawn.rows[WAY]], reach, layer=LAYER)
    if not at_crossings:
        found += _passed(network, drawn, labels)
    if any(finding.severity == "error" for finding in found):
        raise NetworkError(DataReport(tuple(found)))
    place = np.flatnonzero(joints.edge >= 0)
    streets, node = split(network, joints.edge[place], joints.along_m[place], joints.foot_xy[place])
    number = np.full(len(joints.edge), -1, dtype=np.int64)
    number[place] = node
    fresh = number < 0
    first = max(len(network.node_xy), int(node.max(initial=-1)) + 1)
    number[fresh] = first + np.arange(int(fresh.sum()))
    try:
        made = rebuilt(network, stacked(streets, _prolonged(drawn.rows, joints, number)))
    except NetworkError as error:
        raise NetworkError(_renamed(error.report)) from error
    return made, tuple(found)


def _drawn(ways: gpd.GeoDataFrame, *, at_crossings: bool) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the ways joined to each other, with the row each piece came from and its length (metres)."""
    plain = ways.drop(columns=[name for name in OWN if name in ways]).reset_index(drop=True)
    plain[WAY] = np.arange(len(plain))
    try:
        rows, found = noded(plain, cut_at_crossings=at_crossings, close_gaps_m=ROUNDING_M)
    except NetworkError as error:
        raise NetworkError(_renamed(error.report)) from error
    if "length" not in rows:
        rows["length"] = rows.geometry.length.to_numpy()
    return rows, [*_renamed(DataReport(found)).findings]


def _renamed(report: DataReport) -> DataReport:
    """Return what was found about the new ways, as said of them."""
    return DataReport(tuple(replace(finding, layer=LAYER) for finding in report.findings))


def _cut_at_streets(network: WalkNetwork, drawn: _Ways) -> _Ways:
    """Return the ways cut wherever they meet a street on their level."""
    lines, streets = drawn.rows.geometry.to_numpy(), network.edge_geometry
    way, street = shapely.STRtree(streets).query(lines, predicate="intersects")
    of_street = levels_of(network.attributes)
    may = (drawn.levels.level[way] == of_street.level[street]) & ~drawn.levels.raised[way] & ~of_street.raised[street]
    way, street = way[may], street[may]
    both = np.append(lines, streets)
    xy, pair = meeting_places(both, way, street + len(lines))
    cut = way[pair]
    inner = ~at_end(lines[cut], xy)
    cut, xy = cut[inner], xy[inner]
    along = shapely.line_locate_point(lines[cut], shapely.points(xy))
    order = np.lexsort((along, cut))
    cut, xy, along = cut[order], xy[order], along[order]
    fresh = np.ones(len(cut), dtype=bool)
    fresh[1:] = (cut[1:] != cut[:-1]) | (np.diff(along) > ROUNDING_M)
    cut, xy, along = cut[fresh], xy[fresh], along[fresh]
    parts = [pieces(line, along[cut == i], xy[cut == i]) for i, line in enumerate(lines)]
    count = [len(part) for part in parts]
    shapes = np.array([piece for part in parts for piece in part] + [None], dtype=object)[:-1]
    rows = drawn.rows.iloc[np.repeat(np.arange(len(lines)), count)].reset_index(drop=True)
    whole = np.repeat(shapely.length(lines), count)
    share = np.divide(shapely.length(shapes), whole, out=np.ones(len(shapes)), where=whole > 0)
    rows["length"] = rows["length"].to_numpy(dtype=np.float64) * share
    return _Ways(rows.set_geometry(gpd.GeoSeries(shapes, crs=rows.crs)), levels_of(rows))


def _prolonged(rows: gpd.GeoDataFrame, joints: Joints, number: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Return the ways led to the places they are joined at, with their nodes."""
    lines, length = rows.geometry.to_numpy().copy(), rows["length"].to_numpy(dtype=np.float64).copy()
    for i, line in enumerate(lines):
        xy = shapely.get_coordinates(line)
        for which, place in enumerate(joints.ends[:, i]):
            if joints.edge[place] < 0:
                continue
            foot = joints.foot_xy[place][None, :]
            far = joints.gap_m[place] > ROUNDING_M
            length[i] += joints.gap_m[place] if far else 0.0
            kept = xy if far else (xy[:-1] if which else xy[1:])
            xy = np.vstack([kept, foot] if which else [foot, kept])
        lines[i] = shapely.LineString(xy)
    u, v = number[joints.ends]
    beside = pd.DataFrame(rows.drop(columns=["length", WAY, "geometry"]))
    own = pd.DataFrame({"u": u, "v": v, "length": length})
    return gpd.GeoDataFrame(pd.concat([own, beside], axis=1), geometry=lines, crs=rows.crs)


def _passed(network: WalkNetwork, drawn: _Ways, labels: list[str]) -> list[Finding]:
    """Return the finding about streets that new ways cross without meeting them."""
    lines = drawn.rows.geometry.to_numpy()
    way, street = shapely.STRtree(network.edge_geometry).query(lines, predicate="crosses")
    of_street = levels_of(network.attributes)
    level = drawn.levels.level[way] == of_street.level[street]
    way = way[level & ~drawn.levels.raised[way] & ~of_street.raised[street]]
    if not len(way):
        return []
    en = f"they cross streets at {len(way):,} places without meeting them there. Where they meet, give "
    en += "at_crossings=True."
    zh = f"与现有道路在 {len(way):,} 处交叉但未相连；如在交叉处相通，请设 at_crossings=True。"
    rows = sorted({labels[one] for one in drawn.rows[WAY].to_numpy()[way]})
    return [Finding.about(LAYER, "passed", "info", en=en, zh=zh, column="geometry", rows=rows)]
