"""Faults of what-if: changes of cities and assessments that take too much from those before them."""

from __future__ import annotations

from tests.faults import Mutant

CITY_TESTS = ("tests/city/test_changes.py",)
WALK_TESTS = ("tests/network/test_catchments.py",)
WHAT_IF_TESTS = ("tests/assessment/test_what_if.py",)

CHANGES = (
    Mutant(
        "the border of what a facility leaves is forgotten",
        "network/resweep.py",
        "for i in range(len(seeds) + len(lost)):",
        "for i in range(len(seeds)):",
        WALK_TESTS,
    ),
    Mutant(
        "a tie goes to the facility that was there",
        "network/resweep.py",
        "(metres == than[0] and (than[1] == NONE or rank < ranks[than[1]]))",
        "(metres == than[0] and than[1] == NONE)",
        WALK_TESTS,
    ),
    Mutant(
        "homes on the street of a new facility are not asked again",
        "network/catchments.py",
        "near = touched, edges[edges >= 0],",
        "near = touched, edges[:0],",
        WALK_TESTS,
    ),
    Mutant(
        "standards are held whatever facilities changed",
        "assessment/held.py",
        "return shared.touched.isdisjoint(services)",
        "return True",
        WHAT_IF_TESTS,
    ),
    Mutant(
        "a facility that moved is taken to stand where it stood",
        "assessment/shared.py",
        "stays[there] = ~_differ(before.geometry, after.geometry)",
        "stays[there] = True",
        WHAT_IF_TESTS,
    ),
    Mutant(
        "a made id may be one that the city has",
        "city/layers.py",
        '_inspect_ids(seen, frozenset() if rest is None else frozenset(rest["id"]))',
        "_inspect_ids(seen, frozenset())",
        CITY_TESTS,
    ),
    Mutant(
        "facilities without a place are told of only where they are new",
        "city/places.py",
        "before = [] if rest is None else list(rest.index[rest.geometry.isna().to_numpy()])",
        "before: list[Any] = []",
        CITY_TESTS,
    ),
)
