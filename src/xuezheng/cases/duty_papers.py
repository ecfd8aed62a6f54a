"""A duty report in words: laid out once, shown as a page and written as an office document from the same sections."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, BinaryIO, TypeVar

from xuezheng.cases.engine.duty_report import CaseFact, Count, DutyReport, EvidenceFact, Late
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.duty_report import LeftOpen, load_duty_report_words
from xuezheng.catalogue.standard import load_standard
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.verdict import Verdict
from xuezheng.kernel.work_calendar import last_day, local_day
from xuezheng.standards.report.wording import Wording, number

MOST_ROWS = 300
Held = TypeVar("Held")
_COUNTS = ("decisions", "on_time", "on_time_at_first", "verified", "moved")


@dataclass(frozen=True, slots=True)
class Section:
    """A section in words: a table with its head, notes under it, and what is left to people. Widths are those on paper."""

    title: str
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    widths_mm: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()
    left_open: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What people added: their sections by id, why a case was late by its number, and who signed on which day."""

    sections: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    signed_by: str = ""
    signed_on: date | None = None


NOTHING_WRITTEN = Written()


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A whole report in one language; `signed` is empty for a draft; `draft` and `mark` for what is signed."""

    title: str
    draft: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    signature: str
    signed: str = ""
    mark: str = ""


def lay_out(report: DutyReport, unit: str, language: str, written: Written = NOTHING_WRITTEN) -> LaidOut:
    """Put a report into words; `unit` is the unit's name, `language` is `zh` or `en`."""
    words = _Words(language, written)
    is_signed = written.signed_on is not None
    return LaidOut(
        title=words("title_signed" if is_signed else "title", unit=unit),
        draft="" if is_signed else words("draft"),
        opening=(
            words(
                "opening", first=local_day(report.since), last=local_day(report.until - timedelta(microseconds=1)),
                at=local_day(report.at),
            ),
            words("scope"),
        ),
        sections=(
            _overview(report, words),
            *(section(report, words) for section in _SECTIONS),
            *(_people_wrote(left, words) for left in load_duty_report_words().left_open),
        ),
        signature=words("seal" if is_signed else "signature"),
        mark="" if is_signed else words("draft_mark"),
        signed=words("signed", person=written.signed_by, on=written.signed_on) if is_signed else "",
    )  # fmt: skip


def find_open_sections(report: DutyReport, language: str, written: Written) -> list[str]:
    """Return the names of what a unit still has to write before it can sign: sections, and why cases were late."""
    held = [
        left.title.in_language(language)
        for left in load_duty_report_words().left_open
        if not written.sections.get(left.id, "").strip()
    ]
    late = [each.number for each in find_unexplained(report) if not written.reasons.get(each.number, "").strip()]
    return held + [load_duty_report_words().say("late_reason", language, number=number) for number in late]


def find_unexplained(report: DutyReport) -> list[CaseFact]:
    """Return the late cases that the report lists and for which no reason stands on record: the unit says why."""
    return [held.case for held in report.late[:MOST_ROWS] if not held.case.reasons]


def write_duty_report(laid_out: LaidOut, out: BinaryIO, *, language: str) -> None:
    """Write a report as an office document; what people still have to write is marked, and a draft says that it is one."""
    document = OfficialDocument(laid_out.title, language=language, watermark=laid_out.mark)
    if laid_out.draft:
        document.notice(laid_out.draft)
    for text in laid_out.opening:
        document.text(text)
    for section in laid_out.sections:
        document.heading(section.title)
        if section.rows:
            document.table(section.head, section.rows, section.widths_mm)
        for note in section.notes:
            document.text(note)
        for text in section.texts:
            document.text(text)
        for prompt in section.left_open:
            document.placeholder(prompt)
    if laid_out.signed:
        document.space()
        document.text(laid_out.signed)
    document.placeholder(laid_out.signature, right=True)
    document.save(out)


class _Words:
    """The report's wording in one language, and values as people read them."""

    def __init__(self, language: str, written: Written = NOTHING_WRITTEN) -> None:
        self.language, self.written, self._standards = language, written, Wording(language)

    def __call__(self, wording: str, **filled: object) -> str:
        return load_duty_report_words().say(wording, self.language, **filled)

    def count(self, name: str, count: Count) -> tuple[str, ...]:
        reasons = load_duty_report_words().excluded
        left_out = [
            self("excluded", what=reasons[reason].in_language(self.language), count=amount)
            for reason, amount in count.excluded.items()
        ]
        share = f"{100 * count.numerator / count.denominator:.1f}%" if count.denominator else "—"
        fraction = self("fraction", numerator=count.numerator, denominator=count.denominator)
        return self(name), fraction, share, self("joined").join(left_out) or "0"

    def kind(self, case: CaseFact) -> str:
        return load_kinds()[case.kind].title.in_language(self.language)

    def state(self, case: CaseFact) -> str:
        return load_kinds()[case.kind].states[case.state].title.in_language(self.language)

    def indicator(self, link: Mapping[str, str]) -> str:
        for indicator in load_standard(link["standard"]).indicators:
            if indicator.id == link["indicator"]:
                return f"{indicator.id} {indicator.title.in_language(self.language)}"
        return link["indicator"]

    def reading(self, reading: Mapping[str, Any] | None) -> str:
        if reading is None:
            return self("no_reading")
        verdict = self._standards.verdict(Verdict(reading["verdict"]))
        value = number(reading["value"], reading["requirement"])
        return self("joined").join([self._standards.year(reading["school_year"]), value, verdict])


