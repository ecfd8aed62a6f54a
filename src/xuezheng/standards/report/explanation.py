"""An explanation as lines of text: verdict, formula, inputs with their cells, line and clause, what it would take."""

from collections.abc import Iterator

from xuezheng.catalogue.standard import Standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.explain import Explanation, Figure, Proof
from xuezheng.standards.engine.findings import Finding, Input, SubjectVerdict
from xuezheng.standards.report.wording import Wording, coefficient, plain, rounded_up

PARTS_SHOWN = 40


def explanation_lines(proof: Proof, standard: Standard, holdings: Holdings, language: str) -> Iterator[str]:
    """Yield the lines of a proof."""
    writer = _Writer(standard, holdings, language)
    for verdict in proof.verdicts:
        yield writer.verdict_line(verdict)
    for explanation in proof.explanations:
        yield ""
        yield from writer.lines(explanation)


class _Writer:
    """Writes explanations in one language."""

    def __init__(self, standard: Standard, holdings: Holdings, language: str) -> None:
        self.standard = standard
        self.say = Wording(language)
        schools = holdings.complete("school")
        codes, names = schools.column("school_code").to_pylist(), schools.column("name").to_pylist()
        self.names = {code: name for code, name in zip(codes, names, strict=True) if name}

    def subject(self, code: str, stage: str | None) -> str:
        name = self.names.get(code)
        stage_word = self.say.stage(stage)
        return " ".join(part for part in (code, name, stage_word) if part)

    def verdict_line(self, verdict: SubjectVerdict) -> str:
        reasons = self.say.joined(list(verdict.reasons[:PARTS_SHOWN]))
        more = "…" if len(verdict.reasons) > PARTS_SHOWN else ""
        tail = f"（{reasons}{more}）" if reasons else ""
        return f"{self.subject(verdict.subject, verdict.stage)}{self.say('colon')}{self.say.verdict(verdict.verdict)}{tail}"

    def lines(self, explanation: Explanation) -> Iterator[str]:
        finding, indicator = explanation.finding, explanation.indicator
        composite = self.standard.composite
        rollup = next((r for r in indicator.rollups if r.id == finding.indicator), None) if indicator else None
        titled = (rollup and rollup.title) or (indicator and indicator.title) or (composite and composite.title)
        title = self.say.of(titled) if titled else ""
        measure = self.say(f"measure_{finding.measure}") if finding.measure == "cv" else ""
        yield f"{finding.indicator} {title}{f' · {measure}' if measure else ''}"
        yield f"  {self.subject(finding.subject, finding.stage)}"
        yield f"  {self.say('verdict')}{self.say('colon')}{self.say.verdict(finding.verdict)}{self._known(finding)}"
        if finding.measure != "judged":
            yield self._value_line(finding)
        if explanation.formula:
            yield f"  {self.say('formula')}{self.say('colon')}{explanation.formula}"
        for figure in explanation.figures:
            yield self._figure_line(figure)
        for formula, verdict in explanation.conditions:
            yield f"  {self.say('condition')}{self.say('colon')}{formula} → {self.say.verdict(verdict)}"
        yield from self._coefficient_lines(finding)
        yield from self._part_lines(explanation)
        yield from self._clause_lines(explanation)
        advice = self._advice(explanation)
        if advice:
            yield f"  {self.say('advice')}{self.say('colon')}{advice}"

    def _known(self, finding: Finding) -> str:
        if finding.total == finding.known:
            return ""
        return f" ({self.say('known_of_total', known=finding.known, total=finding.total)})"

    def _value_line(self, finding: Finding) -> str:
        shown = "—" if finding.value is None else f"{finding.value:.12g}"
        line = "—" if finding.requirement is None else plain(finding.requirement)
        name = self.say("limit") if finding.measure == "cv" else self.say("line")
        return f"  {self.say('value')}{self.say('colon')}{shown}    {name}{self.say('colon')}{line}"

    def _figure_line(self, figure: Figure) -> str:
        places = "; ".join(str(place) for place in figure.places)
        more = f" … ({figure.cells})" if figure.cells > len(figure.places) else ""
        return f"    {figure.name} = {_shown(figure.value)}{f'  ← {places}{more}' if places else ''}"

    def _coefficient_lines(self, finding: Finding) -> Iterator[str]:
        if finding.measure != "cv" or "unweighted" not in finding.inputs:
            return
        mean, deviation, unweighted = (finding.inputs.get(name) for name in ("mean", "sd", "unweighted"))
        yield f"    X̄ = Σ PᵢXᵢ / Σ Pᵢ = {_shown(mean)};  S = √(Σ Pᵢ(Xᵢ − X̄)² / Σ Pᵢ) = {_shown(deviation)};  CV = S / X̄"
        if isinstance(unweighted, float):
            other = finding.inputs.get("unweighted_verdict")
            turned = f" → {self.say.verdict(Verdict(str(other)))}" if other and other != finding.verdict else ""
            yield f"    {self.say('unweighted')}{self.say('colon')}{coefficient(unweighted)}{turned}"

    def _part_lines(self, explanation: Explanation) -> Iterator[str]:
        for part in explanation.parts[:PARTS_SHOWN]:
            weight = "" if part.weight is None else f"  P = {part.weight:g}"
            yield f"    {self.subject(part.school, part.stage)}: {_shown(part.value)}{weight}  {self.say.verdict(part.verdict)}"
        if len(explanation.parts) > PARTS_SHOWN:
            yield f"    … ({len(explanation.parts)})"

    def _clause_lines(self, explanation: Explanation) -> Iterator[str]:
        indicator = explanation.indicator
        clause = explanation.finding.clause or (indicator.clause if indicator else "")
        yield f"  {self.say('clause')}{self.say('colon')}{self.standard.document.number} {clause}"
        if indicator is not None:
            yield f"  {self.say('source')}{self.say('colon')}{indicator.source} [{self.say.mark(indicator.mark)}]"

    def _advice(self, explanation: Explanation) -> str:
        finding, indicator = explanation.finding, explanation.indicator
        if (
            not explanation.need
            or indicator is None
            or (finding.verdict.passes and finding.verdict is not Verdict.NEAR)
        ):
            return ""
        if indicator.lever is None:
            over = indicator.line is not None and indicator.line.op in ("<=", "<")
            return self.say(
                "over_by" if over else "short_of_amount", amount=self.say.amount(explanation.need, finding.gap_unit)
            )
        advice = self.say.of(indicator.lever.act).format(gap=rounded_up(explanation.need, finding.gap_unit))
        if finding.gap is not None and explanation.need != finding.gap:
            own = self.say.amount(finding.gap, finding.gap_unit)
            advice += self.say("shared_need", own=own)
        return advice


def _shown(value: Input) -> str:
    if value is None:
        return "—"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
