"""Bulletins as files: txt (UTF-8, GB 18030, UTF-16), HTML, Word documents and PDF, told by content."""

import re
from pathlib import Path

from xuezheng.documents.written import is_word_document, pdf_text, word_text
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile

MOST_BYTES = 32 * 1024 * 1024
_OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
_HTML = re.compile(r"<(?:!doctype html|html|head|body|div|p|table|article)\b", re.IGNORECASE)
_CHARSET = re.compile(rb"""charset=["']?([A-Za-z0-9_\-]{3,20})""", re.IGNORECASE)


def bulletin_text(path: Path, name: str = "") -> str:
    """Return the text of a bulletin's file as it stands; `name` is the file's name as delivered.

    Raises `UnusableFile` where it cannot be read and `TooLarge` beyond 32 MiB.
    """
    shown = name or path.name
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise TooLarge(
                "bulletin_file_beyond_limit", place=Place(shown), found_mib=size >> 20, limit_mib=MOST_BYTES >> 20
            )
        content = path.read_bytes()
    except OSError as error:
        raise UnusableFile("file_not_found", place=Place(shown)) from error
    if not content.strip():
        raise UnusableFile("file_empty", place=Place(shown))
    if content.startswith(_OLE_SIGNATURE):
        raise UnusableFile("document_old_word", place=Place(shown))
    if b"%PDF-" in content[:1024]:
        return pdf_text(path, shown)
    if content.startswith(b"PK\x03\x04") and is_word_document(path):
        return word_text(path, shown)
    return text_of(content)


def text_of(content: bytes) -> str:
    """Return the text of a plain or HTML file; bytes that are no text become marks that no meeting is found in."""
    text = _decoded(content)
    if _HTML.search(text, 0, 20_000):
        # In HTML a line's end is a space; the tags tell where paragraphs end.
        text = re.sub(r"[\r\n]+", " ", text)
    return text


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        declared = _CHARSET.search(content[:4096])
        named = declared.group(1).decode("ascii").lower() if declared else "gb18030"
        encoding = "big5" if named.startswith("big5") else "utf-8" if named == "utf-8" else "gb18030"
        return content.decode(encoding, "replace")
