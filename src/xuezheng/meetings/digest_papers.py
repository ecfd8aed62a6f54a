"""The week on one page in words: laid out once so that it fits, shown as a page and written as a document from the same rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, BinaryIO

from xuezheng.cases.models import Case
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.digest import load_digest_words
from xuezheng.catalogue.standard import load_standard
from xuezheng.documents.office import Form, OfficialDocument
from xuezheng.kernel.verdict import Verdict
from xuezheng.kernel.work_calendar import SHANGHAI, last_day
from xuezheng.meetings.queries.digest import Asked, Digest, Moved, Proven
from xuezheng.standards.report.wording import Wording, number

_WIDTHS_MM = (96.0, 30.0, 54.0)
_SIZE_PT = 8.5
# Letters of one line in each column, counted in Chinese signs, a little below what fits: no line is lost to rounding.
_SIGNS = (28.0, 8.0, 15.5)
_LINES_A_CELL = 2
_FEWEST = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the matter, its unit, a remark; `case` is the one that it leads to."""

    what: str
    unit: str
    note: str
    case: int | None = None

    @property
    def lines(self) -> int:
        """Return how many lines of small type the row takes."""
        return max(_lines(text, signs) for text, signs in zip((self.what, self.unit, self.note), _SIGNS, strict=True))


@dataclass(frozen=True, slots=True)
class Part:
    """A section: one sentence, rows, and how many more there are and where."""

    name: str
    title: str
    lead: str
    rows: tuple[Row, ...] = ()
    count: int = 0
    where: str = ""
    more: str = ""

    @property
    def lines(self) -> int:
        """Return how many lines of small type the section takes below its heading."""
        return 2 + sum(row.lines for row in self.rows) + bool(self.more)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole page in one language."""

    title: str
    period: str
    remarks: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def lines(self) -> int:
        """Return how many lines of small type it takes beside title and headings."""
        return sum(part.lines for part in self.parts)


def lay_out(digest: Digest, county: str, language: str) -> Sheet:
    """Return a week in words that fit on one page: long texts are cut, and of long lists the first rows are kept."""
    words = _Words(language, digest.as_of)
    parts = [
        words.said(digest),
        words.part("proof", [words.proven(held) for held in digest.proven], digest.proven_count),
        words.part("late", [words.late(case) for case in digest.late], digest.late_count),
        words.part("moved", [words.moved(held) for held in digest.moved], digest.moved_count),
        words.needs(digest),
        words.part("next", [words.due(case) for case in digest.due], digest.due_count),
    ]
    week = digest.week
    remarks = [
        words.say(name)
        for name, holds in (
            ("quiet", digest.is_quiet), ("running", digest.is_running), ("past", digest.is_past), ("restricted", True)
        )
        if holds
    ]  # fmt: skip
    period = words.say(
        "period", week=week, first=week.first.isoformat(), last=week.last.isoformat(),
        as_of=_moment(digest.as_of),
    )  # fmt: skip
    fitted = _fitted([words.with_more(part) for part in parts], words)
    return Sheet(words.say("title", county=county), period, tuple(remarks), fitted)


def _moment(at: datetime) -> str:
    """Return a moment as people write it: the end of a day is its 24:00."""
    local = at.astimezone(SHANGHAI)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        return f"{last_day(at).isoformat()} 24:00"
    return local.strftime("%Y-%m-%d %H:%M")


def _fitted(parts: list[Part], words: "_Words") -> tuple[Part, ...]:
    """Take the last row of the longest section away until the page holds the rest; each keeps its first row."""
    while sum(part.lines for part in parts) > load_digest_words().most_lines:
        longest = max(range(len(parts)), key=lambda place: (len(parts[place].rows) > _FEWEST, parts[place].lines))
        if len(parts[longest].rows) <= _FEWEST:
            break
        parts[longest] = words.with_more(replace(parts[longest], rows=parts[longest].rows[:-1]))
    return tuple(parts)


class _Words:
    """The sections' words in one language."""

    def __init__(self, language: str, as_of: datetime) -> None:
        self.language, self.as_of = language, as_of

    def say(self, name: str, **filled: object) -> str:
        return load_digest_words().say(name, self.language, **filled)

    def part(self, name: str, rows: Iterable[Row], count: int, **lead: object) -> Part:
        said = self.say(f"{name}_lead", count=count, **lead) if count else self.say(f"{name}_none")
        return Part(name, self.say(name), _cut(said, 55.0), tuple(rows), count, self.say(f"{name}_where"))

    def with_more(self, part: Part) -> Part:
        left = part.count - len(part.rows)
        return replace(part, more=self.say("more", count=left, where=part.where) if left > 0 else "")

    def said(self, digest: Digest) -> Part:
        if digest.meeting is None:
            return self.part("said", (), 0)
        day = digest.meeting.held_on.isoformat() if digest.meeting.held_on else digest.meeting.day_words
        rows = [self.row(case, self.state(case)) for case in digest.said]
        title = _cut(digest.meeting.title.strip().removesuffix("召开"), 28.0)
        lead = self.say(
            "said_lead", title=title, day=day, count=digest.said_count, done=digest.said_done, late=digest.said_late
        )
        return Part("said", self.say("said"), lead, tuple(rows), digest.said_count, self.say("said_where"))

    def needs(self, digest: Digest) -> Part:
        counts = {"escalated": digest.escalated_count, "asked": digest.asked_count, "forced": digest.forced_count}
        rows = [self.row(case, self.say("escalated", what=self.step(case))) for case in digest.escalated]
        rows += [self.asked(held) for held in digest.asked]
        rows += [self.row(held.case, self.say("forced", why=held.words)) for held in digest.forced]
        return self.part("needs", rows, sum(counts.values()), **counts)

    def row(self, case: Case, note: str) -> Row:
        unit = case.lead_unit.name if case.lead_unit else self.say("no_unit")
        room = _SIGNS[0] * _LINES_A_CELL
        return Row(
            _cut(f"{case.number} {case.title}", room - 1), _cut(unit, _SIGNS[1] * _LINES_A_CELL - 1),
            _cut(note, _SIGNS[2] * _LINES_A_CELL - 1), case.pk,
        )  # fmt: skip

    def state(self, case: Case) -> str:
        state = load_kinds()[case.kind].states[case.state].title.in_language(self.language)
        if case.is_running and case.due_at is not None:
            return self.say("next_note", day=last_day(case.due_at).isoformat(), state=state)
        return state

    def proven(self, held: Proven) -> Row:
        unit = held.by_unit or "—"
        return self.row(held.case, self.say("proof_note", evidence=held.evidence, unit=unit))

    def late(self, case: Case) -> Row:
        days = (last_day(self.as_of) - last_day(case.due_at)).days if case.due_at else 0
        return self.row(case, self.say("late_note", days=days, why=case.progress or self.say("no_progress")))

    def due(self, case: Case) -> Row:
        return self.row(case, self.state(case))

    def asked(self, held: Asked) -> Row:
        until = held.until.isoformat() if held.until else "—"
        return self.row(held.case, self.say("asked", until=until, why=held.words))

    def step(self, case: Case) -> str:
        steps = load_kinds()[case.kind].escalation
        return steps[min(case.escalated, len(steps)) - 1].what.in_language(self.language)

    def moved(self, held: Moved) -> Row:
        verdict = Wording(self.language).verdict
        if held.turned is not None:
            title = f"{held.turned.indicator} {held.turned.title.in_language(self.language)}"
            note = self.say("moved_note", before=verdict(held.turned.before), after=verdict(held.turned.after))
            return Row(_cut(title, 2 * _SIGNS[0] - 1), "—", _cut(note, 2 * _SIGNS[2] - 1))
        link = held.link or {}
        what = f"{_indicator(link, self.language)} ← {held.case.number if held.case else ''}"
        note = self.say("moved_note", before=self.value(held.before), after=self.value(held.after))
        unit = held.case.lead_unit.name if held.case and held.case.lead_unit else "—"
        return Row(
            _cut(what, 2 * _SIGNS[0] - 1), _cut(unit, 2 * _SIGNS[1] - 1), _cut(note, 2 * _SIGNS[2] - 1),
            held.case.pk if held.case else None,
        )  # fmt: skip

    def value(self, found: Mapping[str, Any] | None) -> str:
        if found is None:
            return "—"
        verdict = Wording(self.language).verdict(Verdict(found["verdict"]))
        return f"{number(found['value'], found['requirement'])} {verdict}"


