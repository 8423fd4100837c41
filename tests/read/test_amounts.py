"""Numbers as people write them: in texts, in the columns of a file, and in the frames of a city."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.city.amounts import read_amounts
from servicecircle.city.vocabulary import MEANINGS
from servicecircle.errors import LayerError
from servicecircle.read import read_layer
from servicecircle.text import UNITS, amount, unit_worth

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "meaning", "value"),
    [
        ("1200", "people", 1200),
        ("1,200", "people", 1200),
        ("1，200人", "people", 1200),
        ("1,234,567", "people", 1234567),
        ("３００", "people", 300),
        ("－３", "people", -3),
        ("3.5万", "people", 35000),
        ("3.5 万人", "people", 35000),
        ("1.2亿", "people", 120_000_000),
        ("16.1千人", "people", 16100),
        ("120 m²", "area", 120),
        ("120㎡", "area", 120),
        ("120平方米", "area", 120),
        ("0.5公顷", "area", 5000),
        ("1.5 hm²", "area", 15000),
        ("3亩", "area", 2000),
        ("0.2km2", "area", 200_000),
        ("1.5万平方米", "area", 15000),
        ("１２张", "beds", 12),
        ("12个班", "classes", 12),
        ("300米", "length", 300),
        ("0.5公里", "length", 500),
        ("85%", "share", 0.85),
        ("８５％", "share", 0.85),
        ("2019年", "year", 2019),
        ("2019年9月", "year", 2019),
        ("2019-09-01", "year", 2019),
        ("5星", "stars", 5),
    ],
)
def test_a_number_is_read_as_it_is_meant(text: str, meaning: str, value: float) -> None:
    assert amount(text, meaning).value == value


@pytest.mark.parametrize("text", ["—", "-", "——", "/", "无", "不详", "N/A", "n/a", "NaN", "暂无", ""])
def test_a_word_for_nothing_is_a_missing_number(text: str) -> None:
    read = amount(text, "people")
    assert read.kind == "missing"
    assert math.isnan(read.value)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        *(("约300", "people"), ("300左右", "people"), ("300余", "people"), (">300", "people"), ("300+", "people")),
        *(("300-400", "people"), ("300～400", "people"), ("三百", "people"), ("1,20", "people"), ("1.2.3", "people")),
        *(
            ("85%", "people"),
            ("120m2", "beds"),
            ("12张", "area"),
            ("3公里", "area"),
            ("5亩", "length"),
            ("3万", "year"),
        ),
        *(("#N/A", "people"), ("12人3", "people"), ("1 200", "people"), ("9" * 400 + "人", "people"), ("0x1F", "")),
    ],
)
def test_what_may_mean_several_numbers_is_none(text: str, meaning: str) -> None:
    assert amount(text, meaning).kind == "unreadable"


@given(st.integers(0, 10**12), st.sampled_from(["", "人", " 人", "名"]), st.sampled_from(["", "wide"]))
def test_separators_full_width_and_counters_change_no_number(number: int, counter: str, wide: str) -> None:
    text = f"{number:,}{counter}"
    if wide:
        text = text.translate({ord("0") + i: ord("０") + i for i in range(10)} | {ord(","): "，"})
    assert amount(text, "people").value == number


@given(st.decimals(0, 10_000, places=4), st.sampled_from(["万", "万人"]))
def test_ten_thousands_are_exact(number: Any, unit: str) -> None:
    assert amount(f"{number}{unit}", "people").value == float(number * 10_000)


@given(st.text(max_size=20), st.sampled_from(sorted(UNITS)))
def test_any_text_ends_in_a_number_or_says_why_not(text: str, meaning: str) -> None:
    read = amount(text, meaning)
    assert math.isnan(read.value) == (read.kind in {"missing", "unreadable"})


def test_every_column_of_numbers_has_a_known_meaning() -> None:
    assert set(MEANINGS.values()) <= set(UNITS)


def test_a_unit_of_the_column_counts_only_where_a_text_names_none() -> None:
    texts = pd.Series(["3.5", "1.2万", "4000人", 2, None], dtype=object)
    assert unit_worth("万人", "people") == 10_000
    assert read_amounts(texts, "people", unit="万人").numbers.tolist()[:4] == [35_000, 12_000, 4000, 20_000]


@pytest.mark.parametrize("year", [43709, 201909, 0, "43709"])
def test_a_day_or_a_month_shown_as_a_number_is_no_year(year: Any) -> None:
    assert read_amounts(pd.Series([year, 2019]), "year").kinds.tolist() == ["unreadable", "plain"]


def test_days_of_a_geodata_file_are_their_years() -> None:
    days = pd.Series([pd.Timestamp("2019-09-01"), pd.NaT])
    assert read_amounts(days, "year").numbers.fillna(-1).tolist() == [2019.0, -1.0]
    assert read_amounts(days, "beds").kinds.tolist() == ["unreadable", "plain"]


# ------------------------------------------------------------------------------------------------- through files
TABLE = """名称,床位（张）,建筑面积（公顷）,常住人口(万人),lon,lat
甲,"1,200张",0.5,3.5,119.2,34.6
乙,—,1200㎡,"8,000人",119.3,34.6
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.csv"
    file.write_text(TABLE, encoding="utf-8")
    return file


