"""A street with four kindergartens, in which every closing can be worked out by hand.

Along the southern street, metres from the west: K1 at 100, K2 at 300, K3 at 500, K4 at 1000. Homes stand at the doors
and between: the children of each are in `HOMES`. The zones are three villages side by side.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely

from servicecircle.city import City, Transport
from servicecircle.network import DriveNetwork, WalkNetwork
from tests import grids

if TYPE_CHECKING:
    from collections.abc import Mapping

HOMES = {"C1": (100, 10), "C2": (150, 5), "C3": (300, 8), "C4": (500, 30), "C5": (800, 6), "C6": (1000, 20)}
"""Where each cell is (metres from the west), and its children."""

KINDERGARTENS = {"K1": (100, 40), "K2": (300, 30), "K3": (500, 50), "K4": (1000, 30)}
"""Where each kindergarten is, and its places."""

VILLAGES = {"V1": (0, 250), "V2": (250, 700), "V3": (700, 1200)}


def town(
    *,
    homes: Mapping[str, tuple[float, float]] = HOMES,
    kindergartens: Mapping[str, tuple[float, float]] = KINDERGARTENS,
    drive_kmh: float = 0.0,
    **columns: Any,
) -> City:
    """Return the town; columns are further columns of the kindergartens."""
    street = [(100.0 * place, 0.0) for place in range(13)]
    lines = [grids.street(*pair) for pair in pairwise(street)]
    population = gpd.GeoDataFrame(
        {
            "cell_id": list(homes),
            "pop_total": [10.0 * children for _, children in homes.values()],
            "pop_3_5": [float(children) for _, children in homes.values()],
        },
        geometry=[grids.at(x, 0) for x, _ in homes.values()],
        crs=grids.CRS,
    )
    facilities = gpd.GeoDataFrame(
        {
            "id": list(kindergartens),
            "name": [f"{name}园" for name in kindergartens],
            "service": "kindergarten",
            "status": "open",
            "capacity": [places for _, places in kindergartens.values()],
            **columns,
        },
        geometry=[grids.at(x, 0) for x, _ in kindergartens.values()],
        crs=grids.CRS,
    )
    zones = gpd.GeoDataFrame(
        {
            "zone_id": list(VILLAGES),
            "name": [f"{name}村" for name in VILLAGES],
            "level": "行政村",
            "setting": ["rural", "rural", "urban"],
        },
        geometry=[
            shapely.box(grids.WEST + west, grids.SOUTH - 100, grids.WEST + east, grids.SOUTH + 100)
            for west, east in VILLAGES.values()
        ],
        crs=grids.CRS,
    )
    roads = grids.frame(*lines, speed_kmh=[drive_kmh] * len(lines)) if drive_kmh else None
    transport = Transport(DriveNetwork.from_edges(roads)) if roads is not None else Transport()
    walk = WalkNetwork.from_edges(grids.frame(*lines))
    return City(walk, population, facilities, zones, transport=transport)
