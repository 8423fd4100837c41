"""What lies in a folder: every layer of every file, before anybody said what it means."""

from __future__ import annotations

import os
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import pyproj
from pyogrio.errors import DataSourceError

from servicecircle.errors import ReadError, ServiceCircleError
from servicecircle.read.delimited import read_csv
from servicecircle.read.grid import table_of
from servicecircle.read.kinds import GEODATABASE, PARQUET, REFUSED, SUFFIXES, TABLES, WORKBOOKS, check_file
from servicecircle.read.parquet import read_parquet
from servicecircle.read.placed import placed
from servicecircle.read.vector import read_vector
from servicecircle.read.workbook import read_workbook, sheets_with_cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import geopandas as gpd

RASTERS = (".tif", ".tiff")
OSM_FILES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
GRAPHML = ".graphml"
DEPTH = 4
"""Folders within folders, as many as this, are looked into."""

NOT_DATA = (
    *(".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".fix", ".idx", ".atx", ".ain", ".aih"),
    *(".dat", ".map", ".id", ".ind", ".mid", ".xml", ".tfw", ".ovr", ".qgz", ".qgs", ".mxd", ".aprx", ".lyr", ".qml"),
    *(".md", ".txt", ".toml", ".pdf", ".doc", ".docx", ".ppt", ".pptx", ".png", ".jpg", ".jpeg", ".html", ".py"),
    *(".ipynb", ".lock", ".log", ".gfs", ".gpkg-wal", ".gpkg-shm", ".gpkg-journal"),
)
"""Parts of other files, and what is no data at all: not spoken of."""

SHAPES = {"Point": "points", "MultiPoint": "points", "LineString": "lines", "MultiLineString": "lines"}
SHAPES |= {"Polygon": "polygons", "MultiPolygon": "polygons"}


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A layer of a file, as it is.

    Parameters
    ----------
    path
        The file.
    layer
        Which of its layers or sheets, where it has several.
    kind
        ``points``, ``lines``, ``polygons``, ``mixed``, ``table`` (rows without a place), ``osm``, ``graphml``,
        ``raster``, ``gtfs``, or ``unreadable`` for one of several layers.
    crs
        The CRS that the file declares.
    bounds
        West, south, east, north in the numbers of the file.
    frame
        The rows of a layer or table; None for the other kinds.
    """

    path: Path
    layer: str | None
    kind: str
    crs: pyproj.CRS | None = None
    bounds: tuple[float, float, float, float] | None = None
    frame: gpd.GeoDataFrame | None = None

    @property
    def name(self) -> str:
        """Return what people call it: the name of the file, and that of the layer."""
        return f"{self.path.name} {self.layer or ''}".strip()


def looked_at(folder: Path) -> tuple[list[Look], dict[Path, str]]:
    """Return every layer found in a folder, by file name, and the files that cannot be read, with the reason.

    Parameters
    ----------
    folder
        The folder; folders in it are looked into as well.
    """
    looks: list[Look] = []
    refused: dict[Path, str] = {}
    for path in _files(folder):
        try:
            looks += looked_at_file(path)
        except (ServiceCircleError, OSError) as error:
            refused[path] = str(error)
    return looks, refused


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files that may hold data, by name; a file geodatabase is one file."""
    for where, folders, names in os.walk(folder):
        here = Path(where)
        databases = sorted(name for name in folders if name.lower().endswith(GEODATABASE))
        deep = len(here.relative_to(folder).parts) >= DEPTH
        folders[:] = [] if deep else sorted(n for n in folders if n not in databases and not n.startswith((".", "__")))
        for name in sorted([*databases, *names]):
            if not name.startswith((".", "~$")) and Path(name).suffix.lower() not in (*NOT_DATA, ""):
                yield here / name


def looked_at_file(path: Path) -> list[Look]:
    """Return the layers of a file; ReadError if it is of a kind that is not read, or damaged.

    Parameters
    ----------
    path
        The file, or the folder that is a file geodatabase.
    """
    name, suffix = path.name.lower(), path.suffix.lower()
    if name.endswith(OSM_FILES):
        return [Look(path, None, "osm", pyproj.CRS("EPSG:4326"), _osm_bounds(path))]
    if suffix in RASTERS:
        return [_raster(path)]
    if suffix == GRAPHML or (suffix == ".zip" and _is_gtfs(path)):
        return [Look(path, None, "graphml" if suffix == GRAPHML else "gtfs")]
    if suffix not in SUFFIXES and suffix not in REFUSED:
        raise ReadError(f"{path}: this kind of file is not read. | 不支持该格式。")
    check_file(path)
    return _tables(path, suffix) if suffix in TABLES else _shapes(path, suffix)


def _shapes(path: Path, suffix: str) -> list[Look]:
    if suffix in PARQUET:
        return [_look(path, None, read_parquet(path).frame)]
    layers: list[str | None] = [None] if suffix == ".dxf" else _layer_names(path)
    return _each(path, layers, lambda layer: _look(path, layer, read_vector(path, layer).frame))


def _each(path: Path, names: list[str | None], look: Callable[[str | None], Look]) -> list[Look]:
    """Return what several layers or sheets hold; of one that cannot be read among others that it is unreadable."""
    if len(names) == 1:
        return [replace(look(names[0]), layer=None)]
    looks = []
    for name in names:
        try:
            looks.append(look(name))
        except ServiceCircleError:
            looks.append(Look(path, name, "unreadable"))
    return looks


def _layer_names(path: Path) -> list[str | None]:
    """Return the layers with geometry of a file."""
    try:
        return [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None] or [None]
    except DataSourceError:
        return [None]  # reading it says what is wrong


def _tables(path: Path, suffix: str) -> list[Look]:
    sheets: list[str | None] = [None]
    if suffix in WORKBOOKS and len(shown := sheets_with_cells(path)) > 1:
        sheets = list(shown)

    def look(sheet: str | None) -> Look:
        texts = table_of(read_workbook(path, sheet) if suffix in WORKBOOKS else read_csv(path))
        return Look(path, sheet, "table", frame=placed(path, texts, x=None, y=None, wkt=None, crs=None).frame)

    return _each(path, sheets, look)


def _look(path: Path, layer: str | None, frame: gpd.GeoDataFrame) -> Look:
    kinds = {SHAPES.get(kind, "mixed") for kind in frame.geometry.geom_type.dropna().unique()}
    west, south, east, north = (float(value) for value in frame.total_bounds)
    bounds = (west, south, east, north) if np.isfinite([west, south, east, north]).all() else None
    return Look(path, layer, kinds.pop() if len(kinds) == 1 else "mixed", frame.crs, bounds, frame)


def _raster(path: Path) -> Look:
    import rasterio

    try:
        with rasterio.open(path) as source:
            crs = pyproj.CRS(source.crs.to_wkt()) if source.crs else None
            west, south, east, north = source.bounds
    except (rasterio.errors.RasterioError, OSError, pyproj.exceptions.CRSError) as error:
        raise ReadError(f"{path}: the raster cannot be read ({error}). | 无法读取栅格。") from error
    return Look(path, None, "raster", crs, (west, south, east, north))


def _osm_bounds(path: Path) -> tuple[float, float, float, float] | None:
    """Return the extent that the head of an OpenStreetMap file states, None where it states none."""
    import osmium

    try:
        with osmium.io.Reader(str(path), osmium.osm.osm_entity_bits.NOTHING) as reader:
            box = reader.header().box()
    except RuntimeError:
        return None  # reading it says what is wrong
    if not box.valid():
        return None
    return box.bottom_left.lon, box.bottom_left.lat, box.top_right.lon, box.top_right.lat


def _is_gtfs(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(Path(name).name == "stops.txt" for name in archive.namelist())
    except (zipfile.BadZipFile, OSError):
        return False
