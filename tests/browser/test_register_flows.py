"""What the county has: found, seen on the map, delivered anew."""

import openpyxl
import pytest

from office_browser import send
from xuezheng.register.demonstration.county import make_county, size_named
from xuezheng.register.demonstration.workbooks import write_workbooks


def test_a_school_is_found_by_its_initials_code_and_name(office, width):
    visit = office.visit("planner", width)
    page = visit.page
    for text, name in (
        ("yxxsyxxx", "云溪县实验小学校"),
        ("2150000002", "云溪县实验小学校"),
        ("实验小学", "云溪县实验小学校"),
    ):
        visit.go("search")
        page.fill("main input[type=search]", text)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert name in page.locator("main").inner_text()
    assert visit.check() == []
    send(page, "main a:has-text('云溪县实验小学校')")
    assert page.url.endswith("/schools/2150000002/")


def test_the_list_of_schools_is_narrowed_while_typing_and_without_scripts(office, width):
    for scripts in (True, False):
        visit = office.visit("planner", width, scripts=scripts)
        visit.go("schools")
        page = visit.page
        assert page.locator("main tbody tr").count() > 10
        page.fill("main input[type=search]", "教学点")
        if scripts:
            page.wait_for_function("() => document.querySelectorAll('main tbody tr').length < 6")
        else:
            send(page, "main form.filters button")
        assert 1 <= page.locator("main tbody tr").count() < 6


def test_the_map_shows_points_that_keys_reach_and_the_list_says_the_same(office, width):
    visit = office.visit("planner", width)
    page = visit.page
    with page.expect_response(lambda answer: "/map/points/" in answer.url):
        visit.go("map")
    page.wait_for_selector("#map .leaflet-marker-icon")
    assert page.locator("#map .leaflet-marker-icon[tabindex='0']").count() > 0
    assert page.locator("main table tbody tr").count() > 10
    marker = page.locator("#map .leaflet-marker-icon.site").first
    if marker.count():
        marker.focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".leaflet-popup a")
    assert visit.check() == []


@pytest.fixture
def workbooks(tmp_path):
    return {path.name: path for path in write_workbooks(tmp_path / "county", make_county(1, size_named("small")))}


def test_a_workbook_with_a_fault_is_mended_and_stored_and_the_evaluation_appears(office, width, workbooks):
    visit = office.visit("statistician", width)
    page = visit.page
    path = workbooks["学年2025.xlsx"]
    book = openpyxl.load_workbook(path)
    sheet = next(sheet for sheet in book if any("专任教师" in str(cell.value) for cell in sheet[1]))
    column = next(cell.column for cell in sheet[1] if str(cell.value).startswith("在校生") or "学生" in str(cell.value))
    right = sheet.cell(4, column).value
    sheet.cell(4, column).value = "4O"
    book.save(path)
    upload(page, office, workbooks)
    page.wait_for_selector(".said.not_met", timeout=60_000)
    assert "4O" in page.locator("main").inner_text()
    assert visit.check() == []
    sheet.cell(4, column).value = right + (1 if width == 360 else 2)
    book.save(path)
    upload(page, office, workbooks)
    page.wait_for_selector("form#accept", timeout=60_000)
    assert visit.check() == []
    for box in page.locator("input[name=years]").all():
        box.set_checked(box.get_attribute("value") == "2025")
    if page.locator("input[name=warnings_accepted]").count():
        page.check("input[name=warnings_accepted]")
    send(page, "form#accept button")
    page.wait_for_selector(".said.met:has-text('入库')", timeout=90_000)
    visit.go("snapshots")
    assert page.locator("main tbody tr").count() >= 4
    visit.go("cockpit")
    assert page.locator("li.card").count() == 3
    visit.go("jobs")
    assert "完成" in page.locator("main tbody").inner_text()
    assert visit.check() == []


def upload(page, office, files):
    page.goto(office.urls["imports"])
    page.set_input_files("main input[type=file]", [str(path) for path in files.values()])
    send(page, "main form button.primary")
