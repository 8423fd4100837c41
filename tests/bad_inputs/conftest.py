"""After a run of the bad inputs: how many of each kind ended in which way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bad_inputs.ends import COUNTS

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the table of kinds and ends."""
    counts = config.stash.get(COUNTS, None)
    if not counts:
        return
    usual = ["equal", "repair", "flag", "error"]
    ends = usual + sorted({end for _, end in counts} - set(usual))
    kinds = list(dict.fromkeys(kind for kind, _ in counts))
    terminalreporter.section("how bad inputs ended")
    rows = [["", *ends, "all"]]
    for kind in kinds:
        numbers = [counts[kind, end] for end in ends]
        rows.append([kind, *map(str, numbers), str(sum(numbers))])
    rows.append(["all", *(str(sum(counts[kind, end] for kind in kinds)) for end in ends), str(sum(counts.values()))])
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(len(rows[0]))]
    for row in rows:
        terminalreporter.write_line("".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
