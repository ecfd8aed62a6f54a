"""Run by test_two_clerks_at_once.py in a process of its own, on a PostgreSQL database of its own: clerks act at one moment.

Prints one line of JSON with what came of it.
"""

import json
import sys
import threading
from collections import Counter
from copy import copy
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from xuezheng.cases.models import Case  # noqa: E402
from xuezheng.catalogue.messages import refusal_sentence  # noqa: E402
from xuezheng.kernel.refusal import Refusal  # noqa: E402
from xuezheng.ledger.queries import find_breaks  # noqa: E402
from xuezheng.meetings.actions.agenda import ItemGiven, add_item  # noqa: E402
from xuezheng.meetings.actions.attaching import attach_original  # noqa: E402
from xuezheng.meetings.actions.confirming import confirm_proposals  # noqa: E402
from xuezheng.meetings.actions.numbering import number_document  # noqa: E402
from xuezheng.meetings.actions.papers import PaperGiven, add_paper, supersede_paper  # noqa: E402
from xuezheng.meetings.actions.records import change_record, plan_meeting, record_of  # noqa: E402
from xuezheng.meetings.drafts import Record  # noqa: E402
from xuezheng.meetings.models import AgendaItem, IssuedNumber, Meeting, PaperVersion, Proposal  # noqa: E402
from xuezheng.meetings.originals import pasted, read_original  # noqa: E402
from xuezheng.people.access import reach_of  # noqa: E402
from xuezheng.people.models import Account, Appointment, Organisation  # noqa: E402
from xuezheng.register.models import County  # noqa: E402
from xuezheng.standards.evidence_store import keep_file  # noqa: E402

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ROUNDS = 8
TEXT = """县委教育工作领导小组2026年第{n}次会议召开
2月27日，县委教育工作领导小组2026年第{n}次会议召开。县委书记、组长李明远主持会议并讲话。
会议强调，要加快城东片区学校建设，8月底前建成投用。要由县教育局牵头，开展校车安全排查。
"""


def clerks():
    county = County.objects.create(code="509901", name="云溪县")
    root = Organisation.objects.create(kind="county", county="509901", code="509901", name="云溪县", path="/1/")
    reaches = []
    for login in ("甲", "乙"):
        account = Account.objects.create(login=login, name=login, created_at=AT)
        Appointment.objects.create(account=account, organisation=root, role="office", starts_on=date(2020, 1, 1))
        reaches.append(reach_of(account, AT.date()))
    return county, *reaches


def at_once(*tasks):
    """Run tasks in threads that start together; return each one's outcome: won, or the code and words of the refusal."""
    barrier, outcomes = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(number, task):
        barrier.wait()
        try:
            task()
            outcomes[number] = ("won", "")
        except Refusal as refusal:
            outcomes[number] = (refusal.code, refusal_sentence(refusal, "zh"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=held) for held in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def main():
    call_command("migrate", verbosity=0)
    county, first, second = clerks()
    outcomes, sentences = Counter(), set()

    def race(name, *tasks):
        done = at_once(*tasks)
        outcomes[f"{name} {'+'.join(sorted(kind for kind, _ in done))}"] += 1
        sentences.update(said for _, said in done if said)

    for number in range(1, ROUNDS + 1):
        meeting = plan_meeting(
            county=county, record=Record(title=f"会议{number}", held_on=date(2026, 2, 27)), by=first, at=AT
        )
        race("record", *(
            partial(change_record, meeting=copy(meeting), record=record_of(meeting), version=1, by=by, at=AT)
            for by in (first, second)
        ))  # fmt: skip
        race("agenda", *(
            partial(add_item, meeting=copy(meeting), item=ItemGiven(kind="hear", title="一"), version=2, by=by, at=AT)
            for by in (first, second)
        ))  # fmt: skip
        text = pasted(TEXT.format(n=number))
        race("attach", *(
            partial(attach_original, meeting=copy(meeting), reading=read_original(text), original=text, version=3, by=by, at=AT)
            for by in (first, second)
        ))  # fmt: skip
        proposals = [held.pk for held in Proposal.objects.filter(meeting=meeting)]
        fresh = Meeting.objects.get(pk=meeting.pk)
        race("confirm", *(
            partial(confirm_proposals, meeting=copy(fresh), proposals=proposals, hand_out=False, version=4, by=by, at=AT)
            for by in (first, second)
        ))  # fmt: skip
        # Two meetings of the county want the same number at the same moment.
        other = plan_meeting(county=county, record=Record(title=f"另一次{number}"), by=first, at=AT)
        fresh = Meeting.objects.get(pk=meeting.pk)
        race("number", *(
            partial(number_document, meeting=held, document="minutes", sequence=number, version=held.version, by=by, at=AT)
            for held, by in ((fresh, first), (other, second))
        ))  # fmt: skip
        given = PaperGiven(title="方案", file=keep_file("一.pdf", [f"%PDF-1.7 {number}".encode()]))
        paper = add_paper(county=county, meeting=fresh, given=given, by=first, at=AT)
        race("paper", *(
            partial(supersede_paper, paper=copy(paper), file=keep_file("二.pdf", [f"%PDF-1.7 {number}{words}".encode()]), words=words,
                    version=1, by=by, at=AT)
            for words, by in (("甲", first), ("乙", second))
        ))  # fmt: skip
    print(json.dumps({
        "vendor": connection.vendor, "outcomes": outcomes, "sentences": sorted(sentences)[:4], "breaks": len(find_breaks()),
        "items": AgendaItem.objects.count(), "cases": Case.objects.count(),
        "confirmed": Proposal.objects.filter(state="confirmed").count(), "numbers": IssuedNumber.objects.count(),
        "versions": PaperVersion.objects.count(),
    }, ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
