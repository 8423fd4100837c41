"""Gap areas: where what a standard asks for is missing, and for how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.assessment.coverage import discs
from servicecircle.assessment.selection import select
from servicecircle.city import smallest_zone

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Coverage, Standard

COLUMNS = ("gap_id", "zone_id", "zone_name", "residents", "group", "cells", "area_m2", "worst_minutes", "geometry")

TOUCHING_M = 1.0
"""Polygon cells this close (metres) lie together."""

APART = 1.6
"""Point cells lie together when no farther apart than this many times the usual distance to the next cell: side by side
or corner to corner on a grid."""

SMALLEST_M2 = 1.0
"""Uncovered ground smaller than this is what arithmetic leaves, not a gap."""


def cell_gaps(ground: Ground, standard: Standard, cells: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the gap areas of a standard that has cells: uncovered cells in scope that lie together, worst first."""
    people = ground.group("pop_total")
    lost = (~cells["covered"] & cells["in_scope"]).to_numpy(dtype=bool) & (people > 0)
    numbers = np.flatnonzero(lost)
    shapes, spacing = _cell_shapes(ground, numbers)
    labels = _together(shapes, spacing)
    zones = smallest_zone(ground.cell_zones).to_numpy()
    rows = []
    for label in range(labels.max() + 1 if len(labels) else 0):
        part = numbers[labels == label]
        group = cells["group"].to_numpy()[part]
        zone = _main_zone(zones[part], group, people[part])
        shape = _united(shapes[labels == label])
        rows.append(
            {
                "zone_id": zone,
                "residents": float(people[part].sum()),
                "group": float(group.sum()),
                "cells": len(part),
                "area_m2": float(shape.area),
                "worst_minutes": float(cells["minutes"].to_numpy()[part].max()),
                "geometry": shape,
            }
        )
    return _worst_first(ground, standard, rows)


def _united(shapes: NDArray[np.object_]) -> BaseGeometry:
    """Return the union of cells; quickly where they share their borders exactly, as the cells of a grid do."""
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapes, grid_size=0.001)


def area_gaps(ground: Ground, standard: Standard, coverage: Coverage) -> gpd.GeoDataFrame:
    """Return the gap areas of an area coverage: ground outside every disc with its residents, worst first."""
    facilities = select(ground, coverage.facilities).facilities
    area = ground.areas.get(coverage.area)
    if area is None or coverage.metres is None:
        return _worst_first(ground, standard, [])
    left = shapely.difference(area, discs(ground.facility_xy[facilities], coverage.metres))
    parts = [part for part in shapely.get_parts(left) if part.area >= SMALLEST_M2]
    people, xy = ground.group("pop_total"), ground.cell_xy
    zones = smallest_zone(ground.cell_zones).to_numpy()
    rows = []
    for part in parts:
        shapely.prepare(part)
        inside = shapely.intersects_xy(part, xy)
        near = inside if inside.any() else np.zeros(len(xy), dtype=bool)
        zone = _main_zone(zones[near], people[near], people[near]) or _zone_at(ground, part)
        residents = float(people[inside].sum())
        rows.append(
            {
                "zone_id": zone,
                "residents": residents,
                "group": residents,
                "cells": int(inside.sum()),
                "area_m2": float(part.area),
                "worst_minutes": np.nan,
                "geometry": part,
            }
        )
    return _worst_first(ground, standard, rows)


def zone_gaps(ground: Ground, standard: Standard, table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the gap areas of a standard counted by zone: the judged zones of the finest level that lack facilities."""
    rows = table[
        (table["standard_id"] == standard.id) & (table["gap"] > 0) & table["zone_id"].isin(ground.zone_zones.index)
    ]
    rows = rows[rows["status"].isin(["judged", "reference"])]
    shapes = ground.city.zones.set_index("zone_id").geometry
    finest = [level for level in ground.zone_zones.columns if level in set(rows["level"])][-1:]
    found = [
        {
            "zone_id": row["zone_id"],
            "residents": float(row["pop_total"]),
            "group": float(row["pop_group"] if pd.notna(row["pop_group"]) else row["pop_total"]),
            "cells": 0,
            "area_m2": float(shapes[row["zone_id"]].area),
            "worst_minutes": np.nan,
            "geometry": shapes[row["zone_id"]],
        }
        for _, row in rows[rows["level"].isin(finest)].iterrows()
    ]
    return _worst_first(ground, standard, found)


def _cell_shapes(ground: Ground, numbers: NDArray[np.int64]) -> tuple[NDArray[Any], float]:
    """Return the ground of some cells, and how close (metres) two of them are when they lie together.

    A point cell stands for the square around it that reaches half-way to its usual neighbour.
    """
    shapes = ground.cells.geometry.to_numpy()
    if not (shapely.get_type_id(shapes) == shapely.GeometryType.POINT).any():
        return shapes[numbers], TOUCHING_M
    from scipy.spatial import KDTree

    xy = ground.cell_xy
    usual = float(np.median(np.asarray(KDTree(xy).query(xy, k=2)[0])[:, 1])) if len(xy) > 1 else 100.0
    points = np.asarray(shapely.points(xy[numbers]), dtype=object)
    return np.asarray(shapely.buffer(points, usual / 2, cap_style="square")), usual * (APART - 1)


def _together(shapes: NDArray[Any], spacing: float) -> NDArray[np.int64]:
    """Return for each shape the number of the cluster it lies in: shapes closer than some metres lie together."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(shapes):
        return np.zeros(0, dtype=np.int64)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=spacing)
    links = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(len(shapes), len(shapes)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _main_zone(zones: NDArray[Any], group: NDArray[np.float64], people: NDArray[np.float64]) -> str:
    """Return the zone where most of a gap's group lives (then most residents, then the lowest id); "" without any."""
    known = np.array([isinstance(zone, str) for zone in zones], dtype=bool)
    if not known.any():
        return ""
    names, place = np.unique(zones[known].astype(str), return_inverse=True)
    groups, residents = (np.bincount(place, weights=values[known]) for values in (group, people))
    return str(names[np.lexsort((names, -residents, -groups))[0]])


def _zone_at(ground: Ground, shape: BaseGeometry) -> str:
    zones = ground.city.zones
    held = zones[zones.geometry.intersects(shapely.point_on_surface(shape)).to_numpy()]
    return str(held.iloc[held.geometry.area.argmin()]["zone_id"]) if len(held) else ""


def _worst_first(ground: Ground, standard: Standard, rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return gap areas with names, ordered by the group concerned, residents, area and place."""
    frame = gpd.GeoDataFrame(
        rows, columns=[c for c in COLUMNS if c not in {"gap_id", "zone_name"}], geometry="geometry", crs=ground.city.crs
    )
    places = frame.geometry.bounds if len(frame) else pd.DataFrame(columns=["minx", "miny"], dtype=float)
    order = frame.assign(x=places["minx"], y=places["miny"]).sort_values(
        ["group", "residents", "area_m2", "x", "y"], ascending=[False, False, False, True, True]
    )
    frame = frame.loc[order.index].reset_index(drop=True)
    names = dict(zip(ground.city.zones["zone_id"], ground.city.zones["name"], strict=True))
    frame["gap_id"] = [f"{standard.id}-{number:03d}" for number in range(1, len(frame) + 1)]
    frame["zone_name"] = [str(names.get(zone, "")) for zone in frame["zone_id"]]
    return frame[list(COLUMNS)]
