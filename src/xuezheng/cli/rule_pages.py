"""One reference page a standard: its rules as people check them, with formula, line, clause, source and cases."""

from collections.abc import Iterator, Mapping
from typing import Any

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import ALL, Case, Indicator, Line, Schedule, Source, Standard
from xuezheng.cli.markdown import both, code, page, plain, table

MARKS = {
    "F": "read in the source",
    "P": "read in part, or in a cut copy",
    "S": "seen in a public program that applies it",
    "M": "from memory, to be checked",
}
_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "=": "="}


def standard_page(standard: Standard, generated: str) -> str:
    """Return the page of one standard."""
    document = standard.document
    about = (
        f"{plain(document.name.zh)} ({plain(document.number)}), {document.issued}; in force from {standard.effective}."
    )
    extends = f"It extends [{standard.extends}]({standard.extends}.md)." if standard.extends else ""
    marks = (
        "Every rule carries a mark of how sure it is: "
        + "; ".join(f"**{m}** {words}" for m, words in MARKS.items())
        + "."
    )
    parts = [
        generated,
        both(standard.title),
        about,
        extends,
        both(standard.scope_note) if standard.scope_note else "",
        marks,
        *_parameters(standard),
        *_keys(standard),
        *_indicators(standard),
        *_county_rules(standard),
        *_cases(standard),
    ]
    return page(standard.id, *parts)


def county_year_keys(standard: Standard) -> dict[str, str]:
    """Return the `county_year` keys that a standard reads, each with what stands there and the indicator that reads it."""
    keys: dict[str, str] = {}
    for indicator in standard.indicators:
        for aggregate in indicator.inputs.values():
            if aggregate.source == "county_year" and aggregate.key:
                keys[aggregate.key] = f"number, for {indicator.id}: {both(indicator.title)}"
        if indicator.judged is not None:
            answer = "是 yes" if indicator.judged.passes_when == "yes" else "否 no"
            question = both(indicator.judged.question)
            keys[f"{standard.root or standard.id}.{indicator.id}"] = f"yes or no (passes: {answer}): {question}"
    return keys


def _parameters(standard: Standard) -> Iterator[str]:
    if not standard.parameters:
        return
    rows = [
        [code(name), both(held.title), _schedule(held.values), plain(held.unit), _source(held)]
        for name, held in standard.parameters.items()
    ]
    yield "## Parameters\n\n" + table(["name", "meaning", "value", "unit", "source"], rows)


def _keys(standard: Standard) -> Iterator[str]:
    keys = county_year_keys(standard)
    if keys:
        rows = [[code(key), meaning] for key, meaning in keys.items()]
        said = "What only the county as a whole can say stands in the table `county_year` under these keys:"
        yield f"## Keys read from `county_year`\n\n{said}\n\n" + table(["key", "value"], rows)


def _indicators(standard: Standard) -> Iterator[str]:
    yield "## Indicators"
    group = ""
    for indicator in standard.indicators:
        if indicator.group != group and indicator.group in standard.groups:
            group = indicator.group
            yield f"**{both(standard.groups[group])}**"
        yield _indicator(standard, indicator)


def _indicator(standard: Standard, indicator: Indicator) -> str:
    stages = indicator.stages or standard.stages
    rows = [
        ["about", indicator.level + ("" if indicator.level == "county" else f" ({', '.join(stages)})")],
        ["formula", code(indicator.formula)],
        ["unit", plain(indicator.unit)],
        ["line", _line(indicator.line)],
        ["applies where", code(indicator.applies)],
        *(
            [f"input {code(name)}", code(_aggregate(aggregate.model_dump(by_alias=True)))]
            for name, aggregate in indicator.inputs.items()
        ),
        ["known to be at least", code(indicator.at_least)],
        *(["condition", f"{both(c.title)}: {code(c.formula)}"] for c in indicator.conditions),
        *(
            ["where that is unknown", f"{code(other.formula)} {_line(other.line)}"]
            for other in (indicator.otherwise,)
            if other
        ),
        *([f"county: {code(r.id)}", _rollup(r)] for r in indicator.rollups),
        ["judged", both(indicator.judged.question) if indicator.judged else ""],
        ["what it takes", both(indicator.lever.act) if indicator.lever else ""],
        ["note", both(indicator.note) if indicator.note else ""],
        ["source", _source(indicator)],
    ]
    number = f" ({indicator.number})" if indicator.number != indicator.id else ""
    veto = " — veto" if indicator.veto else ""
    heading = f"### {indicator.id}{number} {both(indicator.title)}{veto}"
    return f"{heading}\n\n" + table(["", ""], [row for row in rows if row[1]])


