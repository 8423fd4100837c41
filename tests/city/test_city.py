"""What a city holds and how it changes."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from servicecircle.city import levels, smallest_zone
from servicecircle.city.zoning import zones_of
from servicecircle.errors import InputError, LayerError
from tests import oracle


def test_cells_and_facilities_are_given_their_zones() -> None:
    city = oracle.city(
        population=oracle.population().drop(columns="zone_id"), facilities=oracle.facilities().drop(columns="zone_id")
    )
    assert smallest_zone(city.cell_zones).to_dict() == {
        cell["cell_id"]: cell["zone_id"] for cell in oracle.ORACLE["cells"]
    }
    expected = {one["id"]: one["zone_id"] for one in oracle.ORACLE["facilities"]}
    assert smallest_zone(city.facility_zones).to_dict() == expected


def squares() -> gpd.GeoDataFrame:
    """Return two towns side by side in one county: town b has two villages."""
    rows = [
        ("k", "县区", None, shapely.box(0, 0, 20, 10)),
        ("a", "街道", "k", shapely.box(0, 0, 10, 10)),
        ("b", "街道", "k", shapely.box(10, 0, 20, 10)),
        ("b1", "社区", "b", shapely.box(10, 0, 20, 5)),
        ("b2", "社区", "b", shapely.box(10, 5, 20, 10)),
    ]
    return gpd.GeoDataFrame(rows, columns=["zone_id", "level", "parent", "geometry"], crs="EPSG:4549")


def test_levels_by_size() -> None:
    assert levels(squares()) == ("县区", "街道", "社区")


def test_a_place_on_a_border_belongs_to_the_lowest_id() -> None:
    places = gpd.GeoSeries([shapely.Point(10, 5), shapely.Point(3, 3), shapely.Point(50, 50)], crs="EPSG:4549")
    zones, most = zones_of(places, squares().sample(frac=1, random_state=1))
    assert zones.to_numpy().tolist() == [["k", "a", "b1"], ["k", "a", None], [None, None, None]]
    assert most.tolist() == [2, 1, 0]


def test_a_declared_zone_goes_first_with_its_parents() -> None:
    places = gpd.GeoSeries([shapely.Point(3, 3), shapely.Point()], crs="EPSG:4549")
    zones, _ = zones_of(places, squares(), declared=pd.Series(["b2", "b"]))
    assert zones.to_numpy().tolist() == [["k", "b", "b2"], ["k", "b", None]]


def test_a_cell_without_a_setting_has_that_of_the_zone() -> None:
    city = oracle.city(population=oracle.population().drop(columns="setting"))
    assert city.population["setting"].tolist() == [cell["setting"] for cell in oracle.ORACLE["cells"]]


def test_urban_rural_codes_give_a_setting() -> None:
    zones = oracle.zones().drop(columns="setting").assign(urban_rural_code=[111.0, 220.0, 121.0])
    city = oracle.city(zones=zones, population=oracle.population().drop(columns="setting"))
    assert city.population["setting"].tolist() == ["urban"] * 4 + ["rural"] * 2


def test_cells_outside_every_zone_are_reported_with_their_residents() -> None:
    people = oracle.population().drop(columns="zone_id")
    city = oracle.city(population=people, zones=oracle.zones().iloc[:1], facilities=oracle.facilities().iloc[:1])
    found = [f for f in city.report.findings if f.code == "outside_zones"]
    assert [(f.count, f.residents) for f in found] == [(2, 4000.0)]
    assert "4,000 residents" in found[0].en
    assert 'within = "zones"' in found[0].en


def test_adding_in_another_crs_leaves_the_city_as_it_was() -> None:
    city = oracle.city()
    new = gpd.GeoDataFrame({"service": ["kindergarten"]}, geometry=[oracle.node("N3")], crs="EPSG:4549").to_crs(4326)
    more = city.adding(new)
    assert (len(city.facilities), len(more.facilities)) == (16, 17)
    added = more.facilities.iloc[-1]
    assert (added["id"], added["status"]) == ("kindergarten-0001", "open")
    assert added["geometry"].distance(oracle.node("N3")) < 0.001


def test_adding_what_is_there_already() -> None:
    with pytest.raises(LayerError, match="K1"):
        oracle.city().adding(oracle.facilities().iloc[:1])


def test_adding_without_a_crs() -> None:
    with pytest.raises(LayerError, match="no CRS"):
        oracle.city().adding(gpd.GeoDataFrame({"service": ["kindergarten"]}, geometry=[oracle.node("N3")]))


def test_removing_the_last_leaves_a_true_zero() -> None:
    city = oracle.city().removing(["K1", "K2"])
    assert "kindergarten" in city.services
    assert not (city.facilities["service"] == "kindergarten").any()


def test_unknown_ids() -> None:
    with pytest.raises(InputError, match="K9"):
        oracle.city().removing("K9")
    with pytest.raises(InputError, match="K9"):
        oracle.city().changing(["K1", "K9"], status="closed")


def test_changing_values() -> None:
    city = oracle.city()
    closed = city.changing("K1", status="closed", capacity=300)
    row = closed.facilities.set_index("id").loc["K1"]
    assert (row["status"], row["capacity"]) == ("closed", 300)
    assert city.facilities.set_index("id").loc["K1", "status"] == "open"
    with pytest.raises(LayerError, match="status"):
        city.changing("K1", status="shut")


def test_findings_about_facilities_are_found_anew() -> None:
    places = oracle.facilities()
    places.loc[[0, 1], "geometry"] = None
    city = oracle.city(facilities=places)
    fewer = city.removing("K1")
    counts = [f.count for one in (city, fewer) for f in one.report.findings if f.code == "zone_only"]
    assert counts == [2, 1]


def test_isochrones_grow_with_the_minutes() -> None:
    frame = oracle.city().isochrones("kindergarten", minutes=[5, 10])
    assert frame["metres"].tolist() == [300.0, 600.0]
    small, large = frame.geometry
    assert large.covers(small)
    assert large.covers(oracle.node("N2").buffer(20))


def test_isochrones_of_each_facility() -> None:
    frame = oracle.city().isochrones("kindergarten", minutes=[5], areas="each")
    assert frame["facility_id"].tolist() == ["K1", "K2"]
    assert frame.geometry.iloc[0].covers(oracle.node("N2"))


def test_isochrones_of_a_service_that_is_not_loaded() -> None:
    with pytest.raises(InputError, match="childcrae"):
        oracle.city().isochrones("childcrae", minutes=[5])


@pytest.mark.parametrize("minutes", [[], [0], [-1], [float("nan")]])
def test_isochrones_of_no_time(minutes: list[float]) -> None:
    with pytest.raises(InputError):
        oracle.city().isochrones("kindergarten", minutes=minutes)


def test_isochrones_without_an_open_facility_are_empty() -> None:
    city = oracle.city().removing(["K1", "K2"])
    assert city.isochrones("kindergarten", minutes=[5]).geometry.is_empty.all()


def test_made_ids_do_not_depend_on_the_order_of_rows() -> None:
    places = oracle.facilities().drop(columns="id")
    one = oracle.city(facilities=places).facilities
    other = oracle.city(facilities=places.iloc[::-1]).facilities
    assert one.set_index("id").geometry.to_dict() == other.set_index("id").geometry.to_dict()


def test_cells_are_named_by_their_place() -> None:
    people = oracle.population().drop(columns="cell_id")
    one, other = (oracle.city(population=frame).population for frame in (people, people.iloc[::-1]))
    assert one.set_index("cell_id")["pop_total"].to_dict() == other.set_index("cell_id")["pop_total"].to_dict()


def managed() -> gpd.GeoDataFrame:
    """Return the squares as run by k and, in village b1, by the port: a zone across the district."""
    zones = squares()
    zones["manager"] = ["k", "k", "k", "port", "k"]
    return zones


def test_districts_by_manager_leave_nothing_out_and_count_nothing_twice() -> None:
    people = gpd.GeoDataFrame(
        {"pop_total": [1, 2, 4]}, geometry=gpd.points_from_xy([3, 15, 15], [3, 2, 8]), crs="EPSG:4549"
    )
    places = gpd.GeoDataFrame({"service": ["x"], "zone_id": ["k"]}, geometry=[None], crs="EPSG:4549")
    zones = managed()
    for frame in (people, zones):
        frame["geometry"] = frame.geometry.translate(480000, 3830000)
    city = oracle.city(population=people, facilities=places, zones=zones, areas=None)
    drawn = city.districts_by("manager")
    districts = drawn.zones[drawn.zones["level"] == "县区"].set_index("zone_id")
    assert districts.geometry.area.to_dict() == {"k": 150.0, "manager:port": 50.0}
    assert drawn.cell_zones["县区"].tolist() == ["k", "manager:port", "k"]
    assert city.cell_zones["县区"].tolist() == ["k", "k", "k"]


def test_districts_by_what_is_no_column() -> None:
    with pytest.raises(InputError, match="manger"):
        oracle.city().districts_by("manger")


def test_urban_areas_tell_the_setting_of_cells_that_nobody_else_tells() -> None:
    cells = oracle.population().drop(columns=["setting", "zone_id"])
    zones = oracle.zones().drop(columns="setting")
    urban = oracle.areas().iloc[[-1]].assign(kind="urban")  # x up to 2000: the cells C1 to C4
    known = oracle.city(population=cells, zones=zones, areas=urban).population.set_index("cell_id")["setting"]
    assert known.to_dict() == {f"C{i}": "urban" if i < 5 else "rural" for i in range(1, 7)}
