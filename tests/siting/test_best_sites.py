"""Proposed sites: the hand-worked case, brute force, and what assessing the city with them gives."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.assessment import Assessment, assess
from servicecircle.errors import CRSError, InputError
from servicecircle.siting import best_sites
from tests import oracle
from tests.siting.quickly import cover_most

EXPECTED = oracle.EXPECTED["site_selection_LY-01_max_cover_60p"]


@pytest.fixture(scope="module")
def result() -> Assessment:
    return assess(oracle.city(), oracle.plan(), progress=False)


def candidates() -> gpd.GeoSeries:
    return gpd.GeoSeries([oracle.node(name) for name in EXPECTED["candidates"]], crs="EPSG:4549")


@pytest.mark.parametrize("k", [1, 2])
def test_the_hand_worked_sites(result: Assessment, k: int) -> None:
    sites = best_sites(result, "LY-01", k=k, candidates=candidates())
    chosen = {shapely.to_wkt(point) for point in sites.facilities.geometry}
    assert chosen == {shapely.to_wkt(oracle.node(name)) for name in EXPECTED[f"k{k}"]["sites"]}
    assert sites.gain == EXPECTED[f"k{k}"]["gain"]


def test_no_more_sites_than_help(result: Assessment) -> None:
    sites = best_sites(result, "LY-01", k=10, candidates=candidates())
    assert len(sites.table) == EXPECTED["k_to_full_cover"]
    assert sites.share_after == 1.0


@pytest.mark.parametrize("standard", ["LY-01", "YY-05", "WT-01"])
def test_the_prediction_is_what_assessing_gives(result: Assessment, standard: str) -> None:
    sites = best_sites(result, standard, k=2)
    after = assess(result.city.adding(sites.facilities), result.plan, since=result, progress=False)
    cells, before = after.cells_for(standard), result.cells_for(standard)
    new = cells["covered"] & ~before["covered"] & before["in_scope"]
    assert cells.loc[new, "group"].sum() == sites.gain == sites.table["gain"].sum()
    scope = cells[cells["in_scope"]]
    assert scope.loc[scope["covered"], "group"].sum() / scope["group"].sum() == pytest.approx(sites.share_after)


def test_sites_in_longitude_and_latitude_are_the_same(result: Assessment) -> None:
    one = best_sites(result, "LY-01", k=2, candidates=candidates())
    other = best_sites(result, "LY-01", k=2, candidates=candidates().to_crs(4326))
    assert other.table["gain"].tolist() == one.table["gain"].tolist()


def test_the_order_of_candidates_has_no_say(result: Assessment) -> None:
    one = best_sites(result, "LY-01", k=2, candidates=candidates())
    other = best_sites(result, "LY-01", k=2, candidates=candidates().iloc[::-1])
    assert one.table.equals(other.table)


@pytest.mark.parametrize("k", [0, -1, 1.5])
def test_k_is_a_whole_number_above_zero(result: Assessment, k: float) -> None:
    with pytest.raises(InputError, match="whole number"):
        best_sites(result, "LY-01", k=k)  # type: ignore[arg-type]


def test_what_cannot_be_served(result: Assessment) -> None:
    with pytest.raises(InputError, match="standards of reach"):
        best_sites(result, "YY-01")
    with pytest.raises(InputError, match="no candidate"):
        best_sites(result, "LY-01", candidates=candidates().iloc[:0])
    with pytest.raises(CRSError, match="no CRS"):
        best_sites(result, "LY-01", candidates=candidates().set_crs(None, allow_override=True))


def test_nothing_is_missing() -> None:
    new = gpd.GeoDataFrame(
        {"service": "fitness", "open_to_public": True},
        index=range(13),
        geometry=[oracle.node(f"N{i}") for i in range(1, 14)],
        crs="EPSG:4549",
    )
    full = assess(oracle.city().adding(new), oracle.plan().only("WT-01"), progress=False)
    sites = best_sites(full, "WT-01")
    assert (len(sites.table), sites.gain, sites.share_before, sites.share_after) == (0, 0.0, 1.0, 1.0)


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    sites, homes = draw(st.integers(1, 6)), draw(st.integers(1, 8))
    covers = draw(st.lists(st.lists(st.booleans(), min_size=homes, max_size=homes), min_size=sites, max_size=sites))
    weights = draw(st.lists(st.integers(0, 20), min_size=homes, max_size=homes))
    return np.array(covers, dtype=float), np.array(weights, dtype=float)


def covered(covers: np.ndarray, weights: np.ndarray, chosen: list[int] | tuple[int, ...]) -> float:
    return float(weights[covers[list(chosen)].any(axis=0)].sum()) if len(chosen) else 0.0


@given(problems(), st.integers(1, 3))
def test_never_below_what_greedy_promises_and_never_above_brute_force(
    problem: tuple[np.ndarray, np.ndarray], k: int
) -> None:
    covers, weights = problem
    chosen = cover_most(covers, weights, k)
    best = max(covered(covers, weights, c) for c in combinations(range(len(covers)), min(k, len(covers))))
    value = covered(covers, weights, chosen)
    assert len(set(chosen)) == len(chosen) <= k
    # greedy alone reaches 1 - 1/e of the optimum: doi:10.1007/BF01588971
    assert (1 - 1 / np.e) * best - 1e-9 <= value <= best


@given(problems())
def test_one_site_is_the_best_one(problem: tuple[np.ndarray, np.ndarray]) -> None:
    covers, weights = problem
    chosen = cover_most(covers, weights, 1)
    assert covered(covers, weights, chosen) == max(covered(covers, weights, (one,)) for one in range(len(covers)))


@given(problems(), st.integers(1, 5))
def test_more_sites_never_cover_less(problem: tuple[np.ndarray, np.ndarray], k: int) -> None:
    covers, weights = problem
    values = [covered(covers, weights, cover_most(covers, weights, many)) for many in (k, k + 1)]
    assert values[0] <= values[1]


def test_an_exchange_finds_what_greedy_misses() -> None:
    # greedy takes the middle site (6), then one of the outer ones (+2); the two outer ones cover all 10
    covers = np.array([[0, 1, 1, 0], [1, 1, 0, 0], [0, 0, 1, 1]], dtype=float)
    assert sorted(cover_most(covers, np.array([2.0, 3.0, 3.0, 2.0]), 2)) == [1, 2]
