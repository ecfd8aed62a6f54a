"""Who is responsible, as sources word it: in a cell, in brackets with labels, in a sentence."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from xuezheng.catalogue.sources import UnitWords

_APART = r"(?![^（(]*[)）])"
_SEPARATORS = re.compile(rf"(?:[、，,；;/|\n\t　]|\s{{1,}}|和(?=[县区市各])|及(?=[县区市各])){_APART}")
_BRACKETED = re.compile(r"[（(]([^（()）]*)[)）]$")
_DATED = (
    r"(?:(?:20\d\d|今|本)年)?(?:\d{1,2}月(?:\d{1,2}[日号]|底|末|上旬|中旬|下旬)?|第?[一二三四]季度末?|上半年)(?:之|以)?前"
    r"|(?:(?:20\d\d|今|本)?年(?:底|末)(?:之|以)?前|20\d\d年内|今年内|本年内|年内)"
)


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who leads, who assists, until when; names and limit as written. `people` are named persons, with their label."""

    lead: str = ""
    units: tuple[str, ...] = ()
    limit: str = ""
    people: str = ""

    def __bool__(self) -> bool:
        return bool(self.lead or self.units or self.limit or self.people)


@dataclass
class _Named:
    lead: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)


class ResponsibleFinder:
    """Finds who is responsible by the catalogue's labels, marks and verbs."""

    def __init__(self, words: UnitWords) -> None:
        self._words = words
        self._kinds: dict[str, str] = {}
        for kind, labels in (
            ("lead", words.lead_labels), ("either", words.labels), ("units", words.assisting_labels),
            ("limit", words.limit_labels), ("people", words.people_labels),
        ):  # fmt: skip
            self._kinds |= dict.fromkeys(labels, kind)
        self._label = re.compile(rf"({_either(self._kinds)})(?:[（(][^（()）]{{0,6}}[)）])?\s*[:：]")
        self._block = re.compile(
            rf"[（(【\[]\s*(?=(?:{_either(self._kinds)})\s*[:：])((?:[^（()）【】\[\]]|[（(][^（()）]*[)）])*)[)）】\]]"
        )
        self._only = re.compile(rf"\s*(?:{_either(self._kinds)})\s*[:：]")
        leads, assists = _either(words.lead_verbs), _either(words.assisting_verbs)
        charging = _either(words.charging)
        self._leads = re.compile(
            rf"(?:{charging})([^，。；;,由]{{2,40}}?)(?:{leads})|(?:^|[，；;,（(])([^，。；;,（(由]{{2,30}}?)牵头"
        )
        self._acts = re.compile(
            rf"(?:^|[，；;,])(?:并)?(?:(?:{charging})([^，。；;,《]{{3,24}})|([^，。；;,《由]{{3,30}}?)(?:要|须|应当|应|负责))"
        )
        self._plain_block = re.compile(r"[（(〔【\[]([^（()）〔〕【】\[\]]{2,60})[)）〕】\]]\s*。?$")
        self._assists = re.compile(rf"(?:^|[，；;,、]|牵头)([^，。；;,由]{{2,60}}?)(?:{assists})(?=[，。；;,）)]|$)")
        self._joins = re.compile(r"会同([^，。；;,]{2,40}?)(?=[，。；;,]|$|牵头|负责|抓好|做好|制定|研究|开展)")
        self._until = re.compile(rf"(?:{_DATED})")
        self._clause = re.compile(
            rf"(?:由[^，。；;,]{{2,40}}?(?:{leads})(?:落实)?|[^，。；;,]{{2,30}}?牵头|[^，。；;,]{{2,60}}?(?:{assists})"
            rf"|(?:并)?(?:须|要|务必|确保|力争|应)?(?:于|在)?(?:{_DATED})(?:全部|全面)?(?:完成|办结|落实到位|到位|落实|报[^，。；;,]{{0,20}})?)"
        )

    def blocks(self, text: str) -> list[tuple[int, int, Responsible]]:
        """Return where brackets with labels stand in a text, （牵头单位：…；完成时限：…）, and what each says."""
        found = [(block.start(), block.end(), self.labelled(block[1])) for block in self._block.finditer(text)]
        return found or self._plain(text)

    def _plain(self, text: str) -> list[tuple[int, int, Responsible]]:
        """Return a bracket at the end that holds nothing but units, 〔计财股、基教股〕; a remark may follow them (…下同)."""
        block = self._plain_block.search(text)
        names = self._split([block[1]]) if block else []
        units = [name for name in names if self._is_unit(name)]
        if block is None or not units or (units != names and "下同" not in block[1]):
            return []
        return [(block.start(), block.end(), Responsible(units[0], tuple(units[1:])))]

    def _is_unit(self, name: str) -> bool:
        return "的" not in name and (name.endswith(self._words.name_ends) or name.startswith("各"))

    def is_labelled(self, line: str) -> bool:
        """Say whether a line begins with such a label and holds nothing else: 责任单位：县教委."""
        return bool(self._only.match(line))

    def labelled(self, text: str) -> Responsible:
        """Return what labels in a text say: 牵头单位：甲；责任单位：乙、丙；完成时限：6月底. Without a lead the first one leads."""
        marks = list(self._label.finditer(text))
        said: dict[str, list[str]] = {}
        for place, mark in enumerate(marks):
            end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
            value = text[mark.end() : end].strip(" 　；;，,。\n\t")
            label = mark[1]
            if value:
                said.setdefault(self._kinds[label], []).append(
                    f"{label}：{value}" if self._kinds[label] == "people" else value
                )
        leads = self._split(said.get("lead", ()))
        either, units = self._split(said.get("either", ())), self._split(said.get("units", ()))
        named = list(dict.fromkeys([*leads, *either, *units]))
        has_lead = bool(leads or either)
        return Responsible(
            named[0] if has_lead else "", tuple(named[1:] if has_lead else named),
            "；".join(said.get("limit", ())), "；".join(said.get("people", ())),
        )  # fmt: skip

    def in_cells(self, lead: str, assisting: str) -> Responsible:
        """Return the units of a table's two cells; several in the first cell: the one marked as leading, else the first."""
        if self._label.search(lead):
            told = self.labelled(lead)
            return Responsible(told.lead, tuple(dict.fromkeys([*told.units, *self._split([assisting])])))
        named = self._marked(lead)
        both = [*named.lead, *named.units, *self._split([assisting])]
        if not lead.strip():
            return Responsible("", tuple(dict.fromkeys(both)))
        both = list(dict.fromkeys(both))
        return Responsible(both[0] if both else "", tuple(both[1:]))

    def in_sentence(self, text: str) -> Responsible:
        """Return who is responsible by a sentence's own words: 由甲牵头，乙、丙配合，于6月底前完成."""
        leads: list[str] = []
        units: list[str] = []
        for found in self._leads.finditer(text):
            leads += self._units([(found[1] or found[2] or "").partition("会同")[0]])
        for found in self._assists.finditer(text):
            units += self._units([found[1]])
        for found in self._joins.finditer(text):
            units += [self._head_of(name) or name for name in self._split([found[1]])]
        units = [name for name in units if self._is_unit(name)]
        if not leads and (acting := self._acting(text)):
            leads = self._split([acting])
        limit = self._until.search(text)
        named = list(dict.fromkeys([*leads, *units]))
        return Responsible(
            named[0] if leads else "", tuple(named[1:] if leads else named), limit.group() if limit else ""
        )

    def only_limit(self, text: str) -> str:
        """Return the limit that a text names where it names a single one."""
        found = [match.group() for match in self._until.finditer(text)]
        return found[0] if len(found) == 1 else ""

    def _acting(self, text: str) -> str:
        """Return the unit that a sentence lets act without a word for leading: 县财政局要落实…; 由县教委修改后印发."""
        for found in self._acts.finditer(text):
            if found[2] is None:
                name = self._head_of(found[1])
            else:
                name = found[2] if found[2].endswith(self._words.acting_ends) else ""
            if name:
                return str(name)
        return ""

    def _head_of(self, text: str) -> str:
        """Return the unit with which a text begins, empty where none does: 县教委根据会议意见… is 县教委."""
        ends = self._words.acting_ends
        length = next((size for size in range(3, len(text) + 1) if text[:size].endswith(ends)), 0)
        more = next((end for end in ends if text.startswith(end, length)), "") if length else ""
        return text[: length + len(more)]

    def is_only_responsible(self, clause: str) -> bool:
        """Say whether a clause tells no more than who is responsible or until when."""
        return bool(self._clause.fullmatch(clause.strip()))

    def _marked(self, text: str) -> _Named:
        named = _Named()
        for part in _pieces(text):
            bracket = _BRACKETED.search(part)
            if bracket and bracket[1] in (*self._words.lead_marks, *self._words.assisting_marks):
                name, is_lead = part[: bracket.start()], bracket[1] in self._words.lead_marks
            else:
                name, is_lead = part, part.endswith(self._words.lead_marks)
                for mark in (*self._words.lead_marks, *self._words.assisting_marks):
                    name = name.removesuffix(mark) if len(name) > len(mark) + 1 else name
            (named.lead if is_lead else named.units).extend(self._split([name]))
        return named

    def _units(self, texts: Iterable[str]) -> list[str]:
        """Return the units of texts, without the words that charge them."""
        charging = re.compile(rf"^(?:{_either(self._words.charging)})")
        names = [charging.sub("", name) for name in self._split(texts)]
        return [name for name in names if self._is_unit(name)]

    def _split(self, texts: Iterable[str]) -> list[str]:
        found: list[str] = []
        for text in texts:
            for part in _pieces(text):
                name = part
                for tail in self._words.tails:
                    name = name.removesuffix(tail)
                if len(name) > 1:
                    found.append(name)
        return list(dict.fromkeys(found))


def _pieces(text: str) -> list[str]:
    return [part for each in _SEPARATORS.split(text) if (part := each.strip(" 　。：:"))]


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
