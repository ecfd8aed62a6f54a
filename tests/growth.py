"""Lists of three and of three hundred rows: what the pages that list them are read with.

Each function leaves the home county with exactly `count` rows of its kind. Query counts must not follow them.
"""

from datetime import timedelta

from addresses import JUDGED, SCHOOL, STANDARD
from unguarded import as_if_no_guard
from world import AT, HOME, organisation


def schools(count: int) -> None:
    from xuezheng.register.models import School, SchoolYear, Snapshot
    from xuezheng.standards.models import Evaluation, StoredFinding, StoredVerdict

    codes = [SCHOOL, *(f"29{number:08d}" for number in range(1, count))]
    School.objects.filter(county=HOME).exclude(school_code=SCHOOL).delete()
    model = School.objects.get(county=HOME, school_code=SCHOOL)
    fields = {
        f.attname: getattr(model, f.attname) for f in School._meta.fields if f.name not in ("id", "school_code", "name")
    }
    School.objects.bulk_create(School(school_code=code, name=f"云溪县第{code}小学校", **fields) for code in codes[1:])
    for snapshot in Snapshot.objects.filter(county=HOME, is_current=True):
        facts = SchoolYear.objects.get(snapshot=snapshot, school_code=SCHOOL)
        SchoolYear.objects.filter(snapshot=snapshot).exclude(school_code=SCHOOL).delete()
        more = {
            f.attname: getattr(facts, f.attname) for f in SchoolYear._meta.fields if f.name not in ("id", "school_code")
        }
        SchoolYear.objects.bulk_create(SchoolYear(school_code=code, **more) for code in codes[1:])
    for evaluation in Evaluation.objects.filter(county=HOME, is_current=True):
        for kind in (StoredFinding, StoredVerdict):
            rows = list(kind.objects.filter(evaluation=evaluation, subject=SCHOOL))
            kind.objects.filter(evaluation=evaluation).exclude(subject__in=[SCHOOL, HOME]).delete()
            kind.objects.bulk_create(_again(row, subject=code) for code in codes[1:] for row in rows)


def _again(row: object, /, **other: object) -> object:
    """A copy of a row, to be created, with some values another."""
    kind = type(row)
    values = {field.attname: getattr(row, field.attname) for field in kind._meta.fields if field.name != "id"}
    return kind(**(values | other))


def findings(count: int) -> None:
    schools(count)


def evaluations(count: int) -> None:
    """Years of a standard: the county has been evaluated `count` times."""
    from xuezheng.register.models import Snapshot
    from xuezheng.standards.models import Evaluation

    first = Evaluation.objects.get(county=HOME, standard=STANDARD, is_current=True, school_year=2025)
    Evaluation.objects.filter(county=HOME, standard=STANDARD).exclude(pk=first.pk).delete()
    snapshot = Snapshot.objects.get(pk=first.snapshot_id)
    for year in range(2025 - count + 1, 2025):
        held, _ = Snapshot.objects.update_or_create(
            county_id=HOME,
            school_year=year,
            is_current=True,
            defaults={"digest": f"{year:064d}", "folder": snapshot.folder, "stored_at": AT},
        )
        _again(first, school_year=year, snapshot_id=held.pk).save()


def judged(count: int) -> None:
    from xuezheng.people.models import Account
    from xuezheng.standards.models import Evidence, JudgedItem

    Evidence.objects.filter(judged_item__county=HOME).delete()
    JudgedItem.objects.filter(county=HOME).delete()
    reviewer, _ = Account.objects.get_or_create(login="grown-reviewer", name="评审", created_at=AT)
    items = [
        JudgedItem.objects.create(
            county_id=HOME, standard=STANDARD, school_year=2025, indicator=JUDGED, answer=True, reviewer=reviewer,
            judged_on=AT.date(), recorded_at=AT + timedelta(minutes=number),
        ) for number in range(count)
    ]  # fmt: skip
    Evidence.objects.bulk_create(
        Evidence(
            judged_item=item,
            file_name="一.pdf",
            media_type="application/pdf",
            size_bytes=1,
            sha256="1" * 64,
            given_by=reviewer,
            given_at=AT,
        )
        for item in items
    )


