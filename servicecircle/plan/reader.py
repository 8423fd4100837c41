"""A plan file (TOML) -> Plan, with every fault named by file, line and key.

The format, version 1 (unknown keys are faults everywhere; the catalogue's own plan is a full example)::

    format = 1

    [plan]                       # id, title_zh, title_en; region, base_year, target_year
                                 # source = { file, sha256, chars, url }

    [profiles.general]           # speed_m_s; assumption = { zh, en }; sensitivity_m_s = [...]

    [groups.pop_3_5]             # zh, en; fallback = "pop_total"   (a group is a column of the population)

    [services.my_service]        # zh, en   (only for services that the library does not name)

    [[standard]]                 # one figure with one target
    id = "YY-05"                 # name_zh, name_en; domain, nature, part_of
    measure = "reach"            # one of the ten; its own keys follow: the field names of servicecircle.plan.measures
    facilities = [{ service = "kindergarten", where = { inclusive = true }, optional = false }]
    group = "pop_3_5"
    minutes = 10
    target = { op = ">=", value = 1.0, origin = "assumed" }   # a share is 0.98, never 98
    scope = "main_city"          # a kind of area; base_value, base_year, target_year; unit, gap_unit; cross_border
    judge = ["街道", "主城区"]    # inform = [...]

    statements = ["Q282"]        # ids of the plan's statements that it computes

    [[standard.citation]]        # section, line, quote; value: the figures the clause states, in plain digits
                                 # or, of another document: document; value; edition, clause, quote, verified_by,
                                 # verified_on, which may be empty until a person has read the printed edition
    [[standard.assumption]]      # about = the key it is about; zh, en
    [[standard.method]]          # source, quote
    [[standard.conflict]]        # zh, en; alternatives = [{ value, line, quote }]

    [reasons.survey]             # zh, en   (why a statement is not computed)

    [[register]]                 # section; statements = [{ id, line, quote, reason = "survey", note = { zh, en } }]

A condition under ``where`` is a value, a list of values, or ``{ at_least = 4, at_most = 5 }``. Every number of a
standard is stated by one of its citations or spoken of by an assumption about its key; a target that the plan does not
state has ``origin = "assumed"`` and an assumption about ``target``. A target that another document is said to state,
such as a national standard, has ``origin = "unverified"`` and never a verdict; ``"stated"`` is refused until every
citation of a document is verified: edition, clause, quote, verified_by and verified_on (``"2026-11-25"``) are entered.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servicecircle.errors import PlanError, ReadError
from servicecircle.plan.fields import Faults, Fields, squeezed
from servicecircle.plan.frozen import FrozenMap
from servicecircle.plan.location import key_lines
from servicecircle.plan.measure_reader import Names, read_both
from servicecircle.plan.plan import Group, Plan, Profile, Service, Source
from servicecircle.plan.register import read_register
from servicecircle.plan.standard_reader import read_standard
from servicecircle.text import decode, did_you_mean, listed
from servicecircle.words import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.resources.abc import Traversable

    from servicecircle.plan.standard import Standard

FORMAT = 1
SUFFIX = ".toml"
MOST_BYTES = 2_000_000
"""Ten times the bundled plan of 131 standards."""

_SYNTAX = re.compile(r"(?P<what>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)


def bundled_plans() -> tuple[str, ...]:
    """Return the names of the plans that come with the library.

    Examples
    --------
    >>> bundled_plans()
    ('lianyungang-145', 'life-circles')
    """
    return tuple(sorted(one.name.removesuffix(SUFFIX) for one in _catalogue().iterdir() if one.name.endswith(SUFFIX)))


def read_plan(name_or_path: str | Path, *, document: str | Path | None = None) -> Plan:
    """Return a plan that comes with the library, or one from a file.

    Parameters
    ----------
    name_or_path
        A name from `bundled_plans`, or a TOML file (UTF-8 or GB 18030).
    document
        A text file of the document that the plan was read from: every quotation has to stand on its line there, blanks
        aside. Without it quotations are not compared.

    Returns
    -------
    Plan
        The plan, proved: every name known, every number backed.

    Raises
    ------
    ReadError
        If there is no such file or plan, or it is no text.
    PlanError
        If it has faults: ``.faults`` holds all of them, in the order of their lines.

    Examples
    --------
    >>> plan = read_plan("lianyungang-145")
    >>> plan["YY-01"].name("en"), plan["CX-01"].target.value
    ('One kindergarten per 10,000 residents', 0.98)
    """
    text, name = _text_of(name_or_path)
    lines = None if document is None else document_lines(document)
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise PlanError([f"{name}, line 1: nested too deeply. | 嵌套过深。"]) from None
    except ValueError as error:
        raise PlanError([_syntax_fault(name, text, str(error))]) from None
    return checked_plan(table, Faults(name, key_lines(text), document=lines))


def checked_plan(table: Mapping[str, Any], faults: Faults) -> Plan:
    """Return the plan that the table of a plan file describes.

    Raises
    ------
    PlanError
        If it has faults, or `faults` holds some already.
    """
    plan = _plan(Fields(table, (), "", faults))
    if faults.found:
        raise PlanError(faults.messages)
    return plan


def document_lines(path: str | Path) -> list[str]:
    """Return the lines of a document that a plan quotes, without blanks."""
    try:
        text = decode(Path(path).read_bytes())[0]
    except (OSError, ValueError) as error:
        raise ReadError(
            f"{path}: cannot be read as a text ({type(error).__name__}); save the document as UTF-8 text. | "
            "无法读取原文,请另存为 UTF-8 文本。"
        ) from None
    return [squeezed(line) for line in text.splitlines()]


def _catalogue() -> Traversable:
    """Return the folder of the plans that come with the library."""
    return files("servicecircle.plan") / "catalogue"


def _text_of(name_or_path: str | Path) -> tuple[str, str]:
    """Return a plan's text, and what messages call its file."""
    path = Path(name_or_path)
    try:
        if str(name_or_path) in bundled_plans():
            path = Path(f"{name_or_path}{SUFFIX}")
            data = (_catalogue() / path.name).read_bytes()
        else:
            data = _read(path)
        return decode(data)[0], str(path)
    except UnicodeDecodeError:
        raise ReadError(f"{path}: is neither UTF-8 nor GB 18030 text. | 不是 UTF-8 或 GB 18030 文本。") from None
    except ReadError:
        raise
    except (OSError, ValueError) as error:
        known = bundled_plans()
        raise ReadError(
            f"{path}: cannot be read as a plan file ({type(error).__name__}), and no plan of this name comes with the "
            f"library. {did_you_mean(str(name_or_path), known)} | "
            f"无法读取规划文件,也没有这个名称的内置规划。内置规划:{listed(known)}。"
        ) from None


