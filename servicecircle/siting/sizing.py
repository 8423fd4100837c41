"""Facilities no larger than what they serve."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from servicecircle.siting.solution import Solution
    from servicecircle.siting.stage import Stage

SPARE = 1e-6
"""What the tolerances of a search leave of a place."""


def no_larger_than_needed(stage: Stage, found: Solution) -> Solution:
    """Return a choice within capacity in which each new site has the cheapest, then smallest, size that serves as many.

    Where the number of sites is what counts, the search is indifferent to their sizes; who pays for them is not.
    """
    if found.flow is None:
        return found
    options = stage.options
    site, places, cost = (options[name].to_numpy() for name in ("site", "places", "cost"))
    served = np.asarray(found.flow.sum(axis=1)).ravel()
    instead = np.arange(len(options))
    for option in set(found.chosen.tolist()) - set(stage.rules.required.tolist()):
        if site[option] >= 0:
            enough = np.flatnonzero((site == site[option]) & (places >= served[option] - SPARE))
            instead[option] = enough[np.lexsort((enough, places[enough], cost[enough]))[0]]
    flow = found.flow.tocoo()
    moved = csr_array((flow.data, (instead[flow.row], flow.col)), shape=flow.shape)
    assignment = np.where(found.assignment >= 0, instead[found.assignment], found.assignment)
    return replace(found, chosen=np.sort(instead[found.chosen]), flow=moved, assignment=assignment)
