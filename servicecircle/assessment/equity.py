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
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from servicecircle.assessment.ground import Ground
    from servicecircle.assessment.zone_cells import ZoneCells

    Floats = NDArray[np.float64]

COLUMNS = ("zone_id", "zone_name", "level", "class", "measure", "value", "unit")
UNITS = {"minutes": "min", "metres": "m"}
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
        zone_id, zone_name, level, class (all, urban, rural, or a group), measure, value, unit. Measures of each class:
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
    """

    ground: Ground
    having: Floats
    people: Floats
    counts: Floats
    lacking: str
    unit: str

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
        counts = np.ones(len(cells))
    elif isinstance(found, Assessment):
        if not standard_id:
            raise InputError(
                f"standard_id is needed with an assessment: one of {listed(found.plan.ids)}. | 请给出 standard_id。"
            )
        cells, ground, units = found.cells_for(standard_id), found.ground, UNITS
        counts = cells["in_scope"].to_numpy(dtype=float)
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
    return _Spread(ground, having, people * counts, counts, lacking, units[value])


def _rows(spread: _Spread, classes: Mapping[str, Floats], zone: ZoneCells) -> Iterator[dict[str, Any]]:
    """Yield the measures of each class of residents of a zone."""
    values, lost = spread.having[zone.cells], spread.lost[zone.cells]
    means: dict[str, float | None] = {}
    for name, everywhere in classes.items():
        people = everywhere[zone.cells]
        whole = float(people.sum())
        finite = bool(np.isfinite(values[people > 0]).all())
        means[name] = weighted_mean(values, people) if finite else None
        if not whole and name != "all":
            continue
        measures: dict[str, tuple[float | None, str]] = {
            "residents": (whole, "person"),
            spread.lacking: (float(people[lost].sum()), "person"),
            "mean": (means[name], spread.unit),
        }
        measures |= {key: (quantile(values, people, q), spread.unit) for key, q in QUANTILES.items()}
        ratios = {"gini": gini, "palma": palma, "cv": coefficient_of_variation}
        measures |= {key: (measure(values, people) if finite else None, "ratio") for key, measure in ratios.items()}
        if name not in {"all", "urban", "rural"}:
            gap = Gap(means[name], means["all"])
            measures |= {"difference_from_all": (gap.difference, spread.unit), "ratio_to_all": (gap.ratio, "ratio")}
        for measure, (figure, unit) in measures.items():
            yield {"class": name, "measure": measure, "value": figure, "unit": unit}
    if {"urban", "rural"} <= set(classes):
        gap = Gap(means["urban"], means["rural"])
        yield {"class": "all", "measure": "urban_rural_difference", "value": gap.difference, "unit": spread.unit}
        yield {"class": "all", "measure": "urban_rural_ratio", "value": gap.ratio, "unit": "ratio"}
