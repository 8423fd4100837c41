"""Every figure of the hand-worked city for the standards of the plan, through the public interface."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from servicecircle.assessment import Assessment, assess
from tests.oracle import EXPECTED, city, plan

TOLERANCE = 5e-7
"""The oracle prints six digits."""


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assess(city(), plan(), progress=False)


def row(result: Assessment, standard: str, zone: str, klass: str = "all") -> pd.Series[Any]:
    table = result.table
    found = table[(table["standard_id"] == standard) & (table["zone_id"] == zone) & (table["class"] == klass)]
    assert len(found) == 1
    return found.iloc[0]


def companion(result: Assessment, standard: str, zone: str, method: str) -> float:
    frame = result.companions
    found = frame[(frame["standard_id"] == standard) & (frame["zone_id"] == zone) & (frame["method"] == method)]
    assert len(found[found["class"] == "all"]) == 1
    return float(found[found["class"] == "all"]["value"].iloc[0])


def same(actual: object, expected: float | None) -> bool:
    if expected is None:
        return bool(pd.isna(actual))  # type: ignore[call-overload]
    return abs(float(actual) - float(expected)) <= TOLERANCE  # type: ignore[arg-type]


SERVICES = ["kindergarten", "elderly_station", "childcare", "community_health", "culture", "fitness", "bus_stop"]


@pytest.mark.parametrize("service", SERVICES)
def test_nearest_metres(result: Assessment, service: str) -> None:
    expected = EXPECTED["nearest_m"]["fitness_open" if service == "fitness" else service]
    frame = result.distances
    standard = "CX-01" if service == "bus_stop" else "ZH-01"
    frame = frame[(frame["service"] == service) & (frame["standard_id"] == standard)].set_index("cell_id")
    assert {cell: float(metres) for cell, metres in expected.items()} == pytest.approx(
        frame["metres"].to_dict(), abs=0.001
    )


def test_nearest_bus_stop_in_a_straight_line(result: Assessment) -> None:
    metres = result.cells_for("CX-01")["metres"]
    for cell, expected in EXPECTED["nearest_m"]["bus_stop_straight"].items():
        assert metres[cell] == pytest.approx(expected, abs=0.001)


VALUES = [
    (standard, zone, key, EXPECTED[standard][zone][key])
    for standard in ("YY-01", "YY-05", "LY-01", "LY-02", "WT-01", "ZH-01")
    for zone in ("A", "B", "Z", "CITY")
    if zone in EXPECTED[standard]
    for key in EXPECTED[standard][zone]
    if key
    in {
        "value",
        "pass",
        "required",
        "missing",
        "uncovered_group",
        "uncovered_total",
        "incomplete_total",
        "pooled",
        "share",
        "units",
    }
]
COLUMN = {
    "value": "value",
    "pooled": "value",
    "share": "value",
    "pass": "meets_target",
    "required": "facilities_required",
    "missing": "facilities_missing",
    "uncovered_group": "group_uncovered",
    "uncovered_total": "pop_uncovered",
    "incomplete_total": "pop_uncovered",
    "units": "denominator",
}


@pytest.mark.parametrize(("standard", "zone", "key", "expected"), VALUES)
def test_figures_of_the_table(result: Assessment, standard: str, zone: str, key: str, expected: Any) -> None:
    assert same(row(result, standard, zone)[COLUMN[key]], expected)


def test_the_classes_of_the_city(result: Assessment) -> None:
    for klass in ("urban", "rural"):
        assert same(row(result, "LY-01", "CITY", klass)["value"], EXPECTED["LY-01"]["CITY"][klass])


def test_minutes_of_older_residents(result: Assessment) -> None:
    minutes = result.cells_for("LY-01")["minutes"].to_dict()
    expected = {cell: float(value) for cell, value in EXPECTED["LY-01"]["time_min"].items()}
    assert minutes == pytest.approx(expected, abs=1e-6)


def test_city_of_a_scoped_standard_is_information(result: Assessment) -> None:
    city_row = row(result, "YY-05", "CITY")
    assert city_row["status"] == "info"
    assert same(city_row["value"], EXPECTED["YY-05"]["CITY_info"]["value"])


@pytest.mark.parametrize(
    ("standard", "zone", "method", "expected"),
    [
        ("YY-05", "A", "within_5_min", EXPECTED["YY-05"]["A"]["value_5min"]),
        ("YY-05", "A", "no_cross_border", EXPECTED["YY-05"]["A"]["value_without_cross_border"]),
        ("LY-01", "A", "speed_general", EXPECTED["LY-01"]["A"]["value_general_speed"]),
        ("LY-01", "B", "speed_general", EXPECTED["LY-01"]["B"]["value_general_speed"]),
        ("CX-01", "built_up", "population_euclidean", EXPECTED["CX-01"]["pop_share_radius"]),
        ("CX-01", "built_up", "population_euclidean_uncovered", EXPECTED["CX-01"]["uncovered_residents_radius"]),
        ("CX-01", "built_up", "population_network", EXPECTED["CX-01"]["pop_share_network"]),
        ("CX-01", "built_up", "population_network_uncovered", EXPECTED["CX-01"]["uncovered_residents_network"]),
        ("YY-01", "CITY", "sum_of_gaps_街道", EXPECTED["YY-01"]["sum_zone_missing"]),
    ],
)
def test_companions(result: Assessment, standard: str, zone: str, method: str, expected: float) -> None:
    assert same(companion(result, standard, zone, method), expected)


def test_bus_stops_cover_a_share_of_the_ground(result: Assessment) -> None:
    built_up, expected = row(result, "CX-01", "built_up"), EXPECTED["CX-01"]
    # both discs touch the border, where a polygon of the same area reaches a few millimetres beyond it
    assert built_up["value"] == pytest.approx(np.pi / 4, abs=1e-7)
    assert same(built_up["value"], expected["official_area_share"])
    assert built_up["verdict"] == "不达标"
    assert same(built_up["gap"], expected["uncovered_km2"])


def test_what_the_fifteen_minute_circle_lacks(result: Assessment) -> None:
    expected = EXPECTED["ZH-01"]
    missing = result.cells_for("ZH-01")["missing"]
    assert {cell: list(services) for cell, services in missing.items()} == expected["missing_types"]
    residents = expected["A"]["missing_pop_by_type"]
    for service, people in residents.items():
        assert companion(result, "ZH-01", "A", f"without_{service}") == people
    evidence = result.evidence[(result.evidence["kind"] == "missing_service") & (result.evidence["zone_id"] == "A")]
    worst = evidence.sort_values("residents", ascending=False).iloc[0]
    assert worst["about"] == expected["A"]["top_missing"]


def test_a_centre_that_lacks_one_service_is_a_near_miss(result: Assessment) -> None:
    evidence = result.evidence[result.evidence["kind"] == "near_miss"]
    assert evidence["about"].tolist() == list(EXPECTED["LY-02"]["A"]["near_miss"])
    assert "visiting" in evidence["en"].iloc[0]


def test_what_a_closed_venue_would_have_added(result: Assessment) -> None:
    opened = assess(city().changing("F3", open_to_public=True), plan().only("WT-01"), progress=False)
    assert same(row(opened, "WT-01", "A")["value"], EXPECTED["WT-01"]["trap_if_closed_venue_counted_A"])
    assert same(row(result, "WT-01", "A")["value"], EXPECTED["WT-01"]["A"]["value"])


@pytest.mark.parametrize(
    ("standard", "zone", "status"),
    [
        ("YY-01", "A", "judged"),
        ("YY-01", "Z", "no_population"),
        ("YY-05", "A", "reference"),
        ("YY-05", "B", "out_of_scope"),
        ("YY-05", "Z", "no_population"),
        ("LY-01", "A", "reference"),
        ("LY-02", "A", "judged"),
        ("LY-02", "B", "not_applicable"),
        ("LY-02", "Z", "judged"),
        ("WT-01", "B", "reference"),
        ("ZH-01", "A", "reference"),
        ("ZH-01", "B", "out_of_scope"),
        ("ZH-01", "Z", "no_population"),
        ("CX-01", "built_up", "judged"),
    ],
)
def test_statuses(result: Assessment, standard: str, zone: str, status: str) -> None:
    assert row(result, standard, zone)["status"] == status


def test_a_reference_row_never_has_a_verdict(result: Assessment) -> None:
    table = result.table
    assert table.loc[table["status"] == "reference", "verdict"].isna().all()
    assert set(table.loc[table["status"] == "judged", "verdict"]) == {"达标", "不达标"}
