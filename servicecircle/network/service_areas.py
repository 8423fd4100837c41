"""Service areas: the reached ground, divided among the sources that are nearest along the streets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely

from servicecircle.network.drawing import Drawing, checked_limits
from servicecircle.network.isochrones import ground
from servicecircle.network.reached import access_legs, nearest_intervals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from servicecircle.network.drawing import Method
    from servicecircle.network.graph import WalkNetwork
    from servicecircle.network.positions import Positions

    Ground = shapely.Polygon | shapely.MultiPolygon
    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Lines = NDArray[np.object_]

GRID_M = 0.001
"""Borders are drawn in millimetres, so that neighbours have the very same ones."""

END_M = 0.05
"""Both sides of a place where two sources are equally far are looked at this close (metres), so that the border between
them passes through it."""

SAMPLE_M = 5.0
"""How far apart (metres) the points along streets are between which borders are drawn."""

ENOUGH = 1.01


@dataclass(frozen=True, slots=True, eq=False)
class _Streets:
    """The streets and access legs within a limit, and the nearest source of each."""

    lines: Lines
    owner: Ints


def service_areas(
    network: WalkNetwork,
    sources: Positions,
    *,
    limits_m: Sequence[float],
    buffer_m: float = 25.0,
    method: Method = "exact",
    cell_m: float = 5.0,
) -> list[list[Ground]]:
    """Return for each source the ground within walking distances (metres) that is nearer to it than to all others.

    The areas of one limit do not overlap, and together they are the ground of `isochrones`, to a millimetre. Streets
    are cut exactly where two sources are equally far (of equally near ones the first has it); ground beside streets
    goes with the nearest street reached. The area of a smaller limit lies within that of a larger one.

    Parameters
    ----------
    network, sources, limits_m, buffer_m, method, cell_m
        As in `isochrones`.

    Returns
    -------
    list of list
        For each source a Polygon or MultiPolygon for each limit, in the order of ``limits_m``, empty where no ground
        is nearest to it.

    Raises
    ------
    InputError
        As in `isochrones`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from servicecircle.network import WalkNetwork, snap
    >>> street = gpd.GeoSeries([shapely.LineString([(500000, 0), (501000, 0)])], crs="EPSG:4549")
    >>> walk = WalkNetwork.from_edges(street.to_frame("geometry"))
    >>> schools = snap(walk, [shapely.Point(500400, 0), shapely.Point(500600, 0)])
    >>> [area.bounds[::2] for area, in service_areas(walk, schools, limits_m=[300])]
    [(500075.0, 500500.0), (500500.0, 500925.0)]
    """
    limits = checked_limits(limits_m)
    ascending = sorted(set(limits))
    drawing = Drawing(method, buffer_m, cell_m)
    whole = ground(network, sources, ascending, drawing)
    streets = []
    for limit, (parts, owner) in zip(ascending, nearest_intervals(network, sources, ascending), strict=True):
        legs, whose = access_legs(network, sources, limit)
        streets.append(_Streets(np.concatenate([parts.lines(network), legs]), np.concatenate([owner, whose])))
    areas = _divided(whole, streets, len(sources), drawing)
    return [[shapes[ascending.index(limit)] for limit in limits] for shapes in areas]


def _divided(whole: list[Ground], streets: list[_Streets], sources: int, drawing: Drawing) -> list[list[Ground]]:
    """Return the part of each source in each of the grounds, which lie one in another.

    All borders are joined into one net, whose meshes are given to the first ground that holds them and, within it, to
    the source of the nearest street: so parts neither overlap nor leave gaps.
    """
    borders: list[shapely.Geometry] = [shape.boundary for shape in whole if not shape.is_empty]
    for shape, smaller, reached in zip(whole, [shapely.Polygon(), *whole[:-1]], streets, strict=True):
        lines = _borders(reached, drawing.buffer_m)
        shapely.prepare([shape, smaller])
        borders.extend(lines[shapely.intersects(shape, lines) & ~shapely.contains_properly(smaller, lines)])
    if not borders:
        return [[shapely.Polygon() for _ in whole] for _ in range(sources)]
    net = shapely.union_all(np.array(borders, dtype=object), grid_size=GRID_M)
    meshes = shapely.get_parts(shapely.polygonize(shapely.get_parts(net)))
    inside = shapely.point_on_surface(meshes)
    first = np.full(len(meshes), len(whole))
    for rank in reversed(range(len(whole))):
        first[shapely.covers(whole[rank], inside)] = rank
    owner = np.full(len(meshes), -1)
    for rank, reached in enumerate(streets):
        rows = np.flatnonzero(first == rank)
        owner[rows] = _nearest_owner(reached, inside[rows])
    return _collected(meshes, first, owner, (sources, len(whole)))


def _collected(meshes: Lines, first: Ints, owner: Ints, size: tuple[int, int]) -> list[list[Ground]]:
    """Return for each source what it has within each rank; ``size`` is (sources, ranks)."""
    order = np.argsort(owner, kind="stable")
    begin = np.searchsorted(owner[order], np.arange(size[0] + 1))
    areas: list[list[Ground]] = []
    for source in range(size[0]):
        rows = order[begin[source] : begin[source + 1]]
        areas.append([_joined(meshes[rows[first[rows] <= rank]]) for rank in range(size[1])])
    return areas


def _joined(meshes: Lines) -> Ground:
    return cast("Ground", shapely.coverage_union_all(meshes)) if len(meshes) else shapely.Polygon()


def _nearest_owner(streets: _Streets, points: Lines) -> Ints:
    """Return the source of the street nearest to each point, of equally near ones the first."""
    owner = np.full(len(points), np.iinfo(np.int64).max)
    row, line = shapely.STRtree(streets.lines).query_nearest(points, all_matches=True)
    np.minimum.at(owner, row, streets.owner[line])
    return owner


def _borders(streets: _Streets, beside: float) -> Lines:
    """Return lines midway between streets of different sources, as far as these are near enough to share ground."""
    from scipy.spatial import Voronoi

    if not len(streets.lines):
        return np.empty(0, dtype=object)
    xy, owner = _sampled(streets)
    shared = _near_another(xy, owner, 2 * (beside + SAMPLE_M))
    if not shared.any():
        return np.empty(0, dtype=object)
    xy, owner = xy[shared], owner[shared]
    middle, far = xy.mean(axis=0), 10 * (np.ptp(xy, axis=0).max() + beside)
    corners = middle + far * np.array([(-1, -1), (-1, 1), (1, -1), (1, 1)])  # all between the points is bounded
    cells = Voronoi(np.vstack([xy, corners]) - middle)
    owner = np.append(owner, [-1] * len(corners))
    pair, ends = np.asarray(cells.ridge_points), np.asarray(cells.ridge_vertices)
    apart = (owner[pair[:, 0]] != owner[pair[:, 1]]) & (owner[pair] >= 0).all(axis=1) & (ends >= 0).all(axis=1)
    lines = shapely.linestrings(cells.vertices[ends[apart]] + middle)
    away = shapely.distance(lines, shapely.points(xy[pair[apart, 0]]))
    kept: Lines = lines[away <= beside * ENOUGH]
    return kept


def _near_another(xy: Floats, owner: Ints, metres: float) -> NDArray[np.bool_]:
    """Return which points may have one of another owner within some metres: in their square or those around it."""
    from scipy.ndimage import maximum_filter, minimum_filter

    square = np.floor((xy - xy.min(axis=0)) / metres).astype(np.int64)
    place = tuple(square.T)
    shape = tuple(square.max(axis=0) + 1)
    least, most = np.full(shape, np.iinfo(np.int64).max), np.full(shape, -1)
    np.minimum.at(least, place, owner)
    np.maximum.at(most, place, owner)
    lowest, highest = minimum_filter(least, size=3, mode="nearest"), maximum_filter(most, size=3, mode="nearest")
    return np.asarray(lowest[place] < highest[place])


def _sampled(streets: _Streets) -> tuple[Floats, Ints]:
    """Return points along streets and the owner of each; the first and last stand close to the ends of each line."""
    lines = streets.lines
    length = shapely.length(lines)
    end = np.minimum(END_M, length / 3)
    count = np.maximum(np.ceil((length - 2 * end) / SAMPLE_M).astype(np.int64), 1) + 1
    row = np.repeat(np.arange(len(lines)), count)
    number = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    along = end[row] + number * ((length - 2 * end) / (count - 1))[row]
    points = shapely.get_coordinates(shapely.line_interpolate_point(lines[row], along))
    return points, streets.owner[row]
