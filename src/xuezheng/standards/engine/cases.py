"""The cases beside the rules: rows given, findings and verdicts expected; both engines must agree with them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import pyarrow as pa

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Case, Standard
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRule
from xuezheng.register.holdings import Holdings, holdings_of
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict

TOLERANCE = 1e-9
Engine = Callable[[Holdings, Standard, int], Assessment]
_FINDING_KEYS = ("subject", "stage", "indicator", "measure")
_VERDICT_KEYS = ("subject", "stage")


@dataclass(frozen=True, slots=True)
class Miss:
    """One expectation of a case that an engine did not meet."""

    case: str
    expected: str
    found: str


def case_holdings(case: Case, standard_id: str) -> Holdings:
    """Return a case's rows as holdings; year columns that a row leaves out take the case's year.

    Raises `InvalidRule` where a row names a table or column that the register does not have.
    """
    tables = load_register_schema().tables
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, given in case.given.items():
        if name not in tables:
            raise InvalidRule("case_unknown_name", place=Place(standard_id), case=case.title.zh, found=name)
        columns = tables[name].columns
        unknown = {column for row in given for column in row} - columns.keys()
        if unknown:
            raise InvalidRule(
                "case_unknown_name", place=Place(standard_id), case=case.title.zh, found=", ".join(sorted(unknown))
            )
        years: dict[str, Any] = {
            column: case.school_year for column in ("school_year", "fiscal_year", "year") if column in columns
        }
        try:
            rows[name] = [{**years, **{c: _typed(columns[c].type, v) for c, v in row.items()}} for row in given]
            holdings_of({name: rows[name]})
        except (ValueError, TypeError, pa.ArrowException) as error:
            detail = str(error).splitlines()[0][:120]
            raise InvalidRule(
                "case_value", place=Place(standard_id), case=case.title.zh, found=name, detail=detail
            ) from error
    return holdings_of(rows)


def _typed(kind: str, value: object) -> object:
    if value is None:
        return None
    if kind in ("text", "code", "choice"):
        return str(value)
    if kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    return value


def check_case(case: Case, standard: Standard, engine: Engine) -> list[Miss]:
    """Return what an engine does not answer as the case expects; nothing where all holds."""
    for expected, known in ((case.findings, Finding), (case.verdicts, SubjectVerdict)):
        _check_expectations(case, standard.id, expected, {*(f.name for f in fields(known)), "tolerance"})
    assessment = engine(case_holdings(case, standard.id), standard, case.school_year)
    findings = [asdict(finding) for finding in assessment.findings]
    verdicts = [asdict(verdict) for verdict in assessment.verdicts]
    return [
        *_misses(case, case.findings, findings, _FINDING_KEYS),
        *_misses(case, case.verdicts, verdicts, _VERDICT_KEYS),
    ]


def _check_expectations(case: Case, standard_id: str, expected: Sequence[Mapping[str, Any]], known: set[str]) -> None:
    for expectation in expected:
        if unknown := expectation.keys() - known:
            raise InvalidRule(
                "case_unknown_name", place=Place(standard_id), case=case.title.zh, found=", ".join(sorted(unknown))
            )
        tolerance = expectation.get("tolerance", 0.0)
        if isinstance(tolerance, bool) or not isinstance(tolerance, int | float):
            # YAML reads 1e-6 as a text: it wants 1.0e-6.
            raise InvalidRule(
                "case_value",
                place=Place(standard_id),
                case=case.title.zh,
                found="tolerance",
                detail=str(tolerance)[:120],
            )


def _misses(
    case: Case, expected: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], keys: tuple[str, ...]
) -> list[Miss]:
    misses = []
    for expectation in expected:
        wanted = {key: expectation[key] for key in keys if key in expectation}
        rows = [row for row in found if all(row[key] == value for key, value in wanted.items())]
        if len(rows) != 1:
            misses.append(Miss(case.title.zh, str(dict(expectation)), f"{len(rows)} findings"))
        elif wrong := {
            key: rows[0].get(key) for key, value in expectation.items() if not _holds(key, value, rows[0], expectation)
        }:
            misses.append(Miss(case.title.zh, str(dict(expectation)), str(wrong)))
    return misses


def _holds(key: str, value: object, row: Mapping[str, Any], expectation: Mapping[str, Any]) -> bool:
    if key == "tolerance":
        return True
    found = row.get(key)
    if key == "inputs" and isinstance(value, Mapping):
        return all(_holds(name, wanted, found or {}, expectation) for name, wanted in value.items())
    if key == "reasons" and isinstance(value, list):
        return list(found or ()) == value
    if isinstance(value, int | float) and not isinstance(value, bool) and isinstance(found, int | float):
        return abs(found - value) <= float(expectation.get("tolerance", TOLERANCE * max(1.0, abs(value))))
    return bool(found == value)
