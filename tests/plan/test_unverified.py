"""A figure that another document is said to state is no verdict until a person has entered where it stands."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import PlanError
from servicecircle.plan import Citation, Plan, bundled_plans, read_plan
from servicecircle.words import SERVICES, word

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
format = 1
[plan]
id = "one"
title_zh = "一"
title_en = "one"
[profiles.general]
speed_m_s = 1.0
assumption = { zh = "假设", en = "assumed" }
[groups]
pop_total = { zh = "常住人口", en = "residents" }
[[standard]]
id = "A-01"
name_zh = "一"
name_en = "one"
judge = ["全市"]
measure = "reach"
facilities = [{ service = "kindergarten" }]
group = "pop_total"
minutes = 5
"""
UNVERIFIED = 'target = { value = 0.9, origin = "unverified" }\n'
STATED = 'target = { value = 0.9, origin = "stated" }\n'
VERIFIED = {
    "document": "GB 50180-2018",
    "edition": "2018 年 7 月第 1 版",
    "clause": "4.0.2",
    "quote": "五分钟,90%",
    "verified_by": "某人",
    "verified_on": "2026-11-25",
}


def citation(**changes: str) -> str:
    keys = VERIFIED | changes
    return "[[standard.citation]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items())


def read(folder: Path, text: str) -> Plan:
    file = folder / "plan.toml"
    file.write_text(HEAD + text, encoding="utf-8")
    return read_plan(file)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(PlanError) as raised:
        read(folder, text)
    return [fault.partition(", ")[2] for fault in raised.value.faults]


def test_a_verified_citation_backs_a_stated_target(tmp_path: Path) -> None:
    (one,) = read(tmp_path, STATED + citation())["A-01"].citations
    assert one == dataclasses.replace(Citation(), **VERIFIED)  # type: ignore[arg-type]  # texts all
    assert one.unverified == ()
    assert one.place("zh") == "GB 50180-2018（2018 年 7 月第 1 版）4.0.2，某人 于 2026-11-25 核实"
    assert one.place("en") == "GB 50180-2018 (2018 年 7 月第 1 版) 4.0.2, verified by 某人 on 2026-11-25"


@pytest.mark.parametrize("missing", ["edition", "clause", "quote", "verified_by", "verified_on"])
@pytest.mark.parametrize("origin", ["stated", "stated_2020_hold"])
def test_stated_is_refused_while_anything_is_not_entered(missing: str, origin: str, tmp_path: Path) -> None:
    text = STATED.replace("stated", origin) + citation(**{missing: "", "value": "5 分钟, 0.9"})
    (fault,) = faults(tmp_path, text)
    assert fault.startswith('line 22, standard "A-01" › citation[1]: ')
    assert f"origin '{origin}' needs a verified citation: enter {missing} from the printed document" in fault


def test_unverified_needs_a_document(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, UNVERIFIED + '[[standard.citation]]\nsection = "一"\nline = 1\nquote = "5 分钟, 90%"\n')
    assert "target: origin 'unverified' needs a [[standard.citation]] with the 'document'" in fault


def test_unverified_needs_a_value(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, 'target = { origin = "unverified" }\n' + citation())
    assert "target.value: is missing; origin 'unverified' needs it." in fault


def test_an_unverified_figure_is_backed_by_what_it_is_said_to_be(tmp_path: Path) -> None:
    empty = dict.fromkeys(["edition", "clause", "quote", "verified_by", "verified_on"], "")
    (fault,) = faults(tmp_path, UNVERIFIED + citation(**empty, value="90%"))
    assert "minutes: no citation states 5." in fault
    plan = read(tmp_path, UNVERIFIED + citation(**empty, value="5 分钟, 90%"))
    assert plan["A-01"].citations[0].unverified == ("edition", "clause", "quote", "verified_by", "verified_on")


@pytest.mark.parametrize("day", ["25.11.2026", "2026-02-30", "20261125", "soon"])
def test_the_day_is_a_date(day: str, tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, STATED + citation(verified_on=day))
    assert f"citation[1].verified_on: must be a date such as '2026-11-25'. '{day}' was given." in fault


def test_a_document_has_no_line(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, STATED + citation() + "line = 3\n")
    assert "citation[1].line: unknown key." in fault


# ------------------------------------------------------------------------------------------------ the bundled circles


@pytest.fixture(scope="module")
def circles() -> Plan:
    return read_plan("life-circles")


def test_both_plans_are_bundled() -> None:
    assert {"life-circles", "lianyungang-145"} <= set(bundled_plans())


def test_no_figure_of_the_circles_claims_to_be_read(circles: Plan) -> None:
    assert {one.target.origin for one in circles.standards} == {"unverified"}
    for standard in circles.standards:
        assert standard.citations
        for one in standard.citations:
            assert one.document.startswith(("GB 50180-2018", "TD/T 1062-2021"))
            assert (one.edition, one.clause, one.quote, one.verified_by, one.verified_on) == ("", "", "", "", "")
        (about,) = [one for one in standard.assumptions if one.about == "target"]
        assert "未核实" in about.zh
        assert "unverified" in about.en


def test_the_circles_speak_of_services_that_the_library_names(circles: Plan) -> None:
    assert {service for one in circles.standards for service in one.services} <= set(SERVICES)
    assert {getattr(one.measure, "minutes", None) for one in circles.standards} == {5, 10, 15, None}


def test_the_word() -> None:
    assert (word("unverified", "zh"), word("unverified", "en")) == ("未核实", "unverified")
