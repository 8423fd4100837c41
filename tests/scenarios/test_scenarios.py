"""Scenarios: applied, stacked, saved and read again; a file's faults are all named."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from servicecircle.assessment import Assessment, assess
from servicecircle.city import City
from servicecircle.errors import CRSError, InputError, NetworkError, ReadError
from servicecircle.scenarios import Scenario, read_scenario
from servicecircle.scenarios.plain import layer_frame, layer_table
from servicecircle.scenarios.verbs import SPREAD, VERBS
from tests import oracle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CRS = oracle.ORACLE["crs"]
PLAN = oracle.plan().only("YY-01", "YY-05", "LY-01")


def one(*, place: str, crs: Any = CRS, **columns: Any) -> gpd.GeoDataFrame:
    """Return a layer of one row at a node of the hand-worked city."""
    frame = gpd.GeoDataFrame({key: [value] for key, value in columns.items()}, geometry=[oracle.node(place)], crs=CRS)
    return frame.to_crs(crs)


def ways(*nodes: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=[shapely.LineString([oracle.node(node) for node in nodes])], crs=CRS)


ESTATE = {f"share_{name}": 0.1 for name in oracle.population() if str(name).startswith("pop_") and name != "pop_total"}
CHANGES: dict[str, Callable[[Any], Any]] = {
    "adding": lambda it: it.adding(one(place="N3", service="kindergarten", id="K9", services=["a", "b"], crs=4326)),
    "removing": lambda it: it.removing(["E1", "K1"]),
    "changing": lambda it: it.changing("F1", status="closed", capacity=120.5),
    "moving": lambda it: it.moving(one(place="N5", id="F1").set_index("id").geometry),
    "adding_ways": lambda it: it.adding_ways(ways("N1", "N6"), join_within_m=2, at_crossings=False),
    "closing_ways": lambda it: it.closing_ways(oracle.edges().iloc[[2]]),
    "adding_entrances": lambda it: it.adding_entrances(one(place="N2", of="F1")),
    "adding_estates": lambda it: it.adding_estates(
        one(place="N2", name="新城", households=900, persons_per_household=2.5, delivery_year=2027, **ESTATE)
    ),
    "with_population": lambda it: it.with_population(2030, pd.DataFrame({"zone_id": ["A"], "pop_total": [30000]})),
    "at": lambda it: it.at(2030),
}


@pytest.fixture(scope="module")
def today() -> Assessment:
    return assess(oracle.city(), PLAN, progress=False)


def judged(city: City) -> pd.DataFrame:
    return assess(city, PLAN, progress=False).table.drop(columns="scenario")


def test_a_scenario_has_the_verbs_of_a_city() -> None:
    assert set(CHANGES) == set(VERBS)
    for verb, kinds in VERBS.items():
        named = [name for name in inspect.signature(getattr(City, verb)).parameters if name != "self"]
        assert named == list(kinds)
        assert [name for name in inspect.signature(getattr(Scenario, verb)).parameters if name != "self"] == named
    assert SPREAD in VERBS["changing"]


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_kept_read_and_made_at_once_is_the_same(verb: str, today: Assessment, tmp_path: Path) -> None:
    change = CHANGES[verb]
    scenario = change(Scenario("一"))
    scenario.save(tmp_path / "s.toml")
    again = read_scenario(tmp_path / "s.toml")
    assert again == scenario
    assert hash(again) == hash(scenario)
    expected = judged(change(oracle.city()))
    quick = assess(scenario.apply(today.city), PLAN, since=today, progress=False)
    assert_frame_equal(quick.table.drop(columns="scenario"), expected)
    assert_frame_equal(judged(scenario.apply(oracle.city())), expected)
    assert_frame_equal(judged(again.apply(oracle.city())), expected)


def test_all_changes_together_survive_a_file(tmp_path: Path) -> None:
    scenario = Scenario("全部")
    for change in CHANGES.values():
        scenario = change(scenario)
    scenario.save(tmp_path / "all.toml")
    results = [
        assess(part.apply(oracle.city()), PLAN, progress=False)
        for part in (scenario, read_scenario(tmp_path / "all.toml"))
    ]
    assert_frame_equal(results[0].table, results[1].table)
    assert_frame_equal(results[0].distances, results[1].distances)
    assert set(results[0].table["scenario"]) == {"全部"}


def test_no_change_is_the_city_of_today(today: Assessment) -> None:
    assert_frame_equal(judged(Scenario("nothing").apply(oracle.city())), today.table.drop(columns="scenario"))


def test_scenarios_stack_and_join_their_names() -> None:
    first, then = CHANGES["adding"](Scenario("新园")), CHANGES["closing_ways"](Scenario("封路"))
    both = first + then
    assert (both.name, len(both.changes)) == ("新园 + 封路", 2)
    assert both.named("方案三").name == "方案三"
    city = then.apply(first.apply(oracle.city()))
    assert city.about.scenario == "新园 + 封路"
    assert_frame_equal(judged(city), judged(both.apply(oracle.city())))
    assert oracle.city().about.scenario == ""
    assert assess(city, PLAN, scenario="三", progress=False).scenario == "三"


@pytest.mark.parametrize(
    ("one_verb", "other"),
    [("adding", "closing_ways"), ("adding_ways", "removing"), ("with_population", "adding_ways"), ("adding", "at")],
)
def test_the_order_of_independent_changes_does_not_matter(one_verb: str, other: str) -> None:
    a, b = CHANGES[one_verb](Scenario("a")), CHANGES[other](Scenario("b"))
    assert_frame_equal(judged((a + b).apply(oracle.city())), judged((b + a).apply(oracle.city())))


def test_a_frame_that_changes_later_changes_no_scenario() -> None:
    frame = one(place="N3", service="kindergarten", id="K9")
    scenario = Scenario("a").adding(frame)
    frame["service"] = "school"
    assert scenario.changes[0].given["facilities"]["rows"][0]["service"] == "kindergarten"


def test_an_error_says_which_change_it_was() -> None:
    far = shapely.transform(ways("N1", "N2").geometry.to_numpy(), lambda xy: xy + 40_000)
    scenario = Scenario("远").at(2030).adding_ways(gpd.GeoDataFrame(geometry=far, crs=CRS))
    with pytest.raises(NetworkError) as caught:
        scenario.apply(oracle.city())
    assert "change 2 of scenario '远'" in caught.value.__notes__[0]


@pytest.mark.parametrize("name", ["", "  ", None, 3])
def test_a_scenario_needs_a_name(name: Any) -> None:
    with pytest.raises(InputError, match="needs a name"):
        Scenario(name)


def test_what_no_file_can_hold_is_refused() -> None:
    with pytest.raises(InputError, match="row 0, column 'x': a scenario cannot hold object"):
        Scenario("a").adding(one(place="N3", service="park", x=object()))
    with pytest.raises(InputError, match="must be a GeoDataFrame"):
        Scenario("a").closing_ways([3])
    with pytest.raises(CRSError, match="no CRS is declared"):
        Scenario("a").adding(one(place="N3", service="park").set_crs(None, allow_override=True))
    with pytest.raises(InputError, match="has no rows"):
        Scenario("a").adding(one(place="N3", service="park").iloc[:0])
    with pytest.raises(InputError, match="ids is empty"):
        Scenario("a").removing([])


def test_a_file_that_is_there_is_replaced_only_as_said(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    Scenario("a").at(2030).save(path)
    with pytest.raises(InputError, match="exists already"):
        Scenario("b").save(path)
    assert read_scenario(path).name == "a"
    Scenario("b").save(path, replace=True)
    assert read_scenario(path) == Scenario("b")


FAULTY = """
format = 2
nmae = "x"
[[change]]
do = "ading"
[[change]]
do = "at"
yaer = 2030
[[change]]
do = "adding"
[change.facilities]
crs = "EPSG:0"
[[change.facilities.rows]]
geometry = "PINT (1 2)"
[[change]]
do = "removing"
ids = []
[[change]]
do = "with_population"
year = "2030"
table = 3
[[change]]
do = "adding_ways"
join_within_m = -1
at_crossings = "no"
[change.ways]
rows = []
"""


def test_all_faults_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(FAULTY, encoding="utf-8")
    with pytest.raises(ReadError) as caught:
        read_scenario(path)
    said = str(caught.value)
    for part in (
        "the key 'nmae' is unknown. Did you mean 'name'?",
        "format should be 1; 2 was given",
        "name should be a text",
        "[[change]] no. 1: do = 'ading' is no change. Did you mean 'adding'",
        "no. 2: the key 'yaer' is unknown. Did you mean 'year'?",
        "no. 2: the key 'year' is missing",
        "no. 3: facilities: crs:",
        "no. 3: facilities: row 1: geometry is no WKT",
        "no. 4: ids: it should be a list of texts",
        "no. 5: year: it should be a year",
        "no. 5: table: rows should be a list of tables",
        "no. 6: join_within_m: it should be metres",
        "no. 6: at_crossings: it should be true or false",
        "no. 6: ways: crs: crs must be a text",
        "no. 6: ways: rows should be a list of tables",
    ):
        assert part in said, part


@pytest.mark.parametrize(
    ("content", "said"), [(b"name = x", "not TOML"), (b"\xff\xfe", "not UTF-8"), (None, "no such file")]
)
def test_files_that_cannot_be_read(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReadError, match=said):
        read_scenario(path)


def test_a_file_written_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    text = (
        '\ufeffformat = 1\nname = "手写"\n[[change]]\ndo = "changing"\nids = ["K1"]\nvalues = { as_of = 2024-01-01 }\n'
    )
    path.write_text(text, encoding="utf-8")
    assert read_scenario(path) == Scenario("手写").changing("K1", as_of="2024-01-01")


@pytest.mark.parametrize("text", ["POINT EMPTY", "POINT (nan 1)", "POINT (1e400 1)"])
def test_a_place_that_is_none_is_named_when_the_file_is_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    Scenario("一").adding(one(place="N3", service="kindergarten", id="K9")).save(path)
    said = path.read_text(encoding="utf-8")
    start = said.index("POINT (")
    path.write_text(said.replace(said[start : said.index(")", start) + 1], text), encoding="utf-8")
    with pytest.raises(ReadError, match="row 1: geometry has no place"):
        read_scenario(path)


def test_small_numbers_keep_their_last_bit() -> None:
    frame = gpd.GeoDataFrame({"service": ["fitness"]}, geometry=[shapely.Point(0.02355365943476099, 1e-300)], crs=CRS)
    assert layer_frame(layer_table(frame, "facilities")).geometry.iloc[0].coords[0] == (0.02355365943476099, 1e-300)


numbers = st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
cells = st.one_of(texts, numbers, st.booleans(), st.integers(-(2**60), 2**60), st.none(), st.lists(texts, max_size=3))


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_kept_is_read_to_the_last_bit(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    columns = data.draw(st.lists(texts.filter(lambda name: name != "geometry"), max_size=3, unique=True))
    size = data.draw(st.integers(1, 3))
    table = {
        name: pd.Series(data.draw(st.lists(cells, min_size=size, max_size=size)), dtype=object) for name in columns
    }
    xy = data.draw(st.lists(st.tuples(numbers, numbers), min_size=size, max_size=size))
    frame = gpd.GeoDataFrame(table, geometry=[shapely.Point(*one) for one in xy], crs=CRS)
    kept = layer_table(frame, "facilities")
    places = shapely.get_coordinates(layer_frame(kept).geometry.to_numpy())
    assert np.array_equal(places, np.array(xy))
    scenario = Scenario(data.draw(texts.filter(str.strip))).adding(frame)
    path = tmp_path_factory.mktemp("scenario") / "s.toml"
    scenario.save(path)
    assert read_scenario(path) == scenario


def test_names_are_shown_literally() -> None:
    assert "<script>" not in Scenario("<script>x</script>").at(2030)._repr_html_()
