"""One bulletin the whole way: from its words to a verified completion, an indicator that moved, and a unit's duty report."""

import hashlib
import json
import re
from datetime import date, timedelta

import docx
import openpyxl
import pytest

from office_browser import send
from xuezheng.register.demonstration.county import make_county, size_named
from xuezheng.register.demonstration.workbooks import write_workbooks

BULLETIN = """云溪县委教育工作领导小组2026年第三次会议召开
发布时间：2026-06-12 来源：云溪县融媒体中心
6月10日，县委书记、县委教育工作领导小组组长秦望舒主持召开县委教育工作领导小组2026年第三次会议。副县长梁思齐出席会议。
会议传达学习了全国教育大会精神，听取了教育满意度调查情况汇报。
秦望舒强调，要深入学习贯彻全国教育大会精神，切实提高政治站位。要由县教育督导室牵头，逐校走访家长，把教育满意度提高到93%以上。
梁思齐要求，要加强校园周边环境整治。要办好学校食堂，让家长放心。
"""
# What each person may do at each stage, written down by hand: nothing else has a button.
CLERK, UNIT, VERIFIER = "way-clerk", "way-unit", "way-verifier"
STAGES = {
    "handed out": {
        CLERK: {"hand_over", "urge", "withdraw", "void"},
        UNIT: {"receive", "decline"},
        VERIFIER: set(),
    },
    "in hand": {
        CLERK: {"hand_over", "urge", "add_evidence", "void"},
        UNIT: {"report_progress", "add_evidence", "ask_extension", "report_done"},
        VERIFIER: {"add_evidence"},
    },
    "extension asked": {
        CLERK: {"hand_over", "urge", "add_evidence", "grant_extension", "refuse_extension", "void"},
        UNIT: {"report_progress", "add_evidence", "report_done"},
        VERIFIER: {"add_evidence"},
    },
    "reported": {
        CLERK: {"add_evidence", "send_back", "verify", "void"},
        UNIT: {"add_evidence"},
        VERIFIER: {"add_evidence", "send_back", "verify"},
    },
    "verified": {
        CLERK: {"add_evidence", "send_back", "close", "void"},
        UNIT: {"add_evidence"},
        VERIFIER: {"add_evidence", "send_back"},
    },
    "closed": {CLERK: {"reopen", "archive"}, UNIT: set(), VERIFIER: {"reopen"}},
}
COURSE = [
    "cases.open", "cases.hand_out", "cases.receive", "cases.ask_extension", "cases.grant_extension",
    "cases.add_evidence", "cases.report_done", "cases.send_back", "cases.add_evidence", "cases.report_done",
    "cases.verify", "cases.close",
]  # fmt: skip
# Reads what happened from the same database, in a process of its own: Playwright keeps an event loop in this one.
EVENTS = """
import django, json, sys
django.setup()
from xuezheng.ledger.models import Event
found = Event.objects.filter(subject_kind="case", subject_id=sys.argv[1]).order_by("number")
print(json.dumps(list(found.values_list("action", "actor"))))
"""


class People:
    """The people of the flow, each with a browser of their own, on the page of one case."""

    def __init__(self, office):
        self.office = office
        self.visits = {login: office.visit(login) for login in (CLERK, UNIT, VERIFIER)}
        self.case = ""

    def page(self, login):
        return self.visits[login].page

    def stands(self, stage):
        """Nobody is offered a step that the stage does not allow them."""
        for login, steps in STAGES[stage].items():
            page = self.page(login)
            page.goto(self.case)
            actions = [form.get_attribute("action") for form in page.locator("details.step form").all()]
            assert {action.rstrip("/").rpartition("/")[2] for action in actions} == steps, (stage, login)

    def take(self, login, step, files=None, **given):
        """Take a step with the form that the page offers."""
        page = self.page(login)
        page.goto(self.case)
        form = f"details.step:has(form[action$='/{step}/'])"
        page.click(f"{form} > summary")
        for name, value in given.items():
            field = page.locator(f"{form} [name={name}]")
            field.select_option(value) if name == "kind" else field.fill(value)
        if files:
            page.set_input_files(f"{form} [name=file]", [str(path) for path in files])
        send(page, f"{form} form button.primary")

    def refused(self, login, step, words, **given):
        """Take a step that is refused with a sentence; the case stays as it is."""
        self.visits[login].expect("400")
        self.take(login, step, **given)
        assert words in self.page(login).locator("details.step[open]").inner_text()


