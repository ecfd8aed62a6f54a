"""Take the README's picture of a report: the upper part of the page, drawn by Debian's Chromium without a window.

python docs/screenshots.py demo/report.html docs/assets/report.png
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTH = 1280
# Each picture: its file, its height, and the end of the id of the heading that it begins with (none: the page's head).
PICTURES = (("report.png", 1100, ""), ("map.png", 730, "-map"))
BEGIN_AT = """<script>
const heading = document.querySelector('[id$="%s"]');
while (heading.previousElementSibling) heading.previousElementSibling.remove();
document.querySelectorAll('header, nav').forEach(element => element.remove());
</script>"""


def main(page: Path, folder: Path) -> int:
    """Write the pictures; 1 with a sentence where there is no browser."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        sys.stderr.write("Chromium is missing. Install it (Debian: apt-get install chromium) and try again.\n")
        return 1
    for name, height, heading in PICTURES:
        with tempfile.TemporaryDirectory() as held:
            shown = Path(held) / "page.html"
            shown.write_text(page.read_text("utf-8") + (BEGIN_AT % heading if heading else ""), "utf-8")
            take(browser, shown, folder / name, height)
    return 0


def take(browser: str, page: Path, picture: Path, height: int) -> None:
    """Draw the upper `height` pixels of a page."""
    options = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        f"--hide-scrollbars --window-size={WIDTH},{height}"
    )
    files = [f"--user-data-dir={page.parent / 'profile'}", f"--screenshot={picture.resolve()}", page.as_uri()]
    subprocess.run(
        [browser, *options.split(), *files],
        check=True,
        timeout=120,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