def _rollup(rollup: Any) -> str:
    where = f" of the schools where {code(rollup.where)}" if rollup.where else " of the schools"
    return f"{_schedule(rollup.share)} %{where} must meet it"


def _aggregate(held: Mapping[str, Any]) -> str:
    if held["key"]:
        return f"{held['from']}[{held['key']}]"
    where = f" where {held['where']}" if held["where"] else ""
    return f"{held['take']}({held['of']}) over {held['from']}{where}"


def _county_rules(standard: Standard) -> Iterator[str]:
    rows = []
    rule, balance, composite, split = standard.unit_rule, standard.balance, standard.composite, standard.split
    if rule:
        said = f"{rule.met_at_least} of {len(rule.of)} ({', '.join(rule.of)}) met, the rest at least {_schedule(rule.near_ratio)} of its line"
        rows.append(["a unit passes", said, _source(rule)])
    if balance:
        weights = f"weighted by {code(balance.weights)}" if balance.weights else "each school alike"
        limit = f", {_line(balance.limit)}" if balance.limit else ""
        rows.append([
            "coefficient of variation",
            f"of {', '.join(balance.of)}, {weights}{limit}",
            _source(balance.limit or balance),
        ])  # fmt: skip
    if composite:
        said = f"{both(composite.title)}: mean of {', '.join(composite.of)}, {_line(composite.limit)}"
        rows.append([code(composite.id), said, _source(composite.limit)])
    if split:
        weights = ", ".join(f"{stage} {weight:g}" for stage, weight in split.weights.items())
        rows.append([
            "shared resources",
            f"by pupils times {weights}: {', '.join(code(c) for c in split.columns)}",
            _source(split),
        ])  # fmt: skip
    if rows:
        yield "## Rules over several indicators\n\n" + table(["rule", "what it says", "source"], rows)
    if standard.procedure:
        steps = [
            f"{number}. {both(step.title)} — {both(step.by)}{f', month {step.month}' if step.month else ''}"
            f"{f', {step.days} days' if step.days else ''} [{step.mark}]"
            for number, step in enumerate(standard.procedure, 1)
        ]
        yield "## Procedure\n\n" + "\n".join(steps)


def _cases(standard: Standard) -> Iterator[str]:
    if standard.cases:
        said = "These stand beside the rules and are run by `xuezheng standards check` on both engines."
        yield f"## Cases\n\n{said}\n\n" + "\n\n".join(_case(case) for case in standard.cases)


def _case(case: Case) -> str:
    given = [f"    {name}: {_row(row)}" for name, rows in case.given.items() for row in rows]
    expected = [f"    {_row(row)}" for row in (*case.findings, *case.verdicts)]
    lines = [f"Given, in {case.school_year}:", "", *given, "", "Expected:", "", *expected]
    inner = "\n".join(f"    {line}" if line else "" for line in lines)
    title = both(case.title).replace('"', "'")
    return f'??? example "{title}"\n\n{inner}'


def _row(row: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items())


def _line(line: Line | None) -> str:
    if line is None:
        return ""
    words = load_register_schema().codes["stage"]
    said = [
        f"{'' if stage == ALL else words[stage].en + ' '}{plain(_SIGNS[line.op])} {_schedule(values)}"
        for stage, values in line.values.items()
    ]
    return f"{'; '.join(said)} [{line.mark}]"


def _schedule(schedule: Schedule) -> str:
    return ", ".join(
        f"{dated.value:g} from {dated.start}{f' [{dated.mark}]' if dated.mark else ''}"
        f"{f' ({plain(dated.note)})' if dated.note else ''}"
        for dated in schedule
    )


def _source(held: Source) -> str:
    return " — ".join(part for part in (plain(held.clause), plain(held.source)) if part) + f" **{held.mark}**"
