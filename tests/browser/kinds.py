"""Every kind of map there is: the tests that open maps offline open each of these."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from servicecircle.show import gap_map
from tests.show import kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    import folium

    from servicecircle.assessment import Assessment
    from servicecircle.words import Language

STANDARDS = ("YY-01", "YY-05", "CX-01", "LY-01", "LY-02", "WT-01", "ZH-01")
"""One standard of each kind that a gap map shows."""


SMALL = {"layer", "proposal", "comparison"}
"""Kinds of a few dots or cells in one layer, which tests/browser/test_map_kinds.py opens."""


def _gap_map(result: Assessment, language: Language, *, standard: str) -> folium.Map:
    return gap_map(result, standard, language=language)


def _other(result: Assessment, language: Language, *, kind: str) -> folium.Map:
    del result  # these are drawn of a town of their own
    return kinds.drawn(kind, language)


KINDS: dict[str, Callable[[Assessment, Language], folium.Map]] = {
    **{f"gap map {standard}": partial(_gap_map, standard=standard) for standard in STANDARDS},
    **{kind: partial(_other, kind=kind) for kind in kinds.KINDS if kind not in SMALL},
}
"""The name of a kind of map -> what draws it from an assessment of `STANDARDS`, in a language."""
