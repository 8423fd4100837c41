"""Seats, police posts, courts, protection of minors, veterans, last resting places and meeting places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import names
from making.education import office_name
from making.placing import Town, base_name, division_name, divisions
from making.zones import NEW_RURAL

if TYPE_CHECKING:
    import geopandas as gpd

NO_COLUMBARIUM = ("YX0202",)
NOT_FOR_PUBLIC_BENEFIT = ("YX0305",)
NO_MINOR_STATION = ("YX0204", "YX0304")
NO_MINOR_RESCUE = ("YX02",)
VETERAN_STARS = {"YX0204": 3, "YX0304": 3, "YX0305": None}
FIVE_STARS = ("YX0101", "YX0102", "YX0202", "YX0301")
ESTATES = {"YX01": 8, "YX02": 6, "YX03": 3}
DISTRICT_SEATS = {"YX01": "YX0101", "YX02": "YX0203", "YX03": "YX0301"}
PERSONS_PER_HOME = 2.7
# Where people take leave of their dead: a hall of the city, one in each of these counties and townships.
FUNERAL_COUNTIES = ("YX01", "YX03")
FUNERAL_TOWNSHIPS = ("YX0105", "YX0301", "YX0303", "YX0304")
# (township, name, square metres, of them for ecological burial, year opened)
CEMETERIES = (
    ("YX0105", "石堰镇公益性公墓", 42_000, 9_500, 2012),
    ("YX0205", "鸥浦镇公益性生态公墓", 36_000, 13_700, 2022),
    ("YX0303", "青坨镇公益性公墓", 28_000, 8_400, 2023),
)
# What communities and villages built anew in the country lack of what such places need.
NO_PARTY_CENTRE, NO_ACTIVITY_CENTRE = ("YX030420",), ("YX030301",)
# A loudspeaker on a mast: how far it is heard (metres), and the share of places that have one.
HEARD_M, MASTS_SHARE = (600, 800, 1200), {"urban": 0.82, "rural": 0.9}


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
    _last_places(town)
    _courts(town)
    _new_rural(town)
    _loudspeakers(town)
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


def _last_places(town: Town) -> None:
    """Set down halls of funeral service of each tier, and cemeteries for public benefit."""
    town.add("funeral_service", "云汐市集中守灵中心", town.of("YX0104", "社区")[-1], tier="city", status="open")
    for tier, places in (("county", FUNERAL_COUNTIES), ("township", FUNERAL_TOWNSHIPS)):
        for zone_id in places:
            name = f"{division_name(zone_id)}殡仪服务站"
            town.add("funeral_service", name, town.of(zone_id)[-1], tier=tier, status="open")
    for zone_id, name, area, ecological, year in CEMETERIES:
        attributes = {"area_m2": area, "eco_area_m2": ecological, "open_year": year, "public_benefit": True}
        unit = town.of(zone_id, "行政村")[-2]
        town.add("cemetery", name, unit, barrier_free=True, status="open", **attributes)


def _courts(town: Town) -> None:
    for zone_id, name in names.DISTRICTS.items():
        units = town.of(DISTRICT_SEATS[zone_id], "社区")
        town.add("court", f"{name}人民法院", units[-1], legal_aid_station=True, status="open")
        if zone_id != "YX02":
            aid = zone_id == "YX01"
            town.add("detention_centre", f"{name}看守所", units[-1], legal_aid_station=aid, status="open")


def _new_rural(town: Town) -> None:
    """Set down the meeting places of communities and villages built anew in the country."""
    for unit in town.every:
        if unit.zone_id in NEW_RURAL:
            if unit.zone_id not in NO_PARTY_CENTRE:
                town.add("party_service_center", f"{base_name(unit)}党群服务中心", unit, status="open")
            if unit.zone_id not in NO_ACTIVITY_CENTRE:
                town.add("villager_activity_center", f"{base_name(unit)}村(居)民活动中心", unit, status="open")


def _loudspeakers(town: Town) -> None:
    for unit in town.every:
        if unit.places != ("islet",) and town.residents.get(unit.zone_id) and town.flag(MASTS_SHARE[unit.setting]):
            range_m = int(town.rng.choice(HEARD_M))
            town.add("broadcast_terminal", f"{base_name(unit)}应急广播", unit, range_m=range_m, status="open")
