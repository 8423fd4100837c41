"""How many residents each fault of a network touches, and how complete it is, in a town worked out by hand.

The main street runs from 0 to 1,000 m east. A dead end 3 m from it (at 500) belongs to a side street that begins at the
main street's end; an island of 100 m lies at 2,000 m north. Zone W is west of 500, zone E east of it.
"""

from __future__ import annotations

import importlib
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

import servicecircle as sc
from servicecircle.assessment import network_quality
from servicecircle.city import City
from servicecircle.errors import InputError
from servicecircle.network import AccessRule, WalkNetwork
from tests.grids import CRS, SOUTH, WEST, at, frame, street

HOMES = {
    "at the main street": ((100, 10), 1000),
    "far from it": ((100, -250), 300),
    "at the side street": ((700, 310), 200),
    "on the island": ((50, 2010), 40),
    "farther than anybody walks": ((300, -900), 60),
}
STREETS = [street((0, 0), (500, 0)), street((500, 0), (1000, 0)), street((1000, 0), (1000, 300), (490, 300), (490, 3))]
ISLAND = street((0, 2000), (100, 2000))


def box(west: float, east: float) -> shapely.Polygon:
    return shapely.box(WEST + west, SOUTH - 1000, WEST + east, SOUTH + 3000)


def town(*, islands: Any = "keep") -> City:
    places, people = zip(*HOMES.values(), strict=True)
    return City(
        WalkNetwork.from_edges(frame(*STREETS, ISLAND)),
        frame(
            *(at(*place) for place in places),
            cell_id=list(HOMES),
            pop_total=np.array(people, dtype=float),
            setting="urban",
        ),
        frame(at(900, 0), at(60, 2000), service=["fitness", "fitness"], id=["a", "b"], open_to_public=True),
        gpd.GeoDataFrame(
            {"zone_id": ["W", "E"], "level": "乡镇", "name": ["西", "东"]},
            geometry=[box(-500, 500), box(500, 1500)],
            crs=CRS,
        ),
        access=AccessRule(islands=islands),
    )


def test_residents_touch_the_faults_that_their_nearest_edge_has_part_in() -> None:
    """The dead end: those at the side street, and at the half of the main street it is near."""
    summary = network_quality(town()).summary.set_index("kind")
    assert summary["count"].to_dict() == {
        "island": 1, "gap": 0, "dangle": 1, "zero_length": 0, "absurd_length": 0, "parallel": 0, "crossing": 0,
    }  # fmt: skip
    assert summary.loc["island", "residents"] == 40
    assert summary.loc["dangle", "residents"] == 1000 + 300 + 200


def test_each_fault_has_its_residents() -> None:
    faults = network_quality(town()).faults.set_index("kind")
    assert faults["residents"].to_dict() == {"island": 40, "dangle": 1500}
    assert faults.loc["dangle", "metres"] == 3


def test_a_resident_of_two_faults_of_a_kind_counts_once_in_the_sum() -> None:
    city = town()
    again = frame(*STREETS, ISLAND, street((1000, 0), (1000, -50), (480, -50), (480, -3)))
    twice = City(WalkNetwork.from_edges(again), city.population, city.facilities, city.zones, access=city.access)
    quality = network_quality(twice)
    dangles = quality.faults[quality.faults["kind"] == "dangle"]
    assert sorted(dangles["residents"]) == [1000 + 300, 1500]
    assert quality.summary.set_index("kind").loc["dangle", "residents"] == 1500


def test_components_say_who_lives_there_and_what_stands_there() -> None:
    table = network_quality(town()).components
    assert table[["residents", "facilities", "entered"]].to_numpy().tolist() == [[1500, 1, True], [40, 1, True]]


def test_an_island_that_may_not_be_entered_still_has_its_residents() -> None:
    """A facility there has no other street within 500 m: it is not placed at all."""
    quality = network_quality(town(islands="main"))
    assert quality.components[["residents", "facilities", "entered"]].to_numpy().tolist() == [
        [1500, 1, True], [40, 0, False],
    ]  # fmt: skip
    assert quality.summary.set_index("kind").loc["island", "residents"] == 40


