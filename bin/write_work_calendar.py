"""Write the yearly files of the work calendar from the package chinesecalendar.

Run once a year, when the next year's arrangement has been announced and the package knows it:

    uv run --no-project --with chinesecalendar --with pyyaml python bin/write_work_calendar.py 2018 2026
"""

import sys
from datetime import date, timedelta
from pathlib import Path

import chinese_calendar
from chinese_calendar.constants import holidays, workdays

FOLDER = Path(__file__).resolve().parents[1] / "src" / "xuezheng" / "catalogue" / "data" / "work_calendar"
NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利七十周年纪念日",
}
HEAD = """\
# The working days of {year} as the State Council's General Office announced them (部分节假日安排的通知).
# holidays: days of public holidays. made_up: Saturdays and Sundays that are worked instead (调休).
# Written by bin/write_work_calendar.py from the package chinesecalendar; an office's own file of the same year, in the
# folder work_calendar of its data folder, takes this one's place.
"""


def page(year: int) -> str:
    """Return one year's file."""
    lines = [
        HEAD.format(year=year) + f"year: {year}",
        "source: 国务院办公厅关于部分节假日安排的通知（chinesecalendar 1.11.0）",
    ]
    for key, days in (("holidays", holidays), ("made_up", workdays)):
        lines.append(f"{key}:")
        lines += [f"  {day.isoformat()}: {NAMES[str(days[day])]}" for day in sorted(days) if day.year == year]
    return "\n".join(lines) + "\n"


def agrees(year: int) -> bool:
    """Whether the two lists say the same as the package about every day of the year."""
    day = date(year, 1, 1)
    while day.year == year:
        worked = day in workdays or (day.weekday() < 5 and day not in holidays)
        if worked != chinese_calendar.is_workday(day):
            return False
        day += timedelta(days=1)
    return True


def main(first: int, last: int) -> None:
    """Write the files of the years from first to last."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for year in range(first, last + 1):
        if not agrees(year):
            raise AssertionError(f"the lists of {year} do not say what the package says")
        (FOLDER / f"{year}.yaml").write_text(page(year), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
