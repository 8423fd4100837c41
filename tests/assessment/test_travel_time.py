"""CX-02, CX-03, CX-04: rural residents to their township, their county seat and the city, worked by hand.

Rural are C5 (3000 residents, 40 m north of N7) and C6 (1000, on the island). The walk is 80 m a minute, so that C5 is
30 seconds from the road; C6 reaches nothing. The roads of the island are 10 m long: all islands are kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from servicecircle.assessment import Assessment, assess
from servicecircle.city import Transport
from servicecircle.network import AccessRule, DriveNetwork
from servicecircle.plan import FacilityFilter, Plan, Standard, Target, TravelTime
from servicecircle.read import sample_city
from tests import oracle
from tests.assessment.transport import city, facilities, plan, roads, zones

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network import Positions

TO_TOWN = 30 + 600 / 10
"""C5 to N6, seconds: the walk to the road, and N7 N6 (600 m) at 10 m/s."""

TO_COUNTY = 30 + 600 / 10
"""C5 to N8, seconds: N7 N8 (600 m) at 10 m/s."""

TO_CITY = 30 + (600 + 500) / 10 + (400 + 500 + 500 + 550) / 8.3333
"""C5 to N1, seconds: N7 N6 N5 at 10 m/s, then N5 N4 N3 N2 N1 (declared lengths) at the plan's 8.3333 m/s."""


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assess(city(), plan("CX-02", "CX-03", "CX-04"), progress=False)


def row(result: Assessment, standard: str, zone: str) -> pd.Series[Any]:
    table = result.table[(result.table["standard_id"] == standard) & (result.table["zone_id"] == zone)]
    assert len(table) == 1
    return table.iloc[0]


def method(result: Assessment, standard: str, zone: str, name: str) -> float:
    frame = result.companions
    found = frame[(frame["standard_id"] == standard) & (frame["zone_id"] == zone) & (frame["method"] == name)]
    assert len(found) == 1
    return float(found["value"].iloc[0])


def changed(standard: str, **values: Any) -> Plan:
    """Return a plan of one standard whose measure has other values."""
    one = plan(standard)
    (old,) = one.standards
    return replace(one, standards=(replace(old, measure=replace(old.measure, **values)),))


@pytest.mark.parametrize(
    ("standard", "zone", "seconds", "seat"),
    [("CX-02", "B", TO_TOWN, "seat-0"), ("CX-03", "K2", TO_COUNTY, "seat-2"), ("CX-04", "K2", TO_CITY, "seat-3")],
)
def test_figures_by_hand(result: Assessment, standard: str, zone: str, seconds: float, seat: str) -> None:
    found = row(result, standard, zone)
    assert (found["numerator"], found["denominator"], found["value"]) == (3000.0, 4000.0, 0.75)
    assert (found["group_uncovered"], found["pop_uncovered"], found["pop_unreachable"]) == (1000.0, 1000.0, 1000.0)
    assert found["pop_total"] == 4000.0
    assert found["p50_min"] == pytest.approx(seconds / 60)
    assert np.isinf(found["worst_min"])
    assert found[["worst_m", "p50_m", "p90_m"]].isna().all()
    cells = result.cells_for(standard)
    assert cells["minutes"]["C5"] == pytest.approx(seconds / 60)
    assert np.isinf(cells["minutes"]["C6"])
    assert cells["facility_id"]["C5"] == seat
    assert cells["in_scope"].to_dict() == {f"C{i}": i in {5, 6} for i in range(1, 7)}
    assert cells["covered"][["C5", "C6"]].tolist() == [True, False]


def test_a_county_without_rural_residents_has_no_value(result: Assessment) -> None:
    found = row(result, "CX-03", "K1")
    assert found["status"] == "no_population"
    assert pd.isna(found["value"])
    assert found["denominator"] == 0.0


def test_a_proxy_is_for_reference_only(result: Assessment) -> None:
    assert row(result, "CX-02", "B")["status"] == "reference"
    assert result.table["verdict"].isna().all()
    assert not row(result, "CX-02", "B")["meets_target"]
    told = result.evidence[result.evidence["kind"] == "proxy"]
    assert told["standard_id"].tolist() == ["CX-02", "CX-03", "CX-04"]
    assert "no bus timetables" in told["en"].iloc[0]


def test_a_proxy_stays_one_where_the_target_is_stated() -> None:
    one = plan("CX-04")
    stated = replace(one.standards[0], target=Target(">=", 0.5, "stated"))
    found = row(assess(city(), replace(one, standards=(stated,)), progress=False), "CX-04", "K2")
    assert (found["status"], found["verdict"], found["meets_target"]) == ("reference", None, True)


def test_by_car_with_a_stated_target_and_no_proxy_there_is_a_verdict() -> None:
    (old,) = changed("CX-04", mode="drive", proxy=False).standards
    stated = replace(old, target=Target(">=", 0.5, "stated"))
    result = assess(city(), replace(plan("CX-04"), standards=(stated,)), progress=False)
    assert (row(result, "CX-04", "K2")["status"], row(result, "CX-04", "K2")["verdict"]) == ("judged", "达标")


