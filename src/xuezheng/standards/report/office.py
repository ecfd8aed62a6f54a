"""The official self-assessment report (自评报告): findings as sentences, placeholders where people must decide."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import BinaryIO

from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.documents import charts
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Assessment, Finding
from xuezheng.standards.report import page_charts
from xuezheng.standards.report.county_findings import by_county, counts
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.office_problems import annexes, measures, problems
from xuezheng.standards.report.page_sections import turned_by_weights
from xuezheng.standards.report.wording import coefficient, number

MAX_PICTURES = 4
_HAN = "\u4e00-\u9fff（）“”《》、，。；：〔〕"


def write_office(
    assessment: Assessment,
    standard: Standard,
    holdings: Holdings,
    out: BinaryIO,
    language: str,
    signatures: Sequence[str] = (),
) -> None:
    """Write the report as a Word document in the form of GB/T 9704; several counties follow each other."""
    parts = list(by_county(assessment).values()) or [assessment]
    digests = [Digest(part, standard, holdings, language) for part in parts]
    words = digests[0].words
    names = words.joined([digest.county_name for digest in digests])
    title = words("office_title", county=names, standard=digests[0].title)
    watermark = words("what_if_both") if assessment.changes else ""
    document = OfficialDocument(official(title, language), language=language, watermark=watermark)
    if assessment.changes:
        document.notice(words("what_if_both"))
        document.text(words("assumptions", changes=words.joined(list(assessment.changes))))
    for digest in digests:
        _Report(document, digest, signatures).write()
    document.save(out)


def official(text: str, language: str) -> str:
    """Return a sentence as official Chinese writes it: comparisons in words, no blank between Chinese and figures."""
    if language != "zh":
        return text[:1].upper() + text[1:]
    for sign, word in (("≥ ", "不低于"), ("≤ ", "不超过"), ("< ", "低于"), ("> ", "高于")):
        text = text.replace(sign, word)
    text = re.sub(rf"(?<=[{_HAN}]) +(?=[\dA-Za-z])|(?<=[\dA-Za-z%]) +(?=[{_HAN}])", "", text)
    return re.sub(rf"(?<=[{_HAN}]) +(?=[{_HAN}])", "", text)


class _Report:
    def __init__(self, document: OfficialDocument, digest: Digest, signatures: Sequence[str] = ()) -> None:
        self.document, self.digest, self.words = document, digest, digest.words
        self.signatures = signatures
        self.pictures = 0

    def say(self, text: str) -> None:
        self.document.text(official(text, self.words.language))

    def write(self) -> None:
        words, basis = self.words, self.digest.standard.document
        self.document.placeholder(words("office_addressee"))
        year = words.year(self.digest.year)
        self.say(words("office_intro", document=words.of(basis.name), number=basis.number, year=year))
        self.basic()
        self.basis()
        self.groups()
        problems(self.document, self.digest, self.say)
        measures(self.document, self.digest, self.say)
        self.document.space()
        for line in self.signatures:
            self.document.text(line)
        self.document.placeholder(words("office_signature"), right=True)
        self.document.placeholder(words("office_date"), right=True)
        annexes(self.document, self.digest, lambda text: official(text, words.language))

    def basic(self) -> None:
        words, digest = self.words, self.digest
        self.document.heading(words("office_basic"))
        codes = sorted(
            {verdict.subject for verdict in digest.unit_verdicts}
            | {f.subject for f in digest.assessment.findings if f.level == "school"}
        )
        kinds = Counter(digest.school(code).kind for code in codes)
        listed = [
            words("office_kind_count", kind=words.code("kind", kind), count=count)
            for kind, count in sorted(kinds.items())
            if kind
        ]
        if codes:
            self.say(words("office_schools", schools=len(codes), kinds=words.joined(listed) or words("dash")))
        for stage in digest.standard.stages:
            self._stage(stage, set(codes))
        gap = "" if words.language == "zh" else " "
        self.say(words("office_conclusion", sentence=digest.sentence()) + gap + digest.units_sentence())

    def _stage(self, stage: str, codes: set[str]) -> None:
        table = self.digest.holdings.table("stage_year")
        wanted = [
            name for name in ("school_code", "school_year", "stage", "pupils", "teachers") if name in table.column_names
        ]
        rows = [
            row
            for row in table.select(wanted).to_pylist()
            if row.get("stage") == stage
            and row.get("school_year") == self.digest.year
            and row.get("school_code") in codes
        ]
        if not rows:
            return
        pupils, teachers = (sum(row.get(name) or 0 for row in rows) for name in ("pupils", "teachers"))
        said = self.words("office_stage", stage=self.words.stage(stage), pupils=pupils, teachers=teachers)
        silent = sum(row.get("pupils") is None for row in rows)
        self.say(said + (self.words("office_stage_partial", count=silent) if silent else ""))

    def basis(self) -> None:
        words, basis = self.words, self.digest.standard.document
        self.document.heading(words("office_basis"))
        found = self.digest.assessment.findings
        issued = (
            f"{basis.issued.year}年{basis.issued.month}月{basis.issued.day}日"
            if words.language == "zh"
            else basis.issued.isoformat()
        )
        known = sum(finding.value is not None for finding in found)
        unknown = sum(finding.verdict is Verdict.UNKNOWN for finding in found)
        self.say(
            words(
                "office_basis_text", document=words.of(basis.name), number=basis.number, issued=issued,
                year=words.year(self.digest.year), known=known, unknown=unknown,
            )
        )  # fmt: skip

    def groups(self) -> None:
        standard, words = self.digest.standard, self.words
        balanced = set(standard.balance.of) if standard.balance else set()
        named = dict(standard.groups) or {"": standard.title}
        for group, title in named.items():
            own = [indicator for indicator in standard.indicators if indicator.group == group]
            if not own:
                continue
            resources = any(indicator.level == "unit" for indicator in own if indicator.id in balanced or not balanced)
            self.document.heading(words("office_resources" if resources else "office_group", group=words.of(title)))
            if resources and any(counts(self.digest.school_findings(i.id)).applicable for i in own):
                self.resources(own)
            elif not resources:
                self.items(own)
            else:
                self.say(words("office_no_findings"))
            if balanced & {indicator.id for indicator in own}:
                self.document.heading(words("office_balance"))
                self.balance()

    def resources(self, indicators: Sequence[Indicator]) -> None:
        words, digest = self.words, self.digest
        stages = [
            stage for stage in digest.standard.stages if any(digest.school_findings(i.id, stage) for i in indicators)
        ]
        for stage in stages:
            self.document.heading(official(words.stage(stage), words.language), level=2)
            tally = counts(verdict for verdict in digest.unit_verdicts if verdict.stage == stage)
            if tally.applicable:
                self.say(
                    words(
                        "office_stage_counts", stage=words.stage(stage), total=tally.applicable, met=tally.met,
                        near=tally.near, not_met=tally.not_met, unknown=tally.unknown, units=digest.units_word(tally.applicable),
                    )
                )  # fmt: skip
            for place, indicator in enumerate(indicators, start=1):
                found = digest.school_findings(indicator.id, stage)
                if counts(found).applicable:
                    self.say(f"{place}.{' ' if words.language != 'zh' else ''}{self.indicator(indicator, found)}")
                    self._picture(indicator, stage, found)

    def indicator(self, indicator: Indicator, found: Sequence[Finding]) -> str:
        """Return how the schools stand to one indicator's line."""
        words, tally = self.words, counts(found)
        title = words.of(indicator.title)
        line = next((self.digest.requirement(f) for f in found if f.requirement is not None), words("dash"))
        if tally.met == tally.applicable:
            return words("office_indicator_all", title=title, line=line, total=tally.applicable)
        rest = "".join(
            words(f"office_rest_{name}", count=count)
            for name, count in (("near", tally.near), ("not_met", tally.not_met), ("unknown", tally.unknown))
            if count
        )
        failing = [finding for finding in found if finding.verdict is Verdict.NOT_MET]
        lack = self.digest.together(failing)
        together = words("office_together", lack=lack) if lack else ""
        return words(
            "office_indicator_some",
            title=title,
            line=line,
            total=tally.applicable,
            met=tally.met,
            rest=rest,
            lack=together,
        )

    def _picture(self, indicator: Indicator, stage: str, found: Sequence[Finding]) -> None:
        if self.pictures >= MAX_PICTURES or not any(finding.verdict is Verdict.NOT_MET for finding in found):
            return
        title = f"{self.words.of(indicator.title)}{self.words('open')}{self.words.stage(stage)}{self.words('close')}"
        line = next((finding.requirement for finding in found if finding.requirement is not None), None)
        beyond = charts.beyond_edge(page_charts.points_of(self.digest, found), line)
        if beyond:
            title += self.words("semicolon") + self.words("beyond_edge", count=beyond)
        self.show(charts.as_png(page_charts.schools_against_line(self.digest, found)), title)

    def show(self, png: bytes, title: str) -> None:
        self.pictures += 1
        caption = self.words("office_figure", number=self.pictures, title=title)
        self.document.picture(png, official(caption, self.words.language))

    def balance(self) -> None:
        words, digest = self.words, self.digest
        for stage in digest.balance_stages:
            found = digest.coefficients(stage)
            own = [f for f in found if f.verdict is not Verdict.NOT_APPLICABLE and f.indicator in digest.indicators]
            if own:
                self.say(self.balance_sentence(stage, own))
            composite = next((f for f in found if f.indicator not in digest.indicators), None)
            if composite is not None:
                value = coefficient(composite.value, composite.requirement)
                limit = number(composite.requirement) if composite.requirement is not None else words("dash")
                verdict = words.verdict(composite.verdict)
                self.say(words("office_composite", stage=words.stage(stage), value=value, limit=limit, verdict=verdict))
            for turned in turned_by_weights(digest, stage):
                self.say(turned)
            caption = words("caption_balance", stage=words.stage(stage))
            self.show(charts.as_png(page_charts.coefficients_against_limits(digest, stage)), caption)

    def balance_sentence(self, stage: str, own: Sequence[Finding]) -> str:
        words, tally = self.words, counts(own)
        failing = [
            f"{self.digest.indicator_title(f.indicator)} {coefficient(f.value, f.requirement)}"
            for f in own
            if f.verdict is Verdict.NOT_MET
        ]
        rest = words("office_balance_rest", count=len(failing), list=words.joined(failing)) if failing else ""
        rest += words("office_balance_unknown", count=tally.unknown) if tally.unknown else ""
        return words("office_balance_text", stage=words.stage(stage), total=len(own), met=tally.met, rest=rest)

    def items(self, indicators: Sequence[Indicator]) -> None:
        """Write the county's findings that are known one by one, and then all that are not in one sentence."""
        words, digest = self.words, self.digest
        found = [finding for indicator in indicators for finding in digest.county_findings(indicator)]
        known = [finding for finding in found if finding.verdict is not Verdict.UNKNOWN]
        gap = "" if words.language == "zh" else " "
        for place, finding in enumerate(known, start=1):
            self.say(f"{place}.{gap}{self.item(finding)}")
        titles = [digest.finding_title(finding) for finding in found if finding.verdict is Verdict.UNKNOWN]
        if titles:
            self.say(words("office_items_unknown", count=len(titles), titles=words("semicolon").join(titles)))

    def item(self, finding: Finding) -> str:
        """Return a county's finding as a sentence."""
        words, digest = self.words, self.digest
        title, verdict = digest.finding_title(finding), words.verdict(finding.verdict)
        if finding.measure == "judged" or finding.value is None:
            indicator = digest.indicators.get(finding.indicator)
            answer = digest.value(finding) if indicator and indicator.veto else verdict
            return words("office_item_judged", title=title, verdict=answer)
        act = digest.act(finding) or digest.lack(finding)
        return words(
            "office_item_value", title=title, value=digest.value(finding), line=digest.requirement(finding),
            verdict=verdict, lack=words("semicolon") + act if act else "",
        )  # fmt: skip
