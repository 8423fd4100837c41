"""Spatial indexes of networks, made once for each network: it never changes, and one place is found in no time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from servicecircle.network.access import AccessRule
    from servicecircle.network.graph import WalkNetwork

_TREES: WeakKeyDictionary[WalkNetwork, dict[object, tuple[shapely.STRtree, NDArray[np.int64]]]] = WeakKeyDictionary()


def entered_edges(network: WalkNetwork, rule: AccessRule) -> tuple[shapely.STRtree, NDArray[np.int64]]:
    """Return an index of the edges that may be entered under a rule, and their numbers."""
    made = _TREES.setdefault(network, {})
    if rule.islands not in made:
        may = np.flatnonzero(rule.eligible(network.component_length_m)[network.edge_component])
        may.setflags(write=False)
        made[rule.islands] = shapely.STRtree(network.edge_geometry[may]), may
    return made[rule.islands]
