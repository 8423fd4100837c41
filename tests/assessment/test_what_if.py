"""What if: an assessment that takes from an earlier one what a change cannot touch is the same as one made anew."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from servicecircle.assessment import Assessment, assess
from servicecircle.city import About, City
from servicecircle.network import AccessRule, WalkNetwork
from tests import oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    from servicecircle.plan import Plan

TABLES = ("table", "companions", "evidence", "distances", "assumptions", "citations")


@cache
def plan() -> Plan:
    return oracle.plan()


@cache
def base() -> Assessment:
    return assess(oracle.city(), plan(), progress=False)


def assert_same(one: Assessment, other: Assessment) -> None:
    """Check that two assessments agree to the last bit in everything they tell."""
    for name in TABLES:
        assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert_geodataframe_equal(one.cells, other.cells)
    assert one.report == other.report
    for standard_id, outcome in other.outcomes.items():
        assert_geodataframe_equal(one.gaps(standard_id), other.gaps(standard_id))
        if outcome.cells is not None:
            assert_frame_equal(one.cells_for(standard_id), other.cells_for(standard_id), check_exact=True)


def both(city: City, since: Assessment, asked: Plan | None = None, scenario: str = "") -> Assessment:
    """Return an assessment since an earlier one, after checking it against one made anew."""
    asked = plan() if asked is None else asked
    quick = assess(city, asked, since=since, scenario=scenario, progress=False)
    assert_same(quick, assess(city, asked, scenario=scenario, progress=False))
    return quick


def new(service: str, node: str, name: str, **columns: Any) -> gpd.GeoDataFrame:
    """Return a new facility at a node."""
    values = {"service": [service], "id": [name], **{key: [value] for key, value in columns.items()}}
    return gpd.GeoDataFrame(values, geometry=[oracle.node(node)], crs="EPSG:4549")


SERVICES = ("kindergarten", "elderly_station", "fitness", "parking", "nobody_knows")
NODES = tuple(f"N{i}" for i in range(1, 10))
STEPS = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(SERVICES), st.sampled_from(NODES)),
    st.tuples(st.just("remove"), st.integers(0, 30), st.just("")),
    st.tuples(st.just("move"), st.integers(0, 30), st.sampled_from(NODES)),
    st.tuples(st.just("close"), st.integers(0, 30), st.just("")),
    st.tuples(st.just("grow"), st.integers(0, 30), st.just("")),
)


def stepped(city: City, step: tuple[str, Any, str], number: int) -> City:
    """Return a city after one step."""
    kind, what, node = step
    if kind == "add":
        return city.adding(new(what, node, f"A{number % 2}{number}"))
    if not len(city.facilities):
        return city
    name = city.facilities["id"].iloc[what % len(city.facilities)]
    if kind == "remove":
        return city.removing(name)
    if kind == "move":
        return city.moving({name: oracle.node(node)})
    return city.changing(name, **({"status": "closed"} if kind == "close" else {"capacity": 10 * what, "places": what}))


@given(st.lists(STEPS, min_size=1, max_size=3), st.booleans())
@settings(max_examples=6)
def test_any_sequence_of_changes_is_assessed_as_if_anew(steps: list[tuple[str, Any, str]], each: bool) -> None:  # noqa: FBT001
    """Since the assessment before, or since the first one after all steps at once; and undone it is the first one."""
    city, since = base().city, base()
    for number, step in enumerate(steps):
        city = stepped(city, step, number)
        if each:
            since = both(city, since)
    last = since if each else both(city, since)
    assert_same(assess(base().city, plan(), since=last, progress=False), base())


def shorter(city: City) -> City:
    """Return a city with a street twice as short."""
    edges = oracle.edges()
    edges.loc[0, "length"] = edges["length"].iloc[0] / 2
    return replace(city, walk=WalkNetwork.from_edges(edges))


def peopled(city: City) -> City:
    """Return a city with twice as many residents in one cell."""
    people = city.population.copy()
    people.loc[0, [name for name in people if name.startswith("pop_")]] *= 2
    return replace(city, population=people)


def redrawn(city: City) -> City:
    zones = city.zones.copy()
    zones.loc[0, "geometry"] = zones.geometry.iloc[0].buffer(-300)
    cells, places = (frame.assign(zone_id=None) for frame in (city.population, city.facilities))
    return replace(city, zones=zones, population=cells, facilities=places)


def walled(city: City) -> City:
    x, y = oracle.node("N2").coords[0]
    wall = gpd.GeoDataFrame({"kind": ["wall"]}, geometry=[shapely.box(x - 1, y + 1, x + 1, y + 900)], crs=city.crs)
    return replace(city, areas=pd.concat([city.areas, wall], ignore_index=True))


OTHERS: dict[str, Callable[[City], City]] = {
    "a street": shorter,
    "the residents": peopled,
    "the places of residents": lambda city: replace(
        city, population=city.population.assign(geometry=city.population.geometry.translate(40, 0))
    ),
    "the zones": redrawn,
    "a barrier": walled,
    "no areas": lambda city: replace(city, areas=oracle.areas().iloc[1:]),
    "the access rule": lambda city: replace(city, access=AccessRule(islands="keep", max_access_m=60.0)),
    "the islands": lambda city: replace(city, access=replace(city.access, islands="main")),
    "the name": lambda city: replace(city, about=About("别处")),
    "a door": lambda city: replace(
        city, entrances=gpd.GeoDataFrame({"of": ["E1"]}, geometry=[oracle.node("N5")], crs=city.crs)
    ),
    "the settings": lambda city: replace(city, population=city.population.assign(setting="rural")),
    "another service": lambda city: replace(city, services=(*city.services, "market")),
    "the zone a facility declares": lambda city: city.changing("K2", zone_id="A"),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=OTHERS)
@pytest.mark.parametrize("more", [False, True], ids=["alone", "with a facility"])
def test_what_else_changes_is_assessed_as_if_anew(change: Callable[[City], City], more: bool) -> None:  # noqa: FBT001
    city = change(base().city)
    both(city.adding(new("kindergarten", "N5", "A0")) if more else city, base())


PLANS: dict[str, Callable[[Plan], Plan]] = {
    "another speed": lambda one: one.with_speeds(**dict.fromkeys(one.profiles, 1.0)),
    "fewer standards": lambda one: one.only("LY-01", "YY-01"),
    "another target": lambda one: replace(
        one,
        standards=(replace(one.standards[0], target=replace(one.standards[0].target, value=0.5)), *one.standards[1:]),
    ),
    "another order": lambda one: replace(one, standards=one.standards[::-1]),
}


@pytest.mark.parametrize("change", PLANS.values(), ids=PLANS)
def test_another_plan_is_assessed_as_if_anew(change: Callable[[Plan], Plan]) -> None:
    both(base().city, base(), change(plan()))
    both(base().city.adding(new("kindergarten", "N5", "A0")), base(), change(plan()))


def test_another_scenario_has_its_own_name() -> None:
    assert set(both(base().city, base(), scenario="B").table["scenario"]) == {"B"}


def test_nothing_is_found_again_where_nothing_changed() -> None:
    again = assess(base().city, plan(), since=base(), progress=False)
    for standard_id, outcome in again.outcomes.items():
        assert outcome.rows is base().outcomes[standard_id].rows


def test_other_numbers_of_residents_leave_the_walks() -> None:
    after = assess(peopled(base().city), plan(), since=base(), progress=False)
    assert after.ground.origins is base().ground.origins
    assert {k: v.catchments for k, v in after.ground.walks.items()}.keys() == base().ground.walks.keys()
    assert after.ground.walks[key()].catchments is base().ground.walks[key()].catchments


def key() -> bytes:
    return next(iter(base().ground.walks))


def test_another_network_leaves_no_walk() -> None:
    after = assess(shorter(base().city), plan(), since=base(), progress=False)
    assert after.ground.origins is not base().ground.origins


def test_a_network_read_again_is_the_same_network() -> None:
    twin = replace(base().city, walk=WalkNetwork.from_edges(oracle.edges()))
    assert both(twin, base()).ground.origins is base().ground.origins


def test_an_assessment_does_not_keep_those_before_it() -> None:
    since = base()
    for number in range(6):
        city = since.city.adding(new("kindergarten", NODES[number], f"A{number}"))
        since = assess(city, plan(), since=since, progress=False)
    assert len(since.ground.walks) == len(base().ground.walks)
    assert not since.ground.earlier.walks
    assert not since.ground.earlier.own_zones
    assert len(since.ground.own_zones) <= len(base().ground.own_zones)


def test_the_more_facilities_the_shorter_the_walks() -> None:
    after = assess(base().city.adding(new("kindergarten", "N1", "A0")), plan(), since=base(), progress=False)
    assert (after.distances["metres"].to_numpy() <= base().distances["metres"].to_numpy()).all()
    assert np.isfinite(after.distances["metres"]).any()
