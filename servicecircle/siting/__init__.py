"""Where to put what is missing.

For planners: `best_sites` in one line; `CoverMost`, `CoverShare`, `LeastWalk`, `ShortestWorstWalk`, `WorstOffFirst`,
`ServeWithinCapacity`, `CoverSeveral` and `ProvisionGap`, with `Conditions`, `LandRules`, `Size` and `candidate_sites`;
each returns a `Proposal`, which `phased` spreads over years. `Closing` says which facilities may close. On arrays:
`Coverage`, `Distances` and the functions that solve them.
"""

from servicecircle.siting.candidates import candidate_sites
from servicecircle.siting.capacitated import fewest_serving, least_walk_served, most_served
from servicecircle.siting.center import shortest_worst_walk
from servicecircle.siting.closing import Closing
from servicecircle.siting.closures import Closures
from servicecircle.siting.conditions import Conditions, Size
from servicecircle.siting.covering import most_covered
from servicecircle.siting.failure import Failure
from servicecircle.siting.fairness import fairest
from servicecircle.siting.fewest import fewest_sites
from servicecircle.siting.instance import Capacity, Coverage, Distances, Effort, Rules, stacked
from servicecircle.siting.land import LandRules
from servicecircle.siting.median import least_walk
from servicecircle.siting.phasing import Phases, phased
from servicecircle.siting.problems import CoverMost, CoverShare, LeastWalk, ShortestWorstWalk, WorstOffFirst
from servicecircle.siting.proposal import Proposal
from servicecircle.siting.provision import ProvisionGap
from servicecircle.siting.serving import ServeWithinCapacity
from servicecircle.siting.several import CoverSeveral
from servicecircle.siting.sites import best_sites
from servicecircle.siting.solution import Shortfall, Solution

__all__ = [
    "Capacity",
    "Closing",
    "Closures",
    "Conditions",
    "CoverMost",
    "CoverSeveral",
    "CoverShare",
    "Coverage",
    "Distances",
    "Effort",
    "Failure",
    "LandRules",
    "LeastWalk",
    "Phases",
    "Proposal",
    "ProvisionGap",
    "Rules",
    "ServeWithinCapacity",
    "ShortestWorstWalk",
    "Shortfall",
    "Size",
    "Solution",
    "WorstOffFirst",
    "best_sites",
    "candidate_sites",
    "fairest",
    "fewest_serving",
    "fewest_sites",
    "least_walk",
    "least_walk_served",
    "most_covered",
    "most_served",
    "phased",
    "shortest_worst_walk",
    "stacked",
]
