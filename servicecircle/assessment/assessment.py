"""assess(city, plan): what is missing, where, for how many, by which clause."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.assessment import gaps
from servicecircle.assessment.cell_walk import CellWalk, explain_cell
from servicecircle.assessment.comparison import Comparison, compare
from servicecircle.assessment.display import html_of, lines_of
from servicecircle.assessment.explanation import Explanation, explain
from servicecircle.assessment.tables import PlannerTables
from servicecircle.city import City, smallest_zone
from servicecircle.errors import InputError
from servicecircle.plan import Citation, Coverage, Plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Outcome
    from servicecircle.findings import DataReport


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
            ``<id> minutes``, ``<id> covered`` (missing out of scope) and, where services are missing, ``<id> missing``.
        """
        columns: dict[str, Any] = {}
        for standard_id, outcome in self.outcomes.items():
            if outcome.cells is not None:
                wanted = ["metres", "minutes", "covered"] + ["missing"] * bool(outcome.cells["n_missing"].any())
                columns |= {f"{standard_id} {name}": outcome.cells[name] for name in wanted}
                known = outcome.cells["covered"].astype("boolean").where(outcome.cells["in_scope"].astype(bool))
                columns[f"{standard_id} covered"] = known
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
            covered, in_scope, access_m (metres from the cell to the network), missing (services), n_missing,
            estimated (whether the group's residents are), geometry.

        Raises
        ------
        InputError
            If the plan has no such standard, or it has no cells, or could not be evaluated.
        """
        outcome = self._outcome(standard_id)
        if outcome.cells is None:
            why = "; ".join(one.en for one in outcome.missing if one.blocks) or "it is counted by zone, see .table"
            raise InputError(f"{standard_id} has no cells: {why} | {standard_id} 没有逐格网结果。")
        estimated = self.table.loc[self.table["standard_id"] == standard_id, "estimated"].any()
        return self._located(outcome.cells.assign(estimated=bool(estimated)))

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

    def explain_cell(self, cell: str, service: str) -> CellWalk:
        """Return a cell's walk to the nearest facility that counts: metres, minutes, legs and the line of the route.

        Parameters
        ----------
        cell
            A cell's id, for example from `cells`.
        service
            A standard of walking access (of a composite one, the walk to its farthest service), or a service of the
            city, walked to at the pace of a general walker.

        Raises
        ------
        InputError
            If there is no such cell, service or standard, or no walk is behind the standard's figures.
        """
        return explain_cell(self, cell, service)

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
        """Return what the plan does not say, where it contradicts itself, and what this library assumes.

        Columns are standard_id, kind, about, zh, en.
        """
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
        names = ["standard_id", "kind", "about", "zh", "en"]
        rows += [
            dict(zip(names, map(str, row), strict=True))
            for row in self.evidence[names].itertuples(index=False, name=None)
            if row[1] in {"assumption", "proxy"}
        ]
        return pd.DataFrame(rows, columns=names)

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
        return "\n".join([title, *notice, *(f"{one} {name}: {told}" for one, name, told in lines_of(self))])

    def _repr_html_(self) -> str:
        return html_of(self)
