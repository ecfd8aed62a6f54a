"""SQL of the coefficients of variation between schools: two passes, first the means, then the spread about them.

One pass over squares would be faster and wrong: where schools hardly differ it loses all digits.
"""

from collections.abc import Iterator

from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.duck.results import applicability
from xuezheng.standards.engine.duck.sources import STAGE_SLOTS, Sources
from xuezheng.standards.engine.rules import BalanceRule, LineRule
from xuezheng.standards.engine.sql import StageSql, line_sql
from xuezheng.tables.duck import quoted

UNKNOWN, NOT_APPLICABLE = Verdict.UNKNOWN.rank, Verdict.NOT_APPLICABLE.rank


def balance_statements(sources: Sources) -> Iterator[tuple[str, str]]:
    """Yield the temporary tables of the balance, `balance` last; nothing where the rules have none."""
    balance = sources.rules.balance
    if balance is None:
        return
    yield "balance_mean", _means_sql(sources, balance)
    yield "balance", _with_composite(sources, _coefficients_sql(sources, balance))


def _weight(balance: BalanceRule) -> str:
    return f"r.{quoted(balance.weights)}" if balance.weights else "1e0"


def _in_stages(sources: Sources) -> str:
    if set(sources.rules.stages) == set(sources.rules.unit_stages):
        return "TRUE"
    return f"r.stage_no IN ({', '.join(str(sources.stage_numbers[stage]) for stage in sources.rules.stages)})"


def _means_sql(sources: Sources, balance: BalanceRule) -> str:
    weight, applies = _weight(balance), applicability(sources)
    columns = []
    for name in balance.of:
        value = f"r.{quoted('v:' + name)}"
        whole = f"sum(CASE WHEN {value} IS NOT NULL THEN {weight} END)"
        columns += [
            f"sum({weight} * {value}) / CASE WHEN {whole} > 0 THEN {whole} END AS {quoted('m:' + name)}",
            f"{whole} AS {quoted('w:' + name)}",
            f"count({weight} * {value})::INT AS {quoted('k:' + name)}",
            f"count_if({applies[name]} IS NOT FALSE)::INT AS {quoted('t:' + name)}",
        ]
        if sources.detail:
            known = f"CASE WHEN {weight} IS NOT NULL THEN {value} END"
            columns.append(f"stddev_pop({known}) / nullif(avg({known}), 0e0) AS {quoted('u:' + name)}")
    return f"SELECT r.group_no, {', '.join(columns)} FROM unit_result r WHERE {_in_stages(sources)} GROUP BY r.group_no"


def _coefficients_sql(sources: Sources, balance: BalanceRule) -> str:
    weight = _weight(balance)
    spread, shown, answers = [], [], []
    for name in balance.of:
        value, mean = f"r.{quoted('v:' + name)}", f"n.{quoted('m:' + name)}"
        spread.append(f"sum({weight} * ({value} - {mean}) * ({value} - {mean})) AS {quoted('x:' + name)}")
        deviation = (
            f"sqrt(p.{quoted('x:' + name)} / CASE WHEN n.{quoted('w:' + name)} > 0 THEN n.{quoted('w:' + name)} END)"
        )
        shown += [f"n.{quoted(prefix + name)}" for prefix in ("m:", "k:", "t:", *(["u:"] if sources.detail else []))]
        shown += [
            f"{deviation} AS {quoted('s:' + name)}",
            f"{deviation} / nullif({mean}, 0e0) AS {quoted('c:' + name)}",
        ]
        answers.append(f"({_answer(sources, name, balance.limit)})::UTINYINT AS {quoted('d:' + name)}")
    stage = sources.stage_text(f"(n.group_no % {STAGE_SLOTS})")
    return f"""
        SELECT b.*, {", ".join(answers)} FROM (
            SELECT c.county_no, c.county_code, n.group_no % {STAGE_SLOTS} AS stage_no, {stage} AS stage, {", ".join(shown)}
            FROM balance_mean n
            JOIN (
                SELECT r.group_no, {", ".join(spread)}
                FROM unit_result r JOIN balance_mean n ON n.group_no = r.group_no GROUP BY r.group_no
            ) p ON p.group_no = n.group_no
            JOIN county c ON c.county_no = n.group_no // {STAGE_SLOTS}
        ) b
    """


def _answer(sources: Sources, name: str, limit: LineRule | None) -> str:
    known, total, value = (f"b.{quoted(prefix + name)}" for prefix in ("k:", "t:", "c:"))
    held = line_sql(value, limit, StageSql("b.stage_no", sources.stage_numbers), None) if limit else str(NOT_APPLICABLE)
    return f"CASE WHEN {total} = 0 THEN NULL WHEN {known} < {total} OR {value} IS NULL THEN {UNKNOWN} ELSE {held} END"


def _with_composite(sources: Sources, query: str) -> str:
    composite = sources.rules.composite
    if composite is None:
        return query
    names = {prefix: quoted(prefix + composite.id) for prefix in ("c:", "k:", "t:", "d:")}
    value = " + ".join(f"b.{quoted('c:' + name)}" for name in composite.of)
    complete = " + ".join(
        f"(b.{quoted('k:' + name)} = b.{quoted('t:' + name)} AND b.{quoted('c:' + name)} IS NOT NULL)::INT"
        for name in composite.of
    )
    answer = (
        f"CASE WHEN c.{names['k:']} < c.{names['t:']} OR c.{names['c:']} IS NULL THEN {UNKNOWN} "
        f"ELSE {line_sql('c.' + names['c:'], composite.limit, StageSql('c.stage_no', sources.stage_numbers), None)} END"
    )
    return f"""
        SELECT c.*, ({answer})::UTINYINT AS {names["d:"]} FROM (
            SELECT b.*, ({value}) / {len(composite.of)} AS {names["c:"]}, {complete} AS {names["k:"]},
                {len(composite.of)} AS {names["t:"]}
            FROM ({query}) b
        ) c
    """
