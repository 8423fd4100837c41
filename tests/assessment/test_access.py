"""Floating catchments: figures worked by hand, published and by PySAL's access; and what always holds."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from access import fca
from access import weights as pysal_weights
from hypothesis import given, settings
from hypothesis import strategies as st

import servicecircle as sc
from servicecircle.assessment import access
from servicecircle.errors import InputError, LayerError
from servicecircle.network import within
from tests import oracle
from tests.streets import street_city

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import DrawFn

SIX_DIGITS = 5e-7
"""The oracle prints six digits."""

METHODS: list[dict[str, Any]] = [
    {"method": "2sfca"},
    {"method": "e2sfca"},
    {"method": "e2sfca", "weights": "gaussian"},
    {"method": "e2sfca", "weights": [1.0, 0.5]},
]


@pytest.fixture(scope="module")
def found() -> sc.Access:
    """Return kindergarten places of the hand-worked city; ten minutes are 800 m at its speed."""
    general = oracle.plan().profiles["general"]
    return access(oracle.city(), "kindergarten", minutes=10, group="pop_3_5", capacity="capacity", profile=general)


@pytest.fixture(scope="module")
def sample() -> sc.City:
    return sc.sample_city()


# ---------------------------------------------------------------------------------------------------- worked by hand


def test_the_hand_worked_city(found: sc.Access) -> None:
    expected = oracle.EXPECTED["2SFCA_kindergarten_10min"]
    assert found.facilities["ratio"].to_dict() == pytest.approx(expected["R"], abs=SIX_DIGITS)
    assert found.cells["access"].to_dict() == pytest.approx(expected["access"], abs=SIX_DIGITS)
    total = (found.cells["access"] * found.cells["group"]).sum()
    assert total == pytest.approx(expected["sum_access_times_demand"])


def test_zones_of_the_hand_worked_city(found: sc.Access) -> None:
    """K1 has 270 places for the 560 children of C1 and C2, K2 90 for the 170 of C4 and C5."""
    zones = pd.concat([found.zones(level) for level in ("街道", "乡镇", "全市")]).set_index("zone_id")
    in_a = 270 + 80 * 90 / 170
    in_b = 90 * 90 / 170
    expected = {"A": in_a / 800, "B": in_b / 120, "CITY": 360 / 920}
    assert zones["access"].drop("Z").to_dict() == pytest.approx(expected)
    assert np.isnan(zones["access"]["Z"])
    assert zones["unserved"].to_dict() == {"A": 160.0, "B": 30.0, "Z": 0.0, "CITY": 190.0}
    assert zones["group"].to_dict() == {"A": 800.0, "B": 120.0, "Z": 0.0, "CITY": 920.0}
    assert zones["zone_name"]["A"] == "甲街道"


def test_those_unserved_have_nothing_and_are_never_unknown(found: sc.Access) -> None:
    cells = found.cells
    assert not cells["access"].isna().any()
    assert cells.loc[["C3", "C6"], "access"].tolist() == [0.0, 0.0]
    assert cells["metres"]["C3"] == pytest.approx(1200)
    assert np.isinf(cells["minutes"]["C6"])
    (finding,) = [one for one in found.report.findings if one.code == "unserved"]
    assert (finding.residents, finding.rows) == (190.0, ("C3", "C6"))


def test_the_published_example() -> None:
    """Luo & Wang (2003, figure 3): a serves eight residents and b four, one lives within reach of both."""
    near_a, near_both, near_b = [-300, -200, -100, 0, 100, 150, 199], [250], [400, 600, 800]
    homes = [*near_a, *near_both, *near_b]
    city = street_city(homes, [1] * 11, [0, 500], [1, 1])
    value = access(city, "shop", minutes=5).cells["access"]
    assert value.tolist() == [1 / 8] * 7 + [3 / 8] + [1 / 4] * 3


def test_steps_by_hand() -> None:
    """Of a catchment of 900 m, 300 m count 1, 600 m 0.68 and 900 m 0.22: 10 + 6.8 + 2.2 residents for 38 places."""
    city = street_city([300, 600, 900, 901], [10, 10, 10, 10], [0], [38])
    found = access(city, "shop", minutes=15, method="e2sfca", capacity="capacity")
    assert found.facilities["demand"]["s0"] == pytest.approx(19)
    assert found.cells["access"].tolist() == pytest.approx([2, 2 * 0.68, 2 * 0.22, 0])


def test_gaussian_by_hand() -> None:
    """Halfway the curve stands at (exp(-1/8) - exp(-1/2)) / (1 - exp(-1/2)), at the limit at 0."""
    city = street_city([0, 450, 900], [10, 10, 10], [0], [1])
    found = access(city, "shop", minutes=15, method="e2sfca", weights="gaussian")
    half = (np.exp(-1 / 8) - np.exp(-1 / 2)) / (1 - np.exp(-1 / 2))
    assert found.facilities["demand"]["s0"] == pytest.approx(10 + 10 * half)
    ratio = 1 / (10 + 10 * half)
    assert found.cells["access"].tolist() == pytest.approx([ratio, half * ratio, 0])


def test_cumulative_by_hand() -> None:
    """What is within reach counts whole, however many share it."""
    city = street_city([0, 100, 700], [5, 500, 1], [0, 300, 600], [10, 20, 40])
    offers = access(city, "shop", minutes=5, method="cumulative", capacity="capacity")
    assert offers.cells["access"].tolist() == [30, 30, 40]
    assert offers.unit == "capacity"
    assert access(city, "shop", minutes=5, method="cumulative").cells["access"].tolist() == [2, 2, 1]


@pytest.mark.parametrize(("metres", "counts"), [(300.0, True), (300.0009, True), (300.0015, False), (299.9, True)])
def test_the_limit_counts(metres: float, counts: bool) -> None:  # noqa: FBT001
    value = access(street_city([metres], [1], [0], [1]), "shop", minutes=5).cells["access"]
    assert value.tolist() == [float(counts)]


@pytest.mark.parametrize(("metres", "weight"), [(150.0, 1.0), (150.0009, 1.0), (150.0015, 0.25), (300.0009, 0.25)])
def test_the_end_of_a_band_counts(metres: float, weight: float) -> None:
    """Somebody at the door makes the ratio 1 / (1 + weight)."""
    city = street_city([0, metres], [1, 1], [0], [1])
    value = access(city, "shop", minutes=5, method="e2sfca", weights=(1, 0.25)).cells["access"]
    assert value.tolist() == pytest.approx([1 / (1 + weight), weight / (1 + weight)])


def test_who_walks_slowly_reaches_less() -> None:
    """Five minutes are 240 m at 0.8 m/s."""
    city = street_city([240, 241], [1, 1], [0], [1])
    found = access(city, "shop", minutes=5, profile="elderly")
    assert found.limit_m == pytest.approx(240)
    assert found.cells["access"].tolist() == [1, 0]
    assert found.cells["minutes"].tolist() == pytest.approx([5, 241 / 48])


# ------------------------------------------------------------------------------------------- facilities, and unknowns


def test_a_facility_that_nobody_reaches_is_reported() -> None:
    city = street_city([0, 4000], [10, 0], [0, 4000], [30, 70])
    found = access(city, "shop", minutes=5, capacity="capacity")
    assert np.isnan(found.facilities["ratio"]["s1"])
    assert found.cells["access"].tolist() == [3, 0]
    (finding,) = [one for one in found.report.findings if one.code == "reaches_nobody"]
    assert finding.rows == ("s1",)
    assert "70 of a capacity of 100" in finding.en


def test_only_open_facilities_count() -> None:
    city = street_city([0], [10], [0, 100], [30, 70])
    planned = city.changing("s1", status="planned")
    assert access(city, "shop", minutes=5, capacity="capacity").cells["access"].tolist() == [10]
    assert access(planned, "shop", minutes=5, capacity="capacity").cells["access"].tolist() == [3]


def test_a_service_without_facilities_is_a_true_zero() -> None:
    city = street_city([0], [10], [0], [30]).removing("s0")
    found = access(city, "shop", minutes=5, capacity="capacity")
    assert found.cells["access"].tolist() == [0]
    assert found.zones("全市")["access"].tolist() == [0]
    assert len(found.facilities) == 0


def test_a_facility_without_a_place_reaches_nobody(sample: sc.City) -> None:
    found = access(sample, "parent_school", minutes=15)
    assert (found.cells["access"] == 0).all()
    assert (found.facilities["demand"] == 0).all()


def test_a_capacity_that_is_not_known_is_never_guessed() -> None:
    city = street_city([0], [10], [0, 100, 200], [30, np.nan, 5])
    with pytest.raises(LayerError, match=r"facilities layer, column 'capacity'.*never guessed.*1 rows \(s1\)"):
        access(city, "shop", minutes=5, capacity="capacity")
    known = access(city.changing("s1", status="closed"), "shop", minutes=5, capacity="capacity")
    assert known.cells["access"].tolist() == [3.5]


def test_residents_that_are_not_known_are_never_guessed() -> None:
    city = street_city([0, 100], [10, 10], [0], [1], pop_80p=[1.0, np.nan])
    with pytest.raises(LayerError, match=r"population layer, column 'pop_80p'.*1 rows \(c1\)"):
        access(city, "shop", minutes=5, group="pop_80p")


def test_estimated_residents_are_said_to_be() -> None:
    """A tenth of the ten west of 0 and a fifth of the twenty east of it are 65 or older: 1 + 4 share 10."""
    city = street_city([-100, 100], [10, 20], [0], [10])
    city = dataclasses.replace(city, zones=city.zones.assign(share_pop_65p=[0.1, 0.2]))
    found = access(city, "shop", minutes=5, group="pop_65p", capacity="capacity")
    assert found.facilities["ratio"]["s0"] == pytest.approx(2)
    assert found.zones("全市")["estimated"].tolist() == [True]
    assert "estimated" in {one.code for one in found.report.findings}
    assert "5 of 5 residents aged 65 and over served (estimated)" in repr(found)
    counted = access(city, "shop", minutes=5, capacity="capacity")
    assert counted.zones("全市")["estimated"].tolist() == [False]
    assert "estimated" not in repr(counted)


@pytest.mark.parametrize(
    ("service", "options", "message"),
    [
        ("school", {}, r"service 'school' is unknown\. Known: shop"),
        ("shop", {"group": "pop_60p"}, r"group 'pop_60p' is unknown\. Known: pop_total"),
        ("shop", {"capacity": "places"}, r"capacity 'places' is unknown\. Known: capacity"),
        ("shop", {"profile": "runner"}, r"profile 'runner' is unknown\. Known: general, elderly, child"),
        ("shop", {"method": "3sfca"}, r"method '3sfca' is unknown\. Known: 2sfca, e2sfca, cumulative"),
        ("shop", {"minutes": 0}, "minutes must be a finite number above 0"),
        ("shop", {"minutes": np.inf}, "minutes must be a finite number above 0"),
        ("shop", {"minutes": "10"}, "minutes must be a number"),
        ("shop", {"weights": [1, 0.5]}, "weights belong to the method 'e2sfca'"),
        ("shop", {"method": "e2sfca", "weights": "linear"}, "weights 'linear' is unknown"),
        *(
            ("shop", {"method": "e2sfca", "weights": weights}, "weights must be numbers from the nearest band")
            for weights in ([], [0, 0], [0.5, 1], [1, -1], [1, np.nan], [np.inf, 1], ["1"], 1.0, [True])
        ),
    ],
)
def test_what_cannot_be_used_is_named(service: str, options: dict[str, Any], message: str) -> None:
    city = street_city([0], [10], [0], [1])
    with pytest.raises(InputError, match=message):
        access(city, service, **{"minutes": 5, **options})


def test_something_else_than_a_city() -> None:
    with pytest.raises(InputError, match="access takes a City, not str"):
        access("city", "shop", minutes=5)  # type: ignore[arg-type]


def test_an_unknown_level(found: sc.Access) -> None:
    with pytest.raises(InputError, match=r"level '社区' is unknown\. Known: 全市"):
        found.zones("社区")


def test_it_says_what_it_is(found: sc.Access) -> None:
    assert repr(found) == (
        "幼儿园 kindergarten, 2sfca within 10 min: 730 of 920 children aged 3 to 5 served, "
        "mean 0.3913 capacity per person; 0 of 2 facilities reach nobody"
    )


def test_the_city_is_left_as_it_was() -> None:
    city = street_city([0, 100], [10, 10], [0], [1])
    before = {field.name: getattr(city, field.name) for field in dataclasses.fields(city) if field.name != "_"}
    copies = {name: frame.copy() for name, frame in before.items() if isinstance(frame, pd.DataFrame)}
    access(city, "shop", minutes=5)
    for name, frame in copies.items():
        pd.testing.assert_frame_equal(getattr(city, name), frame)


def test_sums_do_not_follow_the_order_of_rows() -> None:
    """0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1 in floating point."""
    city = street_city([0, 10, 20], [0.1, 0.2, 0.3], [0], [1])
    turned = dataclasses.replace(city, population=city.population.iloc[::-1])
    demand = [access(one, "shop", minutes=5).facilities["demand"]["s0"] for one in (city, turned)]
    assert demand[0] == demand[1]


# ---------------------------------------------------------------------------------------------------- by another hand


def dais_gaussian(limit: float) -> Callable[[float], float]:
    """Return PySAL's Gaussian, moved down so that it ends at 0, as in Dai (2010)."""
    curve, end = pysal_weights.gaussian(limit), np.exp(-0.5)
    return lambda metres: max(0.0, (curve(metres) - end) / (1 - end))


