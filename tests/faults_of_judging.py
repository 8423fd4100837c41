"""Faults of judging a city, of its checks and of the choice of sites."""

from __future__ import annotations

from tests.faults import Mutant

JUDGING_TESTS = tuple(f"tests/assessment/test_{name}.py" for name in ("oracle", "assessment", "tables", "progress"))
CITY_TESTS = ("tests/city/test_city.py", "tests/city/test_bad_layers.py")
SITING_TESTS = ("tests/siting/test_best_sites.py",)
_IN = "assessment/"

JUDGING = (
    Mutant(
        "minutes taken as seconds",
        "units.py",
        "SECONDS_PER_MINUTE = 60.0",
        "SECONDS_PER_MINUTE = 1.0",
        JUDGING_TESTS,
    ),
    Mutant(
        "a limit is not inclusive",
        "units.py",
        "TOLERANCE_M = 0.001",
        "TOLERANCE_M = -0.001",
        JUDGING_TESTS,
    ),
    Mutant(
        "the unreachable count as covered",
        "units.py",
        "np.isfinite(metres) & (metres <=",
        "~np.isfinite(metres) | (metres <=",
        JUDGING_TESTS,
    ),
    Mutant(
        "required facilities rounded down",
        _IN + "figures.py",
        "np.ceil(target * amount - ROUNDING)",
        "np.floor(target * amount)",
        JUDGING_TESTS,
    ),
    Mutant(
        "a share of nobody is full",
        _IN + "figures.py",
        "if whole > 0 else None",
        "if whole > 0 else 1.0",
        JUDGING_TESTS,
    ),
    Mutant(
        "reference rows get a verdict",
        _IN + "rows.py",
        'if met is None or status != "judged"',
        "if met is None",
        JUDGING_TESTS,
    ),
    Mutant(
        "an assumed target is judged",
        _IN + "rows.py",
        'if target.origin in {"stated", "stated_2020_hold"} else "reference"',
        'if target.origin else "reference"',
        JUDGING_TESTS,
    ),
    Mutant("rows out of scope are judged", _IN + "rows.py", "replace(unit, outside=True)", "unit", JUDGING_TESTS),
    Mutant("urban and rural pass together", _IN + "residents.py", "meeting = all(", "meeting = any(", JUDGING_TESTS),
    Mutant(
        "closed facilities count",
        _IN + "selection.py",
        '{"status": "open"} | dict(one.where)',
        "dict(one.where)",
        JUDGING_TESTS,
    ),
    Mutant(
        "a service not loaded is a zero",
        _IN + "selection.py",
        "return nothing, [_service_missing(one)]",
        "return nothing, []",
        JUDGING_TESTS,
    ),
    Mutant(
        "a circle needs one service only",
        _IN + "composite.py",
        "~lacking.any(axis=1)",
        "~lacking.all(axis=1)",
        JUDGING_TESTS,
    ),
    Mutant(
        "facilities anywhere count for a zone",
        _IN + "provision.py",
        "selection.facilities[unit.facilities[selection.facilities]]",
        "selection.facilities",
        JUDGING_TESTS,
    ),
    Mutant(
        "two campuses count twice",
        _IN + "provision.py",
        "if provision.once_per in ground.facilities:",
        "if False:",
        JUDGING_TESTS,
    ),
    Mutant(
        "one of the functions is enough",
        _IN + "presence.py",
        "not lacks[int(n)]",
        "len(lacks[int(n)]) < 2",
        JUDGING_TESTS,
    ),
    Mutant("discs as squares", _IN + "coverage.py", "DISC_SIDES = 512", "DISC_SIDES = 4", JUDGING_TESTS),
    Mutant(
        "walks of another city kept",
        _IN + "ground.py",
        "return ids + self.facility_xy[facilities].tobytes()",
        'return b""',
        JUDGING_TESTS,
    ),
    Mutant(
        "a border belongs to the highest zone",
        "city/zoning.py",
        'zones.sort_values("zone_id", kind="stable")',
        'zones.sort_values("zone_id", ascending=False)',
        CITY_TESTS,
    ),
    Mutant("negative residents pass", "city/inspection.py", "values < 0,", "values < -1e12,", CITY_TESTS),
    Mutant(
        "a frame of the caller is changed",
        "city/inspection.py",
        "copy = frame.copy()",
        "copy = frame",
        CITY_TESTS,
    ),
    Mutant(
        "greedy without discount",
        "siting/greedy.py",
        "        left[_covered_by(covers, best)] = 0.0\n",
        "        covers[[best]] *= 0\n",
        SITING_TESTS,
    ),
    Mutant(
        "no exchange of sites",
        "siting/greedy.py",
        "    chosen = _swapped(covers, weights, chosen)\n",
        "",
        SITING_TESTS,
    ),
    Mutant(
        "those covered already count as gain",
        "siting/sites.py",
        '(cells["in_scope"] & ~cells["covered"])',
        'cells["in_scope"]',
        SITING_TESTS,
    ),
)
