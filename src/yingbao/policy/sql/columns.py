"""The columns of a snapshot: which an atom reads, and of what type each is in DuckDB."""

from __future__ import annotations

from yingbao.policy.conditions import Atom, DateTest, FirstTimeTest, LapseTest, SpanTest, fact_of
from yingbao.policy.facts import DERIVED, FACTS


def columns_of(atom: Atom) -> set[str]:
    """The snapshot columns an atom reads."""
    match atom:
        case DateTest(fact=fact) | SpanTest(fact=fact):
            return {"employee_cover"} if fact in DERIVED else {fact}
        case LapseTest() | FirstTimeTest():
            return {"insured_years", "employee_cover"}
        case _:
            name = fact_of(atom)
            return set() if name == "payment" else {name}


#: The snapshot columns the rules may ask for, with DuckDB types.
COLUMN_TYPES: dict[str, str] = {
    spec.name: {
        "date": "DATE",
        "code": "VARCHAR",
        "flag": "BOOLEAN",
        "number": "INTEGER",
        "years": "INTEGER[]",
        "spans": "STRUCT(from_on DATE, until_on DATE)[]",
        "classes": 'STRUCT("class" VARCHAR, recognised_on DATE, ended_on DATE)[]',
    }[spec.kind]
    for spec in FACTS.values()
    if spec.name not in DERIVED
}
