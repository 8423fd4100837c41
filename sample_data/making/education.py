"""Kindergartens, childcare, schools, universities for the elderly, and parent schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from making.placing import Town, base_name, division_name

if TYPE_CHECKING:
    import geopandas as gpd

    from making.zones import Unit

# How many open kindergartens, childcare centres and schools each street and township has.
# 望潮区 (YX02) is short of kindergartens.
KINDERGARTENS = {
    "YX0101": 9,
    "YX0102": 8,
    "YX0103": 6,
    "YX0104": 7,
    "YX0105": 1,
    "YX0201": 3,
    "YX0202": 1,
    "YX0203": 3,
    "YX0204": 1,
    "YX0205": 1,
    "YX0301": 4,
    "YX0302": 2,
    "YX0303": 2,
    "YX0304": 1,
    "YX0305": 1,
}
CHILDCARE = {
    "YX0101": 4,
    "YX0102": 4,
    "YX0103": 2,
    "YX0104": 4,
    "YX0201": 3,
    "YX0202": 2,
    "YX0203": 2,
    "YX0204": 1,
    "YX0205": 1,
    "YX0301": 3,
    "YX0302": 1,
    "YX0303": 1,
}
SCHOOLS = {
    "YX0101": 5,
    "YX0102": 4,
    "YX0103": 3,
    "YX0104": 4,
    "YX0105": 2,
    "YX0201": 3,
    "YX0202": 3,
    "YX0203": 2,
    "YX0204": 1,
    "YX0205": 2,
    "YX0301": 4,
    "YX0302": 2,
    "YX0303": 2,
    "YX0304": 1,
    "YX0305": 1,
}
PARENT_SCHOOL_SHARE = {"urban": 0.88, "rural": 0.62}
JUNIOR_EVERY = 3
TODDLER_CLASSES_SHARE = 0.4
ESTATE_SHARE = 0.45
LARGE_CLASSES_SHARE = 0.3
# The how-manieth schools are private; the last of them is below the provincial standard.
PRIVATE_SCHOOLS = (6, 19)
MODEL_CHILDCARE = 5
# (street or township, name, what was built, year done, places added, title, classes)
SENIOR_SCHOOLS = (
    ("YX0102", "云汐中学", None, None, 0, "省高品质示范高中", 48),
    ("YX0104", "望江高级中学", "扩建", 2022, 450, None, 36),
    ("YX0203", "望潮中学", "新建", 2023, 1350, None, 30),
    ("YX0301", "禾川中学", "改建", 2024, 300, "特色高中", 42),
)


def education(town: Town) -> gpd.GeoDataFrame:
    """Return all places of learning that stand somewhere."""
    _kindergartens(town)
    _childcare(town)
    _schools(town)
    _senior_universities(town)
    _more_of_kindergartens(town)
    _more_of_schools(town)
    _model_childcare(town)
    _senior_schools(town)
    return town.frame()


def _kindergartens(town: Town) -> None:
    for division, count in KINDERGARTENS.items():
        for unit in town.spread(_served(town, division), count):
            _kindergarten(
                town, f"{base_name(unit)}幼儿园", unit, inclusive_share=0.62 if division.startswith("YX02") else 0.8
            )
    branch_of = town.rows[8]
    unit = town.of("YX0102", "社区")[2]
    _kindergarten(
        town, f"{branch_of['name']}(东园)", unit, legal_id=branch_of["legal_id"], ownership=branch_of["ownership"]
    )
    unit = town.of("YX0202", "社区")[1]
    _kindergarten(town, f"{base_name(unit)}实验幼儿园", unit, status="building", open_year=2026, enrolment=0)
    unit = town.of("YX0104", "社区")[0]
    _kindergarten(
        town, f"{base_name(unit)}第二幼儿园", unit, status="closed", open_year=2003, close_year=2022, enrolment=0
    )


def _served(town: Town, division: str) -> list[Unit]:
    """Return the units where a service of the township or street may stand: communities and market towns first."""
    units = [unit for unit in town.of(division) if unit.kinds != "v" and set(unit.kinds) - set("iDP.")]
    villages = [unit for unit in town.of(division) if unit.kinds == "v"]
    return units or villages


def _kindergarten(town: Town, name: str, unit: Unit, *, inclusive_share: float = 0.8, **given: object) -> None:
    public = town.flag(0.55)
    classes = int(town.rng.choice([6, 9, 12], p=[0.45, 0.4, 0.15]))
    attributes = {
        "status": "open",
        "open_year": int(town.rng.integers(1988, 2022)),
        "close_year": None,
        "legal_id": f"YXJY{len(town.rows) + 1:04d}",
        "ownership": "public" if public else "private",
        "classes": classes,
        "capacity": classes * 25,
        "enrolment": int(classes * 25 * town.rng.uniform(0.62, 0.95)),
        "quality": town.flag(0.88),
        "setting": unit.setting,
    } | given
    inclusive = attributes["ownership"] == "public" or town.flag(inclusive_share)
    town.add("kindergarten", _unused(town, name), unit, inclusive=inclusive, **attributes)


def _unused(town: Town, name: str) -> str:
    """Return the name, numbered where another facility already bears it."""
    taken = {str(row["name"]) for row in town.rows}
    for more in ("", "(南区)", "(北区)", "(西区)"):
        if name + more not in taken:
            return name + more
    return f"{name}{len(taken)}"


def _childcare(town: Town) -> None:
    for division, count in CHILDCARE.items():
        for unit in town.spread(_served(town, division), count):
            places = int(town.rng.choice([30, 40, 50, 60, 75]) * (0.8 if division.startswith("YX02") else 1))
            name = _unused(town, f"{base_name(unit)}托育中心")
            town.add("childcare", name, unit, places=places, status="open", inclusive=town.flag(0.7))


def _schools(town: Town) -> None:
    number = 0
    for division, count in SCHOOLS.items():
        for unit in town.spread(_served(town, division), count):
            number += 1
            junior = number % JUNIOR_EVERY == 0
            capacity = int(
                town.rng.choice([720, 855, 990, 1170, 1305])
                * (1.0 if division in KINDERGARTENS and unit.setting == "urban" else 0.55)
            )
            attributes = {
                "level": "junior" if junior else "primary",
                "ownership": "public",
                "capacity": capacity,
                "enrolment": int(capacity * town.rng.uniform(0.78, 1.04)),
                "classes": capacity // 45,
                "quality": town.flag(0.85),
                "smart": town.flag(0.75),
                "status": "open",
            }
            name = _unused(town, f"{base_name(unit)}{'初级中学' if junior else '小学'}")
            town.add("school", name, unit, **attributes)


def _senior_universities(town: Town) -> None:
    town.add("senior_university", "云汐市老年大学", town.of("YX0102")[3], sponsor_level="市", status="open")
    town.add("senior_university", "望潮区老年大学", town.of("YX0203")[2], sponsor_level="县区", status="open")


def _more_of_kindergartens(town: Town) -> None:
    """Say which kindergartens take toddlers, which belong to a housing estate, and which are free of barriers."""
    for row in town.rows:
        if row["service"] == "kindergarten":
            row["toddler_classes"] = town.flag(TODDLER_CLASSES_SHARE)
            row["estate_facility"] = town.flag(ESTATE_SHARE) and row["setting"] == "urban"
            row["barrier_free"] = town.flag(0.6)


def _more_of_schools(town: Town) -> None:
    """Say when schools were opened, who runs them, and how many of their classes are too large."""
    schools = [row for row in town.rows if row["service"] == "school"]
    for number, row in enumerate(schools):
        private = number in PRIVATE_SCHOOLS
        row |= {"ownership": "private" if private else "public", "meets_standard": number != PRIVATE_SCHOOLS[-1]}
        row |= {"open_year": int(town.rng.integers(1958, 2024)), "barrier_free": town.flag(0.7)}
        row["large_classes"] = int(town.rng.integers(1, 3)) if town.flag(LARGE_CLASSES_SHARE) else 0


def _model_childcare(town: Town) -> None:
    """Say when childcare was opened; some of it is a model of the city's, as the plan wants more of."""
    models = 0
    for row in town.rows:
        if row["service"] == "childcare":
            year = int(town.rng.integers(2016, 2025))
            row |= {"open_year": year, "barrier_free": town.flag(0.9)}
            if row["inclusive"] and year >= 2021 and models < MODEL_CHILDCARE:
                row["level"], models = "市级", models + 1


