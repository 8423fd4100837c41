"""Travel time: the share of residents who reach a destination in some minutes by vehicle.

A ride is the access leg on foot (straight to the nearest road that may be entered, at the general walking speed), the
quickest way along the drive network, and the egress leg on foot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.assessment.groups import group_of
from servicecircle.assessment.membership import levels_missing
from servicecircle.assessment.reach import SETTINGS, scope_missing, setting_missing
from servicecircle.assessment.residents import CellFigures, resident_rows
from servicecircle.assessment.rows import Outcome, blocked_rows, evidence, in_area
from servicecircle.assessment.selection import Missing, select
from servicecircle.city import smallest_zone
from servicecircle.network import DRIVE_SPEEDS_KMH, rides
from servicecircle.units import SECONDS_PER_MINUTE, WALK_SPEEDS, reaches
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
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


def assess_travel_time(ground: Ground, plan: Plan, standard: Standard, travel: TravelTime) -> Outcome:
    """Return what a standard of travel time comes to."""
    selection = select(ground, travel.facilities)
    group = group_of(ground, plan, travel.group)
    missing = [
        *selection.missing,
        *group.missing,
        *scope_missing(ground, standard),
        *_not_known(ground, travel),
    ]
    drive = ground.city.transport.drive
    if drive is None or any(one.blocks for one in missing):
        return Outcome(rows=blocked_rows(ground, standard), missing=tuple(missing))
    walk = plan.profiles[WALKER].speed_m_s if WALKER in plan.profiles else WALK_SPEEDS[WALKER]
    speeds = drive.speeds(other_m_s=travel.speed_m_s)
    facilities = selection.facilities
    trips = _trips(ground, travel, facilities, speeds=speeds, walk=walk)
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
        others=_others(ground, travel, facilities, trips=trips, limit=limit, walk=walk),
        asked=asked,
    )
    outcome = Outcome(missing=(*missing, *_said(ground, travel, drive, walk), *_homeless(ground, travel)))
    resident_rows(ground, standard, figures, outcome, group=group.column)
    for row in outcome.rows:
        row.update(worst_m=None, p50_m=None, p90_m=None)
        if travel.proxy and row["status"] == "judged":
            row.update(status="reference", verdict=None)
    outcome.cells = _cells(ground, figures, trips, limit)
    outcome.evidence += _uncovered_zones(ground, standard, figures)
    return outcome


def _trips(
    ground: Ground, travel: TravelTime, facilities: NDArray[np.int64], *, speeds: NDArray[np.float64], walk: float
) -> Trips:
    """Return each cell's quickest trip: to any of some facilities, or to one in its own zone of a level."""
    if travel.destination == "nearest":
        return _quickest(ground, np.arange(len(ground.cells)), facilities, speeds=speeds, walk=walk)
    home = ground.cell_zones[travel.own_level].astype(object).to_numpy()
    away = ground.facility_zones[travel.own_level].astype(object).to_numpy()[facilities]
    seconds, facility = np.full(len(home), np.inf), np.full(len(home), -1, dtype=np.int64)
    for zone in sorted({zone for zone in home if isinstance(zone, str)}):
        cells, mine = np.flatnonzero(home == zone), facilities[away == zone]
        found = _quickest(ground, cells, mine, speeds=speeds, walk=walk)
        seconds[cells], facility[cells] = found.seconds, found.facility
    return Trips(seconds, facility)


def _quickest(
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


def _asked(ground: Ground, travel: TravelTime) -> NDArray[np.bool_]:
    """Return which cells the standard asks about: those of its setting, and those that have an own zone to go to."""
    asked = ground.of_setting(travel.setting) if travel.setting else np.ones(len(ground.cells), dtype=bool)
    if travel.destination == "own":
        asked = asked & ground.cell_zones[travel.own_level].notna().to_numpy()
    return asked


def _others(
    ground: Ground, travel: TravelTime, facilities: NDArray[np.int64], *, trips: Trips, limit: float, walk: float
) -> dict[str, NDArray[np.bool_]]:
    """Return which cells are covered by other methods: other limits, any destination, one speed on every road."""
    drive = ground.city.transport.drive
    others = {f"within_{band:g}_min": reaches(trips.seconds, band * SECONDS_PER_MINUTE) for band in travel.bands}
    if drive is None:
        return others
    if travel.destination == "own":
        speeds = drive.speeds(other_m_s=travel.speed_m_s)
        anywhere = _quickest(ground, np.arange(len(ground.cells)), facilities, speeds=speeds, walk=walk)
        others["nearest_any"] = reaches(anywhere.seconds, limit)
    if travel.speed_m_s is not None and drive.share_stated > 0:
        one = np.full(len(drive.roads), travel.speed_m_s)
        slow = _trips(ground, travel, facilities, speeds=one, walk=walk)
        others[f"all_roads_{travel.speed_m_s * KMH:.3g}_km_h"] = reaches(slow.seconds, limit)
    return others


def _not_known(ground: Ground, travel: TravelTime) -> Iterator[Missing]:
    """Yield what keeps a standard of travel time from being evaluated."""
    if travel.mode == "bike" or (travel.mode == "transit" and not travel.proxy):
        en = f"travel times by {travel.mode} are not computed in this version."
        zh = "本版本尚不计算公交时刻表行程时间。" if travel.mode == "transit" else "本版本尚不计算骑行时间。"
        yield Missing("measure", travel.mode, zh, en)
    if ground.city.transport.drive is None:
        yield Missing("layer", "drive", "未载入道路网（drive）图层。", "drive: the drive network is not loaded.")
    if travel.setting:
        yield from setting_missing(ground, SETTINGS)
    yield from levels_missing(ground, [travel.own_level])


def _said(ground: Ground, travel: TravelTime, drive: DriveNetwork, walk: float) -> Iterator[Missing]:
    """Yield what has to be said with the figures: what stands in for what, and what is assumed."""
    if travel.mode == "transit":
        zh = "未采用公交时刻表：以道路行车时间代替，结果为上限，仅供参考，不作达标判定。"
        en = "no bus timetables are used: driving times stand in for them, an upper bound, for reference only."
        yield Missing("proxy", "transit", zh, en, blocks=False)
    elif travel.proxy:
        zh, en = "以此代替规划所指，仅供参考，不作达标判定。", "stands in for what the plan means, for reference only."
        yield Missing("proxy", travel.mode, zh, en, blocks=False)
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


def _cells(ground: Ground, figures: CellFigures, trips: Trips, limit: float) -> pd.DataFrame:
    """Return the figures of each cell; what counts is time, so there are no metres."""
    homes = ground.on_roads["cells"]
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
            "access_m": homes.access_m,
            "missing": [()] * len(figures.covered),
            "n_missing": 0,
        },
        index=ground.cells.index,
    )
