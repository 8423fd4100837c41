"""What closing facilities is worked out from: their children, their places, and the ways from every home."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.selection import amounts
from servicecircle.city.zoning import settings_of, smallest_zone
from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.network import rides, rides_within, within
from servicecircle.siting.closing_model import ROUNDING, Merger
from servicecircle.text import did_you_mean, listed
from servicecircle.units import SECONDS_PER_MINUTE, WALK_SPEEDS, minutes_walked, reaches
from servicecircle.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.network import Nearest

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

CHILD = WALK_SPEEDS["child"]
ADULT = WALK_SPEEDS["general"]
"""Who walks to the facility, and to and from the bus (m/s)."""

SETTINGS = ("urban", "rural")


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest way: metres on foot, and minutes by bus; inf without a limit of the kind, NaN where it is no way."""

    walk_m: float
    bus_minutes: float

    @property
    def walks(self) -> bool:
        """Whether children may walk."""
        return not np.isnan(self.walk_m)

    @property
    def rides(self) -> bool:
        """Whether there is a bus."""
        return not np.isnan(self.bus_minutes)


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways from homes to facilities: minutes (inf for none), whether within the limit, whether by bus."""

    minutes: Floats
    near: Flags
    by_bus: Flags

    @classmethod
    def of(cls, walk_m: Floats, ride_s: Floats, limit: Limit) -> Ways:
        """Return ways on foot where that is within the limit or there is no bus, else by bus."""
        walk = minutes_walked(walk_m, speed_m_s=CHILD)
        ride = ride_s / SECONDS_PER_MINUTE
        on_foot = reaches(walk_m, limit.walk_m) if limit.walks else np.zeros(len(walk_m), dtype=np.bool_)
        near = on_foot | reaches(ride_s, limit.bus_minutes * SECONDS_PER_MINUTE) if limit.rides else on_foot
        by_bus = ~on_foot & np.isfinite(ride) if limit.rides else np.zeros(len(walk_m), dtype=np.bool_)
        return cls(np.where(by_bus, ride, walk if limit.walks else np.inf), near, by_bus)


@dataclass(frozen=True, eq=False)
class Enrolled:
    """The facilities of a service, their children and places, and the ways of these children.

    Parameters
    ----------
    ground
        The city made ready.
    limit
        The longest way.
    group, min_enrolment
        Who the children are, and how many a facility needs.
    enrolment, capacity
        The columns of the facilities; "" for none.
    numbers
        The open facilities, by their number in the ground; all others below are by their place in this, ordered by id.
    """

    ground: Ground
    limit: Limit
    group: str
    min_enrolment: float
    enrolment: str
    capacity: str
    numbers: Ints

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The open facilities."""
        return pd.DataFrame(self.ground.facilities.iloc[self.numbers].drop(columns="geometry")).reset_index(drop=True)

    @cached_property
    def order(self) -> Ints:
        """The cells by id, so that the order of rows has no say in any sum."""
        return np.argsort(self.ground.cells.index.to_numpy(), kind="stable")

    @cached_property
    def people(self) -> Floats:
        """The children who live in each cell, shape (cells,)."""
        return self.ground.group(self.group)

    def nearest(self, chosen: Ints) -> tuple[Ints, Ways]:
        """Return the facility that each cell goes to if only some are open (-1 for none), and the way there.

        That is the nearest on foot; where nobody may walk, or no walk leads to any, the quickest by bus.
        """
        walk = self.ground.walk_to(self.numbers[chosen])
        ride = self._rides(chosen)
        on_foot = np.isfinite(walk.distance_m) & self.limit.walks
        number = np.where(on_foot, walk.facility, ride.facility)
        place = np.full(len(self.ground.facilities) + 1, -1, dtype=np.int64)
        place[self.numbers] = np.arange(len(self.numbers))
        return place[number], Ways.of(walk.distance_m, ride.distance_m, self.limit)

    def _rides(self, chosen: Ints) -> Nearest:
        from servicecircle.network import Nearest

        cells, drive = len(self.ground.cells), self.ground.city.transport.drive
        if not self.limit.rides or drive is None or not len(chosen):
            return Nearest(np.full(cells, np.inf), np.full(cells, -1, dtype=np.int64))
        homes, places = self.ground.places_on(drive.roads)
        numbers = self.numbers[chosen]
        found = rides(drive.roads, homes, places.take(numbers), speed_m_s=drive.speeds(), access_m_s=ADULT)
        return Nearest(found.seconds, np.where(found.facility >= 0, np.append(numbers, -1)[found.facility], -1))

    @cached_property
    def now(self) -> tuple[Ints, Ways]:
        """The facility that each cell goes to now, and the way to that facility."""
        at, ways = self.nearest(np.arange(len(self.numbers)))
        drive = self.ground.city.transport.drive
        if drive is None or not (self.limit.walks and self.limit.rides):
            return at, ways
        walk_m, ride_s = self.ground.walk_to(self.numbers).distance_m, np.full(len(at), np.inf)
        homes, places = self.ground.places_on(drive.roads)
        far = ~reaches(walk_m, self.limit.walk_m)  # these ride, to the facility they would walk to
        for facility in np.unique(at[far & (at >= 0)]).tolist():
            mine = np.flatnonzero(far & (at == facility))
            ends = homes.take(mine), places.take(self.numbers[[facility]])
            ride_s[mine] = rides(drive.roads, *ends, speed_m_s=drive.speeds(), access_m_s=ADULT).seconds
        return at, Ways.of(walk_m, ride_s, self.limit)

    @cached_property
    def lives(self) -> Floats:
        """The children of each facility as the cells have them, shape (facilities,)."""
        at, people = self.now[0][self.order], self.people[self.order]
        sums = np.bincount(at[at >= 0], weights=people[at >= 0], minlength=len(self.numbers))
        return np.asarray(sums, dtype=np.float64)

    @cached_property
    def enrolled(self) -> Floats:
        """The children of each facility, NaN where that is not known, shape (facilities,)."""
        return amounts(self.frame, self.enrolment) if self.enrolment else self.lives

    @cached_property
    def places(self) -> Floats:
        """The places of each facility: inf if they set no limit, NaN where not known, shape (facilities,)."""
        return amounts(self.frame, self.capacity) if self.capacity else np.full(len(self.numbers), np.inf)

    @cached_property
    def free(self) -> Floats:
        """The free places of each facility, none where enrolment or places are not known, shape (facilities,)."""
        left = np.maximum(self.places - self.enrolled, 0.0)
        return np.asarray(np.where(np.isnan(left), 0.0, left), dtype=np.float64)

    @cached_property
    def homes_known(self) -> Flags:
        """Where it is known how many children a facility has, and where they live, shape (facilities,)."""
        lives = (self.lives > 0) | ((self.enrolled <= ROUNDING) & self.reachable)
        return np.asarray(~np.isnan(self.enrolled) & lives)

    @cached_property
    def reachable(self) -> Flags:
        """Which facilities have a place on the networks that children use, shape (facilities,)."""
        drive, found = self.ground.city.transport.drive, np.zeros(len(self.numbers), dtype=np.bool_)
        if self.limit.walks:
            found |= self.ground.facility_positions.placed[self.numbers]
        if self.limit.rides and drive is not None:
            found |= self.ground.places_on(drive.roads)[1].placed[self.numbers]
        return found

    @cached_property
    def small(self) -> Flags:
        """Which facilities are under the minimum enrolment, shape (facilities,)."""
        return np.asarray(self.enrolled < self.min_enrolment - ROUNDING)

    @cached_property
    def children(self) -> Floats:
        """The children of each cell in terms of enrolment: those of a facility live as those near it do."""
        at = self.now[0]
        ratio = np.divide(self.enrolled, self.lives, out=np.zeros(len(self.numbers)), where=self.lives > 0)
        return np.asarray(self.people * np.append(np.nan_to_num(ratio), 0.0)[at], dtype=np.float64)

    @cached_property
    def zones(self) -> pd.Series[Any]:
        """The smallest zone of each cell, index cell_id."""
        return smallest_zone(self.ground.cell_zones)

    @cached_property
    def facility_homes(self) -> list[str | None]:
        """The smallest zone around each facility, None for none."""
        zones = smallest_zone(self.ground.facility_zones.iloc[self.numbers].astype(object))
        return [zone if isinstance(zone, str) else None for zone in zones]

    @cached_property
    def zone_names(self) -> dict[str, str]:
        """The name of each zone."""
        zones = self.ground.city.zones
        return dict(zip(zones["zone_id"].astype(str), zones["name"].astype(str), strict=True))

    @cached_property
    def merger(self) -> Merger:
        """The facilities that could close, and the ways of their children to all others."""
        return self.merger_of(np.flatnonzero(self.small & self.homes_known))

    def merger_of(self, may_close: Ints) -> Merger:
        """Return some facilities as if they could close, and the ways of their children to all others."""
        at, ways = self.now
        homes = self.order[np.isin(at[self.order], may_close) & (self.children[self.order] > 0)]
        home, to, there = self._pairs(homes)
        number = np.full(len(at), -1, dtype=np.int64)
        number[homes] = np.arange(len(homes))
        kept = (to != at[home]) & np.isfinite(there.minutes)
        rides = there.by_bus[kept] & self.limit.walks
        return Merger(
            np.nan_to_num(self.enrolled),
            self.free,
            self.min_enrolment,
            may_close,
            at[homes],
            self.children[homes],
            ways.minutes[homes],
            number[home[kept]],
            to[kept],
            there.minutes[kept],
            there.near[kept],
            rides,
        )

    def homes_of(self, may_close: Ints) -> Ints:
        """Return the cells that are the homes of a merger of these facilities, in its order."""
        at = self.now[0][self.order]
        return self.order[np.isin(at, may_close) & (self.children[self.order] > 0)]

    def _pairs(self, homes: Ints) -> tuple[Ints, Ints, Ways]:
        """Return every pair of some cells and a facility that can be reached: cell, facility, and the way."""
        size, drive = len(self.numbers), self.ground.city.transport.drive
        walk_m, ride_s = np.full((2, len(homes), size), np.inf)
        if self.limit.walks:
            origins, places = self.ground.cell_positions.take(homes), self.ground.facility_positions.take(self.numbers)
            found = within(self.ground.city.walk, origins, places, limit_m=np.inf)
            walk_m[found.origin, found.facility] = found.distance_m
        if self.limit.rides and drive is not None:
            cells, stands = self.ground.places_on(drive.roads)
            ends = cells.take(homes), stands.take(self.numbers)
            found = rides_within(drive.roads, *ends, speed_m_s=drive.speeds(), access_m_s=ADULT)
            ride_s[found.origin, found.facility] = found.distance_m
        row, to = np.nonzero(np.isfinite(walk_m) | np.isfinite(ride_s))
        return homes[row], to, Ways.of(walk_m[row, to], ride_s[row, to], self.limit)

    def chosen(self, among: str | Iterable[str]) -> Flags:
        """Return which facilities are of a setting, in zones of a level, or named by their own or a zone's id.

        Raises
        ------
        InputError
            If a name is none of these.
        """
        if isinstance(among, str) and not among:
            return np.ones(len(self.numbers), dtype=np.bool_)
        zones = self.ground.facility_zones.iloc[self.numbers].astype(object)
        if isinstance(among, str) and among in SETTINGS:
            return np.asarray(self.settings == among, dtype=np.bool_)
        if isinstance(among, str) and among in zones:
            return np.asarray(zones[among].notna(), dtype=np.bool_)
        names = [among] if isinstance(among, str) else [str(one) for one in among]
        ids, all_zones = self.frame["id"].astype(str), set(self.zone_names)
        strange = sorted(set(names) - set(ids) - all_zones)
        if strange:
            known = [*SETTINGS, *map(str, zones.columns), *ids]
            raise InputError(
                f"{listed(strange)}: no open facility of this service, no zone, level or setting is called so. "
                f"{did_you_mean(strange[0], known)} | {listed(strange)}：没有这样的现状设施、单元、层级或城乡类别。"
            )
        return np.asarray(ids.isin(names) | zones.isin(names).any(axis=1).to_numpy(), dtype=np.bool_)

    @cached_property
    def settings(self) -> pd.Series[Any]:
        """Urban or rural, as a facility says itself, else the smallest zone around it; None where neither does."""
        zones = self.ground.facility_zones.iloc[self.numbers].astype(object).reset_index(drop=True)
        around = settings_of(zones, self.ground.city.zones)
        own = self.frame["setting"] if "setting" in self.frame else pd.Series(None, index=around.index, dtype=object)
        return own.where(own.isin(SETTINGS), around)

    @cached_property
    def report(self) -> DataReport:
        """How the children were found, and what is not known."""
        return DataReport(tuple(self._found()))

    def _found(self) -> list[Finding]:
        ids = self.frame["id"].to_numpy()
        at = self.now[0]
        lives, nowhere = self.people.sum(), self.people[at < 0].sum()
        told = f"{lives:,.0f} {word(self.group, 'en')} live in the cells"
        told_zh = f"居民点共有{word(self.group, 'zh')} {lives:,.0f} 人"
        if self.enrolment:
            known = float(np.nansum(self.enrolled))
            en = (
                f"{told}, {known:,.0f} children are enrolled ({self.enrolment}); those of a facility are taken to live "
                "as the children of the cells nearest to it do, in proportion."
            )
            zh = (
                f"{told_zh}，在园 {known:,.0f} 人（{self.enrolment}）；各园幼儿的住处，按以其为最近设施的居民点的儿童数"
                "按比例推算。"
            )
        else:
            en = f"{told}; each is taken to go to the nearest open facility, {nowhere:,.0f} reach none."
            zh = f"{told_zh}；假设均入最近的现状设施，其中 {nowhere:,.0f} 人无法到达任何设施。"
        found = [Finding("population", "children", "info", en, zh, column=self.group), *self._assumed()]
        for where, code, column, en, zh in (
            (np.isnan(self.enrolled), "enrolment_unknown", self.enrolment, "enrolment", "在园人数"),
            (np.isnan(self.places), "places_unknown", self.capacity, "places", "学位数"),
            (~np.isnan(self.enrolled) & ~self.homes_known, "homes_unknown", "", "where its children live", "幼儿住处"),
        ):
            stays = "" if code == "places_unknown" else "stays open and "
            stays_zh = "" if code == "places_unknown" else "不撤并、"
            said = f"{en}: not known. Such a facility {stays}takes nobody. Fill it in where you can."
            said_zh = f"{zh}未知：这类设施{stays_zh}不接收，请补充。"
            if code == "homes_unknown":
                said = (
                    f"{en} is not known (no cell is nearest to it, or no way leads there): such a facility stays open."
                )
                said_zh = f"{zh}未知（没有以其为最近设施的居民点，或无路可达）：不撤并。"
            if where.any():
                found.append(
                    Finding.about("facilities", code, "warning", en=said, zh=said_zh, column=column, rows=ids[where])
                )
        return found

    def _assumed(self) -> list[Finding]:
        """Return what the figures rest on beside the children: estimates, bus times, places."""
        found, drive = [], self.ground.city.transport.drive
        if self.group in self.ground.estimated:
            en = f"{self.group} is estimated from shares or totals of zones, and so is every figure here."
            zh = f"{self.group} 由单元的比例或总数推算，各项结果均为估算。"
            found.append(Finding("population", "estimated", "warning", en, zh, column=self.group))
        if self.limit.rides and drive is not None:
            en = (
                f"by bus: {drive.share_stated:.0%} of the road length states a speed, the rest has that assumed for "
                f"its class; both ends are walked at {ADULT:g} m/s; no waiting and no detours: a lower bound."
            )
            zh = (
                f"乘校车：路长的 {drive.share_stated:.0%} 标有车速，其余按道路等级取假设值；两端步行 {ADULT:g} 米/秒；"
                "不计等候和绕行，为下限。"
            )
            found.append(Finding("drive network", "school_bus", "info", en, zh))
        if not self.capacity:
            en, zh = "places set no limit, as asked.", "按要求不受学位数限制。"
            found.append(Finding("facilities", "no_capacity", "info", en, zh))
        return found
