"""Roads and bus lines named in city.toml."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import ReadError
from servicecircle.read import read_city
from tests import oracle

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.city import City

CITY = """\
format = 1
name_zh = "手算市"
crs = "EPSG:4549"

[walk]
file = "layers.gpkg"
layer = "walk"

[population]
file = "layers.gpkg"
layer = "people"

[[facilities]]
file = "layers.gpkg"
layer = "places"
service_column = "service"

[[zones]]
file = "layers.gpkg"
layer = "zones"
"""
DRIVE = '\n[drive]\nfile = "layers.gpkg"\nlayer = "roads"\ncolumns = { speed_kmh = "限速" }\n'
TABLE = '\n[[bus_lines]]\nfile = "lines.csv"\ncolumns = { line_id = "线路" }\n'
FEED = '\n[[bus_lines]]\nfile = "gtfs.zip"\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files of the hand-worked city, roads and lines."""
    path = tmp_path / "layers.gpkg"
    places = oracle.facilities().drop(columns="services")
    roads = oracle.edges().assign(限速=36.0).drop(columns=["u", "v"])
    for name, frame in {
        "walk": oracle.edges(),
        "people": oracle.population(),
        "places": places,
        "zones": oracle.zones(),
        "roads": roads.to_crs("EPSG:4490").drop(columns="length"),
    }.items():
        frame.to_file(path, layer=name)
    (tmp_path / "lines.csv").write_text("线路,stop_id,sequence\n1,S1,1\n1,S2,2\n", encoding="utf-8-sig")
    with zipfile.ZipFile(tmp_path / "gtfs.zip", "w") as feed:
        feed.writestr("routes.txt", "route_id,route_type\nR,3\n")
        feed.writestr("trips.txt", "route_id,trip_id\nR,t\n")
        feed.writestr("stop_times.txt", "trip_id,stop_id,stop_sequence\nt,a,1\nt,b,2\n")
        feed.writestr("stops.txt", "stop_id,stop_lat,stop_lon\na,34.60,119.80\nb,34.61,119.81\n")
    return tmp_path


def read(folder: Path, more: str) -> City:
    (folder / "city.toml").write_text(CITY + more, encoding="utf-8")
    return read_city(folder)


def test_without_them_a_city_has_none(folder: Path) -> None:
    city = read(folder, "")
    assert (city.transport.drive, city.transport.lines) == (None, None)


def test_roads_are_read_with_their_speed_and_brought_into_the_crs(folder: Path) -> None:
    drive = read(folder, DRIVE).transport.drive
    assert drive is not None
    assert drive.stated_m_s.tolist() == pytest.approx([10.0] * 11)
    # drawn lengths: N1 N2 400 m, N2 N3 500, N3 N4 500, N4 N5 400, N5 N6 500, 3 x 600, 2 x 400, 10 m
    assert drive.roads.edge_length_m.sum() == pytest.approx(400 + 500 + 500 + 400 + 500 + 1800 + 800 + 10, abs=0.1)
    assert drive.roads.crs.to_epsg() == 4549


def test_a_table_names_the_stops_that_are_facilities(folder: Path) -> None:
    lines = read(folder, TABLE).transport.lines
    assert lines is not None
    assert lines[["line_id", "stop_id"]].to_numpy().tolist() == [["1", "S1"], ["1", "S2"]]
    assert lines.geometry.tolist() == [oracle.node("N2"), oracle.node("N4")]


def test_a_feed_and_a_table_together(folder: Path) -> None:
    city = read(folder, TABLE + FEED)
    lines = city.transport.lines
    assert lines is not None
    assert sorted(lines["line_id"].unique()) == ["1", "R"]
    assert lines.crs.to_epsg() == 4549
    assert lines.geometry.notna().all()
    assert "gtfs.zip" in {finding.layer for finding in city.report.findings}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('\n[drive]\nfile = "map.osm.pbf"\n', "[drive], file: there is no map.osm.pbf"),
        ('\n[drive]\nfile = "road.gpkg"\n', "[drive], file: there is no road.gpkg"),
        (
            '\n[drive]\nfile = "layers.gpkg"\nlayr = "roads"\n',
            "[drive]: the key 'layr' is unknown. Did you mean 'layer'?",
        ),
        ('\n[[bus_lines]]\nfile = "gtfs.zip"\ncrs = "EPSG:4326"\n', "[[bus_lines]] no. 1: crs: not for GTFS feeds"),
        ('\n[[bus_lines]]\nfle = "lines.csv"\n', "[[bus_lines]] no. 1: the key 'fle' is unknown"),
        ('\n[[bus_lines]]\nfile = "lines.csv"\nx = "lon"\n', "a csv file or workbook needs either x and y, or wkt"),
        ('\n[drive]\nfile = "layers.gpkg"\nlayer = "people"\n', "[drive]: drive network layer"),
        ('\n[[bus_lines]]\nfile = "broken.zip"\n', "[[bus_lines]] no. 1: "),
    ],
)
def test_faults_name_their_place(folder: Path, more: str, said: str) -> None:
    (folder / "broken.zip").write_bytes(b"nothing")
    with pytest.raises(ReadError) as caught:
        read(folder, more)
    assert said in str(caught.value)
