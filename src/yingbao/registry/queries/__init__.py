"""Reading the registry within one's region."""

from yingbao.registry.queries.facts import facts, facts_of
from yingbao.registry.queries.households import HouseholdPage, Member, household_page, households_by_number
from yingbao.registry.queries.merges import MergeLine, merge_request, merge_requests
from yingbao.registry.queries.people import (
    CoverLine,
    HoldingLine,
    PersonPage,
    ResidenceLine,
    Span,
    person_page,
    unmasked_document,
)
from yingbao.registry.queries.search import Hit, search
from yingbao.registry.queries.units import DutyLine, UnitLine, assignments, choices, duties, unit, units_below

__all__ = [
    "CoverLine",
    "DutyLine",
    "Hit",
    "HoldingLine",
    "HouseholdPage",
    "Member",
    "MergeLine",
    "PersonPage",
    "ResidenceLine",
    "Span",
    "UnitLine",
    "assignments",
    "choices",
    "duties",
    "facts",
    "facts_of",
    "household_page",
    "households_by_number",
    "merge_request",
    "merge_requests",
    "person_page",
    "search",
    "unit",
    "units_below",
    "unmasked_document",
]
