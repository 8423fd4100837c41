"""The drawing board of the invented city: its streets, river and railway, and how the board is bent onto the map.

Everything is drawn on a flat board (metres, the city centre at 0, 0), where the main streets are straight. `to_map`
bends and turns the board and sets it down in EPSG:4549, so that nothing in the city runs straight or north.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

CRS = "EPSG:4549"
SEED = 20_241_231
MAP_ORIGIN = np.array([437_000.0, 3_808_000.0])
TURN = 0.2
DECIMALS = 2

WEST_STREETS = (-3600, -2900, -2250, -1600, -950, -350, 90)
EAST_STREETS = (360, 1000, 1700, 2350, 3000, 3600)
NORTH_STREETS = (2400, 1750, 1100, 450, -200, -850, -1240)
SOUTH_STREETS = (-1360, -1750, -2400)
RIVER_X = (120.0, 330.0)
RIVER_MIDDLE = 225.0
RAIL_Y = -1300.0
CITY_BRIDGES = (1750, 450, -850)
CITY_RAIL_CROSSINGS = (-2250, -350, 1000, 3000)
COUNTRY_BRIDGES = (4400.0, -4500.0)
COUNTRY_RAIL_CROSSINGS = (-5700.0, 4500.0)
CITY_FRAME = (-3600, -2400, 3600, 2400)

# What each block is, from the north-west; the river runs at the bar, the railway at the dashes:
# m mixed housing, o old town, g gated compounds, c centre, n new town, i industry, u university, P park,
# D industry with a fenced dormitory, . nothing
BLOCKS = """
.mgmom|mmgn.
mgmooc|mgmni
mmoccc|cmgmi
gmocPo|mmmgi
mgmoom|gmPmi
mmgmmm|mgmii
------------
Dimgmm|mmnni
.imumg|ngn..
"""

COUNTY_STREETS_X = (-7000, -6560, -6080, -5640, -5200)
COUNTY_STREETS_Y = (-2300, -2860, -3400, -3900)
COUNTY_FRAME = (-7000, -3900, -5200, -2300)
COUNTY_BLOCKS = """
mogm
mcom
.mgm
"""

# Corners of the mainland, x and y, clockwise from the west; the coast is in the east.
BORDER = """
-8300 -900  -8100 1800  -7600 4000  -5600 5400  -3000 6000  -500 5900  1800 6100  4000 5600  5700 5200  5900 3500
5500 1500  6000 -300  5700 -2300  6000 -4400  5300 -6200  3000 -6500  600 -6300  -2000 -6600  -4500 -6300  -6800 -5600
-8000 -3600
"""
ISLET = (6900.0, 900.0)


class Block(NamedTuple):
    """One block between main streets: its place label, what it is, and its frame on the board."""

    place: str
    kind: str
    column: int
    row: int
    west: float
    south: float
    east: float
    north: float

    @property
    def corners(self) -> NDArray[np.float64]:
        """The corners, counter-clockwise from the south-west, shape (4, 2)."""
        return np.array(
            [(self.west, self.south), (self.east, self.south), (self.east, self.north), (self.west, self.north)], float
        )


def generator(part: str) -> np.random.Generator:
    """Return the random numbers of one part of the city, so that changing one part leaves the others as they are."""
    return np.random.default_rng([SEED, *part.encode()])


def city_blocks() -> list[Block]:
    """Return the blocks of the urban area, row by row from the north-west."""
    columns = [*pairwise(WEST_STREETS), *pairwise(EAST_STREETS)]
    rows = [*pairwise(NORTH_STREETS), *pairwise(SOUTH_STREETS)]
    drawn = [line.replace("|", "") for line in BLOCKS.split() if "-" not in line]
    return _blocks("city", drawn, columns, rows)


def county_blocks() -> list[Block]:
    """Return the blocks of the county town."""
    columns = list(pairwise(COUNTY_STREETS_X))
    rows = list(pairwise(COUNTY_STREETS_Y))
    return _blocks("county", COUNTY_BLOCKS.split(), columns, rows)


def _blocks(name: str, drawn: list[str], columns: list[tuple[int, int]], rows: list[tuple[int, int]]) -> list[Block]:
    return [
        Block(f"{name}-{row}-{column}", drawn[row][column], column, row, west, south, east, north)
        for row, (north, south) in enumerate(rows)
        for column, (west, east) in enumerate(columns)
    ]


def _bend(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each point of the board is pushed: slow waves, gentle enough that nothing folds over."""
    x, y = xy[:, 0], xy[:, 1]
    east = 280 * np.sin(y / 1150 + 0.6) + 70 * np.sin((x + 1.3 * y) / 610 + 1.0) + 24 * np.sin((y - x) / 230)
    north = 200 * np.sin(x / 1400 + 2.0) + 70 * np.sin((y - 1.2 * x) / 640 + 0.3) + 22 * np.sin((x + y) / 250 + 2.0)
    return np.column_stack([east, north])


def to_map(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return board points on the map (EPSG:4549, metres, centimetres kept), shape (n, 2)."""
    bent = xy + _bend(xy)
    cos, sin = np.cos(TURN), np.sin(TURN)
    turned = np.column_stack([bent[:, 0] * cos - bent[:, 1] * sin, bent[:, 0] * sin + bent[:, 1] * cos])
    on_map: NDArray[np.float64] = np.round(turned + MAP_ORIGIN, DECIMALS)
    return on_map


def to_board(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return map points on the board: the inverse of `to_map`, found by fixed-point steps."""
    cos, sin = np.cos(TURN), np.sin(TURN)
    moved = xy - MAP_ORIGIN
    bent = np.column_stack([moved[:, 0] * cos + moved[:, 1] * sin, -moved[:, 0] * sin + moved[:, 1] * cos])
    found = bent.copy()
    for _ in range(60):
        found = bent - _bend(found)
    return found


def on_map(shape: Any, *, step: float = 40.0) -> Any:
    """Return a board geometry (or an array of them) on the map, bent along vertices at most `step` metres apart."""
    return shapely.transform(shapely.segmentize(shape, step), to_map)


def rounded(points: NDArray[np.float64], *, times: int = 3) -> NDArray[np.float64]:
    """Return a closed ring with its corners cut (Chaikin)."""
    ring = points.astype(float)
    for _ in range(times):
        after = np.roll(ring, -1, axis=0)
        ring = np.stack([0.75 * ring + 0.25 * after, 0.25 * ring + 0.75 * after], axis=1).reshape(-1, 2)
    return ring


def mainland() -> shapely.Polygon:
    """Return the mainland of the city on the board."""
    return shapely.Polygon(rounded(np.array(BORDER.split(), float).reshape(-1, 2)))


def islet_shore() -> shapely.Polygon:
    """Return the islet off the coast, which no bridge reaches."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    radius = 1 + 0.12 * np.sin(3 * angle + 0.5)
    return shapely.Polygon(
        np.column_stack([ISLET[0] + 390 * radius * np.cos(angle), ISLET[1] + 250 * radius * np.sin(angle)])
    )
