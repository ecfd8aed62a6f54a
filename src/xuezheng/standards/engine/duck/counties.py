"""SQL of the counties: roll-ups of school answers, sums over rows, stated figures, judged items, the county's verdict."""

from collections.abc import Iterator, Mapping, Sequence

from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.duck.sources import Sources
from xuezheng.standards.engine.expression import names_in
from xuezheng.standards.engine.facts import NUMBER_PATTERN, no_words, yes_words
from xuezheng.standards.engine.rules import UNIT, AggregateRule, IndicatorRule, RollupRule
from xuezheng.standards.engine.sql import expression_sql, line_sql, literal, number_sql
from xuezheng.tables.duck import quoted

MET, NEAR, UNKNOWN, NOT_MET = (v.rank for v in (Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET))
NOT_APPLICABLE = Verdict.NOT_APPLICABLE.rank
PERCENT_TOLERANCE = 1e-9
SchoolSets = tuple[tuple[str, ...], ...]
# A part of the county's row, and the column that says which county a row of it is about.
NUMBER, CODE = "county_no", "county_code"
Keyed = tuple[str, str]
Member = tuple[IndicatorRule, Mapping[str, AggregateRule]]


def county_sql(sources: Sources, school_sets: SchoolSets) -> str:
    """Return the query of `county_result`: every county's figures, answers and verdict in one row."""
    parts = [*_rollup_queries(sources, school_sets), *_stated_query(sources), *_input_queries(sources)]
    joins = [f"LEFT JOIN ({query}) j{n} ON j{n}.{key} = b.{key}" for n, (key, query) in enumerate(parts)]
    columns = ["b.*", *(f"j{n}.* EXCLUDE ({key})" for n, (key, _) in enumerate(parts))]
    query = f"SELECT {', '.join(columns)} FROM county b {' '.join(joins)}"
    rules = sources.rules.at_level("county")
    values = [column for rule in rules for column in _values(rule)]
    if values:
        query = f"SELECT b.*, {', '.join(values)} FROM ({query}) b"
    answers = [column for rule in rules for column in _answers(sources, rule)]
    rollups = [rollup for rule in sources.rules.indicators for rollup in rule.rollups]
    answers += [f"({_rollup_answer(rollup)})::UTINYINT AS {quoted('d:' + rollup.id)}" for rollup in rollups]
    if answers:
        query = f"SELECT b.*, {', '.join(answers)} FROM ({query}) b"
    own = [f"b.{quoted('d:' + name)}" for name in (*(r.id for r in rules), *(r.id for r in rollups))]
    return _with_verdict(sources, query, own)


def _with_verdict(sources: Sources, query: str, answers: Sequence[str]) -> str:
    rules = sources.rules
    worst, joins = list(answers), []
    if rules.balance is not None:
        names = [*rules.balance.of, *([rules.composite.id] if rules.composite else [])]
        highest = ", ".join(f"max({quoted('d:' + name)})" for name in names)
        joins.append(
            f"LEFT JOIN (SELECT county_no, greatest({highest}, 0) AS rank_ FROM balance GROUP BY county_no) e ON e.county_no = b.county_no"
        )
        worst.append("e.rank_")
    if rules.unit_rule is not None:
        joins.append(
            "LEFT JOIN (SELECT county_no, max(verdict) AS rank_ FROM unit_result GROUP BY county_no) f ON f.county_no = b.county_no"
        )
        worst.append("f.rank_")
    verdict = f"greatest({', '.join([*worst, str(NOT_APPLICABLE)])})"
    return f"SELECT b.*, ({verdict})::UTINYINT AS verdict FROM ({query}) b {' '.join(joins)}"


# -- roll-ups ----------------------------------------------------------------------------------------------------


def _rollup_queries(sources: Sources, school_sets: SchoolSets) -> Iterator[Keyed]:
    """Yield queries that count per county how many units or schools met, are unknown, and are in the group."""
    by_table: dict[str, list[tuple[IndicatorRule, RollupRule]]] = {}
    for rule in sources.rules.indicators:
        for rollup in rule.rollups:
            table = "unit_result" if rule.level == UNIT else f"school_result_{school_sets.index(rule.stages)}"
            by_table.setdefault(table, []).append((rule, rollup))
    for table, rollups in by_table.items():
        columns = [column for rule, rollup in rollups for column in _rollup_counts(rule, rollup)]
        yield NUMBER, f"SELECT r.county_no, {', '.join(columns)} FROM {table} r GROUP BY r.county_no"


def _rollup_counts(rule: IndicatorRule, rollup: RollupRule) -> Iterator[str]:
    answer = f"r.{quoted('d:' + rule.id)}"
    names = {name: f"r.{quoted(name)}" for name in names_in(rollup.where)} if rollup.where else {}
    member = f"({expression_sql(rollup.where, names)})" if rollup.where else "TRUE"
    counts = f"({member}) IS NOT FALSE AND {answer} > {NOT_APPLICABLE}"
    yield f"count_if({member} AND {answer} IN ({MET}, {NEAR}))::INT AS {quoted('met:' + rollup.id)}"
    yield f"count_if({counts} AND ({member} IS NULL OR {answer} = {UNKNOWN}))::INT AS {quoted('unknown:' + rollup.id)}"
    yield f"count_if({counts})::INT AS {quoted('t:' + rollup.id)}"


