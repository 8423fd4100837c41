"""What runs in a city: its drive network and its bus lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.city.inspection import Inspection, as_text
from servicecircle.errors import CRSError, InputError
from servicecircle.network import DriveNetwork

if TYPE_CHECKING:
    import pyproj

LINES = "bus lines"
POINTS = frozenset({"Point"})


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """What runs in a city; what is None is not known, which is not the same as none.

    Parameters
    ----------
    drive
        The drive network, in the CRS of the walk network.
    lines
        Bus lines, one row for each stop of a line: ``line_id``, ``stop_id``, ``sequence`` (the order of the stops)
        and, if known, ``name``, ``headway_minutes`` (minutes) and other columns. A row without a geometry, or a frame
        without geometries, has the place of the facility whose ``id`` is its ``stop_id``.

    Raises
    ------
    InputError
        If one of them is something else.
    """

    drive: DriveNetwork | None = None
    lines: gpd.GeoDataFrame | pd.DataFrame | None = None

    def __post_init__(self) -> None:
        drive: object = self.drive
        lines: object = self.lines
        if drive is not None and not isinstance(drive, DriveNetwork):
            raise InputError(
                f"drive must be a DriveNetwork, not {type(drive).__name__}: DriveNetwork.from_edges(roads). | drive "
                "必须是 DriveNetwork。"
            )
        if lines is not None and not isinstance(lines, pd.DataFrame):
            raise InputError(
                f"lines must be a frame with line_id, stop_id and sequence, not {type(lines).__name__}. | lines 必须是"
                "数据表。"
            )

    def check_crs(self, crs: pyproj.CRS) -> None:
        """Raise CRSError unless the drive network, if there is one, is in a CRS.

        Parameters
        ----------
        crs
            The CRS of the walk network.
        """
        if self.drive is not None and self.drive.roads.crs != crs:
            raise CRSError(
                f"The drive network is in {self.drive.roads.crs.to_string()}, the walk network in {crs.to_string()}. "
                "Bring the roads there first: roads.to_crs(walk.crs). | 道路网与步行网络的坐标系不一致，请先转换。"
            )


def inspect_lines(frame: pd.DataFrame, crs: pyproj.CRS, facilities: gpd.GeoDataFrame) -> Inspection:
    """Check the bus lines: a line, a stop, a place in the line and a place on the ground for each row."""
    seen = Inspection.of(LINES, _with_geometry(frame, crs))
    if not seen.require("line_id", "stop_id", "sequence"):
        return seen
    for column in ("line_id", "stop_id"):
        seen.texts(column)
    seen.numbers("sequence", may_be_missing=False)
    if "headway_minutes" in seen.frame:
        seen.numbers("headway_minutes", may_be_missing=True)
    if "name" in seen.frame:
        seen.frame["name"] = as_text(seen.frame["name"])
    if seen.project(crs):
        seen.shapes(POINTS, may_be_missing=True)
        _place(seen, facilities)
    _inspect_order(seen)
    seen.frame = seen.frame.sort_values(["line_id", "sequence", "stop_id"], ignore_index=True)
    return seen


def _with_geometry(frame: pd.DataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return lines as a frame with a geometry column, empty where there was none."""
    if isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None:
        return frame
    places = gpd.GeoSeries(np.full(len(frame), None, dtype=object), index=frame.index, crs=crs)
    return gpd.GeoDataFrame(pd.DataFrame(frame), geometry=places, crs=crs)


def _place(seen: Inspection, facilities: gpd.GeoDataFrame) -> None:
    """Give stops without a place that of the facility with their id; note those that have none either."""
    geometry = seen.frame.geometry
    placeless = (geometry.isna() | geometry.is_empty).to_numpy()
    if placeless.any() and "id" in facilities:
        known = facilities[~(facilities.geometry.isna() | facilities.geometry.is_empty)]
        points = dict(zip(known["id"], known.geometry, strict=True))
        seen.frame.loc[placeless, "geometry"] = gpd.GeoSeries(
            [points.get(stop) for stop in seen.frame["stop_id"][placeless]],
            index=seen.frame.index[placeless],
            crs=seen.frame.crs,
        )
    lost = seen.frame.geometry.isna().to_numpy() | seen.frame.geometry.is_empty.to_numpy()
    if lost.any():
        seen.note(
            "no_place",
            "error",
            "stop_id is no id of a facility with a place, and the row has no geometry. Correct it, or give the stop a "
            "place.",
            "stop_id 不是有坐标设施的 id，该行也没有坐标，请更正或补充坐标。",
            column="stop_id",
            rows=[f"{label}: {stop}" for label, stop in seen.frame.loc[lost, "stop_id"].items()],
        )


def _inspect_order(seen: Inspection) -> None:
    """Note stops of a line that stand at the same place in it."""
    twice = seen.frame.duplicated(["line_id", "sequence"], keep=False).to_numpy()
    if twice.any():
        seen.note(
            "duplicate",
            "error",
            "two stops of a line have the same sequence. Number the stops of each line, or give each direction a "
            "line_id of its own.",
            "同一线路有两个站的 sequence 相同，请依次编号，或为每个方向单设 line_id。",
            column="sequence",
            rows=seen.labels(twice),
        )
