"""Population rasters (GeoTIFF) as cells: every square with residents becomes a polygon in the city's CRS."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from servicecircle.errors import CRSError, InputError, LayerError, ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import datum_findings, metric_crs, moved, parsed_crs
from servicecircle.read.report import Read

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from rasterio.io import DatasetReader

LAYER = "population"
Values = Literal["residents", "per_km2"]

SENTINELS = frozenset({-1.0, -99.0, -200.0, -999.0, -9999.0, -32767.0, -32768.0, -99999.0, -999999.0, -2147483648.0})
"""Negative numbers that makers of rasters write for "no data"; a raster with such a mark holds no other below 0."""

LOWEST_SENTINEL = -1e30  # the lowest number of float32, and what rounding makes of it
MOST_IN_A_CELL = 1e6
"""More residents than this in one cell are no count of people."""

DENSITY_WORDS = ("density", "per km", "per_km", "perkm", "ppkm", "/km", "密度")


@dataclass(frozen=True, slots=True, eq=False)
class _Raster:
    """One band, as numbers of residents, and where it lies."""

    values: NDArray[np.float64]  # (height, width)
    given: NDArray[np.bool_]  # (height, width) False where the file declares that there is no data
    crs: pyproj.CRS
    affine: tuple[float, float, float, float, float, float]
    notes: tuple[Finding, ...]
    is_density: bool  # whether the file describes itself as one


def read_population(path: str | os.PathLike[str], *, crs: object, band: int = 1, values: Values | None = None) -> Read:
    """Read a raster of residents per cell, or per square kilometre; each square with residents becomes a row.

    Squares are moved to ``crs`` by their corners; numbers of residents are not touched, so that the total is that of
    the file, added in float64. Squares without residents are left out and counted.

    Parameters
    ----------
    path
        A raster that GDAL reads, with a CRS of its own.
    crs
        The projected CRS of the city, in metres.
    band
        Which band holds the residents, counted from 1.
    values
        What the values are: ``"residents"`` of the cell, or a density, residents ``"per_km2"``, which is multiplied by
        the cell's area on the ground. Without it they are taken as residents, with a warning if the file describes
        itself as a density.

    Returns
    -------
    Read
        Rows in the order of the raster (north to south, then west to east): ``cell_id`` (``"r12c7"``: row and column
        from 0), ``pop_total`` (float64, above 0), geometry (polygons in ``crs``). No row where nobody lives.

    Raises
    ------
    ReadError
        If the file is missing or broken, or has no such band.
    CRSError
        If the raster has no CRS, or ``crs`` does not measure in metres.
    InputError
        If ``values`` is something else.
    LayerError
        If values are negative, infinite or absurd. One negative number that is a customary mark for "no data" (-9999,
        the lowest float, ...), or NaN, is taken as no data instead, and reported.
    """
    if values not in {None, *get_args(Values)}:
        raise InputError.unknown("values", values, get_args(Values))
    metric = metric_crs(crs)
    raster = _open(Path(path), band)
    numbers, notes = _residents(raster)
    row, column = np.nonzero(numbers > 0)
    squares = _squares(raster, row, column, metric)
    people = numbers[row, column]
    if values == "per_km2":
        people = people * _ground_km2(squares, metric)
        notes.append(_from_density(len(people)))
    elif values is None and raster.is_density:
        notes.append(DENSITY)
    frame = gpd.GeoDataFrame(
        {
            "cell_id": [f"r{r}c{c}" for r, c in zip(row.tolist(), column.tolist(), strict=True)],
            "pop_total": people,
        },
        geometry=squares,
        crs=metric,
    )
    residents, unknown = frame["pop_total"].sum(), int((~raster.given).sum())
    none = numbers.size - len(frame) - unknown
    counted = Finding(
        LAYER,
        "cells",
        "info",
        f"{len(frame):,} cells with {residents:,.0f} residents; {none:,} cells with none and {unknown:,} without data "
        "left out.",
        f"{len(frame):,} 个格网有人口，共 {residents:,.0f} 人；无人口的 {none:,} 个、无数据的 {unknown:,} 个未列入。",
        residents=float(residents),
    )
    return Read(frame, DataReport((counted, *raster.notes, *notes, *datum_findings(LAYER, raster.crs, metric))))


def _open(path: Path, band: int) -> _Raster:
    """Read one band of a file, saying what is wrong with a file that cannot be read."""
    import rasterio  # heavy: only when a raster is read

    if not path.is_file():
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)  # said by _band
            with rasterio.open(path) as source:
                return _band(source, path, band)
    except (rasterio.errors.RasterioError, UnicodeDecodeError) as error:
        raise ReadError(
            f"{path}: not a whole raster ({error}). Fetch or copy it again. | "
            f"{path}：栅格文件不完整或无法读取，请重新拷贝。"
        ) from error


def _band(source: DatasetReader, path: Path, band: int) -> _Raster:
    """Read one band of an open file, with its scale and offset applied."""
    if band not in source.indexes:
        raise InputError(
            f"{path} has {source.count} band(s); band {band!r} is not one of them. | "
            f"{path} 共 {source.count} 个波段，没有第 {band!r} 波段。"
        )
    if source.crs is None or source.transform.is_identity:
        raise CRSError(
            f"population layer: {path} does not say where it lies ({'CRS' if source.crs is None else 'position'} "
            "missing). Export it as GeoTIFF with its CRS and its position. | "
            f"population 图层：{path} 缺少坐标系或位置信息，请导出为带坐标系和位置的 GeoTIFF。"
        )
    raw = source.read(band)
    given = source.read_masks(band) != 0
    with np.errstate(invalid="ignore"):  # NaN of any kind stays NaN
        values = raw.astype(np.float64) * source.scales[band - 1] + source.offsets[band - 1]
    top = _largest(raw)
    notes = [*_band_notes(source, band)]
    marked = given & (raw == top) if top is not None else np.zeros_like(given)
    if marked.any():
        notes.append(_repair(marked, f"{top:g}, the largest number of its type", f"{top:g}（该数据类型的最大值）"))
    a, b, c, d, e, f = (float(value) for value in tuple(source.transform)[:6])
    crs = parsed_crs(source.crs.to_wkt(), what="crs of the raster")
    return _Raster(values, given & ~marked, crs, (a, b, c, d, e, f), tuple(notes), _is_density(source, band))


def _largest(raw: NDArray[np.generic]) -> float | None:
    """Return the largest number of a raster's type if it is a customary mark for "no data" (not in bytes)."""
    if np.issubdtype(raw.dtype, np.floating):
        return float(np.finfo(raw.dtype.name).max)
    return float(np.iinfo(raw.dtype.name).max) if raw.dtype.itemsize > 1 else None


