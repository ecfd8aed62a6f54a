"""Background work in words."""

from django import template
from django.utils.translation import gettext

from xuezheng.catalogue.messages import load_messages, sentence
from xuezheng.web.language import page_language
from xuezheng.web.models import Job

register = template.Library()

_STATES = {
    Job.State.QUEUED: lambda: gettext("等待中"),
    Job.State.RUNNING: lambda: gettext("进行中"),
    Job.State.DONE: lambda: gettext("已完成"),
    Job.State.FAILED: lambda: gettext("失败"),
    Job.State.CANCELLED: lambda: gettext("已取消"),
}


@register.filter
def job_title(job: Job) -> str:
    """Show what kind of work it is: the message `work_<kind>`, dots as underscores."""
    code = f"work_{job.kind.replace('.', '_')}"
    return sentence(code, page_language(), {})[0] if code in load_messages() else job.kind


@register.filter
def job_state(state: str) -> str:
    """Show where the work is."""
    return _STATES[Job.State(state)]()


@register.filter
def job_message(job: Job) -> str:
    """Show what the work says that it is doing."""
    return sentence(job.message_code, page_language(), job.message_params)[0] if job.message_code else ""


@register.filter
def job_failure(job: Job) -> tuple[str, str]:
    """Show why it failed, and what to do next."""
    return sentence(job.failure_code, page_language(), job.failure_params)


@register.filter
def job_said(job: Job) -> str:
    """Show what it came to: the message that its result names as `said`, with `params`."""
    said = job.result.get("said")
    return " ".join(filter(None, sentence(said, page_language(), job.result.get("params", {})))) if said else ""
