"""Several standards at once: a site may hold several services (复合利用) that share its cost."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

from servicecircle.errors import InputError
from servicecircle.siting.conditions import Conditions, at_least_zero
from servicecircle.siting.covering import most_covered
from servicecircle.siting.needs import need_of
from servicecircle.siting.problems import total
from servicecircle.siting.proposing import proposal_of
from servicecircle.siting.stage import Ways, staged

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from servicecircle.assessment import Assessment
    from servicecircle.siting.instance import Effort
    from servicecircle.siting.proposal import Proposal

MOST = 5
"""Standards that one problem may hold: a site has a choice of every set of them."""


@dataclass(frozen=True, slots=True, eq=False)
class CoverSeveral:
    """Cover most residents under several standards of reach at once.

    Without costs of their own every site holds all services. With `service_cost` each site holds those that are worth
    it: what it costs is the candidate's own cost, once, and that of each service in it.

    Parameters
    ----------
    result
        The assessment to improve.
    weights
        What one resident newly covered counts, standard by standard: ``{"LY-01": 1, "YY-05": 2}``.
    k
        How many new sites at most; by default as many as the budget pays for.
    service_cost
        What each standard's service costs beside its site.
    candidates, conditions
        As `Problem`. Facilities that may close are not for several standards.

    Examples
    --------
    >>> import servicecircle as sc
    >>> plan = sc.read_plan("lianyungang-145").only("LY-01", "YY-05")
    >>> result = sc.assess(sc.sample_city(), plan, progress=False)
    >>> sites = CoverSeveral(result, {"LY-01": 1, "YY-05": 2}, k=1).solve()
    >>> sites.facilities["service"].tolist()
    ['elderly_station', 'kindergarten']
    """

    result: Assessment
    weights: Mapping[str, float]
    _: KW_ONLY
    k: int | None = None
    service_cost: Mapping[str, float] = field(default_factory=dict)
    candidates: gpd.GeoDataFrame | gpd.GeoSeries | None = None
    conditions: Conditions = field(default_factory=Conditions)

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the sites, best first; gains are weighted, and ``facilities`` has a row for each service of a site."""
        if self.k is None and self.conditions.budget is None:
            raise InputError("CoverSeveral needs k or a budget. | 请给出处数 k 或预算。")
        if not 1 <= len(self.weights) <= MOST:
            raise InputError(f"weights must name one to {MOST} standards. | weights 应包含 1 至 {MOST} 项标准。")
        if self.conditions.may_close:
            raise InputError("may_close is for one standard at a time. | may_close 一次只适用于一项标准。")
        for name, given in (*self.weights.items(), *self.service_cost.items()):
            at_least_zero(f"weight or cost of {name}", given)
        strange = sorted(set(self.service_cost) - set(self.weights))
        if strange:
            raise InputError.unknown("standard in service_cost", strange[0], sorted(self.weights))
        needs = [need_of(self.result, name, counts=counts) for name, counts in sorted(self.weights.items())]
        extra = tuple(self.service_cost.get(need.standard.id, 0.0) for need in needs)
        apart = any(extra)
        ways = Ways(apart=apart, extra=extra * apart)
        stage = staged(self.result, needs, self.candidates, self.conditions, ways=ways)
        found = most_covered(stage.coverage(), k=total(self.k, stage), rules=stage.rules, effort=effort)
        return proposal_of(stage, found)
