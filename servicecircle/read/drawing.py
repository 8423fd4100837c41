"""Drawings (DXF): their CAD layers, texts and closed lines."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pyogrio
import shapely

from servicecircle.errors import ReadError
from servicecircle.findings import Finding
from servicecircle.read.kinds import broken
from servicecircle.read.report import Read
from servicecircle.text import decode, did_you_mean, listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

GDAL_NAMES = {"utf-8-sig": "UTF-8", "gb18030": "CP936"}
LAYER = "Layer"
"""The column with the name of the CAD layer."""

FEWEST_CORNERS = 4  # of a ring, its first corner counted twice


def check_drawing(path: Path) -> None:
    """Raise ReadError if a drawing does not end as every whole one does."""
    data = path.read_bytes()
    if data.startswith(b"AutoCAD Binary DXF"):
        raise ReadError(
            f"{path}: a binary DXF is not read. Save it as an ASCII DXF. | "
            f"{path}：不支持二进制 DXF，请另存为 ASCII DXF。"
        )
    if not re.search(rb"\n\s*0\s*\r?\n\s*EOF\s*$", data):
        raise broken(path, "it has no end of file mark")


@contextmanager
def drawing_encoding(path: Path) -> Iterator[None]:
    """Let GDAL read a drawing's texts in the encoding that its bytes are in, whatever its head says.

    Raises
    ------
    ReadError
        If the texts are neither in UTF-8 nor in GB18030.
    """
    try:
        _, encoding = decode(path.read_bytes())
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{path}: its texts are neither UTF-8 nor GB18030 ({error.reason}). Save it again as DXF 2007 or later. | "
            f"{path}：文字编码既不是 UTF-8 也不是 GB18030，请另存为 2007 或更高版本的 DXF。"
        ) from error
    before = pyogrio.get_gdal_config_option("DXF_ENCODING")
    pyogrio.set_gdal_config_options({"DXF_ENCODING": GDAL_NAMES[encoding]})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"DXF_ENCODING": before})


def drawn(read: Read, path: Path, layer: str | None) -> Read:
    """Return the entities of a drawing, or of one of its CAD layers.

    In a CAD layer in which every line is closed the lines are the outlines of areas, and become polygons; in any other
    they stay lines.
    """
    frame = read.frame
    names = sorted(frame[LAYER].dropna().unique())
    if layer is not None:
        if layer not in names:
            raise ReadError(
                f"{path}: there is no layer {layer!r}. {did_you_mean(layer, names)} | {path}：没有图层 {layer!r}，"
                f"现有：{listed(names)}。"
            )
        frame = frame[frame[LAYER] == layer].reset_index(drop=True)
    frame, filled = _filled(frame)
    counts = frame.geometry.geom_type.value_counts().sort_index()
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in counts.items())
    said = Finding(
        path.name,
        "drawing",
        "info",
        f"CAD layers: {listed(names)}. Entities read: {kinds or 'none'}.",
        f"CAD 图层：{listed(names)}；读取的实体：{kinds or '无'}。",
        column=LAYER,
    )
    findings = [said]
    if filled.any():
        findings.append(
            Finding.about(
                path.name,
                "closed_lines",
                "repair",
                en="closed lines were taken as polygons, because every line of their CAD layer is closed.",
                zh="所在 CAD 图层的线均闭合，已转为面。",
                column="geometry",
                rows=frame.index[filled],
            )
        )
    return Read(frame, read.report.plus(*findings))


def _filled(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, NDArray[np.bool_]]:
    """Return the frame with the closed lines of layers that have no others as polygons, and which those are."""
    geometry = frame.geometry
    line = geometry.geom_type.eq("LineString").to_numpy()
    corners = shapely.get_num_coordinates(geometry.to_numpy())
    closed = line & shapely.is_closed(geometry.to_numpy()) & (corners >= FEWEST_CORNERS)
    open_layers = set(frame[LAYER][line & ~closed])
    filled = closed & ~frame[LAYER].isin(open_layers).to_numpy()
    if filled.any():
        shapes = geometry.to_numpy().copy()
        shapes[filled] = shapely.polygons(shapely.linearrings([shapely.get_coordinates(s) for s in shapes[filled]]))
        frame = frame.set_geometry(frame.geometry.__class__(shapes, index=frame.index, crs=frame.crs))
    return frame, filled
