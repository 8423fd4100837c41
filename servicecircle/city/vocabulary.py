"""The columns and values that the layers of a city may hold, and other ways people write those values."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS = ("pop_total", "pop_0_2", "pop_3_5", "pop_6_14", "pop_60p", "pop_65p")
"""The groups of residents that a population layer may count."""

ESTIMATED = "_estimated"
"""A column of the cells so called, after the name of a group, says whether the group's number is only estimated."""

NUMBERS = (
    "places", "capacity", "enrolment", "classes", "beds", "nursing_beds", "area_m2", "physicians", "gps", "range_m",
    "open_year", "close_year", "stars",
)  # fmt: skip
"""Columns of facilities that hold numbers, none below zero."""

FLAGS = ("inclusive", "open_to_public", "serves_community", "standardised", "meets_standard", "planned_village")
"""Columns that hold yes, no, or nothing where it is not known."""

ATTRIBUTES = (
    *NUMBERS, *FLAGS, "id", "name", "service", "zone_id", "status", "legal_id", "sponsor_level", "ownership", "quality",
    "level", "grade", "services", "mode", "as_of", "geometry",
)  # fmt: skip
"""Columns that a facility may have in this vocabulary; a plan may ask for others."""

SETTINGS: Mapping[str, str] = MappingProxyType(
    {"urban": "urban", "rural": "rural", "城市": "urban", "城镇": "urban", "农村": "rural", "乡村": "rural"}
)

URBAN_RURAL_CODES: Mapping[str, str] = MappingProxyType(
    {
        "111": "urban", "112": "urban", "121": "urban", "122": "urban", "123": "urban",
        "210": "rural", "220": "rural",
    }
)  # fmt: skip
"""统计用城乡分类代码 (National Bureau of Statistics): codes beginning with 1 are 城镇, with 2 乡村."""

STATUSES: Mapping[str, str] = MappingProxyType(
    {
        "open": "open", "building": "building", "planned": "planned", "closed": "closed",
        "现状": "open", "开放": "open", "在用": "open", "在建": "building", "规划": "planned",
        "停办": "closed", "关闭": "closed",
    }
)  # fmt: skip

YES_NO: Mapping[str, bool] = MappingProxyType(
    {"true": True, "yes": True, "1": True, "1.0": True, "是": True, "有": True,
     "false": False, "no": False, "0": False, "0.0": False, "否": False, "无": False}
)  # fmt: skip

OFFERS: Mapping[str, str] = MappingProxyType(
    {"全托": "full_care", "日托": "day_care", "上门服务": "home_service", "居家探访": "visiting"}
)
"""What an elderly-care centre offers (column ``services``), as the plan's clause names it."""
