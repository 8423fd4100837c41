"""A case: what is damaged, and in which of the four permitted ways it has to end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tests.bad_inputs.town import Truth, truth

if TYPE_CHECKING:
    from collections.abc import Callable

    from servicecircle import Assessment, City
    from servicecircle.errors import ServiceCircleError
    from tests.bad_inputs.damage import Town

Outcome = Literal["equal", "repair", "flag", "error"]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a case returns that has looked for itself, with assertions, whether all is well."""


@dataclass(frozen=True, slots=True)
class Expected:
    """How a case has to end.

    Parameters
    ----------
    outcome
        ``equal``: the right figures, and nothing lost. ``repair``: the right figures, and a finding that says what was
        repaired. ``flag``: a warning. ``error``: an error of the library's own.
    codes
        Findings of which one must be there.
    error
        The error's class.
    words
        What its message must hold.
    figures
        Makes the right figures; None: a flag stands for them.
    """

    outcome: Outcome
    codes: tuple[str, ...] = ()
    error: type[ServiceCircleError] | None = None
    words: tuple[str, ...] = ()
    figures: Callable[[], Truth] | None = None


def equal(figures: Callable[[], Truth] = truth) -> Expected:
    """Return the expectation of the right figures, with nothing lost."""
    return Expected("equal", figures=figures)


def repair(*codes: str, figures: Callable[[], Truth] = truth) -> Expected:
    """Return the expectation of the right figures after a repair that is reported under one of these codes."""
    return Expected("repair", codes, figures=figures)


def flag(*codes: str, figures: Callable[[], Truth] | None = None) -> Expected:
    """Return the expectation of a warning with one of these codes, and of the right figures where there are some."""
    return Expected("flag", codes, figures=figures)


def error(kind: type[ServiceCircleError], *words: str) -> Expected:
    """Return the expectation of an error of the library's own whose message holds these words."""
    return Expected("error", error=kind, words=words)


@dataclass(frozen=True, slots=True)
class Case:
    """One bad input.

    Parameters
    ----------
    kind
        Which of the kinds it is of.
    name
        What is bad, as a name.
    expected
        How it has to end.
    act
        Damages the town; may go on to a city, or a result, of its own.
    """

    kind: str
    name: str
    expected: Expected
    act: Callable[[Town], City | Assessment | Checked | None]

    @property
    def id(self) -> str:
        """Return the kind and the name."""
        return f"{self.kind}-{self.name}"


@dataclass(frozen=True, slots=True)
class Kind:
    """The cases of one kind; used as a decorator, it takes in another one, named as its function."""

    name: str
    cases: list[Case] = field(default_factory=list)

    def __call__(self, expected: Expected) -> Callable[[Callable[[Town], City | Assessment | Checked | None]], Case]:
        """Return what makes a case of a function."""

        def take(act: Callable[[Town], City | Assessment | Checked | None]) -> Case:
            case = Case(self.name, act.__name__, expected, act)
            self.cases.append(case)
            return case

        return take
