"""Bulks, sub-cases, handing out many, readers, forced closings, long ledgers, and an indicator before and after."""

import io
import json
import tempfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from world import AT, HOME, organisation, person
from xuezheng.cases.actions.opening import Opening, open_case, open_many
from xuezheng.cases.actions.stepping import Given, take_step
from xuezheng.cases.models import Bulk, Case, Step
from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.ledger.models import Event
from xuezheng.people.access import reach_of
from xuezheng.register.models import County
from xuezheng.web.pages.cases import ledgers

pytestmark = pytest.mark.django_db
CASES = f"/counties/{HOME}/cases/"


@pytest.fixture
def people(client):
    """Sign in by name; `opened` opens a case of the office's."""
    unit = organisation("member_unit", HOME, "CZ", "县财政局")
    accounts = {
        "office": person("office", "office", name="办公室甲"),
        "second": person("second", "office", name="办公室乙"),
        "head": person("head", "supervision_head", name="督查室主任"),
        "leader": person("leader", "leader", name="分管领导"),
        "unit": person("unit", "unit_officer", unit, name="财政丙"),
    }

    def signed_in(name):
        client.force_login(accounts[name])
        return client

    def opened(**more):
        opening = Opening(**{"kind": "decision", "title": "推进中心校运动场改造", **more})
        return open_case(county=County.objects.get(code=HOME), opening=opening, by=signed_in.office, at=AT)

    signed_in.unit, signed_in.accounts, signed_in.opened = unit, accounts, opened
    signed_in.office = reach_of(accounts["office"], AT.date())
    signed_in.head = reach_of(accounts["head"], AT.date())
    signed_in.officer = reach_of(accounts["unit"], AT.date())
    return signed_in


def text(answer):
    return answer.content.decode()


def step(case, name, by, **given):
    case.refresh_from_db()
    return take_step(case=case, step=name, version=case.version, by=by, at=AT, given=Given(**given))


def test_a_bulk_is_voided_as_a_whole_and_says_what_it_cannot_void(people):
    county = County.objects.get(code=HOME)
    openings = [Opening(kind="decision", title=name, unit=people.unit) for name in "甲乙丙"]
    bulk = open_many(county=county, title="错立的一批", openings=openings, by=people.office, at=AT)
    first, second, third = bulk.cases.order_by("pk")
    step(first, "receive", people.officer)
    people.opened(title="子", parent=Case.objects.get(pk=second.pk))
    assert "错立的一批" in text(people("leader").get(f"{CASES}bulks/"))
    page = text(people("office").get(f"{CASES}bulks/{bulk.pk}/"))
    assert "单位已经签收办理" in page
    assert "有未办结的子事项" in page
    assert people("leader").post(f"{CASES}bulks/{bulk.pk}/", {"reason": "错立"}).status_code == 403
    assert people("office").post(f"{CASES}bulks/{bulk.pk}/", {"reason": ""}).status_code == 400
    answer = people("office").post(f"{CASES}bulks/{bulk.pk}/", {"reason": "重复立项"}, follow=True)
    assert "已作废 1 项；2 项没有作废" in text(answer)
    assert [Case.objects.get(pk=case.pk).state for case in (first, second, third)] == [
        "in_hand",
        "handed_out",
        "voided",
    ]
    assert Event.objects.filter(action="cases.void_bulk", subject_id=str(bulk.pk)).count() == 1
    assert people("office").post(f"{CASES}bulks/{bulk.pk}/", {"reason": "再来"}).status_code == 400


def test_a_case_is_not_closed_over_its_sub_case(people):
    case = people.opened()
    answer = people("office").post(f"{CASES}{case.pk}/sub-cases/new/", {"kind": "decision/urgent", "title": "先办图审"})
    child = Case.objects.latest("pk")
    assert answer.status_code == 302
    assert child.parent == case
    page = text(people("office").get(f"{CASES}{case.pk}/"))
    assert "先办图审" in page
    assert child.number in page
    assert "推进中心校运动场改造" in text(people("office").get(f"{CASES}{child.pk}/"))
    case.refresh_from_db()
    refused = people("office").post(f"{CASES}{case.pk}/steps/void/", {"version": case.version, "reason": "重复"})
    assert refused.status_code == 400
    assert "子事项" in text(refused)
    assert people("leader").get(f"{CASES}{case.pk}/sub-cases/new/").status_code == 403


