"""Opening cases: one, or many in one go that are handed out at once; and voiding such a bulk by a counter-event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from xuezheng.cases import rows
from xuezheng.cases.actions.counting import mark_months
from xuezheng.cases.actions.stepping import Given, changed_since, take_step
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.grams import grams, plain
from xuezheng.cases.engine.machine import open_state
from xuezheng.cases.models import Bulk, Case, Gram, Numbering, Reader, Step
from xuezheng.cases.queries.figures import months_touched
from xuezheng.cases.queries.handing_out import find_bulk_parts
from xuezheng.cases.queries.indicators import IndicatorLink, read_indicator
from xuezheng.catalogue.case_kinds import Kind, load_kinds
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import recording
from xuezheng.notices.actions.telling import telling
from xuezheng.people.access import NotAllowed, Reach
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a case is opened with. `unit` and `until` hand it out at once where it is opened in bulk."""

    kind: str
    title: str
    level: str = ""
    task: str = ""
    until: date | None = None
    unit: Organisation | None = None
    assisting: tuple[Organisation, ...] = ()
    parent: Case | None = None
    origin_kind: str = ""
    origin_id: str = ""
    indicator: IndicatorLink | None = None
    readers: tuple[Account, ...] = ()


def open_case(*, county: County, opening: Opening, by: Reach, at: datetime, bulk: Bulk | None = None) -> Case:
    """Open a case with the next number of its county, kind and year; the indicator's value before is frozen with it.

    Raises `NotAllowed` for who may not open cases in the county, and refusals for what is missing or makes no sense.
    """
    if not by.can_in_county("open_cases", county.code):
        raise NotAllowed("not_allowed", right="open_cases")
    kind = _kind(opening.kind)
    level = opening.level or kind.default_level
    state = open_state(kind, level=level, at=at, calendar=current_calendar(), until=opening.until)
    if not opening.title.strip():
        raise InvalidRequest("case_needs_title")
    with recording(by.actor, at) as recorder:
        year = local_day(at).year
        sequence = _next_number(county, kind, year)
        # What comes of a restricted case is restricted, too: its title would tell.
        is_restricted = kind.is_restricted(level) or (opening.parent is not None and opening.parent.is_restricted)
        link = opening.indicator.as_json() if opening.indicator and kind.moves_indicator else None
        case = Case(
            county=county, kind=kind.id, level=level, year=year, sequence=sequence,
            number=kind.number.written(year, county.name[:1], sequence), title=opening.title.strip()[:300],
            task=opening.task.strip(), is_restricted=is_restricted, parent=opening.parent, bulk=bulk,
            origin_kind=opening.origin_kind, origin_id=opening.origin_id, indicator=link,
            indicator_before=read_indicator(county.code, link) if link else None, opened_by=by.account, opened_at=at,
        )  # fmt: skip
        case.number_key = plain(case.number)
        rows.write(case, state, kind, current_calendar())
        case.save()
        if not case.is_restricted:
            mark_months(county.code, months_touched(case, at))
        _make_findable(case)
        Step.objects.create(case=case, version=1, step="open", state=case.state, by=by.account, at=at)
        Reader.objects.bulk_create(Reader(case=case, account_id=account) for account in _readers(opening, case))
        if opening.parent is not None:
            _under(opening.parent, case, by, at)
        recorder.event(
            "cases.open", "case", case.pk, county=county.code, restricted=case.is_restricted,
            after={"number": case.number, "kind": kind.id, "level": level, "title": case.title, "indicator": link,
                   "origin": [case.origin_kind, case.origin_id], "parent": case.parent_id,
                   "indicator_before": case.indicator_before, "bulk": bulk.pk if bulk else None},
        )  # fmt: skip
    return case


def _readers(opening: Opening, case: Case) -> set[int]:
    """Return who is named on a new case: those that were given and, of what comes of a restricted case, its own."""
    named = {account.pk for account in opening.readers}
    if opening.parent is not None and opening.parent.is_restricted and case.is_restricted:
        named |= set(opening.parent.readers.values_list("account", flat=True))
    return named


def _kind(name: str) -> Kind:
    kind = load_kinds().get(name)
    if kind is None:
        raise InvalidRequest("case_kind_unknown", kind=name)
    return kind


def _next_number(county: County, kind: Kind, year: int) -> int:
    """Take the next number; who comes second waits for the row and gets the one after."""
    Numbering.objects.get_or_create(county=county, series=kind.id, year=year)
    numbering = Numbering.objects.select_for_update().get(county=county, series=kind.id, year=year)
    numbering.last += 1
    numbering.save(update_fields=["last"])
    return numbering.last


def _make_findable(case: Case) -> None:
    found = sorted(grams(case.number) | grams(case.title))
    Gram.objects.bulk_create(Gram(case=case, county=case.county_id, gram=gram) for gram in found)


def _under(parent: Case, child: Case, by: Reach, at: datetime) -> None:
    """Count the parent on by one version, so that nobody closes it as if it had no sub-case."""
    version = parent.version
    open_parent = Case.objects.filter(pk=parent.pk, version=version, is_open=True, county=child.county_id)
    if not open_parent.update(version=F("version") + 1):
        raise changed_since(Case.objects.get(pk=parent.pk), version)
    Step.objects.create(
        case=parent, version=version + 1, step="open_sub_case", state=parent.state, by=by.account, at=at,
        words="" if child.is_restricted else child.number,
    )  # fmt: skip


def open_many(*, county: County, title: str, openings: Sequence[Opening], by: Reach, at: datetime) -> Bulk:
    """Open many cases and hand out those that name a unit, in one go: all of them, or none."""
    if by.account is None:
        raise NotAllowed("not_allowed", right="open_cases")
    if not openings:
        raise InvalidRequest("bulk_is_empty")
    with recording(by.actor, at), telling(at):
        bulk = Bulk.objects.create(county=county, title=title.strip()[:200], by=by.account, at=at)
        for opening in openings:
            case = open_case(county=county, opening=opening, by=by, at=at, bulk=bulk)
            if opening.unit is not None:
                given = Given(unit=opening.unit, assisting=opening.assisting, until=opening.until)
                take_step(case=case, step="hand_out", version=1, by=by, at=at, given=given)
    return bulk


def void_bulk(*, bulk: Bulk, by: Reach, at: datetime, reason: str) -> tuple[int, int]:
    """Void what was opened in bulk by mistake; return how many were voided, and how many are left because work began.

    What somebody does not see is left alone.
    """
    with recording(by.actor, at) as recorder:
        locked = Bulk.objects.select_for_update().get(pk=bulk.pk)
        if locked.voided_at is not None:
            raise InvalidRequest("bulk_already_voided")
        parts = find_bulk_parts(locked, by, local_day(at))
        if not parts.voidable:
            raise InvalidRequest("bulk_nothing_to_void")
        for case in parts.voidable:
            take_step(case=case, step="void", version=case.version, by=by, at=at, given=Given(reason=reason))
        left = sum(case.is_open for case, _ in parts.kept)
        locked.voided_at = at
        locked.save(update_fields=["voided_at"])
        recorder.event(
            "cases.void_bulk", "bulk", locked.pk, county=locked.county_id,
            after={"voided": [case.pk for case in parts.voidable], "left": left}, reason=reason,
        )  # fmt: skip
    return len(parts.voidable), left
