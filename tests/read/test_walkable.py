"""Which OpenStreetMap ways people walk on, tag by tag, against a list made by hand."""

from __future__ import annotations

import pytest

from servicecircle.errors import InputError
from servicecircle.read import WALKABLE, TagRule, WalkFilter

WALKED = [
    *("primary", "secondary", "tertiary", "unclassified", "residential", "living_street", "service", "road"),
    *("primary_link", "secondary_link", "tertiary_link"),
    *("pedestrian", "footway", "path", "steps", "track", "bridleway", "cycleway", "crossing"),
]
NOT_WALKED = [
    *("motorway", "motorway_link", "trunk", "trunk_link"),
    *("construction", "proposed", "planned", "abandoned", "disused", "razed", "no"),
    *("busway", "bus_guideway", "raceway", "escape", "rest_area", "services"),
    *("corridor", "elevator", "ladder", "platform", "via_ferrata"),
]


@pytest.mark.parametrize("highway", WALKED)
def test_people_walk_on(highway: str) -> None:
    assert WALKABLE.walks({"highway": highway})


@pytest.mark.parametrize("highway", NOT_WALKED)
def test_people_do_not_walk_on(highway: str) -> None:
    assert not WALKABLE.walks({"highway": highway})


def test_a_way_that_is_no_highway_is_none() -> None:
    assert not WALKABLE.walks({})
    assert not WALKABLE.walks({"railway": "platform"})


STAYS = [
    "highway=residential oneway=yes",
    "highway=residential access=destination",
    "highway=residential access=permissive",
    "highway=service service=driveway",
    "highway=footway access=private foot=yes",
    "highway=footway access=no foot=designated",
    "highway=footway access=no foot=permissive",
    "highway=trunk foot=yes",
    "highway=trunk sidewalk=right",
    "highway=trunk sidewalk=both",
    "highway=trunk sidewalk:both=yes",
    "highway=trunk_link sidewalk:left=yes",
    "highway=service access=customers",
    "highway=track access=agricultural",
    "highway=service access=delivery",
    "highway=footway indoor=yes",
    "highway=track disused=yes",
    "highway=footway oneway:foot=yes",
    "highway=residential foot:conditional=no",
    "highway=access_ramp",
    "highway=primary motorroad=yes foot=designated",
    "highway=busway foot=yes",
    "highway=pedestrian area=yes",
    "highway=footway area=yes",
    "highway=steps surface=mud",
    "highway=cycleway bicycle=designated",
    "highway=track tracktype=grade5",
    "highway=footway tunnel=yes layer=-1",
    "highway=residential vehicle=private",
    "highway=path foot=destination",
]
GOES = [
    "highway=residential foot=no",
    "highway=footway foot=private",
    "highway=secondary foot=use_sidepath",
    "highway=service access=private",
    "highway=service access=no",
    "highway=service access=military",
    "highway=service access=private foot=no",
    "highway=service access=private foot=private",
    "highway=trunk sidewalk=no",
    "highway=trunk sidewalk:both=no",
    "highway=trunk sidewalk:left=separate",
    "highway=trunk sidewalk=separate",
    "highway=motorway foot=yes",
    "highway=construction foot=yes",
    "highway=platform foot=yes",
    "highway=primary motorroad=yes",
    "highway=service area=yes",
    "highway=pedestrian area=yes access=private",
]


@pytest.mark.parametrize(("text", "walks"), [*((text, True) for text in STAYS), *((text, False) for text in GOES)])
def test_tags_together(text: str, walks: bool) -> None:  # noqa: FBT001  (an expected value)
    tags = dict(pair.split("=") for pair in text.split())
    assert WALKABLE.walks(tags) is walks


def test_the_documentation_lists_every_rule() -> None:
    """The table is read back into rules: every key, value, exception and reason is in it, in their order."""
    rules = [
        TagRule(
            key,
            values.split(", "),
            en,
            zh,
            unless=[(pair.split("=")[0], pair.split("=")[1].split(" | ")) for pair in unless.split("; ") if pair],
        )
        for key, values, unless, en, zh in WALKABLE.table.to_numpy().tolist()
    ]
    assert rules == list(WALKABLE.rules)
    assert all(rule.en and rule.zh for rule in rules)


def test_every_rule_leaves_something_out_that_no_rule_before_it_does() -> None:
    for rule in WALKABLE.rules:
        for value in rule.values:
            tags = {"highway": "residential", rule.key: value}
            assert WALKABLE.rule_for(tags) == rule


def test_a_rule_wants_a_set_of_values() -> None:
    with pytest.raises(InputError, match="must be a set of texts"):
        TagRule("foot", "no", "closed", "禁止")


def test_a_filter_without_rules_keeps_every_highway() -> None:
    assert WalkFilter([]).walks({"highway": "motorway"})


def test_rules_that_say_the_same_are_equal() -> None:
    one = TagRule("foot", ["no", "private"], "closed", "禁止", unless=[("access", ["yes"])])
    other = TagRule("foot", {"private", "no"}, "closed", "禁止", unless=(("access", {"yes"}),))
    assert one == other
    assert hash(one) == hash(other)
