"""What is missing, where, for how many, by which clause."""

from servicecircle.assessment.assessment import Assessment
from servicecircle.assessment.circles import circles_table
from servicecircle.assessment.comparison import Comparison
from servicecircle.assessment.explanation import Explanation
from servicecircle.assessment.judging import assess
from servicecircle.assessment.progress import progress_table, split_change
from servicecircle.assessment.sensitivity import Sensitivity, sensitivity

__all__ = [
    "Assessment",
    "Comparison",
    "Explanation",
    "Sensitivity",
    "assess",
    "circles_table",
    "progress_table",
    "sensitivity",
    "split_change",
]