def test_many_are_handed_out_after_a_preview_all_or_none(people):
    cases = [people.opened(title=name) for name in ("甲事", "乙事")]
    client = people("office")
    assert "甲事" in text(client.get(f"{CASES}hand-out/"))
    chosen = {"case": [f"{case.pk}-{case.version}" for case in cases], "unit": people.unit.pk, "until": ""}
    preview = text(client.post(f"{CASES}hand-out/", chosen))
    assert "2 项交办给 县财政局" in preview
    assert Case.objects.filter(state="handed_out").count() == 0
    step(cases[1], "void", people.office, reason="重复")
    late = client.post(f"{CASES}hand-out/", chosen | {"confirm": "yes"})
    assert "一项也没有交办" in text(late)
    assert Case.objects.filter(state="handed_out").count() == 0
    stale = client.post(f"{CASES}hand-out/", chosen | {"case": [f"{cases[0].pk}-7"], "confirm": "yes"})
    assert "已经有了变化" in text(stale)
    done = client.post(f"{CASES}hand-out/", chosen | {"case": [f"{cases[0].pk}-1"], "confirm": "yes"})
    assert done.status_code == 302
    assert Case.objects.get(pk=cases[0].pk).lead_unit == people.unit
    assert client.post(f"{CASES}hand-out/", {"unit": people.unit.pk}).status_code == 400
    dated = people.opened(title="丙事", level="dated")
    impossible = text(client.post(f"{CASES}hand-out/", {"case": f"{dated.pk}-1", "unit": people.unit.pk}))
    assert "有的事项不能这样交办" in impossible


def test_readers_are_named_and_taken_off_on_record(people):
    case = people.opened(kind="concern", level="protection", title="某事")
    address = f"{CASES}{case.pk}/"
    assert people("leader").get(address).status_code == 404
    client = people("office")
    assert "没有登录名或姓名" in text(
        client.post(f"{address}readers/", {"reader": "无此人", "version": 1}, follow=True)
    )
    assert "已经有了变化" in text(client.post(f"{address}readers/", {"reader": "分管领导", "version": 0}, follow=True))
    endless = {"reader": "分管领导", "version": "1" * 5_000}
    assert "已经有了变化" in text(client.post(f"{address}readers/", endless, follow=True))
    assert "已列名：分管领导" in text(
        client.post(f"{address}readers/", {"reader": "分管领导", "version": 1}, follow=True)
    )
    assert people("leader").get(address).status_code == 200
    assert people("leader").post(f"{address}readers/", {"reader": "unit", "version": 2}).status_code == 403
    leader = people.accounts["leader"]
    struck = people("office").post(f"{address}readers/{leader.pk}/strike/", {"version": 2}, follow=True)
    assert "已取消列名：分管领导" in text(struck)
    assert people("leader").get(address).status_code == 404
    assert list(Step.objects.filter(case=case).values_list("step", "words")) == [
        ("open", ""), ("name_reader", "分管领导"), ("strike_reader", "分管领导"),
    ]  # fmt: skip
    events = Event.objects.filter(subject_kind="case", subject_id=str(case.pk)).exclude(action="ledger.read")
    assert list(events.order_by("number").values_list("action", "restricted")) == [
        ("cases.open", True), ("cases.name_reader", True), ("cases.strike_reader", True),
    ]  # fmt: skip


def test_what_comes_of_a_restricted_case_is_restricted(people):
    case = people.opened(kind="concern", level="protection", title="某事")
    child = people.opened(title="转办", parent=case)
    assert child.is_restricted
    assert people("second").get(f"{CASES}{child.pk}/").status_code == 404


def test_forced_closings_are_listed_with_who_and_why(people):
    case = people.opened()
    assert "没有强制销号的事项" in text(people("leader").get(f"{CASES}forced/"))
    step(case, "force_close", people.head, reason="机构调整，并入他项")
    page = text(people("leader").get(f"{CASES}forced/"))
    assert case.number in page
    assert "督查室主任" in page
    assert "机构调整，并入他项" in page


def test_search_keeps_the_other_filters(people):
    people.opened(title="运动场甲")
    step(people.opened(title="运动场乙", kind="hazard"), "hand_out", people.office, unit=people.unit)
    client = people("office")
    assert "运动场甲" not in text(client.get(f"{CASES}?q=运动场&kind=hazard"))
    assert "运动场乙" in text(
        client.get(f"{CASES}?q=运动场&kind=hazard&unit={people.unit.pk}&year=2026&state=receiving")
    )
    assert "运动场乙" not in text(client.get(f"{CASES}?q=运动场&year=2025"))
    assert "运动场乙" not in text(client.get(f"{CASES}?q=运动场&state=waiting"))
    assert "运动场甲" in text(client.get(f"{CASES}?q=运动场&state=waiting"))


