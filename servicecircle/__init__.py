"""Judge a public-service plan against a city.

A ``City`` holds what is there, a ``Plan`` says what should be there, ``assess`` says what is missing and for whom.
"""

from importlib.metadata import version

__version__ = version("servicecircle")

__all__: list[str] = []
