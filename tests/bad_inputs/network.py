"""Bad streets: lengths that cannot be, drawings that do not meet, parts that hang nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError, NetworkError, ReadError
from tests.bad_inputs import town
from tests.bad_inputs.case import Kind, equal, error, flag, repair
from tests.bad_inputs.damage import doors, middle_of_streets

if TYPE_CHECKING:
    from servicecircle import City
    from tests.bad_inputs.damage import Town

KIND = Kind("network")
EDGE = 230
"""An edge in the middle of the town."""


def with_length(value: object, *, row: int = EDGE) -> gpd.GeoDataFrame:
    """Return the streets with another length of one of them."""
    frame = town.edges()
    lengths = frame["length"].astype(object)
    lengths[row] = value
    return frame.assign(length=lengths)


def with_lines(*lines: Any, **columns: Any) -> gpd.GeoDataFrame:
    """Return the streets and further ones."""
    more = gpd.GeoDataFrame(columns, geometry=list(lines), crs=town.METRIC)
    if "length" not in more:
        more["length"] = more.length
    return gpd.GeoDataFrame(pd.concat([town.edges(), more], ignore_index=True), crs=town.METRIC)


def drawn(*places: tuple[float, float]) -> shapely.LineString:
    """Return a line through places in metres east and north of the town's corner."""
    return shapely.LineString([(town.EAST + x, town.NORTH + y) for x, y in places])


@KIND(error(ReadError, "length", "not in metres"))
def lengths_in_km(there: Town) -> None:
    there.streets(town.edges().assign(length=town.edges()["length"] / 1000))


@KIND(flag("long"))
def lengths_in_feet(there: Town) -> None:
    there.streets(town.edges().assign(length=town.edges()["length"] / 0.3048))


@KIND(flag("long"))
def a_length_in_millimetres(there: Town) -> None:
    there.streets(with_length(town.edges()["length"][EDGE] * 1000).astype({"length": float}))


@KIND(flag("short"))
def lengths_shorter_than_the_straight_line(there: Town) -> None:
    there.streets(town.edges().assign(length=town.edges()["length"] * 0.9))


@KIND(error(NetworkError, "length", "no length", "1 rows (230)"))
def a_length_that_is_nan(there: Town) -> City:
    return there.city(edges=with_length(np.nan).astype({"length": float}))


@KIND(error(ReadError, "[walk]", "length", "no length", "1 rows (230)"))
def a_missing_length(there: Town) -> None:
    there.streets(with_length(None).astype({"length": float}))


@KIND(error(ReadError, "[walk]", "length", "negative", "1 rows (230)"))
def a_negative_length(there: Town) -> None:
    there.streets(with_length(-80.0).astype({"length": float}))


@KIND(error(NetworkError, "length", "infinite", "1 rows (230)"))
def an_infinite_length(there: Town) -> City:
    return there.city(edges=with_length(np.inf).astype({"length": float}))


@KIND(error(ReadError, "[walk]", "length", "text", "1,004 rows"))
def lengths_that_are_text(there: Town) -> None:
    there.streets(town.edges().assign(length=town.edges()["length"].map("{:.0f} m".format)))


@KIND(flag("short"))
def a_length_of_zero(there: Town) -> None:
    there.streets(with_length(0.0).astype({"length": float}))


@KIND(flag("island"))
def an_island_where_a_facility_stands(there: Town) -> None:
    # the streets round a facility hang together, but not with the others: a walk there and out again is none
    streets, circle = town.edges(), doors().geometry[0].buffer(700.0)
    there.streets(streets[~streets.geometry.crosses(circle)])
    there.edit("islands = 2000", 'islands = "keep"')


@KIND(equal())
def a_stray_line_beside_a_facility(there: Town) -> None:
    door = doors().geometry[0]
    stray = shapely.LineString([(door.x - 60, door.y + 4), (door.x + 60, door.y + 4)])
    there.streets(with_lines(stray))


@KIND(flag("island"))
def a_facility_on_a_stray_line_that_may_be_entered(there: Town) -> None:
    frame = town.places().copy()
    frame["y"] = frame["y"].where(frame.index != 0, frame["y"] + 5.0)
    frame["经度"], frame["纬度"] = town.to_lonlat(frame["x"].to_numpy(), frame["y"].to_numpy())
    there.places(frame)
    x, y = float(frame["x"].iloc[0]), float(frame["y"].iloc[0])
    there.streets(with_lines(shapely.LineString([(x - 60, y), (x + 60, y)])))
    there.edit("islands = 2000", 'islands = "keep"')


@KIND(equal())
def a_street_that_ends_where_it_begins(there: Town) -> None:
    there.streets(with_lines(drawn((180, 190), (300, 260), (300, 330), (180, 190))))


@KIND(equal())
def two_streets_between_two_crossings(there: Town) -> None:
    there.streets(
        with_lines(drawn((180, 190), (300, 160), (420, 190)), drawn((180, 190), (420, 190)), length=[900, 240])
    )


@KIND(equal())
def a_longer_street_before_the_shorter_one(there: Town) -> None:
    frame = with_lines(drawn((180, 190), (300, 260), (420, 190)))
    there.streets(frame.iloc[::-1])


@KIND(equal())
def dead_ends(there: Town) -> None:
    there.streets(with_lines(drawn((180, 190), (250, 250)), drawn((840, 190), (900, 240))))


@KIND(equal())
def every_street_twice(there: Town) -> None:
    there.streets(gpd.GeoDataFrame(pd.concat([town.edges()] * 2, ignore_index=True), crs=town.METRIC))


