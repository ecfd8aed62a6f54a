"""The design system's words in templates: verdicts as shape and word, numbers with units, dates that are absolute."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.report.wording import Wording, number

register = template.Library()


def wording() -> Wording:
    """Return the catalogue's fixed wording in the page's language."""
    return Wording("en" if (get_language() or "").startswith("en") else "zh")


@register.simple_tag
def verdict(value: Verdict | str | None) -> SafeString:
    """Show a verdict as shape and word; colour only adds to them."""
    held = Verdict(value) if value else Verdict.UNKNOWN
    return format_html(
        '<span class="v v-{}"><svg class="m" viewBox="0 0 16 16" aria-hidden="true"><use href="#m-{}"/></svg>{}</span>',
        held.value,
        held.value,
        wording().verdict(held),
    )


@register.filter
def figure(value: float | None) -> str:
    """Show a number as people read it; a dash where nothing is known."""
    return number(value)


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