def pysal(city: sc.City, limit: float, weight: Callable[[float], float] | None) -> pd.Series[float]:
    """Return the access of each cell to kindergarten places by PySAL, 0 where it has no figure."""
    facilities = city.facilities[(city.facilities["service"] == "kindergarten") & (city.facilities["status"] == "open")]
    homes = city.placed(city.population.geometry.centroid)
    doors = city.placed(facilities.geometry, ids=facilities["id"])
    pairs = within(city.walk, homes, doors, limit_m=limit)
    cells = city.population["cell_id"].to_numpy()
    costs = pd.DataFrame(
        {
            "origin": cells[pairs.origin],
            "dest": facilities["id"].to_numpy()[pairs.facility],
            "cost": pairs.distance_m,
        }
    )
    demand = pd.DataFrame({"demand": city.population["pop_3_5"].to_numpy(dtype=float)}, index=cells)
    supply = pd.DataFrame({"supply": facilities["capacity"].to_numpy(dtype=float)}, index=facilities["id"].to_numpy())
    value: pd.Series[float] = fca.two_stage_fca(
        demand, supply, costs, demand_index=True, demand_name="demand", supply_name="supply", weight_fn=weight
    )
    return value.reindex(cells).fillna(0.0)


@pytest.mark.parametrize("minutes", [5, 10, 20])
@pytest.mark.parametrize("name", ["2sfca", "steps", "gaussian"])
def test_same_as_pysal(sample: sc.City, minutes: float, name: str) -> None:
    limit = 60.0 * minutes
    options: dict[str, Any] = {"method": "2sfca" if name == "2sfca" else "e2sfca"}
    steps = pysal_weights.step_fn({limit / 3 + 0.001: 1, 2 * limit / 3 + 0.001: 0.68, limit + 0.001: 0.22})
    weight = {"2sfca": None, "steps": steps, "gaussian": dais_gaussian(limit)}[name]
    if name == "gaussian":
        options["weights"] = "gaussian"
    ours = access(sample, "kindergarten", minutes=minutes, group="pop_3_5", capacity="capacity", **options)
    assert (ours.facilities["demand"] > 0).all()
    theirs = pysal(sample, limit, weight)
    assert (theirs > 0).sum() > 200
    np.testing.assert_allclose(ours.cells["access"].to_numpy(), theirs.to_numpy(), rtol=1e-12, atol=1e-15)


