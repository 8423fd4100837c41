"""Plan -> the table of a plan file, and its TOML text: what `read_plan` reads back as the same plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from importlib.resources import files
from itertools import groupby
from typing import TYPE_CHECKING, Any

from servicecircle.files import replacing
from servicecircle.plan.measures import Register
from servicecircle.plan.reader import FORMAT
from servicecircle.plan.standard import TO_VERIFY
from servicecircle.plan.standard_reader import crosses

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from servicecircle.plan.measures import Measure
    from servicecircle.plan.plan import Plan, Profile
    from servicecircle.plan.register import Registered
    from servicecircle.plan.standard import Standard, Target

HEAD_KEYS = ("id", "title_zh", "title_en", "region", "base_year", "target_year")
PARTS = {"citations": "citation", "methods": "method", "assumptions": "assumption", "conflicts": "conflict"}
"""The lists of a standard that are tables of their own in a plan file: field name, key."""

Table = dict[str, Any]


def write_plan(plan: Plan, path: str | Path, *, replace: bool = False) -> None:
    """Write a plan as a plan file (TOML, UTF-8), whole or not at all.

    Comments of the file that the plan was read from are no part of the plan, and are not written.

    Parameters
    ----------
    plan
        The plan.
    path
        The file.
    replace
        Whether a file that is there already may be replaced.

    Raises
    ------
    InputError
        If there is such a file and it may not be replaced, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from servicecircle.plan import read_plan
    >>> plan = read_plan("life-circles")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_plan(plan, Path(folder) / "circles.toml")
    ...     read_plan(Path(folder) / "circles.toml") == plan
    True
    """
    with replacing(path, new=not replace) as part:
        part.write_text(plan_text(plan), encoding="utf-8", newline="\n")


def new_plan(path: str | Path) -> None:
    """Write a commented plan file to start from: two examples, and one of every other measure in comments.

    Parameters
    ----------
    path
        The file; one that is there already is never touched.

    Raises
    ------
    InputError
        If there is such a file, or it cannot be written.
    """
    text = (files("servicecircle.plan") / "template.toml").read_text(encoding="utf-8")
    with replacing(path, new=True) as part:
        part.write_text(text, encoding="utf-8", newline="\n")


def plan_text(plan: Plan) -> str:
    """Return a plan as the text of a plan file.

    Examples
    --------
    >>> from servicecircle.plan import read_plan
    >>> print(plan_text(read_plan("lianyungang-145").only("LY-02")))
    format = 1
    <BLANKLINE>
    [plan]
    id = "lianyungang-145"
    ...
    """
    import tomlkit

    table = plan_table(plan)
    for standard in table.get("standard", []):
        for citation in standard.get("citation", []):
            if "document" in citation:  # what is not verified yet stands there, to be filled in
                citation |= {name: citation.get(name, "") for name in TO_VERIFY}
    document = tomlkit.document()
    for key, value in table.items():
        document.add(key, _block(value))
    return tomlkit.dumps(document)


def plan_table(plan: Plan) -> Table:
    """Return a plan as the table that a plan file holds, without what has its default."""
    head = {key: getattr(plan, key) for key in HEAD_KEYS} | {"source": plain(plan.source)}
    reasons = {one.reason: {"zh": one.reason_zh, "en": one.reason_en} for one in plan.register}
    return {"format": FORMAT} | _given(
        {
            "plan": _given(head),
            "profiles": {name: _profile(one) for name, one in plan.profiles.items()},
            "groups": {name: plain(one) for name, one in plan.groups.items()},
            "services": {name: plain(one) for name, one in plan.services.items()},
            "standard": [standard_table(one) for one in plan.standards],
            "reasons": reasons,
            "register": _register(plan.register),
        }
    )


def standard_table(standard: Standard) -> Table:
    """Return a standard as the table that a plan file holds."""
    table = {field.name: plain(getattr(standard, field.name)) for field in _changed(standard)}
    measure, target = measure_table(standard.measure), _target(standard.target)
    table.pop("cross_border", None)
    if standard.cross_border != crosses(standard.measure):
        table["cross_border"] = standard.cross_border
    parts = {key: table.pop(name) for name, key in PARTS.items() if name in table}
    names = {key: table.pop(key) for key in ("id", "name_zh", "name_en", "domain", "nature", "part_of") if key in table}
    return _given(names | measure | table | {"measure": standard.measure.kind, "target": target} | parts)


def measure_table(measure: Measure) -> Table:
    """Return the keys of a measure, first its name."""
    if isinstance(measure, Register):
        return {"measure": measure.kind, "reason": {"zh": measure.reason_zh, "en": measure.reason_en}}
    keys: Table = plain(measure)
    return {"measure": measure.kind} | keys


def plain(value: Any) -> Any:
    """Return a value as TOML has it: tables, lists, texts, numbers; of a dataclass the fields without their default.

    Examples
    --------
    >>> from servicecircle.plan import Bounds, FacilityFilter
    >>> plain(FacilityFilter("mch", {"grade": Bounds(at_least=2.0), "level": ("省级", "市级")}))
    {'service': 'mch', 'where': {'grade': {'at_least': 2}, 'level': ['省级', '市级']}}
    """
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in _changed(value)}
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _changed(value: Any) -> list[dataclasses.Field[Any]]:
    """Return the fields of a dataclass that do not hold their default."""

    def default(field: dataclasses.Field[Any]) -> object:
        made = field.default_factory
        return field.default if made is dataclasses.MISSING else made()

    return [field for field in dataclasses.fields(value) if getattr(value, field.name) != default(field)]


def _given(table: Table) -> Table:
    """Return a table without what is empty."""
    return {key: value for key, value in table.items() if value is not None and value not in ("", [], {})}


def _profile(profile: Profile) -> Table:
    assumption = {"zh": profile.assumption_zh, "en": profile.assumption_en}
    return _given(
        {
            "speed_m_s": plain(profile.speed_m_s),
            "sensitivity_m_s": plain(profile.sensitivity_m_s),
            "assumption": _given(assumption),
        }
    )


def _target(target: Target) -> Table:
    if target.value is None:
        return {"origin": target.origin}
    return {"op": target.op, "value": plain(target.value), "origin": target.origin}


def _register(register: Iterable[Registered]) -> list[Table]:
    """Return the registered statements, those of one section that follow each other in one table."""
    return [
        {"section": section, "statements": [_statement(one) for one in part]}
        for section, part in groupby(register, key=lambda one: one.section)
    ]


def _statement(one: Registered) -> Table:
    note = _given({"zh": one.note_zh, "en": one.note_en})
    return _given({"id": one.id, "line": one.line, "quote": one.quote, "reason": one.reason, "note": note})


def _block(value: Any) -> Any:
    """Return a value as TOML shows it under a head of its own: tables inside are in braces, lists of tables blocks."""
    import tomlkit

    if isinstance(value, dict):
        table = tomlkit.table()
        for key, one in value.items():
            table.add(key, _block(one) if key in PARTS.values() else _inline(one))
        return table
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        blocks = tomlkit.aot()
        for one in value:
            blocks.append(_block(one))
        return blocks
    return _inline(value)


def _inline(value: Any) -> Any:
    """Return a value as TOML shows it on the line of its key; a list of tables has a line for each."""
    import tomlkit

    if isinstance(value, dict):
        table = tomlkit.inline_table()
        for key, one in value.items():
            table.add(key, _inline(one))
        return table
    if isinstance(value, list):
        items = tomlkit.array()
        for one in value:
            items.append(_inline(one))
        return items.multiline(len(value) > 1 and isinstance(value[0], dict))
    return tomlkit.item(value)
