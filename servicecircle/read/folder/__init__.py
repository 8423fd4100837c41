"""A city from a folder: city.toml and the files it names, one module for each kind of layer."""

from servicecircle.read.folder.city import read_city

__all__ = ["read_city"]