@KIND(flag("ends_apart"))
def two_nodes_of_one_name(there: Town) -> City:
    streets = town.edges()
    ends = [[f"{xy[0]:.0f} {xy[1]:.0f}" for xy in (line.coords[0], line.coords[-1])] for line in streets.geometry]
    streets["u"], streets["v"] = zip(*ends, strict=True)
    far = streets.loc[900, "v"]
    streets = streets.replace({"u": {far: streets.loc[0, "u"]}, "v": {far: streets.loc[0, "u"]}})
    return there.city(edges=streets)


@KIND(error(ReadError, "[walk]", "cross", "cut_at_crossings"))
def uncut_cad_lines(there: Town) -> None:
    xs, ys = town.streets()
    there.streets(_drawing([drawn((x, 0), (x, ys[-1])) for x in xs] + [drawn((0, y), (xs[-1], y)) for y in ys]))


@KIND(repair("cut"))
def uncut_cad_lines_cut(there: Town) -> City:
    from servicecircle.read import lines_network

    xs, ys = town.streets()
    lines = [drawn((x, 0), (x, ys[-1])) for x in xs] + [drawn((0, y), (xs[-1], y)) for y in ys]
    return there.city(walk=lines_network(_drawing(lines), crs=town.METRIC, cut_at_crossings=True))


def _drawing(lines: list[shapely.LineString]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"图层": ["道路"] * len(lines)}, geometry=lines, crs=town.METRIC)


@KIND(error(ReadError, "[walk]", "not joined there", "cut_at_crossings"))
def gaps_of_a_centimetre(there: Town) -> None:
    streets = town.edges().drop(columns="length")
    there.streets(
        streets.set_geometry(streets.geometry.translate(0.0, 0.01).where(streets.index % 2 == 0, streets.geometry))
    )


@KIND(repair("gaps_closed"))
def gaps_of_a_centimetre_closed(there: Town) -> City:
    from servicecircle.read import lines_network

    streets = town.edges().drop(columns="length")
    moved = streets.geometry.scale(1.0 - 1e-5, 1.0 - 1e-5)
    short = streets.set_geometry(moved.where(streets.index % 9 == 0, streets.geometry))
    walk = lines_network(short, crs=town.METRIC, cut_at_crossings=True, close_gaps_m=0.05)
    return there.city(walk=walk)


@KIND(error(ReadError, "[walk]", "no edges"))
def no_streets(there: Town) -> None:
    there.streets(town.edges().iloc[:0])


@KIND(equal())
def one_way_streets_are_walked_both_ways(there: Town) -> None:
    there.streets(town.edges().assign(oneway=True, highway="residential"))


@KIND(repair("exploded"))
def streets_of_several_parts(there: Town) -> None:
    streets = town.edges().drop(columns="length")
    parts = [shapely.MultiLineString(streets.geometry[i::251].tolist()) for i in range(251)]
    there.streets(gpd.GeoDataFrame(geometry=parts, crs=town.METRIC))


@KIND(error(ReadError, "[walk]", "1 rows"))
def a_street_that_is_a_point(there: Town) -> City | None:
    streets = town.edges().drop(columns="length")
    streets.loc[EDGE, "geometry"] = middle_of_streets()
    there.streets(streets)
    return None


@KIND(error(ReadError, "[walk]", "no geometry", "1 rows"))
def a_street_without_a_geometry(there: Town) -> None:
    streets = town.edges()
    streets.loc[EDGE, "geometry"] = None
    there.streets(streets)


@KIND(error(ReadError, "[walk]", "1,004 rows"))
def streets_that_are_polygons(there: Town) -> None:
    streets = town.edges()
    there.streets(streets.set_geometry(streets.geometry.buffer(3.0)))


@KIND(equal())
def streets_with_heights(there: Town) -> None:
    streets = town.edges().drop(columns="length")
    there.streets(streets.set_geometry(shapely.force_3d(streets.geometry.to_numpy(), 120.0)))


@KIND(equal())
def streets_drawn_backwards_in_another_order(there: Town) -> None:
    streets = town.edges().sample(frac=1.0, random_state=1)
    there.streets(streets.set_geometry(streets.geometry.reverse()))


@KIND(flag("off_network", "far_away"))
def streets_of_another_town(there: Town) -> None:
    streets = town.edges()
    there.streets(streets.set_geometry(streets.geometry.translate(60_000.0, 0.0)))


@KIND(flag("sparse", "off_network", "islands"))
def half_of_the_streets_missing(there: Town) -> None:
    streets = town.edges()
    there.streets(streets[streets.geometry.centroid.x < town.EAST + 2400])


@KIND(error(InputError, "GeoDataFrame"))
def streets_that_are_no_layer(there: Town) -> City:
    return there.city(edges=pd.DataFrame(town.edges()))


@KIND(error(ReadError, "[walk]", "highway"))
def a_map_without_any_way(there: Town) -> None:
    import osmium

    with osmium.SimpleWriter(str(there.folder / "map.osm.pbf")) as writer:
        writer.add_node(osmium.osm.mutable.Node(id=1, location=(119.3, 34.6)))
    there.table("[walk]", 'file = "map.osm.pbf"')


@KIND(error(ReadError, "streets.graphml"))
def a_graph_with_an_entity_bomb(there: Town) -> City:
    from servicecircle.read import read_walk_network

    bomb = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha" * 10}">' for i in range(12))
    text = f'<?xml version="1.0"?><!DOCTYPE g [{bomb}]><graphml><graph><node id="&e11;"/></graph></graphml>'
    (there.folder / "streets.graphml").write_text(text, encoding="utf-8")
    return there.city(walk=read_walk_network(there.folder / "streets.graphml", crs=town.METRIC))
