from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from servicecircle.city.layers import inspect_facilities
from servicecircle.projection import metric_crs

CRS = metric_crs("EPSG:4549")


def facilities(*owners: str | None) -> gpd.GeoDataFrame:
    places = [shapely.Point(500_000 + 10 * place, 3_800_000) for place in range(len(owners))]
    return gpd.GeoDataFrame({"service": "kindergarten", "ownership": list(owners)}, geometry=places, crs=CRS)


@pytest.mark.parametrize(
    ("word", "term"),
    [("公办", "public"), ("公立", "public"), (" 民办 ", "private"), ("私立", "private"), ("public", "public")],
)
def test_the_words_offices_write_are_the_terms_a_plan_asks_for(word: str, term: str) -> None:
    seen = inspect_facilities(facilities(word), CRS)
    assert seen.frame["ownership"].tolist() == [term]
    assert [one for one in seen.findings if one.column == "ownership"] == []


def test_other_words_stay_and_are_pointed_out() -> None:
    seen = inspect_facilities(facilities("公办", "集体", None), CRS)
    assert seen.frame["ownership"].tolist() == ["public", "集体", None]
    (said,) = [one for one in seen.findings if one.column == "ownership"]
    assert (said.severity, said.count, said.rows) == ("warning", 1, ("1: 集体",))
