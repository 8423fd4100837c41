"""Division codes: the levels and parents they tell, on invented codes and on the real ones of a city."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from servicecircle.errors import InputError, LayerError
from servicecircle.read import level_of_code, with_code_levels

if TYPE_CHECKING:
    from pathlib import Path


def zones(codes: list[object], **columns: object) -> gpd.GeoDataFrame:
    squares = [shapely.box(i, 0, i + 1, 1) for i in range(len(codes))]
    return gpd.GeoDataFrame({"code": codes, **columns}, geometry=squares, crs="EPSG:4549")


@pytest.mark.parametrize(
    ("code", "zone_id", "level"),
    [
        ("320700", "320700", "全市"),
        ("320700000000", "320700", "全市"),
        ("320706", "320706", "县区"),
        (320706.0, "320706", "县区"),
        ("320706004", "320706004", "街道"),
        ("320706004000", "320706004", "街道"),
        ("320707105", "320707105", "乡镇"),
        ("320707205", "320707205", "乡镇"),
        ("320706400", "320706400", "乡镇"),
        ("320706004003", "320706004003", "社区"),
        ("320707105201", "320707105201", "行政村"),
        (320707105201, "320707105201", "行政村"),
    ],
)
def test_the_level_of_a_code(code: object, zone_id: str, level: str) -> None:
    frame = with_code_levels(zones([code]), column="code").frame
    assert frame[["zone_id", "level"]].iloc[0].tolist() == [zone_id, level]


@pytest.mark.parametrize("code", ["32", "32070", "3.20706E+11", "320706004000001", "320706000", "abc", None, ""])
def test_a_code_that_stands_for_no_level_is_refused_with_its_row(code: object) -> None:
    with pytest.raises(LayerError, match=r"1 rows \(1: ") as caught:
        with_code_levels(zones(["320706", code]), column="code")
    assert [one.code for one in caught.value.report.errors] == ["no_code"]


def test_the_parent_is_the_nearest_zone_above_that_is_there() -> None:
    codes: list[object] = ["320700", "320706", "320706004", "320706004003", "320707105201"]
    frame = with_code_levels(zones(codes), column="code").frame
    assert frame["parent"].tolist() == [None, "320700", "320706", "320706004", "320700"]


def test_levels_and_parents_of_ones_own_are_kept() -> None:
    frame = with_code_levels(
        zones(["320706", "320706004"], level=[None, "功能区"], parent=[None, "x"]), column="code"
    ).frame
    assert frame[["level", "parent"]].to_numpy().tolist() == [["县区", None], ["功能区", "x"]]


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match="Did you mean 'code'"):
        with_code_levels(zones(["320706"]), column="codes")


@pytest.mark.real
def test_the_codes_of_a_real_city_tell_what_the_names_say(real_data: Path) -> None:
    folder = real_data / "china_lianyungang"
    villages = pd.read_csv(folder / "village_codes_320700_china-division-2.7.0.csv", dtype=str)
    told = villages["code"].map(level_of_code)
    assert (told[villages["name"].str.endswith("村委会")] == "行政村").all()
    assert (told[villages["name"].str.endswith(("居委会", "居民委员会"))] == "社区").all()
    towns = pd.read_csv(folder / "township_codes_320700.csv", dtype=str)
    towns = towns[towns["deep"] == "3"]
    told = towns["id"].map(level_of_code)
    assert (told[towns["ext_name"].str.endswith("街道")] == "街道").all()
    assert (told[towns["ext_name"].str.endswith(("镇", "乡"))] == "乡镇").all()
