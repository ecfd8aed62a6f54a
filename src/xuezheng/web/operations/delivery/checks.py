"""What the doctor looks at where messages go out: the mail server, the named hosts, the robots, what failed."""

import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection

from xuezheng.notices.models import Robot
from xuezheng.notices.queries import count_troubled
from xuezheng.people.access import Area
from xuezheng.web.operations.delivery.hosts import read_hosts
from xuezheng.web.operations.findings import Line, ok, warn

_HERE = ("localhost", "127.0.0.1", "::1")
_RECENT = timedelta(days=7)


def mail(at: datetime) -> Iterator[Line]:
    """Look whether the mail server answers, is spoken to in confidence, and messages can say where to sign in."""
    del at
    if not settings.MAIL_HOST:
        yield ok("doctor_mail_none")
        return
    if settings.MAIL_HOST not in _HERE and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL):
        yield warn("doctor_mail_open", host=settings.MAIL_HOST)
    connection = get_connection(fail_silently=False)
    try:
        connection.open()
        connection.close()
    except (smtplib.SMTPException, OSError) as problem:
        yield warn("doctor_mail_unreachable", host=settings.MAIL_HOST, detail=type(problem).__name__)
    else:
        yield ok("doctor_mail", host=settings.MAIL_HOST)


def robots(at: datetime) -> Iterator[Line]:
    """Look which hosts may be called, and whether every active robot's is one of them."""
    named = {str(host) for host in read_hosts(settings.OUTGOING_HOSTS)}
    active = list(Robot.objects.filter(is_active=True))
    if not named and not active:
        yield ok("doctor_outgoing_none")
    elif unnamed := [robot.name for robot in active if robot.host not in named]:
        yield warn("doctor_robots_unnamed", robots=unnamed)
    else:
        yield ok("doctor_outgoing", hosts=sorted(named), robots=len(active))
    if (settings.MAIL_HOST or active) and not settings.PUBLIC_ADDRESS:
        yield warn("doctor_address_missing")
    if troubled := count_troubled(Area(everywhere=True), at - _RECENT):
        yield warn("doctor_messages_troubled", count=troubled)
