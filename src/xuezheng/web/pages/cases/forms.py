"""The forms of steps: each asks for what the kind says that its step needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from xuezheng.cases.access import find_units
from xuezheng.cases.actions.stepping import EvidenceGiven, Given
from xuezheng.cases.models import Case, Evidence
from xuezheng.catalogue.case_kinds import Effect, Kind, Step, load_vocabulary
from xuezheng.kernel.work_calendar import start_of
from xuezheng.people.models import Organisation
from xuezheng.standards.evidence_store import keep_file
from xuezheng.web.fields import day_field
from xuezheng.web.language import said

# Phones then offer the camera beside the files; `capture` would leave only the camera.
ACCEPTED = "image/jpeg,image/png,application/pdf,.docx,.xlsx"


def units_in(county: str) -> list[tuple[int, str]]:
    """Return the units of a county that cases can be handed to, as choices."""
    return list(find_units(county).values_list("pk", "name"))


def words_field(label: Any, *, required: bool) -> forms.CharField:
    """Return a field for a few sentences."""
    return forms.CharField(label=label, required=required, max_length=2000, widget=forms.Textarea({"rows": 3}))


def _day_set(case: Case) -> Any:
    """Return the day that was set when a case was opened, as the form shows it."""
    return case.machine.get("set_on") if case.machine else None


class StepForm(forms.Form):
    """One step of a case."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        case: Case,
        kind: Kind,
        name: str,
        data: Any = None,
        files: Any = None,
        *,
        proposed: tuple[int | None, list[int]] = (None, []),
    ) -> None:
        initial: dict[str, Any] = {"version": case.version}
        if name == "hand_out":
            initial |= {"unit": proposed[0], "assisting": proposed[1], "until": _day_set(case)}
        super().__init__(data, files, auto_id=f"{name}_%s", initial=initial, use_required_attribute=False)
        self.case, self.kind, self.name = case, kind, name
        held: Step = kind.steps[name]
        self.title = said(held.title)
        self.has_file = "evidence" in held.needs
        self._add_fields(held)

    def _add_fields(self, step: Step) -> None:
        needs = step.needs
        if "unit" in needs:
            units = units_in(self.case.county_id)
            self.fields["unit"] = forms.TypedChoiceField(
                label=gettext_lazy("牵头单位"), coerce=int, choices=[("", "—"), *units]
            )
            self.fields["assisting"] = forms.TypedMultipleChoiceField(
                label=gettext_lazy("协办单位"), coerce=int, choices=units, required=False
            )
        if "until" in needs or step.does is Effect.HAND_OUT:
            is_needed = "until" in needs or (self.kind.levels[self.case.level].limit is None and not self.case.due_at)
            self.fields["until"] = day_field(gettext_lazy("办结日期（当日24时）"), required=is_needed)
        if "measure" in needs:
            self._add_measure()
        if "pause" in needs:
            rules = [(name, said(pause.title)) for name, pause in self.kind.pauses.items()]
            self.fields["pause"] = forms.ChoiceField(label=gettext_lazy("依据"), choices=rules)
        if "evidence" in needs:
            self._add_evidence()
        else:
            self.fields["reason"] = words_field(gettext_lazy("情况或理由"), required="reason" in needs)

    def _add_measure(self) -> None:
        self.fields["measure"] = forms.CharField(label=gettext_lazy("临时管控措施"), max_length=500)
        self.fields["responsible"] = forms.CharField(label=gettext_lazy("责任人（职务）"), max_length=60)
        self.fields["measure_until"] = day_field(gettext_lazy("措施有效至"), required=True)

    def _add_evidence(self) -> None:
        words = load_vocabulary().evidence_kinds
        kinds = [(name, said(words[name])) for name in self.kind.evidence_taken(self.case.level)]
        self.fields["kind"] = forms.ChoiceField(label=gettext_lazy("证据种类"), choices=kinds)
        self.fields["file"] = forms.FileField(
            label=gettext_lazy("文件"), required=False,
            widget=forms.ClearableFileInput({"accept": ACCEPTED}),
            help_text=gettext_lazy("PDF、Word（docx）、Excel（xlsx）、JPG、PNG，不超过 20 MB；读数可以不附文件。"),
        )  # fmt: skip
        self.fields["words"] = forms.CharField(label=gettext_lazy("说明或读数"), required=False, max_length=500)
        self.fields["taken_by"] = forms.CharField(label=gettext_lazy("拍摄或采集人"), required=False, max_length=60)
        self.fields["taken_on"] = day_field(gettext_lazy("拍摄或采集日期"), required=False)
        earlier = [
            (held.pk, held.file_name or held.words)
            for held in Evidence.objects.filter(case=self.case, superseded_by__isnull=True)
        ]
        if earlier:
            self.fields["supersedes"] = forms.TypedChoiceField(
                label=gettext_lazy("取代此前的证据"), required=False, coerce=int, empty_value=None,
                choices=[("", "—"), *earlier], help_text=gettext_lazy("被取代的证据仍然保留。"),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Refuse photographs and documents without their file, and readings without a word."""
        given: dict[str, Any] = super().clean() or {}
        if self.has_file and not given.get("file") and not (given.get("kind") == "reading" and given.get("words")):
            self.add_error("file", gettext_lazy("请选择文件；读数请填写读数。"))
        return given

    def given(self) -> Given:
        """Return what was given; a file is kept under its digest. Raises refusals for files that are not taken."""
        held = self.cleaned_data
        return Given(
            reason=held.get("reason", ""), unit=self._unit(held.get("unit")),
            assisting=tuple(Organisation.objects.filter(pk__in=held.get("assisting") or [], county=self.case.county_id)),
            until=held.get("until"), measure=held.get("measure", ""), responsible=held.get("responsible", ""),
            measure_until=held.get("measure_until"), pause=held.get("pause", ""),
            evidence=self._evidence() if self.has_file else None,
        )  # fmt: skip

    def _unit(self, number: int | None) -> Organisation | None:
        return Organisation.objects.get(pk=number, county=self.case.county_id) if number else None

    def _evidence(self) -> EvidenceGiven:
        held = self.cleaned_data
        file, taken_on = held.get("file"), held.get("taken_on")
        supersedes = held.get("supersedes")
        return EvidenceGiven(
            kind=held["kind"], words=held["words"], taken_by=held["taken_by"],
            file=keep_file(file.name or "", file.chunks(), restricted=self.case.is_restricted) if file else None,
            taken_at=start_of(taken_on) if taken_on else None,
            supersedes=Evidence.objects.get(pk=supersedes, case=self.case) if supersedes else None,
        )  # fmt: skip
