"""Hostile and broken files: each is refused by name or handled, within the memory of one process tree.

The peak of the tree is looked at in one place (`test_memory_stays_bounded`) through a process of its own.
"""

import os
import random
import struct
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
from docx import Document

from xuezheng.catalogue.messages import load_messages
from xuezheng.kernel.refusal import Refusal, TooLarge, UnusableFile
from xuezheng.tables.limits import Limits
from xuezheng.tables.sheets import read_sheets

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
FIRST_ROWS = '<row r="1"><c r="A1" t="inlineStr"><is><t>n</t></is></c></row><row r="2"><c r="A2"><v>5</v></c></row>'


def read_all(path: Path, limits: Limits) -> None:
    for sheet in read_sheets(path, path.name, limits):
        sheet.body(2)


def refused(path: Path, limits: Limits | None = None) -> Refusal:
    """Read everything of a file that must be refused; the refusal must have its sentence."""
    with pytest.raises(Refusal) as caught:
        read_all(path, limits or Limits())
    assert caught.value.code in load_messages()
    assert caught.value.place is not None
    assert caught.value.place.file == path.name
    return caught.value


def make_workbook(path: Path, rows: Iterable[str], strings: Iterable[str] = ()) -> Path:
    """Write the least package that is a workbook, with these rows of XML and these shared strings."""
    part = f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    shared = f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr(
            "[Content_Types].xml", f'<Types><Override PartName="/xl/workbook.xml" ContentType="{kind}"/></Types>'
        )
        target = f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        book.writestr("_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{target}</Relationships>')
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{part}{shared}</Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        with book.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{MAIN}"><sheetData>{FIRST_ROWS}'.encode())
            for row in rows:
                sheet.write(row.encode())
            sheet.write(b"</sheetData></worksheet>")
        with book.open("xl/sharedStrings.xml", "w") as table:
            table.write(f'<sst xmlns="{MAIN}">'.encode())
            for string in strings:
                table.write(f"<si><t>{string}</t></si>".encode())
            table.write(b"</sst>")
    return path


def good_workbook(path: Path) -> bytes:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row in range(200):
        sheet.write_row(row, 0, [row, f"s{row}", row / 7])
    book.close()
    return path.read_bytes()


@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods", "csv", "parquet"])
def test_random_bytes_and_empty_files(suffix, tmp_path):
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(random.Random(1).randbytes(50_000))  # noqa: S311 - test bytes
    assert isinstance(refused(path), UnusableFile)
    path.write_bytes(b"")
    assert refused(path).code == "file_empty"


@pytest.mark.parametrize("start", [OLE + "Workbook".encode("utf-16-le"), b"PK\x03\x04", b"PAR1"])
def test_random_bytes_behind_a_true_signature(start, tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(start + random.Random(2).randbytes(50_000))  # noqa: S311 - test bytes
    assert isinstance(refused(path), UnusableFile)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.99])
def test_truncated_workbooks(share, tmp_path):
    content = good_workbook(tmp_path / "whole.xlsx")
    (tmp_path / "a.xlsx").write_bytes(content[: int(len(content) * share)])
    assert isinstance(refused(tmp_path / "a.xlsx"), UnusableFile)


def test_a_workbook_with_flipped_bytes_is_refused_or_read(tmp_path):
    content = good_workbook(tmp_path / "whole.xlsx")
    chance = random.Random(3)  # noqa: S311 - test bytes
    for _ in range(30):
        spoiled = bytearray(content)
        for _ in range(5):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        (tmp_path / "a.xlsx").write_bytes(spoiled)
        with suppress(Refusal):
            read_all(tmp_path / "a.xlsx", Limits())


