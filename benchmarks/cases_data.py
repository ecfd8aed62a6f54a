"""Fills a database with so many cases and times its lists: `python -m benchmarks.cases_data CASES RUNS` prints JSON."""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import clock  # noqa: E402
from xuezheng.cases import rows  # noqa: E402
from xuezheng.cases.actions.counting import count_months  # noqa: E402
from xuezheng.cases.actions.nightly import escalate_cases  # noqa: E402
from xuezheng.cases.calendar import current_calendar  # noqa: E402
from xuezheng.cases.engine.case import ActorFacts, CaseState, Request  # noqa: E402
from xuezheng.cases.engine.grams import grams, plain  # noqa: E402
from xuezheng.cases.engine.machine import advance, open_state  # noqa: E402
from xuezheng.cases.engine.refusing import StepRefused  # noqa: E402
from xuezheng.cases.models import Case, Gram  # noqa: E402
from xuezheng.cases.queries.figures import find_figures  # noqa: E402
from xuezheng.cases.queries.ledger import Filter, find_ledger, get_page, light_of_row  # noqa: E402
from xuezheng.cases.queries.search import search_cases  # noqa: E402
from xuezheng.cases.queries.work import find_work  # noqa: E402
from xuezheng.catalogue.case_kinds import load_kinds  # noqa: E402
from xuezheng.people.access import reach_of  # noqa: E402
from xuezheng.people.models import Account, Appointment, Organisation  # noqa: E402
from xuezheng.register.models import County  # noqa: E402

