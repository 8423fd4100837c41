"""What two cities have in common, told by what they hold: so much of an earlier assessment holds in the later one."""

from __future__ import annotations

from dataclasses import dataclass
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.city import City
    from servicecircle.network import WalkNetwork

    Flags = NDArray[np.bool_]
    Ints = NDArray[np.int64]

WALK_ARRAYS = ("node_xy", "edge_nodes", "edge_length_m", "edge_component", "indptr", "targets", "arc_length_m")


@dataclass(frozen=True, slots=True, eq=False)
class Shared:
    """What a city has in common with that of an earlier ground.

    Parameters
    ----------
    ways
        Whether the same barriers are there, bind, and have the same doors.
    cells
        Whether people walk from the same places, over the same network, by the same rule.
    people
        Whether the same residents live there.
    zones, areas, roads, lines
        Whether these layers are the same.
    number
        The number of each earlier facility, -1 where it is not there any more.
    stays, same
        Which of the earlier facilities stand where they stood, and which are in all what they were.
    touched
        The services with a facility that came, went, or is not what it was.
    columns
        Columns of facilities that only one of the cities has.
    """

    ways: bool
    cells: bool
    people: bool
    zones: bool
    areas: bool
    roads: bool
    lines: bool
    number: Ints
    stays: Flags
    same: Flags
    touched: frozenset[str]
    columns: frozenset[str]


def shared_with(since: Ground, city: City, facilities: gpd.GeoDataFrame) -> Shared:
    """Return what a city has in common with an earlier ground.

    Parameters
    ----------
    since
        The ground.
    city
        The city.
    facilities
        Its facilities, ordered by id.
    """
    old = since.city
    areas, doors = same_frame(city.areas, old.areas), same_frame(city.entrances, old.entrances)
    ways = areas and doors and city.access == old.access
    walk = city.access == old.access and same_network(city.walk, old.walk)
    walk = walk and (ways or city.ways.key == since.ways.key)
    people = same_frame(city.population, old.population)
    same_cells = people or (
        np.array_equal(city.population["cell_id"].to_numpy(), old.population["cell_id"].to_numpy())
        and np.array_equal(city.cell_xy, since.cell_xy)
    )
    number, stays, same, touched = _compared(since.facilities, facilities)
    return Shared(
        ways,
        walk and same_cells,
        people,
        same_frame(city.zones, old.zones),
        areas,
        city.transport.drive is old.transport.drive,
        same_frame(city.transport.lines, old.transport.lines),
        number,
        stays,
        same,
        touched | frozenset(set(city.services) ^ set(old.services)),
        frozenset(set(facilities.columns) ^ set(since.facilities.columns)),
    )


def _compared(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> tuple[Ints, Flags, Flags, frozenset[str]]:
    """Return each facility's new number, whether it stands where it stood, or is all the same; services touched."""
    places = {name: i for i, name in enumerate(new["id"])}
    number = np.array([places.get(name, -1) for name in old["id"]], dtype=np.int64)
    there = np.flatnonzero(number >= 0)
    before, after = old.iloc[there], new.iloc[number[there]]
    other = np.zeros(len(there), dtype=bool)
    for column in dict.fromkeys((*old.columns, *new.columns)):
        if column in before and column in after:
            other |= _differ(before[column], after[column])
        else:  # a column that says nothing is as good as none
            other |= (before if column in before else after)[column].notna().to_numpy()
    stays = np.zeros(len(old), dtype=bool)
    stays[there] = ~_differ(before.geometry, after.geometry)
    fresh = np.ones(len(new), dtype=bool)
    fresh[number[there]] = other
    same = np.zeros(len(old), dtype=bool)
    same[there] = ~other
    return number, stays, same, frozenset(map(str, (*old["service"][~same], *new["service"][fresh])))


def same_frame(one: pd.DataFrame | None, other: pd.DataFrame | None) -> bool:
    """Return whether two layers are the same, rows in the same order; or neither is known."""
    if one is other:
        return True
    if one is None or other is None or len(one) != len(other) or list(one.columns) != list(other.columns):
        return False
    return one.index.equals(other.index) and not any(_differ(one[name], other[name]).any() for name in one.columns)


def same_network(one: WalkNetwork, other: WalkNetwork) -> bool:
    """Return whether two networks have the same nodes, edges, lengths and lines."""
    if one is other:
        return True
    if one.crs != other.crs or len(one) != len(other):
        return False
    same = all(np.array_equal(getattr(one, name), getattr(other, name)) for name in WALK_ARRAYS)
    return same and bool(np.all(shapely.equals_identical(one.edge_geometry, other.edge_geometry)))


def _differ(one: pd.Series[Any], other: pd.Series[Any]) -> Flags:
    """Return where two columns of the same length hold other values, or values of another kind."""
    if one.dtype != other.dtype:
        return np.asarray(one.notna().to_numpy() | other.notna().to_numpy(), dtype=bool)
    if isinstance(one.dtype, np.dtype) and one.dtype != object:
        first, second = one.to_numpy(), other.to_numpy()
        return np.asarray((first != second) & ~((first != first) & (second != second)), dtype=bool)  # noqa: PLR0124
    mine, theirs = one.to_numpy(dtype=object), other.to_numpy(dtype=object)
    result = ~np.fromiter(map(is_, mine, theirs), dtype=bool, count=len(mine))
    for row in np.flatnonzero(result):
        result[row] = not _equal(mine[row], theirs[row])
    return result


def _equal(one: object, other: object) -> bool:
    """Return whether two values are the same; NaN is NaN, and nothing else is."""
    if isinstance(one, shapely.Geometry) and isinstance(other, shapely.Geometry):
        return bool(shapely.equals_identical(one, other))
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return bool(np.array_equal(one, other))
    return bool(one == other) or bool(one != one and other != other)  # noqa: PLR0124
