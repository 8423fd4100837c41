"""Siting within capacity: no facility serves more than it has places for, and residents are assigned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from servicecircle.assessment.selection import amounts
from servicecircle.errors import InputError
from servicecircle.siting.capacitated import fewest_serving, least_walk_served, most_served
from servicecircle.siting.conditions import whole_above_zero
from servicecircle.siting.instance import Capacity, Distances
from servicecircle.siting.needs import need_of
from servicecircle.siting.problems import Problem, total
from servicecircle.siting.proposing import proposal_of
from servicecircle.siting.sizing import no_larger_than_needed
from servicecircle.siting.stage import Ways, staged
from servicecircle.text import listed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.siting.conditions import Size
    from servicecircle.siting.instance import Effort
    from servicecircle.siting.proposal import Proposal
    from servicecircle.siting.solution import Solution
    from servicecircle.siting.stage import Stage

Goal = Literal["most", "fewest", "least_walk"]


@dataclass(frozen=True, slots=True, eq=False)
class ServeWithinCapacity(Problem):
    """Serve residents of the group within the limit of the standard and within the places of each facility.

    Existing facilities take part with the places they have. Residents of a cell may be shared out among several
    facilities. The size of each new one is part of the choice, and no larger than what it serves.

    Parameters
    ----------
    result, standard_id, candidates, conditions
        As `Problem`.
    sizes
        The sizes in which a facility may be built, at least one.
    goal
        ``"most"``: serve most residents with k sites or a budget; ``"fewest"``: serve a share of them with the fewest
        sites, or the cheapest where costs are given; ``"least_walk"``: serve all of them with k sites, walking least.
    k
        How many new sites at most; not for ``"fewest"``.
    share
        For ``"fewest"``: the share of the group in scope that must be served.
    amount
        The facility column that holds the places: ``"places"``, ``"capacity"``, ``"beds"``. It must be known for every
        facility that counts.
    """

    sizes: tuple[Size, ...] = ()
    goal: Goal = "most"
    k: int | None = None
    share: float = 1.0
    amount: str = "places"

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the sites, those first that serve most; `Proposal.assigned` says who is served where."""
        self._check()
        need = need_of(self.result, self.standard_id, may_close=self.conditions.may_close)
        have = self._places(need.facilities)
        ways = Ways(tuple(self.sizes), existing=have)
        stage = staged(self.result, [need], self.candidates, self.conditions, ways=ways)
        wanted = np.flatnonzero(need.group > 0)
        distances = Distances(stage.metres(need.limit_m, wanted), need.group)
        capacity = Capacity(stage.options["places"].to_numpy(dtype=float))
        many, rules = total(self.k, stage), stage.rules
        if self.goal == "most":
            found = most_served(distances, capacity, k=many, rules=rules, effort=effort)
        elif self.goal == "fewest":
            found = fewest_serving(distances, capacity, share=self.share, rules=rules, effort=effort)
        else:
            found = least_walk_served(distances, capacity, k=many, rules=rules, effort=effort)
        found = no_larger_than_needed(stage, found)
        proposal = proposal_of(stage, found, order="served", amount=self.amount)
        return replace(
            proposal,
            assigned=_assigned(stage, found, distances, proposal),
            served_before=_served_before(stage, distances, capacity, effort),
            served_after=float(found.flow.sum()) if found.flow is not None else np.nan,
        )

    def _check(self) -> None:
        if not self.sizes:
            raise InputError("Siting within capacity needs sizes: [Size('6班', 180), ...]. | 请给出规模 sizes。")
        if self.goal not in get_args(Goal):
            raise InputError.unknown("goal", self.goal, get_args(Goal))
        if self.goal == "least_walk" or (self.conditions.budget is None and self.goal == "most"):
            if self.k is None:
                raise InputError(f"goal {self.goal!r} needs k, or a budget. | 目标 {self.goal} 需要处数 k 或预算。")
            whole_above_zero("k", self.k)

    def _places(self, facilities: NDArray[np.int64]) -> dict[int, float]:
        """Return the places of each facility that counts."""
        frame = self.result.ground.facilities.iloc[facilities]
        known = amounts(frame, self.amount)
        unknown = frame["id"][np.isnan(known)].tolist()
        if unknown:
            raise InputError(
                f"facilities: {self.amount} is not known for {len(unknown)} of those that count for "
                f"{self.standard_id}: {listed(unknown)}. Fill it, city.changing(id, {self.amount}=...). | "
                f"{self.standard_id} 计入的 {len(unknown)} 处设施缺少 {self.amount}：{listed(unknown)}，请补充。"
            )
        return dict(zip(facilities.tolist(), known.tolist(), strict=True))


def _served_before(stage: Stage, distances: Distances, capacity: Capacity, effort: Effort | None) -> float:
    """Return how many residents the facilities of today can serve within the limit and their places."""
    rows = np.flatnonzero(stage.options["facility"].to_numpy() >= 0)
    if not len(rows):
        return 0.0
    today = Distances(csr_array(distances.metres[rows]), distances.weights)
    return float(most_served(today, Capacity(capacity.most[rows]), k=len(rows), effort=effort).objective)


def _assigned(stage: Stage, found: Solution, distances: Distances, proposal: Proposal) -> pd.DataFrame | None:
    """Return who is served where."""
    if found.flow is None:
        return None
    ground = stage.result.ground
    flow = found.flow.tocoo()
    sites = dict(zip(proposal.table["site_id"], proposal.facilities["id"], strict=True))
    names = [
        str(ground.facility_ids[facility]) if facility >= 0 else str(sites.get(stage.sites["id"].iloc[site], ""))
        for facility, site in zip(stage.options["facility"], stage.options["site"], strict=True)
    ]
    metres = csr_array(distances.metres)
    frame = pd.DataFrame(
        {
            "cell_id": ground.cells.index.to_numpy()[flow.col],
            "facility_id": np.array(names, dtype=object)[flow.row],
            "residents": flow.data,
            "metres": np.asarray(metres[flow.row, flow.col]).ravel(),
        }
    )
    frame = frame[frame["residents"] > 1e-6]  # noqa: PLR2004 (what the tolerances of a search leave)
    return frame.sort_values(["cell_id", "facility_id"]).reset_index(drop=True)
