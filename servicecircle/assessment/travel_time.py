"""Travel time: the share of residents who reach a destination in some minutes by vehicle.

By bus where the bus lines know their times (see `transit`); else by road, for which the plan may let it stand in.
A ride is the access leg on foot (straight to the nearest road that may be entered, at the general walking speed), the
quickest way along the drive network, and the egress leg on foot.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd

from servicecircle.assessment.groups import group_of
from servicecircle.assessment.membership import levels_missing
from servicecircle.assessment.reach import SETTINGS, scope_missing, setting_missing
from servicecircle.assessment.residents import CellFigures, resident_rows
from servicecircle.assessment.rows import Outcome, blocked_rows, evidence, in_area
from servicecircle.assessment.selection import Missing, select
from servicecircle.assessment.transit import (
    MOST_CHANGE_WALK_M,
    MOST_CHANGES,
    MOST_WALK_M,
    buses_of,
    trips_by_bus,
)
from servicecircle.city import smallest_zone
from servicecircle.network import DRIVE_SPEEDS_KMH, rides
from servicecircle.text import listed
from servicecircle.units import SECONDS_PER_MINUTE, WALK_SPEEDS, reaches
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.transit import Buses, BusTrips
    from servicecircle.network import DriveNetwork
    from servicecircle.plan import Plan, Standard, TravelTime

WALKER = "general"
"""The profile of the access and egress legs."""

KMH = 3.6  # km/h in 1 m/s


@dataclass(frozen=True, slots=True, eq=False)
class Trips:
    """The quickest trip of each cell, both of shape (cells,): seconds (inf without one), and the facility (-1)."""

    seconds: NDArray[np.float64]
    facility: NDArray[np.int64]


Quickest: TypeAlias = "Callable[[NDArray[np.int64], NDArray[np.int64]], Trips]"
"""Returns the quickest trip of some cells to any of some facilities."""


def assess_travel_time(ground: Ground, plan: Plan, standard: Standard, travel: TravelTime) -> Outcome:
    """Return what a standard of travel time comes to."""
    selection = select(ground, travel.facilities)
    group = group_of(ground, plan, travel.group)
    buses = buses_of(ground) if travel.mode == "transit" else None
    missing = [
        *selection.missing,
        *group.missing,
        *scope_missing(ground, standard),
        *_not_known(ground, travel, buses),
    ]
    if any(one.blocks for one in missing):
        return Outcome(rows=blocked_rows(ground, standard), missing=tuple(missing))
    walk = plan.profiles[WALKER].speed_m_s if WALKER in plan.profiles else WALK_SPEEDS[WALKER]
    facilities = selection.facilities
    ways = _ways(ground, travel, facilities, buses=buses, walk=walk)
    trips = _trips(ground, travel, facilities, ways.usual)
    limit = SECONDS_PER_MINUTE * (travel.minutes if travel.minutes is not None else max(travel.bands))
    asked = _asked(ground, travel)
    figures = CellFigures(
        np.where(asked, ground.group(group.column), 0.0),
        reaches(trips.seconds, limit),
        asked & in_area(ground, standard.scope),
        trips.seconds,
        1.0,  # a second is a metre at this speed; the metres are taken out of the rows below
        facilities,
        group.estimated,
        others=_others(ground, travel, facilities, trips=trips, limit=limit, ways=ways),
        asked=asked,
    )
    outcome = Outcome(missing=(*missing, *_said(ground, travel, buses, walk), *_homeless(ground, travel)))
    resident_rows(ground, standard, figures, outcome, group=group.column)
    proxy = travel.proxy if buses is None else bool(buses.unridden)
    for row in outcome.rows:
        row.update(worst_m=None, p50_m=None, p90_m=None)
        if proxy and row["status"] == "judged":
            row.update(status="reference", verdict=None)
    homes = ground.cell_positions if buses is not None else ground.on_roads["cells"]
    outcome.cells = _cells(ground, figures, trips, limit, access_m=homes.access_m)
    outcome.evidence += _uncovered_zones(ground, standard, figures)
    return outcome


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The ways to travel: the usual one, which counts, and others by the name of their method, reported beside it."""

    usual: Quickest
    others: Mapping[str, Quickest]


