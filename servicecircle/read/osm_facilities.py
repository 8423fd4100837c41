"""Facilities from OpenStreetMap files (.osm.pbf, and the other formats that osmium reads)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from servicecircle.errors import InputError, ReadError
from servicecircle.findings import DataReport, Finding
from servicecircle.projection import WGS84, datum_findings, metric_crs, reproject
from servicecircle.read.categories import category_rules, described, rule_findings, rule_of_tags
from servicecircle.read.report import Read
from servicecircle.text import did_you_mean, listed

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    import osmium
    import pyproj

    from servicecircle.read.category_rules import CategoryFile, Rule

LAYER = "facilities"

NAMES = ("name:zh", "name")
"""The tags that hold a name, the first that is there."""

OWNERS = {
    **dict.fromkeys(("public", "government", "municipal"), "public"),
    **dict.fromkeys(("private", "private_non_profit", "business"), "private"),
}
"""operator:type -> ownership as plans ask for it; what is neither public nor private stays unknown."""

WHOLE_NUMBER = re.compile(r"\d+")
FEWEST_CORNERS = 4


def read_facilities(
    path: str | os.PathLike[str],
    *,
    crs: object,
    services: Sequence[str] | None = None,
    rules: str | os.PathLike[str] | None = None,
) -> Read:
    """Read the facilities of an OpenStreetMap file: nodes, ways and multipolygons whose tags mean a service.

    Areas stay areas. A way that makes no area (a platform drawn as a line) becomes the point in its middle.

    Parameters
    ----------
    path
        An ``.osm.pbf`` file (also ``.osm``, ``.osm.gz``, ``.osm.bz2``).
    crs
        The projected CRS of the city, in metres. It is never guessed.
    services
        The services wanted; without them, all that the rules know.
    rules
        A file of one's own in the form of the bundled ``categories.toml``, instead of it.

    Returns
    -------
    Read
        Facilities in ``crs``, ordered by kind and number: ``id`` (``node/1``, ``way/1``, ``relation/1``), ``name``
        (name:zh before name), ``service``, ``category`` (the tags that decided), ``capacity``, ``ownership`` (public,
        private, from operator:type), what the rules say else (``mode``, ``stop_role``), geometry. The report says how
        many there are of each service, what was left out and what could not be read.

    Raises
    ------
    ReadError
        If the file is missing or broken, or the file of rules has faults.
    CRSError
        If ``crs`` is unknown or does not measure in metres.
    InputError
        If a service wanted is none that the rules know.

    See Also
    --------
    servicecircle.read.merge_duplicates : Joins a stop with its platform, and what was drawn twice.
    """
    metric = metric_crs(crs)
    known = category_rules(rules)
    _check_services(services, known)
    found = _read(Path(path), known)
    asked = [row for row in found.rows if services is None or row.rule.service in {None, *services}]
    wanted = sorted((row for row in asked if row.rule.service is not None), key=lambda row: row.key)
    frame = _frame(wanted, metric)
    said = rule_findings([row.rule for row in asked], [row.category for row in asked], column="category")
    absent = sorted(set(services or ()) - {row.rule.service for row in wanted})
    report = [*said, *_findings(found, wanted, absent), *datum_findings(LAYER, WGS84, metric)]
    return Read(frame, DataReport(tuple(report)))


@dataclass(frozen=True, slots=True)
class _Row:
    """An object whose tags a rule fits."""

    kind: str  # node, way, relation
    number: int
    tags: dict[str, str]
    rule: Rule
    geometry: Any  # degrees

    @property
    def key(self) -> tuple[str, int]:
        return self.kind, self.number

    @property
    def category(self) -> str:
        asked = getattr(self.rule, "tags", {})
        return "+".join(f"{key}={self.tags[key]}" for key in asked)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a file holds: objects with a place, and those whose shape is broken or not whole."""

    rows: list[_Row] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)


def _check_services(services: Sequence[str] | None, rules: CategoryFile) -> None:
    known = sorted({rule.service for rule in rules.osm if rule.service is not None})
    if isinstance(services, str):
        raise InputError(f"services must be a list, for example [{services!r}]. | services 应为列表。")
    for service in services or ():
        if service not in known:
            raise InputError(
                f"service {service!r} is none that the tags of OpenStreetMap are mapped to. "
                f"{did_you_mean(service, known)} | OSM 标签对照表中没有服务 {service}。"
            )


def _read(path: Path, rules: CategoryFile) -> _Found:
    """Read the objects of a file that a rule fits, saying what is wrong with a file that cannot be read."""
    if not path.is_file():
        raise ReadError(f"{path}: there is no such file. | 找不到文件 {path}。")
    import osmium  # heavy: only when a file is read

    try:
        return _stream(path, rules)
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise ReadError(
            f"{path}: not a whole OpenStreetMap file ({error}). Fetch or copy it again. | "
            f"{path}：不是完整的 OpenStreetMap 文件，请重新下载或拷贝。"
        ) from error


