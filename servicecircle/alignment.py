"""Whether a layer lies where the others lie: layers in another datum than they say, or in the wrong zone.

The test of a datum moves a layer by what GCJ-02 or BD-09 would have displaced it, place by place, and looks whether it
then lies closer to a reference than as it is, and than moved equally far in other directions (the controls).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from servicecircle.datum import BD09, FROM_WGS84, GCJ02, TO_WGS84, direction, inside_china
from servicecircle.errors import InputError
from servicecircle.findings import DataReport, Finding
from servicecircle.gauss_kruger import rezoned
from servicecircle.projection import WGS84, check_coordinates, metric_crs, reproject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    class HasEdges(Protocol):
        """A network with edges."""

        @property
        def crs(self) -> pyproj.CRS:
            """Return its CRS, in metres."""

        @property
        def edge_geometry(self) -> NDArray[np.object_]:
            """Return its edges as lines."""

    Reference: TypeAlias = gpd.GeoDataFrame | gpd.GeoSeries | HasEdges

MOST_PLACES = 300
"""Places of a layer that are looked at, taken evenly over its extent."""

FEWEST_PLACES = 20
MANY_PLACES = 50

FARTHEST_M, BLUR_M = 150.0, 10.0
"""A place counts by the logarithm of its distance to the reference plus `BLUR_M`, up to `FARTHEST_M` (metres)."""

TURNS = np.radians([*range(30, 151, 15), *range(210, 331, 15)])
"""Directions of the controls, from that of a displacement: not the same, and not the opposite."""

LEAST_SPREAD = 0.02
"""Of the controls' scores: where none comes near the reference they are all alike."""

LEAST_GAIN = 0.1
"""By which the score must fall: distances a tenth shorter."""

VERTICES_EACH = 16
"""Lines with more vertices than this, on average, are taken apart: short ones are searched faster."""

