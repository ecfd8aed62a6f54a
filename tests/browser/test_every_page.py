"""Every page of the table, on a phone and on a desk: it loads whole, breaks no policy, fits, and axe finds nothing."""

import pytest

from addresses import ADDRESSES, MAY

PAGES = sorted(name for name, address in ADDRESSES.items() if address.page and 200 in address.get)


def visitor_for(address):
    """Somebody who may look at it."""
    if address.door == "public":
        return None
    roles = ("statistician", "office", "auditor", "administrator", "section_officer")
    return next((role for role in roles if role in MAY.get(address.right or address.holders, ())), "statistician")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_what_all_pages_hold(office, width, name):
    visit = office.visit(visitor_for(ADDRESSES[name]), width)
    answer = visit.go(name)
    assert answer.status == 200
    assert visit.check() == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_its_words_without_scripts_and_in_english(office, name):
    visit = office.visit(visitor_for(ADDRESSES[name]), 360, scripts=False, language="en")
    answer = visit.go(name)
    assert answer.status == 200
    assert visit.page.locator("html").get_attribute("lang") == "en"
    assert visit.page.locator("h1").inner_text().strip()
    assert visit.overflow() == []
