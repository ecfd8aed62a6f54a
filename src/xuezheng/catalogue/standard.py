"""Standards as data: what a rule file may say. Formulas stay text here; `standards.engine` parses them."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from xuezheng.catalogue.loader import Entry, Words, data_folder, read_yaml, validated
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRule, NotFound

Mark = Literal["F", "P", "S", "M"]
Operator = Literal[">=", "<=", "<", ">", "="]
ALL = "all"
MAX_ANCESTORS = 8
IDENTIFIER = r"^[A-Za-z][A-Za-z0-9_.]{0,30}$"


class Dated(Entry):
    """A value in force from a day on, until a later one replaces it."""

    start: date = Field(alias="from")
    value: float = Field(allow_inf_nan=False)
    mark: Mark | None = None
    note: str = ""


Schedule = Annotated[tuple[Dated, ...], Field(min_length=1)]


def _by_stage(content: object) -> object:
    """Let a schedule that is the same for every stage be written without the stage."""
    return {ALL: content} if isinstance(content, list) else content


class Source(Entry):
    """Where a rule stands and how sure that is.

    `mark`: F read in the source, P read in part or in a cut copy, S seen in a program that applies it, M from memory.
    """

    clause: str = ""
    source: str = ""
    mark: Mark = "M"


class Parameter(Source):
    """A dated constant that formulas may name; uncertain facts are parameters, printed with their mark."""

    title: Words
    unit: str = ""
    values: Schedule


class Line(Source):
    """The line that a value is held against, by stage or for all, dated; `tolerance` absorbs the rounding of floats."""

    op: Operator
    tolerance: float = 1e-9
    values: Annotated[dict[str, Schedule], BeforeValidator(_by_stage)]


class Lever(Entry):
    """What one would add to reach the line: the input `name` of the formula, in the natural unit `unit`.

    `whole` quantities come in ones (teachers, rooms). `act` is the advice, with `{gap}` for the amount.
    """

    name: str = ""
    formula: str = ""
    unit: str
    whole: bool = False
    act: Words

    @model_validator(mode="after")
    def _one_way(self) -> "Lever":
        if bool(self.name) == bool(self.formula):
            msg = "a lever names either an input or a formula"
            raise ValueError(msg)
        try:
            self.act.zh.format(gap="1"), self.act.en.format(gap="1")
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            msg = "the only braces in a lever's advice are {gap}"
            raise ValueError(msg) from error
        return self


class Aggregate(Entry):
    """One figure taken over many rows.

    `source` is a register table or `unit` (the rows of this standard); `key` picks a `county_year` entry.
    `of` and `where` are expressions over a row. A row whose figure is unknown makes the whole only partly known.
    """

    source: str = Field(alias="from")
    take: Literal["sum", "max", "min", "count", "only"] = "sum"
    of: str = ""
    where: str = ""
    key: str = ""


class Derived(Aggregate):
    """A column that unit or school rows get from another table, e.g. the largest class from `class_year`."""

    level: Literal["unit", "school"]


class Condition(Source):
    """Something that must hold besides the line."""

    title: Words
    formula: str


class Otherwise(Entry):
    """A second way to the answer where the first formula is unknown."""

    formula: str
    unit: str
    line: Line


class Rollup(Entry):
    """How school answers make the county's: the `share` (%) of the schools in the group `where` that must meet."""

    id: str = Field(pattern=IDENTIFIER)
    title: Words | None = None
    where: str = ""
    share: Schedule


class Judged(Source):
    """What people judge, on evidence: the `county_year` key is `<standard>.<id>`; `passes_when` is the answer that passes."""

    question: Words
    evidence: Words | None = None
    passes_when: Literal["yes", "no"] = "yes"


class Indicator(Source):
    """One indicator: a formula held against a line, or a judged item, or both.

    `at_least` is a figure that the value cannot be below: where the formula is unknown, it can still prove that an
    upper line is exceeded (one class known to be too large, though not all classes are known).
    """

    id: str = Field(pattern=IDENTIFIER)
    number: str
    group: str = ""
    title: Words
    level: Literal["unit", "school", "county"]
    stages: tuple[str, ...] = ()
    applies: str = ""
    inputs: dict[str, Aggregate] = Field(default_factory=dict)
    formula: str = ""
    at_least: str = ""
    unit: str = ""
    line: Line | None = None
    lever: Lever | None = None
    conditions: tuple[Condition, ...] = ()
    otherwise: Otherwise | None = None
    rollups: tuple[Rollup, ...] = ()
    judged: Judged | None = None
    veto: bool = False
    empty: Literal["unknown", "not_applicable"] = "unknown"
    note: Words | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Indicator":
        if not self.formula and self.judged is None:
            msg = "an indicator has a formula, a judged item, or both"
            raise ValueError(msg)
        if not self.formula and self.level != "county":
            msg = "an indicator of schools or units has a formula"
            raise ValueError(msg)
        if self.level == "county" and (
            self.applies or self.conditions or self.otherwise or self.rollups or self.at_least
        ):
            msg = "applies, conditions, otherwise, at_least and rollups belong to indicators of schools or units"
            raise ValueError(msg)
        if self.level != "county" and (self.inputs or self.judged):
            msg = "inputs over many rows and judged items belong to county indicators"
            raise ValueError(msg)
        return self


class UnitRule(Source):
    """When a unit (a school's stage) passes: of these indicators at least so many met, the rest not below a ratio."""

    of: tuple[str, ...]
    met_at_least: int
    near_ratio: Schedule


