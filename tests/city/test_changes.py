"""Cities with other facilities: quick, and what a city made anew with them is."""

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

from servicecircle.city import City, changing
from servicecircle.errors import InputError, LayerError
from tests import oracle

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[City], City]


@cache
def town() -> City:
    """Return the hand-worked city with facilities that give rise to findings, one of them with a door."""
    places = oracle.facilities()
    places.loc[places["id"] == "K1", ["geometry", "zone_id"]] = [None, "A"]
    places["ownership"] = ["public", "集体", *[None] * (len(places) - 2)]
    places["counted"] = np.arange(len(places))
    places["remark"] = pd.Series([f"r{i}" for i in range(len(places))], dtype="str")
    doors = gpd.GeoDataFrame({"of": ["E1", "X"]}, geometry=points("N2", "N3"), crs="EPSG:4549")
    return oracle.city(facilities=places, entrances=doors)


def anew(city: City, change: Change) -> City:
    """Return what a change makes of a city where everything is checked again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changing, "_checked", lambda *_: None)
        return change(city)


def assert_same(one: City, other: City) -> None:
    """Check that two cities hold the same, and that the same was found in them."""
    assert one.report == other.report
    assert one.services == other.services
    assert (one.name, one.notice, one.access) == (other.name, other.notice, other.access)
    for layer in ("facilities", "population", "zones", "areas", "entrances"):
        first, second = getattr(one, layer), getattr(other, layer)
        assert (first is None) == (second is None)
        if first is not None:
            assert_geodataframe_equal(first, second)


def told(change: Change, city: City) -> list[Any]:
    """Return the findings of the error that a change raises."""
    with pytest.raises(LayerError) as caught:
        change(city)
    return list(caught.value.report.findings)


def points(*names: str) -> list[shapely.Point]:
    return [oracle.node(name) for name in names]


def frame(nodes: tuple[str, ...] = ("N3",), **columns: Any) -> gpd.GeoDataFrame:
    """Return new facilities at nodes of the hand-worked city."""
    made = gpd.GeoDataFrame(columns, geometry=points(*nodes), crs="EPSG:4549")
    return made if "service" in columns else made.assign(service="kindergarten")


NEW = {
    "a point": frame(),
    "two of one name at one place": frame(("N3", "N3"), name=["甲", "甲"]),
    "with ids that look like numbers": frame(("N3", "N4"), id=[7, 8]),
    "with numbers as texts": frame(places=["1,200人"], capacity=[30]),
    "with columns nobody has": frame(colour=["red"], open_to_public=["是"], services=["全托;日托"], gps=[2]),
    "with a column that all have, of another kind": frame(counted=["many"], remark=[3]),
    "with an owner nobody knows": frame(ownership=["街道办"]),
    "of a service nobody knows": frame(("N5",), service=["kindergarden"]),
    "planned": frame(status=["规划"], open_year=[2027]),
    "far away": gpd.GeoDataFrame({"service": ["fitness"]}, geometry=[shapely.Point(60_000, 9_000)], crs="EPSG:4549"),
    "a ground": gpd.GeoDataFrame({"service": ["fitness"]}, geometry=[points("N3")[0].buffer(30)], crs="EPSG:4549"),
    "without a place": gpd.GeoDataFrame({"service": ["fitness"], "zone_id": ["B"]}, geometry=[None], crs="EPSG:4549"),
    "that a door is waiting for": frame(id=["X"]),
    "none": frame().iloc[:0],
    "on an index of texts": frame(("N3", "N4")).set_axis(["one", "two"]),
}


@pytest.mark.parametrize("new", NEW.values(), ids=NEW)
def test_adding_is_what_a_city_made_anew_is(new: gpd.GeoDataFrame) -> None:
    assert_same(town().adding(new), anew(town(), lambda city: city.adding(new)))


CHANGES: dict[str, Change] = {
    "removing one": lambda city: city.removing("E1"),
    "removing the one without a place": lambda city: city.removing("K1"),
    "removing all": lambda city: city.removing(city.facilities["id"]),
    "closing": lambda city: city.changing(["K2", "E1"], status="closed"),
    "giving a column nobody has": lambda city: city.changing("K2", gps=3, legal_id="L7"),
    "giving a number as a text": lambda city: city.changing("K2", capacity="1,200"),
    "another kind of value": lambda city: city.changing("K2", counted="many", remark=5),
    "another owner": lambda city: city.changing(["E1", "K2"], ownership="街道办"),
    "another service": lambda city: city.changing("E1", service="fitness"),
    "another id": lambda city: city.changing("E2", id="X"),
    "changing all": lambda city: city.changing(city.facilities["id"], status="planned"),
    "no place any more": lambda city: city.changing("K2", geometry=None, zone_id="A"),
    "moving": lambda city: city.moving({"K2": points("N5")[0], "E2": points("N3")[0]}),
    "moving what had no place": lambda city: city.moving({"K1": points("N5")[0]}),
    "moving what has a door": lambda city: city.moving({"E1": points("N5")[0]}),
    "in a year": lambda city: city.changing("K2", open_year=2030).at(2026),
    "nothing": lambda city: city.removing([]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_is_what_a_city_made_anew_is(change: Change) -> None:
    assert_same(change(town()), anew(town(), change))


FAULTS: dict[str, Change] = {
    "an id that is there": lambda city: city.adding(frame(id=["K2"])),
    "one id twice": lambda city: city.adding(frame(("N3", "N4"), id=["K8", "K8"])),
    "a status nobody knows": lambda city: city.changing("K2", status="shut"),
    "a number below zero": lambda city: city.adding(frame(capacity=[-1])),
    "a zone that is none": lambda city: city.adding(frame(zone_id=["nowhere"])),
    "neither place nor zone": lambda city: city.changing("K2", geometry=None, zone_id=None),
    "no service": lambda city: city.changing("K2", service=" "),
    "the id of another": lambda city: city.changing("K2", id="E1"),
    "several faults at once": lambda city: city.adding(frame(("N3", "N4"), capacity=[-1, 3], status=["open", "shut"])),
}


@pytest.mark.parametrize("change", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_as_a_city_made_anew_tells_it(change: Change) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changing, "_checked", lambda *_: None)
        expected = told(change, town())
    assert told(change, town()) == expected


STEPS = st.one_of(
    st.tuples(st.just("add"), st.sampled_from(sorted(NEW))),
    st.tuples(st.just("remove"), st.integers(0, 30)),
    st.tuples(st.just("move"), st.integers(0, 30)),
    st.tuples(st.just("close"), st.integers(0, 30)),
)


def stepped(city: City, step: tuple[str, Any]) -> City:
    """Return a city after one step; as it was where the step has nothing to act on."""
    kind, what = step
    if kind == "add":
        new = NEW[what]
        known = set(city.facilities["id"])
        return city if "id" in new and known & set(new["id"].map(str)) else city.adding(new)
    if not len(city.facilities):
        return city
    name = city.facilities["id"].iloc[what % len(city.facilities)]
    if kind == "remove":
        return city.removing(name)
    if kind == "move":
        return city.moving({name: oracle.node(f"N{1 + what % 7}")})
    return city.changing(name, status="closed")


@given(st.lists(STEPS, min_size=1, max_size=5))
@settings(max_examples=8)
def test_any_sequence_of_changes_is_what_cities_made_anew_are(steps: list[tuple[str, Any]]) -> None:
    quick = whole = town()
    for step in steps:
        quick, whole = stepped(quick, step), anew(whole, lambda city, step=step: stepped(city, step))  # type: ignore[misc]
    assert_same(quick, whole)


def test_what_is_found_is_what_a_city_made_of_the_same_layers_finds() -> None:
    new = frame(("N3", "N3"), name=["甲", "甲"], id=["A", "B"], ownership=["街道办", None])
    quick = town().adding(new)
    together = pd.concat([town().facilities, new], ignore_index=True)
    whole = replace(town(), facilities=together, about=replace(town().about, report=town().walk.report))
    found = {one for one in quick.report.findings if one.severity != "repair"}
    assert found == {one for one in whole.report.findings if one.severity != "repair"}


def test_an_undone_change_leaves_what_was_there() -> None:
    back = town().adding(NEW["a point"]).removing("kindergarten-0001")
    assert_geodataframe_equal(
        back.facilities, town().facilities, check_dtype=False
    )  # whole numbers were floats between
    assert {f for f in back.report.findings if f.severity != "repair"} == {
        f for f in town().report.findings if f.severity != "repair"
    }


def test_a_city_stays_as_it_was_when_it_is_changed() -> None:
    before = town().facilities.copy()
    for change in CHANGES.values():
        change(town())
    assert_geodataframe_equal(town().facilities, before)


def test_what_moves_stands_in_the_zone_of_its_new_place() -> None:
    city = oracle.city()
    home = city.facility_zones.loc["K1"].dropna().iloc[-1]
    other = city.zones[(city.zones["zone_id"] != home).to_numpy()].iloc[0]
    there = city.moving({"K1": other.geometry.representative_point()})
    assert other["zone_id"] in set(there.facility_zones.loc["K1"])
    assert [one.rows for one in there.report.findings if one.code == "zone_by_place"] == [("K1",)]


def test_moving_in_another_crs() -> None:
    there = gpd.GeoSeries(points("N5"), index=["K2"], crs="EPSG:4549").to_crs(4326)
    moved = town().moving(there).facilities.set_index("id").geometry["K2"]
    assert moved.distance(points("N5")[0]) < 0.001


@pytest.mark.parametrize("places", [{"K9": oracle.node("N5")}, {"K1": "N5"}, ["K1"], 3])
def test_moving_what_is_not_there_or_to_no_place(places: Any) -> None:
    with pytest.raises(InputError):
        town().moving(places)


def test_moving_to_a_missing_place() -> None:
    with pytest.raises(LayerError, match="geometry"):
        town().moving({"K2": None})
