"""assess(city, plan): what is missing, where, for how many, by which clause."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.assessment import gaps
from servicecircle.assessment.comparison import Comparison, compare
from servicecircle.assessment.composite import assess_composite
from servicecircle.assessment.coverage import assess_coverage
from servicecircle.assessment.display import html_of, line_of
from servicecircle.assessment.explanation import Explanation, explain
from servicecircle.assessment.ground import Ground, make_ground
from servicecircle.assessment.presence import assess_presence
from servicecircle.assessment.provision import assess_provision
from servicecircle.assessment.reach import assess_reach
from servicecircle.assessment.rows import WHOLE_CITY, Outcome, as_table, blocked_rows, evidence
from servicecircle.assessment.selection import Missing
from servicecircle.assessment.share import assess_share
from servicecircle.assessment.stock import assess_stock
from servicecircle.assessment.tables import PlannerTables
from servicecircle.city import City, smallest_zone
from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.plan import Citation, Composite, Coverage, Plan, Presence, Provision, Reach, Register, Share, Stock
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servicecircle.plan import Standard


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """What a plan's standards come to in a city. Made by `assess`.

    Parameters
    ----------
    city, plan, scenario
        What was assessed.
    table
        One row per standard, zone and class: value, target, status, verdict, gap (shares between 0 and 1, minutes,
        metres, residents; NaN where there is no figure).
    companions
        Values by other methods beside the judged ones: standard_id, zone_id, class, method, value, unit.
    evidence
        What lies behind the rows: missing services with residents, near misses with what they lack, columns not known.
    report
        What was found in the data.
    """

    city: City
    plan: Plan
    scenario: str
    table: pd.DataFrame
    companions: pd.DataFrame
    evidence: pd.DataFrame
    report: DataReport
    ground: Ground
    outcomes: Mapping[str, Outcome]

    @property
    def cells(self) -> gpd.GeoDataFrame:
        """Return all cells with what every standard found for them.

        Returns
        -------
        GeoDataFrame
            Index cell_id: zone_id, setting, pop_total, geometry, and for each standard of access ``<id> metres``,
            ``<id> minutes``, ``<id> covered`` and, where services are missing, ``<id> missing``.
        """
        columns: dict[str, Any] = {}
        for standard_id, outcome in self.outcomes.items():
            if outcome.cells is not None:
                wanted = ["metres", "minutes", "covered"] + ["missing"] * bool(outcome.cells["n_missing"].any())
                columns |= {f"{standard_id} {name}": outcome.cells[name] for name in wanted}
        return self._located(pd.DataFrame(columns, index=self.ground.cells.index))

    def cells_for(self, standard_id: str) -> gpd.GeoDataFrame:
        """Return what a standard found for each cell, index cell_id.

        Parameters
        ----------
        standard_id
            A standard of the plan.

        Returns
        -------
        GeoDataFrame
            zone_id (the smallest zone), setting, pop_total, group (residents of the standard's group), metres and
            minutes to the nearest facility that counts (inf where there is none), limit_m, limit_minutes, facility_id,
            covered, in_scope, access_m (metres from the cell to the network), missing (services), n_missing, geometry.

        Raises
        ------
        InputError
            If the plan has no such standard, or it has no cells, or could not be evaluated.
        """
        outcome = self._outcome(standard_id)
        if outcome.cells is None:
            why = "; ".join(one.en for one in outcome.missing if one.blocks) or "it is counted by zone, see .table"
            raise InputError(f"{standard_id} has no cells: {why} | {standard_id} 没有逐格网结果。")
        return self._located(outcome.cells)

    def gaps(self, standard_id: str) -> gpd.GeoDataFrame:
        """Return the gap areas of a standard, worst first.

        Cells without what the standard asks for that lie together make one gap area; for an area coverage it is the
        ground outside every disc; for a standard counted by zone it is each zone that lacks facilities.

        Parameters
        ----------
        standard_id
            A standard of the plan.

        Returns
        -------
        GeoDataFrame
            gap_id, zone_id and zone_name (where most of them live), residents, group (of the standard), cells, area_m2,
            worst_minutes (inf where no walk exists), geometry. Empty where nothing is missing or nothing could be
            evaluated.

        Raises
        ------
        InputError
            If the plan has no such standard.
        """
        outcome, standard = self._outcome(standard_id), self.plan[standard_id]
        if isinstance(standard.measure, Coverage) and not outcome.blocked:
            return gaps.area_gaps(self.ground, standard, standard.measure)
        if outcome.cells is not None:
            return gaps.cell_gaps(self.ground, standard, outcome.cells)
        return gaps.zone_gaps(self.ground, standard, self.table)

    def explain(self, standard_id: str, zone: str) -> Explanation:
        """Return everything behind the rows of a standard in a zone: clause, data, assumptions, cells and facilities.

        Parameters
        ----------
        standard_id
            The standard.
        zone
            A zone's id or name; ``"CITY"`` or the city's name for the whole city.

        Raises
        ------
        InputError
            If there is no such standard, or it has no row for this zone.
        """
        return explain(self, standard_id, zone)

    def compare(self, baseline: Assessment) -> Comparison:
        """Return what changes from a baseline to this assessment: values, verdicts, who gains and who loses.

        Parameters
        ----------
        baseline
            The earlier assessment, of the same plan.

        Raises
        ------
        InputError
            If they are not of the same plan.
        """
        return compare(self, baseline)

    @property
    def tables(self) -> PlannerTables:
        """Return the tables of a planner's report, each a method: summary, shortfalls, priorities, facility_gaps ..."""
        return PlannerTables(self)

    @property
    def distances(self) -> pd.DataFrame:
        """Return every walk, one row for each standard, service and cell.

        Returns
        -------
        DataFrame
            standard_id, service, cell_id, metres (door to door; inf without a walk), facility_id, access_m and egress_m
            (the legs between the door and the network).
        """
        egress = np.append(self.ground.facility_positions.access_m, np.nan)
        parts = [
            pd.DataFrame(
                {
                    "standard_id": standard_id,
                    "service": service,
                    "cell_id": self.ground.cells.index.to_numpy(),
                    "metres": walk.distance_m,
                    "facility_id": self.ground.names_of(walk.facility),
                    "access_m": self.ground.cell_positions.access_m,
                    "egress_m": egress[walk.facility],
                }
            )
            for standard_id, outcome in self.outcomes.items()
            for service, walk in outcome.walks
        ]
        names = ["standard_id", "service", "cell_id", "metres", "facility_id", "access_m", "egress_m"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)

    @property
    def citations(self) -> pd.DataFrame:
        """Return the clauses behind each standard: standard_id, and the fields of `Citation`."""
        names = [one.name for one in fields(Citation)]
        rows = [[one.id, *(getattr(c, name) for name in names)] for one in self.plan.standards for c in one.citations]
        return pd.DataFrame(rows, columns=["standard_id", *names])

    @property
    def assumptions(self) -> pd.DataFrame:
        """Return what the plan does not say and where it contradicts itself: standard_id, kind, about, zh, en."""
        rows = [
            {"standard_id": one.id, "kind": "assumption", "about": a.about, "zh": a.zh, "en": a.en}
            for one in self.plan.standards
            for a in one.assumptions
        ]
        rows += [
            {"standard_id": one.id, "kind": "conflict", "about": "", "zh": c.zh, "en": c.en}
            for one in self.plan.standards
            for c in one.conflicts
        ]
        rows += [
            {
                "standard_id": "",
                "kind": "speed",
                "about": name,
                "zh": f"{profile.speed_m_s:g} 米/秒：{profile.assumption_zh}",
                "en": f"{profile.speed_m_s:g} m/s: {profile.assumption_en}",
            }
            for name, profile in self.plan.profiles.items()
        ]
        return pd.DataFrame(rows, columns=["standard_id", "kind", "about", "zh", "en"])

    def _outcome(self, standard_id: str) -> Outcome:
        return self.outcomes[self.plan[standard_id].id]

    def _located(self, figures: pd.DataFrame) -> gpd.GeoDataFrame:
        """Return figures of cells with their zone, setting, residents and place."""
        cells = self.ground.cells
        first: dict[str, Any] = {
            "zone_id": smallest_zone(self.ground.cell_zones),
            "setting": cells.get("setting"),
            "pop_total": cells["pop_total"],
        }
        frame = pd.concat([pd.DataFrame(first, index=cells.index), figures], axis=1)
        return gpd.GeoDataFrame(frame, geometry=cells.geometry.to_numpy(), crs=self.city.crs)

    def __repr__(self) -> str:
        title = f"{self.plan.title_en}: {self.city.name or 'city'}{f', {self.scenario}' if self.scenario else ''}"
        notice = [self.city.notice[1]] if self.city.notice[1] else []
        return "\n".join([title, *notice, *(line_of(self, standard) for standard in self.plan.standards)])

    def _repr_html_(self) -> str:
        return html_of(self)


def assess(
    city: City, plan: Plan, *, scenario: str = "", since: Assessment | None = None, progress: bool = True
) -> Assessment:
    """Judge every standard of a plan in a city.

    Parameters
    ----------
    city
        What is there.
    plan
        What should be there.
    scenario
        A name for this assessment, the first column of its table.
    since
        An earlier assessment: walks that the change between its city and this one cannot touch are taken from it. The
        result is the same as without.
    progress
        Whether a progress bar is shown when it takes longer than two seconds.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        If city or plan is something else.

    Examples
    --------
    >>> import servicecircle as sc
    >>> result = sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only("LY-02"))
    >>> row = result.table.set_index("zone_id").loc["CITY"]
    >>> row["status"], row["verdict"]
    ('judged', '不达标')
    """
    from tqdm.auto import tqdm

    given: tuple[object, object] = (city, plan)
    if not isinstance(given[0], City) or not isinstance(given[1], Plan):
        raise InputError(
            f"assess takes a City and a Plan, not {type(city).__name__} and {type(plan).__name__}: "
            "assess(read_city(folder), read_plan('lianyungang-145')). | assess 需要 City 和 Plan。"
        )
    ground = make_ground(city, since=since.ground if since is not None else None)
    bar = tqdm(plan.standards, desc="standards", unit="", delay=2, disable=not progress)
    outcomes = {standard.id: _with_rows(ground, standard, _assess_one(ground, plan, standard)) for standard in bar}
    for standard in plan.standards:
        outcomes[standard.id].evidence += [
            evidence(standard, f"missing_{one.kind}" if one.blocks else one.kind, about=one.name, zh=one.zh, en=one.en)
            for one in outcomes[standard.id].missing
        ]
    rows = [row for outcome in outcomes.values() for row in outcome.rows]
    companions = [row for outcome in outcomes.values() for row in outcome.companions]
    found = [row for outcome in outcomes.values() for row in outcome.evidence]
    names = ["scenario", "standard_id", "zone_id", "class", "method", "value", "unit"]
    return Assessment(
        city,
        plan,
        scenario,
        as_table(rows, scenario=scenario),
        pd.DataFrame([{"scenario": scenario, **row} for row in companions], columns=names).astype({"value": float}),
        pd.DataFrame(found, columns=["standard_id", "zone_id", "kind", "about", "zh", "en", "residents"]),
        city.report.plus(*_placement_findings(ground)),
        ground,
        outcomes,
    )


def _assess_one(ground: Ground, plan: Plan, standard: Standard) -> Outcome:
    match standard.measure:
        case Reach() as reach:
            outcome = assess_reach(ground, plan, standard, reach)
        case Composite() as composite:
            outcome = assess_composite(ground, plan, standard, composite)
        case Coverage() as coverage:
            outcome = assess_coverage(ground, standard, coverage)
        case Provision() as provision:
            outcome = assess_provision(ground, plan, standard, provision)
        case Presence() as presence:
            outcome = assess_presence(ground, standard, presence)
        case Share() as share:
            outcome = assess_share(ground, standard, share)
        case Stock() as stock:
            outcome = assess_stock(ground, standard, stock)
        case Register() as register:
            outcome = _not_computed(ground, standard, register.reason_zh, register.reason_en)
        case other:
            en = f"{other.kind} is not computed in this version."
            outcome = _not_computed(ground, standard, f"本版本尚不计算“{word(other.kind, 'zh')}”。", en)
    return outcome


def _with_rows(ground: Ground, standard: Standard, outcome: Outcome) -> Outcome:
    """Return an outcome that has a row in any case: where no zone has the standard's levels, it says so."""
    if outcome.rows:
        return outcome
    names = "、".join([*standard.judge, *standard.inform])
    en = f"zones: there is none of level {names}."
    missing = Missing("level", names, f"zones 图层中没有层级为 {names} 的单元。", en)
    whole = replace(standard, judge=(WHOLE_CITY,), inform=())
    return Outcome(rows=blocked_rows(ground, whole), missing=(*outcome.missing, *[missing] * bool(names)))


def _not_computed(ground: Ground, standard: Standard, zh: str, en: str) -> Outcome:
    missing = (Missing("measure", standard.measure.kind, zh, en),)
    return Outcome(rows=blocked_rows(ground, standard), missing=missing)


def _placement_findings(ground: Ground) -> list[Finding]:
    """Return what could not be placed on the walk network: cells with their residents, and facilities."""
    found = []
    limit = ground.city.access.max_access_m
    lost = ~ground.cell_positions.placed
    if lost.any():
        found.append(
            Finding(
                "population",
                "off_network",
                "warning",
                f"farther than {limit:g} m from every street that counts: out of walking reach, and counted as such.",
                f"距可用道路超过 {limit:g} 米，按步行不可达计入。",
                count=int(lost.sum()),
                rows=tuple(map(str, ground.cells.index[lost][:5])),
                residents=float(ground.group("pop_total")[lost].sum()),
            )
        )
    away = ~ground.facility_positions.placed & np.isfinite(ground.facility_xy).all(axis=1)
    if away.any():
        found.append(
            Finding.about(
                "facilities",
                "off_network",
                "warning",
                en=f"farther than {limit:g} m from every street that counts: nobody can walk there.",
                zh=f"距可用道路超过 {limit:g} 米，步行无法到达。",
                rows=ground.facility_ids[away],
            )
        )
    return found
