"""Minutes, yearly work points and ledgers of our own, composed for these tests, with what must come out of each."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from docx import Document
from openpyxl import Workbook

from xuezheng.kernel.refusal import NotFound, Refusal, TooLarge, UnreadableTable, UnusableFile
from xuezheng.meetings.sources import as_json, read_file, read_text

HERE = Path(__file__).resolve().parent / "sources"
OURS = sorted(path.stem for path in HERE.glob("*.yaml"))
LEAST_OF_EACH = 4


def composed(name):
    return yaml.safe_load((HERE / f"{name}.yaml").read_text("utf-8"))


def written(case, folder):
    """Write a ledger's sheets as the file that its name tells."""
    path = folder / case["name"]
    if path.suffix == ".docx":
        document = Document()
        for rows in case["sheets"].values():
            table = document.add_table(rows=0, cols=len(rows[0]))
            for row in rows:
                for cell, text in zip(table.add_row().cells, row, strict=True):
                    cell.text = text
        document.save(str(path))
    elif path.suffix == ".csv":
        (rows,) = case["sheets"].values()
        path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    else:
        book = Workbook()
        book.remove(book.active)
        for title, rows in case["sheets"].items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append([None if isinstance(cell, str) and cell.startswith("=") else cell for cell in row])
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row, 1):
                    if isinstance(cell, str) and cell.startswith(("=", "#")):
                        sheet.cell(number, column).value = cell
                        sheet.cell(number, column).data_type = "s"
            for merge in case.get("merges", {}).get(title, ()):
                sheet.merge_cells(merge)
            sheet.sheet_state = "hidden" if title in case.get("hidden", ()) else "visible"
        book.save(path)
    return path


def plain(value):
    return value.isoformat() if isinstance(value, date) else value


def test_there_are_sources_of_many_shapes():
    for kind in ("ledger", "minutes", "work-points"):
        assert sum(name.startswith(kind) for name in OURS) >= LEAST_OF_EACH


@pytest.mark.parametrize("name", OURS)
def test_each_source_says_what_is_written_beside_it(name, tmp_path):
    case = composed(name)
    source = read_file(written(case, tmp_path)) if "sheets" in case else read_text(case["text"])
    told = as_json(source)
    assert told["kind"] == case["kind"]
    assert [item["text"] for item in told["items"]] == [item["text"] for item in case["items"]]
    for found, wanted in zip(told["items"], case["items"], strict=True):
        assert {key: found[key] for key in wanted} == {key: plain(value) for key, value in wanted.items()}
    for key in ("title", "number", "date", "present", "observers", "absent", "year"):
        if key in case:
            assert told[key] == plain(case[key]), key
    if "unread" in case:
        assert [
            {key: note[key] for key in wanted} for note, wanted in zip(told["unread"], case["unread"], strict=True)
        ] == case["unread"]


@pytest.mark.parametrize("name", [name for name in OURS if not name.startswith("ledger")])
def test_every_item_is_a_span_of_the_text_and_is_found_in_a_file_too(name, tmp_path):
    case = composed(name)
    source = read_text(case["text"])
    assert all(source.text[slice(*item.span)] == item.text for item in source.items)
    (tmp_path / "原文.txt").write_text(case["text"], "utf-8")
    assert read_file(tmp_path / "原文.txt").items == source.items


def test_a_kind_that_is_asked_for_overrides_what_the_title_tells():
    text = composed("minutes-02-numbered")["text"]
    assert read_text(text).kind == "minutes"
    assert read_text(text, "bulletin").kind == "bulletin"
    points = read_text(text, "work_points")
    assert points.kind == "work_points"
    assert len(points.items) == 3


def test_a_ledger_pasted_from_a_workbook_is_one():
    source = read_text("序号\t督办事项\t责任单位\t状态\n1\t新建幼儿园\t县教育局\t推进中\n2\t修缮校舍\t县教育局\t已销号")
    assert source.kind == "ledger"
    assert [item.is_done for item in source.items] == [False, True]


def book(tmp_path, rows, name="表.xlsx"):
    made = Workbook()
    for row in rows:
        made.active.append(row)
    made.save(tmp_path / name)
    return tmp_path / name


HEAD = ["序号", "督办事项", "责任单位", "状态"]


@pytest.mark.parametrize(
    ("rows", "refusal", "code"),
    [
        ([], UnusableFile, "source_sheet_empty"),
        ([["姓名", "电话"], ["甲", "1"]], NotFound, "task_table_not_found"),
        ([HEAD, [1, "=cmd|' /C calc'!A0", "县教委", "推进中"]], Refusal, None),
        ([HEAD, [1, None, "县教委", "推进中"]], UnreadableTable, "source_rows_unreadable"),
    ],
)
def test_tables_that_cannot_be_read_are_refused_by_name(tmp_path, rows, refusal, code):
    with pytest.raises(refusal) as told:
        read_file(book(tmp_path, rows))
    assert code in (None, told.value.code)
    assert told.value.place.file == "表.xlsx"


def test_an_encrypted_workbook_a_broken_one_and_one_of_the_wrong_kind_are_refused(tmp_path):
    (tmp_path / "密.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    (tmp_path / "坏.xlsx").write_bytes(b"PK\x03\x04 no zip")
    for name in ("密.xlsx", "坏.xlsx"):
        with pytest.raises(UnusableFile) as told:
            read_file(tmp_path / name)
        assert told.value.place.file == name
    path = book(tmp_path, [HEAD, [1, "修缮校舍", "县教委", "推进中"]])
    for kind in ("bulletin", "minutes", "work_points"):
        with pytest.raises(NotFound, match="source_kind_needs_text"):
            read_file(path, kind=kind)
    for kind in ("task_table", "ledger"):
        with pytest.raises(NotFound, match="source_kind_needs_table"):
            read_text("今天天气很好。", kind)


@pytest.mark.parametrize("kind", ["auto", "minutes", "work_points", "bulletin"])
def test_a_megabyte_is_refused_whatever_it_is_read_as(kind):
    with pytest.raises((TooLarge, NotFound)):
        read_text("云溪县2026年教育工作要点\n一、甲\n二、乙\n" + "1.开展工作。" * 60_000, kind)


@pytest.mark.parametrize("kind", ["minutes", "work_points"])
def test_a_text_in_which_nothing_is_asked_for_says_so(kind):
    with pytest.raises(NotFound, match=f"{kind}_not_found"):
        read_text("今天天气很好。", kind)


def test_news_about_work_points_is_a_bulletin():
    text = "云溪县召开会议研究2026年教育工作要点\n5月6日，云溪县召开教育工作会议。会议要求，一、要抓好安全；二、要抓好质量。"
    assert read_text(text).kind == "bulletin"
