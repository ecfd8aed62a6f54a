"""Reading the register's index."""

from xuezheng.register.queries.imports import fault_of, find_faults, find_imports
from xuezheng.register.queries.neighbours import Neighbour, find_neighbours
from xuezheng.register.queries.schools import (
    Figures,
    SchoolFilter,
    count_figures,
    find_by_words,
    find_changes,
    find_school_years,
    find_schools_in,
    find_townships_of,
    narrowed,
)
from xuezheng.register.queries.snapshots import find_counties, find_current_snapshots, find_snapshots_of, get_holdings

__all__ = [
    "Figures",
    "Neighbour",
    "SchoolFilter",
    "count_figures",
    "fault_of",
    "find_by_words",
    "find_changes",
    "find_counties",
    "find_current_snapshots",
    "find_faults",
    "find_imports",
    "find_neighbours",
    "find_school_years",
    "find_schools_in",
    "find_snapshots_of",
    "find_townships_of",
    "get_holdings",
    "narrowed",
]
