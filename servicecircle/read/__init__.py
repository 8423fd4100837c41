"""The outside world in: one module for each kind of source.

Readers of a layer return a `Read`: the frame, and a report of what was found and repaired.
"""

from servicecircle.read.barriers import read_barriers
from servicecircle.read.folder import read_city
from servicecircle.read.gtfs import BUS_TYPES, read_gtfs
from servicecircle.read.pbf import read_walk_edges, read_walk_network
from servicecircle.read.population import read_population
from servicecircle.read.report import Read
from servicecircle.read.sample import sample_city
from servicecircle.read.tables import read_layer
from servicecircle.read.walkable import WALKABLE, TagRule, WalkFilter

__all__ = [
    "BUS_TYPES",
    "WALKABLE",
    "Read",
    "TagRule",
    "WalkFilter",
    "read_barriers",
    "read_city",
    "read_gtfs",
    "read_layer",
    "read_population",
    "read_walk_edges",
    "read_walk_network",
    "sample_city",
]
