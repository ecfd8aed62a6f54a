"""Background work of notices: gathering what is to go out, sending it, the weekly page."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from xuezheng.meetings.queries.digest import week_of
from xuezheng.notices.actions.outbox import collect_daily_mail, collect_for_robots, collect_urgent_mail
from xuezheng.notices.actions.telling import tell_of_digest
from xuezheng.people.access import Area
from xuezheng.register.queries import find_counties
from xuezheng.web.background import Work, work
from xuezheng.web.operations.delivery.round import deliver


@work("notices.collect")
def collect(job: Work) -> dict[str, Any]:
    """Make the day's messages for people, and those for chat robots whose time has come."""
    at = job.at
    mails, robots = collect_daily_mail(at=at), collect_for_robots(at=at)
    return {"said": "work_messages_collected", "params": {"mails": mails, "robots": robots}}


@work("notices.deliver")
def deliver_messages(job: Work) -> dict[str, Any]:
    """Send what is due. It may be begun twice: each message is taken by one sender."""
    collect_urgent_mail(at=job.at)
    ended = deliver(timezone.now, job.check_cancelled)
    counts = {how: ended[how] for how in ("sent", "refused", "unsure")}
    return {"said": "work_messages_delivered", "params": counts}


@work("notices.weekly_digest")
def tell_of_week(job: Work) -> dict[str, Any]:
    """Tell leaders and offices that the page of the week that just ended is ready; begun twice, it tells once."""
    week = str(week_of(timezone.localdate(job.at) - timedelta(days=7)))
    counties = [county.code for county in find_counties(Area(everywhere=True))]
    told = tell_of_digest(week=week, counties=counties, at=job.at)
    return {"said": "work_digest_told", "params": {"week": week, "people": told}}
