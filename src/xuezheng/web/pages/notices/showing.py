"""Notices as pages show them: the sentence in the page's language, the title only to who may see it now, where it leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from xuezheng.cases.access import visible_cases
from xuezheng.cases.telling import step_words
from xuezheng.catalogue.notices import load_notices
from xuezheng.notices.models import Notice
from xuezheng.people.access import Reach
from xuezheng.web.language import page_language

_WITHOUT_SUBJECT = {"work": "work", "case": "work", "duty_report": "work", "approval": "approvals"}
TURNS = ("late", "escalated", "due_soon")


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """One notice in words; `title` is the case's where the reader sees it at this moment and it is not restricted."""

    held: Notice
    words: str
    title: str


def shown_notices(notices: Sequence[Notice], reach: Reach, on: date) -> list[ShownNotice]:
    """Return notices as the inbox lists them; one query for the titles of all."""
    cases = {int(held.subject_id) for held in notices if held.subject_kind == "case" and held.subject_id.isdigit()}
    titles: Mapping[int, str] = {}
    if cases:
        seen = visible_cases(reach, on).filter(pk__in=cases, is_restricted=False)
        titles = dict(seen.values_list("pk", "title"))
    return [
        ShownNotice(held, words(held), titles.get(int(held.subject_id), "") if held.subject_kind == "case" else "")
        for held in notices
    ]


def words(notice: Notice) -> str:
    """Return a notice's sentence in the page's language; a kind that the catalogue no longer knows shows as its name."""
    language, catalogue = page_language(), load_notices()
    kind = catalogue.kinds.get(notice.kind)
    if kind is None:
        return notice.kind
    if notice.kind == "night":
        told = [(turn, notice.params[turn]) for turn in TURNS if notice.params.get(turn)]
        parts = [catalogue.say(turn, language, count=count) for turn, count in told]
        return catalogue.say("between", language).join(parts)
    if kind.many is not None and notice.count > 1:
        return kind.many.in_language(language).format(count=notice.count)
    params = notice.params
    return kind.one.in_language(language).format(
        number=params.get("number") or catalogue.say("restricted", language),
        how=step_words(params.get("kind", ""), params.get("step", ""), language),
        day=params.get("day") or catalogue.say("no_day", language),
        week=params.get("week", ""),
    )


def leads_to(notice: Notice, reach: Reach) -> str:
    """Return the address that a notice is about; the page behind it decides anew whether the reader may come in.

    Who is invited to a meeting but sees no meetings here stays with the notice, which says the day.
    """
    county, subject = notice.county, notice.subject_id
    if notice.subject_kind == "case" and subject:
        return reverse("case", kwargs={"county": county, "case": int(subject)})
    if notice.subject_kind == "meeting" and subject and reach.can_in_county("view_cases", county):
        return reverse("meeting", kwargs={"county": county, "meeting": int(subject)})
    if notice.subject_kind == "duty_report" and subject:
        return reverse("duty-report", kwargs={"county": county, "report": int(subject)})
    if notice.subject_kind == "digest" and subject:
        return reverse("weekly-digest", kwargs={"county": county, "week": subject})
    return reverse(_WITHOUT_SUBJECT.get(notice.subject_kind, "notices"))
