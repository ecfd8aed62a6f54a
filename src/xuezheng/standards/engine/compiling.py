"""Make a standard ready to evaluate for one school year: parse its formulas, choose its dated values, check its names."""

import hashlib
import math
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import (
    ALL,
    Aggregate,
    Balance,
    Composite,
    Derived,
    Indicator,
    Lever,
    Line,
    Otherwise,
    Rollup,
    Standard,
)
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRule
from xuezheng.standards.engine.expression import (
    Arithmetic,
    Call,
    Constant,
    Kind,
    Name,
    Tree,
    names_in,
    parse,
    with_constants,
)
from xuezheng.standards.engine.rules import (
    LINE,
    OWN_VALUE,
    SCHOOL,
    SCHOOL_COLUMNS,
    SHARE,
    UNIT,
    YEAR_COLUMNS,
    AggregateRule,
    BalanceRule,
    CompositeRule,
    IndicatorRule,
    LineRule,
    RollupRule,
    Rules,
    UnitRuleInForce,
    ValueRule,
    in_force,
)

WHOLE_TOLERANCE = 1e-9
_KINDS = {
    "integer": Kind.NUMBER,
    "number": Kind.NUMBER,
    "year": Kind.NUMBER,
    "yes_no": Kind.TRUTH,
    "text": Kind.TEXT,
    "code": Kind.TEXT,
    "choice": Kind.TEXT,
}


def rules_version(standard: Standard) -> str:
    """Return the digest of a standard's rules (12 hex digits); cases do not count."""
    return hashlib.sha256(standard.model_dump_json(exclude={"cases"}).encode()).hexdigest()[:12]


@cache
def compiled(standard: Standard, school_year: int) -> Rules:
    """Return the rules of a standard for a school year.

    Raises `InvalidRule` where a formula, a name or a reference is not allowed.
    """
    return _Compiler(standard, school_year).rules()