PLACE: dict[str, Any] = {"x": "lon", "y": "lat", "crs": "EPSG:4490"}


def test_columns_come_in_the_units_of_their_names(path: Path) -> None:
    columns = {"beds": "床位", "area_m2": "建筑面积", "pop_total": "常住人口"}
    read = read_layer(path, columns=columns, **PLACE)
    assert read.frame["area_m2"].tolist() == [5000.0, 1200.0]
    assert read.frame["pop_total"].tolist() == [35000.0, 8000.0]
    assert read.frame["beds"][0] == 1200.0
    assert read.frame["beds"].isna().tolist() == [False, True]
    repairs = {(f.code, f.column) for f in read.report.findings if f.severity == "repair"}
    assert {("unit", "area_m2"), ("unit", "pop_total"), ("numbers_missing", "beds")} <= repairs
    written = next(f for f in read.report.findings if (f.code, f.column) == ("numbers_written", "beds"))
    assert (written.count, written.rows) == (1, ("0",))
    assert "'1,200张' = 1,200" in written.en


def test_columns_without_a_meaning_stay_as_they_are(path: Path) -> None:
    assert read_layer(path, **PLACE).frame["常住人口(万人)"].tolist() == ["3.5", "8,000人"]


def test_a_head_in_the_unit_of_something_else_is_refused(path: Path) -> None:
    with pytest.raises(LayerError, match="in 万人, which beds is not counted in"):
        read_layer(path, columns={"beds": "常住人口"}, **PLACE)


def test_a_text_that_is_no_number_names_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("beds\n12\n约300\n10-20\n", encoding="utf-8")
    with pytest.raises(LayerError, match="one number") as caught:
        read_layer(path)
    assert caught.value.report.errors[0].rows == ("1: 约300", "2: 10-20")


def test_numbers_and_codes_of_a_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    places = gpd.GeoSeries(shapely.points([(119.2, 34.6), (119.3, 34.6)]), crs="EPSG:4490")
    gpd.GeoDataFrame({"容量": ["1,200", "３０"], "码": [320706001001.0, 320706001002.0]}, geometry=places).to_file(path)
    frame = read_layer(path, columns={"capacity": "容量", "zone_id": "码"}).frame
    assert frame["capacity"].tolist() == [1200.0, 30.0]
    assert frame["zone_id"].tolist() == ["320706001001", "320706001002"]


def test_codes_that_lost_digits_in_a_geopackage_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    place = gpd.GeoSeries([shapely.Point(119.2, 34.6)], crs="EPSG:4490")
    gpd.GeoDataFrame({"legal_id": [9.132070012345679e17]}, geometry=place).to_file(path)
    with pytest.raises(LayerError, match="last digits are lost"):
        read_layer(path)
