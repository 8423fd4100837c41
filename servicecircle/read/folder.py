"""A city from a folder: city.toml and the files it names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from servicecircle.city import About, City, Transport
from servicecircle.errors import ReadError, ServiceCircleError
from servicecircle.findings import DataReport, Finding
from servicecircle.network import AccessRule, DriveNetwork, WalkNetwork
from servicecircle.projection import metric_crs, reproject
from servicecircle.read.gtfs import read_gtfs
from servicecircle.read.pbf import read_walk_network
from servicecircle.read.population import read_population
from servicecircle.read.report import Read
from servicecircle.read.tables import read_layer
from servicecircle.read.walkable import WALKABLE, TagRule, WalkFilter
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    import pyproj

    from servicecircle.read.city_file import BusLines, CityFile, Drive, Facilities, Population, Source, Walk, Within

    T = TypeVar("T")
    SourceT = TypeVar("SourceT", bound=Source)


def read_city(folder: str | os.PathLike[str]) -> City:
    """Read a city from a folder with a ``city.toml``, which names the files and their columns.

    Paths in ``city.toml`` start at the folder; absolute paths are taken as they are. Everything is brought into the CRS
    that it names.

    Parameters
    ----------
    folder
        The folder, or its ``city.toml``.

    Returns
    -------
    City
        Its ``report`` also says what was found and repaired while reading.

    Raises
    ------
    ReadError
        If ``city.toml`` or the files it names have faults; all are named.
    LayerError, NetworkError
        If the layers do not make a city.

    See Also
    --------
    servicecircle.read.sample_city : The city that comes with the library.

    Notes
    -----
    All that ``city.toml`` may say; ``[walk]``, ``[population]``, ``[[facilities]]`` and ``[[zones]]`` are needed::

        format = 1
        name_zh = "我的城市"
        name_en = "My city"
        crs = "EPSG:4549"             # projected, in metres
        notice_zh = ""                # said wherever the city is shown
        notice_en = ""

        [walk]
        file = "map.osm.pbf"          # an OpenStreetMap file, or a layer of edges
        islands = 1000.0              # parts of the network this long (metres) may be entered; or "keep", "main"
        max_access_m = 500.0          # from how far away
        left_out = [                  # OpenStreetMap only: which ways nobody walks on, instead of WALKABLE
          { key = "foot", values = ["no"], unless = { access = ["yes"] }, reason_zh = "禁行", reason_en = "closed" },
        ]

        [population]
        file = "people.tif"           # a raster of residents, or a layer of cells with pop_total
        band = 1                      # rasters only
        all_rows = { setting = "urban" }   # a column with one value; in any table but that of an OpenStreetMap file
        # only cells with their centre in these polygons; or within = "zones"
        within = { file = "city.shp", layer = "city", crs = "EPSG:4490" }

        [[facilities]]                # one table for each file; csv: x and y (or wkt), and crs
        file = "care.csv"
        service = "elderly_station"   # of all rows
        columns = { id = "编号", name = "名称", beds = "床位" }   # name here = name in the file
        x = "经度"
        y = "纬度"
        crs = "EPSG:4490"

        [[facilities]]
        file = "points.gpkg"
        layer = "points"
        service_column = "类别"       # the column that says the service
        services = { "幼儿园" = "kindergarten", "公园" = "park" }   # what it says = service; other rows are left out
        empty = ["fitness"]           # services that the city is known to have none of

        [[facilities]]
        file = "squares.csv"
        service = "fitness_square"
        wkt = "几何"
        crs = "EPSG:4490"

        [[zones]]
        file = "zones.shp"
        level = "街道"                # of all rows; without it the file has a column level

        [[areas]]
        file = "built_up.geojson"
        kind = "built_up"             # of all rows; without it the file has a column kind

        [drive]                       # roads, for travel times and road connections
        file = "roads.gpkg"
        columns = { speed_kmh = "限速", road_class = "技术等级" }   # and highway: class as in OpenStreetMap

        [[bus_lines]]                 # line_id, stop_id, sequence; without x and y: stop_id is the id of a facility
        file = "lines.csv"

        [[bus_lines]]
        file = "gtfs.zip"             # a feed in GTFS instead
    """
    # pydantic is loaded when a city is read, not when the package is imported
    from servicecircle.read.city_file import NAME, read_city_file

    folder = Path(folder)
    folder = folder.parent if folder.name == NAME else folder
    file = read_city_file(folder)
    reader = _Reader(folder, metric_crs(file.crs), [])
    walk = reader.tried("[walk]", lambda: _walk(reader, file.walk))
    population = reader.tried("[population]", lambda: _population(reader, file.population))
    facilities = reader.joined("facilities", file.facilities, lambda source: _facilities(reader, source))
    zones = reader.joined("zones", file.zones, lambda source: reader.valued(source, "level", source.level))
    areas = reader.joined("areas", file.areas, lambda source: reader.valued(source, "kind", source.kind))
    drive = reader.tried("[drive]", lambda: _drive(reader, file.drive))
    lines = reader.joined("bus_lines", file.bus_lines, lambda source: _bus_lines(reader, source))
    if population is not None and zones is not None:
        cells, polygons, within = population, zones, file.population.within
        population = reader.tried("[population], within", lambda: _within(reader, within, cells, polygons))
    if walk is None or population is None or facilities is None or zones is None or reader.faults:
        raise ReadError("\n".join(reader.faults))
    layers = [layer for layer in (population, facilities, zones, areas, lines) if layer is not None]
    return City(
        walk,
        population.frame,
        facilities.frame,
        zones.frame,
        areas=areas.frame if areas is not None else None,
        services=_declared(file),
        access=AccessRule(islands=file.walk.islands, max_access_m=file.walk.max_access_m),
        transport=Transport(drive, lines.frame if lines is not None else None),
        about=About(
            file.name_zh or file.name_en,
            (file.notice_zh, file.notice_en),
            sum((layer.report for layer in layers), DataReport()),
        ),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads files of a folder into one CRS, gathering what is wrong with them."""

    folder: Path
    crs: pyproj.CRS
    faults: list[str]

    def path(self, file: str) -> Path:
        return self.folder / file

    def tried(self, where: str, read: Callable[[], T]) -> T | None:
        """Return what a reader returns; if it raises an error of ours, note it and return None."""
        try:
            return read()
        except ServiceCircleError as error:
            self.faults.append(f"{where}: {error}")
            return None

    def joined(self, key: str, sources: Sequence[SourceT], read: Callable[[SourceT], Read]) -> Read | None:
        """Return the layers of several files as one; None if there are no files or one cannot be read."""
        reads = [self.tried(f"[[{key}]] no. {i}", partial(read, source)) for i, source in enumerate(sources, 1)]
        if not reads or any(part is None for part in reads):
            return None
        return _one(key, [part for part in reads if part is not None], self.crs)

    def layer(self, source: Source) -> Read:
        """Return a layer as its table in city.toml says, in the city's CRS."""
        path = self.path(source.file)
        read = read_layer(
            path,
            layer=source.layer,
            columns=source.columns,
            x=source.x,
            y=source.y,
            wkt=source.wkt,
            crs=source.crs,
        )
        frame, findings = reproject(read.frame, self.crs, layer=path.name)
        return self.with_all_rows(Read(frame, read.report.plus(*findings)), source)

    def with_all_rows(self, read: Read, source: Source) -> Read:
        """Return a layer with the columns that city.toml gives one value for; ReadError if the file has one of them."""
        own = [column for column in source.all_rows if column in read.frame]
        if own:
            raise ReadError(
                f"{self.path(source.file)} has a column {listed(own)} of its own, which all_rows would replace. Leave "
                f"one of them out. | 文件已有列 {listed(own)}，请从 all_rows 中去掉。"
            )
        return replace(read, frame=read.frame.assign(**source.all_rows))

    def valued(self, source: Source, column: str, value: str | None) -> Read:
        """Return a layer with a column that city.toml gives one value for, or that the file has."""
        read = self.layer(source)
        if value is not None:
            return replace(read, frame=read.frame.assign(**{column: value}))
        if column not in read.frame:
            raise ReadError(
                f"{self.path(source.file)}: no column {column!r}. Give {column} for all rows, or columns = "
                f"{{ {column} = '...' }}. Columns: {listed(read.frame.columns)}. | 没有列 {column!r}，请用 {column} "
                "统一指定，或在 columns 中对应。"
            )
        return read