# -------------------------------------------------------------------------------------------------- what always holds

PLACES = st.integers(-20, 20).map(lambda step: 50.0 * step)
AMOUNTS = st.integers(0, 50).map(float)


@st.composite
def towns(draw: DrawFn) -> tuple[list[float], list[float], list[float], list[float]]:
    """Return homes, residents, shops and capacities along a street, several at one place among them."""
    homes, shops = draw(st.lists(PLACES, min_size=1, max_size=8)), draw(st.lists(PLACES, min_size=1, max_size=6))
    residents = draw(st.lists(AMOUNTS, min_size=len(homes), max_size=len(homes)))
    return homes, residents, shops, draw(st.lists(AMOUNTS, min_size=len(shops), max_size=len(shops)))


def by_the_book(
    town: tuple[list[float], list[float], list[float], list[float]], weight: Callable[[float], float]
) -> list[float]:
    """Return the access of each home, formula by formula."""
    homes, residents, shops, capacity = town
    ratio = []
    for shop, offers in zip(shops, capacity, strict=True):
        demand = sum(weight(abs(home - shop)) * people for home, people in zip(homes, residents, strict=True))
        ratio.append(offers / demand if demand else 0.0)
    return [sum(weight(abs(home - shop)) * each for shop, each in zip(shops, ratio, strict=True)) for home in homes]


