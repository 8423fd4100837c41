"""Population rasters: residents are conserved, squares lie where they should, marks for "no data" are no residents."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import pytest
import rasterio
from affine import Affine
from rasterio.errors import NotGeoreferencedWarning

from servicecircle.errors import CRSError, InputError, LayerError, ReadError
from servicecircle.read import read_population

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

METRIC = "EPSG:4549"
GRID = Affine(100.0, 0.0, 426000.0, 0.0, -100.0, 3830000.0)
"""Cells of 100 m; the north-west corner is at (426000, 3830000)."""


def write(
    path: Path,
    values: Any,
    *,
    crs: str | None = METRIC,
    affine: Affine = GRID,
    nodata: float | None = None,
    **tags: str,
) -> Path:
    """Write a GeoTIFF of one band for each layer of the values."""
    bands: NDArray[Any] = np.atleast_3d(np.asarray(values))
    bands = bands.transpose(2, 0, 1) if np.ndim(values) == 2 else np.asarray(values)
    profile = {"driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2]}
    with rasterio.open(path, "w", **profile, dtype=bands.dtype, crs=crs, transform=affine, nodata=nodata) as file:
        file.write(bands)
        file.update_tags(**tags)
    return path


def place(affine: Affine, *, column: float, row: float) -> tuple[float, float]:
    """Return where a point of the grid lies."""
    a, b, c, d, e, f = tuple(affine)[:6]
    return a * column + b * row + c, d * column + e * row + f


def test_squares_lie_where_the_grid_says(tmp_path: Path) -> None:
    read = read_population(write(tmp_path / "人口.tif", np.array([[0, 5], [7, 0]], dtype="float32")), crs=METRIC)
    frame = read.frame
    assert list(frame["cell_id"]) == ["r0c1", "r1c0"]
    assert list(frame["pop_total"]) == [5.0, 7.0]
    assert frame["pop_total"].dtype == np.float64
    assert [tuple(map(float, g.bounds)) for g in frame.geometry] == [
        (426100.0, 3829900.0, 426200.0, 3830000.0),
        (426000.0, 3829800.0, 426100.0, 3829900.0),
    ]
    assert list(frame.area) == [10_000.0, 10_000.0]
    assert frame.crs == METRIC
    (counted,) = read.report.findings
    assert (counted.code, counted.residents) == ("cells", 12.0)
    assert "2 cells with 12 residents; 2 cells with none and 0 without data" in counted.en


@pytest.mark.parametrize(
    ("affine", "area"),
    [
        pytest.param(GRID, 10_000, id="north up"),
        pytest.param(Affine(100, 0, 426000, 0, 100, 3829000), 10_000, id="south up"),
        pytest.param(Affine(40, 48, 426000, 30, -64, 3830000), 4000, id="rotated"),  # 3-4-5: cells of 50 m x 80 m
    ],
)
def test_the_grid_may_lie_in_any_direction(tmp_path: Path, affine: Affine, area: float) -> None:
    frame = read_population(write(tmp_path / "a.tif", np.ones((2, 3), "uint8"), affine=affine), crs=METRIC).frame
    assert frame.area.to_numpy() == pytest.approx(np.full(6, area))
    middle = frame.geometry[2].centroid  # of the last cell of the first row
    assert (middle.x, middle.y) == pytest.approx(place(affine, column=2.5, row=0.5))
    assert frame.union_all().area == pytest.approx(6 * area)


@pytest.mark.parametrize(
    ("crs", "affine", "to"),
    [
        pytest.param("EPSG:4326", Affine(0.001, 0, 119.2, 0, -0.001, 34.6), "EPSG:4549", id="degrees"),
        pytest.param("EPSG:3035", Affine(100, 0, 4215000, 0, -100, 2929300), "EPSG:25832", id="LAEA"),
    ],
)
def test_residents_are_conserved_in_another_crs(tmp_path: Path, crs: str, affine: Affine, to: str) -> None:
    """The corners move; the numbers do not, and neighbours still touch."""
    values = np.random.default_rng(1).gamma(2.0, 40.0, (30, 20)).astype("float32")
    read = read_population(write(tmp_path / "a.tif", values, crs=crs, affine=affine), crs=to)
    assert read.frame["pop_total"].sum() == values.astype(np.float64).sum()
    assert len(read.frame) == 600
    assert read.frame.crs == to
    assert read.frame.union_all().area == pytest.approx(read.frame.area.sum(), rel=1e-9)
    back = read.frame.geometry.centroid.to_crs(crs)
    middle = back[4 * 20 + 7]
    assert (middle.x, middle.y) == pytest.approx(place(affine, column=7.5, row=4.5), abs=0.01 * affine.a)


def test_totals_are_added_in_float64(tmp_path: Path) -> None:
    """In float32, sixteen million and one is sixteen million."""
    values = np.full((300, 300), 0.1, dtype="float32")
    values[0, 0] = 900_000
    read = read_population(write(tmp_path / "a.tif", values), crs=METRIC)
    expected = 900_000 + 89_999 * float(np.float32(0.1))
    assert read.frame["pop_total"].sum() == pytest.approx(expected, rel=1e-12)
    assert read.report.findings[0].residents == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_every_type_of_number(tmp_path: Path, dtype: str) -> None:
    frame = read_population(write(tmp_path / "a.tif", np.array([[1, 250]], dtype=dtype)), crs=METRIC).frame
    assert list(frame["pop_total"]) == [1.0, 250.0]


@pytest.mark.parametrize("nodata", [0.0, -9999.0, float("nan"), 65535.0])
def test_a_declared_mark_is_no_finding(tmp_path: Path, nodata: float) -> None:
    values = np.array([[nodata, 5.0]], dtype="float32")
    read = read_population(write(tmp_path / "a.tif", values, nodata=nodata), crs=METRIC)
    assert list(read.frame["pop_total"]) == [5.0]
    assert [finding.code for finding in read.report.findings] == ["cells"]
    assert "0 cells with none and 1 without data" in read.report.findings[0].en


@pytest.mark.parametrize("mark", [-9999.0, -1.0, -3.4028234663852886e38, 3.4028234663852886e38, float("nan")])
def test_an_undeclared_mark_is_no_resident_and_reported(tmp_path: Path, mark: float) -> None:
    values = np.array([[mark, 5.0], [mark, 0.0]], dtype="float32")
    read = read_population(write(tmp_path / "a.tif", values), crs=METRIC)
    assert list(read.frame["pop_total"]) == [5.0]
    (repair,) = [finding for finding in read.report.findings if finding.severity == "repair"]
    assert (repair.code, repair.count, repair.rows) == ("undeclared_nodata", 2, ("r0c0", "r1c0"))


@pytest.mark.parametrize(("dtype", "mark"), [("int16", 32767), ("uint16", 65535), ("int32", 2**31 - 1)])
def test_the_largest_whole_number_is_a_mark(tmp_path: Path, dtype: str, mark: int) -> None:
    read = read_population(write(tmp_path / "a.tif", np.array([[mark, 5]], dtype=dtype)), crs=METRIC)
    assert list(read.frame["pop_total"]) == [5.0]
    assert "undeclared_nodata" in [finding.code for finding in read.report.findings]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ([[-3.0, 5.0]], "negative"),
        ([[-9999.0, -1.0]], "negative"),  # two marks are none
        ([[-9998.0, 5.0]], "negative"),
        ([[np.inf, 5.0]], "infinite"),
        ([[1e6 + 1, 5.0]], "absurd"),
    ],
)
def test_impossible_numbers_are_refused(tmp_path: Path, values: list[list[float]], code: str) -> None:
    path = write(tmp_path / "a.tif", np.array(values, dtype="float32"))
    with pytest.raises(LayerError) as caught:
        read_population(path, crs=METRIC)
    assert [fault.code for fault in caught.value.report.errors] == [code]
    assert caught.value.report.errors[0].rows[0] == "r0c0"


def test_all_faults_at_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[-3.0, np.inf, 2e6]], dtype="float32"))
    with pytest.raises(LayerError) as caught:
        read_population(path, crs=METRIC)
    assert [fault.code for fault in caught.value.report.errors] == ["negative", "infinite", "absurd"]


def test_nobody_anywhere_is_an_empty_layer(tmp_path: Path) -> None:
    frame = read_population(write(tmp_path / "a.tif", np.zeros((2, 2), "float32")), crs=METRIC).frame
    assert len(frame) == 0
    assert list(frame.columns) == ["cell_id", "pop_total", "geometry"]


def test_bands(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[[1, 2]], [[30, 40]]], dtype="uint8"))
    read = read_population(path, crs=METRIC, band=2)
    assert list(read.frame["pop_total"]) == [30.0, 40.0]
    assert "2 bands; band 2 was read" in read.report.findings[1].en
    with pytest.raises(InputError, match=r"2 band\(s\); band 3"):
        read_population(path, crs=METRIC, band=3)


def test_scaled_values(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[10, 25]], dtype="uint8"))
    with rasterio.open(path, "r+") as file:
        file.scales = (0.1,)
    assert list(read_population(path, crs=METRIC).frame["pop_total"]) == pytest.approx([1.0, 2.5])


def test_residents_per_km2_are_multiplied_by_the_ground_area(tmp_path: Path) -> None:
    """100 m squares are 0.01 km²; the map's scale of areas is 1 within 0.1 %."""
    values = np.array([[500.0, 0.0]], dtype="float32")
    read = read_population(write(tmp_path / "a.tif", values), crs=METRIC, values="per_km2")
    assert read.frame["pop_total"].tolist() == pytest.approx([5.0], rel=1e-3)
    assert "from_density" in [finding.code for finding in read.report.findings]


