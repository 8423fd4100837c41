"""Housing estates old and new, run-down housing, and the places that roads and commuters lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making.placing import Town, base_name

if TYPE_CHECKING:
    import geopandas as gpd

    from making.zones import Unit

OLD_ESTATES = {"YX01": 16, "YX02": 9, "YX03": 5}
NEW_ESTATES = {"YX01": 5, "YX02": 7, "YX03": 2}
RENOVATED_SHARE, BUILT_WITH_FACILITIES_SHARE = 0.72, 0.75
# (district, name, households, households rehoused)
SHANTY_AREAS = (("YX01", "钟声片区", 1240, 1240), ("YX02", "织网片区", 860, 812), ("YX03", "粮市片区", 430, 424))
# (street or township, name, reached by a classified road)
NODES = (
    ("YX0105", "石堰农产品物流园", True),
    ("YX0205", "鸥浦渔港旅游区", True),
    ("YX0302", "柳垛食品产业园", True),
    ("YX0303", "青坨冷链物流园", True),
    ("YX0305", "沙岗湿地旅游区", False),
)
KEY_DISTRICTS = (("YX0204", "临潮产业园区"), ("YX0203", "渔灯港区"))


def estates(town: Town) -> gpd.GeoDataFrame:
    """Return the estates and key places."""
    for district, count in OLD_ESTATES.items():
        for number, unit in enumerate(town.spread(_housing(town, district), count)):
            _old_estate(town, f"{base_name(unit)}{'一二三四五六七八九十'[number % 10]}村", unit)
    for district, count in NEW_ESTATES.items():
        for unit in town.spread(_housing(town, district), count):
            attributes: dict[str, object] = {
                "open_year": int(town.rng.integers(2019, 2025)),
                "barrier_free": town.flag(0.9),
            }
            attributes |= {"facilities_built": town.flag(BUILT_WITH_FACILITIES_SHARE), "status": "open"}
            town.add("new_estate", f"{base_name(unit)}新苑", unit, **attributes)
    for district, name, households, rehoused in SHANTY_AREAS:
        unit = town.spread(_housing(town, district), 1)[0]
        town.add("shanty_area", name, unit, households=households, households_rehoused=rehoused, status="open")
    for division, name, reached in NODES:
        town.add("economic_node", name, town.of(division)[-1], classified_road=reached, status="open")
    for street, name in KEY_DISTRICTS:
        town.add("key_district", name, town.of(street)[0], status="open")
    return town.frame()


def _housing(town: Town, district: str) -> list[Unit]:
    """Return the communities of a district where people live in blocks of flats."""
    return [unit for unit in town.of(district, "社区") if set(unit.kinds) & set("mogcnt")]


def _old_estate(town: Town, name: str, unit: Unit) -> None:
    built = int(town.rng.integers(1978, 2004))
    renovated = int(town.rng.integers(2018, 2025)) if town.flag(RENOVATED_SHARE) else None
    attributes = {"built_year": built, "renovated_year": renovated, "households": int(town.rng.integers(90, 620))}
    attributes |= {"barrier_free": renovated is not None and town.flag(0.8)}
    attributes |= {"age_friendly": renovated is not None and town.flag(0.6)}
    town.add("old_estate", name, unit, status="open", **attributes)
