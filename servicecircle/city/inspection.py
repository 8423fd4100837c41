"""Checking one layer: its frame is brought into the library's terms step by step, and all faults are gathered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from servicecircle.city.amounts import amount_findings, read_amounts
from servicecircle.city.vocabulary import MEANINGS
from servicecircle.errors import CRSError, InputError, LayerError
from servicecircle.findings import Finding, Severity
from servicecircle.projection import coordinate_faults, reproject
from servicecircle.text import did_you_mean, whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pyproj
    from numpy.typing import NDArray


@dataclass(slots=True)
class Inspection:
    """A layer under inspection.

    Parameters
    ----------
    layer
        Its name in findings.
    frame
        A copy of the caller's frame, changed by the steps below.
    findings
        What was found so far.
    """

    layer: str
    frame: gpd.GeoDataFrame
    findings: list[Finding] = field(default_factory=list)

    @classmethod
    def of(cls, layer: str, frame: object) -> Inspection:
        """Begin with a copy of a frame whose active geometry column is called ``geometry``."""
        if not isinstance(frame, gpd.GeoDataFrame) or frame.active_geometry_name is None:
            raise InputError(
                f"The {layer} layer must be a GeoDataFrame with a geometry column. {type(frame).__name__} was given "
                f"instead. | {layer} 图层必须是带几何列的 GeoDataFrame。"
            )
        copy = frame.copy()
        if copy.active_geometry_name != "geometry":
            copy = copy.rename_geometry("geometry")
        seen = cls(layer, copy)
        seen.mend_texts()
        return seen

    def mend_texts(self) -> None:
        """Replace halves of characters, which no file can hold and which stop other programs."""
        for column in self.frame.columns.drop("geometry"):
            if pd.api.types.is_numeric_dtype(self.frame[column]):
                continue
            halves = [isinstance(value, str) and whole(value) != value for value in self.frame[column]]
            if any(halves):
                broken = np.array(halves, dtype=bool)
                mended = [whole(v) if isinstance(v, str) else v for v in self.frame[column]]
                self.frame[column] = pd.Series(mended, index=self.frame.index, dtype=object)
                en, zh = "halves of characters were replaced by \ufffd.", "残缺的字符已替换为 \ufffd。"
                self.note("half_characters", "repair", en, zh, column=str(column), rows=self.labels(broken))

    def note(
        self, code: str, severity: Severity, en: str, zh: str, *, column: str = "", rows: Iterable[object] = ()
    ) -> None:
        """Add a finding."""
        self.findings.append(Finding.about(self.layer, code, severity, en=en, zh=zh, column=column, rows=rows))

    def labels(self, where: NDArray[np.bool_]) -> list[object]:
        """Return the labels of some rows."""
        return list(self.frame.index[where])

    def require(self, *columns: str) -> bool:
        """Note each column that is absent; return whether all are there."""
        absent = [column for column in columns if column not in self.frame.columns]
        for column in absent:
            hint = did_you_mean(column, [name for name in self.frame.columns if name != "geometry"])
            self.note(
                "column_missing",
                "error",
                f"column {column!r} is missing. {hint} Rename yours: .rename(columns={{'yours': {column!r}}}).",
                f"缺少列 {column}，请把您的列改名为 {column}。",
                column=column,
            )
        return not absent

    def project(self, crs: pyproj.CRS) -> bool:
        """Bring the frame into a CRS; return whether that was possible."""
        faults = coordinate_faults(self.frame, layer=self.layer)
        self.findings.extend(faults)
        if faults:
            return False
        before = self.frame.crs
        try:
            self.frame, found = reproject(self.frame, crs, layer=self.layer)
        except (CRSError, LayerError) as error:
            self.findings.extend(error.report.errors if isinstance(error, LayerError) else ())
            return False
        self.findings.extend(found)
        if before is not None and before != crs:
            self.note(
                "crs", "repair", f"brought from {before.name} to {crs.name}.", f"由 {before.name} 转换到 {crs.name}。"
            )
        return True

    def shapes(self, kinds: frozenset[str], *, may_be_missing: bool = False) -> None:
        """Note rows without a geometry, unless that is allowed, and rows with one of another kind."""
        geometry = self.frame.geometry
        missing = (geometry.isna() | geometry.is_empty).to_numpy()
        if missing.any() and not may_be_missing:
            self.note(
                "geometry_missing",
                "error",
                "rows without a geometry. Remove them or give them one.",
                "部分行没有几何，请补充或删除。",
                column="geometry",
                rows=self.labels(missing),
            )
        wrong = ~missing & ~geometry.geom_type.isin(kinds).to_numpy()
        if wrong.any():
            self.note(
                "geometry_kind",
                "error",
                f"geometries must be {' or '.join(sorted(kinds))}.",
                f"几何类型必须是 {'、'.join(sorted(kinds))}。",
                column="geometry",
                rows=self.labels(wrong),
            )

    def make_valid(self) -> None:
        """Repair polygons that cross themselves."""
        present = ~self.frame.geometry.isna().to_numpy()
        broken = present & ~self.frame.geometry.is_valid.to_numpy()
        if broken.any():
            self.frame.loc[broken, "geometry"] = self.frame.geometry[broken].make_valid().buffer(0)
            self.note(
                "invalid",
                "repair",
                "polygons that cross themselves were repaired.",
                "自相交的多边形已修复。",
                column="geometry",
                rows=self.labels(broken),
            )

    def texts(self, column: str) -> None:
        """Make a column text, whole numbers without a point; note rows where it is empty."""
        values = self.frame[column]
        empty = values.isna().to_numpy() | (values.astype(str).str.strip() == "").to_numpy()
        if empty.any():
            self.note(
                "empty",
                "error",
                f"{column} is empty. Fill it in, or remove the rows.",
                f"{column} 为空，请补充或删除这些行。",
                column=column,
                rows=self.labels(empty),
            )
        self.frame[column] = as_text(values)

    def unique(self, column: str) -> None:
        """Note the rows whose value in a column stands there more than once."""
        twice = self.frame[column].duplicated(keep=False).to_numpy() & self.frame[column].notna().to_numpy()
        if twice.any():
            self.note(
                "duplicate",
                "error",
                f"values of {column} stand there more than once. Make them unique, or remove what is there twice.",
                f"{column} 有重复值，请改为唯一，或删除重复的行。",
                column=column,
                rows=[f"{label}: {value}" for label, value in self.frame.loc[twice, column].items()],
            )

    def numbers(self, column: str, *, may_be_missing: bool, meaning: str | None = None) -> None:
        """Make a column float, also texts such as "1,200人"; note what is no number, below zero, infinite, missing."""
        given = self.frame[column]
        read = read_amounts(given, MEANINGS.get(column, "") if meaning is None else meaning)
        self.findings.extend(amount_findings(self.layer, given, read))
        values = read.numbers
        said = pd.Series(read.where("unreadable"), index=given.index)
        example = f" ({str(given[said].iloc[0])!r})" if said.any() else ""
        bad: dict[tuple[str, str, str], pd.Series[bool]] = {
            ("no_number", f"is no number{example}", f"不是数字{example}"): said,
            ("infinite", "is infinite", "为无穷大"): values.abs() == np.inf,
            ("negative", "is below zero", "为负数"): values < 0,
            ("missing", "is missing (NaN)", "缺失"): values.isna() & ~said & (not may_be_missing),
        }
        for (code, en, zh), where in bad.items():
            if where.any():
                self.note(
                    code,
                    "error",
                    f"{column} {en}. Correct the rows, or remove them.",
                    f"{column} {zh}，请更正或删除这些行。",
                    column=column,
                    rows=self.labels(where.to_numpy()),
                )
        self.frame[column] = values

    def mapped(self, column: str, known: Mapping[str, Any]) -> None:
        """Replace the values of a column by the library's terms; missing stays missing, unknown is noted."""
        given = as_text(self.frame[column])
        values = given.str.lower().map(known).astype(object)
        unknown = (values.isna() & given.notna()).to_numpy()
        if unknown.any():
            self.note(
                "unknown_value",
                "error",
                f"{column} must be one of {', '.join(known)}, or empty.",
                f"{column} 只能是 {'、'.join(known)}，或为空。",
                column=column,
                rows=[f"{label}: {value}" for label, value in given[unknown].items()],
            )
        self.frame[column] = values.where(values.notna(), None)


def as_text(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return values as text without spaces around; whole numbers without a point, missing and empty as None.

    Examples
    --------
    >>> as_text(pd.Series([320706.0, " a", None])).tolist()
    ['320706', 'a', None]
    """
    return pd.Series([_one_text(value) for value in values], index=values.index, dtype=object, name=values.name)


def _one_text(value: object) -> str | None:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None
