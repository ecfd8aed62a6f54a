"""A map as an SVG file: every site in its shape, the ground the right way up, names escaped."""

import re
from xml.etree import ElementTree as ET

from xuezheng.documents.map_file import map_file
from xuezheng.documents.maps import Site
from xuezheng.kernel.verdict import Verdict

OUTLINE = {
    "type": "Feature",
    "properties": {"region_code": "509901"},
    "geometry": {"type": "Polygon", "coordinates": [[[107, 29], [108, 29], [108, 30], [107, 30], [107, 29]]]},
}


def test_every_verdict_has_its_own_shape_and_north_is_up():
    north, south = Site(107.5, 29.9, Verdict.NOT_MET), Site(107.5, 29.1, Verdict.MET)
    drawn = map_file([north, south], OUTLINE, county="509901").decode()
    places = {shape: float(y) for y, shape in re.findall(r"M[\d.]+ ([\d.]+)(m-2\.7|m-3\.8)", drawn)}
    assert places["m-3.8"] < places["m-2.7"]  # counted from the top
    assert ET.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own drawing


def test_names_are_text_and_never_markup():
    drawn = map_file([Site(107.5, 29.5, Verdict.NOT_MET, "<b>一&二")], None).decode()
    assert "&lt;b&gt;一&amp;二" in drawn
    assert "style=" not in drawn


def test_no_place_is_no_map():
    assert map_file([], None) is None
