"""A person's notices, and how they want to be told."""

from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from xuezheng.catalogue.notices import load_notices
from xuezheng.notices.actions.reading import mark_read, set_wishes
from xuezheng.notices.queries import count_unread, find_notices, get_notice, get_wishes
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.language import said
from xuezheng.web.pages.notices.showing import leads_to, shown_notices

_A_PAGE = 50
WAYS = (("never", gettext_lazy("不发邮件")), ("daily", gettext_lazy("每天汇总一封")), ("now", gettext_lazy("尽快发")))


@signed_in_page
def notices(request: HttpRequest) -> HttpResponse:
    """List the person's notices, the newest first; all, or only the unread ones."""
    asked = cast("OfficeRequest", request)
    only_unread = request.GET.get("show") == "unread"
    page = Paginator(find_notices(asked.account, unread=only_unread), _A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page, "only_unread": only_unread, "unread_here": count_unread(asked.account),
        "rows": shown_notices(list(page.object_list), asked.reach, timezone.localdate(asked.at)),
    }  # fmt: skip
    return render(request, "notices/notices.html", context)


@signed_in_page
def notice(request: HttpRequest, notice: int) -> HttpResponse:
    """Lead to what a notice is about, and take it as read."""
    asked = cast("OfficeRequest", request)
    held = get_notice(asked.account, notice)
    mark_read(reader=asked.account, notice=held.pk, at=asked.at)
    return redirect(leads_to(held, asked.reach))


@signed_in_page
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark one notice, or all of them, as read."""
    asked = cast("OfficeRequest", request)
    number = request.POST.get("notice", "")
    if number:
        held = get_notice(asked.account, int(number) if number.isdecimal() and len(number) < 19 else 0)
        mark_read(reader=asked.account, notice=held.pk, at=asked.at)
    else:
        mark_read(reader=asked.account, at=asked.at)
    return redirect("notices")


class WishForm(forms.Form):
    """For every kind of notice: how it goes out by mail, and whether chat groups count it."""

    def __init__(self, held: dict[str, tuple[Any, bool]], given: Any = None) -> None:
        super().__init__(
            given, initial={name: value for kind, way in held.items() for name, value in _named(kind, way)}
        )
        for kind, told in load_notices().kinds.items():
            self.fields[f"mail-{kind}"] = forms.ChoiceField(choices=WAYS, label=said(told.title))
            self.fields[f"robot-{kind}"] = forms.BooleanField(required=False, label=said(told.title))

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a kind: its title and the two fields."""
        return [
            {"title": said(told.title), "mail": self[f"mail-{kind}"], "robot": self[f"robot-{kind}"]}
            for kind, told in load_notices().kinds.items()
        ]

    def wishes(self) -> dict[str, tuple[Any, bool]]:
        """Return what was chosen, by kind."""
        return {
            kind: (self.cleaned_data[f"mail-{kind}"], self.cleaned_data[f"robot-{kind}"])
            for kind in load_notices().kinds
        }


def _named(kind: str, way: tuple[Any, bool]) -> tuple[tuple[str, Any], ...]:
    return ((f"mail-{kind}", way[0]), (f"robot-{kind}", way[1]))


@signed_in_page
def wishes(request: HttpRequest) -> HttpResponse:
    """Show and set how the person is told of each kind of notice outside the system."""
    asked = cast("OfficeRequest", request)
    form = WishForm(get_wishes(asked.account), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        set_wishes(account=asked.account, wishes=form.wishes(), by=asked.reach.actor, at=asked.at)
        messages.success(request, gettext("提醒方式已保存，从下一条提醒起生效。"))
        return redirect("notice-wishes")
    context = {"form": form, "mail_is_set_up": bool(settings.MAIL_HOST), "address": asked.account.email}
    return render(request, "notices/wishes.html", context, status=400 if form.errors else 200)
