from __future__ import annotations

import colorsys
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servicecircle.show import palette


def lightness(color: str) -> float:
    """Return the relative luminance of a colour, as WCAG defines it."""
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.03928, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def hue(color: str) -> float:
    """Return the hue of a colour, degrees."""
    red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 360 * colorsys.rgb_to_hsv(red, green, blue)[0]


@given(st.lists(st.floats(1, 120), min_size=1, max_size=3, unique=True), st.lists(st.floats(1, 120), max_size=2))
def test_limits_and_bands_are_ends_of_classes(limits: list[float], bands: list[float]) -> None:
    breaks = palette.class_breaks(limits, bands=bands)
    assert set(limits) | set(bands) <= set(breaks)
    assert list(breaks) == sorted(set(breaks))
    assert breaks[0] > 0


@pytest.mark.parametrize("limits", [[10.0], [10.0, 20.0], [15.0], [500.0], [7.0]])
def test_farther_is_darker_for_every_kind_of_sight(limits: list[float]) -> None:
    paints = palette.ramp(palette.class_breaks(limits), max(limits))
    assert all(lightness(near.color) > lightness(far.color) for near, far in pairwise(paints))


def test_the_hue_changes_at_the_limit() -> None:
    breaks = palette.class_breaks([10.0])
    paints = palette.ramp(breaks, 10.0)
    within = [hue(paint.color) < 70 for paint in paints]
    assert within == [upper <= 10 for upper in breaks] + [False]


def test_a_limit_itself_is_within_and_a_centimetre_more_is_not() -> None:
    found = palette.classify(np.array([600.0, 600.001, 600.01, np.inf, np.nan]), [600.0, 1200.0], tolerance=0.001)
    assert found.tolist() == [0, 0, 1, 3, 3]


def test_no_verdict_is_red_or_green_and_no_reference_looks_like_a_verdict() -> None:
    meets, fails = (hue(palette.STATUS_PAINTS[key].color) for key in ("meets", "fails"))
    assert 180 < meets < 260
    assert 20 < fails < 50
    grades = [hue(color) for color in palette.GRADES]
    assert all(260 < grade < 300 for grade in grades)
    assert all(lightness(one) > lightness(other) for one, other in pairwise(palette.GRADES))


def test_colours_of_verdicts_differ_in_lightness_too() -> None:
    light, dark = (lightness(palette.STATUS_PAINTS[key].color) for key in ("meets", "fails"))
    assert (light + 0.05) / (dark + 0.05) > 1.4


def test_ranges_name_every_class() -> None:
    assert palette.ranges([5.0, 10.0, 20.0]) == ["≤ 5", "5-10", "10-20", "> 20"]


SIGHTS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
"""What light becomes to a kind of sight (linear RGB): Machado and others 2009, doi:10.1109/TVCG.2009.113."""


def lab(color: str, *, opacity: float = 1.0, sight: str = "usual") -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return a colour over white in CIE L*a*b* (D65), as one kind of sight has it."""
    shown = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]) * opacity + 1 - opacity
    linear = np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4)
    light = np.clip(SIGHTS[sight] @ linear, 0, 1)
    to_xyz = np.array(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
    )
    x, y, z = (
        np.cbrt(v) if v > 216 / 24389 else v * 841 / 108 + 4 / 29 for v in to_xyz @ light / [0.95047, 1, 1.08883]
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


PALETTES = {
    "kinds": [palette.COVERED, *map(palette.Paint, palette.KINDS)],
    "services": [palette.Paint(color, 1.0) for color in palette.SERVICES],
    "contrast": palette.CONTRAST,
    "changes": palette.CHANGES,
    "values": [palette.Paint(color) for color in palette.VALUES],
    "counts": [palette.STATUS_PAINTS["meets"], *map(palette.Paint, palette.COUNTS)],
    "grades": [palette.Paint(color, 0.75) for color in palette.GRADES],
    "statuses": [paint for paint in palette.STATUS_PAINTS.values() if not paint.hatch],
}


@pytest.mark.parametrize("sight", SIGHTS)
@pytest.mark.parametrize("name", PALETTES)
def test_no_two_classes_look_alike_to_anyone(name: str, sight: str) -> None:
    """A difference of 2.3 in L*a*b* is just seen side by side; a legend needs several times that."""
    paints = list(PALETTES[name])
    seen = [lab(paint.color, opacity=paint.opacity, sight=sight) for paint in paints]
    pairs = [(i, j) for i in range(len(seen)) for j in range(i)]
    nearest = min((float(np.linalg.norm(seen[i] - seen[j])), paints[i].color, paints[j].color) for i, j in pairs)
    assert nearest[0] >= 8, nearest
