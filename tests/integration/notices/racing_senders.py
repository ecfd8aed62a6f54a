"""Run by test_senders_at_once.py in a process of its own: many workers collect and send at the same moment, one is killed.

Prints one line of JSON with what came of it.
"""

import json
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from servers_of_notices import mail_server  # noqa: E402
from xuezheng.notices.actions.outbox import LOST, collect_daily_mail, collect_urgent_mail, take_message  # noqa: E402
from xuezheng.notices.models import Notice, Outgoing  # noqa: E402
from xuezheng.people.models import Account  # noqa: E402
from xuezheng.web.operations.delivery.round import deliver  # noqa: E402

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PEOPLE, WORKERS = 40, 6


def at_once(task):
    start = threading.Barrier(WORKERS)

    def run():
        start.wait()
        try:
            task()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main():
    call_command("migrate", interactive=False, verbosity=0)
    people = [
        Account.objects.create(login=f"p{n}", name=f"p{n}", email=f"p{n}@example.org", created_at=AT)
        for n in range(PEOPLE)
    ]
    for way, kind in (("daily", "handed_out"), ("now", "sent_back")):
        Notice.objects.bulk_create(Notice(reader=reader, kind=kind, at=AT, mail=way) for reader in people)
    at_once(lambda: (collect_urgent_mail(at=AT), collect_daily_mail(at=AT)))
    made = Outgoing.objects.count()
    killed = take_message(at=AT)  # a worker that takes one and is never heard of again
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        at_once(lambda: deliver(lambda: AT))
        at_once(lambda: deliver(lambda: AT + LOST + timedelta(minutes=1)))
        to = [line for text in server.texts for line in text.decode().splitlines() if line.startswith("Message-ID")]
    killed.refresh_from_db()
    sys.stdout.write(json.dumps({
        "vendor": connection.vendor, "made": made, "mails": len(to), "different": len(set(to)), "killed": killed.state,
        "states": sorted(set(Outgoing.objects.values_list("state", flat=True))),
        "counted": sum(sum(counts.values()) for counts in Outgoing.objects.values_list("counts", flat=True)),
    }) + "\n")  # fmt: skip


main()
