"""Hospitals, community health, township hospitals and village clinics.

One institution is one row for each service it counts for (a community health centre is `community_health`, `chc`,
`primary_care` and `health_facility`); its rows share `legal_id` and place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from making import names
from making.placing import Town, base_name, division_name

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely import Point

    from making.zones import Unit

STATION_SHARE = {"YX01": 0.6, "YX02": 0.45}
CLINIC_SHARE = 0.93
# Institutions of the rural and community tiers that bear a title, and of which level.
TITLED = {
    "石堰镇卫生院": ("农村区域性医疗卫生中心", "省级"),
    "鸥浦镇卫生院": ("农村区域性医疗卫生中心", "市级"),
    "青坨镇卫生院": ("农村区域性医疗卫生中心", "省级"),
    "观澜街道社区卫生服务中心": ("社区医院", "市级"),
    "渔灯街道社区卫生服务中心": ("社区医院", "省级"),
}
# What a hospital cures above all, and its class within its grade, where neither is the usual one.
SPECIALTIES = {"云汐市第二人民医院": "老年病", "东江康复医院": "康复"}
FIRST_CLASS = ("云汐市第一人民医院", "云汐市中医院", "禾川县人民医院")
NO_PUBLIC_HEALTH = ("望潮区中医院",)
NO_INTERNET = ("云汐市中医院",)
# The wards of hospitals of Chinese medicine: prevention, rehabilitation, geriatrics.
TCM_WARDS = {
    "云汐市中医院": (True, True, True),
    "望潮区中医院": (True, False, False),
    "禾川县中医院": (True, True, True),
}
CLASSIC_WARD_BEDS = {"云汐市中医院": 24}
NURSES_PER_PHYSICIAN, OTHER_STAFF = 1.15, 1.4
CENTRE_GPS = {"YX01": (6, 10), "YX02": (5, 8), "YX03": (4, 6)}


class Hospital(NamedTuple):
    """A hospital: where it stands, its name and its size."""

    zone_id: str
    name: str
    physicians: int
    beds: int
    sponsor_level: str
    grade: int
    tcm: bool = False


HOSPITALS = (
    Hospital("YX0102", "云汐市第一人民医院", 334, 640, "市", 3),
    Hospital("YX0104", "云汐市第二人民医院", 151, 310, "市", 3),
    Hospital("YX0101", "云汐市中医院", 92, 190, "市", 3, tcm=True),
    Hospital("YX0203", "望潮区人民医院", 148, 290, "县区", 2),
    Hospital("YX0202", "望潮区中医院", 57, 110, "县区", 2, tcm=True),
    Hospital("YX0201", "东江康复医院", 24, 80, "民办", 1),
    Hospital("YX0301", "禾川县人民医院", 131, 280, "县区", 2),
    Hospital("YX0301", "禾川县中医院", 38, 90, "县区", 2, tcm=True),
)


def health(town: Town) -> gpd.GeoDataFrame:
    """Return every place of health care."""
    _hospitals(town)
    _maternal(town)
    for street in names.STREETS:
        _centre(town, street)
    _stations(town)
    for township in names.TOWNSHIPS:
        _township_hospital(town, township)
    _clinics(town)
    _tiers(town)
    _wards(town)
    _staff(town)
    return town.frame()


def _hospitals(town: Town) -> None:
    for number, hospital in enumerate(HOSPITALS):
        unit = town.spread([unit for unit in town.of(hospital.zone_id, "社区") if unit.kinds != "v"], 1)[0]
        point = town.spot(unit)
        ownership = "private" if hospital.sponsor_level == "民办" else "public"
        shared: dict[str, object] = {
            "legal_id": f"YXYL{number + 1:03d}",
            "sponsor_level": hospital.sponsor_level,
            "ownership": ownership,
        }
        shared |= {"grade": hospital.grade, "status": "open"}
        size = {"physicians": hospital.physicians, "beds": hospital.beds}
        town.add("health_facility", hospital.name, point, **size, **shared)
        if hospital.tcm:
            town.add("tcm_hospital", hospital.name, point, **shared)


def _maternal(town: Town) -> None:
    for street, district, standard in (("YX0103", "YX01", True), ("YX0201", "YX02", False), ("YX0301", "YX03", True)):
        unit = town.of(street, "社区")[2]
        name = f"{division_name(district)}妇幼保健院"
        town.add("mch", name, unit, standardised=standard, sponsor_level="县区", ownership="public", status="open")


def _primary(
    town: Town,
    service: str,
    name: str,
    unit: Unit,
    *,
    gps: int,
    physicians: int,
    beds: int,
    **more: object,
) -> None:
    """Set down one institution of primary care with its rows for each service."""
    point = town.spot(unit)
    shared = {"legal_id": f"YXJC{len(town.rows):04d}", "status": "open", "ownership": "public"}
    town.add(service, name, point, **more, **shared)
    town.add("primary_care", name, point, gps=gps, meets_standard=town.flag(0.95), **shared)
    if physicians:
        town.add("health_facility", name, point, physicians=physicians, beds=beds, **shared)


def _centre(town: Town, street: str) -> None:
    units = [unit for unit in town.of(street, "社区") if set(unit.kinds) - set("iDP.")]
    low, high = CENTRE_GPS[street[:4]]
    gps = int(town.rng.integers(low, high))
    name = f"{division_name(street)}社区卫生服务中心"
    size = {"gps": gps, "physicians": gps + int(town.rng.integers(4, 9)), "beds": int(town.rng.choice([0, 20, 30]))}
    more: dict[str, Any] = {"level": "centre", "tcm_clinic": street != "YX0204", "feature_dept": town.flag(0.55)}
    _primary(town, "community_health", name, units[len(units) // 2 - 1], **size, **more)


def _stations(town: Town) -> None:
    for unit in town.every:
        share = STATION_SHARE.get(unit.district, 0.0)
        if unit.level == "社区" and set(unit.kinds) & set("mogcn") and town.flag(share):
            gps = int(town.rng.integers(1, 3))
            more: dict[str, Any] = {"level": "station", "tcm_clinic": town.flag(0.9), "feature_dept": False}
            _primary(
                town,
                "community_health",
                f"{base_name(unit)}社区卫生服务站",
                unit,
                gps=gps,
                physicians=0,
                beds=0,
                **more,
            )


def _township_hospital(town: Town, township: str) -> None:
    unit = next(unit for unit in town.of(township) if unit.kinds != "v")
    gps = int(town.rng.integers(*CENTRE_GPS[township[:4]]))
    size = {"gps": gps, "physicians": gps + int(town.rng.integers(3, 8)), "beds": int(town.rng.integers(20, 60))}
    more: dict[str, Any] = {
        "level": "township",
        "tcm_clinic": township != "YX0305",
        "feature_dept": township in ("YX0105", "YX0205", "YX0301", "YX0302", "YX0303"),
    }
    _primary(town, "township_hospital", f"{division_name(township)}卫生院", unit, **size, **more)


def _clinics(town: Town) -> None:
    for unit in town.every:
        islet = unit.places == ("islet",)
        if unit.kinds == "v" and (islet or town.flag(CLINIC_SHARE)):
            gps = int(town.flag(0.2))
            more: dict[str, Any] = {"level": "village", "tcm_corner": town.flag(0.7)}
            _primary(town, "village_clinic", f"{unit.name}卫生室", unit, gps=gps, physicians=0, beds=0, **more)


def _tiers(town: Town) -> None:
    """Name community health by its tier: centres are `chc` too, stations `health_station`."""
    shared = ("level", "feature_dept", "tcm_clinic", "legal_id", "status", "ownership")
    for row in [row for row in town.rows if row["service"] == "community_health"]:
        attributes = {column: row[column] for column in shared}
        name, point = str(row["name"]), cast("Point", row["geometry"])
        if row["level"] == "centre":
            town.add("chc", name, point, **attributes)
        else:
            town.add("health_station", name, point, tcm_corner=town.flag(0.8), **attributes)


def _wards(town: Town) -> None:
    """Set down the hospitals as such, and say which wards they have."""
    for row in [row for row in town.rows if row["service"] == "health_facility" and "grade" in row]:
        name = str(row["name"])
        attributes = {column: row[column] for column in ("legal_id", "sponsor_level", "ownership", "grade", "status")}
        attributes |= {"grade_class": "甲等" if name in FIRST_CLASS else "乙等"}
        attributes |= {"specialty": SPECIALTIES.get(name, "中医" if name in TCM_WARDS else "综合")}
        attributes |= {"public_health_dept": name not in NO_PUBLIC_HEALTH, "internet_hospital": name not in NO_INTERNET}
        town.add("hospital", name, cast("Point", row["geometry"]), **attributes)
    for row in town.rows:
        if row["service"] == "tcm_hospital":
            wards = TCM_WARDS[str(row["name"])]
            row |= dict(zip(("prevention_dept", "rehabilitation_dept", "geriatric_dept"), wards, strict=True))
            row["classic_ward_beds"] = CLASSIC_WARD_BEDS.get(str(row["name"]), 0)


def _staff(town: Town) -> None:
    """Say how many nurses and other staff an institution has, and which title it bears."""
    for row in town.rows:
        if row["service"] != "health_facility":
            continue
        physicians = int(str(row["physicians"]))
        nurses = round(physicians * NURSES_PER_PHYSICIAN * town.rng.uniform(0.85, 1.2))
        row |= {"nurses": nurses, "health_staff": round((physicians + nurses) * OTHER_STAFF)}
        title = TITLED.get(str(row["name"]))
        if title:
            row["designation"], row["level"] = title