class _Compiler:
    """Compiles one standard for one school year."""

    def __init__(self, standard: Standard, school_year: int) -> None:
        self.standard = standard
        self.year = school_year
        self.at = ""  # the indicator that is being compiled, for refusals
        self.constants = {name: in_force(p.values, school_year) for name, p in standard.parameters.items()}
        self.tables = {
            name: {column: _KINDS[d.type] for column, d in table.columns.items() if d.type in _KINDS}
            for name, table in load_register_schema().tables.items()
        }
        self._check_parameters()
        self._check_stages()
        self._check_split()

    def rules(self) -> Rules:
        standard = self.standard
        derived = {name: (d.level, self._derived(name, d)) for name, d in standard.derived.items()}
        rule = standard.unit_rule
        near = in_force(rule.near_ratio, self.year) if rule else 0.0
        unit_rule = UnitRuleInForce(rule.of, rule.met_at_least, near) if rule else None
        indicators = tuple(self._indicator(i, unit_rule) for i in standard.indicators)
        self.at = ""
        ids = [rule_id for i in indicators for rule_id in {i.id, *(r.id for r in i.rollups)}]
        ids += [standard.composite.id] if standard.composite else []
        if len(ids) != len(set(ids)):
            raise self._refusal("rule_id_twice", found=next(i for i in ids if ids.count(i) > 1))
        balance, composite = standard.balance, standard.composite
        for reference in (
            *(rule.of if rule else ()),
            *(balance.of if balance else ()),
            *(composite.of if composite else ()),
        ):
            if reference not in {i.id for i in indicators if i.level == UNIT}:
                raise self._refusal("rule_reference", found=reference)
        for reference in composite.of if composite else ():
            if balance is None or reference not in balance.of:
                raise self._refusal("rule_reference", found=reference)
        if balance and balance.weights and self._unit_names().get(balance.weights) is not Kind.NUMBER:
            raise self._refusal("rule_reference", found=balance.weights)
        return Rules(
            id=standard.id,
            version=rules_version(standard),
            school_year=self.year,
            fiscal_year=self.year + standard.fiscal_year_offset,
            stages=standard.stages,
            schools=self._tree(standard.schools, self._school_names(), Kind.TRUTH),
            split_weights=MappingProxyType(dict(standard.split.weights if standard.split else {})),
            split_columns=frozenset(standard.split.columns if standard.split else ()),
            derived=MappingProxyType(derived),
            indicators=indicators,
            unit_rule=unit_rule,
            balance=self._balance(balance) if balance else None,
            composite=self._composite(composite) if composite else None,
        )

    def _balance(self, balance: Balance) -> BalanceRule:
        return BalanceRule(balance.of, balance.weights, self._line(balance.limit), balance.clause)

    def _composite(self, composite: Composite) -> CompositeRule:
        limit = self._line(composite.limit)
        if limit is None:
            raise self._refusal("rule_reference", found=composite.id)
        return CompositeRule(composite.id, composite.of, limit, composite.clause)

    def _refusal(self, code: str, found: str) -> InvalidRule:
        return InvalidRule(code, place=Place(self.standard.id, self.at), found=found)

    def _check_parameters(self) -> None:
        taken = {LINE, SHARE, *(column for table in self.tables.values() for column in table)}
        for name in (*self.standard.parameters, *self.standard.derived):
            if name in taken or not name.isidentifier() or not name.islower() or not name.isascii():
                raise self._refusal("rule_name", found=name)

    def _check_stages(self) -> None:
        standard, known = self.standard, load_register_schema().codes["stage"]
        limits = [standard.balance and standard.balance.limit, standard.composite and standard.composite.limit]
        lines = [*(i.line for i in standard.indicators), *limits]
        named = [
            *standard.stages,
            *(stage for i in standard.indicators for stage in i.stages),
            *(standard.split.weights if standard.split else ()),
            *(stage for line in lines if line for stage in line.values if stage != ALL),
        ]
        for stage in named:
            if stage not in known:
                raise self._refusal("rule_reference", found=stage)

    def _check_split(self) -> None:
        split = self.standard.split
        if split is None:
            return
        for column in split.columns:
            if self.tables["school_year_facts"].get(column) is not Kind.NUMBER or column == "school_year":
                raise self._refusal("rule_reference", found=column)
        for stage, weight in split.weights.items():
            if not 0 < weight < math.inf:
                raise self._refusal("rule_reference", found=f"{stage}: {weight}")

    def _tree(self, text: str, names: Mapping[str, Kind], expected: Kind) -> Tree | None:
        if not text:
            return None
        known = {**names, **dict.fromkeys(self.constants, Kind.NUMBER)}
        try:
            return with_constants(parse(text, known, expected), self.constants)
        except InvalidRule as refusal:
            raise InvalidRule(refusal.code, place=Place(self.standard.id, self.at), **refusal.params) from None

    def _school_names(self) -> dict[str, Kind]:
        return {name: self.tables["school"][name] for name in SCHOOL_COLUMNS}

    def _unit_names(self) -> dict[str, Kind]:
        derived = {name for name, d in self.standard.derived.items() if d.level == UNIT}
        return {
            **self.tables["stage_year"],
            **self.tables["school_year_facts"],
            **self._school_names(),
            **dict.fromkeys(derived, Kind.NUMBER),
        }

    def _row_names(self, level: str) -> dict[str, Kind]:
        if level == UNIT:
            return self._unit_names()
        derived = {name for name, d in self.standard.derived.items() if d.level == SCHOOL}
        sums = {name: kind for name, kind in self.tables["stage_year"].items() if kind is Kind.NUMBER}
        return {
            **sums,
            **self.tables["school_year_facts"],
            **self._school_names(),
            **dict.fromkeys(derived, Kind.NUMBER),
        }

    def _source_names(self, source: str) -> dict[str, Kind]:
        if source == UNIT:
            return self._unit_names()
        if source not in YEAR_COLUMNS:
            raise self._refusal("rule_reference", found=source)
        own = self.tables[source]
        return {**(self._school_names() if "school_code" in own else {}), **own}

    def _derived(self, name: str, derived: Derived) -> AggregateRule:
        columns = self.tables.get(derived.source, {}) if derived.source in YEAR_COLUMNS else {}
        wanted = {"school_code", "stage"} if derived.level == UNIT else {"school_code"}
        if not wanted <= columns.keys():
            raise self._refusal("rule_reference", found=f"{name}: {derived.source}")
        return self._aggregate(derived)

    def _aggregate(self, aggregate: Aggregate) -> AggregateRule:
        names = self._source_names(aggregate.source)
        if aggregate.key and aggregate.source != "county_year":
            raise self._refusal("rule_reference", found=aggregate.key)
        if not (aggregate.of or aggregate.key or aggregate.take == "count"):
            raise self._refusal("rule_reference", found=f"{aggregate.take} ({aggregate.source})")
        return AggregateRule(
            source=aggregate.source,
            take=aggregate.take,
            of=self._tree(aggregate.of, names, Kind.NUMBER),
            where=self._tree(aggregate.where, names, Kind.TRUTH),
            key=aggregate.key,
        )

    def _line(self, line: Line | None) -> LineRule | None:
        if line is None:
            return None
        values = {stage: in_force(schedule, self.year) for stage, schedule in line.values.items()}
        return LineRule(line.op, line.tolerance, MappingProxyType(values))

    def _indicator(self, indicator: Indicator, unit_rule: UnitRuleInForce | None) -> IndicatorRule:
        self.at = indicator.id
        inputs = {name: self._aggregate(aggregate) for name, aggregate in indicator.inputs.items()}
        names = dict.fromkeys(inputs, Kind.NUMBER) if indicator.level == "county" else self._row_names(indicator.level)
        value = self._value(indicator.formula, indicator.unit, indicator.line, indicator.lever, names)
        otherwise = self._otherwise(indicator.otherwise, names)
        conditions = tuple(self._tree(c.formula, names, Kind.TRUTH) for c in indicator.conditions)
        at_least = self._tree(indicator.at_least, names, Kind.NUMBER)
        if at_least is not None and (value is None or value.line is None or value.line.op not in ("<=", "<")):
            raise self._refusal("rule_reference", found="at_least")
        formulas = (value and value.formula, at_least, otherwise and otherwise.formula)
        used = [tree for tree in (*formulas, *conditions) if tree]
        near = unit_rule.near_ratio if unit_rule and indicator.id in unit_rule.of else None
        if near is not None and (value is None or value.line is None or value.line.op != ">="):
            raise self._refusal("rule_reference", found=indicator.id)
        root = self.standard.root or self.standard.id
        return IndicatorRule(
            id=indicator.id,
            level=indicator.level,
            stages=indicator.stages or self.standard.stages,
            clause=indicator.clause,
            applies=self._tree(indicator.applies, names if indicator.level != "county" else {}, Kind.TRUTH),
            value=value,
            otherwise=otherwise,
            at_least=at_least,
            conditions=tuple(tree for tree in conditions if tree),
            near_ratio=near,
            inputs=MappingProxyType(inputs),
            rollups=tuple(self._rollup(r, names) for r in indicator.rollups),
            judged_keys=(f"{root}.{indicator.id}", indicator.id) if indicator.judged else (),
            judged_passes=indicator.judged is not None and indicator.judged.passes_when == "yes",
            empty_applies=indicator.empty == "unknown",
            names=tuple(dict.fromkeys(name for tree in used for name in names_in(tree))),
        )

    def _rollup(self, rollup: Rollup, names: Mapping[str, Kind]) -> RollupRule:
        return RollupRule(rollup.id, self._tree(rollup.where, names, Kind.TRUTH), in_force(rollup.share, self.year))

    def _otherwise(self, otherwise: Otherwise | None, names: Mapping[str, Kind]) -> ValueRule | None:
        if otherwise is None:
            return None
        return self._value(otherwise.formula, otherwise.unit, otherwise.line, None, names)

    def _value(
        self, formula: str, unit: str, line: Line | None, lever: Lever | None, names: Mapping[str, Kind]
    ) -> ValueRule | None:
        tree = self._tree(formula, names, Kind.NUMBER)
        if tree is None:
            return None
        held = self._line(line)
        if held is None:
            return ValueRule(tree, unit, None, None, "")
        shortfall = self._shortfall(tree, held.op, lever, names)
        gap = shortfall
        if lever is not None and lever.whole:
            gap = Call("ceil", (Arithmetic("-", shortfall, Constant(WHOLE_TOLERANCE)),))
        return ValueRule(tree, unit, held, _not_negative(gap), lever.unit if lever else unit, _not_negative(shortfall))

    def _shortfall(self, formula: Tree, op: str, lever: Lever | None, names: Mapping[str, Kind]) -> Tree:
        line = Name(LINE, Kind.NUMBER)
        if lever is not None and lever.formula:
            gap = self._tree(lever.formula, {**names, LINE: Kind.NUMBER}, Kind.NUMBER)
            if gap is None:
                raise self._refusal("rule_reference", found=lever.formula)
        elif lever is not None:
            if lever.name not in names_in(formula):
                raise self._refusal("rule_lever", found=lever.name)
            gap = _missing(formula, lever.name, op)
        else:
            gap = _difference(op, line, Name(OWN_VALUE, Kind.NUMBER))
        return gap


def _not_negative(amount: Tree) -> Tree:
    """Return an amount that is zero where nothing is missing (adding zero turns a negative zero into a plain one)."""
    return Arithmetic("+", Call("greatest", (amount, Constant(0.0))), Constant(0.0))


def _difference(op: str, line: Tree, value: Tree) -> Tree:
    if op in (">=", ">"):
        return Arithmetic("-", line, value)
    if op == "=":
        return Call("abs", (Arithmetic("-", value, line),))
    return Arithmetic("-", value, line)


def _missing(formula: Tree, lever: str, op: str) -> Tree:
    """Return how much of the lever is missing to the line, for a formula that is linear in it.

    With f0 and f1 the formula at lever 0 and 1, the line is reached at (line - f0) / (f1 - f0).
    """
    at_zero = with_constants(formula, {lever: 0.0})
    at_one = with_constants(formula, {lever: 1.0})
    line = Name(LINE, Kind.NUMBER)
    needed = Arithmetic("/", Arithmetic("-", line, at_zero), Arithmetic("-", at_one, at_zero))
    return _difference(op, needed, Name(lever, Kind.NUMBER))
