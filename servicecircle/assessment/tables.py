"""The tables that planners expect, made from an assessment, with Chinese or English heads and words."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.assessment.display import main_row
from servicecircle.assessment.figures import quantile, share
from servicecircle.assessment.rows import WHOLE_CITY
from servicecircle.assessment.wording import worded
from servicecircle.plan import Composite, Coverage, Presence, Provision, Reach
from servicecircle.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.plan import Standard
    from servicecircle.words import Language

IN_BOTH: Mapping[str, tuple[str, str]] = MappingProxyType({"name": ("name_zh", "name_en"), "finding": ("zh", "en")})
"""Columns of a table in one language -> those of the table with the names that programs use."""


@dataclass(frozen=True, slots=True, eq=False)
class PlannerTables:
    """The tables of a planner's report; each is a method, in Chinese unless another language is asked for.

    Where `language` is None, heads and values are those that programs use, and texts stand in both languages.

    Parameters
    ----------
    result
        The assessment they are made from.

    Examples
    --------
    >>> import servicecircle as sc
    >>> plan = sc.read_plan("lianyungang-145").only("LY-02")
    >>> tables = sc.assess(sc.sample_city(), plan).tables
    >>> tables.facility_gaps(language="en").columns.tolist()[:4]
    ['standard', 'name', 'level', 'zone']
    """

    result: Assessment

    def summary(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 指标达标总表: one row per standard, its main figure and how many of its zones meet it.

        Zones count as meeting or not only where the row is judged; reference rows are never part of a rate.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``: heads and words; None keeps the names that programs use.
        """
        rows = []
        for standard in self.result.plan.standards:
            row = main_row(self.result, standard)
            zones = self._zones(standard)
            judged = zones[zones["status"] == "judged"]
            told = ("value", "unit", "target", "status", "verdict", "grade", "estimated")
            kept = {"status": _common_status(zones)} if row is None else {key: row[key] for key in told}
            met = judged["meets_target"].astype(bool)
            counts = {"zones_met": int(met.sum()), "zones_failed": int((~met).sum())}
            uncovered = None if row is None else row["group_uncovered"]
            rows.append(
                _named(standard)
                | {"nature": standard.nature, "target_origin": standard.target.origin, **kept, **counts}
                | {"group_uncovered": uncovered}
            )
        columns = ["standard_id", "name", "nature", "value", "unit", "target", "target_origin", "status", "verdict"]
        columns += ["grade", "zones_met", "zones_failed", "group_uncovered", "estimated"]
        return _told(pd.DataFrame(rows), columns, language)

    def shortfalls(self, level: str, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 短板清单: the rows of one level whose target is not met, zone by zone.

        Parameters
        ----------
        level
            For example ``"县区"`` or ``"街道"``.
        language
            ``"zh"`` or ``"en"``, or None.
        """
        rows = self._failing()
        rows = rows[rows["level"] == level].sort_values(["zone_id", "standard_id", "class"])
        columns = ["zone_name", "standard_id", "name", "class", "value", "unit", "target", "status", "verdict", "grade"]
        return _told(rows, [*columns, "gap", "gap_unit", "group_uncovered", "estimated"], language)

    def priorities(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 补短板优先级排名: every zone's shortfall, binding standards first, then by residents not covered.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, or None.
        """
        rows = self._failing()
        rows = rows[(rows["class"] == "all") & rows["zone_id"].isin(self.result.city.zones["zone_id"])].copy()
        rows["binding"] = rows["nature"] != "约束性"
        rows["people"] = rows["group_uncovered"].fillna(rows["pop_total"]).fillna(0.0)
        rows = rows.sort_values(
            ["binding", "people", "standard_id", "zone_id"], ascending=[True, False, True, True], kind="stable"
        )
        rows["rank"] = range(1, len(rows) + 1)
        columns = [
            "rank",
            "nature",
            "standard_id",
            "name",
            "level",
            "zone_name",
            "value",
            "unit",
            "target",
            "status",
            "verdict",
        ]
        return _told(rows, [*columns, "gap", "gap_unit", "group_uncovered", "estimated"], language)

    def facility_gaps(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 设施缺口表: what each zone has, needs and lacks, by the standards that count facilities or places.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, or None.
        """
        rows = self.result.table[self.result.table["measure"].isin([Provision.kind, Presence.kind])]
        rows = rows[rows["value"].notna()]
        beside = self.result.companions
        keys = ["standard_id", "zone_id", "class"]
        asked = beside.loc[beside["method"] == "capacity_required", [*keys, "value"]]
        rows = rows.merge(asked.rename(columns={"value": "capacity_required"}), on=keys, how="left")
        columns = ["standard_id", "name", "level", "zone_name", "value", "unit", "facilities_n", "facilities_required"]
        columns += ["facilities_missing", "capacity", "capacity_required", "capacity_missing", "status"]
        columns += ["verdict", "estimated"]
        return _told(rows, columns, language)

    def blind_spots(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 服务盲区清单: the gap areas of all standards of access, worst first within each.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, or None.
        """
        columns = ["standard_id", "name", "gap_id", "zone_name", "residents", "group_residents", "cells", "area_m2"]
        parts = [
            self.result.gaps(standard.id)
            .drop(columns="geometry")
            .rename(columns={"group": "group_residents"})
            .assign(**_named(standard), estimated=self._estimated(standard))
            for standard in self.result.plan.standards
            if isinstance(standard.measure, Reach | Composite | Coverage)
        ]
        known = [pd.DataFrame(part) for part in parts if len(part)]
        columns += ["worst_minutes", "estimated"]
        return _told(pd.concat(known) if known else pd.DataFrame(), columns, language)

    def urban_rural(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 城乡差距表: for each standard of walking access, the share covered and the minutes, urban and rural.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, or None.
        """
        rows = []
        for standard in self.result.plan.standards:
            cells = self.result.outcomes[standard.id].cells
            if cells is None or isinstance(standard.measure, Coverage):
                continue
            row: dict[str, Any] = _named(standard)
            for setting in ("urban", "rural"):
                part = self.result.ground.of_setting(setting)
                group, minutes = cells["group"].to_numpy()[part], cells["minutes"].to_numpy()[part]
                covered = cells["covered"].to_numpy(dtype=bool)[part]
                row[f"share_{setting}"] = share(float(group[covered].sum()), float(group.sum()))
                row[f"p50_min_{setting}"] = quantile(minutes, group, 0.5)
            both = row["share_urban"] is not None and row["share_rural"] is not None
            row["difference"] = row["share_urban"] - row["share_rural"] if both else None
            rows.append(row | {"estimated": self._estimated(standard)})
        columns = ["standard_id", "name", "share_urban", "share_rural", "difference", "p50_min_urban", "p50_min_rural"]
        columns.append("estimated")
        return _told(pd.DataFrame(rows), columns, language)

    def enough_but_unreached(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 数量达标但覆盖不足清单: zones with enough facilities of a service that not everybody can walk to.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, or None.
        """
        table = self.result.table[self.result.table["class"] == "all"]
        rows = []
        for counted in self.result.plan.standards:
            for reached in self.result.plan.standards:
                if not isinstance(counted.measure, Provision | Presence) or not isinstance(reached.measure, Reach):
                    continue
                if not set(counted.services) & set(reached.services):
                    continue
                enough = table[(table["standard_id"] == counted.id) & table["meets_target"].fillna(value=False)]
                short = table[(table["standard_id"] == reached.id) & (table["group_uncovered"] > 0)]
                both = enough.merge(short, on="zone_id", suffixes=("", "_reach"))
                rows += [
                    {
                        "level": row["level"],
                        "zone_name": row["zone_name"],
                        "standard_id": counted.id,
                        "value": row["value"],
                        "unit": row["unit"],
                        "reach_standard": reached.id,
                        "reach_value": row["value_reach"],
                        "group_uncovered": row["group_uncovered_reach"],
                        "estimated": bool(row["estimated"] or row["estimated_reach"]),
                    }
                    for _, row in both.iterrows()
                ]
        columns = ["level", "zone_name", "standard_id", "value", "unit", "reach_standard", "reach_value"]
        return _told(pd.DataFrame(rows), [*columns, "group_uncovered", "estimated"], language)

    def data_quality(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 数据质量表: what was found in the data, with rows and residents concerned.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, or None.
        """
        columns = ["layer", "severity", "column", "count", "rows", "residents", "finding"]
        return _told(self.result.report.table, columns, language)

    def assumptions(self, *, language: Language | None = "zh") -> pd.DataFrame:
        """Return 假设与冲突表: what the plan does not say, and where it contradicts itself.

        Parameters
        ----------
        language
            ``"zh"`` or ``"en"``, or None.
        """
        return _told(self.result.assumptions, ["standard_id", "kind", "about", "finding"], language)

    def _estimated(self, standard: Standard) -> bool:
        """Return whether the residents that a standard counts are only estimated."""
        rows = self.result.table[self.result.table["standard_id"] == standard.id]
        return bool(rows["estimated"].any())

    def _zones(self, standard: Standard) -> pd.DataFrame:
        """Return the rows of a standard's zones, without the whole city and its areas."""
        table = self.result.table
        mine = (table["standard_id"] == standard.id) & (table["class"] == "all") & (table["level"] != WHOLE_CITY)
        return table[mine & ~table["level"].isin(standard.area_levels)]

    def _failing(self) -> pd.DataFrame:
        table = self.result.table
        return table[table["meets_target"].notna() & ~table["meets_target"].fillna(value=True).astype(bool)]


def _named(standard: Standard) -> dict[str, Any]:
    return {"standard_id": standard.id, "name_zh": standard.name_zh, "name_en": standard.name_en}


def _told(frame: pd.DataFrame, columns: Sequence[str], language: Language | None) -> pd.DataFrame:
    """Return the columns of a table in the words of a language; in those of programs where it is None."""
    if language is None:
        both = [one for column in columns for one in IN_BOTH.get(column, (column,))]
        return frame.reindex(columns=both).reset_index(drop=True)
    place = LANGUAGES.index(language)
    names: dict[str, str] = {pair[place]: column for column, pair in IN_BOTH.items()}
    return worded(frame.rename(columns=names).reindex(columns=list(columns)).reset_index(drop=True), language)


def _common_status(zones: pd.DataFrame) -> str | None:
    """Return the status that all rows share; None where they differ."""
    statuses = zones["status"].unique()
    return str(statuses[0]) if len(statuses) == 1 else None