def _read(path: Path) -> bytes:
    """Return a file's bytes; one far too large for a plan is not read."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise ReadError(
            f"{path}: holds {size:,} bytes; a plan file has at most {MOST_BYTES:,}. Is it another file? | "
            f"文件有 {size:,} 字节,规划文件最多 {MOST_BYTES:,} 字节,请检查是否选错了文件。"
        )
    return path.read_bytes()


def _syntax_fault(name: str, text: str, message: str) -> str:
    """Return the fault of a text that is no TOML."""
    found = _SYNTAX.fullmatch(message)
    what = found["what"] if found else message
    lines = text.splitlines() or [""]
    line = int(found["line"]) if found and found["line"] else len(lines)
    shown = lines[min(line, len(lines)) - 1].partition("#")[0]
    hint = ("", "")
    if any(unicodedata.normalize("NFKC", sign) in _ASCII_SIGNS for sign in shown if not sign.isascii()):
        hint = (
            " The line holds full-width digits or signs; outside quotes only half-width ones count.",
            "该行有全角数字或符号,引号以外须用半角。",
        )
    elif any(sign in _CURLED for sign in shown):
        hint = (' The line holds curled quotes; texts stand in straight ones (").', '该行有弯引号,文字须用直引号(")。')
    return f"{name}, line {line}: not valid TOML: {what}.{hint[0]} | 不是有效的 TOML。{hint[1]}"


_ASCII_SIGNS = frozenset("0123456789.,=[]{}\"'-+")
_CURLED = frozenset("“”‘’")


def _plan(fields: Fields) -> Plan:
    """Return the plan of a whole file; what has faults is left out."""
    given = fields.get("format", required=True)
    if given is not None and (isinstance(given, bool) or given != FORMAT):
        fields.fault("format", f"must be {FORMAT}, the version this library reads.", f"应为 {FORMAT}(本库支持的版本)。")
    head = fields.child("plan", required=True, label="[plan]") or Fields({}, (), "[plan]", fields.faults)
    profiles, groups, services = _profiles(fields), _groups(fields), _services(fields)
    names = Names(tuple(profiles), tuple(groups), tuple(dict.fromkeys((*SERVICES, *services))))
    standards = _standards(fields, names)
    plan_known = "plan" in fields.table
    plan = Plan(
        id=head.text("id", required=plan_known),
        title_zh=head.text("title_zh", required=plan_known),
        title_en=head.text("title_en", required=plan_known),
        region=head.text("region"),
        base_year=head.year("base_year"),
        target_year=head.year("target_year"),
        source=_source(head),
        profiles=FrozenMap(profiles),
        groups=FrozenMap(groups),
        services=FrozenMap(services),
        standards=standards,
        register=read_register(fields),
    )
    _check_statements(fields, plan)
    head.finish()
    fields.finish()
    return plan


def _check_statements(fields: Fields, plan: Plan) -> None:
    """Note statements with two fates: computed and counted, or registered although a standard has them."""
    fates: dict[str, tuple[str, str]] = {}
    for position, standard in enumerate(plan.standards):
        fate = standard.measure.kind if standard.measure.kind in ("stock", "register") else "computed"
        for one in standard.statements:
            other, first = fates.setdefault(one, (fate, standard.id))
            if other != fate:
                fields.fault_at(
                    ("standard", position, "statements"),
                    f"{one!r} is {fate} by {standard.id!r} and {other} by {first!r}; it can be only one.",
                    f"{one!r} 的归属矛盾:{standard.id!r} 与 {first!r}。",
                )
    for registered in plan.register:
        if registered.id in fates:
            fields.fault_at(
                ("register",),
                f"{registered.id!r} is registered, but standard {fates[registered.id][1]!r} has it.",
                f"{registered.id!r} 已由标准 {fates[registered.id][1]!r} 计算,不应再登记。",
            )


def _source(head: Fields) -> Source:
    """Return the document a plan was read from."""
    inner = head.child("source")
    if inner is None:
        return Source()
    source = Source(inner.text("file"), inner.text("sha256"), inner.whole("chars", least=1), inner.text("url"))
    inner.finish()
    return source


def _profiles(fields: Fields) -> dict[str, Profile]:
    """Return the walking profiles; a speed needs an assumption, since no clause backs it."""
    profiles = {}
    for name, inner in fields.named("profiles", label="profile").items():
        speed = inner.number("speed_m_s", required=True, backed=False)
        zh, en = read_both(inner.child("assumption", required=True))
        profiles[name] = Profile(speed or 1.0, zh, en, inner.numbers("sensitivity_m_s", backed=False))
        inner.finish()
    return profiles


def _groups(fields: Fields) -> dict[str, Group]:
    """Return the groups of residents."""
    groups = {}
    tables = fields.named("groups", label="group")
    for name, inner in tables.items():
        fallback = inner.choice("fallback", [other for other in tables if other != name])
        groups[name] = Group(*read_both(inner), fallback)
    return groups


def _services(fields: Fields) -> dict[str, Service]:
    """Return the services that the library does not name."""
    return {name: Service(*read_both(inner)) for name, inner in fields.named("services", label="service").items()}


def _standards(fields: Fields, names: Names) -> tuple[Standard, ...]:
    """Return the standards; what has faults is left out."""
    standards: dict[str, Standard] = {}
    seen: dict[str, int] = {}
    for position, inner in enumerate(fields.children("standard", required=True)):
        given = inner.table.get("id")
        inner.label = f'standard "{given}"' if isinstance(given, str) and given else f"standard {position + 1}"
        inner.depth = len(inner.path)
        standard = read_standard(inner, names)
        if isinstance(given, str) and given in seen:
            first = fields.faults.lines.get(("standard", seen[given]), 1)
            inner.fault("id", f"is used twice, first on line {first}.", f"编号重复,首次出现在第 {first} 行。")
        if isinstance(given, str):
            seen.setdefault(given, position)
        if standard is not None:
            standards[standard.id] = standard
    return tuple(standards.values())
