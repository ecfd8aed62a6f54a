"""The page as a browser and a reader without sight meet it: whole, offline, without script, narrow and wide."""

import io
import json
import re
import shutil
import struct
import subprocess
from collections import Counter
from html.parser import HTMLParser

import pyarrow as pa
import pytest

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import load_standard
from xuezheng.register.holdings import Holdings, SourceSheet, arrow_type
from xuezheng.standards.engine.assess import assess_county
from xuezheng.standards.engine.compiling import compiled
from xuezheng.standards.engine.county import read_county
from xuezheng.standards.engine.findings import Assessment
from xuezheng.standards.report import combined_page, write_report

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
COUNTY = "509901"
RING = [[107.0, 29.4], [107.6, 29.4], [107.6, 29.9], [107.0, 29.9], [107.0, 29.4]]
OUTLINES = {
    "outlines": {
        "type": "FeatureCollection",
        "审图号": "渝S(2024)001号",
        "features": [{"properties": {"region_code": COUNTY}, "geometry": {"type": "Polygon", "coordinates": [RING]}}],
    }
}
VOID = {"br", "col", "hr", "meta", "img", "link", "input"}


def holdings(year):
    """Twelve primary schools and a nine-year one; one name is hostile, one figure is missing, one class is too large."""
    schools, stages, facts, classes = [], [], [], []
    for number in range(13):
        code, nine = f"21500000{number:02d}", number == 12
        name = "</td><script>alert(1)</script>" if number == 5 else f"云溪县第{number + 1}小学"
        schools.append({
            "school_code": code, "name": name, "county_code": COUNTY, "kind": "nine_year" if nine else "primary",
            "location": "rural", "lon": 107.05 + number / 25, "lat": 29.45 + (number * 7 % 12) / 30,
        })  # fmt: skip
        for stage in ("primary", "junior") if nine else ("primary",):
            pupils = 120 + 31 * (number * 5 % 13) + (year - 2020)
            stages.append({
                "school_code": code, "school_year": year, "stage": stage, "pupils": pupils, "classes": 6, "teachers": 20,
                "teachers_above_degree": 18, "teachers_backbone": None if number == 7 else number % 6, "teachers_pe_arts": 4,
            })  # fmt: skip
            classes += [
                {
                    "school_code": code,
                    "school_year": year,
                    "stage": stage,
                    "grade": "1" if stage == "primary" else "7",
                    "class_no": str(n),
                    "pupils": size,
                }
                for n, size in enumerate((38, 44, 47 if number == 3 else 41))
            ]
        facts.append({
            "school_code": code, "school_year": year, "teaching_area_m2": 2400.0, "sports_area_m2": 4100.0,
            "equipment_value_yuan": 900000.0, "multimedia_rooms": 12, "music_rooms": 1, "art_rooms": 1,
        })  # fmt: skip
    rows = {"school": schools, "stage_year": stages, "school_year_facts": facts, "class_year": classes}
    rows["region"] = [{"region_code": COUNTY, "name": "云溪县"}]
    tables, sources = {}, []
    for number, (name, given) in enumerate(rows.items()):
        columns = load_register_schema().tables[name].columns
        used = [column for column in columns if any(column in row for row in given)]
        made = {column: pa.array([row.get(column) for row in given], arrow_type(columns[column])) for column in used}
        made["_source"] = pa.array([number] * len(given), pa.int32())
        made["_row"] = pa.array(range(2, len(given) + 2), pa.int32())
        tables[name] = pa.table(made)
        sources.append(SourceSheet("年报.xlsx", name, name, dict.fromkeys(used, "B")))
    return Holdings(tables, tuple(sources), "44d2", OUTLINES)


def assessed(held, name, year, changes=()):
    standard = load_standard(name)
    rules = compiled(standard, year)
    made = assess_county(rules, read_county(held, COUNTY, rules))
    return Assessment(name, year, "44d2", rules.version, tuple(made.findings), tuple(made.verdicts), changes), standard


@pytest.fixture(scope="module")
def held():
    return holdings(2023)


@pytest.fixture(scope="module")
def parts(held):
    return [assessed(held, name, 2023) for name in ("cn-compulsory-2017", "cn-compulsory-2012")]


@pytest.fixture(scope="module")
def pages(held, parts):
    history = {"cn-compulsory-2017": [assessed(holdings(y), "cn-compulsory-2017", y)[0] for y in (2021, 2022, 2023)]}
    made = {}
    for language in ("zh", "en"):
        out = io.BytesIO()
        combined_page(parts, held, out, language=language, history=history)
        made[language] = out.getvalue().decode()
    return made


@pytest.fixture(params=["zh", "en"])
def page(request, pages):
    return pages[request.param]


class Reader(HTMLParser):
    """Reads a page as a tree and notes what a reader without sight depends on."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.attributes, self.headings, self.faults, self.text = [], Counter(), [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text.append(data)


def test_nothing_is_fetched_and_nothing_runs(page):
    assert not re.search(r"<script|<link|<img|<iframe|<object|<base|@import|javascript:| on\w+=", page)
    assert not re.search(r"""(src|srcset|action|poster|data)\s*=\s*["']""", re.sub(r"data-watermark=", "", page))
    assert not re.search(r"""href\s*=\s*["'](?!#)""", page)
    assert not [address for address in re.findall(r"url\(([^)]*)\)", page) if not address.startswith("#")]
    assert not re.search(r"https?://", re.sub(r"<t[dh][^>]*>[^<]*</t[dh]>", "", page))


