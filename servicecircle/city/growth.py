"""How a city grows: new and closed ways, entrances, estates, and the residents of another year."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.city.contents import Contents, stop_at_errors, without_layer
from servicecircle.city.entrances import with_entrances
from servicecircle.city.estates import inspect_estates, lived_in, with_estates
from servicecircle.city.forecast import with_totals
from servicecircle.city.streets import with_ways, without_ways
from servicecircle.findings import DataReport
from servicecircle.network import JOIN_M

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

    import geopandas as gpd
    import pandas as pd

    from servicecircle.findings import Finding


@dataclass(frozen=True, slots=True, eq=False)
class Growing(Contents):
    """The changes of network and population that a `City` offers beside those of its facilities."""

    def adding_ways(self, ways: gpd.GeoDataFrame, *, join_within_m: float = JOIN_M, at_crossings: bool = False) -> Self:
        """Return a city with more ways to walk: a bridge, a footpath, a gate through a wall.

        An end that nothing else ends at is joined to the nearest street within ``join_within_m``; what it lacks is
        added to the way. Streets are split there, which changes no distance. An end meets streets of its own level
        (``layer``, ``bridge``, ``tunnel``), that of a bridge or tunnel those of any level. Cells and facilities that
        are nearer to the new way than to their street enter the network there; how many is a finding. The drive
        network stays as it is.

        Parameters
        ----------
        ways
            LineStrings in any declared CRS; ``length`` (metres) if it is not that of the line, ``name``, ``bridge``,
            ``tunnel``, ``layer`` if known.
        join_within_m
            How far (metres) an end may be from the street it is joined to.
        at_crossings
            Whether ways also meet streets, and each other, where they cross on one level.

        Raises
        ------
        LayerError
            If the ways are no lines that can be brought into the city's CRS.
        NetworkError
            If ways are joined to nothing: nobody could walk there.
        """
        walk, report = with_ways(self, ways, join_within_m=join_within_m, at_crossings=at_crossings)
        return replace(self, walk=walk, about=replace(self.about, report=report))

    def closing_ways(self, where: gpd.GeoDataFrame | Iterable[int]) -> Self:
        """Return a city in which some ways cannot be walked.

        Parameters
        ----------
        where
            Lines in any declared CRS, each standing for every edge that runs along it all the way, to a metre, such as
            ``city.walk.edges.query("name == '人民路'")``; or polygons, in which everything is closed and edges are cut
            at the outline; or numbers of edges, the rows of ``city.walk.edges``.

        Raises
        ------
        InputError
            If there is no edge with a number.
        LayerError
            If they are no lines or polygons that can be brought into the city's CRS.
        NetworkError
            If a line or polygon closes nothing, or no way would stay open.
        """
        walk, report = without_ways(self, where)
        return replace(self, walk=walk, about=replace(self.about, report=report))

    def adding_entrances(self, entrances: gpd.GeoDataFrame) -> Self:
        """Return a city with more entrances: of facilities, or gates of compounds (封闭小区).

        A facility with entrances is entered only there: the first one given takes the place of its own point.

        Parameters
        ----------
        entrances
            Points with ``of``, in any declared CRS: the id of a facility, or the id or name of a compound.

        Raises
        ------
        LayerError
            If the entrances have faults, or are of nothing in this city.
        """
        return replace(
            self,
            entrances=with_entrances(self, entrances),
            about=replace(self.about, report=without_layer(self.report, "entrances")),
        )

    def adding_estates(self, estates: gpd.GeoDataFrame) -> Self:
        """Return a city with new estates, each one more cell of the population, estimated.

        An estate has households x persons_per_household residents from its ``delivery_year`` on: `at` and
        `with_population` count it then, and nobody lives there before. Without a delivery year it is lived in at once.

        Parameters
        ----------
        estates
            Points or polygons in any declared CRS, with ``name``, ``households``, ``persons_per_household``, the share
            of each group that the city's cells count (``share_pop_3_5`` for example, 0 to 1), and if known
            ``delivery_year``, ``zone_id``, ``setting``.

        Raises
        ------
        LayerError
            With all that is wrong with the estates.
        """
        seen = inspect_estates(estates, self.crs, self.population)
        stop_at_errors(DataReport(tuple(seen.findings)))
        cells = lived_in(with_estates(self.population, seen.frame), -np.inf)
        return self._with_population(cells, *seen.findings)

    def with_population(self, year: int, table: pd.DataFrame) -> Self:
        """Return a city with the residents that its zones have in a year, spread over the cells; all are estimated.

        Within each zone a group is spread as it lives there now (a new group as all residents do), so that the zone's
        total is exactly that of the table. Groups that the table does not tell change as ``pop_total`` does; zones that
        it does not tell keep their residents; both are findings. Estates delivered by then are lived in, and part of
        their zone's total. Facilities stay as they are: `at` says which are open.

        Parameters
        ----------
        year
            For example 2030.
        table
            One row per zone (zones that do not lie in each other): ``zone_id`` or ``name``, ``pop_total`` or groups
            such as ``pop_3_5``, and ``year`` if it tells of several. `servicecircle.project_population` makes one.

        Raises
        ------
        InputError
            If the table is no frame, or the year no whole number.
        LayerError
            With all that is wrong with the table.
        """
        settled = replace(self, population=lived_in(self.population, year))
        cells, found = with_totals(settled, year, table)
        return self._with_population(cells, *found)

    def in_scenario(self, name: str) -> Self:
        """Return the same city under the name of a scenario, the first column of its assessments.

        Parameters
        ----------
        name
            The name.
        """
        twin = copy.copy(self)  # nothing is checked again, for nothing else changes
        object.__setattr__(twin, "about", replace(self.about, scenario=name))
        return twin

    def _with_population(self, cells: gpd.GeoDataFrame, *found: Finding) -> Self:
        """Return this city with other residents; what was found in the old ones and still holds is found again."""
        report = without_layer(self.report, "population").plus(*found)
        return replace(self, population=cells, about=replace(self.about, report=report))
