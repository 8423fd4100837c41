"""The streets of the urban area and of the county town, drawn on the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import LineString

from making import ground, names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from making.ground import Block

STREET_SPACING = {"m": 210.0, "o": 115.0, "c": 170.0, "n": 330.0, "u": 150.0}
SIDE_KIND = {"m": "residential", "o": "living_street", "c": "residential", "n": "residential"}


class Way(NamedTuple):
    """One drawn line: where it runs, what it is, and the place it belongs to."""

    line: LineString
    highway: str
    name: str
    place: str
    bridge: bool = False


class Wall(NamedTuple):
    """The wall round a gated compound, with the gates that are its only ways in."""

    ring: LineString
    gates: tuple[shapely.Point, ...]
    name: str


def drawn_city() -> tuple[list[Way], list[Wall]]:
    """Return every street of the urban area and of the county town, and the walls of the compounds."""
    rng = ground.generator("streets")
    titles = iter(rng.permutation(names.SIDE_STREETS).tolist())
    ways, walls = [*_main_streets(), *_bridges(), _diagonal(), *_county_streets()], []
    for block in [*ground.city_blocks(), *ground.county_blocks()]:
        more_ways, more_walls = _inside(block, rng, titles)
        ways += more_ways
        walls += more_walls
    return ways, walls


def _main_streets() -> list[Way]:
    """Return the main streets, piece by piece, wherever a block beside them is built."""
    ways = []
    for block in ground.city_blocks():
        if block.kind == ".":
            continue
        for x in (block.west, block.east):
            number = (*ground.WEST_STREETS, *ground.EAST_STREETS).index(int(x))
            kind = "primary" if x in (-350, 1000) else "secondary"
            ways.append(Way(LineString([(x, block.south), (x, block.north)]), kind, names.MAIN_STREETS[number], "main"))
        for y in (block.south, block.north):
            number = (*ground.NORTH_STREETS, *ground.SOUTH_STREETS).index(int(y))
            kind = "primary" if y == 450 else "tertiary" if y in (-1240, -1360) else "secondary"
            name = names.MAIN_STREETS[13 + number]
            ways.append(Way(LineString([(block.west, y), (block.east, y)]), kind, name, "main"))
    return _once(ways)


def _once(ways: list[Way]) -> list[Way]:
    """Return the ways without those drawn from both sides."""
    return list({way.line.normalize().wkb: way for way in ways}.values())


def _bridges() -> list[Way]:
    river = [
        Way(
            LineString([(90, y), (360, y)]),
            "primary",
            f"{names.MAIN_STREETS[13 + ground.NORTH_STREETS.index(y)][:-1]}大桥",
            "bridge",
            bridge=True,
        )
        for y in ground.CITY_BRIDGES
    ]
    every = (*ground.WEST_STREETS, *ground.EAST_STREETS)
    rail = [
        Way(
            LineString([(x, -1360), (x, -1240)]),
            "secondary",
            f"{names.MAIN_STREETS[every.index(x)]}跨线桥",
            "bridge",
            bridge=True,
        )
        for x in ground.CITY_RAIL_CROSSINGS
    ]
    return river + rail


def _diagonal() -> Way:
    return Way(LineString([(90, 450), (-350, 1100), (-950, 1750), (-1600, 2400)]), "tertiary", "斜桥街", "main")


def _county_streets() -> list[Way]:
    ways = []
    for block in ground.county_blocks():
        if block.kind == ".":
            continue
        for x in (block.west, block.east):
            name = names.COUNTY_STREETS[ground.COUNTY_STREETS_X.index(int(x))]
            ways.append(Way(LineString([(x, block.south), (x, block.north)]), "secondary", name, "county-main"))
        for y in (block.south, block.north):
            name = names.COUNTY_STREETS[5 + ground.COUNTY_STREETS_Y.index(int(y))]
            ways.append(Way(LineString([(block.west, y), (block.east, y)]), "secondary", name, "county-main"))
    return _once(ways)


def _inside(block: Block, rng: np.random.Generator, titles: Iterator[str]) -> tuple[list[Way], list[Wall]]:
    """Return what lies inside one block, by its kind."""
    match block.kind:
        case "g":
            return _gated(block, rng, titles)
        case "u":
            return _compound(block.corners, block.place, "汐声学院", rng, sides=(0, 2), spacing=STREET_SPACING["u"])
        case "P":
            return _park(block), []
        case "i":
            return _industry(block, rng), []
        case "D":
            return [*_industry(block, rng), *_dormitory(block)], []
        case _:
            return _side_streets(block, rng), []


def _side_streets(block: Block, rng: np.random.Generator) -> list[Way]:
    if block.kind == ".":
        return []
    lines = subdivided(block.corners, STREET_SPACING[block.kind], rng)
    ways = []
    for line in lines:
        kind = "footway" if block.kind == "o" and line.length < 130 else SIDE_KIND[block.kind]
        ways.append(Way(line, kind, side_street_name(rng, lane=block.kind == "o"), block.place))
    return ways


def side_street_name(rng: np.random.Generator, *, lane: bool = False) -> str:
    """Return an invented name for a side street or a lane."""
    return f"{names.SIDE_STREETS[rng.integers(len(names.SIDE_STREETS))]}{'巷' if lane else '路'}"


def subdivided(corners: NDArray[np.float64], spacing: float, rng: np.random.Generator) -> list[LineString]:
    """Return streets that split a four-sided plot again and again, until its parts are about `spacing` metres wide."""
    a, b, c, d = corners
    width, height = np.hypot(*(b - a + c - d) / 2), np.hypot(*(d - a + c - b) / 2)
    if max(width, height) < spacing * (1.0 + 0.6 * rng.random()):
        return []
    first, second = np.clip(0.5 + rng.normal(0, 0.09) + rng.normal(0, 0.035, 2), 0.25, 0.75)
    if width >= height:
        p, q = a + (b - a) * first, d + (c - d) * second
        parts = np.array([a, p, q, d]), np.array([p, b, c, q])
    else:
        p, q = a + (d - a) * first, b + (c - b) * second
        parts = np.array([a, b, q, p]), np.array([p, q, c, d])
    return [LineString([p, q]), *subdivided(parts[0], spacing, rng), *subdivided(parts[1], spacing, rng)]


def inset(corners: NDArray[np.float64], metres: float) -> NDArray[np.float64]:
    """Return a four-sided plot drawn in by about `metres` on every side."""
    middle: NDArray[np.float64] = corners.mean(axis=0)
    drawn_in: NDArray[np.float64] = middle + (corners - middle) * (1 - 2 * metres / np.ptp(corners, axis=0))
    return drawn_in


def _gated(block: Block, rng: np.random.Generator, titles: Iterator[str]) -> tuple[list[Way], list[Wall]]:
    """Return a block of two gated compounds with a street between them."""
    a, b, c, d = block.corners
    share = 0.5 + rng.normal(0, 0.05)
    if rng.random() < 0.5:
        p, q = a + (b - a) * share, d + (c - d) * share
        plots = np.array([a, p, q, d]), np.array([p, b, c, q])
    else:
        p, q = a + (d - a) * share, b + (c - b) * share
        plots = np.array([a, b, q, p]), np.array([p, q, c, d])
    ways, walls = [Way(LineString([p, q]), "residential", side_street_name(rng), block.place)], []
    for plot in plots:
        name = f"{next(titles)}苑"
        side = int(rng.integers(4))
        more_ways, more_walls = _compound(plot, block.place, name, rng, sides=(side,), spacing=105.0)
        ways += more_ways
        walls += more_walls
    return ways, walls


def _compound(
    plot: NDArray[np.float64],
    place: str,
    name: str,
    rng: np.random.Generator,
    *,
    sides: tuple[int, ...],
    spacing: float,
) -> tuple[list[Way], list[Wall]]:
    """Return the paths inside a walled plot, joined to the street by one gate on each of the given sides."""
    wall, loop = inset(plot, 24), inset(plot, 46)
    ways = [Way(LineString([*loop, loop[0]]), "service", name, place)]
    ways += [Way(line, "footway", name, place) for line in subdivided(loop, spacing, rng)]
    gates = []
    for side in sides:
        share = rng.uniform(0.3, 0.7)
        street, gate, inner = (ring[side] + (ring[(side + 1) % 4] - ring[side]) * share for ring in (plot, wall, loop))
        ways.append(Way(LineString([street, gate, inner]), "service", name, place))
        gates.append(shapely.Point(gate))
    return ways, [Wall(LineString([*wall, wall[0]]), tuple(gates), name)]


def _park(block: Block) -> list[Way]:
    """Return the footpaths of a park: a ring, four ways in, a pond loop (one node), and two paths side by side."""
    a, b, c, d = block.corners
    middle, size = block.corners.mean(axis=0), np.ptp(block.corners, axis=0)
    angle = np.linspace(0, 2 * np.pi, 33)
    ring = middle + np.column_stack([np.cos(angle) * size[0] * 0.33, np.sin(angle) * size[1] * 0.33])
    entries = [(b + c) / 2, (c + d) / 2, (a + d) / 2, (a + b) / 2]
    lines = [LineString(ring)]
    lines += [LineString([entry, ring[number * 8]]) for number, entry in enumerate(entries)]
    lines.append(LineString([ring[8], middle]))
    pond = (
        middle - [0, size[1] * 0.12] + np.column_stack([np.sin(angle) * size[0] * 0.15, np.cos(angle) * size[1] * 0.12])
    )
    lines.append(LineString(pond))
    bow = (entries[2] + ring[16]) / 2 + [0, 30]
    lines.append(LineString([entries[2], bow, ring[16]]))
    return [Way(line, "footway", names.park(block.column), block.place) for line in lines]


def _industry(block: Block, rng: np.random.Generator) -> list[Way]:
    share = rng.uniform(0.35, 0.65)
    a, b, c, d = block.corners
    return [Way(LineString([a + (b - a) * share, d + (c - d) * share]), "service", "园区道路", block.place)]


def _dormitory(block: Block) -> list[Way]:
    """Return the paths of a fenced dormitory that joins no street: an island of a few hundred metres."""
    x, y = block.west + 60, block.south + 130
    ring = [(x, y), (x + 130, y), (x + 130, y + 100), (x, y + 100), (x, y)]
    lines = [LineString(ring), LineString([(x + 65, y), (x + 65, y + 100)])]
    return [Way(line, "footway", "工厂宿舍", "dormitory") for line in lines]


def wall_area(wall: Wall) -> BaseGeometry:
    """Return the wall as a narrow area, open at its gates."""
    openings = shapely.union_all([gate.buffer(6) for gate in wall.gates])
    return wall.ring.buffer(1.5, join_style="mitre").difference(openings)
