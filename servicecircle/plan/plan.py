"""A plan: standards, and the walking profiles and groups of residents that they speak of."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from servicecircle.errors import InputError
from servicecircle.markup import table_html
from servicecircle.plan.frozen import FrozenMap
from servicecircle.words import WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from servicecircle.plan.register import Registered
    from servicecircle.plan.standard import Standard


MOST_IDS = 12
"""A plan of more standards names only the first of them when it shows itself; all are in its ``ids``."""

HEADS = ("标准 standard", "名称 name", "类型 kind", "原文 clause")


@dataclass(frozen=True, slots=True)
class Profile:
    """How someone walks.

    Parameters
    ----------
    speed_m_s
        Speed, m/s.
    assumption_zh, assumption_en
        Why this speed, since plans seldom state one.
    sensitivity_m_s
        Other speeds (m/s) at which figures are reported as well.
    """

    speed_m_s: float
    assumption_zh: str = ""
    assumption_en: str = ""
    sensitivity_m_s: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sensitivity_m_s", tuple(self.sensitivity_m_s))

    @property
    def assumption(self) -> str:
        """Return why this speed, in both languages."""
        return f"{self.assumption_en} | {self.assumption_zh}" if self.assumption_en else ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of residents, a column of the population.

    Parameters
    ----------
    zh, en
        Its name.
    fallback
        The group that stands in for it (flagged ``estimated``) where the population lacks the column; "" is none.
    """

    zh: str
    en: str
    fallback: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service that the library's vocabulary does not name: its name, Chinese and English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Source:
    """The document a plan was read from: file name, SHA-256 of its text, number of characters, and where to find it."""

    file: str = ""
    sha256: str = ""
    chars: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Plan:
    """What should be there: made by `read_plan`, never changed.

    Parameters
    ----------
    id
        Its name, for example ``"lianyungang-145"``.
    title_zh, title_en, region
        What it is called, and where it holds.
    base_year, target_year
        The years the plan starts from and aims at.
    profiles, groups, services
        Walking profiles, groups of residents, and services of the plan's own, by name.
    standards
        The standards, in the order of the file.
    register
        The plan's statements that no standard computes, each with the reason.
    source
        The document.
    """

    id: str
    title_zh: str
    title_en: str
    standards: tuple[Standard, ...]
    register: tuple[Registered, ...] = ()
    profiles: Mapping[str, Profile] = field(default_factory=FrozenMap)
    groups: Mapping[str, Group] = field(default_factory=FrozenMap)
    services: Mapping[str, Service] = field(default_factory=FrozenMap)
    region: str = ""
    base_year: int | None = None
    target_year: int | None = None
    source: Source = field(default_factory=Source)

    def __post_init__(self) -> None:
        object.__setattr__(self, "standards", tuple(self.standards))
        object.__setattr__(self, "register", tuple(self.register))
        for name in ("profiles", "groups", "services"):
            object.__setattr__(self, name, FrozenMap(getattr(self, name)))

    def __getitem__(self, standard_id: str) -> Standard:
        for standard in self.standards:
            if standard.id == standard_id:
                return standard
        raise InputError.unknown("standard", standard_id, self.ids)

    def __repr__(self) -> str:
        more = ", ..." if len(self.ids) > MOST_IDS else ""
        return f"Plan({self.id!r}, {len(self.standards)} standards: {', '.join(self.ids[:MOST_IDS])}{more})"

    def _repr_html_(self) -> str:
        years = f"{self.base_year or ''}-{self.target_year or ''}".strip("-")
        rows = [
            (one.id, f"{one.name_zh} {one.name_en}", " ".join(WORDS[one.measure.kind]), _quoted(one))
            for one in self.standards
        ]
        notes = [" ".join(filter(None, (self.title_en, self.region, years))), repr(self).partition(":")[0] + ")"]
        return table_html(rows, heads=HEADS, title=self.title_zh or self.title_en, notes=notes)

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the standards, in order."""
        return tuple(standard.id for standard in self.standards)

    @property
    def statements(self) -> dict[str, str]:
        """Return what becomes of each statement of the plan, by its id: ``computed``, ``counted`` or ``registered``.

        A stock is counted; a statement that a standard of the measure `register` cites is registered.
        """
        fates = {"stock": "counted", "register": "registered"}
        known = {one: fates.get(s.measure.kind, "computed") for s in self.standards for one in s.statements}
        return dict(sorted((known | {one.id: "registered" for one in self.register}).items()))

    def only(self, *ids: str) -> Plan:
        """Return the plan with these standards alone, in the plan's order.

        Parameters
        ----------
        *ids
            Ids of standards; that of a split one takes all its parts.

        Raises
        ------
        InputError
            If there is no standard with one of these ids, or no id is given.

        Examples
        --------
        >>> from servicecircle.plan import read_plan
        >>> read_plan("lianyungang-145").only("LY-01", "YY-01").ids
        ('LY-01', 'YY-01')
        """
        known = tuple(dict.fromkeys([*self.ids, *(one.part_of for one in self.standards if one.part_of)]))
        for given in ids or ("",):
            if given not in known:
                raise InputError.unknown("standard", given, known)
        return replace(self, standards=tuple(s for s in self.standards if s.id in ids or s.part_of in ids))

    def with_levels(self, levels: Sequence[str]) -> Plan:
        """Return the plan with every standard judged at these levels, and no level reported for information only.

        A level that is an area (for example ``"主城区"``) goes only to the standards that speak of that area; areas are
        kept out unless they are named here.

        Parameters
        ----------
        levels
            Names of levels, at least one.

        Raises
        ------
        InputError
            If there is no level, or `levels` is one text.

        Examples
        --------
        >>> from servicecircle.plan import read_plan
        >>> plan = read_plan("lianyungang-145").with_levels(["街道", "主城区"])
        >>> plan["LY-01"].judge, plan["YY-05"].judge, plan["YY-05"].inform
        (('街道',), ('街道', '主城区'), ())
        """
        if isinstance(levels, str) or not levels or not all(levels):
            raise InputError(
                f'levels must be a list of level names, for example ["街道", "全市"]. {levels!r} was given.'
            )
        of_areas = {level for standard in self.standards for level in standard.area_levels}

        def of(standard: Standard) -> tuple[str, ...]:
            return tuple(dict.fromkeys(one for one in levels if one not in of_areas or one in standard.area_levels))

        return replace(self, standards=tuple(replace(one, judge=of(one), inform=()) for one in self.standards))

    def with_speeds(self, **speeds: float) -> Plan:
        """Return the plan with other walking speeds for some of its profiles, said so in their assumptions.

        Parameters
        ----------
        **speeds
            Speeds, m/s, by the name of the profile.

        Raises
        ------
        InputError
            If there is no such profile, or a speed is not a finite number above 0.

        Examples
        --------
        >>> from servicecircle.plan import read_plan
        >>> read_plan("lianyungang-145").with_speeds(elderly=0.9).profiles["elderly"].speed_m_s
        0.9
        """
        profiles = dict(self.profiles)
        for name, speed in speeds.items():
            if name not in profiles:
                raise InputError.unknown("profile", name, tuple(profiles))
            if isinstance(speed, bool) or not (math.isfinite(speed) and speed > 0):
                raise InputError(f"the speed of {name!r} must be a finite number above 0 (m/s). {speed!r} was given.")
            was = profiles[name].speed_m_s
            profiles[name] = replace(
                profiles[name],
                speed_m_s=float(speed),
                assumption_zh=f"使用者设定 {speed:g} 米/秒(规划文件中为 {was:g})",
                assumption_en=f"set by the user: {speed:g} m/s (plan file: {was:g})",
            )
        return replace(self, profiles=FrozenMap(profiles))


def _quoted(standard: Standard) -> str:
    """Return the first clause behind a standard, in the plan's own words."""
    return next((one.quote or one.value for one in standard.citations), "")
