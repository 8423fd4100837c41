"""Fields of a standard -> Standard, with the rules that keep every number backed and nothing contradictory."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, cast, get_args

from servicecircle.plan.figures import states
from servicecircle.plan.measure_reader import Names, measure_keys, read_both, read_measure
from servicecircle.plan.measures import Composite, Coverage, Measure, Reach, Register, TravelTime
from servicecircle.plan.standard import (
    Alternative,
    Assumption,
    Citation,
    Conflict,
    Method,
    Nature,
    Op,
    Origin,
    Standard,
    Target,
)
from servicecircle.words import word

if TYPE_CHECKING:
    from servicecircle.plan.fields import Fields
    from servicecircle.plan.location import KeyPath

SHARE = "share"
_AREA_KINDS = ("built_up", "centre", "main_city")
_STATED_ORIGINS = ("stated", "stated_2020_hold")
_CITED_ORIGINS = (*_STATED_ORIGINS, "unverified", "lost_in_source")


def read_standard(fields: Fields, names: Names) -> Standard | None:
    """Return a standard; None (and faults) if its measure cannot be made out.

    Every key is read even after a fault, so that all faults are found at once.
    """
    fields.figures = []
    standard_id = fields.text("id", required=True)
    unit = fields.text("unit", SHARE)
    measure = read_measure(fields, names)
    levels = _levels(fields)
    target = _target(fields, unit)
    standard = Standard(
        id=standard_id,
        name_zh=fields.text("name_zh", required=True),
        name_en=fields.text("name_en", required=True),
        measure=measure or Register("", ""),
        target=target,
        judge=levels[0],
        inform=levels[1],
        domain=fields.text("domain"),
        nature=cast("Nature", fields.choice("nature", get_args(Nature), "未标注")),
        part_of=fields.text("part_of"),
        scope=fields.text("scope") or None,
        base_value=fields.number("base_value", above=None, least=0.0),
        base_year=fields.year("base_year"),
        target_year=fields.year("target_year"),
        unit=unit,
        gap_unit=fields.text("gap_unit"),
        cross_border=fields.flag("cross_border", default=crosses(measure)),
        citations=tuple(_citation(one) for one in fields.children("citation")),
        methods=tuple(_method(one) for one in fields.children("method")),
        assumptions=tuple(_assumption(one) for one in fields.children("assumption")),
        conflicts=tuple(_conflict(one) for one in fields.children("conflict")),
        statements=fields.texts("statements"),
    )
    if measure is None:
        fields.asked |= measure_keys()
    _check(fields, standard, measure)
    fields.finish()
    return standard if measure is not None else None


def crosses(measure: Measure | None) -> bool:
    """Return whether facilities across a zone's border count for a measure unless its standard says otherwise."""
    return isinstance(measure, Reach | Coverage | Composite | TravelTime)


def _levels(fields: Fields) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the levels that are judged and those for information."""
    judge, inform = fields.texts("judge"), fields.texts("inform")
    both = [level for level in inform if level in judge]
    if both:
        fields.fault("inform", f"{both[0]!r} is under 'judge' too.", f"{both[0]!r} 也在 'judge' 中。")
    return judge, inform


def _target(fields: Fields, unit: str) -> Target:
    """Return what the value is held against."""
    inner = fields.child("target", required=True)
    if inner is None:
        return Target()
    op = cast("Op", inner.choice("op", get_args(Op), ">="))
    origin = cast("Origin", inner.choice("origin", get_args(Origin), "none", required=True))
    value = inner.number("value", above=None, least=0.0, backed=False)
    inner.finish()
    given = "value" in inner.table
    if origin in ("none", "lost_in_source") and given:
        inner.fault(
            "value",
            f"there is none when the origin is {origin!r}; a value of ours has origin = 'assumed'.",
            f"origin 为 {origin!r} 时没有目标值;自行设定的值请用 origin = 'assumed'。",
        )
    if origin in ("stated", "assumed", "unverified", "stated_2020_hold") and not given:
        inner.fault("value", f"is missing; origin {origin!r} needs it.", f"缺少;origin 为 {origin!r} 时必填。")
    if value is not None and origin != "none" and not _fits(op, value, unit):
        if unit == SHARE and value > 1:
            inner.fault(
                "value",
                f"a share is a number from 0 to 1. {value:g} was given. Did you mean {value / 100:g} ({value:g} %)?",
                f"占比应在 0 与 1 之间,给出的是 {value:g}。是否应为 {value / 100:g}({value:g} %)?",
            )
        else:
            inner.fault("value", f"must be above 0. {value:g} was given.", f"应大于 0,给出的是 {value:g}。")
        value = None
    return Target(op, value, origin)


def _fits(op: str, value: float, unit: str) -> bool:
    """Return whether a target value can be meant: above 0 unless it is an upper limit, and a share at most 1."""
    return (value > 0 or op in ("<=", "<", "==")) and (unit != SHARE or value <= 1)


def _citation(fields: Fields) -> Citation:
    """Return a citation: of the plan's source, or of the document that it names."""
    if fields.get("document") is not None:
        return _cited_document(fields)
    line = fields.whole("line", least=1, required=True) or 1
    citation = Citation(
        section=fields.text("section", required=True),
        line=line,
        quote=fields.quote(line),
        value=fields.text("value"),
    )
    fields.finish()
    return citation


