"""What is said about the sample city when it is made: its figures, and whether they are sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd

LARGEST_BYTES = 8_000_000
NEAR_STREET_M = 500.0
NEAR_STREET_SHARE = 0.97
UNPLACED = ("parent_schools", "projects")


class UnsoundCityError(ValueError):
    """The city made is not as it is meant to be."""


def figures(layers: dict[str, gpd.GeoDataFrame], tables: dict[str, gpd.GeoDataFrame], folder: Path) -> Iterator[str]:
    """Yield the city's figures, one line each."""
    cells, edges, zones = layers["population"], layers["walk_edges"], layers["zones"]
    residents = cells["pop_total"].sum()
    yield f"residents {residents:,} in {len(cells):,} cells; near a street {near_street(cells, edges):.2%}"
    yield "groups " + ", ".join(
        f"{name} {cells[name].sum() / residents:.2%}" for name in cells if name.startswith("pop_")
    )
    yield "setting " + ", ".join(
        f"{name} {count:,}" for name, count in cells.groupby("setting")["pop_total"].sum().items()
    )
    yield (
        "network "
        + ", ".join(f"{metres / 1000:,.1f} km" for metres in component_lengths(edges))
        + f" in {len(edges):,} edges"
    )
    yield "zones " + ", ".join(f"{level} {count}" for level, count in zones.groupby("level", sort=False).size().items())
    yield from _zone_lines(zones, cells, tables)
    yield f"bus stops within 500 m of {bus_share(layers):.2%} of the built-up area"
    for service, count in (
        pd.concat([table["service"] for table in tables.values()]).value_counts().sort_index().items()
    ):
        yield f"{service} {count}"
    yield f"files {sum(size(folder).values()):,} bytes: " + ", ".join(
        f"{name} {count:,}" for name, count in size(folder).items()
    )


def check(layers: dict[str, gpd.GeoDataFrame], tables: dict[str, gpd.GeoDataFrame], folder: Path) -> None:
    """Raise `UnsoundCityError` with every fault of the city."""
    cells = layers["population"]
    ids = pd.concat([table["id"] for table in [*tables.values(), layers["bus_stops"]]])
    faults = {
        "two facilities share an id": not ids.is_unique,
        "two zones share an id": not layers["zones"]["zone_id"].is_unique,
        "two cells share an id": not cells["cell_id"].is_unique,
        "a zone or area is not valid": not all(layers[name].is_valid.all() for name in ("zones", "areas")),
        "ages exceed the residents": (
            cells[["pop_0_2", "pop_3_5", "pop_6_14", "pop_60p"]].sum(axis=1) > cells["pop_total"]
        ).any(),
        "65+ exceed 60+": (cells["pop_65p"] > cells["pop_60p"]).any(),
        "too many residents far from a street": near_street(cells, layers["walk_edges"]) < NEAR_STREET_SHARE,
        "the network falls into other than three parts": len(component_lengths(layers["walk_edges"])) != 3,
        "the files are too large": sum(size(folder).values()) > LARGEST_BYTES,
    }
    found = [fault for fault, present in faults.items() if present]
    if found:
        raise UnsoundCityError("; ".join(found))


def transport(layers: dict[str, gpd.GeoDataFrame], lines: pd.DataFrame) -> Iterator[str]:
    """Yield the figures of roads and bus lines."""
    roads = layers["drive_edges"]
    length = roads.length.groupby(roads["road_class"].fillna("none")).sum() / 1000
    yield "roads " + ", ".join(f"{name} {km:,.0f} km" for name, km in length.items())
    yield f"bus lines {lines['line_id'].nunique()}, {len(lines):,} stops of lines"


def check_lines(stops: gpd.GeoDataFrame, lines: pd.DataFrame) -> None:
    """Raise `UnsoundCityError` if a line stops where no stop is, or twice at the same place of its order."""
    unknown = set(lines["stop_id"]) - set(stops["id"])
    if unknown or lines.duplicated(["line_id", "sequence"]).any():
        raise UnsoundCityError(f"bus lines: unknown stops {sorted(unknown)}, or an order twice")


def near_street(cells: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> float:
    """Return the share of residents whose cell centre lies within 500 m of an edge."""
    near, _ = edges.sindex.query(cells.geometry.centroid, predicate="dwithin", distance=NEAR_STREET_M)
    return float(cells["pop_total"].iloc[np.unique(near)].sum() / cells["pop_total"].sum())


def component_lengths(edges: gpd.GeoDataFrame) -> list[float]:
    """Return the total length of each part of the network that hangs together, longest first (metres)."""
    ends = shapely.get_coordinates(
        [[shapely.get_point(line, 0), shapely.get_point(line, -1)] for line in edges.geometry]
    )
    _, node = np.unique(ends, axis=0, return_inverse=True)
    start, end = node.reshape(-1, 2).T
    _, part = connected_components(
        coo_matrix((np.ones(len(start)), (start, end)), shape=(node.max() + 1,) * 2), directed=False
    )
    lengths = np.bincount(part[start], weights=edges.length)
    return sorted(lengths.tolist(), reverse=True)


def bus_share(layers: dict[str, gpd.GeoDataFrame]) -> float:
    """Return the share of the built-up area within 500 m of a bus stop, as the crow flies."""
    areas = layers["areas"]
    built = areas.geometry[areas["kind"] == "built_up"].union_all()
    near = shapely.union_all(shapely.buffer(layers["bus_stops"].geometry.array, 500, quad_segs=64))
    return float(near.intersection(built).area / built.area)


def size(folder: Path) -> dict[str, int]:
    """Return the bytes of each file of the sample city."""
    return {
        path.name: path.stat().st_size for path in sorted(folder.iterdir()) if path.suffix in {".gpkg", ".csv", ".toml"}
    }


def _zone_lines(zones: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, tables: dict[str, gpd.GeoDataFrame]) -> Iterator[str]:
    """Yield residents and a few ratios of each district, street and township."""
    centres = cells.geometry.centroid
    every = pd.concat([table for name, table in tables.items() if name not in UNPLACED])
    for zone in zones[zones["level"].isin(["县区", "功能区", "街道", "乡镇"])].itertuples():
        people = cells["pop_total"][centres.within(zone.geometry)].sum()
        inside = every[every.within(zone.geometry)]
        line = f"{zone.level} {zone.name} {people:,}: "
        count = inside["service"].value_counts()
        line += ", ".join(
            f"{name} {count.get(name, 0)}" for name in ("kindergarten", "elderly_station", "elderly_center", "culture")
        )
        sums = inside.groupby("service")[["places", "gps", "physicians", "area_m2"]].sum()
        for service, column, per in (
            ("childcare", "places", 1000),
            ("primary_care", "gps", 10_000),
            ("health_facility", "physicians", 1000),
            ("fitness", "area_m2", 1),
        ):
            line += f", {column} {sums[column].get(service, 0) * per / max(people, 1):.2f} per {per:,}"
        yield line
