"""The population of a city folder: a raster, cells, or residents by zone, spread over buildings if asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from servicecircle.city import as_text
from servicecircle.errors import LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import reproject
from servicecircle.read.population import read_population
from servicecircle.read.report import Read
from servicecircle.read.tables import read_layer
from servicecircle.read.zone_names import with_zone_ids
from servicecircle.read.zone_residents import spread

if TYPE_CHECKING:
    from servicecircle.read.city_file.layers import Population, Within
    from servicecircle.read.city_file.source import ZoneColumn
    from servicecircle.read.folder.reader import FolderReader

LAYER = "population"


def read_cells(reader: FolderReader, population: Population, zones: gpd.GeoDataFrame) -> Read:
    """Return the population cells of a raster, a layer, or a table of zones."""
    if population.is_raster:
        path = reader.path(population.file)
        raster = read_population(path, crs=reader.crs, band=population.band, values=population.values)
        return reader.with_all_rows(raster, population)
    read = reader.layer(population)
    if population.zone is not None:
        read = _in_zones(read, population.zone, zones)
    return _spread(reader, population, read)


def _in_zones(read: Read, zone: ZoneColumn, zones: gpd.GeoDataFrame) -> Read:
    """Return rows that name a zone with its polygon; LayerError if a zone is named twice."""
    named = with_zone_ids(
        read.frame, zones, column=zone.column, level=zone.level, parent_column=zone.parent_column, layer=LAYER
    )
    ids = named.frame["zone_id"]
    faults = [(ids.isna(), "no_zone", "names no zone", "未填写单元")]
    faults.append(
        (ids.notna() & ids.duplicated(keep=False), "twice", "names a zone that another row names too", "重复")
    )
    findings = [
        Finding.about(
            LAYER,
            code,
            "error",
            en=f"the row {en}, so that its residents have no place of their own. Correct the table.",
            zh=f"该行{zh}，请更正人口表。",
            column=zone.column,
            rows=read.frame.index[where.to_numpy(dtype=bool)],
        )
        for where, code, en, zh in faults
        if where.any()
    ]
    if findings:
        raise LayerError(DataReport(tuple(findings)))
    shapes = dict(zip(as_text(zones["zone_id"]), zones.geometry, strict=True))
    places = gpd.GeoSeries([shapes[one] for one in ids], index=named.frame.index, crs=zones.crs)
    frame = gpd.GeoDataFrame(named.frame.drop(columns=named.frame.geometry.name), geometry=places)
    return Read(frame, read.report + named.report.plus(*_left_without(zones, set(ids))))


def _left_without(zones: gpd.GeoDataFrame, named: set[str]) -> list[Finding]:
    """Return the warning about zones that have no row, of the levels that others are of."""
    ids = as_text(zones["zone_id"])
    levels = set(zones["level"][ids.isin(named)])
    lacking = ids[zones["level"].isin(levels) & ~ids.isin(named)]
    if not len(lacking):
        return []
    en = "zones without a row: they have no residents here. Add their rows, also where nobody lives (0)."
    zh = "这些单元在人口表中没有记录，按无人口处理；请补充（无人口填 0）。"
    return [Finding.about(LAYER, "zone_without_row", "warning", en=en, zh=zh, column="zone_id", rows=lacking)]


def _spread(reader: FolderReader, population: Population, read: Read) -> Read:
    """Return the residents of zones spread over buildings or cells, if asked."""
    over = population.spread_over
    if over is None:
        return read
    places = reader.layer(over)
    done = spread(read.frame, places.frame, weight=over.weight)
    own = [column for column in population.all_rows if column not in done.frame]
    frame = done.frame.assign(**{column: population.all_rows[column] for column in own})
    return Read(frame, read.report + places.report + done.report)


def only_within(reader: FolderReader, within: Within | str | None, cells: Read, zones: gpd.GeoDataFrame) -> Read:
    """Return the cells whose centre lies in polygons, counting the others and their residents."""
    if within is None:
        return cells
    if isinstance(within, str):
        polygons = zones
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
        LAYER,
        "outside",
        "info",
        f"{len(gone):,} cells{people} left out, because their centre lies outside the area that within names.",
        f"中心点在 within 范围之外的 {len(gone):,} 个格网{people_zh}未列入。",
        residents=None if residents is None else float(residents),
    )
    return replace(cells, frame=cells.frame[inside].reset_index(drop=True), report=cells.report.plus(said))
