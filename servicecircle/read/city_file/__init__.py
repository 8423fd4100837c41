"""city.toml: what it may say (one model for each table), and every fault in it at once."""

from servicecircle.read.city_file.file import NAME, CityFile, read_city_file

__all__ = ["NAME", "CityFile", "read_city_file"]
