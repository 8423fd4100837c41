"""Bad facilities: where they cannot be, what they are called, and rows that stand there twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import InputError, LayerError, ReadError
from tests.bad_inputs import town
from tests.bad_inputs.case import Checked, Kind, equal, error, flag, repair
from tests.bad_inputs.damage import doors, points

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle import City
    from tests.bad_inputs.damage import Town
    from tests.bad_inputs.town import Truth

KIND = Kind("facility")
SCHOOL, STOP = 0, 30
"""The first kindergarten, and one of the bus stops."""


def without(*rows: int) -> Truth:
    """Return the figures without some facilities."""
    return town.truth(doors=town.places().drop(index=list(rows)))


def moved(row: int, east: float, north: float) -> pd.DataFrame:
    """Return the facilities with one of them moved, metres."""
    frame = town.places().copy()
    frame.loc[row, ["x", "y"]] += (east, north)
    frame["经度"], frame["纬度"] = town.to_lonlat(frame["x"].to_numpy(), frame["y"].to_numpy())
    return frame


def named(name: str, *, row: int = SCHOOL) -> pd.DataFrame:
    """Return the facilities with one whose kind is spelt otherwise."""
    frame = town.places().copy()
    frame.loc[row, "类别"] = name
    return frame


def with_place(place: object, *, row: int = SCHOOL) -> gpd.GeoDataFrame:
    """Return the facilities under the names of the library, one of them with another geometry."""
    frame = doors()
    frame.loc[row, "geometry"] = place
    return frame


@KIND(flag("service_absent"))
def a_layer_without_rows(there: Town) -> None:
    there.places(town.places().iloc[:0])


@KIND(flag("true_zero", figures=lambda: town.truth(doors=town.places()[town.places()["类别"] != "幼儿园"])))
def a_service_known_to_be_empty(there: Town) -> None:
    there.places(town.places()[town.places()["类别"] != "幼儿园"])
    there.edit('crs = "EPSG:4490"', 'crs = "EPSG:4490"\nempty = ["kindergarten"]')


@KIND(flag("service_absent"))
def a_service_without_rows(there: Town) -> None:
    there.places(town.places()[town.places()["类别"] != "幼儿园"])


@KIND(flag("far_away"))
def a_facility_50_km_outside(there: Town) -> None:
    there.places(moved(SCHOOL, 50_000.0, 0.0))


@KIND(flag("far_away"))
def all_facilities_in_another_city(there: Town) -> None:
    frame = town.places()
    there.places(frame.assign(经度=frame["经度"] + 1.1))


@KIND(flag("near_duplicates", "same_place"))
def a_stop_and_its_platform(there: Town) -> None:
    frame = moved(STOP, 6.0, 0.0).iloc[[STOP]].assign(编号="F99")
    there.places(pd.concat([town.places(), frame]))


@KIND(flag("same_place"))
def a_kindergarten_that_stands_there_twice(there: Town) -> None:
    there.places(pd.concat([town.places(), town.places().iloc[[SCHOOL]].assign(编号="F99")]))


@KIND(flag("near_duplicates"))
def a_kindergarten_in_two_lists(there: Town) -> None:
    frame = moved(SCHOOL, 12.0, 0.0).iloc[[SCHOOL]].assign(编号="F99")
    there.places(pd.concat([town.places(), frame]))


@KIND(error(LayerError, "facilities layer, column 'id'", "more than once", "2 rows"))
def ids_that_stand_there_twice(there: Town) -> None:
    frame = town.places().copy()
    frame["编号"] = frame["编号"].replace("F02", "F01")
    there.places(frame)


@KIND(repair("named"))
def ids_that_are_missing(there: Town) -> None:
    there.places(town.places().assign(编号=None))


@KIND(error(LayerError, "facilities layer", "neither a geometry nor a zone_id", "1 rows"))
def a_row_without_coordinates(there: Town) -> None:
    frame = town.places().copy()
    frame.loc[SCHOOL, ["经度", "纬度"]] = np.nan
    there.places(frame)


@KIND(flag("zone_only"))
def a_row_without_coordinates_in_a_zone(there: Town) -> None:
    frame = town.places().copy()
    frame["zone_id"] = town.zone_of(frame["x"].to_numpy(), frame["y"].to_numpy())
    frame.loc[SCHOOL, ["经度", "纬度"]] = np.nan
    there.places(frame)


@KIND(error(ReadError, "places.csv", "coordinate", "1 rows"))
def a_coordinate_that_is_nan(there: Town) -> None:
    frame = town.places().astype({"经度": object})
    frame.loc[SCHOOL, "经度"] = "nan"
    there.places(frame)


@KIND(error(ReadError, "places.csv", "coordinate", "1 rows"))
def a_coordinate_that_is_a_word(there: Town) -> None:
    frame = town.places().astype({"经度": object})
    frame.loc[SCHOOL, "经度"] = "待查"
    there.places(frame)


@KIND(error(ReadError, "places.csv", "1 rows"))
def only_one_of_two_coordinates(there: Town) -> None:
    frame = town.places().copy()
    frame.loc[SCHOOL, "纬度"] = np.nan
    there.places(frame)


@KIND(error(LayerError, "facilities layer", "neither a geometry nor a zone_id", "3 rows"))
def places_that_are_none_or_empty_or_not_finite(there: Town) -> City:
    frame = with_place(None)
    frame.loc[1, "geometry"] = shapely.Point()
    frame.loc[2, "geometry"] = shapely.Point(np.inf, 1.0)
    return there.city(facilities=frame)


@KIND(repair("polygon"))
def a_campus(there: Town) -> City:
    x, y = doors().geometry[SCHOOL].coords[0]
    return there.city(facilities=with_place(shapely.box(x - 40, y - 30, x + 40, y + 30)))


@KIND(repair("invalid"))
def a_campus_that_crosses_itself(there: Town) -> City:
    x, y = doors().geometry[SCHOOL].coords[0]
    bow = shapely.Polygon([(x - 2, y - 2), (x + 2, y + 2), (x + 2, y - 2), (x - 2, y + 2)])
    frame = with_place(bow)
    return there.city(facilities=frame.assign(places=frame["places"]))


@KIND(error(LayerError, "facilities layer", "Point or Polygon", "1 rows (0)"))
def a_facility_that_is_a_line(there: Town) -> City:
    return there.city(facilities=with_place(shapely.LineString([(town.EAST, town.NORTH), (town.EAST + 9, town.NORTH)])))


@KIND(equal())
def points_in_groups_of_one(there: Town) -> None:
    frame = points(town.places())
    there.layer_of_places(frame.set_geometry([shapely.MultiPoint([point]) for point in frame.geometry]))


@KIND(error(LayerError, "facilities layer", "1 rows"))
def a_group_of_two_points(there: Town) -> City:
    x, y = doors().geometry[SCHOOL].coords[0]
    return there.city(facilities=with_place(shapely.MultiPoint([(x, y), (x + 300, y)])))


@KIND(equal())
def points_with_heights(there: Town) -> City:
    frame = doors()
    return there.city(facilities=frame.set_geometry(shapely.force_3d(frame.geometry.to_numpy(), 8.0)))


@KIND(equal())
def places_of_a_kindergarten_are_not_known(there: Town) -> Checked:
    # the sum of what is known is no sum: the rows say that there is no figure, and nothing is taken as zero
    import servicecircle as sc

    frame = town.places().copy()
    frame.loc[SCHOOL, "学位"] = pd.NA
    there.places(frame)
    result = sc.assess(sc.read_city(there.folder), sc.read_plan(there.folder / "plan.toml"))
    rows = result.table[result.table["standard_id"] == "T-2"]
    assert rows["value"].isna().all()
    assert set(rows["status"]) == {"not_evaluable"}
    return Checked()


@KIND(error(LayerError, "facilities layer, column 'places'", "below zero", "1 rows"))
def places_below_zero(there: Town) -> None:
    frame = town.places().copy()
    frame.loc[SCHOOL, "学位"] = -30
    there.places(frame)


@KIND(error(ReadError, "places.csv", "'places'", "1 rows (0: 三个班左右)"))
def places_that_are_words(there: Town) -> None:
    frame = town.places().astype({"学位": object})
    frame.loc[SCHOOL, "学位"] = "三个班左右"
    there.places(frame)


@KIND(flag("other_services", "similar_services"))
def a_kind_spelt_otherwise(there: Town) -> None:
    there.places(named("幼稚园"))


@KIND(repair("services_matched"))
def a_kind_with_spaces_and_full_width(there: Town) -> None:
    there.places(named("　幼 儿园 "))


@KIND(flag("unknown_service"))
def a_service_that_the_library_does_not_know(there: Town) -> City:
    frame = doors()
    frame.loc[SCHOOL, "service"] = "kindergarden"
    return there.city(facilities=frame)


@KIND(error(LayerError, "facilities layer, column 'service'", "empty", "1 rows"))
def a_facility_without_a_service(there: Town) -> City:
    frame = doors()
    frame.loc[SCHOOL, "service"] = None
    return there.city(facilities=frame)


@KIND(error(ReadError, "no column '类型'", "service_column"))
def a_column_of_services_that_is_not_there(there: Town) -> None:
    there.edit('service_column = "类别"', 'service_column = "类型"')


@KIND(equal(lambda: replace(without(SCHOOL), facilities=len(town.places()))))
def a_closed_kindergarten(there: Town) -> City:
    # it does not count: the figures are those without it, although it is in the layer
    frame = doors().assign(status="现状")
    frame.loc[SCHOOL, "status"] = "停办"
    return there.city(facilities=frame)


@KIND(error(LayerError, "facilities layer, column 'status'", "1 rows"))
def a_status_that_nobody_knows(there: Town) -> City:
    frame = doors().assign(status="现状")
    frame.loc[SCHOOL, "status"] = "装修"
    return there.city(facilities=frame)


@KIND(error(LayerError, "facilities layer, column 'zone_id'", "no zone", "1 rows"))
def a_zone_that_does_not_exist(there: Town) -> City:
    frame = doors().assign(zone_id=None)
    frame.loc[SCHOOL, "zone_id"] = "320706099"
    return there.city(facilities=frame)


@KIND(equal())
def rows_in_another_order(there: Town) -> None:
    there.places(town.places().sample(frac=1.0, random_state=5))


@KIND(equal())
def rows_on_a_strange_index(there: Town) -> City:
    return there.city(facilities=doors().set_index(pd.Index([np.nan] * len(doors()))))


@KIND(error(InputError, "facilities", "GeoDataFrame"))
def facilities_that_are_no_layer(there: Town) -> City:
    return there.city(facilities=town.places())


@KIND(error(LayerError, "facilities layer", "more than once"))
def the_same_facilities_added_again(there: Town) -> City:
    return there.city().adding(doors())
