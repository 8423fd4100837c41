"""Coordinate reference systems: metres or nothing, never guessed, and what a change between them is worth."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from servicecircle.errors import CRSError, LayerError
from servicecircle.projection import (
    WGS84,
    check_coordinates,
    coordinate_faults,
    datum_findings,
    metric_crs,
    moved,
    parsed_crs,
    reproject,
)

GAUSS_KRUGER = pyproj.CRS("EPSG:4549")
HOMES = gpd.GeoDataFrame(geometry=gpd.points_from_xy([119.2, 119.3], [34.6, 34.5]), crs=4490)


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:4528", "EPSG:25832", "EPSG:32650", "EPSG:3035", 4549, GAUSS_KRUGER])
def test_what_measures_in_metres(crs: object) -> None:
    assert metric_crs(crs).is_projected


@pytest.mark.parametrize(
    ("crs", "why"),
    [
        ("EPSG:4326", "does not measure in metres"),
        ("EPSG:4490", "does not measure in metres"),
        ("EPSG:4978", "does not measure in metres"),
        ("EPSG:2263", "does not measure in metres"),  # feet
        ("EPSG:3857", "Mercator"),
        ("EPSG:3395", "Mercator"),
        (None, "is missing"),
        ("", "is not a coordinate reference system"),
        ("EPSG:1", "is not a coordinate reference system"),
        ("连云港2000", "is not a coordinate reference system"),
    ],
)
def test_what_does_not(crs: object, why: str) -> None:
    with pytest.raises(CRSError, match=why):
        metric_crs(crs)


def test_a_missing_crs_is_named() -> None:
    with pytest.raises(CRSError, match="crs of homes is missing"):
        parsed_crs(None, what="crs of homes")


def test_a_known_point_moves_to_its_known_place() -> None:
    """On the central meridian of EPSG:4549 the easting is 500 km; the northing is the arc of the meridian.

    The arc to 45 degrees on the ellipsoid of CGCS2000 is 4,984,944.38 m (a quarter of the meridian is 10,001,965.73 m).
    """
    crs = pyproj.CRS("EPSG:4490")
    xy = moved(np.array([120.0]), np.array([45.0]), crs, GAUSS_KRUGER, layer="test", what="point")
    assert xy[0] == pytest.approx([500_000, 4_984_944.38], abs=0.02)


def test_a_point_without_a_place_is_named() -> None:
    with pytest.raises(LayerError, match=r"no place in .*point 1 at \(120, 91\)"):
        moved(np.array([120.0, 120.0]), np.array([45.0, 91.0]), WGS84, GAUSS_KRUGER, layer="test", what="point")


def test_a_layer_moves_there_and_back() -> None:
    there, findings = reproject(HOMES, GAUSS_KRUGER, layer="homes")
    assert there.crs == GAUSS_KRUGER
    assert findings == ()
    back, _ = reproject(there, pyproj.CRS(4490), layer="homes")
    assert shapely.get_coordinates(back.geometry) == pytest.approx(shapely.get_coordinates(HOMES.geometry), abs=1e-9)
    same, _ = reproject(there, GAUSS_KRUGER, layer="homes")
    assert same is there


def test_empty_and_missing_geometry_is_no_lost_position() -> None:
    frame = gpd.GeoDataFrame(geometry=[None, shapely.Point(), shapely.Point(119.2, 34.6)], crs=4490)
    result, _ = reproject(frame, GAUSS_KRUGER, layer="homes")
    assert [result.geometry[0] is None, result.geometry[1].is_empty, result.geometry[2].is_valid] == [True, True, True]


@pytest.mark.parametrize(
    ("x", "y", "crs", "code"),
    [
        (119.2, 34.6, None, "crs_missing"),
        (34.6, 119.2, 4490, "swapped"),
        (426_000, 3_830_000, 4490, "mislabelled"),
        (119.2, 34.6, 4549, "mislabelled"),
    ],
)
def test_coordinates_that_cannot_be_what_they_say(x: float, y: float, crs: int | None, code: str) -> None:
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=crs)
    (fault,) = coordinate_faults(frame, layer="homes")
    assert fault.code == code
    with pytest.raises(CRSError, match="homes layer"):
        check_coordinates(frame, layer="homes")


def test_a_layer_without_places_needs_no_crs() -> None:
    check_coordinates(gpd.GeoDataFrame({"n": [1]}, geometry=[None]), layer="homes")
    with pytest.raises(CRSError, match="no CRS is declared"):
        check_coordinates(gpd.GeoDataFrame({"n": []}, geometry=[]), layer="homes")


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("EPSG:4326", "EPSG:4549"),  # CGCS2000 and WGS 84 agree within a metre
        ("EPSG:4490", "EPSG:4549"),
        ("EPSG:4326", "EPSG:25832"),
        ("EPSG:3035", "EPSG:25832"),
    ],
)
def test_datums_that_agree_are_no_finding(source: str, target: str) -> None:
    assert datum_findings("homes", pyproj.CRS(source), pyproj.CRS(target)) == ()


@pytest.mark.parametrize("source", ["EPSG:4610", "EPSG:2384", "EPSG:4214", "EPSG:2437"])
def test_old_chinese_datums_are_pointed_out(source: str) -> None:
    """Xian 1980 and Beijing 1954 differ from CGCS2000 by up to 100 m; public parameters are rough or there are none."""
    (finding,) = datum_findings("homes", pyproj.CRS(source), GAUSS_KRUGER)
    assert (finding.code, finding.severity) == ("datum", "warning")
    assert "survey office" in finding.en
