"""Every key of a TOML text is found on its line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.plan import reader
from servicecircle.plan.location import KeyPath, key_lines, line_of

HERE = Path(__file__).parent
FILES = [
    Path(reader.__file__).parent / "catalogue" / "lianyungang-145.toml",
    HERE / "data" / "all_measures.toml",
    *(HERE.parents[1] / "sample_data").glob("*.toml"),
]

ODD = r"""
"a key" = 1 # [not] a = header
'its' = '#'
a . "b.c" = "x # ] } , = \" [y]"
long = '''
one = 1
''' # after
more = [
  1, # one
  { x = [2, 3], "y z" = "]" },

  '''
  [three]
  ''',
  "four",
]
empty = []
none = {}
when = 1979-05-27T07:32:00Z
[ t . u ]
k = true
[[list]]
a = 1
[list.inner]
b = 2
[[list.deep]]
c = 3
[[list.deep]]
c = 4
[[list]]
a.b = 5
[list.inner]
"\u0062" = 6
"""


def paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    """Return the path of everything in a TOML document, in the order of the document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, one in inner for found in ((*path, key), *paths(one, (*path, key)))]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_key_of_a_file_has_its_line(file: Path) -> None:
    text = file.read_text("utf-8")
    lines = key_lines(text)
    assert set(paths(tomllib.loads(text))) == set(lines)
    rows = text.split("\n")
    for path, line in lines.items():
        key = path[-1]
        if isinstance(key, str):
            assert key in rows[line - 1], path


def test_what_toml_allows() -> None:
    lines = key_lines(ODD)
    assert set(paths(tomllib.loads(ODD))) == set(lines)
    rows = ODD.split("\n")

    def row(*path: str | int) -> str:
        return rows[lines[path] - 1].strip()

    assert row("a key") == '"a key" = 1 # [not] a = header'
    assert row("a", "b.c").startswith('a . "b.c"')
    assert row("more", 1, "x", 1).startswith("{ x = [2, 3]")
    assert row("more", 1, "y z").startswith("{ x = [2, 3]")
    assert row("more", 3) == '"four",'
    assert row("t", "u") == "[ t . u ]"
    assert row("list", 0, "deep", 1, "c") == "c = 4"
    assert row("list", 1, "a", "b") == "a.b = 5"
    assert row("list", 1, "inner", "b") == '"\\u0062" = 6'
    assert [lines["list", n, "inner"] for n in (0, 1)] == sorted(
        n + 1 for n, r in enumerate(rows) if r == "[list.inner]"
    )


def test_windows_ends_of_lines() -> None:
    assert key_lines("a = 1\r\n\r\nb = 2\r\n") == {("a",): 1, ("b",): 3}


def test_the_closest_table_stands_in_for_a_key_that_is_not_there() -> None:
    assert line_of({("a",): 3, ("a", 0): 4}, ("a", 0, "b", "c")) == 4
    assert line_of({}, ("a",)) == 1


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
VALUES = st.recursive(
    st.integers(-9, 9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


def written(value: Any) -> str:
    """Return a value as TOML, in as many lines as that allows."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{written(key)} = {written(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(written, value)) + "\n]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_any_document_is_walked_through(document: dict[str, Any]) -> None:
    text = "\n".join(f"{written(key)} = {written(value)} # end" for key, value in document.items())
    assert tomllib.loads(text) == document
    lines = key_lines(text)
    assert set(lines) == set(paths(document))
    ends = [n for n, row in enumerate(text.split("\n"), start=1) if row.endswith("# end")]
    starts = [1, *(end + 1 for end in ends)]
    assert [lines[key,] for key in document] == starts[: len(document)]
