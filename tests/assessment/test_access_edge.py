"""Access near the outer border of the hand-worked city, beyond which nothing is known."""

from __future__ import annotations

import shapely

from servicecircle.assessment import access
from tests import oracle


def test_residents_near_the_border_are_told_where_nothing_beyond_is_known() -> None:
    """3 minutes are 240 m: C1 (240 children), C3 (160) and C6 (30) live 100 m from the border, others 460 m or more."""
    general = oracle.plan().profiles["general"]
    found = access(oracle.city(), "kindergarten", minutes=3, group="pop_3_5", profile=general)
    told = {one.code: one.residents for one in found.report.findings}
    assert told["edge"] == 240 + 160 + 30


def test_a_facility_beyond_the_border_ends_the_doubt_about_access() -> None:
    places = oracle.facilities()
    places.loc[places["id"] == "K2", ["zone_id", "geometry"]] = [
        None,
        shapely.Point(486100, 3830500),
    ]
    found = access(oracle.city(facilities=places), "kindergarten", minutes=3, group="pop_3_5")
    assert "edge" not in [one.code for one in found.report.findings]
