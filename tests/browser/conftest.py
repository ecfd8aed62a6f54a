"""A real server and worker over an installation of their own, and a real Chromium that looks at it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from office_browser import Office

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

# Playwright keeps an event loop in this thread; Django, which other tests of this process use, would refuse to work beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def environment(folder, **more):
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("XUEZHENG_", "DATABASE_", "DJANGO_"))
    }
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")])
    return (
        kept
        | {"XUEZHENG_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings", "PYTHONPATH": paths}
        | more
    )


@pytest.fixture(scope="session")
def installation(tmp_path_factory):
    """A data folder with everything in it, one for each process that runs tests."""
    folder = tmp_path_factory.mktemp("installation")
    made = subprocess.run(
        [sys.executable, str(HERE / "installation.py"), str(folder)],
        env=environment(folder), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="session")
def beside(installation):
    """Run Python beside the server, on the same installation."""

    def run(*words):
        return subprocess.run(
            [sys.executable, *words], env=environment(installation), capture_output=True, text=True, check=False,
            timeout=120,
        )  # fmt: skip

    return run


@pytest.fixture(scope="session")
def server(installation):
    """The server's address; it and the worker end with the tests."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    logs = installation / "server.log"
    with logs.open("w") as log:
        running = [
            subprocess.Popen(command, env=environment(installation), cwd=installation, stdout=log, stderr=log)
            for command in commands(port)
        ]
        try:
            wait_for(f"http://127.0.0.1:{port}/sign-in/", running, logs)
            yield f"http://127.0.0.1:{port}"
        finally:
            for process in running:
                process.terminate()
            for process in running:
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()


def commands(port):
    yield [sys.executable, "-m", "xuezheng", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    yield [sys.executable, "-m", "xuezheng", "worker"]


def wait_for(url, running, logs):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        ended = [process for process in running if process.poll() is not None]
        assert not ended, logs.read_text("utf-8")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(logs.read_text("utf-8"))


@pytest.fixture(scope="session")
def chromium():
    """A browser for all tests of this process."""
    if CHROMIUM is None:
        assert not os.environ.get("CI"), "CI has no Chromium: install the package chromium"
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def office_session(chromium, server, installation):
    known = json.loads((installation / "known.json").read_text("utf-8"))
    return Office(chromium, server, known)


@pytest.fixture
def office(office_session):
    """Somebody's browser on the office: `office.visit(...)`; what it opened is closed, and its faults are raised, at the end."""
    yield office_session
    office_session.close_all()


@pytest.fixture(params=[360, 1280], ids=["phone", "desk"])
def width(request):
    """A phone's width and a desk's."""
    return request.param
