"""An office's table finds its points by code, then by name within the zone; the rest is for people to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pandas.testing import assert_frame_equal

from servicecircle.errors import InputError, ReadError
from servicecircle.read import FacilityMatch, match_facilities, read_review, write_review
from tests import oracle

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EAST, NORTH = 500_000.0, 3_830_000.0


def zones() -> gpd.GeoDataFrame:
    """Return two squares of 1 km beside each other: A in the west, B in the east."""
    boxes = [shapely.box(EAST + 1000 * i, NORTH, EAST + 1000 * (i + 1), NORTH + 1000) for i in range(2)]
    data = {"zone_id": ["A", "B"], "level": "街道", "name": ["甲街道", "乙街道"]}
    return gpd.GeoDataFrame(data, geometry=boxes, crs="EPSG:4549")


def points(*rows: dict[str, Any]) -> gpd.GeoDataFrame:
    frame = pd.DataFrame([{"id": f"p{number}", "east": 100.0, **row} for number, row in enumerate(rows, start=1)])
    places = gpd.points_from_xy(EAST + frame["east"], [NORTH + 500] * len(frame))
    return gpd.GeoDataFrame(frame.drop(columns="east"), geometry=places, crs="EPSG:4549")


def match(table: Sequence[dict[str, Any]], places: gpd.GeoDataFrame, **options: Any) -> FacilityMatch:
    return match_facilities(pd.DataFrame(list(table)), places, **{"zones": zones(), **options})


def pairs(found: FacilityMatch) -> dict[Any, tuple[str, str]]:
    return {
        row: (point, rule)
        for row, point, rule in zip(
            found.matched.index, found.matched["point_id"], found.matched["match_rule"], strict=True
        )
    }


def codes(found: FacilityMatch) -> dict[str, tuple[str, ...]]:
    return {finding.code: finding.rows for finding in found.report.findings}


def test_a_code_goes_before_the_name() -> None:
    places = points({"name": "实验幼儿园", "legal_id": "2"}, {"name": "实验幼儿园分园", "legal_id": "1"})
    found = match([{"name": "实验幼儿园", "legal_id": "1", "zone_id": "A"}], places)
    assert pairs(found) == {0: ("p2", "code")}


def test_running_numbers_are_no_codes() -> None:
    """Both sides count 1, 2: their ids agree by chance, their names say otherwise."""
    places = points({"name": "向阳小学", "id": "1"}, {"name": "实验幼儿园", "id": "2"})
    found = match(
        [{"id": 1, "name": "实验幼儿园", "zone_id": "A"}, {"id": 2, "name": "向阳小学", "zone_id": "A"}], places
    )
    assert pairs(found) == {0: ("2", "name_in_zone"), 1: ("1", "name_in_zone")}
    assert codes(found)["code_disbelieved"] == ("0: id 1", "1: id 2")


def test_a_name_within_its_zone() -> None:
    places = points({"name": "海州区实验幼稚园"}, {"name": "实验幼儿园", "east": 1100.0})
    found = match([{"name": "实验幼儿园", "zone_id": "A"}, {"name": "实验幼儿园", "zone_id": "B"}], places)
    assert pairs(found) == {0: ("p1", "name_in_zone"), 1: ("p2", "name_in_zone")}


def test_a_name_in_another_zone_is_doubtful_with_its_distance() -> None:
    found = match([{"name": "实验幼儿园", "zone_id": "A"}], points({"name": "实验幼儿园", "east": 1250.0}))
    (line,) = found.doubtful.to_dict("records")
    assert (line["candidate"], line["candidate_zone"], line["similarity"]) == ("p1", "乙街道", 1.0)
    assert (line["same_zone"], line["zone_distance_m"]) == (False, 250.0)


def test_two_points_of_one_name_in_the_zone_are_doubtful() -> None:
    places = points({"name": "实验幼儿园"}, {"name": "实验幼儿园", "east": 700.0})
    found = match([{"name": "实验幼儿园", "zone_id": "A"}], places)
    assert found.doubtful["candidate"].tolist() == ["p1", "p2"]


def test_two_rows_of_one_name_are_doubtful() -> None:
    found = match([{"name": "实验幼儿园", "zone_id": "A"}] * 2, points({"name": "实验幼儿园"}))
    assert pairs(found) == {}
    assert found.doubtful["row"].tolist() == ["0", "1"]


def test_a_name_alone_where_no_zone_is_known_is_told() -> None:
    found = match([{"name": "实验幼儿园"}], points({"name": "实验幼儿园"}), zones=None)
    assert pairs(found) == {0: ("p1", "name")}
    assert codes(found)["name_only"] == ("0",)


def test_another_service_is_another_place() -> None:
    places = points({"name": "实验学校", "service": "school"})
    found = match([{"name": "实验学校", "service": "kindergarten", "zone_id": "A"}], places)
    assert len(found.unmatched) == 1


def test_a_code_that_lies_in_another_zone_is_told() -> None:
    places = points({"name": "实验幼儿园", "legal_id": "1", "east": 1500.0})
    found = match([{"name": "实验幼儿园", "legal_id": "1", "zone_id": "A"}], places)
    assert codes(found)["other_zone"] == ("0",)


def test_a_code_of_several_points_is_doubtful() -> None:
    places = points({"name": "实验幼儿园东区", "legal_id": "1"}, {"name": "实验幼儿园西区", "legal_id": "1"})
    found = match([{"name": "实验幼儿园", "legal_id": "1", "zone_id": "A"}], places)
    assert found.doubtful["candidate"].tolist() == ["p1", "p2"]


def test_alike_names_are_candidates_those_of_the_zone_first() -> None:
    places = points(
        {"name": "机关第三幼儿园", "east": 1500.0},
        {"name": "机关幼儿园"},
        {"name": "机关第二幼儿园"},
        {"name": "向阳小学"},
    )
    found = match([{"name": "机关第三幼儿园分园", "zone_id": "A"}], places)
    # 2 M / T by hand: 7 of 9 letters 14/16, 6 of 9 letters 12/16, 5 of 9 letters 10/14
    assert found.doubtful[["candidate", "similarity"]].to_numpy().tolist() == [
        ["p3", 0.75],
        ["p2", 0.714],
        ["p1", 0.875],
    ]


def test_what_is_like_nothing_is_unmatched_and_told() -> None:
    found = match([{"name": "实验幼儿园", "zone_id": "A"}], points({"name": "向阳小学"}))
    assert found.unmatched.index.tolist() == [0]
    assert codes(found)["unmatched"] == ("0",)


def test_every_row_ends_in_one_place_and_is_counted() -> None:
    places = points({"name": "甲园"}, {"name": "机关第二幼儿园"})
    found = match(
        [{"name": "甲园", "zone_id": "A"}, {"name": "机关幼儿园", "zone_id": "A"}, {"name": "丙", "zone_id": "A"}],
        places,
    )
    assert repr(found) == "<FacilityMatch: 1 matched, 1 doubtful, 1 unmatched>"
    counted = next(f.en for f in found.report.findings if f.code == "matched")
    assert counted == "1 of 3 rows were matched with a point: 1 by name within their zone. 1 points are no row's."


def test_points_without_a_place_are_left_out_and_told() -> None:
    places = points({"name": "甲园"}, {"name": "乙园"})
    places.loc[1, "geometry"] = shapely.Point(float("nan"), 0)
    found = match([{"name": "乙园", "zone_id": "A"}], places)
    assert codes(found)["point_without_place"] == ("1",)
    assert len(found.matched) == 0


def test_rows_with_neither_place_nor_zone_are_told() -> None:
    assert codes(match([{"name": "丙园"}], points({"name": "甲园"})))["nowhere"] == ("0",)


@pytest.mark.parametrize(
    ("table", "places", "message"),
    [
        (pd.DataFrame({"名称": ["a"]}), points({"name": "a"}), "table has no column 'name'"),
        (pd.DataFrame({"name": ["a"]}), points({"name": "a"}).rename(columns={"name": "n"}), "points has no column"),
        (pd.DataFrame({"name": ["a", "b"]}, index=[0, 0]), points({"name": "a"}), "reset_index"),
        (pd.DataFrame({"name": ["a"]}), points({"name": "a", "id": "1"}, {"name": "b", "id": "1"}), "more than once"),
        (points({"name": "a"}), points({"name": "a"}), "places of their own"),
        (pd.DataFrame({"name": ["a"], "zone_id": ["Q"]}), points({"name": "a"}), "0: Q"),
        ([1], points({"name": "a"}), "must be a DataFrame"),
        (pd.DataFrame({"name": ["a"]}), pd.DataFrame({"name": ["a"]}), "GeoDataFrame with a CRS"),
    ],
)
def test_what_cannot_be_matched(table: Any, places: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        match_facilities(table, places, zones=zones())


def test_matched_rows_are_walked_to_and_the_others_count_in_their_zone() -> None:
    """Two kindergartens of a table in the oracle city: one finds a point, the other has its zone only."""
    node = oracle.facilities().set_index("id").geometry["K1"]
    zone = oracle.zones()["zone_id"].iloc[0]
    places = gpd.GeoDataFrame({"name": ["甲园"]}, geometry=[node], crs=oracle.ORACLE["crs"])
    table = pd.DataFrame(
        {"name": ["甲园", "丙园"], "service": "kindergarten", "places": [90, 180], "zone_id": [None, zone]}
    )
    city = oracle.city(facilities=match_facilities(table, places).facilities)
    assert city.facilities.geometry.iloc[0] == node
    assert city.facilities.geometry.isna().tolist() == [False, True]
    assert [f.rows for f in city.report.findings if f.code == "zone_only"] == [("1",)]


NAMES = st.sampled_from(["甲园", "乙园", "机关幼儿园", "机关第二幼儿园", "向阳小学"])


@given(
    rows=st.lists(st.tuples(NAMES, st.sampled_from(["A", "B", None])), min_size=1, max_size=6),
    places=st.lists(st.tuples(NAMES, st.sampled_from([100.0, 1100.0, 5000.0])), min_size=1, max_size=6),
    data=st.data(),
)
def test_the_order_of_rows_and_points_has_no_say(
    rows: list[tuple[str, str | None]], places: list[tuple[str, float]], data: st.DataObject
) -> None:
    table = pd.DataFrame(rows, columns=["name", "zone_id"], index=[f"r{i}" for i in range(len(rows))])
    known = points(*({"name": name, "east": east} for name, east in places))
    order, other = (data.draw(st.permutations(range(len(frame)))) for frame in (table, known))
    one = match_facilities(table, known, zones=zones())
    two = match_facilities(table.iloc[order], known.iloc[other], zones=zones())
    assert pairs(one) == pairs(two)
    keys = ["row", "rank"]
    assert_frame_equal(
        one.doubtful.sort_values(keys).reset_index(drop=True), two.doubtful.sort_values(keys).reset_index(drop=True)
    )


# -------------------------------------------------------------------------------------------------------- the workbook
TABLE = [
    {"name": "机关幼儿园", "zone_id": "A"},
    {"name": "=HYPERLINK(1)幼儿园", "zone_id": "A"},
    {"name": "向阳小学", "zone_id": "B"},
]


def doubtful() -> FacilityMatch:
    names = ("机关第一幼儿园", "机关第二幼儿园", "=HYPERLINK(1)第二幼儿园")
    return match(TABLE, points(*({"name": name} for name in names), {"name": "向阳小学", "east": 1100.0}))


def edited(tmp_path: Path, *edits: tuple[str, Any]) -> Path:
    path = tmp_path / "待核表.xlsx"
    write_review(doubtful(), path)
    book = load_workbook(path)
    for cell, value in edits:
        book["待核"][cell] = value
    book.save(path)
    return path


def test_choices_are_taken_and_the_rest_stays_doubtful(tmp_path: Path) -> None:
    found = read_review(doubtful(), edited(tmp_path, ("D2", 2)))
    assert pairs(found) == {0: ("p2", "review"), 2: ("p4", "name_in_zone")}
    assert found.doubtful["row"].unique().tolist() == ["1"]
    assert (
        "1 rows chosen, 0 have no point, 1 not looked at" in {f.code: f.en for f in found.report.findings}["reviewed"]
    )


@pytest.mark.parametrize("choice", ["无", " 无 ", "None", 0])
def test_none_of_the_candidates(tmp_path: Path, choice: object) -> None:
    found = read_review(doubtful(), edited(tmp_path, ("D2", choice)))
    assert found.unmatched.index.tolist() == [0]


@pytest.mark.parametrize("choice", ["2", 2, 2.0, "２", " 2"])
def test_ways_to_write_a_choice(tmp_path: Path, choice: object) -> None:
    assert pairs(read_review(doubtful(), edited(tmp_path, ("D2", choice))))[0] == ("p2", "review")


def test_no_choice_changes_nothing(tmp_path: Path) -> None:
    one, two = doubtful(), read_review(doubtful(), edited(tmp_path))
    assert pairs(one) == pairs(two)
    assert_frame_equal(one.doubtful, two.doubtful)


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ([("D2", 7)], r"row 2 \(0\): there is no candidate '7'"),
        ([("D2", "=1+1")], r"row 2 \(0\): there is no candidate"),
        ([("A2", "9")], "row 2: '9' in .* is no doubtful row"),
        ([("A3", "0")], "row 3: '0' in .* stands there twice"),
        ([("B2", "别的幼儿园")], r"row 2 \(0\): 名称 name was changed"),
        ([("E2", "p9")], r"row 2 \(0\): 候选1 candidate 1 was changed"),
        ([("D1", "choose")], "选择 choice"),
    ],
)
def test_edits_that_cannot_be_used(tmp_path: Path, edits: list[tuple[str, Any]], message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read_review(doubtful(), edited(tmp_path, *edits))


def test_one_point_chosen_for_two_rows(tmp_path: Path) -> None:
    found = match([{"name": "机关幼儿园", "zone_id": "A"}] * 2, points({"name": "机关第二幼儿园"}))
    path = tmp_path / "r.xlsx"
    write_review(found, path)
    book = load_workbook(path)
    book["待核"]["D2"] = book["待核"]["D3"] = 1
    book.save(path)
    with pytest.raises(ReadError, match=r"rows 2 \(0\), 3 \(1\): point p1 was chosen more than once"):
        read_review(found, path)


def test_a_row_that_was_deleted(tmp_path: Path) -> None:
    path = edited(tmp_path)
    book = load_workbook(path)
    book["待核"].delete_rows(2)
    book.save(path)
    with pytest.raises(ReadError, match="rows of the table are missing: 0"):
        read_review(doubtful(), path)


def test_rows_may_be_sorted(tmp_path: Path) -> None:
    path = edited(tmp_path, ("D2", 1))
    book = load_workbook(path)
    book["待核"].move_range("A2:I2", rows=5)
    book.save(path)
    assert pairs(read_review(doubtful(), path))[0] == ("p1", "review")


def test_no_text_is_a_formula_and_choices_are_offered(tmp_path: Path) -> None:
    page = load_workbook(edited(tmp_path))["待核"]
    cells = [cell for row in page.iter_rows() for cell in row if str(cell.value).startswith("=")]
    assert len(cells) == 2
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)
    offered = {str(rule.sqref): rule.formula1 for rule in page.data_validations.dataValidation}
    assert offered == {"D2": '"1,2,无"', "D3": '"1,无"'}


def test_a_workbook_with_choices_is_never_replaced(tmp_path: Path) -> None:
    path = edited(tmp_path)
    content = path.read_bytes()
    with pytest.raises(InputError, match="exists already"):
        write_review(doubtful(), path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", "名称,选择\n".encode()])
def test_what_is_no_workbook(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(content)
    with pytest.raises(ReadError, match="cannot be read as an Excel workbook"):
        read_review(doubtful(), path)


def test_a_workbook_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_review(doubtful(), tmp_path / "r.xlsx")


def test_the_name_of_a_workbook(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.xlsx"):
        write_review(doubtful(), tmp_path / "r.csv")


def test_what_is_no_match(tmp_path: Path) -> None:
    nothing: Any = None
    with pytest.raises(InputError, match="match_facilities"):
        write_review(nothing, tmp_path / "r.xlsx")
