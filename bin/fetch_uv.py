"""Fetch the uv program from the Python package index with the standard library alone: no venv module, no pip needed.

Usage: python3 bin/fetch_uv.py FOLDER
"""

import hashlib
import io
import json
import platform
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

INDEX = "https://pypi.org/pypi/uv/json"


def main(folder: Path) -> None:
    """Write FOLDER/uv, or end with a sentence that says why not."""
    try:
        wheel = _wheel_of(_get(INDEX))
        content = _get(urllib.parse.urljoin(INDEX, wheel["url"]))
    except (OSError, KeyError, ValueError, StopIteration) as error:
        sys.exit(f"uv cannot be fetched from {INDEX}: {error or 'no build for this machine'}")
    if hashlib.sha256(content).hexdigest() != wheel["digests"]["sha256"]:
        sys.exit("uv cannot be used: what was fetched is not what the index names.")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        program = folder / "uv"
        folder.mkdir(parents=True, exist_ok=True)
        program.write_bytes(archive.read(name))
        program.chmod(0o755)


def _wheel_of(page: bytes) -> "dict[str, dict[str, str]]":
    system = "macosx" if sys.platform == "darwin" else "manylinux"
    ending = f"_{platform.machine()}.whl"
    return next(
        file for file in json.loads(page)["urls"] if system in file["filename"] and file["filename"].endswith(ending)
    )


def _get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=120) as answer:  # noqa: S310 - https addresses of the index only
        return answer.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