@pytest.fixture
def people(office):
    return People(office)


@pytest.fixture
def proofs(tmp_path):
    """A document and a photograph, as real files."""
    written = docx.Document()
    written.add_paragraph("家长走访记录（测试材料）")
    written.save(tmp_path / "走访记录.docx")
    photo = tmp_path / "现场照片.png"
    photo.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
            "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
            "0000000049454e44ae426082"
        )
    )
    return tmp_path / "走访记录.docx", photo


def test_a_bulletin_goes_the_whole_way(office, people, proofs, beside, tmp_path):
    number = decided(people)
    people.stands("handed out")
    people.take(UNIT, "receive")
    people.stands("in hand")
    people.take(UNIT, "ask_extension", until=later(people, 12), reason="走访户数多于预计，需要多两周。")
    people.stands("extension asked")
    people.take("way-clerk", "grant_extension", reason="情况属实。")
    people.stands("in hand")
    people.refused(UNIT, "report_done", "证据", reason="已办结。")
    people.take(UNIT, "add_evidence", files=proofs[:1], kind="document", words="走访记录")
    people.take(UNIT, "report_done", reason="已逐校走访家长。")
    people.stands("reported")
    people.take(VERIFIER, "send_back", reason="没有现场照片，请补充。")
    people.stands("in hand")
    people.refused(UNIT, "report_done", "证据", reason="还是这些。")
    people.take(UNIT, "add_evidence", files=proofs[1:], kind="photo", words="现场照片", taken_by="赵老师")
    people.take(UNIT, "report_done", reason="已补充现场照片。")
    people.stands("reported")
    people.take(VERIFIER, "verify", reason="抽查三所学校，情况属实。")
    people.stands("verified")
    people.take(CLERK, "close", reason="销号。")
    people.stands("closed")

    before = readings(people)
    assert before[0] == before[1]
    deliver_new_year(office, tmp_path)
    opened, now = readings(people)
    assert opened == before[0]
    assert now != opened
    assert "93.4" in now

    report = duty_report(people)
    assert_stands_in(report, number, proofs)
    assert_one_event_a_step(beside, people.case)
    key_screens_on_a_phone(office, people)


def decided(people):
    """Let the clerk paste the bulletin and settle what it asks for; return the number of the decision handed out."""
    page = people.page(CLERK)
    page.goto(people.office.urls["new-meeting"])
    page.fill("textarea[name=text]", BULLETIN)
    send(page, "main form button.primary")
    assert page.locator("li.proposal").count() == 4
    settle(page, "深入学习贯彻", "存档学习")
    settle(page, "校园周边环境整治", "不采用")
    send(page, "li.proposal:has-text('逐校走访家长') a:has-text('修改或拆分')")
    assert page.locator("select[name=lead_unit] option:checked").inner_text() == "县教育督导室"
    page.select_option("select[name=indicator]", "cn-compulsory-2017/S1")
    send(page, "main form button.primary >> nth=0")
    page.check("li.proposal:has-text('逐校走访家长') input[type=checkbox]")
    page.check("input[name=hand_out]")
    send(page, "button:has-text('把勾选的立为决定事项')")
    assert people.visits[CLERK].check() == []
    link = page.locator("main a", has_text="云督").first
    people.case = link.get_attribute("href")
    return re.search(r"〔\d+〕云督 \d+ 号", link.inner_text())[0]


