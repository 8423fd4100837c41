"""Seats, police posts, protection of minors, veterans, last resting places and affordable housing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import names
from making.education import office_name
from making.placing import Town, base_name, division_name, divisions

if TYPE_CHECKING:
    import geopandas as gpd

NO_COLUMBARIUM = ("YX0202",)
NOT_FOR_PUBLIC_BENEFIT = ("YX0305",)
NO_MINOR_STATION = ("YX0204", "YX0304")
NO_MINOR_RESCUE = ("YX02",)
VETERAN_STARS = {"YX0204": 3, "YX0304": 3, "YX0305": None}
FIVE_STARS = ("YX0101", "YX0102", "YX0202", "YX0301")
ESTATES = {"YX01": 8, "YX02": 6, "YX03": 4}
DISTRICT_SEATS = {"YX01": "YX0101", "YX02": "YX0203", "YX03": "YX0301"}
PERSONS_PER_HOME = 2.7


def civic(town: Town) -> gpd.GeoDataFrame:
    """Return the facilities of administration, safety and welfare."""
    _seats(town)
    for zone_id in divisions():
        _welfare(town, zone_id)
    for zone_id, name in names.DISTRICTS.items():
        if zone_id not in NO_MINOR_RESCUE:
            title = f"{name}未成年人救助保护中心"
            town.add("minor_rescue", title, town.of(DISTRICT_SEATS[zone_id], "社区")[1], status="open")
    _housing(town)
    return town.frame()


def _seats(town: Town) -> None:
    for zone_id in names.TOWNSHIPS:
        unit = next(unit for unit in town.of(zone_id) if unit.kinds != "v")
        town.add("township_seat", office_name(zone_id), unit, zone_id=zone_id, status="open")
    for zone_id, name in names.DISTRICTS.items():
        unit = town.of(DISTRICT_SEATS[zone_id], "社区")[1]
        town.add("county_seat", f"{name}人民政府", unit, zone_id=zone_id, status="open")
    town.add("city_centre", "鼓楼广场", town.of("YX0102", "社区")[4], status="open")


def _welfare(town: Town, zone_id: str) -> None:
    """Set down what every street and township should have, apart from the planned shortfalls."""
    name = division_name(zone_id)
    homes = [unit for unit in town.of(zone_id) if unit.kinds != "v" and set(unit.kinds) - set("iDP.")]
    outside = [unit for unit in town.of(zone_id) if unit.kinds == "v"] or homes
    if zone_id not in NO_COLUMBARIUM:
        benefit = zone_id not in NOT_FOR_PUBLIC_BENEFIT
        town.add(
            "columbarium",
            f"{name}{'公益性骨灰堂' if benefit else '经营性公墓'}",
            outside[-1],
            public_benefit=benefit,
            status="open",
        )
    if zone_id not in NO_MINOR_STATION:
        town.add("minor_station", f"{name}未成年人保护工作站", homes[0], status="open")
    stars = VETERAN_STARS.get(zone_id, 5 if zone_id in FIVE_STARS else 4)
    town.add("veteran_station", f"{name}退役军人服务站", homes[0], stars=stars, status="open")
    town.add("police_post", f"{name}派出所", homes[len(homes) // 2], status="open")
    if len(homes) > 4:
        town.add("police_post", f"{base_name(homes[-1])}警务站", homes[-1], status="open")


def _housing(town: Town) -> None:
    for district, count in ESTATES.items():
        for unit in town.spread([unit for unit in town.of(district, "社区") if set(unit.kinds) & set("mgnt")], count):
            homes = int(town.rng.integers(700, 1800) * (0.75 if district == "YX03" else 1.0))
            attributes = {"units": homes, "persons": round(homes * PERSONS_PER_HOME), "status": "open"}
            town.add("affordable_housing", f"{base_name(unit)}保障房小区", unit, **attributes)