def _indicator(link: Mapping[str, str], language: str) -> str:
    for indicator in load_standard(link["standard"]).indicators:
        if indicator.id == link["indicator"]:
            return f"{indicator.id} {indicator.title.in_language(language)}"
    return link["indicator"]


def _width(text: str) -> float:
    """Return how wide a text is in Chinese signs: a Latin letter or digit takes a little more than half of one."""
    return sum(0.58 if ord(sign) < 0x2E80 and sign not in "—…→“”‘’" else 1.0 for sign in text)


def _cut(text: str, signs: float) -> str:
    """Return a text on one line, cut where it is wider than so many signs."""
    plain = " ".join(text.split())
    if _width(plain) <= signs:
        return plain
    while plain and _width(plain) > signs - 1:
        plain = plain[:-1]
    return plain.rstrip() + "…"


def _lines(text: str, signs: float) -> int:
    return max(1, -int(-_width(text) // signs))


def write_digest(sheet: Sheet, out: BinaryIO, *, language: str) -> None:
    """Write the page as a document of one A4 sheet; it is for the leader's desk and nothing that is issued."""
    form = Form(top_mm=13, bottom_mm=14, left_mm=15, right_mm=15, line_pitch_pt=15, title_pt=17)
    document = OfficialDocument(sheet.title, language=language, form=form)
    document.small(sheet.period, size_pt=9)
    document.small(" ".join(sheet.remarks), size_pt=9)
    say = load_digest_words().say
    rows: list[tuple[str, ...]] = []
    for part in sheet.parts:
        rows.append((f"【{part.title}】{part.lead}" if language == "zh" else f"{part.title}: {part.lead}",))
        rows += [(row.what, row.unit, row.note) for row in part.rows]
        if part.more:
            rows.append((part.more,))
    head = [say(name, language) for name in ("head_matter", "head_unit", "head_note")]
    document.table(head, rows, _WIDTHS_MM, size_pt=_SIZE_PT)
    document.save(out)
