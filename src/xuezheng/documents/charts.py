"""Charts as Vega-Lite specifications made from plain rows, drawn the same for page (SVG) and office document (PNG)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import vl_convert as vlc

from xuezheng.documents.look import CHART_FONT, CINNABAR, INK, JADE, MARKS, MUTED, PAPER, RULE
from xuezheng.kernel.verdict import Verdict

Spec = dict[str, Any]
Row = Mapping[str, Any]
_DRAWN = (Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET)
LABEL_SIZE = 11


@dataclass(frozen=True, slots=True)
class Point:
    """One unit in a chart of values against a line. `label` is drawn where there is room for it."""

    value: float
    verdict: Verdict
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart of values against limits; `other` is a second value of another form, drawn hollow."""

    label: str
    value: float | None
    shown: str
    limit: float | None
    verdict: Verdict
    other: float | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """The words that a chart shows."""

    x: str = ""
    y: str = ""
    line: str = ""
    series: tuple[str, ...] = ()


def points_against_line(
    points: Sequence[Point], line: float | None, words: Words, *, width: int = 412, height: int = 190
) -> Spec:
    """Return a dot plot: one dot a unit in the order given, the required line drawn, units with a label named.

    Values far above (beyond three times the line) are drawn at the upper edge, so that the part near the line,
    which decides, stays readable; `beyond_edge` says how many.
    """
    top = upper_edge(points, line)
    rows = [
        {"x": x, "y": min(point.value, top), "verdict": point.verdict.value, "label": point.label}
        for x, point in enumerate(points)
    ]
    x = alt.X(
        "x:Q",
        title=words.x,
        axis=alt.Axis(labels=False, ticks=False, grid=False),
        scale=alt.Scale(domain=[-1, max(len(points), 1)], nice=False),
    )
    y = alt.Y("y:Q", title=words.y or None, scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(tickCount=5))
    layers: list[Any] = []
    if line is not None:
        layers += _line_across(line, words.line, width)
    layers += [
        verdict_marks([row for row in rows if row["verdict"] == verdict.value], verdict).encode(x=x, y=y)
        for verdict in _DRAWN
        if any(row["verdict"] == verdict.value for row in rows)
    ]
    labels = _placed_labels(rows, top, width, height)
    if labels:
        layers.append(
            chart_of(labels)
            .mark_text(align="left", baseline="middle", fontSize=LABEL_SIZE, color=INK)
            .encode(x="x:Q", y="y:Q", text="label:N")
        )
    return styled(alt.layer(*layers) if layers else _nothing(), width, height)


def upper_edge(points: Sequence[Point], line: float | None) -> float:
    """Return the highest value that the chart shows."""
    highest = max([point.value for point in points], default=1.0)
    if line:
        return max(min(highest, 3 * line), 1.25 * line) * 1.02
    return (highest or 1.0) * 1.05


def beyond_edge(points: Sequence[Point], line: float | None) -> int:
    """Return how many units lie above the chart's edge and are drawn on it."""
    top = upper_edge(points, line)
    return sum(point.value > top for point in points)


def bars_against_limit(bars: Sequence[Bar], words: Words, *, width: int = 300) -> Spec:
    """Return a bullet chart: a bar a row, its limit as a tick, the value of the other form as a hollow ring."""
    known = [bar.value or 0 for bar in bars] + [bar.limit or 0 for bar in bars] + [bar.other or 0 for bar in bars]
    top = (max(known, default=1.0) or 1.0) * 1.18
    rows = [
        {
            "label": bar.label,
            "value": bar.value or 0,
            "shown": bar.shown,
            "limit": bar.limit,
            "other": bar.other,
            "verdict": bar.verdict.value,
            "end": max(bar.value or 0, bar.limit or 0, bar.other or 0),
        }
        for bar in bars
    ]
    y = alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=260, ticks=False, domain=False))
    scale = alt.Scale(domain=[0, top], nice=False)
    base = chart_of(rows)
    colour = alt.Color("verdict:N", scale=_colour_scale(), legend=None)
    layers: list[Any] = [
        base.mark_bar(height=9).encode(x=alt.X("value:Q", title=words.x, scale=scale), y=y, color=colour),
        base.transform_filter("isValid(datum.limit)")
        .mark_tick(thickness=2.5, size=22, color=INK)
        .encode(x=alt.X("limit:Q", scale=scale), y=y),
        base.transform_filter("isValid(datum.other)")
        .mark_point(size=46, color=MUTED, filled=False, strokeWidth=1.6)
        .encode(x=alt.X("other:Q", scale=scale), y=y),
        base.mark_text(align="left", dx=7, fontSize=LABEL_SIZE, color=INK).encode(
            x=alt.X("end:Q", scale=scale), y=y, text="shown:N"
        ),
    ]
    return styled(alt.layer(*layers), width, 27 * max(len(bars), 1))


