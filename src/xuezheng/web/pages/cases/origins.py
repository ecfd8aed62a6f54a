"""Where a case comes from: the meeting and its clause as written, the bulk it was opened with, the case above it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from xuezheng.cases.access import visible_cases
from xuezheng.cases.models import Case
from xuezheng.meetings.models import Proposal
from xuezheng.web.gate import OfficeRequest


@dataclass(frozen=True, slots=True)
class Origin:
    """One line about where a case comes from; `link` is empty for who may not open it, `clause` where none is known."""

    what: str
    title: str
    link: str = ""
    clause: str = ""
    limit_words: str = ""


def origins_of(held: Case, asked: OfficeRequest) -> list[Origin]:
    """Return where a case comes from, as far as the person may know."""
    on = timezone.localdate(asked.at)
    found = []
    proposal = Proposal.objects.filter(case=held).select_related("meeting").first()
    sees_county = asked.reach.can_in_county("view_cases", held.county_id)
    if proposal is not None:
        found.append(_of_meeting(proposal, held, sees_county=sees_county))
    if held.bulk is not None and proposal is None:
        link = reverse("case-bulk", kwargs={"county": held.county_id, "bulk": held.bulk.pk}) if sees_county else ""
        found.append(Origin(gettext("批量立项"), held.bulk.title, link))
    if held.parent is not None:
        is_seen = visible_cases(asked.reach, on).filter(pk=held.parent.pk).exists()
        if is_seen:
            link = reverse("case", kwargs={"county": held.county_id, "case": held.parent.pk})
            found.append(Origin(gettext("上级事项"), f"{held.parent.number} {held.parent.title}", link))
        else:
            found.append(Origin(gettext("上级事项"), gettext("您不能查看的事项")))
    return found


def proposed_units(held: Case) -> tuple[int | None, list[int]]:
    """Return the lead and assisting units that the meeting's text named, for a case that is still to be handed out."""
    proposal = Proposal.objects.filter(case=held).first()
    if proposal is None:
        return None, []
    return proposal.lead_unit_id, list(proposal.assisting_units.values_list("pk", flat=True))


def _of_meeting(proposal: Proposal, held: Case, *, sees_county: bool) -> Origin:
    meeting = proposal.meeting
    what = gettext("任务分解表") if meeting.is_task_table else gettext("会议")
    link = reverse("meeting", kwargs={"county": held.county_id, "meeting": meeting.pk}) if sees_county else ""
    day = f"（{meeting.held_on.isoformat()}）" if meeting.held_on else ""
    clause = "……".join(meeting.text[first:last] for first, last in proposal.spans) if meeting.text else ""
    return Origin(what, f"{meeting.title}{day}", link, clause or proposal.text, proposal.limit_words)
