"""city.toml: everything wrong with it is said at once, each with its place, its key and a hint."""

from __future__ import annotations

import re
import textwrap
import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from servicecircle.errors import ReadError
from servicecircle.read import read_city
from servicecircle.read.city_file import CityFile, read_city_file
from servicecircle.read.city_file.faults import INNER
from servicecircle.read.city_file.file import TABLES
from servicecircle.read.city_file.layers import Facilities, Population
from servicecircle.read.city_file.networks import LiveWalk, WalkRules
from servicecircle.read.city_file.source import Source, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GOOD = """\
format = 1
name_zh = "测试市"
crs = "EPSG:4549"

[walk]
file = "map.osm.pbf"

[population]
file = "people.tif"

[[facilities]]
file = "homes.csv"
service = "elderly_station"
x = "lon"
y = "lat"
crs = "EPSG:4326"

[[zones]]
file = "zones.gpkg"
level = "街道"
"""
FILES = ("map.osm.pbf", "people.tif", "homes.csv", "zones.gpkg")


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., list[str]]:
    """Return a function that changes the good file, reads it, and returns the faults that are named."""
    for name in FILES:
        (tmp_path / name).touch()

    def _faults(*changes: tuple[str, str], text: str = GOOD, encoding: str = "utf-8") -> list[str]:
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (tmp_path / "city.toml").write_bytes(text.encode(encoding))
        with pytest.raises(ReadError) as caught:
            read_city(tmp_path)
        first, *rest = str(caught.value).splitlines()
        assert str(tmp_path / "city.toml") in first
        assert all(line.startswith("- ") for line in rest)
        assert not rest or f"{len(rest)} fault(s)" in first
        return [line.removeprefix("- ") for line in rest] or [first]

    return _faults


