"""CX-05, CX-06, CX-07 in the city of transport.py, and in tiny towns, worked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from servicecircle.assessment import Assessment, assess
from servicecircle.assessment.transfers import bus_graph
from servicecircle.city import Transport
from servicecircle.network import DriveNetwork
from servicecircle.plan import FacilityFilter, Plan
from tests import oracle
from tests.assessment.transport import city, facilities, lines, plan, roads, zones

if TYPE_CHECKING:
    from collections.abc import Sequence

KEEN = (("county_seat", "N3", "K1"), ("city_centre", "N1", None))
"""One county seat, at N3: N4 is 500 m away."""


def changed(standard: str, *, levels: Sequence[str] = (), **values: Any) -> Plan:
    """Return a plan of one standard whose measure has other values."""
    one = plan(standard).with_levels(levels) if levels else plan(standard)
    (old,) = one.standards
    return replace(one, standards=(replace(old, measure=replace(old.measure, **values)),))


def row(result: Assessment, zone: str) -> pd.Series[Any]:
    table = result.table[result.table["zone_id"] == zone]
    assert len(table) == 1
    return table.iloc[0]


def beside(result: Assessment, zone: str) -> dict[str, float]:
    frame = result.companions[result.companions["zone_id"] == zone]
    return dict(zip(frame["method"], frame["value"], strict=True))


def by_bus(served: dict[str, Sequence[str]] | None = None) -> Transport:
    return Transport(lines=lines(served))


def test_transfers_to_the_county_seat_by_hand() -> None:
    """V1 has N6: line L2 stops at N3, no change. V2 has N8: L3, then L1 at N7, then L2 at N6: two changes. V3 has none.

    C5 (3000) lives in V1, C6 (1000) in V3, nobody in V2.
    """
    result = assess(city(facilities=facilities(KEEN), transport=by_bus()), plan("CX-05"), progress=False)
    found = row(result, "B")
    assert (found["numerator"], found["denominator"]) == (1.0, 3.0)
    assert found["value"] == pytest.approx(1 / 3)
    assert (found["status"], found["gap"]) == ("reference", 2.0)
    assert (found["pop_group"], found["group_uncovered"]) == (4000.0, 1000.0)
    assert beside(result, "B") == {
        "by_residents": 0.75,
        "within_0_transfers": pytest.approx(1 / 3),
        "within_2_transfers": pytest.approx(2 / 3),
        "unserved": pytest.approx(1 / 3),
    }
    told = result.evidence[result.evidence["zone_id"] != ""].set_index("zone_id")
    assert told["kind"].to_dict() == {"V2": "transfers", "V3": "unserved"}
    assert "2 changes of bus" in told["en"]["V2"]
    assert "no bus stop" in told["en"]["V3"]
    assert result.gaps("CX-05")["zone_id"].tolist() == ["B"]
    text = str(result.explain("CX-05", "B"))
    assert "V2 needs 2 changes of bus" in text
    assert "V3 has no bus stop" in text


@pytest.mark.parametrize(
    ("served", "most", "linked"),
    [
        ({"L1": ("N6", "N7"), "L2": ("N3", "N4", "N6"), "L3": ("N7", "N8")}, 2, 2),
        ({"L1": ("N6", "N7"), "L2": ("N3", "N4", "N6"), "L3": ("N7", "N8")}, None, 2),
        ({"L1": ("N3", "N6", "N7", "N8")}, 0, 2),  # one line for all
        ({"L1": ("N3", "N6", "N7", "N8", "N9")}, 0, 3),  # N9 is 200 m from V3, which has no stop inside
        (
            {"L1": ("N6", "N7", "N8"), "L2": ("N10", "N11")},
            None,
            0,
        ),  # N10 is 400 m from the seat at N3, but L1 goes not there
        ({"L1": ("N6", "N5")}, None, 0),  # N5 is 900 m from the seat
        ({"L1": ("N6", "N4")}, 0, 1),  # N4 is 500 m from it: inclusive
        ({}, None, 0),
    ],
)
def test_villages_that_the_buses_link(served: dict[str, Sequence[str]], most: int | None, linked: int) -> None:
    runs = Transport(lines=lines(served) if served else lines().iloc[:0])
    only = changed("CX-05", max_transfers=most, facilities=(FacilityFilter("county_seat"),))
    result = assess(city(facilities=facilities(KEEN), transport=runs), only, progress=False)
    assert (row(result, "B")["numerator"], row(result, "B")["denominator"]) == (linked, 3.0)


def test_villages_are_linked_with_the_seat_of_their_own_county() -> None:
    """All villages are in K2, whose seat is now N3; that of K1 is N8, in V2.

    V1 has line L2 to N3, V2 needs two changes to it, V3 has no stop. If any seat would do, V2 has one.
    """
    seats = (("county_seat", "N8", "K1"), ("county_seat", "N3", "K2"))
    found = {}
    for destination in ("own", "nearest"):
        asked = changed("CX-05", destination=destination, own_level="县区", facilities=(FacilityFilter("county_seat"),))
        result = assess(city(facilities=facilities(seats), transport=by_bus()), asked, progress=False)
        found[destination] = row(result, "B")["numerator"]
    assert found == {"own": 1.0, "nearest": 2.0}


def test_a_county_without_a_seat_links_no_village() -> None:
    seats = facilities((("county_seat", "N8", "K1"),))
    asked = changed("CX-05", destination="own", own_level="县区", facilities=(FacilityFilter("county_seat"),))
    result = assess(city(facilities=seats, transport=by_bus()), asked, progress=False)
    assert (row(result, "B")["numerator"], row(result, "B")["denominator"]) == (0.0, 3.0)
    told = result.evidence[result.evidence["zone_id"] != ""].set_index("zone_id")["kind"].to_dict()
    assert told == {"V1": "unconnected", "V2": "unconnected", "V3": "unserved"}


def test_a_village_that_holds_the_destination_needs_no_bus() -> None:
    seat = facilities((("county_seat", "N8", "K2"),))
    only = changed("CX-05", facilities=(FacilityFilter("county_seat"),), levels=["行政村"])
    result = assess(city(facilities=seat, transport=by_bus({"L1": ("N1", "N2")})), only, progress=False)
    assert [row(result, zone)["value"] for zone in ("V1", "V2", "V3")] == [0.0, 1.0, 0.0]


def test_people_change_between_stops_up_to_150_m_apart() -> None:
    """Two lines end 150 m, then 151 m apart."""
    for apart, changes in ((150.0, [0.0, 1.0]), (151.0, [0.0, np.inf])):
        xy = {"a": 0.0, "b": 1000.0, "c": 1000.0 + apart, "d": 3000.0}
        stops = [("L1", "a"), ("L1", "b"), ("L2", "c"), ("L2", "d")]
        frame = gpd.GeoDataFrame(
            [{"line_id": line, "stop_id": stop, "geometry": shapely.Point(xy[stop], 0)} for line, stop in stops]
        )
        assert bus_graph(frame).transfers_to(np.array([0])).tolist() == changes


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 11), min_size=1, max_size=4), min_size=1, max_size=8), st.integers(0, 7))
def test_transfers_are_what_networkx_says(served: list[list[int]], target: int) -> None:
    """A graph of lines and stops: every change of line costs one boarding, that is two steps."""
    target %= len(served)
    rows = [
        {"line_id": f"{number:02d}", "stop_id": f"{stop:02d}", "geometry": shapely.Point(1000 * stop, 0)}
        for number, stops in enumerate(served)
        for stop in stops
    ]
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_edges_from((("line", one["line_id"]), ("stop", one["stop_id"])) for one in rows)
    steps = nx.single_source_shortest_path_length(graph, ("line", f"{target:02d}"))
    expected = [steps.get(("line", f"{number:02d}"), np.inf) / 2 for number in range(len(served))]
    assert bus_graph(gpd.GeoDataFrame(rows)).transfers_to(np.array([target])).tolist() == expected


def test_counties_that_a_line_links_by_hand() -> None:
    """L2 stops at N4 in K1 and at N6 in K2."""
    result = assess(city(transport=by_bus()), plan("CX-06"), progress=False)
    found = row(result, "CITY")
    assert (found["numerator"], found["denominator"], found["status"], found["verdict"]) == (1.0, 1.0, "judged", "达标")
    without = assess(city(transport=by_bus({"L1": ("N1", "N4"), "L2": ("N6", "N8")})), plan("CX-06"), progress=False)
    found = row(without, "CITY")
    assert (found["value"], found["verdict"], found["gap"]) == (0.0, "不达标", 1.0)
    told = without.evidence[without.evidence["kind"] == "unconnected"]
    assert told["about"].tolist() == ["K1 – K2"]
    assert without.companions.empty


def test_neighbours_share_a_border_not_a_corner() -> None:
    """A B over C: A-B and B-C share a side, A-C only the corner at (2000, 500); D touches nobody.

    The line links A and C alone. Of the pairs A-B, B-C none is linked; B is in both, A in one, D in none.
    """
    squares = {
        "A": (0, 500, 2000, 1000),
        "B": (2000, 500, 4000, 1000),
        "C": (2000, 0, 4000, 500),
        "D": (4500, 0, 5000, 9),
    }
    dx, dy = oracle.ORACLE["offset"]
    rows = [
        {"zone_id": name, "level": "县区", "geometry": shapely.box(w + dx, s + dy, e + dx, n + dy)}
        for name, (w, s, e, n) in squares.items()
    ]
    corner = gpd.GeoDataFrame(rows, crs=oracle.ORACLE["crs"])
    people = oracle.population().drop(columns="zone_id")
    stops = [(100, 600, "L1"), (3000, 400, "L1"), (3000, 600, "L2")]
    frame = gpd.GeoDataFrame(
        {
            "line_id": [line for _, _, line in stops],
            "stop_id": ["a", "c", "b"],
            "sequence": [1, 2, 1],
        },
        geometry=[shapely.Point(x + dx, y + dy) for x, y, _ in stops],
        crs=oracle.ORACLE["crs"],
    )
    bare = oracle.facilities().drop(columns="zone_id")
    town = oracle.city(zones=corner, population=people, facilities=bare, transport=Transport(lines=frame))
    result = assess(town, plan("CX-06").with_levels(["全市", "县区"]), progress=False)
    assert (row(result, "CITY")["numerator"], row(result, "CITY")["denominator"]) == (0.0, 2.0)
    assert [row(result, zone)["denominator"] for zone in "ABCD"] == [1.0, 2.0, 1.0, 0.0]
    assert row(result, "D")["status"] == "not_applicable"


def test_villages_reached_by_classified_roads_by_hand() -> None:
    """Classified roads: N1 to N7 in one piece; N8 N9 is cut off from it by N7 N8, which is 等外.

    V1 holds N6; V2 lies 200 m beyond N7 and holds only N8 N9; V3 has nothing within 100 m.
    """
    result = assess(city(), plan("CX-07"), progress=False)
    assert (row(result, "B")["numerator"], row(result, "B")["denominator"]) == (1.0, 3.0)
    assert row(result, "B")["verdict"] == "不达标"
    assert (row(result, "K2")["value"], row(result, "K1")["status"]) == (pytest.approx(1 / 3), "not_applicable")
    told = result.evidence[result.evidence["kind"] == "unconnected"]
    assert told["about"].tolist() == ["V2", "V3"]
    assert beside(result, "B") == {"by_residents": 0.75}


@pytest.mark.parametrize(
    ("values", "linked"),
    [
        ({"within_m": 200.0}, 2),  # N7 is 200 m from V2: inclusive
        ({"within_m": 199.0}, 1),
        ({"within_m": None}, 1),
        ({"road_where": {}}, 2),  # any road: N7 N8 N9 are joined, V3 is 200 m from N9
        ({"road_where": {}, "within_m": 200.0}, 3),
        ({"road_where": {"road_class": "高速"}}, 0),
        ({"road_where": {"road_class": "四级"}}, 1),  # N8 N9 (600 m) is longer than the island's 10 m
    ],
)
def test_roads_that_count(values: dict[str, Any], linked: int) -> None:
    result = assess(city(), changed("CX-07", **values), progress=False)
    assert row(result, "B")["numerator"] == linked


def test_only_planned_villages_are_asked_about() -> None:
    planned = zones()
    planned.loc[planned["zone_id"] == "V3", "planned_village"] = False
    result = assess(city(zones=planned), plan("CX-07"), progress=False)
    assert row(result, "B")["denominator"] == 2.0


NOT_KNOWN: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    ("CX-05", {"transport": Transport()}, {}, "bus lines: the layer is not loaded"),
    ("CX-06", {"transport": Transport()}, {}, "bus lines: the layer is not loaded"),
    ("CX-06", {}, {"include_external": True}, "neighbours outside the city"),
    ("CX-06", {}, {"by": "road"}, "pairs by road is not computed"),
    ("CX-05", {"facilities": oracle.facilities()}, {}, "county seat: the layer is not loaded"),
    ("CX-07", {"transport": by_bus()}, {}, "drive: the drive network is not loaded"),
    (
        "CX-07",
        {"transport": Transport(DriveNetwork.from_edges(roads().drop(columns="road_class")))},
        {},
        "drive: column 'road_class' is missing",
    ),
    ("CX-07", {}, {"unit_where": {"poor": True}}, "column 'poor' is missing"),
    ("CX-05", {}, {"destination": "own", "own_level": "片区"}, "there is none of level 片区"),
    ("CX-06", {}, {"unit_levels": ("县",)}, "there is none of level 县."),
]


@pytest.mark.parametrize(("standard", "layers", "values", "said"), NOT_KNOWN)
def test_what_is_not_known_is_said(standard: str, layers: dict[str, Any], values: dict[str, Any], said: str) -> None:
    result = assess(city(**layers), changed(standard, **values), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert said in " ".join(result.evidence.loc[result.evidence["kind"].str.startswith("missing_"), "en"])


def test_no_lines_at_all_are_a_true_zero() -> None:
    result = assess(city(transport=Transport(lines=lines().iloc[:0])), plan("CX-06"), progress=False)
    assert (row(result, "CITY")["value"], row(result, "CITY")["status"]) == (0.0, "judged")


def test_the_order_of_lines_and_roads_has_no_say() -> None:
    def mixed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return frame.sample(frac=1, random_state=5).set_index(pd.Index(range(50, 50 + len(frame))))

    asked = plan("CX-02", "CX-05", "CX-06", "CX-07")
    one = assess(city(facilities=facilities()), asked, progress=False)
    runs = Transport(DriveNetwork.from_edges(mixed(roads())), mixed(lines()))
    other = assess(city(facilities=mixed(facilities()), zones=mixed(zones()), transport=runs), asked, progress=False)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.companions, other.companions)
