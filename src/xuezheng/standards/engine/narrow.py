"""Turn the DuckDB engine's wide tables into findings and verdicts, in the order of the plain engine."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.verdict import ORDER, Verdict
from xuezheng.standards.engine.assess import COEFFICIENT, gap_amount, line_verdict, reason_of, rollup_gap, unit_reasons
from xuezheng.standards.engine.duck import WideResult
from xuezheng.standards.engine.findings import Finding, Input, SubjectVerdict
from xuezheng.standards.engine.rules import SHARE, UNIT, IndicatorRule, Rules

Wide = list[dict[str, Any]]


def county_findings(wide: WideResult, rules: Rules) -> Iterator[tuple[str, list[Finding], list[SubjectVerdict]]]:
    """Yield code, findings and verdicts of every county, in the order of the codes; needs a result in detail."""
    units = _by_county(wide.units)
    schools = {stages: _by_county(table) for stages, table in wide.schools.items()}
    balance = _by_county(wide.balance) if wide.balance is not None else {}
    for county in sorted(wide.counties.to_pylist(), key=lambda row: str(row["county_code"])):
        code = county["county_code"]
        own = {stages: sorted(rows.get(code, []), key=_place) for stages, rows in schools.items()}
        narrow = _County(rules, county, sorted(units.get(code, []), key=_place), own, balance.get(code, []))
        findings = list(narrow.findings())
        yield code, findings, list(narrow.verdicts(findings))


def _by_county(table: pa.Table) -> dict[str, Wide]:
    grouped: dict[str, Wide] = {}
    for row in table.to_pylist():
        grouped.setdefault(row["county_code"], []).append(row)
    return grouped


def _place(row: Mapping[str, Any]) -> tuple[str, int]:
    stages = list(load_register_schema().codes["stage"])
    return (row["school_code"], stages.index(row["stage"]) if row.get("stage") else -1)


class _County:
    """One county's wide rows."""

    def __init__(
        self,
        rules: Rules,
        county: Mapping[str, Any],
        units: Wide,
        schools: Mapping[tuple[str, ...], Wide],
        balance: Wide,
    ) -> None:
        self.rules = rules
        self.county = county
        self.code: str = county["county_code"]
        self.units = units
        self.schools = schools
        self.balance = {row["stage"]: row for row in balance}

    def findings(self) -> Iterator[Finding]:
        for rule in self.rules.indicators:
            if rule.level == "county":
                yield self._county_finding(rule)
                continue
            rows = self.units if rule.level == UNIT else self.schools[rule.stages]
            yield from (self._subject_finding(rule, row) for row in rows if row[f"d:{rule.id}"] is not None)
            yield from self._coefficients(rule.id, rule.stages)
            yield from (self._rollup(rule, rollup.id, rollup.share) for rollup in rule.rollups)
        composite = self.rules.composite
        if composite is not None:
            yield from self._composites()

    def _subject_finding(self, rule: IndicatorRule, row: Mapping[str, Any]) -> Finding:
        applies, value = row[f"a:{rule.id}"], row[f"v:{rule.id}"]
        held = rule.otherwise if rule.otherwise is not None and row[f"o:{rule.id}"] else rule.value
        if held is None:
            raise AssertionError(rule.id)
        requirement = held.line.at(row.get("stage")) if held.line else None
        inputs: dict[str, Input] = {name: row.get(name) for name in rule.names}
        split = [name for name in rule.names if name in self.rules.split_columns and row.get(SHARE) != 1.0]
        if split and rule.level == UNIT and any(f"{name}_school" in row for name in split):
            inputs[SHARE] = row[SHARE]
            inputs.update({f"{name}_school": row[f"{name}_school"] for name in split})
        outside = applies is False
        return Finding(
            "school", self.code, row["school_code"], row.get("stage"), rule.id, "value", value,
            int(value is not None), int(not outside), None if outside else requirement,
            ORDER[row[f"d:{rule.id}"]], row[f"g:{rule.id}"] if applies else None, held.gap_unit or held.unit, rule.clause,
            inputs,
        )  # fmt: skip

    def _coefficients(self, indicator: str, stages: Sequence[str]) -> Iterator[Finding]:
        balance = self.rules.balance
        if balance is None or indicator not in balance.of:
            return
        for stage in stages:
            row = self.balance.get(stage)
            if row is None or not row[f"t:{indicator}"]:
                continue
            known, total, plain = row[f"k:{indicator}"], row[f"t:{indicator}"], row[f"u:{indicator}"]
            inputs: dict[str, Input] = {
                "mean": row[f"m:{indicator}"], "sd": row[f"s:{indicator}"], "unweighted": plain, "units": total,
            }  # fmt: skip
            limit = balance.limit.at(stage) if balance.limit else None
            if limit is not None and balance.limit is not None:
                complete = known == total and plain is not None
                verdict = line_verdict(plain, limit, balance.limit, None) if complete else Verdict.UNKNOWN
                inputs["unweighted_verdict"] = str(verdict)
            yield self._coefficient(indicator, stage, row, limit, balance.clause, inputs)

    def _coefficient(
        self, indicator: str, stage: str, row: Mapping[str, Any], limit: float | None, clause: str, inputs: Mapping[str, Input]
    ) -> Finding:  # fmt: skip
        value, verdict = row[f"c:{indicator}"], ORDER[row[f"d:{indicator}"]]
        gap: float | None = None
        if limit is not None and value is not None and verdict in (Verdict.MET, Verdict.NOT_MET):
            gap = 0.0 if verdict is Verdict.MET else max(0.0, value - limit)
        return Finding(
            "county", self.code, self.code, stage, indicator, "cv", value, row[f"k:{indicator}"], row[f"t:{indicator}"],
            limit, verdict, gap, COEFFICIENT, clause, inputs,
        )  # fmt: skip

    def _composites(self) -> Iterator[Finding]:
        composite = self.rules.composite
        for stage in self.rules.stages:
            row = self.balance.get(stage)
            if row is not None and composite is not None:
                inputs: dict[str, Input] = {name: row[f"c:{name}"] for name in composite.of if row[f"t:{name}"]}
                yield self._coefficient(composite.id, stage, row, composite.limit.at(stage), composite.clause, inputs)

    def _rollup(self, rule: IndicatorRule, name: str, share: float) -> Finding:
        met, unknown, total = (self.county[f"{prefix}:{name}"] or 0 for prefix in ("met", "unknown", "t"))
        verdict, known = ORDER[self.county[f"d:{name}"]], total - unknown
        return Finding(
            "county", self.code, self.code, None, name, "value", 100 * met / known if known else None, known, total,
            share if total else None, verdict, rollup_gap(share, met, total, verdict), "school", rule.clause,
            {"met": met, "units": total},
        )  # fmt: skip

    def _county_finding(self, rule: IndicatorRule) -> Finding:
        row, verdict = self.county, ORDER[self.county[f"d:{rule.id}"]]
        inputs: dict[str, Input] = {
            name: row[f"key:{a.key}"] if a.key else row[f"i:{rule.id}:{name}"] for name, a in rule.inputs.items()
        }
        judged = row[f"judged:{rule.id}"] if rule.judged_keys else None
        if rule.judged_keys:
            inputs["judged"] = None if judged is None else ("yes" if judged else "no")
        if rule.value is None:
            return Finding(
                "county", self.code, self.code, None, rule.id, "judged", None, int(judged is not None), 1, None, verdict,
                None, "", rule.clause, inputs,
            )  # fmt: skip
        known, total = row[f"k:{rule.id}"], row[f"t:{rule.id}"]
        value = row[f"v:{rule.id}"] if known else None
        line = rule.value.line
        requirement = line.at(None) if line else None
        gap: float | None = None
        answered = ORDER[row[f"l:{rule.id}"]]
        if (
            value is not None
            and requirement is not None
            and rule.value.gap
            and answered in (Verdict.MET, Verdict.NOT_MET)
        ):
            short = gap_amount(rule.value.gap, value, requirement, inputs) or None
            gap = 0.0 if answered is Verdict.MET else short
        return Finding(
            "county", self.code, self.code, None, rule.id, "value", value, known, total, requirement, verdict, gap,
            rule.value.gap_unit or rule.value.unit, rule.clause, inputs,
        )  # fmt: skip

    def verdicts(self, findings: Sequence[Finding]) -> Iterator[SubjectVerdict]:
        answers = {reason_of(f): f.verdict for f in findings if f.level == "county"}
        rule = self.rules.unit_rule
        names = rule.of if rule else [r.id for r in self.rules.at_level(UNIT)]
        for row in self.units:
            if row["verdict"] is None:
                continue
            verdict = ORDER[row["verdict"]]
            held = {name: ORDER[row[f"d:{name}"]] for name in names if row[f"d:{name}"] is not None}
            yield SubjectVerdict(
                "school", self.code, row["school_code"], row["stage"], verdict, unit_reasons(verdict, held)
            )
            if rule is not None:
                answers[f"{row['school_code']}/{row['stage']}"] = verdict
        verdict = ORDER[self.county["verdict"]]
        decides = verdict not in (Verdict.MET, Verdict.NOT_APPLICABLE)
        reasons = tuple(name for name, answer in answers.items() if decides and answer is verdict)
        yield SubjectVerdict("county", self.code, self.code, None, verdict, reasons)
