"""The networks of a city folder: streets to walk and roads to drive."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from servicecircle.network import DriveNetwork, WalkNetwork
from servicecircle.read.overpass import OVERPASS_URL, fetch_walk_network
from servicecircle.read.roads import read_drive_network
from servicecircle.read.walk_network import lines_network, read_walk_network
from servicecircle.read.walkable import WALKABLE, TagRule, WalkFilter

if TYPE_CHECKING:
    import geopandas as gpd

    from servicecircle.read.city_file.networks import Drive, LiveWalk, Walk, WalkRules
    from servicecircle.read.folder.reader import FolderReader


def read_walk(reader: FolderReader, walk: Walk) -> WalkNetwork:
    """Return the walk network of an OpenStreetMap file, GraphML, or a layer of lines."""
    path = reader.path(walk.file)
    if walk.kind == "osm":
        return read_walk_network(path, crs=reader.crs, walkable=walk_filter(walk))
    if walk.kind == "graphml":
        return read_walk_network(path, crs=reader.crs, file_crs=walk.crs)
    return lines_network(
        reader.raw(walk), crs=reader.crs, cut_at_crossings=walk.cut_at_crossings, close_gaps_m=walk.close_gaps_m
    )


def fetch_walk(reader: FolderReader, walk: LiveWalk, zones: gpd.GeoDataFrame) -> WalkNetwork:
    """Return the walk network of OpenStreetMap over the internet, or of the cache in the folder."""
    asked = walk.overpass
    return fetch_walk_network(
        zones if isinstance(asked.area, str) else asked.area,
        crs=reader.crs,
        cache=reader.path(asked.cache),
        walkable=walk_filter(walk),
        url=asked.url or OVERPASS_URL,
        timeout_s=asked.timeout_s,
        margin_m=asked.margin_m,
    )


def walk_filter(walk: WalkRules) -> WalkFilter:
    """Return the filter that city.toml gives, or the usual one."""
    if walk.left_out is None:
        return WALKABLE
    rules = [
        TagRule(
            rule.key,
            rule.values,
            rule.reason_en or "left out by city.toml",
            rule.reason_zh or "city.toml 指定排除",
            unless=tuple(rule.unless.items()),
        )
        for rule in walk.left_out
    ]
    return WalkFilter(rules)


def read_drive(reader: FolderReader, drive: Drive | None) -> DriveNetwork | None:
    """Return the drive network, where there is one."""
    if drive is None:
        return None
    if drive.is_osm:
        return read_drive_network(reader.path(drive.file), crs=reader.crs, speeds_kmh=drive.speeds_kmh)
    read = reader.layer(drive)
    network = DriveNetwork.from_edges(read.frame)
    return replace(network, roads=replace(network.roads, report=read.report + network.roads.report))
