"""Papers of meetings: entered, superseded by newer versions, given readers, submitted for review, reviewed, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import Recorder, recording
from xuezheng.meetings.access import require_clerk, require_paper_writer, require_submitter
from xuezheng.meetings.actions.changing import count_on
from xuezheng.meetings.models import AgendaItem, Meeting, Paper, PaperReader, PaperReview, PaperVersion
from xuezheng.people.access import Reach
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County
from xuezheng.standards.evidence_store import KeptFile


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperGiven:
    """What a paper is entered with. A unit's paper that no meeting has yet is `is_submitted` for review."""

    title: str
    file: KeptFile
    unit: Organisation | None = None
    item: AgendaItem | None = None
    is_restricted: bool = False
    readers: tuple[Account, ...] = ()
    is_submitted: bool = False


def add_paper(*, county: County, given: PaperGiven, by: Reach, at: datetime, meeting: Meeting | None = None) -> Paper:
    """Enter a paper with its first version, for a meeting or without one. Raises `NotAllowed` for who may not."""
    account = require_submitter(by, county.code, given.unit.pk if given.unit else None, local_day(at))
    if meeting is not None or given.readers:
        require_clerk(by, county.code)
    if not given.title.strip():
        raise InvalidRequest("paper_needs_title")
    with recording(by.actor, at) as recorder:
        paper = Paper.objects.create(
            county=county, meeting=meeting, item=given.item, title=given.title.strip()[:200], unit=given.unit,
            is_restricted=given.is_restricted, entered_by=account, entered_at=at, changed_by=account, changed_at=at,
            state=Paper.State.SUBMITTED if given.is_submitted else Paper.State.PLAIN,
            submitted_at=at if given.is_submitted else None,
        )  # fmt: skip
        version = _keep(paper, 1, given.file, "", account, at)
        _name_readers(paper, given.readers if given.is_restricted else ())
        recorder.event(
            "meetings.add_paper", "paper", paper.pk, county=county.code, restricted=paper.is_restricted,
            after={"title": "" if paper.is_restricted else paper.title, "meeting": meeting.pk if meeting else None, "sha256": version.sha256,
                   "state": paper.state, "is_restricted": paper.is_restricted,
                   "readers": [reader.pk for reader in given.readers]},
        )  # fmt: skip
    return paper


def supersede_paper(*, paper: Paper, file: KeptFile, words: str, version: int, by: Reach, at: datetime) -> PaperVersion:
    """Give a newer version of a paper's file; the earlier ones stay. One that was to be revised awaits review again.

    Raises `PaperChanged` where somebody was quicker, `InvalidRequest` (`paper_settled`) for one approved or withdrawn,
    `paper_same_file` for the very file that is the newest already.
    """
    account = require_paper_writer(by, paper, local_day(at))
    _require_unsettled(paper)
    newest = paper.versions.first()
    if newest is not None and newest.sha256 == file.sha256:
        raise InvalidRequest("paper_same_file", name=newest.file_name)
    again = {"state": Paper.State.SUBMITTED, "submitted_at": at} if paper.state == Paper.State.TO_REVISE else {}
    with recording(by.actor, at) as recorder:
        count_on(paper, version, account, at, **again)
        made = _keep(paper, (newest.number if newest else 0) + 1, file, words, account, at)
        recorder.event(
            "meetings.supersede_paper", "paper", paper.pk, county=paper.county_id, restricted=paper.is_restricted,
            before={"sha256": newest.sha256 if newest else ""},
            after={"number": made.number, "sha256": made.sha256, "state": paper.state},
        )  # fmt: skip
    return made


def submit_paper(*, paper: Paper, version: int, by: Reach, at: datetime) -> Paper:
    """Submit a paper for review by a meeting: it is proposed for the next agenda."""
    account = require_paper_writer(by, paper, local_day(at))
    _require_unsettled(paper)
    if paper.state == Paper.State.SUBMITTED:
        raise InvalidRequest("paper_submitted")
    with recording(by.actor, at) as recorder:
        count_on(paper, version, account, at, state=Paper.State.SUBMITTED, submitted_at=at)
        recorder.event(
            "meetings.submit_paper", "paper", paper.pk, county=paper.county_id, restricted=paper.is_restricted
        )
    return paper