def people(count: int) -> None:
    from xuezheng.people.models import Account, Appointment

    Appointment.objects.filter(account__login__startswith="grown-").delete()
    Account.objects.filter(login__startswith="grown-").delete()
    unit = organisation("county", HOME, HOME)
    made = Account.objects.bulk_create(
        Account(login=f"grown-{number:04d}", name=f"人员{number}", created_at=AT) for number in range(count)
    )
    Appointment.objects.bulk_create(
        Appointment(account=account, organisation=unit, role="planner", starts_on=AT.date()) for account in made
    )


def organisations(count: int) -> None:
    from xuezheng.cases.duty_models import DutyReport
    from xuezheng.people.models import Organisation

    DutyReport.objects.filter(unit__county=HOME, unit__code__startswith="grown").delete()
    Organisation.objects.filter(county=HOME, code__startswith="grown").delete()
    root = organisation("county", HOME, HOME)
    Organisation.objects.bulk_create(
        Organisation(
            parent=root,
            path=f"/{root.pk}/{900000 + number}/",
            kind="section",
            county=HOME,
            code=f"grown{number}",
            name=f"科{number}",
        )
        for number in range(count)
    )


def approvals(count: int) -> None:
    from xuezheng.people.models import Account, Approval

    asking, _ = Account.objects.get_or_create(login="grown-asking", name="申请人", created_at=AT)
    Approval.objects.all().delete()
    Approval.objects.bulk_create(
        Approval(
            county=HOME,
            kind="export_people",
            subject_kind="county",
            subject_id=HOME,
            reason="导出",
            requested_by=asking,
            requested_at=AT,
            expires_at=AT + timedelta(days=3650),
        )
        for _ in range(count)
    )


def events(count: int) -> None:
    from xuezheng.ledger.actions import Actor, recording
    from xuezheng.ledger.models import Head, Payload

    Payload.objects.all().delete()
    as_if_no_guard("DELETE FROM ledger_event")
    Head.objects.all().delete()
    with recording(Actor("account:1", "某人"), AT) as recorder:
        for number in range(count):
            recorder.event("people.note", "account", number % 7, county=HOME, after={"number": number}, reason="缘由")


def imports(count: int) -> None:
    from xuezheng.people.models import Account
    from xuezheng.register.models import Import

    by, _ = Account.objects.get_or_create(login="grown-importer", name="导入人", created_at=AT)
    Import.objects.all().delete()
    Import.objects.bulk_create(
        Import(
            county_id=HOME,
            folder=f"grown{number}",
            state="checked",
            files=[{"name": "一.xlsx", "bytes": 1, "sha256": "1" * 64}],
            uploaded_by=by,
            uploaded_at=AT,
            checked_at=AT,
            counts={"error": 0, "warning": 1, "note": 0},
        )
        for number in range(count)
    )


def faults(count: int) -> None:
    from xuezheng.register.models import Import, ImportFault

    delivery = Import.objects.get(county=HOME, folder=f"planted-{HOME}")
    model = delivery.faults.first()
    delivery.faults.exclude(pk=model.pk).delete()
    ImportFault.objects.bulk_create(_again(model, row=number + 3) for number in range(count - 1))


def jobs(count: int) -> None:
    from xuezheng.people.models import Account
    from xuezheng.web.models import Job

    Job.objects.all().delete()
    by = Account.objects.get(login="somebody")
    Job.objects.bulk_create(
        Job(
            kind="register.check_import", county=HOME, account=by, actor=f"account:{by.pk}", run_after=AT,
            requested_at=AT, state="queued",
        )
        for _ in range(count)
    )  # fmt: skip


def townships(count: int) -> None:
    from xuezheng.register.models import School, Township

    schools(count)
    Township.objects.filter(county=HOME).delete()
    codes = [f"{HOME}{number:03d}" for number in range(1, count + 1)]
    Township.objects.bulk_create(Township(county_id=HOME, code=code, name=f"第{code}镇") for code in codes)
    for school, code in zip(School.objects.filter(county=HOME), codes, strict=True):
        school.township_code = code
        school.save(update_fields=["township_code"])


