"""The countryside: villages with their hamlets, market towns, the roads between them and the islet."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import shapely
from scipy.spatial import Delaunay
from shapely import LineString, Point, box

from making import ground, names
from making.streets import Way, side_street_name, subdivided

# Market towns: township -> place on the board. The county town (YX0301) is drawn with the streets.
TOWN_SEATS = {
    "YX0105": (-2600.0, 4200.0),
    "YX0205": (4600.0, 2500.0),
    "YX0302": (-6500.0, 2300.0),
    "YX0303": (-3000.0, -4800.0),
    "YX0304": (1900.0, -4500.0),
    "YX0305": (4600.0, -4300.0),
}
COUNTY_TOWN = (-6100.0, -3100.0)
EAST_OF_RIVER = ("YX0205", "YX0304", "YX0305")
TOWN_SIZE = (760.0, 520.0)
VILLAGE_SPACING = 1190.0
CITY_GATEWAYS = (
    *((-2250, 2400), (-350, 2400), (1000, 2400), (2350, 2400), (-3600, 1100), (-3600, -850), (3600, 450), (3600, -850)),
    *((-1600, -2400), (-350, -2400), (1000, -2400)),
)
COUNTY_GATEWAYS = ((-6080, -2300), (-5200, -2860), (-6080, -3900), (-7000, -2860))


class Hamlet(NamedTuple):
    """One cluster of farmhouses: its place label, its centre and whether it is the village's main one."""

    place: str
    x: float
    y: float
    main: bool


class Village(NamedTuple):
    """One village: its township, its centre on the board and its hamlets."""

    number: int
    township: str
    x: float
    y: float
    hamlets: tuple[Hamlet, ...]


def villages() -> list[Village]:
    """Return the villages of the mainland, numbered from the west."""
    rng = ground.generator("villages")
    centres = _village_centres(rng)
    found = []
    for number, (x, y) in enumerate(centres):
        hamlets = [Hamlet(f"village-{number}", x, y, main=True)]
        others = int(rng.choice([1, 2, 3], p=[0.5, 0.4, 0.1]))
        hamlets += [
            Hamlet(f"hamlet-{number}-{other}", *spot, main=False)
            for other, spot in enumerate(_hamlet_spots(np.array([x, y]), centres, others, rng))
        ]
        found.append(Village(number, _township_of(x, y), x, y, tuple(hamlets)))
    return found


def _village_centres(rng: np.random.Generator) -> np.ndarray:
    """Return shaken points of a honeycomb on the land outside the towns, away from river, railway and border."""
    land = ground.mainland().buffer(-400)
    taken = shapely.union_all(
        [
            box(*ground.CITY_FRAME).buffer(430),
            box(*ground.COUNTY_FRAME).buffer(450),
            LineString([(ground.RIVER_MIDDLE, -9000), (ground.RIVER_MIDDLE, 9000)]).buffer(430),
            LineString([(-9000, ground.RAIL_Y), (9000, ground.RAIL_Y)]).buffer(330),
            *(Point(seat).buffer(820) for seat in TOWN_SEATS.values()),
        ]
    )
    rows = np.arange(-6600, 6600, VILLAGE_SPACING * 0.866)
    spots = [
        (x + (row % 2) * VILLAGE_SPACING / 2, y)
        for row, y in enumerate(rows)
        for x in np.arange(-8400, 6200, VILLAGE_SPACING)
    ]
    shaken = np.round(np.array(spots) + rng.uniform(-210, 210, (len(spots), 2)))
    points = shapely.points(shaken)
    kept = shaken[shapely.contains(land, points) & ~shapely.intersects(taken, points)]
    return kept[np.lexsort((kept[:, 1], kept[:, 0]))]


