"""What every table of city.toml that names a file has in common."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeAlias

import pydantic
from pydantic import Field, model_validator

from servicecircle.datum import shifted_datum
from servicecircle.errors import CRSError
from servicecircle.projection import parsed_crs
from servicecircle.read.kinds import TABLES
from servicecircle.read.walk_network import OSM_FILES

TAGS = ("text", "number", "list", "flag", "inline", "from file", "from server")
"""Which of several kinds of value a key has; no part of its name."""

Text: TypeAlias = Annotated[str, Field(min_length=1)]
Metres: TypeAlias = Annotated[float, Field(ge=0)]

OSM = "OpenStreetMap files"


class Table(pydantic.BaseModel):
    """A table of city.toml: exactly these keys, with exactly these types."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)

    @property
    def files(self) -> list[tuple[str, str]]:
        """Return the files that have to be there, each with the key that names it."""
        return []

    def refuse(self, keys: tuple[str, ...], why: str) -> None:
        """Raise ValueError if one of some keys is given."""
        given = [key for key in keys if key in self.model_fields_set]
        if given:
            raise ValueError(f"{', '.join(given)}: {why}")


class Source(Table):
    """A file with a layer, as `servicecircle.read.read_layer` takes it; ``all_rows`` holds columns with one value."""

    file: Text
    layer: Text | None = None
    columns: dict[Text, Text] = Field(default_factory=dict)
    all_rows: dict[Text, Any] = Field(default_factory=dict)
    x: Text | None = None
    y: Text | None = None
    wkt: Text | None = None
    crs: Text | None = None

    @model_validator(mode="after")
    def _coordinates_fit(self) -> Source:
        placed = [key for key in ("x", "y", "wkt") if getattr(self, key) is not None]
        if self.suffix not in TABLES:
            if placed:
                raise ValueError(f"{', '.join(placed)} are for csv files and workbooks only")
        elif placed not in (["x", "y"], ["wkt"], *([[]] if self.may_lack_places else [])):
            raise ValueError("a csv file or workbook needs either x and y, or wkt: its columns with the coordinates")
        elif placed and self.crs is None:
            raise ValueError(
                "a csv file or workbook with coordinates needs crs, for example 'EPSG:4326' for longitude and latitude"
            )
        if self.crs is not None:
            known_crs(self.crs)
        if not all(isinstance(value, str | int | float) for value in self.all_rows.values()):
            raise ValueError("all_rows holds texts, numbers, true or false")
        return self

    @property
    def files(self) -> list[tuple[str, str]]:
        """Return the files that have to be there, each with the key that names it."""
        return [("file", self.file)]

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows of a table without coordinates have a place in another way, or need none."""
        return False

    @property
    def suffix(self) -> str:
        """Return the suffix of the file, in small letters."""
        return Path(self.file).suffix.lower()

    @property
    def is_osm(self) -> bool:
        """Return whether the file is one of OpenStreetMap's."""
        return self.file.lower().endswith(OSM_FILES)

    @property
    def lacks_places(self) -> bool:
        """Return whether the file is a table without coordinates."""
        return self.suffix in TABLES and self.x is None and self.wkt is None


class ZoneColumn(Table):
    """The column that says, by code or by name, in which zone a row is, as `servicecircle.read.with_zone_ids` reads it.

    Without ``level`` zones of any level are meant; ``parent_column`` says the zone above.
    """

    column: Text
    level: Text | None = None
    parent_column: Text | None = None


def known_crs(crs: str) -> None:
    """Raise ValueError unless a text is a CRS, or the name of a shifted datum (GCJ-02, BD-09)."""
    try:
        if shifted_datum(crs) is None:
            parsed_crs(crs)
    except CRSError as error:
        raise ValueError(str(error)) from error
