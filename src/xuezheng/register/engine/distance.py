"""How far two places are from each other."""

from math import asin, cos, radians, sin, sqrt

_EARTH_KM = 6371.0088


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the kilometres between two places (longitude, latitude in degrees) along the surface: haversine formula."""
    (lon_1, lat_1), (lon_2, lat_2) = (tuple(map(radians, place)) for place in (one, other))
    half = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
