"""Which OpenStreetMap ways people walk on: rules as data, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from servicecircle.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

FOOT_ALLOWED = frozenset({"yes", "designated", "permissive"})
"""Values of ``foot`` that open a way to walkers whatever else is tagged."""

ON_FOOT = (("foot", FOOT_ALLOWED),)
SIDEWALKS = tuple((f"sidewalk:{side}", frozenset({"yes"})) for side in ("both", "left", "right"))


@dataclass(frozen=True, slots=True)
class TagRule:
    """Leaves ways out by the value of one tag.

    Parameters
    ----------
    key
        The tag, for example ``"highway"``.
    values
        The values that leave a way out.
    en, zh
        Why, English and Chinese.
    unless
        Pairs of another tag and its values: a way with any of them stays.

    Examples
    --------
    >>> rule = TagRule("access", {"no", "private"}, "no entry", "禁止进入", unless=(("foot", {"yes"}),))
    >>> rule.leaves_out({"access": "private"}), rule.leaves_out({"access": "private", "foot": "yes"})
    (True, False)
    """

    key: str
    values: Collection[str]
    en: str
    zh: str
    unless: Sequence[tuple[str, Collection[str]]] = ()

    def __post_init__(self) -> None:
        if isinstance(self.values, str):
            raise InputError(
                f"values of a rule on {self.key!r} must be a set of texts. {self.values!r} was given instead."
            )
        object.__setattr__(self, "values", frozenset(self.values))
        object.__setattr__(self, "unless", tuple((key, frozenset(values)) for key, values in self.unless))

    def leaves_out(self, tags: Mapping[str, str]) -> bool:
        """Return whether a way with these tags is left out by this rule."""
        return tags.get(self.key) in self.values and not any(tags.get(key) in values for key, values in self.unless)


@dataclass(frozen=True, slots=True)
class WalkFilter:
    """The ways people walk on: every way with a ``highway`` tag that no rule leaves out.

    Everything else stays: streets, service ways and driveways, tracks, paths, sidewalks drawn apart, bridleways,
    cycleways, steps, bridges and tunnels, whatever their surface, lighting, slope, season or opening hours. One-way
    signs do not bind walkers. Gates and other barriers at single points are not read. Ferries, railway platforms, piers
    and squares drawn as multipolygons have no ``highway`` way and are no part of the network.

    Parameters
    ----------
    rules
        Asked in this order; the first that leaves a way out is the one named in the data report.

    Notes
    -----
    Tag by tag, what `WALKABLE` does with a way that has a ``highway`` (its ``table`` gives the reason of each rule):

    ==================  ================================================================================================
    ``highway``         left out: motorways, expressways without a sidewalk or ``foot``, what is not built, what is made
                        for vehicles only, corridors, lifts, ladders and platforms; any other value stays, also unknown
    ``foot``            ``no``, ``private``, ``use_sidepath`` leave out; ``yes``, ``designated``, ``permissive`` open
                        what ``access``, ``motorroad`` or an expressway would close; other values say nothing
    ``access``          ``no``, ``private``, ``military`` leave out; ``destination``, ``customers``, ``delivery``,
                        ``agricultural``, ``permissive`` and the like stay: they bind vehicles, or whoever passes
    ``motorroad``       ``yes`` leaves out
    ``sidewalk``        ``both``, ``left``, ``right``, ``yes`` (and ``sidewalk:both = yes`` and the like) open an
                        expressway; elsewhere a street without sidewalk stays
    ``area``            ``yes`` leaves out, unless it is a square, a footway or a path
    ``bridge``          kept as columns, with ``tunnel``, ``layer`` and ``name``: ways meet at common nodes only, so
                        that they decide nothing
    not read            ``oneway``, ``oneway:foot``, ``service``, ``indoor``, ``level``, ``surface``, ``lit``,
                        ``incline``, ``wheelchair``, ``disused``, ``abandoned``, every ``...:conditional``; relations;
                        nodes such as gates
    ==================  ================================================================================================

    Examples
    --------
    >>> walkable = WalkFilter([TagRule("foot", {"no"}, "closed to walkers", "禁止行人")])
    >>> walkable.walks({"highway": "path"}), walkable.walks({"highway": "path", "foot": "no"})
    (True, False)
    >>> WALKABLE.table.loc[WALKABLE.table.key == "access", ["values", "unless"]]
                         values                            unless
    8  military, no, private  foot=designated | permissive | yes
    """

    rules: Sequence[TagRule]

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", tuple(self.rules))

    def rule_for(self, tags: Mapping[str, str]) -> TagRule | None:
        """Return the rule that leaves a way with these tags out, or None if people walk on it."""
        return next((rule for rule in self.rules if rule.leaves_out(tags)), None)

    def walks(self, tags: Mapping[str, str]) -> bool:
        """Return whether people walk on a way with these tags."""
        return "highway" in tags and self.rule_for(tags) is None

    @property
    def table(self) -> pd.DataFrame:
        """Return the rules as a table, one row each in their order: what is left out, unless what, and why."""
        return pd.DataFrame(
            [
                {
                    "key": rule.key,
                    "values": ", ".join(sorted(rule.values)),
                    "unless": "; ".join(f"{key}={' | '.join(sorted(values))}" for key, values in rule.unless),
                    "en": rule.en,
                    "zh": rule.zh,
                }
                for rule in self.rules
            ],
            columns=["key", "values", "unless", "en", "zh"],
        )


WALKABLE = WalkFilter(
    [
        TagRule(
            "highway",
            {"abandoned", "construction", "disused", "no", "planned", "proposed", "razed"},
            "not there (yet, or any more)",
            "尚未建成或已不存在",
        ),
        TagRule(
            "highway", {"motorway", "motorway_link"}, "motorway, closed to walkers by law", "高速公路，依法禁止行人"
        ),
        TagRule(
            "highway",
            {"trunk", "trunk_link"},
            "expressway (快速路) with neither a sidewalk nor a permission for walkers on the map",
            "快速路，地图上无人行道、也未标注允许步行",
            unless=(*ON_FOOT, ("sidewalk", {"both", "left", "right", "yes"}), *SIDEWALKS),
        ),
        TagRule("motorroad", {"yes"}, "motor vehicles only", "机动车专用路", unless=ON_FOOT),
        TagRule(
            "highway",
            {"bus_guideway", "busway", "escape", "raceway", "rest_area", "services"},
            "made for vehicles only: bus lanes of their own, run-off lanes, race tracks, motorway services",
            "仅供车辆：公交专用道、避险车道、赛道、高速服务区",
            unless=ON_FOOT,
        ),
        TagRule(
            "highway",
            {"corridor", "elevator", "ladder", "platform", "via_ferrata"},
            "no way outdoors that all can walk at all hours: indoor corridors, lifts, ladders, climbing routes, and "
            "platforms, which are drawn as outlines beside the way that leads to them",
            "并非人人随时可走的室外通道：室内走廊、电梯、爬梯、攀登路线，以及绘成轮廓的站台",
        ),
        TagRule("foot", {"no", "private"}, "closed to walkers", "禁止行人"),
        TagRule("foot", {"use_sidepath"}, "walkers must use the path drawn beside it", "行人须走旁侧另绘的步道"),
        TagRule(
            "access",
            {"military", "no", "private"},
            "closed to the public, and no permission for walkers on the map",
            "不对公众开放，地图上也未标注允许步行",
            unless=ON_FOOT,
        ),
        TagRule(
            "area",
            {"yes"},
            "an outline of an area, not a way; squares and paths stay, because one walks across them and the way round "
            "is the longer one",
            "面状轮廓而非道路；步行广场与步道的轮廓保留，因实际可直接穿越，绕行只会更远",
            unless=(("highway", {"pedestrian", "footway", "path"}),),
        ),
    ]
)
"""The rules used unless others are given: the public can walk there, on foot, outdoors, at any hour.

``WALKABLE.table`` shows them all.
"""
