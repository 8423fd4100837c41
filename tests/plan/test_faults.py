"""Every fault of a plan file is named: file, line, key, what is wrong, and what to write instead."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from servicecircle.errors import PlanError, ReadError
from servicecircle.plan import Plan, read_plan, reader

CATALOGUE = Path(reader.__file__).parent / "catalogue" / "lianyungang-145.toml"
TEXT = CATALOGUE.read_text("utf-8")
LINE_OF_LY_03 = TEXT[: TEXT.index('[[standard]]\nid = "LY-03"')].count("\n") + 1


def changed(standard_id: str, old: str, new: str, *, text: str = TEXT) -> tuple[str, int]:
    """Return the plan's text with the first `old` after a standard's id changed, and the line where it was."""
    start = text.index(old, text.index(f'id = "{standard_id}"') if standard_id else text.index("format ="))
    return text[:start] + new + text[start + len(old) :], text.count("\n", 0, start) + 1


def faults_of(text: str, folder: Path) -> tuple[str, ...]:
    file = folder / "my plan.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError) as raised:
        read_plan(file)
    prefix = f"{file}, line "
    assert all(fault.startswith(prefix) and " | " in fault for fault in raised.value.faults)
    assert str(raised.value) == "\n".join(raised.value.faults)
    return tuple(fault.removeprefix(prefix) for fault in raised.value.faults)


def test_three_typos_are_three_faults(tmp_path: Path) -> None:
    text, minutes = changed("YY-05", "minutes = 10", "minuts = 10")
    text, profile = changed("LY-01", 'profile = "elderly"', 'profile = "eldery"', text=text)
    text, value = changed("CX-01", "value = 0.98", "value = 98", text=text)
    found = faults_of(text, tmp_path)
    share = "a share is a number from 0 to 1. 98 was given. Did you mean 0.98 (98 %)?"
    assert [fault.partition(" | ")[0] for fault in found] == [
        f"{minutes}, standard \"YY-05\" › minuts: unknown key. Did you mean 'minutes'?",
        f"{profile}, standard \"LY-01\" › profile: 'eldery' is unknown. Did you mean 'elderly'?",
        f'{value}, standard "CX-01" › target.value: {share}',
    ]
    assert [fault.partition(" | ")[2] for fault in found] == [
        "未知的键。是否应为 'minutes'?",
        "'eldery' 未知。是否应为 'elderly'?",
        "占比应在 0 与 1 之间,给出的是 98。是否应为 0.98(98 %)?",
    ]


# standard, what stands there, what stands there instead, the key named, what the fault says
ONE_FAULT = [
    # names
    ("YY-05", 'measure = "reach"', 'measure = "reech"', "measure", "'reech' is unknown. Did you mean 'reach'"),
    ("YY-05", 'measure = "reach"', 'mesure = "reach"', "mesure", "unknown key. Did you mean 'measure'"),
    ("YY-05", 'group = "pop_3_5"', 'group = "pop_3_6"', "group", "'pop_3_6' is unknown. Did you mean 'pop_3_5'"),
    ("YY-05", '"child"', '"chld"', "sensitivity", "'chld' is unknown. Did you mean 'child'?"),
    ("YY-05", '"child"', '"elderly"', "sensitivity", "holds 'elderly' twice"),
    ("YY-01", '"kindergarten"', '"kindergarden"', "facilities[1].service", "Did you mean 'kindergarten'?"),
    ("ZH-01", '"childcare"', '"childcar"', "require[3].facilities[1].service", "Did you mean 'childcare'?"),
    ("LY-01", "optional = true", "optionl = true", "facilities[3].optionl", "Did you mean 'optional'?"),
    ("CX-01", 'op = ">="', 'op = "=>"', "target.op", "'=>' is unknown. Known: >=, >, <=, <, ==."),
    ("CX-01", 'nature = "预期性"', 'nature = "预期"', "nature", "Did you mean '预期性'?"),
    ("CX-01", "base_year", "base_yeer", "base_yeer", "Did you mean 'base_year'"),
    ("CX-01", "target = {", "targt = {", "targt", "Did you mean 'target'"),
    ("CX-01", "[[standard.citation]]", "[[standard.citaton]]", "citaton", "Did you mean 'citation'?"),
    ("CX-01", "quote =", "qoute =", "citation[1].qoute", "Did you mean 'quote'?"),
    ("", "[plan]", "[pln]", "pln", "Did you mean 'plan'?"),
    ("", "title_en", "titel_en", "[plan] › titel_en", "Did you mean 'title_en'"),
    ("", 'fallback = "pop_total"', 'fallback = "pop_totl"', 'group "pop_3_5" › fallback', "Did you mean 'pop_total'?"),
    # numbers
    ("CX-01", "metres = 500", 'metres = "500 m"', "metres", "must be a number. '500 m' was given. Write 500, without"),
    ("YY-05", "minutes = 10", 'minutes = "10 分钟"', "minutes", "Write 10, without"),
    ("CX-01", "value = 0.98", 'value = "98%"', "target.value", "Write 0.98, without"),
    ("CX-01", "value = 0.98", 'value = "a lot"', "target.value", "must be a number. 'a lot' was given. |"),
    ("CX-01", "value = 0.98", "value = true", "target.value", "must be a number. True was given."),
    ("CX-01", "value = 0.98", "value = -0.98", "target.value", "must be at least 0. -0.98 was given."),
    ("CX-01", "value = 0.98", "value = 0", "target.value", "must be above 0. 0 was given."),
    ("CX-01", "value = 0.98", "value = nan", "target.value", "must be a finite number. nan was given."),
    ("CX-01", "base_value = 0.95", "base_value = 95", "base_value", "Did you mean 0.95 (95 %)?"),
    ("CX-01", "base_year = 2020", "base_year = 20", "base_year", "must be at least 1900. 20 was given."),
    ("CX-01", "target_year = 2025", "target_year = 2019", "target_year", "is before 'base_year'."),
    ("CX-01", "base_year = 2020", "base_year = 2020.5", "base_year", "must be a whole number from 1900 to 2200."),
    ("YY-05", "minutes = 10", "minutes = 0", "minutes", "must be above 0. 0 was given."),
    ("YY-05", "minutes = 10", "minutes = -inf", "minutes", "must be a finite number."),
    ("YY-05", "minutes = 10", f"minutes = {'9' * 400}", "minutes", "must be a finite number. inf was given."),
    ("YY-05", "minutes = 10", f"minutes = [0x{'f' * 9999}]", "minutes", "must be a number. a number with thousands of"),
    ("YY-05", "bands = [5]", "bands = 5", "bands", "must be a list [ ... ]. 5 was given."),
    ("LY-02", "count = 1", "count = 0", "count", "must be at least 1. 0 was given."),
    ("CX-01", "line = 168", "line = 0", "citation[1].line", "must be at least 1. 0 was given."),
    ("", "speed_m_s = 1.0", "speed_m_s = 0", 'profile "general" › speed_m_s', "must be above 0. 0 was given."),
    # kinds
    ("YY-05", 'name_zh = "步行5-10分钟到达幼儿园"', "name_zh = 5", "name_zh", "must be text in quotes. 5 was given."),
    ("YY-05", 'judge = ["街道", "社区", "主城区"]', 'judge = "街道"', "judge", "must be a list [ ... ]."),
    (
        "LY-02",
        'facilities = [{ service = "elderly_center" }]',
        'facilities = ["elderly_center"]',
        "facilities",
        "a table",
    ),
    (
        "CX-01",
        "population_companions = true",
        'population_companions = "yes"',
        "population_companions",
        "true or false",
    ),
    ("WT-01", "open_to_public = true", "open_to_public = []", "facilities[1].where.open_to_public", "must be a value"),
    ("WT-01", "{ open_to_public = true }", "{}", "facilities[1].where", "holds no condition"),
    (
        "LY-01",
        "= true }",
        "= { at_least = 20, at_most = 10 } }",
        "facilities[3].where.serves_community.at_most",
        "is below",
    ),
    ("YY-05", 'domain = "城乡区域协调"', 'domain = " "', "domain", "must not be empty"),
    # numbers that nothing backs
    ("YY-05", "minutes = 10", "minutes = 12", "minutes", "no citation states 12. Quote the clause that does, or name"),
    ("LY-01", "urban = 10", "urban = 11", "by_class.urban", "no citation states 11."),
    ("ZH-01", "minutes = 15", "minutes = 16", "require[1].minutes", "no citation states 16."),
    ("CX-01", "value = 0.98", "value = 0.97", "target.value", "no citation states 0.97."),
    ("CX-01", "base_value = 0.95", "base_value = 0.94", "base_value", "no citation states 0.94."),
    ("YY-01", "per_amount = 10000", "per_amount = 5000", "per_amount", "no citation states 5000."),
    ("WT-01", "[800, 1000]", "[800, 900]", "also_metres", "no citation states 900."),
    ("WT-01", "value = 1.0", "value = 0.95", "target.value", "no citation states 0.95."),
    ("WT-01", 'about = "target"', 'about = "level"', None, "is assumed: say why in a [[standard.assumption]]"),
    # contradictions
    (
        "YY-05",
        "minutes = 10",
        "minutes = 10\nmetres = 5",
        "metres",
        "only one of minutes, by_class, metres may be given",
    ),
    ("YY-05", "bands = [5]", "bands = [10]", "bands", "must be shorter than the limit of 10 minutes"),
    (
        "LY-01",
        'id = "LY-01"',
        'id = "LY-03"',
        'standard "LY-03" › id',
        f"is used twice, first on line {LINE_OF_LY_03}.",
    ),
    ("YY-01", 'inform = ["街道", "乡镇"]', 'inform = ["县区"]', "inform", "'县区' is under 'judge' too."),
    ("YY-01", 'judge = ["县区", "全市"]', "judge = []", "judge", "must name at least one level, for example judge ="),
    (
        "LY-01",
        '"乡镇", "全市"]',
        '"主城区"]',
        "judge",
        "'主城区' is an area, not a level of zones; it needs scope or area",
    ),
    ("WT-01", 'id = "WT-01"', 'id = "WT-01"\npart_of = "WT-02"\n', None, None),
    ("CX-01", 'origin = "stated"', 'origin = "none"', "target.value", "there is none when the origin is 'none'"),
    ("CX-01", "value = 0.98, ", "", "target.value", "is missing; origin 'stated' needs it"),
    ("CX-01", "metres = 500", "metres = 500\ncovered_by = 'green'", "covered_by", "only one of facilities, covered_by"),
    ("LY-01", ", optional = true", "", None, None),
    (
        "LY-02",
        'service = "elderly_center"',
        'service = "elderly_center", optional = true',
        "facilities",
        "at least one",
    ),
    ("", "format = 1", "format = 2", "format", "must be 1, the version this library reads."),
    ("", "format = 1", "", None, "'format' is missing."),
    ("YY-05", "minutes = 10\n", "", None, "one of these is needed: minutes, by_class, metres."),
]


@pytest.mark.parametrize(
    ("standard_id", "old", "new", "key", "says"),
    ONE_FAULT,
    ids=[f"{one[0]} {one[2]}"[:40].replace("\n", " ") for one in ONE_FAULT],
)
def test_one_fault(standard_id: str, old: str, new: str, *, key: str | None, says: str | None, tmp_path: Path) -> None:
    text, line = changed(standard_id, old, new)
    if says is None:  # no fault at all
        file = tmp_path / "plan.toml"
        file.write_text(text, encoding="utf-8")
        assert read_plan(file)[standard_id].id == standard_id
        return
    (fault,) = faults_of(text, tmp_path)
    assert says in fault
    if key is not None:
        label = f'standard "{standard_id}" › {key}' if standard_id and "standard" not in key else key
        assert re.match(rf"{line + new.count(chr(10))}(?:, {re.escape(label)})?: ", fault), fault


def test_a_standard_without_citations(tmp_path: Path) -> None:
    start = TEXT.index("[[standard.citation]]", TEXT.index('id = "YY-01"'))
    end = TEXT.index("[[standard.assumption]]", start)
    found = faults_of(TEXT[:start] + TEXT[end:], tmp_path)
    assert len(found) == 2
    assert "target: origin 'stated' needs a [[standard.citation]] with the clause." in found[1]
    assert "per_amount: no citation states 10000." in found[0]


def test_a_part_names_its_whole(tmp_path: Path) -> None:
    text, _ = changed("WT-01", 'id = "WT-01"', 'id = "WT-01/a"\npart_of = "WT-02"')
    (fault,) = faults_of(text, tmp_path)
    assert "part_of: must be 'WT-01', the id before the slash." in fault


def test_faults_stand_in_the_order_of_their_lines(tmp_path: Path) -> None:
    found = faults_of(re.sub(r"^(minutes|line|judge|group|about)\b", r"\1x", TEXT, flags=re.MULTILINE), tmp_path)
    assert len(found) > 30
    lines = [int(fault.partition(",")[0]) for fault in found]
    assert all(first <= second for first, second in pairwise(lines))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("minutes = 10", "minutes = \uff11\uff10", "The line holds full-width digits or signs"),
        ("minutes = 10", "minutes \uff1d 10", "The line holds full-width digits or signs"),
        ('unit = "所/万人"', "unit = “所/万人”", "The line holds curled quotes"),
        ("minutes = 10", "minutes = 10 分钟", "not valid TOML"),
        ("minutes = 10", "minutes = 10\nminutes = 20", "Cannot overwrite a value"),
        ("[[standard]]", "[[standard]", "not valid TOML"),
        ("minutes = 10", f"minutes = {'9' * 9999}", "not valid TOML"),
        ("minutes = 10", f"minutes = {'[' * 9999}", "nested too deeply"),
    ],
    ids=range(8),
)
def test_what_is_no_toml_is_named_with_its_line(old: str, new: str, says: str, tmp_path: Path) -> None:
    text, line = changed("", old, new)
    (fault,) = faults_of(text, tmp_path)
    assert says in fault
    if says != "nested too deeply" and "9999" not in new and len(new) < 1000:
        assert fault.startswith(f"{line + new.count(chr(10))}: not valid TOML: ")


def test_a_text_that_ends_too_soon(tmp_path: Path) -> None:
    (fault,) = faults_of('format = 1\n[plan]\nid = """x\n', tmp_path)
    assert fault.startswith("3: not valid TOML: ")


