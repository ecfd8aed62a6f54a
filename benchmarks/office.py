"""The office in the browser: what its main pages take on the server, beside empty Django pages on the same server.

One process, one thread, production settings, SQLite (or the database of `--database`), one connection that is kept
open, requests one after another. Times are from the first byte sent to the last byte received.
"""

import contextlib
import html
import http.client
import itertools
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import clock, office_data

RUNS, WARM_UP = 60, 6
COUNTY, SCHOOL, STANDARD, INDICATOR = "509901", "2150000001", "cn-compulsory-2017", "R5"
FIGURE = re.compile(r'name="([^"]+\[[^"]+)" type="number"')
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')


@dataclass(frozen=True, slots=True)
class Figure:
    """Milliseconds of one page, and the bytes that it sent."""

    median: float
    high: float
    size: int


class Browser:
    """As much of a browser as it takes: one open connection, cookies, forms."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(
        self, path: str, form: dict[str, str] | None = None, *, gzip: bool = True, htmx: bool = False
    ) -> tuple[int, bytes]:
        """Ask for a page, or send a form; return status and body."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Accept-Encoding": "gzip"} if gzip else {}
        headers |= {"HX-Request": "true"} if htmx else {}
        body = None
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode({"csrfmiddlewaretoken": self.token, **form})
        self.connection.request("GET" if form is None else "POST", path, body=body, headers=headers)
        answer = self.connection.getresponse()
        content = answer.read()
        for name, line in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, value = line.partition(";")[0].partition("=")
                self.cookies[key] = value
        return answer.status, content

    def sign_in(self) -> None:
        """Sign the benchmark's person in."""
        self.read_token("/sign-in/")
        status, content = self.ask("/sign-in/", {"login": office_data.LOGIN, "password": office_data.PASSWORD})
        if status != 302:
            raise RuntimeError(content.decode("utf-8", "replace")[:2000])

    def read_token(self, path: str) -> str:
        """Take the token of a page's form."""
        _, content = self.ask(path, gzip=False)
        found = TOKEN.search(content)
        self.token = found[1].decode() if found else ""
        return content.decode("utf-8", "replace")


@contextlib.contextmanager
def serving(application: str, environment: dict[str, str]) -> Iterator[int]:
    """Run gunicorn with one worker of one thread; yield its port."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "-k",
        "gthread",
        "--threads",
        "1",
        "-w",
        "1",
        "-b",
        f"127.0.0.1:{port}",
    ]
    log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the server
    server = subprocess.Popen(
        [*command, "--keep-alive", "60", "--log-level", "error", application],
        cwd=Path(__file__).resolve().parents[1], env=os.environ | environment, stdout=log, stderr=log,
    )  # fmt: skip
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(30)
        log.close()


def timed(tasks: dict[str, Callable[[], tuple[int, bytes]]]) -> dict[str, Figure]:
    """Ask for all pages in turn, again and again."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    sizes: dict[str, int] = {}
    for turn in range(RUNS + WARM_UP):
        for name, task in tasks.items():
            began = time.perf_counter()
            status, content = task()
            if turn >= WARM_UP:
                seconds[name].append(1000 * (time.perf_counter() - began))
            if status != 200:
                raise RuntimeError(f"{name}: status {status}\n{content.decode('utf-8', 'replace')[:1000]}")
            sizes[name] = len(content)
    return {
        name: Figure(statistics.median(held), statistics.quantiles(held, n=20)[18], sizes[name])
        for name, held in seconds.items()
    }


def office_pages(counties: int, size: str, database: str = "") -> dict[str, Figure]:
    """Time the main pages of an office that holds so many counties, in turn with the page of an empty Django project."""
    data = {"XUEZHENG_DATA": str(office_data.prepared(counties, size))} | (
        {"DATABASE_URL": database} if database else {}
    )
    with (
        serving("benchmarks.bare_project:application", {"DJANGO_SETTINGS_MODULE": "benchmarks.bare_project"}) as bare,
        serving(
            "xuezheng.web.wsgi:application", data | {"DJANGO_SETTINGS_MODULE": "benchmarks.office_settings"}
        ) as office,
    ):
        without, browser = Browser(bare), Browser(office)
        browser.sign_in()
        return timed({"empty page, no middleware at all": lambda: without.ask("/")} | tasks(browser))


def tasks(browser: Browser) -> dict[str, Callable[[], tuple[int, bytes]]]:
    """Return the pages, by what they are called in the table."""
    county = f"/counties/{COUNTY}/"
    pages = {
        "empty page, the office's middleware and session": "/benchmark/empty/",
        "cockpit": county,
        "school list": f"{county}schools/",
        "one school": f"{county}schools/{SCHOOL}/",
        "one standard": f"{county}standards/{STANDARD}/",
        "one indicator": f"{county}standards/{STANDARD}/indicators/{INDICATOR}/",
    }
    what_if = f"{county}standards/{STANDARD}/what-if/?indicator={INDICATOR}&school={SCHOOL}"
    asked: dict[str, Callable[[], tuple[int, bytes]]] = {
        name: (lambda path=path: browser.ask(path)) for name, path in pages.items()
    }
    return asked | {
        "what-if: the page": lambda: browser.ask(what_if),
        "what-if: an answer while dragging": drag(browser, what_if),
    }


def drag(browser: Browser, page: str) -> Callable[[], tuple[int, bytes]]:
    """Return what a slider asks while it is dragged: another figure each time, so that no answer is an old one."""
    figure = html.unescape(FIGURE.findall(browser.read_token(page))[0])
    values = itertools.count(2)
    given = {"indicator": INDICATOR, "school": SCHOOL}
    return lambda: browser.ask(page, given | {figure: str(next(values))}, htmx=True)


def run(size: str = "full", many: int = 10) -> None:
    """Print the tables: one county, and ten in one database."""
    for counties in (1, many):
        figures = office_pages(counties, size)
        bare, empty, *_ = figures.values()
        rows = [row(name, figure, bare, empty) for name, figure in figures.items()]
        clock.show(
            f"The office, {counties} × the {size} demonstration county: milliseconds of {RUNS} requests on one open connection",
            ["page", "median", "95 %", "× bare", "× empty", "kB sent"], rows,
            "bare: a Django view that says ok, no middleware; empty: the same view behind the office's middleware, signed in",
        )  # fmt: skip


def row(name: str, figure: Figure, bare: Figure, empty: Figure) -> list[str]:
    """One line of the table."""
    ratios = [f"{figure.median / base.median:.1f}" for base in (bare, empty)]
    return [name, f"{figure.median:.1f}", f"{figure.high:.1f}", *ratios, f"{figure.size / 1000:.1f}"]


if __name__ == "__main__":
    run(*sys.argv[1:2])