def test_the_structure_holds(page):
    reader = Reader(page)
    assert not reader.faults
    assert not reader.open
    assert [reader.tags[name] for name in ("h1", "main", "nav", "header", "footer")] == [1] * 5
    assert all(later - earlier <= 1 for earlier, later in zip(reader.headings, reader.headings[1:], strict=False))
    ids = [attributes["id"] for _, attributes in reader.attributes if "id" in attributes]
    assert not [name for name, count in Counter(ids).items() if count > 1]
    targets = {
        attributes["href"][1:] for _, attributes in reader.attributes if attributes.get("href", "").startswith("#")
    }
    assert targets <= set(ids)


def test_a_reader_without_sight_finds_tables_and_captions(page):
    reader = Reader(page)
    assert reader.tags["caption"] == reader.tags["table"]
    assert all("scope" in attributes for tag, attributes in reader.attributes if tag == "th")
    pictures = [a for tag, a in reader.attributes if tag == "svg" and a.get("role") == "img"]
    assert len(pictures) == reader.tags["figure"]
    assert all(a["aria-label"] for a in pictures)
    decoration = [a for tag, a in reader.attributes if tag == "svg" and a.get("role") != "img"]
    assert all(a.get("aria-hidden") == "true" for a in decoration)


def test_languages_are_declared(pages):
    assert pages["zh"].startswith('<!doctype html>\n<html lang="zh-CN">')
    assert '<html lang="en">' in pages["en"]


def test_english_is_complete(pages):
    """All Chinese on the English page is a name, a document's number, or a clause quoted as it stands."""
    text = "\n".join(Reader(pages["en"]).text).split("Clauses and sources\n")[1]
    told = text.split("Clause and certainty of each indicator")[0]
    quoted = re.compile(
        r"云溪县(第\d+小学)?|第\d+小学|教督〔\d+〕\d+号|渝S\(2024\)001号|[^\n]*（[一二三四五六七八九十]+）|社会认可度|一票否决"
    )
    left = [line for line in quoted.sub("", told).splitlines() if re.search("[\u4e00-\u9fff]", line)]
    assert not left


def test_the_numbers_of_the_findings_stand_on_the_page(pages, parts):
    text = "".join(Reader(pages["zh"]).text)
    for finding in parts[0][0].findings:
        if finding.measure == "cv" and finding.value is not None:
            assert f"{finding.value:.3f}" in text
    assert "云溪县 2023 学年尚未达到“县域义务教育优质均衡发展督导评估”的要求" in text
    assert "审图号：渝S(2024)001号" in text
    assert "39 个班中 1 个超过上限 45 人" in text
    assert "缺县级以上骨干教师" in text
    assert 'id="s-2150000003"' in pages["zh"]


def test_a_hostile_name_is_only_a_name(pages):
    assert "&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;" in pages["zh"]
    assert "<script" not in pages["zh"]


def test_lists_stand_by_code(pages):
    codes = re.findall(r'<tr id="s-(\d{10})"', pages["zh"])
    assert codes == sorted(codes)
    assert len(codes) > 3


def test_a_what_if_is_watermarked(held):
    assumed, standard = assessed(held, "cn-compulsory-2017", 2023, ("teachers_backbone[2150000001,primary]=12",))
    out = io.BytesIO()
    write_report(assumed, standard, held, "html", out)
    page = out.getvalue().decode()
    assert 'class="banner" role="note">假设情形，非实际数据 / what-if, not actual data' in page
    assert '<body class="what-if" data-watermark="假设情形，非实际数据' in page
    assert "teachers_backbone[2150000001,primary]=12" in page


def test_the_map_number_is_never_made_up(held, parts):
    out = io.BytesIO()
    bare = Holdings(held.tables, held.sources, held.snapshot)
    combined_page(parts[:1], bare, out, language="zh")
    assert "审图号" not in out.getvalue().decode()


def test_the_page_is_the_same_every_time(held, parts):
    first, second = io.BytesIO(), io.BytesIO()
    combined_page(parts[1:], held, first)
    combined_page(parts[1:], held, second)
    assert first.getvalue() == second.getvalue()


FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: the page is not drawn here")
@pytest.mark.parametrize("width", [360, 1280])
def test_chromium_draws_the_page_without_scrolling_sideways(pages, tmp_path, width):
    # The copy under test measures itself; the page has no script of its own.
    probe = "<script>document.title = JSON.stringify({page: document.documentElement.scrollWidth, body: document.body.scrollWidth})</script>"
    path = tmp_path / "page.html"
    frame = tmp_path / "frame.html"
    path.write_text(pages["zh"] + probe, encoding="utf-8")
    # A headless window is never narrower than 500 px: a frame is.
    reader = (
        "<script>onload = () => { const d = document.querySelector('iframe').contentDocument; "
        "document.title = JSON.stringify({page: d.documentElement.scrollWidth, height: d.documentElement.scrollHeight}) }</script>"
    )
    frame.write_text(
        f'<iframe src="page.html" width="{width}" height="900" style="border:0"></iframe>{reader}', encoding="utf-8"
    )
    command = [
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={tmp_path / 'profile'}",
        "--allow-file-access-from-files",
        "--dump-dom",
        frame.as_uri(),
    ]
    made = subprocess.run(command, check=True, capture_output=True, timeout=120)
    title = re.search(r"<title>(.*?)</title>", made.stdout.decode())
    assert title
    measured = json.loads(title[1])
    assert measured["page"] <= width
    assert measured["height"] > 3000


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: the page is not drawn here")
def test_chromium_takes_a_picture(pages, tmp_path):
    path, picture = tmp_path / "page.html", tmp_path / "page.png"
    path.write_text(pages["zh"], encoding="utf-8")
    command = [
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={tmp_path / 'profile'}",
        "--window-size=1280,900",
        f"--screenshot={picture}",
        path.as_uri(),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert struct.unpack(">II", picture.read_bytes()[16:24]) == (1280, 900)
