"""A standard as people read it: what it measures, by which formula, against which line, from which clause."""

from collections.abc import Iterator

from xuezheng.catalogue.standard import ALL, Indicator, Line, Parameter, Schedule, Source, Standard
from xuezheng.standards.report.wording import Wording, plain


def standard_lines(standard: Standard, language: str) -> Iterator[str]:
    """Yield the lines of a standard, its uncertain facts with their marks."""
    say = Wording(language)
    yield f"{standard.id}  {say.of(standard.title)}"
    yield f"{say.of(standard.document.name)}（{standard.document.number}，{standard.document.issued}）[{say.mark(standard.document.mark)}]"
    if standard.extends:
        yield f"{say('extends')}{say('colon')}{standard.extends}"
    if standard.scope_note:
        yield say.of(standard.scope_note)
    for name, parameter in standard.parameters.items():
        yield parameter_line(name, parameter, say)
    group = ""
    for indicator in standard.indicators:
        if indicator.group != group:
            group = indicator.group
            yield ""
            yield f"【{say.of(standard.groups[group]) if group in standard.groups else group}】"
        yield from indicator_lines(standard, indicator, say)
    yield from rule_lines(standard, say)


def parameter_line(name: str, parameter: Parameter, say: Wording) -> str:
    """Return a dated constant as one line."""
    return f"  {name} = {_schedule(parameter.values)}  {say.of(parameter.title)}  {_source(parameter, say)}"


def indicator_lines(standard: Standard, indicator: Indicator, say: Wording) -> Iterator[str]:
    """Yield one indicator's lines: its title first, its clause and source last."""
    yield f"{indicator.id} ({indicator.number}) {say.of(indicator.title)}"
    if indicator.formula:
        unit = say.unit(indicator.unit)
        yield f"    {indicator.formula}  {_line(indicator.line, say)} {unit}".rstrip()
    if indicator.applies:
        yield f"    {say('applies')}{say('colon')}{indicator.applies}"
    if indicator.at_least:
        yield f"    {say('at_least')}{say('colon')}{indicator.at_least}"
    if indicator.otherwise is not None:
        other = indicator.otherwise
        yield f"    {say('otherwise')}{say('colon')}{other.formula}  {_line(other.line, say)} {say.unit(other.unit)}".rstrip()
    for condition in indicator.conditions:
        yield f"    {say('condition')}{say('colon')}{say.of(condition.title)}（{condition.formula}）[{say.mark(condition.mark)}]"
    if indicator.judged is not None:
        key = f"{standard.root or standard.id}.{indicator.id}"
        yield f"    {say('measure_judged')}{say('colon')}{say.of(indicator.judged.question)}（county_year {key}）"
    for name, aggregate in indicator.inputs.items():
        yield f"    {name} ← {aggregate.source} {aggregate.key or aggregate.take + ' ' + aggregate.of} {aggregate.where}".rstrip()
    if indicator.note is not None:
        yield f"    {say.of(indicator.note)}"
    yield f"    {_source(indicator, say)}"


def rule_lines(standard: Standard, say: Wording) -> Iterator[str]:
    """Yield the lines of what holds over the indicators: units, balance, composite, shares, procedure."""
    rule, balance, composite = standard.unit_rule, standard.balance, standard.composite
    yield ""
    if rule is not None:
        yield say("unit_rule_words", of=len(rule.of), least=rule.met_at_least, ratio=_schedule(rule.near_ratio))
        yield f"    {_source(rule, say)}"
    if balance is not None:
        limit = _line(balance.limit, say) if balance.limit else ""
        yield f"{say('measure_cv')} {', '.join(balance.of)} {limit}"
        yield f"    {_source(balance, say)}"
    if composite is not None:
        yield f"{composite.id} {say.of(composite.title)} {_line(composite.limit, say)}"
        yield f"    {_source(composite, say)}"
    if standard.split is not None:
        weights = ", ".join(f"{say.stage(stage)} {plain(weight)}" for stage, weight in standard.split.weights.items())
        yield f"{say('split_weights')}{say('colon')}{weights}"
        yield f"    {_source(standard.split, say)}"
    for number, step in enumerate(standard.procedure, 1):
        when = " ".join(
            part
            for part in (
                say("month", month=step.month) if step.month else "",
                say("days", days=step.days) if step.days else "",
            )
            if part
        )
        yield f"{number}. {say.of(step.title)}（{say.of(step.by)}）{when} [{say.mark(step.mark)}]"


def _line(line: Line | None, say: Wording) -> str:
    if line is None:
        return ""
    parts = [
        f"{say.stage(stage) + ' ' if stage != ALL else ''}{line.op} {_schedule(values)}"
        for stage, values in line.values.items()
    ]
    return "; ".join(parts) + f" [{say.mark(line.mark)}]"


def _schedule(schedule: Schedule) -> str:
    shown = [f"{plain(dated.value)}{f' ({dated.mark})' if dated.mark else ''}" for dated in schedule]
    if len(schedule) == 1:
        return shown[0]
    return ", ".join(f"{value} ({dated.start} →)" for value, dated in zip(shown, schedule, strict=True))


def _source(source: Source, say: Wording) -> str:
    return f"{say('clause')}{say('colon')}{source.clause}  {say('source')}{say('colon')}{source.source} [{say.mark(source.mark)}]"
