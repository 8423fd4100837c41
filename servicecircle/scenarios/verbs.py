"""The changes that a scenario may hold: the verbs of a City, what each is given, and what may be wrong in a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from servicecircle.errors import CRSError
from servicecircle.projection import parsed_crs
from servicecircle.scenarios.plain import GEOMETRY, layer_frame, rows_frame, thawed
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

ID = "id"
"""The column that says which facility moves."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of argument: what is wrong with one in a file, and how it is given to a city."""

    faults: Callable[[Any], list[str]]
    given: Callable[[Any], Any] = thawed


def _layer_faults(table: Any) -> list[str]:
    if not isinstance(table, Mapping):
        return ["it should be a table with crs and rows | 应为含 crs 与 rows 的表"]
    found = [
        f"the key {key!r} is unknown. {did_you_mean(key, ('crs', 'rows'))} | 未知的键"
        for key in table
        if key not in ("crs", "rows")
    ]
    try:
        if not isinstance(table.get("crs"), str):
            raise CRSError("crs must be a text, for example 'EPSG:4549' | crs 应为文字")  # noqa: TRY301
        parsed_crs(table["crs"])
    except CRSError as error:
        found.append(f"crs: {error}")
    rows = table.get("rows")
    return found + _row_faults(rows) + (_place_faults(rows) if isinstance(rows, tuple) else [])


def _row_faults(rows: Any) -> list[str]:
    if not isinstance(rows, tuple) or not rows or not all(isinstance(row, Mapping) for row in rows):
        return ["rows should be a list of tables, at least one | rows 应为表的列表，至少一行"]
    return [
        f"row {number}, {key}: a table is no value | 不能是表"
        for number, row in enumerate(rows, 1)
        for key, value in row.items()
        if isinstance(value, Mapping)
    ]


def _place_faults(rows: tuple[Any, ...]) -> list[str]:
    found = []
    for number, row in enumerate(rows, 1):
        if not isinstance(row, Mapping) or GEOMETRY not in row:
            continue
        text = row[GEOMETRY]
        try:
            with np.errstate(over="ignore"):
                shape: Any = shapely.from_wkt(text)
        except (shapely.errors.ShapelyError, TypeError):
            found.append(
                f"row {number}: geometry is no WKT, for example 'POINT (500000 3800000)': {text!r:.60} | 不是 WKT"
            )
            continue
        if shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
            found.append(f"row {number}: geometry has no place: {text!r:.60}. Leave it out | 几何没有位置，请去掉")
    return found


def _kind_faults(right: bool, said: str) -> list[str]:  # noqa: FBT001
    return [] if right else [said]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _places_faults(table: Any) -> list[str]:
    found = _layer_faults(table)
    rows = table.get("rows", ()) if isinstance(table, Mapping) and not found else ()
    return found + [
        f"row {number}: a facility's new place needs {ID} and {GEOMETRY} | 须有 {ID} 与 {GEOMETRY}"
        for number, row in enumerate(rows, 1)
        if not isinstance(row.get(ID), str) or GEOMETRY not in row
    ]


def _places(table: Mapping[str, Any]) -> gpd.GeoSeries:
    frame = layer_frame(table)
    return frame.set_index(ID).geometry


LAYER = Kind(_layer_faults, layer_frame)
PLACES = Kind(_places_faults, _places)
ROWS = Kind(_row_faults, rows_frame)
TEXTS = Kind(
    lambda value: _kind_faults(
        isinstance(value, tuple) and bool(value) and all(isinstance(one, str) for one in value),
        "it should be a list of texts, at least one | 应为文字列表，至少一个",
    )
)
VALUES = Kind(
    lambda value: _kind_faults(
        isinstance(value, Mapping) and bool(value) and not any(isinstance(one, Mapping) for one in value.values()),
        "it should be a table of columns and values | 应为列与值的表",
    ),
    lambda value: {key: thawed(one) for key, one in value.items()},
)
YEAR = Kind(
    lambda value: _kind_faults(
        isinstance(value, int) and not isinstance(value, bool), "it should be a year such as 2030 | 应为年份，如 2030"
    )
)
METRES = Kind(
    lambda value: _kind_faults(_number(value) and value >= 0, "it should be metres, 0 or more | 应为不小于 0 的米数")
)
FLAG = Kind(lambda value: _kind_faults(isinstance(value, bool), "it should be true or false | 应为 true 或 false"))

VERBS: Mapping[str, Mapping[str, Kind]] = MappingProxyType(
    {
        "adding": {"facilities": LAYER},
        "removing": {"ids": TEXTS},
        "changing": {"ids": TEXTS, "values": VALUES},
        "moving": {"places": PLACES},
        "adding_ways": {"ways": LAYER, "join_within_m": METRES, "at_crossings": FLAG},
        "closing_ways": {"where": LAYER},
        "adding_entrances": {"entrances": LAYER},
        "adding_estates": {"estates": LAYER},
        "with_population": {"year": YEAR, "table": ROWS},
        "at": {"year": YEAR},
    }
)
"""Each verb of a City that a scenario may hold, and its arguments."""

OPTIONAL = frozenset({"join_within_m", "at_crossings"})
SPREAD = "values"
"""The argument whose items are arguments themselves."""


def faults_of(do: Any, given: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a change: its verb and the arguments as they stand in a file."""
    if do not in VERBS:
        return [f"do = {do!r} is no change. {did_you_mean(str(do), VERBS)} | 未知的改动 {do!r}。"]
    kinds = VERBS[do]
    found = [
        f"the key {key!r} is unknown. {did_you_mean(key, kinds)} | 未知的键 {key!r}。"
        for key in given
        if key not in kinds
    ]
    for key, kind in kinds.items():
        if key in given:
            found += [f"{key}: {fault}." for fault in kind.faults(given[key])]
        elif key not in OPTIONAL:
            found.append(f"the key {key!r} is missing. | 缺少键 {key!r}。")
    return found


def arguments_of(do: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a change as the verb of a City takes them."""
    arguments: dict[str, Any] = {key: VERBS[do][key].given(value) for key, value in given.items()}
    spread: dict[str, Any] = arguments.pop(SPREAD, {})
    return arguments | spread
