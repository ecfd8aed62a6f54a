"""The cockpit in a real browser: light on the line, and one sheet of paper."""

import pypdfium2
import pytest

LIMIT_BYTES = 150_000
LATER = ("/map/", "vega", "charts.")  # the map and the charts load after the text


def test_the_first_load_is_light(office):
    visit = office.visit("leader-1280-1")
    session = visit.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    named, sizes = {}, {}
    session.on("Network.requestWillBeSent", lambda event: named.update({event["requestId"]: event["request"]["url"]}))
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    visit.go("cockpit")
    visit.page.wait_for_load_state("networkidle")
    first = {named[key]: size for key, size in sizes.items() if not any(part in named[key] for part in LATER)}
    assert any(url.endswith(".css") for url in first)
    assert sum(first.values()) < LIMIT_BYTES, first


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("suffix", ["", "?year=2024", "?year=2023"])
def test_it_prints_on_one_sheet(office, language, suffix):
    visit = office.visit("leader-1280-1", language=language)
    visit.go("cockpit", suffix)
    visit.page.wait_for_load_state("networkidle")
    printed = pypdfium2.PdfDocument(visit.page.pdf(prefer_css_page_size=True))
    assert len(printed) == 1
    wide, high = printed[0].get_size()
    assert (round(wide / 72 * 25.4), round(high / 72 * 25.4)) == (210, 297)
    words = printed[0].get_textpage().get_text_range()
    assert "云溪县" in words
    assert "2023" in words  # the table of years is the last thing on the sheet
    printed.close()


def test_the_chart_of_the_living_page_is_drawn_after_the_text(office, width):
    visit = office.visit("leader-1280-1", width)
    visit.go("style")
    assert visit.page.locator("[data-chart] svg").count() == 0
    visit.page.locator("[data-chart]").scroll_into_view_if_needed()
    visit.page.wait_for_selector("[data-chart][data-state=drawn] svg")
    assert visit.violations() == []
    assert visit.overflow() == []
