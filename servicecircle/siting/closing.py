"""Closing: which small facilities to close, who takes their children, and who is left beyond the limit."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from servicecircle.assessment import Assessment
from servicecircle.assessment.ground import make_ground
from servicecircle.city import City
from servicecircle.errors import InputError
from servicecircle.siting.closing_checks import faults_of, question_faults
from servicecircle.siting.closing_ground import CHILD, Enrolled, Limit
from servicecircle.siting.closing_model import Ask
from servicecircle.siting.closing_program import merge
from servicecircle.siting.closing_reasons import shortfall_of, why_open
from servicecircle.siting.closing_tables import facility_table
from servicecircle.siting.closures import Closures, closures_of
from servicecircle.siting.instance import Effort
from servicecircle.units import SECONDS_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from servicecircle.siting.closing_model import Goal


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Closing:
    """A problem of closing and merging: the open facilities of a service, their children, and how far these may go.

    Each child of the group is taken to go to the nearest open facility: on foot, or by bus where there is no walking
    limit. With an enrolment column the facilities have the children it says, who are taken to live as the children of
    the cells nearest to the facility do, in proportion. Only children of what closes move; places that others do not
    take count as free. A child may walk if that is within the walking limit; with a bus limit, all others ride.

    Parameters
    ----------
    city
        What is there; or an `Assessment` of it.
    service
        The service; its open facilities count.
    min_enrolment
        A facility with fewer children is small, and may close.
    max_walk_m, max_minutes
        The longest walk: metres, or minutes at 0.9 m/s, a child's speed. At most one of them.
    bus_minutes
        The longest ride by school bus, minutes on the city's drive network at its speeds, with the walk to the road
        and from it and without waiting: a lower bound. At least one limit is needed.
    group
        The children, a column of the population.
    enrolment
        The column of the facilities that says how many children each has.
    capacity
        The column of the facilities that says how many each can have; None if places set no limit.

    Raises
    ------
    InputError
        If something cannot be used as given; all that is wrong is named.

    Examples
    --------
    >>> import servicecircle as sc
    >>> problem = sc.Closing(sc.sample_city(), "kindergarten", min_enrolment=90, max_walk_m=1000, enrolment="enrolment")
    >>> found = problem.solve()
    >>> len(found.closed) == found.objective == found.bound
    True
    >>> changed = problem.city.removing(found.closed)
    """

    city: City | Assessment
    service: str
    _: KW_ONLY
    min_enrolment: float
    max_walk_m: float | None = None
    max_minutes: float | None = None
    bus_minutes: float | None = None
    group: str = "pop_3_5"
    enrolment: str | None = None
    capacity: str | None = "capacity"
    enrolled: Enrolled = field(init=False)

    def __post_init__(self) -> None:
        given: object = self.city
        if not isinstance(given, City | Assessment):
            raise InputError(
                f"Closing takes a City or an Assessment, not {type(given).__name__}: Closing(sample_city(), "
                "'kindergarten', min_enrolment=90, max_walk_m=1000). | Closing 需要 City 或 Assessment。"
            )
        ground = given.ground if isinstance(given, Assessment) else None
        city = given if isinstance(given, City) else given.city
        object.__setattr__(self, "city", city)
        faults = faults_of(city, self)
        if faults:
            raise InputError("\n".join(faults))
        ground = make_ground(city) if ground is None else ground
        facilities = ground.facilities
        chosen = np.flatnonzero((facilities["service"] == self.service) & (facilities["status"] == "open"))
        walk_m = np.nan if self.max_walk_m is None else float(self.max_walk_m)
        if self.max_minutes is not None:
            walk_m = CHILD * SECONDS_PER_MINUTE * float(self.max_minutes)
        limit = Limit(walk_m, np.nan if self.bus_minutes is None else float(self.bus_minutes))
        enrolled = Enrolled(
            ground, limit, self.group, float(self.min_enrolment), self.enrolment or "", self.capacity or "", chosen
        )
        object.__setattr__(self, "enrolled", enrolled)

    @property
    def table(self) -> pd.DataFrame:
        """Every open facility: enrolment, children_nearest (in the cells), capacity, free_places, below_minimum."""
        return facility_table(self.enrolled)

    def solve(
        self,
        goal: Goal = "most_closed",
        *,
        among: str | Iterable[str] = "",
        keep: Iterable[str] = (),
        most: int | None = None,
        leave: float = 0.0,
        effort: Effort | None = None,
    ) -> Closures:
        """Return which facilities to close, with a proof that no choice is better.

        Every child who moves is within the limit afterwards and has a free place there. Among the choices that reach
        the goal as well, the one is taken that sends fewest children beyond the limit (where `leave` allows any), then
        fewest by bus, then adds the fewest minutes on the way, summed over the children.

        Parameters
        ----------
        goal
            ``"most_closed"``: close as many of the small facilities as possible. ``"fewest_small"``: merge, so that as
            few as possible stay open below the minimum; small ones that are filled up to it by the children of others
            no longer count.
        among
            Which may close: ``"urban"`` or ``"rural"``, a level (those in its zones, for example ``"行政村"``), or ids
            of facilities or of zones; by default all.
        keep
            Ids of facilities that stay.
        most
            How many may close at most: the best choice of so many is that of the fewest added minutes.
        leave
            How many children who move may be left beyond the limit, those who are beyond it today among them.
        effort
            How long to search.

        Returns
        -------
        Closures

        Raises
        ------
        InputError
            If something cannot be used as given; all that is wrong is named.
        """
        data = self.enrolled
        kept = [keep] if isinstance(keep, str) else [str(one) for one in keep]
        faults = question_faults(data, goal, among=among, keep=kept, most=most, leave=leave)
        if faults:
            raise InputError("\n".join(faults))
        asked, held = data.chosen(among), data.chosen(kept)
        may_close = np.flatnonzero(data.small & data.homes_known & asked & ~held)
        ask, effort = Ask(goal, most, float(leave)), effort or Effort()
        merged = merge(data.merger.of(may_close), ask, effort)
        reasons = why_open(data, merged, ask, among=asked, keep=held, effort=effort)
        return closures_of(data, merged, goal=goal, reasons=reasons)

    def trial(self, ids: str | Iterable[str], *, effort: Effort | None = None) -> Closures:
        """Return what closing exactly these facilities, small or not, would mean.

        As many children as possible are placed within the limit, then as many as possible anywhere. If not all are
        within it, the result's `shortfall` says why.

        Parameters
        ----------
        ids
            Ids of open facilities of the service, or of zones: all in them.
        effort
            How long to search.

        Returns
        -------
        Closures

        Raises
        ------
        InputError
            If a name is unknown, or where the children of one of these facilities live is.
        """
        data = self.enrolled
        chosen = data.chosen([ids] if isinstance(ids, str) else ids)
        unknown = data.frame["id"][chosen & ~data.homes_known].tolist()
        if unknown:
            raise InputError(
                f"How many children {', '.join(unknown)} has, or where they live, is not known. | {'、'.join(unknown)} "
                "的在园人数或幼儿住处未知。"
            )
        numbers = np.flatnonzero(chosen)
        ask, effort = Ask(forced=True), effort or Effort()
        merged = merge(data.merger_of(numbers), ask, effort)
        reasons = why_open(data, merged, ask, among=np.zeros(len(chosen), dtype=np.bool_), keep=chosen, effort=effort)
        return closures_of(data, merged, goal="trial", reasons=reasons, shortfall=shortfall_of(data, merged))

    def __repr__(self) -> str:
        data = self.enrolled
        return (
            f"Closing({self.service}: {len(data.numbers)} open, {int(data.small.sum())} below {self.min_enrolment:g} "
            f"children, {np.nansum(data.enrolled):,.0f} children in all)"
        )
