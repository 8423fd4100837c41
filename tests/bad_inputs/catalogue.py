"""All cases, by kind and name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bad_inputs import crs, environment, facility, file, network, parameters, plan_files, population

if TYPE_CHECKING:
    from tests.bad_inputs.case import Case

KINDS = (
    crs.KIND,
    file.KIND,
    population.KIND,
    facility.KIND,
    network.KIND,
    parameters.KIND,
    plan_files.KIND,
    environment.KIND,
)
CASES: dict[str, Case] = {case.id: case for kind in KINDS for case in kind.cases}
