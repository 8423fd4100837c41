"""Where the ends of new ways meet the streets of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.findings import Finding
from servicecircle.network.building import ROUNDING_M
from servicecircle.network.levels import levels_of
from servicecircle.network.topology import coordinate_codes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.levels import Levels

DEAD_END = (
    "an end is joined to nothing: a dead end. Draw it up to a street if it leads on.",
    "端点未与任何道路相连，为断头路；如应相通，请画到道路上。",
)
NOT_JOINED = (
    "several new ways end near a street without touching it, and were not joined. Draw their end onto it if they meet.",
    "多条新路的共同端点靠近现有道路但未接触，未相连；如相通请画到道路上。",
)


@dataclass(frozen=True, slots=True, eq=False)
class Joints:
    """The places where ways end, and the streets they are joined to.

    Parameters
    ----------
    ends
        The place of the start and the end of each way, shape (2, ways).
    edge
        The street each place is joined to, -1 for none, shape (places,).
    along_m, foot_xy, gap_m
        How far along the street, where, and how far from the place (metres), shape (places,), (places, 2), (places,).
    near_m
        How far (metres) the nearest street is, whether joined or not, shape (places,).
    """

    ends: NDArray[np.int64]
    edge: NDArray[np.int64]
    along_m: NDArray[np.float64]
    foot_xy: NDArray[np.float64]
    gap_m: NDArray[np.float64]
    near_m: NDArray[np.float64]

    @property
    def ways_at(self) -> NDArray[np.int64]:
        """Return how many ways end at each place, a ring once, shape (places,)."""
        pairs = np.unique(np.column_stack([self.ends.ravel(), np.tile(np.arange(self.ends.shape[1]), 2)]), axis=0)
        return np.bincount(pairs[:, 0], minlength=len(self.edge))

    def islands(self) -> NDArray[np.bool_]:
        """Return which ways are joined to no street, not even through other ways, shape (ways,)."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        size = len(self.edge)
        link = coo_array((np.ones(self.ends.shape[1]), (self.ends[0], self.ends[1])), shape=(size, size))
        label = connected_components(link.tocsr(), directed=False)[1]
        held = np.zeros(int(label.max(initial=-1)) + 1, dtype=bool)
        held[label[self.edge >= 0]] = True
        return np.asarray(~held[label[self.ends[0]]], dtype=bool)


def found_joints(network: WalkNetwork, lines: NDArray[np.object_], levels: Levels, reach_m: float) -> Joints:
    """Return where ways meet the streets of a network.

    Parameters
    ----------
    network
        The network.
    lines, levels
        The ways, which end where they meet each other, and their levels.
    reach_m
        How far (metres) an end may be from a street.
    """
    xy = np.vstack([shapely.get_coordinates(shapely.get_point(lines, which)) for which in (0, -1)])
    code = coordinate_codes(xy)
    ends = code.reshape(2, -1)
    first = np.unique(code, return_index=True)[1]
    points: NDArray[np.object_] = np.asarray(shapely.points(xy[first]), dtype=object)
    size = len(first)
    none = np.full(size, -1, dtype=np.int64)
    tree = shapely.STRtree(network.edge_geometry)
    near = np.full(size, np.inf)
    (place, _), metres = tree.query_nearest(points, return_distance=True, all_matches=False)
    near[place] = metres
    joints = Joints(ends, none, np.zeros(size), xy[first].copy(), np.zeros(size), near)
    reach = np.where(joints.ways_at == 1, max(reach_m, ROUNDING_M), ROUNDING_M)
    place, edge = tree.query(points, predicate="dwithin", distance=reach)
    street = network.edge_geometry[edge]
    along = np.asarray(shapely.line_locate_point(street, points[place]), dtype=np.float64)
    foot: NDArray[np.object_] = np.asarray(shapely.line_interpolate_point(street, along), dtype=object)
    gap = np.asarray(shapely.distance(foot, points[place]), dtype=np.float64)
    at_end = (along <= ROUNDING_M) | (shapely.length(street) - along <= ROUNDING_M)
    may = at_end | _same_level(place, levels_of(network.attributes).level[edge], ends, levels)
    place, edge, along, foot, gap = place[may], edge[may], along[may], foot[may], gap[may]
    order = np.lexsort((edge, gap, place))
    chosen = order[np.unique(place[order], return_index=True)[1]]
    at = place[chosen]
    joints.edge[at], joints.along_m[at], joints.gap_m[at] = edge[chosen], along[chosen], gap[chosen]
    joints.foot_xy[at] = shapely.get_coordinates(foot[chosen])
    return joints


