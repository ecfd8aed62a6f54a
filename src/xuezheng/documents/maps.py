"""Maps of a county from its own outlines: no tiles, no outside source. Points are drawn by verdict and shape."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from xuezheng.documents.charts import LABEL_SIZE, Spec, chart_of, overlap, styled, text_width, verdict_marks
from xuezheng.documents.look import INK, MUTED, RULE, TINT
from xuezheng.documents.outlines import approval_number, collections_of
from xuezheng.kernel.verdict import Verdict

__all__ = ["Site", "approval_number", "map_of_sites"]

KM_PER_DEGREE = 111.32
COUNTY_DIGITS = 6
Ring = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Site:
    """A school on the map, in degrees WGS 84; `label` is drawn where there is room for it."""

    lon: float
    lat: float
    verdict: Verdict
    label: str = ""


def map_of_sites(
    sites: Sequence[Site],
    outlines: Mapping[str, object] | None,
    *,
    county: str = "",
    width: int = 680,
    max_height: int = 560,
) -> Spec | None:
    """Return a map of sites over the outlines of the county and its townships; None where there is no place at all.

    `outlines` is GeoJSON, or several by name; without them the points stand alone. Features with a region code are
    drawn only where it is of `county`.
    """
    rings = list(rings_of(outlines, county))
    places = [(lon, lat) for ring, _ in rings for lon, lat in ring] + [(site.lon, site.lat) for site in sites]
    if not places:
        return None
    ground = Ground(places, width, max_height)
    layers: list[Any] = []
    for level in (False, True):
        lines = [
            {"x": ground.x(lon), "y": ground.y(lat), "ring": number, "order": order}
            for number, (ring, whole) in enumerate(rings)
            if whole is level
            for order, (lon, lat) in enumerate(ring)
        ]
        if lines:
            layers.append(
                chart_of(lines)
                .mark_line(
                    color=MUTED if level else RULE,
                    strokeWidth=1.3 if level else 0.8,
                    fill=None if level else TINT,
                    strokeJoin="round",
                )
                .encode(x=ground.axis("x"), y=ground.axis("y"), detail="ring:N", order="order:Q")
            )
    for verdict in (Verdict.MET, Verdict.UNKNOWN, Verdict.NEAR, Verdict.NOT_MET):
        here = [{"x": ground.x(s.lon), "y": ground.y(s.lat)} for s in sites if s.verdict is verdict]
        if here:
            layers.append(verdict_marks(here, verdict).encode(x=ground.axis("x"), y=ground.axis("y")))
    labels = ground.labels(sites)
    if labels:
        layers.append(
            chart_of(labels)
            .mark_text(align="left", baseline="middle", fontSize=LABEL_SIZE, color=INK, stroke="#fff", strokeWidth=0)
            .encode(x=ground.axis("x"), y=ground.axis("y"), text="label:N")
        )
    layers += ground.scale_bar()
    return styled(alt.layer(*layers), ground.width, ground.height)


class Ground:
    """The flat ground of a map: degrees become kilometres at the county's latitude, and those become points."""

    def __init__(self, places: Sequence[tuple[float, float]], width: int, max_height: int) -> None:
        lons, lats = [lon for lon, _ in places], [lat for _, lat in places]
        self.west, self.south = min(lons), min(lats)
        self.shrink = math.cos(math.radians((self.south + max(lats)) / 2))
        wide = max((max(lons) - self.west) * self.shrink * KM_PER_DEGREE, 1.0)
        high = max((max(lats) - self.south) * KM_PER_DEGREE, 1.0)
        self.scale = min((width - 20) / wide, (max_height - 44) / high)
        self.width, self.height = round(wide * self.scale) + 20, round(high * self.scale) + 44

    def x(self, lon: float) -> float:
        """Return how far to the right a longitude lies."""
        return round((lon - self.west) * self.shrink * KM_PER_DEGREE * self.scale + 10, 1)

    def y(self, lat: float) -> float:
        """Return how far up a latitude lies."""
        return round((lat - self.south) * KM_PER_DEGREE * self.scale + 34, 1)

    def axis(self, name: str) -> Any:
        """Return an axis that shows the ground as it is: no ticks, no rounding."""
        extent = self.width if name == "x" else self.height
        channel = alt.X if name == "x" else alt.Y
        return channel(f"{name}:Q", axis=None, scale=alt.Scale(domain=[0, extent], nice=False, zero=False))

    def labels(self, sites: Sequence[Site]) -> list[dict[str, Any]]:
        """Place as many labels as fit beside their sites without lying on each other."""
        taken = [(self.x(s.lon) - 5, self.y(s.lat) - 5, self.x(s.lon) + 5, self.y(s.lat) + 5) for s in sites if s.label]
        placed = []
        for site in sites:
            wide = text_width(site.label)
            for dx, dy in ((7, 0), (-wide - 7, 0), (-wide / 2, 12), (-wide / 2, -12)) if site.label else ():
                left, middle = self.x(site.lon) + dx, self.y(site.lat) + dy
                box = (left, middle - 6, left + wide, middle + 6)
                if box[0] >= 0 and box[2] <= self.width and not any(overlap(box, other) for other in taken):
                    taken.append(box)
                    placed.append({"x": left, "y": middle, "label": site.label})
                    break
        return placed

    def bar_km(self) -> int:
        """Return a round length that takes up to a third of the width."""
        return next((km for km in (50, 20, 10, 5, 2, 1) if km * self.scale <= self.width / 3), 1)

    def scale_bar(self) -> list[Any]:
        """Return the layers of the bar that tells the scale."""
        km = self.bar_km()
        bar = [{"x": 10, "y": 12, "x2": 10 + km * self.scale, "label": f"{km} km"}]
        base = chart_of(bar)
        return [
            base.mark_rule(color=INK, strokeWidth=2).encode(x=self.axis("x"), x2="x2:Q", y=self.axis("y")),
            base.mark_text(align="left", dx=6, fontSize=LABEL_SIZE, color=INK).encode(
                x=alt.X("x2:Q"), y=self.axis("y"), text="label:N"
            ),
        ]


def rings_of(outlines: Mapping[str, object] | None, county: str) -> Iterator[tuple[Ring, bool]]:
    """Yield the rings of the county's features, each with whether it belongs to the county as a whole."""
    for outline in collections_of(outlines):
        features = outline.get("features")
        listed: list[Any] = features if isinstance(features, list) else [outline]
        for feature in listed:
            properties = feature.get("properties") or {}
            code = str(properties.get("region_code") or properties.get("code") or properties.get("county_code") or "")
            if code and not code.startswith(county):
                continue
            whole = len(code) == COUNTY_DIGITS or properties.get("level") == "county"
            yield from ((ring, whole) for ring in _polygon_rings(feature.get("geometry") or feature))


def _polygon_rings(geometry: Mapping[str, Any]) -> Iterator[Ring]:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates") or []
    for polygon in {"Polygon": [coordinates], "MultiPolygon": coordinates}.get(str(kind), []):
        for ring in polygon:
            yield [(float(place[0]), float(place[1])) for place in ring]
