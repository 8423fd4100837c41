"""Judge a public-service plan against a city.

A ``City`` holds what is there, a ``Plan`` says what should be there, ``assess`` says what is missing and for whom,
``best_sites`` says where to put it, and a changed ``City`` says what that would achieve.
"""

from importlib.metadata import version

from servicecircle.alignment import check_datum
from servicecircle.assessment import (
    Access,
    Assessment,
    Comparison,
    Explanation,
    NetworkQuality,
    Sensitivity,
    access,
    assess,
    circles_table,
    districts_table,
    equity_table,
    network_quality,
    progress_table,
    sensitivity,
    split_change,
)
from servicecircle.city import About, City, Homes, Transport
from servicecircle.datum import from_datum
from servicecircle.findings import DataReport
from servicecircle.network import AccessRule, Drawing, DriveNetwork, WalkNetwork
from servicecircle.plan import Plan, bundled_plans, read_plan
from servicecircle.read import (
    bus_lines,
    check_city,
    classify,
    fetch_walk_network,
    match_facilities,
    merge_duplicates,
    new_city,
    read_barriers,
    read_city,
    read_drive_network,
    read_facilities,
    read_gtfs,
    read_layer,
    read_population,
    read_review,
    read_walk_network,
    sample_city,
    spread,
    stops_of,
    with_code_levels,
    with_group_shares,
    with_zone_ids,
    write_review,
)
from servicecircle.show import gap_map, write_data_report, write_layer, write_layers, write_summary
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
    "Drawing",
    "DriveNetwork",
    "Explanation",
    "Homes",
    "NetworkQuality",
    "Plan",
    "Proposal",
    "Sensitivity",
    "Transport",
    "WalkNetwork",
    "access",
    "assess",
    "best_sites",
    "bundled_plans",
    "bus_lines",
    "check_city",
    "check_datum",
    "circles_table",
    "classify",
    "districts_table",
    "equity_table",
    "fetch_walk_network",
    "from_datum",
    "gap_map",
    "match_facilities",
    "merge_duplicates",
    "network_quality",
    "new_city",
    "progress_table",
    "read_barriers",
    "read_city",
    "read_drive_network",
    "read_facilities",
    "read_gtfs",
    "read_layer",
    "read_plan",
    "read_population",
    "read_review",
    "read_walk_network",
    "sample_city",
    "sensitivity",
    "split_change",
    "spread",
    "stops_of",
    "with_code_levels",
    "with_group_shares",
    "with_zone_ids",
    "write_data_report",
    "write_layer",
    "write_layers",
    "write_review",
    "write_summary",
]
