"""The drive network: roads with a speed each, and riding times from door to door."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from servicecircle.errors import NetworkError
from servicecircle.findings import DataReport, Finding
from servicecircle.network.graph import WalkNetwork
from servicecircle.network.travel import nearest, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from servicecircle.network.positions import Positions
    from servicecircle.network.travel import Pairs

LAYER = "drive network"

DRIVE_SPEEDS_KMH: Mapping[str, float] = MappingProxyType(
    {
        "motorway": 90.0, "trunk": 60.0, "primary": 40.0, "secondary": 35.0, "tertiary": 30.0, "unclassified": 30.0,
        "residential": 20.0, "living_street": 10.0, "service": 10.0, "track": 10.0,
    }
)  # fmt: skip
"""Speeds (km/h, junctions included) by class of road (`highway`), where neither road nor plan states one: assumptions
of this library, printed with every figure made from them."""

OTHER_SPEED_KMH = 20.0
"""The speed (km/h) of a class that `DRIVE_SPEEDS_KMH` does not name, and of roads without a class: assumed too."""

KMH = 1 / 3.6  # m/s
MILE_KM = 1.609344
STATED = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:(km/h|kmh|kph)|(mph))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DriveNetwork:
    """A network of roads with a speed each. Make one with `from_edges`; it never changes.

    Roads are driven both ways; turning, waiting and one-way signs are not modelled, so that times are lower bounds.

    Parameters
    ----------
    roads
        The roads, their lengths in metres, and the other columns they came with.
    stated_m_s
        The speed (m/s) that each road states, NaN where it states none, shape (m,).
    """

    roads: WalkNetwork
    stated_m_s: NDArray[np.float64]

    @classmethod
    def from_edges(cls, edges: gpd.GeoDataFrame) -> DriveNetwork:
        """Return the network made of a table of roads.

        Parameters
        ----------
        edges
            As for `WalkNetwork.from_edges`; the speed of a road is its column ``speed_kmh`` (km/h), else ``maxspeed``
            as OpenStreetMap writes it (``"50"``, ``"30 mph"``), else unknown. ``highway`` is its class.

        Raises
        ------
        InputError, CRSError
            As for `WalkNetwork.from_edges`.
        NetworkError
            If the edges do not make a network, or a speed is no number above zero.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from shapely import LineString
        >>> road = gpd.GeoDataFrame(
        ...     {"speed_kmh": [36.0]}, geometry=[LineString([(500000, 0), (500100, 0)])], crs="EPSG:4549"
        ... )
        >>> drive = DriveNetwork.from_edges(road)
        >>> drive
        <DriveNetwork: 1 edges, 0.10 km, 100 % with a speed; EPSG:4549>
        >>> drive.speeds()
        array([10.])
        """
        try:
            roads = WalkNetwork.from_edges(edges)
        except NetworkError as error:
            raise NetworkError(_about_roads(error.report)) from error
        faults = _speed_faults(edges)
        if faults:
            raise NetworkError(DataReport(tuple(faults)))
        roads = replace(roads, report=_about_roads(roads.report))
        return cls(roads, _stated(roads.attributes))

    def speeds(self, *, other_m_s: float | None = None) -> NDArray[np.float64]:
        """Return the speed (m/s) of each road, shape (m,).

        Parameters
        ----------
        other_m_s
            The speed (m/s) of roads that state none; None takes that of their class in `DRIVE_SPEEDS_KMH`.
        """
        other = self.class_speeds() if other_m_s is None else np.full(len(self.stated_m_s), other_m_s)
        return np.where(np.isnan(self.stated_m_s), other, self.stated_m_s)

    def class_speeds(self) -> NDArray[np.float64]:
        """Return the speed (m/s) that this library assumes for the class of each road, shape (m,)."""
        known = [DRIVE_SPEEDS_KMH.get(name, OTHER_SPEED_KMH) for name in self.classes]
        return np.asarray(known, dtype=np.float64) * KMH

    @property
    def classes(self) -> NDArray[np.object_]:
        """Return the class of each road, links as the roads they belong to, "" where it has none, shape (m,)."""
        column = self.roads.attributes.get("highway", pd.Series("", index=self.roads.attributes.index))
        names = ["" if not isinstance(name, str) else name.removesuffix("_link") for name in column]
        return np.asarray(names, dtype=object)

    @property
    def speed_table(self) -> pd.DataFrame:
        """Return the speed of each class of road that states none itself, and how much of the class states one.

        Returns
        -------
        DataFrame
            highway, km, km_stated (of that length, with a speed of its own), speed_kmh, and where the speed is from.

        Examples
        --------
        >>> import geopandas as gpd
        >>> from shapely import LineString
        >>> road = gpd.GeoDataFrame(
        ...     {"highway": ["primary"]}, geometry=[LineString([(500000, 0), (501000, 0)])], crs="EPSG:4549"
        ... )
        >>> DriveNetwork.from_edges(road).speed_table.drop(columns="source")
           highway   km  km_stated  speed_kmh
        0  primary  1.0        0.0       40.0
        """
        km = self.roads.edge_length_m / 1000
        table = pd.DataFrame({"highway": self.classes, "km": km, "km_stated": km * ~np.isnan(self.stated_m_s)})
        table = table.groupby("highway", as_index=False).sum()
        table["speed_kmh"] = [DRIVE_SPEEDS_KMH.get(name, OTHER_SPEED_KMH) for name in table["highway"]]
        return table.assign(source="assumed by this library, junctions included")

    @property
    def share_stated(self) -> float:
        """Return the share of the road length that states a speed."""
        length = self.roads.edge_length_m
        return float(length[~np.isnan(self.stated_m_s)].sum() / length.sum()) if length.sum() else 0.0

    def __repr__(self) -> str:
        km = self.roads.edge_length_m.sum() / 1000
        return (
            f"<DriveNetwork: {len(self.roads):,} edges, {km:,.2f} km, {self.share_stated:.0%} with a speed; "
            f"{self.roads.crs.to_string()}>".replace("%", " %")
        )


@dataclass(frozen=True, slots=True, eq=False)
class Rides:
    """The quickest ride of each origin; each of shape (k,).

    Parameters
    ----------
    seconds
        Riding time from door to door, inf for none.
    facility
        The facility it leads to, by its place among those given, -1 for none.
    """

    seconds: NDArray[np.float64]
    facility: NDArray[np.int64]


def rides(
    roads: WalkNetwork,
    origins: Positions,
    facilities: Positions,
    *,
    speed_m_s: NDArray[np.float64],
    access_m_s: float,
) -> Rides:
    """Return the time (seconds) from each origin to the facility that is quickest to reach by road.

    A ride is the access leg on foot, the quickest way along the roads, and the egress leg on foot. Equally quick
    facilities: the first of those given.

    Parameters
    ----------
    roads
        The network of a `DriveNetwork`.
    origins, facilities
        Positions on it, from `snap`.
    speed_m_s
        The speed of each road, m/s, shape (m,).
    access_m_s
        The walking speed of the access and egress legs, m/s.

    Returns
    -------
    Rides

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> from servicecircle.network import snap
    >>> street = gpd.GeoDataFrame(geometry=[LineString([(500000, 0), (500600, 0)])], crs="EPSG:4549")
    >>> roads = DriveNetwork.from_edges(street).roads
    >>> home, seat = snap(roads, [Point(500000, 30)]), snap(roads, [Point(500600, 0)])
    >>> rides(roads, home, seat, speed_m_s=np.array([10.0]), access_m_s=1.0).seconds
    array([90.])
    """
    slowness = 1.0 / speed_m_s
    timed = _timed_roads(roads, slowness)
    found = nearest(timed, _timed(origins, slowness, access_m_s), _timed(facilities, slowness, access_m_s))
    return Rides(found.distance_m, found.facility)


def rides_within(
    roads: WalkNetwork,
    origins: Positions,
    facilities: Positions,
    *,
    speed_m_s: NDArray[np.float64],
    access_m_s: float,
    limit_s: float = np.inf,
) -> Pairs:
    """Return all pairs of an origin and a facility within a riding time (seconds) of each other.

    Parameters
    ----------
    roads, origins, facilities, speed_m_s, access_m_s
        As in `rides`: metres, and m/s.
    limit_s
        The longest ride, seconds (inclusive).

    Returns
    -------
    Pairs
        Sorted by origin, then facility; ``distance_m`` holds seconds.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> from servicecircle.network import snap
    >>> street = gpd.GeoDataFrame(geometry=[LineString([(500000, 0), (500600, 0)])], crs="EPSG:4549")
    >>> roads = DriveNetwork.from_edges(street).roads
    >>> ends = snap(roads, [Point(500000, 30), Point(500600, 0)])
    >>> rides_within(roads, ends.take([0]), ends, speed_m_s=np.array([10.0]), access_m_s=1.0).distance_m
    array([60., 90.])
    """
    slowness = 1.0 / speed_m_s
    timed = _timed_roads(roads, slowness)
    places = _timed(origins, slowness, access_m_s), _timed(facilities, slowness, access_m_s)
    return within(timed, *places, limit_m=limit_s)


def _timed_roads(roads: WalkNetwork, slowness: NDArray[np.float64]) -> WalkNetwork:
    """Return roads whose metres are seconds."""
    seconds = roads.edge_length_m * slowness
    return replace(roads, edge_length_m=seconds, arc_length_m=np.ascontiguousarray(seconds[roads.arc_edge]))


def _timed(positions: Positions, slowness: NDArray[np.float64], access_m_s: float) -> Positions:
    """Return positions whose metres are seconds."""
    doors = positions.doors
    return replace(
        positions,
        offset_m=positions.offset_m * slowness[positions.edge],
        access_m=positions.access_m / access_m_s,
        doors=None
        if doors is None
        else replace(doors, offset_m=doors.offset_m * slowness[doors.edge], access_m=doors.access_m / access_m_s),
    )


def _stated(attributes: pd.DataFrame) -> NDArray[np.float64]:
    """Return the speed (m/s) that each road states, NaN where it states none."""
    stated = np.full(len(attributes), np.nan)
    for column in ("maxspeed", "speed_kmh"):  # the later wins
        if column in attributes:
            values = np.array([stated_kmh(value) for value in attributes[column]], dtype=np.float64)
            stated = np.where(np.isnan(values), stated, values)
    return stated * KMH


def stated_kmh(value: Any) -> float:
    """Return a speed as km/h; NaN where none is stated in numbers.

    Examples
    --------
    >>> stated_kmh("50"), round(stated_kmh("30 mph"), 2), stated_kmh("walk")
    (50.0, 48.28, nan)
    """
    if isinstance(value, str):
        match = STATED.fullmatch(value.strip())
        if match is None:
            return np.nan
        return float(match[1]) * (MILE_KM if match[3] else 1.0)
    return float(value) if isinstance(value, (int, float, np.number)) else np.nan


def _speed_faults(edges: gpd.GeoDataFrame) -> list[Finding]:
    """Return what is wrong with the speeds: a speed of zero or less would stop the clock or turn it back."""
    faults = []
    for column in ("speed_kmh", "maxspeed"):
        if column not in edges:
            continue
        values = np.array([stated_kmh(value) for value in edges[column]], dtype=np.float64)
        said = edges[column].notna().to_numpy() & (edges[column].astype(str).str.strip() != "").to_numpy()
        # OpenStreetMap's maxspeed may be a word ("walk", "CN:urban"): then no speed is stated
        text = said & np.isnan(values) & (column == "speed_kmh")
        for code, where, en, zh in (
            ("not_positive", (values <= 0) | np.isinf(values), "must be above zero, km/h", "须大于 0（公里/小时）"),
            ("no_number", text, "is no number of km/h", "不是数字（公里/小时）"),
        ):
            if where.any():
                said_en, said_zh = f"{column} {en}. Correct it, or leave it empty.", f"{column} {zh}，请更正或留空。"
                rows = edges.index[where]
                faults.append(Finding.about(LAYER, code, "error", en=said_en, zh=said_zh, column=column, rows=rows))
    return faults


def _about_roads(report: DataReport) -> DataReport:
    """Return findings as those of the drive network."""
    return DataReport(tuple(replace(finding, layer=LAYER) for finding in report.findings))
