"""The drive network and the bus lines of a city, checked on entry."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from servicecircle.assessment.digest import data_digests
from servicecircle.city import City, Transport
from servicecircle.errors import CRSError, InputError, LayerError
from servicecircle.network import DriveNetwork
from tests import oracle

LINES = pd.DataFrame({"line_id": [7, 7, "8"], "stop_id": ["S2", "S1", "S1"], "sequence": [2, "1", 1]})


def with_lines(frame: Any, **changes: Any) -> City:
    return oracle.city(transport=Transport(lines=frame), **changes)


def faults(frame: pd.DataFrame) -> str:
    with pytest.raises(LayerError) as caught:
        with_lines(frame)
    return str(caught.value)


def test_a_city_may_know_nothing_of_either() -> None:
    assert oracle.city().transport.drive is None
    assert oracle.city().transport.lines is None


def test_stops_have_the_place_of_the_facility_with_their_id() -> None:
    before = LINES.copy()
    lines = with_lines(LINES).transport.lines
    assert isinstance(lines, gpd.GeoDataFrame)
    assert lines[["line_id", "stop_id", "sequence"]].to_numpy().tolist() == [
        ["7", "S1", 1.0],
        ["7", "S2", 2.0],
        ["8", "S1", 1.0],
    ]
    assert lines.geometry.tolist() == [oracle.node("N2"), oracle.node("N4"), oracle.node("N2")]
    assert lines.crs == oracle.city().crs
    pd.testing.assert_frame_equal(LINES, before)


def test_places_of_their_own_are_brought_into_the_crs_of_the_city() -> None:
    own = gpd.GeoDataFrame(LINES, geometry=[oracle.node(name) for name in ("N1", "N5", "N1")], crs=oracle.ORACLE["crs"])
    lines = with_lines(own.to_crs("EPSG:4490")).transport.lines
    assert isinstance(lines, gpd.GeoDataFrame)
    assert (
        lines.geometry.distance(gpd.GeoSeries([oracle.node(n) for n in ("N5", "N1", "N1")], crs=lines.crs)).max() < 0.01
    )


def test_a_changed_city_keeps_them() -> None:
    drive = DriveNetwork.from_edges(oracle.edges())
    city = oracle.city(transport=Transport(drive, LINES)).removing("S1")
    assert city.transport.drive is drive
    assert city.transport.lines is not None
    assert city.transport.lines["stop_id"].tolist() == ["S1", "S2", "S1"]  # the bus stops there all the same


def test_what_was_found_in_the_roads_is_in_the_report() -> None:
    city = oracle.city(transport=Transport(DriveNetwork.from_edges(oracle.edges())))
    assert "drive network" in {finding.layer for finding in city.report.findings}


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (LINES.drop(columns="stop_id"), "bus lines layer, column 'stop_id': column 'stop_id' is missing"),
        (LINES.assign(stop_id=["S1", "S9", "S8"]), "2 rows (1: S9, 2: S8)"),
        (LINES.assign(line_id=["7", "", "8"]), "line_id is empty"),
        (LINES.assign(sequence=[1, "two", 1]), "sequence is no number"),
        (LINES.assign(sequence=[1, 1, 1]), "the same sequence"),
        (LINES.assign(headway_minutes=[10, -1, 5]), "headway_minutes is below zero"),
        (LINES.assign(minutes=[3, -1, 0]), "minutes is below zero"),
        (LINES.assign(minutes=[3, "4 min", 0]), "minutes is no number"),
        # line 7 calls at S1 (row 1) after 4 minutes and then at S2 (row 0) after 3
        (LINES.assign(minutes=[3, 4, 0]), "fewer than at the stop before. Give the minutes of riding from the line's "),
    ],
)
def test_faults_of_lines_are_named(frame: pd.DataFrame, said: str) -> None:
    assert said in faults(frame)


def test_minutes_that_go_back_name_their_rows() -> None:
    frame = LINES.assign(minutes=[3, 4, 0]).set_axis(["late", "early", "other"])
    said = faults(frame)
    assert "1 row" in said
    assert "late" in said
    assert "minutes 小于前一站" in said


def test_minutes_are_kept_and_may_be_missing() -> None:
    lines = with_lines(LINES.assign(minutes=["3", 0, ""], headway_minutes=[5, 5, np.nan])).transport.lines
    assert lines is not None
    assert lines["minutes"].tolist()[:2] == [0.0, 3.0]
    assert lines["minutes"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(("minutes", "told"), [(0.0, True), (0.2, False), (3.0, False)])
def test_a_line_too_fast_for_any_bus_is_told(minutes: float, *, told: bool) -> None:
    """From N1 to N5 and back to N4 are 1800 + 400 m: 1.1 minutes at 120 km/h, of which rounding may hide 1."""
    nodes = [oracle.node(name) for name in ("N1", "N5", "N4")]
    frame = pd.DataFrame({"line_id": ["7"] * 3, "stop_id": ["a", "b", "c"], "sequence": [1, 2, 3]})
    frame["minutes"] = [0.0, minutes, minutes]
    city = with_lines(gpd.GeoDataFrame(frame, geometry=nodes, crs=oracle.ORACLE["crs"]))
    found = [one for one in city.report.findings if one.code == "too_fast"]
    assert bool(found) is told
    assert [(one.severity, one.rows) for one in found] == [("warning", ("7",))] * told


def test_a_headway_of_nothing_is_unknown_and_told() -> None:
    city = with_lines(LINES.assign(headway_minutes=[0, 0, 12]))
    lines = city.transport.lines
    assert lines is not None
    assert lines["headway_minutes"].isna().tolist() == [True, True, False]
    (found,) = [one for one in city.report.findings if one.code == "no_headway"]
    assert (found.severity, found.count, found.column) == ("repair", 2, "headway_minutes")


def test_all_faults_of_all_layers_are_named_at_once() -> None:
    with pytest.raises(LayerError) as caught:
        with_lines(LINES.drop(columns="line_id"), zones=oracle.zones().drop(columns="level"))
    assert {finding.layer for finding in caught.value.report.errors} == {"bus lines", "zones"}


def test_roads_elsewhere_and_other_things_are_refused() -> None:
    roads = gpd.GeoDataFrame(geometry=oracle.edges().geometry, crs=oracle.ORACLE["crs"]).to_crs("EPSG:32650")
    with pytest.raises(CRSError, match="The drive network is in EPSG:32650"):
        oracle.city(transport=Transport(DriveNetwork.from_edges(roads)))
    with pytest.raises(InputError, match="drive must be a DriveNetwork, not GeoDataFrame"):
        Transport(drive=roads)
    with pytest.raises(InputError, match="lines must be a frame"):
        Transport(lines=["L1"])


def test_other_speeds_and_other_stops_are_other_data() -> None:
    def digests(speed_kmh: float, lines: pd.DataFrame) -> dict[str, str]:
        drive = DriveNetwork.from_edges(oracle.edges().assign(speed_kmh=speed_kmh))
        return data_digests(oracle.city(transport=Transport(drive, lines)))

    one, other = digests(30.0, LINES), digests(40.0, LINES.iloc[:2])
    assert {name for name in one if one[name] != other[name]} == {"drive network", "bus lines"}
    assert digests(30.0, LINES.iloc[::-1]) == one
    assert set(data_digests(oracle.city())) == set(one) - {"drive network", "bus lines"}
