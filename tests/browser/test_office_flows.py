"""The trail of what happened, background work, the language, and what a first visit costs."""

import re

import pypdfium2
import pytest

from office_browser import send, sign_in

FIRST_LOAD_BYTES = 150_000
LATER = re.compile(r"/map/|\.svg$|charts\.js|vega|leaflet")  # charts and the map load after the text


def test_the_trail_is_searched_verified_and_exported(office, width):
    visit = office.visit("auditor", width)
    page = visit.page
    visit.go("audit")
    send(page, "button:has-text('现在校验')")
    page.wait_for_selector("text=完整")
    assert visit.check() == []
    send(page, "main tbody a")
    assert visit.check() == []
    visit.go("audit", "?since=2026-01-01")
    with page.expect_download() as download:
        page.click("button[value=csv]")
    assert "sha" not in download.value.suggested_filename
    assert download.value.suggested_filename.endswith(".csv")


def test_work_in_the_background_is_asked_for_again_and_cancelled(office, width):
    visit = office.visit(f"statistician-{width}-3", width)
    page = visit.page
    visit.go(f"failed-job-{width}")
    assert visit.check() == []
    send(page, "main form[action$='/retry/'] button")
    assert page.locator(".messages").count()
    visit.go(f"waiting-job-{width}")
    assert page.locator("progress").count()
    send(page, "main form[action$='/cancel/'] button")
    assert "已取消" in page.locator("main").inner_text()
    assert visit.check() == []


def test_the_language_is_changed_and_stays(office, width):
    visit = office.visit("planner", width)
    page = visit.page
    visit.go("schools")
    send(page, "form.language button >> visible=true")
    assert page.url.endswith("/schools/")
    assert page.locator("html").get_attribute("lang") == "en"
    visit.go("cockpit")
    assert page.locator("html").get_attribute("lang") == "en"
    assert visit.check() == []


def test_the_cockpit_s_first_load_is_light(office, width):
    """What a browser with an empty cache is sent, compressed, before charts and the map."""
    visit = office.visit("reader", width)
    session = visit.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    addresses, sizes = {}, {}
    session.on(
        "Network.responseReceived", lambda event: addresses.setdefault(event["requestId"], event["response"]["url"])
    )
    session.on(
        "Network.loadingFinished", lambda event: sizes.__setitem__(event["requestId"], event["encodedDataLength"])
    )
    visit.go("cockpit")
    visit.page.wait_for_load_state("networkidle")
    counted = {
        addresses[key]: size for key, size in sizes.items() if key in addresses and not LATER.search(addresses[key])
    }
    assert len(counted) > 3
    assert sum(counted.values()) < FIRST_LOAD_BYTES, counted


def test_the_cockpit_prints_on_one_sheet(office):
    visit = office.visit("reader", 1280)
    visit.go("cockpit")
    visit.page.wait_for_load_state("networkidle")
    printed = visit.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(pypdfium2.PdfDocument(printed)) == 1


def test_somebody_signs_in_and_works_without_scripts(office, width):
    visit = office.visit(None, width, scripts=False)
    page = visit.page
    sign_in(page, f"planner-{width}-2")
    page.wait_for_url("**/counties/509901/")
    for name in (
        "standards",
        "standard",
        "indicator",
        "explanation",
        "schools",
        "school",
        "map",
        "search",
        "my-account",
    ):
        assert visit.go(name).status == 200
        assert page.locator("main").inner_text().strip()


@pytest.mark.parametrize("path", ["/nothing-here/", "/counties/509902/", "/people/"])
def test_pages_of_refusal_hold_what_all_pages_hold(office, width, path):
    visit = office.visit("planner", width)
    visit.expect("40[34]")
    visit.page.goto(path)
    assert visit.check() == []
    assert visit.page.locator("main a").count()
