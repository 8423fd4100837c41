"""Stories of siting on the sample city, as a planner would tell them; what is predicted is what assessing gives."""

from __future__ import annotations

import functools

import pytest

import servicecircle as sc
from servicecircle.errors import InputError
from servicecircle.siting import (
    Conditions,
    CoverShare,
    Effort,
    LandRules,
    ProvisionGap,
    ServeWithinCapacity,
    Size,
    candidate_sites,
    phased,
)

QUIET = Effort(progress=False)
STANDARDS = ("LY-01", "YY-01", "YY-05")


@functools.cache
def judged() -> sc.Assessment:
    return sc.assess(sc.sample_city(), sc.read_plan("lianyungang-145").only(*STANDARDS), progress=False)


def candidates() -> object:
    return candidate_sites(judged().city, method="grid", every_m=500, inside=["built_up"])


@pytest.mark.parametrize("objective", ["cover", "median", "center"])
def test_what_is_predicted_is_what_assessing_gives(objective: str) -> None:
    result = judged()
    sites = sc.best_sites(result, "YY-05", k=4, candidates=candidates(), objective=objective)  # type: ignore[arg-type]
    after = sc.assess(sites.applied_to(result.city), result.plan, since=result, progress=False)
    cells, before = after.cells_for("YY-05"), result.cells_for("YY-05")
    scope = cells[cells["in_scope"]]
    assert scope.loc[scope["covered"], "group"].sum() / scope["group"].sum() == pytest.approx(sites.share_after)
    new = cells["in_scope"] & cells["covered"] & ~before["covered"]
    assert cells.loc[new, "pop_total"].sum() == sites.table["residents"].sum()
    people = result.city.population.set_index("cell_id")
    assert people.loc[cells.index[new], "pop_60p"].sum() == sites.table["gain_60p"].sum()
    assert people.loc[cells.index[new], "pop_3_5"].sum() == sites.table["gain_3_5"].sum() == sites.gain
    assert cells["metres"].to_numpy() == pytest.approx(sites.cells["metres_after"].to_numpy(), abs=1e-6)
    assert sites.status == "proven"


def test_each_sub_district_learns_what_it_gains() -> None:
    result = judged()
    sites = sc.best_sites(result, "YY-05", k=4, candidates=candidates())
    after = sc.assess(sites.applied_to(result.city), result.plan, since=result, progress=False)
    rows = after.table[(after.table["standard_id"] == "YY-05") & (after.table["class"] == "all")]
    value = dict(zip(rows["zone_name"], rows["value"], strict=True))
    table = sites.by_zone("街道", language="en")
    assert table["residents newly covered"].sum() == sites.gain
    assert {row["zone"]: row["share covered with the sites"] for _, row in table.iterrows()} == pytest.approx(
        {name: value[name] for name in table["zone"]}
    )
    assert sites.by_zone("街道").columns[0] == "单元"


def test_what_no_candidate_reaches_is_named_in_both_languages() -> None:
    sites = CoverShare(judged(), "YY-05", share=1.0, candidates=candidates()).solve(effort=QUIET)
    assert sites.status == "infeasible"
    assert sites.failure is not None
    assert "没有任何可用候选点" in sites.failure.reason_zh
    assert sites.failure.residents == sites.failure.zones["residents"].sum() > 0
    assert "not feasible" in repr(sites)
    assert "不可行" in sites._repr_html_()


def test_each_county_gets_the_kindergartens_it_lacks() -> None:
    result = judged()
    sites = ProvisionGap(result, "YY-01").solve(effort=QUIET)
    after = sc.assess(sites.applied_to(result.city), result.plan, since=result, progress=False)
    rows = after.table[(after.table["standard_id"] == "YY-01") & (after.table["level"] == "县区")]
    assert rows["facilities_missing"].tolist() == [0.0, 0.0, 0.0]
    assert len(sites.table) == 2
    assert set(sites.zones["县区"]) == {name for name in sites.zones["县区"] if name}


def test_kindergartens_of_six_nine_or_twelve_classes_are_sited_and_built_over_three_years() -> None:
    result = judged()
    sizes = tuple(
        Size(f"{n}班", 30 * n, cost=3 + n, min_area_m2=450 * n, attributes={"classes": n}) for n in (6, 9, 12)
    )
    frame = candidates().assign(area_m2=3000.0, land_use="0804")  # type: ignore[attr-defined]
    conditions = Conditions(budget=30, land=LandRules(codes=("08",), inside=("built_up",)))
    problem = ServeWithinCapacity(
        result, "YY-05", candidates=frame, conditions=conditions, sizes=sizes, amount="capacity"
    )
    sites = problem.solve(effort=QUIET)
    assert set(sites.table["size"]) == {"6班"}  # 3,000 m2 hold no more
    assert sites.table["cost"].sum() <= 30
    assert sites.facilities["classes"].tolist() == [6] * len(sites.table)
    years = phased(sites, {2026: 10, 2027: 10, 2028: 10}, effort=QUIET)
    assert years.years["sites"].tolist() == [1, 1, 1]
    assert years.years["share_after"].iloc[-1] == pytest.approx(sites.share_after)


def test_a_proposal_reads_well() -> None:
    sites = sc.best_sites(judged(), "YY-05", k=2, candidates=candidates())
    assert "proven: no choice is better" in repr(sites)
    html = sites._repr_html_()
    assert "选址建议表" in html
    assert "已证明最优" in html
    assert sites.table_in("zh").columns[:3].tolist() == ["标准", "排名", "候选点"]
    assert sites.table_in("en").columns[:3].tolist() == ["standard", "rank", "candidate"]


def test_best_sites_until_a_share_takes_no_other_aim() -> None:
    sites = sc.best_sites(judged(), "YY-05", until_share=0.5, candidates=candidates())
    assert sites.share_after >= 0.5
    fewer = sc.best_sites(judged(), "YY-05", k=max(len(sites.table) - 1, 1), candidates=candidates())
    assert fewer.share_after < 0.5
    with pytest.raises(InputError, match="until_share asks for coverage"):
        sc.best_sites(judged(), "YY-05", until_share=0.5, objective="median")
