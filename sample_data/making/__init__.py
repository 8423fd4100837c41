"""The parts of the script that writes the invented sample city; run ``make_sample_city.py`` beside this folder."""
