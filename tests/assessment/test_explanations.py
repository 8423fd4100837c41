"""Every standard of the plan explains its figures on the sample city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import servicecircle as sc

if TYPE_CHECKING:
    from servicecircle.assessment import Assessment

PLAN = sc.read_plan("lianyungang-145")


@pytest.fixture(scope="module")
def result() -> Assessment:
    return sc.assess(sc.sample_city(), PLAN, progress=False)


@pytest.mark.parametrize("standard_id", PLAN.ids)
def test_there_is_a_clause_data_and_a_reason_behind_every_figure(result: Assessment, standard_id: str) -> None:
    rows = result.table[result.table["standard_id"] == standard_id]
    told = result.explain(standard_id, rows["zone_id"].iloc[0])
    assert all(one.quote for one in told.standard.citations)
    assert len(told.standard.citations)
    assert all(told.digests.values())
    assert {"islands", "max_access_m", "crs"} <= set(told.parameters)
    behind = len(told.cells) + len(told.facilities) + len(told.evidence)
    (status,) = told.rows["status"].unique()[:1]
    if status == "not_evaluable":
        assert len(told.evidence) or told.standard.target.origin == "lost_in_source"
    elif (told.rows["numerator"].fillna(0) > 0).any():
        assert behind or told.parameters.get("covered_by") in result.ground.areas
    assert told.zone_name in str(told)
