"""Bad coordinate reference systems: where layers say they lie, and where they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from servicecircle.errors import CRSError, LayerError, ReadError
from tests.bad_inputs import town
from tests.bad_inputs.case import Kind, equal, error, flag, repair
from tests.bad_inputs.damage import cells, doors, points
from tests.bad_inputs.datums import displaced, gcj02

if TYPE_CHECKING:
    from servicecircle import City
    from tests.bad_inputs.damage import Town

KIND = Kind("crs")
OTHER_ZONE = "EPSG:4548"
"""Central meridian 117° E; the town lies in that of 120° E."""

PREFIXED = 40_000_000.0
"""The zone number that maps of China write before the easting: zone 40 has its meridian at 120° E."""

XIAN_80, BEIJING_54 = "EPSG:2385", "EPSG:2437"
"""Three-degree zones with the central meridian 120° E on the old datums."""


@KIND(flag("datum_suspected"))
def gcj02_facilities_read_as_wgs84(there: Town) -> None:
    there.places(displaced(town.places(), "GCJ-02"))


@KIND(flag("datum_suspected"))
def bd09_facilities_read_as_wgs84(there: Town) -> None:
    there.places(displaced(town.places(), "BD-09"))


@KIND(repair("datum_shift"))
def gcj02_facilities_said_to_be_so(there: Town) -> None:
    there.places(displaced(town.places(), "GCJ-02"))
    there.edit('crs = "EPSG:4490"', 'crs = "GCJ-02"')


@KIND(repair("datum_shift"))
def bd09_facilities_said_to_be_so(there: Town) -> None:
    there.places(displaced(town.places(), "BD-09"))
    there.edit('crs = "EPSG:4490"', 'crs = "BD-09"')


@KIND(flag("datum_suspected"))
def gcj02_streets_under_wgs84_facilities(there: Town) -> None:
    streets = town.edges().drop(columns="length").to_crs(4326)
    moved = [shapely.LineString([gcj02(*xy) for xy in line.coords]) for line in streets.geometry]
    there.streets(streets.set_geometry(gpd.GeoSeries(moved, crs=4326)))


@KIND(flag("outside_zones"))  # cells of a grid follow no street, but a grid that is moved leaves its zones
def gcj02_residents_under_wgs84_streets(there: Town) -> None:
    frame = cells().to_crs(4326)
    frame["x"], frame["y"] = zip(*[gcj02(point.x, point.y) for point in frame.geometry], strict=True)
    there.people(frame.drop(columns="geometry").rename(columns={"cell_id": "格网", "pop_total": "人口"}))
    there.edit('crs = "EPSG:4549"\n\n[[fac', 'crs = "EPSG:4490"\n\n[[fac')


@KIND(error(ReadError, "[[facilities]] no. 1", "no CRS", "40 rows", "crs = 'EPSG:4326'"))
def facilities_without_crs(there: Town) -> None:
    there.layer_of_places(points(town.places()).to_crs(4490), "places.shp", encoding="UTF-8")
    (there.folder / "places.prj").unlink()


@KIND(error(ReadError, "[walk]", "no CRS", "crs = 'EPSG:4326'"))
def streets_without_crs(there: Town) -> None:
    there.streets(town.edges().set_crs(None, allow_override=True))


@KIND(error(ReadError, "[[facilities]] no. 1", "needs crs, for example"))
def table_without_crs(there: Town) -> None:
    there.edit('crs = "EPSG:4490"', "")


@KIND(error(ReadError, "swapped", "x must be the longitude", "40 rows"))
def longitude_and_latitude_swapped(there: Town) -> None:
    there.edit('x = "经度"\ny = "纬度"', 'x = "纬度"\ny = "经度"')


@KIND(error(ReadError, "swapped"))
def one_row_with_longitude_and_latitude_swapped(there: Town) -> None:
    frame = town.places()
    frame.loc[6, ["经度", "纬度"]] = frame.loc[6, ["纬度", "经度"]].to_numpy()
    there.places(frame)


@KIND(error(ReadError, "swapped", "people.csv"))
def x_is_the_northing(there: Town) -> None:
    there.edit('x = "x"\ny = "y"', 'x = "y"\ny = "x"')


@KIND(error(ReadError, "people.csv", "zone", "EPSG:4528"))
def zone_prefixed_easting(there: Town) -> None:
    there.people(town.people().assign(x=town.people()["x"] + PREFIXED))


@KIND(equal())
def zone_prefixed_easting_said_to_be_so(there: Town) -> None:
    there.people(town.people().assign(x=town.people()["x"] + PREFIXED))
    there.edit('y = "y"\ncrs = "EPSG:4549"', 'y = "y"\ncrs = "EPSG:4528"')


@KIND(equal())
def every_layer_in_another_crs(there: Town) -> None:
    there.layer_of_people(points(town.people()).to_crs(32650))
    (there.folder / "zones.gpkg").unlink()
    town.zones().to_crs(OTHER_ZONE).to_file(there.folder / "zones.gpkg", layer="zones")
    there.streets(town.edges().to_crs(4490))
    there.layer_of_places(points(town.places()).to_crs(3857))


@KIND(error(LayerError, "population layer", "wrong Gauss-Kruger zone", "3° farther west"))
def residents_in_another_three_degree_zone(there: Town) -> None:
    moved = cells().to_crs(OTHER_ZONE)
    there.people(town.people().assign(x=moved.geometry.x, y=moved.geometry.y))


@KIND(error(LayerError, "facilities layer", "wrong Gauss-Kruger zone", "3° farther west"))
def facilities_in_another_three_degree_zone(there: Town) -> None:
    frame = points(town.places()).to_crs(OTHER_ZONE).set_crs(town.METRIC, allow_override=True)
    there.layer_of_places(frame)


@KIND(flag("area_of_use"))
def city_in_another_three_degree_zone(there: Town) -> None:
    there.edit('name_en = "Right Angles"\ncrs = "EPSG:4549"', 'name_en = "Right Angles"\ncrs = "EPSG:4546"')


@KIND(error(ReadError, "people.csv", "is in metres, but its coordinates"))
def degrees_said_to_be_metres(there: Town) -> None:
    lon, lat = town.to_lonlat(town.people()["x"].to_numpy(), town.people()["y"].to_numpy())
    there.people(town.people().assign(x=lon, y=lat))


@KIND(error(ReadError, "people.csv", "is in degrees, but its coordinates"))
def metres_said_to_be_degrees(there: Town) -> None:
    there.edit('y = "y"\ncrs = "EPSG:4549"', 'y = "y"\ncrs = "EPSG:4490"')


@KIND(error(ReadError, "EPSG:4326 does not measure in metres"))
def city_in_degrees(there: Town) -> None:
    there.edit('name_en = "Right Angles"\ncrs = "EPSG:4549"', 'name_en = "Right Angles"\ncrs = "EPSG:4326"')


@KIND(error(ReadError, "3857"))
def city_in_web_mercator(there: Town) -> None:
    there.edit('name_en = "Right Angles"\ncrs = "EPSG:4549"', 'name_en = "Right Angles"\ncrs = "EPSG:3857"')


@KIND(error(ReadError, "metre"))
def city_in_feet(there: Town) -> None:
    there.edit('name_en = "Right Angles"\ncrs = "EPSG:4549"', 'name_en = "Right Angles"\ncrs = "EPSG:2263"')


@KIND(equal())
def streets_drawn_in_web_mercator(there: Town) -> None:
    there.streets(town.edges().drop(columns="length").to_crs(3857))


@KIND(flag("long"))
def lengths_measured_in_web_mercator(there: Town) -> None:
    streets = town.edges()
    there.streets(streets.assign(length=streets.to_crs(3857).length))


@KIND(error(CRSError, "degrees", "to_crs"))
def streets_in_degrees_in_python(there: Town) -> City:
    return there.city(edges=town.edges().drop(columns="length").to_crs(4326))


@KIND(flag("datum"))
def facilities_on_the_datum_of_1980(there: Town) -> None:
    there.layer_of_places(points(town.places()).set_crs(XIAN_80, allow_override=True))


@KIND(flag("datum"))
def residents_on_the_datum_of_1954(there: Town) -> None:
    there.edit('y = "y"\ncrs = "EPSG:4549"', f'y = "y"\ncrs = "{BEIJING_54}"')


@KIND(error(ReadError, "(0, 0)", "1 rows"))
def a_facility_at_zero(there: Town) -> None:
    frame = town.places()
    frame.loc[3, ["经度", "纬度"]] = 0.0
    there.places(frame)


@KIND(repair("coordinates_written"))
def degrees_minutes_and_seconds(there: Town) -> None:
    def written(value: float) -> str:
        minutes = value % 1 * 60
        return f"{int(value)}°{int(minutes):02d}′{minutes % 1 * 60:09.6f}″"

    frame = town.places()
    there.places(frame.assign(经度=frame["经度"].map(written), 纬度=frame["纬度"].map(written)))


@KIND(error(ReadError, "places.csv"))
def longitudes_beyond_the_antimeridian(there: Town) -> None:
    there.places(town.places().assign(经度=town.places()["经度"] + 360.0))


@KIND(error(ReadError, "EPSG:999999"))
def a_crs_that_does_not_exist(there: Town) -> None:
    there.edit('crs = "EPSG:4490"', 'crs = "EPSG:999999"')


@KIND(error(ReadError, "zones.gpkg declares", "it does not reproject"))
def a_crs_that_contradicts_the_file(there: Town) -> None:
    there.edit('file = "zones.gpkg"', 'file = "zones.gpkg"\ncrs = "EPSG:4490"')


@KIND(error(LayerError, "facilities layer", "no CRS"))
def facilities_without_crs_in_python(there: Town) -> City:
    return there.city(facilities=doors().set_crs(None, allow_override=True))


@KIND(repair("crs"))
def cells_in_degrees_in_python(there: Town) -> City:
    return there.city(population=cells().to_crs(4490))