def _cited_document(fields: Fields) -> Citation:
    """Return a citation of another document; what a person has to verify may be empty."""
    citation = Citation(
        document=fields.text("document"),
        value=fields.text("value"),
        edition=fields.text("edition", empty=True),
        clause=fields.text("clause", empty=True),
        quote=fields.text("quote", empty=True),
        verified_by=fields.text("verified_by", empty=True),
        verified_on=fields.text("verified_on", empty=True),
    )
    day = citation.verified_on
    if day and not _is_date(day):
        fields.fault(
            "verified_on",
            f"must be a date such as '2026-11-25'. {day!r} was given.",
            f"应为日期,如 '2026-11-25',给出的是 {day!r}。",
        )
    fields.finish()
    return citation


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _method(fields: Fields) -> Method:
    """Return another document's definition."""
    method = Method(fields.text("source", required=True), fields.text("quote", required=True))
    fields.finish()
    return method


def _assumption(fields: Fields) -> Assumption:
    """Return an assumption."""
    about = fields.text("about", required=True)
    return Assumption(about, *read_both(fields))


def _conflict(fields: Fields) -> Conflict:
    """Return a contradiction of the plan with itself."""
    alternatives = []
    for one in fields.children("alternatives", required=True):
        value = one.number("value", required=True, above=None, backed=False)
        line = one.whole("line", least=1, required=True) or 1
        alternatives.append(Alternative(value or 0.0, line, one.quote(line)))
        one.finish()
    return Conflict(*read_both(fields), tuple(alternatives))


def _check(fields: Fields, standard: Standard, measure: Measure | None) -> None:
    """Note what does not fit together."""
    _check_levels(fields, standard, measure)
    _check_backing(fields, standard)
    _check_base(fields, standard)
    parent, slash, _ = standard.id.partition("/")
    if standard.part_of == standard.id:
        fields.fault("part_of", "a standard is no part of itself.", "标准不能是自身的组成部分。")
    if slash and standard.part_of != parent:
        fields.fault("part_of", f"must be {parent!r}, the id before the slash.", f"应为斜线前的编号 {parent!r}。")
    if isinstance(measure, Register) and standard.target.origin == "assumed":
        fields.fault("target", "of a register cannot be assumed.", "登记类标准的目标不能为假设。")


def _check_levels(fields: Fields, standard: Standard, measure: Measure | None) -> None:
    """Note standards judged nowhere, and rows of areas that the standard does not speak of."""
    if measure is None or fields.mistyped("judge", "inform", "target"):
        return
    informs = standard.target.origin in ("none", "lost_in_source")
    nowhere = not fields.table.get("judge") and not (informs and standard.inform)
    if nowhere and not isinstance(measure, Register):
        fields.fault(
            "judge",
            'must name at least one level, for example judge = ["街道", "全市"].',
            '至少须有一个层级,例如 judge = ["街道", "全市"]。',
        )
    foreign = {word(kind, "zh"): kind for kind in _AREA_KINDS if kind not in standard.areas}
    for key, levels in (("judge", standard.judge), ("inform", standard.inform)):
        for level in levels:
            if level in foreign:
                fields.fault(
                    key,
                    f"{level!r} is an area, not a level of zones; it needs scope or area = {foreign[level]!r}.",
                    f"{level!r} 是区域而非行政层级,须有 scope 或 area = {foreign[level]!r}。",
                )


