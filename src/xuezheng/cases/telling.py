"""Who is told of a step of a case, as the catalogue's `notices.yaml` says. Whoever took the step is not told of it."""

from collections.abc import Iterable

from xuezheng.cases.duty_models import DutyReport
from xuezheng.cases.models import Case
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.notices import Audience, load_notices
from xuezheng.notices.actions.telling import Gathering
from xuezheng.people.models import Account


def tell_of_step(gathering: Gathering, case: Case, step: str, *, unit: int | None, by: int) -> None:
    """Note who is to be told of a step; `unit` is the lead unit that it concerns, `by` the account that took it.

    Of a restricted case nobody is told but its units and those named on it, and no more than that there is one.
    """
    for telling in load_notices().steps.get(step, ()):
        readers = _readers(gathering, case, telling.to, unit) - {by}
        gathering.tell(
            telling.kind, readers, county=case.county_id, subject=("case", case.pk), params=_params(case, step)
        )


def tell_of_duty_reports(gathering: Gathering, kind: str, reports: Iterable[DutyReport], *, by: int) -> None:
    """Note that the units of some reports of one round are to be told of them, and by when they are due."""
    held = list(reports)
    people = gathering.audiences.at_units([report.unit_id for report in held])
    for report in held:
        gathering.tell(
            kind, people[report.unit_id] - {by}, county=report.county_id, subject=("duty_report", report.pk),
            params={"day": report.round.due_on.isoformat()},
        )  # fmt: skip


def _params(case: Case, step: str) -> dict[str, str]:
    told = {"number": "" if case.is_restricted else case.number, "step": step}
    return told | {"kind": case.kind}


def _readers(gathering: Gathering, case: Case, to: Audience, unit: int | None) -> frozenset[int]:
    people = gathering.audiences
    if to == "lead_unit":
        return people.at_units([unit])[unit] if unit is not None else frozenset()
    if to == "assisting_units":
        units = list(case.assisting_units.values_list("pk", flat=True))
        return frozenset[int]().union(*people.at_units(units).values())
    if case.is_restricted:
        return _named(case)
    if to == "verifiers":
        return people.verifiers(case.county_id, unit)
    return people.leaders(case.county_id) if to == "leaders" else people.in_county(case.county_id, "supervise_cases")


def _named(case: Case) -> frozenset[int]:
    """Return the accounts that a restricted case names, and whoever opened it."""
    named = set(case.readers.values_list("account", flat=True)) | {case.opened_by_id}
    return frozenset(
        Account.objects.filter(pk__in=[each for each in named if each], is_active=True).values_list("pk", flat=True)
    )


def step_words(kind: str, step: str, language: str) -> str:
    """Return what a step is called in a kind of case; empty for one that it no longer knows."""
    held = load_kinds().get(kind)
    return held.steps[step].title.in_language(language) if held and step in held.steps else ""
