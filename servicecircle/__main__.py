"""``python -m servicecircle``: the command `servicecircle.cli`."""

import sys

from servicecircle.cli import main

if __name__ == "__main__":
    sys.exit(main())
