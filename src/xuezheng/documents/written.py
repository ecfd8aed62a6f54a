"""The words of documents that offices send, Word and PDF, each opened in a child process under limits."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile

MOST_UNPACKED_BYTES = 64 * 1024 * 1024
MOST_SECONDS = 20.0
MOST_CHILD_BYTES = 512 * 1024 * 1024
_FULL_LINE = 0.75
_LEAST_FULL = 12


def is_word_document(path: Path) -> bool:
    """Say whether a file is a package with a Word document in it."""
    try:
        with zipfile.ZipFile(path) as package:
            return "word/document.xml" in package.namelist()
    except (OSError, zipfile.BadZipFile, ValueError):
        return False


def word_text(path: Path, name: str) -> str:
    """Return the paragraphs of a Word document, one a line; a table's row is one line, its cells apart by tabs.

    Raises `UnusableFile` where it is damaged, `TooLarge` where it unpacks to more than 64 MiB or takes too long to read.
    """
    lines: list[str] = _read_word(path, name, "text")
    return "\n".join(lines)


def word_tables(path: Path, name: str) -> list[list[list[str]]]:
    """Return the tables of a Word document as rows of cells; a merged cell's text stands once.

    Raises `UnusableFile` where it is damaged, `TooLarge` where it unpacks to more than 64 MiB or takes too long to read.
    """
    tables: list[list[list[str]]] = _read_word(path, name, "tables")
    return tables


def _read_word(path: Path, name: str, wanted: str) -> Any:
    _check_unpacked(path, name)
    ended = _in_child("xuezheng.documents.word_child", path, name, wanted, str(MOST_CHILD_BYTES))
    if ended.returncode != 0:
        raise UnusableFile("document_damaged", place=Place(name))
    return json.loads(ended.stdout)


def _check_unpacked(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            unpacked = sum(entry.file_size for entry in package.infolist())
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        raise UnusableFile("document_damaged", place=Place(name)) from error
    if unpacked > MOST_UNPACKED_BYTES:
        raise TooLarge(
            "document_beyond_limit", place=Place(name), found_mib=unpacked >> 20, limit_mib=MOST_UNPACKED_BYTES >> 20
        )


def pdf_text(path: Path, name: str) -> str:
    """Return the words of a PDF, its printed lines joined to paragraphs; read in a child process under limits.

    Raises `UnusableFile` where it is damaged, encrypted or a scan without text, `TooLarge` beyond time or memory.
    """
    ended = _in_child("xuezheng.documents.pdf_child", path, name, str(MOST_CHILD_BYTES))
    if ended.returncode == 3:
        raise UnusableFile("document_encrypted", place=Place(name))
    if ended.returncode != 0:
        raise UnusableFile("document_damaged", place=Place(name))
    text = ended.stdout.decode("utf-8", "replace")
    if not text.strip():
        raise UnusableFile("pdf_without_text", place=Place(name))
    return joined_lines(text)


def _in_child(module: str, path: Path, name: str, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    """Return how a child process ended that opened a file; raises `TooLarge` beyond the time that it has."""
    start = f"from {module} import serve; import sys; serve(*sys.argv[1:])"
    try:
        return subprocess.run(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-I", "-c", start, str(path.absolute()), *arguments],
            capture_output=True,
            timeout=MOST_SECONDS,
            env={
                "LC_ALL": "C.UTF-8",
                **({"SYSTEMROOT": os.environ["SYSTEMROOT"]} if "SYSTEMROOT" in os.environ else {}),
            },
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TooLarge("reading_beyond_time", place=Place(name), limit_seconds=MOST_SECONDS) from error


def joined_lines(text: str) -> str:
    """Return printed lines joined to paragraphs: a line that is nearly as long as the longest goes on in the next."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    widest = sorted(len(line) for line in lines)[-max(1, len(lines) // 20)] if lines else 0
    paragraphs: list[str] = []
    goes_on = False
    for line in lines:
        if goes_on and line:
            paragraphs[-1] += line
        else:
            paragraphs.append(line)
        goes_on = len(line) >= max(_LEAST_FULL, _FULL_LINE * widest)
    return "\n".join(paragraph for paragraph in paragraphs if paragraph)
