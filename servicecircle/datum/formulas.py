"""GCJ-02 and BD-09, the shifted datums of Chinese web maps: formulas, names, and layers brought back to WGS 84.

Both displace a place by a few hundred metres in a way that depends on the place alone. The formulas are not published
by their makers; the transcriptions in use agree with each other to rounding (the tests compare two of them). A place
counts as inside China if its longitude and latitude lie in the rectangle that all of them share, `CHINA`; outside it
nothing is moved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Degrees: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]

CHINA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east and north of the rectangle in which places are displaced (degrees); it holds more than China."""

SEMI_MAJOR_M, SQUARED_ECCENTRICITY = 6378245.0, 0.00669342162296594
"""The ellipsoid of Krasovsky, by which the displacement of GCJ-02 in metres becomes degrees."""

CENTRE_LON, CENTRE_LAT = 105.0, 35.0

EAST_M = (300.0, 1.0, 2.0, 0.1, 0.0, 0.1, 0.1)
NORTH_M = (-100.0, 2.0, 3.0, 0.0, 0.2, 0.1, 0.2)
"""Weights (metres) of 1, x, y, x², y², xy and √|x|, with x and y in degrees from the centre."""

WAVES = ((6.0, 40.0 / 3), (2.0, 40.0 / 3))
EAST_WAVES = ((1.0, 40.0 / 3), (1.0 / 3, 80.0 / 3), (1.0 / 12, 100.0), (1.0 / 30, 200.0))
NORTH_WAVES = ((1.0, 40.0 / 3), (1.0 / 3, 80.0 / 3), (1.0 / 12, 320.0 / 3), (1.0 / 30, 640.0 / 3))
"""Half turns per degree, and amplitude (metres): `WAVES` run along x in both, the others along x and along y."""

BAIDU_WAVE = np.radians(3000.0)
BAIDU_RADIUS, BAIDU_ANGLE = 2e-5, 3e-6
BAIDU_LON, BAIDU_LAT = 0.0065, 0.006

ROUNDS = 10
"""Of the inverses; each leaves at most a fortieth of the fault before, and the first leaves 1.3 km."""


