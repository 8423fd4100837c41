"""What a standard measures: a closed union of ten kinds, each a frozen dataclass whose fields are the plan file's keys.

A figure is in SI units, except minutes, which plans speak in. Columns are those of the layers of a city.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal, TypeAlias

from servicecircle.plan.filters import Facilities, Where, freeze
from servicecircle.plan.frozen import FrozenMap

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Reach:
    """Share of a group's residents whose nearest facility is within a limit on the walk network.

    Parameters
    ----------
    facilities
        Which facilities count.
    group
        The group of residents, a column of the population.
    profile
        The walking profile that makes minutes into metres.
    minutes, by_class, metres
        The limit, inclusive; exactly one is given: minutes on foot, minutes by the setting (``urban``, ``rural``) of
        the ORIGIN, or metres on the network.
    bands
        Shorter limits (minutes) reported beside the one that is judged.
    pass_rule
        ``pooled``: the share of all residents meets the target; ``each_class``: that of urban and that of rural
        residents each meet it (a class without residents is left out).
    sensitivity
        Profiles at whose speed the share is reported as well, never judged.
    also_metres
        Limits (metres on the network) at which the share is reported as well, never judged.
    """

    kind: ClassVar[Literal["reach"]] = "reach"
    facilities: Facilities
    group: str
    profile: str = "general"
    minutes: float | None = None
    by_class: Mapping[str, float] = field(default_factory=FrozenMap)
    metres: float | None = None
    bands: tuple[float, ...] = ()
    pass_rule: Literal["pooled", "each_class"] = "pooled"  # noqa: S105 (a rule, no password)
    sensitivity: tuple[str, ...] = ()
    also_metres: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple, by_class=FrozenMap, bands=tuple, sensitivity=tuple, also_metres=tuple)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of an area within a straight-line radius of a facility.

    Parameters
    ----------
    facilities
        Which facilities count. Empty if `covered_by` is given.
    area
        The kind of area that is to be covered, for example ``"built_up"``; "" is the whole zone.
    metres, metres_column
        The radius, inclusive: metres, or the facilities' column that holds it. Exactly one, without `covered_by`.
    group
        If given, the value is the share of this group's residents in the area, not of the area itself.
    covered_by
        If given, the value is the share of the area that lies in areas of this kind (for example ``"green"``).
    population_companions
        Whether the share of residents within the radius, and within the same metres on the network, is reported beside.
    """

    kind: ClassVar[Literal["coverage"]] = "coverage"
    facilities: Facilities = ()
    area: str = ""
    metres: float | None = None
    metres_column: str = ""
    group: str = ""
    covered_by: str = ""
    population_companions: bool = True

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple)


@dataclass(frozen=True, slots=True)
class Provision:
    """Facilities, or a sum over them, per so many residents of a zone: ``count / (residents / per_amount)``.

    Parameters
    ----------
    facilities
        Which facilities count; only those inside the zone.
    count
        ``"facilities"``, or the column that is summed, for example ``"places"``. A missing value is never taken as 0.
    group
        The group of residents.
    per_amount
        Residents per unit, for example 10000.
    once_per
        If given, facilities with the same value in this column count once, for example ``"legal_id"``.
    setting
        If given, only residents of this setting (``urban`` or ``rural``) are in the denominator.
    companions
        Columns whose sum is reported beside the value.
    also_groups
        Groups for which the value is reported as well, never judged.
    """

    kind: ClassVar[Literal["provision"]] = "provision"
    facilities: Facilities
    group: str
    per_amount: float
    count: str = "facilities"
    once_per: str = ""
    setting: str = ""
    companions: tuple[str, ...] = ()
    also_groups: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple, companions=tuple, also_groups=tuple)


@dataclass(frozen=True, slots=True)
class Presence:
    """Share of units (zones of some levels) that hold enough facilities; the standard's target is that share.

    Parameters
    ----------
    facilities
        Which facilities count; only those inside the unit.
    unit_levels
        Levels whose zones are the units, for example ``("街道",)``.
    count
        Facilities a unit needs at least.
    requires_all
        Lists that one facility must hold completely, by column: ``{"services": ("day_care", "visiting")}``.
    unit_where
        Conditions that make a zone a unit, by column of the zones or group of residents; other zones are
        ``not_applicable``.
    every_service
        If True, a unit needs `count` facilities of every filter, not of all filters together.
    within_m
        If given, facilities up to this far (metres, straight line) outside the unit count too.
    near_miss
        Whether facilities that fail only `requires_all` are listed with what they lack.
    """

    kind: ClassVar[Literal["presence"]] = "presence"
    facilities: Facilities
    unit_levels: tuple[str, ...]
    count: int = 1
    requires_all: Mapping[str, tuple[str, ...]] = field(default_factory=FrozenMap)
    unit_where: Where = field(default_factory=FrozenMap)
    every_service: bool = False
    within_m: float | None = None
    near_miss: bool = True

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple, unit_levels=tuple, requires_all=FrozenMap, unit_where=FrozenMap)


@dataclass(frozen=True, slots=True)
class Share:
    """Share of facilities, or of units, that have something: counted, weighted, or as a ratio of two sums.

    Parameters
    ----------
    facilities
        Which facilities are the whole. Empty if `unit_levels` is given.
    unit_levels
        Levels whose zones are the whole, instead of facilities.
    having
        Alternatives: a row counts if it satisfies all conditions of any of them.
    weight
        The column by which rows are weighted; "" counts them.
    numerator, denominator
        Two columns; the value is the ratio of their sums. Given together, instead of `having` and `weight`.
    each
        If True, every facility is a row of its own (with `numerator` and `denominator`).
    companions
        Other weights whose share is reported beside the value; ``"facilities"`` counts.
    """

    kind: ClassVar[Literal["share"]] = "share"
    facilities: Facilities = ()
    unit_levels: tuple[str, ...] = ()
    having: tuple[Where, ...] = ()
    weight: str = ""
    numerator: str = ""
    denominator: str = ""
    each: bool = False
    companions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple, unit_levels=tuple, companions=tuple)
        object.__setattr__(self, "having", tuple(FrozenMap(alternative) for alternative in self.having))