def _check_base(fields: Fields, standard: Standard) -> None:
    """Note base values and years that cannot be meant."""
    value = standard.base_value
    if (
        standard.base_year is not None
        and standard.target_year is not None
        and standard.base_year > standard.target_year
    ):
        fields.fault("target_year", "is before 'base_year'.", "早于 'base_year'。")
    if value is not None and standard.unit == SHARE and value > 1:
        fields.fault(
            "base_value",
            f"a share is a number from 0 to 1. {value:g} was given. Did you mean {value / 100:g} ({value:g} %)?",
            f"占比应在 0 与 1 之间,给出的是 {value:g}。是否应为 {value / 100:g}({value:g} %)?",
        )


def _check_backing(fields: Fields, standard: Standard) -> None:
    """Note every number that neither a citation states nor an assumption speaks of."""
    if fields.mistyped("citation", "assumption") or any(not (one.quote or one.document) for one in standard.citations):
        return  # what backs the numbers is itself at fault
    target = standard.target
    clauses = [f"{one.quote}\n{one.value}" for one in standard.citations]
    if target.origin in _CITED_ORIGINS and not clauses:
        fields.fault(
            "target",
            f"origin {target.origin!r} needs a [[standard.citation]] with the clause.",
            f"origin 为 {target.origin!r} 时须有 [[standard.citation]] 引用原文。",
        )
    _check_verified(fields, standard)
    if target.origin == "assumed" and not any(one.about == "target" for one in standard.assumptions):
        fields.fault(
            "target",
            "is assumed: say why in a [[standard.assumption]] with about = 'target'.",
            "为假设值:请在 [[standard.assumption]](about = 'target')中说明理由。",
        )
    elif target.value is not None and (clauses or target.origin == "assumed"):
        fields.figures.append(((*fields.path, "target", "value"), "target", target.value))
    for path, key, value in fields.figures:
        _check_figure(fields, standard, path, (key, value))


def _check_verified(fields: Fields, standard: Standard) -> None:
    """Note targets called stated on the strength of a document that nobody has compared."""
    origin = standard.target.origin
    if origin == "unverified" and not any(one.document for one in standard.citations):
        fields.fault(
            "target",
            "origin 'unverified' needs a [[standard.citation]] with the 'document' that is said to state it.",
            "origin 为 'unverified' 时须有带 'document' 的 [[standard.citation]]。",
        )
    for position, one in enumerate(standard.citations if origin in _STATED_ORIGINS else ()):
        if one.unverified:
            names = ", ".join(one.unverified)
            fields.fault_at(
                (*fields.path, "citation", position),
                f"origin {origin!r} needs a verified citation: enter {names} from the printed document, or keep "
                "origin = 'unverified'.",
                f"origin 为 {origin!r} 时引文须经核实:请对照原文填写 {names},否则保留 origin = 'unverified'。",
            )


def _check_figure(fields: Fields, standard: Standard, path: KeyPath, figure: tuple[str, float]) -> None:
    """Note a number that no citation states, and no assumption about one of the keys on its path."""
    key, value = figure
    inner = path[len(fields.path) :]
    texts = [f"{one.zh}\n{one.en}" for one in standard.assumptions if one.about in inner]
    if not (key == "target" and standard.target.origin == "assumed"):
        texts += [f"{one.quote}\n{one.value}" for one in standard.citations]
    share = key in ("target", "base_value") and standard.unit == SHARE
    if not any(states(text, value, share=share) for text in texts):
        fields.fault_at(
            path,
            f"no citation states {value:g}. Quote the clause that does, or name the number in a "
            f"[[standard.assumption]] with about = {inner[0]!r} and say why it is assumed.",
            f"没有引文说明 {value:g}。请引用原文,或在 [[standard.assumption]](about = {inner[0]!r})中写明数字和理由。",
        )
