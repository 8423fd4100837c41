"""Statements that are listed, not computed, and what becomes of each statement of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import InputError, PlanError
from servicecircle.plan import Registered, read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.plan import Plan

HEAD = """
format = 1
[plan]
id = "p"
title_zh = "规划"
title_en = "plan"
[groups]
pop_total = { zh = "常住人口", en = "residents" }
"""
SHARE = """
[[standard]]
id = "S"
name_zh = "学校"
name_en = "schools"
measure = "share"
facilities = [{ service = "school" }]
having = [{ smart = true }]
target = { origin = "none" }
inform = ["全市"]
statements = ["Q1", "Q3"]
"""
STOCK = """
[[standard]]
id = "N"
name_zh = "学校数"
name_en = "schools"
measure = "stock"
facilities = [{ service = "school" }]
target = { origin = "none" }
inform = ["全市"]
statements = ["Q2"]
"""
REGISTER = """
[reasons]
survey = { zh = "抽样调查", en = "a survey" }

[[register]]
section = "一"
statements = [
  { id = "Q4", line = 4, quote = "满意度 90", reason = "survey" },
  { id = "Q5", line = 5, quote = "满意度 91", reason = "survey", note = { zh = "另有 90", en = "also 90" } },
]
"""


def read(text: str, folder: Path) -> Plan:
    file = folder / "p.toml"
    file.write_text(text, encoding="utf-8")
    return read_plan(file)


def test_each_statement_has_one_fate(tmp_path: Path) -> None:
    plan = read(HEAD + SHARE + STOCK + REGISTER, tmp_path)
    assert plan["S"].statements == ("Q1", "Q3")
    assert plan.statements == {
        "Q1": "computed",
        "Q2": "counted",
        "Q3": "computed",
        "Q4": "registered",
        "Q5": "registered",
    }


def test_a_registered_statement_says_why(tmp_path: Path) -> None:
    first, second = read(HEAD + SHARE + REGISTER, tmp_path).register
    assert first == Registered(
        id="Q4",
        section="一",
        line=4,
        quote="满意度 90",
        reason="survey",
        reason_zh="抽样调查",
        reason_en="a survey",
    )
    assert (first.why("zh"), second.why("en")) == ("抽样调查", "a survey")
    assert (second.note_zh, second.note_en) == ("另有 90", "also 90")
    with pytest.raises(InputError, match="language"):
        first.why("de")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (SHARE + STOCK.replace('"Q2"', '"Q3"'), "'Q3' is stock by 'N' and computed by 'S'"),
        (SHARE + REGISTER.replace('"Q5"', '"Q1"'), "'Q1' is registered, but standard 'S' has it"),
        (SHARE + REGISTER.replace('"Q5"', '"Q4"'), "'Q4' is registered twice"),
        (SHARE + REGISTER.replace('91", reason = "survey"', '91", reason = "servey"'), "Did you mean 'survey'"),
        (SHARE + REGISTER.replace('section = "一"', ""), "'section' is missing"),
        (SHARE + REGISTER.replace("line = 4, ", ""), "'line' is missing"),
        (SHARE.replace('"Q3"', '"Q1"'), "holds 'Q1' twice"),
    ],
)
def test_faults_of_the_register_are_named(text: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(PlanError) as raised:
        read(HEAD + text, tmp_path)
    assert fault in str(raised.value)
    assert len(raised.value.faults) == 1
