"""SQL of the rows: schools with their returns, shares of what several stages have in common, units without a return.

Most schools have one stage and return just that. `several` holds only the others: schools whose kind must report
several stages, or that returned something else than their kind must. Only they share resources, and only among them
can a single return be missing; a school without any return is told by its missing stage.
"""

from xuezheng.standards.engine.duck.sources import STAGE_SLOTS, Sources
from xuezheng.standards.engine.rules import SHARE, UNIT
from xuezheng.standards.engine.sql import expression_sql, literal
from xuezheng.tables.duck import quoted


def county_numbers_sql(sources: Sources) -> str:
    """Return the query of `county`: the codes of the counties that have schools, numbered in their order.

    Numbers make groups dense, so that sums by county and stage need no hashing of texts.
    """
    return f"""
        SELECT county_code, (row_number() OVER (ORDER BY county_code) - 1)::INT AS county_no
        FROM (SELECT DISTINCT {sources.column("school", "county_code", "s")} AS county_code FROM {sources.table("school")} s)
        WHERE county_code IS NOT NULL
    """


def returned_sql(sources: Sources) -> str:
    """Return the query of `returned`: schools in scope, each with its returns of the year, or once without a stage."""
    rules = sources.rules
    scope = "TRUE"
    if rules.schools is not None:
        names = {name: sources.column("school", name, "s") for name in sources.schema.tables["school"].columns}
        scope = f"({expression_sql(rules.schools, names)}) IS NOT FALSE"
    own = [f"{sources.column('school', name, 's')} AS {quoted(name)}" for name in sources.own_columns]
    figures = [f"{sources.column('stage_year', name, 'r')} AS {quoted(name)}" for name in sources.stage_columns]
    stages = ", ".join(literal(stage) for stage in sources.read_stages)
    numbers = {
        stage: f"{number}::UTINYINT" for stage, number in sources.stage_numbers.items() if stage in sources.read_stages
    }
    return f"""
        SELECT c.county_no, s.school_code, {"".join(f"{column}, " for column in own)}
            {sources.is_open()} AS open_, {sources.expected()} AS expected_, r.stage_no, (1 << r.stage_no::INT) AS bit_, {", ".join(figures)}
        FROM {sources.table("school")} s
        JOIN county c ON c.county_code = {sources.column("school", "county_code", "s")}
        LEFT JOIN (
            SELECT *, {sources.stage_case("y.stage", numbers)} AS stage_no FROM {sources.table("stage_year")} y WHERE {sources.in_year("stage_year", "y")} AND y.stage IN ({stages})
        ) r ON r.school_code = s.school_code
        WHERE {scope}
    """


def several_sql(sources: Sources) -> str:
    """Return the query of `several`: what the stages of such a school returned, and what they weigh together."""
    weights = {stage: literal(weight) for stage, weight in sources.rules.split_weights.items()}
    split = sources.mask(weights)
    # Added in the order of the stages, not of the rows: the same to the last bit however they came.
    parts = [
        f"coalesce({weight} * sum(r.pupils) FILTER (r.stage_no = {sources.stage_numbers[stage]}), 0e0)"
        for stage, weight in weights.items()
    ]
    weighted = " + ".join(parts) or "NULL::DOUBLE"
    # A school of one stage whose kind must report that stage, and nothing else of it is read, shares nothing.
    return f"""
        SELECT r.school_code, bit_or(r.bit_) AS reported_, any_value(r.expected_) AS expected_, min(r.bit_) AS first_,
            coalesce(bool_and(r.pupils IS NOT NULL) FILTER (r.bit_ & {split} <> 0), TRUE) AS whole_, {weighted} AS weighted_
        FROM returned r
        WHERE r.school_code IN (SELECT o.school_code FROM returned o WHERE o.bit_ IS NOT NULL AND o.bit_ <> o.expected_)
            AND r.bit_ IS NOT NULL
        GROUP BY r.school_code
    """