class Balance(Source):
    """The balance between schools: the coefficient of variation of these indicators, each against the limit if any.

    `weights` names the unit column that weighs the schools; without it every school counts the same.
    """

    of: tuple[str, ...]
    weights: str = ""
    limit: Line | None = None


class Composite(Source):
    """The mean of several coefficients, held against a limit."""

    id: str = Field(pattern=IDENTIFIER)
    title: Words
    of: tuple[str, ...]
    limit: Line


class Split(Source):
    """How resources that several stages of a school share are divided: in proportion to weight times pupils."""

    weights: dict[str, float]
    columns: tuple[str, ...]


class Step(Source):
    """One step of the procedure, as data: who does what, within how many days where that is laid down."""

    title: Words
    by: Words
    month: int | None = None
    days: int | None = None


class Document(Source):
    """The document that a standard rests on."""

    name: Words
    number: str
    issued: date


class Case(Entry):
    """A readable case beside the rules: rows given, findings and verdicts expected."""

    title: Words
    school_year: int = 2023
    standard: str = ""
    given: dict[str, tuple[dict[str, Any], ...]]
    findings: tuple[dict[str, Any], ...] = ()
    verdicts: tuple[dict[str, Any], ...] = ()


class Standard(Entry):
    """One standard, its ancestors merged in."""

    id: str
    extends: str = ""
    root: str = ""
    title: Words
    document: Document
    effective: date
    stages: tuple[str, ...] = Field(min_length=1)
    schools: str = ""
    fiscal_year_offset: int = 0
    parameters: dict[str, Parameter] = Field(default_factory=dict)
    derived: dict[str, Derived] = Field(default_factory=dict)
    split: Split | None = None
    groups: dict[str, Words] = Field(default_factory=dict)
    indicators: tuple[Indicator, ...]
    unit_rule: UnitRule | None = None
    balance: Balance | None = None
    composite: Composite | None = None
    procedure: tuple[Step, ...] = ()
    scope_note: Words | None = None
    cases: tuple[Case, ...] = ()

    def __hash__(self) -> int:
        """Standards are compared by what they say and hashed by what they are: compiling is cached for each."""
        return id(self)


def standard_files() -> dict[str, Path]:
    """Return the catalogue's own standards by id, in order."""
    return {path.stem: path for path in sorted((data_folder() / "standards").glob("*.yaml"))}


@cache
def load_standard(name: str) -> Standard:
    """Return a standard of the catalogue by id, or of a file by its path, ancestors merged in.

    Raises `NotFound` for an id that is not there and `InvalidRule` for a file that does not fit.
    """
    own = standard_files()
    if name in own:
        return _resolve(own[name])
    path = Path(name)
    if path.suffix in {".yaml", ".yml"}:
        return _resolve(path)
    raise NotFound("standard_not_found", standard=name, known=list(own))


def _resolve(path: Path) -> Standard:
    content, chain = read_yaml(path), [path]
    while parent := content.get("extends") if isinstance(content, dict) else None:
        if len(chain) > MAX_ANCESTORS:
            raise InvalidRule("standard_circle", place=Place(path.name))
        ancestor = _ancestor(str(parent), path)
        base = read_yaml(ancestor)
        chain.append(ancestor)
        content = _merged({**base, "cases": []}, {key: value for key, value in content.items() if key != "extends"})
        content["extends"] = base.get("extends", "")
    content["extends"] = chain[1].stem if len(chain) > 1 else ""
    content["root"] = chain[-1].stem if len(chain) > 1 else content.get("id", "")
    return validated(Standard, content, path.name)


def _ancestor(name: str, path: Path) -> Path:
    """Return the file of the standard `name`: one of the catalogue's own, or one that stands beside `path`."""
    own = standard_files()
    beside = path.parent / f"{name}.yaml"
    if name not in own and (beside.parent != path.parent or not beside.is_file()):
        raise NotFound("standard_not_found", place=Place(path.name), standard=name[:80], known=list(own))
    return own.get(name, beside)


def _merged(base: Any, over: Any) -> Any:
    """Lay an extension over what it extends: mappings by key, dated values by day, indicators and rollups by id.

    Values for all stages and values by stage meet: what is laid over one stage leaves the others as they were.
    """
    if isinstance(over, dict) and (
        _all_have(base, "from") or (isinstance(base, dict) and _all_have(base.get(ALL), "from"))
    ):
        held = base if isinstance(base, dict) else {ALL: base}
        base = {**dict.fromkeys(over, held[ALL]), **held}
    elif isinstance(base, dict) and _all_have(over, "from") and all(_all_have(v, "from") for v in base.values()):
        over = dict.fromkeys(base, over)
    if isinstance(base, dict) and isinstance(over, dict):
        return {key: _merged(base[key], over[key]) if key in base and key in over else over.get(key, base.get(key))
                for key in [*base, *(key for key in over if key not in base)]}  # fmt: skip
    for identity in ("id", "from"):
        if _all_have(base, identity) and _all_have(over, identity):
            if len({entry[identity] for entry in over}) < len(over):
                names = [str(entry[identity]) for entry in over]
                raise InvalidRule("rule_id_twice", found=next(name for name in names if names.count(name) > 1))
            entries = {entry[identity]: entry for entry in base}
            for entry in over:
                entries[entry[identity]] = _merged(entries.get(entry[identity], {}), entry)
            return list(entries.values())
    return over


def _all_have(entries: Any, identity: str) -> bool:
    return (
        isinstance(entries, list)
        and bool(entries)
        and all(isinstance(e, dict) and isinstance(e.get(identity), str | date) for e in entries)
    )