def test_a_password_is_told_from_damage(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(OLE + b"\0" * 1016 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 4000)
    assert refused(path).code == "file_encrypted"


def test_other_packages(tmp_path):
    Document().save(str(tmp_path / "a.docx"))
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as package:
        package.writestr("a.txt", "x")
    for name in ("a.docx", "a.zip"):
        assert refused(tmp_path / name).code == "package_is_no_workbook"


def test_a_package_of_thousands_of_parts(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        for number in range(50):
            package.writestr(f"{number}", "")
    assert refused(tmp_path / "a.xlsx", Limits(archive_entries=40)).code == "archive_entries_beyond_limit"


def blanks(mebibytes: int) -> Iterator[str]:
    return (" " * (1 << 20) for _ in range(mebibytes))


def test_a_bomb_that_declares_itself(tmp_path):
    path = make_workbook(tmp_path / "a.xlsx", blanks(30))
    assert refused(path, Limits(unpacked_bytes=20 << 20)).code == "unpacked_beyond_limit"
    assert refused(path).code == "archive_ratio_beyond_limit"


def test_a_bomb_that_lies_about_its_size(tmp_path):
    path = make_workbook(tmp_path / "a.xlsx", blanks(30))
    content = bytearray(path.read_bytes())
    entry = content.find(b"PK\x01\x02")
    while entry >= 0:
        length = struct.unpack_from("<H", content, entry + 28)[0]
        if content[entry + 46 : entry + 46 + length].endswith(b"sheet1.xml"):
            struct.pack_into("<I", content, entry + 24, 1000)
        entry = content.find(b"PK\x01\x02", entry + 1)
    path.write_bytes(content)
    assert refused(path, Limits(unpacked_bytes=20 << 20)).exit_status in (10, 11)


def test_a_bomb_of_shared_strings(tmp_path):
    path = make_workbook(tmp_path / "a.xlsx", [], (str(number) * 50 for number in range(20_000)))
    assert refused(path, Limits(shared_string_bytes=1 << 20)).code == "unpacked_beyond_limit"


def test_entities_are_refused(tmp_path):
    path = make_workbook(tmp_path / "a.xlsx", ['<row r="3"><c r="A3" t="inlineStr"><is><t>&b;</t></is></c></row>'])
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry.endswith("sheet1.xml"):
                content = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>' + content
            target.writestr(entry, content)
    assert isinstance(refused(tmp_path / "b.xlsx"), UnusableFile)


def test_a_cell_far_away(tmp_path):
    path = make_workbook(tmp_path / "a.xlsx", ['<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'])
    refusal = refused(path)
    assert isinstance(refusal, TooLarge)
    assert (refusal.params["rows"], refusal.params["columns"]) == (1_048_576, 16_384)


def test_a_cell_far_away_that_hides_from_the_scan_only_ends_the_child(tmp_path):
    row = '<row r="3"><c r="XFD1048576"><v>1</v></c><c r="A3"><v>1</v></c></row><row r="4"><c r="A4"><v>1</v></c></row>'
    limits = Limits(child_bytes=200 << 20)
    assert refused(make_workbook(tmp_path / "a.xlsx", [row]), limits).code == "reading_beyond_memory"


def test_reading_that_takes_too_long_is_stopped(tmp_path):
    rows = (f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(3, 500_000))
    path = make_workbook(tmp_path / "a.xlsx", rows)
    assert refused(path, Limits(seconds=0.01)).code == "reading_beyond_time"


def test_a_million_empty_formatted_rows_are_no_rows(tmp_path):
    rows = (f'<row r="{row}" ht="15" customHeight="1"/>' for row in range(3, 1_000_001))
    (sheet,) = read_sheets(make_workbook(tmp_path / "a.xlsx", rows), "a.xlsx")
    assert (sheet.rows, sheet.columns) == (2, 1)
    assert sheet.body(2).to_pydict() == {"c0": [5.0]}


def test_a_hundred_thousand_rows_of_empty_formatted_cells_are_no_rows(tmp_path):
    rows = (f'<row r="{row}"><c r="A{row}" s="1"/><c r="H{row}" s="1"/></row>' for row in range(3, 100_001))
    (sheet,) = read_sheets(make_workbook(tmp_path / "a.xlsx", rows), "a.xlsx")
    assert (sheet.rows, sheet.columns) == (2, 1)


def test_text_beyond_its_limit_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "a.csv").open("wb") as file:
        file.write(b"a,b\n1,2\n" * 2000)
        file.truncate(3 << 30)
    assert refused(tmp_path / "a.csv").code == "file_beyond_limit"


def test_text_with_a_cell_without_end_or_too_many_columns(tmp_path):
    (tmp_path / "a.csv").write_bytes(b'a,"' + b"x" * (3 << 20))
    assert refused(tmp_path / "a.csv").code == "text_damaged"
    (tmp_path / "b.csv").write_bytes(b"x," * 5000)
    assert refused(tmp_path / "b.csv").code == "sheet_beyond_limit"


def test_folders_loops_and_closed_doors(tmp_path):
    (tmp_path / "folder.xlsx").mkdir()
    assert refused(tmp_path / "folder.xlsx").code == "file_not_regular"
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    assert refused(tmp_path / "one").code == "file_not_found"
    os.mkfifo(tmp_path / "pipe.csv")
    assert refused(tmp_path / "pipe.csv").code == "file_not_regular"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n", encoding="utf-8")
    (tmp_path / "a.csv").chmod(0)
    assert refused(tmp_path / "a.csv").code == "file_not_found"


def test_memory_stays_bounded(tmp_path):
    """One string of 30,000 letters used by 400,000 cells: 1 MB on disk, 12 GB as a table."""
    rows = (
        f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c><c r="B{row}" t="s"><v>0</v></c></row>'
        for row in range(3, 200_000)
    )
    path = make_workbook(tmp_path / "a.xlsx", rows, ["a" * 30_000])
    script = (
        "import resource, sys, pathlib\n"
        "from xuezheng.kernel.refusal import Refusal\n"
        "from xuezheng.tables.sheets import read_sheets\n"
        "try:\n"
        "    [sheet.body(2) for sheet in read_sheets(pathlib.Path(sys.argv[1]), 'a.xlsx')]\n"
        "except Refusal as refusal:\n"
        "    print(refusal.code)\n"
        "peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "print(sum(peaks) >> 10)\n"
    )
    # Through a shell: a process started straight from this one would begin with this one's peak.
    command = ["/bin/sh", "-c", '"$0" "$@"; exit $?', sys.executable, "-c", script, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    code, mebibytes = done.stdout.split()
    assert code == "reading_beyond_memory"
    assert int(mebibytes) < 512
