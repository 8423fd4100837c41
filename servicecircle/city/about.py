"""What is said of a city as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from servicecircle.errors import InputError
from servicecircle.findings import DataReport
from servicecircle.text import whole


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
    scenario
        The scenario that the city was changed by, "" for none.

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
    scenario: str = ""

    def __post_init__(self) -> None:
        name: object = self.name
        notice: object = self.notice
        report: object = self.report
        scenario: object = self.scenario
        for key, text in (("name", name), ("scenario", scenario)):
            if not isinstance(text, str):
                raise InputError(f"{key} must be a text. {text!r} was given instead. | {key} 应为文字。")
        if not isinstance(notice, tuple | list) or len(notice) != len(("zh", "en")):
            raise InputError(
                f"notice must be two texts, Chinese and English. {notice!r} was given instead. | notice 应为两段文字。"
            )
        if not isinstance(report, DataReport):
            raise InputError(f"report must be a DataReport. {report!r} was given instead. | report 应为 DataReport。")
        object.__setattr__(self, "name", whole(self.name))
        object.__setattr__(self, "scenario", whole(self.scenario))
        object.__setattr__(self, "notice", tuple(map(whole, notice)))
