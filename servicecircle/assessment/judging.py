"""One standard, judged: each kind of measure has a module of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servicecircle.assessment.composite import assess_composite
from servicecircle.assessment.connection import assess_connection
from servicecircle.assessment.coverage import assess_coverage
from servicecircle.assessment.presence import assess_presence
from servicecircle.assessment.provision import assess_provision
from servicecircle.assessment.reach import assess_reach
from servicecircle.assessment.rows import WHOLE_CITY, Outcome, blocked_rows
from servicecircle.assessment.selection import Missing
from servicecircle.assessment.share import assess_share
from servicecircle.assessment.stock import assess_stock
from servicecircle.assessment.travel_time import assess_travel_time
from servicecircle.plan import (
    Composite,
    Connection,
    Coverage,
    Presence,
    Provision,
    Reach,
    Register,
    Share,
    Stock,
    TravelTime,
)

if TYPE_CHECKING:
    from typing import TypeAlias

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Plan, Standard

    Computed: TypeAlias = Reach | Coverage | Provision | Presence | Share | Composite | TravelTime | Connection | Stock


def judge(ground: Ground, plan: Plan, standard: Standard) -> Outcome:
    """Return what a standard comes to; it has a row in any case, if only to say what is missing."""
    if isinstance(standard.measure, Register):
        reason = Missing("measure", "register", standard.measure.reason_zh, standard.measure.reason_en)
        outcome = Outcome(rows=blocked_rows(ground, standard), missing=(reason,))
    else:
        outcome = _measured(ground, plan, standard, standard.measure)
    if outcome.rows:
        return outcome
    names = "、".join([*standard.judge, *standard.inform])
    en = f"zones: there is none of level {names}."
    missing = Missing("level", names, f"zones 图层中没有层级为 {names} 的单元。", en)
    whole = replace(standard, judge=(WHOLE_CITY,), inform=())
    return Outcome(rows=blocked_rows(ground, whole), missing=(*outcome.missing, *[missing] * bool(names)))


def _measured(ground: Ground, plan: Plan, standard: Standard, measure: Computed) -> Outcome:
    match measure:
        case Reach() as reach:
            outcome = assess_reach(ground, plan, standard, reach)
        case Composite() as composite:
            outcome = assess_composite(ground, plan, standard, composite)
        case Coverage() as coverage:
            outcome = assess_coverage(ground, standard, coverage)
        case Provision() as provision:
            outcome = assess_provision(ground, plan, standard, provision)
        case Presence() as presence:
            outcome = assess_presence(ground, standard, presence)
        case Share() as share:
            outcome = assess_share(ground, standard, share)
        case Stock() as stock:
            outcome = assess_stock(ground, standard, stock)
        case TravelTime() as travel:
            outcome = assess_travel_time(ground, plan, standard, travel)
        case connection:
            outcome = assess_connection(ground, standard, connection)
    return outcome
