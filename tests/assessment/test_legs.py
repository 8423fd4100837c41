"""Barriers and doors in an assessment: figures, what is reported with residents, and what is reused."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pandas.testing import assert_frame_equal

from servicecircle.assessment import access, assess
from servicecircle.network import AccessRule, snap
from tests import oracle

if TYPE_CHECKING:
    from servicecircle.assessment import Assessment
    from servicecircle.city import City
    from servicecircle.findings import Finding


def barred(city: City, shapes: list[Any], *, rule: Any = "block", kind: str = "railway", **columns: Any) -> City:
    """Return a city with barriers beside its own areas."""
    more = gpd.GeoDataFrame({"kind": [kind] * len(shapes), **columns}, geometry=shapes, crs=city.crs)
    areas = gpd.GeoDataFrame(pd.concat([city.areas, more], ignore_index=True), crs=city.crs)
    return dataclasses.replace(city, areas=areas, access=dataclasses.replace(city.access, barriers=rule))


def judged(city: City, since: Assessment | None = None) -> Assessment:
    return assess(city, oracle.plan().only("LY-01", "LY-02"), since=since, progress=False)


def found(result: Assessment) -> dict[str, Finding]:
    return {f"{f.layer} {f.code}": f for f in result.report.findings}


def leg_of(city: City, cell: int) -> shapely.LineString:
    """Return the access leg of a cell as it is without barriers."""
    centre = city.population.geometry.centroid.iloc[cell]
    placed = snap(city.walk, [centre], rule=city.access)
    edge = city.walk.edge_geometry[placed.edge[0]]
    share = placed.offset_m[0] / city.walk.edge_length_m[placed.edge[0]]
    return shapely.LineString([centre, edge.interpolate(share, normalized=True)])


def fence(leg: shapely.LineString) -> shapely.LineString:
    """Return a fence of 2 m across the middle of a leg."""
    (ax, ay), (bx, by) = leg.coords
    unit = np.array([by - ay, ax - bx]) / leg.length
    middle = np.array([(ax + bx) / 2, (ay + by) / 2])
    return shapely.LineString([middle - unit, middle + unit])


@pytest.fixture(scope="module")
def city() -> City:
    """Return the oracle's city with its homes 30 m off their places, so that all have legs."""
    plain = oracle.city()
    people = oracle.population()
    people["geometry"] = people.geometry.centroid.translate(17.0, 23.0)
    return dataclasses.replace(plain, population=people)


@pytest.fixture(scope="module")
def cell(city: City) -> int:
    """Return the place of the cell with the longest leg."""
    return int(np.argmax([leg_of(city, i).length for i in range(len(city.population))]))


def test_legs_over_barriers_that_do_not_bind_are_counted_in_residents(city: City, cell: int) -> None:
    before = judged(city)
    for rule, source in (("count", "bureau"), ("given", "OpenStreetMap")):
        after = judged(barred(city, [fence(leg_of(city, cell))], rule=rule, source=[source]))
        finding = found(after)["population legs_cross"]
        crossing = [fence(leg_of(city, cell)).intersects(leg_of(city, i)) for i in range(len(city.population))]
        assert finding.residents == city.population["pop_total"].to_numpy()[crossing].sum() > 0
        assert finding.count == sum(crossing)
        assert_frame_equal(before.table, after.table)


def test_a_barrier_that_binds_turns_the_leg(city: City, cell: int) -> None:
    bound = judged(barred(city, [fence(leg_of(city, cell))], rule="block"))
    finding = found(bound)["population legs_turned"]
    assert finding.residents == city.population["pop_total"].iloc[cell]
    assert "population legs_cross" not in found(bound)
    name = city.population["cell_id"].iloc[cell]
    before, after = (r.cells_for("LY-01")["access_m"] for r in (judged(city), bound))
    assert after[name] > before[name]
    assert after.drop(name).equals(before.drop(name))


def test_who_is_walled_in_is_unreachable_and_reported(city: City, cell: int) -> None:
    home = city.population.geometry.centroid.iloc[cell].buffer(5).boundary
    bound = judged(barred(city, [home], rule="block", kind="围墙"))
    finding = found(bound)["population behind_barriers"]
    assert finding.residents == city.population["pop_total"].iloc[cell]
    assert bound.cells_for("LY-01")["metres"].iloc[cell] == np.inf


def test_without_barriers_nothing_is_said(city: City) -> None:
    said = {"legs_cross", "legs_turned", "behind_barriers", "by_entrances"}
    assert not said & {f.code for f in judged(city).report.findings}


def with_doors(city: City, far: float) -> City:
    """Return a city in which the first facility has doors on both sides, some metres away."""
    first = city.facilities.sort_values("id").iloc[0]
    doors = [shapely.affinity.translate(first.geometry, xoff=x) for x in (-far, far)]
    frame = gpd.GeoDataFrame({"of": [first["id"]] * 2}, geometry=doors, crs=city.crs)
    return dataclasses.replace(city, entrances=frame)


def test_what_is_reused_is_what_would_be_found_anew(city: City, cell: int) -> None:
    wall = [fence(leg_of(city, cell))]
    cases = [city, barred(city, wall), barred(city, wall, rule="count"), with_doors(city, 30.0), with_doors(city, 60.0)]
    for before in cases:
        since = judged(before)
        for after in cases:
            anew, reused = judged(after), judged(after, since)
            assert_frame_equal(anew.table, reused.table)
            assert_frame_equal(anew.distances, reused.distances)


def test_walks_are_reused_where_the_ways_are_the_same(city: City) -> None:
    doors = with_doors(city, 30.0)
    since = judged(doors)
    assert judged(doors.at(2025), since).ground.cell_positions is since.ground.cell_positions


def test_floating_catchments_walk_through_the_doors(city: City) -> None:
    """Doors 40 m to the left and right of every facility are as good as facilities there, the better one of two."""
    service = "senior_meal" if "senior_meal" in city.services else city.services[0]
    plain = access(city, service, minutes=15)
    moved = access(with_doors(city, 0.0), service, minutes=15)
    assert_frame_equal(plain.cells.drop(columns="geometry"), moved.cells.drop(columns="geometry"))


def test_barriers_are_among_the_parameters_of_an_explanation(city: City) -> None:
    result = judged(city)
    zone = result.table.query("standard_id == 'LY-01'")["zone_id"].iloc[0]
    assert result.explain("LY-01", zone).parameters["barriers"] == "given"


def test_the_access_rule_is_kept_by_the_sensitivity_of_its_distance() -> None:
    rule = AccessRule(barriers="block")
    assert dataclasses.replace(rule, max_access_m=400.0).barriers == "block"
