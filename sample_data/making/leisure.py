"""Culture and sport."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from making import names
from making.placing import Town, base_name, division_name, divisions

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely import Point

    from making.zones import Unit

# (street or township, name, square metres, open to the public)
LARGE_VENUES = (
    ("YX0101", "云汐市体育中心", 96_000, True),
    ("YX0104", "云汐市工人体育场", 38_000, True),
    ("YX0202", "望潮区全民健身公园", 62_000, True),
    ("YX0204", "临潮足球公园", 41_000, True),
    ("YX0301", "禾川县体育场", 44_000, True),
    ("YX0104", "汐声学院体育场", 36_000, False),
)
NO_CULTURE_SHARE = 0.03
COMMUNITY_FITNESS = {"YX01": 2.3, "YX02": 2.0, "YX03": 1.6}
VILLAGE_FITNESS_SHARE = 0.3
SQUARE_SHARE = 0.68
NO_FITNESS_CENTRE = ("YX0204", "YX0304")


def leisure(town: Town, schools: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return culture centres and sports grounds, the grounds of the given schools among them."""
    _culture(town)
    _large_venues(town)
    _community_grounds(town)
    for name, point in zip(schools["name"], schools.geometry, strict=True):
        _fitness(town, f"{name}运动场", point, area=int(town.rng.integers(6000, 13_000)), public=town.flag(0.55))
    _centres_and_squares(town)
    return town.frame()


def _fitness(town: Town, name: str, where: Unit | Point, *, area: float, public: bool) -> None:
    town.add("fitness", name, where, area_m2=int(round(area, -1)), open_to_public=public)


def _culture(town: Town) -> None:
    town.add("culture", "云汐市图书馆", town.of("YX0102")[2], area_m2=18_600, open_to_public=True)
    town.add("culture", "云汐市文化馆", town.of("YX0104")[1], area_m2=7400, open_to_public=True)
    for unit in town.every:
        if unit.places != ("islet",) and town.flag(NO_CULTURE_SHARE):
            continue
        area = int(town.rng.integers(12, 70)) * 10
        name = f"{base_name(unit)}综合性文化服务中心"
        town.add("culture", name, unit, area_m2=area, open_to_public=True)


def _large_venues(town: Town) -> None:
    for zone_id, name, area, public in LARGE_VENUES:
        units = [unit for unit in town.of(zone_id, "社区") if unit.kinds != "v"]
        if not public:
            units = [unit for unit in units if "u" in unit.kinds]
        _fitness(town, name, units[-1], area=area, public=public)


def _community_grounds(town: Town) -> None:
    for unit in town.every:
        if unit.kinds == "v":
            if town.flag(VILLAGE_FITNESS_SHARE):
                _fitness(
                    town, f"{base_name(unit)}体育活动点", unit, area=int(town.rng.integers(400, 1800)), public=True
                )
            continue
        if not town.residents.get(unit.zone_id):
            continue
        mean = COMMUNITY_FITNESS[unit.district] * max(1, len(unit.kinds) * 0.75)
        for number in range(max(1, int(town.rng.poisson(mean)))):
            kind = ("健身点", "口袋体育公园", "社区球场", "健身苑", "笼式球场")[number % 5]
            _fitness(town, f"{base_name(unit)}{kind}", unit, area=town.rng.lognormal(6.95, 0.6), public=True)


def _centres_and_squares(town: Town) -> None:
    for zone_id in divisions():
        if zone_id in NO_FITNESS_CENTRE:
            continue
        units = [unit for unit in town.of(zone_id) if unit.kinds != "v"]
        unit = units[int(town.rng.integers(len(units)))]
        area = int(np.round(town.rng.uniform(900, 4200), -1))
        kind = "全民健身中心"
        town.add("fitness_center", f"{division_name(zone_id)}{kind}", unit, area_m2=area, open_to_public=True)
    for unit in town.every:
        if unit.kinds == "v" and (unit.name == names.ISLET_VILLAGE or town.flag(SQUARE_SHARE)):
            area = int(np.round(town.rng.uniform(500, 2200), -1))
            town.add("fitness_square", f"{base_name(unit)}健身广场", unit, area_m2=area, open_to_public=True)
