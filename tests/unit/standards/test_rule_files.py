"""Reading rule files: extension by id and by day, and every way in which a bad file is refused by name."""

from datetime import date

import pytest

from xuezheng.catalogue.messages import load_messages
from xuezheng.catalogue.standard import load_standard, standard_files
from xuezheng.kernel.refusal import InvalidRule, NotFound, Refusal
from xuezheng.standards.engine.cases import check_case
from xuezheng.standards.engine.compiling import compiled, rules_version
from xuezheng.standards.engine.evaluate import assess_plainly
from xuezheng.standards.engine.rules import in_force

HEAD = """
id: local
title: {zh: 标准, en: standard}
document: {name: {zh: 办法, en: method}, number: "1", issued: 2020-01-01}
effective: 2020-01-01
stages: [primary]
"""
RATIO = """indicators:
  - {id: A, number: "1", title: {zh: 甲, en: a}, level: unit, formula: "teachers / pupils", unit: ratio%s}
"""
LINE = ', line: {op: ">=", values: [{from: 2020-01-01, value: 1}]}'
PLAIN = HEAD + RATIO % ""


def file(tmp_path, text, name="local"):
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def compiled_file(tmp_path, text):
    return compiled(load_standard(file(tmp_path, text)), 2023)


def test_an_extension_overrides_a_value_by_stage_and_day_and_keeps_the_rest(tmp_path):
    text = """
id: local
extends: cn-compulsory-2017
indicators:
  - id: R1
    line: {values: {primary: [{from: 2022-09-01, value: 4.5}]}}
  - {id: G7, line: {values: {all: [{from: 2025-09-01, value: 7000, mark: M}]}}}
"""
    standard, nation = load_standard(file(tmp_path, text)), load_standard("cn-compulsory-2017")
    requirement = {y: compiled(standard, y).indicator("R1").value.line.at("primary") for y in (2021, 2022, 2023)}
    assert requirement == {2021: 4.2, 2022: 4.5, 2023: 4.5}
    assert compiled(standard, 2023).indicator("R1").value.line.at("junior") == 5.3
    assert {y: compiled(standard, y).indicator("G7").value.line.at(None) for y in (2024, 2025)} == {
        2024: 6000,
        2025: 7000,
    }
    assert [i.id for i in standard.indicators] == [i.id for i in nation.indicators]
    assert (standard.extends, standard.root, standard.cases) == ("cn-compulsory-2017", "cn-compulsory-2017", ())
    assert rules_version(standard) != rules_version(nation)


def test_a_value_for_one_stage_laid_over_a_value_for_all_leaves_the_other_stages(tmp_path):
    text = """
id: local
extends: cn-compulsory-2017
indicators:
  - {id: G3, line: {values: {primary: [{from: 2022-09-01, value: 2}]}}}
  - {id: R2, line: {values: [{from: 2022-09-01, value: 1.2}]}}
"""
    standard = load_standard(file(tmp_path, text))
    for year, of_rooms, of_backbone in ((2021, 1, 1), (2022, 2, 1.2)):
        rooms, backbone = (compiled(standard, year).indicator(name).value.line for name in ("G3", "R2"))
        assert (rooms.at("primary"), rooms.at("junior"), rooms.at(None)) == (of_rooms, 1, 1)
        assert (backbone.at("primary"), backbone.at("junior")) == (of_backbone, of_backbone)


def test_the_same_day_replaces_a_value(tmp_path):
    text = "id: local\nextends: cn-compulsory-2017\nparameters: {small_point_pupils: {values: [{from: 2017-04-26, value: 60}]}}\n"
    held = load_standard(file(tmp_path, text)).parameters["small_point_pupils"]
    assert [(dated.start, dated.value) for dated in held.values] == [(date(2017, 4, 26), 60)]
    assert held.mark == "P"


def test_an_extension_adds_an_indicator_after_the_others(tmp_path):
    text = "id: local\nextends: cn-compulsory-2017\n" + RATIO % ""
    standard = load_standard(file(tmp_path, text))
    assert standard.indicators[-1].id == "A"
    assert compiled(standard, 2023).indicator("A").judged_keys == ()


