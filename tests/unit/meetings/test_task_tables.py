"""The task breakdown table: read from what offices send, written so that it is read again."""

import io
import json

import pytest
from docx import Document
from openpyxl import Workbook
from typer.testing import CliRunner

from xuezheng.catalogue.bulletins import load_task_words
from xuezheng.cli.app import app
from xuezheng.meetings.engine.task_table import Task, header_of, tasks_in
from xuezheng.meetings.task_tables import read_tasks, write_document, write_workbook

WORDS = load_task_words()
HEAD = ["序号", "工作任务", "具体措施", "牵头单位", "配合单位", "完成时限"]
ONE = ["1", "建好城南学校", "倒排工期", "县住建局", "县教育局、县财政局", "2025年8月底前"]
TWO = ["2", "抓好防溺水", "", "县教育局", "", "长期"]
TASKS = (
    Task("1", "建好城南学校", "倒排工期", "县住建局", ("县教育局", "县财政局"), "2025年8月底前", 2),
    Task("2", "抓好防溺水", "", "县教育局", (), "长期", 3),
)


def test_rows_under_the_header_are_tasks():
    assert tasks_in([HEAD, ONE, TWO], WORDS) == TASKS


def test_the_header_is_found_under_a_title_and_by_other_names():
    rows = [["2025年教育工作任务分解表", None, None], ["重点任务", "责任部门", "时间节点（月）"]]
    assert header_of(rows, WORDS) == (1, {"task": 0, "lead": 1, "limit": 2})


def test_merged_cells_go_on_below():
    rows = [HEAD, ONE, [None, None, "严把质量关", None, None, None]]
    second = tasks_in(rows, WORDS)[1]
    assert (second.task, second.measure, second.lead, second.limit) == (
        "建好城南学校",
        "严把质量关",
        "县住建局",
        "2025年8月底前",
    )


def test_parts_notes_and_empty_rows_are_no_tasks():
    rows = [HEAD, ["一、项目建设"] * 6, ONE, [None] * 6, ["注：逾期通报", None, None, None, None, None]]
    assert [task.row for task in tasks_in(rows, WORDS)] == [3]


def test_the_first_of_several_units_in_one_cell_leads():
    rows = [["任务", "责任单位", "时限"], ["抓好防溺水", "县教育局、县水务局，各乡镇", "长期"]]
    (task,) = tasks_in(rows, WORDS)
    assert (task.lead, task.units) == ("县教育局", ("县水务局", "各乡镇"))


def test_a_table_without_a_task_is_none():
    assert tasks_in([["姓名", "单位"], ["甲", "乙"]], WORDS) == ()


@pytest.mark.parametrize("write", [write_workbook, write_document])
def test_what_is_written_is_read_again(tmp_path, write):
    path = tmp_path / ("任务.xlsx" if write is write_workbook else "任务.docx")
    out = io.BytesIO()
    write(TASKS, out, "zh")
    path.write_bytes(out.getvalue())
    assert read_tasks(path) == TASKS


def test_the_command_reads_a_workbook_and_a_document_of_others(tmp_path):
    book = Workbook()
    for row in (HEAD, ONE, TWO):
        book.active.append(row)
    book.save(tmp_path / "台账.xlsx")
    document = Document()
    table = document.add_table(rows=0, cols=6)
    for row in (HEAD, ONE, TWO):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(tmp_path / "台账.docx"))
    for name in ("台账.xlsx", "台账.docx"):
        ended = CliRunner().invoke(app, ["read-bulletin", str(tmp_path / name), "--format", "json"])
        assert [task["lead"] for task in json.loads(ended.stdout)["tasks"]] == ["县住建局", "县教育局"], name


def test_a_bulletins_directives_become_a_draft_of_the_table(tmp_path):
    (tmp_path / "通稿.txt").write_text(
        "5月6日，云溪县召开教育工作会议。会议要求，县财政局要会同县教育局研究资金渠道，6月底前提出意见。", "utf-8"
    )
    out = tmp_path / "草稿.xlsx"
    ended = CliRunner().invoke(
        app, ["read-bulletin", str(tmp_path / "通稿.txt"), "--format", "xlsx", "--out", str(out)]
    )
    assert ended.exit_code == 0
    (task,) = read_tasks(out)
    assert (task.task, task.lead, task.units) == (
        "县财政局要会同县教育局研究资金渠道，6月底前提出意见",
        "县财政局",
        ("县教育局",),
    )
