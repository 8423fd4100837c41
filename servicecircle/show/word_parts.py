"""The parts of a Word document: A4 pages, styles with Chinese fonts, texts, tables, numbered captions, pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape, quoteattr

import docx
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from servicecircle.show.escape import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from docx.document import Document
    from docx.styles.style import ParagraphStyle

    from servicecircle.words import Language

A4_MM = (210.0, 297.0)
MARGINS_MM = (22.0, 22.0, 20.0, 24.0)
"""Left, right, top and bottom."""

SONG, HEI, KAI = "宋体", "黑体", "楷体"
SERIF, SANS = "Times New Roman", "Arial"
INK, PALE = RGBColor(0x23, 0x26, 0x2B), RGBColor(0x5D, 0x63, 0x6B)
SHADE = "E9ECEF"
TWIPS_MM = 1440 / 25.4

TABLE, FIGURE = "表", "图"
LABELS = {TABLE: ("表", "Table"), FIGURE: ("图", "Figure")}
"""The two sequences of captions, and what a caption begins with: Chinese, English."""

STYLES: dict[str, dict[str, Any]] = {
    "Normal": {"size": 10.5, "east": SONG, "west": SERIF, "after": 4, "line": 1.25},
    "Heading 1": {"size": 16, "east": HEI, "west": SANS, "bold": True, "before": 0, "after": 8, "new_page": True},
    "Heading 2": {"size": 13, "east": HEI, "west": SANS, "bold": True, "before": 10, "after": 4},
    "Heading 3": {"size": 11, "east": HEI, "west": SANS, "bold": True, "before": 8, "after": 3},
    "Caption": {"size": 10, "east": HEI, "west": SANS, "before": 6, "after": 3, "centred": True},
    "List Bullet": {"size": 10.5, "east": SONG, "west": SERIF, "after": 2},
    "Title": {"size": 26, "east": HEI, "west": SANS, "bold": True, "before": 130, "after": 24, "centred": True},
    "Subtitle": {"size": 16, "east": SONG, "west": SERIF, "after": 8, "centred": True},
    "Quote": {"size": 10.5, "east": KAI, "west": SERIF, "after": 3, "indent": 8, "pale": False},
    "Table Text": {"size": 8.5, "east": SONG, "west": SERIF, "after": 0},
    "Note": {"size": 9, "east": SONG, "west": SERIF, "after": 4, "pale": True},
    "Picture": {"size": 10.5, "east": SONG, "west": SERIF, "after": 2, "centred": True},
}
"""Style -> how it looks: points, fonts, spacing (points, or lines), indent (mm)."""


@dataclass
class Paper:
    """A Word document in the making.

    Parameters
    ----------
    language
        Of its captions, and of spelling.
    """

    language: Language
    document: Document = field(init=False)
    wide_mm: float = field(init=False)
    counts: dict[str, int] = field(init=False, default_factory=lambda: {TABLE: 0, FIGURE: 0})
    pictures: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.document = docx.Document()
        self.wide_mm = A4_MM[0] - MARGINS_MM[0] - MARGINS_MM[1]
        for name, look in STYLES.items():
            self._style(name, look)
        for lang in self.document.styles.element.iter(qn("w:lang")):
            lang.set(qn("w:val"), "en-GB")
            lang.set(qn("w:eastAsia"), "zh-CN")  # which of the ways to draw a character is meant
        self._page(lying=False)
        first = self.document.sections[0]
        first.different_first_page_header_footer = True
        footer = first.footer
        footer.is_linked_to_previous = False
        for paragraph in list(footer.part.element):
            footer.part.element.remove(paragraph)
        footer.part.element.append(parse_xml(_paragraph(_field(" PAGE ", "1"), "Picture")))

    def about(self, title: str, subject: str) -> None:
        """Say in the file's properties what it is; no person and no clock."""
        core = self.document.core_properties
        core.title, core.subject = shown(title)[:255], shown(subject)[:255]
        core.author = core.comments = core.last_modified_by = core.keywords = ""
        core.language = "zh-CN" if self.language == "zh" else "en"
        core.revision = 1

    def text(self, text: str, style: str = "Normal", *, bold: bool = False) -> None:
        """Add a paragraph; its text stands there literally."""
        self._add(_paragraph(_run(text, bold=bold), style))

    def heading(self, text: str, level: Literal[1, 2, 3]) -> None:
        """Add a heading; one of the first level begins a page."""
        self.text(text, f"Heading {level}")

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        caption: str = "",
        shares: Sequence[float] = (),
        numbers: Sequence[int] = (),
        high_mm: float = 0.0,
    ) -> None:
        """Add a table whose head is repeated on each page and whose rows stay whole.

        Parameters
        ----------
        heads
            One text for each column; none of them: a table without a head.
        rows
            Texts.
        caption
            Its title; it gets the next number. "" for a table without one.
        shares
            How wide each column is, in any unit; none: by what stands in them.
        numbers
            The columns that hold figures, on the right.
        high_mm
            How high a row is at least.
        """
        if caption:
            self.caption(TABLE, caption)
        widths = _widths(heads, rows, shares, self.wide_mm)
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        parts = [_row(heads, widths, (), head=True)] if heads else []
        parts += [_row(row, widths, numbers, high_mm=high_mm) for row in rows]
        sides = (("top", 25), ("left", 60), ("bottom", 25), ("right", 60))
        margins = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in sides)
        looks = (
            f'<w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>{_BORDERS}'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        )
        inside = f"<w:tblPr>{looks}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(parts)}"
        self._add(f"<w:tbl {nsdecls('w')}>{inside}</w:tbl>")
        self._add(_paragraph("", "Table Text"))

    def caption(self, kind: str, title: str) -> str:
        """Add a caption with the next number of its sequence, a field that Word counts anew; return the number."""
        self.counts[kind] += 1
        number = str(self.counts[kind])
        label = LABELS[kind][0 if self.language == "zh" else 1]
        field_of = _field(f" SEQ {LABELS[kind][0 if self.language == 'zh' else 1]} \\* ARABIC ", number)
        keep = "<w:keepNext/>" if kind == TABLE else ""
        self._add(_paragraph(_run(f"{label} ") + field_of + _run(f"  {title}"), "Caption", extra=keep))
        return number

    def picture(self, png: bytes, title: str, *, wide_mm: float | None = None, captioned: bool = True) -> None:
        """Add a picture with its caption below; its title is also what is read aloud in its place."""
        paragraph = self.document.add_paragraph(style="Picture")
        paragraph.paragraph_format.keep_with_next = captioned
        paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(wide_mm or self.wide_mm))
        self.pictures.append(title)
        if captioned:
            self.caption(FIGURE, title)

    def section(self, *, lying: bool) -> None:
        """Begin new pages that stand or lie."""
        self.document.add_section(WD_SECTION.NEW_PAGE)
        self._page(lying=lying)
        self.document.sections[-1].different_first_page_header_footer = False

    def finished(self) -> Document:
        """Return the document, its pictures described."""
        for properties, title in zip(self.document.element.iter(qn("wp:docPr")), self.pictures, strict=True):
            properties.set("descr", shown(title))
        return self.document

    def _add(self, xml: str) -> None:
        body = self.document.element.body
        body.insert(len(body) - 1, parse_xml(xml))  # before the properties of the last section

    def _page(self, *, lying: bool) -> None:
        section = self.document.sections[-1]
        wide, high = reversed(A4_MM) if lying else A4_MM
        section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(wide), Mm(high)
        left, right, top, bottom = (Mm(margin) for margin in MARGINS_MM)
        section.left_margin, section.right_margin, section.top_margin, section.bottom_margin = left, right, top, bottom
        section.footer_distance = Mm(12)
        self.wide_mm = wide - MARGINS_MM[0] - MARGINS_MM[1]

    def _style(self, name: str, look: dict[str, Any]) -> None:
        styles = self.document.styles
        known = {style.name for style in styles}
        style: ParagraphStyle = styles[name] if name in known else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.font.name, style.font.size, style.font.bold = look["west"], Pt(look["size"]), look.get("bold", False)
        style.font.italic = False
        style.font.color.rgb = PALE if look.get("pale") else INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for place in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{place}"), None)
        fonts.set(qn("w:eastAsia"), look["east"])
        layout = style.paragraph_format
        layout.space_before, layout.space_after = Pt(look.get("before", 0)), Pt(look["after"])
        layout.line_spacing = look.get("line", 1.0)
        layout.page_break_before = look.get("new_page", False)
        layout.alignment = 1 if look.get("centred") else None
        if "indent" in look:
            layout.left_indent = Mm(look["indent"])
        for border in style.element.get_or_add_pPr().findall(qn("w:pBdr")):
            style.element.pPr.remove(border)


