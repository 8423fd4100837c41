"""Woods and greenery: the tree cover of the whole city, and the green of its villages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Point, box

from making import country, ground, names

if TYPE_CHECKING:
    from making.country import Village

WOODS, WOOD_RADIUS_M, WOOD_AWAY_M = 3, (220.0, 470.0), (330.0, 680.0)
GROVE_RADIUS_M = (90.0, 330.0)
# East of the river there are more woods, along the coast; the plain in the south-west has few.
WOODED = {"YX0105": 1.0, "YX0205": 1.3, "YX0301": 0.75, "YX0302": 0.9, "YX0303": 0.95, "YX0304": 1.15, "YX0305": 1.1}
STEP_M = 100.0


def with_greenery(areas: gpd.GeoDataFrame, villages: list[Village]) -> gpd.GeoDataFrame:
    """Return the areas with two more kinds for each township: `forest`, tree cover; `green`, tree cover and groves."""
    rng = ground.generator("greenery")
    woods: dict[str, list[shapely.Geometry]] = {township: [] for township in names.TOWNSHIPS}
    groves: dict[str, list[shapely.Geometry]] = {township: [] for township in names.TOWNSHIPS}
    for village in villages:
        for _ in range(WOODS):
            angle, away = rng.uniform(0, 2 * np.pi), rng.uniform(*WOOD_AWAY_M)
            centre = (village.x + away * np.cos(angle), village.y + away * np.sin(angle))
            woods[village.township].append(_blob(centre, WOOD_RADIUS_M, WOODED[village.township], rng))
        for hamlet in village.hamlets:
            groves[village.township].append(_blob((hamlet.x, hamlet.y), GROVE_RADIUS_M, 1.0, rng))
    rows = [areas]
    for kind, suffix in (("forest", "林地"), ("green", "绿化")):
        shapes = {key: woods[key] + (groves[key] if kind == "green" else []) for key in names.TOWNSHIPS}
        free = [shapely.intersection(shapely.union_all(shapes[key]), _open_land(key)) for key in names.TOWNSHIPS]
        data = {"kind": kind, "name": [f"{name}{suffix}" for name in names.TOWNSHIPS.values()]}
        drawn = ground.on_map(np.array(free, dtype=object), step=STEP_M)
        frame = gpd.GeoDataFrame({**data, "year": 2024, "source": "invented"}, geometry=list(drawn), crs=ground.CRS)
        rows.append(frame)
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=ground.CRS)


def _blob(
    centre: tuple[float, float], radius_m: tuple[float, float], factor: float, rng: np.random.Generator
) -> shapely.Polygon:
    """Return a round patch with an uneven edge."""
    angle = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    radius = rng.uniform(*radius_m) * factor * (1 + 0.15 * np.sin(3 * angle + rng.uniform(0, 2 * np.pi)))
    return shapely.Polygon(np.column_stack([centre[0] + radius * np.cos(angle), centre[1] + radius * np.sin(angle)]))


def _open_land(township: str) -> shapely.Geometry:
    """Return where greenery may be on a township's side of the river: on land, outside the towns, off the railway."""
    west = (-9000, ground.RIVER_X[0] - 30)
    low, high = (ground.RIVER_X[1] + 30, 9000) if township in country.EAST_OF_RIVER else west
    towns = [box(*ground.CITY_FRAME).buffer(60), box(*ground.COUNTY_FRAME).buffer(60)]
    towns += [Point(seat).buffer(480) for seat in country.TOWN_SEATS.values()]
    rail = box(-9000, ground.RAIL_Y - 40, 9000, ground.RAIL_Y + 40)
    return box(low, -9000, high, 9000).intersection(ground.mainland()).difference(shapely.union_all([*towns, rail]))