def _hamlet_spots(
    centre: np.ndarray, centres: np.ndarray, count: int, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Return up to `count` spots near a village, nearer to it than to any other village and on free land."""
    land = ground.mainland().buffer(-200).difference(box(*ground.CITY_FRAME).buffer(230))
    land = land.difference(box(*ground.COUNTY_FRAME).buffer(230))
    spots: list[tuple[float, float]] = []
    for _ in range(40):
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(400, 620)
        spot = np.round(centre + far * np.array([np.cos(angle), np.sin(angle)]))
        nearest = centres[np.argmin(np.hypot(*(centres - spot).T))]
        clear = all(np.hypot(*(spot - other)) > 380 for other in spots)
        dry = abs(spot[0] - ground.RIVER_MIDDLE) > 330 and abs(spot[1] - ground.RAIL_Y) > 220
        if np.array_equal(nearest, centre) and clear and dry and land.contains(Point(spot)) and len(spots) < count:
            spots.append((float(spot[0]), float(spot[1])))
    return spots


def _township_of(x: float, y: float) -> str:
    """Return the township whose seat is nearest on the same side of the river."""
    seats = {**TOWN_SEATS, "YX0301": COUNTY_TOWN}
    east = x > ground.RIVER_MIDDLE
    same_side = {key: seat for key, seat in seats.items() if (key in EAST_OF_RIVER) == east}
    return min(same_side, key=lambda key: (np.hypot(x - same_side[key][0], y - same_side[key][1]), key))


def drawn_country(found: list[Village]) -> list[Way]:
    """Return the lanes of villages, towns and islet, and the roads between them."""
    rng = ground.generator("country")
    ways = _town_streets(rng)
    for village in found:
        ways += [way for hamlet in village.hamlets for way in _hamlet_lanes(hamlet, rng)]
        ways += [
            Way(_winding([(village.x, village.y), (hamlet.x, hamlet.y)], rng), "unclassified", "村道", "road")
            for hamlet in village.hamlets
            if not hamlet.main
        ]
    return [*ways, *_roads(found, rng), *_islet_lanes(rng)]


def _town_streets(rng: np.random.Generator) -> list[Way]:
    ways = []
    for township, (x, y) in TOWN_SEATS.items():
        place, (width, height) = f"town-{township}", TOWN_SIZE
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (width / 2, height / 2) + (x, y)
        ways.append(Way(LineString([*corners, corners[0]]), "tertiary", f"{names.TOWNSHIPS[township][:-1]}环路", place))
        ways.append(Way(LineString([(x - width / 2, y), (x + width / 2, y)]), "tertiary", "集镇大街", place))
        for half in (
            np.array([corners[0], corners[1], (x + width / 2, y), (x - width / 2, y)]),
            np.array([(x - width / 2, y), (x + width / 2, y), corners[2], corners[3]]),
        ):
            ways += [
                Way(line, "residential", side_street_name(rng, lane=True), place) for line in subdivided(half, 150, rng)
            ]
    return ways


def _hamlet_lanes(hamlet: Hamlet, rng: np.random.Generator) -> list[Way]:
    """Return one village street with short lanes across it, and sometimes a back lane."""
    angle, half = rng.uniform(0, np.pi), rng.uniform(150, 230) if hamlet.main else rng.uniform(90, 160)
    along, across = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    centre = np.array([hamlet.x, hamlet.y])
    lines = [LineString([centre - along * half, centre, centre + along * half])]
    for at in np.arange(-half + 20, half - 10, rng.uniform(62, 88)):
        up, down = rng.uniform(40, 110, 2)
        foot = centre + along * at
        lines.append(LineString([foot - across * down, foot, foot + across * up]))
    if hamlet.main:
        lines.append(LineString([centre - along * half + across * 35, centre + along * half + across * 35]))
    return [Way(line, "residential", "", hamlet.place) for line in lines]


def _islet_lanes(rng: np.random.Generator) -> list[Way]:
    centre = np.array(ground.ISLET)
    corners = centre + np.array([(-230, -120), (220, -130), (240, 120), (-210, 130)])
    lines = [LineString([*corners, corners[0]]), *subdivided(corners, 130, rng)]
    return [Way(line, "residential", "环岛路", "islet") for line in lines]


def _winding(points: list[tuple[float, float]], rng: np.random.Generator) -> LineString:
    """Return a road through the points that swings gently from side to side between them."""
    path = [np.array(points[0], float)]
    for start, end in pairwise(points):
        a, b = np.array(start, float), np.array(end, float)
        length = np.hypot(*(b - a))
        side = np.array([-(b - a)[1], (b - a)[0]]) / max(length, 1.0)
        share = np.linspace(0, 1, max(2, int(length // 90)) + 1)[1:]
        swing = np.sin(np.pi * share) * rng.normal(0, 0.05) + np.sin(2 * np.pi * share) * rng.normal(0, 0.035)
        path += list(a + np.outer(share, b - a) + np.outer(swing * length, side))
    return LineString(np.round(path, 2))


def _roads(found: list[Village], rng: np.random.Generator) -> list[Way]:
    """Return the roads between neighbouring places, none across river or railway but at the country crossings."""
    seats = list(TOWN_SEATS.values())
    gateways = [*CITY_GATEWAYS, *COUNTY_GATEWAYS]
    places = np.array([*((village.x, village.y) for village in found), *seats, *gateways], float)
    first_gateway = len(places) - len(gateways)
    blocked = _blocked()
    ways: list[Way] = []
    for first, second in _neighbours(places):
        if first >= first_gateway and second >= first_gateway:
            continue
        ends = [tuple(places[first]), tuple(places[second])]
        for line in (_winding(ends, rng), LineString(ends)):
            if not shapely.intersects(blocked, line):
                highway = "tertiary" if min(first, second) >= len(found) else "unclassified"
                ways.append(Way(line, highway, f"乡道Y{len(ways) + 1:03d}", "road"))
                break
    return [*ways, *_crossings(places, rng)]


def _blocked() -> shapely.Geometry:
    """Return what a country road may not cross: the towns, the river, the railway and the sea."""
    land = ground.mainland()
    return shapely.union_all(
        [
            box(*ground.CITY_FRAME).buffer(-5),
            box(*ground.COUNTY_FRAME).buffer(-5),
            box(ground.RIVER_X[0], -9000, ground.RIVER_X[1], 9000),
            LineString([(-9000, ground.RAIL_Y), (9000, ground.RAIL_Y)]).buffer(15),
            box(-12000, -12000, 12000, 12000).difference(land.buffer(-40)),
        ]
    )


def _neighbours(places: np.ndarray) -> list[tuple[int, int]]:
    """Return the Gabriel neighbours: pairs with no third place in the circle between them."""
    corners = Delaunay(places).simplices
    pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1), axis=0)
    kept = []
    for first, second in pairs.tolist():
        middle = (places[first] + places[second]) / 2
        radius = np.hypot(*(places[first] - places[second])) / 2
        inside = np.hypot(*(places - middle).T) < radius - 1e-6
        inside[[first, second]] = False
        if not inside.any():
            kept.append((first, second))
    return kept


def _crossings(places: np.ndarray, rng: np.random.Generator) -> list[Way]:
    """Return the country bridges over the river and the railway, each tied to the nearest place on both sides."""
    ways = []
    west, east = ground.RIVER_X[0] - 40, ground.RIVER_X[1] + 40
    for number, y in enumerate(ground.COUNTRY_BRIDGES):
        name = ("北汐大桥", "南汐大桥")[number]
        ways += _crossing(places, (west, y), (east, y), name, axis=0, rng=rng)
    for number, x in enumerate(ground.COUNTRY_RAIL_CROSSINGS):
        name = ("西道口立交", "东道口立交")[number]
        ways += _crossing(places, (x, ground.RAIL_Y - 40), (x, ground.RAIL_Y + 40), name, axis=1, rng=rng)
    return ways


def _crossing(
    places: np.ndarray,
    low: tuple[float, float],
    high: tuple[float, float],
    name: str,
    *,
    axis: int,
    rng: np.random.Generator,
) -> list[Way]:
    ways = [Way(LineString([low, high]), "tertiary", name, "bridge", bridge=True)]
    for end, below in ((low, True), (high, False)):
        side = places[:, axis] < end[axis] if below else places[:, axis] > end[axis]
        choices = places[side]
        nearest = choices[np.argmin(np.hypot(*(choices - end).T))]
        ways.append(Way(_winding([end, tuple(nearest)], rng), "tertiary", f"{name[:2]}路", "road"))
    return ways
