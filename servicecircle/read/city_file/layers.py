"""The tables of city.toml about layers: [population], [[facilities]], [[zones]], [[groups]], [[areas]]."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator, model_validator

from servicecircle.read.city_file.source import OSM, Metres, Source, Table, Text, ZoneColumn, known_crs

RASTERS = (".tif", ".tiff")
PLACED = ("x", "y", "wkt")


def _text_or_inline(given: Any) -> str:
    return "text" if isinstance(given, str) else "inline"


class Within(Table):
    """Polygons that population cells must have their centre in."""

    file: Text
    layer: Text | None = None
    crs: Text | None = None

    @field_validator("crs")
    @classmethod
    def _crs_known(cls, crs: str | None) -> str | None:
        if crs is not None:
            known_crs(crs)
        return crs

    @property
    def files(self) -> list[tuple[str, str]]:
        """Return the files that have to be there, each with the key that names it."""
        return [("within, file", self.file)]


class SpreadOver(Source):
    """Buildings or cells over which the residents of zones are spread, in proportion to a column."""

    weight: Text | None = None


class Population(Source):
    """The population cells: a raster, a layer of cells, or residents by zone, which may be spread."""

    band: Annotated[int, Field(ge=1)] = 1
    values: Literal["residents", "per_km2"] | None = None
    zone: ZoneColumn | None = None
    spread_over: SpreadOver | None = None
    within: (
        Annotated[
            Annotated[Literal["zones"], Tag("text")] | Annotated[Within, Tag("inline")],
            Discriminator(_text_or_inline),
        ]
        | None
    ) = None

    @property
    def files(self) -> list[tuple[str, str]]:
        """Return the files that have to be there, each with the key that names it."""
        found = [("file", self.file)]
        if self.spread_over is not None:
            found.append(("spread_over, file", self.spread_over.file))
        return found + (self.within.files if isinstance(self.within, Within) else [])

    @property
    def is_raster(self) -> bool:
        """Return whether the cells are those of a raster."""
        return self.suffix in RASTERS

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows of a table without coordinates have a place in another way: by their zone."""
        return self.zone is not None

    @model_validator(mode="after")
    def _kind_fits(self) -> Population:
        if self.is_raster:
            self.refuse(("layer", "columns", "crs", "zone", "spread_over"), "not for rasters")
        else:
            self.refuse(("band", "values"), "not for this kind of file, only for rasters")
        if self.zone is not None and not self.lacks_places:
            raise ValueError("zone is for a csv file or workbook without coordinates")
        return self


class Duplicates(Table):
    """How far apart (metres) rows may stand that are one facility, as in `servicecircle.read.merge_duplicates`."""

    within_m: Metres = 50.0
    beside_m: Metres = 8.0
    position_m: Metres = 40.0


class Match(Source):
    """Points that the rows of a table without coordinates are matched with, and the workbook of doubtful ones."""

    review: Text | None = None

    @model_validator(mode="after")
    def _kind_fits(self) -> Match:
        if self.is_osm:
            self.refuse(("layer", "columns", "all_rows", "crs"), f"not for {OSM}")
        if self.review is not None and not self.review.lower().endswith(".xlsx"):
            raise ValueError("review names a workbook: it ends in .xlsx")
        return self


def _services_kind(given: Any) -> str:
    return "text" if isinstance(given, str) else "list" if isinstance(given, list) else "inline"


class Facilities(Source):
    """A file with facilities of one service, or of those that a column or the tags of a map say."""

    service: Text | None = None
    service_column: Text | None = None
    services: (
        Annotated[
            Annotated[Literal["osm", "amap", "baidu"], Tag("text")]
            | Annotated[list[Text], Field(min_length=1), Tag("list")]
            | Annotated[dict[Text, Text], Tag("inline")],
            Discriminator(_services_kind),
        ]
        | None
    ) = None
    rules: Text | None = None
    empty: list[Text] = Field(default_factory=list)
    zone: ZoneColumn | None = None
    match: Match | None = None
    merge_duplicates: Annotated[
        Annotated[bool, Tag("flag")] | Annotated[Duplicates, Tag("inline")],
        Discriminator(lambda given: "flag" if isinstance(given, bool) else "inline"),
    ] = False

    @property
    def files(self) -> list[tuple[str, str]]:
        """Return the files that have to be there, each with the key that names it."""
        found = [("file", self.file)]
        if self.rules is not None:
            found.append(("rules", self.rules))
        return found + ([("match, file", self.match.file)] if self.match is not None else [])

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows of a table without coordinates need no place: they are known by their zone."""
        return True

    @model_validator(mode="after")
    def _service_said(self) -> Facilities:
        if self.is_osm:
            return self._map_fits()
        by_tags = self.services == "osm"
        if by_tags and (self.service is not None or self.service_column is not None):
            raise ValueError("services = 'osm' reads a column for each tag: leave service and service_column out")
        if not by_tags and (self.service is None) == (self.service_column is None):
            raise ValueError("give either service (all rows are of it) or service_column (the column that says which)")
        if _services_kind(self.services) == "list":
            raise ValueError(f"services as a list is for {OSM}; for a column give {{ value = 'service', ... }}")
        if self.services is not None and not by_tags and self.service_column is None:
            raise ValueError("services needs service_column")
        if self.rules is not None and not isinstance(self.services, str):
            raise ValueError(f"rules is for {OSM}, or services = 'osm', 'amap' or 'baidu'")
        if self.match is not None and not self.lacks_places:
            raise ValueError("match is for a csv file or workbook without coordinates")
        return self

    def _map_fits(self) -> Facilities:
        keys = ("layer", "columns", "crs", "service", "service_column", "zone", "match")
        self.refuse(keys, f"not for {OSM}, whose tags say the service; services = ['...'] chooses some")
        if self.services is not None and not isinstance(self.services, list):
            raise ValueError(f"services is a list for {OSM}, for example ['bus_stop', 'park']")
        return self


class Zones(Source):
    """A file with zones; all of one level unless a column or their codes say the level."""

    level: Text | None = None
    code_column: Text | None = None
    settings: dict[Text, Literal["urban", "rural"]] = Field(default_factory=dict)


class Groups(Source):
    """A table of zones with their residents and groups of them, from which shares are taken."""

    zone: ZoneColumn = ZoneColumn(column="zone_id")

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows of a table without coordinates need no place: they are known by their zone."""
        return True


class Areas(Source):
    """A file with areas; all of one kind unless a column, or the tags of a map, say the kind."""

    kind: Text | None = None

    @model_validator(mode="after")
    def _map_fits(self) -> Areas:
        if self.is_osm:
            self.refuse(("layer", "columns", "crs", "kind"), f"not for {OSM}, whose tags say the kind")
        return self


class Entrances(Source):
    """A file with entrances of facilities and compounds."""