def review_paper(
    *, paper: Paper, meeting: Meeting, is_approved: bool, words: str, version: int, by: Reach, at: datetime
) -> Paper:
    """Write down what a meeting decided about the newest version: approved, or to be revised, then with the words why.

    Raises `InvalidRequest`: `paper_not_submitted`, `review_needs_words`, `review_before_meeting`.
    """
    account = require_clerk(by, paper.county_id)
    if paper.state != Paper.State.SUBMITTED:
        raise InvalidRequest("paper_not_submitted")
    if not is_approved and not words.strip():
        raise InvalidRequest("review_needs_words")
    if meeting.cancelled_at is not None:
        raise InvalidRequest("meeting_cancelled")
    if meeting.held_on is None or meeting.held_on > local_day(at):
        raise InvalidRequest("review_before_meeting", title=meeting.title)
    with recording(by.actor, at) as recorder:
        state = Paper.State.APPROVED if is_approved else Paper.State.TO_REVISE
        count_on(paper, version, account, at, state=state)
        reviewed = paper.versions.all()[0]
        PaperReview.objects.create(
            paper=paper, version=reviewed, meeting=meeting, is_approved=is_approved, words=words.strip()[:500],
            by=account, at=at,
        )  # fmt: skip
        recorder.event(
            "meetings.review_paper", "paper", paper.pk, county=paper.county_id, restricted=paper.is_restricted,
            after={"meeting": meeting.pk, "version": reviewed.number, "state": state}, reason=words.strip(),
        )  # fmt: skip
    return paper


def take_up_paper(
    *, number: str, meeting: Meeting, item: AgendaItem, account: Account, at: datetime, recorder: Recorder
) -> None:
    """Give a submitted paper to an item of a meeting's agenda, within the taking of what was collected.

    Raises `InvalidRequest`: `paper_not_submitted` for one that was reviewed or withdrawn meanwhile,
    `paper_of_other_meeting` for one that waits for a meeting still to be held: its invited would change unseen.
    """
    paper = Paper.objects.select_for_update(of=("self",)).select_related("meeting").get(
        pk=number, county=meeting.county_id
    )  # fmt: skip
    if paper.state != Paper.State.SUBMITTED:
        raise InvalidRequest("paper_not_submitted")
    held = paper.meeting
    is_ahead = held is not None and held.cancelled_at is None and (held.held_on is None or held.held_on > local_day(at))
    if held is not None and held.pk != meeting.pk and is_ahead:
        raise InvalidRequest("paper_of_other_meeting", title=held.title)
    before = {"meeting": paper.meeting_id, "item": paper.item_id}
    count_on(paper, paper.version, account, at, meeting=meeting, item=item)
    recorder.event(
        "meetings.take_up_paper", "paper", paper.pk, county=paper.county_id, restricted=paper.is_restricted,
        before=before, after={"meeting": meeting.pk, "item": item.pk},
    )  # fmt: skip


def withdraw_paper(*, paper: Paper, reason: str, version: int, by: Reach, at: datetime) -> Paper:
    """Withdraw a paper that was entered by mistake or overtaken; it stays with all versions, marked."""
    account = require_paper_writer(by, paper, local_day(at))
    _require_unsettled(paper)
    if not reason.strip():
        raise InvalidRequest("paper_withdrawal_needs_reason")
    with recording(by.actor, at) as recorder:
        count_on(paper, version, account, at, state=Paper.State.WITHDRAWN)
        recorder.event(
            "meetings.withdraw_paper", "paper", paper.pk, county=paper.county_id, restricted=paper.is_restricted,
            reason=reason.strip(),
        )  # fmt: skip
    return paper


def set_readers(
    *, paper: Paper, is_restricted: bool, readers: Sequence[Account], version: int, by: Reach, at: datetime
) -> Paper:
    """Restrict a paper to those named, or open it to whoever sees the county's cases. Clerks who see it do so."""
    account = require_clerk(by, paper.county_id)
    with recording(by.actor, at) as recorder:
        before = {
            "is_restricted": paper.is_restricted,
            "readers": sorted(paper.readers.values_list("account", flat=True)),
        }
        count_on(paper, version, account, at, is_restricted=is_restricted)
        paper.readers.all().delete()
        _name_readers(paper, tuple(readers) if is_restricted else ())
        recorder.event(
            "meetings.set_paper_readers", "paper", paper.pk, county=paper.county_id, restricted=True, before=before,
            after={"is_restricted": is_restricted, "readers": sorted(reader.pk for reader in readers)},
        )  # fmt: skip
    return paper


def _keep(paper: Paper, number: int, file: KeptFile, words: str, account: Account, at: datetime) -> PaperVersion:
    return PaperVersion.objects.create(
        paper=paper, number=number, words=words.strip()[:300], file_name=file.file_name, media_type=file.media_type,
        size_bytes=file.size_bytes, sha256=file.sha256, given_by=account, given_at=at,
    )  # fmt: skip


def _name_readers(paper: Paper, readers: Sequence[Account]) -> None:
    PaperReader.objects.bulk_create(PaperReader(paper=paper, account=reader) for reader in dict.fromkeys(readers))


def _require_unsettled(paper: Paper) -> None:
    if paper.state in (Paper.State.APPROVED, Paper.State.WITHDRAWN):
        raise InvalidRequest("paper_settled")
