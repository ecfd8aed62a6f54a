"""The tree of organisations: seeing it, and making, changing, moving, closing units."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from xuezheng.catalogue.roles import load_roles
from xuezheng.people.access import Area
from xuezheng.people.actions import (
    change_organisation,
    close_organisation,
    create_organisation,
    move_organisation,
    reopen_organisation,
)
from xuezheng.people.models import Organisation
from xuezheng.people.queries import (
    find_counties_of,
    find_open_organisations,
    find_organisations,
    find_people_of,
    find_tree,
    get_organisation,
)
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.language import page_language
from xuezheng.web.pages.people.steps import ReasonForm, attempt, field_reason, sent, step, today

RIGHT = "manage_people"


class OrganisationForm(forms.Form):
    """A new organisation."""

    parent = forms.ChoiceField(label=gettext_lazy("上级机构"))
    kind = forms.ChoiceField(label=gettext_lazy("类别"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    code = forms.CharField(
        label=gettext_lazy("代码"), max_length=12, required=False,
        help_text=gettext_lazy("乡镇 9 位、学校 10 位；其他机构可不填。"),
    )  # fmt: skip
    protocol_order = forms.IntegerField(
        label=gettext_lazy("排序号"),
        initial=0,
        min_value=-999,
        max_value=999,
        help_text=gettext_lazy("小的在前，相同时按代码。"),
    )

    def __init__(self, area: Area, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = load_roles().organisations
        self.fields["parent"] = _parents(area)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, words.in_language(page_language()))
            for kind, words in kinds.items()
            if kind not in ("city", "county")
        ]


class ChangeForm(forms.Form):
    """An organisation's name and place in the protocol order."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=100)
    protocol_order = forms.IntegerField(
        label=gettext_lazy("排序号"), min_value=-999, max_value=999, help_text=gettext_lazy("小的在前，相同时按代码。")
    )
    reason = field_reason(gettext_lazy("理由"), required=False)


