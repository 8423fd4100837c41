"""Faults of access and equity."""

from __future__ import annotations

from tests.faults import Mutant

ACCESS_TESTS = ("tests/assessment/test_access.py",)
EQUITY_TESTS = ("tests/assessment/test_equity.py", "tests/assessment/test_inequality.py")
_IN = "assessment/"

ACCESS = (
    Mutant(
        "the first step forgets distance",
        _IN + "access.py",
        "weights=weight * people[origin]",
        "weights=people[origin]",
        ACCESS_TESTS,
    ),
    Mutant(
        "the second step forgets distance",
        _IN + "access.py",
        "weights=weight * offered[facility]",
        "weights=offered[facility]",
        ACCESS_TESTS,
    ),
    Mutant(
        "what is counted is shared too",
        _IN + "access.py",
        'supply if method == "cumulative" else np.nan_to_num(ratio, nan=0.0)',
        "np.nan_to_num(ratio, nan=0.0)",
        ACCESS_TESTS,
    ),
    Mutant(
        "facilities that nobody reaches make access unknown",
        _IN + "access.py",
        "np.nan_to_num(ratio, nan=0.0)",
        "ratio",
        ACCESS_TESTS,
    ),
    Mutant(
        "planned facilities count",
        _IN + "access.py",
        ' & (ground.facilities["status"] == "open"))',
        ")",
        ACCESS_TESTS,
    ),
    Mutant(
        "an unknown capacity is none",
        _IN + "access.py",
        "wrong = ~(np.isfinite(numbers) & (numbers >= 0))",
        "numbers, wrong = np.nan_to_num(numbers), numbers < 0",
        ACCESS_TESTS,
    ),
    Mutant(
        "sums follow the order of rows",
        _IN + "access.py",
        'order = np.argsort(rank[pairs.origin], kind="stable")',
        "order = np.arange(len(rank[pairs.origin]))",
        ACCESS_TESTS,
    ),
    Mutant(
        "those unserved leave the mean of their zone",
        _IN + "access.py",
        'share(float((mine * has).sum()), float(mine.sum())),\n                    "estimated"',
        'share(float((mine * has).sum()), float(mine[has > 0].sum())),\n                    "estimated"',
        ACCESS_TESTS,
    ),
    Mutant(
        "everybody walks alike",
        _IN + "catchment.py",
        "speed_m_s=WALK_SPEEDS[profile]",
        'speed_m_s=WALK_SPEEDS["general"]',
        ACCESS_TESTS,
    ),
    Mutant(
        "the end of a band has no tolerance",
        _IN + "catchment.py",
        "/ len(bands) + TOLERANCE_M",
        "/ len(bands)",
        ACCESS_TESTS,
    ),
    Mutant(
        "the curve does not end at nothing",
        _IN + "catchment.py",
        "(curve - GAUSSIAN_AT_LIMIT) / (1 - GAUSSIAN_AT_LIMIT)",
        "curve",
        ACCESS_TESTS,
    ),
    Mutant(
        "a zone without cells has those of another",
        _IN + "zone_cells.py",
        "order[:0] if i is None else ",
        "order if i is None else ",
        EQUITY_TESTS,
    ),
    Mutant(
        "Gini of cells, not of people",
        _IN + "inequality.py",
        "return x[order], people[order] / people.sum()",
        "return x[order], np.ones(len(x)) / len(x)",
        EQUITY_TESTS,
    ),
    Mutant(
        "nothing for anybody is equality",
        _IN + "inequality.py",
        "    if not x.any():\n        return None\n    x = x / x[-1]\n    below",
        "    if not x.any():\n        return 0.0\n    x = x / x[-1]\n    below",
        EQUITY_TESTS,
    ),
    Mutant(
        "the Palma ratio splits no cell",
        _IN + "inequality.py",
        "np.interp([BOTTOM, TOP], reached, held)",
        "held[np.searchsorted(reached, [BOTTOM, TOP])]",
        EQUITY_TESTS,
    ),
    Mutant(
        "those out of reach leave the mean",
        _IN + "equity.py",
        "return measure(having, people) if np.isfinite(having[people > 0]).all() else None",
        "return measure(having, people * np.isfinite(having))",
        EQUITY_TESTS,
    ),
    Mutant(
        "cells out of scope count",
        _IN + "equity.py",
        "ground, having, people * counts, counts",
        "ground, having, people, counts",
        EQUITY_TESTS,
    ),
    Mutant(
        "an estimate passes for a count",
        _IN + "equity.py",
        "spread.estimated or name in spread.ground.estimated",
        "spread.estimated",
        EQUITY_TESTS,
    ),
)
