"""What every write about a county's year first asks: is it locked, and what have people judged."""

from typing import Any

from xuezheng.catalogue.standard import Standard
from xuezheng.register.models import County
from xuezheng.standards.models import JudgedItem, SelfAssessment

Judged = dict[str, dict[str, Any]]


def root_of(standard: Standard) -> str:
    """Return the standard under whose name people judge: a province's extension shares the answers of what it extends."""
    return standard.root or standard.id


def lock_county(county: str) -> None:
    """Let one transaction at a time write about a county's evaluations, judgements and signatures."""
    County.objects.select_for_update().only("code").get(code=county)


def find_lock(county: str, standard: str, school_year: int) -> SelfAssessment | None:
    """Return the self-assessment that locks a year of a standard: in force, and signed by two."""
    found = SelfAssessment.objects.filter(
        county_id=county, standard=standard, school_year=school_year,
        unlocked_at__isnull=True, second_signed_at__isnull=False,
    )  # fmt: skip
    return found.select_related("evaluation", "evaluation__snapshot").first()


def current_judgements(county: str, standard: Standard, school_year: int) -> Judged:
    """Return what people have judged for a year, as an evaluation keeps it: by `root/indicator`, answer and evidence.

    Who judged stands with the judged item and not here: an evaluation names no people.
    """
    root = root_of(standard)
    items = JudgedItem.objects.filter(
        county_id=county, standard=root, school_year=school_year, superseded_by__isnull=True
    ).prefetch_related("evidence")
    return {
        f"{root}/{item.indicator}": {"answer": item.answer, "evidence": _evidence(item)}
        for item in items.order_by("indicator")
    }


def _evidence(item: JudgedItem) -> str:
    files = "、".join(file.file_name for file in item.evidence.all() if not file.is_restricted)
    return f"{item.judged_on.isoformat()} 认定" + (f"；依据：{files}" if files else "")
