"""Text in Chinese encodings, lists for messages, names that are nearly right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.text import decode, did_you_mean, listed

chinese = st.text(st.characters(codec="gb18030", exclude_characters="\ufeff"))


@given(chinese)
def test_utf8_comes_back_with_and_without_its_mark(text: str) -> None:
    assert decode(text.encode("utf-8")) == (text, "utf-8-sig")
    assert decode(text.encode("utf-8-sig")) == (text, "utf-8-sig")


@pytest.mark.parametrize("text", ["名称,类别\n海州区第一幼儿园,幼儿园\n", "连云港市", "老年服务站（日间）"])
@pytest.mark.parametrize("encoding", ["gbk", "gb2312", "gb18030"])
def test_what_chinese_windows_writes_comes_back(text: str, encoding: str) -> None:
    assert decode(text.replace("（", "(").replace("）", ")").encode(encoding))[1] == "gb18030"
    assert decode(text.encode("gb18030"))[0] == text


def test_a_character_that_only_gb18030_has() -> None:
    assert decode("㑇镇".encode("gb18030")) == ("㑇镇", "gb18030")


def test_bytes_in_neither_encoding() -> None:
    with pytest.raises(UnicodeDecodeError):
        decode(b"\xff\xff\xff")


@given(st.lists(st.integers(), max_size=60), st.integers(1, 40))
def test_a_list_is_complete_or_says_how_many_there_are(numbers: list[int], most: int) -> None:
    text = listed(numbers, most=most)
    if len(numbers) > most:
        assert text.endswith(f", ... ({len(numbers)} in all)")
        assert text.split(", ")[:most] == [str(number) for number in numbers[:most]]
    else:
        assert text == (", ".join(map(str, numbers)) or "(none)")


@pytest.mark.parametrize(
    ("given_name", "hint"),
    [
        ("kindergarden", "Did you mean 'kindergarten'?"),
        ("KINDERGARTEN", "Did you mean 'kindergarten'?"),
        ("幼儿园所", "Did you mean '幼儿园'?"),
        ("x", "Known: kindergarten, Park, 幼儿园."),
    ],
)
def test_a_near_miss_is_named_as_it_is_written(given_name: str, hint: str) -> None:
    assert did_you_mean(given_name, ["kindergarten", "Park", "幼儿园"]) == hint


def test_nothing_is_known() -> None:
    assert did_you_mean("x", []) == "Known: (none)."
