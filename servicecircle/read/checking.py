"""Everything that can be said about a city folder: each file and each layer, also where no city comes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj

from servicecircle.city.vocabulary import ATTRIBUTES, GROUPS
from servicecircle.errors import InputError, ReadError, ReportedError, ServiceCircleError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import WGS84, metric_crs
from servicecircle.read.folder import read_city
from servicecircle.read.guesses import guess_columns
from servicecircle.read.looks import RASTERS, looked_at_file
from servicecircle.read.tables import read_layer
from servicecircle.text import listed

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    import geopandas as gpd

    from servicecircle.read.city_file import CityFile
    from servicecircle.read.city_file.source import Source
    from servicecircle.read.report import Read

KNOWN = {
    "walk": ("name", "highway", "length", "oneway", "bridge", "tunnel", "layer", "u", "v"),
    "drive": ("name", "highway", "length", "oneway", "bridge", "layer", "speed_kmh", "road_class"),
    "population": (*GROUPS, "cell_id", "zone_id", "setting", "as_of"),
    "groups": (*GROUPS, "zone_id"),
    "facilities": ATTRIBUTES,
    "zones": ("zone_id", "level", "name", "parent", "setting", "admin", "manager", "urban_rural_code"),
    "areas": ("kind", "name", "year", "source"),
    "entrances": ("of", "name"),
    "bus_lines": ("line_id", "name", "stop_id", "stop_name", "sequence", "headway_minutes", "first", "last"),
}
"""Table of city.toml -> the columns that this library knows in its layer."""

GUESSED = {key: key for key in KNOWN} | {"groups": "population"}
NOT_HINTED = ("x", "y", "service", "zone_name", "zone_id")
MOST_COLUMNS = 12

FAULT = re.compile(r"(?:- )?(?P<where>\[{1,2}\w+\]{1,2}(?: no\. \d+)?)(?:, [\w, ]+)?: (?P<what>.*)", re.DOTALL)
"""A fault that names its table of city.toml."""


def check_city(folder: str | os.PathLike[str]) -> DataReport:
    """Return everything that can be said about the data of a city folder; faults are findings, not exceptions.

    Each file that ``city.toml`` names is read by itself: its rows, its CRS as given and as used, its extent, the
    columns that are known and those that may be, what was repaired and what is wrong. Then the layers are put together
    as a city, and what is found across them is added. All faults of all layers are there.

    Parameters
    ----------
    folder
        The folder, or its ``city.toml``.

    Returns
    -------
    DataReport
        ``.ok`` says whether it can be read as a city. A finding with the code ``layer`` describes a file. The layers of
        its findings are the files as ``city.toml`` names them, and the layers of the city.

    Raises
    ------
    InputError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "city.toml").write_text("format = 1", encoding="utf-8")
    ...     report = check_city(folder)
    >>> report.ok, len(report.errors), report.errors[0].layer
    (False, 5, 'city.toml')
    """
    # pydantic is loaded when a city is read, not when the package is imported
    from servicecircle.read.city_file import NAME, read_city_file

    folder = Path(folder)
    folder = folder.parent if folder.name == NAME else folder
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder. | 找不到文件夹 {folder}。")
    try:
        file = read_city_file(folder)
    except ReadError as error:
        return DataReport(tuple(_faults(error, NAME)))
    found: list[Finding] = []
    failed = set()
    for where, key, source in _sources(file):
        told = _one_file(folder, key, source, crs=metric_crs(file.crs))
        found += told
        if any(finding.severity == "error" for finding in told):
            failed.add(where)
    return DataReport(tuple(dict.fromkeys((*found, *_whole(folder, found, failed)))))


def _sources(file: CityFile) -> Iterator[tuple[str, str, Source]]:
    """Yield each file that city.toml names: the table it stands in, the table's key, and how it is read."""
    from servicecircle.read.city_file.source import Source

    for where, table in file.tables:
        key = where.strip("[").split("]")[0]
        if isinstance(table, Source):
            yield where, key, table
        inner = (getattr(table, name) for name in type(table).model_fields)
        for one in inner:
            if isinstance(one, Source):
                yield where, "facilities" if key == "facilities" else "", one


def _one_file(folder: Path, key: str, source: Source, *, crs: pyproj.CRS) -> list[Finding]:
    """Return what is to be said of a file by itself."""
    path = folder / source.file
    name = path.name if source.layer is None else f"{path.name} ({source.layer})"
    try:
        if source.is_osm or path.suffix.lower() in (*RASTERS, ".zip", ".graphml", ""):
            return [_about_file(name, path, crs)]
        read = read_layer(
            path,
            layer=source.layer,
            columns=source.columns,
            x=source.x,
            y=source.y,
            wkt=source.wkt,
            crs=source.crs,
        )
    except ReportedError as error:
        return [replace(finding, layer=name) for finding in error.report.findings]
    except ServiceCircleError as error:
        return _faults(error, name, path)
    about = _about_layer(name, key, read, given=source.crs, crs=crs)
    return [about, *(replace(finding, layer=name) for finding in read.report.findings), *_hints(name, key, read.frame)]


def _about_file(name: str, path: Path, crs: pyproj.CRS) -> Finding:
    """Return what is known of a file without reading its rows."""
    looks = looked_at_file(path) if path.is_file() else []
    if not looks:
        return Finding(name, "layer", "info", "a folder, read as GTFS.", "文件夹，按 GTFS 读取。")
    look = looks[0]
    extent, extent_zh = _extent(look.bounds, look.crs)
    en = f"a file of kind {look.kind}; {_crs_words(look.crs, None, crs)[0]}{extent}."
    return Finding(name, "layer", "info", en, f"{look.kind} 文件；{_crs_words(look.crs, None, crs)[1]}{extent_zh}。")


