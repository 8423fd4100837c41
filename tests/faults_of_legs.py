"""Faults of barriers, doors and entrances."""

from __future__ import annotations

from tests.faults import Mutant

BARRIER_TESTS = ("tests/network/test_barriers.py",)
ENTRANCE_TESTS = ("tests/city/test_entrances.py",)
LEG_TESTS = ("tests/assessment/test_legs.py",)

LEGS = (
    Mutant(
        "the way inside a compound is dropped",
        "city/ways.py",
        "exits.access_m[way] + inner",
        "exits.access_m[way]",
        ENTRANCE_TESTS,
    ),
    Mutant(
        "the entrance's own leg is dropped",
        "city/ways.py",
        "exits.access_m[way] + inner",
        "inner",
        ENTRANCE_TESTS,
    ),
    Mutant(
        "the wrong leg is tested",
        "network/snap.py",
        "hidden = rows[barriers.crossed(xy[rows], ends)]",
        "hidden = rows[barriers.crossed(xy[rows], ends[::-1])]",
        BARRIER_TESTS,
    ),
    Mutant(
        "a leg may touch nothing, not even at its ends",
        "network/barriers.py",
        "(TOLERANCE_M / metres[long])[:, None]",
        "(0.0 / metres[long])[:, None]",
        BARRIER_TESTS,
    ),
    Mutant(
        "a lake binds those whose cell's centre lies in it",
        "network/barriers.py",
        "result[long[leg[~within]]] = True",
        "result[long[leg]] = True",
        BARRIER_TESTS,
    ),
    Mutant(
        "the last of the places that are free is taken",
        "network/barriers.py",
        "        chosen[who[free]] = free  # backwards, so that the first of a point stays",
        "        chosen[who[free[::-1]]] = free[::-1]",
        BARRIER_TESTS,
    ),
    Mutant(
        "the search ends with its first ring",
        "network/barriers.py",
        "todo = todo[(line[todo] < 0) & (radius[todo] < farthest_m)]",
        "todo = todo[:0]",
        (*ENTRANCE_TESTS, *BARRIER_TESTS),
    ),
    Mutant(
        "the first door counts, not the best",
        "network/travel.py",
        "order = np.lexsort((distance, facility, origin))",
        "order = np.lexsort((-distance, facility, origin))",
        BARRIER_TESTS,
    ),
    Mutant(
        "an island in a lake is water",
        "read/barriers.py",
        "thing.is_way(), thing.is_area()",
        "thing.is_way(), False",
        ("tests/read/test_barriers.py",),
    ),
    Mutant(
        "walks are reused across other barriers",
        "assessment/shared.py",
        "walk = walk and (ways or city.ways.key == since.ways.key)",
        "walk = bool(walk)",
        LEG_TESTS,
    ),
    Mutant(
        "OpenStreetMap binds unasked",
        "city/ways.py",
        "barrier & ~read.to_numpy()",
        "barrier",
        ENTRANCE_TESTS,
    ),
    Mutant(
        "legs that bind are counted as crossing",
        "assessment/placement.py",
        "crossing_legs(ground, positions, ground.ways.loose)",
        "crossing_legs(ground, straight, ground.ways.barriers)",
        LEG_TESTS,
    ),
)