def thirds(metres: float) -> float:
    """Return the weights of Luo & Qi for a catchment of 300 m."""
    return 1.0 if metres <= 100 else 0.68 if metres <= 200 else 0.22 if metres <= 300 else 0.0


@settings(max_examples=25)
@given(towns())
def test_same_as_by_the_book(town: Any) -> None:
    city = street_city(*town)
    flat = access(city, "shop", minutes=5, capacity="capacity").cells["access"]
    assert flat.tolist() == pytest.approx(by_the_book(town, lambda metres: float(metres <= 300)))
    steps = access(city, "shop", minutes=5, capacity="capacity", method="e2sfca").cells["access"]
    assert steps.tolist() == pytest.approx(by_the_book(town, thirds))


@settings(max_examples=25)
@given(towns(), st.sampled_from(METHODS))
def test_capacity_is_conserved(town: Any, options: dict[str, Any]) -> None:
    """Access times residents sums to the capacity of the facilities that somebody reaches."""
    found = access(street_city(*town), "shop", minutes=5, capacity="capacity", **options)
    reached = found.facilities["demand"] > 0
    shared = (found.cells["access"] * found.cells["group"]).sum()
    assert shared == pytest.approx(found.facilities.loc[reached, "capacity"].sum())
    assert found.facilities["ratio"].notna().equals(reached.rename("ratio"))
    assert np.isfinite(found.cells["access"]).all()


