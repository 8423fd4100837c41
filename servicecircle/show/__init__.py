"""How people see it: gap maps, and a one-page summary."""

from servicecircle.show.maps import gap_map
from servicecircle.show.summary import write_summary

__all__ = ["gap_map", "write_summary"]
