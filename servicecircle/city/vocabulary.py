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

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(GROUPS, "people"),
        **{f"share_{group}": "share" for group in GROUPS},
        **dict.fromkeys(NUMBERS, ""),
        **dict.fromkeys(("enrolment", "physicians", "gps"), "people"),
        **dict.fromkeys(("places", "capacity"), "places"),
        **dict.fromkeys(("beds", "nursing_beds"), "beds"),
        **dict.fromkeys(("open_year", "close_year"), "year"),
        "classes": "classes", "stars": "stars", "area_m2": "area", "range_m": "length",
    }
)  # fmt: skip
"""Every column of a layer that holds numbers -> what they measure, a key of `servicecircle.text.UNITS`."""

CODES = ("id", "zone_id", "parent", "legal_id", "cell_id", "urban_rural_code")
"""Columns that hold codes: texts, also where they look like numbers."""

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

OWNERSHIPS: Mapping[str, str] = MappingProxyType(
    {"public": "public", "公办": "public", "公立": "public", "private": "private", "民办": "private", "私立": "private"}
)
"""Who a facility belongs to (column ``ownership``); a plan asks for the terms, offices write the words."""

YES_NO: Mapping[str, bool] = MappingProxyType(
    {"true": True, "yes": True, "1": True, "1.0": True, "是": True, "有": True,
     "false": False, "no": False, "0": False, "0.0": False, "否": False, "无": False}
)  # fmt: skip

OFFERS: Mapping[str, str] = MappingProxyType(
    {"全托": "full_care", "日托": "day_care", "上门服务": "home_service", "居家探访": "visiting"}
)
"""What an elderly-care centre offers (column ``services``), as the plan's clause names it."""

BARRIERS: Mapping[str, str] = MappingProxyType(
    {
        "barrier": "barrier", "railway": "railway", "water": "water", "expressway": "expressway", "wall": "wall",
        "compound": "compound",
        "障碍": "barrier", "铁路": "railway", "水域": "water", "高速公路": "expressway", "围墙": "wall",
        "封闭小区": "compound",
    }
)  # fmt: skip
"""Kinds of areas (column ``kind``) that no access or egress leg may cross; a compound may be left by its entrances."""