def _people_wrote(left: LeftOpen, words: _Words) -> Section:
    """Return a section that only people write: their paragraphs, or what is asked of them."""
    paragraphs = tuple(line.strip() for line in words.written.sections.get(left.id, "").splitlines() if line.strip())
    prompt = () if paragraphs else (left.prompt.in_language(words.language),)
    return Section(left.title.in_language(words.language), left_open=prompt, texts=paragraphs, id=left.id)


def _overview(report: DutyReport, words: _Words) -> Section:
    head = tuple(words(name) for name in ("measure", "counted", "share", "left_out"))
    rows = tuple(words.count(name, getattr(report, name)) for name in _COUNTS)
    return Section(words("overview"), head, rows, (56, 22, 18, 60))


def _owned(report: DutyReport, words: _Words) -> Section:
    return _table(
        words, "owned", ("number", "what", "kind", "due", "state"), (32, 56, 26, 20, 22), report.owned,
        lambda case: (case.number, case.title, words.kind(case), _due(case.due_at), words.state(case)),
    )  # fmt: skip


def _in_time(report: DutyReport, words: _Words) -> Section:
    done = [case for case in report.owned if case.reported_at and case.due_at and case.reported_at < case.due_at]
    return _table(
        words, "in_time", ("number", "what", "due", "reported", "verified_on"), (32, 58, 22, 22, 22), done,
        lambda case: (case.number, case.title, _due(case.due_at), _day(case.reported_at), _day(case.verified_at)),
    )  # fmt: skip


def _late(report: DutyReport, words: _Words) -> Section:
    def row(held: Late) -> tuple[str, ...]:
        reported = _day(held.case.reported_at) if held.case.reported_at else words("not_yet")
        stated = words.written.reasons.get(held.case.number, "").strip()
        why = words("joined").join([*held.case.reasons, *([words("stated", words=stated)] if stated else [])])
        why = why or words("no_reason")
        return held.case.number, held.case.title, _due(held.case.due_at), reported, str(held.days), why

    heads = ("number", "what", "due", "reported", "days", "why")
    return _table(words, "late", heads, (30, 36, 21, 21, 12, 36), report.late, row)


def _indicators(report: DutyReport, words: _Words) -> Section:
    def row(case: CaseFact) -> tuple[str, ...]:
        is_same = (
            case.before is not None and case.now is not None and case.before["evaluation"] == case.now["evaluation"]
        )
        now = words("same_evaluation") if is_same else words.reading(case.now)
        return case.number, case.title, words.indicator(case.indicator or {}), words.reading(case.before), now

    heads = ("number", "what", "indicator", "before", "now")
    note = words("moved_note") if report.indicators else ""
    return _table(words, "indicators", heads, (30, 36, 40, 25, 25), report.indicators, row, note)


def _open(report: DutyReport, words: _Words) -> Section:
    return _table(
        words, "open", ("number", "what", "due", "state", "turns", "progress"), (30, 38, 21, 22, 17, 28), report.open,
        lambda case: (
            case.number, case.title, _due(case.due_at), words.state(case), f"{case.extensions} / {case.sent_back}",
            case.progress,
        ),
    )  # fmt: skip


def _evidence(report: DutyReport, words: _Words) -> Section:
    def row(held: EvidenceFact) -> tuple[str, ...]:
        name = held.file_name or held.words
        name = words("superseded", name=name) if held.is_superseded else name
        return held.case_number, name, _day(held.given_at), held.sha256 or "—"

    return _table(words, "evidence", ("number", "file", "given", "digest"), (30, 46, 22, 58), report.evidence, row)


_SECTIONS = (_owned, _in_time, _late, _indicators, _open, _evidence)


def _table(
    words: _Words, title: str, heads: Iterable[str], widths_mm: tuple[float, ...], held: Iterable[Held],
    row: Callable[[Held], tuple[str, ...]], note: str = "",
) -> Section:  # fmt: skip
    """Return a section with a table, or with the words that there is nothing; very long ones are cut and say so."""
    every = list(held)
    notes = [note] if note else []
    if not every:
        notes.append(words("none"))
    if len(every) > MOST_ROWS:
        notes.append(words("more", count=len(every) - MOST_ROWS))
    rows = tuple(row(each) for each in every[:MOST_ROWS])
    return Section(words(title), tuple(words(name) for name in heads), rows, widths_mm, tuple(notes))


def _day(moment: datetime | None) -> str:
    return local_day(moment).isoformat() if moment else "—"


def _due(moment: datetime | None) -> str:
    return last_day(moment).isoformat() if moment else "—"
