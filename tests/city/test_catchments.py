"""What a city says is reached: bands, service areas, streets, metres and homes."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from servicecircle import Drawing, Homes
from servicecircle.city import City
from servicecircle.errors import InputError
from servicecircle.read import sample_city
from tests import oracle


@pytest.fixture(scope="module")
def town() -> City:
    """Return the sample city."""
    return sample_city()


def test_minutes_and_metres_say_the_same() -> None:
    city = oracle.city()
    one, other = city.isochrones("kindergarten", minutes=5), city.isochrones("kindergarten", metres=300.0)
    assert one[["minutes", "metres"]].to_numpy().tolist() == [[5.0, 300.0]]
    assert one.equals(other)


def test_the_elderly_walk_slower() -> None:
    frame = oracle.city().isochrones("kindergarten", metres=[240], profile="elderly")
    assert frame["minutes"].tolist() == [5.0]


@pytest.mark.parametrize("method", ["exact", "fast"])
@pytest.mark.parametrize("areas", ["dissolved", "each", "nearest"])
def test_bands_do_not_overlap_and_make_up_the_whole(town: City, areas: Any, method: Any) -> None:
    asked = {"minutes": [10, 5, 15], "areas": areas, "method": method}
    rings = town.isochrones("hospital", bands=True, **asked)
    whole = town.isochrones("hospital", **asked)
    assert rings[["from_minutes", "minutes"]].head(3).to_numpy().tolist() == [[5, 10], [0, 5], [10, 15]]
    for i in range(0, len(rings), 3):
        middle, small, large = rings.geometry.iloc[i : i + 3]
        assert all(shape.is_valid for shape in (middle, small, large))
        assert max(a.intersection(b).area for a, b in ((small, middle), (small, large), (middle, large))) < 1e-6
        together = shapely.union_all([small, middle, large])
        assert together.symmetric_difference(whole.geometry.iloc[i + 2]).area < 1e-6


@pytest.mark.parametrize("method", ["exact", "fast"])
def test_service_areas_divide_the_ground(town: City, method: Any) -> None:
    areas = town.isochrones("hospital", minutes=15, areas="nearest", method=method)
    (whole,) = town.isochrones("hospital", minutes=15, method=method).geometry
    assert areas["facility_id"].tolist() == sorted(areas["facility_id"])
    assert shapely.coverage_is_valid(areas.geometry[~areas.is_empty].to_numpy())
    assert areas.union_all().symmetric_difference(whole).area < 0.001 * whole.length


def test_fast_polygons_are_almost_the_exact_ones(town: City) -> None:
    """IoU at 5 m at least 0.995 each; no point of one is 4 m from the other."""
    asked: dict[str, Any] = {"minutes": [5, 10, 15], "areas": "each"}
    exact = town.isochrones("hospital", **asked).geometry.to_numpy()
    fast = town.isochrones("hospital", method="fast", **asked).geometry.to_numpy()
    alike = shapely.area(shapely.intersection(exact, fast)) / shapely.area(shapely.union(exact, fast))
    assert alike.min() >= 0.995
    assert shapely.covers(shapely.buffer(exact, 4), fast).all()
    assert shapely.covers(shapely.buffer(fast, 4), exact).all()


def test_what_homes_can_reach() -> None:
    city = oracle.city()
    cells = city.population["cell_id"].tolist()
    each = city.isochrones(Homes(cells[:2][::-1]), minutes=[5, 10], areas="each")
    assert list(each.columns) == ["cell_id", "minutes", "metres", "geometry"]
    assert each["cell_id"].tolist() == [cells[0]] * 2 + [cells[1]] * 2
    for row, home in zip(range(0, 4, 2), city.cell_xy[:2], strict=True):
        assert each.geometry.iloc[row].covers(shapely.Point(home))


def test_streets_reached_are_lines(town: City) -> None:
    whole = town.isochrones("hospital", minutes=[15], method="lines")
    shares = town.isochrones("hospital", minutes=[15], method="lines", areas="nearest")
    assert set(whole.geom_type) == {"MultiLineString"}
    assert shares.length.sum() == pytest.approx(whole.length.sum(), abs=1e-3)


def test_the_order_of_facilities_changes_nothing(town: City) -> None:
    ids = town.facilities["id"].tolist()
    other = City(town.walk, town.population, town.facilities.iloc[::-1], town.zones, areas=town.areas)
    assert sorted(other.facilities["id"]) == sorted(ids)
    for areas in ("dissolved", "nearest"):
        one, two = (each.isochrones("hospital", minutes=[15], areas=areas, method="fast") for each in (town, other))
        assert one.equals(two)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({}, "either minutes or metres"),
        ({"minutes": 5, "metres": 300}, "either minutes or metres"),
        ({"metres": [300, float("nan")]}, "metres must be finite"),
        ({"minutes": "five"}, "minutes must be finite"),
        ({"minutes": 5, "areas": "all"}, "areas 'all' is unknown"),
        ({"minutes": 5, "method": "quick"}, "method 'quick' is unknown"),
    ],
)
def test_what_cannot_be_asked(asked: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        oracle.city().isochrones("kindergarten", **asked)


def test_homes_that_are_not_there() -> None:
    with pytest.raises(InputError, match="nowhere"):
        oracle.city().isochrones(Homes("nowhere"), minutes=5)
    with pytest.raises(InputError, match="without a cell"):
        Homes([])


def test_cells_too_wide_for_the_ground() -> None:
    with pytest.raises(InputError, match="cell_m"):
        Drawing("fast", buffer_m=10, cell_m=8)
