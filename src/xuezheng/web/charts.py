"""Answers with a chart's specification: the same pictures as in the report, as wide as the place on the page."""

from typing import cast

from django.http import HttpRequest, JsonResponse

from xuezheng.documents.charts import Spec

NARROWEST, WIDEST = 180, 900
_BESIDE = 90  # the axis on the left and the line's label on the right


def plot_width(request: HttpRequest, default: int = 412) -> int:
    """Return how wide the plot may be: the script says with `?width=` how much room (px) the page has."""
    room = request.GET.get("width", "")
    wanted = int(room) - _BESIDE if room.isdecimal() and len(room) < 6 else default
    return max(NARROWEST, min(wanted, WIDEST, default))


def chart_answer(spec: Spec) -> JsonResponse:
    """Return a Vega-Lite specification; the browser keeps it for five minutes, shared caches never do."""
    answer = JsonResponse(cast("dict[str, object]", spec))
    answer["Cache-Control"] = "private, max-age=300"
    return answer