def test_a_long_ledger_is_written_whole_in_the_background(people, monkeypatch, client):
    from xuezheng.web.background.worker import run_waiting_jobs
    from xuezheng.web.models import Job

    monkeypatch.setattr(ledgers, "WRITTEN_AT_ONCE", 3)
    for number in range(7):
        people.opened(title=f'=HYPERLINK("http://x","第{number}件")')
    people.opened(kind="concern", level="protection", title="不在内")
    asked = people("office").get(f"{CASES}?format=xlsx&kind=decision")
    assert asked.status_code == 302
    run_waiting_jobs()
    job = Job.objects.get(kind="cases.export_ledger")
    assert job.state == "done", job.failure_code
    answer = client.get(job.result["link"])
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    cells = [list(row) for row in sheet.iter_rows(min_row=4)]
    assert [row[0].value for row in cells[:7]] == [1, 2, 3, 4, 5, 6, 7]
    assert cells[7][0].value.startswith("共 7 项")
    assert {row[2].data_type for row in cells[:7]} == {"s"}
    assert "种类" in sheet["A2"].value
    assert people("second").get(job.result["link"]).status_code == 404


def test_a_workbook_asks_no_more_often_for_more_rows(people):
    client = people("office")

    def written():
        with CaptureQueriesContext(connection) as asked:
            book = openpyxl.load_workbook(io.BytesIO(client.get(f"{CASES}?format=xlsx").content))
        return len(asked), [row[3].value for row in book.active.iter_rows(min_row=4) if isinstance(row[0].value, int)]

    people.opened(task="按图施工")
    written()  # what a first request reads of its person is no part of it
    few, _ = written()
    for number in range(6):
        people.opened(task=f"第{number}项")
    many, measures = written()
    assert set(measures) == {"按图施工", *(f"第{number}项" for number in range(6))}
    assert many == few


def test_the_ledger_leads_to_duty_reports_and_to_who_supervises_supervision_papers(people):
    duty, papers = f'href="/counties/{HOME}/duty-rounds/"', f'href="/counties/{HOME}/supervision-papers/"'
    for name, shown in (("office", [duty, papers]), ("leader", [duty])):
        page = text(people(name).get(CASES))
        assert [link for link in (duty, papers) if link in page] == shown


@pytest.mark.parametrize("number", ["0", "9" * 5_000, "-1", "x"])
@pytest.mark.parametrize("place", ["", "bulks/", "forced/", "hand-out/"])
def test_a_page_that_is_none_is_the_first(people, place, number):
    page = people("office").get(f"{CASES}{place}?page={number}")
    assert page.status_code == 200
    assert "上一页" not in text(page)


def test_a_year_of_too_many_digits_is_this_year(people):
    assert people("office").get(f"{CASES}figures/?year={'9' * 5_000}").status_code == 200


