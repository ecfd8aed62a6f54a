"""Background work of cases: limits by the calendar in force, and escalation."""

from typing import Any

from xuezheng.cases.actions.counting import count_months
from xuezheng.cases.actions.nightly import escalate_cases, recompute_limits
from xuezheng.web.background import Work, work
from xuezheng.web.pages.cases.exports import write_export


@work("cases.recompute_limits")
def recompute_all_limits(job: Work) -> dict[str, Any]:
    """Count the limits of open cases anew, so that a yearly calendar file that arrived takes hold by itself."""
    return {"said": "work_limits_recomputed", "params": {"count": recompute_limits(at=job.at, by=job.by)}}


@work("cases.escalate")
def escalate_all_cases(job: Work) -> dict[str, Any]:
    """Take the steps of escalation that are due, and note control measures that ran out."""
    return {"said": "work_cases_escalated", "params": {"count": escalate_cases(at=job.at, by=job.by)}}


@work("cases.count_figures")
def count_figures(job: Work) -> dict[str, Any]:
    """Count the months of the supervision figures that are over, and those that changed since they were counted."""
    return {"said": "work_figures_counted", "params": {"count": count_months(at=job.at)}}


@work("cases.export_ledger")
def export_ledger(job: Work) -> dict[str, Any]:
    """Write a whole ledger as a workbook, for who asked to fetch it."""
    return {"said": "work_ledger_written", "params": {}, "link": write_export(job)}
