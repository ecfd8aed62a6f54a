"""Every kind of case is driven through random legal and illegal steps.

What is illegal is refused with a sentence in both languages; every step is one event of a chain that verifies; limits
and lights agree with a plain calendar that walks day by day.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from xuezheng.cases.engine.case import ActorFacts, Request
from xuezheng.cases.engine.clock import escalates_at, light_of
from xuezheng.cases.engine.machine import advance, open_state, steps_now
from xuezheng.cases.engine.refusing import StepRefused
from xuezheng.catalogue.case_kinds import load_kinds, load_vocabulary
from xuezheng.catalogue.messages import load_messages, refusal_sentence
from xuezheng.catalogue.work_calendar import load_work_calendar
from xuezheng.kernel.work_calendar import Unit
from xuezheng.ledger.engine.chain import GENESIS, Entry, Link, breaks, link_digest, payload_digest

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = load_work_calendar()
STEPS = [*load_vocabulary().steps, "dance"]
PEOPLE = [
    ActorFacts("office-1", frozenset({"supervisor"})),
    ActorFacts("office-2", frozenset({"supervisor"})),
    ActorFacts("unit-1", frozenset({"lead_unit"})),
    ActorFacts("unit-2", frozenset({"lead_unit", "inspector"})),
    ActorFacts("assisting", frozenset({"assisting_unit"})),
    ActorFacts("inspector", frozenset({"inspector"})),
    ActorFacts("both", frozenset({"lead_unit", "supervisor"})),
    ActorFacts("head", frozenset({"supervisor", "forcer"})),
    ActorFacts("system", frozenset({"system"})),
    ActorFacts("stranger", frozenset()),
]
DAY = timedelta(days=1)
ENDS = {"void", "force_close", "archive", "withdraw", "decline", "hand_over"}


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)


def is_working(day):
    """The reference reads the announced days as plain lists."""
    return day in CALENDAR.made_up or (day.weekday() < 5 and day not in CALENDAR.off)


def stood_still(day, pauses):
    """Whether the clock stood still at the end of a day."""
    end = midnight(day + DAY)
    return any(pause.since < end <= pause.until for pause in pauses)


def reference_due(kind, case):
    """When a case is due, by walking: from its clock's own parts and nothing that was computed."""
    if case.clock_from is None or (case.pauses and case.pauses[-1].until is None):
        return None
    pauses = case.pauses
    if case.set_on is not None:
        own = kind.levels[case.level].limit
        unit = own.unit if own else Unit.WORKING_DAYS
        lost, day = 0, case.set_on
        begun = min((pause.since for pause in pauses), default=None)
        walk = begun.astimezone(ZONE).date() if begun else day + DAY
        while walk <= day:
            if stood_still(walk, pauses) and (unit is not Unit.WORKING_DAYS or is_working(walk)):
                lost += 1
                day += DAY
                while unit is Unit.WORKING_DAYS and not is_working(day):
                    day += DAY
            walk += DAY
        return midnight(day + DAY)
    if case.limit is None:
        return None
    if case.limit.unit is Unit.HOURS:
        assert not pauses
        return case.clock_from + timedelta(hours=case.limit.amount)
    day, left = case.clock_from.astimezone(ZONE).date(), case.limit.amount
    while left:
        day += DAY
        counts = case.limit.unit is Unit.CALENDAR_DAYS or is_working(day)
        left -= counts and not stood_still(day, pauses)
    return midnight(day + DAY)


def reference_light(kind, case, due, at):
    """What the light must be: by walking back from the due day."""
    if case.state == "voided":
        return "void"
    finished = case.reported_at or case.closed_at
    if case.state in ("closed", "force_closed", "archived"):
        return "done_late" if due and finished >= due else "done"
    if case.state in ("reported", "verified"):
        return "red" if due and finished >= due else "green"
    if case.pauses and case.pauses[-1].until is None:
        return "still"
    if due is None:
        return "green"
    if at >= due:
        return "red"
    if kind.id == "incident":
        return "yellow" if at >= due - timedelta(hours=1) else "green"
    day, left = (due - timedelta(seconds=1)).astimezone(ZONE).date(), 3
    while left:
        day -= DAY
        left -= is_working(day)
    return "yellow" if at >= midnight(day) else "green"


