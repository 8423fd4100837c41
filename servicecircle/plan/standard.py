"""One standard: a figure with one target, what it measures, where it is judged, and the clauses that back it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from servicecircle.errors import InputError
from servicecircle.plan.measures import Composite, Coverage, Measure, Register
from servicecircle.words import LANGUAGES, Language, word

if TYPE_CHECKING:
    from servicecircle.plan.filters import Facilities

Op: TypeAlias = Literal[">=", ">", "<=", "<", "=="]
Origin: TypeAlias = Literal["stated", "assumed", "unverified", "stated_2020_hold", "lost_in_source", "none"]
Nature: TypeAlias = Literal["约束性", "预期性", "未标注"]


@dataclass(frozen=True, slots=True)
class Target:
    """What the value is held against.

    Parameters
    ----------
    op
        How: ``>=``, ``>``, ``<=``, ``<`` or ``==``.
    value
        The number, in the standard's unit (a share of 98 % is 0.98); None if there is none.
    origin
        ``stated``: the plan says it; ``assumed``: we do (no verdict is given); ``unverified``: another document is
        said to state it, but nobody has entered where (no verdict either); ``stated_2020_hold``: the plan states it as
        reached, to be held; ``lost_in_source``: the document's number is unreadable; ``none``: for information.
    """

    op: Op = ">="
    value: float | None = None
    origin: Origin = "none"


TO_VERIFY = ("edition", "clause", "quote", "verified_by", "verified_on")
"""What a person enters to verify a citation of another document than the plan's source."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A clause of the plan's source, or of another document such as a national standard.

    Parameters
    ----------
    section, line
        Where it stands in the source (lines from 1); "" and 0 for another document.
    quote, value
        The words, and the value they state.
    document, edition, clause
        The other document, the edition that was read, and the number of the clause; "" for the plan's own source.
    verified_by, verified_on
        Who compared the words with the document, and when (``"2026-11-25"``); "" as long as nobody has.
    """

    section: str = ""
    line: int = 0
    quote: str = ""
    value: str = ""
    document: str = ""
    edition: str = ""
    clause: str = ""
    verified_by: str = ""
    verified_on: str = ""

    @property
    def unverified(self) -> tuple[str, ...]:
        """Return what a person still has to enter; nothing for a clause of the plan's own source."""
        return tuple(name for name in TO_VERIFY if not getattr(self, name)) if self.document else ()

    def place(self, language: Language) -> str:
        """Return where it stands, in a language, ``"zh"`` or ``"en"``; of another document also whether it is verified.

        Examples
        --------
        >>> Citation("三 > (一)", 194, "每 1 万常住人口配备 1 所幼儿园").place("en")
        '三 > (一), line 194'
        >>> Citation(document="GB 50180-2018", value="300 m").place("en")
        'GB 50180-2018 (unverified: edition, clause, quote, verified_by, verified_on not entered)'
        """
        if not self.document:
            line = f"第 {self.line} 行" if _spoken("zh", "en", language) == "zh" else f"line {self.line}"
            return _spoken("，", ", ", language).join(filter(None, [self.section, line]))
        if self.unverified:
            what = ", ".join(self.unverified)
            return self.document + _spoken(
                f"（未核实：尚未填写 {what}）", f" (unverified: {what} not entered)", language
            )
        return _spoken(
            f"{self.document}（{self.edition}）{self.clause}，{self.verified_by} 于 {self.verified_on} 核实",
            f"{self.document} ({self.edition}) {self.clause}, verified by {self.verified_by} on {self.verified_on}",
            language,
        )


