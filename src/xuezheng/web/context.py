"""What every template can rely on."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from xuezheng.notices.queries import COUNTED, count_unread
from xuezheng.people.access import STRANGER, Reach
from xuezheng.register.models import County
from xuezheng.web.language import page_language


def office(request: HttpRequest) -> dict[str, Any]:
    """Return who asks (`reach`), the short language code (`zh` or `en`), and the county that the page is about.

    `unread` is how many notices they have not read, looked up where a template asks for it.

    On a page about no county it is the only one that the person works in, so that the navigation stays the same.
    """
    reach = getattr(request, "reach", STRANGER)
    return {
        "reach": reach,
        "lang": page_language(),
        "unread": SimpleLazyObject(lambda: _unread(reach)),
        "county": getattr(request, "county", None) or SimpleLazyObject(lambda: _only_county(reach)),
    }


def _unread(reach: Reach) -> str:
    count = count_unread(reach.account) if reach.account else 0
    return f"{COUNTED}+" if count > COUNTED else str(count or "")


def _only_county(reach: Reach) -> County | None:
    area = reach.area
    codes = {*area.counties, *(code[:6] for code in area.townships), *(key.partition("/")[0] for key in area.schools)}
    if area.everywhere or len(codes) != 1:
        return None
    return County.objects.filter(code__in=codes).defer("outlines").first()
