"""Networks in GraphML, as osmnx and networkx save them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.parsers import expat

import shapely

from servicecircle.errors import CRSError, ReadError
from servicecircle.network import graph_edges
from servicecircle.text import listed

if TYPE_CHECKING:
    import os

    import geopandas as gpd

LARGEST_MB = 500
"""A larger GraphML file is refused: its graph would need some twenty times as much memory."""


class _DoctypeError(Exception):
    """The file declares a document type, which may define entities that grow without end."""


def read_graphml(path: str | os.PathLike[str], *, file_crs: object = None) -> gpd.GeoDataFrame:
    """Read the edges of a GraphML file, in the CRS that the graph says it is in.

    Parameters
    ----------
    path
        A ``.graphml`` file whose nodes have ``x`` and ``y``; edges may have ``length`` (metres) and ``geometry`` (WKT).
    file_crs
        The CRS of the coordinates, where the graph has no attribute ``crs``.

    Returns
    -------
    GeoDataFrame
        u, v (ids of the nodes), the other attributes of the edges, geometry.

    Raises
    ------
    ReadError
        If the file is missing, too large, no whole GraphML, declares a document type, or has an id twice.
    CRSError
        If no CRS is known, or ``file_crs`` contradicts the graph's.
    NetworkError
        If a node has no place.
    """
    path = Path(path)
    _check(path)
    graph = _graph(path)
    _set_crs(graph, path, file_crs)
    unread = []
    for u, v, attributes in graph.edges(data=True):
        if isinstance(attributes.get("geometry"), str):
            attributes["geometry"] = _line(attributes["geometry"])
            if attributes["geometry"] is None:
                unread.append(f"{u}-{v}")
        if isinstance(attributes.get("length"), str):
            attributes["length"] = _number(attributes["length"])
    if unread:
        raise ReadError(
            f"{path}: the geometry of {len(unread):,} edges is no line in WKT ({listed(unread, most=5)}). Save the "
            f"graph again. | {path}：{len(unread):,} 条边的 geometry 不是 WKT 线，请重新保存该图。"
        )
    return graph_edges(graph)


def _check(path: Path) -> None:
    """Raise ReadError unless the file is there, not too large, plain XML, and names every node once."""
    if not path.is_file():
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。")
    size = path.stat().st_size
    if size > LARGEST_MB * 1_000_000:
        raise ReadError(
            f"{path}: {size / 1e6:,.0f} MB; GraphML up to {LARGEST_MB} MB is read. Save the edges as a GeoPackage. | "
            f"{path}：文件过大（上限 {LARGEST_MB} MB），请把边导出为 GeoPackage。"
        )
    ids: Counter[str] = Counter()
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        raise _DoctypeError

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] == "node":
            ids[attributes.get("id", "")] += 1

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except _DoctypeError as error:
        raise ReadError(
            f"{path}: it declares a document type (DOCTYPE), which GraphML has no use for and which can hide a file "
            f"that grows without end. It was not read. | {path}：含 DOCTYPE 声明（可能是实体炸弹），未读取。"
        ) from error
    except expat.ExpatError as error:
        raise _broken(path, error) from error
    twice = sorted(name for name, count in ids.items() if count > 1)
    if twice:
        raise ReadError(
            f"{path}: {len(twice):,} ids are those of several nodes ({listed(twice, most=5)}). Give each node an id of "
            f"its own. | {path}：{len(twice):,} 个节点编号重复，请改为唯一。"
        )


def _graph(path: Path) -> Any:
    import networkx as nx  # takes its time to import

    try:
        with path.open("rb") as file:  # an open file is never unpacked, whatever its name
            return nx.read_graphml(file)
    except (nx.NetworkXError, KeyError, ValueError, TypeError, AttributeError, StopIteration, SyntaxError) as error:
        raise _broken(path, error) from error


def _broken(path: Path, why: object) -> ReadError:
    return ReadError(
        f"{path}: no whole GraphML file ({why}). Save or copy it again. | {path}：不是完整的 GraphML 文件，请重新保存。"
    )


def _set_crs(graph: Any, path: Path, file_crs: object) -> None:
    """Give the graph the CRS asked for if it says none itself."""
    from servicecircle.projection import parsed_crs

    said = graph.graph.get("crs")
    if file_crs is None:
        if said is None:
            raise CRSError(
                f"{path}: the graph says no crs. Say which CRS its x and y are in: file_crs='EPSG:4326' for longitude "
                f"and latitude. | {path}：图中未写 crs，请用 file_crs 说明坐标系。"
            )
        return
    given = parsed_crs(file_crs, what="file_crs")
    if said is not None and parsed_crs(said, what=f"{path}: crs") != given:
        raise CRSError(
            f"{path}: the graph is in {said}, but file_crs says {given.name}. Leave file_crs out. | "
            f"{path}：图中坐标系为 {said}，与 file_crs 矛盾，请去掉 file_crs。"
        )
    graph.graph["crs"] = given


def _line(text: str) -> shapely.Geometry | None:
    try:
        line = shapely.from_wkt(text)
    except shapely.errors.GEOSException:
        return None
    return line if isinstance(line, shapely.LineString) else None


def _number(text: str) -> float | str:
    """Return a number that was saved as text; other text stays, to be refused with its row."""
    try:
        return float(text)
    except ValueError:
        return text
