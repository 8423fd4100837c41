"""The roads people drive on: the invented streets that are wide enough, with their technical class and usual speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import ground

if TYPE_CHECKING:
    import geopandas as gpd

# Technical classes of roads (公路技术等级); streets inside towns and villages have none.
ROAD_CLASSES = {"primary": "一级", "secondary": "二级", "tertiary": "三级"}
LOWEST, BELOW = "四级", "等外"
BELOW_SHARE = 0.3
# Usual speeds, junctions included (km/h); lanes state none.
SPEEDS = {"一级": 40.0, "二级": 35.0, "三级": 40.0, LOWEST: 30.0, BELOW: 20.0}


def drive_edges(walk: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the edges of the walk network that carry cars: all but footways."""
    rng = ground.generator("roads")
    roads = walk[walk["highway"] != "footway"].reset_index(drop=True)
    country = sorted(name for name in roads["name"].dropna().unique() if name.startswith("乡道"))
    below = {name for name, draw in zip(country, rng.random(len(country)), strict=True) if draw < BELOW_SHARE}
    classes = [_road_class(row.highway, row.name, below) for row in roads[["highway", "name"]].itertuples(index=False)]
    columns = {"road_class": classes, "speed_kmh": [SPEEDS.get(one or "") for one in classes]}
    return roads.assign(**columns)[["name", "highway", "bridge", "road_class", "speed_kmh", "geometry"]]


def _road_class(highway: str, name: str | None, below: set[str]) -> str | None:
    """Return the technical class of a road; None for a street that has none."""
    if highway == "unclassified":
        return BELOW if name == "村道" or name in below else LOWEST
    return ROAD_CLASSES.get(highway)
