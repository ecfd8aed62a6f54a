"""Take the pictures of the office: the demonstration's pages on a desk and on a phone, by Debian's Chromium without a window.

python docs/office_screenshots.py demo docs/assets/office      (after `xuezheng demo --no-serve --into demo`)
"""

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

DESK, PHONE = (1280, 860), (360, 740)
COUNTY = "/counties/509901"
STANDARD = f"{COUNTY}/standards/cn-compulsory-2017"
SCHOOL = f"{COUNTY}/schools/2150000001"
# Draws a picture on a canvas and hands back its size and its pixels.
DECODE = """async (encoded) => {
  const image = new Image();
  image.src = "data:image/png;base64," + encoded;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = new Uint8Array(pen.getImageData(0, 0, image.width, image.height).data.buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [image.width, image.height, btoa(text)];
}"""
# The largest picture that the documentation may hold.
LIMIT_BYTES = 150_000


@dataclass(frozen=True)
class Picture:
    """A page as somebody sees it (parts are named by selectors): `click` leads on from the address, `scroll_to` stands at the top, `wait_for` is drawn late."""

    name: str
    who: str
    address: str
    sizes: tuple[tuple[int, int], ...] = (DESK,)
    language: str = "zh-CN"
    click: str = ""
    scroll_to: str = ""
    wait_for: str = ""


PICTURES = (
    Picture("cockpit", "leader", f"{COUNTY}/", (DESK, PHONE)),
    Picture("cockpit-changes", "leader", f"{COUNTY}/", scroll_to="#changes", wait_for=".map img"),
    Picture("cockpit-en", "leader", f"{COUNTY}/", language="en"),
    Picture("standard", "planner", f"{STANDARD}/", (DESK, PHONE)),
    Picture(
        "indicator", "planner", f"{STANDARD}/indicators/R5/?stage=primary", (DESK, PHONE), wait_for="[data-state=drawn]"
    ),
    Picture("explanation", "planner", f"{STANDARD}/indicators/R5/subjects/2150000001/", (DESK, PHONE)),
    Picture("explanation-en", "planner", f"{STANDARD}/indicators/R5/subjects/2150000001/", language="en"),
    Picture(
        "what-if", "planner", f"{STANDARD}/what-if/?indicator=R5&school=2150000001&sports_area_m2[2150000001]=15563"
    ),
    Picture("schools", "office", f"{COUNTY}/schools/", (DESK, PHONE)),
    Picture("map", "office", f"{COUNTY}/map/", wait_for=".leaflet-interactive, .leaflet-marker-icon"),
    Picture("school", "head", f"{SCHOOL}/", (DESK, PHONE)),
    Picture("import", "statistician", f"{COUNTY}/imports/"),
    Picture("judged-items", "section", f"{STANDARD}/judged-items/"),
    Picture("self-assessment", "section", f"{STANDARD}/self-assessment/"),
    Picture("meeting", "office", f"{COUNTY}/meetings/1/proposals/", (DESK, PHONE)),
    Picture("clauses", "office", "/"),
    Picture("case", "office", "/", click="a:has-text('走完全程')"),
    Picture("work", "office", "/work/", (DESK, PHONE)),
    Picture("duty-report", "planner", "/", click="a:has-text('牵头单位的履职报告')"),
    Picture("cases", "office", f"{COUNTY}/cases/", (DESK, PHONE)),
    Picture("people", "office", "/people/"),
    Picture("audit", "auditor", "/audit/"),
)