def _one(key: str, reads: list[Read], crs: pyproj.CRS) -> Read:
    """Return several layers as one, with row labels from 0."""
    frames = [read.frame for read in reads if len(read.frame)] or [reads[0].frame]
    frames = [frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame for frame in frames]
    report = sum((read.report for read in reads), DataReport())
    whole = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    rows = Finding(key, "rows", "info", f"{len(whole):,} rows read.", f"读取 {len(whole):,} 行。")
    return Read(gpd.GeoDataFrame(whole.reset_index(drop=True), geometry="geometry", crs=crs), report.plus(rows))


def _walk(reader: _Reader, walk: Walk) -> WalkNetwork:
    """Return the walk network from an OpenStreetMap file or a layer of edges."""
    path = reader.path(walk.file)
    if walk.is_osm:
        return read_walk_network(path, crs=reader.crs, walkable=_filter(walk))
    read = reader.layer(walk)
    network = WalkNetwork.from_edges(read.frame)
    return replace(network, report=read.report + network.report)


def _drive(reader: _Reader, drive: Drive | None) -> DriveNetwork | None:
    """Return the drive network, where there is one."""
    if drive is None:
        return None
    read = reader.layer(drive)
    network = DriveNetwork.from_edges(read.frame)
    return replace(network, roads=replace(network.roads, report=read.report + network.roads.report))


