"""How people walk: the network, points on it, distances from door to door, and the ground they reach."""

from servicecircle.network.access import AccessRule
from servicecircle.network.graph import WalkNetwork
from servicecircle.network.isochrones import isochrones, reached_edges
from servicecircle.network.routes import Route, route
from servicecircle.network.snap import Positions, snap
from servicecircle.network.travel import Nearest, Pairs, k_nearest, nearest, within

__all__ = [
    "AccessRule",
    "Nearest",
    "Pairs",
    "Positions",
    "Route",
    "WalkNetwork",
    "isochrones",
    "k_nearest",
    "nearest",
    "reached_edges",
    "route",
    "snap",
    "within",
]
