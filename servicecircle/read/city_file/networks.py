"""The tables of city.toml about networks: [walk], [drive], [[bus_lines]]."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from servicecircle.read.city_file.source import OSM, Metres, Source, Table, Text
from servicecircle.read.walk_network import GRAPHML

FEEDS = (".zip", "")
"""A GTFS feed is a zip file, or a folder, whose name has no suffix."""


class Rule(Table):
    """A rule of the walk filter: ways with one of these values are left out."""

    key: Text
    values: Annotated[list[Text], Field(min_length=1)]
    unless: dict[Text, list[Text]] = Field(default_factory=dict)
    reason_zh: str = ""
    reason_en: str = ""


class WalkRules(Table):
    """Who may enter the walk network where, and what a walk never crosses."""

    islands: Annotated[
        Annotated[Literal["keep", "main"], Tag("text")] | Annotated[float, Field(ge=0), Tag("number")],
        Discriminator(lambda given: "text" if isinstance(given, str) else "number"),
    ] = 1000.0
    max_access_m: Annotated[float, Field(gt=0)] = 500.0
    barriers: Literal["given", "block", "count"] = "given"
    left_out: list[Rule] | None = None


class Walk(WalkRules, Source):
    """The walk network of a file."""

    cut_at_crossings: bool | None = None
    close_gaps_m: Metres = 0.0

    @property
    def kind(self) -> Literal["osm", "graphml", "lines"]:
        """Return which reader the file is for."""
        if self.is_osm:
            return "osm"
        return "graphml" if self.suffix == GRAPHML else "lines"

    @model_validator(mode="after")
    def _kind_fits(self) -> Walk:
        drawn = ("layer", "columns", "all_rows", "cut_at_crossings", "close_gaps_m")
        if self.kind == "osm":
            self.refuse((*drawn, "crs"), f"not for {OSM}")
        else:
            self.refuse(("left_out",), f"only for {OSM}")
        if self.kind == "graphml":
            self.refuse(drawn, "not for GraphML files")
        return self


class Overpass(Table):
    """What is fetched from OpenStreetMap over the internet, and where answers are kept."""

    area: Annotated[
        Annotated[Literal["zones"], Tag("text")]
        | Annotated[list[float], Field(min_length=4, max_length=4), Tag("list")],
        Discriminator(lambda given: "text" if isinstance(given, str) else "list"),
    ] = "zones"
    cache: Text = "overpass"
    url: Text | None = None
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    margin_m: Metres = 2000.0


class LiveWalk(WalkRules):
    """The walk network of OpenStreetMap as it is now, or was when it was last fetched into the cache."""

    overpass: Overpass


class Drive(Source):
    """The drive network: an OpenStreetMap file or a layer of roads."""

    speeds_kmh: dict[Text, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _kind_fits(self) -> Drive:
        if self.is_osm:
            self.refuse(("layer", "columns", "all_rows", "crs"), f"not for {OSM}")
        else:
            self.refuse(("speeds_kmh",), f"only for {OSM}; in a layer give columns = {{ speed_kmh = '...' }}")
        return self


class BusLines(Source):
    """A file with bus lines: a table of lines and stops, an office's bus table, or a GTFS feed."""

    stops: bool = False
    unplaced: Literal["refuse", "leave_out"] = "refuse"

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows of a table without coordinates have a place in another way: by the stop they name."""
        return True

    @property
    def is_gtfs(self) -> bool:
        """Return whether the file is a GTFS feed."""
        return self.suffix in FEEDS

    @model_validator(mode="after")
    def _feed_fits(self) -> BusLines:
        if self.is_gtfs:
            self.refuse(("layer", "columns", "all_rows", "crs", "unplaced"), "not for GTFS feeds")
        elif self.stops and self.lacks_places:
            raise ValueError("stops = true needs places: GTFS, or x and y, or wkt")
        return self
