"""A plan never changes: what is made of it is another plan."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from servicecircle.errors import InputError
from servicecircle.plan import (
    Alternative,
    Assumption,
    Conflict,
    FacilityFilter,
    FrozenMap,
    Plan,
    Provision,
    Reach,
    Register,
    Standard,
    Target,
    read_plan,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def plan() -> Plan:
    return read_plan("lianyungang-145")


def split_plan() -> Plan:
    parts = [
        Standard(
            id=name,
            name_zh="一",
            name_en="one",
            measure=Register("无", "none"),
            target=Target(),
            judge=("全市",),
            part_of=name.partition("/")[0] if "/" in name else "",
        )
        for name in ("BY-06", "BY-07/a", "BY-07/b")
    ]
    return Plan(id="p", title_zh="计", title_en="plan", standards=tuple(parts))


def test_a_standard_is_found_by_its_id(plan: Plan) -> None:
    assert plan["LY-01"].id == "LY-01"
    assert plan.ids[:6] == ("YY-05", "LY-03", "LY-01", "WT-01", "CX-01", "ZH-01")
    with pytest.raises(InputError, match=r"standard 'LY-99' is unknown\."):
        plan["LY-99"]


def test_only_keeps_the_order_of_the_plan(plan: Plan) -> None:
    assert plan.only("ZH-01", "YY-01", "ZH-01").ids == ("ZH-01", "YY-01")
    assert split_plan().only("BY-07").ids == ("BY-07/a", "BY-07/b")
    assert split_plan().only("BY-07/b").ids == ("BY-07/b",)
    with pytest.raises(InputError, match="'LY-99' is unknown"):
        plan.only("YY-01", "LY-99")
    with pytest.raises(InputError, match="'' is unknown"):
        plan.only()


def test_levels_replace_those_judged_and_those_for_information(plan: Plan) -> None:
    new = plan.with_levels(["街道", "乡镇", "全市", "街道"])
    assert {one.judge for one in new.standards} == {("街道", "乡镇", "全市")}
    assert {one.inform for one in new.standards} == {()}
    named = plan.with_levels(["全市", "主城区", "中心城区建成区"])
    assert named["YY-05"].judge == ("全市", "主城区")
    assert named["CX-01"].judge == ("全市", "中心城区建成区")
    assert named["LY-01"].judge == ("全市",)


@pytest.mark.parametrize("levels", [[], "街道", [""]])
def test_levels_must_be_a_list_of_names(plan: Plan, levels: list[str]) -> None:
    with pytest.raises(InputError, match="levels must be a list"):
        plan.with_levels(levels)


def test_speeds_replace_those_of_some_profiles_and_say_so(plan: Plan) -> None:
    new = plan.with_speeds(general=80 / 60, elderly=1)
    assert {name: one.speed_m_s for name, one in new.profiles.items()} == {
        "general": 80 / 60,
        "elderly": 1.0,
        "child": 0.9,
    }
    assert new.profiles["elderly"].assumption == (
        "set by the user: 1 m/s (plan file: 0.8) | 使用者设定 1 米/秒(规划文件中为 0.8)"
    )
    assert new.profiles["child"] == plan.profiles["child"]
    assert new.profiles["general"].sensitivity_m_s == plan.profiles["general"].sensitivity_m_s


@pytest.mark.parametrize("speed", [0, -1.0, float("nan"), float("inf"), True])
def test_a_speed_must_be_a_number_above_zero(plan: Plan, speed: float) -> None:
    with pytest.raises(InputError, match=r"speed of 'general' must be a finite number above 0 \(m/s\)"):
        plan.with_speeds(general=speed)


def test_a_speed_needs_a_profile_of_the_plan(plan: Plan) -> None:
    with pytest.raises(InputError, match=r"profile 'runner' is unknown\. Known: general, elderly, child"):
        plan.with_speeds(runner=3.0)


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: plan.with_levels(["街道"]),
        lambda plan: plan.with_speeds(general=2.0),
        lambda plan: plan.only("LY-01"),
    ],
)
def test_nothing_changes_the_plan_itself(plan: Plan, change: Callable[[Plan], Plan]) -> None:
    before, was = copy.deepcopy(plan), hash(plan)
    assert change(plan) != plan
    assert (plan, hash(plan)) == (before, was)


def test_a_plan_cannot_be_assigned_to(plan: Plan) -> None:
    measure = plan["LY-01"].measure
    assert isinstance(measure, Reach)
    for holder, name in ((plan, "id"), (plan["LY-01"], "judge"), (measure, "minutes"), (plan["LY-01"].target, "value")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(holder, name, None)
    changeable: Any = measure.by_class
    with pytest.raises(TypeError):
        changeable["urban"] = 5.0


def test_what_is_given_is_copied() -> None:
    where: dict[str, Any] = {"grade": 2}
    facilities = [FacilityFilter("kindergarten", where)]
    measure = Provision(facilities, "pop_total", 10_000)  # type: ignore[arg-type]  # a list, as a person may give
    where["grade"] = 3
    facilities.clear()
    assert measure.facilities == (FacilityFilter("kindergarten", {"grade": 2}),)
    assert hash(measure) == hash(Provision((FacilityFilter("kindergarten", {"grade": 2}),), "pop_total", 10_000))


def test_a_plan_can_be_pickled_and_hashed(plan: Plan) -> None:
    again = pickle.loads(pickle.dumps(plan))  # noqa: S301 (our own bytes)
    assert again == plan
    assert hash(again) == hash(plan)


def test_shown_in_one_line(plan: Plan) -> None:
    assert repr(plan.only("LY-01", "LY-02")) == "Plan('lianyungang-145', 2 standards: LY-01, LY-02)"


def test_both_languages(plan: Plan) -> None:
    assert plan["LY-02"].name("zh") == "每个城市街道至少一所综合性养老服务中心"
    assert plan["LY-02"].name("en") == "A comprehensive elderly-care centre in every urban sub-district"
    with pytest.raises(InputError, match="language 'de' is unknown"):
        plan["LY-02"].name("de")  # type: ignore[arg-type]
    assumption = Assumption("target", "假设", "assumed")
    assert (assumption.text("zh"), assumption.text("en")) == ("假设", "assumed")
    conflict = Conflict("以表为准", "the table governs", (Alternative(0.85, 202, "85%"),))
    assert (conflict.text("zh"), conflict.text("en")) == ("以表为准", "the table governs")
    assert conflict.resolution == "the table governs | 以表为准"
    assert Register("工程", "projects").reason == "projects | 工程"


def test_services_and_facilities_of_a_standard(plan: Plan) -> None:
    assert plan["LY-01"].services == ("elderly_station", "elderly_center", "elderly_institution")
    assert plan["ZH-01"].services == (
        "community_health",
        "elderly_station",
        "childcare",
        "kindergarten",
        "culture",
        "fitness",
    )
    assert split_plan()["BY-06"].facilities == ()
    assert plan["CX-01"].area_levels == ("中心城区建成区",)


def test_a_frozen_map_is_a_mapping() -> None:
    frozen: FrozenMap[int] = FrozenMap({"a": 1})
    assert (dict(frozen), len(frozen), frozen == {"a": 1}, "b" in frozen) == ({"a": 1}, 1, True, False)
    assert hash(frozen) == hash(FrozenMap({"a": 1}))
