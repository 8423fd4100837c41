"""Care for the elderly: stations, comprehensive centres and institutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making import names
from making.placing import Town, base_name, division_name

if TYPE_CHECKING:
    import geopandas as gpd

ALL_SERVICES = ("full_care", "day_care", "home_service", "visiting")
# The chance that a community has a station. 听涛街道 (YX0201), just across the river from the well-served old town, has next to none.
STATION_SHARE = {
    **{"YX0101": 0.9, "YX0102": 1.0, "YX0103": 0.9, "YX0104": 1.0, "YX0201": 0.1, "YX0202": 0.7, "YX0203": 0.9, "YX0204": 0.6},
    **{"YX0301": 0.9},
}
VILLAGE_STATION_SHARE = 0.52
SECOND_STATION_SHARE = {"YX01": 0.75, "YX02": 0.3, "YX03": 0.4}
# What each street's comprehensive centre lacks; 听涛街道 has no centre at all.
LACKING = {"YX0203": ("visiting",)}
NO_CENTRE = ("YX0201",)
TOWNSHIP_CENTRES = {"YX0301": (), "YX0105": ("full_care",), "YX0303": ("full_care", "visiting")}
# (township or street, name, beds, share of nursing beds, serves the community, medical service)
INSTITUTIONS = (
    ("YX0101", "观澜颐养院", 260, 0.78, True, True),
    ("YX0102", "鼓楼老年公寓", 210, 0.66, False, True),
    ("YX0103", "砚池护理院", 180, 0.95, False, True),
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
    return town.frame()


def _stations(town: Town) -> None:
    for unit in town.every:
        if unit.places == ("islet",) or not set(unit.kinds) - set("iDP."):
            continue
        village = unit.kinds == "v"
        share = VILLAGE_STATION_SHARE if village else STATION_SHARE.get(unit.parent, 1.0)
        if not town.flag(share):
            continue
        kind = "互助养老点" if village else "居家养老服务站"
        services = "day_care;visiting" if village else "day_care;home_service;visiting"
        town.add("elderly_station", "ES", f"{base_name(unit)}{kind}", unit, services=services, status="open")
        if len(unit.kinds) > 1 and unit.parent not in NO_CENTRE and town.flag(SECOND_STATION_SHARE[unit.district]):
            town.add("elderly_station", "ES", f"{base_name(unit)}日间照料中心", unit, services="day_care", status="open")


def _centres(town: Town) -> None:
    lacking = {street: LACKING.get(street, ()) for street in names.STREETS if street not in NO_CENTRE} | TOWNSHIP_CENTRES
    for zone_id, missing in lacking.items():
        units = [unit for unit in town.of(zone_id, "社区") if set(unit.kinds) - set("iDP.")]
        services = ";".join(service for service in ALL_SERVICES if service not in missing)
        name = f"{division_name(zone_id)}综合性养老服务中心"
        beds = int(town.rng.integers(20, 60))
        town.add("elderly_center", "EC", name, units[len(units) // 2], services=services, beds=beds, status="open")


def _institutions(town: Town) -> None:
    for zone_id, name, beds, nursing, serves, medical in INSTITUTIONS:
        unit = town.spread([unit for unit in town.of(zone_id) if unit.kinds != "v"], 1)[0]
        attributes = {"beds": beds, "nursing_beds": round(beds * nursing), "serves_community": serves}
        town.add("elderly_institution", "EI", name, unit, medical_service=medical, status="open", **attributes)
