"""Bad parameters: what a caller may pass that cannot be used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import geopandas as gpd
import shapely

import servicecircle as sc
from servicecircle.errors import CRSError, InputError, LayerError, ReadError
from tests.bad_inputs import town
from tests.bad_inputs.case import Checked, Kind, equal, error
from tests.bad_inputs.damage import doors

if TYPE_CHECKING:
    from servicecircle import Assessment, City
    from tests.bad_inputs.damage import Town
    from tests.bad_inputs.town import Truth

KIND = Kind("parameters")


def judged(there: Town) -> Assessment:
    """Return the sound town's assessment."""
    return sc.assess(there.city(), sc.read_plan(there.folder / "plan.toml"))


def everybody() -> Truth:
    """Return the figures when no walk is too long."""
    right = town.truth()
    for zone in right.uncovered:
        right.figures["T-1", zone] = 1.0
        right.uncovered[zone] = 0.0
    return right


@KIND(equal(everybody))
def a_limit_longer_than_the_town(there: Town) -> None:
    there.edit("minutes = 15", "minutes = 1000000", file="plan.toml")
    there.edit("步行 15 分钟到达", "步行 1000000 分钟到达", file="plan.toml")


@KIND(error(InputError, "k must be a whole number above 0", "0 was given"))
def no_sites(there: Town) -> Checked:
    sc.best_sites(judged(there), "T-1", k=0)
    return Checked()


@KIND(error(InputError, "k must be a whole number above 0"))
def half_a_site(there: Town) -> Checked:
    sc.best_sites(judged(there), "T-1", k=cast(int, 1.5))
    return Checked()


@KIND(error(InputError, "k must be a whole number above 0"))
def sites_that_are_nan(there: Town) -> Checked:
    sc.best_sites(judged(there), "T-1", k=cast(int, math.nan))
    return Checked()


@KIND(error(InputError, "k must be a whole number above 0"))
def sites_in_words(there: Town) -> Checked:
    sc.best_sites(judged(there), "T-1", k=cast(int, "five"))
    return Checked()


@KIND(equal())
def more_sites_than_candidates(there: Town) -> Checked:
    candidates = gpd.GeoSeries([shapely.Point(town.EAST + 1980, town.NORTH + 1260)] * 3, crs=town.METRIC)
    sites = sc.best_sites(judged(there), "T-1", k=50, candidates=candidates)
    assert len(sites.facilities) <= 1
    return Checked()


@KIND(error(InputError, "no candidate"))
def no_candidates(there: Town) -> Checked:
    sc.best_sites(judged(there), "T-1", candidates=gpd.GeoSeries([], crs=town.METRIC))
    return Checked()


@KIND(error(CRSError, "candidates", "no CRS"))
def candidates_without_crs(there: Town) -> Checked:
    sc.best_sites(judged(there), "T-1", candidates=gpd.GeoSeries([shapely.Point(1, 2)]))
    return Checked()


@KIND(error(InputError, "candidates must be points"))
def candidates_that_are_polygons(there: Town) -> Checked:
    shapes = gpd.GeoSeries([doors().geometry[0].buffer(20)], crs=town.METRIC)
    sc.best_sites(judged(there), "T-1", candidates=shapes)
    return Checked()


@KIND(error(InputError, "T-2", "provision"))
def sites_for_a_standard_of_another_kind(there: Town) -> Checked:
    sc.best_sites(judged(there), "T-2")
    return Checked()


@KIND(error(InputError, "'T-9' is unknown"))
def a_standard_that_is_not_there(there: Town) -> Checked:
    judged(there).gaps("T-9")
    return Checked()


@KIND(error(InputError, "T-9"))
def a_map_of_a_standard_that_is_not_there(there: Town) -> Checked:
    sc.gap_map(judged(there), "T-9")
    return Checked()


@KIND(error(InputError, "minutes"))
def isochrones_of_no_minutes(there: Town) -> Checked:
    there.city().isochrones("kindergarten", minutes=[])
    return Checked()


