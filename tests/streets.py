"""A city along one straight street: the walk from one place to another is how far they are apart, in metres."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.city import City
from servicecircle.network import AccessRule, WalkNetwork

if TYPE_CHECKING:
    from collections.abc import Sequence

CRS = "EPSG:4549"
EAST, NORTH = 480_000.0, 3_830_000.0
WEST_END, EAST_END = -5_000.0, 5_000.0


def _points(xs: Sequence[float]) -> list[shapely.Point]:
    return [shapely.Point(EAST + x, NORTH) for x in xs]


def _frame(columns: dict[str, Any], geometry: Sequence[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=CRS)


def street_city(
    homes: Sequence[float],
    residents: Sequence[float],
    shops: Sequence[float],
    capacity: Sequence[float],
    **columns: Sequence[object],
) -> City:
    """Return a city with homes c0, c1 ... and shops s0, s1 ... along its street; zone W is west of 0, E east of it.

    Parameters
    ----------
    homes, residents
        Where people live (metres along the street) and how many.
    shops, capacity
        Where the facilities of the service "shop" are, and what each offers.
    **columns
        More columns of the population.
    """
    line = shapely.LineString(_points([WEST_END, EAST_END]))
    width = 1_000.0
    zones = [
        shapely.box(EAST + west, NORTH - width, EAST + east, NORTH + width)
        for west, east in ((WEST_END, -0.5), (-0.5, EAST_END))
    ]
    names = [f"c{i}" for i in range(len(homes))]
    people = np.asarray(residents, dtype=float)
    return City(
        WalkNetwork.from_edges(_frame({"u": [0], "v": [1]}, [line])),
        _frame({"cell_id": names, "pop_total": people, **columns}, _points(homes)),
        _frame(
            {
                "service": ["shop"] * len(shops),
                "id": [f"s{j}" for j in range(len(shops))],
                "capacity": np.asarray(capacity, dtype=float),
            },
            _points(shops),
        ),
        _frame({"zone_id": ["W", "E"], "level": ["街道", "街道"]}, zones),
        services=["shop"],
        access=AccessRule(islands="keep"),
    )
