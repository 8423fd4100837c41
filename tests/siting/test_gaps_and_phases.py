"""Gaps of provision filled zone by zone, and proposals built year by year."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import servicecircle as sc
from servicecircle.errors import InputError
from servicecircle.siting import Conditions, CoverMost, Effort, ProvisionGap, Size, phased
from tests.siting.small_town import LIMIT_M, Town, crossings, town

QUIET = Effort(progress=False)
SEEDS = range(5)


def lacking(result: sc.Assessment, standard: str, column: str) -> dict[str, float]:
    """Return what each district lacks."""
    table = result.table
    rows = table[(table["standard_id"] == standard) & (table["level"] == "县区") & (table["class"] == "all")]
    return dict(zip(rows["zone_id"], rows[column], strict=True))


def in_west(place: int) -> bool:
    return bool(crossings()[place][0] < 250)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_district_gets_the_kindergartens_it_lacks_where_most_are_near(seed: int) -> None:
    here = town(seed, sites=25)
    due = lacking(here.result, "S-3", "facilities_missing")
    found = ProvisionGap(here.result, "S-3", candidates=here.candidates(), minutes=2.5).solve(effort=QUIET)
    after = sc.assess(found.applied_to(here.result.city), here.result.plan, progress=False)
    assert lacking(after, "S-3", "facilities_missing") == {"W": 0.0, "E": 0.0}
    assert found.table.groupby("zone_id").size().to_dict() == {zone: int(n) for zone, n in due.items() if n}
    for zone, number in due.items():
        _most_are_near(here, found, zone, int(number))


def _most_are_near(here: Town, found: sc.Proposal, zone: str, number: int) -> None:
    """Check that no other sites of a district cover more of its residents."""
    people = here.result.city.population["pop_total"].to_numpy()
    mine = np.array([in_west(home) == (zone == "W") for home in here.homes])
    before = here.kindergartens
    sites = [one for one in here.sites if in_west(one) == (zone == "W")]
    best = max(
        people[mine & (here.metres([*before, *one]) <= LIMIT_M).any(axis=0)].sum()
        for one in combinations(sites, min(number, 3))
    )
    chosen = [int(one[1:]) for one in found.table.loc[found.table["zone_id"] == zone, "site_id"]]
    assert people[mine & (here.metres([*before, *chosen]) <= LIMIT_M).any(axis=0)].sum() >= best


@pytest.mark.parametrize("seed", SEEDS)
def test_places_that_are_missing_are_filled_at_least_cost(seed: int) -> None:
    here = town(seed, sites=25)
    due = lacking(here.result, "S-4", "capacity_missing")
    sizes = (Size("small", 30, cost=5.0), Size("large", 70, cost=9.0))
    found = ProvisionGap(here.result, "S-4", candidates=here.candidates(), sizes=sizes).solve(effort=QUIET)
    after = sc.assess(found.applied_to(here.result.city), here.result.plan, progress=False)
    assert lacking(after, "S-4", "capacity_missing") == {"W": 0.0, "E": 0.0}
    for zone, number in due.items():
        best = min(
            5.0 * small + 9.0 * large for small in range(20) for large in range(20) if 30 * small + 70 * large >= number
        )
        assert found.table.loc[found.table["zone_id"] == zone, "cost"].sum() == best


@pytest.mark.parametrize("seed", SEEDS)
def test_the_larger_size_goes_where_there_is_room_for_it(seed: int) -> None:
    here = town(seed, sites=25)
    sizes = (Size("small", 30), Size("large", 70, min_area_m2=5000))
    roomy = [6000.0 if one in {2, 22} else 1000.0 for one in here.sites]
    found = ProvisionGap(here.result, "S-4", candidates=here.candidates(area_m2=roomy), sizes=sizes).solve(effort=QUIET)
    large = found.table[found.table["size"] == "large"]
    assert set(large["site_id"]) <= {"x2", "x22"}
    due = lacking(here.result, "S-4", "capacity_missing")
    if all(number <= 100 for number in due.values()):  # one large site and one small one are enough
        after = sc.assess(found.applied_to(here.result.city), here.result.plan, progress=False)
        assert lacking(after, "S-4", "capacity_missing") == {"W": 0.0, "E": 0.0}


def test_a_presence_standard_is_met_in_each_district() -> None:
    here = town(1, sites=25)
    found = ProvisionGap(here.result, "S-5", candidates=here.candidates()).solve(effort=QUIET)
    after = sc.assess(found.applied_to(here.result.city), here.result.plan, progress=False)
    assert lacking(after, "S-5", "facilities_missing") == {"W": 0.0, "E": 0.0}
    assert found.table.groupby("zone_id").size().to_dict() == {"E": 2, "W": 2}


def test_a_district_with_too_few_candidates_is_named() -> None:
    here = town(1)
    west = Town(here.result, here.homes, here.kindergartens, [one for one in range(25) if in_west(one)])
    found = ProvisionGap(here.result, "S-5", candidates=west.candidates()).solve(effort=QUIET)
    assert found.status == "infeasible"
    assert found.failure is not None
    assert "E lacks 2, its candidates allow 0" in found.failure.reason_en
    assert found.table.groupby("zone_id").size().to_dict() == {"W": 2}


def test_a_gap_says_what_it_needs() -> None:
    here = town(1)
    with pytest.raises(InputError, match="provision and presence"):
        ProvisionGap(here.result, "S-1").solve()
    with pytest.raises(InputError, match="counts places: give sizes"):
        ProvisionGap(here.result, "S-4").solve()
    with pytest.raises(InputError, match="takes no budget"):
        ProvisionGap(here.result, "S-3", conditions=Conditions(budget=3)).solve()
    with pytest.raises(InputError, match="level '街道' is unknown"):
        ProvisionGap(here.result, "S-3", level="街道").solve()


def wide(seed: int, **columns: object) -> tuple[Town, sc.Proposal]:
    """Return a town and four sites in it."""
    here = town(seed, homes=15, sites=12)
    return here, CoverMost(here.result, "S-1", k=4, candidates=here.candidates(**columns)).solve(effort=QUIET)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_year_covers_most_for_its_money_and_is_what_assessing_gives(seed: int) -> None:
    here, sites = wide(seed)
    plan = phased(sites, {2026: 1, 2027: 2, 2028: 9}, effort=QUIET)
    assert plan.table["gain"].iloc[0] == sites.table["gain"].max()
    assert plan.years["sites"].sum() == len(sites.table)
    for year, share in zip(plan.years["year"], plan.years["share_after"], strict=True):
        cells = sc.assess(plan.city_in(here.result.city, year), here.result.plan, progress=False).cells_for("S-1")
        assert cells.loc[cells["covered"], "group"].sum() / cells["group"].sum() == pytest.approx(share)
    assert plan.years["share_after"].iloc[-1] == pytest.approx(sites.share_after)


def test_money_is_kept_for_the_next_year_and_land_is_waited_for() -> None:
    here = town(1, homes=15, sites=12)
    free = CoverMost(here.result, "S-1", k=3, candidates=here.candidates()).solve(effort=QUIET)
    best = free.table["site_id"].iloc[0]
    frame = here.candidates(cost=3.0)
    frame["available_from"] = np.where(frame["id"] == best, 2028, 2020)
    sites = CoverMost(here.result, "S-1", k=3, candidates=frame).solve(effort=QUIET)
    plan = phased(sites, {2026: 2, 2027: 2, 2028: 2}, effort=QUIET)
    assert plan.years["sites"].tolist() == [0, 1, 1]
    assert plan.years["left"].tolist() == [2, 1, 0]
    years = dict(zip(plan.table["site_id"], plan.table["year"], strict=True))
    assert years.get(best, 2028) == 2028
    assert len(plan.unbuilt) == len(sites.table) - 2
    assert plan.table_in("zh").columns.tolist()[:3] == ["年份", "建议点(处)", "投入"]


def test_phases_need_money_and_years() -> None:
    _, sites = wide(1)
    with pytest.raises(InputError, match="a budget for each year"):
        phased(sites, {})
    with pytest.raises(InputError, match="budget of 2026"):
        phased(sites, {2026: -1})
