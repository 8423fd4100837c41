"""How people get from a door to the streets: which barriers bind, which compounds are closed, where entrances are."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from servicecircle.city.vocabulary import BARRIERS
from servicecircle.network import AccessRule, Barriers, Doors, Positions, WalkNetwork, snap

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

ON_WALL_M = 50.0
"""An entrance farther than this (metres) from the outline of its compound is not used."""

OPEN_SOURCES = ("openstreetmap", "osm")


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """What binds the access and egress legs of a city, and the doors that they lead through.

    Parameters
    ----------
    barriers
        What no leg may cross.
    loose
        Barriers that do not bind: the legs that cross them are counted.
    compounds
        The compounds that are left by their entrances only.
    exit_xy, exit_of
        These entrances (metres), on the outline, and the compound of each.
    door_xy, door_of
        The doors of facilities (metres), and the facility id of each.
    """

    barriers: Barriers
    loose: Barriers
    compounds: NDArray[np.object_]
    exit_xy: Floats
    exit_of: Ints
    door_xy: Floats
    door_of: NDArray[np.object_]

    @classmethod
    def of(cls, areas: gpd.GeoDataFrame | None, entrances: gpd.GeoDataFrame | None, rule: AccessRule) -> Ways:
        """Return the ways of a city.

        Parameters
        ----------
        areas, entrances
            Its layers, checked; None where not known.
        rule
            Which barriers bind.
        """
        doors = np.empty((0, 2)) if entrances is None else shapely.get_coordinates(entrances.geometry.to_numpy())
        names = np.empty(0, dtype=object) if entrances is None else entrances["of"].to_numpy(dtype=object)
        if areas is None:
            none = Barriers.of([])
            return cls(none, none, np.empty(0, dtype=object), np.empty((0, 2)), np.empty(0, dtype=int), doors, names)
        kind = areas["kind"].map(BARRIERS).to_numpy(dtype=object)
        binds, shapes = binding(areas, rule), areas.geometry.to_numpy()
        place, at, metres = exits_of(areas, entrances)
        used = (metres <= ON_WALL_M) & binds[place]
        closed, number = np.unique(place[used], return_inverse=True)
        whole = is_compound(areas)
        walls = pd.notna(kind) & ~(whole & ~np.isin(np.arange(len(areas)), place[metres <= ON_WALL_M]))
        solid = kind != "wall"
        return cls(
            Barriers.of(shapes[walls & binds], solid=solid[walls & binds]),
            Barriers.of(shapes[walls & ~binds], solid=solid[walls & ~binds]),
            shapes[closed],
            at[used],
            number.astype(np.int64),
            doors,
            names,
        )

    @property
    def key(self) -> bytes:
        """Return what tells these ways from others: the same for the same barriers, compounds and doors."""
        found = hashlib.sha256()
        for part in (self.barriers.pieces, self.compounds):
            found.update(b"".join(shapely.to_wkb(part)))
        for array in (self.barriers.area, self.exit_xy, self.exit_of, self.door_xy):
            found.update(np.ascontiguousarray(array).tobytes())
        found.update("\n".join(map(str, self.door_of)).encode())
        return found.digest()

    def placed(
        self, network: WalkNetwork, places: NDArray[np.object_], *, rule: AccessRule, ids: Iterable[Any] | None = None
    ) -> Positions:
        """Return points placed on a network: round barriers, through the doors of facilities and out of compounds.

        Parameters
        ----------
        network
            The network.
        places
            Points in its CRS, shape (n,).
        rule
            From where, and from how far, it is entered.
        ids
            The facility that stands at each point, where they are facilities: its doors stand for it.
        """
        xy = np.column_stack([shapely.get_x(places), shapely.get_y(places)])
        point, begin = self._begins(xy, ids)
        inside = self._inside(begin)
        if (
            (inside < 0).all()
            and np.array_equal(point, np.arange(len(xy)))
            and np.array_equal(begin, xy, equal_nan=True)
        ):
            return snap(network, places, rule=rule, barriers=self.barriers)
        outside = inside < 0
        direct = snap(network, _points(begin[outside]), rule=rule, barriers=self.barriers)
        exits = snap(network, _points(self.exit_xy), rule=rule, barriers=self.barriers)
        row, way = np.nonzero(inside[:, None] == self.exit_of[None, :]) if len(self.exit_of) else (_NONE, _NONE)
        free = ~self.barriers.crossed(begin[row], self.exit_xy[way])
        row, way = row[free], way[free]
        inner = np.hypot(*(self.exit_xy[way] - begin[row]).T)
        doors = Doors(
            np.concatenate([point[outside], point[row]]),
            np.concatenate([direct.edge, exits.edge[way]]),
            np.concatenate([direct.offset_m, exits.offset_m[way]]),
            np.concatenate([direct.access_m, exits.access_m[way] + inner]),
            np.vstack([begin[outside], begin[row]]),
            np.vstack([begin[outside], self.exit_xy[way]]),
        )
        return Positions.through(_ordered(doors), xy)

    def _begins(self, xy: Floats, ids: Iterable[Any] | None) -> tuple[Ints, Floats]:
        """Return where walks begin, and the point each belongs to: the doors of a facility, else the point itself."""
        if ids is None or not len(self.door_of):
            return np.arange(len(xy), dtype=np.int64), xy
        number = {name: i for i, name in enumerate(ids)}
        leads = np.array([number.get(name, -1) for name in self.door_of], dtype=np.int64)
        own = leads >= 0
        if not own.any():
            return np.arange(len(xy), dtype=np.int64), xy
        rest = np.setdiff1d(np.arange(len(xy), dtype=np.int64), leads[own])
        point = np.concatenate([rest, leads[own]])
        begin = np.vstack([xy[rest], self.door_xy[own]])
        order = np.lexsort((begin[:, 1], begin[:, 0], point))
        return point[order], begin[order]

    def _inside(self, xy: Floats) -> Ints:
        """Return the smallest compound that each place lies in, -1 for none."""
        result = np.full(len(xy), -1, dtype=np.int64)
        if not len(self.compounds):
            return result
        tree = shapely.STRtree(shapely.buffer(self.compounds, -_ON_LINE_M, join_style="mitre"))
        place, compound = tree.query(_points(xy), predicate="intersects")
        order = np.argsort(-shapely.area(self.compounds)[compound], kind="stable")
        result[place[order]] = compound[order]  # the last one written is the smallest
        return result


_NONE = np.empty(0, dtype=np.int64)
_ON_LINE_M = 0.001


def _points(xy: Floats) -> NDArray[np.object_]:
    return np.asarray(shapely.points(xy), dtype=object)


def _ordered(doors: Doors) -> Doors:
    """Return the doors that are on the network, by point."""
    order = np.argsort(doors.point, kind="stable")
    order = order[doors.edge[order] >= 0]
    return doors.take(order)


def binding(areas: gpd.GeoDataFrame, rule: AccessRule) -> Flags:
    """Return which areas are barriers that bind legs under a rule, shape (len(areas),)."""
    barrier = areas["kind"].isin(BARRIERS).to_numpy()
    if rule.barriers == "count":
        return np.zeros(len(areas), dtype=bool)
    if rule.barriers == "block" or "source" not in areas:
        return np.asarray(barrier, dtype=bool)
    said = areas["source"].fillna("").astype(str).str.casefold().str.strip()
    read = said.eq(OPEN_SOURCES[1]) | said.str.contains(OPEN_SOURCES[0], regex=False)
    return np.asarray(barrier & ~read.to_numpy(), dtype=bool)


def is_compound(areas: gpd.GeoDataFrame) -> Flags:
    """Return which areas are compounds drawn as polygons."""
    polygon = areas.geometry.geom_type.isin(["Polygon", "MultiPolygon"]).to_numpy()
    return np.asarray(polygon & (areas["kind"].map(BARRIERS) == "compound").to_numpy(), dtype=bool)


def exits_of(areas: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame | None) -> tuple[Ints, Floats, Floats]:
    """Return the entrances of compounds: the row of each one's area, its place on the outline, and how far it moved.

    An entrance belongs to the nearest of the compounds whose ``id`` or ``name`` is its ``of``.

    Returns
    -------
    tuple
        Rows of ``areas``, shape (e,); places (metres), shape (e, 2); metres, shape (e,).
    """
    found: dict[int, tuple[float, int]] = {}
    rows = np.flatnonzero(is_compound(areas)) if entrances is not None else _NONE
    if entrances is None or not len(rows):
        return _NONE, np.empty((0, 2)), np.empty(0)
    shapes, points = areas.geometry.to_numpy(), entrances.geometry.to_numpy()
    edges = dict(zip(rows, shapely.boundary(shapes[rows]), strict=True))
    names: dict[str, set[int]] = {}
    for column in ("id", "name"):
        for row in rows if column in areas else ():
            names.setdefault(str(areas[column].iloc[row]), set()).add(int(row))
    for number, name in enumerate(entrances["of"]):
        near = [(float(shapely.distance(points[number], edges[row])), row) for row in sorted(names.get(str(name), ()))]
        if near:
            found[number] = min(near)
    place = np.array([row for _, row in found.values()], dtype=np.int64)
    outline = np.array([edges[row] for row in place], dtype=object)
    chosen = points[list(found)]
    at = shapely.line_interpolate_point(outline, shapely.line_locate_point(outline, chosen)) if len(chosen) else chosen
    xy = shapely.get_coordinates(at).reshape(-1, 2)
    return place, xy, np.array([metres for metres, _ in found.values()])
