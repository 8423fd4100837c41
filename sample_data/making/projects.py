"""What the plan wants to be built or won, counted by county: it has no place on the map.

The plan's targets for these things are those of a city fifteen times as large, so that the sample city falls short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import names

if TYPE_CHECKING:
    import geopandas as gpd

    from making.placing import Town

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
# What is known of each thing beyond its county: columns whose values take turns, and columns that are drawn between
# two bounds (whole numbers between whole bounds, the upper one left out).
TURNS: dict[str, dict[str, tuple[object, ...]]] = {
    "veterans_home": {"level": (CITY_LEVEL,)},
    "culture_space": {"level": (CITY_LEVEL, CITY_LEVEL, PROVINCE_LEVEL)},
    "vocational_school": {"level": (PROVINCE_LEVEL, CITY_LEVEL)},
    "road_project": {"project": ("县道改造提升", "住房条件改善配套道路", "规划发展村庄等级公路", "节点等级公路")},
    "afforestation": {"contiguous": (True, False)},
    "black_odorous_river": {"treated": (True, False)},
    "hazardous_waste": {"method": ("焚烧", "填埋")},
}
YEARS = (2020, 2025)
DRAWN: dict[str, dict[str, tuple[float, float]]] = {
    "veterans_home": {"open_year": YEARS},
    "tourist_toilet": {"done_year": YEARS},
    "bridge_project": {"done_year": YEARS},
    "ferry_bridge": {"done_year": YEARS},
    "disabled_care": {"capacity": (30, 90)},
    "road_project": {"length_km": (2.0, 18.0), "done_year": YEARS},
    "seawall": {"length_km": (0.4, 2.2)},
    "artificial_beach": {"length_km": (0.4, 2.2)},
    "eco_corridor": {"area_ha": (4.0, 30.0)},
    "wetland_restoration": {"area_ha": (4.0, 30.0)},
    "afforestation": {"area_mu": (300, 4000)},
    "eco_river": {"dredged_km": (1.0, 9.0)},
    "hazardous_waste": {"tonnes_per_year": (2000, 12_000)},
}


def projects(town: Town) -> gpd.GeoDataFrame:
    """Return what is counted by county, one row for each thing."""
    for service, (name, counts) in COUNTED.items():
        for (zone_id, county), count in zip(names.DISTRICTS.items(), counts, strict=True):
            for number in range(count):
                known = {column: values[number % len(values)] for column, values in TURNS.get(service, {}).items()}
                known |= {column: _drawn(town, *bounds) for column, bounds in DRAWN.get(service, {}).items()}
                town.add(service, f"{county}{name}{number + 1}", None, zone_id=zone_id, status="open", **known)
    return town.frame()


def _drawn(town: Town, low: float, high: float) -> float:
    """Return a number between two bounds: a whole one between whole bounds, else one with one decimal."""
    if isinstance(low, int):
        return int(town.rng.integers(low, int(high)))
    return round(float(town.rng.uniform(low, high)), 1)
