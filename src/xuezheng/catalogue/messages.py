"""Sentences for people, in both languages: what happened, and what to do next."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, data_folder, read_yaml, validated
from xuezheng.kernel.refusal import Parameter, Refusal

LANGUAGES = ("zh", "en")


class Message(Entry):
    """One message: `what` happened and, where there is one, the `next` step. Both may name parameters in braces."""

    what: Words
    next: Words | None = None


class _Shown(dict[str, object]):
    """Parameters as a sentence shows them; one that is absent shows as an ellipsis rather than a crash."""

    def __missing__(self, name: str) -> str:
        return "…"


@cache
def load_messages() -> dict[str, Message]:
    """Return all messages of the catalogue by code; a code stands in one file only."""
    messages: dict[str, Message] = {}
    for path in sorted((data_folder() / "messages").glob("*.yaml")):
        for code, content in read_yaml(path).items():
            if code in messages:
                raise AssertionError(f"message {code} stands twice")
            messages[code] = validated(Message, content, f"messages/{path.name}:{code}")
    return messages


def sentence(code: str, language: str, params: dict[str, Parameter]) -> tuple[str, str]:
    """Return what happened and the next step (or an empty text) for a message code.

    An unknown code is shown as itself: a missing sentence must never hide the fault.
    """
    message = load_messages().get(code)
    shown = _Shown({name: _show(value, language) for name, value in params.items()})
    if message is None:
        return f"{code} {dict(shown)}", ""
    next_step = message.next.in_language(language).format_map(shown) if message.next else ""
    return message.what.in_language(language).format_map(shown), next_step


def refusal_sentence(refusal: Refusal, language: str) -> str:
    """Return a refusal as one line: place, what, next step."""
    place = refusal.place
    params = dict(refusal.params)
    if place is not None:
        params = {"file": place.file, "sheet": place.sheet, "cell": place.cell, **params}
    what, next_step = sentence(refusal.code, language, params)
    separator = "：" if language == "zh" else ": "
    return f"{place}{separator}{what}{' ' if next_step else ''}{next_step}" if place else f"{what} {next_step}".strip()


def _show(value: Parameter, language: str) -> object:
    if value is None:
        return "—"
    if isinstance(value, list):
        return ("、" if language == "zh" else ", ").join(value)
    if isinstance(value, float):
        return f"{value:.12g}"
    return value
