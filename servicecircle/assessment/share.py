"""Share: how many facilities, or zones, have something; counted, weighted, or as the ratio of two sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.figures import meets, required, share
from servicecircle.assessment.membership import levels_missing, units_inside
from servicecircle.assessment.reach import scope_missing
from servicecircle.assessment.rows import (
    Outcome,
    base_columns,
    blocked_rows,
    called,
    companion,
    evidence,
    units,
    verdict_columns,
)
from servicecircle.assessment.selection import Missing, amounts, holds, is_known, select

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Unit
    from servicecircle.plan import Share, Standard, Target

FACILITIES = "facilities"


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """What a share is a share of: facilities or zones.

    Parameters
    ----------
    frame
        One row each.
    part, whole
        The amounts that count and all amounts: ones and zeros where rows are counted; shape (rows,).
    has
        Which rows have what is asked for.
    """

    frame: pd.DataFrame
    part: NDArray[np.float64]
    whole: NDArray[np.float64]
    has: NDArray[np.bool_]


def assess_share(ground: Ground, standard: Standard, asked: Share) -> Outcome:
    """Return what a standard of share comes to; only what lies inside a zone counts for it."""
    selection = select(ground, asked.facilities)
    frame = _asked_zones(ground, asked) if asked.unit_levels else ground.facilities.iloc[selection.facilities]
    missing = [*selection.missing, *scope_missing(ground, standard), *levels_missing(ground, asked.unit_levels)]
    outcome = Outcome(missing=(*missing, *_unknown(frame, asked)))
    if outcome.blocked:
        outcome.rows = blocked_rows(ground, standard)
        return outcome
    whole = _whole(frame, asked)
    for unit in units(ground, standard):
        if asked.unit_levels:
            names = units_inside(ground, unit, frame["zone_id"])
            inside = np.asarray(frame["zone_id"].isin(names), dtype=bool)
        else:
            inside = unit.facilities[selection.facilities]
        outcome.rows.append(_row(ground, standard, unit, whole, rows=np.flatnonzero(inside)))
        for weight in asked.companions:
            value = _other_share(whole, inside, weight)
            outcome.companions.append(companion(standard, unit, f"by_{weight}", value))
        if asked.each:
            for row in np.flatnonzero(inside):
                name = str(whole.frame["id"].iloc[row])
                outcome.rows.append(_row(ground, standard, unit, whole, rows=np.array([row]), klass=name))
    outcome.evidence += [_lacking(ground, standard, whole.frame.iloc[row]) for row in np.flatnonzero(~whole.has)]
    if asked.unit_levels:  # what facilities count is seen from the facilities; what zones do, from nothing else
        outcome.evidence += [_having(standard, whole.frame.iloc[row]) for row in np.flatnonzero(whole.has)]
    return outcome


def _asked_zones(ground: Ground, asked: Share) -> pd.DataFrame:
    zones = ground.city.zones
    chosen = zones[zones["level"].isin(asked.unit_levels).to_numpy()]
    return pd.DataFrame(chosen).assign(id=chosen["zone_id"])


def _unknown(frame: pd.DataFrame, asked: Share) -> list[Missing]:
    """Return what is not known: a sum needs every amount; an attribute that some rows lack is told."""
    found = []
    for column in filter(None, (asked.numerator, asked.denominator, asked.weight)):
        rows = int(np.isnan(amounts(frame, column)).sum())
        if rows:
            found.append(
                Missing("column", column, f"{rows} 处的 {column} 未知。", f"{column} is unknown for {rows} rows.")
            )
    if asked.numerator:
        rows = int((amounts(frame, asked.numerator) > amounts(frame, asked.denominator)).sum())
        if rows:
            zh = f"{rows} 处的 {asked.numerator} 大于 {asked.denominator}。"
            en = f"{asked.numerator} is more than {asked.denominator} for {rows} rows."
            found.append(Missing("column", asked.numerator, zh, en))
    columns = {column for alternative in asked.having for column in alternative}
    told = {column: _told(frame, asked, column) for column in columns if column in frame}
    known = {column for column, rows_known in told.items() if rows_known.any()}
    if columns and not known and len(frame):
        names = ", ".join(sorted(columns))
        zh, en = f"缺少列 {names}。", f"column {names} is missing."
        if told:
            zh = f"列 {names} 没有可用的值，请填写是/否或数字。"
            en = f"column {names} holds nothing that can be judged. Write yes and no, or numbers."
        found.append(Missing("column", names, zh, en))
    for column, rows in _hanging(frame, asked).items() if known else ():
        zh = f"缺少列 {column}，{rows} 处是否计入取决于它，按没有计。"
        en = f"column {column} is missing and decides about {rows} rows, counted as not having it."
        found.append(Missing("value", column, zh, en, blocks=False))
    for column in sorted(known):
        rows = int((~told[column]).sum())
        if rows:
            zh, en = (
                f"{rows} 处的 {column} 未知，按没有计。",
                f"{column} is unknown for {rows} rows, counted as not having it.",
            )
            found.append(Missing("value", column, zh, en, blocks=False))
    return found


def _hanging(frame: pd.DataFrame, asked: Share) -> dict[str, int]:
    """Return the columns that the layer lacks, with the number of rows that count or not as they would say."""
    undecided = ~_whole(frame, asked).has
    found: dict[str, int] = {}
    for alternative in asked.having:
        open_yet = undecided.copy()
        for column in set(alternative) & set(frame.columns):
            open_yet &= holds(frame[column], alternative[column])
        for column in sorted(set(alternative) - set(frame.columns)) if open_yet.any() else ():
            found[column] = max(found.get(column, 0), int(open_yet.sum()))
    return found


def _told(frame: pd.DataFrame, asked: Share, column: str) -> NDArray[np.bool_]:
    """Return which rows hold something in a column that every condition on it can be asked of."""
    conditions = [alternative[column] for alternative in asked.having if column in alternative]
    return np.asarray(np.all([is_known(frame[column], condition) for condition in conditions], axis=0), dtype=bool)


def _whole(frame: pd.DataFrame, asked: Share) -> Whole:
    if asked.numerator:
        part, whole = amounts(frame, asked.numerator), amounts(frame, asked.denominator)
        return Whole(frame, part, whole, part > 0)
    has = np.zeros(len(frame), dtype=bool)
    for alternative in asked.having:
        meets = np.ones(len(frame), dtype=bool)
        for column, condition in alternative.items():
            meets &= holds(frame[column], condition) if column in frame else np.zeros(len(frame), dtype=bool)
        has |= meets
    whole = amounts(frame, asked.weight) if asked.weight else np.ones(len(frame))
    return Whole(frame, np.where(has, whole, 0.0), whole, has)


def _row(
    ground: Ground, standard: Standard, unit: Unit, whole: Whole, *, rows: NDArray[np.int64], klass: str = "all"
) -> dict[str, Any]:
    """Return the row of a unit, or that of one of its facilities."""
    part, amount = float(whole.part[rows].sum()), float(whole.whole[rows].sum())
    value = share(part, amount)
    row = base_columns(standard, unit, klass=klass)
    row |= verdict_columns(standard, unit, value, status="not_applicable" if value is None else "")
    row |= {
        "numerator": part,
        "denominator": amount,
        "pop_total": float(ground.group("pop_total")[unit.cells].sum()),
        "facilities_n": float(len(rows)),
    }
    target = standard.target.value
    if value is not None and target is not None and standard.target.op in {">=", ">", "=="}:
        whole_numbers = bool((np.mod(whole.whole[rows], 1) == 0).all())
        row["gap"] = max((_whole_number(standard.target, amount) if whole_numbers else target * amount) - part, 0.0)
    return row


def _whole_number(target: Target, amount: float) -> int:
    """Return the least whole number whose share of an amount meets a target: more than it where it must be more."""
    least = required(target.value or 0.0, amount)
    return least + (target.op == ">" and not meets(least / amount, target))


def _other_share(whole: Whole, inside: NDArray[np.bool_], weight: str) -> float | None:
    """Return the share by another weight; None where an amount is unknown."""
    mine = (np.ones(len(whole.frame)) if weight == FACILITIES else amounts(whole.frame, weight))[inside]
    return None if np.isnan(mine).any() else share(float(mine[whole.has[inside]].sum()), float(mine.sum()))


def _lacking(ground: Ground, standard: Standard, one: pd.Series[Any]) -> dict[str, Any]:
    """Return the evidence of a facility or zone that does not have what is asked for."""
    zones = ground.facility_zones.loc[one["id"]] if one["id"] in ground.facility_zones.index else [one.get("zone_id")]
    zone = next((zone for zone in reversed(list(zones)) if isinstance(zone, str)), "")
    name = called(one)
    return evidence(
        standard, "lacking", zone_id=zone, about=str(one["id"]), zh=f"{name} 未达到", en=f"{name} does not have it"
    )


def _having(standard: Standard, one: pd.Series[Any]) -> dict[str, Any]:
    """Return the evidence of a zone that has what is asked for."""
    name, zone = one["name"], str(one["zone_id"])
    return evidence(standard, "having", zone_id=zone, about=zone, zh=f"{name} 已达到", en=f"{name} has it")
