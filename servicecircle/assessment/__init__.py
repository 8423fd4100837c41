"""What is missing, where, for how many, by which clause."""

from servicecircle.assessment.access import Access, access
from servicecircle.assessment.assessment import Assessment
from servicecircle.assessment.cell_walk import CellWalk
from servicecircle.assessment.circles import circles_table
from servicecircle.assessment.comparison import Comparison
from servicecircle.assessment.districts import districts_table
from servicecircle.assessment.equity import equity_table
from servicecircle.assessment.explanation import Explanation
from servicecircle.assessment.inequality import (
    Gap,
    coefficient_of_variation,
    gini,
    group_gap,
    palma,
    weighted_mean,
)
from servicecircle.assessment.judging import assess
from servicecircle.assessment.manifest import Manifest, read_manifest, write_manifest
from servicecircle.assessment.network_quality import NetworkQuality, network_quality
from servicecircle.assessment.progress import progress_table, split_change
from servicecircle.assessment.sensitivity import Sensitivity, sensitivity
from servicecircle.assessment.side_by_side import scenario_table

__all__ = [
    "Access",
    "Assessment",
    "CellWalk",
    "Comparison",
    "Explanation",
    "Gap",
    "Manifest",
    "NetworkQuality",
    "Sensitivity",
    "access",
    "assess",
    "circles_table",
    "coefficient_of_variation",
    "districts_table",
    "equity_table",
    "gini",
    "group_gap",
    "network_quality",
    "palma",
    "progress_table",
    "read_manifest",
    "scenario_table",
    "sensitivity",
    "split_change",
    "weighted_mean",
    "write_manifest",
]