def _ways(
    ground: Ground, travel: TravelTime, facilities: NDArray[np.int64], *, buses: Buses | None, walk: float
) -> Ways:
    """Return the ways that a standard looks at: by bus if the lines know their times, else by road."""
    others: dict[str, Quickest] = {}
    drive = ground.city.transport.drive
    if buses is not None:
        rides = [trips_by_bus(ground, one, facilities, speed_m_s=walk) for one in (buses, buses.without_waiting())]
        usual, at_once = (partial(_by_bus, ground, one) for one in rides)
        others["no_waiting"] = at_once
        if drive is not None:
            speeds = drive.speeds(other_m_s=travel.speed_m_s)
            others["drive_proxy"] = partial(_by_road, ground, speeds=speeds, walk=walk)
        return Ways(usual, others)
    speeds = drive.speeds(other_m_s=travel.speed_m_s) if drive is not None else np.zeros(0)
    if drive is not None and travel.speed_m_s is not None and drive.share_stated > 0:
        one = np.full(len(drive.roads), travel.speed_m_s)
        others[f"all_roads_{travel.speed_m_s * KMH:.3g}_km_h"] = partial(_by_road, ground, speeds=one, walk=walk)
    return Ways(partial(_by_road, ground, speeds=speeds, walk=walk), others)


def _trips(ground: Ground, travel: TravelTime, facilities: NDArray[np.int64], quickest: Quickest) -> Trips:
    """Return each cell's quickest trip: to any of some facilities, or to one in its own zone of a level."""
    if travel.destination == "nearest":
        return quickest(np.arange(len(ground.cells)), facilities)
    home = ground.cell_zones[travel.own_level].astype(object).to_numpy()
    away = ground.facility_zones[travel.own_level].astype(object).to_numpy()[facilities]
    seconds, facility = np.full(len(home), np.inf), np.full(len(home), -1, dtype=np.int64)
    for zone in sorted({zone for zone in home if isinstance(zone, str)}):
        cells, mine = np.flatnonzero(home == zone), facilities[away == zone]
        found = quickest(cells, mine)
        seconds[cells], facility[cells] = found.seconds, found.facility
    return Trips(seconds, facility)


def _by_road(
    ground: Ground,
    cells: NDArray[np.int64],
    facilities: NDArray[np.int64],
    *,
    speeds: NDArray[np.float64],
    walk: float,
) -> Trips:
    drive = ground.city.transport.drive
    if drive is None or not len(facilities):
        return Trips(np.full(len(cells), np.inf), np.full(len(cells), -1, dtype=np.int64))
    homes, places = ground.places_on(drive.roads)
    found = rides(drive.roads, homes.take(cells), places.take(facilities), speed_m_s=speeds, access_m_s=walk)
    return Trips(found.seconds, np.where(found.facility >= 0, np.append(facilities, -1)[found.facility], -1))


def _by_bus(ground: Ground, trips: BusTrips, cells: NDArray[np.int64], facilities: NDArray[np.int64]) -> Trips:
    found = trips.quickest(ground, cells, facilities)
    return Trips(found.seconds, found.facility)


def _asked(ground: Ground, travel: TravelTime) -> NDArray[np.bool_]:
    """Return which cells the standard asks about: those of its setting, and those that have an own zone to go to."""
    asked = ground.of_setting(travel.setting) if travel.setting else np.ones(len(ground.cells), dtype=bool)
    if travel.destination == "own":
        asked = asked & ground.cell_zones[travel.own_level].notna().to_numpy()
    return asked


def _others(
    ground: Ground, travel: TravelTime, facilities: NDArray[np.int64], *, trips: Trips, limit: float, ways: Ways
) -> dict[str, NDArray[np.bool_]]:
    """Return which cells are covered by other methods: other limits, any destination, other ways to travel."""
    others = {f"within_{band:g}_min": reaches(trips.seconds, band * SECONDS_PER_MINUTE) for band in travel.bands}
    if travel.destination == "own":
        anywhere = ways.usual(np.arange(len(ground.cells)), facilities)
        others["nearest_any"] = reaches(anywhere.seconds, limit)
    for method, quickest in ways.others.items():
        others[method] = reaches(_trips(ground, travel, facilities, quickest).seconds, limit)
    return others


