"""Every kind walked at random through the database: one event and one row of history a step, columns that agree."""

import random
from datetime import timedelta

import pytest

from world import AT
from xuezheng.cases import rows
from xuezheng.cases.access import actor_facts
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import EvidenceGiven, Given, take_step
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.clock import light_of
from xuezheng.cases.engine.machine import steps_now
from xuezheng.cases.engine.refusing import StepRefused
from xuezheng.cases.models import Case, Step
from xuezheng.cases.queries.ledger import light_of_row
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.ledger.models import Event
from xuezheng.ledger.queries import find_breaks

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", list(load_kinds()))
def test_a_random_walk_leaves_a_whole_trail(office, kind):
    drawn = random.Random(kind)  # noqa: S311 - a seeded walk, nothing secret
    held, at, refused = load_kinds()[kind], AT, 0
    people = [office.office, office.office_two, office.head, office.finance, office.finance_two, office.inspector]
    case = open_case(county=office.county, opening=Opening(kind=kind, title="一件事", until=(AT + timedelta(days=9)).date()), by=office.office, at=at)  # fmt: skip
    for number in range(60):
        at += timedelta(hours=drawn.choice([0, 1, 5, 24, 60]))
        by = drawn.choice(people)
        offered = steps_now(held, rows.read(case), actor_facts(by, case, at.date()))
        name = drawn.choice(offered or list(held.steps)) if drawn.random() < 0.8 else drawn.choice(list(held.steps))
        if name in ("void", "force_close", "archive") and number < 50:
            continue
        later = (at + timedelta(days=drawn.randint(0, 25))).date()
        given = Given(
            reason=drawn.choice(["", "已办", "已办"]), unit=office.finance_unit, until=later, measure="隔离", responsible="甲",
            measure_until=later, pause=next(iter(held.pauses), ""), evidence=EvidenceGiven(drawn.choice(["photo", "document"]), words="证据"),
        )  # fmt: skip
        try:
            case = take_step(case=case, step=name, version=case.version, by=by, at=at, given=given)
        except StepRefused:
            refused += 1
        case = Case.objects.get(pk=case.pk)
        assert light_of_row(case, at)[1] == light_of(held, rows.read(case), at, current_calendar())[0]
    steps = list(Step.objects.filter(case=case).values_list("step", flat=True))
    events = Event.objects.filter(subject_kind="case", subject_id=str(case.pk)).order_by("number")
    assert [event.action for event in events] == [f"cases.{name}" for name in steps]
    assert len(steps) == case.version > 5
    assert refused > 0
    assert find_breaks() == []
