"""Why a siting problem cannot be solved: who is left, where they live, and what would make it possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.assessment.wording import worded
from servicecircle.city import smallest_zone
from servicecircle.markup import table_html
from servicecircle.network import nearest
from servicecircle.text import listed
from servicecircle.units import minutes_walked, reaches

if TYPE_CHECKING:
    from servicecircle.siting.solution import Shortfall, Solution
    from servicecircle.siting.stage import Stage

FEW = 5
"""Zones named in a message."""


@dataclass(frozen=True, slots=True, eq=False)
class Failure:
    """Why no choice of sites does what was asked, and what would make it possible.

    Parameters
    ----------
    reason_zh, reason_en
        That in words.
    cells
        The cells whose residents are left: index cell_id; zone_id, zone_name, residents (of the group), nearest_m (the
        walk to the nearest candidate, inf where there is none), reachable (whether one is within the limit).
    residents
        How many are left.
    minutes, metres
        The limit that would bring each of them within reach of a candidate; inf where some have no walk to any, NaN
        where the limit is not the reason.
    sites
        How many sites would do; 0 where that is not known or not the reason.
    budget
        The budget that would do; NaN where it is not the reason.
    """

    reason_zh: str
    reason_en: str
    cells: pd.DataFrame
    residents: float
    minutes: float = np.nan
    metres: float = np.nan
    sites: int = 0
    budget: float = np.nan

    @property
    def zones(self) -> pd.DataFrame:
        """Return the zones of those who are left, most residents first: zone_id, zone_name, cells, residents."""
        keys = ["zone_id", "zone_name"]
        found = self.cells.groupby(keys, sort=True)["residents"].agg(cells="size", residents="sum").reset_index()
        return found.sort_values("residents", ascending=False, kind="stable").reset_index(drop=True)

    def __repr__(self) -> str:
        return f"{self.reason_en} | {self.reason_zh}"

    def _repr_html_(self) -> str:
        zones = self.zones
        frame = worded(zones.assign(residents=zones["residents"].map("{:,.0f}".format)).drop(columns="zone_id"), "zh")
        rows = frame.to_numpy().tolist()
        return table_html(rows, heads=list(frame.columns), title=self.reason_zh, notes=[self.reason_en])


def failure_of(stage: Stage, solution: Solution) -> Failure | None:
    """Return why a solution does not do what was asked; None where it does."""
    short = solution.shortfall
    if short is None:
        return None
    cells = _left(stage, short)
    need = stage.needs[0]
    residents = float(cells["residents"].sum())
    beyond = cells[~cells["reachable"]]
    metres = float(beyond["nearest_m"].max()) if len(beyond) else np.nan
    minutes = float(minutes_walked(np.array([metres]), speed_m_s=need.speed_m_s)[0]) if len(beyond) else np.nan
    budget = stage.rules.budget
    dear = solution.kind in {"fewest_sites", "fewest_serving"} and solution.objective > budget
    needed = solution.objective if dear else np.nan
    parts = [_beyond(beyond, minutes, metres)] if len(beyond) else []
    if len(cells) > len(beyond):
        parts.append(_within(cells[cells["reachable"]], short.k))
    if dear:
        zh, en = (
            f"预算 {budget:,.6g} 不足，至少需要 {needed:,.6g}。",
            f"The budget is {budget:,.6g}; it takes {needed:,.6g}.",
        )
        parts.append((zh, en))
    if not parts:
        english, _, chinese = short.reason.partition(" | ")
        parts = [(chinese, english)]
    zh, en = "".join(one[0] for one in parts), " ".join(one[1] for one in parts)
    return Failure(zh, en, cells, residents, minutes, metres, short.k, needed)


def _left(stage: Stage, short: Shortfall) -> pd.DataFrame:
    """Return the cells that are left, with their walk to the nearest candidate."""
    ground = stage.result.ground
    size = len(ground.cells)
    numbers = np.unique(short.demand % size)
    found = nearest(ground.city.walk, ground.cell_positions.take(numbers), stage.positions).distance_m
    weight = np.zeros(size)
    reachable = np.ones(size, dtype=bool)
    near = np.full(size, np.inf)
    near[numbers] = found
    for number, need in enumerate(stage.needs):
        mine = short.demand[short.demand // size == number] % size
        weight[mine] = np.maximum(weight[mine], need.group[mine])
        reachable[mine] &= np.asarray(reaches(near[mine], need.limit_m[mine]), dtype=bool)
    zones = smallest_zone(ground.cell_zones.astype(object)).to_numpy()[numbers]
    names = dict(zip(ground.city.zones["zone_id"], ground.city.zones["name"], strict=True))
    return pd.DataFrame(
        {
            "zone_id": [zone if isinstance(zone, str) else "" for zone in zones],
            "zone_name": [str(names.get(zone, "")) for zone in zones],
            "residents": weight[numbers],
            "nearest_m": found,
            "reachable": reachable[numbers],
        },
        index=ground.cells.index[numbers],
    )


def _where(cells: pd.DataFrame) -> tuple[str, str]:
    """Return in which zones most of some cells' residents live."""
    sums = cells.groupby("zone_name")["residents"].sum().sort_values(ascending=False, kind="stable")
    named = [name for name in sums.index if name]
    zh = "、".join(named[:FEW]) + (f"等 {len(named)} 个单元" if len(named) > FEW else "")
    return (f"（{zh}）", f" ({listed(named, most=FEW)})") if named else ("", "")


def _beyond(cells: pd.DataFrame, minutes: float, metres: float) -> tuple[str, str]:
    zh_where, en_where = _where(cells)
    people = f"{cells['residents'].sum():,.0f}"
    zh = f"有 {len(cells):,} 个居民点、{people} 人{zh_where}在步行时限内没有任何可用候选点。"
    en = f"No candidate that may be used lies within the limit of {people} residents in {len(cells):,} cells{en_where}."
    if np.isfinite(metres):
        zh += f"将时限放宽到 {minutes:,.1f} 分钟（{metres:,.0f} 米），或在其附近增加候选点，即可到达。"
        en += f" A limit of {minutes:,.1f} min ({metres:,.0f} m), or candidates nearer to them, would reach them all."
    else:
        lost = int(np.isinf(cells["nearest_m"]).sum())
        zh += f"其中 {lost:,} 个居民点没有步行路径可达任何候选点，需补充路网或候选点。"
        en += f" {lost:,} of these cells have no walk to any candidate: they need streets, or candidates of their own."
    return zh, en


def _within(cells: pd.DataFrame, sites: int) -> tuple[str, str]:
    zh_where, en_where = _where(cells)
    people = f"{cells['residents'].sum():,.0f}"
    zh = f"在给定条件下，所选地点仍不能服务 {len(cells):,} 个居民点的 {people} 人{zh_where}。"
    en = f"Under these conditions the sites do not serve {people} residents in {len(cells):,} cells{en_where}."
    if sites:
        zh, en = f"{zh}需要 {sites} 处设施。", f"{en} {sites} sites would do."
    return zh, en