def cases(count: int) -> None:
    """So many cases of the planted section, half of them late."""
    from xuezheng.cases.models import Case, Evidence, Extension, Gram, Step
    from xuezheng.meetings.models import Proposal
    from xuezheng.people.models import Organisation

    model = Case.objects.get(county=HOME, title="本县哨兵事项")
    Proposal.objects.filter(meeting__county=HOME, case__isnull=False).delete()
    for held in (Gram, Evidence, Extension, Step):
        held.objects.filter(case__county=HOME).exclude(case=model).delete()
    Case.objects.filter(county=HOME).exclude(pk=model.pk).delete()
    unit = Organisation.objects.get(pk=model.lead_unit_id)
    made = Case.objects.bulk_create(
        _again(
            model,
            sequence=number + 10,
            title=f"本县哨兵第{number}件",
            lead_unit=unit,
            due_at=AT + timedelta(days=number % 2 - 1),
        )
        for number in range(count)
    )
    Gram.objects.bulk_create(Gram(case=case, county=HOME, gram="哨兵") for case in made)


def duty_reports(count: int) -> None:
    """So many units' reports in the planted round; the planted one is signed, and so are they."""
    from xuezheng.cases.duty_models import DutyReport

    organisations(count)
    model = DutyReport.objects.get(county=HOME, round__title="本县哨兵履职报告")
    DutyReport.objects.filter(round=model.round).exclude(pk=model.pk).delete()
    units = organisation_numbers()
    DutyReport.objects.bulk_create(_again(model, unit_id=unit) for unit in units[: count - 1])


def organisation_numbers() -> list[int]:
    from xuezheng.people.models import Organisation

    return list(Organisation.objects.filter(county=HOME, code__startswith="grown").values_list("pk", flat=True))


def papers(count: int) -> None:
    """So many drafts about the planted case."""
    from xuezheng.cases.paper_models import DraftedPaper

    model = DraftedPaper.objects.filter(county=HOME).order_by("pk").first()
    DraftedPaper.cases.through.objects.exclude(draftedpaper=model).delete()
    DraftedPaper.objects.filter(county=HOME).exclude(pk=model.pk).delete()
    case = model.cases.get()
    made = DraftedPaper.objects.bulk_create(_again(model, title=f"第{number}份") for number in range(1, count))
    through = DraftedPaper.cases.through
    through.objects.bulk_create(through(draftedpaper_id=held.pk, case_id=case.pk) for held in made)


def duty_rounds(count: int) -> None:
    """So many rounds; the planted one stays, with its report."""
    from xuezheng.cases.duty_models import DutyRound

    model = DutyRound.objects.get(county=HOME, title="本县哨兵履职报告")
    DutyRound.objects.filter(county=HOME).exclude(pk=model.pk).delete()
    DutyRound.objects.bulk_create(_again(model, title=f"第{number}次") for number in range(1, count))


def meetings(count: int) -> None:
    """So many meetings; the planted one stays, with its proposals."""
    from xuezheng.meetings.models import Meeting

    model = Meeting.objects.get(county=HOME, title="本县哨兵会议")
    Meeting.objects.filter(county=HOME).exclude(pk=model.pk).delete()
    Meeting.objects.bulk_create(
        _again(model, title=f"第{number}次会议", sha256=f"{number:064}") for number in range(1, count)
    )


