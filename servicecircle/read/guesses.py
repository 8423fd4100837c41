"""What the columns of a file may be: guessed from their heads, for a person to confirm."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from servicecircle.city.amounts import read_amounts
from servicecircle.city.inspection import as_text
from servicecircle.city.vocabulary import MEANINGS
from servicecircle.errors import InputError
from servicecircle.read.heads import unit_in
from servicecircle.text import squeezed

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent
YEAR = re.compile(r"^(?:19|20)\d\d年?(?:末|底)?")
FIRST_ROWS = 1000
"""How many rows are looked at to see whether a column holds numbers."""

CODE_LENGTH = 4

LATITUDES, LONGITUDES = (17.0, 55.0), (72.0, 136.0)
"""Where China lies, degrees."""

NORTHINGS, EASTINGS, PREFIXED = (1.8e6, 6.1e6), (1.0e5, 9.0e5), 1.0e7
"""Its coordinates in metres; an easting with the number of its zone in front is larger."""


class Guess(NamedTuple):
    """A column of a file that may be one of this library's, and why."""

    column: str
    why: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A form of layer that every bureau has alike.

    Parameters
    ----------
    id
        Its short name: ``dltb``, ``ydyh``, ``urban_rural_codes``.
    name_zh, name_en
        Its name.
    source
        The standard that the meanings and codes are from.
    layer
        What it can become: ``areas`` or ``zones``.
    fields
        The fields of the file that it knows -> their meaning (Chinese).
    columns
        This library's column -> field of the file.
    code
        The field with the codes.
    kinds
        Code of four digits -> kind of area.
    """

    id: str
    name_zh: str
    name_en: str
    source: str
    layer: str
    fields: Mapping[str, str]
    columns: Mapping[str, str]
    code: str
    kinds: Mapping[str, str]

    def kind_of(self, codes: pd.Series[Any]) -> pd.Series[Any]:
        """Return the kind of area of each code, None where it is none of ours; 1104A is a kind of 1104.

        Parameters
        ----------
        codes
            Codes, as text or numbers.
        """
        texts = as_text(codes).str.zfill(CODE_LENGTH).str[:CODE_LENGTH]
        kinds = texts.map(dict(self.kinds)).astype(object)
        return kinds.where(kinds.notna(), None)


def guess_columns(frame: pd.DataFrame, kind: str) -> dict[str, Guess]:
    """Return which columns of a table may be which of this library's, by their heads.

    Nothing is read or changed by a guess: a person confirms it and writes it down as ``columns``.

    Parameters
    ----------
    frame
        The table, with its heads as they are.
    kind
        ``facilities``, ``population``, ``zones``, ``areas``, ``entrances``, ``walk``, ``drive`` or ``bus_lines``.

    Returns
    -------
    dict of Guess
        This library's column -> the column of the file, and why. ``x`` and ``y`` stand for the columns with the
        coordinates, ``zone_name`` for one with the name of a zone. A column for numbers is guessed only where some can
        be read.

    Raises
    ------
    InputError
        If the kind is another one.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"学校名称": ["一小"], "学位数（个）": ["1,200"], "经度": [119.2], "备注": [""]})
    >>> {name: guess.column for name, guess in guess_columns(table, "facilities").items()}
    {'x': '经度', 'name': '学校名称', 'places': '学位数（个）'}
    """
    known = _heads()
    if kind not in known:
        raise InputError.unknown("kind", kind, list(known))
    heads = {str(head): _plain(str(head)) for head in frame.columns if str(head) != "geometry"}
    guesses: dict[str, Guess] = {}
    taken: set[str] = set()
    for name, usual in known[kind].items():
        for word in (name, *usual):
            found = [
                head
                for head, plain in heads.items()
                if plain in {squeezed(word), _plain(word)} and head not in taken and _may_be(frame, head, name)
            ]
            if found:
                why = f"{word!r} is a usual head for {name}"
                guesses[name] = Guess(found[0], why)
                taken.add(found[0])
                break
    return _turned(frame, guesses)


def _turned(frame: pd.DataFrame, guesses: dict[str, Guess]) -> dict[str, Guess]:
    """Return the guesses with x and y exchanged where the numbers say so: surveyors call the northing X."""
    if not {"x", "y"} <= set(guesses):
        return guesses
    x, y = (pd.to_numeric(frame[guesses[name].column], errors="coerce").median() for name in ("x", "y"))
    degrees = LATITUDES[0] < x < LATITUDES[1] and LONGITUDES[0] < y < LONGITUDES[1]
    metres = NORTHINGS[0] < x < NORTHINGS[1] and (EASTINGS[0] < y < EASTINGS[1] or y > PREFIXED)
    if not degrees and not metres:
        return guesses
    why = "its numbers are those of the other axis: surveyors call the northing X"
    return guesses | {"x": Guess(guesses["y"].column, why), "y": Guess(guesses["x"].column, why)}


def known_schema(frame: pd.DataFrame) -> Schema | None:
    """Return the form that a layer has, recognised by its fields, or None.

    Known are the parcels of the national land survey (三调 DLTB), the land and sea use of territorial plans (国土空间
    规划用地用海) and the statistical division codes with the urban-rural class (统计用区划代码, 城乡分类代码).

    Parameters
    ----------
    frame
        The layer, with its fields as they are.

    Examples
    --------
    >>> import pandas as pd
    >>> parcels = pd.DataFrame({"BSM": [1], "DLBM": ["1104A"], "DLMC": ["养殖坑塘"], "ZLDWDM": ["320706001001"]})
    >>> schema = known_schema(parcels)
    >>> schema.name_zh, schema.layer, schema.kind_of(parcels["DLBM"]).tolist()
    ('国土调查地类图斑（DLTB）', 'areas', ['water'])
    """
    heads = {_plain(str(head)): str(head) for head in frame.columns}
    for known in _schemas():
        signature = [squeezed(field) for field in known["signature"]]
        if not all(field in heads for field in signature):
            continue
        there = {field: heads[squeezed(field)] for field in known["fields"] if squeezed(field) in heads}
        return Schema(
            **{key: known[key] for key in ("id", "name_zh", "name_en", "source", "layer")},
            fields=MappingProxyType({head: known["fields"][field] for field, head in there.items()}),
            columns=MappingProxyType({name: there[f] for name, f in known["columns"].items() if f in there}),
            code=there[known["code"]],
            kinds=MappingProxyType(known["kinds"]),
        )
    return None


@cache
def _heads() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((FOLDER / "heads.toml").read_text(encoding="utf-8"))


@cache
def _schemas() -> list[dict[str, Any]]:
    schemas: list[dict[str, Any]] = tomllib.loads((FOLDER / "schemas.toml").read_text(encoding="utf-8"))["schema"]
    return schemas


def _plain(head: str) -> str:
    """Return a head in half width, without a year in front and a unit at the end; of two lines the lower one."""
    text = squeezed(head).rsplit("/", maxsplit=1)[-1]
    unit = unit_in(text)
    without = text.removesuffix(f"({unit})") if unit else text
    return YEAR.sub("", without) or text


def _may_be(frame: pd.DataFrame, head: str, name: str) -> bool:
    """Return whether a column can be the one of that name: for numbers, whether any can be read."""
    if name not in MEANINGS:
        return True
    given = frame[head].iloc[:FIRST_ROWS]
    read = read_amounts(given, MEANINGS[name])
    return not len(given) or bool(read.numbers.notna().any())
