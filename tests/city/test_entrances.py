"""Doors of facilities and compounds: who goes through which, and what is said of entrances that cannot be used."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from servicecircle.city import About, City
from servicecircle.errors import InputError, LayerError
from servicecircle.network import AccessRule, nearest, route, within
from tests.grids import CRS, at, street, town

if TYPE_CHECKING:
    from servicecircle.findings import Finding

ALL = AccessRule(islands="keep")


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.Polygon([at(west, south), at(east, south), at(east, north), at(west, north)])


def layer(columns: dict[str, Any], shapes: list[Any]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def entrances(of: list[str], *places: tuple[float, float]) -> gpd.GeoDataFrame:
    return layer({"of": of}, [at(*place) for place in places])


def yard_city(**layers: Any) -> City:
    """Return a yard of 100 m beside a street along x = 110, a home in its middle, and a school down the street."""
    given: dict[str, Any] = {
        "areas": layer({"kind": ["compound"], "id": ["Y"]}, [box(0, 0, 100, 100)]),
        "entrances": entrances(["Y"], (100, 80)),
        "access": ALL,
        "facilities": layer({"service": ["school"], "id": ["S"]}, [at(120, -50)]),
        "homes": [at(50, 50)],
    } | layers
    homes, facilities = given.pop("homes"), given.pop("facilities")
    return City(
        town(street((110, -200), (110, 300))),
        layer({"pop_total": [100.0] * len(homes), "cell_id": [f"c{i}" for i in range(len(homes))]}, homes),
        facilities,
        layer({"zone_id": ["Z"], "level": ["街道"]}, [box(-500, -500, 900, 900)]),
        **given,
    )


def walk(city: City) -> float:
    """Return the walk from the first home to its nearest facility, metres."""
    homes = city.placed(city.population.geometry)
    return float(
        nearest(city.walk, homes, city.placed(city.facilities.geometry, ids=city.facilities["id"])).distance_m[0]
    )


def codes(city: City, name: str) -> dict[str, Finding]:
    return {finding.code: finding for finding in city.report.findings if finding.layer == name}


TO_GATE = math.hypot(50, 30)


def test_a_home_in_a_compound_leaves_by_its_entrance() -> None:
    """To the gate, 10 m to the street, 130 m along it, 10 m to the school; without the wall 60 + 100 + 10."""
    assert walk(yard_city()) == pytest.approx(TO_GATE + 10 + 130 + 10)
    assert walk(yard_city(areas=None, entrances=None)) == pytest.approx(60 + 100 + 10)


def test_of_several_entrances_the_best_for_the_walk_counts() -> None:
    """The second gate is as far, but 20 m nearer to the school: 80 m along the street are left."""
    city = yard_city(entrances=entrances(["Y", "Y"], (100, 80), (100, 30)))
    assert walk(city) == pytest.approx(math.hypot(50, 20) + 10 + 80 + 10)
    home = city.placed(city.population.geometry)
    assert home.access_m[0] == pytest.approx(math.hypot(50, 20) + 10)


def test_a_compound_is_known_by_its_name_too() -> None:
    city = yard_city(areas=layer({"kind": ["封闭小区"], "name": ["Y"]}, [box(0, 0, 100, 100)]))
    assert walk(city) == pytest.approx(TO_GATE + 150)


def test_a_compound_is_not_crossed_from_outside() -> None:
    """60 m west of the yard the street is seen past its corners, 50 m up for 60 m across; from 20 m it is not."""
    shortest = math.hypot(170, 170 * 50 / 60)
    city = yard_city(homes=[at(-60, 50), at(-20, 50)])
    far, near = city.placed(city.population.geometry).access_m
    assert shortest < far <= shortest + 10
    assert near == math.inf


def test_a_facility_in_a_compound_is_entered_by_its_entrance() -> None:
    """From the street 10 m to the gate, then inside; the home stands on the street."""
    city = yard_city(homes=[at(110, 80)], facilities=layer({"service": ["school"], "id": ["S"]}, [at(50, 50)]))
    assert walk(city) == pytest.approx(10 + TO_GATE)


def test_a_compound_without_an_entrance_is_open_and_reported() -> None:
    for given in (None, entrances(["S"], (120, -50))):
        city = yard_city(entrances=given)
        assert walk(city) == pytest.approx(60 + 100 + 10)
        assert codes(city, "areas")["no_entrance"].severity == "warning"


def test_a_facility_is_entered_by_its_own_doors() -> None:
    """A campus 200 m deep with doors at both ends: the walk ends at the nearer one."""
    campus = layer({"service": ["school"], "id": ["S"]}, [box(115, -150, 315, -50)])
    open_city = yard_city(areas=None, entrances=None, facilities=campus)
    doors = entrances(["S", "S"], (115, -60), (315, -100))
    city = yard_city(areas=None, facilities=campus, entrances=doors)
    assert walk(city) == pytest.approx(60 + 110 + 5)
    assert walk(open_city) == pytest.approx(60 + 150 + 105)
    assert "50 m" in codes(city, "facilities")["polygon"].en


def test_a_door_where_the_facility_stands_changes_nothing() -> None:
    homes = [at(130, y) for y in (0, 50, 170)]
    plain = yard_city(areas=None, entrances=None, homes=homes)
    same = yard_city(areas=None, entrances=entrances(["S"], (120, -50)), homes=homes)
    found = [
        nearest(c.walk, c.placed(c.population.geometry), c.placed(c.facilities.geometry, ids=c.facilities["id"]))
        for c in (plain, same)
    ]
    assert np.array_equal(found[0].distance_m, found[1].distance_m)


def test_the_order_of_rows_changes_nothing() -> None:
    areas = layer({"kind": ["compound", "wall"], "id": ["Y", None]}, [box(0, 0, 100, 100), street((105, 0), (105, 60))])
    doors = entrances(["Y", "Y", "S"], (100, 80), (100, 30), (118, -40))
    cities = [
        yard_city(areas=areas.iloc[::turn], entrances=doors.iloc[::turn].reset_index(drop=True)) for turn in (1, -1)
    ]
    lengths = [
        route(c.walk, c.placed(c.population.geometry), c.placed(c.facilities.geometry, ids=c.facilities["id"]))
        for c in cities
    ]
    assert lengths[0].distance_m == lengths[1].distance_m
    assert lengths[0].geometry == lengths[1].geometry
    pairs = [
        within(c.walk, c.placed(c.population.geometry), c.placed(c.facilities.geometry), limit_m=900) for c in cities
    ]
    assert pairs[0].distance_m.tolist() == pairs[1].distance_m.tolist()


def test_isochrones_begin_at_the_doors_of_facilities() -> None:
    city = yard_city(areas=None, entrances=entrances(["S", "S"], (120, 100), (120, -100)))
    ground = city.isochrones("school", minutes=[0.5]).geometry[0]
    assert ground.contains(at(110, 110))
    assert ground.contains(at(110, -110))
    assert not ground.contains(at(110, 0))


@pytest.mark.parametrize(
    ("rule", "source", "metres"),
    [
        ("given", None, math.inf),
        ("given", "bureau 2024", math.inf),
        ("given", "OpenStreetMap", 60.0),
        ("given", "osm", 60.0),
        ("block", "OpenStreetMap", math.inf),
        ("count", None, 60.0),
    ],
)
def test_which_barriers_bind(rule: Any, source: str | None, metres: float) -> None:
    areas = layer({"kind": ["铁路"], "source": [source]}, [street((105, -900), (105, 900))])
    city = yard_city(areas=areas, entrances=None, access=AccessRule(islands="keep", barriers=rule))
    assert city.placed(city.population.geometry).access_m[0] == metres


def test_other_kinds_of_areas_are_no_barriers() -> None:
    areas = layer({"kind": ["green"]}, [box(102, -900, 105, 900)])
    assert walk(yard_city(areas=areas, entrances=None)) == pytest.approx(170)


def test_entrances_of_nothing_are_reported() -> None:
    city = yard_city(entrances=entrances(["Y", "nobody"], (100, 80), (0, 0)))
    finding = codes(city, "entrances")["unknown_of"]
    assert (finding.count, finding.rows, finding.severity) == (1, ("1: nobody",), "warning")


def test_an_entrance_off_the_outline_is_moved_onto_it() -> None:
    city = yard_city(entrances=entrances(["Y"], (94, 80)))
    assert walk(city) == pytest.approx(TO_GATE + 150)
    assert "6 m" in codes(city, "entrances")["moved"].en


def test_an_entrance_far_from_its_compound_is_not_used() -> None:
    city = yard_city(entrances=entrances(["Y"], (400, 80)))
    assert walk(city) == pytest.approx(170)
    assert "300 m" in codes(city, "entrances")["far_from_compound"].en


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (layer({"for": ["Y"]}, [at(0, 0)]), "column_missing"),
        (layer({"of": [None]}, [at(0, 0)]), "empty"),
        (layer({"of": ["Y"]}, [None]), "geometry_missing"),
        (layer({"of": ["Y"]}, [street((0, 0), (1, 0))]), "geometry_kind"),
        (layer({"of": ["Y"]}, [at(0, 0)]).set_crs(None, allow_override=True), "crs_missing"),
    ],
)
def test_bad_entrances_are_refused(frame: gpd.GeoDataFrame, code: str) -> None:
    with pytest.raises(LayerError) as caught:
        yard_city(entrances=frame)
    assert [(finding.layer, finding.code) for finding in caught.value.report.errors] == [("entrances", code)]


def test_entrances_in_another_crs_are_brought_into_that_of_the_network() -> None:
    assert walk(yard_city(entrances=entrances(["Y"], (100, 80)).to_crs(4326))) == pytest.approx(TO_GATE + 150, abs=1e-3)


def test_a_facility_taken_away_leaves_its_doors_unused() -> None:
    city = yard_city(entrances=entrances(["Y", "S"], (100, 80), (110, -50))).removing("S")
    assert "unknown_of" in codes(city, "entrances")


def test_a_frame_given_is_not_changed() -> None:
    doors = entrances(["Y"], (94, 80))
    before = doors.copy()
    yard_city(entrances=doors)
    assert doors.equals(before)


@pytest.mark.parametrize(
    "values", [{"name": 3}, {"notice": "only one"}, {"notice": ("a", "b", "c")}, {"report": "none"}]
)
def test_what_is_said_of_a_city_is_checked(values: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=next(iter(values))):
        About(**values)


def test_a_name_alone_is_no_about() -> None:
    with pytest.raises(InputError, match="About"):
        yard_city(about="Heidelberg")
