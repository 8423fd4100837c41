"""Groups of residents: counted in the population, estimated from shares of zones, or represented by another group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.selection import Missing
from servicecircle.city import ESTIMATED, GROUPS

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.assessment.ground import Ground
    from servicecircle.plan import Plan

SHARE = "share_"
"""A column of the zones so called, before the name of a group, holds that group's share of all residents."""

NO = pd.Series([], dtype=bool)


@dataclass(frozen=True, slots=True)
class Counted:
    """How a group of residents is counted.

    Parameters
    ----------
    column
        The column of the cells that counts it; "" if there is none.
    estimated
        Whether the number is only estimated.
    missing
        What is not known, and what stands in for it.
    """

    column: str
    estimated: bool = False
    missing: tuple[Missing, ...] = ()


def group_of(ground: Ground, plan: Plan, group: str) -> Counted:
    """Return how a group is counted: as given, from zone shares, by the plan's stand-in, or not at all."""
    if group in ground.estimated and group in ground.city.population:
        zh = f"人口图层的列 {group} 由单元总数分摊而来，为估算值。"
        en = f"population: {group!r} was spread over the cells from totals of zones (estimated)."
        return Counted(group, estimated=True, missing=(Missing("estimated", group, zh, en, blocks=False),))
    if group in ground.estimated:
        zh = f"人口图层缺少列 {group}，按单元比例 {SHARE}{group} 估算。"
        en = f"population: column {group!r} is missing; estimated from the zones' {SHARE}{group}."
        return Counted(group, estimated=True, missing=(Missing("estimated", group, zh, en, blocks=False),))
    if group in ground.cells:
        return Counted(group)
    fallback = plan.groups[group].fallback if group in plan.groups else ""
    if fallback in ground.cells:
        zh = f"人口图层缺少列 {group}，以 {fallback} 代替（估算）。"
        en = f"population: column {group!r} is missing; {fallback!r} stands in for it (estimated)."
        return Counted(fallback, estimated=True, missing=(Missing("estimated", group, zh, en, blocks=False),))
    zh, en = f"人口图层缺少列 {group}。", f"population: column {group!r} is missing."
    return Counted("", missing=(Missing("column", group, zh, en),))


def with_zone_shares(
    cells: gpd.GeoDataFrame, cell_zones: pd.DataFrame, zones: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, set[str]]:
    """Return cells with the groups that only zones know, and which groups are estimated.

    A cell has the share of the smallest zone around it that has one. A group is made of shares only if every cell with
    residents has one. Groups that the cells have are estimated if the cells say so.
    """
    estimated: dict[str, Any] = {}
    said = {group for group in GROUPS if group in cells and cells.get(f"{group}{ESTIMATED}", NO).any()}
    for group in GROUPS:
        column = SHARE + group
        if group in cells or column not in zones:
            continue
        shares = dict(zip(zones["zone_id"], zones[column], strict=True))
        share = pd.Series(np.nan, index=cells.index)
        for level in reversed(cell_zones.columns):
            share = share.fillna(cell_zones[level].astype(object).map(shares).astype(float))
        people = cells["pop_total"].to_numpy(dtype=float)
        if not share[people > 0].isna().any():
            estimated[group] = people * share.fillna(0.0).to_numpy()
    return cells.assign(**estimated), said.union(estimated)