def test_three_typos_are_three_faults(faults: Callable[..., list[str]]) -> None:
    found = faults(
        ('name_zh = "测试市"', 'nmae_zh = "测试市"'),
        ('service = "elderly_station"', 'servcie = "elderly_station"'),
        ('level = "街道"', 'leval = "街道"'),
    )
    assert [fault.partition(" | ")[0] for fault in sorted(found)] == [
        "[[facilities]] no. 1: the key 'servcie' is unknown. Did you mean 'service' or 'services'?",
        "[[zones]] no. 1: the key 'leval' is unknown. Did you mean 'level'?",
        "top of the file: the key 'nmae_zh' is unknown. Did you mean 'name_zh' or 'notice_zh'?",
    ]
    assert all("未知的键" in fault for fault in found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("format = 1\n", ""), "top of the file: the key 'format' is missing"),
        (("format = 1", "format = 2"), "format: it should be 1; 2 was given"),
        (('crs = "EPSG:4549"', "crs = 4549"), "crs: it should be a valid string; 4549 was given"),
        (('crs = "EPSG:4549"', 'crs = "EPSG:4490"'), "does not measure in metres"),
        (('crs = "EPSG:4549"', 'crs = "EPSG:3857"'), "Mercator"),
        (('crs = "EPSG:4326"', 'crs = "WGS"'), "[[facilities]] no. 1: crs 'WGS' is not a coordinate reference system"),
        (('file = "map.osm.pbf"', ""), "[walk]: the key 'file' is missing"),
        (('file = "map.osm.pbf"', 'file = "map.osm.pbf"\nislands = "some"'), "'keep' or 'main'; 'some' was given"),
        (('file = "map.osm.pbf"', 'file = "map.osm.pbf"\nislands = -1'), "greater than or equal to 0; -1 was given"),
        (('file = "map.osm.pbf"', 'file = "map.osm.pbf"\nmax_access_m = 0'), "greater than 0; 0 was given"),
        (('file = "map.osm.pbf"', 'file = "map.osm.pbf"\nlayer = "a"'), "layer: not for OpenStreetMap files"),
        (('level = "街道"', "all_rows = { since = 2025-01-01 }"), "all_rows holds texts, numbers, true or false"),
        (('file = "map.osm.pbf"', 'file = "zones.gpkg"\nleft_out = []'), "left_out: only for OpenStreetMap files"),
        (
            ('file = "map.osm.pbf"', 'file = "map.osm.pbf"\nleft_out = [{ key = "foot", value = ["no"] }]'),
            "[walk], left_out: the key 'value' is unknown. Did you mean 'values'",
        ),
        (('file = "people.tif"', 'file = "people.tif"\ncrs = "EPSG:4549"'), "[population]: crs: not for rasters"),
        (('file = "people.tif"', 'file = "zones.gpkg"\nband = 2'), "band: not for this kind of file"),
        (('file = "people.tif"', 'file = "people.tif"\nwithin = "zone"'), "it should be 'zones'; 'zone' was given"),
        (
            ('file = "people.tif"', 'file = "people.tif"\nwithin = { fil = "zones.gpkg" }'),
            "[population], within: the key 'fil' is unknown. Did you mean 'file'",
        ),
        (('service = "elderly_station"', ""), "give either service"),
        (('service = "elderly_station"', 'service = "a"\nservice_column = "b"'), "give either service"),
        (('service = "elderly_station"', 'service = "a"\nservices = { b = "c" }'), "services needs service_column"),
        (('y = "lat"\n', ""), "a csv file or workbook needs either x and y, or wkt"),
        (('crs = "EPSG:4326"\n', ""), "with coordinates needs crs"),
        (
            ('file = "zones.gpkg"', 'file = "zones.gpkg"\nx = "lon"'),
            "[[zones]] no. 1: x are for csv files and workbooks only",
        ),
        (('file = "map.osm.pbf"', 'file = "map.osm.pbf"\ncut_at_crossings = true'), "cut_at_crossings: not for Open"),
        (('file = "map.osm.pbf"', 'file = "zones.gpkg"\nclose_gaps_m = -1'), "equal to 0; -1 was given"),
        (('file = "map.osm.pbf"', 'file = "a.graphml"\nlayer = "a"'), "[walk]: layer: not for GraphML files"),
        (
            ('file = "map.osm.pbf"', 'file = "map.osm.pbf"\nbarriers = "no"'),
            "'given', 'block' or 'count'; 'no' was given",
        ),
        (('file = "map.osm.pbf"', "overpass = { margin = 1 }"), "[walk], overpass: the key 'margin' is unknown"),
        (
            ('file = "map.osm.pbf"', "overpass = { area = [1, 2] }"),
            "[walk], overpass, area: List should have at least 4 items",
        ),
        (('file = "map.osm.pbf"', 'overpass = {}\nfile = "zones.gpkg"'), "[walk]: the key 'file' is unknown"),
        (('file = "people.tif"', 'file = "zones.gpkg"\nvalues = "per_km2"'), "[population]: values: not for this kind"),
        (
            ('file = "people.tif"', 'file = "people.tif"\nzone = { column = "a" }'),
            "[population]: zone: not for rasters",
        ),
        (('file = "people.tif"', 'file = "zones.gpkg"\nzone = { column = "a" }'), "workbook without coordinates"),
        (
            ('file = "people.tif"', 'file = "zones.gpkg"\nspread_over = { fil = "b" }'),
            "[population], spread_over: the key",
        ),
        (
            ('file = "people.tif"', 'file = "zones.gpkg"\nspread_over = { file = "homes.csv" }'),
            "[population], spread_over: a csv file or workbook needs either",
        ),
        (('service = "elderly_station"', 'service = "a"\nservices = ["a"]'), "services as a list is for OpenStreetMap"),
        (('service = "elderly_station"', 'service = "a"\nservices = "amap"'), "services needs service_column"),
        (('service = "elderly_station"', 'service_column = "a"\nservices = "google"'), "'baidu'; 'google' was given"),
        (('service = "elderly_station"', 'service = "a"\nservices = "osm"'), "leave service and service_column out"),
        (('service = "elderly_station"', 'service = "a"\nrules = "b.toml"'), "rules is for OpenStreetMap files, or"),
        (
            ('service = "elderly_station"', 'service = "a"\nmatch = { file = "b.csv" }'),
            "[[facilities]] no. 1, match: a",
        ),
        (
            ('service = "elderly_station"', 'service = "a"\nmatch = { file = "b.shp" }'),
            "match is for a csv file or work",
        ),
        (
            ('service = "elderly_station"', 'service = "a"\nmatch = { file = "b.shp", review = "c.csv" }'),
            "ends in .xlsx",
        ),
        (('service = "elderly_station"', 'service = "a"\nzone = { colum = "b" }'), "zone: the key 'colum' is unknown"),
        (
            ('service = "elderly_station"', 'service = "a"\nmerge_duplicates = { within = 1 }'),
            "merge_duplicates: the key 'within' is unknown. Did you mean 'within_m'",
        ),
        (('service = "elderly_station"', 'service = "a"\nmerge_duplicates = 1'), "merge_duplicates: it should be"),
        (("homes.csv", 'a.osm"\nservice = "b"\n[[facilities]]\nfile = "homes.csv'), "whose tags say the service"),
        (('level = "街道"', 'settings = { "111" = "town" }'), "'urban' or 'rural'; 'town' was given"),
        (
            ('level = "街道"', 'level = "街道"\n[drive]\nfile = "zones.gpkg"\nspeeds_kmh = { a = 1 }'),
            "only for OpenStr",
        ),
        (
            ('level = "街道"', 'level = "街道"\n[drive]\nfile = "a.osm"\nspeeds_kmh = { a = 0 }'),
            "greater than 0; 0 was",
        ),
        (('level = "街道"', 'level = "街道"\n[[areas]]\nfile = "a.osm"\nkind = "water"'), "whose tags say the kind"),
        (
            ('level = "街道"', 'level = "街道"\n[[bus_lines]]\nfile = "a.csv"\nstops = true'),
            "stops = true needs places",
        ),
        (('level = "街道"', 'level = "街道"\n[[bus_lines]]\nfile = "gtfs"\nlayer = "a"'), "layer: not for GTFS feeds"),
        (('crs = "EPSG:4326"', 'crs = "bd09mc"'), "Baidu's coordinates in metres are not read"),
        (('file = "zones.gpkg"', 'file = ""'), "at least 1 character; '' was given"),
        (('file = "zones.gpkg"', 'file = "zone.gpkg"'), "there is no zone.gpkg. Did you mean 'zones.gpkg'"),
        (('file = "zones.gpkg"', 'file = "gis/zones.gpkg"'), "there is no gis/zones.gpkg"),
    ],
)
def test_a_fault_names_its_place_and_what_to_do(
    faults: Callable[..., list[str]], change: tuple[str, str], said: str
) -> None:
    assert any(said in fault for fault in faults(change)), faults(change)


