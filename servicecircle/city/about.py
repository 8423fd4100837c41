"""What is said of a city as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from servicecircle.errors import InputError
from servicecircle.findings import DataReport


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a city as a whole.

    Parameters
    ----------
    name
        The city's name.
    notice
        What has to be said wherever the city is shown, Chinese and English.
    report
        What was found while reading; what the city's own checks find is added to it.

    Raises
    ------
    InputError
        If one of them is something else.

    Examples
    --------
    >>> About("海德堡").name
    '海德堡'
    """

    name: str = ""
    notice: tuple[str, str] = ("", "")
    report: DataReport = field(default_factory=DataReport)

    def __post_init__(self) -> None:
        name, notice, report = ([value] for value in (self.name, self.notice, self.report))
        if not all(isinstance(one, str) for one in name):
            raise InputError(f"name must be a text. {self.name!r} was given instead. | name 应为文字。")
        if not all(isinstance(one, tuple | list) and len(one) == len(("zh", "en")) for one in notice):
            raise InputError(
                f"notice must be two texts, Chinese and English. {self.notice!r} was given instead. | notice 应为中英文"
                "两段文字。"
            )
        if not all(isinstance(one, DataReport) for one in report):
            raise InputError(f"report must be a DataReport. {self.report!r} was given instead. | report 应为 DataReport。")
