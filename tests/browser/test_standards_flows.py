"""From the county's verdict down to a cell, and everything that people add to figures."""

import re

from office_browser import send


def test_a_gap_of_the_cockpit_leads_to_the_cell_that_proves_it(office, width):
    visit = office.visit("statistician", width)
    page = visit.page
    visit.go("cockpit")
    send(page, "section.gaps .rows li:has(.schools) > a[href*='/indicators/']")
    assert visit.check() == []
    page.locator("table.schools tbody a").first.click()
    page.wait_for_selector("#proof dl.facts")
    full = page.locator("#proof a.button", has_text="完整证明")
    with page.expect_navigation():
        full.click()
    assert "/subjects/" in page.url
    places = page.locator("table.figures .place").all_inner_texts()
    assert any(re.search(r"\.xlsx.*[A-Z]{1,2}\d+", place) for place in places), places
    assert visit.check() == []


def test_a_figure_dragged_changes_the_answer(office, width):
    visit = office.visit("planner", width)
    page = visit.page
    visit.go("what-if", "?indicator=R2&school=2150000001")
    slider = page.locator("input[type=range]:visible").first
    slider.scroll_into_view_if_needed()
    before = page.locator("#answer").inner_text()
    with page.expect_response(lambda answer: "/what-if/" in answer.url and answer.request.method == "POST"):
        box = slider.bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] / 2, steps=4)
        page.mouse.up()
    page.wait_for_function("before => document.querySelector('#answer').innerText !== before", arg=before)
    assert "假设情形" in page.locator("#answer").inner_text()
    assert visit.check() == []


def test_a_figure_is_assumed_without_scripts(office, width):
    visit = office.visit("planner", width, scripts=False)
    page = visit.page
    visit.go("what-if", "?indicator=R2&school=2150000001")
    before = page.locator("#answer").inner_text()
    page.locator("#figures input[type=number]").first.fill("99")
    send(page, "#figures button.primary")
    assert page.locator("#answer").inner_text() != before


def test_an_item_is_judged_on_a_file_that_can_be_opened_again(office, width, tmp_path):
    visit = office.visit(f"section_officer-{width}-1", width)
    page = visit.page
    item = "G2" if width == 360 else "G8"
    page.goto(office.urls["judged-item"].replace("/G1/", f"/{item}/"))
    evidence = tmp_path / "依据.pdf"
    evidence.write_bytes(b"%PDF-1.7\n%%EOF\n")
    page.locator("input[name=answer]").first.check()
    page.fill("textarea[name=note]", "文件规定")
    page.set_input_files("input[name=evidence]", evidence)
    send(page, "main form button.primary")
    page.wait_for_selector("text=依据.pdf")
    assert visit.check() == []
    with page.expect_download() as download:
        page.click("a:has-text('依据.pdf')")
    assert download.value.suggested_filename == "依据.pdf"


def test_an_assessment_is_signed_by_two_locked_and_unlocked_by_two(office, width):
    standard = "cn-compulsory-2012" if width == 360 else "cn-preschool-2020"
    path = office.urls["self-assessment"].replace("cn-compulsory-2017", standard)
    first, second = office.visit(f"statistician-{width}-1", width), office.visit(f"office-{width}-1", width)
    first.page.goto(path)
    first.page.fill("textarea[name=statement]", "已逐项核对")
    send(first.page, "main form:has(input[value=sign]) button")
    assert "首签" in first.page.locator("main").inner_text()
    assert not first.page.locator("input[name=step][value=sign]").count()
    second.page.goto(path)
    send(second.page, "main form:has(input[value=sign]) button")
    assert "已锁定" in second.page.locator("main").inner_text()
    assert second.check() == []
    first.page.goto(path)
    first.page.fill("textarea[name=reason]", "补录数据")
    send(first.page, "main form:has(input[value=ask]) button")
    second.go("approvals")
    send(second.page, "main tbody tr:has-text('补录数据') a")
    send(second.page, "button[value=grant]")
    first.page.goto(path)
    send(first.page, "main form:has(input[value=unlock]) button")
    assert "已锁定" not in first.page.locator("main").inner_text()
    assert first.check() == []


def test_charts_are_drawn_after_the_text_and_stand_in_a_table_too(office, width):
    visit = office.visit("statistician", width)
    visit.go("indicator", "")
    page = visit.page
    page.locator(".chart").first.scroll_into_view_if_needed()
    page.wait_for_selector(".chart svg")
    assert visit.violations() == []
    assert page.locator("table.schools tbody tr").count() > 3
