"""The living page of the design system: every component in its states, as the pages use them."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy

from xuezheng.documents import charts
from xuezheng.kernel.verdict import Verdict
from xuezheng.web.charts import chart_answer, plot_width
from xuezheng.web.gate import signed_in_page
from xuezheng.web.templatetags.design import PARTS, wording

COLOURS = (
    ("ink", gettext_lazy("墨：文字、线、主按钮")),
    ("cinnabar", gettext_lazy("朱砂：现在需要人处理的")),
    ("jade", gettext_lazy("玉：成立的、做到的")),
    ("ochre", gettext_lazy("赭：接近的、快到期的")),
    ("grey", gettext_lazy("灰：还不知道的")),
    ("tint", gettext_lazy("底色：筛选、说明")),
)
COUNTS = {"met": 78, "near": 9, "unknown": 3, "not_met": 14}
# Made-up values of twelve schools against a line of 4.2, in the order of their codes.
VALUES = (4.9, 5.3, 4.4, 4.25, 3.9, 6.1, 4.7, 5.0, 4.21, 5.8, 4.6, 3.4)
LINE = 4.2
TREND = (0.63, 0.61, 0.6, 0.58, 0.57, 0.55, 0.545, 0.535, 0.53, 0.525)


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("一行文字"), max_length=60, help_text=gettext_lazy("提示写在框的下面，说明填什么。")
    )
    stage = forms.ChoiceField(
        label=gettext_lazy("一个选择"), choices=[("primary", gettext_lazy("小学")), ("junior", gettext_lazy("初中"))]
    )
    answer = forms.ChoiceField(
        label=gettext_lazy("少数几个选择"),
        widget=forms.RadioSelect,
        choices=[("yes", gettext_lazy("是")), ("no", gettext_lazy("否"))],
    )
    judged_on = forms.DateField(
        label=gettext_lazy("日期"), widget=forms.DateInput(attrs={"type": "date"}), required=False
    )
    note = forms.CharField(label=gettext_lazy("一段文字"), widget=forms.Textarea(attrs={"rows": 2}), required=False)


@signed_in_page
def style(request: HttpRequest) -> HttpResponse:
    """Show every component; the form answers with its faults when it is sent empty."""
    form = SampleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        messages.success(request, gettext("已保存。这是写完以后的说法。"))
        return redirect("style")
    pages = Paginator(range(1, 278), 50)
    return render(
        request,
        "design/style.html",
        {
            "form": form,
            "colours": COLOURS,
            "verdicts": (*PARTS, Verdict.NOT_APPLICABLE),
            "counts": COUNTS,
            "rows": [{"code": f"21500000{n:02}", "value": v, "verdict": _verdict(v)} for n, v in enumerate(VALUES, 1)],
            "line": LINE,
            "trend": TREND,
            "sample": pages.get_page(request.GET.get("page")),
            "years": range(2025, 2015, -1),
            "year": 2025,
        },
    )


@signed_in_page
def sample_chart(request: HttpRequest) -> JsonResponse:
    """Return the sample chart's specification."""
    points = [charts.Point(value, _verdict(value)) for value in VALUES]
    say = wording()
    words = charts.Words(x=say("chart_schools"), line=say("chart_line", line=f"{LINE:g}"))
    return chart_answer(charts.points_against_line(points, LINE, words, width=plot_width(request)))


def _verdict(value: float) -> Verdict:
    if value < LINE:
        return Verdict.NOT_MET
    return Verdict.NEAR if value < LINE * 1.02 else Verdict.MET
