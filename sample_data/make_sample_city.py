"""Write the sample city: an invented city with streets, residents, zones and facilities, for learning and testing.

    python sample_data/make_sample_city.py             writes into this folder
    python sample_data/make_sample_city.py --to FOLDER

In its folder `raw_folder` it puts the same county as a planning bureau would have it.

Every run draws the same city: the random numbers are seeded, and each part of the city has its own.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from making import (
    bureau,
    bureau_files,
    buses,
    checking,
    civic,
    country,
    edges,
    education,
    elderly,
    estates,
    greenery,
    health,
    leisure,
    lines,
    projects,
    residents,
    roads,
    streets,
    writing,
    zones,
)
from making.placing import Town

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

HERE = Path(__file__).resolve().parent


def make() -> tuple[dict[str, gpd.GeoDataFrame], dict[str, gpd.GeoDataFrame], pd.DataFrame]:
    """Return the layers of the GeoPackage, the tables of facilities, and the bus lines."""
    villages = country.villages()
    ways, walls = streets.drawn_city()
    walk = edges.walk_edges([*ways, *country.drawn_country(villages)])
    every = zones.units(villages)
    areas = zones.unit_areas(every, villages)
    cells = residents.cells(walk, every, areas)
    people = _residents_of_units(cells, areas)

    def town(part: str) -> Town:
        return Town(walk, every, people, part)

    learning = education.education(town("education"))
    tables = {
        "education": learning,
        "elderly_care": elderly.elderly_care(town("elderly")),
        "health": health.health(town("health")),
        "leisure": leisure.leisure(town("leisure"), education.school_grounds(learning)),
        "civic": civic.civic(town("civic")),
        "estates": estates.estates(town("estates")),
        "projects": projects.projects(town("projects")),
        "parent_schools": education.parent_schools(town("parents")),
    }
    stops = buses.bus_stops(town("buses"))
    layers = {
        "walk_edges": walk.drop(columns="place"),
        "drive_edges": roads.drive_edges(walk),
        "population": cells,
        "zones": zones.zones(every, areas),
        "areas": greenery.with_greenery(zones.map_areas(walls), villages),
        "bus_stops": stops.drop(columns=["service", "unit"]),
        "entrances": zones.entrances(walls),
    }
    return layers, tables, lines.bus_lines(stops, every, tables["civic"])


def _residents_of_units(cells: gpd.GeoDataFrame, areas: gpd.GeoSeries) -> dict[str, int]:
    """Return the residents of each community and village that has any, by zone_id."""
    cell, zone = areas.sindex.query(cells.geometry.centroid, predicate="within")
    of = areas.index.to_numpy()[zone]
    residents: dict[str, int] = cells["pop_total"].iloc[cell].groupby(of).sum().to_dict()
    return residents


def main() -> None:
    """Write the sample city and say what it holds."""
    parser = argparse.ArgumentParser(description="Write the invented sample city.")
    parser.add_argument("--to", type=Path, default=HERE, help="folder to write into (this one)")
    folder = parser.parse_args().to
    folder.mkdir(parents=True, exist_ok=True)
    layers, tables, bus_lines = make()
    writing.write_geopackage(folder, layers)
    writing.write_tables(folder, tables)
    writing.write_bus_lines(folder, bus_lines)
    bureau_files.write_bureau(folder / "raw_folder", bureau.bureau(layers, tables, bus_lines))
    for line in [*checking.figures(layers, tables, folder), *checking.transport(layers, bus_lines)]:
        print(line)
    checking.check(layers, tables, folder)
    checking.check_lines(layers["bus_stops"], bus_lines)


if __name__ == "__main__":
    main()
