"""HTML as values: everything is escaped unless it already is markup, so that no name of a school becomes a tag."""

from collections.abc import Iterable, Sequence
from html import escape

VOID = frozenset({"br", "col", "hr", "meta", "img"})


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(content: object) -> Markup:
    """Return content as markup: markup as it is, None as nothing, anything else escaped."""
    if content is None:
        return Markup()
    return content if isinstance(content, Markup) else Markup(escape(str(content), quote=True))


def join(parts: Iterable[object], separator: str = "") -> Markup:
    """Return parts one after another."""
    return Markup(str(text(separator)).join(text(part) for part in parts))


def tag(name: str, /, *content: object, **attributes: object) -> Markup:
    """Return an element. Attributes: `class_` is class, `_` becomes `-`, True stands bare, None and False are left out."""
    written = "".join(_attribute(key, value) for key, value in attributes.items() if value not in (None, False))
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(content)}</{name}>")


def _attribute(key: str, value: object) -> str:
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value), quote=True)}"'


def table(
    caption: object,
    head: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    numeric: frozenset[int] | set[int] = frozenset(),
    row_classes: Sequence[str | None] = (),
    row_ids: Sequence[str | None] = (),
) -> Markup:
    """Return a table in a box of its own that scrolls where the screen is narrower and can be reached by keyboard.

    The first cell of a row names the row. Columns whose number stands in `numeric` are set to the right.
    """
    header = join(tag("th", cell, scope="col", class_="n" if i in numeric else None) for i, cell in enumerate(head))
    body = []
    for number, row in enumerate(rows):
        cells = [
            tag("td", cell, class_="n" if i in numeric else None)
            if i
            else tag("th", cell, scope="row", class_="n" if i in numeric else None)
            for i, cell in enumerate(row)
        ]
        kind = row_classes[number] if number < len(row_classes) else None
        identity = row_ids[number] if number < len(row_ids) else None
        body.append(tag("tr", *cells, class_=kind, id=identity))
    whole = tag("table", tag("caption", caption), tag("thead", tag("tr", header)), tag("tbody", *body))
    return tag("div", whole, class_="scroll", role="region", aria_label=_plain(caption), tabindex="0")


def _plain(caption: object) -> str:
    return "" if isinstance(caption, Markup) and "<" in caption else str(caption)
