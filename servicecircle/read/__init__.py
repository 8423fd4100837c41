"""The outside world in: one module for each kind of source.

Readers of a layer return a `Read`: the frame, and a report of what was found and repaired.
"""

from servicecircle.read.barriers import read_barriers
from servicecircle.read.bus_table import bus_lines, stops_of
from servicecircle.read.categories import classify
from servicecircle.read.checking import check_city
from servicecircle.read.duplicates import merge_duplicates
from servicecircle.read.folder import read_city
from servicecircle.read.gtfs import BUS_TYPES, read_gtfs
from servicecircle.read.guesses import Guess, Schema, guess_columns, known_schema
from servicecircle.read.matching import FacilityMatch, match_facilities
from servicecircle.read.new_city import new_city
from servicecircle.read.osm_facilities import read_facilities
from servicecircle.read.overpass import fetch_walk_network
from servicecircle.read.pbf import read_walk_edges
from servicecircle.read.population import read_population
from servicecircle.read.report import Read
from servicecircle.read.review import read_review, write_review
from servicecircle.read.roads import DRIVABLE, read_drive_network
from servicecircle.read.sample import sample_city
from servicecircle.read.tables import read_layer
from servicecircle.read.walk_network import lines_network, read_walk_network
from servicecircle.read.walkable import WALKABLE, TagRule, WalkFilter
from servicecircle.read.zone_codes import level_of_code, with_code_levels
from servicecircle.read.zone_names import with_zone_ids
from servicecircle.read.zone_residents import spread, with_group_shares

__all__ = [
    "BUS_TYPES",
    "DRIVABLE",
    "WALKABLE",
    "FacilityMatch",
    "Guess",
    "Read",
    "Schema",
    "TagRule",
    "WalkFilter",
    "bus_lines",
    "check_city",
    "classify",
    "fetch_walk_network",
    "guess_columns",
    "known_schema",
    "level_of_code",
    "lines_network",
    "match_facilities",
    "merge_duplicates",
    "new_city",
    "read_barriers",
    "read_city",
    "read_drive_network",
    "read_facilities",
    "read_gtfs",
    "read_layer",
    "read_population",
    "read_review",
    "read_walk_edges",
    "read_walk_network",
    "sample_city",
    "spread",
    "stops_of",
    "with_code_levels",
    "with_group_shares",
    "with_zone_ids",
    "write_review",
]
