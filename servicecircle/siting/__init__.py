"""Where to put what is missing."""

from servicecircle.siting.capacitated import fewest_serving, least_walk_served, most_served
from servicecircle.siting.center import shortest_worst_walk
from servicecircle.siting.covering import most_covered
from servicecircle.siting.fairness import fairest
from servicecircle.siting.fewest import fewest_sites
from servicecircle.siting.instance import Capacity, Coverage, Distances, Effort, Rules, stacked
from servicecircle.siting.median import least_walk
from servicecircle.siting.sites import Proposal, best_sites
from servicecircle.siting.solution import Shortfall, Solution

__all__ = [
    "Capacity",
    "Coverage",
    "Distances",
    "Effort",
    "Proposal",
    "Rules",
    "Shortfall",
    "Solution",
    "best_sites",
    "fairest",
    "fewest_serving",
    "fewest_sites",
    "least_walk",
    "least_walk_served",
    "most_covered",
    "most_served",
    "shortest_worst_walk",
    "stacked",
]
