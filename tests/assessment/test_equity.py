"""How access and walks are spread over the residents of each zone, worked by hand."""

from __future__ import annotations

import dataclasses
import math
from typing import TYPE_CHECKING, Any

import pytest

import servicecircle as sc
from servicecircle.assessment import access, assess
from servicecircle.errors import InputError
from tests import oracle
from tests.streets import street_city

if TYPE_CHECKING:
    import pandas as pd


@pytest.fixture(scope="module")
def places() -> sc.Access:
    """Return kindergarten places of the hand-worked city: 0.482 for C1, C2; 0 for C3, C6; 0.529 for C4, C5."""
    general = oracle.plan().profiles["general"]
    return access(oracle.city(), "kindergarten", minutes=10, group="pop_3_5", capacity="capacity", profile=general)


@pytest.fixture(scope="module")
def result() -> sc.Assessment:
    return assess(oracle.city(), oracle.plan().only("YY-05", "LY-01"), progress=False)


def figures(table: pd.DataFrame, zone: str, klass: str = "all") -> dict[str, float]:
    rows = table[(table["zone_id"] == zone) & (table["class"] == klass)]
    assert rows["measure"].is_unique
    return dict(zip(rows["measure"], rows["value"], strict=True))


K1, K2 = 270 / 560, 90 / 170
"""Places per child of the two kindergartens."""


def test_the_table_of_access(places: sc.Access) -> None:
    """Zone A: 560 children with K1, 160 with nothing, 80 with K2; half of all pairs' differences over the mean."""
    table = sc.equity_table(places)
    found = figures(table, "A")
    mean = (560 * K1 + 80 * K2) / 800
    differences = 160 * 560 * K1 + 160 * 80 * K2 + 560 * 80 * (K2 - K1)
    squares = 160 * mean**2 + 560 * (K1 - mean) ** 2 + 80 * (K2 - mean) ** 2
    # two fifths are 320 children: 160 with nothing and 160 with K1; the tenth are the 80 with K2
    assert found == pytest.approx(
        {
            "residents": 800,
            "unserved": 160,
            "mean": mean,
            "p10": 0,
            "p50": K1,
            "p90": K1,
            "gini": differences / 800**2 / mean,
            "palma": 80 * K2 / (160 * K1),
            "cv": math.sqrt(squares / 800) / mean,
            "urban_rural_difference": math.nan,
            "urban_rural_ratio": math.nan,
        },
        nan_ok=True,
    )
    assert set(table["zone_id"]) == {"CITY", "A", "B", "Z"}
    assert table.columns.tolist() == [
        *("zone_id", "zone_name", "level", "class", "measure", "value", "unit", "estimated")
    ]
    assert not table["estimated"].any()
    units = table.drop_duplicates("measure").set_index("measure")["unit"]
    assert units["mean"] == units["urban_rural_difference"] == "capacity per person"
    assert units["gini"] == units["palma"] == units["cv"] == "ratio"
    assert units["residents"] == units["unserved"] == "person"


def test_town_and_country(places: sc.Access) -> None:
    """Zone A is urban, B rural: 90 children with K2 and 30 with nothing."""
    table = sc.equity_table(places, levels=["全市"])
    urban, rural = (560 * K1 + 80 * K2) / 800, 90 * K2 / 120
    found = figures(table, "CITY")
    assert found["mean"] == pytest.approx(360 / 920)
    assert found["urban_rural_difference"] == pytest.approx(urban - rural)
    assert found["urban_rural_ratio"] == pytest.approx(urban / rural)
    assert figures(table, "CITY", "urban")["mean"] == pytest.approx(urban)
    assert figures(table, "CITY", "rural")["unserved"] == 30
    assert set(table["zone_id"]) == {"CITY"}


def test_groups_are_compared_with_those_who_count(places: sc.Access) -> None:
    """Of 5,000 older residents 2,600 live with K1, 1,200 with K2, 1,200 with nothing."""
    found = figures(sc.equity_table(places, groups=["pop_60p"], levels=["全市"]), "CITY", "pop_60p")
    mean = (2600 * K1 + 1200 * K2) / 5000
    assert found["residents"] == 5000
    assert found["unserved"] == 1200
    assert found["difference_from_all"] == pytest.approx(mean - 360 / 920)
    assert found["ratio_to_all"] == pytest.approx(mean / (360 / 920))


def test_a_zone_without_residents_has_no_figures(places: sc.Access) -> None:
    found = figures(sc.equity_table(places, levels=["街道"]), "Z")
    assert (found.pop("residents"), found.pop("unserved")) == (0, 0)
    assert all(math.isnan(value) for value in found.values())


