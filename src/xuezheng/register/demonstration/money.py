"""Money by fiscal year: the rows of `funds_year`."""

from xuezheng.register.demonstration.network import School
from xuezheng.register.demonstration.parameters import Parameters, Row, draw

LEAST_COUNTED = 100
COUNTED_STAGES = ("primary", "junior", "preschool", "special")
SHORT_OF_TRAINING = 2
SOURCE = "县级财政"


def funds_rows(parameters: Parameters, schools: list[School], stage_rows: list[Row], seed: int) -> list[Row]:
    """Return public funds and training of every school, and the county's rows for the other items.

    A rural school with fewer than 100 pupils is counted as one of 100, as the rule for small schools wants.
    """
    rng, by_code = draw(seed, "funds"), {school.code: school for school in schools}
    pupils: dict[tuple[str, int], dict[str, int]] = {}
    for row in stage_rows:
        if row["stage"] in COUNTED_STAGES:
            pupils.setdefault((row["school_code"], row["school_year"]), {})[row["stage"]] = row["pupils"]
    habit = {school.code: rng.uniform(0.052, 0.078) for school in schools}
    sparing = [school.code for school in schools if school.role == "central_primary"]
    for code in rng.sample(sparing, min(SHORT_OF_TRAINING, len(sparing) // 2)):
        habit[code] = 0.044
    rows: list[Row] = []
    for (code, year), stages in sorted(pupils.items()):
        small = not by_code[code].in_town and "preschool" not in stages and "special" not in stages
        counted = max(sum(stages.values()), LEAST_COUNTED if small else 0)
        yuan = sum(parameters.public_funds_yuan[stage][year] * count for stage, count in stages.items())
        yuan = yuan * counted // sum(stages.values()) * _paid(by_code[code])
        rows.append(_row("public_funds", year, yuan, school=code, pupils=counted))
        if "preschool" not in stages:
            part = habit[code] if year >= parameters.years.last - 6 else habit[code] - 0.012
            rows.append(_row("training", year, round(yuan * part), school=code))
    return rows + _county_rows(parameters, stage_rows)


def _paid(school: School) -> int:
    return 0 if school.kind == "kindergarten" and school.ownership == "private" else 1


def _county_rows(parameters: Parameters, stage_rows: list[Row]) -> list[Row]:
    totals: dict[int, dict[str, int]] = {}
    for row in stage_rows:
        stages = totals.setdefault(row["school_year"], {})
        stages[row["stage"]] = stages.get(row["stage"], 0) + row["pupils"]
    rows: list[Row] = []
    code = parameters.county.code
    for year, stages in sorted(totals.items()):
        compulsory = stages["primary"] + stages["junior"]
        special = stages["special"]
        each = parameters.public_funds_yuan["special"][year]
        rows.append(_row("special_education", year, special * each, county=code, pupils=special))
        rows.append(_row("capital_works", year, compulsory * (620 + 17 * (year % 5)), county=code))
        rows.append(_row("equipment", year, compulsory * (150 + 11 * (year % 4)), county=code))
        rows.append(_row("aid", year, round(compulsory * 0.19) * 1050, county=code, pupils=round(compulsory * 0.19)))
        rows.append(_row("meals", year, round(compulsory * 0.47) * 900, county=code, pupils=round(compulsory * 0.47)))
    return rows


def _row(
    item: str, year: int, yuan: int, *, school: str | None = None, county: str | None = None, pupils: int | None = None
) -> Row:
    return {
        "school_code": school,
        "county_code": county,
        "fiscal_year": year,
        "item": item,
        "source": SOURCE,
        "yuan": float(yuan),
        "pupils_counted": pupils,
    }