def settle(page, words, button):
    send(page, f"li.proposal:has-text('{words}') button:has-text('{button}')")


def later(people, days):
    """A day so many days after the case's limit."""
    page = people.page(UNIT)
    page.goto(people.case)
    due = re.search(r"时限 (\d{4}-\d{2}-\d{2})", page.locator("main .said").first.inner_text())[1]
    return (date.fromisoformat(due) + timedelta(days=days)).isoformat()


def readings(people):
    """The indicator's two rows on the decision's page: when it was opened, and now."""
    page = people.page(CLERK)
    page.goto(people.case)
    rows = page.locator("section[aria-labelledby=indicator] tbody tr")
    return [re.sub(r"^\S+\s+", "", row.inner_text()) for row in rows.all()]


def deliver_new_year(office, tmp_path):
    """Import a newer delivery of the newest school year, as the statistician does in the browser."""
    paths = write_workbooks(tmp_path / "county", make_county(1, size_named("small")))
    newest = next(path for path in paths if path.name == "学年2025.xlsx")
    book = openpyxl.load_workbook(newest)
    for row in book["县级年报"].iter_rows(min_row=2):
        if row[2].value == "satisfaction_rate":
            row[3].value = "93.4"
    book.save(newest)
    visit = office.visit("way-statistician")
    page = visit.page
    visit.go("imports")
    page.set_input_files("main input[type=file]", [str(path) for path in paths])
    send(page, "main form button.primary")
    page.wait_for_selector("form#accept", timeout=60_000)
    for box in page.locator("input[name=years]").all():
        box.set_checked(box.get_attribute("value") == "2025")
    if page.locator("input[name=warnings_accepted]").count():
        page.check("input[name=warnings_accepted]")
    send(page, "form#accept button")
    page.wait_for_selector(".said.met:has-text('入库')", timeout=90_000)


def duty_report(people):
    """Download the unit's duty report and open it."""
    page = people.page(UNIT)
    page.goto(people.office.urls["work"])
    send(page, "main a:has-text('县教育督导室')")
    send(page, "main a:has-text('履职报告')")
    with page.expect_download() as download:
        page.click("a:has-text('下载草稿')")
    assert download.value.suggested_filename.endswith(".docx")
    return docx.Document(download.value.path())


def assert_stands_in(report, number, proofs):
    """The decision stands in the report as done in time and verified, with its indicator before and after and its evidence."""
    found = {}
    for table in report.tables:
        heads, *rows = [[cell.text for cell in row.cells] for row in table.rows]
        for row in rows:
            if row[0] == number:
                found.setdefault(heads[-1], []).append(dict(zip(heads, row, strict=True)))
    assert [row["状态"] for row in found["状态"]] == ["已销号"]
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", found["核查通过"][0]["核查通过"]), found
    moved = found["现在"][0]
    assert "93.4" in moved["现在"]
    assert "93.4" not in moved["立项时"]
    evidence = found["SHA-256 摘要"]
    assert [row["文件名或读数"] for row in evidence] == [path.name for path in proofs]
    assert [row["SHA-256 摘要"] for row in evidence] == [
        hashlib.sha256(path.read_bytes()).hexdigest() for path in proofs
    ]


def assert_one_event_a_step(beside, case):
    told = beside("-c", EVENTS, case.rstrip("/").rpartition("/")[2])
    assert told.returncode == 0, told.stderr
    events = json.loads(told.stdout)
    assert [action for action, _ in events] == COURSE
    actors = dict(events)
    assert len({actors["cases.report_done"], actors["cases.verify"], actors["cases.close"]}) == 3
    assert actors["cases.ask_extension"] != actors["cases.grant_extension"]
    verified = beside("-m", "xuezheng", "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def key_screens_on_a_phone(office, people):
    visit = office.visit(CLERK, 360)
    for address in (people.case, *(office.urls[name] for name in ("work", "cases", "meetings", "supervision-figures"))):
        visit.page.goto(address)
        assert visit.check() == [], address
