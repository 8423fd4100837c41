"""Scenarios: named lists of changes to a city, stacked, saved and read again."""

from servicecircle.scenarios.file import read_scenario
from servicecircle.scenarios.scenario import Change, Scenario

__all__ = ["Change", "Scenario", "read_scenario"]
