"""Siting problems on a judged city: each is an object with its data, and ``solve`` returns a proposal.

All of them share these rules. Existing facilities stay, unless `Conditions.may_close` names them. What a proposal
predicts is what assessing the city with it gives: ``assess(proposal.applied_to(city), plan)``.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError
from servicecircle.siting.center import shortest_worst_walk
from servicecircle.siting.conditions import Conditions, whole_above_zero
from servicecircle.siting.covering import most_covered
from servicecircle.siting.fairness import fairest
from servicecircle.siting.fewest import fewest_sites
from servicecircle.siting.instance import Coverage, Distances, stacked
from servicecircle.siting.median import least_walk
from servicecircle.siting.needs import need_of
from servicecircle.siting.proposing import proposal_of
from servicecircle.siting.stage import staged

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.assessment import Assessment
    from servicecircle.siting.instance import Effort
    from servicecircle.siting.proposal import Proposal
    from servicecircle.siting.stage import Stage


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What every siting problem says.

    Parameters
    ----------
    result
        The assessment to improve.
    standard_id
        A standard of reach that could be evaluated.
    candidates
        Points where a facility may be, in any declared CRS, as `candidate_sites` makes them; by default the centre of
        each populated cell that is near a street.
    conditions
        What the choice must respect.
    """

    result: Assessment
    standard_id: str
    _: KW_ONLY
    candidates: gpd.GeoDataFrame | gpd.GeoSeries | None = None
    conditions: Conditions = field(default_factory=Conditions)

    def _stage(self) -> Stage:
        need = need_of(self.result, self.standard_id, may_close=self.conditions.may_close)
        return staged(self.result, [need], self.candidates, self.conditions)


@dataclass(frozen=True, slots=True, eq=False)
class CoverMost(Problem):
    """Cover most residents of the group with at most k sites, within a budget, or both (MCLP).

    Parameters
    ----------
    result, standard_id, candidates, conditions
        As `Problem`.
    k
        How many new sites at most; by default as many as the budget pays for.

    Examples
    --------
    >>> import servicecircle as sc
    >>> plan = sc.read_plan("lianyungang-145").only("LY-01")
    >>> result = sc.assess(sc.sample_city(), plan)
    >>> CoverMost(result, "LY-01", k=2).solve().status
    'proven'
    """

    k: int | None = None

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the sites that cover most, best first; fewer than k where no further one would cover anybody."""
        if self.k is None and self.conditions.budget is None:
            raise InputError("CoverMost needs k or a budget. | 请给出处数 k 或预算。")
        stage = self._stage()
        coverage = stage.coverage()
        found = most_covered(coverage, k=total(self.k, stage), rules=stage.rules, effort=effort)
        reachable = float(coverage.weights.sum() - coverage.weights[coverage.unreachable].sum())
        if found.feasible and found.objective >= reachable and not stage.priced:
            # everybody who can be reached is: the fewest sites that do it are enough
            fewest = fewest_sites(
                coverage, share=found.objective / max(coverage.weights.sum(), 1e-300), rules=stage.rules, effort=effort
            )
            if fewest.feasible and len(fewest.chosen) <= len(found.chosen):
                found = most_covered(coverage, k=len(fewest.chosen), rules=stage.rules, effort=effort)
        return proposal_of(stage, found)


@dataclass(frozen=True, slots=True, eq=False)
class CoverShare(Problem):
    """Cover all residents of the group, or a share of them, with the fewest sites; the cheapest where costs are given.

    Where facilities may close, those that are kept count as sites (without costs), so that as few as possible are left.

    Parameters
    ----------
    result, standard_id, candidates, conditions
        As `Problem`. With a budget: whether it pays for them.
    share
        The share of the group in scope that must be covered, those covered today included.
    """

    share: float = 1.0

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the fewest or cheapest sites; where the share cannot be reached, `Proposal.failure` says why."""
        stage = self._stage()
        return proposal_of(stage, fewest_sites(stage.coverage(), share=self.share, rules=stage.rules, effort=effort))


