"""Layers that GDAL reads: GeoPackage, GeoJSON, shapefile, file geodatabase, KML, GML, MapInfo."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError as UnreadableCRS
from shapely.errors import GEOSException

from servicecircle.errors import ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.drawing import check_drawing, drawing_encoding, drawn
from servicecircle.read.kinds import broken
from servicecircle.read.report import Read
from servicecircle.read.shapefile import check_parts, decoded
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    from pathlib import Path

SQLITE_MARK = b"SQLite format 3\x00"
SQLITE_HEAD = 100  # bytes
LARGEST_PAGE = 65_536  # written as 1 in the two bytes that SQLite has for it

MAPINFO_PARTS = {".tab": (".dat", ".map", ".id"), ".mif": (".mid",)}


def read_vector(path: Path, layer: str | None) -> Read:
    """Read a layer with GDAL; what GDAL warns of becomes a finding."""
    suffix = path.suffix.lower()
    _check_whole(path, suffix)
    if suffix == ".dxf":
        with drawing_encoding(path):
            return drawn(_read(path, "entities"), path, layer)
    beside = path.with_suffix(".gfs")
    ours = suffix == ".gml" and not beside.exists()  # GDAL leaves what it learned of a GML file beside it
    try:
        read = _read(path, layer)
    finally:
        if ours:
            beside.unlink(missing_ok=True)
    return decoded(read, path) if suffix == ".shp" else read


def _check_whole(path: Path, suffix: str) -> None:
    """Raise ReadError if a part of a layer is missing, or a file is shorter than it says it is."""
    if suffix == ".gpkg":
        _check_pages(path)
    elif suffix == ".shp":
        check_parts(path)
    elif suffix == ".dxf":
        check_drawing(path)
    missing = [
        part
        for part in MAPINFO_PARTS.get(suffix, ())
        if not any(path.with_suffix(form).is_file() for form in (part, part.upper()))
    ]
    if missing:
        raise ReadError(
            f"{path}: its part(s) {', '.join(missing)} are missing. A MapInfo table is several files; copy all of "
            f"them. | {path}：缺少 {'、'.join(missing)}，MapInfo 表由多个文件组成，请一并拷贝。"
        )


def _read(path: Path, layer: str | None) -> Read:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            name = _layer_name(path, layer)
            frame = pyogrio.read_dataframe(path, layer=name, force_2d=True, encoding=_encoding(path))
        except UnicodeDecodeError as error:
            raise ReadError(
                f"{path}: text is not in UTF-8 ({error.reason}). Save the file again as UTF-8. | "
                f"{path}：文字编码不是 UTF-8，请另存为 UTF-8。"
            ) from error
        except (DataSourceError, DataLayerError, GEOSException, UnreadableCRS, UnboundLocalError) as error:
            # GEOS: a ring that is not closed; unbound: a .prj that pyogrio stumbles over
            raise broken(path, error) from error
    if "geometry" not in frame or not hasattr(frame, "crs"):
        raise ReadError(f"{path}: layer {name!r} has no geometry. | {path}：图层 {name!r} 没有几何。")
    return Read(frame, DataReport(tuple(_warned(path, str(warning.message)) for warning in caught)))


def _encoding(path: Path) -> str | None:
    # every byte of a shapefile's table comes through as one character, to be decoded here
    return "ISO-8859-1" if path.suffix.lower() == ".shp" else None


def _warned(path: Path, message: str) -> Finding:
    return Finding(
        path.name, "reader", "warning", f"the reader of the file said: {message}.", f"读取该文件时的提示：{message}。"
    )


def _check_pages(path: Path) -> None:
    """Raise ReadError if a GeoPackage is no database or shorter than it says it is."""
    with path.open("rb") as file:
        head = file.read(SQLITE_HEAD)
    if len(head) < SQLITE_HEAD or not head.startswith(SQLITE_MARK):
        raise broken(path, "not a GeoPackage")
    page, pages = int.from_bytes(head[16:18]), int.from_bytes(head[28:32])
    current = head[24:28] == head[92:96]  # the number of pages was written together with the last change
    wanted = (LARGEST_PAGE if page == 1 else page) * pages
    if current and path.stat().st_size < wanted:
        raise broken(path, f"{path.stat().st_size:,} bytes of {wanted:,}")


def _layer_name(path: Path, layer: str | None) -> str:
    """Return the layer asked for, or the only one with geometry; ReadError lists those there are."""
    found = {str(name): kind for name, kind in pyogrio.list_layers(path)}
    if layer is not None:
        if layer not in found:
            raise ReadError(
                f"{path}: there is no layer {layer!r}. {did_you_mean(layer, found)} | {path}：没有图层 {layer!r}，"
                f"现有：{listed(found)}。"
            )
        return layer
    # a table of styles, for example, has no geometry
    spatial = [name for name, kind in found.items() if kind is not None]
    if len(spatial) != 1:
        raise ReadError(
            f"{path}: {len(spatial)} layers with geometry; name one with layer. Layers: {listed(spatial)}. | "
            f"{path}：有 {len(spatial)} 个带几何的图层，请用 layer 指定：{listed(spatial)}。"
        )
    return spatial[0]
