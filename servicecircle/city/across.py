"""What can be seen only across layers: zones that rows name, and the zones and settings of cells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.city.zoning import settings_of, zones_of
from servicecircle.findings import Finding

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

    from servicecircle.city.inspection import Inspection


def unknown_zones(seen: Inspection, zones: gpd.GeoDataFrame) -> list[Finding]:
    """Return what is wrong with the zones that rows of a layer say they are in."""
    if "zone_id" not in seen.frame:
        return []
    declared = seen.frame["zone_id"]
    unknown = declared.notna().to_numpy() & ~declared.isin(zones["zone_id"]).to_numpy()
    if not unknown.any():
        return []
    return [
        Finding.about(
            seen.layer,
            "unknown_zone",
            "error",
            en="zone_id is no zone of the zones layer. Correct it, add the zone, or leave it empty.",
            zh="zone_id 不在 zones 图层中，请更正、补充该单元，或留空。",
            column="zone_id",
            rows=[f"{label}: {value}" for label, value in declared[unknown].items()],
        )
    ]


def with_settings(cells: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the cells with a setting wherever a zone gives one, and what was found about their zones."""
    membership, most = zones_of(cells.geometry.centroid, zones, declared=cells.get("zone_id"))
    own = cells["setting"] if "setting" in cells else pd.Series(None, index=cells.index, dtype=object)
    setting = own.where(own.notna(), settings_of(membership, zones))
    if setting.notna().any():
        cells = cells.assign(setting=setting.where(setting.notna(), None))
    found = []
    outside = membership.isna().all(axis=1).to_numpy()
    if outside.any():
        en, zh = "in no zone: counted for the whole city only.", "不在任何单元内，仅计入全市。"
        found.append(_about_cells(cells, outside, code="outside_zones", en=en, zh=zh))
    if (most > 1).any():
        en = "in several zones of one level, or on a border: counted in the one with the lowest zone_id."
        zh = "位于同级多个单元内或边界上，计入 zone_id 最小的单元。"
        found.append(_about_cells(cells, most > 1, code="several_zones", en=en, zh=zh))
    return cells, found


def _about_cells(cells: gpd.GeoDataFrame, where: NDArray[np.bool_], *, code: str, en: str, zh: str) -> Finding:
    residents = float(cells["pop_total"].to_numpy()[where].sum())
    rows = cells["cell_id"].to_numpy()[where]
    found = Finding.about("population", code, "warning", en=en, zh=zh, column="zone_id", rows=rows)
    return replace(found, residents=residents)
