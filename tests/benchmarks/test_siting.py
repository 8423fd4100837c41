"""Siting against spopt, and at its largest: the answers are compared or bounded, then the times.

To measure: ``pytest --benchmark-enable tests/benchmarks/test_siting.py``; the ratio is in ``extra_info``. spopt is
asked only where it is installed (``pip install spopt``).
"""

from __future__ import annotations

import importlib.util
import time
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from servicecircle.siting import Coverage, Distances, Effort, least_walk, most_covered

QUIET = Effort(progress=False)
SIDE_M = 20_000


def points(homes: int, sites: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    home, site = rng.uniform(0, SIDE_M, (homes, 2)), rng.uniform(0, SIDE_M, (sites, 2))
    return home, site, rng.integers(1, 100, homes).astype(float)


def covering(homes: int, sites: int, radius: float) -> Coverage:
    home, site, weights = points(homes, sites)
    near = cKDTree(home).query_ball_point(site, radius, return_sorted=True)
    indptr = np.concatenate([[0], np.cumsum([len(one) for one in near])])
    indices = np.concatenate([np.asarray(one, dtype=np.int64) for one in near])
    return Coverage(csr_array((np.ones(len(indices)), indices, indptr), shape=(sites, homes)), weights)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("spopt") is None, reason="spopt is not installed")
@pytest.mark.filterwarnings("default")  # what the peer warns of is its own affair
@pytest.mark.parametrize("radius", [800, 1_000])
def test_most_covered_against_spopt(benchmark: Any, radius: int) -> None:
    import pulp
    from spopt.locate import MCLP

    home, site, weights = points(5_000, 400)
    metres = np.hypot(*(home[:, None, axis] - site[None, :, axis] for axis in range(2)))

    def ours() -> float:
        return most_covered(Coverage((metres <= radius).T, weights), k=20, effort=QUIET).objective

    def theirs() -> float:
        model = MCLP.from_cost_matrix(metres, weights, radius, p_facilities=20)
        solver = pulp.HiGHS(msg=False) if pulp.HiGHS().available() else pulp.PULP_CBC_CMD(msg=False)
        return float(model.solve(solver).problem.objective.value())

    ours()  # compiles
    begun = time.perf_counter()
    mine = ours()
    between = time.perf_counter()
    assert mine == pytest.approx(theirs(), rel=1e-9)
    ratio = (time.perf_counter() - between) / (between - begun)
    benchmark.extra_info.update(spopt_seconds=time.perf_counter() - between, ratio=ratio)
    assert ratio >= 10
    benchmark(ours)


@pytest.mark.slow
@pytest.mark.parametrize("radius", [600, 800])
def test_fifty_thousand_homes_and_five_thousand_sites(benchmark: Any, radius: int) -> None:
    problem = covering(50_000, 5_000, radius)
    found = benchmark.pedantic(lambda: most_covered(problem, k=50, effort=QUIET), rounds=1)
    benchmark.extra_info.update(gap=found.gap, proven=found.proven)
    assert found.gap <= 0.005


@pytest.mark.slow
def test_least_walk_of_five_thousand_homes_and_a_thousand_sites(benchmark: Any) -> None:
    home, site, weights = points(5_000, 1_000)
    problem = Distances(np.hypot(*(site[:, None, axis] - home[None, :, axis] for axis in range(2))), weights)
    found = benchmark.pedantic(lambda: least_walk(problem, k=20, effort=QUIET), rounds=1)
    benchmark.extra_info.update(gap=found.gap, proven=found.proven)
    assert found.gap <= 0.015
