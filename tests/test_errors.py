"""The tree of errors: one base, a drawing of it that is complete, messages that say what is known."""

from __future__ import annotations

import inspect
import re

import pytest

from servicecircle import errors
from servicecircle.errors import CRSError, InputError, PlanError, ReadError, ServiceCircleError

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__]


def test_every_error_has_the_one_base() -> None:
    assert all(issubclass(kind, ServiceCircleError) for kind in CLASSES)


def test_the_drawing_names_every_error_that_is_raised() -> None:
    drawn = set(re.findall(r"\b(\w+Error)\b", str(errors.__doc__)))
    assert drawn >= {kind.__name__ for kind in CLASSES} - {"ReportedError"}


@pytest.mark.parametrize("kind", [InputError, CRSError, ReadError, PlanError])
def test_errors_about_data_are_also_value_errors(kind: type[Exception]) -> None:
    assert issubclass(kind, ValueError)


def test_an_unknown_name_lists_the_known_ones() -> None:
    text = str(InputError.unknown("service", "kindergarden", ["kindergarten", "park"]))
    assert text.startswith("service 'kindergarden' is unknown. Known: kindergarten, park. | 'kindergarden' 未知")
    assert "Known: (none). | " in str(InputError.unknown("service", "x", []))


def test_a_plan_says_all_its_faults() -> None:
    error = PlanError(["a.toml:3: one", "a.toml:9: two"])
    assert error.faults == ("a.toml:3: one", "a.toml:9: two")
    assert str(error) == "a.toml:3: one\na.toml:9: two"
