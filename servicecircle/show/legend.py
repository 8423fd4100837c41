"""Layers and the parts of the legend that speak of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from servicecircle.show.palette import Paint


Dash: TypeAlias = Literal["solid", "dashed", "dotted"]


@dataclass(frozen=True, slots=True)
class LegendRow:
    """One class: its sign, its label, its numbers, and whether the standard's limit comes after it."""

    label: str
    color: str
    numbers: tuple[str, ...] = ()
    sign: Literal["fill", "dot", "line", "area", "none"] = "fill"
    opacity: float = 1.0
    hatch: bool = False
    dash: Dash = "solid"
    width: float = 2.0
    limit_after: bool = False

    @classmethod
    def of_paint(cls, paint: Paint, label: str, numbers: tuple[str, ...], *, limit_after: bool = False) -> LegendRow:
        """Return the row of a class of cells or zones."""
        return cls(label, paint.color, numbers, "fill", paint.opacity, paint.hatch, limit_after=limit_after)

    @property
    def style(self) -> str:
        """Return the CSS of the row's sign."""
        if self.sign == "line":
            return f"border-top: {self.width:g}px {self.dash} {self.color}"
        if self.sign == "area":
            return f"border: 1.8px solid {self.color}"
        if self.hatch:
            return f"background: repeating-linear-gradient(135deg, {self.color} 0 1.5px, #f4f4f1 1.5px 4px)"
        red, green, blue = (int(self.color[i : i + 2], 16) for i in (1, 3, 5))
        return f"background: rgba({red}, {green}, {blue}, {self.opacity:g})"


@dataclass(frozen=True, slots=True)
class LegendSection:
    """The part of a legend that speaks of some layers, shown while one of them is."""

    layers: tuple[str, ...]
    title: str
    heads: tuple[str, ...]
    rows: tuple[LegendRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A layer of the map: its key, its name, what the script needs to draw it.

    Parameters
    ----------
    key
        Letters and digits, its name in the script's data.
    name
        What the layer control calls it.
    show
        Whether it is shown when the map opens.
    spec
        What the script draws.
    exclusive
        Whether it paints the same ground as others, so that only one of them is shown at a time.
    """

    key: str
    name: str
    show: bool
    spec: dict[str, Any]
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class PaintBox:
    """The paints a map uses, each once; cells and zones name them by number."""

    paints: list[Paint] = field(default_factory=list)

    def number(self, paint: Paint) -> int:
        """Return a paint's number, adding it if it is new."""
        if paint not in self.paints:
            self.paints.append(paint)
        return self.paints.index(paint)

    @property
    def data(self) -> list[dict[str, Any]]:
        """Return the paints as the script reads them."""
        return [{"color": p.color, "opacity": p.opacity, "hatch": p.hatch} for p in self.paints]
