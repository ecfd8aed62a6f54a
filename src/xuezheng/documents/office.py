"""Building blocks of office documents in the form of GB/T 9704: page, type, numbered headings, tables, watermark.

The fonts that the norm uses (方正小标宋简体, 仿宋_GB2312, 楷体_GB2312) belong to their makers: they are named in the
document and never shipped. A machine without them shows a substitute.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from xml.sax.saxutils import quoteattr

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

LATIN = "Times New Roman"
SECOND, THIRD, FOURTH, SMALL = 22.0, 16.0, 14.0, 10.5
ALARM = RGBColor(0xB5, 0x34, 0x1F)


@dataclass(frozen=True, slots=True)
class Form:
    """The measures of the page and the names of the fonts; the defaults are those of GB/T 9704."""

    top_mm: float = 37
    bottom_mm: float = 35
    left_mm: float = 28
    right_mm: float = 26
    line_pitch_pt: float = 28
    title_pt: float = SECOND
    title_font: str = "方正小标宋简体"
    body_font: str = "仿宋_GB2312"
    first_font: str = "黑体"
    second_font: str = "楷体_GB2312"
    number_font: str = "宋体"


class OfficialDocument:
    """An office document being written, from top to bottom."""

    def __init__(self, title: str, *, language: str, form: Form | None = None, watermark: str = "") -> None:
        self.form = form or Form()
        self.language = language
        self._document = Document()
        self._counts = [0, 0, 0]
        self._page()
        self._styles()
        self._page_numbers()
        if watermark:
            self._watermark(watermark)
        properties = self._document.core_properties
        properties.title, properties.author, properties.comments = " ".join(title.split("\n")), "", watermark
        properties.created = properties.modified = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zone
        self.title(title)

    def save(self, out: BinaryIO) -> None:
        """Write the document."""
        self._document.save(out)

    def title(self, text: str) -> None:
        """Write the title: second size, centred, a new line at each line break, an empty line after it."""
        paragraph = self._paragraph(WD_ALIGN_PARAGRAPH.CENTER, indent=0)
        self._run(paragraph, text, self.form.title_font, self.form.title_pt)
        paragraph.paragraph_format.line_spacing = Pt(self.form.title_pt * 36 / SECOND)
        paragraph.paragraph_format.space_after = Pt(self.form.line_pitch_pt)

    def heading(self, text: str, level: int = 1) -> None:
        """Write a heading numbered as official documents are: 一、 then （一） then 1."""
        self._counts[level - 1] += 1
        self._counts[level:] = [0] * (3 - level)
        number = self._counts[level - 1]
        paragraph = self._paragraph(indent=2)
        paragraph.style = self._document.styles[f"Heading {level}"]
        paragraph.paragraph_format.keep_with_next = True
        font = (self.form.first_font, self.form.second_font, self.form.body_font)[level - 1]
        self._run(
            paragraph,
            numbered(number, level, self.language) + text,
            font,
            THIRD,
            bold=level == 3 or self.language != "zh",
        )

    def annex(self, text: str) -> None:
        """Begin an annex on a new page."""
        paragraph = self._paragraph(indent=0)
        paragraph.style = self._document.styles["Heading 1"]
        paragraph.paragraph_format.page_break_before = True
        paragraph.paragraph_format.keep_with_next = True
        self._run(paragraph, text, self.form.first_font, THIRD)

    def text(self, text: str, *, indent: int = 2) -> None:
        """Write a paragraph of the body, its first line set in by two signs."""
        self._run(self._paragraph(indent=indent), text, self.form.body_font, THIRD)

    def placeholder(self, text: str, *, right: bool = False) -> None:
        """Write what a person has to fill in, marked as such."""
        paragraph = self._paragraph(WD_ALIGN_PARAGRAPH.RIGHT if right else None, indent=0 if right else 2)
        run = self._run(paragraph, text, self.form.body_font, THIRD)
        shading = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "F6E3B4")):
            shading.set(qn(f"w:{name}"), value)
        run._element.get_or_add_rPr().append(shading)  # noqa: SLF001 - python-docx has no shading of runs

    def notice(self, text: str) -> None:
        """Write a line that must not be overlooked: centred, bold, in the colour of alarm."""
        run = self._run(
            self._paragraph(WD_ALIGN_PARAGRAPH.CENTER, indent=0), text, self.form.first_font, FOURTH, bold=True
        )
        run.font.color.rgb = ALARM

    def picture(self, png: bytes, caption: str, *, width_mm: float = 150) -> None:
        """Place a picture across the text with its caption under it; the caption is also its description."""
        paragraph = self._paragraph(WD_ALIGN_PARAGRAPH.CENTER, indent=0)
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))
        shape._inline.docPr.set("descr", caption)  # noqa: SLF001 - python-docx has no description of pictures
        below = self._paragraph(WD_ALIGN_PARAGRAPH.CENTER, indent=0)
        self._run(below, caption, self.form.second_font, 12)

    def small(self, text: str, *, size_pt: float = SMALL) -> None:
        """Write a paragraph in small type."""
        self._run(self._paragraph(indent=0), text, self.form.body_font, size_pt)

    def table(
        self,
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        widths_mm: Sequence[float],
        *,
        size_pt: float | None = None,
    ) -> None:
        """Write a table whose head stands again on every page and whose rows do not break over pages.

        A row of one value goes across all columns. With a size of its own, lines are exactly 1.4 times as high, whatever
        font stands in: what has to fit on a page then does.
        """
        table = self._document.add_table(rows=1, cols=len(head))
        table.style = "Table Grid"
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)
        self._row(table.rows[0], head, widths_mm, self.form.first_font, size_pt)
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - not in python-docx
        for values in rows:
            row = table.add_row()
            if len(values) == 1 < len(head):
                whole = row.cells[0].merge(row.cells[-1])
                self._cell(whole, values[0], self.form.first_font, size_pt)
                continue
            self._row(row, values, widths_mm, self.form.body_font, size_pt)

    def space(self) -> None:
        """Leave a line empty."""
        self._paragraph(indent=0)

    def _row(
        self, row: Any, values: Sequence[str], widths_mm: Sequence[float], font: str, size_pt: float | None = None
    ) -> None:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - not in python-docx
        for cell, value, width in zip(row.cells, values, widths_mm, strict=True):
            cell.width = Mm(width)
            self._cell(cell, value, font, size_pt)

    def _cell(self, cell: Any, value: str, font: str, size_pt: float | None) -> None:
        paragraph = cell.paragraphs[0]
        formatted = paragraph.paragraph_format
        if size_pt is None:
            formatted.line_spacing_rule = WD_LINE_SPACING.SINGLE
        else:
            formatted.line_spacing, formatted.space_before, formatted.space_after = Pt(size_pt * 1.4), Pt(0), Pt(0)
        formatted.first_line_indent = Pt(0)
        self._run(paragraph, value, font, size_pt or SMALL)

    def _paragraph(self, alignment: Any = None, *, indent: int) -> Any:
        paragraph = self._document.add_paragraph()
        body = WD_ALIGN_PARAGRAPH.JUSTIFY if self.language == "zh" else WD_ALIGN_PARAGRAPH.LEFT
        paragraph.alignment = body if alignment is None else alignment
        formatted = paragraph.paragraph_format
        formatted.line_spacing = Pt(self.form.line_pitch_pt)
        formatted.space_before = formatted.space_after = Pt(0)
        if indent and self.language == "zh":
            formatted.first_line_indent = Pt(indent * THIRD)
            # Word counts in signs, which holds whatever font stands in.
            formatted._element.pPr.ind.set(qn("w:firstLineChars"), str(indent * 100))  # noqa: SLF001
        return paragraph

    def _run(self, paragraph: Any, text: str, font: str, size: float, *, bold: bool = False) -> Any:
        run = paragraph.add_run(text)
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = RGBColor(0, 0, 0)
        set_fonts(run._element.get_or_add_rPr(), font)  # noqa: SLF001 - python-docx sets Latin fonts only
        return run

    def _page(self) -> None:
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(self.form.top_mm), Mm(self.form.bottom_mm)
        section.left_margin, section.right_margin = Mm(self.form.left_mm), Mm(self.form.right_mm)
        section.footer_distance = Mm(self.form.bottom_mm - 7)
        self._document.settings.odd_and_even_pages_header_footer = True

    def _styles(self) -> None:
        for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
            style = self._document.styles[name]
            style.font.size, style.font.italic = Pt(THIRD), False
            style.font.color.rgb = RGBColor(0, 0, 0)
            set_fonts(style.element.get_or_add_rPr(), self.form.body_font)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
        self._document.styles["Normal"].element.get_or_add_rPr().append(language)

    def _page_numbers(self) -> None:
        section = self._document.sections[0]
        for footer, alignment in (
            (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
            (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
        ):
            footer.is_linked_to_previous = False
            paragraph = footer.paragraphs[0]
            paragraph.alignment = alignment
            self._run(paragraph, "— ", self.form.number_font, FOURTH)
            run = self._run(paragraph, "", self.form.number_font, FOURTH)
            for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
                run._element.append(_field_part(kind, text))  # noqa: SLF001 - python-docx has no fields
            self._run(paragraph, " —", self.form.number_font, FOURTH)

    def _watermark(self, text: str) -> None:
        section = self._document.sections[0]
        for number, header in enumerate((section.header, section.even_page_header)):
            header.is_linked_to_previous = False
            paragraph = header.paragraphs[0]
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            run = self._run(paragraph, text, self.form.first_font, SMALL, bold=True)
            run.font.color.rgb = ALARM
            paragraph.add_run()._element.append(parse_xml(_word_art(text, number)))  # noqa: SLF001


def set_fonts(properties: Any, font: str) -> None:
    """Set the fonts of a run or style: the Chinese one by name, Latin and numbers in Times New Roman."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", font), ("cs", LATIN)):
        fonts.set(qn(f"w:{name}"), value)


