"""One step of people's pages: a form with what it does and where to go instead, and refusals shown at their fields."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from xuezheng.catalogue.messages import sentence
from xuezheng.kernel.refusal import NotFound, Refusal
from xuezheng.people.access import NotAllowed
from xuezheng.web.language import page_language

Done = TypeVar("Done")

# The field that a refusal is about, where a form has it.
_FIELDS = {
    "reason_missing": "reason", "refusal_reason_missing": "note", "login_form": "login", "login_taken": "login",
    "name_missing": "name", "role_not_held_here": "role", "organisation_closed": "organisation",
    "organisation_code_taken": "code", "organisation_wrong_place": "parent", "organisation_needs_parent": "parent",
    "organisation_under_itself": "parent", "organisation_other_county": "parent", "organisation_too_deep": "parent",
    "ends_before_start": "ends_on", "deputy_outside_days": "ends_on", "deputy_of_self": "account",
    "appointment_ended": "ends_on", "identity_taken": "subject", "code_wrong": "code",
}  # fmt: skip


def told(code: str, params: dict[str, Any]) -> str:
    """Return a message of the catalogue as one text in the page's language."""
    return " ".join(part for part in sentence(code, page_language(), params) if part)


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what a form was sent with, though it be empty; None where it is only looked at."""
    return request.POST if request.method == "POST" else None


def attempt(form: forms.Form, action: Callable[[], Done]) -> Done | None:
    """Do what the form asks for; a refusal becomes the form's error, at its field where it is about one."""
    try:
        return action()
    except (NotAllowed, NotFound):
        raise
    except Refusal as refusal:
        field = _FIELDS.get(refusal.code)
        form.add_error(field if field in form.fields else None, told(refusal.code, dict(refusal.params)))
        return None


def step(
    request: HttpRequest,
    *,
    title: str,
    confirm: str,
    back: str,
    trail: Sequence[tuple[str, str]],
    form: forms.Form | None = None,
    what: str = "",
    consequences: Sequence[str] = (),
    is_danger: bool = False,
    with_files: bool = False,
) -> HttpResponse:
    """Show one step; `trail` are the pages above it, as label and address."""
    context = {
        "title": title, "confirm": confirm, "back": back, "trail": [*trail, (title, "")], "form": form, "what": what,
        "consequences": consequences, "is_danger": is_danger, "with_files": with_files,
    }  # fmt: skip
    return render(request, "people/step.html", context, status=400 if form is not None and form.errors else 200)


def today(request: HttpRequest) -> date:
    """Return the day of the request in the office's time zone."""
    return timezone.localdate(request.at)  # type: ignore[attr-defined]


def field_reason(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a reason."""
    return forms.CharField(
        label=label, required=required, max_length=500, help_text=help_text, widget=forms.Textarea({"rows": 3})
    )


class ReasonForm(forms.Form):
    """Why."""

    reason = field_reason(gettext_lazy("理由"))
