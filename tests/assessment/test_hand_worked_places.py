"""Places in the city of data/oracle.json that are not at a node, are two of one, or nowhere; worked by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import servicecircle as sc
from tests import oracle
from tests.assessment import transport


def at(x: float, y: float) -> shapely.Point:
    dx, dy = oracle.ORACLE["offset"]
    return shapely.Point(x + dx, y + dy)


def with_rows(frame: gpd.GeoDataFrame, *rows: dict[str, Any]) -> gpd.GeoDataFrame:
    more = gpd.GeoDataFrame(list(rows), geometry="geometry", crs=frame.crs)
    return gpd.GeoDataFrame(pd.concat([frame, more], ignore_index=True), crs=frame.crs)


def rows(result: sc.Assessment, standard: str) -> pd.DataFrame:
    table = result.table
    return table[(table["standard_id"] == standard) & (table["class"] == "all")].set_index("zone_id")


# ------------------------------------------------------------------------------------------- off the middle of an edge

HOME = {"cell_id": "C7", "pop_total": 1000, "pop_3_5": 50, "pop_60p": 100, "setting": "urban"}


def walk(home: shapely.Point, door: shapely.Point, *, edges: gpd.GeoDataFrame | None = None) -> pd.Series[Any]:
    """Return the walk from a home to the one kindergarten there is."""
    places = oracle.facilities()
    places = places[places["service"] != "kindergarten"]
    city = oracle.city(
        walk=sc.WalkNetwork.from_edges(oracle.edges() if edges is None else edges),
        population=with_rows(oracle.population(), {**HOME, "geometry": home}),
        facilities=with_rows(places, {"id": "K9", "service": "kindergarten", "geometry": door}),
    )
    frame = sc.assess(city, oracle.plan().only("YY-05"), progress=False).distances
    return frame[frame["cell_id"] == "C7"].iloc[0]


def test_both_off_the_middle_of_one_edge_whose_declared_length_is_another() -> None:
    """N1 N2 is drawn 400 m long and declared 550 m: a place stands at its share of the declared length.

    The home, 30 m off, is 100 m along: 1/4, 137.5 m. The door, 20 m off, is 300 m along: 3/4, 412.5 m.
    """
    found = walk(at(200, 530), at(400, 480))
    assert (found["access_m"], found["egress_m"]) == (pytest.approx(30), pytest.approx(20))
    assert found["metres"] == pytest.approx(30 + (412.5 - 137.5) + 20)


def test_going_round_may_be_shorter_than_along_the_edge_itself() -> None:
    """N1 N2 is declared 1000 m; a second street of 570 m joins them, bent to (300, 300).

    The home stands at 20 / 400 of the 1000 m: 50 m, the door at 380 / 400: 950 m. Along it are 900 m, round 50 + 570 +
    50.
    """
    edges = oracle.edges()
    edges.loc[(edges["u"] == "N1") & (edges["v"] == "N2"), "length"] = 1000.0
    bent = shapely.LineString([oracle.node("N1"), at(300, 300), oracle.node("N2")])
    edges = with_rows(edges, {"u": "N1", "v": "N2", "length": 570.0, "geometry": bent})
    found = walk(at(120, 530), at(480, 520), edges=edges)
    assert found["metres"] == pytest.approx(30 + 50 + 570 + 50 + 20)


def test_off_the_middle_of_two_edges() -> None:
    """From 1/4 of N1 N2 the remaining 3/4 are 412.5 m to N2, N2 N3 500 m, then half of N3 N4: 250 m."""
    found = walk(at(200, 530), at(1250, 510))
    assert found["metres"] == pytest.approx(30 + 412.5 + 500 + 250 + 10)


def test_to_the_middle_of_a_detour() -> None:
    """N3 N11 is drawn 400 m long and declared 700 m: its middle is 350 m from N3, to which the home walks 25 m."""
    found = walk(at(975, 500), at(1020, 300))
    assert found["access_m"] == pytest.approx(0)
    assert found["metres"] == pytest.approx(25 + 350 + 20)


def test_the_limit_is_held_against_the_declared_metres() -> None:
    """Ten minutes are 800 m. From 1/4 of N1 N2: 30 + 412.5, so that 357.5 m are left on N2 N3, door on the street."""
    inside, outside = (walk(at(200, 530), at(500 + along, 500))["metres"] for along in (357.5, 357.51))
    assert (inside <= 800.001, outside <= 800.001) == (True, False)


# ---------------------------------------------------------------------------------- two campuses of one kindergarten


def campuses(node: str, zone_id: str, *, legal_id: str | None) -> sc.Assessment:
    """Return what comes of a second campus of K1 at a node; a legal_id that both have, or none."""
    places = oracle.facilities()
    places["legal_id"] = None
    places.loc[places["id"] == "K1", "legal_id"] = legal_id
    second = places[places["id"] == "K1"].iloc[0].to_dict() | {"id": "K1b", "zone_id": zone_id}
    city = oracle.city(facilities=with_rows(places, second | {"geometry": oracle.node(node)}))
    return sc.assess(city, oracle.plan().only("YY-01", "YY-05"), progress=False)


def test_two_campuses_count_once_and_both_serve() -> None:
    """The second is at C3's door, which was 1200 m away: now all 800 children of A are within 800 m.

    A still has one kindergarten for 20,000 residents.
    """
    result = campuses("N11", "A", legal_id="K1")
    counted = rows(result, "YY-01").loc["A"]
    assert (counted["facilities_n"], counted["value"], counted["facilities_missing"]) == (1.0, 0.5, 1.0)
    assert rows(result, "YY-05")["value"]["A"] == 1.0
    assert result.cells_for("YY-05")["metres"]["C3"] == 0.0


def test_two_kindergartens_of_their_own_count_twice() -> None:
    counted = rows(campuses("N11", "A", legal_id=None), "YY-01").loc["A"]
    assert (counted["facilities_n"], counted["value"], counted["facilities_missing"]) == (2.0, 1.0, 0.0)


def test_campuses_in_two_zones_count_once_in_each_and_once_in_the_city() -> None:
    """A has K1, B has K2 and the campus, the city K1 and K2: 1 of 20,000, 2 of 4,000, 2 of 24,000 residents."""
    counted = rows(campuses("N7", "B", legal_id="K1"), "YY-01")
    assert counted.loc[["A", "B", "CITY"], "facilities_n"].tolist() == [1.0, 2.0, 2.0]
    assert counted.loc[["A", "B", "CITY"], "value"].tolist() == pytest.approx([0.5, 5.0, 2 / 2.4])


# ------------------------------------------------------------------------------ known by their zone, not their place

NOWHERE: tuple[dict[str, Any], ...] = (
    {"id": "K3", "service": "kindergarten", "enrolment": 50, "capacity": 60, "inclusive": False},
    {"id": "E9", "service": "elderly_center", "services": ["full_care", "day_care", "home_service", "visiting"]},
    {"id": "E8", "service": "elderly_station"},
    {"id": "F9", "service": "fitness", "open_to_public": True, "area_m2": 4000},
    {"id": "S9", "service": "bus_stop"},
)


@pytest.fixture(scope="module")
def placeless() -> sc.Assessment:
    """Return the city with five more facilities in A, none of which has coordinates."""
    more = [{**one, "zone_id": "A", "geometry": None} for one in NOWHERE]
    return sc.assess(oracle.city(facilities=with_rows(oracle.facilities(), *more)), oracle.plan(), progress=False)


def test_what_has_no_coordinates_counts_in_its_zone(placeless: sc.Assessment) -> None:
    """Kindergartens: 2 for 20,000 in A, 3 for 24,000 in the city. Children in inclusive ones: 250 of 300 in A.

    Sports grounds in A: 6000 + 5000 + 4000 m2 for 20,000. A has a comprehensive centre now.
    """
    assert rows(placeless, "YY-01").loc[["A", "B", "CITY"], "value"].tolist() == pytest.approx([1.0, 2.5, 3 / 2.4])
    assert rows(placeless, "YY-03")["value"]["A"] == pytest.approx(250 / 300)
    assert rows(placeless, "WT-02")["value"]["A"] == pytest.approx(0.75)
    centres = rows(placeless, "LY-02")
    assert (centres["value"]["A"], centres["verdict"]["A"]) == (1.0, "达标")


@pytest.mark.parametrize(
    ("standard", "zone"),
    [("YY-05", "A"), ("LY-01", "A"), ("LY-01", "CITY"), ("WT-01", "A"), ("ZH-01", "A")],
)
def test_nobody_walks_to_what_has_no_coordinates(placeless: sc.Assessment, standard: str, zone: str) -> None:
    figures = oracle.EXPECTED[standard][zone]
    expected = figures["pooled"] if zone == "CITY" else figures["value"]
    assert rows(placeless, standard)["value"][zone] == pytest.approx(expected, abs=5e-7)


def test_no_ground_lies_round_a_stop_without_coordinates(placeless: sc.Assessment) -> None:
    assert rows(placeless, "CX-01")["value"]["built_up"] == pytest.approx(np.pi / 4, abs=1e-7)


TOLD = [
    ("YY-05", 1, "K3"),
    ("LY-01", 2, "E8, E9"),
    ("WT-01", 1, "F9"),
    ("CX-01", 1, "S9"),
    ("ZH-01", 3, "E8, F9, K3"),
]
"""Of each standard: how many that count have no coordinates, and their ids."""


@pytest.mark.parametrize(("standard", "count", "ids"), TOLD)
def test_every_row_of_access_says_how_many_were_left_out(
    placeless: sc.Assessment, standard: str, count: int, ids: str
) -> None:
    told = placeless.evidence
    told = told[(told["standard_id"] == standard) & (told["kind"] == "no_coordinates")].set_index("zone_id")
    assert set(told.index) == set(rows(placeless, standard).index)
    assert f"{count} facilities that count have no coordinates, {count} of them here ({ids})" in told["en"]["A"]
    assert f"{count} 处应计设施没有坐标，其中本单元 {count} 处（{ids}）" in told["zh"]["A"]
    assert f"{count} facilities that count have no coordinates, 0 of them here:" in told["en"]["B"]


def test_an_explanation_says_it_too(placeless: sc.Assessment) -> None:
    text = str(placeless.explain("YY-05", "A"))
    assert "1 facilities that count have no coordinates" in text
    assert "1 处应计设施没有坐标" in text


def test_standards_that_count_in_zones_leave_nothing_out(placeless: sc.Assessment) -> None:
    told = placeless.evidence[placeless.evidence["kind"] == "no_coordinates"]
    assert set(told["standard_id"]) == {standard for standard, _, _ in TOLD}


def test_nothing_is_told_where_all_have_coordinates() -> None:
    result = sc.assess(oracle.city(), oracle.plan(), progress=False)
    assert "no_coordinates" not in result.evidence["kind"].tolist()


def test_places_without_coordinates_are_shared_by_nobody(placeless: sc.Assessment) -> None:
    """K3's 60 places reach nobody: the others' 360 are shared as before."""
    general = oracle.plan().profiles["general"]
    found = sc.access(placeless.city, "kindergarten", minutes=10, group="pop_3_5", capacity="capacity", profile=general)
    assert found.facilities["demand"]["K3"] == 0.0
    assert (found.cells["access"] * found.cells["group"]).sum() == pytest.approx(360)


def test_a_seat_without_coordinates_is_told_of_the_rides_to_it() -> None:
    """B's seat has no place, so that nobody gets there; it is known that there is one."""
    seats = transport.facilities((("township_seat", "N6", "B"),))
    seats.loc[seats["service"] == "township_seat", "geometry"] = None
    plan = sc.read_plan("lianyungang-145").only("CX-02")
    result = sc.assess(transport.city(facilities=seats), plan, progress=False)
    assert rows(result, "CX-02")["value"]["B"] == 0.0
    told = result.evidence[result.evidence["kind"] == "no_coordinates"]
    assert told["zone_id"].tolist() == ["B"]
    assert "1 of them here (seat-0)" in told["en"].iloc[0]
