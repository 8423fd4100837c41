"""city.toml: everything wrong with it is said at once, each with its place, its key and a hint."""

from __future__ import annotations

import textwrap
import tomllib
from typing import TYPE_CHECKING

import pytest

from servicecircle.errors import ReadError
from servicecircle.read import read_city
from servicecircle.read.city_file import CityFile, read_city_file
from servicecircle.read.city_file.layers import Facilities, Within
from servicecircle.read.city_file.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable
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
        (('y = "lat"\n', ""), "a csv file needs either x and y, or wkt"),
        (('crs = "EPSG:4326"\n', ""), "a csv file needs crs"),
        (('file = "zones.gpkg"', 'file = "zones.gpkg"\nx = "lon"'), "[[zones]] no. 1: x are for csv files only"),
        (('file = "zones.gpkg"', 'file = ""'), "at least 1 character; '' was given"),
        (('file = "zones.gpkg"', 'file = "zone.gpkg"'), "there is no zone.gpkg. Did you mean 'zones.gpkg'"),
        (('file = "zones.gpkg"', 'file = "gis/zones.gpkg"'), "there is no gis/zones.gpkg"),
    ],
)
def test_a_fault_names_its_place_and_what_to_do(
    faults: Callable[..., list[str]], change: tuple[str, str], said: str
) -> None:
    assert any(said in fault for fault in faults(change)), faults(change)


def test_the_documentation_shows_every_key_and_is_right(tmp_path: Path) -> None:
    """The example in the documentation is read as it stands, and leaves no key out."""
    example = textwrap.dedent(str(read_city.__doc__).split("are needed::\n")[1])
    file = CityFile.model_validate(tomllib.loads(example))
    unshown = {
        f"{type(table).__name__}.{key}"
        for table in (file, file.walk, *(file.walk.left_out or []), file.population)
        for key in set(type(table).model_fields) - table.model_fields_set
    }
    # of a layer's keys those that the facilities show are not repeated
    assert unshown <= {f"{table}.{key}" for table in ("Walk", "Population") for key in Source.model_fields}
    shown = set().union(*(table.model_fields_set for table in file.facilities))
    assert shown | {"all_rows"} == set(Facilities.model_fields)
    assert {"level"} <= file.zones[0].model_fields_set
    assert {"kind"} <= file.areas[0].model_fields_set
    assert isinstance(file.population.within, Within)
    assert file.population.within.model_fields_set == set(Within.model_fields)
    for _, source in file.sources:
        (tmp_path / source.file).touch()
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
