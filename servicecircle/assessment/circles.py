"""The 5, 10 and 15-minute circles of each service: who lives within, by minutes, by metres on foot and by radius."""

from __future__ import annotations

import math
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.figures import share
from servicecircle.assessment.ground import make_ground
from servicecircle.assessment.rows import CITY, WHOLE_CITY
from servicecircle.assessment.selection import select
from servicecircle.errors import InputError
from servicecircle.plan import FacilityFilter
from servicecircle.units import WALK_SPEEDS, metres_walked, reaches
from servicecircle.words import LANGUAGES, word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.city import City
    from servicecircle.words import Language

EVERYBODY = "pop_total"

USUAL_GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "childcare": "pop_0_2",
        "kindergarten": "pop_3_5",
        "primary_school": "pop_6_14",
        "school": "pop_6_14",
        "elderly_center": "pop_60p",
        "elderly_institution": "pop_60p",
        "elderly_station": "pop_60p",
        "senior_university": "pop_60p",
    }
)
"""The group of residents that a service is for; one that is not named here is for all residents."""

COLUMNS = (
    *("service", "level", "zone_id", "zone_name", "group", "group_residents"),
    *("minutes", "metres", "share_minutes", "share_network", "share_radius", "estimated"),
)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A zone or the whole city: its head in the table, and its cells."""

    head: dict[str, str]
    cells: NDArray[np.bool_]


def circles_table(
    city: City,
    *,
    minutes: Sequence[float] = (5, 10, 15),
    metres: Sequence[float] = (300, 500, 1000),
    services: Sequence[str] | None = None,
    profile: str = "general",
    levels: Sequence[str] = (),
    language: Language | None = None,
) -> pd.DataFrame:
    """Return for each service the share of residents who live within its circles, measured in three ways.

    A circle is a walk of some minutes, a walk of some metres on the network, and a straight line of the same metres:
    the three are reported beside each other, since national practice pairs minutes and metres that do not share one
    walking speed. All open facilities of a service count, also across a zone's border. Limits are inclusive. Residents
    out of walking reach stay in the denominator. These are figures, not judgements.

    Parameters
    ----------
    city
        The city.
    minutes
        The circles, minutes on foot.
    metres
        The metres that belong to each of them, as many.
    services
        Services of the city; None takes all that have a place on the map, or are known to have no facility.
    profile
        Who walks: ``general`` (1.0 m/s), ``elderly`` (0.8 m/s) or ``child`` (0.9 m/s).
    levels
        Levels of zones that have rows of their own after the whole city, for example ``["街道"]``.
    language
        ``"zh"`` or ``"en"``: heads and terms in that language; None keeps the names that programs use.

    Returns
    -------
    DataFrame
        service, level, zone_id, zone_name, group (all residents, then the group that the service is for),
        group_residents, minutes, metres, share_minutes, share_network, share_radius (0 to 1; NaN where nobody lives,
        where the population has no such group, or where no facility of the service can be placed), estimated (whether
        the group's residents are).

    Raises
    ------
    InputError
        If there is no such service, profile, level or language, minutes and metres are not as many, or one of them is
        not a finite number above 0.

    Examples
    --------
    >>> import servicecircle as sc
    >>> table = sc.circles_table(sc.sample_city(), services=["kindergarten"])
    >>> table[["group", "minutes", "metres"]].to_numpy().tolist()[2:4]
    [['pop_total', 15.0, 1000.0], ['pop_3_5', 5.0, 300.0]]
    """
    chosen = _checked(city, services, profile=profile, levels=levels, language=language)
    circles = _circles(minutes, metres, WALK_SPEEDS[profile])
    ground = make_ground(city)
    places = _places(ground, levels)
    rows: list[dict[str, Any]] = []
    for service in chosen:
        covered = _covered(ground, service, circles)
        if covered is None and services is None:
            continue
        for place in places:
            for group in dict.fromkeys([EVERYBODY, USUAL_GROUPS.get(service, EVERYBODY)]):
                head: dict[str, Any] = {"service": service} | place.head
                head |= {"group": group, "estimated": group in ground.estimated}
                rows += [head | figures for figures in _figures(ground, place, group, circles, covered=covered)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = list(COLUMNS[COLUMNS.index("group_residents") : -1])
    table[numbers] = table[numbers].astype(float)
    return table if language is None else _worded(table, language)


@dataclass(frozen=True, slots=True)
class _Circle:
    """A circle: its minutes and metres as given, and how far one walks in the minutes (metres)."""

    minutes: float
    metres: float
    walked_m: float


def _checked(
    city: City, services: Sequence[str] | None, *, profile: str, levels: Sequence[str], language: str | None
) -> tuple[str, ...]:
    """Return the services; an error for names that do not exist."""
    for name, given in (("services", services), ("levels", levels)):
        if isinstance(given, str):
            raise InputError(f"{name} must be a list, for example [{given!r}]. | {name} 应为列表。")
    known_levels = tuple(dict.fromkeys(city.zones["level"]))
    given_names = [("profile", profile, tuple(WALK_SPEEDS)), *(("level", one, known_levels) for one in levels)]
    given_names += [("service", one, tuple(city.services)) for one in services or ()]
    given_names += [("language", language, LANGUAGES)] if language is not None else []
    for what, one, known in given_names:
        if one not in known:
            raise InputError.unknown(what, one, known)
    return tuple(dict.fromkeys(city.services if services is None else services))


def _circles(minutes: Sequence[float], metres: Sequence[float], speed_m_s: float) -> tuple[_Circle, ...]:
    """Return the circles."""
    if not len(minutes) or len(minutes) != len(metres):
        raise InputError(
            f"minutes and metres belong together, one for one: {len(minutes)} and {len(metres)} were given. | "
            "minutes 与 metres 应一一对应。"
        )
    for one in metres:
        if not (math.isfinite(one) and one > 0):
            raise InputError(f"metres must be finite numbers above 0. {one!r} was given.")
    pairs = zip(minutes, metres, strict=True)
    return tuple(_Circle(m, limit, metres_walked(m, speed_m_s=speed_m_s)) for m, limit in pairs)


def _places(ground: Ground, levels: Sequence[str]) -> list[_Place]:
    """Return the whole city, then the zones of some levels by zone_id."""
    whole = {"level": WHOLE_CITY, "zone_id": CITY, "zone_name": ground.city.name or WHOLE_CITY}
    places = [_Place(whole, np.ones(len(ground.cells), dtype=bool))]
    zones = ground.city.zones.sort_values("zone_id")
    for level in dict.fromkeys(levels):
        for zone in zones[zones["level"] == level].itertuples():
            head = {"level": level, "zone_id": str(zone.zone_id), "zone_name": str(zone.name)}
            places.append(_Place(head, (ground.cell_zones[level] == zone.zone_id).to_numpy(dtype=bool)))
    return places


def _covered(ground: Ground, service: str, circles: Sequence[_Circle]) -> list[dict[str, NDArray[np.bool_]]] | None:
    """Return which cells each circle of a service holds; None where that is not known: no facility can be placed."""
    selection = select(ground, [FacilityFilter(service)])
    placed = np.asarray(np.isfinite(ground.facility_xy[selection.facilities]).all(axis=1))
    if selection.blocked or (len(placed) and not placed.any()):
        return None
    walk, (straight, _) = ground.walk_to(selection.facilities), ground.straight_to(selection.facilities)
    return [
        {
            "share_minutes": reaches(walk.distance_m, circle.walked_m),
            "share_network": reaches(walk.distance_m, circle.metres),
            "share_radius": reaches(straight, circle.metres),
        }
        for circle in circles
    ]


def _figures(
    ground: Ground,
    place: _Place,
    group: str,
    circles: Sequence[_Circle],
    *,
    covered: list[dict[str, NDArray[np.bool_]]] | None,
) -> Iterator[dict[str, Any]]:
    """Yield the figures of each circle in a place for a group."""
    people = ground.group(group)[place.cells] if group in ground.cells else None
    for number, circle in enumerate(circles):
        row: dict[str, Any] = {"minutes": circle.minutes, "metres": circle.metres}
        if people is not None:
            row["group_residents"] = float(people.sum())
            for name, inside in (covered[number] if covered is not None else {}).items():
                row[name] = share(float(people[inside[place.cells]].sum()), float(people.sum()))
        yield row


HEADS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "service": ("服务", "service"),
        "zone_id": ("单元编号", "zone id"),
        "zone_name": ("单元", "zone"),
        "group": ("人群", "group"),
        "share_minutes": ("按分钟覆盖率", "share within the minutes"),
        "share_network": ("按步行距离覆盖率", "share within the metres on foot"),
        "share_radius": ("按半径覆盖率", "share within the radius"),
    }
)
"""The heads that the vocabulary lacks, Chinese and English."""


def _worded(table: pd.DataFrame, language: Language) -> pd.DataFrame:
    """Return the table with heads and terms in a language."""
    table = table.copy()
    for column in ("service", "level", "group"):
        table[column] = [word(str(one), language) for one in table[column]]
    place = LANGUAGES.index(language)
    return table.rename(columns={one: HEADS[one][place] if one in HEADS else word(one, language) for one in COLUMNS})
