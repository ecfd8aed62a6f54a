"""Every case written beside the kinds of cases holds; what is wrong with a kind's file is said."""

import pytest
import yaml

from xuezheng.cases.engine.readable import check_readable
from xuezheng.catalogue.case_kinds import load_kind, load_kinds
from xuezheng.catalogue.loader import data_folder
from xuezheng.catalogue.messages import load_messages
from xuezheng.catalogue.work_calendar import load_work_calendar
from xuezheng.kernel.refusal import InvalidRule

KINDS = load_kinds()
CASES = [(name, number) for name, kind in KINDS.items() for number in range(len(kind.cases))]


@pytest.mark.parametrize(("name", "number"), CASES, ids=[f"{n}-{KINDS[n].cases[i].title.en[:60]}" for n, i in CASES])
def test_the_case_holds(name, number):
    assert check_readable(KINDS[name].cases[number], KINDS[name], load_work_calendar()) == []


def test_a_case_that_says_something_else_is_found_out():
    kind = KINDS["decision"]
    told = kind.cases[0]
    wrong = told.model_copy(update={"ends": "closed", "course": (*told.course[:1], *told.course[2:])})
    assert check_readable(wrong, kind, load_work_calendar()) != []


def test_every_kind_has_cases_and_every_refusal_in_them_has_a_sentence():
    assert [name for name, kind in KINDS.items() if not kind.cases] == []
    codes = {taken.refused for kind in KINDS.values() for case in kind.cases for taken in case.course} - {""}
    assert sorted(codes - load_messages().keys()) == []


def changed(tmp_path, **changes):
    content = yaml.safe_load((data_folder() / "cases" / "hazard.yaml").read_text("utf-8"))
    path = tmp_path / "hazard.yaml"
    path.write_text(yaml.safe_dump(content | changes, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"default_level": "severe"}, "default_level severe"),
        ({"lights": "rainbow"}, "scheme"),
        ({"extension": None}, "extensions and the steps"),
        ({"pauses": {"weather": {"title": {"zh": "天气", "en": "Weather"}, "source": "无"}}}, "clock stops only"),
        ({"steps": {"hand_out": {}, "receive": {}}, "extension": None}, "state in_hand is a dead end"),
        ({"steps": {"hand_out": {"to": "nowhere"}}, "extension": None}, "leads to nowhere"),
        ({"steps": {"invented": {}}, "extension": None}, "steps.invented.title"),
        ({"control": {"needed_in": ["mended"]}}, "control in mended"),
    ],
)
def test_a_kind_that_is_not_whole_is_refused_and_says_why(tmp_path, changes, fault):
    with pytest.raises(InvalidRule) as refused:
        load_kind(changed(tmp_path, **changes))
    assert any(fault in told for told in refused.value.params["faults"])


def test_a_county_may_lay_its_own_words_over_a_step(tmp_path):
    content = yaml.safe_load((data_folder() / "cases" / "hazard.yaml").read_text("utf-8"))
    content["steps"]["close"] = {"title": {"zh": "闭环", "en": "Close the loop"}}
    path = changed(tmp_path, steps=content["steps"])
    assert load_kind(path).steps["close"].title.zh == "闭环"
    assert load_kind(path).steps["close"].from_ == ("verified",)