def proposals(count: int) -> None:
    """So many proposals of the planted meeting, every second one a decision with its case and units."""
    from xuezheng.cases.models import Case
    from xuezheng.meetings.models import Proposal
    from xuezheng.people.models import Organisation

    model = Proposal.objects.get(meeting__county=HOME, state="open", place=1)
    decided = Proposal.objects.filter(meeting=model.meeting, state="confirmed").order_by("place").first()
    case = Case.objects.get(pk=decided.case_id)
    unit = Organisation.objects.filter(county=HOME, kind="section").first()
    Proposal.assisting_units.through.objects.filter(proposal__meeting=model.meeting).delete()
    Proposal.objects.filter(meeting=model.meeting).exclude(pk__in=[model.pk, decided.pk]).delete()
    cases = Case.objects.bulk_create(
        _again(case, sequence=1000 + count + number, title=f"决定{number}", lead_unit_id=unit.pk)
        for number in range(count // 2)
    )
    made = Proposal.objects.bulk_create(
        [_again(decided, place=10 + number, case_id=each.pk) for number, each in enumerate(cases)]
        + [_again(model, place=1000 + number, lead_unit_id=unit.pk) for number in range(count - len(cases) - 2)]
    )
    through = Proposal.assisting_units.through
    through.objects.bulk_create(through(proposal_id=held.pk, organisation_id=unit.pk) for held in made)


def notices(count: int) -> None:
    """So many notices of everybody, each about a case; every second one has been read."""
    from xuezheng.cases.models import Case
    from xuezheng.notices.models import Notice
    from xuezheng.people.models import Account

    Notice.objects.all().delete()
    cases(count)
    about = list(Case.objects.filter(county=HOME).values_list("pk", flat=True)[:count])
    Notice.objects.bulk_create(
        Notice(
            reader=account, county=HOME, kind="urged", subject_kind="case", subject_id=str(case), at=AT,
            params={"number": f"第{case}号"}, read_at=AT if number % 2 else None,
        )
        for account in Account.objects.all()
        for number, case in enumerate(about)
    )  # fmt: skip


def messages(count: int) -> None:
    """So many messages that failed, half of them to a robot."""
    from xuezheng.notices.models import Outgoing, Robot

    Outgoing.objects.all().delete()
    robot = Robot.objects.get(county=HOME)
    to = ({"account": robot.changed_by}, {"robot": robot})
    Outgoing.objects.bulk_create(
        Outgoing(
            key=f"grown:{number}", county=HOME, purpose="daily", counts={"urged": 1}, state="failed", created_at=AT,
            run_after=AT, failure_code="message_robot_refused", failure_params={"answer": "errcode 1"}, **to[number % 2],
        )
        for number in range(count)
    )  # fmt: skip


def agenda_items(count: int) -> None:
    """So many items on the planted meeting's agenda, each with its unit."""
    from xuezheng.meetings.models import AgendaItem, Paper
    from xuezheng.people.models import Organisation

    model = AgendaItem.objects.filter(meeting__county=HOME, title="本县哨兵议题").earliest("pk")
    AgendaItem.objects.filter(meeting=model.meeting).exclude(pk=model.pk).delete()
    unit = Organisation.objects.filter(county=HOME, kind="section").first()
    made = AgendaItem.objects.bulk_create(
        _again(model, place=number + 2, unit_id=unit.pk) for number in range(count - 1)
    )
    Paper.objects.filter(meeting=model.meeting, is_restricted=False).update(item=made[0])


def invitees(count: int) -> None:
    from xuezheng.meetings.models import Invitee

    model = Invitee.objects.get(meeting__county=HOME, name="本县哨兵客")
    Invitee.objects.filter(meeting=model.meeting).exclude(pk=model.pk).delete()
    Invitee.objects.bulk_create(_again(model, place=number + 2, name=f"客{number}") for number in range(count - 1))


def meeting_papers(count: int) -> None:
    """So many papers of the planted meeting, each with two versions and a review."""
    from xuezheng.meetings.models import Paper, PaperReview, PaperVersion

    model = Paper.objects.get(county=HOME, title="本县哨兵材料")
    version = PaperVersion.objects.get(paper=model, number=1)
    grown = Paper.objects.filter(county=HOME, title__startswith="第")
    PaperReview.objects.filter(paper__in=grown).delete()
    PaperVersion.objects.filter(paper__in=grown).delete()
    grown.delete()
    made = Paper.objects.bulk_create(_again(model, title=f"第{number}份材料") for number in range(count - 1))
    versions = PaperVersion.objects.bulk_create(
        _again(version, paper_id=paper.pk, number=number) for paper in made for number in (1, 2)
    )
    PaperReview.objects.bulk_create(
        PaperReview(
            paper_id=held.paper_id, version=held, meeting_id=model.meeting_id, is_approved=False, by=version.given_by,
            at=AT,
        ) for held in versions[::2]
    )  # fmt: skip
