"""Drive networks from OpenStreetMap files: which ways cars drive on, and how fast."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.errors import InputError
from servicecircle.findings import Finding
from servicecircle.network import DRIVE_SPEEDS_KMH, DriveNetwork, stated_kmh
from servicecircle.read.pbf import ATTRIBUTES, Wanted, read_edges
from servicecircle.read.walkable import WALKABLE, TagRule, WalkFilter
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import geopandas as gpd

LAYER = "drive network"
LOWEST_KMH, HIGHEST_KMH = 5.0, 140.0
"""A ``maxspeed`` outside of these is taken for a slip of the pen, and for not stated."""

MOTORS = ("motor_vehicle", "motorcar", "vehicle")
BY_CAR = tuple((key, frozenset({"yes", "designated", "permissive", "destination"})) for key in MOTORS)

NOT_BUILT = WALKABLE.rules[0]
DRIVABLE = WalkFilter(
    [
        NOT_BUILT,
        TagRule(
            "highway",
            {"bridleway", "corridor", "crossing", "cycleway", "elevator", "footway", "ladder", "path", "pedestrian"}
            | {"platform", "steps", "via_ferrata"},
            "made for walkers and riders",
            "供行人、自行车使用",
        ),
        TagRule(
            "highway",
            {"bus_guideway", "busway", "escape", "raceway", "rest_area", "services"},
            "not for through traffic: bus lanes of their own, run-off lanes, race tracks, motorway services",
            "非社会车辆通行道路：公交专用道、避险车道、赛道、高速服务区",
        ),
        *(TagRule(key, {"no", "private"}, "closed to cars", "禁止机动车") for key in MOTORS),
        TagRule(
            "access",
            {"military", "no", "private"},
            "closed to the public, and no permission for cars on the map",
            "不对公众开放，地图上也未标注允许机动车通行",
            unless=BY_CAR,
        ),
        TagRule("area", {"yes"}, "an outline of an area, not a way", "面状轮廓而非道路"),
    ]
)
"""The ways cars drive on: every way with a ``highway`` tag that no rule leaves out. ``DRIVABLE.table`` shows the rules.

Driveways, car parks' aisles, tracks and roads for residents only stay.
"""


def read_drive_network(
    path: str | os.PathLike[str],
    *,
    crs: object,
    speeds_kmh: Mapping[str, float] | None = None,
    drivable: WalkFilter = DRIVABLE,
) -> DriveNetwork:
    """Read the drive network of an OpenStreetMap file; lengths are metres.

    The speed of a road is its ``maxspeed`` where that is a number, else that of its class in ``speeds_kmh``, else that
    of its class in `DRIVE_SPEEDS_KMH`, an assumption of this library; ``speed_table`` of the result lists them with the
    kilometres each is used on. Roads are driven both ways: how many kilometres are one-way is reported.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file (also ``.osm``, ``.osm.gz``, ``.osm.bz2``).
    crs
        The projected CRS of the city, in metres.
    speeds_kmh
        Speeds (km/h) by class of road (``highway``; links as the roads they belong to), for example
        ``{"primary": 45.0}``.
    drivable
        Which ways cars drive on.

    Returns
    -------
    DriveNetwork
        Its roads keep ``maxspeed``, ``oneway`` and the tags that a walk network keeps.

    Raises
    ------
    ReadError
        If the file is missing or broken, or holds no way cars drive on.
    CRSError
        If ``crs`` is unknown or does not measure in metres.
    InputError
        If a speed is no number above 0, or its class is unknown.
    NetworkError
        If the roads do not make a network.
    """
    _check_speeds(speeds_kmh or {})
    wanted = Wanted(drivable, (*ATTRIBUTES, "maxspeed", "oneway"), LAYER, "cars drive on", "可行车")
    read = read_edges(path, crs=crs, wanted=wanted)
    frame, found = _with_speeds(read.frame, speeds_kmh or {})
    drive = DriveNetwork.from_edges(frame)
    found += _one_way(drive)
    roads = replace(drive.roads, report=read.report.plus(*found) + drive.roads.report)
    return replace(drive, roads=roads)


def _check_speeds(speeds: Mapping[str, float]) -> None:
    for name, value in speeds.items():
        if name not in DRIVE_SPEEDS_KMH:
            raise InputError(
                f"speeds_kmh: the class {name!r} is unknown. {did_you_mean(name, DRIVE_SPEEDS_KMH)} | "
                f"speeds_kmh 中的道路等级 {name!r} 未知。"
            )
        given: object = value
        if isinstance(given, bool) or not isinstance(given, (int, float)) or not 0 < given < np.inf:
            raise InputError(
                f"speeds_kmh: {name} must be a number above 0. {value!r} was given instead. | "
                f"speeds_kmh 中 {name} 须为大于 0 的数。"
            )


def _with_speeds(frame: gpd.GeoDataFrame, speeds: Mapping[str, float]) -> tuple[gpd.GeoDataFrame, tuple[Finding, ...]]:
    """Return the roads without impossible limits, with the speeds given for their classes where they state none."""
    limit = np.array([stated_kmh(value) for value in frame["maxspeed"]], dtype=np.float64)
    wild = (limit < LOWEST_KMH) | (limit > HIGHEST_KMH)
    frame = frame.assign(maxspeed=frame["maxspeed"].where(~wild, None))
    found: tuple[Finding, ...] = ()
    if wild.any():
        en = f"maxspeed is below {LOWEST_KMH:g} or above {HIGHEST_KMH:g} km/h and was taken for not stated."
        zh = f"maxspeed 低于 {LOWEST_KMH:g} 或高于 {HIGHEST_KMH:g} 公里/小时，按未标注处理。"
        rows = [f"way {way}" for way in frame["osm_way"][wild]]
        found = (Finding.about(LAYER, "wild_speed", "repair", en=en, zh=zh, column="maxspeed", rows=rows),)
    if speeds:
        classes = frame["highway"].str.removesuffix("_link").map(speeds).astype(float)
        frame["speed_kmh"] = classes.where(np.isnan(limit) | wild)
    return frame, found


def _one_way(drive: DriveNetwork) -> tuple[Finding, ...]:
    """Return how much of the roads is one-way, which the ride does not know."""
    one_way = drive.roads.attributes["oneway"].isin(["yes", "1", "-1", "true", "reverse"]).to_numpy(dtype=bool)
    if not one_way.any():
        return ()
    km, whole = drive.roads.edge_length_m[one_way].sum() / 1000, drive.roads.edge_length_m.sum() / 1000
    en = f"{km:,.1f} of {whole:,.1f} km are one-way and are driven both ways: riding times are lower bounds."
    zh = f"{whole:,.1f} 公里道路中 {km:,.1f} 公里为单行，按双向行驶计算，行车时间为下限。"
    return (Finding(LAYER, "one_way", "info", en, zh, column="oneway"),)
