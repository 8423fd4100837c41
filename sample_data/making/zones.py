"""The zones of the city, in levels, and its areas (built-up land, water, barriers, green)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString, MultiPoint, Point, box

from making import country, ground, names
from making.streets import wall_area

if TYPE_CHECKING:
    from collections.abc import Sequence

    from making.country import Village
    from making.ground import Block
    from making.streets import Wall

# Streets (街道) of the urban area: the columns and rows of blocks each one holds.
STREET_BLOCKS = {
    "YX0101": (range(3), range(4)),
    "YX0102": (range(3, 6), range(4)),
    "YX0103": (range(3), range(4, 8)),
    "YX0104": (range(3, 6), range(4, 8)),
    "YX0201": (range(6, 8), range(4)),
    "YX0202": (range(8, 11), range(4)),
    "YX0203": (range(6, 8), range(4, 8)),
    "YX0204": (range(8, 11), range(4, 8)),
}
MANAGED_COLUMNS = range(9, 11)
URBAN, FRINGE, TOWN, TOWN_FRINGE, RURAL_TOWN, VILLAGE = "111", "112", "121", "122", "210", "220"
OUTER_KINDS = set("inD.u")
CENTRAL_SHARE = 0.3
NEW_RURAL = ("YX010501", "YX030201", "YX030301", "YX020522", "YX030221", "YX030420")
NO_SMART_BROADCAST = ("YX0304",)
YES_NO = ("certified", "basic_balanced", "smart_broadcast", "planned_village", "central_village", "new_rural", "sewage")


class Unit(NamedTuple):
    """One community (社区) or village (行政村): the smallest zone."""

    zone_id: str
    name: str
    level: str
    parent: str
    code: str
    places: tuple[str, ...]
    kinds: str
    managed: bool = False

    @property
    def district(self) -> str:
        """The district or county it lies in."""
        return self.parent[:4]

    @property
    def setting(self) -> str:
        """``urban`` for the town codes (1xx), ``rural`` for the others."""
        return "urban" if self.code.startswith("1") else "rural"


def units(found: list[Village]) -> list[Unit]:
    """Return every community and village, in the order of their ids."""
    every = [*_communities(), *_county_communities(), *_towns(), *_villages(found)]
    return sorted(every, key=lambda unit: unit.zone_id)


def _communities() -> list[Unit]:
    """Return the communities of the urban area: one to three blocks side by side."""
    blocks = {(block.column, block.row): block for block in ground.city_blocks()}
    made, titles = [], iter(names.COMMUNITIES)
    for street, (columns, rows) in STREET_BLOCKS.items():
        number = 0
        for row in rows:
            for group in _groups(list(columns), row):
                number += 1
                members = [blocks[column, row] for column in group]
                made.append(_community(f"{street}{number:02d}", next(titles), street, members))
    return made


def _groups(columns: list[int], row: int) -> list[list[int]]:
    """Return how the blocks of one row are grouped: alone, in pairs or all three."""
    if len(columns) == 2:
        return [columns] if row in (0, 7) else [columns[:1], columns[1:]]
    if row in (0, 7):
        return [columns]
    return [columns[:1], columns[1:]] if row % 2 else [columns[:2], columns[2:]]


def _community(zone_id: str, title: str, street: str, members: list[Block]) -> Unit:
    kinds = "".join(block.kind for block in members)
    code = FRINGE if set(kinds) <= OUTER_KINDS else URBAN
    managed = street.startswith("YX02") and all(block.column in MANAGED_COLUMNS for block in members)
    places = tuple(block.place for block in members)
    places += ("dormitory",) if "D" in kinds else ()
    return Unit(zone_id, f"{title}社区", "社区", street, code, places, kinds, managed)


def _county_communities() -> list[Unit]:
    """Return the five communities of the county town."""
    blocks = {(block.column, block.row): block for block in ground.county_blocks()}
    groups = [[(0, 0), (1, 0)], [(2, 0), (3, 0)], [(0, 1), (1, 1)], [(2, 1), (3, 1)], [(0, 2), (1, 2), (2, 2), (3, 2)]]
    made = []
    for number, group in enumerate(groups):
        places = tuple(blocks[spot].place for spot in group)
        kinds = "".join(blocks[spot].kind for spot in group)
        name = f"{names.COUNTY_COMMUNITIES[number]}社区"
        made.append(Unit(f"YX0301{number + 1:02d}", name, "社区", "YX0301", TOWN, places, kinds))
    return made


def _towns() -> list[Unit]:
    """Return the market towns: a community in each 镇, a village in each 乡."""
    made, titles = [], iter(names.TOWN_COMMUNITIES)
    for township in country.TOWN_SEATS:
        place = (f"town-{township}",)
        if names.TOWNSHIPS[township].endswith("镇"):
            made.append(Unit(f"{township}01", f"{next(titles)}社区", "社区", township, TOWN, place, "t"))
        else:
            name = f"{names.TOWNSHIPS[township][:-1]}集村"
            made.append(Unit(f"{township}20", name, "行政村", township, RURAL_TOWN, place, "t"))
    return made


def _villages(found: list[Village]) -> list[Unit]:
    made, counts = [], dict.fromkeys(names.TOWNSHIPS, 20)
    for village, name in zip(found, names.village_names(len(found)), strict=True):
        counts[village.township] += 1
        zone_id = f"{village.township}{counts[village.township]:02d}"
        near_town = village.township in ("YX0105", "YX0301") and counts[village.township] % 5 == 0
        code = TOWN_FRINGE if near_town else VILLAGE
        places = tuple(hamlet.place for hamlet in village.hamlets)
        made.append(Unit(zone_id, name, "行政村", village.township, code, places, "v"))
    made.append(Unit("YX020590", names.ISLET_VILLAGE, "行政村", "YX0205", VILLAGE, ("islet",), "v"))
    return made


def unit_areas(every: list[Unit], found: list[Village]) -> gpd.GeoSeries:
    """Return the map polygon of each unit, indexed by zone_id; together they cover city and islet without overlap."""
    cells, owners = _partition(every, found)
    shapes = gpd.GeoSeries(ground.on_map(cells), crs=ground.CRS)
    dissolved = shapes.groupby(owners).apply(lambda part: shapely.union_all(part.to_numpy()))
    dissolved["YX020590"] = ground.on_map(ground.islet_shore())
    return gpd.GeoSeries(dissolved.loc[[unit.zone_id for unit in every]], crs=ground.CRS)


def _partition(every: list[Unit], found: list[Village]) -> tuple[np.ndarray, np.ndarray]:
    """Return board polygons cut along every zone border, and the zone each belongs to."""
    centres, owners = _rural_centres(every, found)
    land = ground.mainland()
    frames = [box(*ground.CITY_FRAME), box(*ground.COUNTY_FRAME)]
    open_land = land.difference(shapely.union_all(frames))
    between = shapely.voronoi_polygons(MultiPoint(centres), extend_to=land, only_edges=True).intersection(open_land)
    middle = LineString([(ground.RIVER_MIDDLE, -9000), (ground.RIVER_MIDDLE, 9000)]).intersection(land)
    lines = shapely.union_all(
        [land.exterior, *(frame.exterior for frame in frames), between, middle, *_block_borders()], grid_size=0.5
    )
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.segmentize(lines, 40.0))))
    inner = shapely.point_on_surface(cells)
    blocks = _block_owner(every)
    return cells, np.array([_owner_at(point, blocks, centres, owners) for point in inner])


def _rural_centres(every: list[Unit], found: list[Village]) -> tuple[np.ndarray, np.ndarray]:
    by_place = {place: unit.zone_id for unit in every for place in unit.places}
    spots = [((village.x, village.y), by_place[village.hamlets[0].place]) for village in found]
    spots += [(seat, by_place[f"town-{township}"]) for township, seat in country.TOWN_SEATS.items()]
    return np.array([spot for spot, _ in spots], float), np.array([owner for _, owner in spots])


def _block_borders() -> list[shapely.LinearRing]:
    """Return the borders between blocks, those beside river and railway moved to its middle."""
    borders = [_zone_frame(block).exterior for block in ground.city_blocks()]
    borders += [box(block.west, block.south, block.east, block.north).exterior for block in ground.county_blocks()]
    return borders


def _zone_frame(block: Block) -> shapely.Polygon:
    west = ground.RIVER_MIDDLE if block.west == ground.EAST_STREETS[0] else block.west
    east = ground.RIVER_MIDDLE if block.east == ground.WEST_STREETS[-1] else block.east
    north = ground.RAIL_Y if block.north == ground.SOUTH_STREETS[0] else block.north
    south = ground.RAIL_Y if block.south == ground.NORTH_STREETS[-1] else block.south
    return box(west, south, east, north)


def _block_owner(every: list[Unit]) -> list[tuple[shapely.Polygon, str]]:
    by_place = {place: unit.zone_id for unit in every for place in unit.places}
    framed = [(_zone_frame(block), by_place[block.place]) for block in ground.city_blocks()]
    county = [
        (box(block.west, block.south, block.east, block.north), by_place[block.place])
        for block in ground.county_blocks()
    ]
    return framed + county


def _owner_at(point: Point, blocks: list[tuple[shapely.Polygon, str]], centres: np.ndarray, owners: np.ndarray) -> str:
    """Return the unit at a board point: the block it lies in, or the nearest village on its side of the river."""
    for frame, owner in blocks:
        if frame.contains(point):
            return owner
    same_side = (centres[:, 0] > ground.RIVER_MIDDLE) == (point.x > ground.RIVER_MIDDLE)
    far = np.where(same_side, np.hypot(centres[:, 0] - point.x, centres[:, 1] - point.y), np.inf)
    return str(owners[np.argmin(far)])


def zones(every: list[Unit], areas: gpd.GeoSeries) -> gpd.GeoDataFrame:
    """Return all zones of all levels, the columns as the data dictionary names them."""
    rng = ground.generator("zones")
    rows = [_unit_row(unit, areas[unit.zone_id], rng) for unit in every]
    of = {unit.zone_id: unit for unit in every}
    for zone_id, name in {**names.STREETS, **names.TOWNSHIPS}.items():
        level = "街道" if zone_id in names.STREETS else "乡镇"
        parts = [areas[key] for key, unit in of.items() if unit.parent == zone_id]
        district = names.DISTRICTS[zone_id[:4]]
        setting = "urban" if level == "街道" else "rural"
        row = _row(zone_id, level, name, parts, admin=district, parent=zone_id[:4], setting=setting)
        rows.append({**row, "smart_broadcast": zone_id not in NO_SMART_BROADCAST})
    for zone_id, name in names.DISTRICTS.items():
        parts = [areas[key] for key, unit in of.items() if unit.district == zone_id]
        certified = zone_id == "YX01"
        known = {
            "county_kind": "县" if name.endswith("县") else "市辖区",
            "basic_balanced": True,
            "certified": certified,
        }
        rows.append({**_row(zone_id, "县区", name, parts, admin=name), **known})
    parts = [areas[key] for key, unit in of.items() if unit.managed]
    zone_id, name = names.FUNCTIONAL_ZONE
    rows.append(_row(zone_id, "功能区", name, parts, admin="望潮区", manager=name, setting="urban"))
    frame = pd.DataFrame(rows)
    frame["central_village"] = _central_villages(frame)
    for column in YES_NO:
        frame[column] = frame[column].astype("boolean")
    order = ["县区", "功能区", "街道", "乡镇", "社区", "行政村"]
    frame = (
        frame.assign(_level=frame["level"].map(order.index)).sort_values(["_level", "zone_id"]).drop(columns="_level")
    )
    return gpd.GeoDataFrame(frame, geometry="geometry", crs=ground.CRS).reset_index(drop=True)


def _central_villages(frame: pd.DataFrame) -> list[bool | None]:
    """Return which villages are to be the centre of others: some of those planned to develop."""
    draws = ground.generator("central villages").random(len(frame))
    return [
        bool(planned and draw < CENTRAL_SHARE) if level == "行政村" else None
        for level, planned, draw in zip(frame["level"], frame["planned_village"], draws, strict=True)
    ]


def _row(
    zone_id: str,
    level: str,
    name: str,
    parts: Sequence[shapely.Geometry],
    *,
    admin: str,
    manager: str = "",
    **given: str | None,
) -> dict[str, object]:
    """Return one zone; it is managed by the district it lies in unless another manager is given."""
    columns = {"zone_id": zone_id, "level": level, "name": name, "parent": given.get("parent")}
    columns |= {"setting": given.get("setting"), "admin": admin, "manager": manager or admin}
    return {**columns, "geometry": shapely.union_all(parts)}


def _unit_row(unit: Unit, area: shapely.Geometry, rng: np.random.Generator) -> dict[str, object]:
    district = names.DISTRICTS[unit.district]
    manager = names.FUNCTIONAL_ZONE[1] if unit.managed else district
    belongs = {"admin": district, "manager": manager, "parent": unit.parent, "setting": unit.setting}
    row = _row(unit.zone_id, unit.level, unit.name, [area], **belongs)
    row["urban_rural_code"] = unit.code
    draws = rng.random(2)
    if unit.level == "行政村":
        row |= {"planned_village": bool(draws[0] < 0.6), "sewage": bool(draws[1] < 0.66)}
    row["new_rural"] = unit.zone_id in NEW_RURAL
    return row


def map_areas(walls: list[Wall]) -> gpd.GeoDataFrame:
    """Return the areas by kind: built_up, centre, main_city, water, barrier, green."""
    blocks = [block for block in ground.city_blocks() if block.kind != "."]
    river = box(ground.RIVER_X[0], -9000, ground.RIVER_X[1], 9000).intersection(ground.mainland())
    frame = shapely.union_all([_zone_frame(block) for block in blocks])
    built = shapely.union_all([box(*_with_margin(block)) for block in blocks]).difference(river)
    main = shapely.union_all([_zone_frame(block) for block in blocks if block.column not in MANAGED_COLUMNS])
    rail = LineString([(x, ground.RAIL_Y) for x in range(-9000, 9001, 100)]).intersection(ground.mainland())
    rows = [
        ("built_up", "云汐市中心城区建成区", built),
        ("centre", "云汐市中心城区", frame),
        ("main_city", "云汐市主城区", main),
        ("water", "汐河", river),
        ("water", "云汐湾", _sea()),
        ("barrier", "陇云铁路", rail.buffer(12, cap_style="flat")),
        *(("barrier", f"{wall.name}围墙", wall_area(wall)) for wall in walls),
        *(
            ("green", names.park(block.column), box(block.west, block.south, block.east, block.north).buffer(-20))
            for block in blocks
            if block.kind == "P"
        ),
    ]
    kinds, titles, shapes = zip(*rows, strict=True)
    data = {"kind": kinds, "name": titles, "year": 2024, "source": "invented"}
    return gpd.GeoDataFrame(data, geometry=list(ground.on_map(np.array(shapes))), crs=ground.CRS)


def _with_margin(block: Block, margin: float = 30.0) -> tuple[float, float, float, float]:
    west, south, east, north = _zone_frame(block).bounds
    return west - margin, south - margin, east + margin, north + margin


def _sea() -> shapely.Geometry:
    land = ground.mainland()
    strip = land.buffer(2300).difference(land).intersection(box(5000, -6000, 9000, 5300))
    return strip.difference(ground.islet_shore())


def entrances(walls: list[Wall]) -> gpd.GeoDataFrame:
    """Return the gates of the walled compounds, the only ways into them."""
    gates = [(wall.name, gate) for wall in walls for gate in wall.gates]
    of, points = zip(*gates, strict=True)
    return gpd.GeoDataFrame({"of": of}, geometry=list(ground.on_map(np.array(points))), crs=ground.CRS)
