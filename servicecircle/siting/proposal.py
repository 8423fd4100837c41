"""Proposal: sites, best first, what they achieve, and how good any other choice could be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.assessment.wording import worded
from servicecircle.errors import InputError
from servicecircle.markup import table_html
from servicecircle.siting.solution import Solution
from servicecircle.siting.wording import AIMS, aim_of, proof_of, written

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.city import City
    from servicecircle.siting.failure import Failure
    from servicecircle.siting.reached import Reached
    from servicecircle.words import Language

FIRST = ("standard_id", "rank", "site_id", "zone_name", "size", "places", "gain", "residents", "gain_60p", "gain_3_5")
LAST = ("cumulative_gain", "share_after", "served", "cost", "x", "y")

OPEN = frozenset({"size", "places", "gain_60p", "gain_3_5", "served", "cost"})
"""Columns that are shown where they say something."""
NOBODY = np.zeros(0, dtype=np.int64)
NOT_SEARCHED = Solution("", NOBODY, np.nan, np.nan, NOBODY)
SHOWN = 20
"""Sites that are listed when a proposal is printed."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """Sites for new facilities, with their proof. Made by `best_sites` and by the problems of this room.

    Parameters
    ----------
    standard_id
        The standard they serve; several are joined by ``+``.
    facilities
        The sites, ready for ``city.adding``: service, name, status, the attributes that make them count, geometry.
    table
        One row per site, best first: rank, site_id (of the candidate), zone_id, zone_name, size, places, gain
        (residents of the standard's group newly covered, given the sites before it), residents (of all ages,
        likewise), gain_60p and gain_3_5 (likewise, NaN where the city does not know them), cumulative_gain,
        share_after (of the group in scope), walk_saved (residents of the group x metres, likewise), served (within
        capacity, NaN without), cost (NaN without), available_from, x, y (metres).
    gain
        The group's residents that all changes together newly cover (with several standards: weighted).
    share_before, share_after
        Share of the group in scope that is covered, without and with the changes.
    zones
        The name of the zone of each level that each site lies in, one row per site, one column per level.
    solution
        What the search found: objective, bound, what ended it.
    closed
        Facilities that are to close, by id.
    cells
        Index cell_id: whole (residents of the group in scope), covered_before and covered_after (of them), residents,
        gain_60p and gain_3_5 (newly covered), metres_before and metres_after (the walk to the nearest facility, with
        one standard), site (rank of the first site that newly covers it, 0), and the zone of each level.
    candidates
        Every candidate: candidate_id, kept, reason_zh, reason_en (why it may not be built on), x, y.
    failure
        Why the problem cannot be solved and what would make it possible; None where it was solved. The sites then
        do as much of it as can be done.
    reached
        Who walks how far to which site.
    assigned
        Within capacity: who is served where, cell_id, facility_id, residents, metres; None without capacities.
    served_before, served_after
        Within capacity: residents of the group that can be served today, and then; NaN without.
    """

    standard_id: str
    facilities: gpd.GeoDataFrame
    table: pd.DataFrame
    gain: float
    share_before: float
    share_after: float
    zones: pd.DataFrame = field(default_factory=pd.DataFrame)
    solution: Solution = field(default_factory=lambda: NOT_SEARCHED)
    closed: tuple[str, ...] = ()
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    candidates: pd.DataFrame = field(default_factory=pd.DataFrame)
    failure: Failure | None = None
    reached: Reached | None = field(default=None, repr=False)
    assigned: pd.DataFrame | None = field(default=None, repr=False)
    served_before: float = np.nan
    served_after: float = np.nan

    @property
    def objective(self) -> float:
        """What the choice achieves, in the unit of its problem (`aim` says which)."""
        return self.solution.objective

    @property
    def bound(self) -> float:
        """What no choice can beat."""
        return self.solution.bound

    @property
    def gap(self) -> float:
        """How far the bound is from the objective, as a share of the larger."""
        return self.solution.gap

    @property
    def proven(self) -> bool:
        """Whether it is proven that no choice is better."""
        return self.solution.proven

    @property
    def stopped(self) -> str:
        """What ended the search before the proof; "" where nothing did."""
        return self.solution.stopped

    @property
    def status(self) -> str:
        """``"proven"``, ``"bounded"`` (feasible, with a known gap) or ``"infeasible"`` (see `failure`)."""
        if self.failure is not None:
            return "infeasible"
        return "proven" if self.proven else "bounded"

    def applied_to(self, city: City) -> City:
        """Return a city without what is to close and with the sites.

        Parameters
        ----------
        city
            The city, as a rule the one that was assessed.

        Raises
        ------
        InputError
            If it lacks a facility that is to close.
        LayerError
            If it has the sites already.
        """
        rest = city.removing(self.closed) if self.closed else city
        return rest.adding(self.facilities) if len(self.facilities) else rest

    def table_in(self, language: Language = "zh", *, level: str = "") -> pd.DataFrame:
        """Return 选址建议表: the sites, best first, with heads of a language.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        level
            The level whose zone each site is said to be in, for example ``"街道"``; by default the smallest there.

        Raises
        ------
        InputError
            If there is no such level.
        """
        return worded(self._told(level), language)

    def by_zone(self, level: str, *, language: Language = "zh") -> pd.DataFrame:
        """Return what the sites do for the residents of each zone of a level, most first.

        Parameters
        ----------
        level
            For example ``"街道"``.
        language
            ``"zh"`` or ``"en"``.

        Returns
        -------
        DataFrame
            The zone, sites in it, residents of the group in scope, newly covered (all residents, 60 and over, 3 to 5
            too), the share covered before and after. Zones without residents in scope and sites are left out.

        Raises
        ------
        InputError
            If there is no such level.
        """
        if level not in self.zones:
            raise InputError.unknown("level", level, [str(one) for one in self.zones])
        cells = self.cells
        sums = cells.groupby(cells[level].astype(object))[
            ["whole", "covered_before", "covered_after", "residents", "gain_60p", "gain_3_5"]
        ].sum(min_count=1)
        sums["sites"] = self.zones[level].value_counts()
        sums["sites"] = sums["sites"].fillna(0).astype(int)
        sums = sums[(sums["whole"] > 0) | (sums["sites"] > 0)]
        sums["gain"] = sums["covered_after"] - sums["covered_before"]
        whole = sums["whole"].where(sums["whole"] > 0)
        sums["share_before"], sums["share_after"] = sums["covered_before"] / whole, sums["covered_after"] / whole
        sums = sums.rename_axis("zone_name").reset_index()
        sums = sums.sort_values(["gain", "zone_name"], ascending=[False, True], kind="stable").reset_index(drop=True)
        names = ["zone_name", "sites", "group_residents", "gain", "residents", "gain_60p", "gain_3_5"]
        sums = sums.rename(columns={"whole": "group_residents"})
        return worded(sums[[*names, "share_before", "share_after"]], language)

    def refusals(self, language: Language = "zh") -> pd.DataFrame:
        """Return the candidates that may not be built on, with the reason.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``.
        """
        rows = self.candidates[~self.candidates["kept"].astype(bool)].reset_index(drop=True)
        frame = rows.rename(columns={"candidate_id": "site_id", f"reason_{language}": "reason"})
        return worded(frame[["site_id", "reason", "x", "y"]], language)

    def _told(self, level: str) -> pd.DataFrame:
        """Return the columns of the table of sites that say something."""
        if level and level not in self.zones:
            raise InputError.unknown("level", level, [str(one) for one in self.zones])
        places = self.zones[level].to_numpy() if level else self.table["zone_name"]
        table = self.table.assign(standard_id=self.standard_id, zone_name=places)
        known = [name for name in (*FIRST, *LAST) if name in table]
        empty = [name for name in known if name in OPEN and (table[name].isna() | (table[name] == "")).all()]
        columns = [name for name in known if name not in empty]
        return table[columns]

    @property
    def aim(self) -> tuple[str, str]:
        """What the objective counts, Chinese and English."""
        return AIMS.get(self.solution.kind, (self.solution.kind, self.solution.kind))

    def __repr__(self) -> str:
        lines = [
            (
                f"{self.standard_id}: {len(self.table)} sites, {self.gain:,.0f} residents of its group newly covered, "
                f"{self.share_before:.1%} -> {self.share_after:.1%}"
            ),
            f"{aim_of(self, 'en')}; {proof_of(self, 'en')}",
        ]
        lines += [
            f"{row.rank}. {row.zone_name} ({row.x:,.0f}, {row.y:,.0f}): +{row.gain:,.0f}, in all {row.share_after:.1%}"
            for row in self.table.head(SHOWN).itertuples()
        ]
        lines += [f"... {len(self.table)} in all"] * (len(self.table) > SHOWN)
        if self.closed:
            lines.append(f"to close: {', '.join(self.closed)}")
        if self.failure is not None:
            lines.append(repr(self.failure))
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        frame = worded(written(self._told("")), "zh")
        notes = [f"{aim_of(self, 'zh')}；{proof_of(self, 'zh')}", f"{aim_of(self, 'en')}; {proof_of(self, 'en')}"]
        if self.closed:
            notes.append(f"拟撤并 · to close: {', '.join(self.closed)}")
        if self.failure is not None:
            notes += [self.failure.reason_zh, self.failure.reason_en]
        share = f"{self.share_before:.1%} → {self.share_after:.1%}" if np.isfinite(self.share_after) else ""
        title = f"选址建议表 · {self.standard_id}：{len(self.table)} 处，新增覆盖 {self.gain:,.0f} 人 {share}"
        return table_html(frame.to_numpy().tolist(), heads=list(frame.columns), title=title, notes=notes)