def _band_notes(source: DatasetReader, band: int) -> Iterable[Finding]:
    """Return what the file says about itself that a reader of figures should know."""
    if source.count > 1:
        yield Finding(
            LAYER,
            "bands",
            "warning",
            f"the file has {source.count} bands; band {band} was read as all residents. Name another with band.",
            f"文件有 {source.count} 个波段，读取了第 {band} 波段作为常住人口；可用 band 指定。",
        )


def _is_density(source: DatasetReader, band: int) -> bool:
    """Return whether a file describes a band as a density."""
    tags = [*map(str, source.tags().values()), *map(str, source.tags(band).values())]
    said = " ".join([source.descriptions[band - 1] or "", *tags]).casefold()
    return any(word in said for word in DENSITY_WORDS)


DENSITY = Finding(
    LAYER,
    "density",
    "warning",
    "the file describes itself as a density; its values were read as residents per cell. Say which they are: values = "
    "'residents' or 'per_km2'.",
    "文件自述为密度数据，但其值已按每格人数读取；请用 values = 'residents' 或 'per_km2' 说明。",
)


def _from_density(cells: int) -> Finding:
    en = f"residents per km² were multiplied by the area on the ground of each of the {cells:,} cells."
    zh = f"{cells:,} 个格网的每平方公里人数已乘以格网实地面积。"
    return Finding(LAYER, "from_density", "repair", en, zh, "pop_total")


