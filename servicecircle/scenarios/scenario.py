"""A scenario: a name and the changes that make it, in their order; applied to any city, stacked, saved."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd

from servicecircle.errors import InputError, ServiceCircleError
from servicecircle.markup import table_html
from servicecircle.network import JOIN_M
from servicecircle.plan.frozen import FrozenMap
from servicecircle.scenarios.file import write_scenario
from servicecircle.scenarios.plain import layer_table, plain, rows_table
from servicecircle.scenarios.verbs import ID, arguments_of
from servicecircle.text import whole

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from servicecircle.city import City

PLUS = " + "


@dataclass(frozen=True, slots=True)
class Change:
    """One change: a verb of `City`, and what it is given, as it stands in a file.

    Parameters
    ----------
    do
        The verb.
    given
        Its arguments: texts, numbers, lists and tables; places as WKT.
    """

    do: str
    given: Mapping[str, Any] = field(default_factory=FrozenMap)

    @property
    def rows(self) -> int:
        """Return how many rows, or ids, the change is about; 0 if it is about none."""
        for value in self.given.values():
            if isinstance(value, tuple):
                return len(value)
            if isinstance(value, FrozenMap) and "rows" in value:
                return len(value["rows"])
        return 0

    def __str__(self) -> str:
        told = [f"{self.rows:,} rows"] if self.rows else []
        told += [f"{key} {value}" for key, value in self.given.items() if isinstance(value, int | float | bool)]
        return f"{self.do}({', '.join(told)})"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named list of changes to a city. It has the verbs of a `City`, holds no city, and never changes itself.

    Parameters
    ----------
    name
        What it is called in tables and on maps.
    changes
        The changes in their order; made by the verbs below.

    Raises
    ------
    InputError
        If the name is empty or no text.

    Examples
    --------
    >>> import servicecircle as sc
    >>> later = sc.Scenario("2030").at(2030)
    >>> both = sc.Scenario("闭园").removing("kindergarten-0001") + later
    >>> both
    Scenario(闭园 + 2030: removing(1 rows), at(year 2030))
    """

    name: str
    changes: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        name: object = self.name
        if not isinstance(name, str) or not name.strip():
            raise InputError(f"A scenario needs a name. {name!r} was given. | 方案须有名称。")
        object.__setattr__(self, "name", whole(name.strip()))
        object.__setattr__(self, "changes", tuple(self.changes))

    def apply(self, city: City) -> City:
        """Return a city with all changes, in their order; `assess` calls its rows after the scenario.

        Parameters
        ----------
        city
            Any city that the changes fit; it stays as it is. If it came from a scenario, the names are joined.

        Raises
        ------
        ServiceCircleError
            As the verb of the city does that cannot be done; a note says which change it was.
        """
        changed = city.in_scenario(PLUS.join(filter(None, (city.about.scenario, self.name))))
        for number, change in enumerate(self.changes, 1):
            try:
                changed = getattr(changed, change.do)(**arguments_of(change.do, change.given))
            except ServiceCircleError as error:
                error.add_note(
                    f"in change {number} of scenario {self.name!r}: {change} | 方案 {self.name} 第 {number} 步"
                )
                raise
        return changed

    def __add__(self, other: Scenario) -> Scenario:
        """Return both scenarios as one: first the changes of this one, then those of the other."""
        if not isinstance(other, Scenario):
            return NotImplemented
        return Scenario(f"{self.name}{PLUS}{other.name}", self.changes + other.changes)

    def named(self, name: str) -> Scenario:
        """Return the same changes under another name.

        Parameters
        ----------
        name
            The name.
        """
        return replace(self, name=name)

    def save(self, path: str | os.PathLike[str], *, replace: bool = False) -> None:
        """Write the scenario as a TOML file that people can read and change; `read_scenario` reads it back the same.

        Parameters
        ----------
        path
            The file.
        replace
            Whether a file that is there already may be replaced.

        Raises
        ------
        InputError
            If there is such a file and it may not be replaced, or the file cannot be written.
        """
        write_scenario(self.name, [(one.do, one.given) for one in self.changes], path, replace=replace)

    def adding(self, facilities: gpd.GeoDataFrame) -> Scenario:
        """Return the scenario with facilities added, as `City.adding` does.

        Parameters
        ----------
        facilities
            A frame with a ``service`` column, in any declared CRS.
        """
        return self._with("adding", facilities=layer_table(facilities, "facilities"))

    def removing(self, ids: str | Iterable[str]) -> Scenario:
        """Return the scenario with facilities removed, as `City.removing` does.

        Parameters
        ----------
        ids
            Facility ids.
        """
        return self._with("removing", ids=_texts(ids))

    def changing(self, ids: str | Iterable[str], **values: Any) -> Scenario:
        """Return the scenario with columns of facilities changed, as `City.changing` does.

        Parameters
        ----------
        ids
            Facility ids.
        **values
            A value for each column to change.
        """
        given = FrozenMap({key: plain(value, where=key) for key, value in values.items()})
        lost = [key for key, value in given.items() if value is None]
        if lost or not given:
            raise InputError(f"changing needs a value for each column; none for {lost}. | 每一列须有值。")
        return self._with("changing", ids=_texts(ids), values=given)

    def moving(self, places: gpd.GeoSeries) -> Scenario:
        """Return the scenario with facilities moved, as `City.moving` does.

        Parameters
        ----------
        places
            A new geometry for each facility, index facility id, in any declared CRS.
        """
        if not isinstance(places, gpd.GeoSeries):
            raise InputError(
                "places must be a GeoSeries with a CRS, its index the facility ids: a scenario has no city to tell the "
                "CRS of bare geometries. | places 应为带坐标系的 GeoSeries，索引为设施 id。"
            )
        frame = gpd.GeoDataFrame({ID: places.index.astype(str)}, geometry=places.to_numpy(), crs=places.crs)
        return self._with("moving", places=layer_table(frame, "places"))

    def adding_ways(
        self, ways: gpd.GeoDataFrame, *, join_within_m: float = JOIN_M, at_crossings: bool = False
    ) -> Scenario:
        """Return the scenario with new ways to walk, as `City.adding_ways` does.

        Parameters
        ----------
        ways
            LineStrings in any declared CRS.
        join_within_m
            How far (metres) an end may be from the street it is joined to.
        at_crossings
            Whether ways also meet streets where they cross on one level.
        """
        near, crossing = plain(join_within_m), bool(at_crossings)
        return self._with("adding_ways", ways=layer_table(ways, "ways"), join_within_m=near, at_crossings=crossing)

    def closing_ways(self, where: gpd.GeoDataFrame) -> Scenario:
        """Return the scenario with ways closed, as `City.closing_ways` does.

        Parameters
        ----------
        where
            Lines or polygons in any declared CRS. Numbers of edges mean nothing in another network: give
            ``city.walk.edges.loc[numbers]``.
        """
        return self._with("closing_ways", where=layer_table(where, "where"))

    def adding_entrances(self, entrances: gpd.GeoDataFrame) -> Scenario:
        """Return the scenario with entrances added, as `City.adding_entrances` does.

        Parameters
        ----------
        entrances
            Points with ``of``, in any declared CRS.
        """
        return self._with("adding_entrances", entrances=layer_table(entrances, "entrances"))

    def adding_estates(self, estates: gpd.GeoDataFrame) -> Scenario:
        """Return the scenario with estates added, as `City.adding_estates` does.

        Parameters
        ----------
        estates
            Points or polygons with ``name``, ``households`` and the rest, in any declared CRS.
        """
        return self._with("adding_estates", estates=layer_table(estates, "estates"))

    def with_population(self, year: int, table: pd.DataFrame) -> Scenario:
        """Return the scenario with the residents of a year, as `City.with_population` does.

        Parameters
        ----------
        year
            For example 2030.
        table
            One row per zone.
        """
        return self._with("with_population", year=plain(year), table=rows_table(table, "table"))

    def at(self, year: int) -> Scenario:
        """Return the scenario seen in a year, as `City.at` does.

        Parameters
        ----------
        year
            For example 2030.
        """
        return self._with("at", year=plain(year))

    def _with(self, do: str, **given: Any) -> Scenario:
        return replace(self, changes=(*self.changes, Change(do, FrozenMap(given))))

    def __repr__(self) -> str:
        return f"Scenario({self.name}: {', '.join(map(str, self.changes)) or 'no change'})"

    def _repr_html_(self) -> str:
        return table_html(enumerate(map(str, self.changes), 1), title=self.name)


def _texts(ids: str | Iterable[str]) -> tuple[str, ...]:
    texts = (ids,) if isinstance(ids, str) else tuple(str(one) for one in ids)
    if not texts:
        raise InputError("ids is empty; give at least one facility id. | ids 为空，请至少给出一个设施 id。")
    return texts