def columns_of_counts(
    counts: Sequence[tuple[int, int]], limit: int | None, words: Words, *, width: int = 440, height: int = 160
) -> Spec:
    """Return a histogram: (size, how many) pairs, those above the limit in cinnabar, the limit as a line."""
    rows = [{"size": size, "count": count, "over": limit is not None and size > limit} for size, count in counts]
    sizes = [size for size, _ in counts] + ([limit] if limit is not None else [])
    scale = alt.Scale(domain=[min(sizes, default=0) - 1, max(sizes, default=1) + 2], nice=False)
    x = alt.X("size:Q", title=words.x, scale=scale, axis=alt.Axis(grid=False, tickMinStep=1))
    colour = alt.Color("over:N", legend=None, scale=alt.Scale(domain=[False, True], range=[JADE, CINNABAR]))
    layers: list[Any] = [
        chart_of(rows)
        .mark_bar(size=max(2.0, 0.7 * width / (max(sizes, default=1) - min(sizes, default=0) + 3)))
        .encode(x=x, y=alt.Y("count:Q", title=words.y or None, axis=alt.Axis(tickCount=4)), color=colour)
    ]
    if limit is not None:
        at = [{"size": limit + 0.5, "label": words.line}]
        layers.append(chart_of(at).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="size:Q"))
        layers.append(
            chart_of(at)
            .mark_text(align="center", baseline="bottom", fontSize=LABEL_SIZE, fontWeight="bold", color=INK)
            .encode(x="size:Q", y=alt.value(-3), text="label:N")
        )
    return styled(alt.layer(*layers), width, height)


def lines_over_years(rows: Sequence[tuple[int, str, float]], limit: float | None, *, columns: int = 4) -> Spec:
    """Return one small panel a series: its (year, series, value) rows as a line, the limit drawn in each."""
    years = sorted({year for year, _, _ in rows}) or [0]
    top = max([value for _, _, value in rows] + ([limit] if limit else []), default=1.0) * 1.15
    x = alt.X(
        "year:Q",
        title=None,
        scale=alt.Scale(domain=[years[0] - 0.3, years[-1] + 0.3], nice=False),
        axis=alt.Axis(format="d", values=[years[0], years[-1]], grid=False),
    )
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, top], nice=False), axis=alt.Axis(tickCount=3))
    panels = []
    for name in dict.fromkeys(series for _, series, _ in rows):
        data = [
            {"year": year, "value": value, "shown": f"{value:.3g}"} for year, series, value in rows if series == name
        ]
        base = chart_of(data).encode(x=x, y=y)
        layers: list[Any] = [
            base.mark_line(color=INK, strokeWidth=1.5),
            base.mark_point(color=INK, size=14, filled=True),
        ]
        layers.append(
            chart_of(data[-1:])
            .mark_text(dy=-9, dx=-2, fontSize=LABEL_SIZE, fontWeight="bold", color=INK)
            .encode(x=x, y=y, text="shown:N")
        )
        if limit is not None:
            rule = chart_of([{"y": limit}]).mark_rule(color=INK, strokeDash=[4, 3])
            layers.insert(0, rule.encode(y="y:Q"))
        title = alt.Title(name, fontSize=LABEL_SIZE + 1, fontWeight="normal", anchor="start", color=INK)
        panels.append(alt.layer(*layers).properties(width=140, height=78, title=title))
    whole = alt.concat(*(panels or [_nothing()]), columns=columns).properties(background=PAPER)
    return _configured(whole)


def as_svg(spec: Spec, title: str) -> str:
    """Return a chart as inline SVG with text kept as text and no outside name in it; `title` is what it is called."""
    drawn: str = vlc.vegalite_to_svg(spec)
    drawn = re.sub(r"<[^>]*>", lambda match: _lean(match[0]), drawn)
    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return drawn.replace("<svg", f'<svg role="img" aria-label="{escaped}"', 1)


def _lean(element: str) -> str:
    """Return an element's opening without names that only a stand-alone file needs, and with two decimals."""
    element = re.sub(r' (xmlns(:\w+)?|version|class|role|aria-\w+|pointer-events|font-family)="[^"]*"', "", element)
    return re.sub(r"(\d+\.\d{2})\d+", r"\1", element)


