"""The zones of a city folder with what is known about them, its areas and entrances."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.city import as_text
from servicecircle.city.vocabulary import SETTINGS, URBAN_RURAL_CODES
from servicecircle.errors import ReadError
from servicecircle.findings import Finding
from servicecircle.read.barriers import read_barriers
from servicecircle.read.folder.reader import one_layer
from servicecircle.read.report import Read
from servicecircle.read.zone_codes import with_code_levels
from servicecircle.read.zone_names import with_zone_ids
from servicecircle.read.zone_residents import with_group_shares
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.read.city_file.layers import Areas, Groups, Zones
    from servicecircle.read.folder.reader import FolderReader

LAYER = "zones"
CLASS = "urban_rural_code"


def read_zones(reader: FolderReader, sources: Sequence[Zones]) -> Read | None:
    """Return the zones of all files, with the levels and parents that codes tell; None if one cannot be read."""
    reads = reader.each(LAYER, sources, lambda source: _one_file(reader, source))
    if reads is None:
        return None
    whole = one_layer(LAYER, reads, reader.crs)
    coded = np.repeat([source.code_column is not None for source in sources], [len(read.frame) for read in reads])
    if not coded.any():
        return whole
    # all files at once, for the zone above may stand in another file
    told = reader.tried("[[zones]], code_column", lambda: with_code_levels(whole.frame[coded]))
    if told is None:
        return None
    frame = pd.concat([told.frame, whole.frame[~coded]]).sort_index()
    return Read(gpd.GeoDataFrame(frame, geometry="geometry", crs=reader.crs), whole.report + told.report)


def _one_file(reader: FolderReader, source: Zones) -> Read:
    """Return the zones of one file, each with its id, its level or code, and its setting where codes tell it."""
    path = reader.path(source.file)
    if source.code_column is None:
        read = reader.valued(source, "level", source.level)
        if "zone_id" not in read.frame:
            raise ReadError(
                f"{path}: no column 'zone_id'. Give columns = {{ zone_id = '...' }}, or code_column = '...' for "
                f"division codes. Columns: {listed(read.frame.columns)}. | 没有列 'zone_id'，请在 columns 中对应，"
                "或用 code_column 指定区划代码列。"
            )
    else:
        read = reader.layer(source)
        if source.code_column not in read.frame:
            raise ReadError(
                f"{path}: no column {source.code_column!r}, which code_column names. Columns: "
                f"{listed(read.frame.columns)}. | 没有 code_column 指定的列 {source.code_column!r}。"
            )
        read = replace(read, frame=read.frame.assign(zone_id=read.frame[source.code_column]))
        if source.level is not None:
            read = replace(read, frame=read.frame.assign(level=source.level))
    return _with_settings(read, source, path.name)


def _with_settings(read: Read, source: Zones, layer: str) -> Read:
    """Return zones with the setting that their 城乡分类代码 tells, and the mapping in the report."""
    if CLASS not in read.frame:
        if source.settings:
            raise ReadError(
                f"{layer}: settings needs a column {CLASS!r}. Give columns = {{ {CLASS} = '...' }}. Columns: "
                f"{listed(read.frame.columns)}. | settings 需要列 {CLASS}（统计用城乡分类代码）。"
            )
        return read
    mapping = {**URBAN_RURAL_CODES, **source.settings}
    codes = as_text(read.frame[CLASS])
    told = codes.map(mapping).astype(object)
    own = read.frame["setting"] if "setting" in read.frame else pd.Series(None, index=codes.index, dtype=object)
    frame = read.frame.assign(setting=own.where(own.notna(), told.where(told.notna(), None)))
    counts = codes.value_counts()
    pairs = [f"{code} = {mapping[code]} ({counts.get(code, 0):,})" for code in sorted(mapping)]
    words = {english: chinese for chinese, english in SETTINGS.items() if chinese in {"城市", "农村"}}
    pairs_zh = [f"{code} = {words[mapping[code]]}（{counts.get(code, 0):,}）" for code in sorted(mapping)]
    changed = [code for code, setting in source.settings.items() if URBAN_RURAL_CODES.get(code) != setting]
    by = f"; {listed(sorted(changed))} as settings says" if changed else ""
    found = [
        Finding(
            layer,
            "settings",
            "info",
            f"urban and rural by class code, with the number of zones: {listed(pairs)}{by}.",
            f"按统计用城乡分类代码判定城乡（括号内为单元数）：{listed(pairs_zh)}。",
            CLASS,
        )
    ]
    unknown = codes.notna().to_numpy() & told.isna().to_numpy()
    if unknown.any():
        en = "class codes that are none of these: no setting is taken from them. Add them to settings = { ... }."
        zh = "未知的城乡分类代码：不据以判定城乡，请在 settings 中补充。"
        rows = [f"{label}: {code}" for label, code in codes[unknown].items()]
        found.append(Finding.about(layer, "unknown_class", "warning", en=en, zh=zh, column=CLASS, rows=rows))
    return Read(frame, read.report.plus(*found))


def with_groups(reader: FolderReader, sources: Sequence[Groups], zones: Read) -> Read | None:
    """Return the zones with the shares of groups that tables tell; None if one cannot be read."""
    frame, report = zones.frame, zones.report
    reads = reader.each("groups", sources, lambda source: _shares(reader, source, zones.frame))
    for read in reads or []:
        shares = [column for column in read.frame if column not in zones.frame]
        # a zone keeps the share that one table tells where another does not hold it
        kept = {one: read.frame[one].fillna(frame[one]) if one in frame else read.frame[one] for one in shares}
        frame, report = frame.assign(**kept), report + read.report
    return None if reads is None else Read(frame, report)


def _shares(reader: FolderReader, source: Groups, zones: gpd.GeoDataFrame) -> Read:
    """Return the zones with the shares of one table."""
    read, zone = reader.raw(source), source.zone
    where = reader.path(source.file).name
    named = with_zone_ids(
        read.frame, zones, column=zone.column, level=zone.level, parent_column=zone.parent_column, layer=where
    )
    known = named.frame[named.frame["zone_id"].notna()]
    shared = with_group_shares(zones.assign(zone_id=as_text(zones["zone_id"])), known)
    return Read(shared.frame, read.report + named.report + shared.report)


def read_areas(reader: FolderReader, source: Areas) -> Read:
    """Return the areas of a layer, or the barriers of an OpenStreetMap file."""
    if not source.is_osm:
        return reader.valued(source, "kind", source.kind)
    return reader.with_all_rows(read_barriers(reader.path(source.file), crs=reader.crs), source)
