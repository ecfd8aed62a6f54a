"""The sections of one standard's part of the page, in the order in which an officer asks."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from xuezheng.catalogue.standard import Indicator
from xuezheng.documents import charts, maps, page
from xuezheng.documents.markup import Markup, join, table, tag
from xuezheng.kernel.verdict import Verdict, worst
from xuezheng.standards.engine.findings import Assessment, Finding
from xuezheng.standards.report import page_charts
from xuezheng.standards.report.classes import ClassSizes, class_sizes
from xuezheng.standards.report.county_findings import Counts, counts, verdict_counts_words
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.evidence import evidence_of
from xuezheng.standards.report.listing import natural
from xuezheng.standards.report.wording import coefficient, number

SHOWN_GAPS = 6


class Part:
    """One standard's part of a page."""

    def __init__(self, digest: Digest, history: Sequence[Assessment], *, first: bool) -> None:
        self.digest = digest
        self.words = digest.words
        self.history = history
        self.first = first
        self.id = f"{digest.assessment.standard}-{digest.county}"

    def html(self) -> Markup:
        """Return the whole part."""
        title = tag("h2", self.digest.title, id=self.id, class_="first" if self.first else None)
        basis = self.digest.standard.document
        about = tag(
            "p", f"{self.words.of(basis.name)}{self.words('open')}{basis.number}{self.words('close')}", class_="meta"
        )
        return tag("section", title, about, join(self.sections.values()), aria_labelledby=self.id)

    @cached_property
    def sections(self) -> Mapping[str, Markup]:
        """The sections by name, in order; one that has nothing to say is empty."""
        return {
            "verdict": self.verdict(),
            "indicators": self.indicators(),
            "resources": self.resources(),
            "balance": self.balance(),
            "map": self.map(),
            "classes": self.classes(),
            "county": self.county(),
            "trend": self.trend(),
        }

    def anchor(self, name: str) -> str:
        """Return the id of a section of this part."""
        return f"{self.id}-{name}"

    def heading(self, name: str) -> Markup:
        """Return a section's heading with its anchor."""
        return tag("h3", self.words(f"section_{name}"), id=self.anchor(name))

    def mark(self, verdict: Verdict) -> Markup:
        """Return a verdict as shape and word."""
        return page.verdict_mark(verdict, self.words.verdict(verdict))

    def verdict(self) -> Markup:
        """Return the verdict in one sentence, the few gaps that decide it, and what nobody can say yet."""
        held = self.digest.county_verdict
        verdict = held.verdict if held else Verdict.UNKNOWN
        said = tag("p", self.mark(verdict), Markup("　"), tag("strong", self.digest.sentence()))
        units = self.digest.units_sentence()
        box = tag("div", said, tag("p", units) if units else None, class_=f"said {verdict.value}")
        gaps = [text for text, _ in self.digest.deciding_gaps()]
        listed = [tag("li", gap) for gap in gaps[:SHOWN_GAPS]]
        more = (
            tag("p", self.words("more_gaps", count=len(gaps) - SHOWN_GAPS), class_="note")
            if len(gaps) > SHOWN_GAPS
            else None
        )
        unknown = self.digest.unknown_county_items()
        decided = [tag("h3", self.words("decided_by")), tag("ul", *listed, class_="gaps"), more] if gaps else []
        missing = (
            tag("p", self.mark(Verdict.UNKNOWN), Markup("　"), self.words("still_unknown", count=len(unknown)))
            if unknown
            else None
        )
        return join([box, *decided, missing])

    def indicators(self) -> Markup:
        """Return one row an indicator and stage: line, how many schools reach it, the county's answer."""
        head = [self.words(name) for name in ("code", "indicator", "verdict", "stage", "line", "value")]
        rows: list[list[object]] = []
        classes: list[str | None] = []
        for indicator in self.digest.standard.indicators:
            for row, verdict in self._indicator_rows(indicator):
                rows.append(row)
                classes.append("unknown" if verdict is Verdict.UNKNOWN else None)
        key = tag("ul", *(tag("li", self.mark(v)) for v in Verdict if v is not Verdict.NOT_APPLICABLE), class_="key")
        shown = table(self.words("caption_indicators"), head, rows, row_classes=classes)
        note = tag("p", self.words("note_unknown"), class_="note")
        return join([self.heading("indicators"), key, shown, note])

    def _indicator_rows(self, indicator: Indicator) -> list[tuple[list[object], Verdict]]:
        title = self.words.of(indicator.title)
        rows: list[tuple[list[object], Verdict]] = []
        for stage in self.digest.stages_of(indicator.id):
            found = self.digest.school_findings(indicator.id, stage)
            tally, verdict = counts(found), worst(finding.verdict for finding in found)
            line = next((self.digest.requirement(f) for f in found if f.requirement is not None), self.words("dash"))
            where = self.words.stage(stage) or self.words("all_stages")
            result = self._tally(tally, found)
            rows.append((self._indicator_row(indicator.id, title, verdict, where, line, result), verdict))
        for finding in self.digest.county_findings(indicator):
            name = self.digest.finding_title(finding)
            value = self.digest.value(finding)
            if finding.known < finding.total and finding.value is not None:
                known = self.words("known_of_total", known=finding.known, total=finding.total)
                value += f"{self.words('open')}{known}{self.words('close')}"
            where, line = self.words("whole_county"), self.digest.requirement(finding)
            row = self._indicator_row(finding.indicator, name, finding.verdict, where, line, value)
            rows.append((row, finding.verdict))
        return rows

    def _indicator_row(self, name: str, title: str, verdict: Verdict, *rest: object) -> list[object]:
        """Return a row: the verdict stands before stage, line and value, so that a phone shows it."""
        where, line, result = rest
        head = [_whole(name), tag("div", title, class_="wide"), self.mark(verdict)]
        return [*head, _whole(str(where)), _whole(str(line)), result]

    def _tally(self, tally: Counts, found: Sequence[Finding]) -> Markup:
        if not tally.applicable:
            valued = sum(finding.value is not None for finding in found)
            return Markup(self.words("units_counted") + f" {valued}")
        order = [Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET]
        shares = [(verdict, getattr(tally, verdict.value)) for verdict in order]
        shown = [f"{self.words.verdict(verdict)} {count}" for verdict, count in shares if count]
        return tag("span", page.shares_bar(shares), tag("span", " · ".join(shown), class_="code"), class_="tally")

    def resources(self) -> Markup:
        """Return every resource indicator: the schools against the line, with the same figures as a table."""
        parts = [
            join([
                tag("h4", f"{indicator.id}　{self.words.of(indicator.title)}", id=self.anchor(indicator.id)),
                tag("div", *(self._points(indicator, stage) for stage in self.digest.stages_of(indicator.id)), class_="figures"),
            ])
            for indicator in self.digest.resource_indicators
        ]  # fmt: skip
        return join([self.heading("resources"), *parts]) if parts else Markup()

    def _points(self, indicator: Indicator, stage: str | None) -> Markup:
        digest, words = self.digest, self.words
        found = [
            finding
            for finding in digest.school_findings(indicator.id, stage)
            if finding.verdict is not Verdict.NOT_APPLICABLE or finding.value is not None
        ]
        if not found:
            return Markup()
        unit, where = words.unit(indicator.unit), words.stage(stage) or words("all_stages")
        caption = words("caption_points", code=indicator.id, title=words.of(indicator.title), stage=where, unit=unit)
        tally = counts(found)
        said = verdict_counts_words(words, tally) if tally.applicable else ""
        line = next((finding.requirement for finding in found if finding.requirement is not None), None)
        points = page_charts.points_of(digest, found)
        beyond, undrawn = charts.beyond_edge(points, line), len(found) - len(points)
        notes = [
            words("beyond_edge", count=beyond) if beyond else "",
            words("undrawn", count=undrawn) if undrawn else "",
        ]
        picture = charts.as_svg(page_charts.schools_against_line(digest, found), caption)
        rows = [
            [
                self._school_link(finding.subject),
                digest.school(finding.subject).name,
                digest.value(finding),
                self.mark(finding.verdict) if tally.applicable else words("dash"),
                digest.lack(finding),
            ]
            for finding in found
        ]
        head = [words(name) for name in ("school_code", "school", "value", "verdict", "lacks")]
        shown = table(caption, head, rows, numeric={2})
        below = tag("p", words("semicolon").join(text for text in (said, *notes) if text), class_="note")
        return page.figure(
            picture, f"{where}{words('colon')}{unit}", below, page.folded(words("as_table", count=len(rows)), shown)
        )

    def _school_link(self, code: str) -> Markup:
        return tag("a", code, href=f"#s-{code}", class_="code")

    def balance(self) -> Markup:
        """Return the coefficients against their limits, and where the unweighted form would have said something else."""
        digest, words = self.digest, self.words
        if not digest.balance_stages:
            return Markup()
        figures, turned = [], []
        for stage in digest.balance_stages:
            caption = words("caption_balance", stage=words.stage(stage))
            picture = charts.as_svg(page_charts.coefficients_against_limits(digest, stage), caption)
            figures.append(page.figure(picture, caption, self._balance_table(stage, caption)))
            turned += [tag("p", text) for text in turned_by_weights(digest, stage)]
        parts = [tag("p", words("note_balance"), class_="note"), *turned, tag("div", *figures, class_="figures tabled")]
        return join([self.heading("balance"), *parts])

    def _balance_table(self, stage: str, caption: str) -> Markup:
        words = self.words
        head = [words(name) for name in ("indicator", "coefficient", "limit", "verdict", "unweighted", "units_counted")]
        rows: list[list[object]] = []
        for finding in self.digest.coefficients(stage):
            other = finding.inputs.get("unweighted")
            free = finding.verdict is Verdict.NOT_APPLICABLE
            rows.append([
                tag("div", page_charts.short_label(self.digest, finding.indicator), class_="wide"),
                coefficient(finding.value, finding.requirement),
                number(finding.requirement) if finding.requirement is not None else words("no_limit"),
                words("dash") if free else self.mark(finding.verdict),
                coefficient(float(other)) if isinstance(other, int | float) else words("dash"),
                words("known_of_total", known=finding.known, total=finding.total),
            ])  # fmt: skip
        return table(caption, head, rows, numeric={1, 2, 4, 5})

    def map(self) -> Markup:
        """Return the map of the schools by verdict."""
        digest, words = self.digest, self.words
        if not any(verdict.verdict is not Verdict.NOT_APPLICABLE for verdict in digest.unit_verdicts):
            return Markup()
        spec, missing = page_charts.map_of_schools(digest)
        if spec is None:
            return join([self.heading("map"), tag("p", words("no_places"), class_="note")])
        caption = words("caption_map", standard=digest.title)
        approval = maps.approval_number(digest.holdings.outlines)
        notes = [tag("p", words("map_note") + (words("map_missing", count=missing) if missing else ""), class_="note")]
        if approval:
            notes.append(tag("p", words("map_number", number=approval), class_="note"))
        key = tag("ul", *(tag("li", self.mark(v)) for v in Verdict if v is not Verdict.NOT_APPLICABLE), class_="key")
        return join([self.heading("map"), key, page.figure(charts.as_svg(spec, caption), caption, *notes, kind="map")])

    def classes(self) -> Markup:
        """Return class sizes by stage, with the schools that have classes above the limit."""
        found = class_sizes(self.digest)
        if not found:
            return Markup()
        return join(
            [self.heading("classes"), tag("div", *(self._classes_of(sizes) for sizes in found), class_="figures")]
        )

    def _classes_of(self, found: ClassSizes) -> Markup:
        words, stage = self.words, self.words.stage(found.stage)
        caption = words("caption_classes", stage=stage)
        picture = charts.as_svg(page_charts.sizes_of_classes(self.digest, found), caption)
        largest = max(size for size, _ in found.sizes)
        said = words("classes_total", total=found.total, largest=largest)
        if found.limit is not None:
            said = words("classes_over", total=found.total, over=found.above, limit=found.limit)
        sizes = table(caption, [words("size"), words("classes")], found.sizes, numeric={0, 1})
        below: list[object] = [
            tag("p", said, class_="note"),
            page.folded(words("as_table", count=len(found.sizes)), sizes),
        ]
        if found.over:
            head = [words(name) for name in ("school_code", "school", "over_limit", "largest_class")]
            rows = [
                [self._school_link(code), self.digest.school(code).name, len(over), max(over)]
                for code, over in found.over.items()
            ]
            below.append(table(words("caption_class_schools", stage=stage), head, rows, numeric={2, 3}))
        return page.figure(picture, caption, *below)

    def county(self) -> Markup:
        """Return the county's own indicators and what people judge, with evidence and clause."""
        digest, words = self.digest, self.words
        head = [
            words(name) for name in ("code", "indicator", "verdict", "value", "line", "advice", "evidence", "clause")
        ]
        rows: list[list[object]] = []
        classes: list[str | None] = []
        for indicator in digest.standard.indicators:
            for finding in digest.county_findings(indicator):
                rows.append([
                    tag("span", finding.indicator, class_="code"),
                    tag("div", digest.finding_title(finding), class_="wide"),
                    self.mark(finding.verdict),
                    _whole(digest.value(finding)),
                    _whole(digest.requirement(finding)),
                    digest.act(finding) or digest.lack(finding),
                    evidence_of(digest, indicator),
                    finding.clause,
                ])  # fmt: skip
                classes.append("unknown" if finding.verdict is Verdict.UNKNOWN else None)
        if not rows:
            return Markup()
        return join([self.heading("county"), table(words("caption_county"), head, rows, row_classes=classes)])

    def trend(self) -> Markup:
        """Return the coefficients, or the share of schools that pass, over the years."""
        years = {assessment.school_year for assessment in self.history}
        if len(years) < 2:
            return Markup()
        figures = []
        for stage in self.digest.balance_stages:
            rows, limit = page_charts.coefficients_over_years(self.history, stage)
            caption = self.words("caption_trend", stage=self.words.stage(stage))
            figures.append(self._trend_figure(sorted(rows, key=lambda row: natural(row[1])), limit, caption))
        passing = page_charts.passing_over_years(self.history, self.words("share_of_units"))
        if passing:
            figures.append(self._trend_figure(passing, None, self.words("caption_trend_units")))
        return join([self.heading("trend"), *figures])

    def _trend_figure(self, rows: Sequence[tuple[int, str, float]], limit: float | None, caption: str) -> Markup:
        if not rows:
            return Markup()
        picture = charts.as_svg(charts.lines_over_years(rows, limit), caption)
        years = sorted({year for year, _, _ in rows})
        series = list(dict.fromkeys(name for _, name, _ in rows))
        held = {(year, name): value for year, name, value in rows}
        cells = [[name, *(coefficient(held.get((year, name))) for year in years)] for name in series]
        shown = table(caption, [self.words("indicator"), *years], cells, numeric=set(range(1, len(years) + 1)))
        note = tag("p", self.words("trend_line", limit=number(limit)), class_="note") if limit is not None else None
        return page.figure(
            picture, caption, note, page.folded(self.words("as_table", count=len(cells)), shown), kind="whole"
        )


def _whole(text: str) -> Markup:
    """Return a figure that must not break over lines."""
    return tag("span", text, class_="code")


def turned_by_weights(digest: Digest, stage: str) -> list[str]:
    """Return a sentence for each coefficient whose verdict the unweighted form would have turned."""
    words, said = digest.words, []
    for finding in digest.coefficients(stage):
        other, stated = finding.inputs.get("unweighted"), finding.inputs.get("unweighted_verdict")
        known = {Verdict.MET.value, Verdict.NOT_MET.value}
        if stated in known and finding.verdict.value in known and stated != finding.verdict.value:
            said.append(
                words(
                    "turned",
                    stage=words.stage(stage),
                    title=digest.indicator_title(finding.indicator),
                    weighted=coefficient(finding.value, finding.requirement),
                    verdict=words.verdict(finding.verdict),
                    unweighted=coefficient(float(other or 0), finding.requirement),
                    other=words.verdict(Verdict(str(stated))),
                )
            )
    return said
