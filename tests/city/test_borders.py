"""Borders of zones that do not fit: expected areas and residents are those of squares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import shapely

from servicecircle.city.borders import border_findings

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4549"
X, Y = 480_000.0, 3_830_000.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def zones(*rows: tuple[str, str, BaseGeometry]) -> gpd.GeoDataFrame:
    ids, levels, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"zone_id": ids, "level": levels}, geometry=list(shapes), crs=CRS)


def cells(*rows: tuple[float, float, float]) -> gpd.GeoDataFrame:
    points = [shapely.Point(X + x, Y + y) for x, y, _ in rows]
    return gpd.GeoDataFrame({"pop_total": [people for *_, people in rows]}, geometry=points, crs=CRS)


HOMES = cells((50, 50, 10.0), (110, 50, 7.0), (150, 150, 3.0))
AROUND = shapely.difference(box(0, 0, 300, 300), box(100, 100, 200, 200))


def test_zones_that_only_touch_are_no_finding() -> None:
    touching = zones(("a", "街道", box(0, 0, 100, 100)), ("b", "街道", box(100, 0, 200, 100)))
    assert border_findings(HOMES, touching) == []


def test_an_overlap_is_told_with_its_area_and_residents() -> None:
    found = border_findings(HOMES, zones(("b", "街道", box(100, 0, 200, 100)), ("a", "街道", box(0, 0, 120, 100))))
    assert [(one.code, one.rows, one.residents) for one in found] == [("overlap", ("a / b: 2,000 m²",), 7.0)]


def test_overlaps_of_different_levels_are_none() -> None:
    assert border_findings(HOMES, zones(("a", "县区", box(0, 0, 200, 100)), ("b", "街道", box(0, 0, 100, 100)))) == []


@pytest.mark.parametrize(("width", "told"), [(0.5, []), (2.0, ["overlap"])])
def test_slivers_are_taken_as_rounding(width: float, told: list[str]) -> None:
    """100 m long: 50 m² are a sliver, 200 m² are not."""
    found = border_findings(
        HOMES, zones(("a", "街道", box(0, 0, 100 + width, 100)), ("b", "街道", box(100, 0, 200, 100)))
    )
    assert [one.code for one in found] == told


def test_a_hole_is_told_with_its_area_and_residents() -> None:
    found = border_findings(HOMES, zones(("a", "街道", AROUND)))
    assert [(one.code, one.residents) for one in found] == [("hole", 3.0)]
    assert found[0].rows[0].endswith("10,000 m²")


def test_ground_left_to_a_zone_of_another_level_is_no_hole() -> None:
    assert border_findings(HOMES, zones(("a", "乡镇", AROUND), ("b", "街道", box(100, 100, 200, 200)))) == []


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        ("c", "街道", box(50, 0, 150, 60)),
        ("a", "街道", box(0, 0, 120, 100)),
        ("b", "街道", box(100, 0, 200, 100)),
    ]
    assert border_findings(HOMES, zones(*rows)) == border_findings(HOMES.iloc[::-1], zones(*reversed(rows)))