_BORDERS = (
    "<w:tblBorders>"
    + "".join(
        f'<w:{side} w:val="single" w:sz="{8 if side in {"top", "bottom"} else 4}" w:space="0" w:color="8A9099"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + "</w:tblBorders>"
)


def _paragraph(runs: str, style: str, *, extra: str = "") -> str:
    named = f"<w:pStyle w:val={quoteattr(_style_id(style))}/>"
    return f"<w:p {nsdecls('w')}><w:pPr>{named}{extra}</w:pPr>{runs}</w:p>"


def _style_id(name: str) -> str:
    return name.replace(" ", "")


def _run(text: str, *, bold: bool = False) -> str:
    """Return a run that shows a text as it stands; a new line in it stays one."""
    lines = [f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in shown(text).split("\n")]
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}{'<w:br/>'.join(lines)}</w:r>"


def _field(code: str, result: str) -> str:
    return f"<w:fldSimple w:instr={quoteattr(code)}>{_run(result)}</w:fldSimple>"


def _row(
    texts: Sequence[str], widths: Sequence[int], numbers: Sequence[int], *, head: bool = False, high_mm: float = 0
) -> str:
    cells = []
    for place, (text, width) in enumerate(zip(texts, widths, strict=True)):
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if head else ""
        align = '<w:jc w:val="center"/>' if head else '<w:jc w:val="right"/>' if place in numbers else ""
        paragraph = _paragraph(_run(text, bold=head) if text else "", "Table Text", extra=align)
        looks = f'<w:tcW w:w="{width}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/>'
        cells.append(f"<w:tc><w:tcPr>{looks}</w:tcPr>{paragraph}</w:tc>")
    repeated = "<w:tblHeader/>" if head else ""
    height = f'<w:trHeight w:val="{round(high_mm * TWIPS_MM)}" w:hRule="atLeast"/>' if high_mm else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _widths(heads: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float], wide_mm: float) -> list[int]:
    """Return the columns' widths, in twentieths of a point: as given, or by the longest texts, long ones damped."""
    if not shares:
        columns = list(zip(heads, *rows, strict=True) if heads else zip(*rows, strict=True))
        words = [max(_length(word) for text in column for word in text.split() or [""]) for column in columns]
        longest = [max(map(_length, column)) for column in columns]
        both = zip(words, longest, strict=True)
        shares = [max(min(length, 12.0 + length**0.5), min(word, 14.0)) + 2 for word, length in both]
    total = sum(shares)
    return [round(wide_mm * TWIPS_MM * share / total) for share in shares]


def _length(text: str) -> float:
    """Return about how wide a text is, in Latin letters."""
    return max((sum(2.0 if letter >= "\u2e80" else 1.0 for letter in line) for line in text.split("\n")), default=0.0)