def main(demonstration: Path, folder: Path) -> int:
    """Write the pictures; 1 with a sentence where something is missing, or where a picture has grown too large."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write("Chromium is missing. Install it (Debian: apt-get install chromium) and try again.\n")
        return 1
    if not (demonstration / "data").is_dir():
        sys.stderr.write(
            f"{demonstration} holds no demonstration. Run `xuezheng demo --no-serve --into {demonstration}`.\n"
        )
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "XUEZHENG_DATA": str((demonstration / "data").resolve()),
        "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings",
        "XUEZHENG_LOG_LEVEL": "warning",
    }
    with served(environment) as address:
        take_all(browser, address, people_of(environment), folder)
    large = [path.name for path in sorted(folder.glob("*.png")) if path.stat().st_size > LIMIT_BYTES]
    if large:
        sys.stderr.write(f"Larger than {LIMIT_BYTES // 1000} KB: {', '.join(large)}\n")
    return 1 if large else 0


def people_of(environment: dict[str, str]) -> dict[str, str]:
    """Give the people of the demonstration fresh passwords and return them by login."""
    told = subprocess.run(
        [sys.executable, "-m", "xuezheng.web.operations.demonstration", "people"],
        env=environment, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return {person["login"]: person["password"] for person in json.loads(told.stdout)}


@contextmanager
def served(environment: dict[str, str]) -> Iterator[str]:
    """Serve the demonstration on a free port while the pictures are taken."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "xuezheng", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"], env=environment
    )
    try:
        wait_for(f"{address}/health/", server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    """Wait until the server answers; raises where it ended or does not answer within two minutes."""
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError("the server ended")
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError(address)


def take_all(browser: str, address: str, passwords: dict[str, str], folder: Path) -> None:
    """Take every picture, signing in once for each person and language."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-quic"])
        pages = {}
        for picture in PICTURES:
            key = (picture.who, picture.language)
            if key not in pages:
                context = chromium.new_context(base_url=address, locale=picture.language, timezone_id="Asia/Shanghai")
                context.set_default_timeout(60_000)
                pages[key] = context.new_page()
                sign_in(pages[key], picture.who, passwords[picture.who])
            for size in picture.sizes:
                take(pages[key], picture, size, folder)
        chromium.close()


def sign_in(page: "Page", login: str, password: str) -> None:
    """Sign in by the page's form, as anybody does."""
    page.goto("/sign-in/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.click("main form button")
    page.wait_for_load_state()


def take(page: "Page", picture: Picture, size: tuple[int, int], folder: Path) -> None:
    """Take one picture in one size: `cockpit-1280.png`."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(picture.address, wait_until="networkidle")
    if picture.click:
        page.locator(picture.click).first.click()
        page.wait_for_load_state("networkidle")
    if picture.scroll_to:
        page.locator(picture.scroll_to).first.evaluate("(element) => element.scrollIntoView()")
    if picture.wait_for:
        page.locator(picture.wait_for).first.wait_for(state="visible")
    page.wait_for_load_state("networkidle")
    seen = page.screenshot()
    (folder / f"{picture.name}-{size[0]}.png").write_bytes(with_palette(pixels_of(page.context, seen)))


def pixels_of(context: "BrowserContext", picture: bytes) -> "np.ndarray[Any, np.dtype[np.uint8]]":
    """Let the browser decode a picture; return its pixels as rows of red, green and blue."""
    blank = context.new_page()
    wide, high, encoded = blank.evaluate(DECODE, base64.b64encode(picture).decode())
    blank.close()
    return np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(high, wide, 4)[:, :, :3]


def with_palette(pixels: "np.ndarray[Any, np.dtype[np.uint8]]") -> bytes:
    """Return a PNG of at most 256 colours: pages have few, and the file has a third of the size.

    The most frequent colours stay as they are; each of the rest, which are edges of letters, becomes the nearest of them.
    """
    high, wide, _ = pixels.shape
    packed = pixels.astype(np.uint32) @ np.array([65536, 256, 1], np.uint32)
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:256])
    channels = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1).astype(np.int32)
    nearest = np.array([((channels[kept] - colour) ** 2).sum(axis=1).argmin() for colour in channels], np.uint8)
    rows = nearest[places].reshape(high, wide)
    filtered = np.concatenate([np.zeros((high, 1), np.uint8), rows], axis=1).tobytes()
    palette = channels[kept].astype(np.uint8).tobytes()
    head = struct.pack(">IIBBBBB", wide, high, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(filtered, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, content) for kind, content in parts)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a part of a PNG with its length and check sum."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
