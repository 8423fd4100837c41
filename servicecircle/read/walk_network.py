"""Walk networks from any kind of file: OpenStreetMap, GraphML, layers of lines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

from servicecircle.errors import InputError, NetworkError
from servicecircle.findings import DataReport, Finding
from servicecircle.network import WalkNetwork, crossings, levels_of, noded
from servicecircle.projection import metric_crs, reproject
from servicecircle.read.graphml import read_graphml
from servicecircle.read.pbf import LAYER, read_walk_edges
from servicecircle.read.report import Read
from servicecircle.read.tables import read_layer
from servicecircle.read.walkable import WALKABLE

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import geopandas as gpd

    from servicecircle.read.walkable import WalkFilter

OSM_FILES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
GRAPHML = ".graphml"

UNNODED_SHARE = 0.1
"""If more than this share of the lines cross or touch another where not both end, somebody has to say what it means."""


def read_walk_network(
    path: str | os.PathLike[str],
    *,
    crs: object,
    walkable: WalkFilter = WALKABLE,
    layer: str | None = None,
    columns: Mapping[str, str] | None = None,
    file_crs: object = None,
    cut_at_crossings: bool | None = None,
    close_gaps_m: float = 0.0,
) -> WalkNetwork:
    """Read a walk network from an OpenStreetMap file, GraphML, or a layer of lines; lengths are metres.

    Parameters
    ----------
    path
        OpenStreetMap (``.osm.pbf``, ``.osm``, ``.osm.gz``, ``.osm.bz2``), ``.graphml``, or any kind of file that
        `read_layer` takes, with lines.
    crs
        The projected CRS of the city, in metres. It is never guessed; everything is brought into it.
    walkable
        OpenStreetMap only: which ways people walk on.
    layer, columns
        Layers of lines only, as in `read_layer`; for example ``{"layer": "层", "bridge": "桥"}``.
    file_crs
        The CRS that the coordinates in the file are in, where the file does not say.
    cut_at_crossings, close_gaps_m
        Layers of lines only, as in `lines_network`.

    Returns
    -------
    WalkNetwork
        Its ``report`` also says what was found and repaired while reading.

    Raises
    ------
    ReadError
        If the file is missing or broken, or holds no way people walk on.
    CRSError
        If ``crs`` is unknown or does not measure in metres, or the file's is not known.
    LayerError
        If a place has none in ``crs``.
    NetworkError
        If the edges do not make a network, or cross without meeting and ``cut_at_crossings`` does not say why.
    InputError
        If options do not go with the kind of file.

    See Also
    --------
    fetch_walk_network : The same from OpenStreetMap over the internet.
    """
    path = Path(path)
    kind = _kind(path)
    drawn = {"layer": layer, "columns": columns, "cut_at_crossings": cut_at_crossings, "close_gaps_m": close_gaps_m}
    wrong = [name for name, value in drawn.items() if value not in (None, 0.0) and kind != "lines"]
    wrong += ["walkable"] * (walkable is not WALKABLE and kind != "osm")
    wrong += ["file_crs"] * (file_crs is not None and kind == "osm")
    if wrong:
        raise InputError(
            f"{path}: {', '.join(wrong)}: not for this kind of file. Leave them out. | "
            f"{path}：{'、'.join(wrong)} 不适用于这种文件，请去掉。"
        )
    if kind == "lines":
        read = read_layer(path, layer=layer, columns=columns, crs=file_crs)
        return lines_network(read, crs=crs, cut_at_crossings=cut_at_crossings, close_gaps_m=close_gaps_m)
    if kind == "osm":
        edges = read_walk_edges(path, crs=crs, walkable=walkable)
    else:
        frame, found = reproject(read_graphml(path, file_crs=file_crs), metric_crs(crs), layer=LAYER)
        edges = Read(frame, DataReport(found))
    network = WalkNetwork.from_edges(edges.frame)
    return replace(network, report=edges.report + network.report)


def _kind(path: Path) -> str:
    """Return which reader a file is for."""
    if path.name.lower().endswith(OSM_FILES):
        return "osm"
    return "graphml" if path.suffix.lower() == GRAPHML else "lines"


def lines_network(
    lines: Read | gpd.GeoDataFrame, *, crs: object, cut_at_crossings: bool | None = None, close_gaps_m: float = 0.0
) -> WalkNetwork:
    """Return the walk network of a layer of lines; lengths are metres.

    Parameters
    ----------
    lines
        A layer as read, or a frame, in any declared CRS. Its columns are those of `WalkNetwork.from_edges`; lines with
        a ``bridge`` or ``tunnel`` (anything but empty, 0, no, F), or another ``layer`` (a number; the ground is 0), are
        not joined to what they cross.
    crs
        The projected CRS of the city, in metres.
    cut_at_crossings
        Whether lines are cut where they cross or touch on one level, as drawings need it; False: they meet at common
        ends only, as drawn. Without an answer, up to a tenth of the lines may cross or touch another where not both
        end, which is a warning; more are an error. Edges with ``u`` and ``v`` say themselves where they meet.
    close_gaps_m
        Ends up to so far (metres) from each other or from a line are joined.

    Returns
    -------
    WalkNetwork
        Its ``report`` says how many places were cut and gaps closed, and the largest move.

    Raises
    ------
    CRSError
        If ``crs`` does not measure in metres, or the layer's is not known or cannot be that of its coordinates.
    LayerError
        If a place has none in ``crs``.
    NetworkError
        If the lines do not make a network, or cross without meeting and ``cut_at_crossings`` does not say why.
    InputError
        If an option cannot be used.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> cross = [LineString([(500000, 0), (500100, 0)]), LineString([(500050, -50), (500050, 50)])]
    >>> drawing = gpd.GeoDataFrame(geometry=cross, crs="EPSG:4549")
    >>> lines_network(drawing, crs="EPSG:4549", cut_at_crossings=True)
    <WalkNetwork: 4 edges, 5 nodes, 0.20 km, 1 component; EPSG:4549>
    """
    read = lines if isinstance(lines, Read) else Read(lines)
    if cut_at_crossings not in (None, True, False):
        raise InputError(
            f"cut_at_crossings must be true, false or left out. {cut_at_crossings!r} was given instead. | "
            "cut_at_crossings 须为 true、false 或不写。"
        )
    edges, found = reproject(read.frame, metric_crs(crs), layer=LAYER)
    done: tuple[Finding, ...] = ()
    if cut_at_crossings or close_gaps_m:
        edges, done = noded(edges, cut_at_crossings=bool(cut_at_crossings), close_gaps_m=close_gaps_m)
    network = WalkNetwork.from_edges(edges)
    if cut_at_crossings is None and not {"u", "v"} <= {*edges.columns, *edges.index.names}:
        done += _unnoded(network)
    return replace(network, report=read.report.plus(*found, *done) + network.report)


def _unnoded(network: WalkNetwork) -> tuple[Finding, ...]:
    """Return the warning about lines that cross without meeting; NetworkError where that is the rule."""
    found = crossings(network.edge_geometry, levels_of(network.attributes))
    lines = np.unique(found.pairs)
    if not len(lines):
        return ()
    share = len(lines) / len(network)
    middles = shapely.get_coordinates(shapely.points(found.xy[:5]))
    where = "; ".join(f"({x:.1f}, {y:.1f})" for x, y in middles)
    en = f"{len(lines):,} of {len(network):,} lines ({share:.1%}) cross or touch another where not both end, and are "
    en += f"not joined there: {len(found.pairs):,} pairs, the first at {where}. If they are a drawing whose streets "
    en += "meet where lines cross, say cut_at_crossings = true (with bridge, tunnel and layer columns for those that "
    en += "do not); if they meet at common ends only, say cut_at_crossings = false."
    zh = f"{len(network):,} 条线中有 {len(lines):,} 条（{share:.1%}）与其他线相交或相接却没有公共端点，未连通。"
    zh += "若为未打断的图纸，请写 cut_at_crossings = true；若仅在公共端点处相连，请写 cut_at_crossings = false。"
    finding = Finding(LAYER, "not_noded", "error" if share > UNNODED_SHARE else "warning", en.replace("%)", " %)"), zh)
    if finding.severity == "error":
        raise NetworkError(DataReport((finding,)))
    return (finding,)