def test_how_complete_the_network_is_in_each_zone() -> None:
    """West: 300 at 250 m and 60 beyond 500 m of 1,400, streets of 500 + 10 + 297 + 100 m in 4 km2."""
    table: Any = network_quality(town()).completeness.set_index("zone_id")
    columns = ["residents", "far_residents", "unplaced_residents", "island_residents", "area_km2"]
    assert table.loc["W", columns].tolist() == [1400, 360, 60, 40, 4]
    assert table.loc["W", "far_share"] == pytest.approx(360 / 1400)
    assert table.loc["W", "road_km"] == pytest.approx(0.907)
    assert table.loc["W", "km_per_km2"] == pytest.approx(0.907 / 4)
    assert table.loc["E", [*columns, "far_share"]].tolist() == [200, 0, 0, 0, 4, 0]
    assert table.loc["E", "road_km"] == pytest.approx(0.5 + 0.3 + 0.5)
    assert table["poor"].to_dict() == {"CITY": True, "W": True, "E": False}


def test_zones_share_the_length_of_the_network_among_them() -> None:
    table = network_quality(town()).completeness.set_index("zone_id")
    km = table["road_km"].to_dict()
    assert km["CITY"] == pytest.approx(km["W"] + km["E"])


def test_declared_lengths_are_shared_as_drawn() -> None:
    city = town()
    edges = frame(*STREETS, ISLAND, length=[1000.0, 500.0, 1107.0, 100.0])
    longer = City(WalkNetwork.from_edges(edges), city.population, city.facilities, city.zones, access=city.access)
    assert network_quality(longer).completeness.set_index("zone_id").loc["W", "road_km"] == pytest.approx(1.407)


def test_a_zone_without_residents_has_no_share() -> None:
    city = town()
    west = city.population[city.population["cell_id"] != "at the side street"]
    empty = City(city.walk, west, city.facilities, city.zones, access=city.access)
    row = network_quality(empty).completeness.set_index("zone_id").loc["E"]
    assert row["residents"] == 0
    assert np.isnan(row["far_share"])
    assert not row["poor"]


def test_the_order_of_all_rows_changes_nothing() -> None:
    city = town()
    shuffled = City(
        WalkNetwork.from_edges(frame(ISLAND, *STREETS[::-1])),
        city.population.iloc[::-1],
        city.facilities.iloc[::-1],
        city.zones.iloc[::-1],
        access=city.access,
    )
    one, other = network_quality(city), network_quality(shuffled)
    for name in ("summary", "components", "completeness", "faults"):
        assert getattr(one, name).equals(getattr(other, name))


def test_what_is_no_city() -> None:
    with pytest.raises(InputError, match="takes a City"):
        network_quality(None)  # type: ignore[arg-type]


def test_it_is_told_in_lines() -> None:
    assert "1 part not joined to the main network: 40 residents" in repr(network_quality(town()))


def test_figures_of_walks_where_streets_are_missing_carry_a_caution() -> None:
    """360 of 1,400 residents in the west, and of 1,600 in all, live more than 200 m from any street."""
    result = sc.assess(town(), sc.read_plan("lianyungang-145").only("WT-01"), progress=False)
    noted = result.evidence[result.evidence["kind"] == "network_caution"].set_index("zone_id")
    assert noted["residents"].to_dict() == {"CITY": 360, "W": 360}
    assert "360 residents (25.7 %) live more than 200 m from any street" in noted["en"].to_dict()["W"]
    assert "360 名居民（22.5%）距步行网络超过 200 米" in noted["zh"].to_dict()["CITY"]
    assert "network_caution" in str(result.explain("WT-01", "西"))
    assert "network_caution" not in str(result.explain("WT-01", "东"))


def test_a_caution_changes_no_value(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = sc.read_plan("lianyungang-145").only("WT-01")
    with_caution = sc.assess(town(), plan, progress=False)
    module = importlib.import_module(network_quality.__module__)  # the package gives the function by this name
    monkeypatch.setattr(module, "POOR_SHARE", 1.0)
    without = sc.assess(town(), plan, progress=False)
    assert "network_caution" not in set(without.evidence["kind"])
    assert with_caution.table.equals(without.table)


def test_figures_that_rest_on_no_walk_carry_none() -> None:
    """Most standards count facilities, and their layers are not even loaded."""
    result = sc.assess(town(), sc.read_plan("lianyungang-145"), progress=False)
    noted = set(result.evidence.loc[result.evidence["kind"] == "network_caution", "standard_id"])
    assert noted == {"WT-01"}
