"""Signing in and looking after people, as people do it."""

import time

import pytest
from django_otp.oath import totp

from office_browser import PASSWORD, send, sign_in

NEW = "another-long-password-of-mine"


def test_whoever_comes_with_a_password_from_a_slip_changes_it_first(office, width):
    visit = office.visit(None, width)
    page = visit.page
    sign_in(page, f"fresh-{width}")
    assert page.url.endswith("/my/password/")
    page.goto(office.urls["cockpit"])
    assert page.url.endswith("/my/password/")
    visit.expect("400")
    page.fill("input[name=old]", PASSWORD)
    page.fill("input[name=new]", "short")
    page.fill("input[name=again]", "short")
    send(page, "main form button.primary")
    assert page.locator(".fault").count()
    assert visit.check() == []
    page.fill("input[name=old]", PASSWORD)
    page.fill("input[name=new]", NEW)
    page.fill("input[name=again]", NEW)
    send(page, "main form button.primary")
    page.wait_for_url("**/counties/509901/")
    page.goto("/my/")
    open_menu(page, ".person-menu")
    send(page, "form[action='/sign-out/'] button")
    visit.expect("400")
    sign_in(page, f"fresh-{width}")
    assert page.locator(".message.error").count()
    sign_in(page, f"fresh-{width}", NEW)
    assert page.url.endswith("/counties/509901/")


def open_menu(page, menu):
    if not page.locator(f"details{menu}").get_attribute("open"):
        page.click(f"details{menu} > summary")


def test_a_second_factor_is_set_up_and_asked_for(office, width):
    visit = office.visit(None, width)
    page = visit.page
    sign_in(page, f"careful-{width}")
    page.goto(office.urls["second-factor"])
    send(page, "text=开始设置")
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 100
    assert visit.check() == []
    secret = page.locator("ol.steps code").inner_text().replace(" ", "")
    page.fill("input[name=code]", code(secret, 0))
    send(page, "main ol.steps form button")
    backup = page.locator("main li code, main code").all_inner_texts()
    assert len(backup) >= 8
    assert visit.check() == []
    sign_out(page)
    sign_in(page, f"careful-{width}")
    assert page.url.endswith("/sign-in/code/")
    assert visit.check() == []
    page.goto(office.urls["cockpit"])
    assert "/sign-in/" in page.url
    sign_in(page, f"careful-{width}")
    page.fill("input[name=code]", code(secret, 1))  # the code of the moment was used for setting up
    send(page, "main form button")
    page.wait_for_url("**/counties/509901/")
    sign_out(page)
    sign_in(page, f"careful-{width}")
    page.fill("input[name=code]", backup[0])
    send(page, "main form button")
    page.wait_for_url("**/counties/509901/")


def code(secret, steps_ahead):
    import base64

    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    return f"{totp(key, t0=-30 * steps_ahead):06d}"


def sign_out(page):
    open_menu(page, ".person-menu")
    send(page, "form[action='/sign-out/'] button")
    page.wait_for_url("**/sign-in/")


def test_wrong_passwords_lock_out(office, width):
    visit = office.visit(None, width)
    visit.expect("400|429")
    page = visit.page
    for _ in range(5):
        sign_in(page, f"locked-{width}", "a-wrong-password")
    sign_in(page, f"locked-{width}")
    assert page.url.endswith("/sign-in/")
    assert "15" in page.locator("main").inner_text()
    assert visit.check() == []
    page.goto(office.urls["cockpit"])
    assert "/sign-in/" in page.url


