"""The county's and its townships' outlines as GeoJSON: features with `region_code`, `name` and `level`."""

from math import ceil, hypot
from typing import Any

from xuezheng.register.demonstration.geography import BORDER_STEP_KM, Ground, Point, Ring

Edge = tuple[Point, Point]


def county_outlines(ground: Ground) -> dict[str, Any]:
    """Return a feature collection: the county first, then its townships by code; rings run counter-clockwise."""
    cells = [_fine(_welded(township.cell)) for township in ground.townships]
    features = [_feature(ground, _outer_ring(cells), ground.county.code, ground.county.name, "county")]
    for township, cell in zip(ground.townships, cells, strict=True):
        features.append(_feature(ground, cell, township.code, township.name, "township"))
    return {"type": "FeatureCollection", "features": features}


def _feature(ground: Ground, ring: Ring, code: str, name: str, level: str) -> dict[str, Any]:
    shown = [list(ground.lon_lat(place)) for place in [*ring, ring[0]]]
    properties = {"region_code": code, "name": name, "level": level}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [shown]}}


def _welded(ring: Ring) -> Ring:
    """Round corners, so that neighbours share them exactly, and drop those that fall together."""
    rounded = [(round(x, 5), round(y, 5)) for x, y in ring]
    return [place for index, place in enumerate(rounded) if place != rounded[index - 1]]


def _fine(ring: Ring) -> Ring:
    """Cut long edges into steps: the same steps from either side, so that the border stays shared when bent."""
    fine: Ring = []
    for index, end in enumerate(ring):
        start = ring[index - 1]
        low, high = min(start, end), max(start, end)
        count = max(1, ceil(hypot(high[0] - low[0], high[1] - low[1]) / BORDER_STEP_KM))
        steps = [
            (round(low[0] + (high[0] - low[0]) * i / count, 5), round(low[1] + (high[1] - low[1]) * i / count, 5))
            for i in range(1, count)
        ]
        fine.extend(steps if start == low else reversed(steps))
        fine.append(end)
    return fine


def _outer_ring(cells: list[Ring]) -> Ring:
    """Chain the edges that only one cell has."""
    edges: dict[Edge, int] = {}
    for cell in cells:
        for index, end in enumerate(cell):
            edges[cell[index - 1], end] = edges.get((cell[index - 1], end), 0) + 1
    following = {start: end for start, end in edges if (end, start) not in edges}
    ring = [min(following)]
    while (place := following[ring[-1]]) != ring[0]:
        ring.append(place)
    return ring
