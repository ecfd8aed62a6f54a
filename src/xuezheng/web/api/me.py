"""Who asks, and what they reach."""

from typing import TYPE_CHECKING, Any, cast

from django.http import HttpRequest
from django.utils import timezone

from xuezheng.catalogue.roles import load_roles
from xuezheng.people.access import in_force
from xuezheng.web.language import said

if TYPE_CHECKING:
    from xuezheng.web.gate import OfficeRequest


def me(request: HttpRequest) -> dict[str, Any]:
    """Return the person's name, the roles that they hold today, their rights, and the whole counties that they reach."""
    asked = cast("OfficeRequest", request)
    roles = load_roles().roles
    held = (
        asked.account.appointments.filter(in_force(timezone.localdate(asked.at)))
        .select_related("organisation")
        .order_by("organisation__protocol_order", "role", "pk")
    )
    return {
        "login": asked.account.login, "name": asked.account.name,
        "roles": [
            {
                "role": one.role, "title": said(roles[one.role].title) if one.role in roles else one.role,
                "organisation": {"id": one.organisation_id, "name": one.organisation.name},
                "county": one.organisation.county,
            }
            for one in held if one.role in asked.reach.roles
        ],
        "rights": sorted(asked.reach.rights), "counties": sorted(asked.reach.area.counties),
        "everywhere": asked.reach.area.everywhere,
    }  # fmt: skip