def as_png(spec: Spec, *, scale: float = 2.5) -> bytes:
    """Return a chart as a PNG picture."""
    picture: bytes = vlc.vegalite_to_png(spec, scale=scale)
    return picture


def chart_of(rows: Sequence[Row]) -> alt.Chart:
    """Return a chart of plain rows, which travel inside the specification."""
    return alt.Chart(alt.Data(values=list(rows)))  # type: ignore[no-untyped-call]


def verdict_marks(rows: Sequence[Row], verdict: Verdict) -> Any:
    """Return rows drawn in the shape and colour of a verdict; the caller says where."""
    drawn = MARKS[verdict]
    return chart_of(rows).mark_point(
        shape=drawn.shape,
        color=drawn.colour,
        filled=drawn.filled,
        size=70 if verdict is Verdict.NOT_MET else (46 if verdict is Verdict.NEAR else 22),
        strokeWidth=2 if verdict is Verdict.NOT_MET else 1.3,
        opacity=1,
    )


def _line_across(value: float, label: str, width: int) -> list[Any]:
    at = [{"y": value, "label": label}]
    return [
        chart_of(at).mark_rule(color=INK, strokeDash=[4, 3]).encode(y="y:Q"),
        chart_of(at)
        .mark_text(align="left", baseline="middle", dx=5, fontSize=LABEL_SIZE, fontWeight="bold", color=INK)
        .encode(x=alt.value(width), y="y:Q", text="label:N"),
    ]


def text_width(label: str) -> float:
    """Return about how wide a label is drawn: a Chinese sign is as wide as it is high, a Latin one half of that."""
    return sum(LABEL_SIZE if sign > "\u2e7f" else LABEL_SIZE * 0.58 for sign in label)


def _placed_labels(rows: Sequence[Row], top: float, width: int, height: int) -> list[dict[str, Any]]:
    """Place as many labels as fit beside their dots without lying on each other; the table beside names the rest."""
    span = len(rows) + 1
    centres = [((row["x"] + 1) / span * width, height * (1 - row["y"] / top)) for row in rows]
    taken = [(x - 2.5, y - 2.5, x + 2.5, y + 2.5) for x, y in centres]
    placed: list[dict[str, Any]] = []
    for row, (left, middle) in zip(rows, centres, strict=True):
        wide = text_width(row["label"])
        for dx, dy in _label_offsets(wide) if row["label"] else ():
            box = (left + dx, middle + dy - 6, left + dx + wide, middle + dy + 6)
            inside = box[0] >= 0 and box[2] <= width and box[1] >= 0 and box[3] <= height
            if inside and not any(overlap(box, other) for other in taken):
                taken.append(box)
                at = {"x": (left + dx) / width * span - 1, "y": (1 - (middle + dy) / height) * top}
                placed.append({**at, "label": row["label"]})
                break
    return placed


def _label_offsets(wide: float) -> tuple[tuple[float, float], ...]:
    """Where a label may stand from its dot, the nearest first: beside, then below, then above."""
    rows = (0.0, 13.0, 24.0, -13.0, 36.0, 48.0, -24.0)
    return tuple((dx, dy) for dy in rows for dx in ((7.0, -wide - 7) if dy == 0 else (5.0, -wide - 5, -wide / 2)))


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes (left, top, right, bottom) lie on each other."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _colour_scale() -> alt.Scale:
    return alt.Scale(domain=[verdict.value for verdict in MARKS], range=[drawn.colour for drawn in MARKS.values()])


def _nothing() -> Any:
    return alt.layer(chart_of([{"x": 0}]).mark_point(opacity=0))


def styled(chart: Any, width: int, height: int) -> Spec:
    """Return a chart of that size in the house's look as a specification."""
    return _configured(chart.properties(width=width, height=height, background=PAPER))


def _configured(chart: Any) -> Spec:
    """Give a chart the house's look: thin rules, ink on paper, the one font, nothing that needs a script."""
    spec: Spec = (
        chart.configure(font=CHART_FONT, aria=False, padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=MUTED,
            titleColor=MUTED,
            titleFontWeight="normal",
            labelFontSize=LABEL_SIZE,
            titleFontSize=LABEL_SIZE,
            gridColor="#ece9e2",
            domainColor=RULE,
            tickColor=RULE,
        )
        .to_dict(validate=False)
    )
    return spec
