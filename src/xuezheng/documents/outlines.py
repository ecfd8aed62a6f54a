"""What outlines of counties and townships (GeoJSON) say of themselves; read without drawing anything."""

from collections.abc import Iterator, Mapping
from typing import Any


def approval_number(outlines: Mapping[str, object] | None) -> str:
    """Return the approval number (审图号) that the outlines carry, or nothing: none is ever made up."""
    for outline in collections_of(outlines):
        for key in ("审图号", "map_approval_number", "approval_number"):
            if outline.get(key):
                return str(outline[key])
    return ""


def collections_of(outlines: Mapping[str, object] | None) -> Iterator[Mapping[str, Any]]:
    """Yield the GeoJSON objects of outlines, which are one themselves or hold several by name."""
    if outlines is None:
        return
    if "type" in outlines:
        yield outlines
        return
    for outline in outlines.values():
        if isinstance(outline, Mapping):
            yield outline