def _rollup_answer(rollup: RollupRule) -> str:
    met, unknown, total = (f"b.{quoted(prefix + rollup.id)}" for prefix in ("met:", "unknown:", "t:"))
    share, slack = literal(rollup.share), literal(PERCENT_TOLERANCE)
    return (
        f"CASE WHEN coalesce({total}, 0) = 0 THEN {NOT_APPLICABLE} "
        f"WHEN 100 * ({met} + {unknown}) + {slack} < {share} * {total} THEN {NOT_MET} "
        f"WHEN {unknown} > 0 THEN {UNKNOWN} WHEN 100 * {met} + {slack} < {share} * {total} THEN {NOT_MET} ELSE {MET} END"
    )


# -- inputs ------------------------------------------------------------------------------------------------------


def _input_queries(sources: Sources) -> Iterator[Keyed]:
    """Yield queries that give per county the inputs of its indicators, with known and total rows."""
    rules = sources.rules.at_level("county")
    by_source: dict[str, list[Member]] = {}
    for rule in rules:
        held: dict[str, dict[str, AggregateRule]] = {}
        for name, aggregate in rule.inputs.items():
            if not aggregate.key:
                held.setdefault(aggregate.source, {})[name] = aggregate
        for source, aggregates in held.items():
            by_source.setdefault(source, []).append((rule, aggregates))
    for source, members in by_source.items():
        yield _source_query(sources, source, members)


def _source_query(sources: Sources, source: str, members: Sequence[Member]) -> Keyed:
    if source == UNIT:
        names = {name: f"t.{quoted(name)}" for name in sources.unit_names} | {"stage": sources.stage_text("t.stage_no")}
        rows, county, key = "unit_result t", "t.county_no", NUMBER
    else:
        names = sources.row_names(source, "t", "s")
        rows, county, key = sources.rows(source, "t", "s"), _county_of(sources, source), CODE
    inner: list[str] = []
    outer: list[str] = []
    for rule, aggregates in members:
        scope = "TRUE"
        if source == UNIT and set(rule.stages) != set(sources.rules.unit_stages):
            scope = f"t.stage_no IN ({', '.join(str(sources.stage_numbers[stage]) for stage in rule.stages)})"
        inner += _row_figures(rule, aggregates, scope, names)
        outer += _taken(rule, aggregates, source)
    return key, (
        f"SELECT p.{key}, {', '.join(outer)} "
        f"FROM (SELECT {county} AS {key}, {', '.join(inner)} FROM {rows}) p GROUP BY p.{key}"
    )


def _row_figures(
    rule: IndicatorRule, aggregates: Mapping[str, AggregateRule], scope: str, names: Mapping[str, str]
) -> Iterator[str]:
    """Yield a row's figures for one indicator, whether the row counts, and whether all its figures are known."""
    relevant, known, figures = [], [], {}
    for name, aggregate in aggregates.items():
        where = f"({expression_sql(aggregate.where, names)})" if aggregate.where else "TRUE"
        of = "1e0" if aggregate.take == "count" else number_sql(aggregate.of, names) if aggregate.of else "NULL::DOUBLE"
        relevant.append(f"({where}) IS NOT FALSE")
        known.append(f"(({where}) IS FALSE OR (({where}) IS TRUE AND ({of}) IS NOT NULL))")
        figures[name] = f"CASE WHEN {where} THEN {of} END"
    counts = f"({scope} AND ({' OR '.join(relevant)}))"
    complete = f"({counts} AND {' AND '.join(known)})"
    yield f"{counts} AS {quoted(f'relevant:{rule.id}')}"
    yield f"{complete} AS {quoted(f'known:{rule.id}')}"
    for name, figure in figures.items():
        yield f"CASE WHEN {complete} THEN {figure} END AS {quoted(f'x:{rule.id}:{name}')}"


def _taken(rule: IndicatorRule, aggregates: Mapping[str, AggregateRule], source: str) -> Iterator[str]:
    known = f"p.{quoted(f'known:{rule.id}')}"
    for name, aggregate in aggregates.items():
        figure = f"p.{quoted(f'x:{rule.id}:{name}')}"
        whole = f"CASE WHEN count_if({known}) > 0 THEN coalesce(sum({figure}), 0e0) END"
        taken = {
            "sum": whole,
            "count": whole,
            "max": f"max({figure})",
            "min": f"min({figure})",
            "only": f"CASE WHEN count({figure}) = 1 THEN max({figure}) END",
        }[aggregate.take]
        yield f"{taken} AS {quoted(f'i:{rule.id}:{name}')}"
    yield f"count_if({known})::INT AS {quoted(f'k:{rule.id}:{source}')}"
    yield f"count_if(p.{quoted(f'relevant:{rule.id}')})::INT AS {quoted(f't:{rule.id}:{source}')}"