def test_the_area_of_a_cell_in_degrees_is_that_on_the_ellipsoid(tmp_path: Path) -> None:
    """An equal-area raster would say the same: geodesic area by pyproj, another way to the same figure."""
    affine = Affine(0.01, 0, 119.2, 0, -0.01, 34.6)
    path = write(tmp_path / "a.tif", np.full((1, 1), 1000.0, "float32"), crs="EPSG:4326", affine=affine)
    area, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(
        [119.2, 119.21, 119.21, 119.2], [34.59, 34.59, 34.6, 34.6]
    )
    people = read_population(path, crs="EPSG:4549", values="per_km2").frame["pop_total"]
    assert people.tolist() == pytest.approx([1000 * area / 1e6], rel=1e-5)


def test_an_unknown_kind_of_value_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((1, 1), "float32"))
    with pytest.raises(InputError, match="per_km2"):
        read_population(path, crs=METRIC, values="per_ha")  # type: ignore[arg-type]


def test_a_kind_that_was_said_is_not_doubted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((1, 1), "float32"), description="Population density per km2")
    assert "density" not in [one.code for one in read_population(path, crs=METRIC, values="residents").report.findings]


def test_a_density_is_pointed_out(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((1, 1), "float32"), description="Population density per km2")
    assert "density" in [finding.code for finding in read_population(path, crs=METRIC).report.findings]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:3857", "EPSG:2263", "nonsense"])
