"""The errors this library raises, all under one base.

ServiceCircleError
├── InputError      an argument cannot be used (also a ValueError)
├── CRSError        a coordinate reference system is missing or cannot measure metres (also a ValueError)
├── LayerError      a layer has faults; ``.report`` lists all of them (also a ValueError)
├── NetworkError    the edges do not make a walk network; ``.report`` lists why (also a ValueError)
├── ReadError       a file or folder cannot be read (also a ValueError)
├── PlanError       a plan file has faults; ``.faults`` lists all of them (also a ValueError)
└── MissingExtraError   an optional package is not installed (also an ImportError)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from servicecircle.findings import DataReport


class ServiceCircleError(Exception):
    """Base of every error this library raises on purpose."""


class InputError(ServiceCircleError, ValueError):
    """An argument cannot be used as given."""

    @classmethod
    def unknown(cls, what: str, given: object, known: Sequence[str]) -> InputError:
        """Return the error for a name that is not among the known ones, listing those."""
        names = ", ".join(map(str, known)) or "(none)"
        return cls(f"{what} {given!r} is unknown. Known: {names}. | {given!r} 未知，可用：{names}。")


class CRSError(ServiceCircleError, ValueError):
    """A coordinate reference system is missing, or not one in metres."""


class ReportedError(ServiceCircleError, ValueError):
    """Base of the errors that carry a data report.

    Parameters
    ----------
    report
        Every fault found, also those after the first.
    """

    def __init__(self, report: DataReport) -> None:
        self.report = report
        super().__init__("\n".join(str(finding) for finding in report.errors))


class LayerError(ReportedError):
    """A layer of a city has faults; all of them are in ``report``."""


class NetworkError(ReportedError):
    """The edges do not make a walk network; all reasons are in ``report``."""


class ReadError(ServiceCircleError, ValueError):
    """A file or folder cannot be read."""


class PlanError(ServiceCircleError, ValueError):
    """A plan file has faults.

    Parameters
    ----------
    faults
        One line each: file, line, key, what is wrong and a hint.
    """

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


class MissingExtraError(ServiceCircleError, ImportError):
    """An optional package is not installed; the message names the extra."""
