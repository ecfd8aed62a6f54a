"""Another county of the same shape under another code and name: for installations that hold several."""

from typing import Any

from xuezheng.register.demonstration.county import County
from xuezheng.register.demonstration.parameters import Tables, load_parameters

_CODE_COLUMNS = ("county_code", "township_code", "region_code", "parent_code", "home_township_code")


def neighbour(county: County, code: str, name: str) -> County:
    """Return a made county under another six-digit code and name; its schools keep their codes.

    Where the county stands in a name it is replaced, so that nobody takes one county's school for the other's.
    """
    own = load_parameters().county
    tables: Tables = {
        table: [
            {column: _moved(column, value, own.code, code, own.name, name) for column, value in row.items()}
            for row in rows
        ]
        for table, rows in county.tables.items()
    }
    return County(tables, _renamed(county.outlines, own.code, code, own.name, name))


def _moved(column: str, value: Any, old_code: str, code: str, old_name: str, name: str) -> Any:
    if not isinstance(value, str):
        return value
    if column in _CODE_COLUMNS and value.startswith(old_code):
        return code + value[len(old_code) :]
    return value.replace(old_name, name) if column == "name" else value


def _renamed(outline: Any, old_code: str, code: str, old_name: str, name: str) -> Any:
    if isinstance(outline, dict):
        return {key: _renamed(value, old_code, code, old_name, name) for key, value in outline.items()}
    if isinstance(outline, list):
        return [_renamed(value, old_code, code, old_name, name) for value in outline]
    if not isinstance(outline, str):
        return outline
    moved = code + outline[len(old_code) :] if outline.startswith(old_code) else outline
    return moved.replace(old_name, name)
