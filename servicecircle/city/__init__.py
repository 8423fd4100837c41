"""What is there: a city and its layers, checked on entry."""

from servicecircle.city.city import City
from servicecircle.city.inspection import as_text
from servicecircle.city.transport import Transport
from servicecircle.city.vocabulary import ESTIMATED, GROUPS, YES_NO
from servicecircle.city.zoning import levels, smallest_zone

__all__ = ["ESTIMATED", "GROUPS", "YES_NO", "City", "Transport", "as_text", "levels", "smallest_zone"]
