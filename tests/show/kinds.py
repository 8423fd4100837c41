"""Every kind of map, made of the same small town: with and without one more elderly station in its east."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from servicecircle.assessment import Assessment
from servicecircle.show import (
    comparison_map,
    completeness_map,
    explore,
    isochrone_map,
    overview_map,
    radius_map,
    sites_map,
    speed_map,
)
from servicecircle.siting import Proposal
from servicecircle.text import whole
from tests.show.towns import CRS, SOUTH, WEST, judged, town

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import folium

ADDED_AT = (WEST + 650.0, SOUTH + 600.0)


def station(name: str) -> gpd.GeoDataFrame:
    """Return one more elderly station, in the east of the town."""
    columns = {"id": ["N1"], "service": ["elderly_station"], "name": [whole(name)], "status": ["open"]}
    return gpd.GeoDataFrame(columns, geometry=[shapely.Point(*ADDED_AT)], crs=CRS)


@cache
def named(text: str | None = None, level: str = "街道") -> tuple[Assessment, Assessment]:
    """Return the town assessed without and with the station; everything bears the name, if one is given."""

    def name(usual: str) -> str:
        return usual if text is None else text

    naming: dict[str, Any] = {"name": str if text is None else name, "level": level}
    before = judged(town(blocks=6, **naming), **naming)
    built = before.city.adding(station(name("新站")))
    return before, judged(built, **naming)


def proposal(name: str) -> Proposal:
    """Return a proposal of the station, with figures that no one computed."""
    table = pd.DataFrame(
        {
            "rank": [1],
            "zone_id": ["T"],
            "zone_name": [whole(name)],
            "gain": [24.0],
            "residents": [120.0],
            "cumulative_gain": [24.0],
            "share_after": [0.75],
            "x": [ADDED_AT[0]],
            "y": [ADDED_AT[1]],
        }
    )
    return Proposal("LY-01", station(name), table, 24.0, 0.5, 0.75)


Two = tuple[Assessment, Assessment]

KINDS: Mapping[str, Callable[[Two, str, str], folium.Map]] = MappingProxyType(
    {
        "overview": lambda both, lang, _: overview_map(both[0], language=lang),
        "overview of one": lambda both, lang, _: overview_map(both[0], "LY-01", language=lang),
        "completeness": lambda both, lang, _: completeness_map(both[0], language=lang),
        "radius": lambda both, lang, _: radius_map(both[0], language=lang),
        "speed": lambda both, lang, _: speed_map(both[0], "LY-01", language=lang),
        "side by side": lambda both, lang, _: comparison_map(both[1], both[0], "LY-01", language=lang),
        "difference": lambda both, lang, _: comparison_map(
            both[1], both[0], "LY-01", side_by_side=False, language=lang
        ),
        "sites": lambda both, lang, name: sites_map(both[0], proposal(name), language=lang),
        "isochrones": lambda both, lang, _: isochrone_map(
            both[0].city, "elderly_station", minutes=[3, 6], each=True, language=lang
        ),
        "city": lambda both, lang, _: explore(both[0].city, language=lang),
        "layer": lambda both, lang, _: explore(both[0].city.facilities, language=lang),
        "proposal": lambda _, lang, name: explore(proposal(name), language=lang),
        "comparison": lambda both, lang, _: explore(both[1].compare(both[0]), language=lang),
    }
)
"""Makes a map of two assessments (without and with the station), a language and the name of the station."""


def drawn(kind: str, language: str = "zh", text: str | None = None, level: str = "街道") -> folium.Map:
    """Return a map of a kind; everything in it bears the name, if one is given."""
    return KINDS[kind](named(text, level), language, "新站" if text is None else text)
