"""A supervision paper in words: laid out once, shown as a page and written as a draft for the authority.

Nothing here looks issued: the mark 代拟稿 stands on every page, and number, signature, seal and date are marked gaps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from xuezheng.cases.engine.supervision_draft import PaperCase, figures_of, grade_of
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.supervision_papers import load_supervision_papers
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.work_calendar import SHANGHAI, last_day

_WIDTHS_MM = (32.0, 44.0, 25.0, 22.0, 14.0, 19.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What a paper is drafted from: its kind, who may issue it, the unit, the cases, and what people wrote by field."""

    kind: str
    issuer: str
    unit: str
    cases: tuple[PaperCase, ...]
    written: Mapping[str, str]
    at: datetime

    @property
    def grade(self) -> str:
        """The name of its grade, empty for a kind that has none."""
        papers = load_supervision_papers()
        return grade_of(papers.grades, self.cases) if papers.kinds[self.kind].is_graded else ""


@dataclass(frozen=True, slots=True)
class PaperSection:
    """What people write: paragraphs, or the prompt for what is still open."""

    title: str
    paragraphs: tuple[str, ...]
    prompt: str


@dataclass(frozen=True, slots=True)
class LaidPaper:
    """A whole paper in one language. `figures` say each count with the numbers of its cases."""

    title: str
    notice: str
    number: str
    grade: str
    opening: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[str, ...]
    as_of: str
    sections: tuple[PaperSection, ...]
    basis: tuple[str, ...]
    seal: str


def lay_out_paper(drafted: Drafted, language: str) -> LaidPaper:
    """Put a paper into words in `zh` or `en`."""
    papers = load_supervision_papers()
    kind, issuer = papers.kinds[drafted.kind], papers.issuers[drafted.issuer].in_language(language)

    def put(wording: str, **filled: object) -> str:
        return papers.say(wording, language, **filled)

    graded, shown = "", ""
    if drafted.grade:
        grade = papers.grades[drafted.grade]
        graded = put("graded", sign=grade.sign, title=grade.title.in_language(language))
        shown = put(
            "grade", sign=grade.sign, title=grade.title.in_language(language), when=grade.when.in_language(language)
        )
    matter = _matter(drafted.cases, language)
    return LaidPaper(
        title=kind.heading.in_language(language).format(unit=drafted.unit, matter=matter, grade=graded),
        notice=put("notice", issuer=issuer), number=put("number"), grade=shown,
        opening=kind.opening.in_language(language).format(unit=drafted.unit, count=len(drafted.cases)),
        head=tuple(put(f"{name}_head") for name in ("number", "what", "due", "state", "late", "turns")),
        rows=tuple(_row(case, language) for case in drafted.cases),
        figures=tuple(
            put("figure", what=put(f"n_{name}"), count=len(numbers), numbers=put("joined").join(numbers))
            for name, numbers in figures_of(drafted.cases).items()
        ),
        as_of=put("as_of", at=drafted.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")),
        sections=tuple(
            PaperSection(field.title.in_language(language), paragraphs, "" if paragraphs else field.prompt.in_language(language))
            for field in kind.fields
            for paragraphs in [_paragraphs(drafted.written.get(field.id, ""))]
        ),
        basis=tuple(
            put("rule", text=rule.text.in_language(language), mark=papers.marks[rule.mark].in_language(language))
            for rule in (papers.rules[name] for name in kind.basis)
        ),
        seal=put("seal", issuer=issuer),
    )  # fmt: skip


def write_paper(laid_out: LaidPaper, out: BinaryIO, *, language: str) -> None:
    """Write a paper as an office document that is marked as a draft on every page."""
    papers = load_supervision_papers()
    document = OfficialDocument(laid_out.title, language=language, watermark=papers.say("draft", language))
    document.notice(laid_out.notice)
    document.placeholder(laid_out.number, right=True)
    if laid_out.grade:
        document.text(laid_out.grade)
    document.text(laid_out.opening)
    document.heading(papers.say("cases", language))
    document.table(laid_out.head, laid_out.rows, _WIDTHS_MM)
    document.heading(papers.say("figures", language))
    for text in (*laid_out.figures, laid_out.as_of):
        document.text(text)
    for section in laid_out.sections:
        document.heading(section.title)
        for text in section.paragraphs:
            document.text(text)
        if section.prompt:
            document.placeholder(section.prompt)
    document.heading(papers.say("basis", language))
    for text in laid_out.basis:
        document.text(text)
    document.space()
    document.placeholder(laid_out.seal, right=True)
    document.save(out)


def _matter(cases: Sequence[PaperCase], language: str) -> str:
    wording = "matter" if len(cases) == 1 else "matters"
    return load_supervision_papers().say(wording, language, title=cases[0].title, count=len(cases))


def _row(case: PaperCase, language: str) -> tuple[str, ...]:
    state = load_kinds()[case.kind].states[case.state].title.in_language(language)
    late = "—" if case.late_days is None else str(case.late_days)
    due = last_day(case.due_at).isoformat() if case.due_at else "—"
    return case.number, case.title, due, state, late, f"{case.extensions} / {case.sent_back} / {case.urged}"


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