def test_judged_items_of_an_extension_keep_the_root_s_keys(tmp_path):
    file(tmp_path, "id: middle\nextends: cn-compulsory-2017\n", "middle")
    standard = load_standard(file(tmp_path, "id: local\nextends: middle\n"))
    assert (standard.extends, standard.root) == ("middle", "cn-compulsory-2017")
    assert compiled(standard, 2023).indicator("G1").judged_keys == ("cn-compulsory-2017.G1", "G1")


def test_a_procedure_is_replaced_whole_and_chongqing_has_no_prefecture():
    steps = load_standard("cn-compulsory-2017-chongqing").procedure
    assert [step.title.zh for step in steps] == ["区县自评", "市级评估", "国家认定"]
    assert steps[0].month == 12
    assert len(load_standard("cn-compulsory-2017").procedure) == 4


def test_a_value_before_its_first_day_is_the_first_one():
    schedule = load_standard("cn-preschool-2020").parameters["small_class_limit"].values
    assert in_force(schedule, 1999) == 25


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "catalogue_not_mapping"),
        ("- a", "catalogue_not_mapping"),
        ("id: [", "catalogue_not_yaml"),
        ("!!python/object/apply:os.system ['true']", "catalogue_not_yaml"),
        ("id: local\nextends: local", "standard_circle"),
        ("id: local\nextends: cn-compulsory-2017\nindicators: [{id: [R1]}]", "catalogue_invalid"),
        ("id: local\nextends: cn-compulsory-2017\nindicators: null", "catalogue_invalid"),
        ("id: local\nextends: cn-compulsory-2017\nunit_rule: {near_ratio: [{from: [1], value: 1}]}", "catalogue_invalid"),
        (PLAIN + "surprise: 1", "catalogue_invalid"),
        (PLAIN.replace("issued: 2020-01-01", "issued: soon"), "catalogue_invalid"),
        (PLAIN.replace("stages: [primary]", "stages: []"), "catalogue_invalid"),
        (HEAD + RATIO % ', line: {op: ">=", values: []}', "catalogue_invalid"),
        (HEAD + RATIO % ', line: {op: "~", values: [{from: 2020-01-01, value: 1}]}', "catalogue_invalid"),
        (HEAD + RATIO % LINE.replace("value: 1", "value: .nan"), "catalogue_invalid"),
        (HEAD + RATIO % ", judged: {question: {zh: 问, en: q}}", "catalogue_invalid"),
        (HEAD + RATIO % (LINE + ", lever: {unit: person, act: {zh: 加, en: add}}"), "catalogue_invalid"),
        (HEAD + RATIO % (LINE + ', lever: {name: teachers, unit: person, act: {zh: "{x}", en: add}}'), "catalogue_invalid"),
        (PLAIN.replace("level: unit", "level: county, applies: 'pupils > 0'"), "catalogue_invalid"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_its_form_is_refused_by_name(tmp_path, text, code):
    with pytest.raises(InvalidRule) as refused:
        load_standard(file(tmp_path, text))
    assert refused.value.code == code
    assert refused.value.place.file == "local.yaml"


@pytest.mark.parametrize("parent", ["nowhere", "../../etc/passwd", "..", "[a, b]", "/etc/passwd"])
def test_an_unknown_parent_is_not_found_and_nothing_beyond_the_folder_is_read(tmp_path, parent):
    with pytest.raises(NotFound) as refused:
        load_standard(file(tmp_path, f"id: local\nextends: {parent}\n"))
    assert refused.value.code == "standard_not_found"


def test_two_files_that_extend_each_other_are_refused(tmp_path):
    file(tmp_path, "id: other\nextends: local\n", "other")
    with pytest.raises(InvalidRule) as refused:
        load_standard(file(tmp_path, "id: local\nextends: other\n"))
    assert refused.value.code == "standard_circle"


def test_an_unknown_id_names_those_that_are_there():
    with pytest.raises(NotFound) as refused:
        load_standard("cn-compulsory-1999")
    assert "cn-compulsory-2017" in refused.value.params["known"]


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [
        (PLAIN + "balance: {of: [Z]}", "rule_reference", "Z"),
        (PLAIN + "balance: {of: [A], weights: kind}", "rule_reference", "kind"),
        (PLAIN + "unit_rule: {of: [A], met_at_least: 1, near_ratio: [{from: 2020-01-01, value: 1}]}", "rule_reference", "A"),
        (PLAIN + 'composite: {id: C, title: {zh: 乙, en: c}, of: [A], limit: {op: "<=", values: [{from: 2020-01-01, value: 1}]}}', "rule_reference", "A"),
        (PLAIN + "balance: {of: [A]}\n" + 'composite: {id: A, title: {zh: 乙, en: c}, of: [A], limit: {op: "<=", values: [{from: 2020-01-01, value: 1}]}}', "rule_id_twice", "A"),
        (PLAIN + RATIO.split("\n", 1)[1] % "", "rule_id_twice", "A"),
        (PLAIN.replace("stages: [primary]", "stages: [nursery]"), "rule_reference", "nursery"),
        (PLAIN + "split: {weights: {kindergarten: 1}, columns: [books]}", "rule_reference", "kindergarten"),
        (PLAIN + "split: {weights: {primary: 1}, columns: [shelves]}", "rule_reference", "shelves"),
        (PLAIN + "split: {weights: {primary: 0}, columns: [books]}", "rule_reference", "primary: 0.0"),
        (PLAIN + "derived: {x: {level: unit, from: unit, take: sum, of: pupils}}", "rule_reference", "x: unit"),
        (PLAIN + "derived: {x: {level: unit, from: funds_year, take: sum, of: yuan}}", "rule_reference", "x: funds_year"),
        (PLAIN + "derived: {x: {level: school, from: population_year, take: sum, of: children}}", "rule_reference", "x: population_year"),
        (PLAIN + "derived: {x: {level: unit, from: class_year, take: sum}}", "rule_reference", "sum (class_year)"),
        (PLAIN + "derived: {books: {level: unit, from: class_year, take: count}}", "rule_name", "books"),
        (PLAIN + "parameters: {Big: {title: {zh: 大, en: big}, values: [{from: 2020-01-01, value: 1}]}}", "rule_name", "Big"),
        (HEAD + RATIO % (LINE + ", lever: {name: books, unit: volume, act: {zh: 加, en: add}}"), "rule_lever", "books"),
        (PLAIN.replace("teachers / pupils", "teachers / children"), "expression_unknown_name", "children"),
        (PLAIN.replace("teachers / pupils", "kind"), "expression_kind", "text"),
    ],
)  # fmt: skip
def test_rules_that_refer_to_what_is_not_there_are_refused_by_name(tmp_path, text, code, found):
    with pytest.raises(InvalidRule) as refused:
        compiled_file(tmp_path, text)
    assert (refused.value.code, refused.value.params["found"]) == (code, found)


