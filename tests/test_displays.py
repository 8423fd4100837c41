"""What a notebook shows of a city, a plan and an assessment: their figures, and every name literally."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING

import pytest

import servicecircle as sc
from tests.show.towns import judged, town

if TYPE_CHECKING:
    from servicecircle.city import City

PAYLOAD = "<img src=x onerror=alert(1)>"


def cells_of(html: str) -> list[list[str]]:
    rows = re.findall("<tr>(.*?)</tr>", html, re.DOTALL)
    return [[unescape(cell) for cell in re.findall("<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)] for row in rows]


def test_a_city_tells_what_it_holds() -> None:
    city = town(blocks=4)
    told = {row[0]: row[1:] for row in cells_of(city._repr_html_())}
    assert told["人口格网 cells"][0] == f"{len(city.population):,}"
    assert told["常住人口 residents"][0] == f"{city.population['pop_total'].sum():,.0f}"
    kindergartens = int((city.facilities["service"] == "kindergarten").sum())
    assert f"幼儿园 kindergarten {kindergartens}" in told["设施 facilities"][1]


def test_a_plan_tells_each_standard_with_its_clause() -> None:
    plan = sc.read_plan("lianyungang-145")
    rows = cells_of(plan._repr_html_())[1:]
    assert [row[0] for row in rows] == list(plan.ids)
    assert [row[3] for row in rows] == [one.citations[0].quote or one.citations[0].value for one in plan.standards]
    assert "131 standards" in plan._repr_html_()


def test_an_assessment_tells_each_standard() -> None:
    result = judged(town(blocks=4), "LY-01", "LY-02")
    assert [row[0] for row in cells_of(result._repr_html_())[1:]] == ["LY-01", "LY-02"]


def hostile() -> City:
    return town(blocks=4, name=lambda _: PAYLOAD, level=PAYLOAD)


@pytest.mark.parametrize("kind", ["city", "plan", "assessment"])
def test_names_are_shown_literally(kind: str) -> None:
    city = hostile()
    result = judged(city, "LY-01", level=PAYLOAD, name=lambda _: PAYLOAD)
    shown = {
        "city": city._repr_html_(),
        "plan": replace(result.plan, title_zh=PAYLOAD)._repr_html_(),
        "assessment": result._repr_html_(),
    }[kind]
    assert "<img" not in shown
    assert PAYLOAD in unescape(shown)
