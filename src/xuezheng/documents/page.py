"""A page that stands by itself: the shell with style inside, marks of verdicts, figures with their table beside."""

from importlib.resources import files
from typing import Any

from xuezheng.documents.look import MARKS
from xuezheng.documents.markup import Markup, join, tag
from xuezheng.kernel.verdict import Verdict

_SHAPES = {
    Verdict.MET: '<circle cx="8" cy="8" r="6.5" fill="currentColor"/>',
    Verdict.NEAR: '<path d="M8 1.2 15.2 14.5H.8Z" fill="currentColor"/>',
    Verdict.UNKNOWN: '<path d="M8 1 15 8 8 15 1 8Z" fill="none" stroke="currentColor" stroke-width="1.8"/>',
    Verdict.NOT_MET: '<path d="M2 2 14 14M14 2 2 14" fill="none" stroke="currentColor" stroke-width="3.2"/>',
    Verdict.NOT_APPLICABLE: '<path d="M2 8H14" fill="none" stroke="currentColor" stroke-width="2"/>',
}


def verdict_mark(verdict: Verdict, word: str) -> Markup:
    """Return a verdict as shape and word; colour only adds to them."""
    shape = Markup(f'<svg class="m" viewBox="0 0 16 16" aria-hidden="true"><use href="#m-{verdict.value}"/></svg>')
    return tag("span", shape, word, class_=f"v v-{verdict.value}")


def shares_bar(shares: list[tuple[Verdict, int]]) -> Markup:
    """Return a small bar of how many have which verdict; the numbers stand beside it in words."""
    total = sum(count for _, count in shares) or 1
    left, parts = 0.0, []
    for verdict, count in shares:
        width = 96 * count / total
        fill = "url(#hatch)" if verdict is Verdict.UNKNOWN else MARKS[verdict].colour
        if count:
            parts.append(f'<rect x="{left:.1f}" width="{width:.1f}" height="9" fill="{fill}"/>')
        left += width
    return Markup(
        f'<svg class="bar" viewBox="0 0 96 9" preserveAspectRatio="none" aria-hidden="true">{"".join(parts)}</svg>'
    )


def figure(picture: str, caption: object, *below: object, kind: str | None = None) -> Markup:
    """Return a picture that scrolls in its own box, its caption above and whatever belongs to it below."""
    box = tag("div", Markup(picture), class_="scroll", tabindex="0", role="group", aria_label=str(caption))
    return tag("figure", tag("figcaption", caption), box, *below, class_=kind)


def folded(summary: object, *content: object) -> Markup:
    """Return content that opens at a click or a key."""
    return tag("details", tag("summary", summary), *content)


def document(
    *,
    language: str,
    title: str,
    header: object,
    navigation: object,
    main: object,
    footer: object,
    skip: str,
    **extra: Any,
) -> str:
    """Return a whole page: one file, style inside, no script, nothing from outside.

    `extra`: `watermark` (text laid over every sheet), `navigation_label`.
    """
    style = (files("xuezheng.documents") / "page.css").read_text(encoding="utf-8")
    watermark = extra.get("watermark", "")
    symbols = "".join(
        f'<symbol id="m-{verdict.value}" viewBox="0 0 16 16">{shape}</symbol>' for verdict, shape in _SHAPES.items()
    )
    hatch = (
        '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="5" height="5" fill="#fff"/><rect width="2" height="5" fill="#9a9da3"/></pattern>'
    )
    defined = Markup(
        f'<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>{hatch}</defs>{symbols}</svg>'
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag(
        "body",
        tag("a", skip, class_="skip", href="#main"),
        defined,
        tag("div", watermark, class_="banner", role="note") if watermark else None,
        tag("header", header),
        tag("nav", navigation, aria_label=extra.get("navigation_label", "")),
        tag("main", main, id="main"),
        tag("footer", footer),
        class_="what-if" if watermark else None,
        data_watermark=watermark or None,
    )
    return "<!doctype html>\n" + tag("html", join([head, body]), lang="zh-CN" if language == "zh" else "en")
