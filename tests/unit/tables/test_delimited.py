"""Delimited text: code pages, separators, and no cell that turns into a formula."""

import csv
import datetime as dt
import io

import pytest

from xuezheng.kernel.refusal import UnusableFile
from xuezheng.tables.delimited import delimited_text, write_delimited
from xuezheng.tables.sheets import read_sheets

TEXT = "班级统计\n\n学校,代码,人数,面积,日期\n“一小”,0123,45,12.50,2023-09-01\n二小,0124,,7,2023-09-02\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_every_code_page_gives_the_same_table(encoding, tmp_path):
    (tmp_path / "a.csv").write_bytes(TEXT.encode(encoding))
    (sheet,) = read_sheets(tmp_path / "a.csv", "a.csv")
    assert sheet.name == ""
    assert (sheet.rows, sheet.columns) == (5, 5)
    assert sheet.head[0] == ("班级统计", None, None, None, None)
    assert sheet.head[2] == ("学校", "代码", "人数", "面积", "日期")
    body = sheet.body(4)
    assert [str(kind) for kind in body.schema.types] == ["string", "string", "int64", "double", "date32[day]"]
    assert body.to_pylist() == [
        {"c0": "“一小”", "c1": "0123", "c2": 45, "c3": 12.5, "c4": dt.date(2023, 9, 1)},
        {"c0": "二小", "c1": "0124", "c2": None, "c3": 7.0, "c4": dt.date(2023, 9, 2)},
    ]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_the_separator_is_found(separator, tmp_path):
    rows = [["name", "n"], ["a,b;c", "1"], ["d", "2"]]
    out = io.StringIO()
    csv.writer(out, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(rows)
    (tmp_path / "a.txt").write_text(out.getvalue(), encoding="utf-8")
    (sheet,) = read_sheets(tmp_path / "a.txt", "a.txt")
    assert sheet.body(2).to_pylist() == [{"c0": "a,b;c", "c1": 1}, {"c0": "d", "c1": 2}]


def test_a_quoted_line_break_stays_in_its_row(tmp_path):
    (tmp_path / "a.csv").write_bytes(b'a,b\r\n"x\ny",1\r\nz,2\r\n')
    (sheet,) = read_sheets(tmp_path / "a.csv", "a.csv")
    assert sheet.rows == 3
    assert sheet.body(2).column("c0").to_pylist() == ["x\ny", "z"]


def test_uneven_records_are_filled_with_nothing(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b,c\n1\n1,2,3\n,,\n\n4,5\n,,,,\n")
    (sheet,) = read_sheets(tmp_path / "a.csv", "a.csv")
    assert (sheet.rows, sheet.columns) == (6, 3)
    assert sheet.body(2).column("c1").to_pylist() == [None, 2, None, None, 5]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-20"], "int64"),
        (["1", "2.5", "0.001"], "double"),
        (["1", "2.15E+09"], "string"),
        (["1", "007"], "string"),
        (["1", "4O"], "string"),
        (["123456789012345678", "1"], "string"),
        (["1,234"], "string"),
        (["2023-02-30"], "string"),
        ([" 1"], "string"),
    ],
)
def test_text_becomes_a_number_only_without_loss(texts, kind, tmp_path):
    (tmp_path / "a.csv").write_text("x;y\n" + "".join(f"{text};\n" for text in texts), encoding="utf-8")
    (sheet,) = read_sheets(tmp_path / "a.csv", "a.csv")
    assert str(sheet.body(2).schema.field("c0").type) == kind


def test_bytes_of_no_code_page_are_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"a,b\n\xff\xff\x80,1\n")
    with pytest.raises(UnusableFile) as refusal:
        read_sheets(tmp_path / "a.csv", "a.csv")
    assert refusal.value.code == "text_of_unknown_encoding"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_cell_is_taken_for_a_formula(text):
    out = delimited_text(["名称", "数"], [[text, -1.5]])
    assert list(csv.reader(io.StringIO(out, newline="")))[1] == ["'" + text, "-1.5"]


def test_numbers_and_blanks_are_written_plainly(tmp_path):
    write_delimited(tmp_path / "a.csv", ["a", "b", "c"], [[1.0, None, -2], ["甲", True, 0.1]])
    assert (tmp_path / "a.csv").read_bytes() == "\ufeffa,b,c\r\n1,,-2\r\n甲,TRUE,0.1\r\n".encode()
