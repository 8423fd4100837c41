"""Everything behind one row: the clause, the data, the assumptions, the cells and the facilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.assessment.digest import data_digests
from servicecircle.assessment.display import summary_of
from servicecircle.assessment.membership import units_inside
from servicecircle.assessment.rows import units
from servicecircle.assessment.selection import select
from servicecircle.errors import InputError
from servicecircle.markup import lines_html
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from servicecircle.assessment.assessment import Assessment
    from servicecircle.plan import Citation, Standard

OF_PARTS = ("unserved", "transfers", "unconnected", "uncovered", "lacking", "having")
"""Kinds of evidence about villages and other small zones, which explain the larger zones around them too."""


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """What lies behind the rows of one standard in one zone.

    Parameters
    ----------
    standard, zone_id, zone_name
        Which.
    summary
        The rows in one sentence.
    rows, companions, evidence
        The rows, the values by other methods, and what was noted.
    cells
        The zone's cells, those not covered first, then the farthest (empty for a standard counted by zone).
    facilities
        The facilities that count and lie in the zone, or serve a cell of it.
    parameters
        Speeds, limits and rules that the figures rest on.
    digests
        The fingerprint (beginning of a SHA-256) of each layer that the figures rest on.
    """

    standard: Standard
    zone_id: str
    zone_name: str
    summary: str
    rows: pd.DataFrame
    companions: pd.DataFrame
    evidence: pd.DataFrame
    cells: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    parameters: dict[str, str]
    digests: dict[str, str]

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the explanation line by line, Chinese and English."""
        one = self.standard
        lines = [f"{one.id} {one.name_zh} · {one.name_en}", f"{self.zone_name} ({self.zone_id}): {self.summary}"]
        lines += [_cited(citation) for citation in one.citations]
        lines += [f"方法 method: {m.source}: “{m.quote}”" for m in one.methods]
        lines += [f"假设 assumption ({a.about}): {a.zh} | {a.en}" for a in one.assumptions]
        lines += [f"原文冲突 conflict: {c.resolution}" for c in one.conflicts]
        lines += [f"参数 {name}: {value}" for name, value in self.parameters.items()]
        lines += [f"数据 data: {name} (SHA-256 {value}...)" for name, value in self.digests.items()]
        lines += [f"依据 {row.kind} {row.about}: {row.zh} | {row.en}" for row in self.evidence.itertuples()]
        beside = self.companions[self.companions["class"] == "all"].dropna(subset="value")
        lines += [f"对照 beside: {row.method} = {row.value:.6g} {row.unit}" for row in beside.itertuples()]
        lines.append(f"设施 facilities: {len(self.facilities)}; 居民点 cells: {len(self.cells)}")
        return tuple(lines)

    def __str__(self) -> str:
        return "\n".join(self.lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return lines_html(self.lines)


def _cited(citation: Citation) -> str:
    """Return a clause and where it stands, Chinese and English."""
    words = f"“{citation.quote}”" if citation.quote else citation.value
    if citation.document:
        return f"规范条文 clause: {citation.place('zh')} | {citation.place('en')}: {words}"
    return f"规划条文 clause: {citation.section}，第 {citation.line} 行 line {citation.line}: {words}"


def explain(result: Assessment, standard_id: str, zone: str) -> Explanation:
    """Return everything behind the rows of a standard in a zone, given by id or name."""
    standard = result.plan[standard_id]
    rows = result.table[result.table["standard_id"] == standard_id]
    zone_id = _zone_id(rows, zone)
    rows = rows[rows["zone_id"] == zone_id].reset_index(drop=True)
    unit = next(one for one in units(result.ground, standard) if one.zone_id == zone_id) if len(rows) else None
    outcome = result.outcomes[standard_id]
    cells = result.cells_for(standard_id) if outcome.cells is not None else result.cells.iloc[:0]
    facilities = select(result.ground, standard.facilities).facilities
    near = np.zeros(len(result.ground.facilities), dtype=bool)
    if unit is not None:
        near[facilities] = unit.facilities[facilities]
        if outcome.cells is not None:
            cells = cells[unit.cells].sort_values(["covered", "metres", "minutes"], ascending=[True, False, False])
            near[facilities] |= np.isin(
                result.ground.facility_ids[facilities], cells["facility_id"].dropna().to_numpy()
            )
    noted = result.evidence[result.evidence["standard_id"] == standard_id]
    parts = noted["kind"].isin(OF_PARTS)
    inside = [] if unit is None else units_inside(result.ground, unit, set(noted.loc[parts, "zone_id"]))
    noted = noted[noted["zone_id"].isin([zone_id, ""]) | (parts & noted["zone_id"].isin(inside))]
    beside = result.companions[
        (result.companions["standard_id"] == standard_id) & (result.companions["zone_id"] == zone_id)
    ]
    return Explanation(
        standard,
        zone_id,
        str(rows["zone_name"].iloc[0]),
        summary_of(result, standard, rows.iloc[0]),
        rows,
        beside.reset_index(drop=True),
        noted.reset_index(drop=True),
        cells,
        result.ground.facilities[near],
        _parameters(result, standard),
        data_digests(result.city),
    )


def _zone_id(rows: pd.DataFrame, zone: str) -> str:
    """Return the id of a zone given by id or name."""
    if (rows["zone_id"] == zone).any():
        return zone
    named = rows.loc[rows["zone_name"] == zone, "zone_id"].unique()
    if len(named) > 1:
        raise InputError(
            f"Several zones are called {zone!r}: {', '.join(named)}. Give the id. | 有多个单元名为 {zone}。"
        )
    if len(named) == 1:
        return str(named[0])
    known = [*rows["zone_name"].unique(), *rows["zone_id"].unique()]
    raise InputError(f"No row for zone {zone!r}. {did_you_mean(zone, known)} | 没有单元 {zone} 的结果。")


def _parameters(result: Assessment, standard: Standard) -> dict[str, str]:
    """Return the speeds, limits and rules that the figures of a standard rest on."""
    access = result.city.access
    values = {
        "islands": f"{access.islands:g} m" if isinstance(access.islands, float | int) else access.islands,
        "max_access_m": f"{access.max_access_m:g} m",
        "barriers": access.barriers,
        "crs": result.city.crs.to_string(),
    }
    profile = result.plan.profiles.get(str(getattr(standard.measure, "profile", "")))
    if profile is not None:
        values["speed"] = f"{profile.speed_m_s:g} m/s"
    for key in ("area", "covered_by"):
        if getattr(standard.measure, key, ""):
            values[key] = str(getattr(standard.measure, key))
    for key in ("minutes", "metres", "by_class"):
        value = getattr(standard.measure, key, None)
        if value:
            values[key] = (
                f"{value:g}" if isinstance(value, float | int) else ", ".join(f"{k} {v:g}" for k, v in value.items())
            )
    return values
