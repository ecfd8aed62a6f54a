"""A table of people who are to get accounts: read from a workbook or csv file, with every fault at its row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.refusal import InvalidRequest, UnreadableTable
from xuezheng.people.actions.accounts import NewAccount, RowFault, UnusableRoster
from xuezheng.people.models import Organisation
from xuezheng.tables.sheets import read_sheets

MOST_ROWS = 2_000
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "login": ("登录名", "账号", "login"),
    "name": ("姓名", "name"),
    "organisation": ("机构", "单位", "机构代码", "organisation", "organization", "unit"),
    "role": ("职务", "角色", "role"),
    "email": ("电子邮箱", "邮箱", "e-mail", "email"),
}
_REQUIRED = ("login", "name", "organisation", "role")


def read_roster(path: Path, name: str, organisations: Iterable[Organisation]) -> list[NewAccount]:
    """Return the people of a file's first sheet that has rows; its first row names the columns, in either language.

    An organisation is given by code or name, a role by its name in either language or in the catalogue. Raises
    `UnusableFile`, `UnreadableTable` (columns missing), or `UnusableRoster` with every row at fault.
    """
    sheets = [sheet for sheet in read_sheets(path, name) if sheet.rows > 0 and not sheet.hidden]
    if not sheets:
        raise UnreadableTable("roster_empty")
    places = _places(sheets[0].head[0])
    rows = sheets[0].body(2).to_pylist()
    if len(rows) > MOST_ROWS:
        raise InvalidRequest("roster_too_long", rows=len(rows), limit=MOST_ROWS)
    units, roles = _by_name(organisations), _roles_by_name()
    people: list[NewAccount] = []
    faults: list[RowFault] = []
    for row, values in enumerate(rows, start=2):
        texts = {column: _text(values.get(f"c{place}")) for column, place in places.items()}
        if not texts["login"] and not texts["name"]:
            continue  # an empty row, or an organisation of the template for which nobody was named
        found = units.get(texts["organisation"], [])
        if len(found) != 1:
            faults.append(RowFault(row, "roster_organisation", {"found": texts["organisation"]}))
        people.append(
            NewAccount(
                login=texts["login"].lower(), name=texts["name"], organisation_id=found[0].pk if found else 0,
                role=roles.get(texts["role"].lower(), texts["role"]), email=texts.get("email", ""), row=row,
            )
        )  # fmt: skip
    if faults:
        raise UnusableRoster(faults)
    if not people:
        raise UnreadableTable("roster_empty")
    return people


def _places(head: Iterable[str | None]) -> dict[str, int]:
    titles = [(title or "").strip().lower() for title in head]
    places = {
        column: next((titles.index(word) for word in words if word in titles), -1) for column, words in COLUMNS.items()
    }
    missing = [COLUMNS[column][0] for column in _REQUIRED if places[column] < 0]
    if missing:
        raise UnreadableTable("roster_headers", missing=missing)
    return {column: place for column, place in places.items() if place >= 0}


def _by_name(organisations: Iterable[Organisation]) -> dict[str, list[Organisation]]:
    found: dict[str, list[Organisation]] = defaultdict(list)
    for one in organisations:
        for key in {one.code, one.name} - {""}:
            found[key].append(one)
    return found


def _roles_by_name() -> dict[str, str]:
    return {
        word.lower(): name
        for name, role in load_roles().roles.items()
        for word in (name, role.title.zh, role.title.en, role.title.zh.partition("（")[0])
    }


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
