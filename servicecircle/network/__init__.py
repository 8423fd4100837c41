"""How people walk and ride: networks, points on them, distances from door to door, and the ground they reach."""

from servicecircle.network.access import AccessRule
from servicecircle.network.barriers import Barriers
from servicecircle.network.closing import closed
from servicecircle.network.drawing import Drawing
from servicecircle.network.drive import DRIVE_SPEEDS_KMH, DriveNetwork, Rides, rides, stated_kmh
from servicecircle.network.graph import WalkNetwork
from servicecircle.network.isochrones import isochrones
from servicecircle.network.joining import JOIN_M, joined
from servicecircle.network.levels import Crossings, Levels, crossings, levels_of
from servicecircle.network.networkx_graphs import edges_of as graph_edges
from servicecircle.network.noding import noded
from servicecircle.network.positions import Doors, Positions, feet
from servicecircle.network.quality import network_faults
from servicecircle.network.reached import reached_edges, reached_lines
from servicecircle.network.rebuilding import stacked
from servicecircle.network.routes import Route, route
from servicecircle.network.service_areas import service_areas
from servicecircle.network.snap import snap
from servicecircle.network.travel import Nearest, Pairs, k_nearest, nearest, within

__all__ = [
    "DRIVE_SPEEDS_KMH",
    "JOIN_M",
    "AccessRule",
    "Barriers",
    "Crossings",
    "Doors",
    "Drawing",
    "DriveNetwork",
    "Levels",
    "Nearest",
    "Pairs",
    "Positions",
    "Rides",
    "Route",
    "WalkNetwork",
    "closed",
    "crossings",
    "feet",
    "graph_edges",
    "isochrones",
    "joined",
    "k_nearest",
    "levels_of",
    "nearest",
    "network_faults",
    "noded",
    "reached_edges",
    "reached_lines",
    "rides",
    "route",
    "service_areas",
    "snap",
    "stacked",
    "stated_kmh",
    "within",
]
