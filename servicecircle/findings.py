"""What was found while reading and checking data: findings, gathered in a DataReport."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

Severity = Literal["error", "repair", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "repair", "info")
"""The gravest first."""

SHOWN_ROWS = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in the data, in both languages, with the rows it concerns.

    Parameters
    ----------
    layer
        The layer, for example ``"population"``.
    code
        A short stable name, for example ``"negative"``.
    severity
        ``error`` stops the work, ``repair`` says what was changed, ``warning`` may change a figure, ``info`` is a
        count.
    en, zh
        What is wrong and what to do, English and Chinese.
    column
        The column concerned, or "".
    count
        How many rows (0: not about rows).
    rows
        The first five row labels.
    residents
        How many residents it concerns, where that is known.
    """

    layer: str
    code: str
    severity: Severity
    en: str
    zh: str
    column: str = ""
    count: int = 0
    rows: tuple[str, ...] = ()
    residents: float | None = None

    @classmethod
    def about(
        cls,
        layer: str,
        code: str,
        severity: Severity,
        *,
        en: str,
        zh: str,
        column: str = "",
        rows: Iterable[object] = (),
    ) -> Finding:
        """Return a finding about rows, counting all of them and keeping the first five labels."""
        labels = [str(row) for row in rows]
        return cls(layer, code, severity, en, zh, column, len(labels), tuple(labels[:SHOWN_ROWS]))

    def __str__(self) -> str:
        where = f", column {self.column!r}" if self.column else ""
        more = "" if self.count <= len(self.rows) else ", ..."
        rows = f" {self.count:,} rows ({', '.join(self.rows)}{more})." if self.count else ""
        return f"{self.layer} layer{where}: {self.en}{rows} | {self.zh}"


@dataclass(frozen=True, slots=True)
class DataReport:
    """All findings about some data, in the order they were made.

    Examples
    --------
    >>> report = DataReport().plus(Finding("zones", "demo", "info", "2 zones.", "2 个单元。"))
    >>> len(report), report.ok
    (1, True)
    """

    findings: tuple[Finding, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.findings)

    def __add__(self, other: DataReport) -> DataReport:
        return DataReport(self.findings + other.findings)

    def plus(self, *findings: Finding) -> DataReport:
        """Return a report with findings added.

        Parameters
        ----------
        *findings
            What is added at the end.
        """
        return DataReport(self.findings + findings)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """Return the findings that stop the work."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def ok(self) -> bool:
        """Return whether no finding stops the work."""
        return not self.errors

    @property
    def table(self) -> pd.DataFrame:
        """Return the findings as a frame, one row each (数据质量表)."""
        columns = ["layer", "severity", "code", "column", "count", "rows", "residents", "en", "zh"]
        rows = [{**{c: getattr(f, c) for c in columns}, "rows": ", ".join(f.rows)} for f in self.findings]
        return pd.DataFrame(rows, columns=columns)

    @property
    def by_layer(self) -> dict[str, tuple[Finding, ...]]:
        """Return the findings of each layer, in the order in which the layers come up."""
        layers: dict[str, list[Finding]] = {}
        for finding in self.findings:
            layers.setdefault(finding.layer, []).append(finding)
        return {layer: tuple(findings) for layer, findings in layers.items()}

    @property
    def counts(self) -> dict[Severity, int]:
        """Return how many findings there are of each severity, the gravest first.

        Examples
        --------
        >>> DataReport((Finding("zones", "demo", "info", "2 zones.", "2 个单元。"),)).counts
        {'error': 0, 'warning': 0, 'repair': 0, 'info': 1}
        """
        return {severity: sum(f.severity == severity for f in self.findings) for severity in SEVERITIES}

    def __str__(self) -> str:
        return "\n".join(f"[{f.severity}] {f}" for f in self.findings) or "No findings."

    def _repr_html_(self) -> str:
        return str(self.table.to_html(index=False, escape=True))
