"""The self-assessment of a year: signed by two people, and locked."""

import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.standards.actions import request_unlock, sign_assessment, unlock_assessment, withdraw_signature
from xuezheng.standards.queries import find_items, get_assessment_state, get_signed_assessment
from xuezheng.standards.report import write_report
from xuezheng.standards.scenarios import get_judged_holdings
from xuezheng.web.answers import DOCUMENT, file_answer
from xuezheng.web.gate import county_page
from xuezheng.web.pages.standards.asking import Asked, asked

DOCUMENTS_KEPT = 6
_written: dict[tuple[object, ...], bytes] = {}
RIGHTS = {
    "sign": "sign_assessment",
    "withdraw": "sign_assessment",
    "ask": "request_unlock",
    "unlock": "request_unlock",
}


@county_page("view_county")
def self_assessment(request: HttpRequest, standard: str) -> HttpResponse:
    """Show who signed the self-assessment of the year, and what it rests on; signatures are given here."""
    about = asked(request, standard)
    if request.method == "POST":
        step = request.POST.get("step", "")
        if step not in RIGHTS:
            raise InvalidRequest("page_bad_request")
        about.request.reach.require_county(RIGHTS[step], about.county)
        _STEPS[step](about)
        return redirect(f"{reverse('self-assessment', args=[about.county, standard])}?year={about.year}")
    state = get_assessment_state(about.evaluation)
    items = find_items(about.evaluation, about.standard)
    me = about.request.account.pk
    context = about.context(
        summary=about.evaluation.summary.get(about.language, {}),
        assessment=state,
        open_items=[item for item in items if not item.answer],
        item_count=len(items),
        can_sign=about.can("sign_assessment"),
        can_ask=about.can("request_unlock"),
        signed_by_me=state.held is not None and state.held.first_signed_by_id == me,
        my_grant=next((a for a in state.approvals if a.outcome == "granted" and a.requested_by_id == me), None),
        open_request=next((a for a in state.approvals if a.outcome == "open"), None),
    )
    return render(request, "standards/self_assessment.html", context)


@county_page("view_county")
def document(request: HttpRequest, standard: str) -> HttpResponse:
    """Return the self-assessment as an office document, with its signatures where there are any."""
    about = asked(request, standard)
    return file_answer(_document(about), f"{about.standard.id}-{about.county}-{about.year}.docx", DOCUMENT)


def _document(about: Asked) -> bytes:
    """Return the document's bytes; with its pictures it takes seconds to write, so the last few are kept."""
    evaluation, signatures = about.evaluation, tuple(_signatures(about))
    key = (evaluation.pk, evaluation.evaluated_at, evaluation.snapshot.digest, about.language, signatures)
    content = _written.get(key)
    if content is None:
        out = io.BytesIO()
        write_report(
            get_signed_assessment(evaluation), about.standard, get_judged_holdings(evaluation), "docx", out,
            language=about.language, signatures=signatures,
        )  # fmt: skip
        if len(_written) >= DOCUMENTS_KEPT:
            _written.pop(next(iter(_written)), None)
        content = _written[key] = out.getvalue()
    return content


def _signatures(about: Asked) -> list[str]:
    held = get_assessment_state(about.evaluation).held
    if held is None or held.evaluation_id != about.evaluation.pk:
        return []
    signed = [("signed_first", held.first_signed_by, held.first_signed_at)]
    if held.second_signed_by is not None and held.second_signed_at is not None:
        signed.append(("signed_second", held.second_signed_by, held.second_signed_at))
    return [
        about.words(word, person=account.name, on=at.astimezone().date().isoformat()) for word, account, at in signed
    ]


def _sign(about: Asked) -> None:
    number = about.request.POST.get("evaluation", "")
    held = sign_assessment(
        county=about.county, standard=about.standard.id, school_year=about.year,
        evaluation_id=int(number) if number.isdecimal() and len(number) < 19 else 0,
        statement=about.request.POST.get("statement", "")[:4000],
        by=about.request.reach.actor, at=about.request.at,
    )  # fmt: skip
    if held.second_signed_at:
        messages.success(about.request, gettext("两人签署完成，本学年自评已锁定。"))
    else:
        messages.success(about.request, gettext("首签完成，请另一位有签署权限的同志复签。"))


def _withdraw(about: Asked) -> None:
    withdraw_signature(
        county=about.county, standard=about.standard.id, school_year=about.year,
        reason=about.request.POST.get("reason", "")[:1000], by=about.request.reach.actor, at=about.request.at,
    )  # fmt: skip
    messages.success(about.request, gettext("签名已撤回。"))


def _ask(about: Asked) -> None:
    request_unlock(
        county=about.county, standard=about.standard.id, school_year=about.year,
        reason=about.request.POST.get("reason", "")[:1000], by=about.request.reach.actor, at=about.request.at,
    )  # fmt: skip
    messages.success(about.request, gettext("已申请解锁，等待另一人复核。"))


def _unlock(about: Asked) -> None:
    number = about.request.POST.get("approval", "")
    unlock_assessment(
        county=about.county, standard=about.standard.id, school_year=about.year,
        approval_id=int(number) if number.isdecimal() and len(number) < 19 else 0,
        by=about.request.reach.actor, at=about.request.at,
    )  # fmt: skip
    messages.success(about.request, gettext("已解锁，并按最新数据重新评估。"))


_STEPS = {"sign": _sign, "withdraw": _withdraw, "ask": _ask, "unlock": _unlock}