def _bus_lines(reader: _Reader, source: BusLines) -> Read:
    """Return the bus lines of a table or a GTFS feed."""
    if not source.is_gtfs:
        return reader.layer(source)
    path = reader.path(source.file)
    read = read_gtfs(path)
    frame, findings = reproject(read.frame, reader.crs, layer=path.name)
    return Read(frame, read.report.plus(*findings))


def _filter(walk: Walk) -> WalkFilter:
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


def _population(reader: _Reader, population: Population) -> Read:
    """Return the population cells of a raster or a layer."""
    if population.is_raster:
        read = read_population(reader.path(population.file), crs=reader.crs, band=population.band)
        return reader.with_all_rows(read, population)
    return reader.layer(population)


def _within(reader: _Reader, within: Within | str | None, cells: Read, zones: Read) -> Read:
    """Return the cells whose centre lies in polygons, counting the others and their residents."""
    if within is None:
        return cells
    if isinstance(within, str):
        polygons = zones.frame
    else:
        path = reader.path(within.file)
        layer = read_layer(path, layer=within.layer, crs=within.crs).frame
        polygons, _ = reproject(layer, reader.crs, layer=path.name)
    centres = cells.frame.geometry.centroid
    inside = centres.intersects(polygons.geometry.union_all()).to_numpy()
    gone = cells.frame[~inside]
    if not len(gone):
        return cells
    residents = pd.to_numeric(gone["pop_total"], errors="coerce").sum() if "pop_total" in gone else None
    people, people_zh = (
        ("", "") if residents is None else (f" with {residents:,.0f} residents", f"（{residents:,.0f} 人）")
    )
    said = Finding(
        "population",
        "outside",
        "info",
        f"{len(gone):,} cells{people} left out, because their centre lies outside the area that within names.",
        f"中心点在 within 范围之外的 {len(gone):,} 个格网{people_zh}未列入。",
        residents=None if residents is None else float(residents),
    )
    return Read(cells.frame[inside].reset_index(drop=True), cells.report.plus(said))


def _facilities(reader: _Reader, source: Facilities) -> Read:
    """Return the facilities of a file, each with its service."""
    read = reader.layer(source)
    if source.service is not None:
        return replace(read, frame=read.frame.assign(service=source.service))
    column, path = str(source.service_column), reader.path(source.file)
    if column not in read.frame:
        raise ReadError(
            f"{path}: no column {column!r}, which service_column names. {did_you_mean(column, read.frame.columns)} | "
            f"没有 service_column 指定的列 {column!r}。"
        )
    values = read.frame[column].astype("str").where(read.frame[column].notna(), None)
    if source.services is None:
        return replace(read, frame=read.frame.assign(service=values))
    services = values.map(source.services)
    known = services.notna().to_numpy()
    frame = read.frame.assign(service=services)[known].reset_index(drop=True)
    return Read(frame, read.report.plus(*_service_findings(path, source, values, known)))


def _service_findings(path: Path, source: Facilities, values: pd.Series[str], known: object) -> list[Finding]:
    """Return what was left out because no service is named for it, and the services that no row is of."""
    column, services = str(source.service_column), source.services or {}
    findings = []
    others = values[~pd.Series(known, index=values.index)].fillna("(empty)").value_counts().sort_index()
    if len(others):
        counts = listed(f"{value} {count:,}" for value, count in others.items())
        findings.append(
            Finding(
                path.name,
                "other_services",
                "info",
                f"{others.sum():,} rows left out, because services does not name their value: {counts}.",
                f"services 未列出其类别的 {others.sum():,} 行未列入：{counts}。",
                column=column,
            )
        )
    present = {services[value] for value in values.dropna().unique() if value in services}
    absent = sorted(set(services.values()) - present - set(source.empty))
    if absent:
        findings.append(
            Finding(
                path.name,
                "service_absent",
                "warning",
                f"no row is of {listed(absent)}: not known rather than none. If the city truly has none, name it in "
                "empty.",
                f"没有 {listed(absent)} 的记录，按“未知”而非“没有”处理；若确实没有，请列入 empty。",
                column=column,
            )
        )
    return findings


def _declared(file: CityFile) -> tuple[str, ...]:
    """Return the services that city.toml says are known, even where they have no row."""
    named = {source.service for source in file.facilities if source.service is not None}
    return tuple(sorted(named.union(*(source.empty for source in file.facilities))))
