"""Fields of a standard -> its measure. One small function per measure; the keys are the measure's own field names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast, get_args

from servicecircle.plan.fields import Fields, short
from servicecircle.plan.filters import ANY_SERVICE, Bounds, Condition, Facilities, FacilityFilter, Where
from servicecircle.plan.frozen import FrozenMap
from servicecircle.plan.measures import (
    Composite,
    Connection,
    Coverage,
    Measure,
    Presence,
    Provision,
    Reach,
    Register,
    Requirement,
    Share,
    Stock,
    TravelTime,
)

SETTINGS = ("urban", "rural")


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a plan's standards may use: profiles, groups and services."""

    profiles: tuple[str, ...]
    groups: tuple[str, ...]
    services: tuple[str, ...]


_Reader: TypeAlias = Callable[[Fields, Names], Measure]


def read_measure(fields: Fields, names: Names) -> Measure | None:
    """Return the measure of a standard; None if it names none that exists."""
    kind = fields.choice("measure", tuple(READERS), required=True)
    return READERS[kind](fields, names) if kind else None


def _reach(fields: Fields, names: Names) -> Reach:
    measure = Reach(
        facilities=_facilities(fields, names, required=True),
        group=fields.choice("group", names.groups, required=True),
        profile=fields.choice("profile", names.profiles, "general"),
        minutes=fields.number("minutes"),
        by_class=_by_class(fields),
        metres=fields.number("metres"),
        bands=fields.numbers("bands"),
        pass_rule=cast(
            "Literal['pooled', 'each_class']", fields.choice("pass_rule", ("pooled", "each_class"), "pooled")
        ),
        sensitivity=fields.texts("sensitivity", known=names.profiles),
        also_metres=fields.numbers("also_metres"),
    )
    _one_of(fields, "minutes", "by_class", "metres")
    limit = measure.minutes if measure.minutes is not None else max(measure.by_class.values(), default=None)
    _bands_below(fields, measure.bands, limit)
    return measure


def _coverage(fields: Fields, names: Names) -> Coverage:
    measure = Coverage(
        facilities=_facilities(fields, names),
        area=fields.text("area"),
        metres=fields.number("metres"),
        metres_column=fields.text("metres_column"),
        group=fields.choice("group", names.groups),
        covered_by=fields.text("covered_by"),
        population_companions=fields.flag("population_companions", default=True),
    )
    _one_of(fields, "facilities", "covered_by")
    if "facilities" in fields.table:
        _one_of(fields, "metres", "metres_column")
    else:
        _none_of(fields, ("metres", "metres_column"), "covered_by")
    return measure


def _provision(fields: Fields, names: Names) -> Provision:
    return Provision(
        facilities=_facilities(fields, names, required=True),
        group=fields.choice("group", names.groups, required=True),
        per_amount=fields.number("per_amount", required=True) or 1.0,
        count=fields.text("count", "facilities"),
        once_per=fields.text("once_per"),
        setting=fields.choice("setting", SETTINGS),
        companions=fields.texts("companions"),
        also_groups=fields.texts("also_groups", known=names.groups),
    )


def _presence(fields: Fields, names: Names) -> Presence:
    return Presence(
        facilities=_facilities(fields, names, required=True),
        unit_levels=fields.texts("unit_levels", required=True),
        count=fields.whole("count", least=1, backed=True) or 1,
        requires_all=_requires_all(fields),
        unit_where=_where(fields, "unit_where"),
        every_service=fields.flag("every_service", default=False),
        within_m=fields.number("within_m"),
        near_miss=fields.flag("near_miss", default=True),
    )


def _share(fields: Fields, names: Names) -> Share:
    measure = Share(
        facilities=_facilities(fields, names),
        unit_levels=fields.texts("unit_levels"),
        having=tuple(_conditions(one) for one in fields.children("having")),
        weight=fields.text("weight"),
        numerator=fields.text("numerator"),
        denominator=fields.text("denominator"),
        each=fields.flag("each", default=False),
        companions=fields.texts("companions"),
    )
    _one_of(fields, "facilities", "unit_levels")
    _one_of(fields, "having", "numerator")
    if "numerator" in fields.table and not measure.denominator:
        fields.need(("denominator",), "'numerator' needs 'denominator'.", "有 'numerator' 时须有 'denominator'。")
    if "having" in fields.table:
        _none_of(fields, ("denominator", "each"), "having")
        if not measure.having:
            fields.fault("having", "must not be empty.", "不能为空。")
    return measure


