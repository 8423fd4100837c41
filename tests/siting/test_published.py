"""Published optima, to the last digit: OR-Library's p-median and p-center cases, and San Francisco's stores.

All forty OR-Library results: ``pytest -m real tests/siting/test_published.py`` (about a minute); runs without the real
data skip them.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from scipy.sparse.csgraph import floyd_warshall

from servicecircle.siting import (
    Distances,
    Effort,
    fewest_sites,
    least_walk,
    most_covered,
    shortest_worst_walk,
)

if TYPE_CHECKING:
    from pathlib import Path

QUIET = Effort(progress=False, seconds=900.0)  # on a busy machine too


def published(folder: Path, name: str) -> dict[str, int]:
    lines = [line.split() for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    return {line[0]: int(line[1]) for line in lines if line and line[0].startswith("pmed")}


def library_case(folder: Path, number: int) -> tuple[Distances, int]:
    """Return a case of the library; of an edge given twice the last cost counts."""
    numbers = np.array((folder / f"pmed{number}.txt").read_text(encoding="utf-8").split(), dtype=float)
    nodes, p = int(numbers[0]), int(numbers[2])
    edges = np.zeros((nodes, nodes))
    for one, other, cost in numbers[3:].reshape(-1, 3):
        edges[int(one) - 1, int(other) - 1] = edges[int(other) - 1, int(one) - 1] = cost
    return Distances(floyd_warshall(edges, directed=False), np.ones(nodes)), p


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 21))
def test_the_least_total_walk_of_the_library(real_data: Path, number: int) -> None:
    folder = real_data / "bench_pmedian"
    problem, p = library_case(folder, number)
    found = least_walk(problem, k=p, effort=QUIET)
    assert (found.objective, found.proven) == (published(folder, "pmedopt.txt")[f"pmed{number}"], True)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 21))
def test_the_shortest_worst_walk_of_the_library(real_data: Path, number: int) -> None:
    folder = real_data / "bench_pmedian"
    problem, p = library_case(folder, number)
    found = shortest_worst_walk(problem, k=p, effort=QUIET)
    assert (found.objective, found.proven) == (published(folder, "kcenteropt.txt")[f"pmed{number}"], True)


@pytest.fixture(scope="module")
def stores(real_data: Path) -> tuple[Distances, list[str]]:
    """Return the 16 stores and 205 tracts of San Francisco, residents as weights."""
    folder = real_data / "bench_spopt_sf"
    table = pd.read_csv(
        folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv", dtype={"DestinationName": str}
    )
    wide = table.pivot_table(index="name", columns="DestinationName", values="distance")
    people = table.drop_duplicates("DestinationName").set_index("DestinationName")["demand"].reindex(wide.columns)
    return Distances(wide.to_numpy(), people.to_numpy(dtype=float)), wide.index.tolist()


@pytest.mark.real
def test_four_stores_cover_most_of_san_francisco(stores: tuple[Distances, list[str]]) -> None:
    problem, names = stores
    found = most_covered(problem.within(5000.0), k=4, effort=QUIET)
    assert (found.objective, found.proven) == (875247.0, True)
    assert [names[one] for one in found.chosen] == ["Store_11", "Store_12", "Store_15", "Store_2"]


@pytest.mark.real
def test_eight_stores_cover_all_of_san_francisco(stores: tuple[Distances, list[str]]) -> None:
    found = fewest_sites(stores[0].within(5000.0), effort=QUIET)
    assert (found.objective, found.proven, len(found.unreachable)) == (8.0, True, 0)


@pytest.mark.real
def test_four_stores_with_the_least_walk_in_san_francisco(stores: tuple[Distances, list[str]]) -> None:
    problem, names = stores
    found = least_walk(problem, k=4, effort=QUIET)
    metres = problem.metres.toarray()
    best = min(float(problem.weights @ metres[list(c)].min(axis=0)) for c in combinations(range(16), 4))
    assert found.objective == pytest.approx(2848268129.714512, rel=1e-15)
    assert found.objective == pytest.approx(best, rel=1e-15)
    assert found.proven
    assert [names[one] for one in found.chosen] == ["Store_11", "Store_12", "Store_15", "Store_2"]


@pytest.mark.real
def test_four_stores_with_the_shortest_worst_walk_in_san_francisco(stores: tuple[Distances, list[str]]) -> None:
    found = shortest_worst_walk(stores[0], k=4, effort=QUIET)
    assert (found.objective, found.proven) == (7403.063810849859, True)
