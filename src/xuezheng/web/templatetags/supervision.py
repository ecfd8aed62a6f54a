"""What was drafted about a case for the authorities: shown on its page to who supervises the county."""

from typing import Any

from django import template
from django.template.context import RequestContext

from xuezheng.cases.models import Case
from xuezheng.cases.queries.supervision_papers import find_papers_of_case
from xuezheng.web.pages.cases.supervision_papers import shown_papers

register = template.Library()


@register.inclusion_tag("cases/papers_of_case.html", takes_context=True)
def drafted_papers(context: RequestContext, held: Case) -> dict[str, Any]:
    """Show the drafts about a case that the person sees, and the way to a new one."""
    may_draft = context["request"].reach.can_in_county("supervise_cases", held.county_id)
    papers = shown_papers(find_papers_of_case(held)) if may_draft else []
    return {"held": held, "may_draft": may_draft, "papers": papers}
