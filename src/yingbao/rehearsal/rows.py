"""A row of the population as a person the explaining reading can take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yingbao.policy import UNKNOWN, Holding, Person, Span
from yingbao.policy.facts import DERIVED, FACTS


def person_of(row: Mapping[str, Any]) -> Person:
    """The person of a snapshot row; `unknown` names facts that are not known."""
    unknown = set(row.get("unknown") or ())
    values: dict[str, Any] = {}
    for name, spec in FACTS.items():
        if name in DERIVED or name == "categories" or name not in row:
            continue
        value = row[name]
        if name in unknown or (value is None and spec.absent == "unknown"):
            values[name] = UNKNOWN
        elif spec.kind == "spans":
            values[name] = tuple(Span(s["from_on"], s["until_on"]) for s in value or ())
        elif spec.kind == "years":
            values[name] = frozenset(value or ())
        else:
            values[name] = value
    held = tuple(Holding(h["class"], h["recognised_on"], h["ended_on"]) for h in row.get("categories") or ())
    categories = UNKNOWN if "categories" in unknown else held
    return Person(person_id=str(row.get("person_id", "")), categories=categories, **values)
