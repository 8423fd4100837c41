"""Bus tables of an office: lines, places of stops, headways. Expected values are read off the tables by eye."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.errors import CRSError, InputError, LayerError
from servicecircle.read import bus_lines, stops_of
from tests import naive

CRS = "EPSG:4549"
HEADS = ["线路", "方向", "站序", "站名", "首末班", "发车间隔"]
ROWS: list[list[Any]] = [
    ["1路", "上行", 1, "北门", "6:00-21:30", "10-15分钟"],
    [None, None, 2, "市场（公交站）", None, None],
    [None, None, 3, "南门站", None, None],
    ["1路", "下行", 1, "南门", "06：10—21：00", 12],
    [None, None, 2, "市场", None, None],
    [None, None, 3, "北门", None, None],
]


def table(rows: list[list[Any]] | None = None) -> pd.DataFrame:
    return pd.DataFrame(ROWS if rows is None else rows, columns=HEADS, dtype=object)


def stops(**places: tuple[str, float, float]) -> gpd.GeoDataFrame:
    """Return stops: id = (name, x, y)."""
    points = [shapely.Point(x, y) for _, x, y in places.values()]
    columns = {"id": list(places), "name": [name for name, *_ in places.values()]}
    return gpd.GeoDataFrame(columns, geometry=points, crs=CRS)


STOPS = stops(
    n=("北门站", 0, 0), m1=("市场", 500, 5), m2=("市场", 500, 4000), s=("南门公交站", 1000, 0), x=("别处", 9, 9)
)


def test_lines_with_their_directions_stops_hours_and_headways() -> None:
    frame = bus_lines(table(), STOPS).frame
    assert frame[["line_id", "stop_id", "sequence"]].to_numpy().tolist() == [
        ["1路/上行", "n", 1], ["1路/上行", "m1", 2], ["1路/上行", "s", 3],
        ["1路/下行", "s", 1], ["1路/下行", "m1", 2], ["1路/下行", "n", 3],
    ]  # fmt: skip
    assert frame["headway_minutes"].tolist() == [15.0] * 3 + [12.0] * 3
    assert frame[["first", "last"]].iloc[[0, 5]].to_numpy().tolist() == [["06:00", "21:30"], ["06:10", "21:00"]]
    assert frame.crs == CRS


def test_what_was_filled_in_is_reported() -> None:
    told = {one.code: one.count for one in bus_lines(table(), STOPS).report.findings}
    assert told == {"lines": 0, "filled_down": 4, "headway_range": 3}


def test_places_of_the_table_itself_go_first() -> None:
    points = [shapely.Point(i, 0) for i in range(6)]
    frame = bus_lines(gpd.GeoDataFrame(table(), geometry=points, crs=CRS)).frame
    assert frame.geometry.x.tolist() == [0, 1, 2, 3, 4, 5]


POINTS = st.tuples(st.integers(0, 9), st.integers(0, 9))


@given(st.lists(st.lists(POINTS, min_size=1, max_size=3), min_size=1, max_size=5))
def test_of_stops_of_one_name_the_shortest_way_is_taken(choices: list[list[tuple[int, int]]]) -> None:
    """Against every combination of stops."""
    places = {f"{i}-{j}": (f"站{i}", x, y) for i, options in enumerate(choices) for j, (x, y) in enumerate(options)}
    rows = [["1路", None, i + 1, f"站{i}", None, None] for i in range(len(choices))]
    frame = bus_lines(table(rows), stops(**places)).frame
    length = sum(a.distance(b) for a, b in zip(frame.geometry, frame.geometry[1:], strict=False))
    assert length == pytest.approx(naive.shortest_choice(choices))


def test_stops_without_a_place_are_all_named_with_what_they_resemble() -> None:
    rows = [*ROWS, ["2路", None, 1, "市场路", None, None], ["2路", None, 2, "火星", None, None]]
    with pytest.raises(LayerError, match=r"市场路 \(Did you mean '市场'\?\), 火星.*2 rows \(6, 7\)"):
        bus_lines(table(rows), STOPS)


def test_stops_without_a_place_may_be_left_out_with_a_warning() -> None:
    rows = [*ROWS, ["2路", None, 1, "北门", None, None], ["2路", None, 2, "火星", None, None]]
    read = bus_lines(table(rows), STOPS, unplaced="leave_out")
    assert read.frame.loc[read.frame["line_id"] == "2路", "stop_id"].tolist() == ["n"]
    assert ("no_place", "warning") in [(one.code, one.severity) for one in read.report.findings]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (["1路", "上行", 3, "北门", None, None], "bad_sequence"),
        (["3路", None, "首站", "北门", None, None], "bad_sequence"),
        (["3路", None, 1, None, None, None], "bad_stop_name"),
        (["3路", None, 1, "北门", "全天", None], "bad_hours"),
        (["3路", None, 1, "北门", None, "不定"], "bad_headway"),
    ],
)
def test_values_that_cannot_be_read_are_named(row: list[Any], code: str) -> None:
    with pytest.raises(LayerError) as caught:
        bus_lines(table([*ROWS, row]), STOPS)
    assert [one.code for one in caught.value.report.errors] == [code]


def test_columns_that_are_missing_are_named() -> None:
    with pytest.raises(LayerError, match=r"stop_name \(站名"):
        bus_lines(table().drop(columns="站名"), STOPS)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((table(), None), InputError),
        ((table(), STOPS.drop(columns="name")), InputError),
        ((gpd.GeoDataFrame(table(), geometry=[shapely.Point(0, 0)] * 6), None), CRSError),
    ],
)
def test_places_that_are_missing_are_asked_for(arguments: tuple[Any, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        bus_lines(*arguments)


def test_stops_become_facilities() -> None:
    found = stops_of(bus_lines(table(), STOPS).frame)
    assert found[["id", "service", "mode", "lines"]].to_numpy().tolist() == [
        ["m1", "bus_stop", "bus", 2], ["n", "bus_stop", "bus", 2], ["s", "bus_stop", "bus", 2],
    ]  # fmt: skip


@pytest.mark.parametrize("head", ["minutes", "用时", "累计用时", "累计用时(分钟)", "用时（分钟）"])
@pytest.mark.parametrize("given", [[0, 4, 9.5], ["0", "4分钟", "9.5 分"], [0, "4min", 9.5]])
def test_minutes_of_riding_are_kept(head: str, given: list[Any]) -> None:
    frame = bus_lines(table(ROWS[:3]).assign(**{head: given}), STOPS).frame
    assert frame["minutes"].tolist() == [0.0, 4.0, 9.5]


def test_without_minutes_none_are_known() -> None:
    assert bus_lines(table(), STOPS).frame["minutes"].isna().all()


def test_minutes_may_be_missing_at_some_stops_and_are_not_filled_down() -> None:
    frame = bus_lines(table(ROWS[:3]).assign(用时=["0", "", "1小时5分钟"]), STOPS).frame
    assert frame["minutes"].isna().tolist() == [False, True, False]
    assert frame["minutes"].iloc[2] == 65.0


@pytest.mark.parametrize("bad", ["约十分钟", "1:05", "-3", "5-8"])
def test_minutes_that_are_no_number_are_named(bad: str) -> None:
    with pytest.raises(LayerError, match="has minutes that are no number"):
        bus_lines(table(ROWS[:3]).assign(用时=[0, bad, 9]), STOPS)


@pytest.mark.parametrize(("text", "minutes"), [("1小时", 60.0), ("1-2小时", 120.0), ("30分钟-1小时", 60.0)])
def test_headways_in_hours_are_minutes(text: str, minutes: float) -> None:
    rows = [[*ROWS[0][:5], text], *ROWS[1:3]]
    assert bus_lines(table(rows), STOPS).frame["headway_minutes"].tolist() == [minutes] * 3
