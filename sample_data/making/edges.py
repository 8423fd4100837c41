"""From drawn lines to the edges of the walk network: cut at every junction, bent onto the map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from making import ground

if TYPE_CHECKING:
    from making.streets import Way

GRID = 0.5


def walk_edges(ways: list[Way]) -> gpd.GeoDataFrame:
    """Return the edges on the map, with the place each belongs to (left out when written).

    Lines are cut wherever they meet; river and railway are no ways, so that bridges meet nothing but their ends.
    """
    lines = np.array([way.line for way in ways])
    pieces = shapely.get_parts(shapely.union_all(lines, grid_size=GRID))
    owner = _owners(pieces, lines)
    frame = gpd.GeoDataFrame(
        {
            "name": [ways[number].name or None for number in owner],
            "highway": [ways[number].highway for number in owner],
            "bridge": ["yes" if ways[number].bridge else None for number in owner],
            "place": [ways[number].place for number in owner],
        },
        geometry=shapely.simplify(ground.on_map(pieces), 0.25),
        crs=ground.CRS,
    )
    order = np.lexsort(shapely.bounds(frame.geometry.array).T)
    return frame.iloc[order].reset_index(drop=True)


def _owners(pieces: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """Return for each piece the first drawn line it lies on."""
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    piece, line = shapely.STRtree(lines).query(middles, predicate="dwithin", distance=1.5)
    owner = np.full(len(pieces), len(lines))
    np.minimum.at(owner, piece, line)
    if (owner == len(lines)).any():
        raise ValueError("An edge belongs to no drawn line.")
    return owner
