"""What only the county as a whole can say: the rows of `county_year`."""

from xuezheng.register.demonstration.parameters import Parameters, Row, between, draw

YES, NO, NOT_YET = "是", "否", "未认定"
MIGRANTS_ELIGIBLE_PART, MIGRANTS_SERVED = 0.93, (0.905, 0.972)
DISABLED_ENROLLED = (0.915, 0.977)


def county_rows(parameters: Parameters, stage_rows: list[Row], years: range, seed: int) -> list[Row]:
    """Return numbers, counts and judged items of every school year, each with the document that states it.

    In the latest year a few items have not been judged yet; a veto's 否 says that it has not happened.
    """
    rows: list[Row] = []
    for year in years:
        facts = _numbers(parameters, year, seed) | _persons(parameters, stage_rows, year)
        facts |= {key: ("0", document) for key, document in parameters.county_counts.items()}
        facts |= _judged(parameters, year)
        for key, (value, evidence) in facts.items():
            row = {"county_code": parameters.county.code, "school_year": year, "key": key}
            rows.append(row | {"value": value, "evidence": evidence})
    return rows


def _numbers(parameters: Parameters, year: int, seed: int) -> dict[str, tuple[str, str]]:
    facts = {}
    for key, number in parameters.county_numbers.items():
        latest = year == parameters.years.last
        noise = 0 if latest else draw(seed, f"{key} {year}").uniform(-0.02, 0.02) * (number.last - number.first)
        value = between(number.first, number.last, year, parameters.years) + noise
        facts[key] = (f"{value:.{number.decimals}f}", _stated(number.document, year))
    return facts


def _persons(parameters: Parameters, stage_rows: list[Row], year: int) -> dict[str, tuple[str, str]]:
    """Migrant and disabled children: as many as the schools report are served, out of somewhat more."""
    compulsory = [r for r in stage_rows if r["school_year"] == year and r["stage"] in ("primary", "junior")]
    special = sum(r["pupils"] for r in stage_rows if r["school_year"] == year and r["stage"] == "special")
    migrants = sum(row["migrant_pupils"] for row in compulsory)
    enrolled = special + sum(row["disabled_pupils"] for row in compulsory)
    eligible = round(migrants * MIGRANTS_ELIGIBLE_PART)
    served = round(eligible * between(*MIGRANTS_SERVED, year, parameters.years))
    children = round(enrolled / between(*DISABLED_ENROLLED, year, parameters.years))
    return {
        "migrant_pupils_eligible": (str(eligible), _stated("随迁子女入学台账", year)),
        "migrant_pupils_served": (str(served), _stated("随迁子女入学台账", year)),
        "disabled_children": (str(children), _stated("适龄残疾儿童少年入学安置台账", year)),
        "disabled_children_enrolled": (str(enrolled), _stated("适龄残疾儿童少年入学安置台账", year)),
    }


def _judged(parameters: Parameters, year: int) -> dict[str, tuple[str, str]]:
    facts = {}
    for key, item in parameters.judged.items():
        if item.unjudged_latest and year == parameters.years.last:
            facts[key] = (NOT_YET, "待认定")
            continue
        met = YES if not item.never and year >= item.met_since else NO
        facts[key] = (met, f"县教育督导组认定，{year}年11月，{_stated(item.document, year)}")
    return facts


def _stated(document: str, year: int) -> str:
    return f"《{document}（{year}年）》"
