"""Refusals as JSON: one shape for everything that goes wrong and that somebody can act on."""

from django.http import HttpRequest, JsonResponse

from xuezheng.catalogue.messages import sentence
from xuezheng.kernel.refusal import Refusal
from xuezheng.web.language import page_language

ROOT = "/api/"


def is_api(request: HttpRequest) -> bool:
    """Whether an address belongs to the API, so that its refusals are JSON."""
    return request.path_info.startswith(ROOT)


def refusal_answer(refusal: Refusal, status: int) -> JsonResponse:
    """Return a refusal: `code`, `what`, `next`, `params`, and `place`, empty where it points into no file."""
    what, next_step = sentence(refusal.code, page_language(), dict(refusal.params))
    error = {
        "code": refusal.code, "what": what, "next": next_step, "params": dict(refusal.params),
        "place": str(refusal.place) if refusal.place else "",
    }  # fmt: skip
    answer = JsonResponse({"error": error}, status=status, json_dumps_params={"ensure_ascii": False})
    answer["Cache-Control"] = "private, no-store"
    return answer
