"""Kinds of bad facility layers: each ends right, in a reported repair, in a warning, or in an error of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely

from servicecircle.assessment import assess
from servicecircle.errors import LayerError
from tests import oracle

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.findings import Finding

NAN, INF = float("nan"), float("inf")


def changed(column: str, value: Any) -> gpd.GeoDataFrame:
    """Return the oracle's facilities with the first one, kindergarten K1, changed."""
    frame = oracle.facilities()
    frame[column] = frame[column].astype(object) if column != "geometry" else frame[column]
    frame.loc[0, column] = value
    return frame


def findings(frame: gpd.GeoDataFrame) -> dict[str, Finding]:
    return {finding.code: finding for finding in oracle.city(facilities=frame).report.findings}


def kindergartens(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what the plan says about kindergartens within a walk."""
    table = assess(oracle.city(facilities=frame), oracle.plan().only("YY-05")).table
    return table[["zone_id", "class", "value", "numerator", "denominator", "status"]]


def near_k1(east: float, north: float = 0.0) -> shapely.Point:
    place = oracle.facilities().geometry[0]
    return shapely.Point(place.x + east, place.y + north)


@pytest.mark.parametrize("place", [(NAN, NAN), (480_500.0, NAN), (INF, 3_830_500.0), (NAN, -INF)])
def test_coordinates_that_are_no_numbers_are_no_place_and_told(place: tuple[float, float]) -> None:
    found = findings(changed("geometry", shapely.Point(place)))
    assert (found["not_finite"].severity, found["not_finite"].rows) == ("repair", ("0",))
    assert found["zone_only"].rows == ("0",)


def test_coordinates_that_are_no_numbers_in_a_layer_in_degrees() -> None:
    frame = oracle.facilities().to_crs(4326)
    frame.loc[0, "geometry"] = shapely.Point(NAN, NAN)
    assert findings(frame)["not_finite"].rows == ("0",)


def test_a_missing_place_and_one_that_is_no_number_are_the_same() -> None:
    one, other = kindergartens(changed("geometry", None)), kindergartens(changed("geometry", shapely.Point(NAN, NAN)))
    pd.testing.assert_frame_equal(one, other)


def test_nowhere_at_all_is_an_error() -> None:
    frame = changed("geometry", shapely.Point(NAN, NAN))
    frame.loc[0, "zone_id"] = None
    with pytest.raises(LayerError, match="neither a geometry nor a zone_id"):
        oracle.city(facilities=frame)


@pytest.mark.parametrize("empty", [None, shapely.Point(), shapely.MultiPoint(), shapely.Polygon()])
def test_empty_geometries_are_no_place_and_told(empty: object) -> None:
    assert findings(changed("geometry", empty))["zone_only"].rows == ("0",)


def test_heights_change_nothing_and_are_told() -> None:
    place = oracle.facilities().geometry[0]
    frame = changed("geometry", shapely.Point(place.x, place.y, 35.0))
    assert findings(frame)["heights"].rows == ("0",)
    pd.testing.assert_frame_equal(kindergartens(frame), kindergartens(oracle.facilities()))


def test_a_multipoint_of_one_is_a_point() -> None:
    frame = changed("geometry", shapely.MultiPoint([near_k1(0)]))
    pd.testing.assert_frame_equal(kindergartens(frame), kindergartens(oracle.facilities()))


def test_a_multipoint_of_two_is_refused() -> None:
    with pytest.raises(LayerError, match=r"geometries must be .*Point.* 1 rows \(0\)"):
        oracle.city(facilities=changed("geometry", shapely.MultiPoint([near_k1(0), near_k1(9)])))


def test_a_polygon_that_crosses_itself_is_repaired_and_entered_inside() -> None:
    corners = [near_k1(0), near_k1(20, 10), near_k1(20), near_k1(0, 10)]
    frame = changed("geometry", shapely.Polygon(corners))
    found = findings(frame)
    assert (found["invalid"].rows, found["polygon"].rows) == (("0",), ("0",))
    door = oracle.city(facilities=frame).facilities.geometry.iloc[0]
    # the two triangles of the bow-tie meet in the middle, at (10, 5)
    halves = [[near_k1(0), near_k1(10, 5), near_k1(0, 10)], [near_k1(20, 10), near_k1(20), near_k1(10, 5)]]
    assert any(shapely.Polygon(half).contains(door) for half in halves)


@pytest.mark.parametrize("east", [50_000.0, -50_000.0])
def test_a_facility_far_outside_is_told(east: float) -> None:
    found = findings(changed("geometry", near_k1(east)))["far_away"]
    assert (found.severity, found.rows) == ("warning", ("K1",))
    assert "nobody can walk there" in found.en


def test_a_facility_at_zero_is_told() -> None:
    assert findings(changed("geometry", shapely.Point(0, 0)))["far_away"].rows == ("K1",)


def test_a_facility_as_far_as_the_network_is_entered_from_is_not_told() -> None:
    west = oracle.city().walk.bounds[0]
    limit = float(oracle.ORACLE["max_access_m"])
    assert "far_away" not in findings(changed("geometry", shapely.Point(west - limit, 3_830_500)))
    assert "far_away" in findings(changed("geometry", shapely.Point(west - limit - 1, 3_830_500)))


def test_a_facility_in_no_zone_is_told() -> None:
    south = oracle.zones().total_bounds[1]
    frame = changed("geometry", shapely.Point(480_500, south - 100))
    frame.loc[0, "zone_id"] = None
    assert findings(frame)["no_zone"].rows == ("K1",)


@pytest.mark.parametrize("spelling", ["Kindergarten", "幼儿园", "kinder garten", "kindergarden", "幼稚园"])
def test_spellings_of_a_service_are_told_with_what_was_meant(spelling: str) -> None:
    assert "Did you mean 'kindergarten' (幼儿园)?" in findings(changed("service", spelling))["unknown_service"].en


def test_spaces_around_a_service_are_nothing() -> None:
    assert oracle.city(facilities=changed("service", " kindergarten ")).facilities["service"][0] == "kindergarten"


def test_a_service_like_nothing_gets_no_hint() -> None:
    assert "Did you mean" not in findings(changed("service", "xyzzy"))["unknown_service"].en


def test_duplicate_ids_are_refused() -> None:
    frame = oracle.facilities()
    frame.loc[1, "id"] = frame.loc[0, "id"]
    with pytest.raises(LayerError, match="more than once"):
        oracle.city(facilities=frame)


def test_a_capacity_that_is_missing_is_not_taken_for_zero() -> None:
    frame = oracle.facilities().assign(places=90.0)
    frame.loc[0, "places"] = np.nan
    assert np.isnan(oracle.city(facilities=frame).facilities["places"][0])


def test_an_empty_layer_is_a_true_zero_where_the_service_is_declared() -> None:
    city = oracle.city(facilities=oracle.facilities().iloc[:0], services=["kindergarten"])
    table = assess(city, oracle.plan().only("YY-05")).table
    assert "not_evaluable" not in set(table["status"])
    assert (table["numerator"].dropna() == 0).all()


def test_an_empty_layer_is_not_known_otherwise() -> None:
    table = assess(oracle.city(facilities=oracle.facilities().iloc[:0]), oracle.plan().only("YY-05")).table
    assert set(table["status"]) == {"not_evaluable"}


@pytest.mark.parametrize("seed", range(5))
def test_the_order_and_labels_of_rows_change_no_figure(seed: int) -> None:
    shuffled = oracle.facilities().sample(frac=1, random_state=seed)
    shuffled.index = [f"row {number}" for number in range(len(shuffled))]
    pd.testing.assert_frame_equal(kindergartens(shuffled), kindergartens(oracle.facilities()))