def _stream(path: Path, rules: CategoryFile) -> _Found:
    """Read nodes, ways and the areas that closed ways and multipolygons make."""
    import osmium

    keys = sorted({key for rule in rules.osm for key in rule.tags})
    asked = osmium.filter.KeyFilter(*keys)
    found = _Found()
    closed: dict[tuple[str, int], _Row] = {}
    factory = osmium.geom.WKBFactory()
    for entity in osmium.FileProcessor(str(path)).with_areas(asked).with_filter(asked):
        tags = {tag.k: tag.v for tag in entity.tags}
        rule = rule_of_tags(rules, tags)
        if rule is None:
            continue
        if isinstance(entity, osmium.osm.Node):
            place = shapely.Point(entity.location.lon, entity.location.lat)
            found.rows.append(_Row("node", entity.id, tags, rule, place))
        elif isinstance(entity, osmium.osm.Area):
            if entity.num_rings()[0] == 0:  # crosses itself: the way is taken as a line, the relation as broken
                continue
            kind = "way" if entity.from_way() else "relation"
            shape = _simple(shapely.from_wkb(factory.create_multipolygon(entity)))
            closed[kind, entity.orig_id()] = _Row(kind, entity.orig_id(), tags, rule, shape)
        elif isinstance(entity, osmium.osm.Way):
            closed.setdefault(("way", entity.id), _Row("way", entity.id, tags, rule, _line(entity)))
        elif isinstance(entity, osmium.osm.Relation) and tags.get("type") == "multipolygon":
            closed.setdefault(("relation", entity.id), _Row("relation", entity.id, tags, rule, None))
    for row in closed.values():
        _add_way(found, row)
    return found


def _add_way(found: _Found, row: _Row) -> None:
    """Add a way or relation: areas as they are, lines by the point in their middle, what has no shape as broken."""
    label = f"{row.kind}/{row.number}"
    shape = row.geometry
    if shape is None or shape.is_empty:
        if row.rule.service is not None:
            found.broken.append(label)
        return
    if shape.geom_type == "LineString":
        if row.rule.service is not None:
            found.lines.append(label)
        shape = shape.interpolate(0.5, normalized=True)
    found.rows.append(_Row(row.kind, row.number, row.tags, row.rule, shape))


def _line(way: osmium.osm.Way) -> Any:
    """Return a way as a line over the nodes whose place the file has; None if fewer than two."""
    places = [(node.location.lon, node.location.lat) for node in way.nodes if node.location.valid()]
    return shapely.LineString(places) if len(set(places)) > 1 else None


def _simple(shape: Any) -> Any:
    """Return the polygon of a multipolygon that has one part only."""
    return shape.geoms[0] if shape.geom_type == "MultiPolygon" and len(shape.geoms) == 1 else shape


def _frame(rows: list[_Row], crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Return the facilities as a frame in a projected CRS."""
    columns = {
        "id": [f"{row.kind}/{row.number}" for row in rows],
        "name": [_first(row.tags, NAMES) for row in rows],
        "category": [row.category for row in rows],
        "capacity": np.array([_capacity(row.tags) for row in rows], dtype=np.float64),
        "ownership": [OWNERS.get(row.tags.get("operator:type", "")) for row in rows],
    }
    frame = gpd.GeoDataFrame(columns, geometry=[row.geometry for row in rows], crs=WGS84)
    frame[["name", "ownership"]] = frame[["name", "ownership"]].astype(object)
    frame = described(frame, [row.rule for row in rows])
    return reproject(frame, crs, layer=LAYER)[0] if len(frame) else frame.to_crs(crs)


def _first(tags: dict[str, str], keys: Iterable[str]) -> str | None:
    return next((tags[key].strip() for key in keys if tags.get(key, "").strip()), None)


def _capacity(tags: dict[str, str]) -> float:
    """Return the capacity that an object states as a whole number, NaN if it states none."""
    text = tags.get("capacity", "").strip()
    return float(text) if WHOLE_NUMBER.fullmatch(text) else np.nan


def _findings(found: _Found, wanted: list[_Row], absent: list[str]) -> list[Finding]:
    """Return what was changed, what could not be read, and which services are not there."""
    findings = []
    if found.lines:
        en = "ways that make no area (lines, outlines that cross themselves): the point in the middle of each is taken."
        zh = "不构成面的线（未闭合或自相交），取其中点。"
        findings.append(Finding.about(LAYER, "line", "repair", en=en, zh=zh, column="geometry", rows=found.lines))
    if found.broken:
        en = (
            "areas that are not whole in the file (clipped, or broken in the map) are left out. Take an extract that "
            "reaches beyond the city."
        )
        zh = "文件中不完整（被截断或本身有误）的面未列入；请使用范围更大的数据。"
        findings.append(Finding.about(LAYER, "broken", "warning", en=en, zh=zh, column="geometry", rows=found.broken))
    unread = [f"{row.kind}/{row.number}: {row.tags['capacity']}" for row in wanted if _unread_capacity(row)]
    if unread:
        en = "capacity is no whole number; it is taken as not known."
        zh = "capacity 不是整数，按未知处理。"
        findings.append(Finding.about(LAYER, "no_number", "repair", en=en, zh=zh, column="capacity", rows=unread))
    if absent:
        en = (
            f"no object is of {listed(absent)}: that is what the map knows, and rarely what is there. Take the list of "
            "the office in charge."
        )
        zh = f"地图中没有 {listed(absent)}：只说明地图未收录，不等于没有，请使用主管部门名录。"
        findings.append(Finding(LAYER, "service_absent", "warning", en, zh, "service"))
    return findings


def _unread_capacity(row: _Row) -> bool:
    return bool(row.tags.get("capacity", "").strip()) and np.isnan(_capacity(row.tags))
