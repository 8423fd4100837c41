"""Zones known by their division codes (统计用区划代码): their levels and the zones above them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.city import as_text
from servicecircle.errors import InputError, LayerError
from servicecircle.findings import DataReport, Finding
from servicecircle.read.report import Read
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd
    from numpy.typing import NDArray

LAYER = "zones"
LENGTHS = (6, 9, 12)
"""Digits of a county's, a township's and a village's code; the longer ones begin with the shorter."""

PADDED = re.compile(r"0+")


def with_code_levels(zones: gpd.GeoDataFrame, *, column: str = "zone_id") -> Read:
    """Return zones with the level and the parent that their division codes tell.

    A code of 12 digits that ends in zeros is that of the township or county it begins with. Of 6 digits, ``xxxx00`` is
    a city (全市) and all others are 县区. Of 9 digits, the last three tell a 街道 (001 to 099) from a 乡镇 (100 to
    399, and 400 to 599 for farms and other units run like one); of 12, a 社区 (001 to 199, and 400 to 499 for what is
    like one) from a 行政村 (200 to 399, and 500 to 599).

    Parameters
    ----------
    zones
        Polygons with a column of codes. A level or a parent that a row has already is kept.
    column
        The column with the codes.

    Returns
    -------
    Read
        The zones with ``zone_id`` (the code without the zeros that fill it up), ``level`` and ``parent`` (empty where
        the zone above is not in the layer); the report says how many zones of each level there are.

    Raises
    ------
    InputError
        If there is no such column.
    LayerError
        If codes have another number of digits, or digits that stand for no level.

    References
    ----------
    GB/T 10114-2003 县级以下行政区划代码编制规则; 国家统计局《统计用区划代码和城乡划分代码编制规则》.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> squares = [shapely.box(0, 0, 2, 1), shapely.box(0, 0, 1, 1)]
    >>> zones = gpd.GeoDataFrame({"code": ["320706000000", "320706004000"]}, geometry=squares, crs="EPSG:4549")
    >>> with_code_levels(zones, column="code").frame[["zone_id", "level", "parent"]].values.tolist()
    [['320706', '县区', None], ['320706004', '街道', '320706']]
    """
    if column not in zones:
        raise InputError(f"zones: no column {column!r}. {did_you_mean(column, zones.columns)} | 没有列 {column!r}。")
    given = as_text(zones[column])
    codes = [_short(code) for code in given]
    told = [level_of_code(code) for code in codes]
    unknown = np.array([level is None for level in told], dtype=bool)
    if unknown.any():
        raise LayerError(DataReport((_no_level(zones, given, unknown, column),)))
    result = zones.assign(zone_id=codes, level=_kept(zones, "level", told))
    known = set(codes)
    result["parent"] = _kept(zones, "parent", [_above(code, known) for code in codes])
    counts = result["level"].value_counts().sort_index()
    en = "levels told by the codes: " + ", ".join(f"{level} {count:,}" for level, count in counts.items()) + "."
    zh = "按代码判定层级：" + "、".join(f"{level} {count:,}" for level, count in counts.items()) + "。"
    return Read(result, DataReport((Finding(LAYER, "code_levels", "info", en, zh, column),)))


def level_of_code(code: str) -> str | None:
    """Return the level that a division code of 6, 9 or 12 digits stands for; None if it stands for none.

    Parameters
    ----------
    code
        Digits, without the zeros that fill a code up to 12.

    Examples
    --------
    >>> [level_of_code(code) for code in ("320700", "320706", "320706004", "320707105", "320706004201", "32")]
    ['全市', '县区', '街道', '乡镇', '行政村', None]
    """
    if len(code) not in LENGTHS or not code.isdigit():
        return None
    if len(code) == LENGTHS[0]:
        return "全市" if code.endswith("00") else "县区"
    last = int(code[-3:])
    ranges = (
        ((1, 99, "街道"), (100, 599, "乡镇"))
        if len(code) == LENGTHS[1]
        else ((1, 199, "社区"), (200, 399, "行政村"), (400, 499, "社区"), (500, 599, "行政村"))
    )
    return next((level for low, high, level in ranges if low <= last <= high), None)


def _short(code: str | None) -> str:
    """Return a code without the zeros that fill it up to 12 digits."""
    code = code or ""
    if len(code) == LENGTHS[2] and code.isdigit():
        for length in LENGTHS[:2]:
            if PADDED.fullmatch(code[length:]):
                return code[:length]
    return code


def _above(code: str, known: set[str]) -> str | None:
    """Return the code of the zone above that the layer holds, or None."""
    shorter = [code[:length] for length in reversed(LENGTHS) if length < len(code)] + [f"{code[:4]}00"]
    return next((one for one in shorter if one in known and one != code), None)


def _kept(zones: gpd.GeoDataFrame, column: str, told: Iterable[str | None]) -> pd.Series[Any]:
    """Return the values that a column has already, and those told where it has none."""
    values = pd.Series(list(told), index=zones.index, dtype=object)
    if column not in zones:
        return values
    own = as_text(zones[column])
    return own.where(own.notna(), values)


def _no_level(zones: gpd.GeoDataFrame, given: pd.Series[Any], where: NDArray[np.bool_], column: str) -> Finding:
    rows = [f"{label}: {value}" for label, value in zip(zones.index[where], given[where], strict=True)]
    return Finding.about(
        LAYER,
        "no_code",
        "error",
        en="no division code of 6, 9 or 12 digits that stands for a level. Correct the codes (as text: spreadsheets "
        "turn long ones into rounded numbers), or give a level of your own.",
        zh="不是可判定层级的 6、9 或 12 位区划代码。请更正（代码应为文本，表格软件会把长数字取整），或自行给出层级。",
        column=column,
        rows=rows,
    )