FAR_M = 20_000.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much better a layer put back must lie than as it is (standard errors) and than the controls (deviations)."""

    gain: float
    clear: float

    def gained(self, gains: NDArray[np.float64]) -> bool:
        """Return whether what places gain by being put back is enough."""
        error = float(gains.std(ddof=1)) / np.sqrt(len(gains))
        return bool(gains.mean() >= max(LEAST_GAIN, self.gain * error))


USUAL = Limits(0.5, 2.0)
STRICT = Limits(1.0, 2.5)
"""For layers of fewer places than `MANY_PLACES`, and where many layers are tested at once."""


@dataclass(frozen=True, slots=True)
class Displacement:
    """A displacement that brings a layer onto a reference.

    Parameters
    ----------
    datum
        ``"GCJ-02"`` or ``"BD-09"``.
    of_layer
        Whether the layer is in this datum; else the reference is, or the layer was brought back twice.
    east_m, north_m
        By how far the layer is displaced from the reference (metres), on average.
    places
        On how many places this was found.
    before_m, after_m, control_m
        The typical distance (metres) to the reference as the layer is, put back, and moved as far in other directions.
    clear
        How far the score lies below that of the controls, in their standard deviations.
    """

    datum: str
    of_layer: bool
    east_m: float
    north_m: float
    places: int
    before_m: float
    after_m: float
    control_m: float
    clear: float


def check_datum(layer: gpd.GeoDataFrame, reference: Reference, *, name: str = "layer") -> DataReport:
    """Look whether a layer is in GCJ-02 or BD-09 although it says it is not, or the reference is.

    Points are compared with the nearest of the reference; lines and polygons by their vertices. The reference should be
    what the layer follows if it is right: a walk network for facilities, boundaries for zones that share them.
    Outside China nothing is displaced, and nothing is found.

    Parameters
    ----------
    layer
        At least 20 points (or vertices of lines and polygons) inside China, in any declared CRS.
    reference
        A walk network, or lines, polygons or points in any declared CRS; it is taken to be right.
    name
        The layer's name in findings.

    Returns
    -------
    DataReport
        A warning ``datum_suspected`` that says which datum explains the displacement, its size (metres), how clear the
        case is and what to do; an info ``datum_untested`` if there are too few places; else nothing.

    Raises
    ------
    CRSError
        If a layer has no CRS, or coordinates that cannot be in it.
    InputError
        If the layer or the reference is not of these kinds.

    Examples
    --------
    >>> corners = [(x, y) for x in range(0, 3000, 300) for y in range(0, 2000, 200)]
    >>> streets = [shapely.box(x, y, x + 290, y + 190).exterior for x, y in corners]
    >>> origin = (480_000, 3_830_000)
    >>> walk = gpd.GeoSeries(streets, crs="EPSG:4549").translate(*origin)
    >>> doors = walk.interpolate(0.3, normalized=True).to_frame("geometry").to_crs("EPSG:4326")
    >>> len(check_datum(doors, walk))
    0
    >>> lon, lat = FROM_WGS84["GCJ-02"](doors.geometry.x, doors.geometry.y)
    >>> poi = gpd.GeoDataFrame(geometry=gpd.points_from_xy(lon, lat), crs="EPSG:4326")
    >>> print(check_datum(poi, walk, name="poi").findings[0].en[:55])
    the layer looks as if its coordinates were in GCJ-02: i
    """
    places, target = _places(layer, name), Target.of(reference)
    if len(places) < FEWEST_PLACES:
        few = Finding(
            name,
            "datum_untested",
            "info",
            f"{len(places):,} places are too few to see whether they are in {GCJ02} or {BD09}; {FEWEST_PLACES} are "
            "needed.",
            f"仅 {len(places):,} 个点，不足 {FEWEST_PLACES} 个，无法检验是否为 {GCJ02} 或 {BD09} 坐标。",
        )
        return DataReport((few,))
    found = target.displacement(places, limits=USUAL if len(places) >= MANY_PLACES else STRICT)
    return DataReport((suspicion(name, found),) if found else ())


def _places(layer: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    """Return the vertices of a layer in WGS 84, shape (n, 2)."""
    if not isinstance(layer, (gpd.GeoDataFrame, gpd.GeoSeries)):
        raise InputError(
            f"The {name} layer must be a GeoDataFrame. {type(layer).__name__} was given instead. | {name} 图层必须是 "
            "GeoDataFrame。"
        )
    frame = layer if isinstance(layer, gpd.GeoDataFrame) else layer.to_frame("geometry")
    shapes, _ = reproject(frame, WGS84, layer=name)
    xy = shapely.get_coordinates(shapes.geometry.to_numpy())
    return xy[np.isfinite(xy).all(axis=1)]


@dataclass(frozen=True, slots=True)
class Target:
    """What layers are compared with, made ready for many comparisons.

    Parameters
    ----------
    crs
        A CRS in metres.
    tree
        The reference, in that CRS.
    """

    crs: pyproj.CRS
    tree: shapely.STRtree

    @classmethod
    def of(cls, reference: Reference) -> Target:
        """Return a reference made ready."""
        if isinstance(reference, gpd.GeoDataFrame):
            series = reference.geometry
        elif isinstance(reference, gpd.GeoSeries):
            series = reference
        elif hasattr(reference, "edge_geometry"):
            series = gpd.GeoSeries(reference.edge_geometry, crs=reference.crs)
        else:
            raise InputError(
                f"reference must be a walk network or a GeoDataFrame, not {type(reference).__name__}. | reference 应为"
                "步行网络或 GeoDataFrame。"
            )
        frame = series[~(series.isna() | series.is_empty)].to_frame("geometry")
        check_coordinates(frame, layer="reference")
        if frame.crs.is_geographic and len(frame):
            frame = frame.to_crs(frame.estimate_utm_crs())
        crs = metric_crs(frame.crs)
        return cls(crs, shapely.STRtree(_short(frame.geometry.to_numpy())))

    def displacement(self, places: NDArray[np.float64], *, limits: Limits) -> Displacement | None:
        """Return the displacement that brings places (degrees, lon first) onto the reference, None if none does."""
        places = evenly(places)
        if len(places) < FEWEST_PLACES or not len(self.tree):
            return None
        to_metres = from_degrees(self.crs)
        here = np.column_stack(to_metres.transform(places[:, 0], places[:, 1]))
        if not np.isfinite(here).all():
            return None
        before = self.scores(here)
        tried, steps = [], {}
        for datum, of_layer, change in CHANGES:
            there = np.column_stack(to_metres.transform(*change(places[:, 0], places[:, 1])))
            gains = before - self.scores(there)
            steps[datum, of_layer] = there - here
            if limits.gained(gains):
                tried.append((float(gains.mean()), datum, of_layer))
        if not tried:
            return None
        gain, datum, of_layer = max(tried)
        after = float(before.mean()) - gain
        controls = self._controls(here, [steps[one, True] for one in (GCJ02, BD09)])
        clear = float(controls.mean() - after) / max(float(controls.std(ddof=1)), LEAST_SPREAD)
        if clear < limits.clear:
            return None
        east, north = map(float, -steps[datum, of_layer].mean(axis=0))
        scores = (float(before.mean()), after, float(controls.mean()))
        before_m, after_m, control_m = (float(np.exp(score)) - BLUR_M for score in scores)
        return Displacement(datum, of_layer, east, north, len(places), before_m, after_m, control_m, clear)

    def _controls(self, here: NDArray[np.float64], steps: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Return the mean score of places moved as far as some steps, but in other directions."""
        return np.array([self.scores(here + _turned(step, turn)).mean() for step in steps for turn in TURNS])

    def scores(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return a score for each place: the lower, the closer it lies to the reference."""
        metres = np.full(len(xy), FARTHEST_M)
        (near, _), found = self.tree.query_nearest(
            shapely.points(xy), max_distance=FARTHEST_M, return_distance=True, all_matches=False
        )
        metres[near] = np.minimum(found, FARTHEST_M)
        return np.asarray(np.log(metres + BLUR_M))


@functools.lru_cache(maxsize=16)
def from_degrees(crs: pyproj.CRS) -> pyproj.Transformer:
    """Return the way from WGS 84 into a CRS; finding it takes longer than going it."""
    return pyproj.Transformer.from_crs(WGS84, crs, always_xy=True)


CHANGES: tuple[tuple[str, bool, Callable[..., tuple[NDArray[np.float64], NDArray[np.float64]]]], ...] = (
    *((datum, True, TO_WGS84[datum]) for datum in (GCJ02, BD09)),
    *((datum, False, FROM_WGS84[datum]) for datum in (GCJ02, BD09)),
)
"""The displacements to try: datum, whether it is the layer's, and what puts the layer onto the reference."""


def evenly(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return at most `MOST_PLACES` different places inside China, the same whatever the order they are in."""
    ordered = np.unique(places[inside_china(places[:, 0], places[:, 1])], axis=0)
    if len(ordered) <= MOST_PLACES:
        return ordered
    return ordered[np.linspace(0, len(ordered) - 1, MOST_PLACES).round().astype(np.int64)]


def _turned(steps: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    across, along = np.cos(angle), np.sin(angle)
    return np.column_stack([across * steps[:, 0] - along * steps[:, 1], along * steps[:, 0] + across * steps[:, 1]])


def _short(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes as they are compared: polygons by their boundaries, long lines by their segments."""
    areas = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004
    shapes = np.where(areas, shapely.boundary(shapes), shapes)
    lines = shapely.get_parts(shapes)
    if not len(lines) or shapely.get_num_coordinates(lines).mean() <= VERTICES_EACH:
        return np.asarray(lines, dtype=object)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    same = np.flatnonzero(owner[1:] == owner[:-1])
    pairs = np.stack([xy[same], xy[same + 1]], axis=1)
    points = lines[shapely.get_dimensions(lines) == 0]
    return np.concatenate([shapely.linestrings(pairs), points])


def suspicion(layer: str, found: Displacement, *, part: str = "", part_zh: str = "") -> Finding:
    """Return the warning about a layer, or a part of it, that a displacement brings onto its reference."""
    size = f"{np.hypot(found.east_m, found.north_m):,.0f}"
    way, way_zh = direction(found.east_m, found.north_m)
    sure, sure_zh = ("almost certainly", "几乎可以确定") if found.clear >= 2 * STRICT.clear else ("probably", "很可能")
    if found.of_layer:
        looks, looks_zh = f"looks as if its coordinates were in {found.datum}", f"坐标疑为 {found.datum}"
        remedy = f"Read it with crs = {found.datum!r} (in Python: from_datum(frame, {found.datum!r}))"
        remedy_zh = f"请用 crs = {found.datum!r} 读取（Python 中用 from_datum）"
    else:
        looks = (
            f"looks as if the reference were in {found.datum}, or as if the layer had been brought back from it twice"
        )
        looks_zh = f"疑参照图层为 {found.datum} 坐标，或该图层被重复纠偏"
        remedy = f"Read the reference with crs = {found.datum!r}, or the layer without it"
        remedy_zh = f"请用 crs = {found.datum!r} 读取参照图层，或对该图层去掉该设置"
    return Finding(
        layer,
        "datum_suspected",
        "warning",
        f"the layer{part} {looks}: it is displaced by {size} m ({way}). Put back, its {found.places:,} places "
        f"looked at lie {found.after_m:,.0f} m from the reference; as they are, {found.before_m:,.0f} m; moved as far "
        f"in other directions, {found.control_m:,.0f} m ({sure}: {found.clear:.1f} standard deviations). {remedy}.",
        f"该图层{part_zh}{looks_zh}：偏移约 {size} 米（{way_zh}）。纠正后所查 {found.places:,} 个点距参照典型为 "
        f"{found.after_m:,.0f} 米，现为 {found.before_m:,.0f} 米，向其他方向移动同样距离为 {found.control_m:,.0f} 米"
        f"（{sure_zh}，{found.clear:.1f} 倍标准差）。{remedy_zh}。",
    )


def far_away(
    xy: NDArray[np.float64], crs: pyproj.CRS, bounds: Sequence[float], *, layer: str, part: str = ""
) -> tuple[Finding, ...]:
    """Return what is wrong with a layer whose middle lies more than 20 km outside an extent, nothing if it does not.

    Parameters
    ----------
    xy
        Places of the layer (metres), shape (n, 2); NaN where there is none.
    crs
        Their CRS, in metres.
    bounds
        West, south, east and north of the walk network, in the same CRS.
    layer, part
        What the findings name.

    Returns
    -------
    tuple of Finding
        An error ``wrong_zone`` if the numbers fit in a Gauss-Kruger zone beside the one they were read in, else a
        warning ``elsewhere``.

    Examples
    --------
    >>> place = np.array([[205_500.0, 3_834_000.0]])
    >>> (found,) = far_away(place, pyproj.CRS(4549), (450_000, 3_800_000, 500_000, 3_850_000), layer="schools")
    >>> found.code
    'wrong_zone'
    """
    west, south, east, north = bounds
    known = xy[np.isfinite(xy).all(axis=1)]
    if not len(known):
        return ()
    x, y = np.median(known, axis=0)
    off = float(np.hypot(max(west - x, x - east, 0.0), max(south - y, y - north, 0.0)))
    if off <= FAR_M:
        return ()
    lon, lat = from_degrees(crs).transform(x, y, direction="INVERSE")
    there = from_degrees(crs).transform_bounds(west, south, east, north, direction="INVERSE")
    steps = rezoned(lon, lat, there)
    said = f"its middle lies {off / 1000:,.0f} km from the walk network, at {lon:.2f}° E, {lat:.2f}° N"
    said_zh = f"其中心距步行网络 {off / 1000:,.0f} 公里（{lon:.2f}°E，{lat:.2f}°N）"
    if steps is None:
        return (
            Finding(
                layer,
                "elsewhere",
                "warning",
                f"{part}{said}. Check its CRS and its coordinates.",
                f"{part}{said_zh}，请核对坐标系和坐标。",
            ),
        )
    way, way_zh = ("east", "东") if steps > 0 else ("west", "西")
    degrees = 3 * abs(steps)
    return (
        Finding(
            layer,
            "wrong_zone",
            "error",
            f"{part}{said}; {degrees}° farther {way} it would lie on it. It was read in the wrong Gauss-Kruger zone: "
            f"declare the CRS whose central meridian lies {degrees}° farther {way} (EPSG codes of 3-degree zones go up "
            "by one for every 3°: EPSG:4548 is CM 117E, EPSG:4549 CM 120E).",
            f"{part}{said_zh}；向{way_zh} {degrees}° 则落在网络上。坐标系分带有误：请改用中央经线再向{way_zh} "
            f"{degrees}° 的坐标系（3 度带 EPSG 代码逐带加一：EPSG:4548 为 117°E，EPSG:4549 为 120°E）。",
        ),
    )
