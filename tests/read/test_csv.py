"""csv files: encodings, coordinates, values, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from servicecircle.errors import CRSError, InputError, LayerError, ReadError
from servicecircle.read import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servicecircle.findings import DataReport

HOMES = "名称,lon,lat,床位\n福利院,119.2,34.6,80\n敬老院,119.25,34.5,40\n"
DEGREES = "EPSG:4326"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a csv file with a Chinese name in a folder with a Chinese name."""
    folder = tmp_path / "数据 一"
    folder.mkdir()

    def _write(text: str, encoding: str = "utf-8") -> Path:
        path = folder / "养老机构.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return _write


def codes(report: DataReport) -> list[str]:
    return [finding.code for finding in report.findings]


@pytest.mark.parametrize(("encoding", "found"), [("utf-8", []), ("utf-8-sig", []), ("gbk", ["encoding"])])
def test_the_same_rows_in_any_encoding(write: Callable[..., Path], encoding: str, found: list[str]) -> None:
    read = read_layer(write(HOMES, encoding), x="lon", y="lat", crs=DEGREES)
    assert list(read.frame["名称"]) == ["福利院", "敬老院"]
    assert list(read.frame["床位"]) == [80, 40]
    assert list(read.frame.geometry.x) == [119.2, 119.25]
    assert list(read.frame.geometry.y) == [34.6, 34.5]
    assert read.frame.crs == DEGREES
    assert codes(read.report) == found


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_any_usual_separator(write: Callable[..., Path], separator: str) -> None:
    frame = read_layer(write(HOMES.replace(",", separator)), x="lon", y="lat", crs=DEGREES).frame
    assert list(frame["床位"]) == [80, 40]


def test_line_ends_blank_lines_and_spaces_do_not_matter(write: Callable[..., Path]) -> None:
    text = "\r\n 名称 , lon ,lat,床位\r\n福利院 ,119.2, 34.6,80\r\n,,,\r\n敬老院,119.25,34.5,40"
    frame = read_layer(write(text), x="lon", y="lat", crs=DEGREES).frame
    assert list(frame["名称"]) == ["福利院", "敬老院"]
    assert list(frame.index) == [0, 1]


def test_separators_at_the_end_of_every_line_make_no_column(write: Callable[..., Path]) -> None:
    frame = read_layer(write("a,b,,\n1,2,,\n3,,,\n")).frame
    assert list(frame.columns) == ["a", "b", "geometry"]
    assert frame["b"].isna().tolist() == [False, True]


def test_projected_coordinates(write: Callable[..., Path]) -> None:
    frame = read_layer(write("x,y\n426214.5,3830000\n"), x="x", y="y", crs="EPSG:4549").frame
    assert (frame.geometry.x[0], frame.geometry.y[0]) == (426214.5, 3830000.0)
    assert list(frame.columns) == ["geometry"]


def test_wkt_of_any_kind_without_heights(write: Callable[..., Path]) -> None:
    text = 'shape,n\n"POINT Z (8.7 49.4 100)",a\n"POLYGON ((8 49, 9 49, 9 50, 8 49))",b\n,c\n'
    read = read_layer(write(text), wkt="shape", crs=DEGREES)
    assert list(read.frame.geometry.to_wkt())[:2] == ["POINT (8.7 49.4)", "POLYGON ((8 49, 9 49, 9 50, 8 49))"]
    assert read.frame.geometry[2] is None
    assert codes(read.report) == ["no_coordinates"]
    assert read.report.findings[0].rows == ("2",)


def test_rows_without_coordinates_stay_and_are_reported(write: Callable[..., Path]) -> None:
    read = read_layer(write("id,lon,lat\na,119,34\nb,,\n"), x="lon", y="lat", crs=DEGREES)
    assert list(read.frame["id"]) == ["a", "b"]
    assert list(read.frame.geometry.isna()) == [False, True]
    assert [(f.code, f.count, f.rows) for f in read.report.findings] == [("no_coordinates", 1, ("1",))]


def test_a_list_without_coordinate_columns_has_no_places(write: Callable[..., Path]) -> None:
    read = read_layer(write("zone_id,service\nZ1,parent_school\n"))
    assert list(read.frame["zone_id"]) == ["Z1"]
    assert read.frame.geometry.isna().all()
    assert codes(read.report) == ["no_places"]


@pytest.mark.parametrize("bad", ["119°72'", "119.5°12'", "abc", "NaN", "inf", "1,200", "", "11_9", "约119"])
def test_a_coordinate_that_is_no_number_names_its_rows(write: Callable[..., Path], bad: str) -> None:
    path = write(f'id,lon,lat\na,119,34\nb,"{bad}",34\n')
    with pytest.raises(LayerError, match="1 rows") as caught:
        read_layer(path, x="lon", y="lat", crs=DEGREES)
    (fault,) = caught.value.report.errors
    assert (fault.code, fault.rows) == ("bad_coordinates", ("1",))