@settings(max_examples=25)
@given(towns(), st.sampled_from([*METHODS, {"method": "cumulative"}]), st.data())
def test_more_capacity_never_lowers_access(town: Any, options: dict[str, Any], data: st.DataObject) -> None:
    city = street_city(*town)
    shop = data.draw(st.sampled_from(range(len(town[2]))))
    better = city.changing(f"s{shop}", capacity=town[3][shop] + data.draw(AMOUNTS))
    before = access(city, "shop", minutes=5, capacity="capacity", **options).cells["access"]
    after = access(better, "shop", minutes=5, capacity="capacity", **options).cells["access"]
    assert (after >= before).all()


@settings(max_examples=25)
@given(towns(), st.sampled_from([*METHODS, {"method": "cumulative"}]), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_index_have_no_say(town: Any, options: dict[str, Any], random: Any) -> None:
    """Not even in the last bit."""
    city = street_city(*town)

    def mixed(frame: Any) -> Any:
        rows = list(range(len(frame)))
        random.shuffle(rows)
        return frame.iloc[rows].set_index(pd.Index([7 + row for row in range(len(frame))]))

    other = dataclasses.replace(city, population=mixed(city.population), facilities=mixed(city.facilities))
    first, second = (access(one, "shop", minutes=5, capacity="capacity", **options) for one in (city, other))
    pd.testing.assert_series_equal(
        second.cells["access"].reindex(first.cells.index), first.cells["access"], check_exact=True
    )
    pd.testing.assert_frame_equal(pd.DataFrame(second.facilities), pd.DataFrame(first.facilities), check_exact=True)