def _not_known(ground: Ground, travel: TravelTime, buses: Buses | None) -> Iterator[Missing]:
    """Yield what keeps a standard of travel time from being evaluated."""
    if travel.mode == "bike":
        yield Missing(
            "measure", "bike", "本版本尚不计算骑行时间。", "travel times by bike are not computed in this version."
        )
    if travel.mode == "transit" and not travel.proxy and buses is None:
        en = "travel times by transit are not computed: no bus line has minutes and headway_minutes at two stops."
        zh = "无法计算公交行程时间：没有线路在两个以上站点同时给出 minutes（累计用时）和 headway_minutes（发车间隔）。"
        yield Missing("measure", "transit", zh, en)
    if ground.city.transport.drive is None and buses is None:
        yield Missing("layer", "drive", "未载入道路网（drive）图层。", "drive: the drive network is not loaded.")
    if travel.setting:
        yield from setting_missing(ground, SETTINGS)
    yield from levels_missing(ground, [travel.own_level])


def _said(ground: Ground, travel: TravelTime, buses: Buses | None, walk: float) -> Iterator[Missing]:
    """Yield what has to be said with the figures: what stands in for what, and what is assumed."""
    drive = ground.city.transport.drive
    if buses is not None:
        yield from _said_of_buses(buses, walk, proxy=drive is not None)
    elif drive is not None:
        yield from _said_of_proxy(travel)
        yield from _said_of_roads(ground, travel, drive, walk)


def _said_of_buses(buses: Buses, walk: float, *, proxy: bool) -> Iterator[Missing]:
    """Yield what is assumed of travel by bus, and which lines were not ridden."""
    zh = (
        f"按公交计算：步行 {walk:g} 米/秒，距首末站不超过 {MOST_WALK_M:g} 米；每次上车等候半个发车间隔（no_waiting "
        f"为不计等候）；最多换乘 {MOST_CHANGES} 次，换乘步行不超过 {MOST_CHANGE_WALK_M:g} 米；同名线路无返程的视为双向"
        "运行；全程步行更快的按步行计。"
    )
    en = (
        f"by bus: walking at {walk:g} m/s, up to {MOST_WALK_M:g} m to the first stop and from the last; at each "
        f"boarding a wait of half the headway (no_waiting: without it); at most {MOST_CHANGES} changes, with up to "
        f"{MOST_CHANGE_WALK_M:g} m on foot; lines that none of their name leads back run both ways; people walk all "
        "the way where that is quicker."
    )
    if proxy:
        zh += "对照 drive_proxy 为道路行车时间。"
        en += " drive_proxy, beside it, is the time by road."
    yield Missing("assumption", "transit", zh, en, blocks=False)
    if buses.unridden:
        number, names = len(buses.unridden), listed(buses.unridden, most=5)
        zh = (
            f"{number:,} 条线路缺少累计用时（minutes）或发车间隔（headway_minutes），未计乘坐：{names}；"
            "结果为下限，仅供参考。"
        )
        en = (
            f"lines without minutes or headway_minutes are not ridden ({number:,}: {names}): the value is a lower "
            "bound, for reference only."
        )
        yield Missing("not_ridden", "bus_lines", zh, en, blocks=False)


def _said_of_proxy(travel: TravelTime) -> Iterator[Missing]:
    """Yield what stands in for what."""
    if travel.mode == "transit":
        zh = "未采用公交时刻表：以道路行车时间代替，结果为上限，仅供参考，不作达标判定。"
        en = "no bus timetables are used: driving times stand in for them, an upper bound, for reference only."
        yield Missing("proxy", "transit", zh, en, blocks=False)
    elif travel.proxy:
        zh, en = "以此代替规划所指，仅供参考，不作达标判定。", "stands in for what the plan means, for reference only."
        yield Missing("proxy", travel.mode, zh, en, blocks=False)