def unit_rows_sql(sources: Sources) -> str:
    """Return the query of the units with the figures that formulas read; shared resources are split."""
    rules = sources.rules
    wanted = sources.mask(rules.unit_stages)
    missing = ", ".join(f"({sources.stage_numbers[s]}::UTINYINT, {sources.mask([s])})" for s in rules.unit_stages)
    own = "".join(f", r.{quoted(name)}" for name in sources.own_columns)
    nothing = "".join(f", NULL::DOUBLE AS {quoted(name)}" for name in sources.stage_columns)
    figures = "".join(f", r.{quoted(name)}" for name in sources.stage_columns)
    who = "r.county_no, r.school_code"
    joins, derived = sources.derived(UNIT, "u.school_code", sources.stage_text("u.stage_no"))
    facts_join, facts = _facts(sources)
    kept = [f"u.{quoted(name)}" for name in (*sources.own_columns, *sources.stage_columns)]
    return f"""
        SELECT u.county_no, u.school_code,
            (u.county_no * {STAGE_SLOTS} + u.stage_no)::INT AS group_no, u.stage_no,
            {", ".join([*kept, f"u.{SHARE}", *facts, *derived])}
        FROM (
            SELECT {who}, r.stage_no{own}{figures}, {_share(sources)} AS {SHARE}
            FROM returned r LEFT JOIN several h ON h.school_code = r.school_code
            WHERE r.bit_ & {wanted} <> 0 AND (r.open_ OR coalesce(r.pupils, 0) <> 0)
            UNION ALL
            SELECT {who}, m.stage_no{own}{nothing}, {_share_without_return(sources, "r.expected_", "m.bit")} AS {SHARE}
            FROM returned r, (VALUES {missing}) m(stage_no, bit)
            WHERE r.stage_no IS NULL AND r.open_ AND r.expected_ & m.bit <> 0
            UNION ALL
            SELECT {who}, m.stage_no{own}{nothing}, {_share_without_return(sources, "(h.expected_ | h.reported_)", "m.bit")} AS {SHARE}
            FROM (SELECT * FROM several WHERE expected_ & {wanted} & ~reported_ <> 0) h
            JOIN returned r ON r.school_code = h.school_code AND r.bit_ = h.first_, (VALUES {missing}) m(stage_no, bit)
            WHERE r.open_ AND h.expected_ & ~h.reported_ & m.bit <> 0
        ) u {facts_join} {joins}
    """


def _share(sources: Sources) -> str:
    """Return a returned stage's share of what its school has in common."""
    weights = sources.rules.split_weights
    if not weights:
        return "1e0"
    split = sources.mask(weights)
    own = _by_number(sources, {stage: literal(weight) for stage, weight in weights.items()})
    return (
        f"CASE WHEN h.school_code IS NULL OR r.bit_ & {split} = 0 OR (h.expected_ | h.reported_) & {split} = r.bit_ THEN 1e0 "
        f"WHEN h.whole_ AND h.expected_ & {split} & ~h.reported_ = 0 THEN {own} * r.pupils / nullif(h.weighted_, 0e0) END"
    )


def _by_number(sources: Sources, values: dict[str, str]) -> str:
    whens = " ".join(f"WHEN {sources.stage_numbers[stage]} THEN {value}" for stage, value in values.items())
    return f"(CASE r.stage_no {whens} END)"


def _share_without_return(sources: Sources, stages: str, bit: str) -> str:
    """Return the share of a stage that did not report: all where it shares with no other, else unknown."""
    split = sources.mask(sources.rules.split_weights)
    return f"CASE WHEN {bit} & {split} = 0 OR {stages} & {split} = {bit} THEN 1e0 END"


def _facts(sources: Sources) -> tuple[str, list[str]]:
    """Return the join and the columns of the facts that unit and school rows read."""
    unit_facts = sources.fact_columns(sources.unit_names)
    whole = dict.fromkeys(sources.fact_columns(sources.school_names))
    columns = []
    for name in unit_facts:
        shown = sources.column("school_year_facts", name, "f")
        # A share of exactly one leaves the figure as it is, to the last bit.
        split = name in sources.rules.split_columns
        columns.append(f"{shown} * u.{SHARE} AS {quoted(name)}" if split else f"{shown} AS {quoted(name)}")
        if split and sources.detail:
            whole[name] = None
    columns += [f"{sources.column('school_year_facts', name, 'f')} AS {quoted(f'{name}_school')}" for name in whole]
    if not columns:
        return "", []
    year = sources.in_year("school_year_facts", "g")
    join = f"LEFT JOIN (SELECT * FROM {sources.table('school_year_facts')} g WHERE {year}) f ON f.school_code = u.school_code"
    return join, columns
