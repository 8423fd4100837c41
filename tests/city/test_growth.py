"""Ways, entrances and estates of a changed city."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from servicecircle.city import City
from servicecircle.errors import InputError, LayerError, NetworkError
from servicecircle.network import WalkNetwork
from tests import oracle

if TYPE_CHECKING:
    from servicecircle.findings import Finding

CRS = oracle.ORACLE["crs"]


def found(city: Any, code: str) -> list[Finding]:
    return [finding for finding in city.report.findings if finding.code == code]


def test_a_new_way_in_another_crs_leaves_the_city_as_it_was() -> None:
    city = oracle.city()
    way = shapely.LineString([oracle.node("N1"), oracle.node("N6")])
    more = city.adding_ways(gpd.GeoDataFrame(geometry=[way], crs=CRS).to_crs(4326))
    assert (len(city.walk), len(more.walk)) == (len(oracle.edges()), len(oracle.edges()) + 1)
    assert more.walk.edge_length_m.sum() - city.walk.edge_length_m.sum() == pytest.approx(way.length, abs=1e-3)
    assert [finding.severity for finding in found(more, "crs") if finding.layer == "new ways"] == ["repair"]


def test_who_enters_elsewhere_is_told_with_residents() -> None:
    city = oracle.city()
    shut = city.closing_ways(city.walk.edges.iloc[[0]])
    moved = [finding for finding in found(shut, "enters_elsewhere") if finding.layer == "population"]
    placed = [one.placed(one.population.geometry) for one in (city, shut)]
    away = ~np.isclose(placed[0].access_m, placed[1].access_m)
    expected = city.population.loc[away, "cell_id"].tolist()
    assert [list(finding.rows) for finding in moved] == ([expected] if expected else [])
    assert [finding.residents for finding in moved] == [city.population.loc[away, "pop_total"].sum()][: len(moved)]


def test_what_was_said_of_the_old_network_is_said_no_more() -> None:
    two = gpd.GeoDataFrame(
        geometry=[shapely.LineString([(500000, y), (500100, y)]) for y in (3800000, 3800050)], crs="EPSG:4549"
    )
    zone = gpd.GeoDataFrame(
        {"zone_id": ["a"], "level": ["街道"]}, geometry=[shapely.box(499900, 3799900, 500200, 3800200)], crs=two.crs
    )
    cell = gpd.GeoDataFrame(
        {"pop_total": [10.0], "setting": ["urban"]}, geometry=[shapely.Point(500010, 3800001)], crs=two.crs
    )
    school = gpd.GeoDataFrame({"service": ["school"]}, geometry=[shapely.Point(500010, 3800051)], crs=two.crs)
    city = City(WalkNetwork.from_edges(two), cell, school, zone)
    bridge = gpd.GeoDataFrame(geometry=[shapely.LineString([(500050, 3800000), (500050, 3800050)])], crs=two.crs)
    assert len(found(city, "islands")) == 1
    assert not found(city.adding_ways(bridge), "islands")


@pytest.mark.parametrize("verb", ["adding_ways", "closing_ways"])
def test_ways_must_be_lines_with_a_crs(verb: str) -> None:
    city = oracle.city()
    points = gpd.GeoDataFrame(geometry=[oracle.node("N1")], crs=CRS)
    with pytest.raises(LayerError, match="geometries must be"):
        getattr(city, verb)(points)
    with pytest.raises(LayerError, match="CRS"):
        getattr(city, verb)(gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1, 1)])]))
    with pytest.raises(LayerError, match="no rows"):
        getattr(city, verb)(points.iloc[:0])


@pytest.mark.parametrize("verb", ["adding_ways", "closing_ways"])
@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_coordinate_that_is_no_number_is_an_error(verb: str, number: float) -> None:
    with np.errstate(invalid="ignore"):
        line = shapely.from_wkt(f"LINESTRING ({oracle.node('N1').x} {number}, 480000 3830000)")
    frame = gpd.GeoDataFrame(geometry=[line], crs=CRS)
    with pytest.raises(LayerError, match="NaN or infinite"):
        getattr(oracle.city(), verb)(frame)


def test_closed_ground_that_crosses_itself_is_repaired_and_told() -> None:
    x, y = oracle.node("N1").x, oracle.node("N1").y
    bow = shapely.Polygon([(x - 50, y - 50), (x + 50, y + 50), (x + 50, y - 50), (x - 50, y + 50)])
    both = gpd.GeoDataFrame(geometry=[bow, oracle.edges().geometry[2]], crs=CRS)
    shut = oracle.city().closing_ways(both)
    assert [one.severity for one in found(shut, "invalid") if one.layer == "closed ways"] == ["repair"]
    assert len(found(shut, "closed")) == 1


def test_a_way_far_from_every_street_is_an_error() -> None:
    node = oracle.node("N1")
    far = shapely.LineString([(node.x + 9000, node.y), (node.x + 9100, node.y)])
    with pytest.raises(NetworkError, match="joined to no street"):
        oracle.city().adding_ways(gpd.GeoDataFrame(geometry=[far], crs=CRS))


def test_an_entrance_is_where_its_facility_is_entered() -> None:
    city = oracle.city()
    door = gpd.GeoDataFrame({"of": ["K1"]}, geometry=[oracle.node("N3")], crs=CRS)
    more = city.adding_entrances(door.to_crs(4326))
    place = city.facilities.set_index("id").geometry[["K1"]]
    entered = more.placed(place, ids=["K1"])
    assert entered.doors is not None
    assert np.allclose(entered.doors.begin_xy, [[oracle.node("N3").x, oracle.node("N3").y]], atol=1e-3)
    assert len(more.adding_entrances(door).entrances) == 2  # type: ignore[arg-type]


def test_entrances_of_nothing_are_refused() -> None:
    door = gpd.GeoDataFrame({"of": ["K1", "K99"]}, geometry=[oracle.node("N3")] * 2, crs=CRS)
    with pytest.raises(LayerError, match=r"of is no facility id.*1: K99"):
        oracle.city().adding_entrances(door)


def estate(**columns: Any) -> gpd.GeoDataFrame:
    """Return an estate of 1,000 households of 2.5 persons, delivered in 2027."""
    shares = {"share_pop_0_2": 0.02, "share_pop_3_5": 0.04, "share_pop_6_14": 0.1, "share_pop_60p": 0.2}
    known = {
        name: value for name, value in (shares | {"share_pop_65p": 0.1}).items() if name[6:] in oracle.population()
    }
    row = {"name": "新城", "households": 1000, "persons_per_household": 2.5, "delivery_year": 2027} | known | columns
    return gpd.GeoDataFrame({key: [value] for key, value in row.items()}, geometry=[oracle.node("N2")], crs=CRS)


def residents(city: Any) -> dict[str, float]:
    groups = [name for name in city.population if str(name).startswith("pop_") and not str(name).endswith("_estimated")]
    return {str(group): float(city.population[group].sum()) for group in groups}


def test_an_estate_is_lived_in_from_its_year_on() -> None:
    city = oracle.city()
    more = city.adding_estates(estate())
    before = residents(city)
    assert residents(more) == before
    assert residents(more.at(2026)) == before
    assert residents(more.at(2027))["pop_total"] == before["pop_total"] + 2500
    assert residents(more.at(2040).at(2026)) == before


def test_its_groups_are_shares_and_estimated() -> None:
    city = oracle.city()
    there = city.adding_estates(estate()).at(2030)
    gain = {group: residents(there)[group] - number for group, number in residents(city).items()}
    shares = {key[6:]: value for key, value in estate().iloc[0].items() if str(key).startswith("share_")}
    assert gain == pytest.approx({"pop_total": 2500} | {group: 2500 * share for group, share in shares.items()})
    row = there.population.set_index("cell_id").loc["estate: 新城"]
    assert [row[f"{group}_estimated"] for group in gain] == [True] * len(gain)


def test_an_estate_without_a_year_is_lived_in_at_once() -> None:
    more = oracle.city().adding_estates(estate().drop(columns="delivery_year"))
    assert residents(more)["pop_total"] == residents(oracle.city())["pop_total"] + 2500


def test_all_that_is_wrong_with_estates_is_said_at_once() -> None:
    bad = pd.concat([estate(households=-1), estate(persons_per_household="many")], ignore_index=True)
    column = next(name for name in bad if str(name).startswith("share_"))
    with pytest.raises(LayerError) as caught:
        oracle.city().adding_estates(bad.drop(columns=column))
    codes = {(finding.code, finding.column) for finding in caught.value.report.errors}
    assert codes == {
        ("duplicate", "name"),
        ("negative", "households"),
        ("no_number", "persons_per_household"),
        ("column_missing", column),
    }


def test_a_missing_share_says_the_citys_own() -> None:
    city = oracle.city()
    column = next(name for name in estate() if str(name).startswith("share_"))
    own = residents(city)[str(column)[6:]] / residents(city)["pop_total"]
    with pytest.raises(LayerError, match=f"The city's own is {own:.4f}"):
        city.adding_estates(estate().drop(columns=column))


def test_groups_that_do_not_fit_together_are_refused() -> None:
    with pytest.raises(LayerError, match="together more than 1"):
        oracle.city().adding_estates(estate(share_pop_60p=0.99, share_pop_3_5=0.2))


def test_a_name_stands_for_one_estate() -> None:
    with pytest.raises(LayerError, match="an estate of this name already"):
        oracle.city().adding_estates(estate()).adding_estates(estate())


def test_numbers_of_edges_close_them() -> None:
    city = oracle.city()
    assert len(city.closing_ways([3]).walk) == len(city.walk) - 1
    with pytest.raises(InputError, match="No edge has the number"):
        city.closing_ways([999])