def _said_of_roads(ground: Ground, travel: TravelTime, drive: DriveNetwork, walk: float) -> Iterator[Missing]:
    """Yield what is assumed of travel by road, and who lives too far from any."""
    stated = f"{drive.share_stated:.0%}"
    if travel.speed_m_s is not None:
        kmh = f"{travel.speed_m_s * KMH:.3g} km/h"
        other_zh, other = f"{kmh}（规划文件的假设）", f"{kmh} (the plan file's assumption)"
    else:
        table = ", ".join(f"{name} {kmh:g}" for name, kmh in DRIVE_SPEEDS_KMH.items() if name in set(drive.classes))
        other_zh = f"按道路等级取本库假设值（km/h）：{table or '未分级'}"
        other = f"the speed assumed for its class, km/h: {table or 'no class known'}"
    zh = f"路长的 {stated} 标有车速，其余为{other_zh}；可双向行驶，不计等候、转弯和单行；两端步行 {walk:g} 米/秒。"
    en = (
        f"{stated} of the road length states a speed, the rest has {other}; roads are driven both ways, without "
        f"waiting or turning; both ends are walked at {walk:g} m/s."
    )
    yield Missing("assumption", "speed", zh, en, blocks=False)
    homes, _ = ground.places_on(drive.roads)
    far = _asked(ground, travel) & ~homes.placed
    if far.any():
        people, most = f"{ground.group('pop_total')[far].sum():,.0f}", ground.city.access.max_access_m
        zh = f"{people} 人距可用道路超过 {most:g} 米，按不可达计入。"
        en = f"{people} residents live farther than {most:g} m from every road that counts: counted as not reaching it."
        yield Missing("off_roads", "drive", zh, en, blocks=False)


def _homeless(ground: Ground, travel: TravelTime) -> Iterator[Missing]:
    """Yield how many residents have no own zone to go to, and are therefore not asked about."""
    if travel.destination != "own":
        return
    asked = ground.of_setting(travel.setting) if travel.setting else np.ones(len(ground.cells), dtype=bool)
    people = float(ground.group("pop_total")[asked & ~_asked(ground, travel)].sum())
    if people:
        level, named = travel.own_level, word(travel.own_level, "en")
        zh = f"{people:,.0f} 人不在任何{level}内，未列入。"
        en = f"{people:,.0f} residents live in no {named} ({level}) and are left out."
        yield Missing("no_own_zone", level, zh, en, blocks=False)


def _uncovered_zones(ground: Ground, standard: Standard, figures: CellFigures) -> list[dict[str, object]]:
    """Return the smallest zones (villages, communities) where residents who are asked about are not covered."""
    lost = np.where(figures.in_scope & ~figures.covered, figures.group, 0.0)
    by_zone = pd.Series(lost).groupby(smallest_zone(ground.cell_zones).to_numpy()).sum()
    names = dict(zip(ground.city.zones["zone_id"], ground.city.zones["name"], strict=True))
    return [
        evidence(
            standard,
            "uncovered",
            zone_id=str(zone),
            about=str(zone),
            zh=f"{names[zone]}：{people:,.0f} 人未覆盖",
            en=f"{names[zone]}: {people:,.0f} residents not covered",
            residents=float(people),
        )
        for zone, people in by_zone[by_zone > 0].items()
    ]


def _cells(
    ground: Ground, figures: CellFigures, trips: Trips, limit: float, *, access_m: NDArray[np.float64]
) -> pd.DataFrame:
    """Return the figures of each cell; what counts is time, so there are no metres."""
    return pd.DataFrame(
        {
            "group": figures.group,
            "metres": np.nan,
            "minutes": trips.seconds / SECONDS_PER_MINUTE,
            "limit_m": np.nan,
            "limit_minutes": limit / SECONDS_PER_MINUTE,
            "facility_id": ground.names_of(trips.facility),
            "covered": figures.covered,
            "in_scope": figures.in_scope,
            "access_m": access_m,
            "missing": [()] * len(figures.covered),
            "n_missing": 0,
        },
        index=ground.cells.index,
    )
