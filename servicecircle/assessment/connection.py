"""Connection: units that a bus line links with a destination or with their neighbours, or that a road reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from servicecircle.assessment.figures import required, share
from servicecircle.assessment.membership import levels_missing, parent_of, units_inside, zones_asked, zones_unknown
from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.rows import (
    WHOLE_CITY,
    Outcome,
    base_columns,
    blocked_rows,
    companion,
    evidence,
    units,
    verdict_columns,
)
from servicecircle.assessment.selection import Missing, holds, select
from servicecircle.assessment.transfers import CHANGE_M, bus_graph
from servicecircle.units import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Unit
    from servicecircle.network import DriveNetwork
    from servicecircle.plan import Connection, Standard

STOP_M = 500.0
"""A line serves a destination if it stops no farther away than this (metres, straight line), where the standard names
no distance: an assumption."""

BORDER_M, LEAST_BORDER_M = 1.0, 10.0
"""Units are neighbours if more than `LEAST_BORDER_M` (metres) of their borders run within `BORDER_M` (metres) of each
other: borders drawn twice never agree to the last digit, and a common corner is no common border."""

KINDS = (("bus", "facilities"), ("bus", "pairs"), ("road", "network"))
"""What is computed."""


@dataclass(frozen=True, slots=True)
class Link:
    """One thing that a connection standard counts: a unit, or a pair of units.

    Parameters
    ----------
    zones
        The unit, or both units.
    kind
        Why it is not linked, in a word: ``unserved``, ``transfers``, ``unconnected``; "" if it is linked.
    zh, en
        Why not, in a sentence.
    transfers
        Changes of bus needed, inf where no chain of lines leads there (or the standard does not ask).
    """

    zones: tuple[str, ...]
    kind: str = ""
    zh: str = ""
    en: str = ""
    transfers: float = np.inf

    @property
    def linked(self) -> bool:
        """Return whether it is linked."""
        return not self.kind


def assess_connection(ground: Ground, standard: Standard, asked: Connection) -> Outcome:
    """Return what a standard of connection comes to."""
    missing = [*_not_known(ground, asked), *scope_missing(ground, standard)]
    missing += select(ground, asked.facilities).missing
    outcome = Outcome(missing=tuple(missing))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    zones = zones_asked(ground, asked.unit_levels, asked.unit_where)
    if asked.link == "pairs":
        links = _pairs(ground, asked, zones)
    elif asked.link == "facilities":
        links = _to_facilities(ground, asked, zones)
    else:
        links = _to_roads(ground, asked, zones)
    for unit in units(ground, standard):
        mine = _inside(ground, asked, unit, links)
        outcome.rows.append(_row(ground, standard, unit, mine))
        outcome.companions += _companions(ground, standard, unit, mine)
    outcome.evidence += [
        evidence(standard, one.kind, zone_id=one.zones[0], about=" – ".join(one.zones), zh=one.zh, en=one.en)
        for one in links
        if not one.linked
    ]
    outcome.missing += tuple(_said(asked))
    return outcome


def _not_known(ground: Ground, asked: Connection) -> Iterator[Missing]:
    """Yield what keeps a standard of connection from being evaluated."""
    if (asked.by, asked.link) not in KINDS:
        zh, en = (
            f"本版本尚不计算 {asked.by} 的 {asked.link}。",
            f"{asked.link} by {asked.by} is not computed in this version.",
        )
        yield Missing("measure", "connection", zh, en)
    if asked.include_external:
        en = "zones: neighbours outside the city, which include_external asks for, are not loaded."
        yield Missing("layer", "zones", "未载入市外毗邻单元（include_external）。", en)
    transport = ground.city.transport
    if asked.by == "bus" and transport.lines is None:
        yield Missing("layer", "bus_lines", "未载入公交线路图层。", "bus lines: the layer is not loaded.")
    if asked.by == "road" and transport.drive is None:
        yield Missing("layer", "drive", "未载入道路网（drive）图层。", "drive: the drive network is not loaded.")
    yield from levels_missing(ground, asked.unit_levels)
    yield from levels_missing(ground, [asked.own_level])
    yield from zones_unknown(ground, asked.unit_levels, asked.unit_where)
    if asked.by == "road" and transport.drive is not None:
        roads = transport.drive.roads.attributes
        for column in asked.road_where:
            if column not in roads or roads[column].isna().all():
                yield Missing("column", column, f"道路网缺少列 {column}。", f"drive: column {column!r} is missing.")


def _said(asked: Connection) -> Iterator[Missing]:
    """Yield what has to be said with the figures: what is assumed."""
    if asked.by == "road":
        zh = "单元内（或指定距离内）有一条符合条件、且与全市此类道路主网相连的道路，即为通达。"
        en = "reached: a road of these classes that hangs together with the city's longest network of them is there."
    elif asked.link == "pairs":
        zh = "有共同边界的两个单元之间，有一条线路在两边都设站，即为通达；不计班次。"
        en = "linked: a line has stops in both of two units with a common border, however seldom it runs."
    else:
        near = STOP_M if asked.within_m is None else asked.within_m
        zh = f"线路双向运行；{CHANGE_M:g} 米内可换乘；目的地 {near:g} 米内有站即为到达；不计班次和等候。"
        en = (
            f"lines run both ways; people change between stops within {CHANGE_M:g} m; a line with a stop within "
            f"{near:g} m of a destination reaches it; how often it runs is not asked."
        )
    yield Missing("assumption", "connection", zh, en, blocks=False)


def _shape(ground: Ground, zone: str) -> BaseGeometry:
    shape: BaseGeometry = ground.city.zones.geometry[(ground.city.zones["zone_id"] == zone).to_numpy()].iloc[0]
    return shape


def _names(ground: Ground, zones: tuple[str, ...]) -> str:
    names = dict(zip(ground.city.zones["zone_id"], ground.city.zones["name"], strict=True))
    return " – ".join(str(names[zone]) for zone in zones)


def _to_facilities(ground: Ground, asked: Connection, zones: list[str]) -> list[Link]:
    """Return for each unit whether bus lines lead to a destination with few enough changes."""
    graph = bus_graph(ground.city.transport.lines)
    most = np.inf if asked.max_transfers is None else float(asked.max_transfers)
    near = STOP_M if asked.within_m is None else asked.within_m
    goals = _goals(ground, asked, zones)
    fewest = {}
    for goal, places in dict(goals.values()).items():
        arrivals = np.zeros(len(graph.stops), dtype=bool)
        for place in places:
            arrivals |= np.asarray(shapely.dwithin(place, graph.stops, near + TOLERANCE_M), dtype=bool)
        fewest[goal] = graph.transfers_to(graph.lines_at(arrivals))
    links = []
    for zone in zones:
        goal, places = goals[zone]
        shape, name = _shape(ground, zone), _names(ground, (zone,))
        lines = graph.lines_at(graph.stops_of(shape, asked.within_m))
        changes = 0.0 if shapely.intersects(shape, places).any() else float(fewest[goal][lines].min(initial=np.inf))
        if changes <= most and np.isfinite(changes):
            links.append(Link((zone,), transfers=changes))
        elif not len(lines):
            why = "unserved", f"{name}：没有公交站", f"{name} has no bus stop"
            links.append(Link((zone,), *why))
        elif np.isfinite(changes):
            why = "transfers", f"{name}：需换乘 {changes:g} 次", f"{name} needs {changes:g} changes of bus"
            links.append(Link((zone,), *why, transfers=changes))
        else:
            why = "unconnected", f"{name}：公交线路不通往目的地", f"no chain of bus lines leads from {name} there"
            links.append(Link((zone,), *why))
    return links


def _goals(ground: Ground, asked: Connection, zones: list[str]) -> dict[str, tuple[str | None, NDArray[np.object_]]]:
    """Return for each unit which zone its destinations are those of, None for the whole city, and the destinations."""
    chosen = select(ground, asked.facilities).facilities
    places = ground.facilities.geometry.to_numpy()[chosen]
    there = np.asarray(shapely.is_valid(places) & ~shapely.is_empty(places), dtype=bool)
    chosen, places = chosen[there], places[there]
    if asked.destination == "nearest":
        return dict.fromkeys(zones, (None, places))
    away = ground.facility_zones[asked.own_level].astype(object).to_numpy()[chosen]
    home = {zone: parent_of(ground, zone, asked.own_level) for zone in zones}
    return {zone: (own, places[away == own if own else np.zeros(len(away), dtype=bool)]) for zone, own in home.items()}


def _pairs(ground: Ground, asked: Connection, zones: list[str]) -> list[Link]:
    """Return for each pair of neighbouring units whether a line has stops in both."""
    graph = bus_graph(ground.city.transport.lines)
    shapes = np.array([_shape(ground, zone) for zone in zones], dtype=object)
    lines = [set(graph.lines_at(graph.stops_of(shape, asked.within_m)).tolist()) for shape in shapes]
    links = []
    for one, other in _neighbours(shapes):
        pair = zones[one], zones[other]
        name = _names(ground, pair)
        if lines[one] & lines[other]:
            links.append(Link(pair))
        else:
            links.append(Link(pair, "unconnected", f"{name}：无直达公交线路", f"no bus line links {name}"))
    return links


def _neighbours(shapes: NDArray[np.object_]) -> list[tuple[int, int]]:
    """Return the pairs of polygons that share a border, in order.

    Examples
    --------
    >>> corners = [(0, 0), (100, 0), (200, 100)]
    >>> _neighbours(np.array([shapely.box(x, y, x + 100, y + 100) for x, y in corners]))
    [(0, 1)]
    """
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=BORDER_M)
    pairs = sorted({(int(a), int(b)) for a, b in zip(first, second, strict=True) if a < b})
    result = []
    for a, b in pairs:
        near = shapely.buffer(shapely.boundary(shapes[b]), BORDER_M)
        if shapely.length(shapely.intersection(shapely.boundary(shapes[a]), near)) > LEAST_BORDER_M:
            result.append((a, b))
    return result


def _to_roads(ground: Ground, asked: Connection, zones: list[str]) -> list[Link]:
    """Return for each unit whether a road of the asked kind reaches it that hangs together with the city's network."""
    drive = ground.city.transport.drive
    roads = _main_roads(drive, asked) if drive is not None else np.zeros(0, dtype=object)
    tree = shapely.STRtree(roads)
    links = []
    for zone in zones:
        shape, name = _shape(ground, zone), _names(ground, (zone,))
        near = 0.0 if asked.within_m is None else asked.within_m
        if len(tree.query(shape, predicate="dwithin", distance=near + TOLERANCE_M)):
            links.append(Link((zone,)))
        else:
            why = "unconnected", f"{name}：没有符合条件的道路通达", f"no road of these classes reaches {name}"
            links.append(Link((zone,), *why))
    return links


