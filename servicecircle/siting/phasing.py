"""Phases: a budget for each year puts the sites of a proposal in an order of building."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from servicecircle.assessment.wording import worded
from servicecircle.errors import InputError
from servicecircle.markup import table_html
from servicecircle.siting.conditions import at_least_zero
from servicecircle.siting.covering import most_covered
from servicecircle.siting.instance import Coverage, Rules, stacked
from servicecircle.siting.wording import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.city import City
    from servicecircle.siting.instance import Effort
    from servicecircle.siting.proposal import Proposal
    from servicecircle.siting.reached import Reached
    from servicecircle.words import Language

    Ints = NDArray[np.int64]

YEARS = ("year", "sites", "spent", "left", "gain", "share_after")


@dataclass(frozen=True, slots=True, eq=False)
class Phases:
    """An order of building. Made by `phased`.

    Parameters
    ----------
    proposal
        What is built.
    table
        One row per site that is built, in the order of building: year, rank (in the proposal), site_id, zone_name,
        cost, gain (residents of the group newly covered, given what is built before it).
    years
        One row per year: year, sites (built in it), spent, left (money that goes on to the next year), gain,
        share_after (of the group, once they are there).
    unbuilt
        Sites of the proposal for which there is no money, or no land yet, in any of the years.
    """

    proposal: Proposal
    table: pd.DataFrame
    years: pd.DataFrame
    unbuilt: tuple[str, ...]

    def facilities(self, year: int) -> gpd.GeoDataFrame:
        """Return the facilities that are there by the end of a year, ready for ``city.adding``."""
        there = set(self.table.loc[self.table["year"] <= year, "rank"])
        rank = self.proposal.facilities["name"].str.extract(r"(\d+)$")[0].astype(int)
        return self.proposal.facilities[rank.isin(there).to_numpy()].reset_index(drop=True)

    def city_in(self, city: City, year: int) -> City:
        """Return a city with what is built by the end of a year."""
        built = self.facilities(year)
        return city.adding(built) if len(built) else city

    def table_in(self, language: Language = "zh") -> pd.DataFrame:
        """Return 分期建设表: the years, what is built and the share covered after each.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        """
        return worded(self.years, language)

    def __repr__(self) -> str:
        lines = [
            f"{row.year}: {row.sites} sites, {row.spent:,.6g} spent, +{row.gain:,.0f}, in all {row.share_after:.1%}"
            for row in self.years.itertuples()
        ]
        return "\n".join([*lines, *([f"not built: {', '.join(self.unbuilt)}"] if self.unbuilt else [])])

    def _repr_html_(self) -> str:
        frame = worded(written(self.years.assign(year=self.years["year"].astype(str))), "zh")
        notes = [f"未能安排 · not built: {', '.join(self.unbuilt)}"] if self.unbuilt else []
        title = f"分期建设表 · {self.proposal.standard_id}"
        return table_html(frame.to_numpy().tolist(), heads=list(frame.columns), title=title, notes=notes)


def phased(proposal: Proposal, budgets: Mapping[int, float], *, effort: Effort | None = None) -> Phases:
    """Return the order in which the sites of a proposal are built, with a budget for each year.

    Each year the sites are built that its money, and what is left of the years before, pays for and that then cover
    most; a site is not built before the year in its ``available_from``.

    Parameters
    ----------
    proposal
        What is built. Without costs each site costs 1, and a budget is a number of sites.
    budgets
        Money by year: ``{2026: 20, 2027: 15}``.
    effort
        How long to search, for each year.

    Raises
    ------
    InputError
        If there is no year, a budget is no number from 0 up, or the proposal closes facilities.

    Examples
    --------
    >>> import servicecircle as sc
    >>> plan = sc.read_plan("lianyungang-145").only("LY-01")
    >>> result = sc.assess(sc.sample_city(), plan, progress=False)
    >>> phases = phased(sc.best_sites(result, "LY-01", k=3), {2026: 1, 2027: 2})
    >>> phases.years["sites"].tolist()
    [1, 2]
    """
    if not budgets:
        raise InputError("Phases need a budget for each year: {2026: 20, 2027: 15}. | 请给出各年预算。")
    if proposal.closed:
        raise InputError("Phases are for proposals that close nothing. | 分期暂不适用于含撤并的方案。")
    for year, money in budgets.items():
        at_least_zero(f"budget of {year}", money)
    table, reached = proposal.table, proposal.reached
    if reached is None:
        raise InputError("This proposal does not know who walks where. | 该方案缺少步行数据，无法分期。")
    cost = table["cost"].fillna(1.0).to_numpy(dtype=float)
    ready = table["available_from"].fillna(-np.inf).to_numpy(dtype=float)
    built: list[int] = []
    sites: list[dict[str, Any]] = []
    years: list[dict[str, Any]] = []
    left, share = 0.0, proposal.share_before
    whole = float(reached.weights.sum())
    for year in sorted(budgets):
        left += budgets[year]
        free = [one for one in range(len(table)) if one not in built and ready[one] <= year]
        now = _chosen(reached, built, free, (cost, left), effort=effort)
        before = sum(row["gain"] for row in sites)
        for one, gain in _in_order(reached, built, now):
            row = table.iloc[one]
            sites.append({"year": year, "rank": one + 1, "site_id": row["site_id"], "zone_name": row["zone_name"]})
            sites[-1] |= {"cost": cost[one], "gain": gain}
            built.append(one)
        spent, gained = float(cost[now].sum()), sum(row["gain"] for row in sites) - before
        left, share = left - spent, share + (gained / whole if whole else np.nan)
        years.append(dict(zip(YEARS, (year, len(now), spent, left, gained, share), strict=True)))
    unbuilt = tuple(str(table["site_id"].iloc[one]) for one in range(len(table)) if one not in built)
    columns = ["year", "rank", "site_id", "zone_name", "cost", "gain"]
    return Phases(proposal, pd.DataFrame(sites, columns=columns), pd.DataFrame(years, columns=list(YEARS)), unbuilt)


def _chosen(
    reached: Reached,
    built: list[int],
    free: list[int],
    price: tuple[NDArray[np.float64], float],
    *,
    effort: Effort | None,
) -> list[int]:
    """Return the sites that money pays for and that, with what is built, cover most; then any others it pays for."""
    cost, money = price
    if not free:
        return []
    there = reached.take(built)
    layers = [
        Coverage(csr_array(cover[free].astype(float)), weight, there.covered_after(need, len(built)))
        for need, (cover, weight) in enumerate(zip(reached.covers, reached.weights, strict=True))
    ]
    rules = Rules(cost=cost[free], budget=money)
    found = most_covered(stacked(layers, np.ones(len(layers))), rules=rules, effort=effort)
    now = [free[one] for one in found.chosen]
    left = money - float(cost[now].sum())
    for one in free:
        if one not in now and cost[one] <= left + 1e-9:
            now.append(one)
            left -= cost[one]
    return now


def _in_order(reached: Reached, built: list[int], now: list[int]) -> list[tuple[int, float]]:
    """Return the sites of a year, those first that add most, with what each adds to all before it."""
    there = reached.take(built)
    start = tuple(there.walk_after(need, len(built)) for need in range(len(reached.needs)))
    rest = reached.take(now)
    order, worth = type(rest)(rest.needs, start, rest.metres, rest.offers).by_cover()
    return [(now[one], gain) for one, gain in zip(order, worth, strict=True)]
