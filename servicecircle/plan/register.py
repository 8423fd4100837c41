"""Statements of a plan that no standard computes: listed with the reason why not, so that none is passed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from servicecircle.errors import InputError
from servicecircle.plan.measure_reader import read_both
from servicecircle.words import LANGUAGES, Language

if TYPE_CHECKING:
    from servicecircle.plan.fields import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A statement of the plan that is listed, not computed.

    Parameters
    ----------
    id
        The statement's id, for example ``"Q001"``.
    section, line, quote
        Where it stands in the source, and its words.
    reason
        The key of the reason, for example ``"survey"``.
    reason_zh, reason_en
        Why the library cannot compute it.
    note_zh, note_en
        What else a reader should know, for example that another clause gives another value; "" if nothing.
    """

    id: str
    section: str
    line: int
    quote: str
    reason: str
    reason_zh: str
    reason_en: str
    note_zh: str = ""
    note_en: str = ""

    def why(self, language: Language) -> str:
        """Return the reason in a language, ``"zh"`` or ``"en"``."""
        if language not in LANGUAGES:
            raise InputError.unknown("language", language, LANGUAGES)
        return self.reason_zh if language == "zh" else self.reason_en


def read_register(fields: Fields) -> tuple[Registered, ...]:
    """Return the statements that a plan file registers; faults for unknown reasons and ids used twice."""
    reasons = {name: read_both(inner) for name, inner in fields.named("reasons", label="reason").items()}
    register: dict[str, Registered] = {}
    for part in fields.children("register"):
        section = part.text("section", required=True)
        for one in part.children("statements", required=True):
            statement = _statement(one, section, reasons)
            if statement.id in register:
                one.fault("id", f"{statement.id!r} is registered twice.", f"{statement.id!r} 重复登记。")
            register[statement.id] = statement
        part.finish()
    return tuple(register.values())


def _statement(fields: Fields, section: str, reasons: dict[str, tuple[str, str]]) -> Registered:
    """Return one registered statement."""
    reason = fields.choice("reason", tuple(reasons), required=True)
    zh, en = reasons.get(reason, ("", ""))
    note_zh, note_en = read_both(fields.child("note"))
    line = fields.whole("line", least=1, required=True) or 1
    statement = Registered(
        id=fields.text("id", required=True),
        section=section,
        line=line,
        quote=fields.quote(line),
        reason=reason,
        reason_zh=zh,
        reason_en=en,
        note_zh=note_zh,
        note_en=note_en,
    )
    fields.finish()
    return statement
