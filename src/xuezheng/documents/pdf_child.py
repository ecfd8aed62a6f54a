"""The child process that opens a PDF: a hostile file kills only it."""

import resource
import sys

_MOST_PAGES = 300
_MOST_CHARACTERS = 1_000_000
ENCRYPTED = 3


def serve(path: str, limit: str) -> None:
    """Print the words of a PDF as UTF-8 under a memory limit (bytes, as text); ends with 3 where a password is needed."""
    resource.setrlimit(resource.RLIMIT_DATA, (int(limit), int(limit)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import pypdfium2  # type: ignore[import-untyped]  # it ships no types

    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        sys.exit(ENCRYPTED if "password" in str(error).lower() else 1)
    written = 0
    for number in range(min(len(document), _MOST_PAGES)):
        text = document[number].get_textpage().get_text_bounded()[: _MOST_CHARACTERS - written]
        written += len(text)
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
