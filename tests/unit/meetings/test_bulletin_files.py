"""Bulletins as files: the same meeting whatever it comes in; what cannot be read is refused by name."""

import json
import zipfile

import pytest
from docx import Document
from typer.testing import CliRunner

from xuezheng.cli.app import app
from xuezheng.documents import written
from xuezheng.documents.written import joined_lines
from xuezheng.kernel.refusal import NotFound, TooLarge, UnusableFile
from xuezheng.meetings import files
from xuezheng.meetings.bulletins import read_bulletin_file

LINES = [
    "云溪县召开校园安全工作会议",
    "2024年5月6日，云溪县召开校园安全工作会议，副县长林一舟主持会议。",
    "会议要求，各学校要在5月底前完成隐患排查。",
]
TEXT = "\n".join(LINES)


def read(path):
    bulletin = read_bulletin_file(path)
    return bulletin.date, bulletin.chair.name, [directive.text for directive in bulletin.directives]


EXPECTED = ("2024-05-06", "林一舟", ["各学校要在5月底前完成隐患排查"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_is_read_in_the_encodings_of_offices(tmp_path, encoding):
    path = tmp_path / "通稿.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert read(path) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_html_is_read_by_its_tags_not_by_its_line_ends(tmp_path, encoding):
    path = tmp_path / "page.html"
    body = "".join(f"<p>{line[:6]}\n{line[6:]}</p>" for line in LINES)
    path.write_bytes(f"<html><head><meta charset={encoding}></head><body>{body}</body></html>".encode(encoding))
    assert read(path) == EXPECTED


def test_a_word_document_is_read(tmp_path):
    document = Document()
    for line in LINES:
        document.add_paragraph(line)
    document.save(str(tmp_path / "通稿.docx"))
    assert read(tmp_path / "通稿.docx") == EXPECTED


def cell(properties):
    return f"<w:tr><w:tc><w:tcPr><w:{properties}/></w:tcPr><w:p/></w:tc></w:tr>"


HOSTILE = {
    "spanning": cell('gridSpan w:val="30000000"'),
    "merged": cell('vMerge w:val="restart"') + 3_000 * cell("vMerge"),
}


@pytest.mark.parametrize("rows", HOSTILE.values(), ids=HOSTILE)
def test_a_small_word_document_that_asks_for_endless_work_is_given_up(tmp_path, monkeypatch, rows):
    monkeypatch.setattr(written, "MOST_SECONDS", 2.0)
    whole, path = tmp_path / "whole.docx", tmp_path / "通稿.docx"
    document = Document()
    document.add_paragraph("云溪县召开校园安全工作会议")
    document.save(str(whole))
    with zipfile.ZipFile(whole) as taken, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in taken.infolist():
            content = taken.read(entry)
            if entry.filename == "word/document.xml":
                content = content.replace(b"<w:sectPr", f"<w:tbl><w:tblGrid/>{rows}</w:tbl><w:sectPr".encode(), 1)
            made.writestr(entry, content)
    assert path.stat().st_size < 100_000
    with pytest.raises((TooLarge, UnusableFile)) as refused:
        read_bulletin_file(path)
    assert refused.value.code in ("reading_beyond_time", "document_damaged")


def pdf(lines, *, encrypted=False):
    """A PDF of one page in a Chinese font that is named and not embedded, as office software writes it."""
    stream = (
        "BT /F1 12 Tf 60 780 Td "
        + " ".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td" for line in lines)
        + " ET"
    )
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type0 /BaseFont /SimSun /Encoding /UniGB-UCS2-H /DescendantFonts [6 0 R] >>",
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /SimSun /DW 1000 /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor << /Type /FontDescriptor /FontName /SimSun /Flags 4 /Ascent 800 /Descent -200 /CapHeight 700 /ItalicAngle 0 /StemV 80 /FontBBox [0 -200 1000 800] >> >>",
        "<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + "00" * 32 + "> /U <" + "11" * 32 + "> >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    key = " /Encrypt 7 0 R /ID [<00> <00>]" if encrypted else ""
    return (
        f"{body}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R{key} >>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode("latin-1")


def test_a_pdf_is_read_and_its_printed_lines_are_joined(tmp_path):
    path = tmp_path / "通稿.pdf"
    path.write_bytes(
        pdf(
            [
                "2024年5月6日，云溪县召开校园安全工作会议，副县长林一舟主持会",
                "议。会议要求，各学校要在5月底前完成隐患排查。",
            ]
        )
    )
    assert read(path) == EXPECTED


def test_printed_lines_are_joined_where_they_fill_the_width():
    assert joined_lines("一二三四五六七八九十一二三四五\n六七。\n一、标题\n一二三四五六七八九十一二三四五\n完。") == (
        "一二三四五六七八九十一二三四五六七。\n一、标题\n一二三四五六七八九十一二三四五完。"
    )


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"", UnusableFile, "file_empty"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, UnusableFile, "document_old_word"),
        (b"%PDF-1.4 broken", UnusableFile, "document_damaged"),
        (pdf([]), UnusableFile, "pdf_without_text"),
        (pdf(LINES, encrypted=True), UnusableFile, "document_encrypted"),
        (bytes(range(256)) * 40, NotFound, "meeting_not_found"),
        (b"PK\x03\x04 broken", NotFound, "meeting_not_found"),
    ],
)
def test_what_is_no_bulletin_is_refused_with_the_name_of_the_file(tmp_path, content, kind, code):
    path = tmp_path / "来文"
    path.write_bytes(content)
    with pytest.raises(kind, match=code) as refused:
        read_bulletin_file(path)
    assert refused.value.place.file == "来文"


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MOST_BYTES", 10)
    path = tmp_path / "长文.txt"
    path.write_text(TEXT, "utf-8")
    with pytest.raises(TooLarge, match="bulletin_file_beyond_limit"):
        read_bulletin_file(path)


def test_the_command_prints_json_whose_spans_are_slices(tmp_path):
    path = tmp_path / "通稿.txt"
    path.write_text(TEXT, "utf-8")
    ended = CliRunner().invoke(app, ["read-bulletin", str(path), "--format", "json"])
    assert ended.exit_code == 0
    bulletin = json.loads(ended.stdout)
    (directive,) = bulletin["directives"]
    assert bulletin["text"][directive["start"] : directive["end"]] == directive["text"]
    assert {"date", "organiser", "ordinal", "chair", "attendees", "studied", "heard", "reviewed"} <= bulletin.keys()


def test_the_command_prints_a_table(tmp_path):
    path = tmp_path / "通稿.txt"
    path.write_text(TEXT, "utf-8")
    shown = CliRunner().invoke(app, ["read-bulletin", str(path)]).stdout
    assert "林一舟" in shown
    assert "各学校要在5月底前完成隐患排查" in shown
