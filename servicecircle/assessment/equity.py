"""Equity: how equally access, or the walk to a service, is spread over the residents of each zone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.assessment.access import Access
from servicecircle.assessment.assessment import Assessment
from servicecircle.assessment.figures import quantile
from servicecircle.assessment.inequality import Gap, coefficient_of_variation, gini, palma, weighted_mean
from servicecircle.assessment.zone_cells import known_levels, zone_cells
from servicecircle.errors import InputError
from servicecircle.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.zone_cells import ZoneCells

    Floats = NDArray[np.float64]

COLUMNS = ("zone_id", "zone_name", "level", "class", "measure", "value", "unit", "estimated")
UNITS = {"minutes": "min", "metres": "m"}
RATIOS = {"gini": gini, "palma": palma, "cv": coefficient_of_variation}
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}


def equity_table(
    found: Access | Assessment,
    *,
    standard_id: str = "",
    value: str = "",
    groups: Sequence[str] = (),
    levels: Sequence[str] = (),
) -> pd.DataFrame:
    """Return how equally access, or the walk to the nearest facility, is spread over the residents of each zone.

    Everybody counts. Access is 0 for those unserved. Minutes and metres are infinite for those out of walking reach:
    in a zone and class with such residents the mean, and what is made of it, has no value, and their number and the
    quantiles say what can be said.

    Parameters
    ----------
    found
        What `access` found, or an assessment.
    standard_id
        Of an assessment, the standard whose walks are meant.
    value
        ``"access"`` (what `access` found; the default there), ``"minutes"`` (the default of an assessment) or
        ``"metres"``.
    groups
        Other groups to compare with the residents that count: columns of the population, for example ``["pop_60p"]``.
    levels
        Levels of zones, ``"全市"`` among them; by default all.

    Returns
    -------
    DataFrame
        zone_id, zone_name, level, class (all, urban, rural, or a group), measure, value, unit, estimated (whether
        numbers of residents behind it are). Measures of each class:
        residents, unserved or unreachable (residents), mean, p10, p50, p90 (what so many per cent do not exceed), gini,
        palma, cv (coefficient of variation). Beside them of all residents: urban_rural_difference, urban_rural_ratio;
        of a group: difference_from_all, ratio_to_all. Urban and rural ones stand only where there are any, as groups
        do. NaN where there is no value.

    Raises
    ------
    InputError
        If the standard, value, a group or a level is unknown, or the standard has no cells.

    Examples
    --------
    >>> import servicecircle as sc
    >>> places = sc.access(sc.sample_city(), "kindergarten", minutes=10, group="pop_3_5", capacity="capacity")
    >>> table = sc.equity_table(places, levels=["全市"])
    >>> table[table["class"] == "all"]["measure"].tolist()[:5]
    ['residents', 'unserved', 'mean', 'p10', 'p50']
    >>> bool(table.set_index(["class", "measure"])["value"]["all", "gini"] < 1)
    True
    """
    spread = _spread_of(found, standard_id, value)
    classes = spread.classes(groups)
    known = known_levels(spread.ground)
    if isinstance(levels, str):
        raise InputError(f"levels must be a list, for example [{levels!r}]. | levels 应为列表。")
    rows = [
        {"zone_id": zone.zone_id, "zone_name": zone.name, "level": level, **row}
        for level in tuple(levels) or known
        for zone in zone_cells(spread.ground, level)
        for row in _rows(spread, classes, zone)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"value": float})


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """What each cell has, for how many people; shape (cells,).

    Parameters
    ----------
    ground
        The city made ready.
    having, people
        What a cell has, and the residents that count.
    counts
        1 for the cells that count, else 0.
    lacking
        What those are called who have nothing: unserved (access 0) or unreachable (no walk).
    unit
        The unit of what cells have.
    estimated
        Whether the residents that count are only estimated.
    """

    ground: Ground
    having: Floats
    people: Floats
    counts: Floats
    lacking: str
    unit: str
    estimated: bool

    @property
    def lost(self) -> NDArray[np.bool_]:
        """Return which cells have nothing: access 0, or no walk."""
        return self.having == 0 if self.lacking == "unserved" else ~np.isfinite(self.having)

    def classes(self, groups: Sequence[str]) -> dict[str, Floats]:
        """Return the residents of each class in each cell."""
        if isinstance(groups, str):
            raise InputError(f"groups must be a list, for example [{groups!r}]. | groups 应为列表。")
        known = [str(name) for name in self.ground.cells.select_dtypes("number").columns]
        found = {"all": self.people}
        for setting in ("urban", "rural"):
            members = self.ground.of_setting(setting)
            if members.any():
                found[setting] = self.people * members
        for group in groups:
            if group not in known:
                raise InputError.unknown("group", group, known)
            found[group] = self.ground.group(group) * self.counts
        return found


def _spread_of(found: object, standard_id: str, value: str) -> _Spread:
    """Return what is to be measured."""
    if isinstance(found, Access):
        if standard_id:
            raise InputError("standard_id belongs to an assessment. | standard_id 仅用于评估结果。")
        cells, ground, units = found.cells, found.ground, {"access": found.unit} | UNITS
        counts, estimated = np.ones(len(cells)), found.estimated
    elif isinstance(found, Assessment):
        if not standard_id:
            raise InputError(
                f"standard_id is needed with an assessment: one of {listed(found.plan.ids)}. | 请给出 standard_id。"
            )
        cells, ground, units = found.cells_for(standard_id), found.ground, UNITS
        counts = cells["in_scope"].to_numpy(dtype=float)
        estimated = bool(found.table.loc[found.table["standard_id"] == standard_id, "estimated"].any())
    else:
        raise InputError(
            f"equity_table takes what access or assess returned, not {type(found).__name__}. | "
            "equity_table 需要 access 或 assess 的结果。"
        )
    value = value or next(iter(units))
    if value not in units:
        raise InputError.unknown("value", value, list(units))
    having, people = (cells[column].to_numpy(dtype=float) for column in (value, "group"))
    lacking = "unserved" if value == "access" else "unreachable"
    return _Spread(ground, having, people * counts, counts, lacking, units[value], estimated)


def _rows(spread: _Spread, classes: Mapping[str, Floats], zone: ZoneCells) -> Iterator[dict[str, Any]]:
    """Yield the measures of each class of residents of a zone."""
    having, lost = spread.having[zone.cells], spread.lost[zone.cells]
    residents = {name: people[zone.cells] for name, people in classes.items()}
    means = {name: _finite(weighted_mean, having, people) for name, people in residents.items()}
    for name, people in residents.items():
        if name != "all" and not people.any():
            continue
        measures: dict[str, tuple[float | None, str]] = {
            "residents": (float(people.sum()), "person"),
            spread.lacking: (float(people[lost].sum()), "person"),
            "mean": (means[name], spread.unit),
        }
        measures |= {key: (quantile(having, people, q), spread.unit) for key, q in QUANTILES.items()}
        measures |= {key: (_finite(measure, having, people), "ratio") for key, measure in RATIOS.items()}
        if name == "all" and {"urban", "rural"} <= set(means):
            gap = Gap(means["urban"], means["rural"])
            measures["urban_rural_difference"] = gap.difference, spread.unit
            measures["urban_rural_ratio"] = gap.ratio, "ratio"
        elif name not in {"all", "urban", "rural"}:
            gap = Gap(means[name], means["all"])
            measures["difference_from_all"] = gap.difference, spread.unit
            measures["ratio_to_all"] = gap.ratio, "ratio"
        estimated = spread.estimated or name in spread.ground.estimated
        for measure, (figure, unit) in measures.items():
            yield {"class": name, "measure": measure, "value": figure, "unit": unit, "estimated": estimated}


def _finite(measure: Callable[[Floats, Floats], float | None], having: Floats, people: Floats) -> float | None:
    """Return a measure; None where residents have no finite value."""
    return measure(having, people) if np.isfinite(having[people > 0]).all() else None
