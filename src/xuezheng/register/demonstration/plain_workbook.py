"""A workbook written by hand, part by part, so that a fault can be put exactly where it is wanted.

The demonstration's sound workbooks go through the tables room; this one makes what that room never would: formulas
without a value, hidden rows, damaged parts. Texts are inline strings: nothing of them is ever run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xuezheng.kernel.place import column_letters

Cell = object
FIRST_SERIAL_DAY = date(1899, 12, 30)
DATE_STYLE = 1
WRITTEN_AT = (2020, 1, 1, 0, 0, 0)

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
ContentType="application/xml"/><Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override \
PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>\
{sheets}</Types>"""
_SHEET_TYPE = (
    '<Override PartName="/xl/worksheets/sheet{n}.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ROOT = (
    f'<Relationships xmlns="{_PACKAGE_RELATIONS}"><Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf xfId="0"/><xf numFmtId="164" xfId="0" applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as a cell; `value` is the result that the writing program kept, or None where it kept none."""

    text: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: rows of cells from A1 on, the one-based numbers of hidden rows, whether it is hidden itself."""

    rows: Sequence[Sequence[Cell]]
    hidden_rows: frozenset[int] = frozenset()
    hidden: bool = False


def plain_workbook(sheets: Mapping[str, Sheet]) -> bytes:
    """Return an xlsx workbook of the sheets; the same sheets give the same bytes."""
    parts = {
        "[Content_Types].xml": _TYPES.format(sheets="".join(_SHEET_TYPE.format(n=n) for n in _numbers(sheets))),
        "_rels/.rels": _ROOT,
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(sheets),
        "xl/styles.xml": _STYLES,
    }
    parts |= {f"xl/worksheets/sheet{n}.xml": _sheet(sheet) for n, sheet in enumerate(sheets.values(), 1)}
    return archive({name: text.encode() for name, text in parts.items()})


def archive(parts: Mapping[str, bytes]) -> bytes:
    """Return a zip archive of the parts, with one fixed time."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as target:
        for name, content in parts.items():
            entry = ZipInfo(name, WRITTEN_AT)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, content)
    return buffer.getvalue()


def _numbers(sheets: Mapping[str, Sheet]) -> Iterable[int]:
    return range(1, len(sheets) + 1)


def _workbook(sheets: Mapping[str, Sheet]) -> str:
    entries = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"{" state=" + chr(34) + "hidden" + chr(34) if sheet.hidden else ""}/>'
        for n, (name, sheet) in enumerate(sheets.items(), 1)
    )
    return f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>{entries}</sheets></workbook>'


def _relations(sheets: Mapping[str, Sheet]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in _numbers(sheets)
    )
    styles = f'<Relationship Id="rId{len(sheets) + 1}" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    return f'<Relationships xmlns="{_PACKAGE_RELATIONS}">{entries}{styles}</Relationships>'


def _sheet(sheet: Sheet) -> str:
    rows = []
    for number, row in enumerate(sheet.rows, 1):
        cells = "".join(_cell(f"{column_letters(i)}{number}", cell) for i, cell in enumerate(row) if cell is not None)
        hidden = ' hidden="1"' if number in sheet.hidden_rows else ""
        rows.append(f'<row r="{number}"{hidden}>{cells}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>'


def _cell(address: str, cell: Cell) -> str:
    if isinstance(cell, Formula):
        value = "" if cell.value is None else f"<v>{cell.value}</v>"
        return f'<c r="{address}"><f>{escape(cell.text)}</f>{value}</c>'
    if isinstance(cell, bool):
        return f'<c r="{address}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{address}"><v>{cell!r}</v></c>'
    if isinstance(cell, date):
        return f'<c r="{address}" s="{DATE_STYLE}"><v>{(cell - FIRST_SERIAL_DAY).days}</v></c>'
    return f'<c r="{address}" t="inlineStr"><is><t xml:space="preserve">{escape(str(cell))}</t></is></c>'
