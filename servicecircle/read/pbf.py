"""Ways of OpenStreetMap files (.osm.pbf, and the other formats that osmium reads) as edges."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.errors import ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import WGS84, datum_findings, metric_crs, moved
from servicecircle.read.report import Read
from servicecircle.read.walkable import WALKABLE

if TYPE_CHECKING:
    import os

    import pyproj
    from numpy.typing import NDArray

    from servicecircle.read.walkable import TagRule, WalkFilter

LAYER = "walk network"
ATTRIBUTES = ("highway", "name", "bridge", "tunnel", "layer")
"""The tags an edge keeps; None where the way has none."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read from an OpenStreetMap file.

    Parameters
    ----------
    ways
        Which ways.
    tags
        The tags an edge keeps.
    layer
        The layer's name in findings.
    en, zh
        What such ways are called in messages.
    """

    ways: WalkFilter
    tags: tuple[str, ...] = ATTRIBUTES
    layer: str = LAYER
    en: str = "people walk on"
    zh: str = "可步行"


NO_LOCATION = 2**31 - 1
UNITS_PER_DEGREE = 1e7


def read_walk_edges(path: str | os.PathLike[str], *, crs: object, walkable: WalkFilter = WALKABLE) -> Read:
    """Read the walkable ways of an OpenStreetMap file as edges, cut where ways meet.

    A way is cut at every node that it shares with another walkable way or passes twice, so that ways meet only where
    the map says they do: a bridge is not joined to the street below. In an extract that was clipped, a way is also cut
    where a node is missing, and the piece there is lost; the report counts both.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file (also ``.osm``, ``.osm.gz``, ``.osm.bz2``).
    crs
        The projected CRS of the city, in metres. It is never guessed.
    walkable
        Which ways people walk on.

    Returns
    -------
    Read
        Edges in ``crs``: ``u`` and ``v`` (the OpenStreetMap nodes at the start and end of the geometry), ``osm_way``,
        ``highway``, ``name``, ``bridge``, ``tunnel``, ``layer`` (text as tagged, None where not tagged), geometry.

    Raises
    ------
    ReadError
        If the file is missing or broken, or holds no way people walk on.
    CRSError
        If ``crs`` is unknown or does not measure in metres.
    LayerError
        If a node has no place in ``crs``.

    See Also
    --------
    servicecircle.read.read_walk_network : The same as a network.
    """
    return read_edges(path, crs=crs, wanted=Wanted(walkable))


def read_edges(path: str | os.PathLike[str], *, crs: object, wanted: Wanted) -> Read:
    """Read the wanted ways of an OpenStreetMap file as edges; see `read_walk_edges`."""
    metric = metric_crs(crs)
    ways = _read_ways(Path(path), wanted)
    pieces = _cut(ways)
    if not len(pieces.start):
        raise ReadError(
            f"{path}: {len(ways.osm_way):,} ways {wanted.en}, but none with the places of its nodes. Take an "
            f"extract with complete ways. | {path}：{wanted.zh}的道路缺少节点坐标，请使用保留完整道路的数据。"
        )
    frame = _edges(ways, pieces, metric, wanted.layer)
    return Read(frame, DataReport((*_findings(ways, pieces, wanted), *datum_findings(wanted.layer, WGS84, metric))))


@dataclass(frozen=True, slots=True, eq=False)
class _Ways:
    """The wanted ways of a file: their nodes one after the other, and their tags."""

    osm_way: NDArray[np.int64]  # (w,)
    tags: dict[str, list[str | None]]  # each (w,)
    way: NDArray[np.int64]  # (n,) the way (0..w-1) each vertex belongs to
    node: NDArray[np.int64]  # (n,) OpenStreetMap ids
    x: NDArray[np.int64]  # (n,) 1e-7 degrees
    y: NDArray[np.int64]
    left_out: Counter[TagRule]  # number of ways by the rule that left them out

    @property
    def known(self) -> NDArray[np.bool_]:
        """Return where the file has the vertex's place, shape (n,)."""
        return np.not_equal(self.x, NO_LOCATION)


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Where the ways are cut: each piece runs over the vertices start..end, both included."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]


def _read_ways(path: Path, wanted: Wanted) -> _Ways:
    """Read the wanted ways of a file, saying what is wrong with a file that cannot be read."""
    if not path.is_file():
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。")
    import osmium  # heavy: only when a file is read

    try:
        ways = _stream(path, wanted)
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise ReadError(
            f"{path}: not a whole OpenStreetMap file ({error}). Fetch or copy it again. | "
            f"{path}：不是完整的 OpenStreetMap 文件，请重新下载或拷贝。"
        ) from error
    if not len(ways.osm_way):
        seen = sum(ways.left_out.values())
        raise ReadError(
            f"{path}: no way {wanted.en} ({seen:,} ways with a highway tag, all left out). Check the area and the "
            f"file. | {path}：没有{wanted.zh}的道路（{seen:,} 条 highway 均被排除），请检查范围与文件。"
        )
    return ways


