"""The language of a page, as the catalogue calls it."""

from django.utils.translation import get_language


def page_language() -> str:
    """Return the language of the page that is being made: `zh` or `en`."""
    return "en" if (get_language() or "").startswith("en") else "zh"
