"""The bus lines of a city folder, and the stops they serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from servicecircle.projection import reproject
from servicecircle.read.bus_table import bus_lines, stops_of
from servicecircle.read.folder.reader import one_layer
from servicecircle.read.gtfs import read_gtfs
from servicecircle.read.report import Read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.read.city_file.networks import BusLines
    from servicecircle.read.folder.reader import FolderReader

OURS = frozenset({"line_id", "stop_id"})
"""A table with one of these columns has lines as the library keeps them; others are an office's bus table."""

STOP = "bus_stop"


def read_lines(reader: FolderReader, sources: Sequence[BusLines], facilities: Read) -> tuple[Read | None, Read] | None:
    """Return the bus lines (None: there are none), and the facilities with the stops of lines where that is asked.

    The whole is None if a file cannot be read.
    """
    reads = reader.each("bus_lines", sources, lambda source: _one_file(reader, source, facilities.frame))
    if not reads:
        return None if reads is None else (None, facilities)
    stops = [stops_of(read.frame) for read, source in zip(reads, sources, strict=True) if source.stops]
    if stops:
        one = gpd.GeoDataFrame(pd.concat(stops, ignore_index=True), geometry="geometry", crs=reader.crs)
        # two lines of two files may call at one stop
        one = one.drop_duplicates("id")
        facilities = one_layer("facilities", [facilities, Read(one)], reader.crs)
    return one_layer("bus_lines", reads, reader.crs), facilities


def _one_file(reader: FolderReader, source: BusLines, facilities: gpd.GeoDataFrame) -> Read:
    """Return the bus lines of a table or a GTFS feed."""
    path = reader.path(source.file)
    if source.is_gtfs:
        read = read_gtfs(path)
    else:
        read = reader.raw(source)
        if not OURS.intersection(read.frame.columns):
            stops = facilities[facilities["service"] == STOP] if source.lacks_places else None
            found = bus_lines(read.frame, stops, unplaced=source.unplaced)
            read = Read(found.frame, read.report + found.report)
    frame, findings = reproject(read.frame, reader.crs, layer=path.name)
    return Read(frame, read.report.plus(*findings))
