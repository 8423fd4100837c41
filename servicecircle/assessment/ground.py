"""What all standards of an assessment share: cells and facilities, placed on the network and given their zones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.groups import with_zone_shares
from servicecircle.assessment.reused import OwnZone, Walked, changes, closest
from servicecircle.assessment.shared import Shared, shared_with
from servicecircle.city.zoning import zones_of
from servicecircle.network import Nearest, Pairs, Positions, within
from servicecircle.network.catchments import Catchments, Origins
from servicecircle.network.positions import joined
from servicecircle.network.travel import Search
from servicecircle.units import reaches

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.city import City, Ways
    from servicecircle.findings import Finding
    from servicecircle.network import WalkNetwork


@dataclass(frozen=True, slots=True, eq=False)
class StopWalks:
    """Walks to bus stops: from cells, and from stop to stop."""

    cells: Pairs
    between: Pairs


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Cells on the walk network, made ready: for the nearest facilities, and for all within a limit."""

    ready: Origins
    search: Search


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What an earlier ground found, its facilities numbered as in the later one."""

    walks: list[Walked] = field(default_factory=list)
    own_zones: list[OwnZone] = field(default_factory=list)

    @classmethod
    def of(cls, since: Ground, shared: Shared) -> Earlier:
        """Return what an earlier ground found, from the same cells."""
        stays, same = (np.append(np.where(there, shared.number, -1), -1) for there in (shared.stays, shared.same))
        zoned = since.own_zones if shared.zones and shared.people else []
        return cls([one.renumbered(stays) for one in since.walks.values()], [one.renumbered(same) for one in zoned])

    def forget(self) -> None:
        """Forget what is of no more use, so that no assessment keeps those before it."""
        self.walks.clear()
        self.own_zones.clear()

    def still_walked(self, since: Ground, shared: Shared) -> dict[bytes, Walked]:
        """Return the walks to facilities of services in which nothing changed."""
        kept = {}
        for (key, old), new in zip(since.walks.items(), self.walks, strict=False):
            services = set(since.facilities["service"].to_numpy()[old.number[~old.gone]])
            if shared.touched.isdisjoint(services):
                kept[key] = new
        return kept


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """A city made ready to be judged.

    Parameters
    ----------
    city
        The city.
    cells
        Its population, index cell_id.
    cell_xy
        The centre of each cell, metres, shape (cells, 2).
    cell_zones
        The zone of each level that holds each cell, index cell_id; categories, so that comparing them is quick.
    facilities
        Its facilities, ordered by id: of two at the same distance the lower id is the nearest.
    facility_zones
        The zone of each level that each facility lies in, index facility id; categories.
    zone_zones
        The zone of each level that each zone lies in, index zone_id.
    areas
        The ground of all areas of a kind, by kind.
    extent
        The ground of all zones.
    ways
        The barriers that bind, and the doors.
    origins
        The cells on the walk network, made ready for walks.
    facility_positions
        The facilities on it.
    estimated
        Groups of residents that are only estimated, from shares or totals of zones.
    walks
        Walks found so far, by the facilities they lead to.
    own_zones
        How many facilities of their own zone cells reach, as far as that was asked.
    on_roads
        Cells and facilities on the drive network, once they were placed there.
    to_stops
        Walks to bus stops, once they were looked for.
    placement
        What was found about the legs of cells and facilities, by layer.
    earlier
        What an earlier ground found that helps here.
    shared
        What the city has in common with that of the earlier ground; None where there was none.
    """

    city: City
    cells: gpd.GeoDataFrame
    cell_xy: NDArray[np.float64]
    cell_zones: pd.DataFrame
    facilities: gpd.GeoDataFrame
    facility_zones: pd.DataFrame
    zone_zones: pd.DataFrame
    areas: Mapping[str, BaseGeometry]
    extent: BaseGeometry
    ways: Ways
    origins: Homes
    facility_positions: Positions
    estimated: frozenset[str] = frozenset()
    walks: dict[bytes, Walked] = field(default_factory=dict)
    own_zones: list[OwnZone] = field(default_factory=list)
    on_roads: dict[str, Positions] = field(default_factory=dict)
    to_stops: list[StopWalks] = field(default_factory=list)
    placement: dict[str, tuple[Finding, ...]] = field(default_factory=dict)
    earlier: Earlier = field(default_factory=Earlier)
    shared: Shared | None = None

    @property
    def cell_positions(self) -> Positions:
        """Return the cells on the walk network."""
        return self.origins.ready.positions

    def group(self, group: str) -> NDArray[np.float64]:
        """Return the residents of a group in each cell, shape (cells,)."""
        return np.asarray(self.cells[group], dtype=float)

    def of_setting(self, setting: str) -> NDArray[np.bool_]:
        """Return which cells are urban, or rural, shape (cells,)."""
        if "setting" not in self.cells:
            return np.zeros(len(self.cells), dtype=bool)
        return np.asarray(self.cells["setting"] == setting, dtype=bool)

    def names_of(self, facilities: NDArray[np.int64]) -> NDArray[Any]:
        """Return the ids of facilities by number, None for -1."""
        return np.array([*self.facility_ids, None], dtype=object)[facilities]

    @property
    def facility_ids(self) -> NDArray[Any]:
        """Return the id of each facility, shape (facilities,)."""
        return np.asarray(self.facilities["id"], dtype=object)

    @property
    def facility_xy(self) -> NDArray[np.float64]:
        """Return the place of each facility (metres), NaN where it has none, shape (facilities, 2)."""
        points = self.facilities.geometry.to_numpy()
        return np.column_stack([shapely.get_x(points), shapely.get_y(points)])

    def walk_to(self, facilities: NDArray[np.int64]) -> Nearest:
        """Return each cell's walk (metres) to the nearest of some facilities, and which; inf and -1 without one."""
        key = self._key(facilities)
        if key not in self.walks:
            near = closest((*self.earlier.walks, *self.walks.values()), facilities)
            self.walks[key] = (
                Walked.of(facilities, Catchments.of(self.origins.ready, self.facility_positions.take(facilities)))
                if near is None
                else near.to(facilities, self.facility_positions)
            )
        return self.walks[key].nearest

    def pairs(self, facilities: NDArray[np.int64], limit_m: float) -> Pairs:
        """Return every cell and facility within a walk (metres) of each other."""
        found = self.origins.search.within(self.facility_positions.take(facilities), limit_m=limit_m)
        return Pairs(found.origin, facilities[found.facility], found.distance_m)

    def own_zone(self, facilities: NDArray[np.int64], limit_m: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
        """Return for each level which cells reach a facility of their own zone within their limit (metres)."""
        known = [one for one in (*self.own_zones, *self.earlier.own_zones) if np.array_equal(one.limit_m, limit_m)]
        near = closest(known, facilities)
        if near is None:
            nothing = {level: np.zeros(len(limit_m), dtype=np.int32) for level in self.cell_zones.columns}
            nobody = self.facility_positions.take([])
            near = OwnZone(np.empty(0, dtype=np.int64), nobody, self.facility_zones.iloc[:0], limit_m, nothing)
        removed, added = changes(near, facilities)
        if len(removed) or len(added) or not any(near is one for one in self.own_zones):
            left = near.positions.take(removed), near.zones.iloc[removed]
            fewer, more = self._in_own_zone(*left, limit_m), self._in_own_zone(*self._standing(added), limit_m)
            counts = {level: near.counts[level] - fewer[level] + more[level] for level in near.counts}
            near = OwnZone(facilities, *self._standing(facilities), limit_m, counts)
            self.own_zones.append(near)
        return {level: count > 0 for level, count in near.counts.items()}

    def _standing(self, facilities: NDArray[np.int64]) -> tuple[Positions, pd.DataFrame]:
        return self.facility_positions.take(facilities), self.facility_zones.iloc[facilities]

    def _in_own_zone(
        self, positions: Positions, zones: pd.DataFrame, limit_m: NDArray[np.float64]
    ) -> dict[str, NDArray[np.int32]]:
        """Return for each level how many of some facilities each cell reaches that lie in its own zone."""
        pairs = self.origins.search.within(positions, limit_m=float(limit_m.max(initial=0.0)))
        near = reaches(pairs.distance_m, limit_m[pairs.origin])
        origin, facility = pairs.origin[near], pairs.facility[near]
        counts = {}
        for level in self.cell_zones.columns:
            held = self.cell_zones[level].cat
            home = held.codes.to_numpy()[origin]
            away = held.categories.get_indexer(pd.Index(zones[level], dtype=object))[facility]
            own = origin[(home >= 0) & (home == away)]
            counts[level] = np.bincount(own, minlength=len(limit_m)).astype(np.int32)
        return counts

    def straight_to(self, facilities: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return each cell's straight-line distance (metres) to the nearest of some facilities, and which it is."""
        from scipy.spatial import KDTree

        placed = facilities[np.isfinite(self.facility_xy[facilities]).all(axis=1)]
        cells = len(self.cells)
        if not len(placed):
            return np.full(cells, np.inf), np.full(cells, -1)
        distance, which = KDTree(self.facility_xy[placed]).query(self.cell_xy)
        return np.asarray(distance), placed[which]

    def places_on(self, roads: WalkNetwork) -> tuple[Positions, Positions]:
        """Return cells and facilities placed on the drive network, by the city's access rule."""
        if not self.on_roads:
            rule = self.city.access
            cells = self.city.population.geometry.centroid.to_numpy()
            places, ids = self.facilities.geometry.to_numpy(), self.facility_ids
            self.on_roads["cells"] = self.ways.placed(roads, cells, rule=rule)
            self.on_roads["facilities"] = self.ways.placed(roads, places, rule=rule, ids=ids)
        return self.on_roads["cells"], self.on_roads["facilities"]

    def walks_to_stops(self, stops: Positions, cells_m: float, between_m: float) -> StopWalks:
        """Return the walks from cells, and from stop to stop, to the city's bus stops, each up to some metres."""
        if not self.to_stops:
            walk = self.city.walk
            cells = within(walk, self.cell_positions, stops, limit_m=cells_m)
            self.to_stops.append(StopWalks(cells, within(walk, stops, stops, limit_m=between_m)))
        return self.to_stops[0]

    def _key(self, facilities: NDArray[np.int64]) -> bytes:
        """Return what tells one set of destinations from another: ids and places, for they decide the walks."""
        ids = "\n".join(map(str, self.facility_ids[facilities])).encode()
        return ids + self.facility_xy[facilities].tobytes()


def make_ground(city: City, *, since: Ground | None = None) -> Ground:
    """Return a city made ready; what an earlier one shares with it is taken from there."""
    facilities = city.facilities.sort_values("id", kind="stable").reset_index(drop=True)
    shared = None if since is None else shared_with(since, city, facilities)
    if since is None or shared is None:
        return _new_ground(city, facilities, None, None)
    return _new_ground(city, facilities, since, shared)


def _new_ground(city: City, facilities: gpd.GeoDataFrame, since: Ground | None, shared: Shared | None) -> Ground:
    ways, rule = since.ways if since and shared and shared.ways else city.ways, city.access
    if since and shared and shared.zones:
        zone_zones, extent = since.zone_zones, since.extent
    else:
        zone_points = city.zones.geometry.representative_point()
        zone_zones, _ = zones_of(zone_points, city.zones, declared=city.zones["zone_id"])
        zone_zones = zone_zones.set_axis(city.zones["zone_id"].to_numpy())
        extent = shapely.union_all(city.zones.geometry.to_numpy())
    if since and shared and shared.zones and shared.people:
        cells, cell_zones, estimated = since.cells, since.cell_zones, since.estimated
    else:
        membership = city.cell_zones
        cells, told = with_zone_shares(city.population.set_index("cell_id", drop=False), membership, city.zones)
        cell_zones, estimated = membership.astype("category"), frozenset(told)
    if since and shared and shared.cells:
        origins = since.origins
        placement = _still_placed(since, shared)
    else:
        centres = city.population.geometry.centroid.to_numpy()
        placed, placement = ways.placed(city.walk, centres, rule=rule), {}
        origins = Homes(Origins.of(city.walk, placed), Search(city.walk, placed))
    before = (since, shared) if since and shared else None
    placed_before = before if shared and shared.cells else None
    facility_positions = _facility_positions(city, ways, facilities, before=placed_before)
    earlier = Earlier.of(since, shared) if since and shared and shared.cells else Earlier()
    return Ground(
        city,
        cells,
        since.cell_xy if since and shared and shared.people else city.cell_xy,
        cell_zones,
        facilities,
        _facility_zones(city, facilities, before=before if shared and shared.zones else None),
        zone_zones,
        since.areas if since and shared and shared.areas else _area_shapes(city),
        extent,
        ways,
        origins,
        facility_positions,
        estimated,
        earlier=earlier,
        walks={} if since is None or shared is None else earlier.still_walked(since, shared),
        placement=placement,
        shared=shared,
    )


def _still_placed(since: Ground, shared: Shared) -> dict[str, tuple[Finding, ...]]:
    """Return what was found about legs and holds: by layer."""
    kept = {"population": shared.people, "facilities": not shared.touched}
    return {layer: found for layer, found in since.placement.items() if shared.ways and kept[layer]}


def _kept(shared: Shared, size: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the earlier facilities that stand where they stood, in their new order, and the numbers of all others."""
    new = np.where(shared.stays, shared.number, -1)
    old = np.full(size, -1, dtype=np.int64)
    old[new[new >= 0]] = np.flatnonzero(new >= 0)
    return old, np.flatnonzero(old < 0)


def _facility_positions(
    city: City, ways: Ways, facilities: gpd.GeoDataFrame, *, before: tuple[Ground, Shared] | None
) -> Positions:
    """Return where facilities stand on the network; only those that did not stand there before are placed."""
    places, ids = facilities.geometry.to_numpy(), facilities["id"]
    if before is None:
        return ways.placed(city.walk, places, rule=city.access, ids=ids)
    since, shared = before
    old, fresh = _kept(shared, len(facilities))
    there = np.flatnonzero(old >= 0)
    new = ways.placed(city.walk, places[fresh], rule=city.access, ids=ids.iloc[fresh])
    both = joined(since.facility_positions.take(old[there]), new)
    return both.take(np.argsort(np.concatenate([there, fresh]), kind="stable"))


def _facility_zones(city: City, facilities: gpd.GeoDataFrame, *, before: tuple[Ground, Shared] | None) -> pd.DataFrame:
    """Return the zone of each level that each facility lies in; only those that are new are looked for."""
    fresh, parts = facilities, []
    if before is not None:
        since, shared = before
        old, _ = _kept(shared, len(facilities))
        declared = since.facilities["zone_id"].to_numpy(dtype=object)[old], facilities["zone_id"].to_numpy(dtype=object)
        same = (old >= 0) & ((declared[0] == declared[1]) | (pd.isna(declared[0]) & pd.isna(declared[1])))
        parts = [since.facility_zones.iloc[old[same]].astype(object)]
        fresh = facilities[~same]
    if len(fresh) or not parts:
        found, _ = zones_of(fresh.geometry, city.zones, declared=fresh["zone_id"])
        parts.append(found.set_axis(pd.Index(fresh["id"], name="id")))
    together = parts[0] if len(parts) == 1 else pd.concat(parts)
    return pd.DataFrame(together.reindex(facilities["id"])).astype("category")


def _area_shapes(city: City) -> dict[str, BaseGeometry]:
    """Return the ground of all areas of each kind."""
    if city.areas is None:
        return {}
    shapes = {str(kind): shapely.union_all(part.to_numpy()) for kind, part in city.areas.groupby("kind").geometry}
    for shape in shapes.values():
        shapely.prepare(shape)
    return shapes
