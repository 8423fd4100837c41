"""What is wrong with a problem of closing, all of it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from servicecircle.errors import InputError
from servicecircle.siting.closing_model import GOALS
from servicecircle.text import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from servicecircle.city import City
    from servicecircle.siting.closing import Closing
    from servicecircle.siting.closing_ground import Enrolled


def faults_of(city: City, problem: Closing) -> list[str]:
    """Return what is wrong with a problem."""
    return [*_about_limits(city, problem), *_about_data(city, problem)]


def _about_limits(city: City, problem: Closing) -> Iterator[str]:
    limits = {name: getattr(problem, name) for name in ("max_walk_m", "max_minutes", "bus_minutes")}
    given = {name: value for name, value in limits.items() if value is not None}
    for name, value in {"min_enrolment": problem.min_enrolment, **given}.items():
        if not _is_number(value) or not (np.isfinite(value) and value > 0):
            yield f"{name} must be a finite number above 0. {value!r} was given instead. | {name} 须为大于 0 的有限数。"
    if not given:
        yield (
            "A limit is needed: max_walk_m (metres), max_minutes (on foot) or bus_minutes. | 需给出限距：max_walk_m"
            "（米）、max_minutes（步行分钟）或 bus_minutes（校车分钟）。"
        )
    if "max_walk_m" in given and "max_minutes" in given:
        yield "max_walk_m and max_minutes both say the longest walk: give one. | max_walk_m 与 max_minutes 只能给一个。"
    if "bus_minutes" in given and city.transport.drive is None:
        yield (
            "bus_minutes needs the city's drive network, which is not loaded: Transport(drive=...). | bus_minutes 需要"
            "道路网（drive）图层。"
        )


def _about_data(city: City, problem: Closing) -> Iterator[str]:
    if problem.service not in city.services:
        yield str(InputError.unknown("service", problem.service, city.services))
        return
    population = city.population
    numbers = [str(name) for name in population.select_dtypes("number").columns]
    if problem.group not in numbers:
        yield str(InputError.unknown("group", problem.group, numbers))
    elif not (np.isfinite(population[problem.group].to_numpy(dtype=float)).all()):
        rows = int((~np.isfinite(population[problem.group].to_numpy(dtype=float))).sum())
        yield (
            f"population: {problem.group} is not known for {rows} cells; it is never guessed. Fill it in. | 有 {rows} "
            f"个居民点的 {problem.group} 未知，请补充。"
        )
    frame = city.facilities[(city.facilities["service"] == problem.service) & (city.facilities["status"] == "open")]
    for name in ("enrolment", "capacity"):
        column = getattr(problem, name)
        if column is None or not len(frame):
            continue
        known = [str(one) for one in frame.columns if pd.to_numeric(frame[one], errors="coerce").notna().any()]
        if column not in known:
            hint = " None sets no limit." if name == "capacity" else " None takes the children from the cells."
            yield (
                f"{name}: the open facilities of {problem.service} have no numbers in a column {column!r}. "
                f"{did_you_mean(str(column), known)}{hint} | {name}：现状设施没有可用的列 {column!r}。"
            )


def question_faults(
    data: Enrolled,
    goal: object,
    *,
    among: str | Iterable[str],
    keep: list[str],
    most: object,
    leave: float,
) -> list[str]:
    """Return what is wrong with a question to a problem."""
    faults = []
    if goal not in GOALS:
        faults.append(str(InputError.unknown("goal", goal, GOALS)))
    for names in (among, keep):
        try:
            data.chosen(names)
        except InputError as error:
            faults.append(str(error))
    if among == "rural" and not data.settings.isin(["urban", "rural"]).any():
        faults.append("among='rural': the setting of no facility is known. | 设施的城乡类别未知。")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int | np.integer) or most < 0):
        faults.append(
            f"most must be a whole number from 0 up. {most!r} was given instead. | most 必须是不小于 0 的整数。"
        )
    if not _is_number(leave) or not (np.isfinite(leave) and leave >= 0):
        faults.append(f"leave must be a number of children from 0 up, not {leave!r}. | leave 须为不小于 0 的人数。")
    return faults


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
