"""Evaluate holdings against a standard: the two engines behind one signature."""

from collections.abc import Sequence

from xuezheng.catalogue.standard import Standard
from xuezheng.kernel.refusal import NotFound
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.assess import assess_county
from xuezheng.standards.engine.compiling import compiled
from xuezheng.standards.engine.county import counties_of, read_county, years_of
from xuezheng.standards.engine.duck import DuckEvaluation
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict
from xuezheng.standards.engine.narrow import county_findings
from xuezheng.standards.engine.rules import Rules
from xuezheng.tables.duck import connect


def school_year_of(holdings: Holdings, school_year: int | None) -> int:
    """Return the school year asked for, or the latest one returned.

    Raises `NotFound` where there is none, or nothing for the one asked for.
    """
    years = years_of(holdings)
    if not years:
        raise NotFound("no_school_year")
    if school_year is not None and school_year not in years:
        raise NotFound("school_year_not_found", school_year=school_year, known=[str(year) for year in years])
    return school_year if school_year is not None else years[-1]


FEW_COUNTIES = 5


def assess(holdings: Holdings, standard: Standard, school_year: int) -> Assessment:
    """Return the assessment by whichever engine is quicker: the plain one for a few counties, DuckDB for many.

    The two give the same answers, so that nothing but the time depends on the choice.
    """
    few = len(counties_of(holdings)) <= FEW_COUNTIES
    return (assess_plainly if few else assess_with_duckdb)(holdings, standard, school_year)


def assess_with_duckdb(holdings: Holdings, standard: Standard, school_year: int) -> Assessment:
    """Return the assessment by the DuckDB engine, all counties at once."""
    rules = compiled(standard, school_year)
    with connect({name: held for name, held in holdings.tables.items() if held.num_rows}) as database:
        wide = DuckEvaluation(database, rules, detail=True).run()
    return _assessment(holdings, rules, [(found, said) for _, found, said in county_findings(wide, rules)])


def assess_plainly(holdings: Holdings, standard: Standard, school_year: int) -> Assessment:
    """Return the assessment by the plain evaluator, county by county."""
    rules = compiled(standard, school_year)
    counties = [assess_county(rules, read_county(holdings, county, rules)) for county in counties_of(holdings)]
    return _assessment(holdings, rules, [(county.findings, county.verdicts) for county in counties])


def _assessment(
    holdings: Holdings, rules: Rules, counties: Sequence[tuple[Sequence[Finding], Sequence[SubjectVerdict]]]
) -> Assessment:
    if not counties:
        raise NotFound("no_county")
    return Assessment(
        standard=rules.id,
        school_year=rules.school_year,
        snapshot=holdings.snapshot,
        rules_version=rules.version,
        findings=tuple(finding for findings, _ in counties for finding in findings),
        verdicts=tuple(verdict for _, verdicts in counties for verdict in verdicts),
    )
