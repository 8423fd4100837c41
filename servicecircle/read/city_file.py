"""city.toml: what it may say, and every fault in it at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import pydantic
from pydantic import Discriminator, Field, Tag, model_validator

from servicecircle.errors import CRSError, ReadError
from servicecircle.projection import metric_crs, parsed_crs
from servicecircle.text import did_you_mean

NAME = "city.toml"
RASTERS = (".tif", ".tiff")
OSM_FILES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")

TAGS = ("text", "number", "table")
"""Which of two kinds of value a key has; no part of its name."""

Text: TypeAlias = Annotated[str, Field(min_length=1)]


class _Table(pydantic.BaseModel):
    """A table of city.toml: exactly these keys, with exactly these types."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(_Table):
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
        if self.suffix != ".csv":
            if placed:
                raise ValueError(f"{', '.join(placed)} are for csv files only")
        elif placed not in (["x", "y"], ["wkt"], *([[]] if self.may_lack_places else [])):
            raise ValueError("a csv file needs either x and y, or wkt: its columns with the coordinates")
        elif placed and self.crs is None:
            raise ValueError("a csv file needs crs, for example 'EPSG:4326' for longitude and latitude")
        if self.crs is not None:
            _known_crs(self.crs)
        if not all(isinstance(value, str | int | float) for value in self.all_rows.values()):
            raise ValueError("all_rows holds texts, numbers, true or false")
        return self

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows may be known by their zone only."""
        return False

    @property
    def suffix(self) -> str:
        """Return the suffix of the file, in small letters."""
        return Path(self.file).suffix.lower()


class Rule(_Table):
    """A rule of the walk filter: ways with one of these values are left out."""

    key: Text
    values: Annotated[list[Text], Field(min_length=1)]
    unless: dict[Text, list[Text]] = Field(default_factory=dict)
    reason_zh: str = ""
    reason_en: str = ""


class Walk(Source):
    """The walk network."""

    islands: Annotated[
        Annotated[Literal["keep", "main"], Tag("text")] | Annotated[float, Field(ge=0), Tag("number")],
        Discriminator(lambda given: "text" if isinstance(given, str) else "number"),
    ] = 1000.0
    max_access_m: Annotated[float, Field(gt=0)] = 500.0
    left_out: list[Rule] | None = None

    @property
    def is_osm(self) -> bool:
        """Return whether the file is one of OpenStreetMap's."""
        return self.file.lower().endswith(OSM_FILES)

    @model_validator(mode="after")
    def _kind_fits(self) -> Walk:
        keys = ("layer", "columns", "all_rows", "crs") if self.is_osm else ("left_out",)
        given = [key for key in keys if key in self.model_fields_set]
        if given:
            raise ValueError(f"{', '.join(given)}: {'not for' if self.is_osm else 'only for'} OpenStreetMap files")
        return self


class Within(_Table):
    """Polygons that population cells must have their centre in."""

    file: Text
    layer: Text | None = None
    crs: Text | None = None


class Population(Source):
    """The population cells."""

    band: Annotated[int, Field(ge=1)] = 1
    within: (
        Annotated[
            Annotated[Literal["zones"], Tag("text")] | Annotated[Within, Tag("table")],
            Discriminator(lambda given: "text" if isinstance(given, str) else "table"),
        ]
        | None
    ) = None

    @property
    def is_raster(self) -> bool:
        """Return whether the cells are those of a raster."""
        return self.suffix in RASTERS

    @model_validator(mode="after")
    def _raster_fits(self) -> Population:
        keys = ("layer", "columns", "crs") if self.is_raster else ("band",)
        given = [key for key in keys if key in self.model_fields_set]
        if given:
            raise ValueError(f"{', '.join(given)}: not for {'rasters' if self.is_raster else 'this kind of file'}")
        return self


