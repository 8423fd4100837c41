"""The city of data/oracle.json extended: counties, what stands in them, and who gets there, worked by hand.

Counties are K1 (x up to 2000: C1 to C4), K2 (to 4400: C5) and K3 (the rest: C6). The standards are the bundled plan's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

import servicecircle as sc
from tests import oracle
from tests.assessment import transport

if TYPE_CHECKING:
    from collections.abc import Sequence

COUNTIES = {"K1": (0, 2000), "K2": (2000, 4400), "K3": (4400, 6000)}
WALK = {name: metres / 60 for name, metres in oracle.ORACLE["speeds_m_per_min"].items()}


def plan(*standards: str) -> sc.Plan:
    """Return standards of the bundled plan, at their own levels, with the oracle's speeds."""
    return sc.read_plan("lianyungang-145").only(*standards).with_speeds(**WALK)


def zone(zone_id: str, level: str, west: float, east: float, **columns: object) -> dict[str, Any]:
    dx, dy = oracle.ORACLE["offset"]
    shape = shapely.Polygon.from_bounds(west + dx, dy, east + dx, 1000 + dy)
    return {"zone_id": zone_id, "name": zone_id, "level": level, "geometry": shape, **columns}


def zones(*more: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the oracle's zones, the counties and others."""
    counties = [zone(name, "县区", *x) for name, x in COUNTIES.items()]
    frame = gpd.GeoDataFrame([*counties, *more], crs=oracle.ORACLE["crs"])
    return gpd.GeoDataFrame(pd.concat([oracle.zones(), frame], ignore_index=True), crs=frame.crs)


def facilities(*more: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the oracle's facilities and others, each at a node."""
    rows = [{**one, "geometry": oracle.node(one["node"])} for one in more]
    frame = gpd.GeoDataFrame(rows, crs=oracle.ORACLE["crs"]).drop(columns="node")
    return gpd.GeoDataFrame(pd.concat([oracle.facilities(), frame], ignore_index=True), crs=frame.crs)


def judged(standard: str, city: sc.City) -> tuple[sc.Assessment, pd.DataFrame]:
    """Return the assessment of a standard, and its rows for everybody by zone."""
    result = sc.assess(city, plan(standard), progress=False)
    table = result.table
    return result, table[table["class"] == "all"].set_index("zone_id")


def row(result: sc.Assessment, standard: str, zone_id: str) -> dict[str, Any]:
    """Return the one row of a standard in a zone."""
    table = result.table
    (found,) = table[(table["standard_id"] == standard) & (table["zone_id"] == zone_id)].to_dict("records")
    return {str(key): value for key, value in found.items()}


def methods(result: sc.Assessment, zone_id: str) -> dict[str, float]:
    frame = result.companions
    frame = frame[(frame["zone_id"] == zone_id) & (frame["class"] == "all")]
    return dict(zip(frame["method"], frame["value"], strict=True))


# --------------------------------------------------------------------------------- YY-06, XY-01, BY-03: one per county


def test_a_standardised_institution_for_mothers_and_children_in_counties_of_500_000() -> None:
    """K1 has 25 times the oracle's 20,000 residents: 500,000 exactly, which counts, and M1. K2 has 499,999: not asked.

    K3 has 600,000: M3 is not standardised, M4 only planned; it lacks one. One of the two counties asked about has one,
    and 500,000 of their 1,100,000 residents live there.
    """
    people = oracle.population()
    people["pop_total"] = [25 * 6000, 25 * 8000, 25 * 4000, 25 * 2000, 499_999, 600_000]
    places = facilities(
        {"id": "M1", "service": "mch", "node": "N2", "standardised": True},
        {"id": "M2", "service": "mch", "node": "N7", "standardised": True},
        {"id": "M3", "service": "mch", "node": "N12", "standardised": False},
        {"id": "M4", "service": "mch", "node": "N12", "standardised": True, "status": "planned"},
    )
    result, rows = judged("YY-06", oracle.city(population=people, zones=zones(), facilities=places))
    assert rows["status"].to_dict() == {"CITY": "judged", "K1": "judged", "K2": "not_applicable", "K3": "judged"}
    assert rows.loc[["K1", "K3"], "value"].tolist() == [1.0, 0.0]
    assert rows.loc[["K1", "K3", "CITY"], "verdict"].tolist() == ["达标", "不达标", "不达标"]
    assert rows.loc[["K1", "K3", "CITY"], "facilities_missing"].tolist() == [0.0, 1.0, 1.0]
    assert (rows["numerator"]["CITY"], rows["denominator"]["CITY"], rows["value"]["CITY"]) == (1.0, 2.0, 0.5)
    assert methods(result, "CITY")["by_residents"] == pytest.approx(500_000 / 1_100_000)
    assert result.gaps("YY-06")["zone_id"].tolist() == ["K3"]


def test_parent_schools_in_communities() -> None:
    """Of the urban communities S1, S2, S3 two have a school, that of S3 is closed: 2/3, one is missing for 90 %.

    The plan's number for rural ones is lost: S4 has one, the value 1 stands there, and nothing is judged.
    """
    communities = [
        zone("S1", "社区", 0, 700, setting="urban"),
        zone("S2", "社区", 700, 1500, setting="urban"),
        zone("S3", "社区", 1500, 2000, setting="urban"),
        zone("S4", "社区", 2000, 4400, setting="rural"),
    ]
    places = facilities(
        {"id": "P1", "service": "parent_school", "node": "N1"},
        {"id": "P2", "service": "parent_school", "node": "N3"},
        {"id": "P3", "service": "parent_school", "node": "N5", "status": "closed"},
        {"id": "P4", "service": "parent_school", "node": "N7"},
    )
    result = sc.assess(oracle.city(zones=zones(*communities), facilities=places), plan("YY-07"), progress=False)
    urban, rural = row(result, "YY-07/urban", "K1"), row(result, "YY-07/rural", "K2")
    assert (urban["numerator"], urban["denominator"], urban["value"]) == (2.0, 3.0, pytest.approx(2 / 3))
    assert (urban["verdict"], urban["facilities_missing"]) == ("不达标", 1.0)
    assert (rural["value"], rural["status"], rural["verdict"]) == (1.0, "not_evaluable", None)
    assert pd.isna(rural["target"])


def test_communities_of_unknown_setting_are_told() -> None:
    """Of S1 (urban) and S2 (not known) only S1 is asked about; if neither is known, nothing can be judged."""
    places = facilities({"id": "P1", "service": "parent_school", "node": "N1"})
    for setting, status in (("urban", "judged"), (None, "not_evaluable")):
        both = zone("S1", "社区", 0, 700, setting=setting), zone("S2", "社区", 700, 2000, setting=None)
        result = sc.assess(oracle.city(zones=zones(*both), facilities=places), plan("YY-07"), progress=False)
        assert row(result, "YY-07/urban", "K1")["status"] == status
        told = result.evidence[
            (result.evidence["standard_id"] == "YY-07/urban") & (result.evidence["about"] == "setting")
        ]
        assert len(told) == 1
        assert "S2" in told["en"].iloc[0]


def test_zones_without_settings_are_told_though_cells_have_them() -> None:
    places = facilities({"id": "P1", "service": "parent_school", "node": "N1"})
    bare = zones(zone("S1", "社区", 0, 700)).drop(columns="setting")
    result, rows = judged("YY-07", oracle.city(zones=bare, facilities=places))
    assert set(rows["status"]) == {"not_evaluable"}
    assert set(result.evidence["en"]) >= {"zones: column 'setting' is missing."}


def test_a_university_for_older_people_in_every_county() -> None:
    """K1 has only a planned one; K2 has two, which do not make up for K1; K3 none.

    The functional zone F in K1 is no county. One county of three has one, two are missing.
    """
    places = facilities(
        {"id": "L1", "service": "senior_university", "node": "N3", "status": "planned"},
        {"id": "L2", "service": "senior_university", "node": "N7"},
        {"id": "L3", "service": "senior_university", "node": "N8"},
    )
    city = oracle.city(zones=zones(zone("F", "功能区", 500, 1200)), facilities=places)
    _, rows = judged("XY-01", city)
    assert rows["value"].to_dict() == {"CITY": pytest.approx(1 / 3), "K1": 0.0, "K2": 2.0, "K3": 0.0}
    assert rows["verdict"].to_dict() == {"CITY": "不达标", "K1": "不达标", "K2": "达标", "K3": "不达标"}
    assert rows["facilities_missing"].to_dict() == {"CITY": 2.0, "K1": 1.0, "K2": 0.0, "K3": 1.0}


def hospitals() -> gpd.GeoDataFrame:
    county = {"service": "tcm_hospital", "sponsor_level": "县区", "ownership": "public"}
    return facilities(
        {**county, "id": "B1", "node": "N2", "grade": 3, "sponsor_level": "市"},
        {**county, "id": "B2", "node": "N3", "grade": 1},
        {**county, "id": "B3", "node": "N4", "grade": 3, "ownership": "private"},
        {**county, "id": "B4", "node": "N7", "grade": 2},
    )


def test_a_hospital_of_chinese_medicine_that_the_county_runs() -> None:
    """K1 has a municipal one, one of grade 1 and a private one: none counts. K2 has one of grade 2: inclusive."""
    _, rows = judged("BY-03", oracle.city(zones=zones(), facilities=hospitals()))
    assert rows["value"].to_dict() == {"CITY": pytest.approx(1 / 3), "K1": 0.0, "K2": 1.0, "K3": 0.0}
    assert rows["verdict"].to_dict() == {"CITY": "不达标", "K1": "不达标", "K2": "达标", "K3": "不达标"}
    assert rows["facilities_missing"].to_dict() == {"CITY": 2.0, "K1": 1.0, "K2": 0.0, "K3": 1.0}


@pytest.mark.parametrize(
    ("hospital", "change"),
    [("B1", {"sponsor_level": "县区"}), ("B2", {"grade": 2}), ("B3", {"ownership": "public"})],
)
def test_each_condition_alone_keeps_a_hospital_out(hospital: str, change: dict[str, Any]) -> None:
    _, rows = judged("BY-03", oracle.city(zones=zones(), facilities=hospitals()).changing(hospital, **change))
    assert (rows["value"]["K1"], rows["verdict"]["K1"]) == (1.0, "达标")


def test_a_grade_that_is_no_number_is_told_and_does_not_count() -> None:
    city = oracle.city(zones=zones(), facilities=hospitals()).changing("B4", grade="二级甲等")
    result, rows = judged("BY-03", city)
    assert rows["value"]["K2"] == 0.0
    (told,) = result.evidence.loc[result.evidence["about"] == "grade", "en"]
    assert "grade is unknown for 1 facilities" in told


def test_grades_none_of_which_is_a_number_are_no_zero() -> None:
    places = hospitals()
    places["grade"] = places["grade"].map({1.0: "一级", 2.0: "二级", 3.0: "三级"})
    result, rows = judged("BY-03", oracle.city(zones=zones(), facilities=places))
    assert set(rows["status"]) == {"not_evaluable"}
    (told,) = result.evidence.loc[result.evidence["about"] == "grade", "en"]
    assert "'grade' holds nothing that can be judged (such as '三级')" in told


# ----------------------------------------------------------------------------------------- LY-03: stations, old, inside


@pytest.mark.parametrize("changed", [{}, {"serves_community": True}])
def test_elderly_stations_in_the_main_city(changed: dict[str, bool]) -> None:
    """Ten minutes are 480 m, five 240 m. To E1: C1 1050 m, C2 0, C3 700, C4 900.

    The centre and the institution at N4, 400 m from C4, do not count, whoever they serve.

    In A 1400 of 3700 have one; 2200 at the general speed (800 m: C2, C3). B lies outside the main city.
    The city, for information: 1400 of 5000, since C5 is 640 m from E2 and C6 on the island.
    """
    asked = plan("LY-03").with_levels([*oracle.LEVELS, "主城区"])
    city = oracle.city().changing("I1", **changed) if changed else oracle.city()
    result = sc.assess(city, asked, progress=False)
    rows = result.table.set_index("zone_id")
    for area in ("A", "main_city"):
        assert (rows["numerator"][area], rows["denominator"][area]) == (1400.0, 3700.0)
        assert (rows["status"][area], rows["meets_target"][area], rows["verdict"][area]) == ("reference", False, None)
        assert (rows["group_uncovered"][area], rows["pop_uncovered"][area]) == (2300.0, 12_000.0)
    assert (rows["status"]["B"], rows["value"]["B"]) == ("out_of_scope", 0.0)
    assert (rows["status"]["Z"], rows["status"]["CITY"]) == ("no_population", "info")
    assert rows["value"]["CITY"] == pytest.approx(1400 / 5000)
    beside = methods(result, "A")
    assert beside["within_5_min"] == pytest.approx(1400 / 3700)
    assert beside["speed_general"] == pytest.approx(2200 / 3700)
    assert beside["no_cross_border"] == pytest.approx(1400 / 3700)
    minutes = result.cells_for("LY-03")["minutes"]
    assert minutes.to_dict() == pytest.approx(
        {"C1": 1050 / 48, "C2": 0.0, "C3": 700 / 48, "C4": 900 / 48, "C5": 640 / 48, "C6": np.inf}
    )


# ----------------------------------------------------------------------------- CX-02 to CX-06: the bundled standards


LINES: dict[str, Sequence[str]] = {"L1": ("N6", "N7"), "L2": ("N2", "N3", "N4", "N6"), "L3": ("N7", "N8")}
"""As in transport.py, but L2 begins at N2: 400 m from the city's centre at N1."""


@pytest.fixture(scope="module")
def moving() -> sc.Assessment:
    drive = sc.DriveNetwork.from_edges(transport.roads())
    runs = sc.Transport(drive, transport.lines(LINES))
    asked = plan("CX-02", "CX-03", "CX-04", "CX-05", "CX-06")
    return sc.assess(transport.city(transport=runs), asked, progress=False)


@pytest.mark.parametrize(
    ("standard", "zone_id", "seconds"),
    [
        # C5 walks 40 m at 80 m a minute: 30 s. Then N7 N6 to its township, N7 N8 to its county seat: 600 m at 10 m/s
        ("CX-02", "B", 30 + 60),
        ("CX-03", "K2", 30 + 60),
        ("CX-03", "B", 30 + 60),
        # N7 N6 N5 at 10 m/s, N5 N4 N3 N2 N1 (the declared 550 m at its end) at the plan's 8.3333 m/s
        ("CX-04", "K2", 30 + 110 + 1950 / 8.3333),
    ],
)
def test_rural_residents_ride(moving: sc.Assessment, standard: str, zone_id: str, seconds: float) -> None:
    """Of the rural 4000 residents, C5's 3000 get there; C6 lives on the island. By car it is a proxy: no verdict."""
    found = row(moving, standard, zone_id)
    assert (found["numerator"], found["denominator"], found["value"]) == (3000.0, 4000.0, 0.75)
    assert (found["status"], found["verdict"], found["pop_unreachable"]) == ("reference", None, 1000.0)
    assert moving.cells_for(standard)["minutes"]["C5"] == pytest.approx(seconds / 60)


@pytest.mark.parametrize(
    ("standard", "linked", "residents"),
    [
        # V1 stops at N6 and N7: L2 to the seat at N3. V2 holds the seat at N8. V3 has no stop: 2 of 3, C5 of C5 and C6
        ("CX-05/county", 2.0, 0.75),
        # V1: L2 stops 400 m from the centre. V2: L3, L1, L2 are two changes, one too many. V3: none. Nobody lives in V2
        ("CX-05/city", 1.0, 0.75),
    ],
)
def test_villages_go_by_bus(moving: sc.Assessment, standard: str, linked: float, residents: float) -> None:
    found = row(moving, standard, "B")
    assert (found["numerator"], found["denominator"], found["status"]) == (linked, 3.0, "reference")
    frame = moving.companions
    assert frame.loc[(frame["standard_id"] == standard) & (frame["method"] == "by_residents"), "value"].tolist() == [
        residents
    ]


def test_what_keeps_villages_from_the_city(moving: sc.Assessment) -> None:
    told = moving.evidence[moving.evidence["standard_id"] == "CX-05/city"].set_index("zone_id")
    assert told.loc[["V2", "V3"], "kind"].tolist() == ["transfers", "unserved"]


def test_neighbouring_counties_go_by_bus(moving: sc.Assessment) -> None:
    """K1 and K2 have the one common border; L2 stops at N4 in K1 and at N6 in K2. The plan states the target."""
    found = row(moving, "CX-06", "CITY")
    assert (found["numerator"], found["denominator"]) == (1.0, 1.0)
    assert (found["status"], found["verdict"], found["target"]) == ("judged", "达标", 1.0)
