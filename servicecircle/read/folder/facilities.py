"""The facilities of a city folder: which service each row is of, where it is, and what stands there twice."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from servicecircle.city import as_text
from servicecircle.errors import ReadError
from servicecircle.findings import Finding
from servicecircle.read.categories import classify
from servicecircle.read.duplicates import merge_duplicates
from servicecircle.read.matching import match_facilities
from servicecircle.read.osm_facilities import read_facilities
from servicecircle.read.report import Read
from servicecircle.read.review import read_review, write_review
from servicecircle.read.zone_names import with_zone_ids
from servicecircle.text import did_you_mean, listed, squeezed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from servicecircle.read.city_file.file import CityFile
    from servicecircle.read.city_file.layers import Facilities
    from servicecircle.read.folder.reader import FolderReader
    from servicecircle.read.matching import FacilityMatch

LAYER = "facilities"


def read_file(reader: FolderReader, source: Facilities, zones: gpd.GeoDataFrame | None) -> Read:
    """Return the facilities of a file, each with its service, and with its zone or place where that is asked."""
    if source.is_osm:
        read = _map(reader, source)
    else:
        read = _with_services(reader, source, reader.layer(source))
        if zones is None and (source.zone or source.match):
            return read  # the zones cannot be read, which is said already
        if zones is not None:
            read = _with_zones(read, source, zones)
            read = _matched(reader, source, read, zones)
    if source.merge_duplicates:
        options = {} if source.merge_duplicates is True else source.merge_duplicates.model_dump()
        merged = merge_duplicates(read.frame, **options)
        read = Read(merged.frame.reset_index(drop=True), read.report + merged.report)
    return read


def declared(file: CityFile) -> tuple[str, ...]:
    """Return the services that city.toml says are known, even where they have no row."""
    named = {source.service for source in file.facilities if source.service is not None}
    return tuple(sorted(named.union(*(source.empty for source in file.facilities))))


def _map(reader: FolderReader, source: Facilities) -> Read:
    """Return the facilities of an OpenStreetMap file."""
    read = read_facilities(
        reader.path(source.file),
        crs=reader.crs,
        services=source.services if isinstance(source.services, list) else None,
        rules=reader.path(source.rules) if source.rules is not None else None,
    )
    return reader.with_all_rows(read, source)


def _with_services(reader: FolderReader, source: Facilities, read: Read) -> Read:
    """Return the rows that are of a service, with that service."""
    path, services = reader.path(source.file), source.services
    if source.service is not None:
        return replace(read, frame=read.frame.assign(service=source.service))
    column = source.service_column
    if column is not None and column not in read.frame:
        raise ReadError(
            f"{path}: no column {column!r}, which service_column names. {did_you_mean(column, read.frame.columns)} | "
            f"没有 service_column 指定的列 {column!r}。"
        )
    if isinstance(services, str):
        rules = reader.path(source.rules) if source.rules is not None else None
        found = classify(read.frame, scheme=services, column=column, rules=rules)
        return Read(found.frame.reset_index(drop=True), read.report + found.report)
    values = as_text(read.frame[column])
    if not isinstance(services, dict):
        return replace(read, frame=read.frame.assign(service=values))
    spelt = {squeezed(key): key for key in services}
    keys = values.where(values.isin(list(services)), values.map(lambda value: spelt.get(squeezed(value or ""), value)))
    known = keys.isin(list(services)).to_numpy()
    frame = read.frame.assign(service=keys.map(services))[known].reset_index(drop=True)
    told = [*_respelt(path, source, values, keys), *_service_findings(path, source, services, keys)]
    return Read(frame, read.report.plus(*told))


def _respelt(path: Path, source: Facilities, values: pd.Series[Any], keys: pd.Series[Any]) -> list[Finding]:
    """Return what was taken for a kind that is written a little otherwise."""
    other = (keys.fillna("") != values.fillna("")).to_numpy()
    if not other.any():
        return []
    en, zh = (
        "taken for the kind it names but for spaces, width or capitals.",
        "忽略空格、全半角与大小写后按同名类别计。",
    )
    rows = [f"{label}: {value}" for label, value in values[other].items()]
    column = str(source.service_column)
    return [Finding.about(path.name, "services_matched", "repair", en=en, zh=zh, column=column, rows=rows)]


def _service_findings(
    path: Path, source: Facilities, services: Mapping[str, str], values: pd.Series[Any]
) -> list[Finding]:
    """Return what was left out because no service is named for it, and the services that no row is of."""
    column = str(source.service_column)
    findings = []
    others = values[~values.isin(list(services))].fillna("(empty)").value_counts().sort_index()
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
    near = [  # codes of one scheme are all alike
        f"{value!r} ({hint})"
        for value in others.index
        if not value.isdecimal() and (hint := did_you_mean(value, services)).startswith("Did")
    ]
    if near:
        en = f"values that are left out resemble one that services names: {listed(near)}. Name them in services too if "
        en += "they are the same."
        zh = f"未列入的类别与 services 所列相近：{listed(near)}；若为同一类别，请一并列入 services。"
        findings.append(Finding(path.name, "similar_services", "warning", en, zh, column))
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


def _with_zones(read: Read, source: Facilities, zones: gpd.GeoDataFrame) -> Read:
    """Return rows with the zone that a column names; rows with a place are in the zones around it, and need none."""
    zone = source.zone
    places = read.frame.geometry
    nowhere = (places.isna() | places.is_empty).to_numpy()
    if zone is None or not nowhere.any():
        return read
    named = with_zone_ids(
        read.frame[nowhere],
        zones,
        column=zone.column,
        level=zone.level,
        parent_column=zone.parent_column,
        layer=source.file,
    )
    own = read.frame["zone_id"] if "zone_id" in read.frame else pd.Series(None, index=read.frame.index, dtype=object)
    ids = own.astype(object)
    ids[nowhere] = named.frame["zone_id"]
    return Read(read.frame.assign(zone_id=ids), read.report + named.report)


def _matched(reader: FolderReader, source: Facilities, read: Read, zones: gpd.GeoDataFrame) -> Read:
    """Return the rows of a table with the places of the points that they are; what is doubtful goes to a workbook."""
    match = source.match
    if match is None:
        return read
    points = read_facilities(reader.path(match.file), crs=reader.crs) if match.is_osm else reader.layer(match)
    found = match_facilities(read.frame, points.frame, zones=zones)
    said: tuple[Finding, ...] = ()
    if len(found.doubtful):
        name = match.review or f"{source.file.rpartition('.')[0]}_待核表.xlsx"
        found, said = _reviewed(found, reader.path(name))
    report = read.report + points.report + found.report
    return Read(found.facilities, report.plus(*said))


def _reviewed(match: FacilityMatch, path: Path) -> tuple[FacilityMatch, tuple[Finding, ...]]:
    """Return a match with what somebody chose in its workbook, or write that for somebody to choose."""
    if path.exists():
        try:
            return read_review(match, path), ()
        except ReadError as error:
            raise ReadError(
                f"{error}\nIf the table or the points have changed since, delete {path.name}: it is written anew "
                f"at the next reading. | 若名单或点位已变动，请删除 {path.name}，下次读取时会重新生成。"
            ) from error
    write_review(match, path)
    rows = match.doubtful["row"].nunique()
    en = f"{rows:,} doubtful rows were written to {path.name}. Until somebody chooses there, and the city is read "
    en += "again, they have no place: they are counted in their zone only, and never walked to."
    zh = f"{rows:,} 条存疑记录已写入 {path.name}；请在其中核对后重新读取，在此之前只按单元计数，不参与步行可达计算。"
    return match, (Finding(LAYER, "review_written", "warning", en, zh, "name", rows),)
