"""Categories of maps become services by the data file; what is no service is counted, never dropped unsaid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
from geopandas.testing import assert_geodataframe_equal

from servicecircle.errors import InputError, ReadError
from servicecircle.read import classify
from servicecircle.read.category_rules import BUNDLED, read_rules
from servicecircle.words import SERVICES

if TYPE_CHECKING:
    from pathlib import Path

    from servicecircle.read import Read


def pois(**columns: list[Any]) -> gpd.GeoDataFrame:
    size = len(next(iter(columns.values())))
    places = gpd.points_from_xy([119.2 + 0.01 * row for row in range(size)], [34.6] * size)
    return gpd.GeoDataFrame(columns, geometry=places, crs="EPSG:4326")


def said(read: Read, code: str) -> list[str]:
    return [finding.en for finding in read.report.findings if finding.code == code]


AMAP = {
    "141204": "kindergarten",
    "141203": "primary_school",
    "141202": "school",
    "090100": "hospital",
    "090101": "hospital",
    "090102": "primary_care",
    "090300": "primary_care",
    "150700": "bus_stop",
    "150702": "bus_stop",
    "150500": "bus_stop",
    "080101": "fitness",
    "110101": "park",
    "科教文化服务;学校;幼儿园": "kindergarten",
    "医疗保健服务；综合医院；三级甲等医院": "hospital",
}
BAIDU = {
    "教育培训;幼儿园": "kindergarten",
    "教育培训;小学": "primary_school",
    "医疗;综合医院": "hospital",
    "交通设施;公交车站": "bus_stop",
}
NO_SERVICE = {"amap": ["141201", "150701", "080102", "090202", "050100"], "baidu": ["医疗;专科医院", "美食;中餐厅"]}


@pytest.mark.parametrize(("scheme", "category", "service"), [
    *(("amap", category, service) for category, service in AMAP.items()),
    *(("baidu", category, service) for category, service in BAIDU.items()),
])  # fmt: skip
def test_the_service_of_a_category(scheme: Any, category: str, service: str) -> None:
    assert classify(pois(type=[category]), scheme=scheme, column="type").frame["service"].tolist() == [service]


@pytest.mark.parametrize("scheme", ["amap", "baidu"])
def test_categories_that_are_no_service(scheme: Any) -> None:
    known = {"amap": "141204", "baidu": "教育培训;幼儿园"}[scheme]
    read = classify(pois(type=[known, *NO_SERVICE[scheme]]), scheme=scheme, column="type")
    assert read.frame["service"].tolist() == ["kindergarten"]


def test_unmapped_categories_are_counted_by_value() -> None:
    read = classify(pois(type=["141204", "050100", "050200", "050100", None]), scheme="amap", column="type")
    assert said(read, "category_unknown") == [
        "4 rows left out, because their category is no service: 050100 2, (empty) 1, 050200 1."
    ]


def test_known_categories_that_are_left_out_are_counted_with_the_reason() -> None:
    read = classify(pois(type=["141204", "150701"]), scheme="amap", column="type")
    assert said(read, "category_left_out") == ["1 rows left out: tourist lines and airport coaches."]


def test_the_leading_zero_that_a_spreadsheet_took_is_put_back_and_told() -> None:
    read = classify(pois(type=[90100.0, 141204.0]), scheme="amap", column="type")
    assert read.frame["service"].tolist() == ["hospital", "kindergarten"]
    assert [f.rows for f in read.report.findings if f.code == "short_code"] == [("0: 90100",)]


def test_one_place_with_categories_of_two_services_is_told() -> None:
    read = classify(pois(type=["141203|141202"]), scheme="amap", column="type")
    assert read.frame["service"].tolist() == ["primary_school"]
    assert [f.rows for f in read.report.findings if f.code == "several"] == [("0: 141203|141202",)]


def test_what_the_data_file_notes_is_told() -> None:
    read = classify(pois(type=["141202"]), scheme="amap", column="type")
    assert said(read, "category_note") == ["school, 1 rows: junior and senior secondary schools are not told apart."]


def test_a_metro_station_is_a_stop_of_its_mode() -> None:
    read = classify(pois(type=["150500", "150700"], mode=[None, "BRT"]), scheme="amap", column="type")
    assert read.frame["mode"].tolist() == ["rail", "BRT"]


OSM = [
    ({"amenity": "kindergarten", "access": "private"}, "kindergarten"),
    ({"amenity": "school"}, "school"),
    ({"healthcare": "hospital"}, "hospital"),
    ({"amenity": "clinic"}, "primary_care"),
    ({"amenity": "social_facility", "social_facility": "nursing_home", "social_facility:for": "disabled;senior"},
     "elderly_institution"),
    ({"amenity": "social_facility", "social_facility": "day_care", "social_facility:for": "senior"}, None),
    ({"amenity": "social_facility", "social_facility": "nursing_home", "social_facility:for": "child"}, None),
    ({"leisure": "pitch"}, "fitness"),
    ({"leisure": "pitch", "access": "private"}, None),
    ({"leisure": "fitness_centre"}, None),
    ({"public_transport": "platform"}, None),
    ({"public_transport": "platform", "bus": "yes"}, "bus_stop"),
    ({"railway": "station"}, None),
    ({"railway": "station", "station": "subway"}, "bus_stop"),
    ({"amenity": "bus_station"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("tags", "service"), OSM)
def test_the_service_of_tags(tags: dict[str, str], service: str | None) -> None:
    keys = dict.fromkeys([*tags, "amenity"])
    read = classify(
        pois(**{key: ["library" if key == "amenity" else None, tags.get(key)] for key in keys}), scheme="osm"
    )
    assert read.frame["service"].tolist() == ["library_branch", *([service] if service else [])]


def test_a_mapping_of_ones_own() -> None:
    read = classify(pois(type=["A1", "B2"]), scheme="amap", column="type", rules={"A1": "grocery"})
    assert read.frame["service"].tolist() == ["grocery"]
    assert said(read, "category_unknown") == ["1 rows left out, because their category is no service: B2 1."]


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "类别.toml"
    path.write_text('format = 1\n[[baidu]]\nservice = "childcare"\nnames = ["教育培训;亲子教育"]\n', encoding="utf-8")
    read = classify(pois(tag=["教育培训；亲子教育"]), scheme="baidu", column="tag", rules=path)
    assert read.frame["service"].tolist() == ["childcare"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('format = 1\n[[amap]]\nservice = "kindergarden"\ncodes = ["141204"]\n', "'kindergarten'"),
        ('format = 1\n[[amap]]\nservice = "kindergarten"\ncodes = ["1412"]\n', "amap.1.codes.1"),
        ('format = 1\n[[amap]]\ncodes = ["141204"]\n', "note_zh and note_en"),
        ('format = 1\n[[osm]]\nservice = "park"\n', "tags"),
        ("format = 2\n", "format"),
        ("format = ", "not TOML"),
    ],
)
def test_faults_of_a_file_of_ones_own(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ReadError, match=fault):
        classify(pois(type=["141204"]), scheme="amap", column="type", rules=path)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ReadError, match="no such file"):
        classify(pois(type=["141204"]), scheme="amap", column="type", rules="nowhere.toml")


def test_the_wrong_scheme_is_refused_with_the_categories_that_are_there() -> None:
    with pytest.raises(InputError, match="教育培训;幼儿园 1"):
        classify(pois(type=["教育培训;幼儿园"]), scheme="amap", column="type")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"scheme": "gaode", "column": "type"}, "scheme 'gaode'"),
        ({"scheme": "amap"}, "Columns: type"),
        ({"scheme": "amap", "column": "typ"}, "Did you mean 'type'"),
        ({"scheme": "osm", "column": "type"}, "leave column out"),
        ({"scheme": "osm"}, "no column of tags"),
    ],
)
def test_options_that_do_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        classify(pois(type=["141204"]), **options)


def test_a_layer_without_rows_stays_without() -> None:
    assert len(classify(pois(type=["141204"]).iloc[:0], scheme="amap", column="type").frame) == 0


def test_the_frame_of_the_caller_stays_as_it_is() -> None:
    frame = pois(type=["150700", "050100"], mode=[None, None])
    copy = frame.copy()
    classify(frame, scheme="amap", column="type")
    assert_geodataframe_equal(frame, copy)


def test_every_service_of_the_data_file_is_in_the_vocabulary() -> None:
    file = read_rules(BUNDLED)
    rules = [*file.osm, *file.amap, *file.baidu]
    assert {rule.service for rule in rules} - {None} <= set(SERVICES)


def test_no_category_of_the_data_file_stands_there_twice() -> None:
    file = read_rules(BUNDLED)
    for rules in (file.amap, file.baidu):
        listed = [category for rule in rules for category in (*rule.codes, *rule.names)]
        assert len(listed) == len(set(listed))


def test_the_data_file_says_where_each_scheme_comes_from() -> None:
    assert {source.scheme for source in read_rules(BUNDLED).source} == {"osm", "amap", "baidu"}
