"""A whole city.toml, and reading it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pydantic
from pydantic import Discriminator, Field, Tag

from servicecircle.errors import CRSError, ReadError
from servicecircle.projection import metric_crs
from servicecircle.read.city_file.faults import fault_of, faulty, missing_file
from servicecircle.read.city_file.layers import Areas, Entrances, Facilities, Groups, Population, Zones
from servicecircle.read.city_file.networks import BusLines, Drive, LiveWalk, Walk
from servicecircle.read.city_file.source import Table, Text

if TYPE_CHECKING:
    from pathlib import Path

NAME = "city.toml"

TABLES: dict[str, type[Table]] = {
    "walk": Walk,
    "population": Population,
    "facilities": Facilities,
    "zones": Zones,
    "groups": Groups,
    "areas": Areas,
    "entrances": Entrances,
    "drive": Drive,
    "bus_lines": BusLines,
}
"""The tables of the file, by their key."""


def _walk_kind(given: Any) -> str:
    """Return whether a [walk] names a file or a server."""
    live = "overpass" in given if isinstance(given, dict) else isinstance(given, LiveWalk)
    return "from server" if live else "from file"


AnyWalk = Annotated[
    Annotated[Walk, Tag("from file")] | Annotated[LiveWalk, Tag("from server")], Discriminator(_walk_kind)
]


class CityFile(Table):
    """A whole city.toml."""

    format: Literal[1]
    name_zh: str = ""
    name_en: str = ""
    crs: Text
    notice_zh: str = ""
    notice_en: str = ""
    walk: AnyWalk
    population: Population
    facilities: Annotated[list[Facilities], Field(min_length=1)]
    zones: Annotated[list[Zones], Field(min_length=1)]
    groups: list[Groups] = Field(default_factory=list)
    areas: list[Areas] = Field(default_factory=list)
    entrances: list[Entrances] = Field(default_factory=list)
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
    def tables(self) -> list[tuple[str, Table]]:
        """Return every table that names files, with where it stands in city.toml."""
        found: list[tuple[str, Table]] = []
        for key in type(self).model_fields:
            value: Any = getattr(self, key)
            if isinstance(value, Table):
                found.append((f"[{key}]", value))
            elif isinstance(value, list):
                found += [(f"[[{key}]] no. {number}", table) for number, table in enumerate(value, 1)]
        return found


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
        faults = dict.fromkeys(fault_of(fault, CityFile, TABLES) for fault in error.errors(include_url=False))
        raise faulty(path, list(faults)) from error
    missing = [
        missing_file(folder, f"{where}, {key}", file)
        for where, one in city_file.tables
        for key, file in one.files
        if not (folder / file).exists()  # a geodatabase and a feed may be folders
    ]
    if missing:
        raise faulty(path, missing)
    return city_file
