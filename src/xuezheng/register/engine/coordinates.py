"""Chinese map coordinates (GCJ-02, BD-09) back to WGS 84.

GCJ-02 shifts WGS 84 by a published approximation; its inverse is found by fixed-point iteration, which converges to
below a millimetre. Source: the widely published form of the transform (a Krasovsky ellipsoid and sums of sines).
"""

import numpy as np

_AXIS = 6378245.0
_ECCENTRICITY = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_ITERATIONS = 12


def wgs84_from_gcj02(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return WGS 84 degrees for GCJ-02 degrees; NaN stays NaN."""
    wgs_lon, wgs_lat = lon.copy(), lat.copy()
    for _ in range(_ITERATIONS):
        there_lon, there_lat = gcj02_from_wgs84(wgs_lon, wgs_lat)
        wgs_lon, wgs_lat = wgs_lon + lon - there_lon, wgs_lat + lat - there_lat
    return wgs_lon, wgs_lat


def gcj02_from_wgs84(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return GCJ-02 degrees for WGS 84 degrees within China."""
    x, y = lon - 105.0, lat - 35.0
    d_lat = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x)) + _waves(x, 6.0, 2.0)
    d_lat += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    d_lat += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    d_lon = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x)) + _waves(x, 6.0, 2.0)
    d_lon += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    d_lon += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    radians = lat / 180 * np.pi
    bend = 1 - _ECCENTRICITY * np.sin(radians) ** 2
    root = np.sqrt(bend)
    lat_degrees = d_lat * 180 / ((_AXIS * (1 - _ECCENTRICITY)) / (bend * root) * np.pi)
    lon_degrees = d_lon * 180 / (_AXIS / root * np.cos(radians) * np.pi)
    return lon + lon_degrees, lat + lat_degrees


def gcj02_from_bd09(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return GCJ-02 degrees for BD-09 degrees."""
    x, y = lon - 0.0065, lat - 0.006
    radius = np.sqrt(x * x + y * y) - 0.00002 * np.sin(y * _BD_TURN)
    angle = np.arctan2(y, x) - 0.000003 * np.cos(x * _BD_TURN)
    return radius * np.cos(angle), radius * np.sin(angle)


def wgs84(system: str, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return WGS 84 degrees, rounded to 1e-7, for degrees in `gcj02` or `bd09`."""
    if system == "bd09":
        lon, lat = gcj02_from_bd09(lon, lat)
    found_lon, found_lat = wgs84_from_gcj02(lon, lat)
    return np.round(found_lon, 7), np.round(found_lat, 7)


def _waves(x: np.ndarray, fast: float, slow: float) -> np.ndarray:
    waves: np.ndarray = (20 * np.sin(fast * x * np.pi) + 20 * np.sin(slow * x * np.pi)) * 2 / 3
    return waves