CASE = "cases: [{title: {zh: 例, en: case}, given: {school: [%s], stage_year: [%s]}, findings: [%s]}]"
SCHOOL = '{school_code: "2150000001", county_code: "509901", kind: primary}'
RETURN = '{school_code: "2150000001", stage: primary, pupils: 20, teachers: 1}'


@pytest.mark.parametrize(
    ("school", "returned", "expected", "code"),
    [
        (SCHOOL.replace("kind", "sort"), RETURN, "{indicator: A}", "case_unknown_name"),
        (SCHOOL, RETURN, "{indicater: A}", "case_unknown_name"),
        (SCHOOL, RETURN.replace("20", "twenty"), "{indicator: A}", "case_value"),
        (SCHOOL.replace("kind: primary", "opened: soon"), RETURN, "{indicator: A}", "case_value"),
        (SCHOOL, RETURN, "{indicator: A, value: 0.05, tolerance: 1e-6}", "case_value"),
    ],
)
def test_a_case_that_does_not_fit_the_register_is_refused(tmp_path, school, returned, expected, code):
    standard = load_standard(file(tmp_path, PLAIN + CASE % (school, returned, expected)))
    with pytest.raises(InvalidRule) as refused:
        check_case(standard.cases[0], standard, assess_plainly)
    assert refused.value.code == code


