"""A browser that watches itself: every page that it opens is held against what must hold of all pages."""

import re
from functools import cache
from pathlib import Path

PASSWORD = "a-long-password-for-tests"  # noqa: S105
HEIGHTS = {360: 740, 1280: 900}

# A policy violation is told to the page before the page's own scripts run; init scripts are not subject to the policy.
WATCH_POLICY = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.__violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
"""
OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((e) => e.getBoundingClientRect().right > wide + 1 && !e.closest(".scroll, .chart, .map"))
    .slice(0, 5)
    .map((e) => `${e.tagName}.${e.className && e.className.baseVal === undefined ? e.className : ""} ${Math.round(e.getBoundingClientRect().right)} > ${wide}`)
    .concat([`page ${document.documentElement.scrollWidth} > ${wide}`]);
}"""


@cache
def axe_source() -> str:
    """The checker of accessibility, as its package ships it."""
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


class Office:
    """The running office, and the browsers of the people who visit it."""

    def __init__(self, chromium, server, known):
        self.chromium, self.server, self.urls = chromium, server, known["urls"]
        self.cookies = {}
        self.visits = []

    def visit(self, login=None, width=1280, *, scripts=True, language="zh-CN"):
        """Open a browser, signed in as somebody (None: as a stranger)."""
        context = self.chromium.new_context(
            viewport={"width": width, "height": HEIGHTS.get(width, 900)}, java_script_enabled=scripts,
            locale=language, timezone_id="Asia/Shanghai", base_url=self.server, accept_downloads=True,
        )  # fmt: skip
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH_POLICY)
        if login is not None:
            context.add_cookies(self._signed_in(login))
        visit = Visit(self, context, width)
        self.visits.append(visit)
        return visit

    def _signed_in(self, login):
        """The cookies of somebody's session, signed in once for all tests of this process."""
        if login not in self.cookies:
            context = self.chromium.new_context(base_url=self.server, locale="zh-CN")
            page = context.new_page()
            sign_in(page, login)
            self.cookies[login] = [cookie for cookie in context.cookies() if cookie["name"] != "django_language"]
            context.close()
        return self.cookies[login]

    def close_all(self):
        """Close every browser, then raise what they saw."""
        faults = [fault for visit in self.visits for fault in visit.end()]
        self.visits.clear()
        assert faults == []


def sign_in(page, login, password=PASSWORD):
    """Sign in by the page's form."""
    page.goto("/sign-in/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    send(page, "main form button")


def send(page, selector):
    """Click what leads to another page, and wait for it."""
    with page.expect_navigation():
        page.locator(selector).first.click()


class Visit:
    """One person's browser: a page, and everything that went wrong on it."""

    def __init__(self, office, context, width):
        self.office, self.context, self.width = office, context, width
        self.page = context.new_page()
        self.faults = []
        self.expected = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def expect(self, pattern):
        """Say that a fault which matches is meant: a refused form answers 400, and Chromium logs that."""
        self.expected.append(pattern)

    def go(self, name, suffix=""):
        """Open an address by its name in the table and return the answer."""
        return self.page.goto(self.office.urls[name] + suffix, wait_until="load")

    def _console(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(f"console {message.type}: {message.text} {message.location.get('url', '')}")

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # what a page stops by leading elsewhere, or a download
            self.faults.append(f"failed: {request.url} {request.failure}")

    def _answered(self, answer):
        if answer.status >= 400:
            self.faults.append(f"status {answer.status}: {answer.request.method} {answer.url}")

    def violations(self):
        """What the page tried against its policy."""
        return self.page.evaluate("window.__violations || []")

    def overflow(self):
        """What sticks out of the page's width."""
        return self.page.evaluate(OVERFLOW)

    def axe(self, select=None):
        """What axe finds: one line a rule with the first elements."""
        self.page.evaluate(axe_source())
        found = self.page.evaluate(
            """(select) => axe.run(select || document, {
                 runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
                 resultTypes: ["violations"]})""", select)  # fmt: skip
        return [
            f"{rule['id']}: {rule['help']} {[node['target'] for node in rule['nodes'][:4]]} {rule['nodes'][0]['failureSummary']}"
            for rule in found["violations"]
        ]

    def check(self):
        """Hold the page against what must hold of every page, and return what does not."""
        page = self.page
        page.wait_for_load_state("networkidle")
        faults = [f"axe {line}" for line in self.axe()]
        faults += [f"policy {line}" for line in self.violations()]
        faults += [f"overflow {line}" for line in self.overflow()]
        if page.locator("h1").count() != 1:
            faults.append(f"{page.locator('h1').count()} h1")
        if not page.title().strip(" ·"):
            faults.append("no title")
        return faults

    def end(self):
        """Close; return what went wrong and was not expected."""
        self.context.close()
        return [fault for fault in self.faults if not any(re.search(pattern, fault) for pattern in self.expected)]
