"""Pairs of letters: what search finds a case by, in any language and without a database's own text search."""

import unicodedata

_LONGEST = 300


def plain(text: str) -> str:
    """Return a text as search compares it: full width folded, case folded, spaces and punctuation gone."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in folded if letter.isalnum())[:_LONGEST]


def grams(text: str) -> set[str]:
    """Return the pairs of letters of a text."""
    held = plain(text)
    return {held[place : place + 2] for place in range(len(held) - 1)}
