"""The demonstration county as register tables and outlines: the same seed makes the same county."""

from dataclasses import dataclass
from typing import Any

from xuezheng.register.demonstration.classes import class_rows, form_classes
from xuezheng.register.demonstration.enrolment import Flows
from xuezheng.register.demonstration.geography import Ground, lay_ground
from xuezheng.register.demonstration.journeys import travel_rows
from xuezheng.register.demonstration.judgements import county_rows
from xuezheng.register.demonstration.kindergartens import found_kindergartens
from xuezheng.register.demonstration.money import funds_rows
from xuezheng.register.demonstration.network import Founding, change_rows, found_schools, school_rows
from xuezheng.register.demonstration.outlines import county_outlines
from xuezheng.register.demonstration.parameters import Row, Size, Tables, draw, load_parameters
from xuezheng.register.demonstration.population import Population
from xuezheng.register.demonstration.premises import Premises
from xuezheng.register.demonstration.roster import Roster
from xuezheng.register.demonstration.staffing import StageYears, draw_characters

YEARS_BEFORE_FIRST = 4


@dataclass(frozen=True, slots=True)
class County:
    """A made county: its register tables as rows of schema columns, and its outlines as GeoJSON."""

    tables: Tables
    outlines: dict[str, Any]


def size_named(name: str) -> Size:
    """Return a size of the parameters: `full` (the demonstration) or `small` (a few schools, for tests)."""
    return load_parameters().sizes[name]


def make_county(seed: int = 1, size: Size | None = None) -> County:
    """Return the demonstration county; `size` is the full one unless given. Values are of the schema's Python types."""
    parameters = load_parameters()
    size = size or parameters.sizes["full"]
    years = range(size.first_year, parameters.years.last + 1)
    ground = lay_ground(parameters, size, seed)
    population = Population(parameters, size, ground, seed)
    founding = Founding(ground, draw(seed, "network"))
    schools = [*found_kindergartens(parameters, size, founding), *found_schools(parameters, size, founding)]
    history = range(size.first_year - YEARS_BEFORE_FIRST, parameters.years.last + 1)
    enrolment = Flows(parameters, ground, population, schools).enrolment(history, seed)
    classes = form_classes(parameters, schools, enrolment, seed)
    characters = draw_characters(parameters, schools, seed)
    stage_rows = StageYears(parameters, schools, characters).rows(enrolment, classes, years, seed)
    roster = Roster(parameters, ground, schools, seed)
    teachers = roster.rows(stage_rows, max(parameters.years.roster_first, size.first_year), parameters.years.last)
    reporting = {row["school_code"] for row in stage_rows}
    known = [school for school in schools if school.code in reporting]
    tables: Tables = {
        "school": school_rows(known, ground),
        "school_change": change_rows(known),
        "region": region_rows(ground),
        "stage_year": stage_rows,
        "school_year_facts": Premises(parameters, schools, characters).rows(stage_rows, seed),
        "funds_year": funds_rows(parameters, schools, stage_rows, seed),
        "class_year": class_rows(classes, years),
        "teacher_year": teachers,
        "population_year": population.rows(years),
        "births_year": population.births_rows(years.start - 3, parameters.years.last, parameters.years.projected_last),
        "travel": travel_rows(ground, known, parameters.years.last),
        "county_year": county_rows(parameters, stage_rows, years, seed),
    }
    return County(tables, county_outlines(ground))


def county_tables(seed: int = 1, size: Size | None = None) -> Tables:
    """Return the register tables of the demonstration county: table name to rows."""
    return make_county(seed, size).tables


def region_rows(ground: Ground) -> list[Row]:
    """Return `region`: the county, its townships, their villages and communities."""
    county = ground.county
    rows = [_region(county.code, county.name, None, None, (county.lon, county.lat))]
    for number, township in enumerate(ground.townships):
        seat = ground.lon_lat(township.seat)
        urban = "121" if township.in_town or township.name.endswith("镇") else "210"
        rows.append(_region(township.code, township.name, county.code, urban, seat))
        rows.extend(
            _region(village.code, village.name, township.code, village.urban_rural, ground.lon_lat(village.place))
            for village in ground.villages
            if village.township == number
        )
    return rows


def _region(code: str, name: str, parent: str | None, urban: str | None, place: tuple[float, float]) -> Row:
    lon, lat = place
    return {"region_code": code, "name": name, "parent_code": parent, "urban_rural": urban, "lon": lon, "lat": lat}
