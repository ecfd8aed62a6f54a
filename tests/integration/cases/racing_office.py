"""Run by test_two_at_once.py in a process of its own, on a PostgreSQL database of its own: people act at the same moment.

Prints one line of JSON with what came of it.
"""

import json
import sys
import threading
from collections import Counter
from copy import copy
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from xuezheng.cases.actions.opening import Opening, open_case  # noqa: E402
from xuezheng.cases.actions.stepping import CaseChanged, EvidenceGiven, Given, take_step  # noqa: E402
from xuezheng.cases.engine.refusing import StepRefused  # noqa: E402
from xuezheng.cases.models import Case, Extension, Step  # noqa: E402
from xuezheng.catalogue.messages import refusal_sentence  # noqa: E402
from xuezheng.ledger.models import Event  # noqa: E402
from xuezheng.ledger.queries import find_breaks  # noqa: E402
from xuezheng.people.access import reach_of  # noqa: E402
from xuezheng.people.models import Account, Appointment, Organisation  # noqa: E402
from xuezheng.register.models import County  # noqa: E402

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HOUR = timedelta(hours=1)
ROUNDS = 12


def people():
    county = County.objects.create(code="509901", name="云溪县")
    root = Organisation.objects.create(kind="county", county="509901", code="509901", name="云溪县", path="/1/")
    unit = Organisation.objects.create(
        kind="member_unit", county="509901", code="CZ", name="县财政局", path="/1/2/", parent=root
    )
    reaches = {}
    roles = (("a", "office", root), ("b", "office", root), ("head", "supervision_head", root), ("u", "unit_officer", unit), ("v", "unit_officer", unit))  # fmt: skip
    for login, role, at in roles:
        account = Account.objects.create(login=login, name=login, created_at=AT)
        Appointment.objects.create(account=account, organisation=at, role=role, starts_on=date(2020, 1, 1))
        reaches[login] = reach_of(account, AT.date())
    return county, unit, reaches


def at_once(*tasks):
    """Run tasks in threads that start together; return each one's outcome."""
    barrier, outcomes = threading.Barrier(len(tasks)), [None] * len(tasks)

    def run(number, task):
        barrier.wait()
        try:
            outcomes[number] = ("won", task())
        except (CaseChanged, StepRefused) as refusal:
            outcomes[number] = (type(refusal).__name__, refusal_sentence(refusal, "zh"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=held) for held in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def stepped(case, name, by, at, **given):
    return take_step(case=case, step=name, version=case.version, by=by, at=at, given=Given(**given))


def main():
    call_command("migrate", verbosity=0)
    county, unit, who = people()
    outcomes, sentences = Counter(), set()

    def opened(number=0):
        opening = Opening(kind="decision", title=f"任务{number}")
        return open_case(county=county, opening=opening, by=who["a"], at=AT)

    numbered = [value.sequence for _, value in at_once(*(partial(opened, number) for number in range(8)))]
    later = AT + 2 * HOUR
    for _ in range(ROUNDS):
        case = stepped(stepped(opened(), "hand_out", who["a"], AT + HOUR, unit=unit), "receive", who["u"], AT + HOUR)
        case = stepped(case, "ask_extension", who["u"], AT + HOUR, reason="招标", until=date(2026, 4, 20))
        decided = at_once(
            partial(stepped, case, "grant_extension", who["a"], later),
            partial(stepped, copy(case), "refuse_extension", who["b"], later, reason="不必"),
        )
        outcomes["decided " + "+".join(sorted(kind for kind, _ in decided))] += 1
        sentences |= {said for kind, said in decided if kind == "CaseChanged"}
        case = Case.objects.get(pk=case.pk)
        case = stepped(case, "add_evidence", who["u"], later, evidence=EvidenceGiven("reading", words="1"))
        ended = at_once(
            partial(stepped, case, "report_done", who["u"], later, reason="办结"),
            partial(stepped, copy(case), "report_progress", who["v"], later, reason="进展"),
            partial(stepped, copy(case), "force_close", who["head"], later, reason="并入"),
        )
        outcomes["ended " + "+".join(sorted(kind for kind, _ in ended))] += 1
        parent = opened()
        child = Opening(kind="decision", title="子事项", parent=copy(parent))
        nested = at_once(
            partial(open_case, county=county, opening=child, by=who["a"], at=later),
            partial(stepped, parent, "void", who["b"], later, reason="重复"),
        )
        outcomes["nested " + "+".join(sorted(kind for kind, _ in nested))] += 1
    lost = [case.pk for case in Case.objects.all() if Step.objects.filter(case=case).count() != case.version]
    orphans = Case.objects.filter(parent__is_open=False, is_open=True).count()
    undecided = Extension.objects.filter(decided_at__isnull=True).count()
    print(json.dumps({
        "vendor": connection.vendor, "numbers": sorted(numbered), "outcomes": outcomes, "lost": lost,
        "orphans": orphans, "undecided": undecided, "breaks": len(find_breaks()),
        "events": Event.objects.filter(subject_kind="case").count(),
        "steps": Step.objects.exclude(step="open_sub_case").count(), "sentences": sorted(sentences)[:3],
    }, ensure_ascii=False))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