def test_minutes_of_those_out_of_reach(places: sc.Access) -> None:
    """C6 has no walk: no mean exists in zone B and the city, but its 30 children are counted, also by the quantiles."""
    table = sc.equity_table(places, value="minutes")
    city, a, b = (figures(table, zone) for zone in ("CITY", "A", "B"))
    assert (city["unreachable"], a["unreachable"], b["unreachable"]) == (30, 0, 30)
    for name in ("mean", "gini", "palma", "cv", "urban_rural_difference", "urban_rural_ratio"):
        assert math.isnan(city[name])
        assert math.isnan(b[name])
    assert (b["p50"], b["p90"]) == (8, math.inf)
    # C1 6.875 min, C2 and C4 6.25 min, C3 15 min
    assert a["mean"] == pytest.approx((240 * 6.875 + 400 * 6.25 + 160 * 15) / 800)
    assert (a["p10"], a["p50"], a["p90"]) == (6.25, 6.25, 15)
    assert a["gini"] > 0


def test_walks_of_an_assessment(result: sc.Assessment) -> None:
    """Older residents of zone A walk as long as the oracle says, in minutes and, at 48 m/min, in metres."""
    expected = oracle.EXPECTED["LY-01"]["time_min"]
    people = {"C1": 1200, "C2": 1400, "C3": 800, "C4": 300}
    minutes = figures(sc.equity_table(result, standard_id="LY-01"), "A")
    metres = figures(sc.equity_table(result, standard_id="LY-01", value="metres"), "A")
    mean = sum(float(expected[cell]) * number for cell, number in people.items()) / sum(people.values())
    assert minutes["residents"] == 3700
    assert minutes["mean"] == pytest.approx(mean)
    assert metres["mean"] == pytest.approx(mean * 48)
    assert metres["gini"] == pytest.approx(minutes["gini"])


def test_only_cells_in_scope_count(result: sc.Assessment) -> None:
    """YY-05 is about the main city, zone A: its 800 children are all that count."""
    table = sc.equity_table(result, standard_id="YY-05", groups=["pop_total"])
    assert figures(table, "CITY")["residents"] == 800
    assert figures(table, "CITY", "pop_total")["residents"] == 20000
    assert figures(table, "B")["residents"] == 0
    assert table[(table["zone_id"] == "B") & (table["class"] == "rural")].empty


def test_a_city_without_settings_has_no_gap_between_them() -> None:
    table = sc.equity_table(access(street_city([0, 100], [10, 10], [0], [1]), "shop", minutes=5))
    assert set(table["class"]) == {"all"}
    assert not table["measure"].str.startswith("urban").any()


def test_estimated_residents_are_said_to_be() -> None:
    city = street_city([-100, 100], [10, 20], [0], [10])
    city = dataclasses.replace(city, zones=city.zones.assign(share_pop_65p=[0.1, 0.2]))
    of_all = sc.equity_table(access(city, "shop", minutes=5), groups=["pop_65p"])
    assert of_all.groupby("class")["estimated"].unique().map(list).to_dict() == {"all": [False], "pop_65p": [True]}
    of_older = sc.equity_table(access(city, "shop", minutes=5, group="pop_65p"))
    assert of_older["estimated"].all()


def test_a_stand_in_for_a_group_is_an_estimate() -> None:
    """Without a count of children aged 3 to 5 the plan takes all residents, and says so."""
    people = oracle.population().drop(columns="pop_3_5")
    result = assess(oracle.city(population=people), oracle.plan().only("YY-05"), progress=False)
    assert sc.equity_table(result, standard_id="YY-05")["estimated"].all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"standard_id": "YY-05"}, "standard_id belongs to an assessment"),
        ({"value": "miles"}, r"value 'miles' is unknown\. Known: access, minutes, metres"),
        ({"groups": ["pop_80p"]}, "group 'pop_80p' is unknown"),
        ({"groups": "pop_60p"}, "groups must be a list"),
        ({"levels": ["村"]}, "level '村' is unknown"),
        ({"levels": "街道"}, "levels must be a list"),
    ],
)
def test_what_cannot_be_asked_of_access(places: sc.Access, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sc.equity_table(places, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "standard_id is needed with an assessment: one of (?:LY-01, YY-05|YY-05, LY-01)"),
        ({"standard_id": "XX-99"}, "XX-99"),
        ({"standard_id": "YY-05", "value": "access"}, r"value 'access' is unknown\. Known: minutes, metres"),
    ],
)
def test_what_cannot_be_asked_of_an_assessment(result: sc.Assessment, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sc.equity_table(result, **options)


def test_something_else() -> None:
    with pytest.raises(InputError, match="what access or assess returned, not int"):
        sc.equity_table(3)  # type: ignore[arg-type]
