"""A case through the pages, from opening to closing, with what goes wrong on the way."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from world import AT, HOME, organisation, person
from xuezheng.cases.models import Case, Evidence

pytestmark = pytest.mark.django_db
CASES = f"/counties/{HOME}/cases/"


@pytest.fixture
def people(client):
    """Sign in by name: office, second, unit."""
    unit = organisation("member_unit", HOME, "CZ", "县财政局")
    accounts = {
        "office": person("office", "office", name="办公室甲"),
        "second": person("second", "office", name="办公室乙"),
        "unit": person("unit", "unit_officer", unit, name="财政丙"),
    }

    def signed_in(name):
        client.force_login(accounts[name])
        return client

    signed_in.unit = unit
    return signed_in


def text(answer):
    return answer.content.decode()


def opened(people, **more):
    given = {"kind": "decision/ordinary", "title": "推进中心校运动场改造", "task": "五月底前完成", **more}
    answer = people("office").post(f"{CASES}new/", given)
    assert answer.status_code == 302, text(answer)
    return Case.objects.latest("pk")


def take(client, case, step, **given):
    case.refresh_from_db()
    return client.post(f"{CASES}{case.pk}/steps/{step}/", {"version": case.version, **given})


def test_a_case_goes_from_opening_to_closing(people):
    case = opened(people)
    assert take(people("office"), case, "hand_out", unit=people.unit.pk).status_code == 302
    client = people("unit")
    assert "推进中心校运动场改造" in text(client.get("/work/"))
    assert take(client, case, "receive").status_code == 302
    file = SimpleUploadedFile("验收单.pdf", b"%PDF-1.7 done")
    assert take(client, case, "add_evidence", kind="document", file=file, words="验收").status_code == 302
    assert take(client, case, "report_done", reason="已完工").status_code == 302
    assert take(people("second"), case, "verify", reason="现场核查属实").status_code == 302
    assert take(people("office"), case, "close").status_code == 302
    page = text(people("unit").get(f"{CASES}{case.pk}/"))
    assert "已销号" in page
    assert "按期办结" in page
    assert "现场核查属实" in page
    kept = Evidence.objects.get(case=case)
    answer = people("unit").get(f"{CASES}{case.pk}/evidence/{kept.pk}/")
    assert answer.content == b"%PDF-1.7 done"
    assert answer["Content-Disposition"].startswith("attachment")


def test_what_is_refused_is_said_at_its_form_and_written_nowhere(people):
    case = opened(people)
    answer = take(people("office"), case, "verify", reason="属实")
    assert answer.status_code == 400
    assert "现在可以做的有" in text(answer)
    stale = people("office").post(f"{CASES}{case.pk}/steps/hand_out/", {"version": 0, "unit": people.unit.pk})
    assert stale.status_code == 400
    assert "已经有了变化" in text(stale)
    assert "请选择一个" in text(take(people("office"), case, "hand_out")) or Case.objects.get(pk=case.pk).version == 1
    assert people("unit").get(f"{CASES}{case.pk}/").status_code == 404


def test_a_bulk_is_all_or_nothing_and_names_the_line(people):
    client = people("office")
    given = {"title": "工作要点", "kind": "decision/dated", "unit": ""}
    bad = client.post(f"{CASES}many/", given | {"lines": "甲 | 县财政局 | 2026-12-31\n乙 | 没有的局 | 明天"})
    assert bad.status_code == 400
    assert "第 2 行：没有“没有的局”这个单位" in text(bad)
    assert "“明天”不是日期" in text(bad)
    assert Case.objects.count() == 0
    good = client.post(f"{CASES}many/", given | {"lines": "甲\t县财政局\t2099年12月31日\n\n乙\t\t2099-06-30"})
    assert good.status_code == 302, text(good)
    assert list(Case.objects.order_by("sequence").values_list("title", "state")) == [
        ("甲", "handed_out"),
        ("乙", "opened"),
    ]


def test_the_ledger_is_a_page_and_a_workbook_in_the_offices_layout(people):
    case = opened(people)
    take(people("office"), case, "hand_out", unit=people.unit.pk)
    page = text(people("unit").get(f"/units/{people.unit.pk}/cases/"))
    assert case.number in page
    assert case.number in text(people("office").get(f"{CASES}?q=运动场"))
    assert "太短" in text(people("office").get(f"{CASES}?q=运"))
    book = openpyxl.load_workbook(io.BytesIO(people("unit").get(f"/units/{people.unit.pk}/cases/?format=xlsx").content))
    heading, _, header, row, sum_up = [[cell.value for cell in held] for held in book.active.iter_rows()]
    assert heading[0] == "县财政局督办事项台账"
    assert header == [
        "序号",
        "编号",
        "任务",
        "具体措施",
        "牵头单位",
        "责任单位",
        "完成时限",
        "进展情况",
        "存在问题",
        "销号情况",
        "灯",
    ]
    assert row[1:5] == [case.number, case.title, "五月底前完成", "县财政局"]
    assert sum_up[0].startswith("共 1 项")
    page = book.active
    assert (page.page_setup.orientation, page.page_setup.paperSize, page.print_title_rows) == ("landscape", 9, "$1:$3")
    assert people("unit").get(CASES).status_code in (403, 404)


def test_the_indicator_stands_on_the_case_before_and_now(people):
    case = opened(people, indicator="cn-compulsory-2017/G3")
    page = text(people("office").get(f"{CASES}{case.pk}/"))
    assert "应当改善的指标" in page
    assert "立项时" in page


def test_figures_say_what_they_count(people):
    case = opened(people)
    take(people("office"), case, "hand_out", unit=people.unit.pk)
    Case.objects.update(due_at=AT, warn_at=AT)
    page = text(people("office").get(f"{CASES}figures/"))
    assert "0/1" in page
    assert "县财政局" in page
    assert "按期办结率" in page


def test_numbers_that_no_database_holds_choose_nothing(people):
    opened(people)
    answer = people("office").get(f"{CASES}hand-out/", {"bulk": "9" * 30, "page": "9" * 30})
    assert answer.status_code == 200
    assert "推进中心校运动场改造" in text(answer)
    answer = people("office").post(f"{CASES}hand-out/", {"case": f"{'9' * 30}-1", "unit": people.unit.pk})
    assert answer.status_code == 400
    assert "没有选择要交办的事项" in text(answer)


def test_looking_at_a_restricted_case_is_recorded(people):
    from xuezheng.ledger.models import Event

    case = opened(people, kind="concern/protection")
    assert people("office").get(f"{CASES}{case.pk}/").status_code == 200
    assert Event.objects.filter(action="ledger.read", subject_kind="case", subject_id=str(case.pk)).count() >= 1
    assert people("second").get(f"{CASES}{case.pk}/").status_code == 404


def test_every_page_is_there_in_english(people):
    case = opened(people)
    client = people("office")
    client.cookies["django_language"] = "en"
    for address in ("/work/", CASES, f"{CASES}new/", f"{CASES}many/", f"{CASES}figures/", f"{CASES}{case.pk}/"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert "督办台账" not in text(answer)
    assert "Hand out" in text(client.get(f"{CASES}{case.pk}/"))
