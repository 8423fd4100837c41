"""Digests: short fingerprints of layers, so that a figure can be traced to the data it was made from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from servicecircle.city import City

SHOWN = 16
"""Characters of a SHA-256 that are shown: enough that two layers never share them by chance."""


def layer_digest(frame: gpd.GeoDataFrame, key: str) -> str:
    """Return the fingerprint of a layer: the same for the same rows, in whatever order and with whatever index.

    Parameters
    ----------
    frame
        The layer.
    key
        The column that orders its rows, each value once.

    Examples
    --------
    >>> import servicecircle as sc
    >>> zones = sc.sample_city().zones
    >>> layer_digest(zones, "zone_id") == layer_digest(zones.iloc[::-1], "zone_id")
    True
    """
    ordered = frame.sort_values(key, kind="stable").reset_index(drop=True)
    columns = sorted(name for name in ordered.columns if name != "geometry")
    found = hashlib.sha256("\n".join(columns).encode())
    for name in columns:
        found.update("\x1f".join(_texts(ordered[name])).encode("utf-8", "replace"))
    for part in shapely.to_wkb(shapely.normalize(ordered.geometry.to_numpy())):
        found.update(part or b"-")
    return found.hexdigest()[:SHOWN]


def network_digest(city: City) -> str:
    """Return the fingerprint of a city's walk network: its edges, their lengths and where they lie."""
    found = hashlib.sha256(np.ascontiguousarray(city.walk.edge_length_m).tobytes())
    found.update(np.ascontiguousarray(city.walk.edge_nodes).tobytes())
    found.update(np.ascontiguousarray(city.walk.node_xy).tobytes())
    return found.hexdigest()[:SHOWN]


def data_digests(city: City) -> dict[str, str]:
    """Return the fingerprint of each layer of a city."""
    digests = {
        "walk network": network_digest(city),
        "population": layer_digest(city.population, "cell_id"),
        "facilities": layer_digest(city.facilities, "id"),
        "zones": layer_digest(city.zones, "zone_id"),
    }
    if city.areas is not None:
        areas = city.areas.assign(order=shapely.to_wkt(city.areas.geometry.to_numpy()) + city.areas["kind"])
        digests["areas"] = layer_digest(areas, "order")
    if city.entrances is not None:
        places = city.entrances.assign(order=city.entrances["of"] + shapely.to_wkt(city.entrances.geometry.to_numpy()))
        digests["entrances"] = layer_digest(places, "order")
    drive, lines = city.transport.drive, city.transport.lines
    if drive is not None:
        roads = drive.roads.edges
        digests["drive network"] = layer_digest(roads.assign(order=np.arange(len(roads))), "order")
    if isinstance(lines, gpd.GeoDataFrame):
        digests["bus lines"] = layer_digest(lines.assign(order=np.arange(len(lines))), "order")
    return digests


def table_digest(frame: pd.DataFrame) -> str:
    """Return the fingerprint of a table of results: the same for the same rows in whatever order.

    Numbers count with twelve significant digits, so that another processor's last digit is no other result.

    Parameters
    ----------
    frame
        The table.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"zone_id": ["A", "B"], "value": [0.1 + 0.2, None]})
    >>> table_digest(table) == table_digest(table.iloc[::-1].assign(value=[None, 0.3]))
    True
    """
    columns = sorted(map(str, frame.columns))
    rows = zip(*(_texts(frame[name]) for name in columns), strict=True)
    lines = sorted("\x1f".join(row) for row in rows)
    return hashlib.sha256("\n".join(["\x1f".join(columns), *lines]).encode("utf-8", "replace")).hexdigest()[:SHOWN]


def text_digest(text: str) -> str:
    """Return the fingerprint of a text."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:SHOWN]


def file_digest(path: Path) -> str:
    """Return the fingerprint of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:SHOWN]


def _texts(values: pd.Series[Any]) -> list[str]:
    """Return the values of a column as the texts that count; what is missing is always the same."""
    lost = values.isna().to_numpy()
    return [
        "" if gone else f"{value:.12g}" if isinstance(value, float | np.floating) else str(value)
        for value, gone in zip(values.tolist(), lost, strict=True)
    ]
