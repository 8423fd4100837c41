"""The bundled plan says what its source says: every quote and every stated number stands at the line it names."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from servicecircle.plan import (
    Composite,
    Coverage,
    FacilityFilter,
    Plan,
    Presence,
    Provision,
    Reach,
    Target,
    bundled_plans,
    read_plan,
)

SOURCE = Path(__file__).parents[1] / "data" / "seed_plan.txt"
ALL_MEASURES = Path(__file__).parent / "data" / "all_measures.toml"
PLANS = ("lianyungang-145", str(ALL_MEASURES))
SEVEN = ("YY-01", "YY-05", "CX-01", "LY-01", "LY-02", "WT-01", "ZH-01")

STATED = [
    # standard, line, the words that state the number, what states it in the plan file
    ("YY-01", 194, "每1万常住人口", lambda one: one.measure.per_amount == 10_000),
    ("YY-01", 194, "配备1所幼儿园", lambda one: one.target.value == 1),
    ("YY-05", 540, "步行5—10分钟到达幼儿园", lambda one: (one.measure.bands, one.measure.minutes) == ((5,), 10)),
    ("CX-01", 168, "500米覆盖率", lambda one: one.measure.metres == 500),
    ("CX-01", 168, "(%)95≥98", lambda one: (one.base_value, one.target.value, one.target.op) == (0.95, 0.98, ">=")),
    ("CX-01", 398, "98%以上", lambda one: one.target.value == 0.98),
    ("LY-01", 306, "城市10分钟、农村20分钟", lambda one: one.measure.by_class == {"urban": 10, "rural": 20}),
    ("LY-02", 306, "所有城市街道", lambda one: (one.target.value, one.measure.unit_levels) == (1, ("街道",))),
    ("LY-02", 306, "至少建成一所", lambda one: one.measure.count == 1),
    ("LY-02", 306, "全托、日托、上门服务、居家探访", lambda one: len(one.measure.requires_all["services"]) == 4),
    ("WT-01", 462, "十分钟体育健身圈", lambda one: one.measure.minutes == 10),
    ("ZH-01", 540, "15分钟社区生活圈", lambda one: max(need.minutes for need in one.measure.require) == 15),
    ("ZH-01", 540, "5—10分钟", lambda one: min(need.minutes for need in one.measure.require) == 10),
]


def squeezed(text: str) -> str:
    """Return a text without its blanks: the scan puts them anywhere."""
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return [squeezed(line) for line in SOURCE.read_text("utf-8").split("\n")]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan("lianyungang-145")


def test_the_source_is_the_one_that_was_read(plan: Plan) -> None:
    assert plan.source.sha256 == hashlib.sha256(SOURCE.read_bytes()).hexdigest()
    assert plan.source.chars == len(SOURCE.read_text("utf-8"))


@pytest.mark.parametrize("name", PLANS)
def test_every_quote_stands_at_its_line(name: str, lines: list[str]) -> None:
    quotes = [(one.id, part.line, part.quote) for one in read_plan(name).standards for part in one.citations]
    quotes += [
        (one.id, part.line, part.quote)
        for one in read_plan(name).standards
        for conflict in one.conflicts
        for part in conflict.alternatives
    ]
    assert len(quotes) > 10
    assert [quote for quote in quotes if squeezed(quote[2]) not in lines[quote[1] - 1]] == []


@pytest.mark.parametrize(("standard_id", "line", "words", "holds"), STATED)
def test_every_stated_number_stands_at_its_line(
    plan: Plan, lines: list[str], standard_id: str, line: int, words: str, holds: object
) -> None:
    standard = plan[standard_id]
    assert words in lines[line - 1]
    assert any(words in squeezed(one.quote) and one.line == line for one in standard.citations)
    assert callable(holds)
    assert holds(standard)


@pytest.mark.parametrize("name", PLANS)
def test_every_assumed_target_says_why(name: str) -> None:
    for standard in read_plan(name).standards:
        about = [one.about for one in standard.assumptions]
        assert (standard.target.origin == "assumed") <= ("target" in about), standard.id
        assert (standard.target.origin == "stated") <= bool(standard.citations), standard.id


def test_the_bundled_plans_are_listed() -> None:
    assert bundled_plans() == ("lianyungang-145", "life-circles")


def test_title_years_and_profiles(plan: Plan) -> None:
    assert (plan.id, plan.region, plan.base_year, plan.target_year) == ("lianyungang-145", "连云港市", 2020, 2025)
    assert {name: one.speed_m_s for name, one in plan.profiles.items()} == {"general": 1, "elderly": 0.8, "child": 0.9}
    assert plan.profiles["general"].sensitivity_m_s == (0.8, 1.2, 1.33)
    assert all(one.assumption_zh and one.assumption_en for one in plan.profiles.values())
    assert tuple(plan.groups) == ("pop_total", "pop_0_2", "pop_3_5", "pop_6_14", "pop_60p", "pop_65p")
    assert (plan.groups["pop_3_5"].fallback, plan.groups["pop_60p"].fallback) == ("pop_total", "")


@pytest.mark.parametrize(
    ("standard_id", "target", "judge", "inform", "scope"),
    [
        ("YY-01", Target(">=", 1, "stated"), ("县区", "全市"), ("街道", "乡镇"), None),
        ("YY-05", Target(">=", 1, "assumed"), ("街道", "社区", "主城区"), ("全市",), "main_city"),
        ("CX-01", Target(">=", 0.98, "stated"), ("中心城区建成区",), ("街道",), None),
        ("LY-01", Target(">=", 1, "assumed"), ("街道", "乡镇", "全市"), (), None),
        ("LY-02", Target(">=", 1, "stated"), ("街道", "县区", "全市"), (), None),
        ("WT-01", Target(">=", 1, "assumed"), ("社区", "乡镇", "街道", "全市"), (), None),
        ("ZH-01", Target(">=", 1, "assumed"), ("街道", "社区", "主城区"), ("全市",), "main_city"),
    ],
)
def test_targets_and_levels(
    plan: Plan, standard_id: str, target: Target, *, judge: object, inform: object, scope: object
) -> None:
    one = plan[standard_id]
    assert (one.target, one.judge, one.inform, one.scope) == (target, judge, inform, scope)


def test_measures(plan: Plan) -> None:
    kindergarten = FacilityFilter("kindergarten")
    open_fitness = FacilityFilter("fitness", {"open_to_public": True})
    assert plan["YY-01"].measure == Provision(
        (kindergarten,), "pop_total", 10_000, once_per="legal_id", companions=("places",)
    )
    assert plan["YY-05"].measure == Reach(
        (kindergarten,), "pop_3_5", minutes=10, bands=(5,), sensitivity=("child", "elderly")
    )
    assert plan["CX-01"].measure == Coverage((FacilityFilter("bus_stop"),), area="built_up", metres=500)
    assert plan["LY-01"].measure == Reach(
        (
            FacilityFilter("elderly_station"),
            FacilityFilter("elderly_center"),
            FacilityFilter("elderly_institution", {"serves_community": True}, optional=True),
        ),
        "pop_60p",
        "elderly",
        by_class={"urban": 10, "rural": 20},
        pass_rule="each_class",  # noqa: S106 (a rule, no password)
        sensitivity=("general",),
    )
    assert plan["LY-02"].measure == Presence(
        (FacilityFilter("elderly_center"),),
        ("街道",),
        requires_all={"services": ("full_care", "day_care", "home_service", "visiting")},
    )
    assert plan["WT-01"].measure == Reach(
        (open_fitness,), "pop_total", minutes=10, also_metres=(800, 1000), sensitivity=("elderly",)
    )
    circle = plan["ZH-01"].measure
    assert isinstance(circle, Composite)
    assert {need.service: need.minutes for need in circle.require} == {
        "community_health": 15,
        "elderly_station": 10,
        "childcare": 15,
        "kindergarten": 10,
        "culture": 15,
        "fitness": 15,
    }
    assert circle.require[-1].facilities == (open_fitness,)


def test_units_and_borders(plan: Plan) -> None:
    assert {one.id: (one.unit, one.gap_unit) for one in plan.only(*SEVEN).standards} == {
        "YY-01": ("所/万人", "所"),
        "YY-05": ("share", "人"),
        "CX-01": ("share", "km2"),
        "LY-01": ("share", "人"),
        "LY-02": ("share", "所"),
        "WT-01": ("share", "人"),
        "ZH-01": ("share", "人"),
    }
    assert {one.id for one in plan.only(*SEVEN).standards if not one.cross_border} == {"YY-01", "LY-02"}
    assert {one.id: one.areas for one in plan.only(*SEVEN).standards if one.areas} == {
        "YY-05": ("main_city",),
        "CX-01": ("built_up",),
        "ZH-01": ("main_city",),
    }