def test_wkt_that_is_none_names_its_rows(write: Callable[..., Path]) -> None:
    with pytest.raises(LayerError, match="not a WKT geometry"):
        read_layer(write("g\nPOINT (1 2)\nPOINT (1\n"), wkt="g", crs=DEGREES)


@pytest.mark.parametrize(
    ("texts", "kind", "values"),
    [
        (["1", "2"], "int64", [1, 2]),
        (["1", "-2.50", "1e3"], "float64", [1.0, -2.5, 1000.0]),
        (["007", "008"], "str", ["007", "008"]),
        (["320706001", "3.0"], "float64", [320706001.0, 3.0]),
        (["true", "FALSE"], "bool", [True, False]),
        (["true", ""], "str", ["true", None]),
        (["1,200", "3"], "str", ["1,200", "3"]),
        (["9" * 30, "1"], "float64", [1e30, 1.0]),
    ],
)
def test_values_keep_their_kind(write: Callable[..., Path], texts: list[str], kind: str, values: list[Any]) -> None:
    text = "id,v\n" + "".join(f'{i},"{value}"\n' for i, value in enumerate(texts))
    column = read_layer(write(text)).frame["v"]
    found = "str" if str(column.dtype) in {"object", "str"} else str(column.dtype)
    assert found == kind
    assert [None if value is None else value for value in column.astype(object).where(column.notna(), None)] == values


def test_whole_numbers_with_a_gap_stay_whole(write: Callable[..., Path]) -> None:
    column = read_layer(write("id,v\na,1\nb,\n")).frame["v"]
    assert column[0] == 1
    assert column.isna().tolist() == [False, True]
    assert str(column.dtype) == "Int64"


def test_only_a_header_is_an_empty_layer(write: Callable[..., Path]) -> None:
    frame = read_layer(write("id,lon,lat\n"), x="lon", y="lat", crs=DEGREES).frame
    assert len(frame) == 0
    assert list(frame.columns) == ["id", "geometry"]


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("\n\n", "no header line"),
        ("a,a,lon,lat\n1,2,3,4\n", "the same name"),
        ("a,,lon,lat\n1,2,3,4\n", "no name"),
        ("a,lon,lat\n1,2,3,4\n5,6\n", "2 rows do not have 3 values"),
        ('a,lon,lat\n"1,2,3\n', "not a csv file"),
        ("a,long,lat\n1,2,3\n", "there is no column 'lon'. Did you mean 'long'"),
    ],
)
def test_a_misshapen_file_is_refused(write: Callable[..., Path], text: str, match: str) -> None:
    with pytest.raises(ReadError, match=match):
        read_layer(write(text), x="lon", y="lat", crs=DEGREES)


def test_bytes_in_no_known_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name\n\xff\xff\xff\n")
    with pytest.raises(ReadError, match="UTF-8 or GB18030"):
        read_layer(path)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"x": "lon"}, InputError, "x and y, or wkt"),
        ({"x": "lon", "y": "lat", "wkt": "g"}, InputError, "x and y, or wkt"),
        ({"x": "lon", "y": "lat"}, CRSError, "which CRS"),
        ({"x": "lon", "y": "lat", "crs": "EPSG:99999"}, CRSError, "EPSG:99999"),
        ({"x": "lat", "y": "lon", "crs": DEGREES}, CRSError, "swapped"),
        ({"x": "lon", "y": "lat", "crs": "EPSG:4549"}, CRSError, "is in metres"),
        ({"layer": "homes"}, InputError, "no layers"),
    ],
)
def test_options_that_do_not_fit(
    write: Callable[..., Path], options: dict[str, Any], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        read_layer(write(HOMES), **options)


def test_columns_are_renamed_and_near_misses_named(write: Callable[..., Path]) -> None:
    path = write(HOMES)
    frame = read_layer(path, columns={"name": "名称", "beds": "床位"}, x="lon", y="lat", crs=DEGREES).frame
    assert set(frame.columns) == {"name", "beds", "geometry"}
    with pytest.raises(ReadError, match=r"(?s)no column '名字'.*no column '床位数'. Did you mean '床位'"):
        read_layer(path, columns={"name": "名字", "beds": "床位数"}, x="lon", y="lat", crs=DEGREES)


def test_a_renamed_column_wins_over_one_of_that_name_and_says_so(write: Callable[..., Path]) -> None:
    read = read_layer(write("name,名称\nold,new\n"), columns={"name": "名称"})
    assert list(read.frame["name"]) == ["new"]
    assert "column_replaced" in codes(read.report)


def test_two_columns_can_change_names(write: Callable[..., Path]) -> None:
    frame = read_layer(write("a,b\n1,2\n"), columns={"a": "b", "b": "a"}).frame
    assert (frame["a"][0], frame["b"][0]) == (2, 1)
