"""Provision gaps: how many facilities or places each zone lacks by a plan's rule, and where to put them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from servicecircle.assessment.groups import group_of
from servicecircle.assessment.selection import select
from servicecircle.city.zoning import zones_of
from servicecircle.errors import InputError
from servicecircle.plan import Presence, Provision, Reach
from servicecircle.siting.built import attributes_of
from servicecircle.siting.conditions import at_least_zero
from servicecircle.siting.covering import most_covered
from servicecircle.siting.failure import Failure
from servicecircle.siting.instance import Coverage, Distances, Rules
from servicecircle.siting.median import least_walk
from servicecircle.siting.needs import Need
from servicecircle.siting.problems import Problem
from servicecircle.siting.proposing import proposal_of
from servicecircle.siting.reached import FAR_M
from servicecircle.siting.solution import Solution
from servicecircle.siting.stage import Ways, staged
from servicecircle.units import metres_walked, reaches

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from servicecircle.siting.conditions import Size
    from servicecircle.siting.instance import Effort
    from servicecircle.siting.proposal import Proposal
    from servicecircle.siting.stage import Stage

    Ints = NDArray[np.int64]

DEFAULT_MINUTES = 15.0
NEXT = 1e-6
"""How little the places of a size count beside its cost: of equal costs the fewest places are built."""


@dataclass(frozen=True, slots=True, eq=False)
class ProvisionGap(Problem):
    """Give each zone the facilities or places that it lacks by a standard of provision or presence.

    How many is what the assessment says (the plan's rule, rounded up). Where follows within each zone: the sites from
    which most residents of the zone are newly within a walk; if more are due than add to that, those that save most
    walking.

    Parameters
    ----------
    result, candidates, conditions
        As `Problem`; a budget and facilities that may close are not for gaps of provision.
    standard_id
        A standard of provision (``"YY-01"``) or presence (``"LY-02"``) that could be evaluated.
    level
        The level whose zones are provided for; by default the largest at which the standard has rows.
    minutes
        The walk (general walker, 1 m/s) within which a resident is covered; by default that of the plan's standard of
        reach over the same services, if it has one in minutes, otherwise 15.
    sizes
        The sizes to choose from where the standard counts places: each zone gets those that fill its gap at least
        cost, or are fewest where no costs are given.
    """

    level: str = ""
    minutes: float | None = None
    sizes: tuple[Size, ...] = ()

    def solve(self, *, effort: Effort | None = None) -> Proposal:
        """Return the sites of all zones; where a zone has too few candidates, `Proposal.failure` says so."""
        gaps, need = self._gaps(), self._need()
        stage = staged(self.result, [need], self.candidates, self.conditions, ways=Ways(tuple(self.sizes)))
        level = str(gaps["level"].iloc[0])
        points = stage.sites.geometry
        zone_of_site = zones_of(points, self.result.city.zones)[0][level].to_numpy()
        homes = self.result.ground.cell_zones[level].astype(object).to_numpy()
        walks = stage.metres(need.staying_m, np.flatnonzero(need.group > 0))
        chosen: list[int] = []
        value = limit = 0.0
        short: list[tuple[str, int, int]] = []
        for zone, name, lacking in gaps[["zone_id", "zone_name", "lacks"]].itertuples(index=False, name=None):
            mine = np.flatnonzero(zone_of_site == zone)
            wanted = self._sizes_for(lacking, stage, mine)
            found = _Zone.of(stage, walks, mine, homes == zone).built(wanted, effort)
            chosen += found.chosen.tolist()
            value, limit = value + found.objective, limit + found.bound
            if len(found.chosen) < len(wanted):
                short.append((str(name), len(wanted), len(found.chosen)))
        nobody = np.full(len(homes), -1, dtype=np.int64)
        whole = Solution("provision_gap", np.array(sorted(chosen), dtype=np.int64), value, limit, nobody)
        # what is due is due, whether or not anybody's walk gets shorter
        due = replace(stage, rules=replace(stage.rules, required=whole.chosen))
        proposal = proposal_of(due, whole, amount=self._amount())
        return replace(proposal, failure=_too_few(stage, short)) if short else proposal

    def _gaps(self) -> pd.DataFrame:
        """Return the zones that lack something, with how much."""
        standard = self.result.plan[self.standard_id]
        measure = standard.measure
        if not isinstance(measure, Provision | Presence):
            raise InputError(
                f"{self.standard_id} is a standard of {measure.kind}; this serves provision and presence. | "
                f"{self.standard_id} 不是千人指标或配建类标准。"
            )
        if isinstance(measure, Presence) and measure.every_service and len(measure.facilities) > 1:
            raise InputError(
                f"{self.standard_id} asks for several services in each unit; site each by itself. | {self.standard_id} "
                "要求多种设施，请分别选址。"
            )
        if self.conditions.budget is not None or self.conditions.may_close:
            raise InputError("A gap of provision takes no budget and closes nothing. | 缺口补足不设预算、不撤并设施。")
        places = isinstance(measure, Provision) and measure.count != "facilities"
        if places != bool(self.sizes):
            raise InputError(
                f"{self.standard_id} counts {'places' if places else 'facilities'}: give sizes where it counts places, "
                f"none where it counts facilities. | {self.standard_id} 按{'容量' if places else '设施数'}计，"
                f"{'请给出规模 sizes' if places else '不需要规模 sizes'}。"
            )
        rows = self.result.table
        rows = rows[(rows["standard_id"] == self.standard_id) & (rows["class"] == "all")]
        column = "capacity_missing" if places else "facilities_missing"
        rows = rows[rows[column].notna() & rows["zone_id"].isin(self.result.city.zones["zone_id"])]
        held = [str(one) for one in self.result.ground.cell_zones.columns if one in set(rows["level"])]
        if isinstance(measure, Presence):
            held = [one for one in held if one in measure.unit_levels]
        if not held or (self.level and self.level not in held):
            raise InputError.unknown("level", self.level, held)
        rows = rows[rows["level"] == (self.level or held[0])]
        return rows.assign(lacks=rows[column]).sort_values("zone_id").reset_index(drop=True)

    def _need(self) -> Need:
        """Return what is asked of the cells: a facility within a walk."""
        result, standard = self.result, self.result.plan[self.standard_id]
        measure, ground = standard.measure, self.result.ground
        facilities = select(ground, measure.facilities).facilities  # type: ignore[union-attr]
        column = group_of(ground, result.plan, measure.group).column if isinstance(measure, Provision) else "pop_total"
        before = ground.walk_to(facilities).distance_m
        cells = len(ground.cells)
        profile, minutes = self._walk()
        speed = result.plan.profiles[profile].speed_m_s
        limit = np.full(cells, metres_walked(minutes, speed_m_s=speed))
        requires = measure.requires_all if isinstance(measure, Presence) else None
        kind = attributes_of(measure.facilities[0], requires)  # type: ignore[union-attr]
        scope = np.ones(cells, dtype=bool)
        return Need(standard, 1.0, ground.group(column), limit, before, before, facilities, speed, scope, kind)

    def _walk(self) -> tuple[str, float]:
        """Return whose walk of how many minutes makes a resident covered."""
        if self.minutes is not None:
            at_least_zero("minutes", self.minutes)
            return "general", self.minutes
        services = set(self.result.plan[self.standard_id].services)
        for other in self.result.plan.standards:
            reach = other.measure
            if isinstance(reach, Reach) and reach.minutes is not None and set(other.services) == services:
                return reach.profile, reach.minutes
        return "general", DEFAULT_MINUTES

    def _amount(self) -> str:
        measure = self.result.plan[self.standard_id].measure
        return measure.count if isinstance(measure, Provision) else "places"

    def _sizes_for(self, lacking: float, stage: Stage, sites: Ints) -> list[int]:
        """Return the size of each facility that a gap asks for, largest first; -1 where sizes do not matter."""
        from scipy.optimize import Bounds, LinearConstraint, milp

        if not self.sizes:
            return [-1] * round(lacking)
        if lacking <= 0:
            return []
        places = np.array([size.places for size in self.sizes])
        if not places.max() > 0:
            raise InputError("No size has places. | 所有规模的容量都为零。")
        cost = np.array([size.cost for size in self.sizes])
        cost = cost if cost.any() else np.ones(len(places))
        cost += places * (NEXT * max(float(cost.max()), 1.0) / float(places.max()))
        room = [set(stage.options.loc[stage.options["size"] == size, "site"]) & set(sites) for size in range(len(cost))]
        # sites with room for a size have room for those that need less: of all these no more than there are sites
        held = np.array([[float(other <= one) for other in room] for one in room])
        limits = LinearConstraint(held, ub=[len(one) for one in room])
        enough = LinearConstraint(places[None, :], lb=lacking - 1e-9)
        whole = np.ones(len(places), dtype=np.int64)
        found = milp(cost, constraints=[enough, limits], integrality=whole, bounds=Bounds(0, np.inf))
        if found.x is None:  # there is not room for all: what is due is told, and what is possible is built
            found = milp(cost, constraints=enough, integrality=whole, bounds=Bounds(0, np.inf))
        counts = np.rint(np.asarray(found.x, dtype=float)).astype(int)
        order = np.argsort(-places, kind="stable")
        return [int(size) for size in order for _ in range(counts[size])]


@dataclass(frozen=True, slots=True, eq=False)
class _Zone:
    """A zone's candidates and homes, and who is near to which option."""

    stage: Stage
    walks: csr_array
    covers: csr_array
    sites: Ints
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, stage: Stage, walks: csr_array, sites: Ints, homes: NDArray[np.bool_]) -> _Zone:
        """Return a zone, given its candidates and which homes are in it."""
        need = stage.needs[0]
        rows = np.repeat(np.arange(walks.shape[0]), np.diff(walks.indptr))
        near = np.asarray(reaches(walks.data, need.limit_m[walks.indices]), dtype=bool)
        covers = csr_array((np.ones(int(near.sum())), (rows[near], walks.indices[near])), shape=walks.shape)
        return cls(stage, walks, covers, sites, np.where(homes, need.group, 0.0))

    def of_size(self, size: int) -> NDArray[np.bool_]:
        """Return which options are in the zone and of a size."""
        options = self.stage.options
        return options["site"].isin(self.sites).to_numpy() & (options["size"] == size).to_numpy()

    def chosen(self, count: int, mine: NDArray[np.bool_], taken: Ints, effort: Effort | None) -> Solution:
        """Return a choice of so many options, those taken among them: most covered, then least walking, then any."""
        need, known = self.stage.needs[0], self.stage.rules
        fixed = np.union1d(taken, known.required[mine[known.required]])
        barred = np.setdiff1d(np.flatnonzero(~mine), fixed)
        rules = Rules(fixed, barred, apart=known.apart, place=known.place)
        coverage = Coverage(self.covers, self.weights, need.covered_anyway)
        found = most_covered(coverage, k=count, rules=rules, effort=effort)
        if len(found.chosen) < count:
            rest = Distances(self.walks, self.weights, np.minimum(need.staying_m, FAR_M))
            more = Rules(found.chosen, barred, apart=known.apart, place=known.place)
            filled = least_walk(rest, k=count, rules=more, effort=effort).chosen
            found = replace(found, chosen=_filled(filled, np.flatnonzero(mine), known, count))
        return found

    def built(self, wanted: list[int], effort: Effort | None) -> Solution:
        """Return as many sites as are wanted, each of its size."""
        nobody = np.zeros(0, dtype=np.int64)
        found = self.chosen(len(wanted), self.of_size(wanted[-1] if wanted else -1), nobody, effort)
        sized = _larger(self.stage, found.chosen, wanted)
        if len(sized) < len(found.chosen):
            # these sites have no room for the larger sizes: the larger ones are put where there is room, one by one
            sized = nobody
            for size in dict.fromkeys(wanted):
                count = len(sized) + wanted.count(size)
                sized = self.chosen(count, self.of_size(size), sized, effort).chosen
        near = np.asarray(self.covers[sized].sum(axis=0)).ravel() > 0
        value = float(self.weights[near | self.stage.needs[0].covered_anyway].sum())
        return replace(found, chosen=sized, objective=value, bound=max(found.bound, value))


