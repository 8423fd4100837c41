"""assess(city, plan): every standard of a plan judged in a city."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.assessment.assessment import Assessment
from servicecircle.assessment.composite import assess_composite
from servicecircle.assessment.connection import assess_connection
from servicecircle.assessment.coverage import assess_coverage
from servicecircle.assessment.ground import Ground, make_ground
from servicecircle.assessment.held import held_outcomes
from servicecircle.assessment.membership import levels_missing
from servicecircle.assessment.network_quality import network_cautions, poor_zones
from servicecircle.assessment.placeless import tell_placeless
from servicecircle.assessment.placement import placement_findings
from servicecircle.assessment.presence import assess_presence
from servicecircle.assessment.provision import assess_provision
from servicecircle.assessment.reach import assess_reach
from servicecircle.assessment.rows import WHOLE_CITY, Outcome, as_table, blocked_rows, evidence
from servicecircle.assessment.selection import Missing
from servicecircle.assessment.share import assess_share
from servicecircle.assessment.stock import assess_stock
from servicecircle.assessment.travel_time import assess_travel_time
from servicecircle.city import City
from servicecircle.errors import InputError
from servicecircle.plan import (
    Composite,
    Coverage,
    Plan,
    Presence,
    Provision,
    Reach,
    Register,
    Share,
    Stock,
    TravelTime,
)

if TYPE_CHECKING:
    from servicecircle.plan import Standard


def assess(
    city: City, plan: Plan, *, scenario: str = "", since: Assessment | None = None, progress: bool = True
) -> Assessment:
    """Judge every standard of a plan in a city.

    Parameters
    ----------
    city
        What is there.
    plan
        What should be there.
    scenario
        A name for this assessment, the first column of its table; else that of the scenario that made the city.
    since
        An earlier assessment: what the change between its city and plan and these cannot touch is taken from it, told
        by what they hold. The result is the same as without, to the last bit.
    progress
        Whether a progress bar is shown when it takes longer than two seconds.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If city or plan is something else.

    Examples
    --------
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> row = result.table.set_index("zone_id").loc["CITY"]
    >>> row["status"], row["verdict"]
    ('judged', '不达标')
    """
    from tqdm.auto import tqdm

    given: tuple[object, object] = (city, plan)
    if not isinstance(given[0], City) or not isinstance(given[1], Plan):
        raise InputError(
            f"assess takes a City and a Plan, not {type(city).__name__} and {type(plan).__name__}: "
            "assess(read_city(folder), read_plan('lianyungang-145')). | assess 需要 City 和 Plan。"
        )
    scenario = scenario or city.about.scenario
    earlier: object = since
    if earlier is not None and not isinstance(earlier, Assessment):
        raise InputError(
            f"since must be an earlier assessment, assess(city, plan), not {type(earlier).__name__}. | "
            "since 应为评估结果。"
        )
    ground = make_ground(city, since=since.ground if since is not None else None)
    bar = tqdm(plan.standards, desc="standards", unit="", delay=2, disable=not progress)
    poor = poor_zones(ground)
    held = {} if since is None else held_outcomes(ground, plan, since)
    outcomes = {one.id: held[one.id] if one.id in held else _outcome(ground, plan, one, poor) for one in bar}
    ground.earlier.forget()
    rows = [row for outcome in outcomes.values() for row in outcome.rows]
    companions = [row for outcome in outcomes.values() for row in outcome.companions]
    found = [row for outcome in outcomes.values() for row in outcome.evidence]
    names = ["scenario", "standard_id", "zone_id", "class", "method", "value", "unit"]
    return Assessment(
        city,
        plan,
        scenario,
        as_table(rows, scenario=scenario),
        pd.DataFrame([{"scenario": scenario, **row} for row in companions], columns=names).astype({"value": float}),
        pd.DataFrame(found, columns=["standard_id", "zone_id", "kind", "about", "zh", "en", "residents"]),
        city.report.plus(*placement_findings(ground)),
        ground,
        outcomes,
    )


def _outcome(ground: Ground, plan: Plan, standard: Standard, poor: dict[str, tuple[float, float]]) -> Outcome:
    """Return what a standard comes to, with all that has to be said of it."""
    outcome = _with_rows(ground, standard, _assess_one(ground, plan, standard))
    outcome.evidence += network_cautions(poor, standard, outcome)
    if not outcome.blocked:
        outcome.evidence += tell_placeless(ground, standard)
    outcome.evidence += [
        evidence(standard, f"missing_{one.kind}" if one.blocks else one.kind, about=one.name, zh=one.zh, en=one.en)
        for one in outcome.missing
    ]
    dated = _as_of(ground, standard)
    outcome.rows = [row | {"as_of": dated} for row in outcome.rows]
    return outcome


def _assess_one(ground: Ground, plan: Plan, standard: Standard) -> Outcome:
    measure = standard.measure
    if isinstance(measure, Register):
        reason = Missing("measure", "register", measure.reason_zh, measure.reason_en)
        return Outcome(rows=blocked_rows(ground, standard), missing=(reason,))
    match measure:
        case Reach():
            outcome = assess_reach(ground, plan, standard, measure)
        case Composite():
            outcome = assess_composite(ground, plan, standard, measure)
        case Coverage():
            outcome = assess_coverage(ground, standard, measure)
        case Provision():
            outcome = assess_provision(ground, plan, standard, measure)
        case Presence():
            outcome = assess_presence(ground, standard, measure)
        case Share():
            outcome = assess_share(ground, standard, measure)
        case Stock():
            outcome = assess_stock(ground, standard, measure)
        case TravelTime():
            outcome = assess_travel_time(ground, plan, standard, measure)
        case _:
            outcome = assess_connection(ground, standard, measure)
    return outcome


def _as_of(ground: Ground, standard: Standard) -> str | None:
    """Return the oldest date that the data of a standard carries; None where it carries none."""
    places = ground.facilities
    mine = places[places["service"].isin(standard.services)]
    dates = [frame["as_of"].dropna().astype(str) for frame in (mine, ground.cells) if "as_of" in frame]
    known = [date for column in dates for date in column]
    return min(known, default=None)


def _with_rows(ground: Ground, standard: Standard, outcome: Outcome) -> Outcome:
    """Return an outcome that has a row in any case: where no zone has the standard's levels, it says so."""
    if outcome.rows:
        return outcome
    missing = levels_missing(ground, [*standard.judge, *standard.inform])
    whole = replace(standard, judge=(WHOLE_CITY,), inform=())
    return Outcome(rows=blocked_rows(ground, whole), missing=(*outcome.missing, *missing))
