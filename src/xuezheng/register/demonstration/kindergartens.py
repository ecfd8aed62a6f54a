"""The county's kindergartens: a public one for every township, then others where children are."""

from collections.abc import Iterator
from datetime import date

from xuezheng.register.demonstration.geography import TOWN_TOWNSHIPS
from xuezheng.register.demonstration.network import Founding, School
from xuezheng.register.demonstration.parameters import Parameters, Size

PUBLIC_PART_OF_OTHERS = 0.21
CLOSED_BEYOND_SCHOOLS = 2
LAST_CLOSING, CLOSING_YEARS = 2025, 4
PUBLIC_OPENED = (1988, 1996, 2005, 2010, 2012, 2013, 2016, 2019)
PRIVATE_OPENED = (2004, 2008, 2011, 2013, 2015, 2018, 2020)
NUMERALS = "一二三四五六七八九十"


def found_kindergartens(parameters: Parameters, size: Size, founding: Founding) -> Iterator[School]:
    """Yield the kindergartens; the last ones closed as births fell."""
    townships, county = founding.ground.townships, founding.ground.county.name
    rural = range(TOWN_TOWNSHIPS, len(townships))
    for number in rural:
        name = f"{county}{townships[number].name}中心幼儿园"
        yield _kindergarten(name, number, 0.75 + 0.5 * founding.rng.random(), founding)
    town_public = max(2, round((size.kindergartens - len(rural)) * PUBLIC_PART_OF_OTHERS))
    for number in range(town_public):
        name = f"{county}第{numeral(number + 1)}幼儿园"
        yield _kindergarten(name, number % TOWN_TOWNSHIPS, 1.7 + founding.rng.random(), founding)
    open_ones = size.kindergartens - len(rural) - town_public
    for number in range(open_ones + size.closed + CLOSED_BEYOND_SCHOOLS):
        school = _private(parameters, number, founding)
        if number >= open_ones:
            school.opened = date(2012, 9, 1)
            school.closed = date(LAST_CLOSING - (number - open_ones) % CLOSING_YEARS, 7, 31)
        yield school


def numeral(number: int) -> str:
    """Return a number from 1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    text = ("" if tens < 2 else NUMERALS[tens - 1]) + ("十" if tens else "")
    return text + (NUMERALS[ones - 1] if ones else "")


def _private(parameters: Parameters, number: int, founding: Founding) -> School:
    """Found one in the county town and one in the country by turns; every fourth is not an inclusive one."""
    names, townships = parameters.names, founding.ground.townships
    in_town, rng = number % 2 == 1, founding.rng
    rural = len(townships) - TOWN_TOWNSHIPS
    township = number % TOWN_TOWNSHIPS if in_town else TOWN_TOWNSHIPS + (number * 5 // 2) % rural
    where = names.communities[number % len(names.communities)] if in_town else townships[township].name
    called = names.kindergartens[(number * 3 + number // len(names.kindergartens)) % len(names.kindergartens)]
    weight = 1.1 + 0.9 * rng.random() if in_town else 0.35 + 0.4 * rng.random()
    school = _kindergarten(f"{founding.ground.county.name}{where}{called}幼儿园", township, weight, founding)
    school.ownership = "private" if number % 4 == 3 else "inclusive_private"
    school.opened = date(rng.choice(PRIVATE_OPENED), 9, 1)
    return school


def _kindergarten(name: str, township: int, weight: float, founding: Founding) -> School:
    seat, rng = founding.ground.townships[township].seat, founding.rng
    spread = 1.2 if township < TOWN_TOWNSHIPS else 0.4
    return School(
        code=founding.code("kindergarten"),
        name=name,
        kind="kindergarten",
        role="kindergarten",
        township=township,
        place=founding.place(township, seat, spread),
        opened=date(rng.choice(PUBLIC_OPENED), 9, 1),
        weight={"preschool": weight},
    )