def _stream(path: Path, wanted: Wanted) -> _Ways:
    """Read nodes, then ways, whatever their order in the file."""
    import osmium

    places = osmium.NodeLocationsForWays(osmium.index.create_map("flex_mem"))
    places.ignore_errors()
    osmium.apply(osmium.io.Reader(str(path), osmium.osm.NODE), places)
    osm_way, sizes, node, x, y = (array("q") for _ in range(5))
    tags: dict[str, list[str | None]] = {key: [] for key in wanted.tags}
    left_out: Counter[TagRule] = Counter()
    ways = osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
    for entity in ways.with_filter(places):
        way = cast(osmium.osm.Way, entity)
        tagged = {tag.k: tag.v for tag in way.tags}
        rule = wanted.ways.rule_for(tagged)
        if rule is not None:
            left_out[rule] += 1
            continue
        osm_way.append(way.id)
        sizes.append(len(way.nodes))
        for ref in way.nodes:
            place = ref.location
            node.append(ref.ref)
            x.append(place.x)
            y.append(place.y)
        for key, values in tags.items():
            values.append(tagged.get(key))
    owner = np.repeat(np.arange(len(osm_way)), _numbers(sizes))
    return _once(_Ways(_numbers(osm_way), tags, owner, _numbers(node), _numbers(x), _numbers(y), left_out))


def _numbers(values: array[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _once(ways: _Ways) -> _Ways:
    """Drop vertices that repeat the one before them in the same way."""
    keep = np.ones(len(ways.node), dtype=bool)
    keep[1:] = (ways.node[1:] != ways.node[:-1]) | (ways.way[1:] != ways.way[:-1])
    return replace(ways, way=ways.way[keep], node=ways.node[keep], x=ways.x[keep], y=ways.y[keep])


def _cut(ways: _Ways) -> _Pieces:
    """Cut the ways at shared and repeated nodes, at their ends, and beside missing nodes."""
    _, inverse, times = np.unique(ways.node, return_inverse=True, return_counts=True)
    joined = np.zeros(
        len(ways.node) + 1, dtype=bool
    )  # joined[i]: vertices i - 1 and i are neighbours with known places
    joined[1:-1] = (ways.way[1:] == ways.way[:-1]) & ways.known[1:] & ways.known[:-1]
    met = times[inverse] > 1
    start = np.flatnonzero(joined[1:] & (met | ~joined[:-1]))
    end = np.flatnonzero(joined[:-1] & (met | ~joined[1:]))
    return _Pieces(start, end)


def _edges(ways: _Ways, pieces: _Pieces, crs: pyproj.CRS, layer: str) -> gpd.GeoDataFrame:
    """Build the frame of edges: all geometries at once, every place projected once."""
    sizes = pieces.end - pieces.start + 1
    first = np.cumsum(sizes) - sizes
    vertex = np.arange(sizes.sum()) + np.repeat(pieces.start - first, sizes)
    used, inverse = np.unique(vertex, return_inverse=True)
    x, y = ways.x[used] / UNITS_PER_DEGREE, ways.y[used] / UNITS_PER_DEGREE
    xy = moved(x, y, WGS84, crs, layer=layer, what="node")
    lines = shapely.linestrings(xy[inverse], indices=np.repeat(np.arange(len(sizes)), sizes))
    way = ways.way[pieces.start]
    columns = {key: pd.Series(values, dtype=object).to_numpy()[way] for key, values in ways.tags.items()}
    return gpd.GeoDataFrame(
        {"u": ways.node[pieces.start], "v": ways.node[pieces.end], "osm_way": ways.osm_way[way], **columns},
        geometry=lines,
        crs=crs,
    )


def _findings(ways: _Ways, pieces: _Pieces, wanted: Wanted) -> list[Finding]:
    """Return what was left out, by rule, and what a clipped file lacks."""
    findings = [
        Finding(
            wanted.layer,
            "left_out",
            "info",
            f"{count:,} OpenStreetMap ways left out by {rule.key} = {', '.join(sorted(rule.values))}: {rule.en}.",
            f"按 {rule.key} = {'、'.join(sorted(rule.values))} 排除 {count:,} 条道路：{rule.zh}。",
            column=rule.key,
        )
        for rule in wanted.ways.rules
        if (count := ways.left_out[rule])
    ]
    missing = np.unique(ways.node[~ways.known])
    if len(missing):
        cut = np.unique(ways.way[~ways.known])
        lost = len(np.setdiff1d(cut, ways.way[pieces.start]))
        findings.append(
            Finding.about(
                wanted.layer,
                "clipped",
                "repair",
                en=f"the file lacks {len(missing):,} nodes of these ways: they were cut there, and {lost:,} of them "
                "lost entirely. Near the edge of the extract walks are too long or missing; take one that reaches "
                "2 km beyond the city.",
                zh=f"文件缺少这些道路的 {len(missing):,} 个节点：道路在此截断，其中 {lost:,} 条完全丢失。"
                "数据边缘的步行路线会偏长或缺失，请使用比城市范围外扩 2 公里的数据。",
                rows=(f"way {way}" for way in ways.osm_way[cut]),
            )
        )
    return findings
