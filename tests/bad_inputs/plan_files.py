"""Bad plan files: typing errors, figures that cannot be, contradictions, and files that are no plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicecircle.errors import PlanError, ReadError
from tests.bad_inputs.case import Checked, Expected, Kind, equal, error

if TYPE_CHECKING:
    from tests.bad_inputs.case import Case
    from tests.bad_inputs.damage import Town

KIND = Kind("plan_files")


def changed(name: str, expected: Expected, old: str, new: str) -> Case:
    """Take in the case of a plan file in which a text is another one."""

    def act(there: Town) -> None:
        there.edit(old, new, file="plan.toml")

    act.__name__ = name
    return KIND(expected)(act)


def whole(name: str, expected: Expected, content: bytes) -> Case:
    """Take in the case of a plan file that holds something else."""

    def act(there: Town) -> None:
        (there.folder / "plan.toml").write_bytes(content)

    act.__name__ = name
    return KIND(expected)(act)


for one in (
    (
        "a_key_with_a_typing_error",
        error(PlanError, "line 22", "minuts", "Did you mean 'minutes'?"),
        "minutes = 15",
        "minuts = 15",
    ),
    (
        "a_measure_that_nobody_knows",
        error(PlanError, "'reech' is unknown", "Did you mean 'reach'"),
        '"reach"',
        '"reech"',
    ),
    (
        "a_radius_with_a_unit",
        error(PlanError, "metres", "'300 m' was given. Write 300"),
        "metres = 300",
        'metres = "300 m"',
    ),
    ("a_share_in_percent", error(PlanError, "Did you mean 0.9 (90 %)?"), "value = 0.9,", "value = 90,"),
    ("minutes_of_zero", error(PlanError, "minutes", "must be above 0"), "minutes = 15", "minutes = 0"),
    ("minutes_below_zero", error(PlanError, "minutes", "above 0"), "minutes = 15", "minutes = -15"),
    ("minutes_that_are_nan", error(PlanError, "minutes", "finite"), "minutes = 15", "minutes = nan"),
    ("minutes_without_end", error(PlanError, "minutes", "finite"), "minutes = 15", "minutes = inf"),
    ("a_speed_of_zero", error(PlanError, "speed_m_s", "above 0"), "speed_m_s = 1.0", "speed_m_s = 0"),
    (
        "a_number_that_nothing_backs",
        error(PlanError, "minutes", "no citation states 12"),
        "minutes = 15",
        "minutes = 12",
    ),
    ("minutes_and_metres", error(PlanError, "only one of minutes"), "minutes = 15", "minutes = 15\nmetres = 900"),
    ("a_key_that_stands_there_twice", error(PlanError, "line"), "minutes = 15", "minutes = 15\nminutes = 10"),
    ("an_id_that_stands_there_twice", error(PlanError, "is used twice"), 'id = "T-2"', 'id = "T-1"'),
    ("full_width_digits", error(PlanError, "line"), "minutes = 15", "minutes = １５"),
    ("a_service_with_a_typing_error", error(PlanError, "Did you mean 'bus_stop'"), '"bus_stop"', '"bus_stpo"'),
    (
        "a_group_that_nobody_knows",
        error(PlanError, "'pop_3_6' is unknown"),
        'group = "pop_total"\nminutes',
        'group = "pop_3_6"\nminutes',
    ),
    ("a_part_of_itself", error(PlanError, "part_of"), 'id = "T-1"', 'id = "T-1"\npart_of = "T-1"'),
    ("a_format_of_the_future", error(PlanError, "format"), "format = 1", "format = 2"),
    (
        "an_operator_that_is_none",
        error(PlanError, "'=>' is unknown"),
        '{ op = ">=", value = 0.9,',
        '{ op = "=>", value = 0.9,',
    ),
    ("a_whole_number_without_end", error(PlanError, "per_amount"), "per_amount = 1000", "per_amount = 1" + "0" * 400),
):
    changed(*one)

for other in (
    ("a_file_of_no_bytes", error(PlanError, "plan.toml"), b""),
    (
        "only_a_heading",
        error(PlanError, "plan.toml"),
        b"format = 1\n[plan]\nid = 'x'\ntitle_zh = 'x'\ntitle_en = 'x'\n",
    ),
    ("bytes_that_are_no_text", error(ReadError, "plan.toml"), bytes(range(256)) * 20),
    ("deep_nesting", error(PlanError, "plan.toml"), b"a = " + b"[" * 20_000 + b"]" * 20_000),
    ("deep_tables", error(PlanError, "plan.toml"), b"a" + b".a" * 20_000 + b" = 1\n"),
    ("another_format", error(PlanError, "plan.toml"), b'{"format": 1, "standards": []}'),
    ("text_without_an_end", error(PlanError, "plan.toml"), b'format = 1\n[plan]\nid = "x'),
    ("a_million_faults", error(PlanError, "plan.toml"), b"".join(b"a%d = 1\n" % i for i in range(100_000))),
):
    whole(*other)


@KIND(equal())
def a_byte_order_mark(there: Town) -> None:
    path = there.folder / "plan.toml"
    path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig")


@KIND(equal())
def dos_line_ends(there: Town) -> None:
    path = there.folder / "plan.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))


@KIND(equal())
def a_plan_in_gbk(there: Town) -> None:
    path = there.folder / "plan.toml"
    path.write_text(path.read_text(encoding="utf-8"), encoding="gbk")


@KIND(error(ReadError, "plan.toml"))
def a_plan_that_is_not_there(there: Town) -> None:
    (there.folder / "plan.toml").unlink()


@KIND(error(ReadError, "plan.toml"))
def a_plan_that_is_a_folder(there: Town) -> None:
    (there.folder / "plan.toml").unlink()
    (there.folder / "plan.toml").mkdir()


@KIND(error(PlanError, "plan.xlsx"))
def a_workbook_with_a_cell_that_is_no_number(there: Town) -> Checked:
    import openpyxl

    import servicecircle as sc
    from servicecircle.plan import read_workbook, write_workbook

    path = there.folder / "plan.xlsx"
    write_workbook(sc.read_plan(there.folder / "plan.toml"), path)
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == 15]
    assert cells
    cells[0].value = "一刻钟"
    book.save(path)
    read_workbook(path)
    return Checked()
