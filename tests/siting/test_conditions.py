"""What a choice of sites must respect: what stays, what may close, land, spacing; and why something cannot be done."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely

import servicecircle as sc
from servicecircle.errors import InputError
from servicecircle.siting import (
    Conditions,
    CoverMost,
    CoverShare,
    Effort,
    LandRules,
    LeastWalk,
    ServeWithinCapacity,
    ShortestWorstWalk,
    Size,
    candidate_sites,
)
from tests.grids import CRS, at
from tests.siting.small_town import LIMIT_M, Town, crossings, town, walks

QUIET = Effort(progress=False)
SEEDS = range(5)


def areas(**kinds: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    """Return boxes in metres from the town's corner, by kind."""
    shapes = [shapely.box(at(a, b).x, at(a, b).y, at(c, d).x, at(c, d).y) for a, b, c, d in kinds.values()]
    return gpd.GeoDataFrame({"kind": list(kinds)}, geometry=shapes, crs=CRS)


@pytest.mark.parametrize("kind", [CoverMost, LeastWalk, ShortestWorstWalk])
def test_existing_facilities_never_disappear(kind: type) -> None:
    here = town(1, kindergartens=3)
    found = kind(here.result, "S-1", k=2, candidates=here.candidates()).solve(effort=QUIET)
    after = found.applied_to(here.result.city)
    assert found.closed == ()
    assert set(here.result.city.facilities["id"]) < set(after.facilities["id"])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_kindergarten_is_moved_where_that_covers_more(seed: int) -> None:
    here = town(seed, kindergartens=3)
    open_to_move = tuple(f"k{one}" for one in here.kindergartens[:2])
    conditions = Conditions(may_close=open_to_move)
    found = CoverMost(here.result, "S-1", k=1, candidates=here.candidates(), conditions=conditions).solve(effort=QUIET)
    fixed, loose = here.kindergartens[2], here.kindergartens[:2]
    options = [*loose, *here.sites]
    best = max(
        here.children[(walks([fixed, *one], here.homes) <= LIMIT_M).any(axis=0)].sum()
        for many in range(4)
        for one in combinations(options, many)
    )
    assert (found.objective, found.status) == (best, "proven")
    after = sc.assess(found.applied_to(here.result.city), here.result.plan, progress=False).cells_for("S-1")
    assert after.loc[after["covered"], "group"].sum() == best
    assert f"k{fixed}" not in found.closed
    assert set(found.closed) <= set(open_to_move)


def test_a_required_site_is_there_and_a_forbidden_one_is_not() -> None:
    here = town(2)
    free = CoverMost(here.result, "S-1", k=1, candidates=here.candidates()).solve(effort=QUIET)
    liked = str(free.table["site_id"].iloc[0])
    other = next(f"x{one}" for one in here.sites if f"x{one}" != liked)
    conditions = Conditions(required=(other,), forbidden=(liked,))
    found = CoverMost(here.result, "S-1", k=1, candidates=here.candidates(), conditions=conditions).solve(effort=QUIET)
    assert found.table["site_id"].tolist() == [other]
    assert found.refusals("en")["reason"].tolist() == ["it was forbidden"]
    assert found.refusals("zh")["原因"].tolist() == ["已指定禁选"]


def test_too_many_required_sites_are_said_to_be_too_many() -> None:
    here = town(2)
    conditions = Conditions(required=tuple(f"x{one}" for one in here.sites[:3]))
    found = CoverMost(here.result, "S-1", k=2, candidates=here.candidates(), conditions=conditions).solve(effort=QUIET)
    assert found.status == "infeasible"
    assert found.failure is not None
    assert "3 candidates are required" in found.failure.reason_en
    assert "必选 3 处" in found.failure.reason_zh


@pytest.mark.parametrize("seed", SEEDS)
def test_sites_keep_their_distance_from_each_other_and_from_what_stays(seed: int) -> None:
    here = town(seed, sites=8)
    conditions = Conditions(apart_m=150)
    found = CoverMost(here.result, "S-1", k=3, candidates=here.candidates(), conditions=conditions).solve(effort=QUIET)
    xy = np.array(crossings())

    def apart(one: int, other: int) -> bool:
        return bool(np.hypot(*(xy[one] - xy[other])) >= 150)

    far = [one for one in here.sites if all(apart(one, k) for k in here.kindergartens)]
    best = max(
        here.children[(here.metres([*here.kindergartens, *one]) <= LIMIT_M).any(axis=0)].sum()
        for many in range(4)
        for one in combinations(far, many)
        if all(apart(a, b) for a, b in combinations(one, 2))
    )
    assert (found.objective, found.status) == (best, "proven")