def test_many_accounts_are_made_from_a_table_with_slips_to_print(office, width, tmp_path):
    visit = office.visit(f"office-{width}-1", width)
    page = visit.page
    roster = tmp_path / "人员.csv"
    lines = ["登录名,姓名,机构,职务", f"new-{width}-1,甲,509901,规划人员", f"new-{width}-2,乙,不存在的机构,规划人员"]
    roster.write_text("\n".join(lines), encoding="utf-8")
    visit.go("many-accounts")
    page.set_input_files("input[type=file]", roster)
    visit.expect("400")
    send(page, "form[enctype] button.primary")
    assert "不存在的机构" in page.locator("main").inner_text()
    assert visit.check() == []
    lines[2] = f"new-{width}-2,乙,509901,统计人员"
    roster.write_text("\n".join(lines), encoding="utf-8")
    page.set_input_files("input[type=file]", roster)
    send(page, "form[enctype] button.primary")
    assert page.locator("li.slip").count() == 2
    password = page.locator("li.slip code.password").first.inner_text()
    assert visit.check() == []
    with page.expect_download() as download:
        page.click("text=下载为表格")
    assert download.value.suggested_filename.endswith(".xlsx")
    new = office.visit(None, width)
    sign_in(new.page, f"new-{width}-1", password)
    assert new.page.url.endswith("/my/password/")


def find_person(visit, login):
    visit.go("people", f"?q={login}")
    send(visit.page, f"main tbody tr:has-text('{login}') a")


def test_a_role_is_given_and_a_deputy_stands_in(office, width):
    visit = office.visit(f"office-{width}-2", width)
    page = visit.page
    find_person(visit, f"planner-{width}-1")
    send(page, "main a[href$='/appoint/']")
    page.select_option("select[name=organisation]", label="云溪县（509901）")
    page.select_option("select[name=role]", "section_officer")
    send(page, "main form button.primary")
    assert "科室工作人员" in page.locator("main table").first.inner_text()
    assert visit.check() == []
    send(page, "main a[href$='/deputy/']")
    choice = page.locator(f"select[name=account] option:has-text('leader-{width}-1')").get_attribute("value")
    page.select_option("select[name=account]", choice)
    page.fill("input[name=ends_on]", time.strftime("%Y-12-31"))
    send(page, "main form button.primary")
    assert page.locator(".messages .success, .messages .message").count()
    find_person(visit, f"leader-{width}-1")
    assert "代理" in page.locator("main table").first.inner_text()


def test_whoever_leaves_hands_over(office, width):
    visit = office.visit(f"administrator-{width}-1", width)
    page = visit.page
    find_person(visit, f"leaver-{width}")
    send(page, "main a[href$='/leave/']")
    successor = page.locator("select[name^=successor_]").first
    value = successor.locator(f"option:has-text('successor-{width}')").get_attribute("value")
    successor.select_option(value)
    page.fill("textarea[name=reason]", "调离")
    assert visit.check() == []
    send(page, "main form button.danger")
    page.wait_for_url("**/people/*/")
    gone = office.visit(None, width)
    gone.expect("400")
    sign_in(gone.page, f"leaver-{width}")
    assert gone.page.url.endswith("/sign-in/")
    find_person(visit, f"successor-{width}")
    assert "规划人员" in page.locator("main").inner_text()


def test_the_people_of_a_county_are_exported_by_two(office, width):
    asking = office.visit(f"office-{width}-3", width)
    asking.go("export-people")
    asking.page.fill("textarea[name=reason]", "年度核对")
    send(asking.page, "main form button.primary")
    assert asking.check() == []
    deciding = office.visit(f"administrator-{width}-2", width)
    deciding.go("approvals")
    send(deciding.page, "main tbody tr:has-text('年度核对'):has-text('office3') a")
    assert deciding.check() == []
    send(deciding.page, "button[value=grant]")
    asking.go("export-people")
    with asking.page.expect_download() as download:
        asking.page.click("main form button.primary")
    assert download.value.suggested_filename.startswith("people-509901")


@pytest.mark.parametrize("menu", [".main-menu", ".person-menu"])
def test_menus_are_reached_and_left_by_keyboard(office, width, menu):
    visit = office.visit("statistician", width)
    visit.go("cockpit")
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('details.menu')?.className || ''"))
        if menu[1:] in reached[-1]:
            break
    assert menu[1:] in reached[-1], reached
    if page.evaluate("document.activeElement.tagName") == "SUMMARY":
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('details.menu').open")
        page.keyboard.press("Escape")
        assert not page.evaluate("document.activeElement.closest('details.menu').open")
    else:
        assert page.evaluate("document.activeElement.tagName") == "A"