def numbered(number: int, level: int, language: str) -> str:
    """Return a heading's number: 一、（一）1. in Chinese; 1. 1) a) in English."""
    if language != "zh":
        return (f"{number}. ", f"({number}) ", f"{chr(96 + number)}) ")[level - 1]
    return (f"{chinese_number(number)}、", f"（{chinese_number(number)}）", f"{number}.")[level - 1]


def chinese_number(number: int) -> str:
    """Return 1 to 99 in Chinese: 十二, 二十."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return (("" if tens == 1 else digits[tens]) + "十" if tens else "") + (digits[ones] if ones or not tens else "")


def _field_part(kind: str, text: str) -> Any:
    if not kind:
        part = OxmlElement("w:instrText")
        part.set(qn("xml:space"), "preserve")
        part.text = text
        return part
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    return part


def _word_art(text: str, number: int) -> str:
    """Return the text as a picture behind the page, as word processors keep a watermark."""
    names = (
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
        'xmlns:o="urn:schemas-microsoft-com:office:office"'
    )
    style = (
        "position:absolute;margin-left:0;margin-top:0;width:470pt;height:54pt;rotation:315;z-index:-251658752;"
        "mso-position-horizontal:center;mso-position-horizontal-relative:margin;"
        "mso-position-vertical:center;mso-position-vertical-relative:margin"
    )
    kind = (
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e">'
        '<v:formulas><v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/>'
        '<v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/></v:shapetype>'
    )
    shape = (
        f'<v:shape id="what-if-{number}" o:spid="_x0000_s20{49 + number}" type="#_x0000_t136" style="{style}" '
        'fillcolor="#e0a99f" stroked="f"><v:fill opacity=".45"/>'
        f'<v:textpath style="font-family:&quot;黑体&quot;;font-size:1pt" string={quoteattr(text)}/></v:shape>'
    )
    return f"<w:pict {names}>{kind}{shape}</w:pict>"
