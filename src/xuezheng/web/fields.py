"""Fields that the forms of several parts share."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    """Return a field for a day, which browsers show as a calendar."""
    return forms.DateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d")
    )


class FilesInput(forms.ClearableFileInput):
    """A choice of several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files, cleaned to the list of them: `most` at once, of the suffixes that `accept` names."""

    def __init__(self, *, most: int | None = None, accept: str = "", **kwargs: Any) -> None:
        self.most = most
        super().__init__(widget=FilesInput({"accept": accept} if accept else {}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[bytes]]:
        """Return the files, each checked as one."""
        given = data if isinstance(data, list | tuple) else [data]
        if self.most is not None and len(given) > self.most:
            raise forms.ValidationError(gettext("一次最多上传 %(count)s 个文件。"), params={"count": self.most})
        return [file for each in given or [None] if (file := super(FilesField, self).clean(each, initial))]