COUNTY, UNITS, AT = "509901", 300, datetime(2026, 3, 2, 3, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
PLACES = [f"{a}{b}镇" for a in "云龙石清白金双永安和" for b in "山河溪桥坪坝岭沟湾泉"]
THINGS = ["运动场改造", "消防通道清理", "食堂明厨亮灶", "校车标牌", "心理辅导室", "教师周转房", "课后服务", "护栏加固", "图书配备", "班额化解"]  # fmt: skip
DONE = ("hand_out", "receive", "add_evidence", "report_done", "add_evidence", "verify", "close")
EVERYBODY = ActorFacts("account:1", frozenset({"supervisor", "lead_unit"}))
INSPECTOR = ActorFacts("account:2", frozenset({"supervisor", "inspector"}))


def states(kind: str, drawn: random.Random) -> CaseState:
    """Return one case of a kind, somewhere on its way; three of four are done, as in a ledger of two years."""
    held, calendar = load_kinds()[kind], current_calendar()
    opened = AT - timedelta(days=drawn.randint(0, 720), hours=drawn.randint(0, 20))
    length = len(DONE) if drawn.random() < 0.75 else drawn.randint(0, len(DONE) - 1)
    at, until = opened, (opened + timedelta(days=25)).date()
    case = open_state(held, level=drawn.choice(list(held.levels)), at=opened, calendar=calendar, until=until)
    for name in DONE[:length]:
        at += timedelta(hours=drawn.choice([1, 24, 72]))
        later = (at + timedelta(days=20)).date()
        asked = Request(step=name, at=at, reason="已办", unit=True, measure_until=later, evidence=_evidence(held.id))
        try:
            case = advance(held, case, asked, EVERYBODY if case.state in ("opened", "handed_out", "in_hand") else INSPECTOR, calendar)  # fmt: skip
        except StepRefused:
            break
    return case


def _evidence(kind: str) -> str:
    return "photo" if kind == "hazard" else "document"


def cases(size: int, units: list[Organisation]) -> Iterator[Case]:
    """Yield so many cases with numbers of their own."""
    drawn = random.Random(7)  # noqa: S311 - seeded figures, nothing secret
    kinds = load_kinds()
    made = {kind: [states(kind, drawn) for _ in range(400)] for kind in kinds}
    sequence: dict[tuple[str, int], int] = {}
    for number in range(size):
        kind = list(kinds)[number % len(kinds)]
        state = drawn.choice(made[kind])
        year = state.opened_at.year
        sequence[kind, year] = sequence.get((kind, year), 0) + 1
        case = Case(
            county_id=COUNTY, kind=kind, level=state.level, year=year, sequence=sequence[kind, year],
            number=kinds[kind].number.written(year, "云", sequence[kind, year]),
            title=f"{drawn.choice(PLACES)}第{drawn.randint(1, 40)}小学{drawn.choice(THINGS)}", opened_at=state.opened_at,
            is_restricted=kinds[kind].is_restricted(state.level),
            lead_unit=None if state.handed_out_at is None else units[number % UNITS],
        )  # fmt: skip
        case.number_key = plain(case.number)
        rows.write(case, state, kinds[kind], current_calendar())
        yield case


def fill(size: int) -> dict[str, Any]:
    """Fill the database; return the reach of a unit's officer and of the office."""
    call_command("migrate", verbosity=0)
    County.objects.create(code=COUNTY, name="云溪县")
    root = Organisation.objects.create(kind="county", county=COUNTY, code=COUNTY, name="云溪县", path="/1/")
    units = Organisation.objects.bulk_create(
        Organisation(kind="school", county=COUNTY, code=f"{number:010d}", name=f"第{number}小学", path=f"/1/{number + 10}/", parent=root)
        for number in range(UNITS)
    )  # fmt: skip
    made = cases(size, units)
    while batch := list(islice(made, 2_000)):
        kept = Case.objects.bulk_create(batch)
        Gram.objects.bulk_create(
            (Gram(case=case, county=COUNTY, gram=gram) for case in kept for gram in grams(case.number) | grams(case.title)),
            batch_size=5_000,
        )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return {
        "unit": units[0],
        "officer": _reach("officer", "school_head", units[0]),
        "office": _reach("office", "office", root),
    }


def _reach(login: str, role: str, at: Organisation) -> Any:
    account = Account.objects.create(login=login, name=login, created_at=AT)
    Appointment.objects.create(account=account, organisation=at, role=role, starts_on=date(2020, 1, 1))
    return reach_of(account, AT.date())


def main(size: int, runs: int) -> None:
    """Print the times of one size as JSON."""
    world = fill(size)
    officer, office, unit, on = world["officer"], world["office"], world["unit"], AT.date()

    def ledger(reach: Any, of: Organisation | None, **wanted: Any) -> Callable[[], object]:
        def shown() -> object:
            page = get_page(find_ledger(reach, COUNTY, of, Filter(**wanted), on, AT), 1)
            return [light_of_row(case, AT) for case in page.cases]

        return shown

    tasks: dict[str, Callable[[], object]] = {
        "my work: a school's officer": lambda: find_work(officer, AT),
        "my work: the office": lambda: find_work(office, AT),
        "ledger of a unit": ledger(officer, unit),
        "ledger of the county": ledger(office, None),
        "ledger of the county, waiting to be handed out": ledger(office, None, phase="waiting"),
        "ledger of the county, last year's hazards": ledger(office, None, kind="hazard", year=2025),
        "ledger of the county, in time": ledger(office, None, light="calm"),
        "ledger of the county, late ones": ledger(office, None, light="late"),
        "search: a rare title": lambda: search_cases(office, COUNTY, "双坪镇第17小学护栏", on, AT),
        "search: a common word": lambda: search_cases(office, COUNTY, "运动场改造", on, AT),
        "search: a number": lambda: search_cases(office, COUNTY, "〔2026〕云督 12 号", on, AT),
        "search: a common word, late hazards of a unit": lambda: search_cases(
            office, COUNTY, "运动场改造", on, AT, wanted=Filter(kind="hazard", light="late", unit=unit.pk)
        ),
        "search: a common word, one kind and year": lambda: search_cases(
            office, COUNTY, "运动场改造", on, AT, wanted=Filter(kind="finding", year=2025)
        ),
        "search: nothing found": lambda: search_cases(office, COUNTY, "南极科学考察", on, AT),
        "figures of this year": lambda: find_figures(COUNTY, date(2026, 1, 1), date(2027, 1, 1), AT),
        "figures of last year": lambda: find_figures(COUNTY, date(2025, 1, 1), date(2026, 1, 1), AT),
        "figures of last year, one kind": lambda: find_figures(
            COUNTY, date(2025, 1, 1), date(2026, 1, 1), AT, kind="hazard"
        ),
    }
    began = time.perf_counter()
    count_months(at=AT)
    counting = time.perf_counter() - began
    seconds = clock.interleaved(tasks, runs)
    told = {name: f"{1000 * clock.median(held):.1f} ({1000 * min(held):.1f}..{1000 * max(held):.1f})" for name, held in seconds.items()}  # fmt: skip
    told["counting all months once, s"] = f"{counting:.2f}"
    for name, at in (("the first night, everything overdue", AT), ("the next night", AT + timedelta(days=1))):
        began = time.perf_counter()
        count = escalate_cases(at=at)
        told[f"{name}, s"] = f"{time.perf_counter() - began:.2f} ({count:,} steps)"
    print(json.dumps(told, ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
