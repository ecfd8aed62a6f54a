"""Every case written beside the rules holds in both engines; every indicator that computes something has a case."""

import pytest

from xuezheng.catalogue.standard import load_standard, standard_files
from xuezheng.standards.engine.cases import check_case

CASES = [(name, number) for name in standard_files() for number in range(len(load_standard(name).cases))]


@pytest.mark.parametrize(
    ("name", "number"),
    CASES,
    ids=[f"{name}-{load_standard(name).cases[number].title.en[:60]}" for name, number in CASES],
)
def test_the_case_holds(name, number, engine):
    standard = load_standard(name)
    assert check_case(standard.cases[number], standard, engine) == []


@pytest.mark.parametrize("name", [name for name in standard_files() if not load_standard(name).extends])
def test_every_computed_indicator_has_a_case(name):
    standard = load_standard(name)
    told = {expected["indicator"] for case in standard.cases for expected in case.findings}
    computed = {i.id for i in standard.indicators if i.formula} | {r.id for i in standard.indicators for r in i.rollups}
    assert sorted(computed - told) == []


@pytest.mark.parametrize("name", list(standard_files()))
def test_case_titles_are_told_apart_in_both_languages(name):
    cases = load_standard(name).cases
    assert len({case.title.zh for case in cases}) == len({case.title.en for case in cases}) == len(cases)
