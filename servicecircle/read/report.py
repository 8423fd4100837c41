"""What every reader of a layer returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from servicecircle.findings import DataReport

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A layer as read from a file.

    Parameters
    ----------
    frame
        The layer's rows, in the order of the file.
    report
        What was found and what was changed while reading.
    """

    frame: gpd.GeoDataFrame
    report: DataReport = field(default_factory=DataReport)
