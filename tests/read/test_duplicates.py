"""What stands there twice is merged by the stated rule, reported, and the same whatever the order of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.errors import CRSError, InputError
from servicecircle.read import merge_duplicates

if TYPE_CHECKING:
    from servicecircle.read import Read

EAST, NORTH = 500_000.0, 3_830_000.0


def at(east: float, north: float = 0.0) -> shapely.Point:
    return shapely.Point(EAST + east, NORTH + north)


def square(east: float, side: float) -> shapely.Polygon:
    return shapely.box(EAST + east, NORTH, EAST + east + side, NORTH + side)


def places(*rows: dict[str, Any], service: str = "kindergarten") -> gpd.GeoDataFrame:
    frame = pd.DataFrame([{"service": service, **row} for row in rows])
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4549")


def ids(read: Read) -> list[str]:
    return sorted(read.frame["id"])


def codes(read: Read) -> dict[str, tuple[str, ...]]:
    return {finding.code: finding.rows for finding in read.report.findings}


@pytest.mark.parametrize(("metres", "left"), [(0, 1), (50, 1), (50.01, 2)])
def test_one_name_up_to_50_metres_apart(metres: float, left: int) -> None:
    frame = places({"id": "a", "name": "实验幼儿园", "geometry": at(0)},
                   {"id": "b", "name": "海州区实验幼稚园", "geometry": at(metres)})  # fmt: skip
    assert len(merge_duplicates(frame).frame) == left


@pytest.mark.parametrize(
    "other",
    [
        {"name": "第二幼儿园"},
        {"name": None},
        {"service": "childcare"},
        {"status": "closed"},
        {"legal_id": "2"},
    ],
)
def test_what_keeps_neighbours_apart(other: dict[str, Any]) -> None:
    one = {"name": "实验幼儿园", "service": "kindergarten", "status": "open", "legal_id": "1"}
    frame = places({"id": "a", **one, "geometry": at(0)}, {"id": "b", **one, **other, "geometry": at(5)})
    assert ids(merge_duplicates(frame)) == ["a", "b"]


def test_a_point_without_a_name_in_an_area_is_that_area() -> None:
    frame = places({"id": "a", "name": "实验幼儿园", "geometry": square(0, 80)}, {"id": "b", "geometry": at(40, 40)})
    read = merge_duplicates(frame)
    assert read.frame[["id", "merged_from"]].to_numpy().tolist() == [["a", "b (0 m)"]]


def test_an_area_without_a_name_takes_that_of_its_point() -> None:
    frame = places({"id": "a", "geometry": square(0, 80)}, {"id": "b", "name": "实验幼儿园", "geometry": at(40, 40)})
    row = merge_duplicates(frame).frame.iloc[0]
    assert (row["id"], row["name"], row.geometry.geom_type) == ("a", "实验幼儿园", "Polygon")


def test_a_pitch_in_a_sports_centre_stays() -> None:
    centre = {"id": "a", "name": "体育中心", "category": "leisure=sports_centre", "geometry": square(0, 80)}
    pitch = {"id": "b", "category": "leisure=pitch", "geometry": at(40, 40)}
    assert ids(merge_duplicates(places(centre, pitch, service="fitness"))) == ["a", "b"]


def test_a_chain_of_one_name_is_one() -> None:
    frame = places(*({"id": name, "name": "实验幼儿园", "geometry": at(40 * step)} for step, name in enumerate("abc")))
    assert len(merge_duplicates(frame).frame) == 1


def test_attributes_are_put_together_and_contradictions_told() -> None:
    frame = places(
        {"id": "a", "name": "实验幼儿园", "places": 360.0, "stars": None, "quality": "优质", "geometry": at(0)},
        {"id": "b", "name": "实验幼儿园", "places": 270.0, "stars": 4.0, "quality": None, "geometry": at(9)},
        {"id": "c", "name": "实验幼儿园", "places": None, "stars": 4.0, "quality": None, "geometry": at(5)},
    )
    read = merge_duplicates(frame)
    row = read.frame.iloc[0]
    assert (row["id"], row["places"], row["stars"], row["quality"]) == ("a", 360.0, 4.0, "优质")
    assert row["merged_from"] == "b 实验幼儿园 (9 m); c 实验幼儿园 (5 m)"
    assert codes(read)["conflict"] == ("a 360.0 / b 270.0",)
    assert "3 rows were merged into 1" in read.report.findings[0].en


def test_two_legal_entities_joined_by_a_third_row_are_left_and_told() -> None:
    legal = {"a": "1", "b": None, "c": "2"}
    frame = places(
        *({"id": key, "name": "实验幼儿园", "legal_id": legal[key], "geometry": at(5)} for key in legal),
    )
    read = merge_duplicates(frame)
    assert ids(read) == ["a", "b", "c"]
    assert codes(read)["not_merged"] == ("a / b / c",)


STOP = {"name": "市政府", "mode": "bus"}


def stops(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    return places(*({**STOP, **row} for row in rows), service="bus_stop")


@pytest.mark.parametrize(("metres", "left"), [(8, 1), (8.01, 2), (25, 2)])
def test_the_sides_of_a_street_are_two_stops(metres: float, left: int) -> None:
    frame = stops({"id": "a", "geometry": at(0)}, {"id": "b", "geometry": at(metres)})
    assert len(merge_duplicates(frame).frame) == left


def test_stops_of_two_directions_are_two_however_near() -> None:
    frame = stops({"id": "a", "direction": "上行", "geometry": at(0)},
                  {"id": "b", "direction": "下行", "geometry": at(3)})  # fmt: skip
    assert ids(merge_duplicates(frame)) == ["a", "b"]


def test_a_stop_position_belongs_to_the_nearest_platform() -> None:
    """A street from west to east, a platform on each side, a place to stop before each: two stops are left."""
    frame = stops(
        {"id": "north", "stop_role": "platform", "geometry": at(0, 9)},
        {"id": "south", "stop_role": "platform", "geometry": at(10, -9)},
        {"id": "west-bound", "stop_role": "position", "geometry": at(0, 2)},
        {"id": "east-bound", "stop_role": "position", "geometry": at(10, -2)},
    )
    read = merge_duplicates(frame)
    told = dict(read.frame[["id", "merged_from"]].to_numpy().tolist())
    assert told == {"north": "west-bound 市政府 (7 m)", "south": "east-bound 市政府 (7 m)"}


def test_one_stop_position_never_joins_the_two_sides() -> None:
    frame = stops(
        {"id": "north", "stop_role": "platform", "geometry": at(0, 9)},
        {"id": "south", "stop_role": "platform", "geometry": at(0, -9)},
        {"id": "middle", "stop_role": "position", "geometry": at(0, 0)},
    )
    assert ids(merge_duplicates(frame)) == ["north", "south"]


@pytest.mark.parametrize(
    "other", [{"name": "市法院"}, {"geometry": at(0, 41)}, {"mode": "tram"}, {"stop_role": "platform"}]
)
def test_stop_positions_that_stay(other: dict[str, Any]) -> None:
    frame = stops({"id": "a", "stop_role": "platform", "geometry": at(0)},
                  {"id": "b", "stop_role": "position", "geometry": at(0, 20), **other})  # fmt: skip
    assert ids(merge_duplicates(frame)) == ["a", "b"]


def test_rows_without_a_place_are_never_merged() -> None:
    nan = float("nan")
    frame = places(
        *({"id": key, "name": "实验幼儿园", "geometry": shape} for key, shape in
          {"a": None, "b": None, "c": shapely.Point(), "d": shapely.Point(nan, nan)}.items()),
    )  # fmt: skip
    assert ids(merge_duplicates(frame)) == ["a", "b", "c", "d"]


def test_nothing_merged_is_told() -> None:
    assert "merged" in codes(merge_duplicates(places({"id": "a", "geometry": at(0)})))


def test_no_rows() -> None:
    assert len(merge_duplicates(places({"id": "a", "geometry": at(0)}).iloc[:0]).frame) == 0


def test_the_frame_of_the_caller_stays_as_it_is() -> None:
    frame = places(
        {"id": "a", "name": "园", "geometry": at(0)}, {"id": "b", "name": "园", "stars": 1, "geometry": at(0)}
    )
    copy = frame.copy()
    merge_duplicates(frame)
    assert_geodataframe_equal(frame, copy)


def test_metres_are_needed() -> None:
    with pytest.raises(CRSError, match="does not measure in metres"):
        merge_duplicates(places({"id": "a", "geometry": at(0)}).to_crs(4326))


@pytest.mark.parametrize("metres", [-1.0, float("nan"), float("inf")])
def test_distances_that_are_none(metres: float) -> None:
    with pytest.raises(InputError, match="within_m"):
        merge_duplicates(places({"id": "a", "geometry": at(0)}), within_m=metres)


def test_no_service() -> None:
    with pytest.raises(InputError, match="service"):
        merge_duplicates(places({"id": "a", "geometry": at(0)}).drop(columns="service"))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["甲园", "乙园", None]),
            "service": st.sampled_from(["kindergarten", "bus_stop"]),
            "stop_role": st.sampled_from(["platform", "position", None]),
            "places": st.sampled_from([None, 90.0, 180.0]),
            "geometry": st.builds(at, st.integers(0, 120), st.integers(0, 20)),
        }
    ),
    min_size=1,
    max_size=12,
)


@given(rows=ROWS, data=st.data())
def test_the_order_of_rows_has_no_say(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    frame = places(*({"id": f"p{number:02d}", **row} for number, row in enumerate(rows)))
    order = data.draw(st.permutations(range(len(frame))))
    one = merge_duplicates(frame).frame.sort_values("id").reset_index(drop=True)
    other = merge_duplicates(frame.iloc[order].reset_index(drop=True)).frame.sort_values("id").reset_index(drop=True)
    assert_geodataframe_equal(one, other)


@given(rows=ROWS)
def test_every_row_is_left_or_named(rows: list[dict[str, Any]]) -> None:
    frame = places(*({"id": f"p{number:02d}", **row} for number, row in enumerate(rows)))
    left = merge_duplicates(frame).frame
    named = " ".join(left["merged_from"].dropna())
    assert all((key in set(left["id"])) != (key in named) for key in frame["id"])
