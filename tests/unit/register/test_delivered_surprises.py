"""Sheets as offices really deliver them: damaged codes, signatures below the money, keys that nobody reads."""

from xuezheng.register.delivery import read_delivery

SCHOOLS = "学校标识码,学校名称,县区代码,学校类别\n2150000001,一小,509901,小学\n2150000002,二小,509901,小学\n"


def delivered(folder, **files):
    for name, text in {"school": SCHOOLS, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_delivery([folder])


def told(faults):
    return [(fault.code, fault.place.cell, fault.value) for fault in faults]


def test_a_code_that_lost_its_digits_is_refused_in_a_text_too(tmp_path):
    rows = "学校标识码,学年,学段,在校生数\n2.15E+09,2023,小学,4E2\n2.150000001E9,2023,小学,400\n"
    delivery = delivered(tmp_path, stage_year=rows)
    assert told(delivery.errors) == [("code_in_scientific_notation", "A2", "2.15E+09")]
    assert delivery.holdings.tables["stage_year"].column("school_code").to_pylist() == ["2150000001"]
