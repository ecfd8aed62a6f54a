"""What every template can rely on."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language

from xuezheng.people.access import STRANGER


def office(request: HttpRequest) -> dict[str, Any]:
    """Return who asks (`reach`), the short language code (`zh` or `en`), and the county that the page is about."""
    return {
        "reach": getattr(request, "reach", STRANGER),
        "lang": "en" if (get_language() or "").startswith("en") else "zh",
        "county": getattr(request, "county", None),
    }
