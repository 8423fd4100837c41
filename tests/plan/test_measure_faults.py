"""What cannot be meant together in a measure is named, at its key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import PlanError
from servicecircle.plan import read_plan
from servicecircle.plan.figures import stated_numbers, states

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """
format = 1
[plan]
id = "one"
title_zh = "一"
title_en = "one"
[profiles]
general = { speed_m_s = 1.0, assumption = { zh = "假设", en = "assumed" } }
[groups]
pop_total = { zh = "常住人口", en = "residents" }
[[standard]]
id = "A-01"
name_zh = "一"
name_en = "one"
"""
TARGET = 'target = { value = 0.9, origin = "stated" }\n'
TAIL = '[[standard.citation]]\nsection = "一"\nline = 1\nquote = "90 %, 5, 10, 500"\n'
PARK = 'facilities = [{ service = "park" }]'
PEOPLE = f'{PARK}\ngroup = "pop_total"'
ROADS = 'measure = "connection"\nby = "road"\nunit_levels = ["行政村"]'


def faults_of(measure: str, folder: Path) -> list[str]:
    """Return the faults of a standard, without the Chinese and what stands before the key."""
    file = folder / "plan.toml"
    target = "" if "target =" in measure else TARGET
    judge = "" if "judge =" in measure else 'judge = ["全市"]\n'
    file.write_text(f"{HEAD}{judge}{target}{measure}\n{TAIL}", encoding="utf-8")
    with pytest.raises(PlanError) as raised:
        read_plan(file)
    ends = [fault.partition('standard "A-01"')[2] for fault in raised.value.faults]
    return [end.removeprefix(" › ").partition(" | ")[0] for end in ends]


@pytest.mark.parametrize(
    ("measure", "fault"),
    [
        (f'measure = "reach"\n{PEOPLE}', ": one of these is needed: minutes, by_class, metres."),
        (f'measure = "reach"\n{PEOPLE}\nmetres = 500\nbands = [5]', "bands: are minutes, but the limit is in metres."),
        (f'measure = "reach"\n{PEOPLE}\nby_class = {{ urban = 10 }}', "by_class: 'rural' is missing."),
        (f'measure = "reach"\n{PARK}\nminutes = 10', ": 'group' is missing."),
        ('measure = "reach"\nfacilities = []\ngroup = "pop_total"\nminutes = 5', "facilities: must not be empty."),
        ('measure = "coverage"', ": one of these is needed: facilities, covered_by."),
        (f'measure = "coverage"\n{PARK}', ": one of these is needed: metres, metres_column."),
        (
            f'measure = "coverage"\n{PARK}\nmetres = 500\nmetres_column = "range_m"',
            (
                "metres_column: contradicts: only one of metres, metres_column may be given, "
                "not 'metres' and 'metres_column'."
            ),
        ),
        (
            'measure = "coverage"\ncovered_by = "green"\nmetres = 500',
            "metres: has no meaning beside 'covered_by'.",
        ),
        (f'measure = "provision"\n{PEOPLE}', ": 'per_amount' is missing."),
        (
            f'measure = "provision"\n{PEOPLE}\nper_amount = 500\nsetting = "urben"',
            "setting: 'urben' is unknown. Did you mean 'urban'?",
        ),
        (f'measure = "presence"\n{PARK}', ": 'unit_levels' is missing."),
        (
            f'measure = "presence"\n{PARK}\nunit_levels = ["街道"]\nunit_where = {{ pop_total = {{}} }}',
            "unit_where.pop_total: holds no bound.",
        ),
        (
            f'measure = "presence"\n{PARK}\nunit_levels = ["街道"]\nunit_where = {{ pop_total = {{ at_lest = 500 }} }}',
            "unit_where.pop_total.at_lest: unknown key. Did you mean 'at_least' or 'at_most'?",
        ),
        (
            f'measure = "presence"\n{PARK}\nunit_levels = ["街道"]\nunit_where = {{ pop_total = {{ at_least = 7 }} }}',
            (
                "unit_where.pop_total.at_least: no citation states 7. Quote the clause that does, or name the number "
                "in a [[standard.assumption]] with about = 'unit_where' and say why it is assumed."
            ),
        ),
        (
            f'measure = "presence"\n{PARK}\nunit_levels = ["街道"]\nrequires_all = {{ services = [] }}',
            "requires_all.services: must not be empty.",
        ),
        (f'measure = "share"\n{PARK}', ": one of these is needed: having, numerator."),
        (f'measure = "share"\n{PARK}\nhaving = []', "having: must not be empty."),
        (f'measure = "share"\n{PARK}\nnumerator = "beds"', ": 'numerator' needs 'denominator'."),
        (
            f'measure = "share"\n{PARK}\nhaving = [{{ smart = true }}]\ndenominator = "beds"',
            "denominator: has no meaning beside 'having'.",
        ),
        ('measure = "composite"\ngroup = "pop_total"', ": 'require' is missing."),
        (
            f'measure = "composite"\ngroup = "pop_total"\nrequire = [{{ {PARK} }}]',
            "require[1]: 'minutes' is missing.",
        ),
        (f'measure = "travel_time"\n{PEOPLE}\nmode = "drive"', ": give 'minutes' or 'bands'."),
        (
            f'measure = "travel_time"\n{PEOPLE}\nmode = "drive"\nminutes = 10\ndestination = "own"',
            ": destination = 'own' needs 'own_level'.",
        ),
        (
            f'{ROADS}\nlink = "facilities"',
            "facilities: belongs to link = 'facilities', and is needed there.",
        ),
        (
            f'{ROADS}\nlink = "facilities"\n{PARK}\ndestination = "own"',
            ": destination = 'own' needs 'own_level'.",
        ),
        (
            f'{ROADS}\nlink = "pairs"\n{PARK}',
            "facilities: belongs to link = 'facilities', and is needed there.",
        ),
        (f'measure = "stock"\n{PARK}\nfrom_year = 2025\nto_year = 2021', "to_year: is before 'from_year'."),
        ('measure = "register"', ": 'reason' is missing."),
        (
            'measure = "register"\nreason = "none"',
            "reason: must be a table { ... }. 'none' was given.",
        ),
        (
            (
                'measure = "register"\nreason = { zh = "无", en = "none" }\n'
                'target = { value = 0.9, origin = "assumed" }\n'
                'assumption = [{ about = "target", zh = "假设 90 %", en = "90 % is assumed" }]'
            ),
            "target: of a register cannot be assumed.",
        ),
        (f'measure = "stok"\n{PARK}', "measure: 'stok' is unknown. Did you mean 'stock'?"),
    ],
)
def test_what_cannot_be_meant(measure: str, fault: str, tmp_path: Path) -> None:
    assert faults_of(measure, tmp_path) == [fault]


def test_an_unknown_measure_hides_no_other_fault(tmp_path: Path) -> None:
    assert faults_of(f'measure = "stok"\n{PARK}\nfrm_year = 2021\njudge = 5', tmp_path) == [
        "measure: 'stok' is unknown. Did you mean 'stock'?",
        "frm_year: unknown key. Did you mean 'from_year' or 'per_year' or 'to_year'?",
        "judge: must be a list [ ... ]. 5 was given.",
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", set()),
        ("十、二十三、三十、两、一二", {10, 23, 30, 2}),
        ("1,200 家,2.2 万", {1200, 2.2, 22_000}),
        ("半小时,1小时", {30, 1, 60}),
        ("每百户、每千名、每十万人", {100, 1000, 100_000, 10}),
        ("3公里 12%", {3, 3000, 12, 0.12}),
        ("“十四五”期间", set()),
    ],
)
def test_numbers_as_people_write_them(text: str, numbers: set[float]) -> None:
    assert stated_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "value", "share", "says"),
    [
        ("覆盖率达到 98%", 0.98, True, True),
        ("覆盖率(%) 95 98", 0.98, True, True),
        ("覆盖率(%) 95 98", 0.98, False, False),
        ("98", 0.97, True, False),
        ("58.77", 0.5877, True, True),
    ],
)
def test_a_share_may_stand_in_per_cent(text: str, value: float, *, share: bool, says: bool) -> None:
    assert states(text, value, share=share) is says
