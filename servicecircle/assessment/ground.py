"""What all standards of an assessment share: cells and facilities, placed on the network and given their zones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from servicecircle.assessment.groups import with_zone_shares
from servicecircle.city.zoning import zones_of
from servicecircle.network import Nearest, Pairs, Positions, nearest, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.city import City, Ways
    from servicecircle.network import WalkNetwork


@dataclass(frozen=True, slots=True, eq=False)
class StopWalks:
    """Walks to bus stops: from cells, and from stop to stop."""

    cells: Pairs
    between: Pairs


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
    cell_positions, facility_positions
        Both on the walk network.
    estimated
        Groups of residents that are only estimated, from shares or totals of zones.
    walks
        Distances found so far, by the facilities they lead to.
    on_roads
        Cells and facilities on the drive network, once they were placed there.
    to_stops
        Walks to bus stops, once they were looked for.
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
    cell_positions: Positions
    facility_positions: Positions
    estimated: frozenset[str] = frozenset()
    walks: dict[bytes, Nearest] = field(default_factory=dict)
    on_roads: dict[str, Positions] = field(default_factory=dict)
    to_stops: list[StopWalks] = field(default_factory=list)

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
            found = nearest(self.city.walk, self.cell_positions, self.facility_positions.take(facilities))
            chosen = np.where(found.facility >= 0, np.append(facilities, -1)[found.facility], -1)
            self.walks[key] = Nearest(found.distance_m, chosen)
        return self.walks[key]

    def pairs(self, facilities: NDArray[np.int64], limit_m: float) -> Pairs:
        """Return every cell and facility within a walk (metres) of each other."""
        found = within(self.city.walk, self.cell_positions, self.facility_positions.take(facilities), limit_m=limit_m)
        return Pairs(found.origin, facilities[found.facility], found.distance_m)

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
    """Return a city made ready; what an earlier one shares with it (walk network, cells) is taken from there."""
    facilities = city.facilities.sort_values("id", kind="stable").reset_index(drop=True)
    ways, rule = city.ways, city.access
    placed = ways.placed(city.walk, facilities.geometry.to_numpy(), rule=rule, ids=facilities["id"])
    zone_points = city.zones.geometry.representative_point()
    zone_zones, _ = zones_of(zone_points, city.zones, declared=city.zones["zone_id"])
    facility_zones = city.facility_zones.reindex(facilities["id"])
    cell_zones = city.cell_zones
    cells, estimated = with_zone_shares(city.population.set_index("cell_id", drop=False), cell_zones, city.zones)
    if since is not None and _same_walk(city, since.city) and ways.key == since.ways.key:
        old = since.facility_ids
        walks = {key: _renumbered(walk, old, facilities["id"].to_numpy()) for key, walk in since.walks.items()}
        cell_positions = since.cell_positions
    else:
        centres = city.population.geometry.centroid.to_numpy()
        walks, cell_positions = {}, ways.placed(city.walk, centres, rule=rule)
    return Ground(
        city,
        cells,
        city.cell_xy,
        cell_zones.astype("category"),
        facilities,
        facility_zones.astype("category"),
        zone_zones.set_axis(city.zones["zone_id"].to_numpy()),
        _area_shapes(city),
        shapely.union_all(city.zones.geometry.to_numpy()),
        ways,
        cell_positions,
        placed,
        frozenset(estimated),
        walks,
    )


def _area_shapes(city: City) -> dict[str, BaseGeometry]:
    """Return the ground of all areas of each kind."""
    if city.areas is None:
        return {}
    shapes = {str(kind): shapely.union_all(part.to_numpy()) for kind, part in city.areas.groupby("kind").geometry}
    for shape in shapes.values():
        shapely.prepare(shape)
    return shapes


def _same_walk(city: City, other: City) -> bool:
    """Return whether people walk from the same places, over the same network, by the same rule."""
    same_cells = np.array_equal(city.population["cell_id"].to_numpy(), other.population["cell_id"].to_numpy())
    same_places = same_cells and np.array_equal(city.cell_xy, other.cell_xy)
    return city.walk is other.walk and city.access == other.access and same_places


def _renumbered(walk: Nearest, old: NDArray[Any], new: NDArray[Any]) -> Nearest:
    """Return a walk whose facilities have the numbers of another list; all it leads to are in that one too."""
    number = {facility: i for i, facility in enumerate(new)}
    table = np.array([number.get(facility, -1) for facility in old] + [-1])
    return Nearest(walk.distance_m, table[walk.facility])
