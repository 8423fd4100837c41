"""How people walk and ride: networks, points on them, distances from door to door, and the ground they reach."""

from servicecircle.network.access import AccessRule
from servicecircle.network.barriers import Barriers
from servicecircle.network.drive import DRIVE_SPEEDS_KMH, DriveNetwork, Rides, rides
from servicecircle.network.graph import WalkNetwork
from servicecircle.network.isochrones import isochrones, reached_edges
from servicecircle.network.positions import Doors, Positions, feet
from servicecircle.network.routes import Route, route
from servicecircle.network.snap import snap
from servicecircle.network.travel import Nearest, Pairs, k_nearest, nearest, within

__all__ = [
    "DRIVE_SPEEDS_KMH",
    "AccessRule",
    "Barriers",
    "Doors",
    "DriveNetwork",
    "Nearest",
    "Pairs",
    "Positions",
    "Rides",
    "Route",
    "WalkNetwork",
    "feet",
    "isochrones",
    "k_nearest",
    "nearest",
    "reached_edges",
    "rides",
    "route",
    "snap",
    "within",
]