def test_each_candidate_that_land_rules_refuse_has_its_reason() -> None:
    here = town(0, sites=6, areas=areas(urban_growth=(-50, -50, 450, 250), permanent_farmland=(-50, -50, 50, 50)))
    frame = here.candidates().iloc[:0]
    places = {
        "good": (200, 200),
        "out": (200, 400),
        "farm": (0, 0),
        "code": (300, 0),
        "small": (100, 100),
        "?": (400, 0),
    }
    frame = gpd.GeoDataFrame(
        {
            "id": list(places),
            "land_use": ["0804", "0804", "0804", "0701", "0804", None],
            "area_m2": [3000.0, 3000.0, 3000.0, 3000.0, 900.0, 3000.0],
        },
        geometry=[at(*one) for one in places.values()],
        crs=CRS,
    )
    land = LandRules(
        codes=("08",),
        min_area_m2={"kindergarten": 2700, "park": 9000},
        inside=("urban_growth",),
        outside=("永久基本农田", "permanent_farmland")[1:],
    )
    found = CoverMost(here.result, "S-1", k=6, candidates=frame, conditions=Conditions(land=land)).solve(effort=QUIET)
    reasons = found.candidates.set_index("candidate_id")["reason_en"].to_dict()
    assert reasons == {
        "good": "",
        "out": "it lies outside: urban development boundary",
        "farm": "it lies inside: permanent basic farmland",
        "code": "its land-use code is none of 08",
        "small": "its area is below 2,700 m2",
        "?": "its land-use code (land_use) is not known",
    }
    assert set(found.table["site_id"]) <= {"good"}
    assert "位于永久基本农田之内" in found.refusals("zh")["原因"].tolist()


def test_a_land_rule_about_areas_that_the_city_lacks_is_no_rule_passed_over() -> None:
    here = town(0)
    conditions = Conditions(land=LandRules(outside=("ecological_redline",)))
    with pytest.raises(InputError, match="ecological_redline"):
        CoverMost(here.result, "S-1", k=1, candidates=here.candidates(), conditions=conditions).solve()


def test_a_size_needs_its_land() -> None:
    here = town(0)
    sizes = (Size("6班", 180, min_area_m2=2700), Size("12班", 360, min_area_m2=5400))
    frame = here.candidates(area_m2=[3000.0] * 6)
    found = ServeWithinCapacity(here.result, "S-1", sizes=sizes, k=2, candidates=frame).solve(effort=QUIET)
    assert set(found.table["size"]) == {"6班"}
    assert found.facilities["places"].tolist() == [180.0] * len(found.table)


def test_a_site_is_no_larger_than_what_it_serves() -> None:
    here = town(0)
    sizes = (Size("12班", 360, cost=16), Size("9班", 270, cost=12), Size("6班", 180, cost=9))
    found = ServeWithinCapacity(here.result, "S-1", sizes=sizes, k=2, candidates=here.candidates()).solve(effort=QUIET)
    needed = [next(size for size in reversed(sizes) if size.places >= served) for served in found.table["served"]]
    assert found.table["size"].tolist() == [size.name for size in needed]
    assert found.assigned is not None
    assert found.assigned["residents"].sum() == pytest.approx(found.served_after)


def far_town() -> Town:
    """Return a town whose candidates are all in its west."""
    here = town(4, homes=12)
    return Town(here.result, here.homes, here.kindergartens, [0, 1, 5])


def test_who_cannot_be_reached_is_named_with_the_limit_that_would_do() -> None:
    here = far_town()
    found = CoverShare(here.result, "S-1", candidates=here.candidates()).solve(effort=QUIET)
    to_any = here.metres(here.sites).min(axis=0)
    lost = (to_any > LIMIT_M) & (here.metres(here.kindergartens).min(axis=0) > LIMIT_M)
    assert found.status == "infeasible"
    why = found.failure
    assert why is not None
    assert sorted(why.cells.index) == sorted(f"h{home}" for home, one in zip(here.homes, lost, strict=True) if one)
    assert why.residents == here.children[lost].sum()
    assert why.metres == pytest.approx(to_any[lost].max())
    assert why.minutes == pytest.approx(to_any[lost].max() / 60)
    assert set(why.zones["zone_id"]) <= {"W", "E"}
    assert f"{lost.sum()} 个居民点" in why.reason_zh
    assert f"{why.residents:,.0f} residents" in why.reason_en


