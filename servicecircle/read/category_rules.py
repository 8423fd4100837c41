"""The data file that turns categories of maps into services: its form, and which rule a category falls under."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import pydantic
from pydantic import Field, model_validator

from servicecircle.errors import ReadError
from servicecircle.read.names import plain_path
from servicecircle.text import did_you_mean
from servicecircle.words import SERVICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BUNDLED = Path(__file__).with_name("categories.toml")
CODE_DIGITS = 6
PAIR = "00"

Text: TypeAlias = Annotated[str, Field(min_length=1)]


class _Table(pydantic.BaseModel):
    """A table of the file: exactly these keys, with exactly these types."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True, frozen=True)


class Rule(_Table):
    """What a category is: a service with attributes, or known and left out (no service)."""

    service: Text | None = None
    attributes: dict[Text, Text] = Field(default_factory=dict)
    note_zh: str = ""
    note_en: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Rule:
        if self.service is None and not (self.note_zh and self.note_en):
            raise ValueError("a rule without a service needs note_zh and note_en: why these are left out")
        if self.service is not None and self.service not in SERVICES and not self.note_en:
            hint = did_you_mean(self.service, SERVICES)
            raise ValueError(f"service {self.service!r} is no known one (a new one needs a note_en). {hint}")
        return self


class TagRule(Rule):
    """Tags of OpenStreetMap, all of which an object must have."""

    tags: Annotated[dict[Text, Annotated[list[Text], Field(min_length=1)]], Field(min_length=1)]

    def fits(self, tags: Mapping[str, str]) -> bool:
        """Return whether an object has all the tags; one of several values with semicolons between them is enough."""
        return all(
            not {value.strip() for value in tags.get(key, "").split(";")}.isdisjoint(values)
            for key, values in self.tags.items()
        )


class CodeRule(Rule):
    """Categories by code or by the names on the way to them."""

    codes: list[Annotated[str, Field(pattern=r"^\d{6}$")]] = Field(default_factory=list)
    names: list[Text] = Field(default_factory=list)


class Source(_Table):
    """Where the categories of a scheme come from."""

    scheme: Text
    zh: Text
    en: Text


class CategoryFile(_Table):
    """A whole file of categories."""

    format: Literal[1]
    source: list[Source] = Field(default_factory=list)
    osm: list[TagRule] = Field(default_factory=list)
    amap: list[CodeRule] = Field(default_factory=list)
    baidu: list[CodeRule] = Field(default_factory=list)


def read_rules(path: Path) -> CategoryFile:
    """Read a file of categories; ReadError names every fault in it."""
    try:
        table = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
        return CategoryFile.model_validate(table)
    except OSError as error:
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReadError(f"{path}: not TOML in UTF-8: {error}. | {path} 不是 UTF-8 编码的 TOML。") from error
    except pydantic.ValidationError as error:
        faults = [
            f"- {'.'.join(str(part + 1 if isinstance(part, int) else part) for part in fault['loc'])}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        ]
        raise ReadError(
            f"{path}: {len(faults)} fault(s). | {path}：{len(faults)} 处错误。\n" + "\n".join(faults)
        ) from error


@dataclass(frozen=True, slots=True)
class CategoryTable:
    """The codes and names of a scheme with their rules; the most detailed one goes first."""

    rules: tuple[CodeRule, ...]
    entries: Mapping[str, CodeRule] = field(init=False)

    def __post_init__(self) -> None:
        entries: dict[str, CodeRule] = {}
        for rule in self.rules:
            for key in (*rule.codes, *map(plain_path, rule.names)):
                entries.setdefault(key, rule)
        object.__setattr__(self, "entries", entries)

    def rule_for(self, category: str) -> CodeRule | None:
        """Return the rule of a code, or of names with semicolons between them; None if there is none.

        Examples
        --------
        >>> amap = CategoryTable(tuple(read_rules(BUNDLED).amap))
        >>> amap.rule_for("150702").service, amap.rule_for("交通设施服务；公交车站；普通公交站").service
        ('bus_stop', 'bus_stop')
        >>> amap.rule_for("150701").service is None, amap.rule_for("010101") is None
        (True, True)
        """
        return next((self.entries[key] for key in _upwards(category) if key in self.entries), None)


def _upwards(category: str) -> Iterable[str]:
    """Yield a category and the classes above it."""
    if category.isdecimal():
        yield category
        for kept in range(CODE_DIGITS - len(PAIR), 0, -len(PAIR)):
            yield category[:kept] + PAIR * ((CODE_DIGITS - kept) // len(PAIR))
        return
    parts = plain_path(category).split(";")
    for size in range(len(parts), 0, -1):
        yield ";".join(parts[:size])
