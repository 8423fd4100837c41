"""Exact search by HiGHS: a mixed-integer program in, a choice and a proven bound out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import highspy
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from servicecircle.siting.instance import Effort
    from servicecircle.siting.solution import Stop

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

TOLERANCE = 1e-6
"""Relative difference between a cost and its bound that the tolerances of the search explain."""
LOOK_S = 0.1
"""How often (seconds) a running search is looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Minimise ``cost @ x`` with ``low <= rows @ x <= high``, ``lower <= x <= upper``, some of x whole.

    Parameters
    ----------
    cost, lower, upper
        Shape (variables,).
    rows
        Shape (constraints, variables).
    low, high
        Shape (constraints,).
    whole
        Which variables are whole numbers, shape (variables,).
    """

    cost: Floats
    rows: csr_array
    low: Floats
    high: Floats
    lower: Floats
    upper: Floats
    whole: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What an exact search found.

    Parameters
    ----------
    values
        The variables, shape (variables,); empty if none were found.
    bound
        No values are better than this; ``inf`` if it is proven that there are none.
    stopped
        What ended the search before the proof.
    """

    values: Floats
    bound: float
    stopped: Stop = ""

    @property
    def found(self) -> bool:
        """Whether any values were found."""
        return bool(len(self.values))

    @property
    def impossible(self) -> bool:
        """Whether it is proven that there are none."""
        return not self.found and bool(np.isposinf(self.bound))


def solved(
    program: Program, effort: Effort, *, start: Floats | None = None, target: float = -np.inf, relaxed: bool = False
) -> Outcome:
    """Return the best values of a program and the proven bound.

    Parameters
    ----------
    program
        The program.
    effort
        When to stop.
    start
        Values of the first variables, as many as given, that are known to be possible.
    target
        Values at least as good as this are good enough; the search ends there.
    relaxed
        Whether no variable needs to be whole.

    Returns
    -------
    Outcome
    """
    outcome = _once(program, effort, start, target=target, relaxed=relaxed)
    if start is not None and outcome.stopped == "precision":  # HiGHS 1.16 may hand back the start beside a better cost
        outcome = _once(program, effort, None, target=target, relaxed=relaxed)
    return outcome


def _once(program: Program, effort: Effort, start: Floats | None, *, target: float, relaxed: bool) -> Outcome:
    """Return what one search finds; stopped by "precision" if its values do not cost what it says they do."""
    import highspy

    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.silent()
    _set(solver, effort, target)
    _load(solver, program, relaxed=relaxed)
    if start is not None and not relaxed:
        solver.setSolution(len(start), np.arange(len(start), dtype=np.int32), np.asarray(start, dtype=np.float64))
    interrupted = _run(solver, effort)
    outcome = _outcome(solver, interrupted=interrupted, relaxed=relaxed)
    if outcome.found and not outcome.stopped and np.isneginf(target):
        cost = float(program.cost @ outcome.values)
        if cost - outcome.bound > max(effort.gap, TOLERANCE) * max(1.0, abs(cost)):
            return replace(outcome, stopped="precision")
        if cost - outcome.bound > TOLERANCE * max(1.0, abs(cost)):
            return replace(outcome, stopped="gap")
    return outcome


def _set(solver: highspy.Highs, effort: Effort, target: float) -> None:
    """Ask for a proof to the last digit, the same on every run."""
    solver.setOptionValue("time_limit", float(effort.seconds))
    solver.setOptionValue("mip_max_nodes", int(effort.nodes))
    solver.setOptionValue("mip_rel_gap", float(effort.gap))
    solver.setOptionValue("mip_abs_gap", 1e-6 if effort.gap == 0 else 0.0)
    solver.setOptionValue("mip_feasibility_tolerance", 1e-7)
    solver.setOptionValue("parallel", "off")
    solver.setOptionValue("random_seed", 0)
    if np.isfinite(target):
        solver.setOptionValue("objective_target", float(target))


def _load(solver: highspy.Highs, program: Program, *, relaxed: bool) -> None:
    import highspy

    lp = highspy.HighsLp()
    constraints, variables = program.rows.shape
    lp.num_col_, lp.num_row_ = variables, constraints
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.low, program.high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = program.rows.indptr
    lp.a_matrix_.index_ = program.rows.indices
    lp.a_matrix_.value_ = program.rows.data
    if not relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(whole)] for whole in program.whole]
    solver.passModel(lp)


def _run(solver: highspy.Highs, effort: Effort) -> bool:
    """Run a search beside this thread, so that Ctrl-C is heard; return whether it was."""
    from tqdm.auto import tqdm

    solver.HandleUserInterrupt = True
    interrupted = False
    solver.startSolve()
    with tqdm(
        total=effort.seconds,
        desc="exact search | 精确求解",
        bar_format="{l_bar}{bar}| {n:.0f} / {total:.0f} s",
        delay=2,
        disable=not effort.progress,
    ) as bar:
        while True:
            try:
                if solver.wait(LOOK_S)[0]:
                    break
                bar.update(min(LOOK_S, effort.seconds - bar.n))
            except KeyboardInterrupt:
                interrupted = True
                solver.cancelSolve()  # type: ignore[no-untyped-call]
    return interrupted


def _outcome(solver: highspy.Highs, *, interrupted: bool, relaxed: bool) -> Outcome:
    import highspy

    status, info = solver.getModelStatus(), solver.getInfo()
    states = highspy.HighsModelStatus
    nothing = np.zeros(0)
    if status in {states.kInfeasible, states.kUnboundedOrInfeasible}:
        return Outcome(nothing, np.inf)
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    values = np.asarray(solver.getSolution().col_value, dtype=np.float64) if feasible else nothing
    if status == states.kOptimal and relaxed:
        return Outcome(values, float(info.objective_function_value))
    bound = -np.inf if relaxed else float(info.mip_dual_bound)
    if interrupted or status == states.kInterrupt:
        return Outcome(values, bound, "interrupted")
    if status == states.kTimeLimit:
        return Outcome(values, bound, "time")
    if status == states.kSolutionLimit:
        return Outcome(values, bound, "nodes")
    return Outcome(values, bound)
