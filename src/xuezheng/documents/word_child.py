"""The child process that opens a Word document: a hostile file kills only it.

A few kilobytes unpack to millions of paragraphs, and a cell that says it spans millions of columns stands that often in
its row: what that costs cannot be told from the file's size.
"""

import json
import resource
import sys
from collections.abc import Iterator
from typing import Any, Literal

_MOST_CELLS = 400_000


def serve(path: str, wanted: Literal["text", "tables"], limit: str) -> None:
    """Print a document's lines, or the rows of its tables, as JSON under a memory limit (bytes, as text).

    Raises `ValueError` for tables of more cells than any office writes.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (int(limit), int(limit)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from docx import Document

    document = Document(path)
    json.dump(list(_lines(document)) if wanted == "text" else _tables(document), sys.stdout)


def _lines(document: Any) -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield from ("\t".join(text.replace("\n", " ") for text in row) for row in _rows(block))
        else:
            yield str(block.text)


def _tables(document: Any) -> list[list[list[str]]]:
    return [[[text.strip() for text in row] for row in _rows(table)] for table in document.tables]


def _rows(table: Any) -> Iterator[list[str]]:
    held = 0
    for row in table.rows:
        cells = row.cells
        held += len(cells)
        if held > _MOST_CELLS:
            raise ValueError(held)
        yield [cell.text for cell in cells]
