"""Which standards come to what they came to before: those that nothing they depend on has changed for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.network import Nearest
from servicecircle.plan import ANY_SERVICE, Connection, Presence, Share, TravelTime

if TYPE_CHECKING:
    from servicecircle.assessment.assessment import Assessment
    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.rows import Outcome
    from servicecircle.assessment.shared import Shared
    from servicecircle.plan import Plan, Standard

BY_COLUMN = (Presence, Share)
"""Measures that say whether a column is there at all; to the others one that says nothing is as good as none."""


def held_outcomes(ground: Ground, plan: Plan, since: Assessment) -> dict[str, Outcome]:
    """Return the outcomes of an earlier assessment that hold in this one, by standard.

    Parameters
    ----------
    ground
        The city, made ready with what the earlier one shares with it.
    plan
        The plan.
    since
        The earlier assessment.
    """
    shared, old = ground.shared, since.plan
    if (
        shared is None
        or not (shared.ways and shared.cells and shared.people and shared.zones and shared.areas)
        or ground.city.name != since.city.name
        or (plan.profiles, plan.groups) != (old.profiles, old.groups)
    ):
        return {}
    before = {standard.id: standard for standard in old.standards}
    table = np.append(shared.number, -1)
    return {
        standard.id: _renumbered(since.outcomes[standard.id], table)
        for standard in plan.standards
        if before.get(standard.id) == standard and _untouched(standard, shared)
    }


def _untouched(standard: Standard, shared: Shared) -> bool:
    """Return whether nothing has changed in the layers that a standard alone looks at."""
    services = {*standard.services}
    if ANY_SERVICE in services and (shared.touched or shared.columns):
        return False
    if isinstance(standard.measure, BY_COLUMN) and shared.columns:
        return False
    if isinstance(standard.measure, (TravelTime, Connection)) and not (shared.roads and shared.lines):
        return False
    return shared.touched.isdisjoint(services)


def _renumbered(outcome: Outcome, table: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Outcome:
    """Return an outcome whose walks lead to facilities by their new numbers."""
    walks = [(service, Nearest(walk.distance_m, table[walk.facility])) for service, walk in outcome.walks]
    return replace(outcome, walks=walks)
