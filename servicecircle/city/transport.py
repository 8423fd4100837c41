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

FASTEST_KMH = 120.0
"""A bus that would have to go faster than this between the ends of its line has its minutes wrong (km/h)."""


@dataclass(frozen=True, slots=True, eq=False)
class Transport:
    """What runs in a city; what is None is not known, which is not the same as none.

    Parameters
    ----------
    drive
        The drive network, in the CRS of the walk network.
    lines
        Bus lines, one row for each stop of a line: ``line_id``, ``stop_id``, ``sequence`` (the order of the stops)
        and, if known, ``name``, ``headway_minutes`` (minutes between two buses), ``minutes`` (minutes of riding from
        the line's first stop) and other columns. A row without a geometry, or a frame without geometries, has the
        place of the facility whose ``id`` is its ``stop_id``.

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
    for column in ("headway_minutes", "minutes"):
        if column in seen.frame:
            seen.numbers(column, may_be_missing=True)
    _inspect_headways(seen)
    if "name" in seen.frame:
        seen.frame["name"] = as_text(seen.frame["name"])
    placed = seen.project(crs)
    if placed:
        seen.shapes(POINTS, may_be_missing=True)
        _place(seen, facilities)
    _inspect_order(seen)
    _inspect_minutes(seen, placed=placed)
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


def _inspect_headways(seen: Inspection) -> None:
    """Take headways of 0 minutes for unknown ones: nobody boards without waiting."""
    if "headway_minutes" not in seen.frame:
        return
    none = (seen.frame["headway_minutes"] == 0).to_numpy()
    if none.any():
        seen.frame.loc[none, "headway_minutes"] = np.nan
        seen.note(
            "no_headway",
            "repair",
            "headway_minutes is 0: taken for unknown. Give the minutes between two buses.",
            "headway_minutes 为 0，按未知处理，请填写发车间隔（分钟）。",
            column="headway_minutes",
            rows=seen.labels(none),
        )


def _inspect_minutes(seen: Inspection, *, placed: bool) -> None:
    """Note minutes that go back along a line, and lines whose minutes no bus can keep."""
    if "minutes" not in seen.frame:
        return
    known = seen.frame[seen.frame["minutes"].notna() & np.isfinite(seen.frame["sequence"])]
    known = known.sort_values(["line_id", "sequence"], kind="stable")
    back = known.index[(known.groupby("line_id")["minutes"].diff() < 0).to_numpy()]
    if len(back):
        seen.note(
            "minutes_go_back",
            "error",
            "minutes are fewer than at the stop before. Give the minutes of riding from the line's first stop, added "
            "up, not those from the stop before.",
            "minutes 小于前一站。请填写自首站起的累计乘车分钟，而不是相邻两站之间的分钟。",
            column="minutes",
            rows=list(back),
        )
    elif placed:
        _inspect_speeds(seen, known)


def _inspect_speeds(seen: Inspection, known: gpd.GeoDataFrame) -> None:
    """Note lines that are faster than any bus, as if their minutes were hours, or all the same."""
    hops = known.geometry.distance(known.geometry.shift(), align=False)
    hops = hops.where((known["line_id"] == known["line_id"].shift()).to_numpy(), 0.0).fillna(0.0)
    line = known["line_id"]
    minutes = known["minutes"].groupby(line).max() - known["minutes"].groupby(line).min()
    hours = (minutes + 1.0) / 60  # minutes may be rounded at either end
    fast = hops.groupby(line).sum() / 1000 > FASTEST_KMH * hours
    if fast.any():
        seen.note(
            "too_fast",
            "warning",
            f"minutes make the bus faster than {FASTEST_KMH:g} km/h on these lines. Give minutes of riding from the "
            "line's first stop, in minutes.",
            f"按 minutes 推算，下列线路车速超过 {FASTEST_KMH:g} 公里/小时，请核对累计乘车分钟。",
            column="minutes",
            rows=fast.index[fast.to_numpy()],
        )
