"""Gauss-Kruger zones: the EPSG codes against pyproj's register, and coordinates that do not fit the declared one."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pyproj
import pytest
import shapely

from servicecircle.gauss_kruger import FIRST_CODES, every_zone, false_easting, rezoned, zone_of
from servicecircle.projection import coordinate_faults

DATUMS = sorted({datum for datum, _, _ in FIRST_CODES})
HAIZHOU = (119.2216, 34.5967)


@pytest.mark.parametrize("datum", DATUMS)
def test_every_zone_is_what_the_register_says(datum: str) -> None:
    """Its name, its central meridian (parameter 8802) and its false easting (8806)."""
    for zone in every_zone(datum):
        crs = pyproj.CRS(zone.code)
        assert zone_of(crs) == zone
        assert crs.name.startswith(datum)
        assert ("3-degree" in crs.name) == (zone.width == 3)
        operation = crs.coordinate_operation
        assert operation is not None
        values: dict[int, Any] = {int(param.code): param.value for param in operation.params}
        assert values[8802] == zone.meridian
        assert values[8806] == 500_000 + 1_000_000 * zone.number * zone.prefixed == false_easting(crs)


@pytest.mark.parametrize("code", [4326, 4490, 3857, 32650, 25832, 4533 + 22])
def test_other_codes_are_no_zones(code: int) -> None:
    assert zone_of(pyproj.CRS(code)) is None


def at_haizhou(code: int, *, exchanged: bool = False) -> tuple[float, float]:
    """Return the coordinates of Haizhou in a CRS, x (the easting) first unless exchanged."""
    x, y = pyproj.Transformer.from_crs(4490, code, always_xy=True).transform(*HAIZHOU)
    return (y, x) if exchanged else (x, y)


CASES = {
    "prefix where the CRS has none": (at_haizhou(4528), 4549, "zone_prefix", "EPSG:4528"),
    "6-degree prefix": (at_haizhou(4498), 4548, "zone_prefix", "EPSG:4498"),
    "prefix in a UTM zone": (at_haizhou(4528), 32650, "zone_prefix", "EPSG:4528"),
    "no prefix where the CRS has one": (at_haizhou(4549), 4528, "zone_prefix", "without prefix"),
    "prefix of another zone": (at_haizhou(4528), 4527, "zone_prefix", "EPSG:4528"),
    "prefix, Xian 1980": (at_haizhou(4528), 2385, "zone_prefix", "EPSG:2364"),
    "prefix, Beijing 1954": (at_haizhou(4528), 2437, "zone_prefix", "EPSG:2416"),
    "x is the northing": (at_haizhou(4549, exchanged=True), 4549, "swapped", "without prefix"),
    "x is the northing, with prefix": (at_haizhou(4528, exchanged=True), 4528, "swapped", "EPSG:4528"),
    "x is the northing, prefix undeclared": (at_haizhou(4528, exchanged=True), 4549, "swapped", "EPSG:4528"),
    "latitude first": (HAIZHOU[::-1], 4326, "swapped", "EPSG:4490"),
    "latitude first, in the far west": ((43.8256, 87.6168), 4326, "swapped", "87.62° E, 43.83° N"),
    "degrees as metres": (HAIZHOU, 4549, "mislabelled", "EPSG:4490"),
    "metres as degrees": (at_haizhou(4528), 4490, "mislabelled", "EPSG:4528"),
    "metres of web maps as degrees": (at_haizhou(3857), 4326, "mislabelled", "EPSG:3857"),
    "metres of web maps as a zone": (at_haizhou(3857), 4549, "zone_prefix", "EPSG:3857"),
    "(0, 0) in degrees": ((0.0, 0.0), 4326, "zero", "missing coordinate"),
}


@pytest.mark.parametrize("case", CASES)
def test_coordinates_that_do_not_fit_are_told_what_they_fit(case: str) -> None:
    place, code, fault, remedy = CASES[case]
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(place)], crs=code)
    (finding,) = coordinate_faults(frame, layer="homes")
    assert (finding.code, finding.severity, finding.count) == (fault, "error", 1)
    assert remedy in finding.en
    assert finding.zh


@pytest.mark.parametrize("code", [4490, 4326, 4549, 4528, 4548, 4498, 4509, 2364, 2385, 2416, 2437, 32650, 3857])
def test_coordinates_that_fit_are_no_fault(code: int) -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(at_haizhou(code)), None], crs=code)
    assert coordinate_faults(frame, layer="homes") == ()


@pytest.mark.parametrize("code", [25832, 3035, 31467, 2154, 3067, 3857, 32633])
def test_other_countries_are_no_fault(code: int) -> None:
    place = pyproj.Transformer.from_crs(4326, code, always_xy=True).transform(8.7, 49.4)
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(place)], crs=code)
    assert coordinate_faults(frame, layer="homes") == ()


def test_only_the_rows_that_differ_are_named() -> None:
    places = [shapely.Point(HAIZHOU)] * 3
    strays = [shapely.Point(HAIZHOU[::-1]), shapely.Point(0, 0)]
    frame = gpd.GeoDataFrame(geometry=[*places, *strays], index=list("abcde"), crs=4490)
    found = {finding.code: finding.rows for finding in coordinate_faults(frame, layer="homes")}
    assert found == {"swapped": ("d",), "zero": ("e",)}


def test_numbers_without_a_crs_are_told_what_they_fit() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(40_422_946, 3_830_000)])
    (finding,) = coordinate_faults(frame, layer="homes")
    assert finding.code == "crs_missing"
    assert "EPSG:4528" in finding.en


def test_a_town_near_the_origin_is_no_fault() -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0), shapely.Point(50, 10), shapely.Point(900, 400)], crs=25832)
    assert coordinate_faults(frame, layer="homes") == ()


def test_numbers_read_in_the_zone_beside_lie_three_degrees_off() -> None:
    """By the projection itself: the easting of 4549 (CM 120E) read in 4547 (CM 114E) moves by 6 degrees, 2 zones."""
    lon, lat = pyproj.Transformer.from_crs(4547, 4490, always_xy=True).transform(*at_haizhou(4549))
    assert (lon, lat) == pytest.approx((HAIZHOU[0] - 6, HAIZHOU[1]), abs=1e-9)
    assert rezoned(lon, lat, (119.0, 34.4, 119.5, 34.8)) == 2
    assert rezoned(lon, lat + 1, (119.0, 34.4, 119.5, 34.8)) is None
    assert rezoned(119.2, 34.6, (119.0, 34.4, 119.5, 34.8)) is None
