"""The Gauss-Kruger zones of China: which EPSG code numbers that do not fit the declared one belong to.

A zone is 3 or 6 degrees of longitude wide. Its eastings count from 500 km at the central meridian; with a zone prefix
the number of the zone stands before them, in millions of metres (40 422 946 is 422 946 in zone 40).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyproj

if TYPE_CHECKING:
    from collections.abc import Sequence

MILLION = 1_000_000.0
WEST_END, EAST_END = 100_000.0, 900_000.0
"""Between these an easting without its prefix lies (metres); a 6-degree zone reaches 334 km from its meridian."""

SOUTH_END, NORTH_END = 300_000.0, 6_000_000.0
"""Northings in China (metres)."""

MERCATOR = (8_000_000.0, 300_000.0, 15_100_000.0, 7_200_000.0)
"""West, south, east and north of China in the metres of web maps (EPSG:3857)."""

CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north (degrees)."""

ZONES = {3: range(25, 46), 6: range(13, 24)}
FIRST_CODES = {
    ("CGCS2000", 6, True): 4491,
    ("CGCS2000", 6, False): 4502,
    ("CGCS2000", 3, True): 4513,
    ("CGCS2000", 3, False): 4534,
    ("Xian 1980", 6, True): 2327,
    ("Xian 1980", 6, False): 2338,
    ("Xian 1980", 3, True): 2349,
    ("Xian 1980", 3, False): 2370,
    ("Beijing 1954", 6, True): 21413,
    ("Beijing 1954", 6, False): 21453,
    ("Beijing 1954", 3, True): 2401,
    ("Beijing 1954", 3, False): 2422,
}
"""The EPSG code of the first zone of each series: datum, width (degrees), whether eastings have a prefix."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A Gauss-Kruger zone.

    Parameters
    ----------
    datum
        ``"CGCS2000"``, ``"Xian 1980"`` or ``"Beijing 1954"``.
    width
        3 or 6 degrees.
    number
        25 to 45 for 3 degrees, 13 to 23 for 6.
    prefixed
        Whether eastings begin with the number.
    """

    datum: str
    width: int
    number: int
    prefixed: bool

    @property
    def code(self) -> str:
        """Return its EPSG code.

        Examples
        --------
        >>> Zone("CGCS2000", 3, 40, prefixed=True).code, Zone("CGCS2000", 3, 40, prefixed=False).code
        ('EPSG:4528', 'EPSG:4549')
        """
        return f"EPSG:{FIRST_CODES[self.datum, self.width, self.prefixed] + self.number - ZONES[self.width].start}"

    @property
    def meridian(self) -> int:
        """Return its central meridian, degrees east.

        Examples
        --------
        >>> Zone("CGCS2000", 3, 40, prefixed=True).meridian, Zone("Xian 1980", 6, 20, prefixed=True).meridian
        (120, 117)
        """
        return self.number * 3 if self.width == 3 else self.number * 6 - 3  # noqa: PLR2004

    @property
    def says(self) -> str:
        """Return what it is, for messages."""
        return f"{self.code} ({self.datum}, {self.width}-degree zone, CM {self.meridian}E)"


def every_zone(datum: str = "CGCS2000", *, prefixed: bool | None = None) -> list[Zone]:
    """Return the zones of a datum, those of 3 degrees first."""
    return [
        Zone(datum, width, number, prefixed=with_prefix)
        for width, numbers in ZONES.items()
        for with_prefix in (True, False)
        for number in numbers
        if prefixed in {None, with_prefix}
    ]


def zone_of(crs: pyproj.CRS) -> Zone | None:
    """Return the zone that a CRS is, None if it is none of them."""
    code = crs.to_epsg()
    if code is None:
        return None
    for (datum, width, prefixed), first in FIRST_CODES.items():
        if first <= code < first + len(ZONES[width]):
            return Zone(datum, width, ZONES[width].start + code - first, prefixed=prefixed)
    return None


def fitting(x: float, y: float, *, datum: str = "CGCS2000") -> list[tuple[str, str]]:
    """Return what coordinates in China can be: what to declare, and the place they then are at.

    Eastings without a prefix fit every zone: they are one entry, without a code.

    Parameters
    ----------
    x, y
        A place of the layer, x first.
    datum
        The datum of the zones to name.

    Examples
    --------
    >>> fitting(40_422_946, 3_830_000)
    [('EPSG:4528 (CGCS2000, 3-degree zone, CM 120E)', '119.16° E, 34.60° N')]
    >>> fitting(119.16, 34.6)
    [('EPSG:4490 (CGCS2000) or EPSG:4326 (WGS 84), degrees', '119.16° E, 34.60° N')]
    >>> fitting(3, 4e8)
    []
    """
    west, south, east, north = CHINA
    if west <= x <= east and south <= y <= north:
        return [("EPSG:4490 (CGCS2000) or EPSG:4326 (WGS 84), degrees", _at(x, y))]
    found = []
    number, rest = divmod(x, MILLION)
    if SOUTH_END <= y <= NORTH_END and WEST_END <= rest <= EAST_END:
        zones = [zone for zone in every_zone(datum, prefixed=True) if zone.number == number]
        found += [(zone.says, _place(zone.code, x, y)) for zone in zones]
        if number == 0:
            found.append((f"a zone of {datum} without prefix, the one of your city (EPSG:4549 has CM 120E)", ""))
    west, south, east, north = MERCATOR
    if west <= x <= east and south <= y <= north:
        found.append(("EPSG:3857 (web maps), to be reprojected", _place("EPSG:3857", x, y)))
    return found


def swapped(x: float, y: float) -> bool:
    """Return whether numbers make a place in China if x and y are exchanged, and none as they are.

    Examples
    --------
    >>> swapped(3_830_000, 422_946), swapped(3_830_000, 40_422_946), swapped(422_946, 3_830_000)
    (True, True, False)
    """
    return not fitting(x, y) and bool(fitting(y, x))


def rezoned(lon: float, lat: float, bounds: Sequence[float]) -> int | None:
    """Return by how many 3-degree zones a place must move east to lie within bounds, None if no number does it.

    Numbers read in the zone beside their own lie at their own latitude, exactly 3 degrees of longitude away.

    Parameters
    ----------
    lon, lat
        Where the place was taken to be, degrees.
    bounds
        West, south, east, north of where it should be, degrees.

    Examples
    --------
    >>> rezoned(116.2, 34.6, (119.0, 34.4, 119.5, 34.8))
    1
    """
    west, south, east, north = bounds
    steps = round(((west + east) / 2 - lon) / 3)
    fits = steps != 0 and south <= lat <= north and west <= lon + 3 * steps <= east
    return steps if fits else None


def _place(code: str, x: float, y: float) -> str:
    crs = pyproj.CRS(code)
    geodetic = crs.geodetic_crs
    return _at(*pyproj.Transformer.from_crs(crs, geodetic, always_xy=True).transform(x, y)) if geodetic else ""


def _at(lon: float, lat: float) -> str:
    return f"{lon:.2f}° E, {lat:.2f}° N"


def false_easting(crs: pyproj.CRS) -> float | None:
    """Return the easting of the central meridian (metres) of a transverse Mercator map, None for other CRSs."""
    operation = crs.coordinate_operation
    if operation is None or not operation.method_name.startswith("Transverse Mercator"):
        return None
    return next((float(p.value) for p in operation.params if p.name == "False easting"), None)
