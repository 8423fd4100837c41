"""The bus lines of a city folder, and the stops they serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from servicecircle.errors import ReadError
from servicecircle.read.bus_table import bus_lines, stops_of
from servicecircle.read.folder.reader import one_layer
from servicecircle.read.gtfs import read_gtfs
from servicecircle.read.report import Read
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj

    from servicecircle.read.city_file.networks import BusLines
    from servicecircle.read.folder.reader import FolderReader

OURS = frozenset({"line_id", "stop_id"})
"""A table with one of these columns has lines as the library keeps them; others are an office's bus table."""

STOP = "bus_stop"
SAME_M = 1.0
"""Places of one stop in two files may differ by so much."""


def read_lines(reader: FolderReader, sources: Sequence[BusLines], facilities: Read) -> tuple[Read | None, Read] | None:
    """Return the bus lines (None: there are none), and the facilities with the stops of lines where that is asked.

    The whole is None if a file cannot be read.
    """
    reads = reader.each("bus_lines", sources, lambda source: _one_file(reader, source, facilities.frame))
    if not reads:
        return None if reads is None else (None, facilities)
    asked = [read for read, source in zip(reads, sources, strict=True) if source.stops]
    if asked:
        stops = reader.tried("[[bus_lines]], stops", lambda: _stops(asked, reader.crs))
        if stops is None:
            return None
        facilities = one_layer("facilities", [facilities, stops], reader.crs)
    return one_layer("bus_lines", reads, reader.crs), facilities


def _stops(lines: Sequence[Read], crs: pyproj.CRS) -> Read:
    """Return the stops of lines as facilities; ReadError if one id stands for different places in two files."""
    each = pd.concat([stops_of(read.frame) for read in lines], ignore_index=True)
    first = each.drop_duplicates("id").set_index("id").geometry
    apart = gpd.GeoSeries(each.geometry).distance(gpd.GeoSeries(first.loc[each["id"]].to_numpy(), crs=crs)) > SAME_M
    if apart.any():
        ids = sorted(set(each["id"][apart]))
        raise ReadError(
            f"{len(ids):,} stop ids stand for different places in two files: {listed(ids, most=5)}. Give the stops of "
            f"one file other ids. | {len(ids):,} 个站点编号在两个文件中位置不同，请改用不同编号："
            f"{listed(ids, most=5)}。"
        )
    # of all files at once, so that the lines that call at a stop are counted over all of them
    whole = pd.concat([read.frame for read in lines], ignore_index=True)
    return Read(stops_of(gpd.GeoDataFrame(whole, geometry="geometry", crs=crs)))


def _one_file(reader: FolderReader, source: BusLines, facilities: gpd.GeoDataFrame) -> Read:
    """Return the bus lines of a table or a GTFS feed."""
    if source.is_gtfs:
        return reader.projected(read_gtfs(reader.path(source.file)), source)
    read = reader.raw(source)
    if not OURS.intersection(read.frame.columns):
        stops = facilities[facilities["service"] == STOP] if source.lacks_places else None
        found = bus_lines(read.frame, stops, unplaced=source.unplaced)
        read = Read(found.frame, read.report + found.report)
    return reader.projected(read, source)