def test_what_can_be_covered_is_covered_where_not_all_can() -> None:
    here = far_town()
    found = CoverShare(here.result, "S-1", candidates=here.candidates()).solve(effort=QUIET)
    everywhere = (here.metres([*here.kindergartens, *here.sites]) <= LIMIT_M).any(axis=0)
    assert found.share_after == pytest.approx(here.children[everywhere].sum() / here.children.sum())


def test_a_budget_that_is_too_small_is_told_what_it_takes() -> None:
    here = town(1, sites=20)
    frame = here.candidates(cost=2.0)
    free = CoverShare(here.result, "S-1", share=0.8, candidates=frame).solve(effort=QUIET)
    conditions = Conditions(budget=free.objective - 1)
    found = CoverShare(here.result, "S-1", share=0.8, candidates=frame, conditions=conditions).solve(effort=QUIET)
    assert found.status == "infeasible"
    assert found.failure is not None
    assert found.failure.budget == free.objective
    assert f"至少需要 {free.objective:g}" in found.failure.reason_zh


def test_places_that_do_not_suffice_are_told_how_many_sites_would() -> None:
    here = town(1, sites=20)
    size = (Size("small", 10),)
    crowded = ServeWithinCapacity(here.result, "S-1", sizes=size, goal="least_walk", k=1, candidates=here.candidates())
    found = crowded.solve(effort=QUIET)
    assert found.status == "infeasible"
    assert found.failure is not None
    assert found.failure.residents > 0


def test_places_that_are_not_known_are_never_taken_as_none() -> None:
    here = town(1)
    problem = ServeWithinCapacity(here.result, "S-1", sizes=(Size("a", 9),), k=1, amount="beds")
    with pytest.raises(InputError, match=rf"beds is not known for 1 .*k{here.kindergartens[0]}"):
        problem.solve()


def test_candidates_are_made_in_five_ways() -> None:
    here = town(0, areas=areas(built_up=(-50, -50, 250, 450)))
    city = here.result.city
    homes = candidate_sites(city)
    assert len(homes) == len(here.homes)
    assert len(candidate_sites(city, method="nodes")) == 25
    assert len(candidate_sites(city, method="edges", every_m=50)) == 40 * 2
    assert len(candidate_sites(city, method="edges", every_m=60)) == 40 * 2
    inside = candidate_sites(city, method="grid", every_m=100, inside=["built_up"])
    assert (inside.geometry.x % 100 == 0).all()
    assert len(inside) == 3 * 5
    lots = gpd.GeoDataFrame({"land_use": ["0804"]}, geometry=[at(0, 0).buffer(30, cap_style="square")], crs=CRS)
    made = candidate_sites(city, method="parcels", parcels=lots)
    assert (made["area_m2"].tolist(), made["land_use"].tolist()) == ([3600.0], ["0804"])


def test_candidates_that_cannot_be_used_are_refused() -> None:
    here = town(0)
    with pytest.raises(InputError, match="cost of 1 rows"):
        CoverMost(here.result, "S-1", k=1, candidates=here.candidates(cost=[1, 2, 3, 4, 5, -6])).solve()
    with pytest.raises(InputError, match="an id of its own"):
        CoverMost(here.result, "S-1", k=1, candidates=here.candidates().assign(id="a")).solve()
    with pytest.raises(InputError, match="No candidate has the id nobody"):
        CoverMost(here.result, "S-1", k=1, conditions=Conditions(required=("nobody",))).solve()
    with pytest.raises(InputError, match="may_close: k99"):
        CoverMost(here.result, "S-1", k=1, conditions=Conditions(may_close=("k99",))).solve()
    with pytest.raises(InputError, match="method 'lots' is unknown"):
        candidate_sites(here.result.city, method="lots")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="apart_m must be"):
        Conditions(apart_m=-1)
    with pytest.raises(InputError, match="required must be a list"):
        Conditions(required="x1")  # type: ignore[arg-type]