def test_the_city_needs_metres(tmp_path: Path, crs: str) -> None:
    with pytest.raises(CRSError):
        read_population(write(tmp_path / "a.tif", np.ones((1, 1), "float32")), crs=crs)


@pytest.mark.parametrize(
    ("crs", "affine", "missing"),
    [(None, GRID, "CRS"), (METRIC, Affine.identity(), "position"), (None, Affine.identity(), "CRS")],
)
def test_a_raster_must_say_where_it_lies(tmp_path: Path, crs: str | None, affine: Affine, missing: str) -> None:
    path = tmp_path / "a.tif"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        write(path, np.ones((1, 1), "float32"), crs=crs, affine=affine)
    with pytest.raises(CRSError, match=f"does not say where it lies .{missing} missing"):
        read_population(path, crs=METRIC)


def test_cells_with_no_place_in_the_city_crs(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.ones((1, 1), "float32"), crs="EPSG:4326", affine=Affine(1, 0, 500, 0, -1, 1000))
    with pytest.raises(LayerError, match="no place in"):
        read_population(path, crs=METRIC)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.7, 0.999])
@pytest.mark.parametrize("compress", ["none", "deflate"])
def test_a_truncated_raster_is_refused(tmp_path: Path, share: float, compress: str) -> None:
    path = tmp_path / "a.tif"
    values = np.random.default_rng(2).gamma(2.0, 40.0, (200, 200)).astype("float32")
    profile = {"driver": "GTiff", "count": 1, "height": 200, "width": 200, "dtype": "float32", "compress": compress}
    with rasterio.open(path, "w", **profile, crs=METRIC, transform=GRID) as file:
        file.write(values, 1)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ReadError, match="not a whole raster"):
        read_population(path, crs=METRIC)


def test_a_missing_or_other_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no such file"):
        read_population(tmp_path / "a.tif", crs=METRIC)
    (tmp_path / "a.tif").write_text("no raster", encoding="utf-8")
    with pytest.raises(ReadError, match="not a whole raster"):
        read_population(tmp_path / "a.tif", crs=METRIC)
