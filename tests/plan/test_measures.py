"""Every measure as a plan file says it, and all 56 computable standards of the Lianyungang plan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

import pytest

from servicecircle.plan import (
    ANY_SERVICE,
    Bounds,
    Composite,
    Connection,
    Coverage,
    FacilityFilter,
    Measure,
    Plan,
    Presence,
    Provision,
    Reach,
    Register,
    Requirement,
    Share,
    Stock,
    Target,
    TravelTime,
    read_plan,
)
from servicecircle.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Callable

ALL_MEASURES = Path(__file__).parent / "data" / "all_measures.toml"

COMPUTABLE = set(
    """
    AQ-01 BY-01 BY-02 BY-03 BY-04 BY-05 BY-06 BY-07 BY-08 BY-09 CX-01 CX-02 CX-03 CX-04 CX-05 CX-06 CX-07 CX-08 CX-09
    HJ-01 HJ-02 LY-01 LY-02 LY-03 LY-04 LY-05 LY-06 LY-07 RF-01 RF-02 SA-01 SA-02 SA-03 ST-01 WT-01 WT-02 WT-03 WT-04
    WT-05 XY-01 XY-02 XY-03 XY-04 YJ-01 YY-01 YY-02 YY-03 YY-04 YY-05 YY-06 YY-07 YY-08 ZH-01 ZH-03 ZY-01 ZY-02
    """.split()  # noqa: SIM905 (shorter to read)
)
"""The standards of the plan that can be computed from layers."""

HEAD = """
format = 1
[plan]
id = "one"
title_zh = "一"
title_en = "one"
[profiles]
general = { speed_m_s = 1.0, assumption = { zh = "假设", en = "assumed" } }
elderly = { speed_m_s = 0.8, assumption = { zh = "假设", en = "assumed" } }
[groups]
pop_total = { zh = "常住人口", en = "residents" }
pop_60p = { zh = "老年人", en = "older people" }
[[standard]]
id = "A-01"
name_zh = "一"
name_en = "one"
judge = ["全市"]
target = { value = 0.9, origin = "stated" }
"""
TAIL = """
[[standard.citation]]
section = "一"
line = 1
quote = "90 %, 1, 2, 3, 4, 5, 10, 20, 500, 1000, 2000, 2021, 3000"
"""

READ: list[tuple[str, Measure]] = [
    (
        """
        measure = "reach"
        facilities = [{ service = "kindergarten", where = { level = ["省级", "市级"] } }]
        group = "pop_60p"
        profile = "elderly"
        by_class = { urban = 10, rural = 20 }
        bands = [3, 5]
        pass_rule = "each_class"
        sensitivity = ["general"]
        also_metres = [500]
        """,
        Reach(
            (FacilityFilter("kindergarten", {"level": ("省级", "市级")}),),
            "pop_60p",
            "elderly",
            by_class={"urban": 10, "rural": 20},
            bands=(3, 5),
            pass_rule="each_class",  # noqa: S106 (a rule, no password)
            sensitivity=("general",),
            also_metres=(500,),
        ),
    ),
    (
        'measure = "reach"\nfacilities = [{ service = "park" }]\ngroup = "pop_total"\nmetres = 500',
        Reach((FacilityFilter("park"),), "pop_total", metres=500),
    ),
    (
        (
            'measure = "coverage"\nfacilities = [{ service = "bus_stop" }]\narea = "built_up"\nmetres = 500\n'
            "population_companions = false"
        ),
        Coverage((FacilityFilter("bus_stop"),), "built_up", 500, population_companions=False),
    ),
    (
        (
            'measure = "coverage"\nfacilities = [{ service = "broadcast_terminal" }]\nmetres_column = "range_m"\n'
            'group = "pop_total"'
        ),
        Coverage((FacilityFilter("broadcast_terminal"),), metres_column="range_m", group="pop_total"),
    ),
    ('measure = "coverage"\ncovered_by = "green"', Coverage(covered_by="green")),
    (
        (
            'measure = "provision"\nfacilities = [{ service = "childcare" }]\ncount = "places"\ngroup = "pop_total"\n'
            'per_amount = 1000\nonce_per = "legal_id"\nsetting = "urban"\n'
            'companions = ["beds"]\nalso_groups = ["pop_60p"]'
        ),
        Provision(
            (FacilityFilter("childcare"),),
            "pop_total",
            1000,
            "places",
            once_per="legal_id",
            setting="urban",
            companions=("beds",),
            also_groups=("pop_60p",),
        ),
    ),
    (
        """
        measure = "presence"
        facilities = [{ service = "mch", where = { standardised = true } }, { service = "park", optional = true }]
        unit_levels = ["县区", "乡镇"]
        count = 2
        requires_all = { services = ["day_care", "visiting"] }
        unit_where = { pop_total = { at_least = 1000, at_most = 3000 }, setting = "rural" }
        every_service = true
        within_m = 500
        near_miss = false
        """,
        Presence(
            (FacilityFilter("mch", {"standardised": True}), FacilityFilter("park", optional=True)),
            ("县区", "乡镇"),
            2,
            {"services": ("day_care", "visiting")},
            {"pop_total": Bounds(1000, 3000), "setting": "rural"},
            every_service=True,
            within_m=500,
            near_miss=False,
        ),
    ),
    (
        (
            'measure = "share"\nfacilities = [{ service = "*", where = { open_year = { at_least = 2021 } } }]\n'
            'having = [{ ownership = "public" }, { inclusive = true, stars = { at_most = 5 } }]\nweight = "enrolment"\n'
            'companions = ["facilities"]'
        ),
        Share(
            (FacilityFilter(ANY_SERVICE, {"open_year": Bounds(2021)}),),
            having=({"ownership": "public"}, {"inclusive": True, "stars": Bounds(at_most=5)}),
            weight="enrolment",
            companions=("facilities",),
        ),
    ),
    (
        (
            'measure = "share"\nfacilities = [{ service = "cemetery" }]\nnumerator = "eco_area_m2"\n'
            'denominator = "area_m2"\neach = true'
        ),
        Share((FacilityFilter("cemetery"),), numerator="eco_area_m2", denominator="area_m2", each=True),
    ),
    (
        'measure = "share"\nunit_levels = ["县区"]\nhaving = [{ certified = true }]',
        Share(unit_levels=("县区",), having=({"certified": True},)),
    ),
    (
        """
        measure = "composite"
        group = "pop_total"
        profile = "elderly"
        require = [
          { facilities = [{ service = "kindergarten" }], minutes = 10 },
          { facilities = [{ service = "culture" }, { service = "fitness", optional = true }], minutes = 20 },
        ]
        also_minutes = [5]
        sensitivity = ["general"]
        """,
        Composite(
            "pop_total",
            (
                Requirement((FacilityFilter("kindergarten"),), 10),
                Requirement((FacilityFilter("culture"), FacilityFilter("fitness", optional=True)), 20),
            ),
            "elderly",
            (5,),
            ("general",),
        ),
    ),
    (
        """
        measure = "travel_time"
        facilities = [{ service = "county_seat" }]
        group = "pop_total"
        mode = "transit"
        minutes = 20
        bands = [10]
        speed_m_s = 10
        destination = "own"
        own_level = "县区"
        setting = "rural"
        proxy = false
        """,
        TravelTime(
            (FacilityFilter("county_seat"),),
            "pop_total",
            "transit",
            20,
            (10,),
            10,
            "own",
            "县区",
            "rural",
            proxy=False,
        ),
    ),
    (
        """
        measure = "connection"
        by = "road"
        link = "network"
        unit_levels = ["行政村"]
        unit_where = { planned_village = true }
        within_m = 500
        road_where = { road_class = ["一级", "二级"] }
        """,
        Connection(
            "road",
            "network",
            ("行政村",),
            {"planned_village": True},
            within_m=500,
            road_where={"road_class": ("一级", "二级")},
        ),
    ),
    (
        (
            'measure = "connection"\nby = "bus"\nlink = "facilities"\nfacilities = [{ service = "county_seat" }]\n'
            'unit_levels = ["行政村"]\nmax_transfers = 1\ninclude_external = true'
        ),
        Connection(
            "bus",
            "facilities",
            ("行政村",),
            facilities=(FacilityFilter("county_seat"),),
            max_transfers=1,
            include_external=True,
        ),
    ),
    (
        (
            'measure = "stock"\nfacilities = [{ service = "old_estate" }]\ncount = "households"\n'
            'year_column = "renovated_year"\nfrom_year = 2021\nto_year = 2025\nper_year = true'
        ),
        Stock((FacilityFilter("old_estate"),), "households", "renovated_year", 2021, 2025, per_year=True),
    ),
    ('measure = "register"\nreason = { zh = "工程", en = "projects" }', Register("工程", "projects")),
]


def read(measure: str, folder: Path) -> Measure:
    file = folder / "plan.toml"
    file.write_text(f"{HEAD}{measure}\n{TAIL}", encoding="utf-8")
    return read_plan(file)["A-01"].measure


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan(ALL_MEASURES)


@pytest.mark.parametrize(("text", "measure"), READ, ids=[measure.kind for _, measure in READ])
def test_every_key_of_every_measure(text: str, measure: Measure, tmp_path: Path) -> None:
    assert read(text, tmp_path) == measure


def test_every_measure_has_an_example_and_a_name() -> None:
    kinds = {measure.kind for measure in get_args(Measure)}
    assert len(kinds) == 10
    assert {measure.kind for _, measure in READ} == kinds
    assert kinds <= set(WORDS)


def test_all_computable_standards_can_be_said(plan: Plan) -> None:
    bundled = read_plan("lianyungang-145")
    said = {one.part_of or one.id for one in (*plan.standards, *bundled.standards)}
    assert len(COMPUTABLE) == 56
    assert said > COMPUTABLE
    assert {one.part_of or one.id for one in bundled.standards} == said
    assert {one.measure.kind for one in (*plan.standards, *bundled.standards)} == {
        measure.kind for measure in get_args(Measure)
    }


@pytest.mark.parametrize(
    ("standard_id", "holds"),
    [
        ("AQ-01", lambda one: (one.measure.bands, one.measure.minutes, one.target) == ((1, 3, 5), None, Target())),
        ("BY-03", lambda one: one.facilities[0].where["grade"] == Bounds(at_least=2)),
        ("BY-07/chc", lambda one: (one.part_of, one.target.value) == ("BY-07", 0.5)),
        (
            "CX-02",
            lambda one: (one.measure.destination, one.measure.own_level, one.measure.proxy) == ("own", "乡镇", 1),
        ),
        ("CX-05", lambda one: one.measure.max_transfers == 1),
        ("CX-06", lambda one: (one.measure.link, one.base_value) == ("pairs", 0.25)),
        ("CX-08", lambda one: (one.measure.within_m, one.target.origin) == (500, "stated_2020_hold")),
        ("LY-04", lambda one: (one.measure.numerator, one.measure.denominator) == ("nursing_beds", "beds")),
        (
            "LY-06",
            lambda one: (one.target.value, one.base_value, one.measure.also_groups) == (None, 40.15, ("pop_65p",)),
        ),
        ("SA-03", lambda one: (one.target.op, one.measure.each) == (">", True)),
        ("YJ-01", lambda one: one.facilities[0].where["stars"] == Bounds(at_least=4)),
        ("YY-03", lambda one: (len(one.measure.having), one.measure.weight) == (2, "enrolment")),
        ("YY-06", lambda one: one.measure.unit_where["pop_total"] == Bounds(at_least=500_000)),
        ("YY-07/rural", lambda one: (one.target.origin, one.target.value) == ("lost_in_source", None)),
        (
            "ZH-03/small",
            lambda one: one.measure.every_service and one.measure.unit_where["pop_total"] == Bounds(1e3, 3e3),
        ),
        ("ZY-01", lambda one: (one.measure.setting, one.conflicts[0].alternatives[0].value) == ("urban", 0.23)),
        ("ZY-02/households", lambda one: (one.measure.count, one.target.value) == ("households", 74_000)),
        ("ST-01/childcare", lambda one: one.measure.per_year),
    ],
)
def test_what_makes_a_standard_hard_to_say(plan: Plan, standard_id: str, holds: Callable[[object], bool]) -> None:
    assert holds(plan[standard_id])
