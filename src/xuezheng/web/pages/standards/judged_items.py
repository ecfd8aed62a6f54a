"""What people judge: items, answers, evidence."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.catalogue.messages import sentence
from xuezheng.kernel.refusal import NotFound, Refusal
from xuezheng.ledger.actions import record_read
from xuezheng.people.access import NotAllowed
from xuezheng.standards.actions import discard_unused, judge_item
from xuezheng.standards.evidence_store import KeptFile, keep_file, open_kept
from xuezheng.standards.models import Evidence, JudgedItem
from xuezheng.standards.queries import find_items, find_judgements, get_assessment_state, get_evidence
from xuezheng.web.answers import file_answer
from xuezheng.web.fields import FilesField, day_field
from xuezheng.web.gate import county_page
from xuezheng.web.pages.standards.asking import Asked, asked

MOST_FILES = 10
ANSWERS = {"yes": True, "no": False, "unknown": None}
FIELDS = {
    "judged_in_future": "judged_on", "judgement_without_basis": "note", "evidence_too_large": "evidence",
    "evidence_empty": "evidence", "evidence_of_unknown_kind": "evidence", "evidence_with_macros": "evidence",
}  # fmt: skip


class JudgementForm(forms.Form):
    """One judgement: the answer, its day, what it rests on."""

    answer = forms.ChoiceField(
        label=gettext_lazy("认定结果"), widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("是")), ("no", gettext_lazy("否")), ("unknown", gettext_lazy("不能认定（收回此前的结果）"))],
    )  # fmt: skip
    judged_on = day_field(gettext_lazy("认定日期"))
    note = forms.CharField(
        label=gettext_lazy("依据说明"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("写明依据的文件、文号、会议或现场核查；不要写个人信息。"),
    )  # fmt: skip
    carried = forms.TypedMultipleChoiceField(
        label=gettext_lazy("沿用此前的证据文件"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    evidence = FilesField(
        label=gettext_lazy("新的证据文件"), required=False, most=MOST_FILES,
        help_text=gettext_lazy("PDF、Word（docx）、Excel（xlsx）、JPG、PNG，每个不超过 20 MB。"),
    )  # fmt: skip
    restricted = forms.BooleanField(
        label=gettext_lazy("新文件含个人信息"),
        required=False,
        help_text=gettext_lazy("只有认定人和签署人可以打开，每次打开都记录。"),
    )

    def __init__(self, *args: Any, kept: Sequence[Evidence] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kept:
            self.fields["carried"].choices = [(file.pk, file.file_name) for file in kept]  # type: ignore[attr-defined]
            self.fields["carried"].initial = [file.pk for file in kept]
        else:
            del self.fields["carried"]


@county_page("view_county")
def judged_items(request: HttpRequest, standard: str) -> HttpResponse:
    """Show the standard's items that people judge, with the answers that the evaluation rests on."""
    about = asked(request, standard)
    items = find_items(about.evaluation, about.standard)
    words = about.words
    rows = [
        {
            "item": item,
            "title": words.of(item.indicator.title),
            "question": words.of(item.indicator.judged.question) if item.indicator.judged else "",
            "answer": words(item.answer) if item.answer else "",
        }
        for item in items
    ]
    context = about.context(
        rows=rows,
        open_count=sum(not item.answer for item in items),
        can_judge=about.can("judge_items"),
        assessment=get_assessment_state(about.evaluation),
    )
    return render(request, "standards/judged_items.html", context)


@county_page("view_county")
def judged_item(request: HttpRequest, standard: str, indicator: str) -> HttpResponse:
    """Show one item with its history; who may judge, judges here."""
    about = asked(request, standard)
    held = about.indicator(indicator)
    if held.judged is None or held.id != indicator:
        raise NotFound("judged_item_not_found", indicator=indicator)
    judgements = find_judgements(about.evaluation, about.standard, indicator)
    standing = next((item for item in judgements if item.superseded_by_id is None), None)
    kept = list(standing.evidence.all()) if standing else []
    status, form = 200, JudgementForm(initial={"judged_on": timezone.localdate(about.request.at)}, kept=kept)
    if request.method == "POST":
        about.request.reach.require_county("judge_items", about.county)
        form = JudgementForm(request.POST, request.FILES, kept=kept)
        if form.is_valid() and _judge(about, indicator, form):
            messages.success(request, gettext("认定已保存，本学年已按新的认定重新评估。"))
            address = reverse("judged-item", args=[about.county, standard, indicator])
            return redirect(f"{address}?year={about.year}")
        status = 400
    item = next(item for item in find_items(about.evaluation, about.standard) if item.indicator.id == indicator)
    context = about.context(
        indicator=held,
        indicator_title=about.words.of(held.title),
        question=about.words.of(held.judged.question),
        wanted=about.words.of(held.judged.evidence) if held.judged.evidence else "",
        mark_words=about.words.mark(held.judged.mark),
        item=item,
        answer=about.words(item.answer) if item.answer else "",
        judgements=judgements,
        form=form,
        can_judge=about.can("judge_items"),
        can_open_restricted=_may_open_restricted(about),
        assessment=get_assessment_state(about.evaluation),
    )
    return render(request, "standards/judged_item.html", context, status=status)


def _judge(about: Asked, indicator: str, form: JudgementForm) -> JudgedItem | None:
    """Keep the judgement; a refusal is shown at its field and gives None."""
    given = form.cleaned_data
    kept: list[KeptFile] = []
    try:
        for file in given["evidence"]:
            kept.append(_keep(file, restricted=given["restricted"]))  # noqa: PERF401 - what is kept so far must be known
        return judge_item(
            county=about.county, standard=about.standard.id, school_year=about.year, indicator=indicator,
            answer=ANSWERS[given["answer"]], note=given["note"], judged_on=given["judged_on"],
            evidence=kept,
            carried=given.get("carried") or (), by=about.request.reach.actor, at=about.request.at,
        )  # fmt: skip
    except Refusal as refusal:
        discard_unused(kept)
        field = FIELDS.get(refusal.code)
        form.add_error(field, " ".join(sentence(refusal.code, about.language, dict(refusal.params))))
        return None


def _keep(file: UploadedFile[bytes], *, restricted: bool) -> KeptFile:
    return keep_file(file.name or "", file.chunks(), restricted=restricted)


@county_page("view_county")
def evidence(request: HttpRequest, standard: str, number: int) -> HttpResponse:
    """Hand out an evidence file as a download; opening a restricted one is recorded."""
    about = asked(request, standard)
    file = get_evidence(about.county, about.standard, number)
    if file.is_restricted:
        if not _may_open_restricted(about):
            raise NotAllowed("not_allowed", right="judge_items")
        record_read(
            by=about.request.reach.actor, at=about.request.at,
            subject_kind="evidence", subject_id=file.pk, county=about.county, reason=file.judged_item.indicator,
        )  # fmt: skip
    content = open_kept(file.sha256, file.file_name).read_bytes()  # at most MAX_BYTES of them
    return file_answer(content, file.file_name, file.media_type)


def _may_open_restricted(about: Asked) -> bool:
    return about.can("judge_items") or about.can("sign_assessment")