@pytest.mark.parametrize("text", ["", "\n", "# nothing", "format = 1"])
def test_a_plan_without_anything(text: str, tmp_path: Path) -> None:
    found = faults_of(text, tmp_path)
    assert any("'plan' is missing." in fault for fault in found)
    assert any("'standard' is missing." in fault for fault in found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_ends_of_lines(encoding: str, end: str, tmp_path: Path) -> None:
    file = tmp_path / "我的规划.toml"
    whole = TEXT.replace("ı", "-")  # the scan's one letter that GBK has not
    file.write_bytes(whole.replace("\n", end).encode(encoding))
    assert read_plan(file).standards == read_plan("lianyungang-145").standards
    text, line = changed("LY-01", '"elderly"', '"eldery"', text=whole)
    file.write_bytes(text.replace("\n", end).encode(encoding))
    with pytest.raises(PlanError, match=rf'我的规划\.toml, line {line}, standard "LY-01" › profile: '):
        read_plan(str(file))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_bytes(b"\xff\xff\x00")
    with pytest.raises(ReadError, match="neither UTF-8 nor GB 18030"):
        read_plan(file)


@pytest.mark.parametrize("name", ["lianyungang_145", "lianyungang-14", "lianyungang"])
def test_a_name_that_is_nearly_right(name: str) -> None:
    with pytest.raises(ReadError, match=r"Did you mean 'lianyungang-145'\? \| .*内置规划:lianyungang-145"):
        read_plan(name)


@pytest.mark.parametrize("name", ["", "no such plan", ".", "a\0b"])
def test_a_plan_that_is_not_there(name: str) -> None:
    with pytest.raises(ReadError, match=r"Known: lianyungang-145, life-circles\. \| .*内置规划:lianyungang-145, life"):
        read_plan(name)


PIECES = st.sampled_from(
    [
        *("", " ", "\n", "\t", "\0", "\ud7ff", "\\", "#", "“", '"', "'", '"""', ",", "=", ".", "-"),
        *("[", "]", "{", "}", "[[", "]]", "{}", "[]", "[standard]", "[[standard]]", "[groups]", "[plan]", "where = {}"),
        *("0", "1", "98", "nan", "inf", "1e400", "0xff", "true", "1979-05-27", '""', '"街道"', '= "10 m"', "minutes"),
    ]
)
EDITS = st.lists(
    st.tuples(st.integers(0, len(TEXT)), st.integers(0, 30), PIECES | st.text(max_size=5)), min_size=1, max_size=5
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS)
def test_any_text_is_a_plan_or_a_list_of_faults(edits: list[tuple[int, int, str]], tmp_path: Path) -> None:
    text = TEXT
    for start, length, piece in edits:
        text = text[:start] + piece + text[start + length :]
    check_any(text, tmp_path)


VALUES = re.compile(r"(?<== )[^\n]+|(?<== )[\w.]+(?= [,}])")
NEW_VALUES = (
    "1",
    "-1",
    "nan",
    "true",
    '""',
    '"x"',
    "[]",
    "{}",
    "[[1]]",
    "[{}]",
    "1979-05-27",
    "[1, 'a']",
    "{ a = {} }",
)


@given(place=st.integers(0, len(VALUES.findall(TEXT)) - 1), value=st.sampled_from(NEW_VALUES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_is_taken_or_named(place: int, value: str, tmp_path: Path) -> None:
    found = list(VALUES.finditer(TEXT))[place]
    check_any(TEXT[: found.start()] + value + TEXT[found.end() :], tmp_path)


def check_any(text: str, folder: Path) -> None:
    """Check that a text is read as a plan, or refused with faults that name a line it has."""
    file = folder / "plan.toml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        assert isinstance(read_plan(file), Plan)
    except PlanError as error:
        found = [re.match(r".*plan\.toml, line (\d+)(?:: |, )", fault) for fault in error.faults]
        assert found
        assert all(one and 1 <= int(one[1]) <= text.count("\n") + 1 for one in found)