@KIND(error(InputError, "must be finite numbers above 0"))
def isochrones_of_minutes_that_are_nan(there: Town) -> Checked:
    there.city().isochrones("kindergarten", minutes=[5.0, math.nan])
    return Checked()


@KIND(error(InputError, "must be finite numbers above 0"))
def isochrones_of_minutes_below_zero(there: Town) -> Checked:
    there.city().isochrones("kindergarten", minutes=[-5.0])
    return Checked()


@KIND(error(InputError, "service 'kindergarden' is unknown"))
def isochrones_of_a_service_that_is_not_there(there: Town) -> Checked:
    there.city().isochrones("kindergarden", minutes=[5.0])
    return Checked()


@KIND(error(InputError, "profile 'runner' is unknown"))
def isochrones_of_a_profile_that_is_not_there(there: Town) -> Checked:
    there.city().isochrones("kindergarten", minutes=[5.0], profile="runner")
    return Checked()


@KIND(error(InputError, "max_access_m", "above 0"))
def an_access_of_zero_metres(there: Town) -> Checked:  # noqa: ARG001
    sc.AccessRule(max_access_m=0.0)
    return Checked()


@KIND(error(InputError, "max_access_m"))
def an_access_that_is_nan(there: Town) -> Checked:  # noqa: ARG001
    sc.AccessRule(max_access_m=math.nan)
    return Checked()


@KIND(error(InputError, "islands"))
def islands_in_other_words(there: Town) -> Checked:  # noqa: ARG001
    sc.AccessRule(islands=cast(Any, "some"))
    return Checked()


@KIND(error(ReadError, "city.toml", "max_access_m"))
def an_access_below_zero_in_the_city_file(there: Town) -> None:
    there.edit("islands = 2000", "islands = 2000\nmax_access_m = -5")


@KIND(error(ReadError, "city.toml", "'acess' is unknown"))
def a_key_with_a_typing_error_in_the_city_file(there: Town) -> None:
    there.edit("islands = 2000", "islands = 2000\nacess = 5")


@KIND(error(ReadError, "city.toml", "not TOML"))
def a_key_twice_in_the_city_file(there: Town) -> None:
    there.edit("islands = 2000", "islands = 2000\nislands = 10")


@KIND(error(ReadError, "city.toml"))
def a_number_in_quotes_in_the_city_file(there: Town) -> None:
    there.edit("islands = 2000", 'islands = "2000 m"')


@KIND(error(ReadError, "city.toml", "is missing"))
def a_city_file_without_streets(there: Town) -> None:
    there.edit('[walk]\nfile = "streets.gpkg"\nislands = 2000\n', "")


@KIND(error(ReadError, "no such file", "city.toml"))
def a_folder_without_a_city_file(there: Town) -> None:
    (there.folder / "city.toml").unlink()


@KIND(error(InputError, "No facility has the id nobody"))
def removing_what_is_not_there(there: Town) -> City:
    return there.city().removing("nobody")


@KIND(error(InputError, "'statsu'", "'status'"))
def changing_a_column_that_is_not_there(there: Town) -> City:
    return there.city().changing("F01", statsu="closed")


@KIND(error(LayerError, "places"))
def changing_a_number_into_a_word(there: Town) -> City:
    return there.city().changing("F01", places="viele")


@KIND(error(InputError, "City"))
def a_folder_instead_of_a_city(there: Town) -> Checked:
    sc.assess(cast(Any, there.folder), sc.read_plan(there.folder / "plan.toml"))
    return Checked()


@KIND(error(InputError, "Plan"))
def a_file_instead_of_a_plan(there: Town) -> Checked:
    sc.assess(there.city(), cast(Any, there.folder / "plan.toml"))
    return Checked()


@KIND(error(InputError, "language 'fr' is unknown"))
def a_language_that_nobody_wrote(there: Town) -> Checked:
    sc.write_summary(judged(there), there.folder / "a.html", language=cast(Any, "fr"))
    return Checked()
