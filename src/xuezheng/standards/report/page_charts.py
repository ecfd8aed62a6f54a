"""The page's pictures: schools against the line, coefficients against limits, the map, class sizes, the trend."""

from collections.abc import Sequence

from xuezheng.documents import charts, maps
from xuezheng.documents.charts import Spec
from xuezheng.kernel.verdict import Verdict, worst
from xuezheng.standards.engine.findings import Assessment, Finding
from xuezheng.standards.report.classes import ClassSizes
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.wording import coefficient, plain

MAX_LABELS = 14


def points_of(digest: Digest, findings: Sequence[Finding]) -> list[charts.Point]:
    """Return the units that have a value, by code; the failing ones with their name, if they are few enough to name."""
    known = [finding for finding in findings if finding.value is not None]
    failing = sum(finding.verdict is Verdict.NOT_MET for finding in known)
    return [
        charts.Point(
            float(finding.value or 0),
            Verdict.MET if finding.verdict is Verdict.NOT_APPLICABLE else finding.verdict,
            digest.short_name(finding.subject) if finding.verdict is Verdict.NOT_MET and failing <= MAX_LABELS else "",
        )
        for finding in known
    ]


def schools_against_line(digest: Digest, findings: Sequence[Finding]) -> Spec:
    """Return the dot plot of one indicator and stage."""
    line = next((finding.requirement for finding in findings if finding.requirement is not None), None)
    words = digest.words
    shown = words("chart_line", line=plain(line)) if line is not None else ""
    labels = charts.Words(x=words("chart_schools"), line=shown)
    return charts.points_against_line(points_of(digest, findings), line, labels)


def coefficients_against_limits(digest: Digest, stage: str) -> Spec:
    """Return the bullet chart of a stage's coefficients, the unweighted ones as rings."""
    words = digest.words
    bars = []
    for finding in digest.coefficients(stage):
        other = finding.inputs.get("unweighted")
        known = finding.value is not None
        sign = "" if finding.verdict is Verdict.NOT_APPLICABLE else f" {words.verdict(finding.verdict)}"
        bars.append(
            charts.Bar(
                label=short_label(digest, finding.indicator),
                value=finding.value,
                shown=coefficient(finding.value, finding.requirement) + sign
                if known
                else words.verdict(finding.verdict),
                limit=finding.requirement,
                verdict=finding.verdict,
                other=float(other) if isinstance(other, int | float) and not isinstance(other, bool) else None,
            )
        )
    return charts.bars_against_limit(bars, charts.Words(x=words("coefficient")))


def short_label(digest: Digest, indicator: str) -> str:
    """Return an indicator's id and the part of its title that tells it apart, short enough for an axis."""
    title = digest.indicator_title(indicator)
    if digest.words.language == "zh":
        for word in ("每百名学生拥有", "生均"):
            title = title.removeprefix(word)
        title = title.split("（")[0]
        return f"{indicator} {title[:14]}"
    return f"{indicator} {title[:24]}{'…' if len(title) > 24 else ''}"


def map_of_schools(digest: Digest) -> tuple[Spec | None, int]:
    """Return the map of the schools by their worst verdict, and how many schools have no place on it."""
    by_school: dict[str, list[Verdict]] = {}
    for answer in digest.unit_verdicts:
        by_school.setdefault(answer.subject, []).append(answer.verdict)
    failing = sum(worst(found) is Verdict.NOT_MET for found in by_school.values())
    sites, missing = [], 0
    for code, found in by_school.items():
        school, verdict = digest.school(code), worst(found)
        if verdict is Verdict.NOT_APPLICABLE:
            continue
        if school.lon is None or school.lat is None:
            missing += 1
            continue
        label = digest.short_name(code) if verdict is Verdict.NOT_MET and failing <= 3 * MAX_LABELS else ""
        sites.append(maps.Site(school.lon, school.lat, verdict, label))
    outlines = digest.holdings.outlines
    return (maps.map_of_sites(sites, outlines, county=digest.county) if sites else None), missing


def sizes_of_classes(digest: Digest, found: ClassSizes) -> Spec:
    """Return the histogram of a stage's class sizes."""
    words = digest.words
    line = words("chart_limit", limit=found.limit) if found.limit is not None else ""
    return charts.columns_of_counts(
        found.sizes, found.limit, charts.Words(x=words("size"), y=words("chart_classes"), line=line)
    )


def coefficients_over_years(
    history: Sequence[Assessment], stage: str
) -> tuple[list[tuple[int, str, float]], float | None]:
    """Return (school year, indicator, coefficient) rows of a stage, and the limit that they share, if they do."""
    rows: list[tuple[int, str, float]] = []
    limits: set[float | None] = set()
    for assessment in sorted(history, key=lambda a: a.school_year):
        for finding in assessment.findings:
            if finding.measure == "cv" and finding.stage == stage and finding.value is not None:
                rows.append((assessment.school_year, finding.indicator, finding.value))
                limits.add(finding.requirement)
    return rows, limits.pop() if len(limits) == 1 else None


def passing_over_years(history: Sequence[Assessment], label: str) -> list[tuple[int, str, float]]:
    """Return the share (%) of school units that pass in each school year."""
    rows = []
    for assessment in sorted(history, key=lambda a: a.school_year):
        held = [
            v.verdict for v in assessment.verdicts if v.level == "school" and v.verdict is not Verdict.NOT_APPLICABLE
        ]
        if held:
            rows.append((assessment.school_year, label, 100 * sum(v.passes for v in held) / len(held)))
    return rows