def _composite(fields: Fields, names: Names) -> Composite:
    return Composite(
        group=fields.choice("group", names.groups, required=True),
        require=tuple(_requirement(one, names) for one in fields.children("require", required=True)),
        profile=fields.choice("profile", names.profiles, "general"),
        also_minutes=fields.numbers("also_minutes"),
        sensitivity=fields.texts("sensitivity", known=names.profiles),
    )


def _requirement(fields: Fields, names: Names) -> Requirement:
    facilities = _facilities(fields, names, required=True)
    minutes = fields.number("minutes", required=True)
    fields.finish()
    return Requirement(facilities or (FacilityFilter(""),), minutes or 1.0)


def _travel_time(fields: Fields, names: Names) -> TravelTime:
    measure = TravelTime(
        facilities=_facilities(fields, names, required=True),
        group=fields.choice("group", names.groups, required=True),
        mode=cast("Any", fields.choice("mode", ("drive", "transit", "bike"), "drive", required=True)),
        minutes=fields.number("minutes"),
        bands=fields.numbers("bands"),
        speed_m_s=fields.number("speed_m_s"),
        destination=cast("Any", fields.choice("destination", ("nearest", "own"), "nearest")),
        own_level=fields.text("own_level"),
        setting=fields.choice("setting", SETTINGS),
        proxy=fields.flag("proxy", default=True),
    )
    if "minutes" not in fields.table and "bands" not in fields.table:
        fields.need(("minutes", "bands"), "give 'minutes' or 'bands'.", "请给出 'minutes' 或 'bands'。")
    _own_level_named(fields, measure)
    return measure


def _own_level_named(fields: Fields, measure: TravelTime | Connection) -> None:
    """Say so if the destination is one's own and the level of one's own is not named."""
    if measure.destination == "own" and not measure.own_level:
        fields.need(
            ("own_level",), "destination = 'own' needs 'own_level'.", "destination = 'own' 时须有 'own_level'。"
        )


def _connection(fields: Fields, names: Names) -> Connection:
    measure = Connection(
        by=cast("Any", fields.choice("by", ("bus", "road"), "bus", required=True)),
        link=cast("Any", fields.choice("link", ("pairs", "facilities", "network"), "pairs", required=True)),
        unit_levels=fields.texts("unit_levels", required=True),
        unit_where=_where(fields, "unit_where"),
        facilities=_facilities(fields, names),
        destination=cast("Any", fields.choice("destination", ("nearest", "own"), "nearest")),
        own_level=fields.text("own_level"),
        max_transfers=fields.whole("max_transfers", least=0, backed=True),
        within_m=fields.number("within_m"),
        road_where=_where(fields, "road_where"),
        include_external=fields.flag("include_external", default=False),
    )
    if (measure.link == "facilities") != bool(measure.facilities):
        fields.fault(
            "facilities",
            "belongs to link = 'facilities', and is needed there.",
            "仅用于 link = 'facilities',且此时必填。",
        )
    _own_level_named(fields, measure)
    return measure


def _stock(fields: Fields, names: Names) -> Stock:
    measure = Stock(
        facilities=_facilities(fields, names, required=True),
        count=fields.text("count", "facilities"),
        year_column=fields.text("year_column", "open_year"),
        from_year=fields.year("from_year"),
        to_year=fields.year("to_year"),
        per_year=fields.flag("per_year", default=False),
    )
    if measure.from_year is not None and measure.to_year is not None and measure.from_year > measure.to_year:
        fields.fault("to_year", "is before 'from_year'.", "早于 'from_year'。")
    return measure


def _register(fields: Fields, names: Names) -> Register:
    del names
    zh, en = read_both(fields.child("reason", required=True))
    return Register(zh, en)


def measure_keys() -> frozenset[str]:
    """Return the keys of all measures, for a standard whose own measure cannot be made out."""
    return frozenset(one.name for measure in get_args(Measure) for one in dataclass_fields(measure)) | {"reason"}


READERS: Mapping[str, _Reader] = MappingProxyType(
    {
        "reach": _reach,
        "coverage": _coverage,
        "provision": _provision,
        "presence": _presence,
        "share": _share,
        "composite": _composite,
        "travel_time": _travel_time,
        "connection": _connection,
        "stock": _stock,
        "register": _register,
    }
)
"""The reader of each measure, by the name that a plan file uses."""


