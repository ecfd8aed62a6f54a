"""The design system's words in templates: verdicts as shape and word, numbers with units, dates that are absolute, charts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.report.wording import Wording, number
from xuezheng.standards.report.wording import coefficient as coefficient_words
from xuezheng.web.language import page_language

register = template.Library()
PARTS = (Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET)
_SPARK_WIDE, _SPARK_HIGH = 120.0, 28.0


def wording() -> Wording:
    """Return the catalogue's fixed wording in the page's language."""
    return Wording(page_language())


def _held(value: Verdict | str | None) -> Verdict:
    return Verdict(value) if value else Verdict.UNKNOWN


@register.simple_tag
def verdict(value: Verdict | str | None, classes: str = "") -> SafeString:
    """Show a verdict as shape and word; colour only adds to them."""
    return _verdict(_held(value), classes, wording().language)


@register.simple_tag
def verdict_mark(value: Verdict | str | None) -> SafeString:
    """Show a verdict as its shape alone, the word for screen readers: for dense tables that have a key beside them."""
    return _verdict_mark(_held(value), wording().language)


# A table has hundreds of verdicts, and there are five: each is written once.
@cache
def _verdict(held: Verdict, classes: str, language: str) -> SafeString:
    return format_html(
        '<span class="v v-{}{}"><svg class="m" viewBox="0 0 16 16" aria-hidden="true"><use href="#m-{}"/></svg>{}</span>',
        held.value, f" {classes}" if classes else "", held.value, Wording(language).verdict(held),
    )  # fmt: skip


@cache
def _verdict_mark(held: Verdict, language: str) -> SafeString:
    word = Wording(language).verdict(held)
    return format_html(
        '<span class="v v-{}" title="{}"><svg class="m" viewBox="0 0 16 16" aria-hidden="true"><use href="#m-{}"/></svg>'
        '<span class="visually-hidden">{}</span></span>',
        held.value, word, held.value, word,
    )  # fmt: skip


@register.filter
def verdict_word(value: Verdict | str | None) -> str:
    """Return a verdict as a plain word, for places that hold no markup."""
    return wording().verdict(_held(value))


@register.simple_tag
def verdict_parts(counts: Mapping[str, int]) -> SafeString:
    """Draw how many units have each verdict as one bar, with the counts in words below it."""
    shown = [(part, int(counts.get(part.value, 0))) for part in PARTS]
    total = sum(count for _, count in shown)
    if not total:
        return mark_safe("")
    bars, left = [], 0.0
    for part, count in shown:
        wide = 100 * count / total
        bars.append((f"{left:.2f}", f"{wide:.2f}", part.value))
        left += wide
    drawn = format_html_join("", '<rect x="{}" y="0" width="{}" height="10" class="{}"/>', bars)
    words = format_html_join("", "<li>{} {}</li>", ((verdict(part), count) for part, count in shown if count))
    return format_html(
        '<svg class="parts" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg><ul class="key">{}</ul>',
        drawn,
        words,
    )


@register.simple_tag
def sparkline(values: Sequence[float | None], line: float | None = None) -> SafeString:
    """Draw a series as one thin line (and the line that it is held against); the table beside it has the figures."""
    known = [value for value in values if value is not None] + ([line] if line is not None else [])
    if len(known) < 2:
        return mark_safe("")
    low, high = min(*known, 0.0), max(known)
    span = (high - low) or 1.0

    def y_of(value: float) -> str:
        return f"{_SPARK_HIGH - 2 - (value - low) / span * (_SPARK_HIGH - 4):.1f}"

    step = _SPARK_WIDE / max(len(values) - 1, 1)
    points = " ".join(f"{place * step:.1f},{y_of(value)}" for place, value in enumerate(values) if value is not None)
    rule = format_html('<line x1="0" x2="120" y1="{}" y2="{}"/>', y_of(line), y_of(line)) if line is not None else ""
    return format_html(
        '<svg class="spark" viewBox="0 0 120 28" preserveAspectRatio="none" aria-hidden="true">{}<polyline points="{}"/></svg>',
        rule,
        points,
    )


@register.inclusion_tag("web/breadcrumbs.html")
def crumbs(*labels_and_addresses: str) -> dict[str, Any]:
    """Show where the page stands: `{% crumbs county.name cockpit_url _("学校") schools_url school.name %}`, the page itself last."""
    given = [*labels_and_addresses, ""]
    return {"crumbs": list(zip(given[::2], given[1::2], strict=True))}


@register.inclusion_tag("web/sort_header.html", takes_context=True)
def sort_header(
    context: RequestContext, column: str, label: str, classes: str = "", default: str = ""
) -> dict[str, Any]:
    """Show a column's head as a link that sorts by it; `?sort=column` or `?sort=-column`, `default` where nothing is chosen."""
    request = context["request"]
    chosen = request.GET.get("sort", default)
    direction = {column: "ascending", f"-{column}": "descending"}.get(chosen, "")
    return {
        "request": request,
        "label": label,
        "classes": classes,
        "direction": direction,
        "next": f"-{column}" if direction == "ascending" else column,
    }


@register.simple_block_tag
def chart(content: str, url: str, title: str) -> SafeString:
    """Show a chart that is drawn after the text from the specification at `url`; between the tags stands its table."""
    return mark_safe(render_to_string("web/chart.html", {"url": url, "title": title, "table": content}))  # noqa: S308 - our own template


@register.filter
def figure(value: float | None) -> str:
    """Show a number as people read it; a dash where nothing is known."""
    return number(value)


@register.filter
def share(value: float | None) -> str:
    """Show a share (%) with one decimal; a dash where nothing is known."""
    return "—" if value is None else f"{value:.1f}"


@register.filter
def coefficient(value: float | None) -> str:
    """Show a coefficient of variation, with three decimals; a dash where nothing is known."""
    return coefficient_words(value)


@register.filter
def mark_words(mark: str) -> str:
    """Show how certain a source is: `M` as its letter and what it means."""
    return wording().mark(mark)


@register.filter
def code_word(code: str | None, codes: str) -> str:
    """Show an entry of one of the register's code lists: `{{ school.kind|code_word:"kind" }}`."""
    return wording().code(codes, code)


@register.filter
def school_year(year: int | None) -> str:
    """Show a school year in short."""
    return wording().year(year) if year is not None else ""


@register.filter
def role_title(role: str) -> str:
    """Show what a role is called."""
    known = load_roles().roles.get(role)
    return wording().of(known.title) if known else role


@register.filter
def day(value: date | datetime | None) -> str:
    """Show a date, always absolute: 2026-11-23."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return value.isoformat() if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Show a time to the minute in the office's time zone."""
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if value else ""
