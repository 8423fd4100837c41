"""What the plan wants to be built or won, counted by county: it has no place on the map.

The plan's targets for these things are those of a city fifteen times as large, so that the sample city falls short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import names
from making.placing import Town

if TYPE_CHECKING:
    import geopandas as gpd

# Service -> its name, and how many of it the counties have.
COUNTED = {
    "tcm_model_unit": ("基层中医药工作先进单位", (1, 0, 1)),
    "veterans_home": ("戎耀之家", (3, 2, 2)),
    "culture_space": ("最美公共文化空间", (5, 3, 3)),
    "library_branch": ("图书馆分馆", (4, 3, 2)),
    "tourist_toilet": ("旅游厕所", (3, 2, 3)),
    "rural_teacher_station": ("乡村骨干教师培育站", (1, 1, 2)),
    "vocational_school": ("中等职业学校", (1, 0, 1)),
    "startup_platform": ("创业服务平台", (2, 1, 1)),
    "disabled_care": ("残疾人托养中心", (1, 1, 1)),
    "road_project": ("农村公路项目", (4, 4, 8)),
    "bridge_project": ("危桥改造", (2, 2, 6)),
    "ferry_bridge": ("撤渡建桥", (0, 1, 1)),
    "seawall": ("生态化海堤", (0, 2, 0)),
    "artificial_beach": ("人工沙滩", (0, 1, 0)),
    "eco_corridor": ("生态廊道", (1, 1, 0)),
    "wetland_restoration": ("滨海湿地修复", (0, 2, 0)),
    "afforestation": ("造林地块", (2, 2, 5)),
    "black_odorous_river": ("黑臭水体", (2, 1, 1)),
    "eco_river": ("农村生态河道", (4, 5, 9)),
    "hazardous_waste": ("危险废物处置中心", (1, 2, 0)),
}
CITY_LEVEL, PROVINCE_LEVEL = "市级", "省级"
ROADS = ("县道改造提升", "住房条件改善配套道路", "规划发展村庄等级公路", "节点等级公路")
METHODS = ("焚烧", "填埋")


def projects(town: Town) -> gpd.GeoDataFrame:
    """Return what is counted by county, one row for each thing."""
    for service, (name, counts) in COUNTED.items():
        for (zone_id, county), count in zip(names.DISTRICTS.items(), counts, strict=True):
            for number in range(count):
                attributes = _attributes(town, service, number)
                title = f"{county}{name}{number + 1}"
                town.add(service, title, None, zone_id=zone_id, status="open", **attributes)
    return town.frame()


def _attributes(town: Town, service: str, number: int) -> dict[str, object]:
    """Return what is known of one thing beyond its county."""

    def year() -> int:
        return int(town.rng.integers(2020, 2025))

    def amount(low: float, high: float) -> float:
        return round(float(town.rng.uniform(low, high)), 1)

    match service:
        case "veterans_home":
            return {"level": CITY_LEVEL, "open_year": year()}
        case "culture_space":
            return {"level": CITY_LEVEL if number else PROVINCE_LEVEL}
        case "vocational_school":
            return {"level": CITY_LEVEL if number else PROVINCE_LEVEL}
        case "tourist_toilet" | "bridge_project" | "ferry_bridge":
            return {"done_year": year()}
        case "disabled_care":
            return {"capacity": int(town.rng.integers(30, 90))}
        case "road_project":
            return {"project": ROADS[number % len(ROADS)], "length_km": amount(2, 18), "done_year": year()}
        case "seawall" | "artificial_beach":
            return {"length_km": amount(0.4, 2.2)}
        case "eco_corridor" | "wetland_restoration":
            return {"area_ha": amount(4, 30)}
        case "afforestation":
            return {"area_mu": int(town.rng.integers(300, 4000)), "contiguous": number == 0}
        case "black_odorous_river":
            return {"treated": number == 0}
        case "eco_river":
            return {"dredged_km": amount(1, 9)}
        case "hazardous_waste":
            return {"method": METHODS[number % len(METHODS)], "tonnes_per_year": int(town.rng.integers(2, 12)) * 1000}
        case _:
            return {}
