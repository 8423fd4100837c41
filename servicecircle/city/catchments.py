"""What can be reached on foot from the facilities of a service, or from homes: polygons, or the streets themselves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.errors import InputError
from servicecircle.network import Drawing, isochrones, reached_lines, service_areas
from servicecircle.text import listed
from servicecircle.units import WALK_SPEEDS, metres_walked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from servicecircle.city.contents import Contents
    from servicecircle.network import Positions

Areas = Literal["dissolved", "each", "nearest"]
Method = Literal["exact", "fast", "lines"]
Way = Method | Drawing
LINES = "lines"


@dataclass(frozen=True, slots=True, init=False)
class Homes:
    """Homes to walk from: cells of a city.

    Parameters
    ----------
    cells
        One ``cell_id`` or several.

    Raises
    ------
    InputError
        If there is none.

    Examples
    --------
    >>> Homes(["c12", "c7", "c12"])
    Homes(cells=('c12', 'c7'))
    """

    cells: tuple[str, ...]

    def __init__(self, cells: str | Iterable[str]) -> None:
        ids = [cells] if isinstance(cells, str) else map(str, cells)
        object.__setattr__(self, "cells", tuple(dict.fromkeys(ids)))
        if not self.cells:
            raise InputError("Homes without a cell; give at least one cell_id. | 未给出 cell_id。")


@dataclass(frozen=True, slots=True)
class Limits:
    """Walking limits, in the order they were given in.

    Parameters
    ----------
    minutes, metres
        Walking times and distances.
    """

    minutes: tuple[float, ...]
    metres: tuple[float, ...]

    @classmethod
    def of(
        cls, minutes: float | Sequence[float] | None, metres: float | Sequence[float] | None, *, profile: str
    ) -> Limits:
        """Return limits given in minutes or in metres; InputError if in both or none, or one cannot be used."""
        if profile not in WALK_SPEEDS:
            raise InputError.unknown("profile", profile, list(WALK_SPEEDS))
        if (minutes is None) == (metres is None):
            raise InputError(
                "Give either minutes or metres, for example minutes=[5, 10, 15]. | minutes 与 metres 须且只须给出一个。"
            )
        speed = WALK_SPEEDS[profile]
        if minutes is not None:
            values = _numbers("minutes", minutes)
            return cls(values, tuple(metres_walked(value, speed_m_s=speed) for value in values))
        values = _numbers("metres", metres)
        per_minute = metres_walked(1, speed_m_s=speed)
        return cls(tuple(value / per_minute for value in values), values)

    @property
    def before(self) -> list[int | None]:
        """Return for each limit the place of the next smaller one, None for the smallest."""
        ascending = sorted(set(self.metres))
        lower = dict(zip(ascending, [None, *ascending], strict=False))
        return [None if lower[value] is None else self.metres.index(lower[value]) for value in self.metres]


def _numbers(name: str, values: Any) -> tuple[float, ...]:
    """Return a number or several as numbers; InputError if there is none or one is not finite and above zero."""
    given = list(np.atleast_1d(np.asarray(values, dtype=object)))
    if not given:
        raise InputError(f"{name} is empty; give at least one, for example [5, 10, 15]. | {name} 为空。")
    for value in given:
        number = isinstance(value, (int, float, np.number)) and not isinstance(value, bool)
        if not number or not 0 < float(value) < np.inf:
            raise InputError(
                f"{name} must be finite numbers above 0. {value!r} was given instead. | {name} 须为大于 0 的有限数。"
            )
    return tuple(float(value) for value in given)


def catchments(
    city: Contents, origins: str | Homes, *, limits: Limits, areas: Areas, bands: bool, method: Way
) -> gpd.GeoDataFrame:
    """Return what is reached from a service's open facilities or from homes, as `City.isochrones` describes.

    Parameters
    ----------
    city
        The city.
    origins, areas, bands, method
        As in `City.isochrones`.
    limits
        How far people walk.

    Raises
    ------
    InputError
        As `City.isochrones`.
    """
    if areas not in get_args(Areas):
        raise InputError.unknown("areas", areas, list(get_args(Areas)))
    drawing = _drawing(method)
    kind, ids, placed = _sources(city, origins)
    rows = _shapes(city, placed, limits, areas=areas, bands=bands, drawing=drawing)
    number = len(limits.metres)
    columns: dict[str, Any] = {} if isinstance(origins, Homes) else {"service": [origins] * number * len(rows)}
    if areas != "dissolved":
        columns[kind] = [one for one in ids for _ in range(number)]
    if bands:
        before = limits.before
        for name, values in (("from_minutes", limits.minutes), ("from_metres", limits.metres)):
            columns[name] = [0.0 if less is None else values[less] for less in before] * len(rows)
    columns["minutes"], columns["metres"] = limits.minutes * len(rows), limits.metres * len(rows)
    shapes = np.array([shape for row in rows for shape in row], dtype=object)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=city.crs)


def _drawing(method: Any) -> Drawing | None:
    """Return how to draw polygons, None for lines."""
    if isinstance(method, Drawing):
        return method
    if method not in get_args(Method):
        raise InputError.unknown("method", method, list(get_args(Method)))
    return None if method == LINES else Drawing(method)


def _sources(city: Contents, origins: str | Homes) -> tuple[str, list[str], Positions]:
    """Return what names the sources, their ids in order, and where they stand."""
    if isinstance(origins, Homes):
        order = np.argsort(city.population["cell_id"].to_numpy(dtype=str), kind="stable")
        known = city.population["cell_id"].to_numpy(dtype=object)[order]
        unknown = sorted(set(origins.cells) - set(known))
        if unknown:
            raise InputError(f"No cell has the id {listed(unknown)}. | 没有编号为 {listed(unknown)} 的格网。")
        chosen = order[np.isin(known, origins.cells)]
        points = shapely.points(city.cell_xy[chosen])
        return "cell_id", list(city.population["cell_id"].iloc[chosen]), city.placed(points)
    if origins not in city.services:
        raise InputError.unknown("service", origins, city.services)
    mine = (city.facilities["service"] == origins) & (city.facilities["status"] == "open")
    frame = city.facilities[mine].sort_values("id")
    return "facility_id", list(frame["id"]), city.placed(frame.geometry, ids=frame["id"])


def _shapes(
    city: Contents, placed: Positions, limits: Limits, *, areas: Areas, bands: bool, drawing: Drawing | None
) -> list[list[Any]]:
    """Return for each source, or for all together, what is reached within each limit: lines if nothing is drawn."""
    if drawing is None:
        lines = reached_lines(city.walk, placed, limits_m=limits.metres, areas=areas, bands=bands)
        return [list(row) for row in lines]
    options: dict[str, Any] = {"limits_m": limits.metres, **asdict(drawing)}
    if areas == "nearest":
        shapes = service_areas(city.walk, placed, **options)
    elif areas == "each":
        shapes = isochrones(city.walk, placed, each=True, **options)
    else:
        shapes = [isochrones(city.walk, placed, **options)]
    return [_rings(row, limits) if bands else list(row) for row in shapes]


def _rings(shapes: Sequence[shapely.Geometry], limits: Limits) -> list[Any]:
    """Return each polygon without the next smaller one."""
    return [
        shape if less is None else shapely.difference(shape, shapes[less])
        for shape, less in zip(shapes, limits.before, strict=True)
    ]
