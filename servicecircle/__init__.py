"""Judge a public-service plan against a city.

A ``City`` holds what is there, a ``Plan`` says what should be there, ``assess`` says what is missing and for whom,
``best_sites`` says where to put it, and a changed ``City`` says what that would achieve.
"""

from importlib.metadata import version

from servicecircle.assessment import (
    Access,
    Assessment,
    Comparison,
    Explanation,
    Sensitivity,
    access,
    assess,
    circles_table,
    districts_table,
    equity_table,
    progress_table,
    sensitivity,
    split_change,
)
from servicecircle.city import About, City, Transport
from servicecircle.findings import DataReport
from servicecircle.network import AccessRule, DriveNetwork, WalkNetwork
from servicecircle.plan import Plan, bundled_plans, read_plan
from servicecircle.read import read_city, read_gtfs, read_layer, read_population, read_walk_network, sample_city
from servicecircle.show import gap_map, write_summary
from servicecircle.siting import Proposal, best_sites

__version__ = version("servicecircle")

__all__ = [
    "About",
    "Access",
    "AccessRule",
    "Assessment",
    "City",
    "Comparison",
    "DataReport",
    "DriveNetwork",
    "Explanation",
    "Plan",
    "Proposal",
    "Sensitivity",
    "Transport",
    "WalkNetwork",
    "access",
    "assess",
    "best_sites",
    "bundled_plans",
    "circles_table",
    "districts_table",
    "equity_table",
    "gap_map",
    "progress_table",
    "read_city",
    "read_gtfs",
    "read_layer",
    "read_plan",
    "read_population",
    "read_walk_network",
    "sample_city",
    "sensitivity",
    "split_change",
    "write_summary",
]
