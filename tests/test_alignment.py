"""Layers that do not lie where others lie: shifted datums and wrong zones, in a town whose places are known."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely

from servicecircle.alignment import check_datum, far_away
from servicecircle.datum import FROM_WGS84, TO_WGS84
from servicecircle.errors import CRSError, InputError
from servicecircle.network import WalkNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def lines_at(size: int) -> NDArray[np.float64]:
    """Return where the streets run: blocks of many widths, so that no displacement brings them onto themselves."""
    return np.concatenate([[0.0], np.cumsum(np.random.default_rng(0).uniform(150, 330, size))])


def streets(lon: float, lat: float, code: int, *, size: int = 25) -> gpd.GeoSeries:
    """Return a town's streets with their south-western corner at a place, from crossing to crossing."""
    x, y = pyproj.Transformer.from_crs(4490, code, always_xy=True).transform(lon, lat)
    at = lines_at(size)
    across = [shapely.LineString([(x + a, y + b), (x + c, y + b)]) for b in at for a, c in itertools.pairwise(at)]
    along = [shapely.LineString([(x + b, y + a), (x + b, y + c)]) for b in at for a, c in itertools.pairwise(at)]
    return gpd.GeoSeries(across + along, crs=code)


def doors(town: gpd.GeoSeries, count: int, *, seed: int = 1, off_m: float = 12.0) -> NDArray[np.float64]:
    """Return places in WGS 84 that lie about 12 m from the streets, shape (count, 2)."""
    rng = np.random.default_rng(seed)
    lines = town.iloc[rng.integers(0, len(town), count)]
    points = shapely.line_interpolate_point(lines.to_numpy(), rng.uniform(0.1, 0.9, count), normalized=True)
    xy = shapely.get_coordinates(points) + rng.normal(0, off_m / np.sqrt(2), (count, 2))
    return np.column_stack(pyproj.Transformer.from_crs(town.crs, 4326, always_xy=True).transform(*xy.T))


def layer(lonlat: NDArray[np.float64], change: Callable[..., Any] | None = None) -> gpd.GeoDataFrame:
    """Return places as a layer that says it is in WGS 84."""
    there = change(*lonlat.T) if change else lonlat.T
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*there), crs=4326)


PLACES = {"Haizhou": (119.15, 34.55, 4549), "Chengdu": (104.0, 30.6, 4543), "Harbin": (126.6, 45.7, 4551)}


@pytest.fixture(scope="module", params=PLACES)
def town(request: pytest.FixtureRequest) -> gpd.GeoSeries:
    """Return the streets of a town."""
    return streets(*PLACES[request.param])


CHANGES = {
    "GCJ-02": (FROM_WGS84["GCJ-02"], "its coordinates were in GCJ-02"),
    "BD-09": (FROM_WGS84["BD-09"], "its coordinates were in BD-09"),
    "reference in GCJ-02": (TO_WGS84["GCJ-02"], "the reference were in GCJ-02"),
    "reference in BD-09": (TO_WGS84["BD-09"], "the reference were in BD-09"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_shifted_layer_is_named(town: gpd.GeoSeries, case: str) -> None:
    change, said = CHANGES[case]
    (finding,) = check_datum(layer(doors(town, 80), change), town, name="schools").findings
    assert (finding.layer, finding.code, finding.severity) == ("schools", "datum_suspected", "warning")
    assert said in finding.en
    assert "crs = '" in finding.en
    assert "crs = '" in finding.zh


@pytest.mark.parametrize("seed", range(5))
def test_a_layer_in_place_is_not(town: gpd.GeoSeries, seed: int) -> None:
    assert len(check_datum(layer(doors(town, 80, seed=seed)), town)) == 0


@pytest.mark.parametrize("angle", [40, 90, 140, 220, 300])
def test_a_layer_displaced_as_far_another_way_is_not(town: gpd.GeoSeries, angle: float) -> None:
    """Neither datum explains it: whatever moved it, the remedy would be wrong."""
    lonlat = doors(town, 80)
    there = np.column_stack(FROM_WGS84["GCJ-02"](*lonlat.T))
    metric = pyproj.Transformer.from_crs(4326, town.crs, always_xy=True)
    xy, shifted = (np.column_stack(metric.transform(*part.T)) for part in (lonlat, there))
    turn = np.radians(angle)
    rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    moved = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*(xy + (shifted - xy) @ rotation).T), crs=town.crs)
    assert len(check_datum(moved, town)) == 0


def test_places_that_follow_no_street_are_not(town: gpd.GeoSeries) -> None:
    lonlat = doors(town, 300, off_m=400.0)
    assert len(check_datum(layer(lonlat), town)) == 0


def test_the_size_of_the_shift_is_that_of_the_formula() -> None:
    """The formula displaces Haizhou by 506 m east and 115 m south (see test_datum); the town is 6 km wide."""
    town = streets(*PLACES["Haizhou"])
    (finding,) = check_datum(layer(doors(town, 80), FROM_WGS84["GCJ-02"]), town).findings
    assert "m east, 1" in finding.en
    assert "m south" in finding.en
    assert 500 <= float(finding.en.split("displaced by ")[1].split(" m")[0]) <= 540