class CaseMachine(RuleBasedStateMachine):
    kind = None

    @initialize(
        day=st.dates(date(2018, 2, 1), date(2026, 3, 1)),
        minutes=st.integers(0, 1439),
        level=st.sampled_from(range(5)),
        set_after=st.none() | st.integers(0, 90),
    )
    def open(self, day, minutes, level, set_after):
        self.at = midnight(day) + timedelta(minutes=minutes)
        levels = list(self.kind.levels)
        level = levels[level % len(levels)]
        until = None if set_after is None else day + set_after * DAY
        if self.kind.clock == "open" and self.kind.levels[level].limit is None:
            with pytest.raises(StepRefused):
                open_state(self.kind, level=level, at=self.at, calendar=CALENDAR)
            until = until or day + 5 * DAY
        self.case = open_state(self.kind, level=level, at=self.at, calendar=CALENDAR, until=until)
        self.chain, self.taken, self.refusals = [], 0, 0
        self.record("open")

    def record(self, step):
        body = {"step": step, "state": self.case.state, "due": self.case.due.at.isoformat() if self.case.due else None}
        salt = f"{len(self.chain):032}"
        entry = Entry(
            len(self.chain) + 1,
            self.at,
            "509901",
            "account:1",
            f"cases.{step}",
            "case",
            "1",
            False,
            payload_digest(salt, body),
        )
        previous = self.chain[-1].digest if self.chain else GENESIS
        self.chain.append(Link(entry, previous, link_digest(previous, entry), body, salt))
        self.taken += 1

    @rule(
        step=st.sampled_from(STEPS),
        who=st.sampled_from(PEOPLE),
        hours=st.sampled_from([0, 0, 1, 1, 5, 24, 24, 72, 240, 900]),
        reason=st.sampled_from(["", "  ", "已办", "已办", "已办"]),
        days=st.none() | st.integers(-2, 60),
        pause=st.sampled_from(["", "weather", "hearing", "statutory"]),
        evidence=st.sampled_from(["", "photo", "document", "document", "reading"]),
        is_named=st.booleans(),
    )
    def try_anything(self, step, who, hours, reason, days, pause, evidence, is_named):
        self.attempt(step, who, hours, reason, days, pause, evidence, is_named)

    @rule(
        number=st.integers(0, 40),
        who=st.sampled_from(PEOPLE),
        reason=st.sampled_from(["", "已办"]),
        days=st.none() | st.integers(-2, 200),
        pause=st.sampled_from(["", "weather", "hearing", "statutory"]),
        evidence=st.sampled_from(["", "photo", "document"]),
        hours=st.sampled_from([-2, 0, 1, 240, 2400]),
    )
    def try_from_this_state(self, number, who, reason, days, pause, evidence, hours):
        named = [name for name, step in self.kind.steps.items() if self.case.state in step.from_]
        if named:
            step = named[number % len(named)]
            if step not in ENDS or number > 37:
                self.attempt(step, who, hours, reason, days, pause, evidence, bool(number % 3))

    @rule(number=st.integers(0, 400), hours=st.sampled_from([0, 1, 1, 5, 24]), days=st.integers(1, 30))
    def go_on_soon(self, number, hours, days):
        self.go_on(number, hours, days)

    @rule(number=st.integers(0, 400), hours=st.sampled_from([0, 1, 5, 24, 72, 240]), days=st.integers(0, 40))
    def go_on(self, number, hours, days):
        """Take one of the steps that the machine itself offers to somebody; what ends a case is taken seldom."""
        offers = [
            (name, who)
            for who in PEOPLE
            for name in steps_now(self.kind, self.case, who)
            if (name not in ENDS or number % 11 == 0) and (name != "add_evidence" or number % 5 == 0)
        ]
        if offers:
            step, who = offers[number % len(offers)]
            pause = next(iter(self.kind.pauses), "")
            self.attempt(step, who, hours, "已办", days, pause, "photo", True)

    @rule(hours=st.sampled_from([1, 24]), is_verified=st.booleans())
    def do_the_work(self, hours, is_verified):
        """Take the straight way on: evidence and control as the kind asks, report, check."""
        unit, inspector = PEOPLE[2], PEOPLE[5]
        self.attempt("hand_out", PEOPLE[0], hours, "", 20, "", "", True)
        self.attempt("receive", unit, 0, "", 9, "", "", False)
        if self.case.state not in ("in_hand", "reported"):
            return
        for evidence in ("photo", "document"):
            self.attempt("add_evidence", unit, hours, "", None, "", evidence, False)
        self.attempt("set_control", unit, 0, "", 5, "", "", False)
        self.attempt("report_done", unit, 0, "办结", None, "", "", False)
        self.attempt("add_evidence", inspector, hours, "", None, "", "photo", False)
        if is_verified:
            self.attempt("verify", inspector, 0, "属实", None, "", "", False)

    @rule(days=st.integers(-3, 40), is_granted=st.booleans(), hours=st.sampled_from([0, 24, 240]))
    def ask_for_time(self, days, is_granted, hours):
        """Ask for an extension of so many days beyond the limit; have it decided, once or twice."""
        beyond = ((self.case.due.at if self.case.due else self.at) - self.at).days + days
        self.attempt("ask_extension", PEOPLE[2], 0, "材料未齐", beyond, "", "", False)
        for decider in (PEOPLE[6], PEOPLE[1], PEOPLE[1]):
            self.attempt(
                "grant_extension" if is_granted else "refuse_extension", decider, hours, "已阅", None, "", "", False
            )

    @rule(hours=st.sampled_from([0, 24, 240, 900]))
    def escalate(self, hours):
        self.attempt("escalate", PEOPLE[8], hours, "", None, "", "", False)

    @rule(count=st.integers(0, 1))
    def open_or_close_sub_cases(self, count):
        self.case = replace(self.case, open_children=count)

    def attempt(self, step, who, hours, reason, days, pause, evidence, is_named):
        self.at += timedelta(hours=hours)
        later = None if days is None else (self.at + days * DAY).astimezone(ZONE).date()
        asked = Request(
            step=step, at=self.at, reason=reason, unit=is_named, until=later, measure_until=later, pause=pause,
            evidence=evidence,
        )  # fmt: skip
        before = self.case
        try:
            self.case = advance(self.kind, before, asked, who, CALENDAR)
        except StepRefused as refusal:
            self.refusals += 1
            assert self.case is before
            self.at = max(self.at, before.last_at)
            self.check_sentence(refusal)
            return
        self.check_legal(before, step, who)
        self.record(step)

    def check_sentence(self, refusal):
        assert refusal.code in load_messages()
        for language in ("zh", "en"):
            said = refusal_sentence(refusal, language)
            assert "…" not in said
            assert "{" not in said
            assert len(said) > 8

    def check_legal(self, before, step, who):
        """What must never have happened, said anew in plain words."""
        assert before.state not in ("archived", "voided")
        assert step in self.kind.steps
        if step in ("verify", "close", "send_back"):
            assert who.id not in before.doers
        if step == "verify":
            assert "lead_unit" not in who.relations
        if step == "grant_extension":
            assert before.asked.by != who.id
            assert before.asked.at < before.due.at
            assert self.case.due.at > before.due.at
        if step == "force_close":
            assert "forcer" in who.relations
        if step == "report_done":
            assert sum(before.evidence.values()) > 0
            if self.kind.control:
                assert before.measure_until > self.at
        if step == "close":
            assert before.verified_at

    @invariant()
    def limits_and_lights_agree_with_the_plain_calendar(self):
        if not hasattr(self, "case"):
            return
        due = self.case.due.at if self.case.due else None
        assert due == reference_due(self.kind, self.case)
        assert light_of(self.kind, self.case, self.at, CALENDAR)[0] == reference_light(
            self.kind, self.case, due, self.at
        )
        if due is not None:
            latest = due + timedelta(days=60)
            moments = [escalates_at(self.kind, n, due, CALENDAR) for n in range(len(self.kind.escalation))]
            assert moments == sorted(moments)
            assert all(moment <= latest for moment in moments)
            first, last = self.case.clock_from.astimezone(ZONE).year, due.astimezone(ZONE).year
            if last <= 2026 and first >= 2018:
                assert not self.case.due.provisional

    @invariant()
    def every_step_is_one_event_and_the_chain_verifies(self):
        if hasattr(self, "chain"):
            assert len(self.chain) == self.taken

    def teardown(self):
        assert list(breaks(getattr(self, "chain", []))) == []


@pytest.mark.parametrize("kind", list(load_kinds()))
def test_no_random_walk_breaks_a_kind(kind):
    machine = type(f"Machine_{kind}", (CaseMachine,), {"kind": load_kinds()[kind]})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=60, stateful_step_count=40, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
