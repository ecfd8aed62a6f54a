"""The self-contained page: one or several standards, the schools with what each lacks, clauses and sources."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Standard
from xuezheng.documents import page
from xuezheng.documents.look import has_chart_font
from xuezheng.documents.markup import Markup, join, table, tag
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict
from xuezheng.standards.report.county_findings import by_county
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.page_sections import Part
from xuezheng.standards.report.wording import Wording


def combined_page(
    parts: Sequence[tuple[Assessment, Standard]],
    holdings: Holdings,
    out: BinaryIO,
    *,
    language: str,
    history: Mapping[str, Sequence[Assessment]] | None = None,
) -> None:
    """Write one page for several standards; `history` holds each standard's assessments over the years, by id.

    The page needs nothing from outside and no script. With a what-if among the parts the whole page is watermarked.
    """
    digests = [
        Digest(part, standard, holdings, language)
        for assessment, standard in parts
        for part in by_county(assessment).values() or [assessment]
    ]
    out.write(_Page(digests, history or {}, language).html().encode())


class _Page:
    def __init__(self, digests: Sequence[Digest], history: Mapping[str, Sequence[Assessment]], language: str) -> None:
        self.digests = digests
        self.words = Wording(language)
        self.parts = [
            Part(digest, history.get(digest.assessment.standard, ()), first=number == 0)
            for number, digest in enumerate(digests)
        ]

    def html(self) -> str:
        words = self.words
        changes = list(dict.fromkeys(change for digest in self.digests for change in digest.assessment.changes))
        watermark = words("what_if_both") if changes else ""
        main = [part.html() for part in self.parts]
        if changes:
            main.insert(0, tag("p", words("assumptions", changes=words.joined(changes))))
        return page.document(
            language=words.language,
            title=self.title(),
            header=self.header(),
            navigation=self.navigation(),
            main=join([*main, self.schools(), self.sources()]),
            footer=join(
                [
                    tag("p", words("written_from")),
                    tag("p", tag("a", words("back_to_top"), href="#contents"), class_="back"),
                ]
            ),
            skip=words("skip"),
            watermark=watermark,
            navigation_label=words("contents"),
        )

    def title(self) -> str:
        names = self.words.joined(list(dict.fromkeys(digest.county_name for digest in self.digests)))
        if len({digest.assessment.standard for digest in self.digests}) == 1:
            return self.words("report_title", county=names, standard=self.digests[0].title)
        return self.words("combined_title", county=names)

    def header(self) -> Markup:
        first = self.digests[0].assessment
        years = sorted({digest.year for digest in self.digests})
        said = self.words("semicolon").join(self.words("school_year", year=year, next=year + 1) for year in years)
        snapshot = self.words(
            "snapshot", snapshot=first.snapshot or self.words("no_snapshot"), rules=first.rules_version
        )
        return join([tag("h1", self.title()), tag("p", said, class_="meta"), tag("p", snapshot, class_="meta")])

    def navigation(self) -> Markup:
        links = []
        for part in self.parts:
            held = part.digest.county_verdict
            verdict = held.verdict if held else Verdict.UNKNOWN
            links.append(tag("li", tag("a", part.digest.title, href=f"#{part.id}"), " ", part.mark(verdict)))
            if len(self.parts) == 1:
                links += [self._section_link(part, name) for name in part.sections if name != "verdict"]
        links += [
            tag("li", tag("a", self.words(f"section_{name}"), href=f"#{name}")) for name in ("schools", "sources")
        ]
        return tag("ul", *(link for link in links if link), id="contents")

    def _section_link(self, part: Part, name: str) -> Markup:
        if not part.sections[name]:
            return Markup()
        return tag("li", tag("a", self.words(f"section_{name}"), href=f"#{part.anchor(name)}"))

    def schools(self) -> Markup:
        """Every school by code, with what it lacks under each standard; an anchor a school."""
        words = self.words
        codes = sorted({verdict.subject for digest in self.digests for verdict in digest.unit_verdicts})
        lacking = {code for digest in self.digests for code in digest.wanting}
        rows, ids = [], []
        for code in [code for code in codes if code in lacking]:
            school = self.digests[0].school(code)
            rows.append([
                tag("span", code, class_="code"),
                school.name,
                words.code("kind", school.kind),
                words.code("location", school.location),
                tag("div", join(self._answers(code)), class_="wide"),
                tag("div", self._lacks(code), class_="wide"),
            ])  # fmt: skip
            ids.append(f"s-{code}")
        head = [words(name) for name in ("school_code", "school", "kind", "location", "verdict", "lacks")]
        shown = table(words("caption_schools"), head, rows, row_ids=ids)
        others = [
            tag("span", self.digests[0].school(code).name, id=f"s-{code}") for code in codes if code not in lacking
        ]
        rest = words("schools_without_gap", count=len(others), names="\0").split("\0") if others else ["", ""]
        said = tag("p", rest[0], join(others, words("list")), rest[1], class_="note") if others else None
        return tag("section", tag("h2", words("section_schools"), id="schools"), shown, said, aria_labelledby="schools")

    def _answers(self, code: str) -> list[Markup]:
        several = len(self.digests) > 1
        return [
            tag("div", self._answer_mark(verdict), f" {self.words.stage(verdict.stage)}", tag("span", f" {short_id(digest)}", class_="note") if several else None)
            for digest in self.digests
            for verdict in digest.unit_verdicts
            if verdict.subject == code and verdict.verdict is not Verdict.NOT_APPLICABLE
        ]  # fmt: skip

    def _answer_mark(self, verdict: SubjectVerdict) -> Markup:
        return page.verdict_mark(verdict.verdict, self.words.verdict(verdict.verdict))

    def _lacks(self, code: str) -> Markup:
        return tag(
            "ul", *(tag("li", lack_line(digest, f)) for digest in self.digests for f in digest.wanting.get(code, ()))
        )

    def sources(self) -> Markup:
        words = self.words
        parts: list[object] = [
            tag("h2", words("section_sources"), id="sources"),
            tag("p", words("how_sure"), class_="note"),
        ]
        parts += [
            page.folded(f"{digest.title}{words('colon')}{words('caption_clauses')}", self._clauses(digest))
            for digest in self.digests
        ]
        parts.append(self._files())
        if not has_chart_font():
            parts.append(tag("p", words("no_font"), class_="note"))
        return tag("section", *parts, aria_labelledby="sources")

    def _clauses(self, digest: Digest) -> Markup:
        words = self.words
        head = [words(name) for name in ("code", "indicator", "clause", "source", "certainty")]
        rows: list[list[object]] = [
            [tag("span", i.id, class_="code"), words.of(i.title), i.clause, i.source, words.mark((i.line or i).mark)]
            for i in digest.standard.indicators
        ]
        rows += [
            [tag("span", name, class_="code"), words.of(p.title), p.clause, p.source, words.mark(p.mark)]
            for name, p in digest.standard.parameters.items()
        ]
        return table(words("caption_clauses"), head, rows)

    def _files(self) -> Markup:
        words, tables = self.words, load_register_schema().tables
        listed = Counter((s.file, s.sheet, s.table) for s in self.digests[0].holdings.sources)
        head = [words(name) for name in ("file", "sheet", "register_table")]
        rows = [
            [file, sheet, words.of(tables[name]) if name in tables else name] for file, sheet, name in sorted(listed)
        ]
        return table(words("caption_files"), head, rows) if rows else Markup()


def lack_line(digest: Digest, finding: Finding) -> Markup:
    """Return one line of a school's list: shape, indicator, value against line, what is lacking in natural words."""
    words = digest.words
    mark = page.verdict_mark(finding.verdict, words.verdict(finding.verdict))
    stage = f"{words('open')}{words.stage(finding.stage)}{words('close')}" if finding.stage else ""
    said = f" {finding.indicator} {digest.indicator_title(finding.indicator)}{stage}"
    if finding.value is not None and finding.requirement is not None:
        said += f"{words('colon')}{digest.value(finding)}{words('open')}{digest.requirement(finding)}{words('close')}"
    lack = digest.lack(finding)
    if lack:
        said += words("semicolon") + lack
    return join([mark, said])


def short_id(digest: Digest) -> str:
    """Return the words that tell standards apart in a narrow column: the year of its document."""
    return digest.standard.id.rsplit("-", 1)[-1]
