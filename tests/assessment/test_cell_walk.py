"""The walk of one cell: its facility, metres, legs and line."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

import servicecircle as sc
from servicecircle.assessment import Assessment, assess
from servicecircle.errors import InputError
from tests import oracle

NEAREST = oracle.EXPECTED["nearest_m"]
SERVICES = ("kindergarten", "elderly_station", "childcare", "community_health", "culture", "bus_stop")


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assess(oracle.city(), oracle.plan(), progress=False)


@pytest.mark.parametrize("service", SERVICES)
def test_metres_are_those_worked_by_hand(result: Assessment, service: str) -> None:
    expected = NEAREST[service]
    walks = {cell: result.explain_cell(cell, service) for cell in expected}
    assert {cell: walk.metres for cell, walk in walks.items()} == {cell: float(far) for cell, far in expected.items()}


def test_minutes_and_limit_are_those_of_the_standard_and_the_cell(result: Assessment) -> None:
    walks = {cell: result.explain_cell(cell, "LY-01") for cell in ("C1", "C2", "C3", "C4", "C5")}
    expected = {cell: oracle.EXPECTED["LY-01"]["time_min"][cell] for cell in walks}
    assert {cell: walk.minutes for cell, walk in walks.items()} == pytest.approx(expected)
    # 0.8 m/s: 10 minutes in town are 480 m, 20 minutes in the country 960 m
    assert (walks["C1"].limit_m, walks["C5"].limit_m) == (480.0, 960.0)
    assert {cell for cell, walk in walks.items() if walk.covered} == {"C2", "C4", "C5"}


def test_no_walk_is_said_to_be_none(result: Assessment) -> None:
    walk = result.explain_cell("C6", "kindergarten")
    assert (walk.metres, walk.facility_id, walk.geometry, walk.covered) == (np.inf, "", None, None)
    assert "无法步行到达" in str(walk)


def test_of_a_composite_the_farthest_service_is_shown(result: Assessment) -> None:
    # C1 walks 1,550 m to culture, farther than to anything else; its 15 minutes are 1,200 m at 80 m/min
    walk = result.explain_cell("C1", "ZH-01")
    assert (walk.service, walk.metres, walk.covered) == ("culture", 1550.0, False)
    assert walk.limit_m == pytest.approx(1200.0)


def test_a_straight_line_standard_shows_the_walk_and_decides_nothing_by_it(result: Assessment) -> None:
    walk = result.explain_cell("C1", "CX-01")
    assert (walk.metres, walk.covered, np.isnan(walk.limit_m)) == (550.0, None, True)


@pytest.mark.parametrize(
    ("cell", "service", "said"),
    [
        ("C9", "LY-01", "No cell 'C9'. Known: C1, C2"),
        ("C1", "YY-01", "YY-01 has no cells"),
        ("C1", "schol", "service or standard 'schol' is unknown"),
    ],
)
def test_what_has_no_walk_is_an_error(result: Assessment, cell: str, service: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        result.explain_cell(cell, service)


def test_legs_and_line_make_the_walk_of_the_sample_city() -> None:
    city = sc.sample_city()
    found = sc.assess(city, sc.read_plan("lianyungang-145").only("LY-01"), progress=False)
    metres = found.distances.set_index("cell_id")["metres"]
    places = found.city.facilities.set_index("id").geometry
    for cell in metres[np.isfinite(metres)].index[::150]:
        walk = found.explain_cell(cell, "LY-01")
        assert walk.access_m + walk.path_m + walk.egress_m == pytest.approx(metres[cell])
        assert walk.geometry is not None
        ends = shapely.get_point(walk.geometry, [0, -1])
        home = found.cells.geometry[cell].centroid
        assert max(shapely.distance(ends, [home, places[walk.facility_id]])) < 0.01
        assert walk.metres == found.cells_for("LY-01")["metres"][cell]
