"""Care for the elderly: stations, comprehensive centres and institutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import names
from making.placing import Town, base_name, division_name

if TYPE_CHECKING:
    import geopandas as gpd

ALL_SERVICES = ("full_care", "day_care", "home_service", "visiting")
# The chance that a built block of a community has a station. 听涛街道 (YX0201), just across the river from the
# well-served old town, has next to none.
STATION_SHARE = {
    "YX0101": 0.9,
    "YX0103": 0.9,
    "YX0201": 0.06,
    "YX0202": 0.6,
    "YX0203": 0.85,
    "YX0204": 0.4,
    "YX0301": 0.8,
}
VILLAGE_STATION_SHARE = 0.52
STATION_TITLES = ("居家养老服务站", "日间照料中心", "颐养驿站")
# What each street's comprehensive centre lacks; 听涛街道 has no centre at all.
LACKING = {"YX0203": ("visiting",)}
NO_CENTRE = ("YX0201",)
TOWNSHIP_CENTRES = {"YX0301": (), "YX0105": ("full_care",), "YX0303": ("full_care", "visiting")}
BARRIER_FREE_SHARE, BARRIER_FREE_SINCE_2021, REFERRAL_SHARE = 0.5, 0.88, 0.75
# (township or street, name, beds, share of nursing beds, serves the community, medical service)
INSTITUTIONS = (
    ("YX0101", "观澜颐养院", 260, 0.78, True, True),
    ("YX0102", "鼓楼老年公寓", 210, 0.66, False, True),
    ("YX0103", "砚田护理院", 180, 0.95, False, True),
    ("YX0104", "云汐市社会福利院", 420, 0.74, True, True),
    ("YX0105", "石堰镇敬老院", 120, 0.42, False, True),
    ("YX0202", "新帆康养中心", 300, 0.82, False, True),
    ("YX0203", "渔灯养老院", 150, 0.6, False, True),
    ("YX0205", "鸥浦镇敬老院", 110, 0.4, True, False),
    ("YX0301", "禾川县福利院", 260, 0.7, False, True),
    ("YX0302", "柳垛镇敬老院", 130, 0.38, False, True),
    ("YX0303", "青坨镇敬老院", 120, 0.41, True, True),
    ("YX0305", "沙岗乡敬老院", 80, 0.35, False, False),
)


def elderly_care(town: Town) -> gpd.GeoDataFrame:
    """Return stations, centres and institutions."""
    _stations(town)
    _centres(town)
    _institutions(town)
    _years(town)
    return town.frame()


def _stations(town: Town) -> None:
    for unit in town.every:
        if unit.places == ("islet",) or not town.residents.get(unit.zone_id):
            continue
        if unit.kinds == "v":
            if town.flag(VILLAGE_STATION_SHARE):
                name = f"{base_name(unit)}互助养老点"
                town.add("elderly_station", name, unit, services="day_care;visiting", status="open")
            continue
        served = [place for place, kind in zip(unit.places, unit.kinds, strict=False) if kind not in "iDP."]
        for place, title in zip(served, STATION_TITLES, strict=False):
            if town.flag(STATION_SHARE.get(unit.parent, 1.0)):
                services = "day_care;home_service;visiting" if title == STATION_TITLES[0] else "day_care"
                where = town.middle_spot(place)
                town.add("elderly_station", f"{base_name(unit)}{title}", where, services=services, status="open")


def _centres(town: Town) -> None:
    lacking = {
        street: LACKING.get(street, ()) for street in names.STREETS if street not in NO_CENTRE
    } | TOWNSHIP_CENTRES
    for zone_id, missing in lacking.items():
        units = [unit for unit in town.of(zone_id, "社区") if set(unit.kinds) - set("iDP.")]
        services = ";".join(service for service in ALL_SERVICES if service not in missing)
        name = f"{division_name(zone_id)}综合性养老服务中心"
        beds = int(town.rng.integers(20, 60))
        town.add("elderly_center", name, units[len(units) // 2], services=services, beds=beds, status="open")


def _institutions(town: Town) -> None:
    for zone_id, name, beds, nursing, serves, medical in INSTITUTIONS:
        unit = town.spread([unit for unit in town.of(zone_id) if unit.kinds != "v"], 1)[0]
        attributes = {"beds": beds, "nursing_beds": round(beds * nursing), "serves_community": serves}
        town.add("elderly_institution", name, unit, medical_service=medical, status="open", **attributes)


def _years(town: Town) -> None:
    """Say when each was opened and whether it is free of barriers, and which institutions refer patients quickly."""
    for row in town.rows:
        institution = row["service"] == "elderly_institution"
        year = int(town.rng.integers(1996, 2023) if institution else town.rng.integers(2012, 2025))
        row["open_year"] = year
        row["barrier_free"] = town.flag(BARRIER_FREE_SINCE_2021 if year >= 2021 else BARRIER_FREE_SHARE)
        if institution:
            row["referral_channel"] = town.flag(REFERRAL_SHARE)
