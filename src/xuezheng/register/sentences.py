"""Faults as sentences for people: where, what was found, what was expected, how to mend it."""

from collections.abc import Iterable

from xuezheng.catalogue.messages import sentence
from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.refusal import Parameter
from xuezheng.register.engine.faults import GRADES, Fault

_GRADES = {
    "error": {"zh": "错误", "en": "error"},
    "warning": {"zh": "警告", "en": "warning"},
    "note": {"zh": "说明", "en": "note"},
}
_LEVELS = {
    "6": {"zh": "县（6 位）", "en": "county (6 digits)"},
    "9": {"zh": "乡镇（9 位）", "en": "township (9)"},
    "12": {"zh": "村（12 位）", "en": "village (12)"},
}
_WORDS_SHOWN = 12
_LONGEST_VALUE = 120


def fault_sentence(fault: Fault, language: str) -> str:
    """Return a fault as one line: grade, place, what, next step."""
    what, next_step = fault_words(fault, language)
    grade = _GRADES[fault.grade][language]
    colon = "：" if language == "zh" else ": "
    place = f" {fault.place}" if fault.place else ""
    return printable(f"[{grade}]{place}{colon}{what}{' ' if next_step else ''}{next_step}")


def printable(line: str) -> str:
    """Return a line without control characters: a delivered text must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in line)


def _shortened(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"


def grade_word(grade: str, language: str) -> str:
    """Return the word of a grade."""
    return _GRADES[grade][language]


def fault_words(fault: Fault, language: str) -> tuple[str, str]:
    """Return what is wrong and how to mend it, without the place."""
    return sentence(fault.code, language, _shown(fault, language))


def _shown(fault: Fault, language: str) -> dict[str, Parameter]:
    place = fault.place
    params: dict[str, Parameter] = {"value": _shortened(fault.value), "number": fault.number, **fault.params}
    if place is not None:
        params |= {"file": place.file, "sheet": place.sheet, "cell": place.cell}
    if fault.table:
        params["table"] = table_word(fault.table, language)
    if fault.column:
        params["column"] = column_word(fault.table, fault.column, language)
    if "least" in fault.params:
        params["range"] = _range(fault.params.get("least"), fault.params.get("most"), language)
    if fault.code == "key_taken_from_title":
        definition = load_register_schema().tables[fault.table].columns[fault.column]
        params["value"] = code_word(definition.codes, fault.value, language)
    for name, value in fault.params.items():
        if name.endswith("_column") and isinstance(value, str):
            params[name] = column_word(str(fault.params.get("other_table") or fault.table), value, language)
        elif name == "other_table" and isinstance(value, str):
            params[name] = table_word(value, language)
        elif name == "candidate_tables" and isinstance(value, list):
            params[name] = [table_word(table, language) for table in value]
        elif name == "of_levels" and isinstance(value, list):
            params[name] = [_LEVELS[digits][language] for digits in value]
        elif name == "code_list" and isinstance(value, str):
            params["words"] = code_list_words(value, language)
        elif name.startswith("of_") and isinstance(value, str):
            params[name] = code_word(name[3:], value, language)
    return params


def _range(least: Parameter, most: Parameter, language: str) -> str:
    """Return an allowed range in words; either end may be open."""
    if most is None:
        return f"不小于 {least:g}" if language == "zh" else f"{least:g} or more"
    if least is None:
        return f"不大于 {most:g}" if language == "zh" else f"{most:g} or less"
    return f"{least:g} 至 {most:g}" if language == "zh" else f"{least:g} to {most:g}"


def table_word(table: str, language: str) -> str:
    """Return a table's name."""
    definition = load_register_schema().tables.get(table)
    return definition.in_language(language) if definition else table


def column_word(table: str, column: str, language: str) -> str:
    """Return a column's header."""
    definition = load_register_schema().tables.get(table)
    found = definition.columns.get(column) if definition else None
    return found.in_language(language) if found else column


def code_word(codes: str, code: str, language: str) -> str:
    """Return the word of a code."""
    entry = load_register_schema().codes.get(codes, {}).get(code)
    return entry.in_language(language) if entry else code


def code_list_words(codes: str, language: str) -> list[str]:
    """Return the words of a code list, the first dozen of a long one."""
    words = [entry.in_language(language) for entry in load_register_schema().codes[codes].values()]
    return words if len(words) <= _WORDS_SHOWN else [*words[:_WORDS_SHOWN], "…"]


def fault_lines(faults: Iterable[Fault], language: str, limit: int = 200) -> list[str]:
    """Return faults as lines, errors first, at most `limit` of them and then the number of the rest."""
    told = sorted(faults, key=lambda fault: GRADES.index(fault.grade))
    lines = [fault_sentence(fault, language) for fault in told[:limit]]
    if len(told) > limit:
        lines.append(sentence("faults_more", language, {"number": len(told) - limit})[0])
    return lines
