"""Bad layers end in an error that names layer, rows and remedy, or in a reported repair: all faults at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from servicecircle.city import City
from servicecircle.errors import InputError, LayerError
from servicecircle.network import WalkNetwork
from tests import oracle

if TYPE_CHECKING:
    from servicecircle.findings import Finding


def faults(**layers: Any) -> dict[str, Finding]:
    with pytest.raises(LayerError) as caught:
        oracle.city(**layers)
    return {f"{finding.layer} {finding.code}": finding for finding in caught.value.report.errors}


def test_no_crs() -> None:
    found = faults(population=oracle.population().set_crs(None, allow_override=True))
    assert "set_crs" in found["population crs_missing"].en


def test_degrees_that_say_metres() -> None:
    degrees = oracle.population().to_crs(4326).set_crs(4549, allow_override=True)
    assert set(faults(population=degrees)) == {"population mislabelled"}


def test_longitude_and_latitude_are_brought_into_the_crs_of_the_network() -> None:
    city = oracle.city(facilities=oracle.facilities().to_crs(4326))
    repairs = [f for f in city.report.findings if f.code == "crs"]
    assert [f.layer for f in repairs] == ["facilities"]
    expected = shapely.get_coordinates(oracle.facilities().geometry.to_numpy())
    assert np.allclose(shapely.get_coordinates(city.facilities.geometry.to_numpy()), expected, atol=1e-4)


def test_every_fault_of_the_population_at_once() -> None:
    people = oracle.population()
    people["pop_total"] = people["pop_total"].astype(object)
    people["pop_60p"] = people["pop_60p"].astype(float)
    people.loc[0, "pop_total"] = np.nan
    people.loc[1, "pop_total"] = -5
    people.loc[2, "pop_60p"] = np.inf
    people.loc[3, "pop_total"] = "约12人"
    people.loc[4, "geometry"] = shapely.Point()
    people.loc[5, "setting"] = "suburban"
    found = faults(population=people)
    rows = {code: finding.rows for code, finding in found.items()}
    assert rows == {
        "population missing": ("0",),
        "population negative": ("1",),
        "population infinite": ("2",),
        "population no_number": ("3",),
        "population geometry_missing": ("4",),
        "population unknown_value": ("5: suburban",),
    }


def test_faults_of_several_layers_at_once() -> None:
    zones = oracle.zones().drop(columns="level")
    found = faults(zones=zones, facilities=oracle.facilities().rename(columns={"service": "servcie"}))
    assert set(found) == {"zones column_missing", "facilities column_missing"}
    assert "'servcie'" in found["facilities column_missing"].en


def test_the_first_five_rows_and_the_count_are_named() -> None:
    people = pd.concat([oracle.population()] * 2, ignore_index=True).assign(pop_total=-1.0)
    people["cell_id"] = [f"c{i}" for i in range(len(people))]
    found = faults(population=people)["population negative"]
    assert (found.count, found.rows) == (12, ("0", "1", "2", "3", "4"))


def test_duplicate_ids() -> None:
    people = oracle.population()
    people.loc[1, "cell_id"] = "C1"
    places = oracle.facilities()
    places.loc[1, "id"] = "K1"
    found = faults(population=people, facilities=places)
    assert found["population duplicate"].rows == ("0: C1", "1: C1")
    assert found["facilities duplicate"].rows == ("0: K1", "1: K1")


def test_a_facility_that_is_nowhere() -> None:
    places = oracle.facilities()
    places.loc[0, "geometry"] = None
    places.loc[0, "zone_id"] = None
    assert faults(facilities=places)["facilities no_place"].rows == ("0",)


def test_a_facility_known_by_its_zone_is_reported() -> None:
    places = oracle.facilities()
    places.loc[0, "geometry"] = None
    city = oracle.city(facilities=places)
    assert [f.rows for f in city.report.findings if f.code == "zone_only"] == [("0",)]


@pytest.mark.parametrize("layer", ["population", "facilities"])
def test_a_zone_that_does_not_exist(layer: str) -> None:
    frame = getattr(oracle, layer)()
    frame.loc[0, "zone_id"] = "Q"
    assert faults(**{layer: frame})[f"{layer} unknown_zone"].rows == ("0: Q",)


def test_an_empty_population() -> None:
    assert "population empty" in faults(population=oracle.population().iloc[:0])


def test_an_empty_facility_layer_is_no_fault() -> None:
    assert oracle.city(facilities=oracle.facilities().iloc[:0], services=["kindergarten"]).services == ("kindergarten",)


def test_unknown_status() -> None:
    places = oracle.facilities().assign(status="opne")
    assert faults(facilities=places)["facilities unknown_value"].count == len(places)


def test_chinese_values() -> None:
    places = oracle.facilities()
    places["status"] = "现状"
    places.loc[0, "status"] = "停办"
    places["serves_community"] = "否"
    places["services"] = "全托；日托、上门服务,居家探访"
    city = oracle.city(facilities=places, population=oracle.population().assign(setting="城镇"))
    assert city.facilities["status"].tolist() == ["closed"] + ["open"] * (len(places) - 1)
    assert not city.facilities["serves_community"].any()
    assert set(city.facilities["services"]) == {("day_care", "full_care", "home_service", "visiting")}
    assert set(city.population["setting"]) == {"urban"}


def test_a_zone_called_city() -> None:
    zones = oracle.zones().assign(zone_id=["CITY", "B", "Z"])
    people = oracle.population().drop(columns="zone_id")
    found = faults(zones=zones, population=people, facilities=oracle.facilities().drop(columns="zone_id"))
    assert set(found) == {"zones reserved"}


def test_a_parent_that_does_not_exist() -> None:
    assert faults(zones=oracle.zones().assign(parent=[None, "X", None]))["zones unknown_parent"].rows == ("1: X",)


def test_a_bow_tie_is_repaired_and_reported() -> None:
    dx, dy = oracle.ORACLE["offset"]
    bow = shapely.Polygon([(dx, dy), (dx + 2000, dy + 1000), (dx + 2000, dy), (dx, dy + 1000)])
    zones = oracle.zones()
    zones.loc[0, "geometry"] = bow
    assert [f.rows for f in oracle.city(zones=zones).report.findings if f.code == "invalid"] == [("0",)]


def test_lines_are_no_facilities() -> None:
    places = oracle.facilities()
    places.loc[0, "geometry"] = shapely.LineString([(480000, 3830000), (480001, 3830000)])
    assert faults(facilities=places)["facilities geometry_kind"].rows == ("0",)


def test_a_campus_is_entered_inside_and_reported() -> None:
    places = oracle.facilities()
    campus = shapely.box(480400, 3830400, 480600, 3830600)
    places.loc[0, "geometry"] = campus
    city = oracle.city(facilities=places)
    assert campus.contains(city.facilities.geometry.iloc[0])
    assert [f.rows for f in city.report.findings if f.code == "polygon"] == [("0",)]


def test_no_residents_at_all_is_said() -> None:
    people = oracle.population().assign(pop_total=0, pop_3_5=0, pop_60p=0)
    assert "no_residents" in {f.code for f in oracle.city(population=people).report.findings}


def test_what_is_no_frame() -> None:
    with pytest.raises(InputError, match="GeoDataFrame"):
        oracle.city(population=pd.DataFrame({"pop_total": [1]}))
    with pytest.raises(InputError, match="WalkNetwork"):
        oracle.city(walk=oracle.edges())
    with pytest.raises(InputError, match="must be a list"):
        oracle.city(services="kindergarten")


def test_frames_of_the_caller_stay_as_they_are() -> None:
    layers = {name: getattr(oracle, name)() for name in ("population", "facilities", "zones", "areas")}
    copies = {name: frame.copy() for name, frame in layers.items()}
    city = City(WalkNetwork.from_edges(oracle.edges()), layers["population"], layers["facilities"], layers["zones"])
    city.population["pop_total"] = 0
    for name, frame in layers.items():
        assert_geodataframe_equal(frame, copies[name])


def findings(**layers: Any) -> dict[str, Finding]:
    return {finding.code: finding for finding in oracle.city(**layers).report.findings}


def test_a_layer_without_a_facility_is_told_to_be_a_true_zero() -> None:
    assert "grocery" in findings(services=["grocery"])["true_zero"].en


def test_cells_that_stand_there_twice_are_told_with_their_residents() -> None:
    people = oracle.population()
    again = people.iloc[[4]].assign(cell_id="C5b")
    found = findings(population=pd.concat([people, again], ignore_index=True))["same_place"]
    assert (found.layer, found.rows, found.residents) == ("population", ("C5b",), 3000.0)


def test_facilities_that_stand_there_twice_are_told() -> None:
    places = oracle.facilities()
    again = places[places["id"] == "K1"].assign(id="K1b")
    found = findings(facilities=pd.concat([places, again], ignore_index=True))["same_place"]
    assert (found.layer, found.rows) == ("facilities", ("K1b",))


def test_two_services_at_one_place_are_no_double() -> None:
    assert "same_place" not in findings()


def test_a_service_and_a_level_that_nobody_knows_are_told() -> None:
    places = oracle.facilities()
    places.loc[0, "service"] = "kindergarden"
    found = findings(facilities=places, zones=oracle.zones().assign(level=["subdistrict", "乡镇", "subdistrict"]))
    assert "'kindergarten'" in found["unknown_service"].en
    assert "街道" in found["unknown_level"].en


def test_a_zone_that_is_its_own_parent() -> None:
    found = faults(zones=oracle.zones().assign(parent=["A", None, None]))
    assert found["zones own_parent"].rows == ("0",)


def test_a_crs_made_for_another_place_is_told() -> None:
    frames = {name: getattr(oracle, name)() for name in ("population", "facilities", "zones", "areas")}
    moved = {name: frame.to_crs("EPSG:4548") for name, frame in frames.items()}
    walk = WalkNetwork.from_edges(oracle.edges().to_crs("EPSG:4548"))
    assert "area_of_use" not in findings()
    assert "Choose the zone of the city" in findings(walk=walk, **moved)["area_of_use"].en


def test_a_column_that_is_no_column_is_not_changed() -> None:
    with pytest.raises(InputError, match="'status'"):
        oracle.city().changing("K1", statsu="closed")


def test_numbers_as_people_write_them_are_read_and_reported() -> None:
    people = oracle.population()
    expected = people["pop_total"].astype(float).tolist()
    people["pop_total"] = [f"{value / 10_000:g}万人" for value in expected]
    facilities = oracle.facilities()
    facilities["beds"] = ["1,200张", "—", *[None] * (len(facilities) - 2)]
    seen = oracle.city(population=people, facilities=facilities)
    assert seen.population["pop_total"].tolist() == expected
    assert seen.facilities["beds"].tolist()[0] == 1200.0
    repairs = {(f.layer, f.code, f.column): f.count for f in seen.report.findings if f.code.startswith("numbers_")}
    assert repairs == {
        ("population", "numbers_written", "pop_total"): len(people),
        ("facilities", "numbers_written", "beds"): 1,
        ("facilities", "numbers_missing", "beds"): 1,
    }


def test_a_share_may_be_in_per_cent_and_a_count_not() -> None:
    zones = oracle.zones().assign(share_pop_60p="21%")
    assert set(oracle.city(zones=zones).zones["share_pop_60p"]) == {0.21}
    people = oracle.population().assign(pop_total="21%")
    assert "'21%'" in faults(population=people)["population no_number"].en


def test_more_residents_than_can_live_there_are_told() -> None:
    people = oracle.population().assign(geometry=lambda frame: frame.geometry.centroid.buffer(60.0))
    found = findings(population=people.assign(pop_total=[*people["pop_total"][:-1], 5_000_000]))["absurd"]
    assert (found.column, found.rows) == ("pop_total", (str(people.index[-1]),))
    assert "absurd" not in findings(population=people)


def test_cells_inside_other_cells_are_told() -> None:
    people = oracle.population()
    around = people.iloc[[0]].assign(cell_id="all", geometry=[people.geometry.union_all().convex_hull.buffer(9.0)])
    both = pd.concat([people, around], ignore_index=True)
    assert findings(population=both)["overlap"].count >= len(people)


def test_ten_thousands_of_residents_are_told() -> None:
    people = oracle.population()
    small = people.assign(**{name: people[name] / 10_000 for name in ("pop_total", "pop_3_5", "pop_60p")})
    assert "万人" in findings(population=small)["few_residents"].zh


def test_facilities_of_one_name_beside_each_other_are_told() -> None:
    places = oracle.facilities()
    one = places[places["id"] == "K1"]
    again = one.assign(id="K1b", geometry=one.geometry.translate(9.0, 0.0))
    far = one.assign(id="K1c", geometry=one.geometry.translate(0.0, 40.0))
    named = pd.concat([places, again, far], ignore_index=True)
    named.loc[named["id"].str.startswith("K1"), "name"] = "甲幼儿园"
    assert findings(facilities=named)["near_duplicates"].rows == ("K1 / K1b",)


def test_halves_of_characters_are_mended_and_told() -> None:
    """A name cut inside a character, as old tables do it, stops every program that writes UTF-8."""
    names = pd.Series([None] * len(oracle.facilities()), dtype=object)
    names[2] = "托育 \ud83c"
    city = oracle.city(facilities=oracle.facilities().assign(name=names))
    assert city.facilities["name"].dropna().tolist() == ["托育 \ufffd"]
    assert [one.rows for one in city.report.findings if one.code == "half_characters"] == [("2",)]


@pytest.mark.parametrize("amount", [0.5, 25.0])
def test_shares_and_ten_thousands_in_the_column_of_a_group_are_told(amount: float) -> None:
    people = oracle.population()
    people["pop_total"] = 20_000.0
    assert findings(population=people.assign(pop_60p=amount))["few_of_group"].column == "pop_60p"
    assert "few_of_group" not in findings(population=people.assign(pop_60p=0.0))
    assert "few_of_group" not in findings(population=people.assign(pop_60p=4_000.0))