@pytest.mark.parametrize(("minutes", "value"), [(1.5, 0.75), (1.5 - 1e-4, 0.0)])
def test_the_limit_is_inclusive(minutes: float, value: float) -> None:
    """C5 is 90 seconds from its township seat: 1.5 minutes."""
    found = assess(city(), changed("CX-02", minutes=minutes, bands=(1.0, 2.0)), progress=False)
    assert row(found, "CX-02", "B")["value"] == value
    assert method(found, "CX-02", "B", "within_1_min") == 0.0
    assert method(found, "CX-02", "B", "within_2_min") == 0.75


def test_one_speed_on_every_road_is_reported_beside() -> None:
    """At 8.3333 m/s the 1100 m east of N5 take 132 s instead of 110 s: 396 s in all, above 6.5 minutes."""
    at_plan_speed = (30 + 3050 / 8.3333) / 60
    assert TO_CITY / 60 < 6.5 < at_plan_speed
    result = assess(city(), changed("CX-04", minutes=6.5), progress=False)
    assert row(result, "CX-04", "K2")["value"] == 0.75
    assert method(result, "CX-04", "K2", "all_roads_30_km_h") == 0.0


def test_the_own_seat_counts_though_another_is_nearer() -> None:
    """K2's seat moves to N9 (1200 m, 150 s with the walk); K1's moves to N7, next to C5 (30 s)."""
    moved = facilities((("county_seat", "N7", "K1"), ("county_seat", "N9", "K2")))
    result = assess(city(facilities=moved), changed("CX-03", minutes=2), progress=False)
    assert result.cells_for("CX-03")["minutes"]["C5"] == pytest.approx(2.5)
    assert row(result, "CX-03", "K2")["value"] == 0.0
    assert method(result, "CX-03", "K2", "nearest_any") == 0.75


def test_a_zone_without_a_seat_leaves_its_residents_uncovered() -> None:
    result = assess(city(facilities=facilities((("township_seat", "N1", None),))), plan("CX-02"), progress=False)
    found = row(result, "CX-02", "B")
    assert (found["value"], found["pop_unreachable"]) == (0.0, 4000.0)
    assert method(result, "CX-02", "B", "nearest_any") == 0.75


def test_residents_of_no_township_are_left_out_and_told() -> None:
    """B becomes a 街道; the villages' level is asked about instead, and V3 does not exist: C6 (1000) is in none."""
    few = city().zones
    few = few[few["zone_id"] != "V3"]
    result = assess(city(zones=few), changed("CX-03", own_level="行政村"), progress=False)
    assert row(result, "CX-03", "K2")["denominator"] == 3000.0
    told = result.evidence[result.evidence["kind"] == "no_own_zone"]
    assert "1,000 residents" in told["en"].iloc[0]
    assert not result.cells_for("CX-03")["in_scope"]["C6"]


def test_residents_far_from_every_road_are_told() -> None:
    rule = AccessRule(islands="main", max_access_m=39.0)
    result = assess(city(access=rule), plan("CX-02"), progress=False)
    assert row(result, "CX-02", "B")["value"] == 0.0
    told = result.evidence[result.evidence["kind"] == "off_roads"]
    assert "4,000 residents live farther than 39 m" in told["en"].iloc[0]


def test_speeds_and_rules_are_told_with_the_figures(result: Assessment) -> None:
    """The roads east of N5 are 2300 of 5360 m: 43 % state a speed."""
    told = result.evidence[(result.evidence["standard_id"] == "CX-02") & (result.evidence["kind"] == "assumption")]
    assert (
        "43% of the road length states a speed, the rest has 30 km/h (the plan file's assumption)" in told["en"].iloc[0]
    )
    assert "1.33333 m/s" in told["en"].iloc[0]
    listed = result.assumptions[result.assumptions["standard_id"] == "CX-02"]
    assert listed["about"].tolist() == ["target", "speed_m_s", "transit", "speed"]
    text = str(result.explain("CX-02", "B"))
    assert "driving times stand in" in text
    assert "V3: 1,000 residents not covered" in result.evidence["en"].tolist()


def test_without_any_speed_those_of_the_class_of_road_are_assumed_and_told() -> None:
    """All roads are secondary: 35 km/h, so that the 600 m from N7 to N6 take 600 / (35 / 3.6) seconds."""
    drive = DriveNetwork.from_edges(roads(highway="secondary").drop(columns="speed_kmh"))
    result = assess(city(transport=Transport(drive)), changed("CX-02", speed_m_s=None), progress=False)
    assert result.cells_for("CX-02")["minutes"]["C5"] == pytest.approx((30 + 600 * 3.6 / 35) / 60)
    told = result.evidence[result.evidence["kind"] == "assumption"]
    assert "km/h: secondary 35" in told["en"].iloc[0]


