"""Supervision papers: drafted on a case, previewed with the cases behind each number, kept, and noted once issued."""

from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.access import get_case
from xuezheng.cases.actions.supervision_papers import LONGEST_FIELD, draft_paper, prepare_draft, record_issue
from xuezheng.cases.engine.supervision_draft import find_unfit
from xuezheng.cases.models import Case
from xuezheng.cases.paper_models import DraftedPaper
from xuezheng.cases.queries.supervision_papers import find_companions, find_papers, get_paper, paper_facts
from xuezheng.cases.supervision_drafts import lay_out_paper
from xuezheng.catalogue.supervision_papers import PaperKind, load_supervision_papers
from xuezheng.kernel.refusal import InvalidRequest, Refusal
from xuezheng.ledger.actions import record_read
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.standards.evidence_store import open_kept
from xuezheng.web.acting import done
from xuezheng.web.answers import DOCUMENT, file_answer
from xuezheng.web.fields import day_field
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import page_language, said, told
from xuezheng.web.pages.cases.showing import PATHS

_LOOKS = {"circle": "paper-blue", "triangle": "v-near", "cross": "v-not_met"}


class PaperForm(forms.Form):
    """What a draft needs beside the cases: for whom it is written, which other cases, and what only people write."""

    def __init__(self, kind: PaperKind, companions: list[Case], data: Any = None) -> None:
        super().__init__(data, use_required_attribute=False)
        issuers = load_supervision_papers().issuers
        self.fields["issuer"] = forms.ChoiceField(
            label=gettext_lazy("代哪个机关拟写"), choices=[(name, said(issuers[name])) for name in kind.issuers]
        )
        if companions:
            self.fields["others"] = forms.TypedMultipleChoiceField(
                label=gettext_lazy("同一单位的其他事项，一并写入"), required=False, coerce=int,
                choices=[(case.pk, f"{case.number} {case.title}") for case in companions],
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
        for field in kind.fields:
            self.fields[f"f-{field.id}"] = forms.CharField(
                label=said(field.title), help_text=said(field.prompt), required=False, max_length=LONGEST_FIELD,
                widget=forms.Textarea({"rows": 4}),
            )  # fmt: skip

    def written(self) -> dict[str, str]:
        """Return what people wrote, by field."""
        return {name[2:]: text for name, text in self.cleaned_data.items() if name.startswith("f-")}


class IssueForm(forms.Form):
    """The number and day of the paper that the authority issued."""

    number = forms.CharField(label=gettext_lazy("发文字号"), max_length=60)
    issued_on = day_field(gettext_lazy("成文日期"))
    reason = forms.CharField(
        label=gettext_lazy("更正理由"), required=False, max_length=500,
        help_text=gettext_lazy("只在更正已录入的字号时填写。"),
    )  # fmt: skip


@county_page("supervise_cases")
def supervision_papers(request: HttpRequest) -> HttpResponse:
    """List what was drafted in a county, and what of it the authorities have issued."""
    asked = cast("OfficeRequest", request)
    found = find_papers(asked.reach, asked.county.code, _today(asked))
    return render(request, "cases/papers.html", {"papers": [_shown(paper) for paper in found]})


@county_page("supervise_cases")
def draft(request: HttpRequest, case: int) -> HttpResponse:
    """Choose a kind of paper for a case, preview it, and write the draft."""
    asked = cast("OfficeRequest", request)
    held = _case(asked, case)
    name = (asked.POST if asked.method == "POST" else asked.GET).get("kind", "")
    kind = load_supervision_papers().kinds.get(name)
    if kind is None:
        if asked.method == "POST":
            raise InvalidRequest("paper_kind_unknown", kind=name)
        return render(request, "cases/paper_kinds.html", {"held": held, "kinds": _kinds(held, asked)})
    companions = find_companions(asked.reach, held, _today(asked))
    form = PaperForm(kind, companions, asked.POST if asked.method == "POST" else None)
    context: dict[str, Any] = {"held": held, "name": name, "kind": said(kind.title), "form": form}
    if asked.method == "POST" and form.is_valid():
        chosen = {*form.cleaned_data.get("others", [])}
        cases = [held, *(other for other in companions if other.pk in chosen)]
        given: dict[str, Any] = {
            "kind": name, "issuer": form.cleaned_data["issuer"], "cases": cases, "written": form.written(),
        }  # fmt: skip
        try:
            if asked.POST.get("do") == "draft":
                paper = draft_paper(**given, by=asked.reach, at=asked.at)
                messages.success(request, gettext("代拟稿已生成并记入事项经过；系统不发文。"))
                return redirect("supervision-paper", county=asked.county.code, paper=paper.pk)
            drafted = prepare_draft(**given, at=asked.at)
            context["preview"] = lay_out_paper(drafted, page_language())
            context["rows"] = list(zip(context["preview"].rows, cases, strict=True))
            context["grade"] = _grade(drafted.grade)
        except (NotAllowed, OutsideArea):
            raise
        except Refusal as refusal:
            form.add_error(None, told(refusal))
    return render(request, "cases/paper_draft.html", context, status=400 if form.errors else 200)


@county_page("supervise_cases")
def supervision_paper(request: HttpRequest, paper: int) -> HttpResponse:
    """Show a draft with the cases behind its numbers; once the authority issued it, its number is noted here."""
    asked = cast("OfficeRequest", request)
    held = _paper(asked, paper)
    initial = {"number": held.issued_number, "issued_on": held.issued_on}
    form = IssueForm(asked.POST if asked.method == "POST" else None, initial=initial, use_required_attribute=False)

    def step() -> None:
        record_issue(
            paper=held, number=form.cleaned_data["number"], issued_on=form.cleaned_data["issued_on"],
            reason=form.cleaned_data["reason"], by=asked.reach, at=asked.at,
        )  # fmt: skip

    if form.is_valid() and done(step, form):
        messages.success(request, gettext("已录入发文字号。"))
        return redirect("supervision-paper", county=asked.county.code, paper=held.pk)
    papers = load_supervision_papers()
    by_number = {case.number: case for case in held.cases.all()}
    figures = [
        (said(papers.words[f"n_{name}"]), [by_number[number] for number in numbers if number in by_number])
        for name, numbers in held.figures.items()
    ]
    context = {"shown": _shown(held), "paper": held, "figures": figures, "form": form}
    return render(request, "cases/paper.html", context, status=400 if form.errors else 200)


@county_page("supervise_cases")
def document(request: HttpRequest, paper: int) -> HttpResponse:
    """Hand out a draft as it was kept."""
    asked = cast("OfficeRequest", request)
    held = _paper(asked, paper)
    return file_answer(open_kept(held.sha256, held.file_name).read_bytes(), held.file_name, DOCUMENT)


def shown_papers(papers: list[DraftedPaper]) -> list[dict[str, Any]]:
    """Return drafts as the page of a case lists them."""
    return [_shown(paper) for paper in papers]


def _today(asked: OfficeRequest) -> date:
    return timezone.localdate(asked.at)


def _case(asked: OfficeRequest, number: int) -> Case:
    held = get_case(asked.reach, asked.county.code, number, _today(asked))
    if held.is_restricted and asked.method == "GET":
        record_read(by=asked.reach.actor, at=asked.at, subject_kind="case", subject_id=held.pk, county=held.county_id)
    return held


def _paper(asked: OfficeRequest, number: int) -> DraftedPaper:
    held = get_paper(asked.reach, asked.county.code, number, _today(asked))
    if held.is_restricted and asked.method == "GET":
        record_read(
            by=asked.reach.actor, at=asked.at, subject_kind="supervision_paper", subject_id=held.pk,
            county=held.county_id,
        )  # fmt: skip
    return held


def _kinds(held: Case, asked: OfficeRequest) -> list[dict[str, Any]]:
    """Return every kind with who may issue it, on what basis, and whether the case gives ground for it now."""
    papers = load_supervision_papers()
    facts = paper_facts([held], asked.at)
    return [
        {
            "name": name, "title": said(kind.title), "issuers": [said(papers.issuers[each]) for each in kind.issuers],
            "basis": [(said(papers.rules[each].text), said(papers.marks[papers.rules[each].mark])) for each in kind.basis],
            "fields": [said(field.title) for field in kind.fields],
            "any_of": [said(papers.conditions[each]) for each in kind.when.any_of],
            "fits": held.lead_unit_id is not None and not find_unfit(kind.when, facts),
        }
        for name, kind in papers.kinds.items()
    ]  # fmt: skip


def _grade(name: str) -> dict[str, str] | None:
    if not name:
        return None
    grade = load_supervision_papers().grades[name]
    return {
        "title": said(grade.title), "when": said(grade.when), "look": _LOOKS[grade.shape], "path": PATHS[grade.shape]
    }  # fmt: skip


def _shown(paper: DraftedPaper) -> dict[str, Any]:
    papers = load_supervision_papers()
    return {
        "held": paper, "kind": said(papers.kinds[paper.kind].title), "issuer": said(papers.issuers[paper.issuer]),
        "grade": _grade(paper.grade),
    }  # fmt: skip