class MoveForm(forms.Form):
    """Where an organisation is to stand."""

    parent = forms.ChoiceField(label=gettext_lazy("移到哪个机构之下"))
    reason = field_reason(gettext_lazy("理由"), required=False)

    def __init__(self, area: Area, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"] = _parents(area, organisation)


@page(RIGHT)
def organisations(request: HttpRequest) -> HttpResponse:
    """Show a county's organisations as a tree."""
    area = _area(request)
    counties = list(find_counties_of(area))
    chosen = request.GET.get("in", "") or (counties[0].code if counties else "")
    context = {
        "tree": find_tree(area, chosen, today(request)), "counties": counties, "chosen": chosen,
    }  # fmt: skip
    return render(request, "people/organisations.html", context)


@page(RIGHT)
def organisation(request: HttpRequest, organisation: int) -> HttpResponse:
    """Show one organisation: what it is, what stands under it, who holds a role in it."""
    area = _area(request)
    found = get_organisation(area, organisation)
    context = {
        "organisation": found, "children": find_organisations(area).filter(parent=found), "today": today(request),
        "above": find_organisations(area).filter(pk__in=[int(part) for part in (found.path or "").split("/") if part])
        .exclude(pk=found.pk).order_by("path"),
        "people": find_people_of(area, found, today(request)),
    }  # fmt: skip
    return render(request, "people/organisation.html", context)


@page(RIGHT)
def new_organisation(request: HttpRequest) -> HttpResponse:
    """Make an organisation under another."""
    asked, area = cast("OfficeRequest", request), _area(request)
    form = OrganisationForm(area, sent(request), initial={"parent": request.GET.get("parent", ""), "kind": "section"})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: create_organisation(
                kind=given["kind"], name=given["name"], code=given["code"], protocol_order=given["protocol_order"],
                parent_id=get_organisation(area, int(given["parent"])).pk, by=asked.reach.actor, at=asked.at,
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(request, gettext("机构“%(name)s”已建立。") % {"name": made.name})
            return redirect("organisation", organisation=made.pk)
    return step(
        request,
        title=gettext("新建机构"),
        confirm=gettext("建立"),
        back=reverse("organisations"),
        form=form,
        trail=_trail(),
    )


@page(RIGHT)
def change(request: HttpRequest, organisation: int) -> HttpResponse:
    """Rename an organisation, or give it another place in the order."""
    asked = cast("OfficeRequest", request)
    found = get_organisation(_area(request), organisation)
    form = ChangeForm(sent(request), initial={"name": found.name, "protocol_order": found.protocol_order})
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            form,
            lambda: change_organisation(
                organisation_id=found.pk, by=asked.reach.actor, at=asked.at, **form.cleaned_data
            ),
        )
        if changed is not None:
            return _done(request, found)
    return step(
        request,
        title=gettext("更名或排序"),
        confirm=gettext("保存"),
        back=_address(found),
        form=form,
        trail=_trail(found),
    )


@page(RIGHT)
def move(request: HttpRequest, organisation: int) -> HttpResponse:
    """Put an organisation under another one."""
    asked, area = cast("OfficeRequest", request), _area(request)
    found = get_organisation(area, organisation)
    form = MoveForm(area, found, sent(request), initial={"parent": found.parent_id})
    if request.method == "POST" and form.is_valid():
        moved = attempt(
            form,
            lambda: move_organisation(
                organisation_id=found.pk, parent_id=get_organisation(area, int(form.cleaned_data["parent"])).pk,
                reason=form.cleaned_data["reason"], by=asked.reach.actor, at=asked.at,
            ),
        )  # fmt: skip
        if moved is not None:
            return _done(request, found)
    return step(
        request, title=gettext("移动机构"), confirm=gettext("移动"), back=_address(found), form=form, trail=_trail(found),
        what=gettext("它下面的机构和人员随它一起移动。"),
    )  # fmt: skip


@page(RIGHT)
def close(request: HttpRequest, organisation: int) -> HttpResponse:
    """Close an organisation, or open a closed one again."""
    asked = cast("OfficeRequest", request)
    found = get_organisation(_area(request), organisation)
    form = ReasonForm(sent(request))
    act = close_organisation if found.is_active else reopen_organisation
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: act(
                organisation_id=found.pk, reason=form.cleaned_data["reason"], by=asked.reach.actor, at=asked.at
            ),
        )
        if done is not None:
            return _done(request, found)
    if not found.is_active:
        return step(
            request,
            title=gettext("恢复机构"),
            confirm=gettext("恢复"),
            back=_address(found),
            form=form,
            trail=_trail(found),
        )
    return step(
        request, title=gettext("停用机构"), confirm=gettext("停用"), back=_address(found), form=form, trail=_trail(found),
        is_danger=True, what=gettext("停用后不能再在这里任职；历史记录保留，以后可以恢复。"),
    )  # fmt: skip


def _area(request: HttpRequest) -> Area:
    return cast("OfficeRequest", request).reach.area_of(RIGHT)


def _parents(area: Area, moved: Organisation | None = None) -> forms.ChoiceField:
    found = find_open_organisations(area, moved.county if moved else "").exclude(kind=Organisation.Kind.SCHOOL)
    if moved is not None:
        found = found.exclude(path__startswith=moved.path or "?")
    label = gettext("移到哪个机构之下") if moved else gettext("上级机构")
    kinds = load_roles().organisations
    return forms.ChoiceField(
        label=label,
        choices=[
            (str(one.pk), f"{one.name}（{kinds[cast('Any', one.kind)].in_language(page_language())}）") for one in found
        ],
    )


def _address(found: Organisation) -> str:
    return reverse("organisation", kwargs={"organisation": found.pk})


def _trail(found: Organisation | None = None) -> list[tuple[str, str]]:
    top = [(gettext("机构"), reverse("organisations"))]
    return [*top, (found.name, _address(found))] if found else top


def _done(request: HttpRequest, found: Organisation) -> HttpResponse:
    messages.success(request, gettext("已保存。"))
    return redirect("organisation", organisation=found.pk)
