"""Who is nearest to every node and every origin: kept, so that other facilities need only look where they matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.network.positions import Positions, joined
from servicecircle.network.travel import arcs_of, entries, legs, nearest_labels, queue_size

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.sweep import Arcs, Queue, Seeds

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

BUCKETS = 4096
"""Of half a mean edge each; what lies farther shares the last one, which costs time and changes nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Origins of walks on a network, made ready to be asked again and again. Make them with `of`.

    Parameters
    ----------
    network, positions
        The network, and where the origins stand on it.
    arcs, queue
        As the kernels take them.
    homes
        Their doors, as the kernels take them.
    """

    network: WalkNetwork
    positions: Positions
    arcs: Arcs
    queue: Queue
    homes: tuple[Ints, Ints, Ints, Floats, Floats, Ints, Ints, Ints]

    @classmethod
    def of(cls, network: WalkNetwork, positions: Positions) -> Origins:
        """Return origins made ready."""
        doors, point = positions.at_doors
        ends, to_ends = legs(network, doors)
        order = np.argsort(doors.edge, kind="stable")
        order = order[np.count_nonzero(~doors.placed) :].astype(np.int64)
        begin = np.zeros(len(network) + 1, dtype=np.int64)
        np.cumsum(np.bincount(doors.edge[order], minlength=len(network)), out=begin[1:])
        first = np.searchsorted(point, np.arange(len(positions) + 1)).astype(np.int64)
        homes = begin, order, doors.edge, to_ends.ravel(), doors.access_m, first, ends.ravel(), point
        nothing: Seeds = np.empty(0, dtype=np.int64), np.empty(0), np.empty(0, dtype=np.int64)
        limit, per_metre, buckets = queue_size(network, np.inf, nothing)
        return cls(network, positions, arcs_of(network), (limit, per_metre, min(buckets, BUCKETS)), homes)


@dataclass(frozen=True, slots=True, eq=False)
class Catchments:
    """The nearest of some facilities to every origin, and to every node. Make them with `of`; they never change.

    Parameters
    ----------
    origins
        The origins.
    facilities
        The facilities by number, also those that are gone.
    rank, gone
        Of two equally near facilities the one of lower rank is the nearest; whether each is gone.
    seeds, doors
        Where walks from all facilities enter the nodes, and their doors, edge by edge: as the kernels take them.
    node_m, node_owner
        Metres from each node to its nearest facility, and which, -1 for none.
    distance_m, facility
        The same for each origin.
    """

    origins: Origins
    facilities: Positions
    rank: Ints
    gone: Flags
    seeds: Seeds
    doors: tuple[Ints, Floats, Floats, Ints]
    node_m: Floats
    node_owner: Ints
    distance_m: Floats
    facility: Ints

    @classmethod
    def of(cls, origins: Origins, facilities: Positions) -> Catchments:
        """Return the catchments of facilities; of two equally near ones the first is the nearest.

        Examples
        --------
        >>> import geopandas as gpd, shapely
        >>> from servicecircle.network import WalkNetwork, snap
        >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (500100, 0)])], crs="EPSG:4549")
        >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
        >>> homes = Origins.of(walk, snap(walk, [shapely.Point(500010, 5), shapely.Point(500090, 5)]))
        >>> schools = snap(walk, [shapely.Point(500050, -20)])
        >>> one = Catchments.of(homes, schools)
        >>> one.distance_m.round(6).tolist()
        [65.0, 65.0]
        >>> two = one.changed(added=snap(walk, [shapely.Point(500080, 0)]))
        >>> two.distance_m.round(6).tolist(), two.facility.tolist()
        ([65.0, 15.0], [0, 1])
        """
        size = len(facilities)
        found, (node_m, node_owner) = nearest_labels(origins.network, origins.positions, facilities)
        return cls(
            origins,
            facilities,
            np.arange(size, dtype=np.int64),
            np.zeros(size, dtype=bool),
            entries(origins.network, facilities),
            _by_edge(facilities),
            node_m,
            node_owner,
            found.distance_m,
            found.facility,
        )

    def changed(
        self, *, removed: Ints | None = None, added: Positions | None = None, rank: Ints | None = None
    ) -> Catchments:
        """Return the catchments with other facilities: what a full run finds, at a fraction of its cost.

        Parameters
        ----------
        removed
            Facilities that go, by number.
        added
            Facilities that come; their numbers follow those there are.
        rank
            The rank of all facilities by number; that of one that is gone has no say. None: in the order they came.
            It must not exchange two that stay.
        """
        from servicecircle.network import resweep

        fresh = self.facilities.take([]) if added is None else added
        old, size = len(self.facilities), len(self.facilities) + len(fresh)
        going = np.asarray([] if removed is None else removed, dtype=np.int64)
        ranks = np.arange(size, dtype=np.int64) if rank is None else np.ascontiguousarray(rank, dtype=np.int64)
        gone = np.append(self.gone, np.zeros(len(fresh), dtype=bool))
        gone[going] = True
        facilities, network = joined(self.facilities, fresh), self.origins.network
        node, metres, number = entries(network, fresh)
        pairs = zip(self.seeds, (node, metres, number + old), strict=True)
        first, second, third = (np.concatenate(pair) for pair in pairs)
        seeds = first, second, third
        doors = _with_doors(self.doors, _by_edge(fresh), old)
        labels = self.node_m.copy(), self.node_owner.copy()
        lost = np.flatnonzero(np.append(gone, np.zeros(1, dtype=bool))[self.node_owner]) if len(going) else going
        state = *labels, ranks, gone
        starts = seeds if len(going) else (node, metres, number + old)  # where nobody goes the others are as near
        touched = resweep.resweep(self.origins.arcs, (*starts, lost), self.origins.queue, state)
        if not resweep.sound_near(touched, self.origins.arcs, seeds, labels):
            return self._anew(facilities, ranks, gone)
        answers = self.distance_m.copy(), self.facility.copy()
        edges = np.concatenate([facilities.take(going).at_doors[0].edge, fresh.at_doors[0].edge])
        near = touched, edges[edges >= 0], self.origins.arcs[0], network.arc_edge
        resweep.answer_again(near, self.origins.homes, (*state, *doors), answers)
        return Catchments(self.origins, facilities, ranks, gone, seeds, doors, *labels, *answers)

    def _anew(self, facilities: Positions, rank: Ints, gone: Flags) -> Catchments:
        """Return the catchments of the facilities that are not gone, by their numbers here, from a full run."""
        there = np.flatnonzero(~gone)
        there = there[np.argsort(rank[there], kind="stable")]
        full = Catchments.of(self.origins, facilities.take(there))
        number = np.append(there, -1)
        seeds = full.seeds[0], full.seeds[1], number[full.seeds[2]]
        doors = *full.doors[:3], number[full.doors[3]]
        owners = number[full.node_owner], number[full.facility]
        return Catchments(
            self.origins, facilities, rank, gone, seeds, doors, full.node_m, owners[0], full.distance_m, owners[1]
        )


def _by_edge(facilities: Positions) -> tuple[Ints, Floats, Floats, Ints]:
    """Return the doors that are on the network, edge by edge: edge, offset, access leg, facility."""
    doors, point = facilities.at_doors
    order = np.argsort(doors.edge, kind="stable")
    order = order[np.count_nonzero(~doors.placed) :]
    return doors.edge[order], doors.offset_m[order], doors.access_m[order], point[order]


def _with_doors(
    doors: tuple[Ints, Floats, Floats, Ints], more: tuple[Ints, Floats, Floats, Ints], old: int
) -> tuple[Ints, Floats, Floats, Ints]:
    """Return doors with those of more facilities, whose numbers begin after the old ones."""
    at = np.searchsorted(doors[0], more[0])
    edge, offset, access = (np.insert(one, at, other) for one, other in zip(doors[:3], more[:3], strict=True))
    return edge, offset, access, np.insert(doors[3], at, more[3] + old)