def test_a_case_that_does_not_hold_says_what_was_expected_and_what_was_found(tmp_path):
    expected = "{subject: '2150000001', indicator: A, value: 0.06}, {indicator: B}, {indicator: A, tolerance: 0.1}"
    standard = load_standard(file(tmp_path, PLAIN + CASE % (SCHOOL, RETURN, expected)))
    misses = check_case(standard.cases[0], standard, assess_plainly)
    assert [miss.found for miss in misses] == ["{'value': 0.05}", "0 findings"]


@pytest.mark.parametrize("name", list(standard_files()))
def test_every_standard_of_the_catalogue_says_clause_source_and_mark_everywhere(name):
    standard = load_standard(name)
    compiled(standard, 2023)
    for indicator in standard.indicators:
        sources = [indicator, indicator.line, indicator.judged, *indicator.conditions]
        assert all(s.clause and s.source and s.mark for s in sources if s), indicator.id
        assert indicator.title.zh.strip(), indicator.id
        assert indicator.title.en.strip(), indicator.id
        assert indicator.group in standard.groups, indicator.id
    assert all(p.clause and p.source for p in standard.parameters.values())


def test_the_2017_standard_has_32_numbers_and_the_ids_that_the_field_expects():
    held = {i.id: i.number for i in load_standard("cn-compulsory-2017").indicators}
    main = [number for number in held.values() if number.isdigit()]
    assert main == [str(number) for number in range(1, 33)]
    assert [held[f"R{n}"] for n in range(1, 8)] == [str(n) for n in range(1, 8)]
    assert [held[f"G{n}"] for n in range(1, 16)] == [str(n + 7) for n in range(1, 16)]
    assert [held[f"Q{n}"] for n in range(1, 10)] == [str(n + 22) for n in range(1, 10)]
    assert held["S1"] == "32"
    assert {i: held[i] for i in ("G4.1", "G5.1", "G11.1", "G13.1")} == {
        "G4.1": "11.1", "G5.1": "12.1", "G11.1": "18.1", "G13.1": "20.1",
    }  # fmt: skip
    assert sorted(i for i in held if i.startswith("V")) == [f"V{n}" for n in range(1, 8)]


def test_every_refusal_of_rules_has_its_words_in_both_languages():
    messages = load_messages()
    for code in ("standard_not_found", "standard_circle", "rule_reference", "rule_id_twice", "rule_name", "case_value",
                 "case_unknown_name", "catalogue_invalid", "catalogue_not_yaml", "catalogue_not_mapping"):  # fmt: skip
        assert code in messages


def test_a_refusal_of_a_rule_leaves_with_its_own_exit_status():
    assert issubclass(InvalidRule, Refusal)
    assert InvalidRule.exit_status == 17


def test_an_id_that_stands_twice_in_an_extension_is_refused(tmp_path):
    text = "id: own\nextends: cn-compulsory-2012\nindicators: [{id: B1, unit: ratio}, {id: B1, unit: person}]\n"
    with pytest.raises(InvalidRule) as refused:
        compiled_file(tmp_path, text)
    assert (refused.value.code, refused.value.params["found"]) == ("rule_id_twice", "B1")


def test_a_key_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(InvalidRule) as refused:
        compiled_file(tmp_path, "id: own\nextends: cn-compulsory-2012\neffective: 2020-01-01\neffective: 2021-01-01\n")
    assert refused.value.code == "catalogue_not_yaml"
    assert "effective" in str(refused.value.params["detail"])


def test_only_an_upper_line_can_be_exceeded_by_a_part_of_the_value(tmp_path):
    text = "id: own\nextends: cn-compulsory-2017\nindicators: [{id: R1, at_least: teachers_above_degree}]\n"
    with pytest.raises(InvalidRule) as refused:
        compiled_file(tmp_path, text)
    assert refused.value.params["found"] == "at_least"