@dataclass(frozen=True, slots=True)
class Method:
    """Another document's definition of the figure: the document, and its words."""

    source: str
    quote: str


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the plan does not say: the key it is about, and what is assumed and why, Chinese and English."""

    about: str
    zh: str
    en: str

    def text(self, language: Language) -> str:
        """Return the assumption in a language, ``"zh"`` or ``"en"``."""
        return _spoken(self.zh, self.en, language)


@dataclass(frozen=True, slots=True)
class Alternative:
    """The other value that the plan gives: the value, the line of the source and the words."""

    value: float
    line: int
    quote: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A contradiction of the plan with itself: how it is resolved, Chinese and English, and the values not used."""

    zh: str
    en: str
    alternatives: tuple[Alternative, ...] = ()

    @property
    def resolution(self) -> str:
        """Return how it is resolved, in both languages."""
        return f"{self.en} | {self.zh}"

    def text(self, language: Language) -> str:
        """Return how it is resolved in a language, ``"zh"`` or ``"en"``."""
        return _spoken(self.zh, self.en, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """One figure with one target.

    Parameters
    ----------
    id
        Unique in its plan, for example ``"LY-01"``; a part of a split one is ``"BY-07/chc"``.
    name_zh, name_en
        Its name.
    measure
        What is measured: one of the ten measures.
    target
        What it is held against.
    judge, inform
        Levels of the zones that are judged, and of those that are reported only. The level of a scope's own row is the
        Chinese name of the area kind, for example ``"主城区"``.
    domain, nature
        The plan's chapter; binding (``"约束性"``), indicative (``"预期性"``) or ``"未标注"``.
    part_of
        The id of the standard this is a part of, else "".
    scope
        The kind of area to which it applies; residents outside are ``out_of_scope``. None is everywhere.
    base_value, base_year, target_year
        The value the plan starts from, its year, and the year of the target; None where the plan says none.
    unit, gap_unit
        The unit of the value (``"share"``, or for example ``"所/万人"``) and that of the gap (for example ``"人"``).
    cross_border
        Whether facilities across a zone's border count.
    citations, methods, assumptions, conflicts
        What backs it.
    statements
        The ids of the plan's statements that it computes, for example ``("Q194",)``.
    """

    id: str
    name_zh: str
    name_en: str
    measure: Measure
    target: Target
    judge: tuple[str, ...]
    inform: tuple[str, ...] = ()
    domain: str = ""
    nature: Nature = "未标注"
    part_of: str = ""
    scope: str | None = None
    base_value: float | None = None
    base_year: int | None = None
    target_year: int | None = None
    unit: str = "share"
    gap_unit: str = ""
    cross_border: bool = True
    citations: tuple[Citation, ...] = ()
    methods: tuple[Method, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    statements: tuple[str, ...] = ()

    def name(self, language: Language) -> str:
        """Return the name in a language, ``"zh"`` or ``"en"``."""
        return _spoken(self.name_zh, self.name_en, language)

    @property
    def facilities(self) -> Facilities:
        """Return all facility filters of the measure, in order."""
        match self.measure:
            case Composite(require=require):
                return tuple(one for requirement in require for one in requirement.facilities)
            case Register():
                return ()
            case measure:
                return measure.facilities

    @property
    def services(self) -> tuple[str, ...]:
        """Return the services of the measure, each once, in order."""
        return tuple(dict.fromkeys(one.service for one in self.facilities))

    @property
    def areas(self) -> tuple[str, ...]:
        """Return the kinds of area that the standard needs: its scope, and those of its measure."""
        kinds = [self.scope or ""]
        if isinstance(self.measure, Coverage):
            kinds += [self.measure.area, self.measure.covered_by]
        return tuple(dict.fromkeys(filter(None, kinds)))

    @property
    def area_levels(self) -> tuple[str, ...]:
        """Return the levels that are areas, not zones: the Chinese names of `areas`."""
        return tuple(word(kind, "zh") for kind in self.areas)


def _spoken(zh: str, en: str, language: Language) -> str:
    """Return the text in a language."""
    if language not in LANGUAGES:
        raise InputError.unknown("language", language, LANGUAGES)
    return zh if language == "zh" else en