def read_both(fields: Fields | None) -> tuple[str, str]:
    """Return a text in Chinese and in English from a table ``{ zh = "...", en = "..." }``."""
    if fields is None:
        return "", ""
    both = fields.text("zh", required=True), fields.text("en", required=True)
    fields.finish()
    return both


def _facilities(fields: Fields, names: Names, *, required: bool = False) -> Facilities:
    """Return the facility filters."""
    filters = []
    for one in fields.children("facilities", required=required):
        service = one.choice("service", (*names.services, ANY_SERVICE), required=True)
        filters.append(FacilityFilter(service, _where(one, "where"), one.flag("optional", default=False)))
        one.finish()
    if filters and all(one.optional for one in filters):
        fields.fault("facilities", "at least one must not be optional.", "至少有一项不能为 optional。")
    return tuple(filters)


def _where(fields: Fields, key: str) -> Where:
    """Return the conditions under a key."""
    inner = fields.child(key)
    return FrozenMap() if inner is None else _conditions(inner)


def _conditions(fields: Fields) -> Where:
    """Return the conditions of a table, one per column."""
    conditions = {column: _condition(fields, column) for column in fields.table}
    if not conditions:
        fields.fault("", "holds no condition.", "没有任何条件。")
    return FrozenMap({column: condition for column, condition in conditions.items() if condition is not None})


def _condition(fields: Fields, column: str) -> Condition | None:
    """Return what a column must hold."""
    value = fields.get(column)
    if isinstance(value, Mapping):
        bounds = fields.child(column)
        return None if bounds is None else _bounds(bounds)
    many = value if isinstance(value, list) else [value]
    scalars = tuple(one for one in many if isinstance(one, str | bool | int | float) and one == one)  # noqa: PLR0124 (NaN)
    if len(scalars) < len(many) or not many:
        fields.fault(
            column,
            f"must be a value, a list of values, or {{ at_least = ..., at_most = ... }}. {short(value)} was given.",
            f"应为一个值、值的列表或 {{ at_least = ..., at_most = ... }},给出的是 {short(value)}。",
        )
        return None
    return scalars if isinstance(value, list) else scalars[0]


def _bounds(fields: Fields) -> Bounds:
    """Return bounds on a number."""
    bounds = Bounds(fields.number("at_least", above=None), fields.number("at_most", above=None))
    fields.finish()
    if not fields.table:
        fields.fault("", "holds no bound.", "没有上下限。")
    if bounds.at_least is not None and bounds.at_most is not None and bounds.at_least > bounds.at_most:
        fields.fault("at_most", "is below 'at_least'.", "小于 'at_least'。")
    return bounds


def _requires_all(fields: Fields) -> Mapping[str, tuple[str, ...]]:
    """Return the lists that a facility must hold completely."""
    inner = fields.child("requires_all")
    return FrozenMap({column: inner.texts(column, required=True) for column in inner.table} if inner else {})


def _by_class(fields: Fields) -> Mapping[str, float]:
    """Return the minutes of urban and of rural residents."""
    inner = fields.child("by_class")
    if inner is None:
        return FrozenMap()
    minutes = {setting: inner.number(setting, required=True) for setting in SETTINGS}
    inner.finish()
    return FrozenMap({setting: value for setting, value in minutes.items() if value is not None})


def _one_of(fields: Fields, *keys: str) -> None:
    """Note if not exactly one of these keys is given."""
    given = [key for key in keys if key in fields.table]
    names = ", ".join(keys)
    if not given:
        fields.need(keys, f"one of these is needed: {names}.", f"须给出其中之一:{names}。")
    elif len(given) > 1:
        both = " and ".join(map(repr, given))
        fields.fault(
            given[1], f"contradicts: only one of {names} may be given, not {both}.", f"矛盾:{names} 只能给出一个。"
        )


def _none_of(fields: Fields, keys: tuple[str, ...], beside: str) -> None:
    """Note keys that mean nothing beside another one."""
    for key in keys:
        if key in fields.table:
            fields.fault(key, f"has no meaning beside {beside!r}.", f"与 {beside!r} 同时给出没有意义。")


def _bands_below(fields: Fields, bands: tuple[float, ...], limit: float | None) -> None:
    """Note bands that are not shorter than the limit (minutes)."""
    if "metres" in fields.table and limit is None and bands:
        fields.fault("bands", "are minutes, but the limit is in metres.", "单位为分钟,而限值以米计。")
    if limit is not None and any(band >= limit for band in bands):
        fields.fault("bands", f"must be shorter than the limit of {limit:g} minutes.", f"应小于限值 {limit:g} 分钟。")
