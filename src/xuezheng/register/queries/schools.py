"""Schools: filtered, searched, over the years, added up."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.db.models import Count, F, Q, QuerySet, Sum

from xuezheng.people.access import Area
from xuezheng.register.engine.initials import typed_pinyin
from xuezheng.register.models import School, SchoolChange, SchoolYear, Township


@dataclass(frozen=True, slots=True)
class SchoolFilter:
    """Which schools of a list are wanted; an empty field wants all. `status`: open on the day, closed, or all."""

    text: str = ""
    kind: str = ""
    township: str = ""
    ownership: str = ""
    location: str = ""
    status: Literal["open", "closed", "all"] = "open"


@dataclass(frozen=True, slots=True)
class Figures:
    """What schools have altogether, each sum over those of the `schools` that say it."""

    schools: int
    pupils: int | None
    pupils_known: int
    teachers: int | None
    teachers_known: int
    classes: int | None
    classes_known: int


def find_schools_in(area: Area) -> QuerySet[School]:
    """Return the schools of an area, by code."""
    if not area:
        return School.objects.none()
    return School.objects.filter(area.school_rows()).order_by("county_id", "school_code")


def narrowed(schools: QuerySet[School], wanted: SchoolFilter, on: date) -> QuerySet[School]:
    """Return those schools that are wanted; what is open is so on the day `on`."""
    columns = {
        "kind": wanted.kind,
        "township_code": wanted.township,
        "ownership": wanted.ownership,
        "location": wanted.location,
    }
    found = schools.filter(**{column: value for column, value in columns.items() if value})
    is_closed = Q(closed_on__lte=on)
    if wanted.status == "open":
        found = found.filter(Q(closed_on__isnull=True) | Q(closed_on__gt=on))
    elif wanted.status == "closed":
        found = found.filter(is_closed)
    return find_by_words(found, wanted.text)


def find_by_words(schools: QuerySet[School], text: str) -> QuerySet[School]:
    """Return the schools that every word of a text fits: part of the name, the code's beginning, pinyin or its initials."""
    for word in text.split()[:6]:
        fits = Q(name__icontains=word)
        if word.isascii() and word.isdigit():
            fits |= Q(school_code__startswith=word)
        typed = typed_pinyin(word)
        if typed:
            fits |= Q(initials__contains=typed) | Q(pinyin__contains=typed)
        schools = schools.filter(fits)
    return schools


def find_school_years(school: School) -> QuerySet[SchoolYear]:
    """Return what a school reported, as the current snapshot of each year has it, the newest year first."""
    return (
        SchoolYear.objects.filter(county_id=school.county_id, school_code=school.school_code, snapshot__is_current=True)
        .select_related("snapshot")
        .order_by("-school_year")
    )


def find_changes(school: School) -> QuerySet[SchoolChange]:
    """Return the mergers, splits, renamings and recodings that a school took part in, the newest first."""
    code = school.school_code
    return SchoolChange.objects.filter(Q(code_from=code) | Q(code_to=code), county_id=school.county_id).order_by("-on")


def find_townships_of(county: str, schools: QuerySet[School]) -> QuerySet[Township]:
    """Return the townships of a county in which some of these schools stand, by code."""
    codes = schools.order_by().values("township_code").distinct()
    return Township.objects.filter(county_id=county, code__in=codes).order_by("code")


def count_figures(schools: QuerySet[School], by: str) -> dict[str, Figures]:
    """Return what schools have altogether, by a column of theirs (`kind`, `township_code`)."""
    rows = (
        schools.order_by()
        .values(key=F(by))
        .annotate(
            schools=Count("id"),
            pupils_sum=Sum("pupils"), pupils_known=Count("pupils"),
            teachers_sum=Sum("teachers"), teachers_known=Count("teachers"),
            classes_sum=Sum("classes"), classes_known=Count("classes"),
        )
    )  # fmt: skip
    return {
        row["key"]: Figures(
            row["schools"], row["pupils_sum"], row["pupils_known"], row["teachers_sum"], row["teachers_known"],
            row["classes_sum"], row["classes_known"],
        )
        for row in rows
    }  # fmt: skip
