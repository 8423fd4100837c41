"""One case in this process: ``python -m tests.bad_inputs.child CASE TOWN FOLDER`` says as JSON how it ended."""

from __future__ import annotations

import json
import math
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bad_inputs.case import Checked
from tests.bad_inputs.catalogue import CASES
from tests.bad_inputs.damage import Town, copy

if TYPE_CHECKING:
    from servicecircle import Assessment, City
    from tests.bad_inputs.case import Case, Expected
    from tests.bad_inputs.town import Truth

CHINESE = re.compile(r"[\u4e00-\u9fff]")
WITHOUT_FIGURE = {"not_evaluable", "no_population", "not_applicable"}
"""Statuses of rows that have no value, and say so."""

RELATIVE, ABSOLUTE = 1e-9, 1e-9
AREA = 1e-5
"""A disc drawn with corners is smaller than a round one."""


def ended(case: Case, town: Town) -> tuple[str, list[str]]:
    """Return how a case ended (an outcome, or what went wrong), and what there is to say about it."""
    from servicecircle.errors import ServiceCircleError

    expected = case.expected
    try:
        got = result_of(case, town)
    except ServiceCircleError as raised:
        return "error", faults_of_error(expected, raised)
    except BaseException:  # noqa: BLE001  whatever is not an error of ours is what this looks for
        return "foreign error", [traceback.format_exc(limit=-4)]
    if isinstance(got, Checked):
        return expected.outcome, []
    if expected.outcome == "error":
        return "no error", [f"{expected.error} was expected", *told(got), *differences(got, None)]
    return verdict(expected, got)


def result_of(case: Case, town: Town) -> Assessment | Checked:
    """Return the assessment that a case comes to, by the planner's usual lines unless it has its own."""
    import servicecircle as sc

    got = case.act(town)
    if isinstance(got, Checked | sc.Assessment):
        return got
    city: City = sc.read_city(town.folder) if got is None else got
    return sc.assess(city, sc.read_plan(town.folder / "plan.toml"))


def faults_of_error(expected: Expected, raised: Exception) -> list[str]:
    """Return what is wrong with an error of ours."""
    text = str(raised)
    if expected.outcome != "error" or expected.error is None:
        return [f"{expected.outcome} was expected, not {type(raised).__name__}: {text}"]
    faults = [] if isinstance(raised, expected.error) else [f"{type(raised).__name__} is no {expected.error.__name__}"]
    faults += [f"the message lacks {word!r}" for word in expected.words if word not in text]
    if not CHINESE.search(text.rpartition(" | ")[2]) or " | " not in text:
        faults.append("the message says nothing in Chinese")
    return [*faults, text] if faults else []


def verdict(expected: Expected, got: Assessment) -> tuple[str, list[str]]:
    """Return how a case with a result ended."""
    severity = {"repair": "repair", "flag": "warning"}.get(expected.outcome)
    said = [f for f in got.report.findings if f.code in expected.codes and (severity is None or f.severity == severity)]
    wrong = differences(got, expected.figures() if expected.figures is not None else None)
    faults = [f"finding {f.code} says nothing in Chinese" for f in said if not CHINESE.search(f.zh)]
    if severity is not None and not said:
        faults.append(f"no {severity} {' or '.join(expected.codes)}")
    if not wrong and not faults:
        return expected.outcome, []
    told_of = any(f.severity in {"repair", "warning"} for f in got.report.findings)
    name = "wrong figure" if said else "told otherwise" if told_of else "SILENT"
    return name, [*faults, *wrong, *told(got)]


def told(got: Assessment) -> list[str]:
    """Return what the report says."""
    return [f"said: [{f.severity}] {f.code}: {f.en[:200]}" for f in got.report.findings if f.severity != "info"]


def differences(got: Assessment, right: Truth | None) -> list[str]:
    """Return where a result differs from the right figures, holds NaN without a reason or loses somebody."""
    rows: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()} for row in got.table.to_dict("records")
    ]
    faults = [
        f"NaN without a reason: {row['standard_id']} {row['zone_id']} ({row['status']})"
        for row in rows
        if math.isnan(row["value"]) and row["status"] not in WITHOUT_FIGURE
    ]
    faults += [
        f"covered and uncovered are not all: {row['standard_id']} {row['zone_id']}"
        for row in rows
        if row["measure"] == "reach" and not math.isnan(row["value"]) and not _all(row)
    ]
    if right is None:
        return faults
    city = got.city
    pairs: dict[str, tuple[Any, float]] = {
        "residents": (float(city.population["pop_total"].sum()), right.residents),
        "cells": (len(city.population), right.cells),
        "facilities": (len(city.facilities), right.facilities),
    }
    values = {(row["standard_id"], row["zone_id"]): row for row in rows if row["class"] == "all"}
    for key, value in right.figures.items():
        row = values.get(key)
        pairs[" ".join(key)] = (math.nan if row is None else row["value"], value)
        if key[0] == "T-1" and row is not None:
            pairs[f"{key[1]} uncovered"] = (row["group_uncovered"], right.uncovered[key[1]])
    faults += [
        f"{name}: {value!r} instead of {wanted!r}"
        for name, (value, wanted) in pairs.items()
        if not math.isclose(value, wanted, rel_tol=AREA if name.startswith("T-4") else RELATIVE, abs_tol=ABSOLUTE)
    ]
    return faults


def _all(row: dict[str, Any]) -> bool:
    """Return whether those who are covered and those who are not are everybody."""
    parts = row["numerator"] + row["group_uncovered"]
    return math.isclose(parts, row["denominator"], rel_tol=RELATIVE, abs_tol=ABSOLUTE)


def main() -> None:
    """Run the case that the command line names."""
    name, source, folder = sys.argv[1:]
    outcome, said = ended(CASES[name], copy(Path(source), Path(folder)))
    sys.stdout.write("\n" + json.dumps({"outcome": outcome, "said": said}, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
