"""Heads of columns: the same name written in another way, and the unit that stands in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from servicecircle.text import squeezed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IN_BRACKETS = re.compile(r"\((?P<inside>[^()]*)\)$")


def unit_in(head: str) -> str:
    """Return what stands in brackets at the end of a head, in half width, or nothing.

    Examples
    --------
    >>> unit_in("建筑面积（㎡）"), unit_in("人口(万人)"), unit_in("名称")
    ('m2', '万人', '')
    """
    match = IN_BRACKETS.search(squeezed(head))
    return match["inside"] if match else ""


def matched_heads(wanted: Mapping[str, str], present: Iterable[object]) -> tuple[dict[str, str], list[str]]:
    """Return the column of a file for each name wanted, and the heads that no column, or more than one, answers to.

    A head answers if it is the same, or the same in half width, without spaces and capitals, or at last without what
    stands in brackets at its end.

    Parameters
    ----------
    wanted
        Name -> head that somebody wrote for it.
    present
        The heads of the file.

    Examples
    --------
    >>> matched_heads({"area_m2": "建筑面积", "name": "名字"}, ["名称", "建筑面积（㎡）"])
    ({'area_m2': '建筑面积（㎡）'}, ['名字'])
    """
    heads = [str(head) for head in present]
    found: dict[str, str] = {}
    absent = []
    for name, head in wanted.items():
        ways = (
            [one for one in heads if one == head],
            [one for one in heads if squeezed(one) == squeezed(head)],
            [one for one in heads if _bare(one) == _bare(head)],
        )
        answers = next((way for way in ways if way), [])
        if len(answers) == 1:
            found[name] = answers[0]
        else:
            absent.append(head)
    return found, absent


def _bare(head: str) -> str:
    return IN_BRACKETS.sub("", squeezed(head))