def test_bands_alone_have_the_longest_as_their_value() -> None:
    """AQ-01 asks for 1, 3 and 5 minutes; a post at N6 is 90 s from C5 and out of reach of C6."""
    posts = facilities((("police_post", "N6", None),))
    asked = plan("AQ-01").with_levels(["乡镇"])
    found = assess(city(facilities=posts), asked, progress=False)
    assert row(found, "AQ-01", "B")["value"] == 0.75
    assert [method(found, "AQ-01", "B", f"within_{band}_min") for band in (1, 3, 5)] == [0.0, 0.75, 0.75]
    assert row(found, "AQ-01", "B")["status"] == "info"


NOT_KNOWN: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"transport": Transport()}, {}, "drive: the drive network is not loaded"),
    ({}, {"proxy": False}, "travel times by transit are not computed"),
    ({}, {"mode": "bike"}, "travel times by bike are not computed"),
    ({}, {"own_level": "片区"}, "there is none of level 片区"),
    ({}, {"facilities": (FacilityFilter("airport"),)}, "airport: the layer is not loaded"),
    ({}, {"group": "pop_65p"}, "column 'pop_65p' is missing"),
    (
        {"population": oracle.population().drop(columns="setting"), "zones": zones().drop(columns="setting")},
        {},
        "setting",
    ),
]


@pytest.mark.parametrize(("layers", "measure", "said"), NOT_KNOWN)
def test_what_is_not_known_is_said(layers: dict[str, Any], measure: dict[str, Any], said: str) -> None:
    result = assess(city(**layers), changed("CX-02", **measure), progress=False)
    assert set(result.table["status"]) == {"not_evaluable"}
    assert result.table["value"].isna().all()
    assert said in " ".join(result.evidence.loc[result.evidence["kind"].str.startswith("missing_"), "en"])


def test_gaps_are_where_nobody_gets_there_in_time(result: Assessment) -> None:
    (gap,) = result.gaps("CX-02").itertuples()
    assert (gap.zone_id, gap.residents, gap.worst_minutes) == ("V3", 1000.0, np.inf)


def test_a_travel_time_is_of_this_kind() -> None:
    kinds = {type(one.measure) for one in plan("CX-02", "CX-03", "CX-04", "CX-09", "AQ-01").standards}
    assert kinds == {TravelTime}
    assert isinstance(plan("CX-02").standards[0], Standard)


def test_every_cell_of_the_sample_city_rides_as_long_as_networkx_says() -> None:
    """To the own township seat, over nodes and both ends of each road; places on the roads are taken as they are."""
    sample = sample_city()
    drive = sample.transport.drive
    assert drive is not None
    by_road = replace(sample, transport=Transport(drive))  # its bus lines know their times
    result = assess(by_road, plan("CX-02"), progress=False)
    speeds = drive.speeds(other_m_s=8.3333)
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(len(drive.roads.node_xy)))
    for (u, v), length, speed in zip(drive.roads.edge_nodes, drive.roads.edge_length_m, speeds, strict=True):
        seconds = min(float(length / speed), graph.get_edge_data(int(u), int(v), {"seconds": np.inf})["seconds"])
        graph.add_edge(int(u), int(v), seconds=seconds)
    homes, seats = result.ground.places_on(drive.roads)
    walk = oracle.ORACLE["speeds_m_per_min"]["general"] / 60
    township = result.ground.cell_zones["乡镇"].astype(object).to_numpy()
    expected = np.full(len(homes), np.inf)
    for number, seat in enumerate(result.ground.facilities.itertuples()):
        if seat.service != "township_seat":
            continue
        mine = np.flatnonzero((township == seat.zone_id) & homes.placed)
        for node, seconds in _ends(drive, seats, number, speeds):
            found = nx.single_source_dijkstra_path_length(graph, node, weight="seconds")
            for cell in mine:
                for other, more in _ends(drive, homes, int(cell), speeds):
                    legs = (homes.access_m[cell] + seats.access_m[number]) / walk
                    expected[cell] = min(expected[cell], found.get(other, np.inf) + seconds + more + legs)
        same = mine[homes.edge[mine] == seats.edge[number]]
        along = np.abs(homes.offset_m[same] - seats.offset_m[number]) / speeds[seats.edge[number]]
        expected[same] = np.minimum(expected[same], along + (homes.access_m[same] + seats.access_m[number]) / walk)
    assert np.isfinite(expected).sum() > 1000
    assert result.cells_for("CX-02")["minutes"].to_numpy() * 60 == pytest.approx(expected, rel=1e-9)


def _ends(drive: DriveNetwork, places: Positions, number: int, speeds: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Return the nodes at both ends of the road a place is on, and the seconds to each."""
    edge = int(places.edge[number])
    u, v = (int(node) for node in drive.roads.edge_nodes[edge])
    offset, length = float(places.offset_m[number]), float(drive.roads.edge_length_m[edge])
    return [(u, offset / float(speeds[edge])), (v, (length - offset) / float(speeds[edge]))]
