"""Spellings of one name are one, names of two places are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.read.names import normalised_name, plain_name, plain_path, similarity

SAME = [
    ("实验幼儿园", "实验幼稚园"),
    ("实验幼儿园", "海州区实验幼儿园"),
    ("实验幼儿园", "连云港市海州区实验幼儿园"),
    ("实验幼儿园", "江苏省连云港市海州区实验幼儿园"),
    ("实验幼儿园", " 实验　幼儿园 "),
    ("实验幼儿园（东区）", "实验幼儿园(东区)"),
    ("蓝天ＡＢＣ幼儿园", "蓝天abc幼儿园"),
    ("第1幼儿园", "第一幼儿园"),
    ("第21小学", "第二十一小学"),
    ("蓝天幼儿园", "蓝天幼儿园有限公司"),
    ("市政府", "市政府(公交站)"),
    ("市政府（公交站）", "市政府公交车站"),
]

DIFFERENT = [
    ("实验幼儿园东区", "实验幼儿园西区"),
    ("第一幼儿园", "第十一幼儿园"),
    ("连云港市幼儿园", "东海县幼儿园"),  # nothing but a kind of thing is left of them
    ("阳光小区幼儿园", "幼儿园"),
    ("海州人民医院", "人民医院"),
    ("朝阳社区卫生服务站", "卫生服务站"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name(one: str, other: str) -> None:
    assert normalised_name(one) == normalised_name(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_two_places(one: str, other: str) -> None:
    assert normalised_name(one) != normalised_name(other)


@pytest.mark.parametrize("missing", [None, float("nan"), "", "  ", "（）"])
def test_no_name_is_none(missing: object) -> None:
    assert normalised_name(missing) == ""
    assert plain_name(missing) == ""


@given(st.text(alphabet="海州市区县第一1幼儿园实验(（）) AbＡ", max_size=12))
def test_a_normalised_name_stays_as_it_is(name: str) -> None:
    once = normalised_name(name)
    assert normalised_name(once) == once


@given(st.text(max_size=8), st.text(max_size=8))
def test_likeness_has_no_direction(one: str, other: str) -> None:
    assert similarity(one, other) == similarity(other, one)


def test_likeness_of_letters_in_common() -> None:
    assert similarity("甲乙丙丁", "甲乙丙戊") == 2 * 3 / 8


def test_full_width_semicolons_of_a_category() -> None:
    assert plain_path("教育培训；幼儿园") == plain_path("教育培训; 幼儿园") == "教育培训;幼儿园"
