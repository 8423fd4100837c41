"""What is there: a city and its layers, checked on entry."""

from servicecircle.city.city import City
from servicecircle.city.zoning import levels, smallest_zone

__all__ = ["City", "levels", "smallest_zone"]