def _filled(chosen: Ints, free: Ints, rules: Rules, count: int) -> Ints:
    """Return a choice filled up, in the order of the candidates, to the number that is due, if spacing allows."""
    picked = chosen.tolist()
    for one in free.tolist():
        if len(picked) >= count:
            break
        pairs = rules.apart
        barred = np.isin(pairs, picked).any(axis=1) & (pairs == one).any(axis=1) if len(pairs) else np.zeros(0, bool)
        if one not in picked and rules.place[one] not in rules.place[picked] and not barred.any():
            picked.append(one)
    return np.array(sorted(picked), dtype=np.int64)


def _larger(stage: Stage, chosen: Ints, wanted: list[int]) -> Ints:
    """Return the same sites in the sizes that are wanted: the larger ones where most residents are near."""
    if not wanted or wanted[0] < 0:
        return chosen
    options = stage.options
    near = stage.coverage().covers
    weight = np.asarray(near[chosen] @ stage.needs[0].group).ravel()
    left = list(wanted)
    built = []
    for one in chosen[np.argsort(-weight, kind="stable")]:
        ways = options.index[options["site"] == options["site"].iloc[one]]
        sizes = dict(zip(options.loc[ways, "size"], ways, strict=True))
        size = next((size for size in left if size in sizes), None)
        if size is not None:
            left.remove(size)
            built.append(int(sizes[size]))
    return np.array(sorted(built), dtype=np.int64)


def _too_few(stage: Stage, short: list[tuple[str, int, int]]) -> Failure:
    """Return that zones have too few candidates."""
    zh = "；".join(f"{name}应增设 {due} 处，可用候选点只够 {there} 处" for name, due, there in short)
    en = "; ".join(f"{name} lacks {due}, its candidates allow {there}" for name, due, there in short)
    cells = stage.result.ground.cells.iloc[:0]
    empty = cells[[]].assign(zone_id="", zone_name="", residents=0.0, nearest_m=0.0, reachable=True)
    due = sum(one[1] for one in short)
    return Failure(f"{zh}。", f"{en}. Give more or larger candidates there.", empty, 0.0, sites=due)
