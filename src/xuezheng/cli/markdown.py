"""Markdown pieces of the generated reference: cells, tables, words in both languages."""

from collections.abc import Iterable, Sequence

from xuezheng.catalogue.loader import Words


def plain(text: object) -> str:
    """Return text that Markdown leaves as it is; line breaks become spaces."""
    shown = " ".join(str(text).split())
    for sign in ("\\", "`", "*", "_", "|", "<", "[", "]"):
        shown = shown.replace(sign, f"\\{sign}")
    return shown


def code(text: object) -> str:
    """Return text as code; nothing stays nothing."""
    shown = " ".join(str(text).split()).replace("|", "&#124;")
    if not shown:
        return ""
    return f"<code>{shown.replace('<', '&lt;')}</code>" if "&#124;" in shown else f"`{shown}`"


def both(words: Words) -> str:
    """Return words in both languages: Chinese, then English."""
    return f"{plain(words.zh)} · {plain(words.en)}" if words.zh != words.en else plain(words.zh)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def page(title: str, *parts: str) -> str:
    """Return a page: its title, then the parts that say something."""
    return "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"
