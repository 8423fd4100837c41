"""Why a siting problem has no answer, and what would give it one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError
from servicecircle.siting.solution import Shortfall

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.instance import Rules

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NOBODY = np.zeros(0, dtype=np.int64)


def number_of_sites(k: int | None, rules: Rules) -> int:
    """Return how many candidates may be chosen; all of them if k is None.

    Raises
    ------
    InputError
        If k is no whole number from 0 up.
    """
    if k is None:
        return len(rules.place)
    given: object = k  # whatever the caller gave
    if isinstance(given, bool) or not isinstance(given, int | np.integer) or k < 0:
        raise InputError(f"k must be a whole number from 0 up. {k!r} was given instead. | k 必须是不小于 0 的整数。")
    return min(int(k), len(rules.place))


def required_too_many(rules: Rules, k: int) -> Shortfall | None:
    """Return why not even the required candidates may be chosen, if so."""
    count, cost = len(rules.required), float(rules.cost[rules.required].sum())
    if count > k:
        return Shortfall(
            f"{count} candidates are required, but only {k} may be chosen. | 必选 {count} 处，但最多只能选 {k} 处。",
            NOBODY,
            0.0,
            k=count,
        )
    if cost > rules.budget * (1 + 1e-12):
        return Shortfall(
            f"The required candidates cost {cost:,.6g}, the budget is {rules.budget:,.6g}. | 必选候选点共需"
            f" {cost:,.6g}，超出预算 {rules.budget:,.6g}。",
            NOBODY,
            0.0,
        )
    return None


def out_of_reach(demand: Ints, weights: Floats, nearest_m: Floats) -> Shortfall:
    """Return the shortfall of demand that no candidate reaches, with the threshold at which one would."""
    weight = float(weights[demand].sum())
    limit = float(nearest_m[demand].max()) if len(demand) else np.nan
    where = ""
    if np.isfinite(limit):
        where = f" A threshold of {limit:,.0f} m would reach all of them. | 若放宽至 {limit:,.0f} 米则全部可达。"
    return Shortfall(
        f"No candidate that may be chosen reaches {len(demand)} of the demand (weight {weight:,.6g}). | 有"
        f" {len(demand)} 处需求（权重 {weight:,.6g}）没有任何可选候选点能够到达。{where}",
        demand,
        weight,
        limit,
    )


def too_few(demand: Ints, weights: Floats, k: int) -> Shortfall:
    """Return the shortfall of demand that each has candidates, but not all at once among those that may be chosen."""
    weight = float(weights[demand].sum())
    return Shortfall(
        f"{k} sites under these rules do not serve {len(demand)} of the demand (weight {weight:,.6g}). | 在这些规则下，"
        f"{k} 处设施无法服务 {len(demand)} 处需求（权重 {weight:,.6g}）。",
        demand,
        weight,
    )


def dearer(cost: float, budget: float) -> Shortfall:
    """Return the shortfall of a budget below what must be spent."""
    return Shortfall(
        f"It costs {cost:,.6g}, the budget is {budget:,.6g}. | 共需 {cost:,.6g}，超出预算 {budget:,.6g}。", NOBODY, 0.0
    )


def overfull(demand: Ints, weight: float, k: int) -> Shortfall:
    """Return the shortfall of demand for which there is no room, with how many sites would have room, if known."""
    more = f" {k} sites would do. | 需要 {k} 处设施。" if k else ""
    return Shortfall(
        f"There is no room for {weight:,.6g} of {len(demand)} demands within reach. | 可达范围内容量不足，"
        f"{len(demand)} 处需求中有 {weight:,.6g} 无法安排。{more}",
        demand,
        weight,
        k=k,
    )


def too_empty() -> Shortfall:
    """Return the shortfall of required candidates that cannot fill their minimum enrolments."""
    return Shortfall(
        "Those that must stay cannot all reach their least numbers. | 必选设施无法全部达到其最低规模。", NOBODY, 0.0
    )