@dataclass(frozen=True, slots=True, eq=False)
class LeastWalk(Problem):
    """Let the group walk least in total to its nearest facility, existing ones included (p-median).

    Residents who can walk neither to a facility nor to a candidate are left out, and named in `Proposal.failure`.

    Parameters
    ----------
    result, standard_id, candidates, conditions
        As `Problem`.
    k
        How many new sites at most.
    """

    k: int = 1

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the sites, those first that save most walking; the objective is residents x metres."""
        stage = self._stage()
        found = least_walk(walks_of(stage), k=total(self.k, stage) or 0, rules=stage.rules, effort=effort)
        return proposal_of(stage, found, order="walk")


@dataclass(frozen=True, slots=True, eq=False)
class ShortestWorstWalk(Problem):
    """Make the longest walk of any resident of the group as short as k sites can (p-center).

    Residents who can walk neither to a facility nor to a candidate are left out, and named in `Proposal.failure`.

    Parameters
    ----------
    result, standard_id, candidates, conditions
        As `Problem`.
    k
        How many new sites at most.
    """

    k: int = 1

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the sites; the objective is the longest walk that is left, metres."""
        stage = self._stage()
        found = shortest_worst_walk(walks_of(stage), k=total(self.k, stage) or 0, rules=stage.rules, effort=effort)
        return proposal_of(stage, found, order="walk")


@dataclass(frozen=True, slots=True, eq=False)
class WorstOffFirst(Problem):
    """Raise the share covered of the worst-off zone, or group of residents, as far as k sites can; then cover most.

    Parameters
    ----------
    result, standard_id, candidates, conditions
        As `Problem`.
    k
        How many new sites at most; by default as many as the budget pays for.
    among
        The level whose zones are compared, for example ``"街道"``, or the groups: ``("pop_3_5", "pop_60p")``.
    """

    k: int | None = None
    among: str | tuple[str, ...] = "街道"

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the sites; `Proposal.solution` holds the share of the worst-off one as ``floor``."""
        if self.k is None and self.conditions.budget is None:
            raise InputError("WorstOffFirst needs k or a budget. | 请给出处数 k 或预算。")
        stage = self._stage()
        coverage, groups = self._compared(stage)
        found = fairest(coverage, groups, k=total(self.k, stage), rules=stage.rules, effort=effort)
        return proposal_of(stage, found)

    def _compared(self, stage: Stage) -> tuple[Coverage, NDArray[np.int64]]:
        ground, need = self.result.ground, stage.needs[0]
        if isinstance(self.among, str):
            if self.among not in ground.cell_zones:
                raise InputError.unknown("level", self.among, [str(one) for one in ground.cell_zones.columns])
            codes: NDArray[np.int64] = np.asarray(ground.cell_zones[self.among].cat.codes, dtype=np.int64)
            return stage.coverage(), codes
        for group in self.among:
            if group not in ground.cells:
                raise InputError.unknown("group", group, [one for one in ground.cells if str(one).startswith("pop_")])
        weights = [np.where(need.scope, ground.group(group), 0.0) for group in self.among]
        layers = [stage.coverage([one]) for one in weights]
        groups: NDArray[np.int64] = np.repeat(np.arange(len(layers), dtype=np.int64), len(need.group))
        return stacked(layers, np.ones(len(layers))), groups


def total(k: int | None, stage: Stage) -> int | None:
    """Return how many options may be chosen: new sites, and the facilities that are options too."""
    return None if k is None else whole_above_zero("k", k) + int((stage.options["facility"] >= 0).sum())


def walks_of(stage: Stage) -> Distances:
    """Return who walks how far to which option, where that is nearer than what stays."""
    need = stage.needs[0]
    wanted = np.flatnonzero(need.group > 0)
    return Distances(stage.metres(need.staying_m, wanted), need.group, need.staying_m)
