"""Random walk networks and positions on them, as awkward as real ones, for hypothesis.

All metres are multiples of 1/8, so that sums of them are exact in floating point: where the library and a slow twin add
the same numbers in another order, they must agree to the last bit, and ties are ties.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
from hypothesis import strategies as st
from shapely import LineString

from servicecircle.network import Positions, WalkNetwork

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

CRS = "EPSG:25832"
ORIGIN = (477000.0, 5472000.0)
STEP = 0.125
LONG_EDGE_M = 50_000.0


def eighths(metres: float) -> SearchStrategy[float]:
    """Return multiples of 1/8 metre from 0 up to some metres."""
    return st.integers(0, int(metres / STEP)).map(lambda number: number * STEP)


@st.composite
def edge_frames(draw: DrawFn, *, declared: bool = True, least_edges: int = 1) -> gpd.GeoDataFrame:
    """Return edges with u and v: crossings, parallel edges, loops, islands, edges without length, one of 50 km.

    Without ``declared`` there is no column ``length``, and edges are as long as they are drawn.
    """
    size = draw(st.integers(2, 7))
    cells = st.tuples(st.integers(0, 5), st.integers(0, 5))
    places = draw(st.lists(cells, min_size=size, max_size=size))  # two nodes may stand at one place
    nodes = [(ORIGIN[0] + 16.0 * x, ORIGIN[1] + 16.0 * y) for x, y in places]
    node = st.integers(0, size - 1)
    ends = draw(st.lists(st.tuples(node, node), min_size=least_edges, max_size=12))
    lines, lengths = [], []
    for u, v in ends:
        bend = draw(st.sampled_from([(), (2.0, 7.0), (-5.0, 3.0)]))
        (ax, ay), (bx, by) = nodes[u], nodes[v]
        inner = [(ax + bend[0], ay + bend[1])] if bend else []
        if u == v:
            inner = [(ax + 4.0, ay + 1.0), (ax + 1.0, ay + 4.0 + sum(bend))]
        lines.append(LineString([(ax, ay), *inner, (bx, by)]))
        extra = draw(st.sampled_from([0.0, 0.0, STEP, 3.5, 40.0]))
        lengths.append(math.ceil(lines[-1].length / STEP) * STEP + extra)
    if draw(st.booleans()):
        lengths[-1] = LONG_EDGE_M
    frame = gpd.GeoDataFrame({"u": [u for u, _ in ends], "v": [v for _, v in ends]}, geometry=lines, crs=CRS)
    return frame.assign(length=lengths) if declared else frame


def networks() -> SearchStrategy[WalkNetwork]:
    """Return networks made of `edge_frames`."""
    return edge_frames().map(WalkNetwork.from_edges)


@st.composite
def positions(draw: DrawFn, network: WalkNetwork, *, most: int = 6, least: int = 0) -> Positions:
    """Return positions on a network with access legs up to 40 m; some are not placed."""
    size = draw(st.integers(least, most))
    edge, offset, access = [], [], []
    for _ in range(size):
        on = draw(st.integers(-1 if draw(st.integers(0, 9)) == 0 else 0, len(network) - 1))
        edge.append(on)
        offset.append(draw(eighths(float(network.edge_length_m[on]))) if on >= 0 else 0.0)
        access.append(draw(eighths(40.0)) if on >= 0 else np.inf)
    xy = np.column_stack([np.full(size, ORIGIN[0]), np.full(size, ORIGIN[1])])
    return Positions(np.array(edge, dtype=np.int64), np.array(offset), np.array(access), xy)


@st.composite
def journeys(draw: DrawFn, *, least_facilities: int = 0) -> tuple[WalkNetwork, Positions, Positions]:
    """Return a network, origins and facilities on it."""
    network = draw(networks())
    return network, draw(positions(network)), draw(positions(network, least=least_facilities))


@st.composite
def placed_points(draw: DrawFn, *, size: int = 5) -> list[tuple[float, float]]:
    """Return coordinates of points in and around the area of `edge_frames`."""
    place = st.tuples(st.integers(-20, 100), st.integers(-20, 100))
    drawn = draw(st.lists(place, min_size=size, max_size=size))
    return [(ORIGIN[0] + x, ORIGIN[1] + y) for x, y in drawn]
