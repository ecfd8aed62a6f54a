"""The register's words in templates: stages, tables, types of columns, yes and no."""

from django import template
from django.utils.translation import gettext

from xuezheng.register.sentences import table_word
from xuezheng.web.templatetags.design import wording

register = template.Library()


@register.filter
def stage_words(stages: str) -> str:
    """Show stages that stand joined by commas."""
    words = wording()
    return words.joined([words.stage(stage) for stage in (stages or "").split(",") if stage])


@register.filter
def table_title(table: str) -> str:
    """Show what a table of the register is called."""
    return table_word(table, wording().language)


@register.filter
def yes_or_no(value: bool) -> str:
    """Show yes or no."""
    return gettext("是") if value else gettext("否")


@register.filter
def type_word(kind: str) -> str:
    """Show the type of a column of the register."""
    words = {
        "text": gettext("文字"), "code": gettext("代码"), "integer": gettext("整数"), "number": gettext("数"),
        "year": gettext("年份"), "date": gettext("日期"), "yes_no": gettext("是或否"), "choice": gettext("选一项"),
    }  # fmt: skip
    return words.get(kind, kind)


@register.filter
def plain_number(value: float | None) -> str:
    """Return a number as scripts read it, whatever the page's language."""
    return "" if value is None else repr(float(value))
