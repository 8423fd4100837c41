"""The pages' templates and assets, which stand beside this module; every value is shown as it stands."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import jinja2

from servicecircle.show.escape import shown


def asset(name: str) -> str:
    """Return one of the files in ``assets``: a script, a style or a template."""
    return files("servicecircle.show").joinpath("assets", name).read_text(encoding="utf-8")


def render(name: str, /, **values: Any) -> str:
    """Return a template of ``assets`` filled with values; texts among them are escaped.

    Parameters
    ----------
    name
        The template's file name.
    values
        What the template names.
    """
    return _templates().get_template(name).render(**values)


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FunctionLoader(asset),
        autoescape=True,
        finalize=lambda value: shown(value) if type(value) is str else value,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
