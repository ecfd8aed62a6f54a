"""The language of a page, as the catalogue calls it, and what the catalogue says in it."""

from django.utils.translation import get_language

from xuezheng.catalogue.loader import Words
from xuezheng.catalogue.messages import sentence
from xuezheng.kernel.refusal import Refusal


def page_language() -> str:
    """Return the language of the page that is being made: `zh` or `en`."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def said(words: Words) -> str:
    """Return catalogue words in the page's language."""
    return words.in_language(page_language())


def told(refusal: Refusal) -> str:
    """Return a refusal's sentence and next step in the page's language."""
    return " ".join(part for part in sentence(refusal.code, page_language(), dict(refusal.params)) if part)
