"""The bundled plan holds every statement of its source, and each number and quotation of it is the source's own."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest

from servicecircle.errors import PlanError
from servicecircle.plan import Plan, Standard, read_plan, reader

SOURCE = Path(__file__).parents[1] / "data" / "seed_plan.txt"
STATEMENTS = Path(__file__).parents[1] / "data" / "statements.csv"
CATALOGUE = Path(reader.__file__).parent / "catalogue" / "lianyungang-145.toml"

# The 56 computable standards, in the order of the project's list; after them come those of other statements.
IDS = [
    "YY-05", "LY-03", "LY-01", "WT-01", "CX-01", "ZH-01", "AQ-01", "CX-02", "CX-03", "CX-04", "CX-05", "CX-06",
    "CX-07", "CX-09", "YY-01", "YY-02", "BY-01", "BY-02", "WT-02", "ZY-01", "LY-06", "BY-09", "YY-06", "YY-07",
    "XY-01", "BY-03", "LY-02", "RF-01", "RF-02", "SA-01", "SA-02", "YJ-01", "WT-03", "WT-05", "CX-08", "ZH-03",
    "YY-03", "YY-04", "YY-08", "XY-02", "XY-03", "XY-04", "BY-04", "BY-05", "BY-06", "BY-07", "LY-04", "LY-05",
    "SA-03", "HJ-01", "LY-07", "HJ-02", "ST-01", "BY-08", "ZY-02", "WT-04",
]  # fmt: skip
FURTHER = [
    "ZH-04", "BY-10", "WT-06", "LY-08", "BY-11", "XY-05", "XY-06", "XY-07", "XY-08", "BY-12", "BY-13", "BY-14",
    "BY-15", "LY-09", "ZY-03", "AQ-02",
]  # fmt: skip

BINDING = {"BY-02", "ZY-01", "SA-01", "XY-03", "LY-04"}
INDICATIVE = {"CX-01", "CX-06", "YY-02", "BY-01", "WT-02", "YY-03", "ZY-02/households"}

ORIGINS = {
    "lost_in_source": {"YY-07/rural"},
    "stated_2020_hold": {"WT-05", "CX-08/township"},
    "assumed": {
        "YY-05", "LY-03", "LY-01", "WT-01", "ZH-01", "CX-02", "CX-03", "CX-04", "CX-05/county", "CX-05/city",
        "WT-03/centre", "WT-03/square", "ZH-04", "BY-10", "BY-13", "BY-15/grade_3", "AQ-02",
    },
}  # fmt: skip

# Where the plan contradicts itself: standard, the value used, the other ones.
CONFLICTS = [
    ("YY-03", 0.9, (0.85,)),
    ("BY-02", 4.5, (4,)),
    ("XY-03", 0.6, (0.5,)),
    ("ZY-01", 0.26, (0.23, 0.2)),
    ("BY-08/provincial", 25, (33,)),
    ("LY-06", None, (40.1,)),
    ("LY-03", 1.0, (20,)),
    ("ZH-01", 1.0, (10,)),
]

# Numbers that no quotation states in digits: words state them (all, names counted), or an assumption speaks of them.
ALL = ("所有", "全部", "一律", "全覆盖", "全通达")
NAMED = {
    "ST-01/geriatric_hospital": 1,
    "ST-01/psychiatric_hospital": 1,
    "ST-01/dongfang_hospital": 1,
    "ST-01/hospitals_raised": 2,
    "ST-01/infectious_hospital": 1,
}
ASSUMED = {
    ("CX-02", "speed_m_s", 8.3333),
    ("CX-03", "speed_m_s", 8.3333),
    ("CX-04", "speed_m_s", 8.3333),
    ("CX-09", "speed_m_s", 8.3333),
    ("CX-05/county", "within_m", 500),
    ("CX-05/city", "within_m", 500),
    ("CX-08/village", "within_m", 500),
    ("WT-01", "also_metres", 800),
    ("WT-01", "also_metres", 1000),
    ("WT-02", "per_amount", 1),
    ("ZY-01", "per_amount", 1),
    ("SA-03", "open_year", 2021),
    ("LY-07", "open_year", 2021),
    ("ZH-04", "open_year", 2021),
    ("LY-08", "built_year", 1999),
    ("ZH-03/small", "pop_total", 2999),
}
CHINESE = {
    **dict(zip("一二三四五六七八九", range(1, 10), strict=True)),
    "十": 10,
    "半小时": 30,
    "每千": 1000,
    "每万": 10_000,
}


def squeezed(text: str) -> str:
    """Return a text without its blanks: the scan puts them anywhere."""
    return re.sub(r"\s", "", text)


def misquotes(plan: Plan, lines: list[str]) -> list[str]:
    """Return the ids of the standards and statements whose quotations do not stand at their lines."""
    quotes = [(one.id, part.line, part.quote) for one in plan.standards for part in one.citations]
    quotes += [
        (one.id, part.line, part.quote)
        for one in plan.standards
        for conflict in one.conflicts
        for part in conflict.alternatives
    ]
    quotes += [(one.id, one.line, one.quote) for one in plan.register]
    assert len(quotes) > 10
    return [name for name, line, quote in quotes if not squeezed(quote) or squeezed(quote) not in lines[line - 1]]


def figures(name: str, value: object) -> Iterator[tuple[str, float]]:
    """Return every number of a measure with its field or column; years of a window are the plan's own."""
    if isinstance(value, bool) or value is None or isinstance(value, str) or name in ("from_year", "to_year"):
        return
    if isinstance(value, int | float):
        yield name, float(value)
    elif is_dataclass(value):
        for one in fields(value):
            if getattr(value, one.name) != one.default:
                bound = one.name in ("at_least", "at_most")
                yield from figures(name if bound else one.name, getattr(value, one.name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from figures(key, inner)
    elif isinstance(value, tuple):
        for inner in value:
            yield from figures(name, inner)


def says(quote: str, value: float, *, share: bool) -> bool:
    """Return whether a quotation states a number: in digits, in per cent, in ten thousands, or as a Chinese numeral."""
    wanted = [f"{value:.10g}", rf"{value / 10_000:.10g}\s*万"] + ([f"{value * 100:.10g}"] if share else [])
    if "(万户)" in quote:
        wanted.append(f"{value / 10_000:.10g}")
    digits = any(re.search(rf"(?<![\d.]){one.replace('.', '[.]')}(?!\d|[.]\d)", quote) for one in wanted)
    return digits or any(word in quote and number == value for word, number in CHINESE.items())


def unsaid(standard: Standard) -> set[tuple[str, str, float]]:
    """Return the numbers of a standard that none of its quotations states."""
    share = standard.unit == "share"
    found = list(figures("", standard.measure))
    found += [("base", standard.base_value)] if standard.base_value is not None else []
    if standard.target.value is not None and standard.target.origin != "assumed":
        found.append(("target", standard.target.value))
    missing = set()
    for name, value in found:
        per_cent = share and name in ("target", "base")
        by_words = value == 1 and any(word in one.quote for word in ALL for one in standard.citations)
        if not by_words and not any(says(one.quote, value, share=per_cent) for one in standard.citations):
            missing.add((standard.id, name, value))
    return missing


def changed_digit(quote: str) -> str:
    """Return a quotation with its last digit, or else its last letter, changed."""
    found = re.search(r"\d(?=\D*$)", quote)
    if found is None:
        return quote[:-1] + ("乙" if quote[-1] != "乙" else "丙")
    return quote[: found.start()] + str((int(found[0]) + 1) % 10) + quote[found.end() :]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return [squeezed(line) for line in SOURCE.read_text("utf-8").split("\n")]


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_plan("lianyungang-145")


@pytest.fixture(scope="module")
def statements() -> dict[str, dict[str, str]]:
    """Return all quantitative statements of the plan, as the project read them line by line."""
    with STATEMENTS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_every_quote_stands_at_its_line(plan: Plan, lines: list[str]) -> None:
    assert misquotes(plan, lines) == []


def test_a_changed_digit_in_any_quote_is_found(plan: Plan, lines: list[str]) -> None:
    for standard in plan.standards:
        for position, citation in enumerate(standard.citations):
            citations = list(standard.citations)
            citations[position] = replace(citation, quote=changed_digit(citation.quote))
            wrong = replace(plan, standards=(replace(standard, citations=tuple(citations)),))
            assert misquotes(wrong, lines) == [standard.id], citation.quote
    for statement in plan.register:
        wrong = replace(plan, register=(replace(statement, quote=changed_digit(statement.quote)),))
        assert misquotes(wrong, lines) == [statement.id], statement.quote


def test_a_quote_at_another_line_is_found(plan: Plan, lines: list[str]) -> None:
    standard = plan["LY-04"]
    moved = tuple(replace(one, line=one.line + 1) for one in standard.citations)
    wrong = replace(plan, standards=(replace(standard, citations=moved),))
    assert misquotes(wrong, lines) == ["LY-04"] * 3


def test_there_are_290_statements_each_quoted_from_its_line(
    statements: dict[str, dict[str, str]], lines: list[str]
) -> None:
    assert list(statements) == [f"Q{number:03d}" for number in range(1, 291)]
    assert [one["id"] for one in statements.values() if squeezed(one["quote"]) not in lines[int(one["line"]) - 1]] == []
    assert Counter(one["computable"] for one in statements.values()) == {"yes": 140, "no": 150}


def test_every_statement_is_computed_or_counted_or_registered(
    plan: Plan, statements: dict[str, dict[str, str]]
) -> None:
    counted = {q for one in plan.standards if one.measure.kind == "stock" for q in one.statements}
    computed = {q for one in plan.standards if one.measure.kind != "stock" for q in one.statements}
    registered = [one.id for one in plan.register]
    assert (len(computed), len(counted), len(registered)) == (92, 48, 150)
    assert sorted([*computed, *counted, *registered]) == list(statements)
    assert set(registered) == {one["id"] for one in statements.values() if one["computable"] == "no"}
    assert plan.statements == {
        q: "counted" if q in counted else "computed" if q in computed else "registered" for q in statements
    }


def test_a_standard_quotes_each_of_its_statements(plan: Plan, statements: dict[str, dict[str, str]]) -> None:
    for standard in plan.standards:
        assert standard.statements, standard.id
        for statement in standard.statements:
            line, quote = int(statements[statement]["line"]), squeezed(statements[statement]["quote"])
            cited = [squeezed(one.quote) for one in standard.citations if one.line == line]
            assert any(quote in one or one in quote for one in cited), (standard.id, statement)


def test_a_registered_statement_is_quoted_in_full_and_says_why(
    plan: Plan, statements: dict[str, dict[str, str]]
) -> None:
    for one in plan.register:
        assert (one.line, one.quote) == (int(statements[one.id]["line"]), statements[one.id]["quote"].strip())
        assert one.section
        assert len(one.reason_zh) > 5
        assert len(one.reason_en) > 20
        assert bool(one.note_zh) == bool(one.note_en)
    lost = [one.id for one in plan.register if one.reason == "lost"]
    assert lost == ["Q216"]


def test_the_standards_stand_in_the_order_of_the_list(plan: Plan) -> None:
    families = list(dict.fromkeys(one.id.partition("/")[0] for one in plan.standards))
    assert len(IDS) == 56
    assert families[:56] == IDS
    assert [one for one in families[56:] if one != "ST-01"] == FURTHER
    assert all(one.part_of == one.id.partition("/")[0] for one in plan.standards if "/" in one.id)


def test_natures(plan: Plan) -> None:
    natures = {nature: {one.id for one in plan.standards if one.nature == nature} for nature in ("约束性", "预期性")}
    assert natures == {"约束性": BINDING, "预期性": INDICATIVE}
    for standard in plan.standards:
        in_table_3 = [one.quote for one in standard.citations if 140 < one.line < 179]
        assert bool(in_table_3) == (standard.nature != "未标注"), standard.id
        assert all(quote.endswith(standard.nature) for quote in in_table_3), standard.id


def test_origins_of_the_targets(plan: Plan) -> None:
    for origin, ids in ORIGINS.items():
        assert {one.id for one in plan.standards if one.target.origin == origin} == ids, origin
    for standard in plan.standards:
        has_value = standard.target.origin in ("stated", "assumed", "stated_2020_hold")
        assert (standard.target.value is not None) == has_value, standard.id
        assert (standard.target.origin == "none") <= (not standard.judge), standard.id
    assert not re.search(r"\d", plan["YY-07/rural"].citations[0].quote)


def test_target_years_are_those_of_the_statements(plan: Plan, statements: dict[str, dict[str, str]]) -> None:
    for standard in plan.standards:
        years = {
            int(statements[one]["target_year"])
            for one in standard.statements
            if statements[one]["target_year"] and int(statements[one]["line"]) > 140
        }
        assert standard.target_year == (max(years) if years else None), standard.id
        assert (standard.base_value is None) == (standard.base_year is None), standard.id
        assert standard.base_year in (None, 2020), standard.id


def test_every_number_is_quoted_or_named_as_assumed(plan: Plan) -> None:
    named = {(one, "target", float(count)) for one, count in NAMED.items()}
    missing = set[tuple[str, str, float]]().union(*(unsaid(one) for one in plan.standards))
    assert missing - named == ASSUMED
    for standard_id, name, value in ASSUMED:
        texts = [one.zh + one.en for one in plan[standard_id].assumptions]
        assert any(says(text, value, share=False) or (name == "per_amount" and "per" in text) for text in texts)
    for standard_id, count in NAMED.items():
        clauses = "".join(one.quote for one in plan[standard_id].citations)
        assert clauses.count("医院") >= count


@pytest.mark.parametrize(("standard_id", "used", "others"), CONFLICTS)
def test_contradictions_show_both_values(
    plan: Plan, standard_id: str, used: float | None, others: tuple[float, ...]
) -> None:
    standard = plan[standard_id]
    assert standard.target.value == used
    shown = tuple(one.value for conflict in standard.conflicts for one in conflict.alternatives)
    assert shown == others
    for conflict in standard.conflicts:
        for one in conflict.alternatives:
            assert says(one.quote, one.value, share=standard.unit == "share"), standard_id


def test_all_contradictions_are_listed(plan: Plan) -> None:
    assert [one.id for one in plan.standards if one.conflicts] == [
        one.id for one in plan.standards if one.id in {conflict[0] for conflict in CONFLICTS}
    ]


def blocks() -> dict[str, str]:
    """Return the text of each standard of the plan file, by id."""
    _, *parts = re.split(r"(?m)^(?=\[\[standard\]\]\n)", CATALOGUE.read_text("utf-8").partition("\n[reasons.")[0])
    return {re.findall(r'(?m)^id = "([^"]+)"', part)[0]: part for part in parts}


def test_no_assumed_target_passes_undeclared(plan: Plan, tmp_path: Path) -> None:
    head = CATALOGUE.read_text("utf-8").partition("[[standard]]")[0]
    file = tmp_path / "p.toml"
    needed = {(one, "target") for one in ORIGINS["assumed"]} | {(one, name) for one, name, _ in ASSUMED}
    needed |= {("BY-10", "count")}
    columns = {"open_year": "where", "built_year": "where", "pop_total": "unit_where"}
    for standard_id, block in blocks().items():
        bearing = {columns.get(name, name) for one, name in needed if one == standard_id}
        if not bearing:
            continue
        file.write_text(head + block, encoding="utf-8")
        assert read_plan(file).ids == (standard_id,)
        for assumption in re.findall(r"(?ms)^\[\[standard\.assumption\]\]\n.*?(?=\n\n|\Z)", block):
            about = re.findall(r'about = "([^"]+)"', assumption)[0]
            file.write_text(head + block.replace(assumption, ""), encoding="utf-8")
            if about in bearing:
                with pytest.raises(PlanError, match="assum"):
                    read_plan(file)
            else:
                assert len(read_plan(file)[standard_id].assumptions) == len(plan[standard_id].assumptions) - 1


def test_a_changed_target_is_not_backed(tmp_path: Path) -> None:
    head = CATALOGUE.read_text("utf-8").partition("[[standard]]")[0]
    file = tmp_path / "p.toml"
    stated = re.compile(r'(target = \{ op = "[^"]+", value = )([\d.]+)(, origin = "stated)')
    changed = 0
    for block in blocks().values():
        found = stated.search(block)
        if found is None:
            continue
        other = float(found[2]) * 0.9 if float(found[2]) <= 1 else float(found[2]) + 7
        file.write_text(head + stated.sub(rf"\g<1>{other:.6g}\g<3>", block), encoding="utf-8")
        with pytest.raises(PlanError, match="no citation states"):
            read_plan(file)
        changed += 1
    assert changed > 70


def test_both_languages_everywhere(plan: Plan) -> None:
    for standard in plan.standards:
        assert re.search(r"[\u4e00-\u9fff]", standard.name_zh), standard.id
        assert re.search(r"[A-Za-z]{3}", standard.name_en), standard.id
        assert not re.search(r"[\u4e00-\u9fff]", standard.name_en), standard.id
        for one in standard.assumptions:
            assert re.search(r"[\u4e00-\u9fff]", one.zh), standard.id
            assert re.search(r"[A-Za-z]{3}", one.en), standard.id
    assert len({one.name_zh for one in plan.standards}) == len(plan.standards)
    assert len({one.name_en for one in plan.standards}) == len(plan.standards)
