"""Names of uploaded files, as they may stand in a folder and in a report."""

import re
import unicodedata
from collections.abc import Sequence

_LONGEST_STEM = 100
_LONGEST_SUFFIX = 12
_HARMFUL = re.compile(r'[\x00-\x1f\x7f<>:"|?*]+')


def safe_names(given: Sequence[str]) -> list[str]:
    """Return names without folders, control characters and leading dots, each one different from the others."""
    names: list[str] = []
    taken: set[str] = set()
    for name in given:
        safe = _told_apart(_safe(name), taken)
        taken.add(safe.casefold())
        names.append(safe)
    return names


def _safe(name: str) -> str:
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in _HARMFUL.sub("_", last) if character.isprintable())
    stem, dot, suffix = printable.strip().lstrip(".~$").strip().rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    # A file name is at most 255 bytes long, and a Chinese character takes three of them.
    short = stem.encode()[: _LONGEST_STEM * 2].decode(errors="ignore") or "file"
    return f"{short}{dot}{suffix[:_LONGEST_SUFFIX]}"


def _told_apart(name: str, taken: set[str]) -> str:
    stem, dot, suffix = name.rpartition(".")
    if not dot:
        stem, suffix = name, ""
    number = 2
    told = name
    while told.casefold() in taken:
        told = f"{stem} ({number}){dot}{suffix}"
        number += 1
    return told
