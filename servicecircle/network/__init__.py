"""How people walk and ride: networks, points on them, distances from door to door, and the ground they reach."""

from servicecircle.network.access import AccessRule
from servicecircle.network.drive import DRIVE_SPEEDS_KMH, DriveNetwork, Rides, rides
from servicecircle.network.graph import WalkNetwork
from servicecircle.network.isochrones import isochrones, reached_edges
from servicecircle.network.routes import Route, route
from servicecircle.network.snap import Positions, snap
from servicecircle.network.travel import Nearest, Pairs, k_nearest, nearest, within

__all__ = [
    "DRIVE_SPEEDS_KMH",
    "AccessRule",
    "DriveNetwork",
    "Nearest",
    "Pairs",
    "Positions",
    "Rides",
    "Route",
    "WalkNetwork",
    "isochrones",
    "k_nearest",
    "nearest",
    "reached_edges",
    "rides",
    "route",
    "snap",
    "within",
]