def _main_roads(drive: DriveNetwork, asked: Connection) -> NDArray[np.object_]:
    """Return the roads that meet the conditions and belong to the longest network that such roads make together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    roads = drive.roads
    chosen = np.ones(len(roads), dtype=bool)
    for column, condition in asked.road_where.items():
        chosen &= holds(roads.attributes[column], condition)
    if not chosen.any():
        return np.zeros(0, dtype=object)
    ends, nodes = roads.edge_nodes[chosen], len(roads.node_xy)
    joined = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(nodes, nodes))
    label = connected_components(joined.tocsr(), directed=False)[1][ends[:, 0]]
    length = np.bincount(label, weights=roads.edge_length_m[chosen])
    return np.asarray(roads.edge_geometry[chosen][label == length.argmax()], dtype=object)


def _inside(ground: Ground, asked: Connection, unit: Unit, links: list[Link]) -> list[Link]:
    """Return the links of a unit: the pairs it is part of, or the units and whole pairs that lie in it."""
    if unit.level == WHOLE_CITY:
        return links
    if asked.link == "pairs" and unit.level in asked.unit_levels:
        return [one for one in links if unit.zone_id in one.zones]
    known = {zone for one in links for zone in one.zones}
    inside = set(units_inside(ground, unit, known))
    return [one for one in links if inside.issuperset(one.zones)]


def _row(ground: Ground, standard: Standard, unit: Unit, links: list[Link]) -> dict[str, Any]:
    """Return the row of a unit: the share of its links that are there."""
    done, whole = float(sum(one.linked for one in links)), float(len(links))
    value = share(done, whole)
    row = base_columns(standard, unit)
    row |= verdict_columns(standard, unit, value, status="not_applicable" if value is None else "")
    row |= {"numerator": done, "denominator": whole, "pop_total": float(ground.group("pop_total")[unit.cells].sum())}
    target = standard.target.value
    if value is not None and target is not None:
        row["gap"] = max(required(target, whole) - done, 0.0)
    if all(len(one.zones) == 1 for one in links):
        everyone = _residents(ground, unit, links)
        lost = _residents(ground, unit, [one for one in links if not one.linked])
        row |= {"group": "pop_total", "pop_group": everyone, "group_uncovered": lost, "pop_uncovered": lost}
    return row


def _residents(ground: Ground, unit: Unit, links: list[Link]) -> float:
    """Return the residents of a unit who live in the units of some links."""
    zones = [one.zones[0] for one in links]
    within = ground.cell_zones.isin(zones).any(axis=1).to_numpy(dtype=bool)
    return float(ground.group("pop_total")[within & unit.cells].sum())


def _companions(ground: Ground, standard: Standard, unit: Unit, links: list[Link]) -> Iterator[dict[str, Any]]:
    """Yield the share of residents in linked units, and the shares by changes of bus; nothing for pairs."""
    if not links or len(links[0].zones) > 1:
        return
    people = _residents(ground, unit, [one for one in links if one.linked])
    yield companion(standard, unit, "by_residents", share(people, _residents(ground, unit, links)))
    changes = np.array([one.transfers for one in links])
    for count in sorted({int(one) for one in changes[np.isfinite(changes)]}):
        part = float((changes <= count).sum())
        yield companion(standard, unit, f"within_{count}_transfers", share(part, len(links)))
    unserved = sum(one.kind == "unserved" for one in links)
    if unserved or np.isfinite(changes).any():
        part = float(unserved)
        yield companion(standard, unit, "unserved", share(part, len(links)))
