"""Which facilities count for a standard, and what keeps that from being known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.city import YES_NO, as_text
from servicecircle.plan import ANY_SERVICE, Bounds
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import FacilityFilter


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that has to be known and is not.

    Parameters
    ----------
    kind
        ``service``, ``column``, ``area``, ``layer``, ``level`` or ``measure``.
    name
        Which one.
    zh, en
        What that means.
    blocks
        Whether the standard cannot be evaluated without it.
    """

    kind: str
    name: str
    zh: str
    en: str
    blocks: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """The facilities that count, by their number, in order; and what is not known."""

    facilities: NDArray[np.int64]
    missing: tuple[Missing, ...] = ()

    @property
    def blocked(self) -> bool:
        """Return whether the selection cannot be made."""
        return any(one.blocks for one in self.missing)


def select(ground: Ground, filters: Iterable[FacilityFilter]) -> Selection:
    """Return the facilities that pass any of some filters; only open ones unless a filter says otherwise."""
    counts = np.zeros(len(ground.facilities), dtype=bool)
    missing: list[Missing] = []
    for one in filters:
        passes, lacking = _passing(ground, one)
        counts |= passes
        missing += lacking
    return Selection(np.flatnonzero(counts), tuple(missing))


def _passing(ground: Ground, one: FacilityFilter) -> tuple[NDArray[np.bool_], list[Missing]]:
    frame = ground.facilities
    nothing = np.zeros(len(frame), dtype=bool)
    if one.service not in {*ground.city.services, ANY_SERVICE}:
        return nothing, [_service_missing(one)]
    passes = nothing | True if one.service == ANY_SERVICE else (frame["service"] == one.service).to_numpy(dtype=bool)
    conditions = {"status": "open"} | dict(one.where)
    missing: list[Missing] = []
    for column, condition in conditions.items():
        if not passes.any():
            break
        values = frame[column][passes] if column in frame else pd.Series(dtype=object)
        if column not in frame or values.isna().all():
            return nothing, [*missing, _column_missing(one, column)]
        known = is_known(values, condition)
        if not known.any():
            return nothing, [*missing, _column_unreadable(one, column, values)]
        unknown = int((~known).sum())
        if unknown:
            missing.append(_partly_unknown(one, column, unknown))
        passes = passes & holds(frame[column], condition)
    return passes, missing


def holds(values: pd.Series[Any], condition: object) -> NDArray[np.bool_]:
    """Return where a column satisfies a plan's condition; an unknown value never does."""
    if isinstance(condition, Bounds):
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float)
        low = -np.inf if condition.at_least is None else condition.at_least
        high = np.inf if condition.at_most is None else condition.at_most
        return np.asarray((numbers >= low) & (numbers <= high))
    wanted = condition if isinstance(condition, tuple) else (condition,)
    if _asks_yes_or_no(condition):
        values = _yes_no(values)
    return np.asarray(values.isin(list(wanted)) & values.notna(), dtype=bool)


def is_known(values: pd.Series[Any], condition: object) -> NDArray[np.bool_]:
    """Return where a column holds what a plan's condition can be asked of: a number for bounds, a yes or no, a text.

    Examples
    --------
    >>> grades = pd.Series(["二级", "3", None])
    >>> is_known(grades, Bounds(at_least=2.0)).tolist(), is_known(grades, "二级").tolist()
    ([False, True, False], [True, True, False])
    """
    if isinstance(condition, Bounds):
        return np.asarray(pd.to_numeric(values, errors="coerce").notna(), dtype=bool)
    return np.asarray((_yes_no(values) if _asks_yes_or_no(condition) else values).notna(), dtype=bool)


def _asks_yes_or_no(condition: object) -> bool:
    return any(isinstance(one, bool) for one in (condition if isinstance(condition, tuple) else (condition,)))


def _yes_no(values: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(as_text(values).str.lower().map(YES_NO))


def amounts(frame: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return the amounts in a column, shape (rows,); NaN where unknown: absent, no number, or below zero."""
    if column not in frame:
        return np.full(len(frame), np.nan)
    values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=float)
    return np.where(values < 0, np.nan, values)


def _service_missing(one: FacilityFilter) -> Missing:
    zh, en = word(one.service, "zh"), word(one.service, "en")
    if one.optional:
        return Missing(
            "service", one.service, f"未载入{zh}图层，未计入。", f"{en}: not loaded, so left out.", blocks=False
        )
    return Missing("service", one.service, f"未载入{zh}图层。", f"{en}: the layer is not loaded.")


def _column_missing(one: FacilityFilter, column: str) -> Missing:
    zh, en = word(one.service, "zh"), word(one.service, "en")
    if one.optional:
        return Missing(
            "column",
            column,
            f"{zh}图层缺少列 {column}，未计入。",
            f"{en}: column {column!r} is missing, so left out.",
            blocks=False,
        )
    return Missing("column", column, f"{zh}图层缺少列 {column}。", f"{en}: column {column!r} is missing.")


def _column_unreadable(one: FacilityFilter, column: str, values: pd.Series[Any]) -> Missing:
    """Return that no value of a column is what the plan's condition asks of, with one of those it holds."""
    zh, en = word(one.service, "zh"), word(one.service, "en")
    held = next(iter(values.dropna()))
    return Missing(
        "column",
        column,
        f"{zh}图层的列 {column} 没有可用的值（如 {held!r}）：需为数字或是/否，请改写。",
        f"{en}: column {column!r} holds nothing that can be judged (such as {held!r}): write numbers, or yes and no.",
        blocks=not one.optional,
    )


def _partly_unknown(one: FacilityFilter, column: str, rows: int) -> Missing:
    zh, en = word(one.service, "zh"), word(one.service, "en")
    return Missing(
        "value",
        column,
        f"{rows} 处{zh}的 {column} 未知，未计入。",
        f"{en}: {column} is unknown for {rows} facilities, which do not count.",
        blocks=False,
    )
