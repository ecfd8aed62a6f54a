"""Charts and maps: text stays text, nothing from outside, labels do not lie on each other."""

import struct

from xuezheng.documents import charts, maps
from xuezheng.kernel.verdict import Verdict

POINTS = [
    charts.Point(5.0, Verdict.MET),
    charts.Point(3.9, Verdict.NEAR),
    charts.Point(2.0, Verdict.NOT_MET, "石桥小学"),
    charts.Point(2.1, Verdict.NOT_MET, "龙门小学"),
    charts.Point(60.0, Verdict.MET),
]


def test_svg_keeps_text_and_names_nothing_outside():
    spec = charts.points_against_line(POINTS, 4.2, charts.Words(x="各校", line="标准 4.2"))
    svg = charts.as_svg(spec, 'R1 "甲" <乙>')
    assert svg.startswith('<svg role="img" aria-label="R1 &quot;甲&quot; &lt;乙>"')
    for text in ("标准 4.2", "石桥小学", "龙门小学", "各校"):
        assert f">{text}</text>" in svg
    assert "http" not in svg
    assert "url(" not in svg


def test_values_far_above_are_drawn_on_the_edge_and_counted():
    assert charts.beyond_edge(POINTS, 4.2) == 1
    assert charts.upper_edge(POINTS, 4.2) < 60
    assert charts.beyond_edge(POINTS, None) == 0


def test_numbers_in_texts_keep_their_decimals():
    bar = charts.Bar("R1 教师", 0.4996, "0.4996 达标", 0.5, Verdict.MET, 0.51)
    svg = charts.as_svg(charts.bars_against_limit([bar], charts.Words(x="差异系数")), "均衡")
    assert ">0.4996 达标</text>" in svg


def test_a_chart_of_nothing_is_drawn():
    assert charts.as_svg(charts.points_against_line([], None, charts.Words()), "空")
    assert charts.as_svg(charts.bars_against_limit([], charts.Words()), "空")
    assert charts.as_svg(charts.lines_over_years([], None), "空")


def test_png_has_the_size_of_the_specification():
    spec = charts.columns_of_counts([(44, 3), (45, 2), (46, 1)], 45, charts.Words(x="人", y="班", line="上限 45 人"))
    png = charts.as_png(spec, scale=1)
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG")
    assert 440 < width < 560
    assert 160 < height < 260


def test_trend_has_a_panel_for_each_series():
    rows = [(2022, "R1", 0.4), (2023, "R1", 0.45), (2022, "R2", 0.3), (2023, "R2", 0.312)]
    svg = charts.as_svg(charts.lines_over_years(rows, 0.5), "历年")
    for text in ("R1", "R2", "0.45", "0.312"):
        assert f">{text}</text>" in svg


COUNTY = [[107.0, 29.0], [107.4, 29.0], [107.4, 29.3], [107.0, 29.3], [107.0, 29.0]]
OUTLINE = {
    "type": "FeatureCollection",
    "features": [
        {"properties": {"region_code": "509901"}, "geometry": {"type": "Polygon", "coordinates": [COUNTY]}},
        {"properties": {"region_code": "509902"}, "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [90, 80]]]}},
    ],
}
SITES = [maps.Site(107.1, 29.1, Verdict.NOT_MET, "石桥小学"), maps.Site(107.2, 29.2, Verdict.MET)]


def test_a_map_needs_a_place_and_takes_points_alone():
    assert maps.map_of_sites([], None) is None
    svg = charts.as_svg(maps.map_of_sites(SITES, None), "分布")
    assert ">石桥小学</text>" in svg
    assert " km</text>" in svg


def test_outlines_come_alone_or_by_name_and_only_of_the_county():
    alone = maps.map_of_sites(SITES, OUTLINE, county="509901")
    by_name = maps.map_of_sites(SITES, {"outlines": OUTLINE}, county="509901")
    assert alone == by_name
    assert alone["width"] > alone["height"] > 300


def test_an_approval_number_is_shown_only_where_it_is_given():
    assert maps.approval_number(None) == maps.approval_number(OUTLINE) == ""
    assert maps.approval_number({"a": {**OUTLINE, "审图号": "渝S(2024)001号"}}) == "渝S(2024)001号"
