"""Which candidates may be built on, and why the others may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.errors import InputError
from servicecircle.siting.conditions import at_least_zero
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from servicecircle.city import City

Reason = tuple[str, str]
"""Chinese and English."""


@dataclass(frozen=True, slots=True)
class LandRules:
    """Which land may be built on. What is not known of a candidate is never taken as allowed.

    Parameters
    ----------
    codes
        Codes of land use that are allowed; a code allows those that begin with it (``"08"`` also ``"0804"``). The
        candidates say theirs in ``land_use``.
    min_area_m2
        The least area (m2) of a site, or one for each service; the candidates say theirs in ``area_m2``. The least area
        of a `Size` is its own.
    inside
        Kinds of the city's areas, for example ``"urban_growth"`` (城镇开发边界); a site must lie in one of each kind.
    outside
        Kinds that a site must not touch: ``"permanent_farmland"`` (永久基本农田), ``"ecological_redline"``
        (生态保护红线).

    Raises
    ------
    InputError
        If an area is negative or no number, or codes or kinds are given as one text.
    """

    codes: tuple[str, ...] = ()
    min_area_m2: float | Mapping[str, float] = 0.0
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("codes", "inside", "outside"):
            given: object = getattr(self, name)
            if isinstance(given, str):
                raise InputError(f"{name} must be a list, for example [{given!r}]. | {name} 应为列表。")
            object.__setattr__(self, name, tuple(map(str, getattr(self, name))))
        for area in [self.min_area_m2] if isinstance(self.min_area_m2, int | float) else self.min_area_m2.values():
            at_least_zero("min_area_m2", area)

    def refusals(self, sites: gpd.GeoDataFrame, city: City, services: Iterable[str]) -> list[Reason | None]:
        """Return for each site why it may not be built on, None where it may.

        Raises
        ------
        InputError
            If the city has no areas of a kind that is asked for: a rule is never passed over in silence.
        """
        tests = [*self._about_code(sites), *self._about_area(sites, services), *self._about_place(sites, city)]
        reasons: list[Reason | None] = [None] * len(sites)
        for fails, reason in tests:
            for row in np.flatnonzero(fails):
                reasons[row] = reasons[row] or reason
        return reasons

    def _about_code(self, sites: gpd.GeoDataFrame) -> list[tuple[NDArray[np.bool_], Reason]]:
        if not self.codes:
            return []
        codes = column(sites, "land_use")
        known = codes.notna().to_numpy()
        allowed = codes.astype(str).str.strip().str.startswith(self.codes).to_numpy(dtype=bool)
        named = "、".join(self.codes)
        return [
            (~known, ("用地代码 land_use 未知", "its land-use code (land_use) is not known")),
            (~allowed, (f"用地代码不在允许范围（{named}）", f"its land-use code is none of {', '.join(self.codes)}")),
        ]

    def _about_area(self, sites: gpd.GeoDataFrame, services: Iterable[str]) -> list[tuple[NDArray[np.bool_], Reason]]:
        least = self.min_area_m2
        asked = least if isinstance(least, int | float) else max((least.get(one, 0.0) for one in services), default=0.0)
        if not asked:
            return []
        area = column(sites, "area_m2").to_numpy(dtype=float)
        return [
            (np.isnan(area), ("用地面积 area_m2 未知", "its area (area_m2) is not known")),
            (area < asked, (f"用地面积小于 {asked:,.0f} 平方米", f"its area is below {asked:,.0f} m2")),
        ]

    def _about_place(self, sites: gpd.GeoDataFrame, city: City) -> list[tuple[NDArray[np.bool_], Reason]]:
        points = sites.geometry.to_numpy()
        tests = []
        for kind in self.inside:
            within = shapely.intersects(ground_of(city, kind), points)
            tests.append((~within, (f"位于{word(kind, 'zh')}之外", f"it lies outside: {word(kind, 'en')}")))
        for kind in self.outside:
            touches = shapely.intersects(ground_of(city, kind), points)
            tests.append((touches, (f"位于{word(kind, 'zh')}之内", f"it lies inside: {word(kind, 'en')}")))
        return tests


def ground_of(city: City, kind: str) -> BaseGeometry:
    """Return the ground of a city's areas of a kind, by its key or its Chinese name.

    Raises
    ------
    InputError
        If the city has none.
    """
    areas = city.areas
    found = [] if areas is None else areas.geometry[areas["kind"].isin([kind, word(kind, "zh")])].to_list()
    if not found:
        known = [] if areas is None else sorted(map(str, areas["kind"].unique()))
        raise InputError(
            f"The city has no areas of kind {kind!r} ({word(kind, 'en')}); a land rule asks for it. Known: "
            f"{', '.join(known) or '(none)'}. | 用地规则需要{word(kind, 'zh')}范围面（areas 图层 kind={kind}），"
            "城市中没有。"
        )
    ground: BaseGeometry = shapely.union_all(found)
    shapely.prepare(ground)
    return ground


def column(sites: gpd.GeoDataFrame, name: str) -> pd.Series:
    """Return a column of the candidates, missing values where they have none."""
    import pandas as pd

    return sites[name] if name in sites else pd.Series(np.nan, index=sites.index, dtype=object)
