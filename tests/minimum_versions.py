"""Print the oldest releases that pyproject.toml allows, as constraints for pip.

python tests/minimum_versions.py > minimum.txt && pip install -e '.[test]' --constraint minimum.txt
"""

import re
import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
EXTRAS = ("figures", "browser", "parquet")
"""What users may install; the tools that tests need beside these stay at their newest."""

REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)>=(?P<version>[0-9.]+)")


def constraints() -> list[str]:
    """Return one pinned requirement for each dependency, in the order of pyproject.toml.

    Raises
    ------
    ValueError
        If a dependency has no lower bound.
    """
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"]]
    for extra in EXTRAS:
        wanted += project["optional-dependencies"][extra]
    pinned = []
    for requirement in wanted:
        match = REQUIREMENT.match(requirement)
        if match is None:
            raise ValueError(f"{requirement!r} has no lower bound: write name>=version.")
        pinned.append(f"{match['name']}=={match['version']}")
    return pinned


if __name__ == "__main__":
    sys.stdout.write("\n".join(constraints()) + "\n")
