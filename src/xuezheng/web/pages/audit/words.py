"""Words of the audit trail in templates."""

import json
from typing import Any

from django import template

from xuezheng.catalogue.actions import load_action_words
from xuezheng.web.templatetags.design import wording

register = template.Library()


@register.filter
def action_words(action: str) -> str:
    """Show what an action is called; its code where the catalogue has no words."""
    words = load_action_words().actions.get(action)
    return wording().of(words) if words else action


@register.filter
def actor_name(actor: str, names: dict[str, str]) -> str:
    """Show who an actor is: a person's name, or the ledger's own word for the system."""
    return names.get(actor, actor)


@register.filter
def recorded(value: Any) -> str:
    """Show a recorded value: text as it is, anything else as JSON."""
    return "—" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
