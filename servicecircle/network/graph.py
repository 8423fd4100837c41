"""The walk network: where people walk, proved once when it is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from servicecircle.findings import DataReport
from servicecircle.network.building import edge_table
from servicecircle.network.networkx_graphs import edges_of
from servicecircle.network.topology import topology

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class WalkNetwork:
    """A network of walkable edges. Make one with `from_edges` or `from_graph`; it never changes.

    Edges are walked in both directions. Parallel edges and loops are edges of their own. Nodes and edges are in an
    order given by their geometry, so that the order of the rows they came from changes nothing.

    Parameters
    ----------
    crs
        A projected CRS in metres.
    node_xy
        Coordinates of the nodes (metres), shape (n, 2).
    edge_nodes
        The nodes at the start (u) and end (v) of each edge, shape (m, 2); u <= v.
    edge_length_m
        Declared lengths (metres), shape (m,).
    edge_geometry
        LineStrings drawn from u to v, shape (m,).
    edge_component
        The component of each edge, shape (m,); 0 is the longest.
    component_length_m
        Length of each component (metres), longest first.
    indptr, targets, arc_edge, arc_length_m
        Both directions of all edges, grouped by the node they leave: the arcs that leave node i are
        ``indptr[i]:indptr[i + 1]``; the node they enter, their edge and its length (metres), each of shape (2 m,).
    report
        What was found while the network was made.
    attributes
        The other columns of the edges, m rows.

    Examples
    --------
    >>> from shapely import LineString
    >>> lines = [LineString([(500000, 0), (500100, 0)]), LineString([(500100, 0), (500100, 50)])]
    >>> walk = WalkNetwork.from_edges(gpd.GeoDataFrame(geometry=lines, crs="EPSG:4549"))
    >>> walk
    <WalkNetwork: 2 edges, 3 nodes, 0.15 km, 1 component; EPSG:4549>
    """

    crs: pyproj.CRS
    node_xy: NDArray[np.float64]
    edge_nodes: NDArray[np.int64]
    edge_length_m: NDArray[np.float64]
    edge_geometry: NDArray[np.object_]
    edge_component: NDArray[np.int64]
    component_length_m: NDArray[np.float64]
    indptr: NDArray[np.int64]
    targets: NDArray[np.int64]
    arc_edge: NDArray[np.int64]
    arc_length_m: NDArray[np.float64]
    report: DataReport
    attributes: pd.DataFrame

    @classmethod
    def from_edges(cls, edges: gpd.GeoDataFrame) -> WalkNetwork:
        """Return the network made of a table of edges.

        Parameters
        ----------
        edges
            One row per edge, in a projected CRS in metres: LineStrings (a MultiLineString is taken apart). A column
            ``length`` (metres) wins over the length of the line. Columns or index levels ``u`` and ``v`` say which
            nodes an edge joins; without them, ends that round to the same millimetre are one node. Lines that cross
            without a common end are not joined. Other columns are kept.

        Raises
        ------
        InputError
            If ``edges`` is not a GeoDataFrame with a geometry column.
        CRSError
            If its CRS is missing or does not measure in metres.
        NetworkError
            If there are no edges, or lengths, lines or ends cannot be used; its report holds all faults.
        """
        table = edge_table(edges)
        made = topology(table)
        return cls(
            table.crs,
            made.node_xy,
            made.edge_nodes,
            made.edge_length_m,
            made.edge_geometry,
            made.edge_component,
            made.component_length_m,
            made.indptr,
            made.targets,
            made.arc_edge,
            made.arc_length_m,
            DataReport((*table.findings, *made.findings)),
            made.attributes,
        )

    @classmethod
    def from_graph(cls, graph: Any) -> WalkNetwork:
        """Return the network made of a networkx graph, for example one from osmnx.

        Parameters
        ----------
        graph
            A networkx graph of any kind with ``graph.graph["crs"]`` and the node attributes ``x`` and ``y`` (metres).
            Edges may have ``length`` (metres; on all edges or none) and ``geometry`` (else a straight line). Directions
            are not kept: opposite arcs of one street become one edge. Parallel edges remain.

        Raises
        ------
        InputError
            If ``graph`` is not a networkx graph.
        CRSError
            If the CRS is missing or does not measure in metres.
        NetworkError
            If nodes have no place, or as for `from_edges`.

        Examples
        --------
        >>> import networkx
        >>> graph = networkx.Graph(crs="EPSG:4549")
        >>> graph.add_node("a", x=500000, y=0)
        >>> graph.add_node("b", x=500300, y=400)
        >>> graph.add_edge("a", "b")
        >>> float(WalkNetwork.from_graph(graph).edge_length_m[0])
        500.0
        """
        return cls.from_edges(edges_of(graph))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return the extent of all edges: lowest x and y, highest x and y (metres)."""
        if self not in _BOUNDS:
            low_x, low_y, high_x, high_y = (float(value) for value in shapely.total_bounds(self.edge_geometry))
            _BOUNDS[self] = low_x, low_y, high_x, high_y
        return _BOUNDS[self]

    @property
    def edges(self) -> gpd.GeoDataFrame:
        """Return the edges: u, v, length (metres), component, the columns kept, and geometry."""
        own = pd.DataFrame(
            {
                "u": self.edge_nodes[:, 0],
                "v": self.edge_nodes[:, 1],
                "length": self.edge_length_m,
                "component": self.edge_component,
            }
        )
        kept = self.attributes.drop(columns=["component", "geometry"], errors="ignore")
        return gpd.GeoDataFrame(pd.concat([own, kept], axis=1), geometry=self.edge_geometry.copy(), crs=self.crs)

    @property
    def components(self) -> pd.DataFrame:
        """Return the parts that are not joined to each other, longest first: component, edges, length_m (metres)."""
        count = np.bincount(self.edge_component, minlength=len(self.component_length_m))
        number = np.arange(len(count), dtype=np.int64)
        return pd.DataFrame({"component": number, "edges": count, "length_m": self.component_length_m})

    def __len__(self) -> int:
        """Return the number of edges."""
        return len(self.edge_length_m)

    def __repr__(self) -> str:
        parts, km = len(self.component_length_m), self.edge_length_m.sum() / 1000
        return (
            f"<WalkNetwork: {len(self):,} edges, {len(self.node_xy):,} nodes, {km:,.2f} km, "
            f"{parts:,} component{'s' if parts > 1 else ''}; {self.crs.to_string()}>"
        )


_BOUNDS: WeakKeyDictionary[WalkNetwork, tuple[float, float, float, float]] = WeakKeyDictionary()
"""The extents of networks, which never change."""
