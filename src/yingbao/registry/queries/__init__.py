"""Reading the registry within one's region."""

from yingbao.registry.queries.facts import facts_of
from yingbao.registry.queries.households import HouseholdPage, Member, household_page, households_by_number
from yingbao.registry.queries.merges import MergeLine, merge_requests
from yingbao.registry.queries.people import (
    CoverLine,
    HoldingLine,
    PersonPage,
    Span,
    person_page,
    unmasked_document,
)
from yingbao.registry.queries.search import Hit, search
from yingbao.registry.queries.units import DutyLine, UnitLine, duties, unit, units_below

__all__ = [
    "CoverLine",
    "DutyLine",
    "Hit",
    "HoldingLine",
    "HouseholdPage",
    "Member",
    "MergeLine",
    "PersonPage",
    "Span",
    "UnitLine",
    "duties",
    "facts_of",
    "household_page",
    "households_by_number",
    "merge_requests",
    "person_page",
    "search",
    "unit",
    "units_below",
    "unmasked_document",
]
