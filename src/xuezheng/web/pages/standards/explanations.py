"""The proof of one finding."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.catalogue.standard import Indicator
from xuezheng.kernel.refusal import NotFound
from xuezheng.people.access import OutsideArea
from xuezheng.standards.queries import find_subject_findings, prove
from xuezheng.web.gate import part_of_county_page
from xuezheng.web.pages.standards.asking import Asked, asked


@part_of_county_page("view_schools")
def explanation(request: HttpRequest, standard: str, indicator: str, subject: str) -> HttpResponse:
    """Show the proof of what was found about a school that the person reaches, or about the county."""
    about = asked(request, standard)
    school = None
    if subject == about.county:
        about.request.reach.require_county("view_county", about.county)
    else:
        school = about.schools().filter(school_code=subject).first()
        if school is None:
            raise OutsideArea("outside_area")
    held = _indicator(about, indicator)
    ids = [indicator] if held is None else [held.id, *(rollup.id for rollup in held.rollups)]
    found = find_subject_findings(about.evaluation, ids, subject, request.GET.get("stage", ""))
    if not found:
        raise NotFound("finding_not_found", indicator=indicator, subject=subject)
    proofs = prove(about.evaluation, about.standard, found, about.language, about.county_name)
    composite = about.standard.composite
    source = held or composite
    context = about.context(
        indicator=held,
        indicator_id=held.id if held else indicator,
        indicator_title=about.words.of(source.title) if source else indicator,
        mark_words=about.words.mark(source.mark) if source else "",
        source=source,
        question=about.words.of(held.judged.question) if held and held.judged else "",
        school=school,
        proofs=proofs,
    )
    panel = about.request.htmx and about.request.htmx.target == "proof"  # type: ignore[attr-defined]
    if panel:
        context |= {"proof": proofs[0], "selected": school, "selected_stage": proofs[0].finding.stage or ""}
        return render(request, "standards/proof_panel.html", context)
    return render(request, "standards/explanation.html", context)


def _indicator(about: Asked, name: str) -> Indicator | None:
    """Return the indicator of a proof; None for the composite of the coefficients."""
    composite = about.standard.composite
    return None if composite is not None and composite.id == name else about.indicator(name)
