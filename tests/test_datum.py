"""GCJ-02 and BD-09: the formulas against other implementations, their laws, and layers brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.datum import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    from_datum,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    metres_between,
    shifted_datum,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from servicecircle.errors import CRSError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLISHED = {
    "Haizhou": ((119.2216, 34.5967), (119.22713173, 34.59566515), (119.23374673, 34.60133744)),
    "Beijing": ((116.3913, 39.9075), (116.39754118, 39.90890128), (116.40391394, 39.91524466)),
    "Urumqi": ((87.6168, 43.8256), (87.61964995, 43.82680539), (87.62609977, 43.83294979)),
    "Sanya": ((109.5119, 18.2528), (109.51598429, 18.25109479), (109.52253179, 18.25687655)),
    "Harbin": ((126.6424, 45.7567), (126.64836982, 45.75865110), (126.65499933, 45.76434556)),
}
"""WGS 84, GCJ-02 and BD-09 by prcoords 1.0.2 (CC0); coord-convert 0.2.1 (MIT) gives the same digits."""

PAIRS = [(wgs84_to_gcj02, gcj02_to_wgs84), (gcj02_to_bd09, bd09_to_gcj02), (wgs84_to_bd09, bd09_to_wgs84)]
CHANGES = [change for pair in PAIRS for change in pair]

# two hundredths of a degree inside the rectangle: nearer to its edge a displaced place may lie outside
INSIDE = st.tuples(st.floats(72.024, 137.8147), st.floats(0.8493, 55.8071))
OUTSIDE = st.one_of(
    st.tuples(st.floats(-180, 72), st.floats(-90, 90)),
    st.tuples(st.floats(137.84, 180), st.floats(-90, 90)),
    st.tuples(st.floats(-180, 180), st.floats(-90, 0.82)),
    st.tuples(st.floats(-180, 180), st.floats(55.83, 90)),
)
DEGREES_OF_1_CM = 0.01 / 111_320


@pytest.mark.parametrize("place", PUBLISHED)
def test_gcj02_is_as_others_compute_it(place: str) -> None:
    wgs84, gcj02, _ = PUBLISHED[place]
    assert np.array(wgs84_to_gcj02(*wgs84)) == pytest.approx(np.array(gcj02), rel=0, abs=6e-9)


@pytest.mark.parametrize("place", PUBLISHED)
def test_bd09_is_as_others_compute_it(place: str) -> None:
    wgs84, _, bd09 = PUBLISHED[place]
    assert np.array(wgs84_to_bd09(*wgs84)) == pytest.approx(np.array(bd09), rel=0, abs=6e-9)


@pytest.mark.parametrize(("there", "back"), PAIRS)
@given(place=INSIDE)
def test_there_and_back_is_less_than_a_centimetre(
    there: Callable[..., Any], back: Callable[..., Any], place: tuple[float, float]
) -> None:
    assert np.abs(np.array(back(*there(*place))) - place).max() < DEGREES_OF_1_CM


@pytest.mark.parametrize("change", CHANGES)
@given(place=OUTSIDE)
def test_nothing_moves_outside_china(change: Callable[..., Any], place: tuple[float, float]) -> None:
    assert tuple(change(*place)) == place


@pytest.mark.parametrize("change", CHANGES)
@given(places=st.lists(st.one_of(INSIDE, OUTSIDE), min_size=1, max_size=20), seed=st.integers(0, 100))
def test_a_place_moves_the_same_alone_and_among_others(
    change: Callable[..., Any], places: list[tuple[float, float]], seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(places))
    together = np.column_stack(change(*np.array(places)[order].T))
    alone = np.array([change(*places[i]) for i in order])
    # to a nanometre: numpy's sine of many numbers may differ from that of one in the last digit
    assert together == pytest.approx(alone, rel=0, abs=1e-13)


@pytest.mark.parametrize("change", CHANGES)
def test_a_missing_place_stays_missing(change: Callable[..., Any]) -> None:
    lon, lat = change([np.nan, 119.2], [34.6, np.nan])
    assert np.isnan(lon[0])
    assert np.isnan(lat[1])


def test_the_arguments_are_not_changed() -> None:
    lon, lat = np.array([119.2216]), np.array([34.5967])
    wgs84_to_bd09(lon, lat)
    assert (lon[0], lat[0]) == (119.2216, 34.5967)


@pytest.mark.parametrize(
    ("name", "datum"),
    [
        *[
            (name, "GCJ-02")
            for name in ("GCJ-02", "gcj02", "Gcj 02", "ＧＣＪ－０２", "火星坐标", "高德", "amap", "gcj_02")
        ],
        *[(name, "BD-09") for name in ("BD-09", "bd09", "bd09ll", "BD09LL", "百度", "百度坐标系", "baidu")],
        *[(name, None) for name in ("EPSG:4326", "CGCS2000", "", 4326, None)],
    ],
)
def test_names_of_the_datums(name: object, datum: str | None) -> None:
    assert shifted_datum(name) == datum


def test_baidus_metres_are_refused() -> None:
    with pytest.raises(CRSError, match="bd09ll"):
        shifted_datum("BD09MC")


# ------------------------------------------------------------------------------------------------------------- layers
def published(which: int) -> list[tuple[float, float]]:
    """Return the five places in WGS 84 (0), GCJ-02 (1) or BD-09 (2)."""
    return [places[which] for places in PUBLISHED.values()]


SHAPES: dict[str, Callable[..., Any]] = {
    "points": lambda xy: [shapely.Point(place) for place in xy],
    "one multipoint": lambda xy: [shapely.MultiPoint(xy)],
    "a line": lambda xy: [shapely.LineString(xy)],
    "a polygon": lambda xy: [shapely.Polygon(xy)],
    "with heights": lambda xy: [shapely.LineString([(*place, 5.0) for place in xy])],
    "with gaps": lambda xy: [None, shapely.Point(), *[shapely.Point(place) for place in xy]],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("datum", "which"), [("gcj02", 1), ("bd09", 2)])
def test_every_vertex_is_brought_back(shape: str, datum: str, which: int) -> None:
    frame = gpd.GeoDataFrame(geometry=SHAPES[shape](published(which)), crs=4326)
    there, _ = from_datum(frame, datum)
    expected = gpd.GeoSeries(SHAPES[shape](published(0)))
    off = shapely.get_coordinates(there.geometry.to_numpy()) - shapely.get_coordinates(expected.to_numpy())
    assert np.abs(off).max() < DEGREES_OF_1_CM


@pytest.mark.parametrize("crs", [4490, 4326, None, 4549, 4528, 32650, 2385, 4610])
def test_the_declared_crs_tells_the_degrees_and_no_more(crs: int | None) -> None:
    """Also in Xian 1980 (EPSG:2385, 4610): the datum that such a layer declares is not believed."""
    wgs84, gcj02, _ = PUBLISHED["Haizhou"]
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(gcj02)], crs=4610 if crs in {2385, 4610} else 4490)
    frame = frame.to_crs(crs) if crs else frame.set_crs(None, allow_override=True)
    there, _ = from_datum(frame, "GCJ-02")
    assert there.crs.to_epsg() == 4326
    assert shapely.get_coordinates(there.geometry.to_numpy())[0] == pytest.approx(wgs84, rel=0, abs=2e-8)


def test_the_mean_displacement_is_reported() -> None:
    wgs84, gcj02, _ = PUBLISHED["Haizhou"]
    east, north = metres_between(np.array([gcj02]), np.array([wgs84]))[0]
    assert (round(east), round(north)) == (-506, 115)
    frame = gpd.GeoDataFrame(geometry=[shapely.Point(gcj02)], crs=4326)
    (finding,) = from_datum(frame, "GCJ-02", layer="schools")[1]
    assert (finding.layer, finding.severity) == ("schools", "repair")
    assert "519 m on average (506 m west, 115 m north)" in finding.en
    assert "519 米" in finding.zh


def test_the_callers_frame_and_its_index_stay() -> None:
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=gpd.points_from_xy([119.2, 119.3], [34.6, 34.5]), crs=4490)
    frame.index = [7, 3]
    before = frame.copy()
    there, _ = from_datum(frame, "GCJ-02")
    assert list(there.index) == [7, 3]
    assert frame.equals(before)


def test_places_outside_china_are_pointed_out() -> None:
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([119.2, 8.7], [34.6, 49.4]), crs=4326)
    there, findings = from_datum(frame, "GCJ-02")
    assert [finding.code for finding in findings] == ["datum_shift", "datum_outside"]
    assert (there.geometry.x[1], there.geometry.y[1]) == (8.7, 49.4)


def test_an_unknown_datum_is_refused() -> None:
    with pytest.raises(InputError, match="Known: 'GCJ-02'"):
        from_datum(gpd.GeoDataFrame(geometry=[shapely.Point(119.2, 34.6)], crs=4326), "GCJ-2000")


@pytest.mark.parametrize("place", [(480_000.0, 3_830_000.0), (34.6, 119.2)])
def test_numbers_that_are_no_degrees_are_refused(place: tuple[float, float]) -> None:
    with pytest.raises(CRSError, match="schools layer: coordinates in GCJ-02 or BD-09 are degrees"):
        from_datum(gpd.GeoDataFrame(geometry=[shapely.Point(place)]), "GCJ-02", layer="schools")
