"""A summary for the terminal: verdict, indicators, coefficients, gaps in natural units, the schools behind.

Readable at 80 columns and without colour: a sign and a word stand beside every colour.
"""

import io
import re
import shutil
from typing import BinaryIO

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.documents.look import MARKS
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Assessment
from xuezheng.standards.report.county_findings import by_county, counts
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.wording import coefficient, number

NARROWEST = 80
WIDEST = 140
SHOWN_GAPS = 12
SHOWN_SCHOOLS = 15
_COLOURS = {Verdict.MET: "green", Verdict.NEAR: "yellow", Verdict.UNKNOWN: "dim", Verdict.NOT_MET: "bold red"}


def write_table(assessment: Assessment, standard: Standard, holdings: Holdings, out: BinaryIO, language: str) -> None:
    """Write the summary as text in UTF-8; in colour where `out` is a terminal, as wide as that is."""
    coloured = bool(getattr(out, "isatty", bool)())
    width = min(max(shutil.get_terminal_size((NARROWEST, 24)).columns, NARROWEST), WIDEST) if coloured else NARROWEST
    text = io.StringIO()
    console = Console(file=text, width=width, force_terminal=coloured, highlight=False, emoji=False)
    for part in by_county(assessment).values():
        _Summary(console, Digest(part, standard, holdings, language)).write()
    out.write(text.getvalue().encode())


class _Summary:
    def __init__(self, console: Console, digest: Digest) -> None:
        self.console, self.digest, self.words = console, digest, digest.words

    def write(self) -> None:
        digest, words = self.digest, self.words
        if digest.assessment.changes:
            self.console.print(Text(f"*** {words('what_if_both')} ***", style="bold red"))
            self.console.print(
                words("assumptions", changes=words.joined(list(digest.assessment.changes))), markup=False
            )
        held = digest.county_verdict
        verdict = held.verdict if held else Verdict.UNKNOWN
        self.console.print()
        self.console.print(self._mark(verdict), Text(digest.sentence(), style="bold"))
        units = digest.units_sentence()
        if units:
            self.console.print(units, markup=False)
        self._indicators()
        self._balance()
        self._gaps()
        self._schools()

    def _mark(self, verdict: Verdict) -> Text:
        return Text(f"{MARKS[verdict].sign} {self.words.verdict(verdict)}", style=_COLOURS.get(verdict, "dim"))

    def _table(self, title: str, *heads: tuple[str, bool]) -> Table:
        table = Table(
            title=title, title_justify="left", box=None, pad_edge=False, header_style="bold", title_style="bold"
        )
        for place, (head, right) in enumerate(heads):
            table.add_column(
                head, justify="right" if right else "left", ratio=1 if place == 1 else None, no_wrap=place != 1
            )
        return table

    def _show(self, table: Table) -> None:
        if table.row_count:
            table.expand = True
            self.console.print(Padding(table, (1, 0, 0, 0)))

    def _indicators(self) -> None:
        words = self.words
        verdicts = [Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET]
        heads = [(words("code"), False), (words("indicator"), False), (words("line"), True)]
        tallied = self._table(words("section_indicators"), *heads, *((words.verdict(v), True) for v in verdicts))
        county = self._table(words("section_county"), *heads, (words("value"), True), (words("verdict"), False))
        for indicator in self.digest.standard.indicators:
            self._tally(tallied, indicator)
            for finding in self.digest.county_findings(indicator):
                title = Text(self.digest.finding_title(finding))
                line, value = self.digest.requirement(finding), self.digest.value(finding)
                county.add_row(finding.indicator, title, line, value, self._mark(finding.verdict))
        self._show(tallied)
        self._show(county)

    def _tally(self, table: Table, indicator: Indicator) -> None:
        for stage in self.digest.stages_of(indicator.id):
            found = self.digest.school_findings(indicator.id, stage)
            tally = counts(found)
            line = next((self.digest.requirement(f) for f in found if f.requirement is not None), self.words("dash"))
            title = self.words.of(indicator.title)
            if stage and not title.startswith(self.words.stage(stage)):
                title = f"{self.words.stage(stage)}{self.words('colon')}{title}"
            numbers = [tally.met, tally.near, tally.unknown, tally.not_met]
            shown: list[Text] = [
                Text(str(n) if n else "·", style="bold red" if i == 3 and n else "") for i, n in enumerate(numbers)
            ]
            table.add_row(Text(indicator.id), Text(title), Text(line), *shown)

    def _balance(self) -> None:
        words = self.words
        heads = [(words("stage"), False), (words("indicator"), False)]
        numbers = [(words("coefficient"), True), (words("limit"), True), (words("verdict"), False)]
        table = self._table(words("section_balance"), *heads, *numbers)
        for stage in self.digest.balance_stages:
            for finding in self.digest.coefficients(stage):
                title = Text(
                    f"{finding.indicator}{self.words('colon')}{self.digest.indicator_title(finding.indicator)}"
                )
                limit = number(finding.requirement) if finding.requirement is not None else words("dash")
                value = coefficient(finding.value, finding.requirement)
                table.add_row(words.stage(stage), title, value, limit, self._mark(finding.verdict))
        self._show(table)

    def _gaps(self) -> None:
        gaps = self.digest.deciding_gaps()
        if not gaps:
            return
        self.console.print()
        self.console.print(self.words("decided_by"), style="bold")
        for text, verdict in gaps[:SHOWN_GAPS]:
            self._say(f"{MARKS[verdict].sign} {text}")
        if len(gaps) > SHOWN_GAPS:
            self.console.print(self.words("more_rows", count=len(gaps) - SHOWN_GAPS), markup=False)
        unknown = self.digest.unknown_county_items()
        if unknown:
            self._say(f"{MARKS[Verdict.UNKNOWN].sign} {self.words('still_unknown', count=len(unknown))}")

    def _say(self, text: str) -> None:
        for line in folded(text, self.console.width):
            self.console.print(Text(line), soft_wrap=True)

    def _schools(self) -> None:
        words = self.words
        failing = self.digest.failing
        table = self._table(words("section_schools"), (words("school_code"), False), (words("lacks"), False))
        by_school: dict[str, list[str]] = {}
        for finding in failing:
            lack = self.digest.lack(finding)
            by_school.setdefault(finding.subject, []).append(f"{finding.indicator} {lack}".strip())
        for code in sorted(by_school)[:SHOWN_SCHOOLS]:
            table.add_row(
                code, Text(f"{self.digest.school(code).name}{words('colon')}{words('semicolon').join(by_school[code])}")
            )
        self._show(table)
        if len(by_school) > SHOWN_SCHOOLS:
            self.console.print(words("more_rows", count=len(by_school) - SHOWN_SCHOOLS), markup=False)


def folded(text: str, width: int) -> list[str]:
    """Return a sentence in lines of at most that many cells, later ones set in: Chinese breaks anywhere, words do not."""
    pieces = re.findall(r"[\x21-\u2e7f]+[，。；：、）”%]?|.[，。；：、）”]*", text)
    lines, line = [], ""
    for piece in pieces:
        if line.strip() and cell_len(line) + cell_len(piece) > width:
            lines.append(line.rstrip())
            line = "  " + piece.lstrip()
        else:
            line += piece
    return [*lines, line]