def _county_of(sources: Sources, table: str) -> str:
    columns = sources.schema.tables[table].columns
    ways = []
    if "school_code" in columns:
        ways.append(sources.column("school", "county_code", "s"))
    if "county_code" in columns:
        ways.append(sources.column(table, "county_code", "t"))
    if "region_code" in columns:
        ways.append(f"left({sources.column(table, 'region_code', 't')}, 6)")
    return f"coalesce({', '.join(ways)})" if len(ways) > 1 else ways[0]


def _stated_query(sources: Sources) -> Iterator[Keyed]:
    """Yield the query that gives per county what its statements say: numbers by key, and answers of judged items."""
    rules = sources.rules.at_level("county")
    columns = []
    for key in sorted({a.key for rule in rules for a in rule.inputs.values() if a.key}):
        own = f"t.key = {literal(key)}"
        columns.append(f"CASE WHEN count_if({own}) = 1 THEN max(t.number) FILTER ({own}) END AS {quoted('key:' + key)}")
    for rule in rules:
        if rule.judged_keys:
            own = f"t.key IN ({', '.join(literal(key) for key in rule.judged_keys)})"
            # Statements that contradict each other are no answer.
            columns.append(
                f"CASE WHEN bool_and(t.answer) FILTER ({own}) = bool_or(t.answer) FILTER ({own}) "
                f"THEN bool_or(t.answer) FILTER ({own}) END AS {quoted('judged:' + rule.id)}"
            )
    if columns:
        yield CODE, f"SELECT t.county_code, {', '.join(columns)} FROM ({_statements(sources)}) t GROUP BY t.county_code"


def _statements(sources: Sources) -> str:
    yes, no = (", ".join(literal(word) for word in words) for words in (yes_words(), no_words()))
    code, key, value = (sources.column("county_year", name, "y") for name in ("county_code", "key", "value"))
    return f"""
        SELECT {code} AS county_code, {key} AS key,
            try_cast(regexp_extract({value}, {literal(NUMBER_PATTERN)}, 1) AS DOUBLE) AS number,
            CASE WHEN lower(trim({value})) IN ({yes}) THEN TRUE WHEN lower(trim({value})) IN ({no}) THEN FALSE END AS answer
        FROM {sources.table("county_year")} y WHERE {sources.in_year("county_year", "y")}
    """


# -- values and answers ------------------------------------------------------------------------------------------


def _values(rule: IndicatorRule) -> list[str]:
    if rule.value is None:
        return []
    names = {
        name: f"b.{quoted('key:' + a.key)}" if a.key else f"b.{quoted(f'i:{rule.id}:{name}')}"
        for name, a in rule.inputs.items()
    }
    sources = dict.fromkeys(a.source for a in rule.inputs.values() if not a.key)
    keys = dict.fromkeys(a.key for a in rule.inputs.values() if a.key)
    known = [f"coalesce(b.{quoted(f'k:{rule.id}:{source}')}, 0)" for source in sources]
    known += [f"(b.{quoted('key:' + key)} IS NOT NULL)::INT" for key in keys]
    total = [f"coalesce(b.{quoted(f't:{rule.id}:{source}')}, 0)" for source in sources]
    total += [str(len(keys))] if keys else []
    return [
        f"{number_sql(rule.value.formula, names)} AS {quoted('v:' + rule.id)}",
        f"({' + '.join(known) or '0'})::INT AS {quoted('k:' + rule.id)}",
        f"({' + '.join(total) or '0'})::INT AS {quoted('t:' + rule.id)}",
    ]


def _answers(sources: Sources, rule: IndicatorRule) -> list[str]:
    answers, extra = [], []
    if rule.judged_keys:
        judged = f"b.{quoted('judged:' + rule.id)}"
        passes, fails = (MET, NOT_MET) if rule.judged_passes else (NOT_MET, MET)
        answers.append(f"CASE WHEN {judged} THEN {passes} WHEN NOT {judged} THEN {fails} ELSE {UNKNOWN} END")
    if rule.value is not None:
        value, known, total = (f"b.{quoted(prefix + rule.id)}" for prefix in ("v:", "k:", "t:"))
        held = line_sql(value, rule.value.line, None, None) if rule.value.line else str(NOT_APPLICABLE)
        empty = "" if rule.empty_applies else f"WHEN {total} = 0 THEN {NOT_APPLICABLE} "
        line = f"CASE {empty}WHEN {value} IS NULL OR {known} < {total} THEN {UNKNOWN} ELSE {held} END"
        answers.append(line)
        if sources.detail:
            extra.append(f"({line})::UTINYINT AS {quoted('l:' + rule.id)}")
    answer = f"greatest({', '.join(answers)})" if len(answers) > 1 else answers[0]
    return [f"({answer})::UTINYINT AS {quoted('d:' + rule.id)}", *extra]
