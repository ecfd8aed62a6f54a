"""The steps of a case in words of the page's language, for its page and for the API."""

from django.utils.translation import gettext

from xuezheng.cases.models import Step
from xuezheng.catalogue.case_kinds import Kind
from xuezheng.web.language import said


def step_title(kind: Kind, step: str) -> str:
    """Return what a step is called: by its kind, or here for what the office notes beside a kind's own steps."""
    if step in kind.steps:
        return said(kind.steps[step].title)
    beside = {
        "open": gettext("已立项"), "open_sub_case": gettext("增设子事项"), "recompute": gettext("按新日历重算时限"),
        "name_reader": gettext("列名可查阅人员"), "strike_reader": gettext("取消可查阅人员"),
    }  # fmt: skip
    return beside.get(step, step)


def step_words(kind: Kind, taken: Step) -> str:
    """Return what was said at a step; an escalation keeps its number, which becomes what was done and who was told."""
    if taken.step != "escalate":
        return taken.words
    number = int(taken.words) if taken.words.isdecimal() else 0
    if not 0 < number <= len(kind.escalation):
        return ""
    escalation = kind.escalation[number - 1]
    return f"{said(escalation.what)} → {said(escalation.to)}"
