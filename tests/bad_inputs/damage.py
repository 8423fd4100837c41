"""A copy of the town, and ways to damage it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from tests.bad_inputs import town

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from servicecircle import City
    from servicecircle.findings import DataReport


@dataclass(frozen=True, slots=True)
class Town:
    """A folder with the town in it."""

    folder: Path

    def edit(self, old: str, new: str, *, file: str = "city.toml") -> None:
        """Replace a text that stands exactly once in city.toml, or in another file."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8-sig")
        if text.count(old) != 1:
            raise RuntimeError(f"{old!r} stands {text.count(old)} times in {file}")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def table(self, head: str, text: str) -> None:
        """Put another table in place of one of city.toml."""
        path = self.folder / "city.toml"
        parts = path.read_text(encoding="utf-8").split("\n\n")
        (place,) = (i for i, part in enumerate(parts) if part.startswith(head))
        parts[place] = f"{head}\n{text.strip()}\n"
        path.write_text("\n\n".join(parts), encoding="utf-8")

    def people(self, frame: pd.DataFrame, **options: Any) -> None:
        """Write other cells."""
        frame.to_csv(self.folder / "people.csv", index=False, **{"encoding": "utf-8-sig", **options})

    def places(self, frame: pd.DataFrame, **options: Any) -> None:
        """Write other facilities."""
        flat = frame.drop(columns=["x", "y"], errors="ignore")
        flat.to_csv(self.folder / "places.csv", index=False, **{"encoding": "utf-8-sig", **options})

    def streets(self, frame: gpd.GeoDataFrame) -> None:
        """Write other streets."""
        (self.folder / "streets.gpkg").unlink()
        frame.to_file(self.folder / "streets.gpkg", layer="streets")

    def layer_of_people(self, frame: gpd.GeoDataFrame, name: str = "people.gpkg", **options: Any) -> None:
        """Write the cells as a geodata file, and name it in city.toml."""
        frame.to_file(self.folder / name, **options)
        self.table("[population]", f'file = "{name}"\ncolumns = {{ cell_id = "格网", pop_total = "人口" }}')

    def layer_of_places(self, frame: gpd.GeoDataFrame, name: str = "places.gpkg", **options: Any) -> None:
        """Write the facilities as a geodata file, and name it in city.toml."""
        frame.to_file(self.folder / name, **options)
        self.edit('file = "places.csv"', f'file = "{name}"')
        self.edit('x = "经度"\ny = "纬度"\ncrs = "EPSG:4490"\n', "")

    def city(self, *, report: DataReport | None = None, **layers: Any) -> City:
        """Return the city made in Python, with some layers given as frames: edges, population, facilities, zones."""
        import servicecircle as sc

        walk = layers.get("walk")
        made = sc.City(
            sc.WalkNetwork.from_edges(layers.get("edges", town.edges())) if walk is None else walk,
            layers.get("population", cells()),
            layers.get("facilities", doors()),
            layers.get("zones", town.zones().assign(level="街道")),
            areas=layers.get("areas", town.built_up().assign(kind="built_up")),
            services=list(town.SERVICES.values()),
            access=sc.AccessRule(islands=2000.0),
        )
        return made if report is None else replace(made, about=replace(made.about, report=report))


def points(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return rows with x and y as a layer of points, under the names of the office."""
    flat = frame.drop(columns=[name for name in ("x", "y", "经度", "纬度") if name in frame])
    return gpd.GeoDataFrame(flat, geometry=gpd.points_from_xy(frame["x"], frame["y"]), crs=town.METRIC)


def squares() -> gpd.GeoDataFrame:
    """Return the cells as squares, under the names of the office."""
    frame = points(town.people())
    return frame.set_geometry(frame.geometry.buffer(town.CELL_M / 2, cap_style="square"))


def cells() -> gpd.GeoDataFrame:
    """Return the cells under the names of the library."""
    return points(town.people()).rename(columns={"格网": "cell_id", "人口": "pop_total"})


def doors() -> gpd.GeoDataFrame:
    """Return the facilities under the names of the library."""
    frame = points(town.places()).rename(columns={"编号": "id", "名称": "name", "学位": "places", "类别": "service"})
    return frame.assign(service=frame["service"].map(town.SERVICES), places=frame["places"].astype("float64"))


def raster(folder: Path, name: str = "people.tif", **profile: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Write the residents as a raster of 10 m squares with the cells' centres in the middle of theirs; return it."""
    import rasterio
    from affine import Affine

    people = town.people()
    west, north = town.EAST - 205.0, town.NORTH + 4405.0
    values = np.zeros((461, 545), dtype="float32")
    column = ((people["x"] - west) // 10).astype(int)
    row = ((north - people["y"]) // 10).astype(int)
    values[row, column] = people["人口"].to_numpy(dtype="float32")
    made = {"driver": "GTiff", "count": 1, "height": 461, "width": 545, "dtype": "float32", "crs": town.METRIC}
    grid = Affine(10.0, 0.0, west, 0.0, -10.0, north)
    with rasterio.open(folder / name, "w", **{**made, "transform": grid, "compress": "deflate", **profile}) as file:
        file.write(values.astype(profile.get("dtype", "float32")), 1)
    return values


def copy(source: Path, target: Path) -> Town:
    """Return a copy of the town in another folder."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    return Town(target)


def middle_of_streets() -> shapely.Point:
    """Return a place on a street in the middle of the town."""
    return shapely.Point(town.EAST + 2520.0, town.NORTH + 2100.0)