def _same_level(
    place: NDArray[np.int64], level: NDArray[np.float64], ends: NDArray[np.int64], ways: Levels
) -> NDArray[np.bool_]:
    """Return whether some way that ends at a place may meet a street of a level between that one's ends."""
    way = np.tile(np.arange(ends.shape[1]), 2)
    raised = set(ends.ravel()[ways.raised[way]].tolist())
    known = set(zip(ends.ravel().tolist(), ways.level[way].tolist(), strict=True))
    pairs = zip(place.tolist(), level.tolist(), strict=True)
    return np.array([pair[0] in raised or pair in known for pair in pairs], dtype=bool)


def joint_findings(
    network: WalkNetwork, joints: Joints, labels: Sequence[str], reach_m: float, *, layer: str
) -> list[Finding]:
    """Return where ways were joined, and which ends and ways were joined to nothing.

    Parameters
    ----------
    network
        The network.
    joints
        Where the ways meet it.
    labels
        The row each way came from.
    reach_m
        How far (metres) an end may be from a street.
    layer
        What the ways are called.
    """
    found = []
    islands = joints.islands()
    lost = sorted({label for label, island in zip(labels, islands, strict=True) if island})
    if lost:
        nearest = float(joints.near_m[np.unique(joints.ends[:, islands])].min())
        en = f"joined to no street, so that nobody could walk there: the nearest street is {nearest:,.1f} m from an "
        en += f"end, join_within_m is {reach_m:g}. Draw them up to a street, or give a larger join_within_m."
        zh = f"未与任何道路相连，无法步行到达：端点距最近道路 {nearest:,.1f} 米，join_within_m 为 {reach_m:g}。"
        zh += "请将线画到道路上，或增大 join_within_m。"
        found.append(Finding.about(layer, "unconnected", "error", en=en, zh=zh, column="geometry", rows=lost))
    at = joints.edge >= 0
    far = joints.gap_m[at & (joints.gap_m > ROUNDING_M)]
    rows = _told(network, joints, labels, at)
    if rows:
        en = f"{int(at.sum()):,} places of theirs were joined to streets (split there, unless they end there)"
        zh = f"{int(at.sum()):,} 处已与现有道路相连（道路在该处打断，端点处除外）"
        if len(far):
            en += f"; {len(far):,} ends were up to {far.max():.2f} m short, and that much was added to the way"
            zh += f"；其中 {len(far):,} 个端点相差最多 {far.max():.2f} 米，已延长至道路"
        severity = "repair" if len(far) else "info"
        found.append(
            Finding.about(layer, "joined", severity, en=f"{en}.", zh=f"{zh}。", column="geometry", rows=rows)  # type: ignore[arg-type]
        )
    loose = ~at & (joints.ways_at == 1)
    several = ~at & (joints.ways_at > 1) & (joints.near_m <= reach_m)
    for where, code, (en, zh) in ((loose, "dead_end", DEAD_END), (several, "not_joined", NOT_JOINED)):
        rows = [] if lost else _told(network, joints, labels, where)
        if rows:
            found.append(Finding.about(layer, code, "warning", en=en, zh=zh, column="geometry", rows=rows))
    return found


def _told(network: WalkNetwork, joints: Joints, labels: Sequence[str], where: NDArray[np.bool_]) -> list[str]:
    """Return each end at some places: its row, start or end, and the street or how far the nearest is."""
    names = network.attributes.get("name")
    rows = []
    for way, label in enumerate(labels):
        for which, place in zip(("start", "end"), joints.ends[:, way], strict=True):
            if not where[place]:
                continue
            edge = int(joints.edge[place])
            street = "" if names is None or edge < 0 else names.iloc[edge]
            known = f"on {street}" if isinstance(street, str) and street else f"on edge {edge}"
            rows.append(f"{label}: {which} {known if edge >= 0 else f'{joints.near_m[place]:,.1f} m from a street'}")
    return sorted(rows)