def documented() -> tuple[str, list[str]]:
    """Return the example of the documentation, and the tables that may stand there instead of some of it."""
    _, example, others = str(read_city.__doc__).split("::\n")
    example = textwrap.dedent(example.rpartition("\n    Instead of")[0])
    return example, re.split(r"\n\n(?=\[\w+\])", textwrap.dedent(others).strip())


def examples() -> list[CityFile]:
    """Return the example of the documentation as it stands, and with each of the other tables in its place."""
    example, others = documented()
    whole = tomllib.loads(example)
    return [CityFile.model_validate(whole | tomllib.loads(other)) for other in ("", *others)]


def inner_tables(table: Table) -> Iterator[Table]:
    """Return a table and all tables in it."""
    yield table
    for key in type(table).model_fields:
        value: Any = getattr(table, key)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Table):
                yield from inner_tables(one)


def test_the_documentation_shows_every_key() -> None:
    shown: dict[type[Table], set[str]] = {}
    for file in examples():
        for table in inner_tables(file):
            shown.setdefault(type(table), set()).update(table.model_fields_set)
    shared = set(Source.model_fields)
    assert shared == shared & (shown[Facilities] | shown[Population])
    unshown = {
        f"{kind.__name__}.{key}"
        for kind, keys in shown.items()
        for key in set(kind.model_fields) - keys - (shared if issubclass(kind, Source) else set())
    }
    # which rules of [walk] a server's has too is said once
    assert unshown <= {f"LiveWalk.{key}" for key in WalkRules.model_fields}
    assert set(shown) == {CityFile, *TABLES.values(), *INNER.values(), LiveWalk}


def test_the_example_in_the_documentation_is_read_as_it_stands(tmp_path: Path) -> None:
    example, _ = documented()
    file = examples()[0]
    for _, table in file.tables:
        for _, name in table.files:
            (tmp_path / name).touch()
    (tmp_path / "city.toml").write_text(example, encoding="utf-8")
    assert read_city_file(tmp_path) == file


def test_all_missing_files_at_once(faults: Callable[..., list[str]], tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).unlink()
    assert len(faults()) == len(FILES)


@pytest.mark.parametrize("table", ["[walk]", "[population]", "[[facilities]]", "[[zones]]"])
def test_each_table_is_needed(faults: Callable[..., list[str]], table: str) -> None:
    start = GOOD.index(table)
    end = GOOD.find("\n\n", start)
    text = GOOD[:start] + (GOOD[end:] if end > 0 else "")
    (fault,) = faults(text=text)
    assert f"the key {table.strip('[]')!r} is missing" in fault


def test_a_table_once_instead_of_many(faults: Callable[..., list[str]]) -> None:
    (fault,) = faults(("[[zones]]", "[zones]"))
    assert "[zones]" in fault
    assert "list" in fault


def test_a_file_that_is_no_toml_says_where(faults: Callable[..., list[str]]) -> None:
    (fault,) = faults(('level = "街道"', "level = 街道"))
    assert "not TOML" in fault
    assert "line 20" in fault


def test_a_file_in_gbk_says_how_to_save_it(faults: Callable[..., list[str]]) -> None:
    (fault,) = faults(encoding="gbk")
    assert "Save it again as UTF-8" in fault


def test_a_mark_at_the_start_does_not_matter(faults: Callable[..., list[str]]) -> None:
    (fault,) = faults(("format = 1", "format = 3"), encoding="utf-8-sig")
    assert "3 was given" in fault


def test_a_folder_without_a_city(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"A city is a folder with a city\.toml"):
        read_city(tmp_path)
    with pytest.raises(ReadError, match=r"A city is a folder with a city\.toml"):
        read_city(tmp_path / "nowhere")