def _about_layer(name: str, key: str, read: Read, *, given: str | None, crs: pyproj.CRS) -> Finding:
    """Return rows, CRS as given and as used, extent and columns of a layer."""
    frame = read.frame
    places = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
    heads = [str(head) for head in frame.columns if head != frame.geometry.name]
    known = [head for head in heads if head in KNOWN.get(key, ())]
    others = [head for head in heads if head not in known]
    en, zh = f"{len(frame):,} rows", f"{len(frame):,} 行"
    if len(places) < len(frame):
        en += f", {len(frame) - len(places):,} of them without a place"
        zh += f"，其中 {len(frame) - len(places):,} 行没有位置"
    if len(places):
        words, words_zh = _crs_words(frame.crs, given, crs)
        extent, extent_zh = _extent(places.total_bounds, frame.crs)
        en, zh = f"{en}; {words}{extent}", f"{zh}；{words_zh}{extent_zh}"
    en += f"; columns known: {listed(known, most=MOST_COLUMNS)}; others: {listed(others, most=MOST_COLUMNS)}."
    zh += f"；可识别的列：{listed(known, most=MOST_COLUMNS)}；其他列：{listed(others, most=MOST_COLUMNS)}。"
    return Finding(name, "layer", "info", en, zh)


def _crs_words(declared: pyproj.CRS | None, given: str | None, crs: pyproj.CRS) -> tuple[str, str]:
    if declared is None:
        return f"no CRS of its own, used as {_called(crs)}", f"未声明坐标系，按 {_called(crs)} 使用"
    first = _called(declared) if given is None or given == _called(declared) else f"{given} ({_called(declared)})"
    same = declared == crs
    return (
        f"CRS {first}" if same else f"CRS {first}, used as {_called(crs)}",
        f"坐标系 {first}" if same else f"坐标系 {first}，转换为 {_called(crs)}",
    )


def _called(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.name


def _extent(bounds: Any, crs: pyproj.CRS | None) -> tuple[str, str]:
    """Return an extent in degrees, as the end of a sentence; nothing where it is not known."""
    if bounds is None or crs is None:
        return "", ""
    to_degrees = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    left, bottom, right, top = (float(value) for value in bounds)
    west, south, east, north = to_degrees.transform_bounds(left, bottom, right, top)
    if not np.isfinite([west, south, east, north]).all():
        return "", ""
    said = f"{west:.3f} - {east:.3f} E, {south:.3f} - {north:.3f} N"
    return f"; extent {said}", f"；范围 {said}"


def _hints(name: str, key: str, frame: gpd.GeoDataFrame) -> list[Finding]:
    """Return a hint for each column that may be one this library knows, but is not named in city.toml."""
    if key not in GUESSED or key == "bus_lines":  # an office's bus table is read by its own heads
        return []
    guesses = guess_columns(frame, GUESSED[key])
    return [
        Finding(
            name,
            "column_hint",
            "info",
            f"{guess.column!r} may be {column}: write columns = {{ {column} = {guess.column!r} }} to use it.",
            f"列“{guess.column}”可能是 {column}：如需使用，请在 columns 中写明。",
            column=guess.column,
        )
        for column, guess in guesses.items()
        if column not in frame.columns and column not in NOT_HINTED
    ]


def _whole(folder: Path, found: list[Finding], failed: set[str]) -> Iterator[Finding]:
    """Yield what is found when the layers are put together, without what the files were found to have by themselves."""
    said = {(finding.code, finding.column, finding.en) for finding in found}
    try:
        report = read_city(folder).report
    except ReportedError as error:
        report = error.report
    except ReadError as error:
        yield from (finding for where, finding in _by_table(error, folder) if where not in failed)
        return
    except ServiceCircleError as error:
        yield from _faults(error, "city.toml")
        return
    for one in report.findings:
        if (one.code, one.column, one.en) not in said:
            yield replace(one, layer=Path(one.layer).name)  # some name a file by its path


def _by_table(error: ReadError, folder: Path) -> Iterator[tuple[str, Finding]]:
    """Yield the faults that reading a city gathered: the table of city.toml, and the fault."""
    where = ""
    for line in str(error).splitlines():
        match = FAULT.match(line)
        where, what = (match["where"], match["what"]) if match else (where, line.removeprefix("- "))
        yield where, _fault(what.replace(f"{folder}{_separator(folder)}", ""), where or "city.toml")


def _separator(folder: Path) -> str:
    return str(folder / "x").removeprefix(str(folder)).removesuffix("x")


def _faults(error: ServiceCircleError, layer: str, path: Path | None = None) -> list[Finding]:
    """Return an error as findings, one for each of its lines."""
    text = str(error) if path is None else str(error).replace(f"{path}: ", "").replace(f"{path}：", "")
    lines = [line.removeprefix("- ") for line in text.splitlines() if line.strip()]
    # the first of several lines only counts the others
    return [_fault(line, layer) for line in (lines[1:] if len(lines) > 1 and "fault(s)" in lines[0] else lines)]


def _fault(text: str, layer: str) -> Finding:
    en, _, zh = text.partition(" | ")
    return Finding(layer, "unreadable", "error", en, zh or en)
