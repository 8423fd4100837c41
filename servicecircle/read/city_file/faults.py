"""What is wrong with a city.toml, as sentences: where it stands, what is wrong, what is known."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from servicecircle.errors import ReadError
from servicecircle.read.city_file.layers import Duplicates, Match, SpreadOver, Within
from servicecircle.read.city_file.networks import LiveWalk, Overpass, Rule
from servicecircle.read.city_file.source import TAGS, Table, ZoneColumn
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

Model: TypeAlias = type[Table]

INNER: dict[str, Model] = {
    "left_out": Rule,
    "overpass": Overpass,
    "within": Within,
    "spread_over": SpreadOver,
    "zone": ZoneColumn,
    "match": Match,
    "merge_duplicates": Duplicates,
}
"""The tables inside of tables, by their key."""


def faulty(path: Path, faults: list[str]) -> ReadError:
    """Return the error that names all faults."""
    return ReadError(
        f"{path}: {len(faults)} fault(s). | {path}：{len(faults)} 处错误。\n"
        + "\n".join(f"- {fault}" for fault in faults)
    )


def missing_file(folder: Path, where: str, file: str) -> str:
    """Return the fault of a file that is not there, with those beside it that are."""
    beside = (folder / file).parent
    names = [path.name for path in sorted(beside.iterdir())] if beside.is_dir() else []
    return f"{where}: there is no {file}. {did_you_mean(Path(file).name, names)} | 找不到文件 {file}。"


def fault_of(fault: Any, whole: Model, tables: Mapping[str, Model]) -> str:
    """Return one fault that pydantic found as a sentence, with the models of the whole file and of its tables."""
    where, key, model = _place(fault, whole, tables)
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


def _place(fault: Any, whole: Model, tables: Mapping[str, Model]) -> tuple[str, str, Model]:
    """Return the table a fault stands in, the key, and the model of that table."""
    loc = fault["loc"]
    if not loc or loc[0] not in tables:
        return "top of the file", str(loc[0]) if loc else "", whole
    first = str(loc[0])
    model = LiveWalk if first == "walk" and "from server" in loc else tables[first]
    numbered = len(loc) > 1 and isinstance(loc[1], int)
    where = f"[[{first}]] no. {int(loc[1]) + 1}" if numbered else f"[{first}]"
    rest = [str(part) for part in loc[2 if numbered else 1 :] if part not in TAGS]
    if rest and rest[0] in INNER and (len(rest) > 1 or fault["type"] == "value_error"):
        return f"{where}, {rest[0]}", rest[-1], INNER[rest[0]]
    return where, ".".join(rest) or first, model