def test_few_places_are_not_judged(town: gpd.GeoSeries) -> None:
    (finding,) = check_datum(layer(doors(town, 19), FROM_WGS84["GCJ-02"]), town).findings
    assert (finding.code, finding.severity) == ("datum_untested", "info")


def test_nothing_is_said_outside_china() -> None:
    town = streets(8.6, 49.4, 25832)
    assert len(check_datum(layer(doors(town, 80) + np.array([0.0055, -0.001])), town)) == 0


def test_the_order_of_places_and_streets_changes_nothing(town: gpd.GeoSeries) -> None:
    poi = layer(doors(town, 700), FROM_WGS84["GCJ-02"])
    shuffled = poi.sample(frac=1, random_state=3), town.sample(frac=1, random_state=4)
    assert str(check_datum(*shuffled)) == str(check_datum(poi, town))


def test_the_reference_may_be_a_walk_network(town: gpd.GeoSeries) -> None:
    poi = layer(doors(town, 80), FROM_WGS84["GCJ-02"])
    walk = WalkNetwork.from_edges(town.to_frame("geometry"))
    assert str(check_datum(poi, walk)) == str(check_datum(poi, town))


def test_the_layer_may_be_in_any_crs(town: gpd.GeoSeries) -> None:
    poi = layer(doors(town, 80), FROM_WGS84["GCJ-02"])
    assert str(check_datum(poi.to_crs(town.crs), town)) == str(check_datum(poi, town))


def test_polygons_are_compared_with_polygons() -> None:
    """Parcels of many shapes against the same parcels; the reference is in degrees."""
    rng = np.random.default_rng(2)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(rng.uniform(0, 20_000, (60, 2)))))
    x, y = pyproj.Transformer.from_crs(4490, 4549, always_xy=True).transform(119.1, 34.5)
    clipped = shapely.intersection(
        shapely.transform(cells, lambda xy: xy + np.array([x, y])), shapely.box(x, y, x + 2e4, y + 2e4)
    )
    reference = gpd.GeoDataFrame(geometry=clipped, crs=4549).to_crs(4490)
    shapes = shapely.transform(reference.geometry.to_numpy(), lambda xy: np.column_stack(FROM_WGS84["GCJ-02"](*xy.T)))
    shifted = gpd.GeoDataFrame(geometry=shapes, crs=4490)
    (finding,) = check_datum(shifted, reference, name="zones").findings
    assert "in GCJ-02" in finding.en
    assert len(check_datum(reference, reference, name="zones")) == 0


def test_what_cannot_be_compared_is_refused(town: gpd.GeoSeries) -> None:
    poi = layer(doors(town, 30))
    with pytest.raises(InputError, match="must be a GeoDataFrame"):
        check_datum([1, 2], town)
    with pytest.raises(InputError, match="reference must be a walk network or a GeoDataFrame"):
        check_datum(poi, [1, 2])
    with pytest.raises(CRSError, match="no CRS is declared"):
        check_datum(poi.set_crs(None, allow_override=True), town)
    with pytest.raises(CRSError, match="reference layer: no CRS is declared"):
        check_datum(poi, town.set_crs(None, allow_override=True))


BOUNDS = (440_000.0, 3_810_000.0, 480_000.0, 3_850_000.0)
GAUSS_KRUGER = pyproj.CRS(4549)


@pytest.mark.parametrize(
    ("code", "way"), [(4548, "3° farther east"), (4547, "6° farther east"), (4550, "3° farther west")]
)
def test_a_layer_read_in_the_wrong_zone_is_told_the_right_one(code: int, way: str) -> None:
    numbers = np.array([[450_000.0, 3_820_000.0], [460_000.0, 3_830_000.0], [np.nan, np.nan]])
    read = np.column_stack(pyproj.Transformer.from_crs(code, 4549, always_xy=True).transform(*numbers.T))
    read[~np.isfinite(read)] = np.nan
    (finding,) = far_away(read, GAUSS_KRUGER, BOUNDS, layer="schools")
    assert (finding.code, finding.severity) == ("wrong_zone", "error")
    assert way in finding.en


def test_a_layer_far_off_for_no_known_reason_is_pointed_out() -> None:
    (finding,) = far_away(np.array([[460_000.0, 3_950_000.0]]), GAUSS_KRUGER, BOUNDS, layer="schools")
    assert (finding.code, finding.severity) == ("elsewhere", "warning")
    assert "100 km from the walk network" in finding.en


def test_a_layer_near_the_network_is_not() -> None:
    assert far_away(np.array([[495_000.0, 3_830_000.0]]), GAUSS_KRUGER, BOUNDS, layer="schools") == ()
    assert far_away(np.array([[np.nan, np.nan]]), GAUSS_KRUGER, BOUNDS, layer="schools") == ()
