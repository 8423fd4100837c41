"""The zones of a map of all standards, in tiers: levels that cover the city side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servicecircle.show.zones import tier_title, tiers

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.show.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Tier:
    """Zones that lie side by side: the key of their layer, what they are called, and themselves."""

    key: str
    title: str
    zones: gpd.GeoDataFrame


def make_tiers(sheet: Sheet) -> list[Tier]:
    """Return the zones of a city in tiers; sub-districts and townships come first."""
    found = tiers(sheet.zones["level"], first=("街道", "乡镇"))
    return [
        Tier(f"results{place}", tier_title(levels, sheet.language), sheet.zones[sheet.zones["level"].isin(levels)])
        for place, levels in enumerate(found)
    ]
