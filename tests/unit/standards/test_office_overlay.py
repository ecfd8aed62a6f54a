"""What people judged lies over what was delivered, and touches nothing else."""

from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.judgements import Judgement, with_judgements

COUNTY = "509901"


def row(key, value, county=COUNTY, year=2025):
    return {"county_code": county, "school_year": year, "key": key, "value": value}


def held(holdings):
    return {
        (entry["county_code"], entry["school_year"], entry["key"]): entry["value"]
        for entry in holdings.table("county_year").to_pylist()
    }


def test_a_judgement_replaces_the_delivered_answer_of_its_county_and_year_only():
    delivered = holdings_of({
        "county_year": [
            row("s.G1", "是"), row("G1", "是"), row("s.G2", "是"), row("s.G1", "是", year=2024), row("s.G1", "是", county="509902"),
            row("salary", "91.2"),
        ]
    })  # fmt: skip
    after = with_judgements(delivered, COUNTY, 2025, [Judgement("s", "G1", answer=False, evidence="文件")])
    assert held(after) == {
        (COUNTY, 2025, "s.G1"): "否",
        (COUNTY, 2025, "s.G2"): "是",
        (COUNTY, 2025, "salary"): "91.2",
        (COUNTY, 2024, "s.G1"): "是",
        ("509902", 2025, "s.G1"): "是",
    }
    assert held(delivered)[COUNTY, 2025, "s.G1"] == "是"


def test_a_judgement_stands_where_nothing_was_delivered():
    after = with_judgements(holdings_of({}), COUNTY, 2025, [Judgement("s", "G1", answer=True)])
    assert held(after) == {(COUNTY, 2025, "s.G1"): "是"}
    assert after.place("county_year", 0, "value") is None


def test_without_judgements_the_holdings_are_the_same():
    delivered = holdings_of({"county_year": [row("s.G1", "是")]})
    assert with_judgements(delivered, COUNTY, 2025, []) is delivered


def test_an_answer_taken_back_reads_as_not_judged():
    after = with_judgements(
        holdings_of({"county_year": [row("s.G1", "是")]}), COUNTY, 2025, [Judgement("s", "G1", None)]
    )
    assert held(after) == {(COUNTY, 2025, "s.G1"): "未认定"}
