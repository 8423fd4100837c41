"""What the columns and layers of a bureau's files are guessed to be."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from servicecircle.city.vocabulary import ATTRIBUTES, GROUPS, URBAN_RURAL_CODES
from servicecircle.errors import InputError
from servicecircle.read import guess_columns, known_schema
from servicecircle.read.guesses import _heads, _schemas


def guessed(kind: str, **columns: Any) -> dict[str, str]:
    return {name: guess.column for name, guess in guess_columns(pd.DataFrame(columns), kind).items()}


def test_a_table_of_the_education_bureau() -> None:
    columns = {
        "序号": [1],
        "学校名称": ["一小"],
        "统一社会信用代码": ["12320700MB1234567X"],
        "所属街道": ["A"],
        "学位数（个）": ["1,200"],
        "班级数": [30],
        "用地面积(亩)": [25],
        "开办年份": ["2019年"],
        "经度": [119.2],
        "纬度": [34.6],
    }
    assert guessed("facilities", **columns) == {
        "name": "学校名称",
        "legal_id": "统一社会信用代码",
        "zone_name": "所属街道",
        "places": "学位数（个）",
        "classes": "班级数",
        "area_m2": "用地面积(亩)",
        "open_year": "开办年份",
        "x": "经度",
        "y": "纬度",
    }


def test_heads_in_english_and_capitals() -> None:
    found = guessed("facilities", NAME=["a"], Lng=[1.0], LAT=[2.0], Beds=[3])
    assert found == {"name": "NAME", "x": "Lng", "y": "LAT", "beds": "Beds"}


def test_people_with_the_year_and_the_unit_in_the_head() -> None:
    found = guessed(
        "population", **{"街道": ["A"], "2024年末常住人口（万人）": [3.5], "60岁及以上": [1.0], "65岁及以上人口": [1]}
    )
    assert found == {
        "zone_name": "街道",
        "pop_total": "2024年末常住人口（万人）",
        "pop_60p": "60岁及以上",
        "pop_65p": "65岁及以上人口",
    }


def test_a_head_of_two_lines_goes_by_the_lower_one() -> None:
    assert guessed("facilities", **{"位置/经度": [119.2], "规模/床位数": [3]}) == {
        "x": "位置/经度",
        "beds": "规模/床位数",
    }


def test_a_column_without_numbers_is_not_guessed_to_hold_them() -> None:
    assert guessed("facilities", 床位=["有", "若干"]) == {}


def test_bus_tables() -> None:
    found = guessed("bus_lines", 线路=["1路"], 方向=["上行"], 站序=[1], 站名=["东站"], 发车间隔=[10])
    assert found == {
        "line_id": "线路",
        "direction": "方向",
        "sequence": "站序",
        "stop_name": "站名",
        "headway": "发车间隔",
    }


@pytest.mark.parametrize(
    ("first", "second", "x"),
    [
        (3830000.0, 426000.0, "Y坐标"),
        (3830000.0, 40426000.0, "Y坐标"),
        (34.6, 119.2, "Y坐标"),
        (426000.0, 3830000.0, "X坐标"),
    ],
)
def test_the_northing_of_surveyors_is_y(first: float, second: float, x: str) -> None:
    assert guessed("facilities", X坐标=[first], Y坐标=[second])["x"] == x


def test_no_column_is_guessed_twice_and_each_guess_says_why() -> None:
    guesses = guess_columns(pd.DataFrame({"名称": ["a"], "编号": ["1"], "面积": [2]}), "facilities")
    columns = [guess.column for guess in guesses.values()]
    assert len(columns) == len(set(columns)) == 3
    assert guesses["area_m2"].why == "'面积' is a usual head for area_m2"


def test_an_unknown_kind_lists_those_known() -> None:
    with pytest.raises(InputError, match="facilities, population, zones, bus_lines"):
        guess_columns(pd.DataFrame(), "schools")


def test_the_data_file_names_columns_of_the_vocabulary() -> None:
    places = {"x", "y", "zone_name"}
    assert set(_heads()["facilities"]) <= {*ATTRIBUTES, *places}
    assert set(_heads()["population"]) <= {*GROUPS, *places, "cell_id", "zone_id", "setting"}


@pytest.mark.parametrize("kind", ["facilities", "population", "zones", "bus_lines"])
def test_no_head_stands_for_two_columns(kind: str) -> None:
    words = [word for usual in _heads()[kind].values() for word in usual]
    assert [word for word in words if words.count(word) > 1] == []


def test_parcels_of_the_land_survey() -> None:
    frame = pd.DataFrame(
        {"BSM": [1, 2, 3], "YSDM": 2001, "DLBM": ["1104A", "0810", "0701"], "DLMC": "", "ZLDWDM": "", "TBMJ": 1.0}
    )
    schema = known_schema(frame)
    assert schema is not None
    assert (schema.id, schema.layer, schema.code) == ("dltb", "areas", "DLBM")
    assert schema.fields["TBMJ"] == "图斑面积（平方米）"
    assert schema.kind_of(frame["DLBM"]).tolist() == ["water", "green", None]


def test_codes_that_became_numbers_keep_their_meaning() -> None:
    frame = pd.DataFrame({"DLBM": [810, 1101], "DLMC": "", "ZLDWDM": ""})
    schema = known_schema(frame)
    assert schema is not None
    assert schema.kind_of(frame["DLBM"]).tolist() == ["green", "water"]


def test_land_use_of_the_territorial_plan_in_small_letters() -> None:
    frame = pd.DataFrame({"ydyhfldm": ["1401", "1701", "0701"], "ydyhflmc": ["公园绿地", "河流水面", "城镇住宅用地"]})
    schema = known_schema(frame)
    assert schema is not None
    assert (schema.id, schema.code) == ("ydyh", "ydyhfldm")
    assert schema.kind_of(frame["ydyhfldm"]).tolist() == ["green", "water", None]


def test_statistical_codes_become_zones() -> None:
    frame = pd.DataFrame({"统计用区划代码": ["320706001001"], "城乡分类代码": ["111"], "名称": ["甲社区"]})
    schema = known_schema(frame)
    assert schema is not None
    assert (schema.layer, dict(schema.columns)) == (
        "zones",
        {"zone_id": "统计用区划代码", "urban_rural_code": "城乡分类代码", "name": "名称"},
    )
    assert all(code in schema.fields["城乡分类代码"] for code in URBAN_RURAL_CODES)


def test_any_other_layer_has_no_known_form() -> None:
    assert known_schema(pd.DataFrame({"name": ["a"], "DLBM": ["0101"]})) is None


def test_every_kind_of_area_belongs_to_a_code_of_four_digits() -> None:
    codes = [code for schema in _schemas() for code in schema["kinds"]]
    assert codes
    assert all(len(code) == 4 and code.isdigit() for code in codes)


@pytest.mark.parametrize("head", ["区县", "县区", "街道（乡镇）", "所属乡镇"])
def test_residents_of_zones_of_every_level_are_told_by_their_heads(head: str) -> None:
    table = pd.DataFrame({head: ["海州区"], "常住人口": [918_005]})
    assert guess_columns(table, "population")["zone_name"].column == head
