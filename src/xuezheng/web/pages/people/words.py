"""Words of people's pages in templates: kinds of organisations, of requests, and how a request stands."""

from datetime import datetime
from typing import Any, cast

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from xuezheng.catalogue.approvals import load_approval_kinds
from xuezheng.catalogue.roles import load_roles
from xuezheng.people.models import Approval
from xuezheng.web.templatetags.design import moment, wording

register = template.Library()


@register.filter
def organisation_kind(kind: str) -> str:
    """Show what kind of organisation it is."""
    words = load_roles().organisations.get(cast("Any", kind))
    return wording().of(words) if words else kind


@register.filter
def approval_kind(kind: str) -> str:
    """Show what a request asks for."""
    known = load_approval_kinds().kinds.get(kind)
    return wording().of(known.title) if known else kind


@register.filter
def approval_state(approval: Approval, at: datetime) -> SafeString:
    """Show how a request stands; one that has lapsed is said to have, though no job has closed it yet."""
    outcome = Approval.Outcome
    state = str(approval.outcome)
    if state in (outcome.OPEN, outcome.GRANTED) and approval.expires_at <= at:
        state = outcome.EXPIRED.value
    words = {
        "open": gettext("待复核"), "granted": gettext("已同意，%(until)s 前可办理") % {"until": moment(approval.expires_at)},
        "refused": gettext("不同意"), "withdrawn": gettext("已撤回"), "used": gettext("已办理"), "expired": gettext("已过期"),
    }  # fmt: skip
    look = {"open": "now", "granted": "holds"}.get(state, "")
    return format_html('<span class="tag {}">{}</span>', look, words[state])