def test_hazards_have_their_own_form_of_ledger(people):
    people.opened(kind="hazard", title="消防通道堵塞")
    book = openpyxl.load_workbook(io.BytesIO(people("office").get(f"{CASES}?format=xlsx&kind=hazard").content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows[0][0] == "云溪县安全隐患排查整改台账"
    assert rows[2][:5] == ["序号", "编号", "隐患级别", "隐患情况", "整改要求"]


def test_a_case_leads_back_to_its_meeting_and_takes_over_the_units_that_it_named(people):
    from xuezheng.meetings.actions.confirming import confirm_proposals
    from xuezheng.meetings.actions.entering import enter_meeting
    from xuezheng.meetings.drafts import Draft, Reading, Record
    from xuezheng.meetings.originals import pasted

    words = "会议要求，年底前完成运动场改造。"
    meeting = enter_meeting(
        county=County.objects.get(code=HOME), reading=Reading(Record(title="第一次会议", held_on=date(2026, 2, 27)), words, (Draft(text="完成运动场改造", span=(5, 15)),)),
        original=pasted(words), by=people.office, at=AT,
    )  # fmt: skip
    proposal = meeting.proposals.get()
    proposal.lead_unit = people.unit
    proposal.save()
    (case,) = confirm_proposals(
        meeting=meeting, proposals=[proposal.pk], hand_out=False, version=1, by=people.office, at=AT
    )
    page = text(people("office").get(f"{CASES}{case.pk}/"))
    assert f"/counties/{HOME}/meetings/{meeting.pk}/" in page
    assert words[5:15] in page
    assert f'<option value="{people.unit.pk}" selected>县财政局</option>' in page


def test_photographs_only_where_the_kind_wants_them(people):
    incident = step(people.opened(kind="incident", title="事件"), "hand_out", people.office, unit=people.unit)
    step(incident, "receive", people.officer)
    page = text(people("unit").get(f"{CASES}{incident.pk}/"))
    assert 'value="photo"' not in page
    hazard = step(people.opened(kind="hazard", title="隐患"), "hand_out", people.office, unit=people.unit)
    later = (AT + timedelta(days=3)).date()
    step(hazard, "receive", people.officer, measure="隔离", responsible="甲", measure_until=later)
    page = text(people("unit").get(f"{CASES}{hazard.pk}/"))
    assert 'value="photo"' in page
    assert 'accept="image/jpeg,' in page


def test_my_work_gives_the_reason_and_the_one_next_step(people):
    case = step(people.opened(level="urgent"), "hand_out", people.office, unit=people.unit)
    Case.objects.filter(pk=case.pk).update(due_at=AT, warn_at=AT)
    page = text(people("unit").get("/work/"))
    assert "已超期" in page
    assert f"{CASES}{case.pk}/?step=receive#step-receive" in page
    opened = text(people("unit").get(f"{CASES}{case.pk}/?step=receive"))
    assert '<details class="step" id="step-receive" open>' in opened
    step(case, "receive", people.officer)
    assert "?step=add_evidence" in text(people("unit").get("/work/"))


def evaluated_anew():
    """Another county's figures under the same code: evaluated, they are the current ones."""
    from django.conf import settings

    from xuezheng.ledger.actions import SYSTEM
    from xuezheng.register.actions import index_snapshot
    from xuezheng.register.demonstration.county import make_county, size_named
    from xuezheng.register.demonstration.workbooks import write_workbooks
    from xuezheng.register.opening import read_sources
    from xuezheng.register.snapshot import store_snapshots
    from xuezheng.standards.actions import evaluate_snapshot

    with tempfile.TemporaryDirectory() as folder:
        sources = read_sources(write_workbooks(Path(folder), make_county(5, size_named("small"))))
        folders = store_snapshots(sources, settings.SNAPSHOT_STORE)
    later = AT + timedelta(days=60)
    for stored in folders:
        for snapshot in index_snapshot(folder=stored, by=SYSTEM, at=later):
            evaluate_snapshot(snapshot=snapshot, by=SYSTEM, at=later)


def test_the_indicator_is_compared_with_a_new_snapshot_and_said_in_words(people):
    from xuezheng.standards.models import Evaluation, StoredFinding

    standard = "cn-compulsory-2017"
    current = (
        Evaluation.objects.filter(county=HOME, standard=standard, is_current=True).order_by("-school_year").first()
    )
    found = StoredFinding.objects.filter(evaluation=current, level="county", subject=HOME, verdict="not_met", gap__gt=0)
    finding = found.order_by("pk").first()
    link = IndicatorLink(standard, finding.indicator, "county", HOME, finding.stage or "", finding.measure)
    case = people.opened(indicator=link)
    page = text(people("office").get(f"{CASES}{case.pk}/"))
    assert "立项以来还没有新的评估" in page
    assert AT.date().isoformat() in page
    evaluated_anew()
    newest = Evaluation.objects.filter(county=HOME, standard=standard, is_current=True).order_by("-school_year").first()
    now = StoredFinding.objects.get(
        evaluation=newest, level="county", subject=HOME, indicator=finding.indicator, stage=finding.stage, measure=finding.measure
    )  # fmt: skip
    ranks = {"not_met": 0, "near": 1, "met": 2}
    before, after = (0, -finding.gap), (ranks[now.verdict], -(now.gap or 0))
    wanted = "朝希望的方向变动" if after > before else "朝相反的方向变动" if after < before else "没有变化"
    page = text(people("office").get(f"{CASES}{case.pk}/"))
    assert wanted in page
    assert (AT + timedelta(days=60)).date().isoformat() in page
    held = json.dumps(Case.objects.get(pk=case.pk).indicator_before)
    assert json.loads(held)["value"] == finding.value


def test_every_new_page_is_there_in_english(people):
    case = people.opened()
    bulk = Bulk.objects.create(county_id=HOME, title="One", by=people.accounts["office"], at=AT)
    Case.objects.filter(pk=case.pk).update(bulk=bulk)
    client = people("office")
    client.cookies["django_language"] = "en"
    for address in ("bulks/", f"bulks/{bulk.pk}/", "forced/", "hand-out/", f"{case.pk}/sub-cases/new/", "figures/"):
        answer = client.get(CASES + address)
        assert answer.status_code == 200, address
        assert "督办" not in text(answer), address