def inside_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Return which places lie in the rectangle `CHINA`; NaN does not."""
    west, south, east, north = CHINA
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return np.asarray((x >= west) & (x <= east) & (y >= south) & (y <= north))


def wgs84_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Degrees:
    """Return the GCJ-02 coordinates (degrees) of places given in WGS 84.

    Parameters
    ----------
    lon, lat
        Degrees, of any shapes that go together.

    Returns
    -------
    tuple of ndarray of float
        Longitude and latitude. Places outside `CHINA` stay as they are.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(119.2216, 34.5967)
    >>> f"{lon:.6f} {lat:.6f}"
    '119.227132 34.595665'
    """
    return _where_inside(lon, lat, _to_gcj)


def gcj02_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Degrees:
    """Return the WGS 84 coordinates (degrees) of places given in GCJ-02: the inverse of `wgs84_to_gcj02`.

    Exact to far less than a millimetre, but for the last kilometre before the edge of `CHINA`, where two places of
    WGS 84 may have the same coordinates in GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, of any shapes that go together.

    Returns
    -------
    tuple of ndarray of float
        Longitude and latitude. Places outside `CHINA` stay as they are.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(119.2216, 34.5967))
    >>> f"{lon:.9f} {lat:.9f}"
    '119.221600000 34.596700000'
    """
    return _where_inside(lon, lat, _inverse_of(_to_gcj))


def gcj02_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Degrees:
    """Return the BD-09 coordinates (degrees) of places given in GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, of any shapes that go together.

    Returns
    -------
    tuple of ndarray of float
        Longitude and latitude. Places outside `CHINA` stay as they are.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(119.227132, 34.595665)
    >>> f"{lon:.6f} {lat:.6f}"
    '119.233747 34.601337'
    """
    return _where_inside(lon, lat, _to_bd)


def bd09_to_gcj02(lon: ArrayLike, lat: ArrayLike) -> Degrees:
    """Return the GCJ-02 coordinates (degrees) of places given in BD-09: the inverse of `gcj02_to_bd09`.

    Parameters
    ----------
    lon, lat
        Degrees, of any shapes that go together.

    Returns
    -------
    tuple of ndarray of float
        Longitude and latitude. Places outside `CHINA` stay as they are.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(119.227132, 34.595665))
    >>> f"{lon:.9f} {lat:.9f}"
    '119.227132000 34.595665000'
    """
    return _where_inside(lon, lat, _inverse_of(_to_bd))


def wgs84_to_bd09(lon: ArrayLike, lat: ArrayLike) -> Degrees:
    """Return the BD-09 coordinates (degrees) of places given in WGS 84, by way of GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, of any shapes that go together.

    Returns
    -------
    tuple of ndarray of float
        Longitude and latitude. Places outside `CHINA` stay as they are.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(119.2216, 34.5967)
    >>> f"{lon:.6f} {lat:.6f}"
    '119.233747 34.601337'
    """
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Degrees:
    """Return the WGS 84 coordinates (degrees) of places given in BD-09: the inverse of `wgs84_to_bd09`.

    Parameters
    ----------
    lon, lat
        Degrees, of any shapes that go together.

    Returns
    -------
    tuple of ndarray of float
        Longitude and latitude. Places outside `CHINA` stay as they are.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84(*wgs84_to_bd09(119.2216, 34.5967))
    >>> f"{lon:.9f} {lat:.9f}"
    '119.221600000 34.596700000'
    """
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))


def _where_inside(lon: ArrayLike, lat: ArrayLike, change: Callable[..., Degrees]) -> Degrees:
    """Return places changed inside China and as they are elsewhere."""
    x, y = (np.array(part, dtype=np.float64) for part in np.broadcast_arrays(lon, lat))
    inside = inside_china(x, y)
    x[inside], y[inside] = change(x[inside], y[inside])
    return x, y


def _inverse_of(change: Callable[..., Degrees]) -> Callable[..., Degrees]:
    """Return the inverse of a change that moves neighbouring places nearly alike."""

    def inverse(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Degrees:
        x, y = lon, lat
        for _ in range(ROUNDS):  # a fixed number, so that a place's result does not depend on the others
            there = change(x, y)
            x, y = x + (lon - there[0]), y + (lat - there[1])
        return x, y

    return inverse


def _to_gcj(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Degrees:
    x, y = lon - CENTRE_LON, lat - CENTRE_LAT
    terms = np.stack([np.ones_like(x), x, y, x * x, y * y, x * y, np.sqrt(np.abs(x))])
    common = _waves(x, WAVES)
    # one product after the other: a matrix product may add in another order when there are more places
    east = sum(weight * term for weight, term in zip(EAST_M, terms, strict=True)) + common + _waves(x, EAST_WAVES)
    north = sum(weight * term for weight, term in zip(NORTH_M, terms, strict=True)) + common + _waves(y, NORTH_WAVES)
    flat = 1.0 - SQUARED_ECCENTRICITY * np.sin(np.radians(lat)) ** 2
    across = SEMI_MAJOR_M / np.sqrt(flat)
    along = SEMI_MAJOR_M * (1.0 - SQUARED_ECCENTRICITY) / flat**1.5
    return lon + np.degrees(east / (across * np.cos(np.radians(lat)))), lat + np.degrees(north / along)


def _waves(at: NDArray[np.float64], waves: tuple[tuple[float, float], ...]) -> NDArray[np.float64]:
    return np.asarray(sum(height * np.sin(np.pi * turns * at) for turns, height in waves))


def _to_bd(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Degrees:
    radius = np.hypot(lon, lat) + BAIDU_RADIUS * np.sin(BAIDU_WAVE * lat)
    angle = np.arctan2(lat, lon) + BAIDU_ANGLE * np.cos(BAIDU_WAVE * lon)
    return radius * np.cos(angle) + BAIDU_LON, radius * np.sin(angle) + BAIDU_LAT
