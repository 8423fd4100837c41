"""A plan goes into a plan file and comes back as it was."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.errors import InputError
from servicecircle.plan import (
    Assumption,
    Bounds,
    Citation,
    Condition,
    FacilityFilter,
    Plan,
    Presence,
    Standard,
    Target,
    new_plan,
    plan_text,
    read_plan,
    write_plan,
    writer,
)

ALL_MEASURES = Path(__file__).parent / "data" / "all_measures.toml"
PLANS = ("lianyungang-145", "life-circles", str(ALL_MEASURES))
TEMPLATE = Path(writer.__file__).parent / "template.toml"


@pytest.mark.parametrize("name", PLANS)
def test_there_and_back(name: str, tmp_path: Path) -> None:
    plan, file = read_plan(name), tmp_path / "规划.toml"
    write_plan(plan, file)
    again = read_plan(file)
    assert again == plan
    assert hash(again) == hash(plan)
    write_plan(again, tmp_path / "again.toml")
    assert (tmp_path / "again.toml").read_bytes() == file.read_bytes()


def test_every_default_that_is_left_out_is_the_readers(tmp_path: Path) -> None:
    """A measure with every field changed from its default comes back changed."""
    where: dict[str, Condition] = {
        "a.b": "=1",
        "名 称": ("x", 2, True),
        "grade": Bounds(1.5, None),
        "flag": False,
        "zero": 0,
    }
    measure = Presence(
        (FacilityFilter("kindergarten", where), FacilityFilter("culture", optional=True)),
        ("街道", "a;b"),
        count=2,
        requires_all={"services": ("day_care", "visiting")},
        unit_where={"pop_total": Bounds(None, 5e5)},
        every_service=True,
        within_m=0.1,
        near_miss=False,
    )
    plan = with_measure(measure)
    write_plan(plan, tmp_path / "plan.toml")
    again = read_plan(tmp_path / "plan.toml")
    assert again == plan
    kept = again["A-01"].facilities[0].where
    assert [type(kept[key]) for key in ("flag", "zero")] == [bool, int]


def with_measure(measure: Presence) -> Plan:
    standard = Standard(
        id="A-01",
        name_zh="一",
        name_en="one",
        measure=measure,
        target=Target(">", 0.25, "assumed"),
        judge=("街道",),
        cross_border=True,
        citations=(Citation("一", 1, "2, 0.1, 1.5, 50 万, 1"),),
        assumptions=(Assumption("target", "0.25", "0.25"),),
    )
    template = read_plan(TEMPLATE)
    return dataclasses.replace(template, standards=(standard,))


WORDS = st.text(st.characters(codec="utf-8"), min_size=1).map(str.strip).filter(bool)


@given(words=WORDS)
def test_any_words_come_back(words: str) -> None:
    plan = dataclasses.replace(read_plan(TEMPLATE), title_zh=words)
    table = tomllib.loads(plan_text(plan))
    assert table["plan"]["title_zh"] == words


def test_what_is_to_be_verified_stands_there_to_be_filled_in() -> None:
    table = tomllib.loads(plan_text(read_plan("life-circles")))
    empty = {"edition": "", "clause": "", "quote": "", "verified_by": "", "verified_on": ""}
    assert all(one.items() >= empty.items() for standard in table["standard"] for one in standard["citation"])


def test_a_file_is_never_replaced_unasked(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text("mine", encoding="utf-8")
    for write in (new_plan, lambda path: write_plan(read_plan(TEMPLATE), path)):
        with pytest.raises(InputError, match="exists already and was left as it is"):
            write(file)
        assert file.read_text("utf-8") == "mine"
        assert list(tmp_path.iterdir()) == [file]
    write_plan(read_plan(TEMPLATE), file, replace=True)
    assert read_plan(file) == read_plan(TEMPLATE)


def test_a_new_plan_has_no_faults(tmp_path: Path) -> None:
    new_plan(tmp_path / "plan.toml")
    assert read_plan(tmp_path / "plan.toml").ids == ("A-01", "A-02")
    assert (tmp_path / "plan.toml").read_text("utf-8") == TEMPLATE.read_text("utf-8")


def test_the_examples_in_its_comments_have_no_faults_either(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    text = re.sub(r"^#(?=[^ \n])", "", TEMPLATE.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(text, encoding="utf-8")
    plan = read_plan(file)
    assert [one.measure.kind for one in plan.standards] == [
        "reach",
        "provision",
        "coverage",
        "presence",
        "share",
        "composite",
        "travel_time",
        "connection",
        "stock",
        "register",
    ]
