"""The last parts of the self-assessment: problems with their clause, proposals to be completed by people, annexes."""

from collections.abc import Callable, Iterator

from xuezheng.catalogue.standard import Indicator
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.report.county_findings import counts as tallied
from xuezheng.standards.report.county_findings import verdict_counts_words
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.page_charts import short_label
from xuezheng.standards.report.wording import coefficient, number

NAMED_SCHOOLS = 8
Say = Callable[[str], None]


def problems(document: OfficialDocument, digest: Digest, say: Say) -> None:
    """Write every proven failure in natural words with its clause, and the schools that it concerns."""
    words = digest.words
    document.heading(words("office_problems"))
    place = 0
    for text, clause, schools in _problems(digest):
        place += 1
        gap = "" if words.language == "zh" else " "
        said = f"{place}.{gap}{words('office_problem', text=text, clause=clause)}"
        if schools:
            named = words.joined([digest.unit_name(finding) for finding in schools[:NAMED_SCHOOLS]])
            more = (
                words("office_and_more", count=len(schools), units=digest.units_word(len(schools)))
                if len(schools) > NAMED_SCHOOLS
                else ""
            )
            said += gap + words("office_problem_schools", names=named + more)
        say(said)
    if not place:
        say(words("office_no_problem"))


def _problems(digest: Digest) -> Iterator[tuple[str, str, list[Finding]]]:
    for stage in digest.balance_stages:
        for finding in digest.coefficients(stage):
            if finding.verdict is Verdict.NOT_MET:
                yield _coefficient(digest, finding), finding.clause, []
    for indicator in digest.standard.indicators:
        for finding in digest.county_findings(indicator):
            if finding.verdict is Verdict.NOT_MET and indicator.level == "county":
                yield digest.county_gap(finding), finding.clause, []
        for held in digest.stages_of(indicator.id):
            failing = _failing(digest, indicator, held)
            if failing:
                yield digest.schools_gap(indicator, held, failing), indicator.clause, failing


def _coefficient(digest: Digest, finding: Finding) -> str:
    return digest.words(
        "gap_cv",
        stage=digest.words.stage(finding.stage),
        title=digest.indicator_title(finding.indicator),
        value=coefficient(finding.value, finding.requirement),
        limit=number(finding.requirement) if finding.requirement is not None else digest.words("dash"),
    )


def _failing(digest: Digest, indicator: Indicator, stage: str | None) -> list[Finding]:
    return [f for f in digest.school_findings(indicator.id, stage) if f.verdict is Verdict.NOT_MET]


def measures(document: OfficialDocument, digest: Digest, say: Say) -> None:
    """Write what it would take to close the gaps, each with a marked place for who, when and from which funds."""
    words = digest.words
    document.heading(words("office_measures"))
    say(words("office_measures_note"))
    place = 0
    for title, acts in _measures(digest):
        place += 1
        gap = "" if words.language == "zh" else " "
        say(f"{place}.{gap}{words('office_measure_gap', title=title, acts=acts)}")
        document.placeholder(words("office_to_fill"))
    unknown = len(digest.unknown_county_items())
    if unknown:
        gap = "" if words.language == "zh" else " "
        say(f"{place + 1}.{gap}{words('office_measure_data', count=unknown)}")


def _measures(digest: Digest) -> Iterator[tuple[str, str]]:
    words = digest.words
    for indicator in digest.standard.indicators:
        title = words.of(indicator.title)
        for finding in digest.county_findings(indicator):
            act = digest.act(finding) if finding.verdict is Verdict.NOT_MET else ""
            if act:
                yield title, act
        failing = [f for stage in digest.stages_of(indicator.id) for f in _failing(digest, indicator, stage) if f.gap]
        act = digest.act_of(failing[0], sum(f.gap or 0 for f in failing)) if failing else ""
        if act:
            yield (
                title,
                words("office_measure_schools", count=len(failing), units=digest.units_word(len(failing)), act=act),
            )


def annexes(document: OfficialDocument, digest: Digest, told: Callable[[str], str]) -> None:
    """Write the tables: all indicators, the schools that fall short, the coefficients."""
    words = digest.words
    titles = [
        "office_annex_indicators",
        "office_annex_gaps",
        *(["office_annex_balance"] if digest.balance_stages else []),
    ]
    writers = [_indicators, _gaps, _balance]
    for place, (title, write) in enumerate(zip(titles, writers, strict=False), start=1):
        document.annex(words("office_annex", number=place, title=words(title)))
        write(document, digest, told)


def _indicators(document: OfficialDocument, digest: Digest, _told: Callable[[str], str]) -> None:
    words = digest.words
    rows: list[list[str]] = []
    for indicator in digest.standard.indicators:
        for stage in digest.stages_of(indicator.id):
            found = digest.school_findings(indicator.id, stage)
            tally = tallied(found)
            if not tally.applicable:
                continue
            line = next((digest.requirement(f) for f in found if f.requirement is not None), words("dash"))
            where = words.stage(stage) or words("all_stages")
            verdict = max((finding.verdict for finding in found), key=lambda verdict: verdict.rank)
            result = verdict_counts_words(words, tally, all_of_them=False)
            rows.append([indicator.id, words.of(indicator.title), where, line, result, words.verdict(verdict)])
        for finding in digest.county_findings(indicator):
            title, value = digest.finding_title(finding), digest.value(finding)
            line, verdict_word = digest.requirement(finding), words.verdict(finding.verdict)
            rows.append([finding.indicator, title, words("whole_county"), line, value, verdict_word])
    head = [words(name) for name in ("code", "indicator", "stage", "line", "value", "verdict")]
    document.table(head, rows, [16, 56, 15, 20, 32, 17])


def _gaps(document: OfficialDocument, digest: Digest, told: Callable[[str], str]) -> None:
    words = digest.words
    by_code = sorted(digest.failing, key=lambda finding: finding.subject)
    rows = [
        [
            finding.subject,
            digest.unit_name(finding),
            short_label(digest, finding.indicator),
            digest.value(finding),
            digest.requirement(finding),
            digest.lack(finding) or words("no_gap"),
        ]
        for finding in by_code
    ]
    head = [words(name) for name in ("school_code", "school", "indicator", "value", "line", "lacks")]
    if rows:
        document.table(
            head, [[row[0], row[1], *(told(cell) for cell in row[2:])] for row in rows], [25, 30, 42, 16, 20, 24]
        )
    else:
        document.text(words("office_no_problem"))


def _balance(document: OfficialDocument, digest: Digest, _told: Callable[[str], str]) -> None:
    words = digest.words
    rows = []
    for stage in digest.balance_stages:
        for finding in digest.coefficients(stage):
            other = finding.inputs.get("unweighted")
            free = finding.requirement is None
            rows.append([
                words.stage(stage),
                f"{finding.indicator} {digest.indicator_title(finding.indicator)}",
                coefficient(finding.value, finding.requirement),
                words("no_limit") if free else number(finding.requirement),
                words("dash") if free else words.verdict(finding.verdict),
                coefficient(float(other)) if isinstance(other, int | float) else words("dash"),
            ])  # fmt: skip
    head = [words(name) for name in ("stage", "indicator", "coefficient", "limit", "verdict", "unweighted")]
    document.table(head, rows, [17, 62, 20, 20, 18, 20])