def _senior_schools(town: Town) -> None:
    for division, name, project, year, places, title, classes in SENIOR_SCHOOLS:
        attributes = {"level": "senior", "ownership": "public", "status": "open", "classes": classes}
        attributes |= {"capacity": classes * 50, "enrolment": int(classes * town.rng.uniform(46, 51))}
        attributes |= {"quality": True, "smart": division != "YX0301", "meets_standard": True}
        attributes |= {"large_classes": int(classes > 40), "open_year": int(town.rng.integers(1925, 1999))}
        attributes |= {"project": project, "done_year": year, "places_added": places, "designation": title}
        unit = town.spread(_served(town, division), 1)[0]
        town.add("school", name, unit, barrier_free=town.flag(0.7), **attributes)


def parent_schools(town: Town) -> gpd.GeoDataFrame:
    """Return the parent schools: registered by community and village, with no place on the map."""
    for unit in town.every:
        if town.flag(PARENT_SCHOOL_SHARE[unit.setting]):
            town.add("parent_school", f"{base_name(unit)}家长学校", None, zone_id=unit.zone_id, status="open")
    return town.frame()


def school_grounds(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the primary and junior schools, whose grounds are sports grounds too."""
    return frame[(frame["service"] == "school") & (frame["level"] != "senior")]


def office_name(zone_id: str) -> str:
    """Return the name of a street's or township's seat."""
    return f"{division_name(zone_id)}{'办事处' if division_name(zone_id).endswith('街道') else '人民政府'}"