class Facilities(Source):
    """A file with facilities of one service, or of those named in a column."""

    service: Text | None = None
    service_column: Text | None = None
    services: dict[Text, Text] | None = None
    empty: list[Text] = Field(default_factory=list)

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows may be known by their zone only."""
        return True

    @model_validator(mode="after")
    def _service_said(self) -> Facilities:
        if (self.service is None) == (self.service_column is None):
            raise ValueError("give either service (all rows are of it) or service_column (the column that says which)")
        if self.services is not None and self.service_column is None:
            raise ValueError("services needs service_column")
        return self


class Zones(Source):
    """A file with zones; all of one level unless a column says the level."""

    level: Text | None = None


class Areas(Source):
    """A file with areas; all of one kind unless a column says the kind."""

    kind: Text | None = None


class Drive(Source):
    """The drive network: a layer of roads."""

    @model_validator(mode="after")
    def _roads(self) -> Drive:
        if self.file.lower().endswith(OSM_FILES):
            raise ValueError("OpenStreetMap files are not read as roads; export the roads as a layer of lines")
        return self


class BusLines(Source):
    """A file with bus lines: a table of lines and stops, or a GTFS feed (zip)."""

    @property
    def may_lack_places(self) -> bool:
        """Return whether rows may be known by their zone only; here: by the stop they name."""
        return True

    @property
    def is_gtfs(self) -> bool:
        """Return whether the file is a GTFS feed."""
        return self.suffix == ".zip"

    @model_validator(mode="after")
    def _feed_fits(self) -> BusLines:
        given = [key for key in ("layer", "columns", "all_rows", "crs") if key in self.model_fields_set]
        if self.is_gtfs and given:
            raise ValueError(f"{', '.join(given)}: not for GTFS feeds")
        return self


class CityFile(_Table):
    """A whole city.toml."""

    format: Literal[1]
    name_zh: str = ""
    name_en: str = ""
    crs: Text
    notice_zh: str = ""
    notice_en: str = ""
    walk: Walk
    population: Population
    facilities: Annotated[list[Facilities], Field(min_length=1)]
    zones: Annotated[list[Zones], Field(min_length=1)]
    areas: list[Areas] = Field(default_factory=list)
    drive: Drive | None = None
    bus_lines: list[BusLines] = Field(default_factory=list)

    @pydantic.field_validator("crs")
    @classmethod
    def _metric(cls, crs: str) -> str:
        try:
            metric_crs(crs)
        except CRSError as error:
            raise ValueError(str(error)) from error
        return crs

    @property
    def sources(self) -> list[tuple[str, Source | Within]]:
        """Return every file the city is read from, with where it stands in city.toml."""
        single: list[tuple[str, Source | Within]] = [("[walk]", self.walk), ("[population]", self.population)]
        if isinstance(self.population.within, Within):
            single.append(("[population], within", self.population.within))
        if self.drive is not None:
            single.append(("[drive]", self.drive))
        several: dict[str, list[Any]] = {"facilities": self.facilities, "zones": self.zones, "areas": self.areas}
        several["bus_lines"] = self.bus_lines
        return single + [(f"[[{key}]] no. {i}", s) for key, tables in several.items() for i, s in enumerate(tables, 1)]


def _known_crs(crs: str) -> None:
    try:
        parsed_crs(crs)
    except CRSError as error:
        raise ValueError(str(error)) from error


def read_city_file(folder: Path) -> CityFile:
    """Read a folder's city.toml.

    Raises
    ------
    ReadError
        If it is missing, not TOML, or has faults: all of them are named, also files that are not there.
    """
    path = folder / NAME
    try:
        text = path.read_bytes().decode("utf-8-sig")
        table = tomllib.loads(text)
    except OSError as error:
        raise ReadError(
            f"{path}: there is no such file. A city is a folder with a {NAME}. | 找不到 {path}：城市文件夹须含 {NAME}。"
        ) from error
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{path}: not UTF-8. Save it again as UTF-8. | {path} 不是 UTF-8 编码，请另存为 UTF-8。"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ReadError(
            f"{path}: not TOML: {error}. Texts stand in quotes; paths use / (not \\), also on Windows. | "
            f"{path} 不是有效的 TOML：文字须加引号，路径用 /（不用 \\）。"
        ) from error
    try:
        city_file = CityFile.model_validate(table)
    except pydantic.ValidationError as error:
        faults = dict.fromkeys(_fault(fault) for fault in error.errors(include_url=False))
        raise _faulty(path, list(faults)) from error
    missing = [
        _missing(folder, where, source.file)
        for where, source in city_file.sources
        if not (folder / source.file).is_file()
    ]
    if missing:
        raise _faulty(path, missing)
    return city_file


def _faulty(path: Path, faults: list[str]) -> ReadError:
    return ReadError(
        f"{path}: {len(faults)} fault(s). | {path}：{len(faults)} 处错误。\n"
        + "\n".join(f"- {fault}" for fault in faults)
    )


def _missing(folder: Path, where: str, file: str) -> str:
    beside = (folder / file).parent
    names = [path.name for path in sorted(beside.iterdir()) if path.is_file()] if beside.is_dir() else []
    return f"{where}, file: there is no {file}. {did_you_mean(Path(file).name, names)} | 找不到文件 {file}。"


def _fault(fault: Any) -> str:
    """Return one fault as a sentence: where it stands, what is wrong, what is known."""
    where, key, model = _place(fault["loc"])
    match fault["type"]:
        case "extra_forbidden":
            return f"{where}: the key {key!r} is unknown. {did_you_mean(key, model.model_fields)} | 未知的键 {key!r}。"
        case "missing":
            return f"{where}: the key {key!r} is missing. | 缺少键 {key!r}。"
        case "value_error":
            said = str(fault["ctx"]["error"])
            return f"{where}: {said}." if " | " not in said else f"{where}: {said}"
        case _:
            given = fault["input"]
            said = fault["msg"].replace("Input should", "it should")
            return f"{where}, {key}: {said}; {given!r} was given. | 键 {key!r} 的值 {given!r} 不可用。"


def _place(loc: tuple[int | str, ...]) -> tuple[str, str, type[pydantic.BaseModel]]:
    """Return the table a fault stands in, the key, and the model of that table."""
    tables: dict[str, type[pydantic.BaseModel]] = {
        "walk": Walk,
        "population": Population,
        "facilities": Facilities,
        "zones": Zones,
        "areas": Areas,
        "drive": Drive,
        "bus_lines": BusLines,
    }
    if not loc or loc[0] not in tables:
        return "top of the file", str(loc[0]) if loc else "", CityFile
    first = str(loc[0])
    numbered = len(loc) > 1 and isinstance(loc[1], int)
    where = f"[[{first}]] no. {int(loc[1]) + 1}" if numbered else f"[{first}]"
    rest = [str(part) for part in loc[2 if numbered else 1 :] if part not in TAGS]
    inner: dict[str, type[pydantic.BaseModel]] = {"left_out": Rule, "within": Within}
    if len(rest) > 1 and rest[0] in inner:
        return f"{where}, {rest[0]}", rest[-1], inner[rest[0]]
    return where, ".".join(rest) or first, tables[first]
