"""Layers of a city that lie elsewhere than its streets: found on entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from servicecircle import sample_city
from servicecircle.city import City
from servicecircle.datum import FROM_WGS84
from servicecircle.errors import LayerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from servicecircle.findings import Finding


@pytest.fixture(scope="module")
def city() -> City:
    """Return the sample city, whose layers all lie where its streets do."""
    return sample_city()


def moved(frame: gpd.GeoDataFrame, change: Callable[..., Any]) -> gpd.GeoDataFrame:
    """Return a layer with a change made to its degrees, back in its own CRS."""
    degrees = frame.to_crs(4490)
    shapes = shapely.transform(degrees.geometry.to_numpy(), lambda xy: np.column_stack(change(*xy.T)))
    return degrees.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=4490)).to_crs(frame.crs)


def with_layers(city: City, **layers: gpd.GeoDataFrame) -> City:
    """Return the city with other layers."""
    given: dict[str, Any] = {"population": city.population, "facilities": city.facilities, "zones": city.zones}
    given |= layers
    return City(city.walk, given["population"], given["facilities"], given["zones"], access=city.access)


def suspected(city: City) -> list[Finding]:
    """Return what was found about datums."""
    return [finding for finding in city.report.findings if finding.code == "datum_suspected"]


def test_a_city_in_place_is_not_suspected(city: City) -> None:
    assert suspected(city) == []
    assert [f for f in city.report.findings if f.code in {"elsewhere", "wrong_zone"}] == []


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_facilities_in_another_datum_are_suspected(city: City, datum: str) -> None:
    shifted = with_layers(city, facilities=moved(city.facilities, FROM_WGS84[datum]))
    (finding,) = suspected(shifted)
    assert (finding.layer, finding.severity) == ("facilities", "warning")
    assert "all services together" in finding.en
    assert f"in {datum}" in finding.en
    assert "bus_stop" in finding.en


def test_one_service_in_another_datum_is_named(city: City) -> None:
    one = (city.facilities["service"] == "fitness").to_numpy()
    assert one.sum() >= 50
    mixed = pd.concat([city.facilities[~one], moved(city.facilities[one], FROM_WGS84["GCJ-02"])])
    (finding,) = suspected(with_layers(city, facilities=mixed))
    assert "the layer (fitness) looks as if its coordinates were in GCJ-02" in finding.en
    assert "（fitness）" in finding.zh


def test_facilities_added_are_tested_too(city: City) -> None:
    poi = city.facilities[(city.facilities["service"] == "fitness").to_numpy()][["geometry"]].assign(service="poi")
    (finding,) = suspected(city.adding(moved(poi, FROM_WGS84["GCJ-02"])))
    assert "(poi)" in finding.en


def test_zones_of_one_level_in_another_datum_are_suspected(city: City) -> None:
    """The level is displaced from those that share its boundaries; of the two, it is the one that is moved."""
    level = "街道"
    own = (city.zones["level"] == level).to_numpy()
    zones = pd.concat([city.zones[~own], moved(city.zones[own], FROM_WGS84["GCJ-02"])])
    found = [finding for finding in suspected(with_layers(city, zones=zones)) if finding.layer == "zones"]
    assert [f"(level {level})" in finding.en for finding in found] == [True]


@pytest.mark.parametrize("layer", ["population", "facilities", "zones"])
def test_a_layer_read_in_the_wrong_zone_is_an_error(city: City, layer: str) -> None:
    frame = getattr(city, layer).set_crs(4548, allow_override=True)
    with pytest.raises(LayerError, match=r"3° farther east it would lie on it"):
        with_layers(city, **{layer: frame})


def test_a_service_read_in_the_wrong_zone_is_named(city: City) -> None:
    one = (city.facilities["service"] == "school").to_numpy()
    school = city.facilities[one].set_crs(4550, allow_override=True).to_crs(city.crs)
    with pytest.raises(LayerError, match=r"school: its middle lies .* 3° farther west"):
        with_layers(city, facilities=pd.concat([city.facilities[~one], school]))


def test_a_service_far_away_is_a_warning(city: City) -> None:
    one = (city.facilities["service"] == "school").to_numpy()
    there = city.facilities[one].translate(0, 120_000)
    mixed = pd.concat([city.facilities[~one], city.facilities[one].set_geometry(there)])
    (finding,) = [f for f in with_layers(city, facilities=mixed).report.findings if f.code == "elsewhere"]
    assert (finding.layer, finding.severity) == ("facilities", "warning")
    assert finding.en.startswith("school: its middle lies")