@dataclass(frozen=True, slots=True)
class Requirement:
    """One of the things a `Composite` asks for: any of these facilities within some minutes (inclusive) on foot."""

    facilities: Facilities
    minutes: float

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple)

    @property
    def service(self) -> str:
        """Return the service of the first filter: the name of this requirement in tables and on maps."""
        return self.facilities[0].service


@dataclass(frozen=True, slots=True)
class Composite:
    """Share of a group's residents who reach every one of several services on foot.

    Parameters
    ----------
    group
        The group of residents.
    require
        What must be reached, each within its own minutes.
    profile
        The walking profile.
    also_minutes
        Limits (minutes) that, put on every requirement, give a share reported as well, never judged.
    sensitivity
        Profiles at whose speed the share is reported as well, never judged.
    """

    kind: ClassVar[Literal["composite"]] = "composite"
    group: str
    require: tuple[Requirement, ...]
    profile: str = "general"
    also_minutes: tuple[float, ...] = ()
    sensitivity: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, require=tuple, also_minutes=tuple, sensitivity=tuple)


@dataclass(frozen=True, slots=True)
class TravelTime:
    """Share of a group's residents who reach a destination in some minutes by vehicle.

    Parameters
    ----------
    facilities
        The destinations.
    group
        The group of residents.
    mode
        ``drive``, ``transit`` or ``bike``.
    minutes
        The limit, inclusive; None if only `bands` are reported.
    bands
        Further limits (minutes) reported beside it.
    speed_m_s
        The speed by road, m/s, where roads state none; by bus the lines say how long they take.
    destination
        ``nearest`` of all, or ``own``: the one of the resident's own zone of the level `own_level`.
    own_level
        The level meant by ``own``, else "".
    setting
        If given, only residents of this setting (``urban`` or ``rural``) are asked.
    proxy
        Whether the value only stands in for what the plan means, so that no verdict is given. With ``transit`` driving
        times stand in where no bus lines with ``minutes`` and ``headway_minutes`` are known.
    """

    kind: ClassVar[Literal["travel_time"]] = "travel_time"
    facilities: Facilities
    group: str
    mode: Literal["drive", "transit", "bike"]
    minutes: float | None = None
    bands: tuple[float, ...] = ()
    speed_m_s: float | None = None
    destination: Literal["nearest", "own"] = "nearest"
    own_level: str = ""
    setting: str = ""
    proxy: bool = True

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple, bands=tuple)


@dataclass(frozen=True, slots=True)
class Connection:
    """Share of units, or of pairs of neighbouring units, that a road or a bus route links.

    Parameters
    ----------
    by
        ``bus`` or ``road``.
    link
        ``pairs``: neighbouring units with each other; ``facilities``: each unit with a destination; ``network``: each
        unit with the road network of the city.
    unit_levels
        Levels whose zones are the units.
    unit_where
        Conditions that make a zone a unit, by column of the zones.
    facilities
        The destinations of ``link = "facilities"``.
    destination
        ``nearest``: any of them; ``own``: one in the unit's own zone of the level `own_level`.
    own_level
        The level of that zone, for example ``县区``.
    max_transfers
        Changes of bus allowed; None is any number.
    within_m
        How far (metres, straight line) a stop or road may be from a unit that has none inside.
    road_where
        Conditions on the road's columns.
    include_external
        Whether pairs with neighbours outside the city count.
    """

    kind: ClassVar[Literal["connection"]] = "connection"
    by: Literal["bus", "road"]
    link: Literal["pairs", "facilities", "network"]
    unit_levels: tuple[str, ...]
    unit_where: Where = field(default_factory=FrozenMap)
    facilities: Facilities = ()
    destination: Literal["nearest", "own"] = "nearest"
    own_level: str = ""
    max_transfers: int | None = None
    within_m: float | None = None
    road_where: Where = field(default_factory=FrozenMap)
    include_external: bool = False

    def __post_init__(self) -> None:
        freeze(self, unit_levels=tuple, unit_where=FrozenMap, facilities=tuple, road_where=FrozenMap)


@dataclass(frozen=True, slots=True)
class Stock:
    """A count, or a sum over a column, held against a number.

    Parameters
    ----------
    facilities
        Which facilities count.
    count
        ``"facilities"``, or the column that is summed.
    year_column
        The column that holds the year by which `from_year` and `to_year` (both inclusive) choose.
    from_year, to_year
        Years; None is no bound.
    per_year
        Whether the target holds for each year, not for all together.
    """

    kind: ClassVar[Literal["stock"]] = "stock"
    facilities: Facilities
    count: str = "facilities"
    year_column: str = "open_year"
    from_year: int | None = None
    to_year: int | None = None
    per_year: bool = False

    def __post_init__(self) -> None:
        freeze(self, facilities=tuple)


@dataclass(frozen=True, slots=True)
class Register:
    """A figure of the plan that is listed, not computed, and why, Chinese and English."""

    kind: ClassVar[Literal["register"]] = "register"
    reason_zh: str
    reason_en: str

    @property
    def reason(self) -> str:
        """Return the reason in both languages."""
        return f"{self.reason_en} | {self.reason_zh}"


Measure: TypeAlias = (
    Reach | Coverage | Provision | Presence | Share | Composite | TravelTime | Connection | Stock | Register
)
