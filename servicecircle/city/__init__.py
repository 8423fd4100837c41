"""What is there: a city and its layers, checked on entry."""

from servicecircle.city.about import About
from servicecircle.city.ageing import project_population
from servicecircle.city.catchments import Homes
from servicecircle.city.city import City
from servicecircle.city.inspection import as_text
from servicecircle.city.sharing import shared
from servicecircle.city.transport import Transport
from servicecircle.city.vocabulary import BARRIERS, ESTIMATED, GROUPS, YES_NO
from servicecircle.city.ways import Ways
from servicecircle.city.zoning import levels, smallest_zone

__all__ = [
    "BARRIERS",
    "ESTIMATED",
    "GROUPS",
    "YES_NO",
    "About",
    "City",
    "Homes",
    "Transport",
    "Ways",
    "as_text",
    "levels",
    "project_population",
    "shared",
    "smallest_zone",
]
