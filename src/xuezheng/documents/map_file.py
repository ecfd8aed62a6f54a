"""A map as an SVG file, written without the chart engine: the report's ground, marks and labels, in milliseconds."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from xuezheng.documents.charts import LABEL_SIZE
from xuezheng.documents.look import CHART_FONT, INK, MARKS, MUTED, RULE, TINT
from xuezheng.documents.maps import Ground, Ring, Site, rings_of
from xuezheng.kernel.verdict import Verdict

# What needs somebody lies on top.
_ORDER = (Verdict.MET, Verdict.UNKNOWN, Verdict.NEAR, Verdict.NOT_MET)
_SHAPES = {
    Verdict.MET: "m-2.7 0a2.7 2.7 0 1 0 5.4 0a2.7 2.7 0 1 0-5.4 0",
    Verdict.NEAR: "m0-4.2l4.4 7.6h-8.8z",
    Verdict.UNKNOWN: "m0-3.4l3 3.4l-3 3.4l-3-3.4z",
    Verdict.NOT_MET: "m-3.8-3.8l7.6 7.6m-7.6 0l7.6-7.6",
}


def map_file(
    sites: Sequence[Site],
    outlines: Mapping[str, object] | None,
    *,
    county: str = "",
    width: int = 680,
    max_height: int = 560,
) -> bytes | None:
    """Return a map of sites over a county's outlines as an SVG file that stands alone; None where there is no place at all.

    `outlines` and `county` as for `maps.map_of_sites`, which gives the same map for documents.
    """
    rings = list(rings_of(outlines, county))
    places = [(lon, lat) for ring, _ in rings for lon, lat in ring] + [(site.lon, site.lat) for site in sites]
    if not places:
        return None
    ground = Ground(places, width, max_height)
    size = f'width="{ground.width}" height="{ground.height}" viewBox="0 0 {ground.width} {ground.height}"'
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{CHART_FONT}, sans-serif" font-size="{LABEL_SIZE}">',
        *(_outline(ground, ring, fill=TINT, stroke=RULE, wide=0.8) for ring, whole in rings if not whole),
        *(_outline(ground, ring, fill="none", stroke=MUTED, wide=1.3) for ring, whole in rings if whole),
        *(_marks(ground, sites, verdict) for verdict in _ORDER),
        *(_label(placed["x"], ground.height - placed["y"], placed["label"]) for placed in ground.labels(sites)),
        _scale_bar(ground),
        "</svg>",
    ]
    return "".join(drawn).encode()


def _down(ground: Ground, lat: float) -> float:
    """Return where a latitude lies in a file, whose heights are counted from the top."""
    return round(ground.height - ground.y(lat), 1)


def _outline(ground: Ground, ring: Ring, *, fill: str, stroke: str, wide: float) -> str:
    points = " ".join(f"{ground.x(lon)},{_down(ground, lat)}" for lon, lat in ring)
    return f'<polygon points="{points}" fill="{fill}" stroke="{stroke}" stroke-width="{wide}" stroke-linejoin="round"/>'


def _marks(ground: Ground, sites: Sequence[Site], verdict: Verdict) -> str:
    """Return all sites of a verdict as one path: a thousand schools are no heavier than a line."""
    places = [f"M{ground.x(s.lon)} {_down(ground, s.lat)}{_SHAPES[verdict]}" for s in sites if s.verdict is verdict]
    if not places:
        return ""
    mark = MARKS[verdict]
    fill, wide = (mark.colour, 0.6) if mark.filled else ("none" if verdict is Verdict.NOT_MET else "#fff", 2.0)
    wide = 1.3 if verdict is Verdict.UNKNOWN else wide
    return f'<path d="{"".join(places)}" fill="{fill}" stroke="{mark.colour}" stroke-width="{wide}"/>'


def _label(x: float, y: float, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" dominant-baseline="central" fill="{INK}">{escape(words)}</text>'


def _scale_bar(ground: Ground) -> str:
    km = ground.bar_km()
    end = 10 + km * ground.scale
    rule = f'<path d="M10 {ground.height - 12}H{end:.1f}" stroke="{INK}" stroke-width="2"/>'
    return rule + _label(end + 6, ground.height - 12, f"{km} km")