def _ground_km2(squares: NDArray[np.object_], crs: pyproj.CRS) -> NDArray[np.float64]:
    """Return the area of cells on the ground, km²: on the map, by the map's scale of areas there."""
    centres = shapely.centroid(squares)
    xy = np.column_stack([shapely.get_x(centres), shapely.get_y(centres)])
    projection = pyproj.Proj(crs)
    scale = projection.get_factors(*projection(xy[:, 0], xy[:, 1], inverse=True)).areal_scale
    return np.asarray(shapely.area(squares) / scale / 1e6, dtype=np.float64)


def _residents(raster: _Raster) -> tuple[NDArray[np.float64], list[Finding]]:
    """Return the residents of each cell (0 without data), and the marks for "no data" that were not declared."""
    values = np.where(raster.given, raster.values, 0.0)
    notes = []
    nan = np.isnan(values)
    if nan.any():
        notes.append(_repair(nan, "NaN", "NaN"))
    below = values < 0
    marks = np.unique(values[below])
    if len(marks) == 1 and (marks[0] in SENTINELS or marks[0] <= LOWEST_SENTINEL):
        notes.append(_repair(below, f"{marks[0]:g}", f"{marks[0]:g}"))
        below = np.zeros_like(below)
    faults = [
        _fault("negative", below, values, en="a number of residents cannot be negative", zh="人数不能为负"),
        _fault("infinite", np.isinf(values), values, en="a number of residents must be finite", zh="人数必须有限"),
        _fault(
            "absurd",
            np.isfinite(values) & (values > MOST_IN_A_CELL),
            values,
            en=f"more than {MOST_IN_A_CELL:,.0f} residents in one cell",
            zh=f"单格超过 {MOST_IN_A_CELL:,.0f} 人",
        ),
    ]
    report = DataReport(tuple(fault for fault in faults if fault is not None))
    if not report.ok:
        raise LayerError(report)
    return np.where(nan | (values < 0), 0.0, values), notes


def _cells(where: NDArray[np.bool_]) -> Iterable[str]:
    return (f"r{row}c{column}" for row, column in np.argwhere(where).tolist())


def _repair(where: NDArray[np.bool_], mark: str, mark_zh: str) -> Finding:
    """Return the report of a mark for "no data" that the file does not declare."""
    return Finding.about(
        LAYER,
        "undeclared_nodata",
        "repair",
        en=f"the value {mark} was read as no data, although the file does not declare it. Declare it in the file.",
        zh=f"文件未声明无数据值，{mark_zh} 已按无数据处理；请在文件中声明。",
        column="pop_total",
        rows=_cells(where),
    )


def _fault(code: str, where: NDArray[np.bool_], values: NDArray[np.float64], *, en: str, zh: str) -> Finding | None:
    """Return the fault of some cells, or None if there are none."""
    if not where.any():
        return None
    worst = values[where][np.argmax(np.abs(values[where]))]
    return Finding.about(
        LAYER,
        code,
        "error",
        en=f"{en} (for example {worst:g}). If the value marks missing data, declare it as NoData in the file.",
        zh=f"{zh}（例如 {worst:g}）。若该值表示缺失，请在文件中声明为 NoData。",
        column="pop_total",
        rows=_cells(where),
    )


def _squares(
    raster: _Raster, row: NDArray[np.int64], column: NDArray[np.int64], crs: pyproj.CRS
) -> NDArray[np.object_]:
    """Return the cells as polygons in a CRS; every corner is moved once."""
    across = raster.values.shape[1] + 1
    corners = (row * across + column)[:, None] + np.array([0, 1, across + 1, across, 0])
    used, inverse = np.unique(corners, return_inverse=True)
    a, b, c, d, e, f = raster.affine
    j, i = used % across, used // across
    xy = moved(a * j + b * i + c, d * j + e * i + f, raster.crs, crs, layer=LAYER, what="corner")
    rings = xy[inverse.reshape(-1)].reshape(-1, 5, 2)
    return np.asarray(shapely.polygons(rings), dtype=object)
