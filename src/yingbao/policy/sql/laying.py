"""Lists laid flat: what the rules ask of a row's lists, as columns of their own.

A list has a count, and its first items' parts; nearly every list is empty or has no more. The rules look into a list
itself only where it has more. `happened` says with one bit a fact whether there is anything of it at all: most people
have no other cover, no class and no event, and one test says so. None of this depends on the payment day, so a table
may keep the columns (`laid`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from yingbao.policy.program import Program
from yingbao.policy.sql.predicates import COUNT, FALSE, PLACES, Tests, coded_column, column, day, text

__all__ = ["COUNT", "class_number", "laid"]


def laid(program: Program, tests: Tests, columns: Collection[str], *, kept: bool) -> list[list[str]]:
    """The flat columns for those lists among `columns` that the rules ask for, in two stages.

    `kept`: they are for a table of their own. It holds the few lists that are longer in one column `more`, for reading a
    column of lists takes as long as many of numbers; and the places of codes among those asked for (`Tests.coded`).
    """
    found: list[str] = []
    for name in columns:
        if name in PLACES:
            found.append(_count(name))
        if name in ("employee_cover", "elsewhere_cover"):
            found.append(_part(name, 1, "from_on", f"{name}_from", date.min))
            found.append(_part(name, 1, "until_on", f"{name}_until", date.max))
        elif name == "categories":
            for place in (1, 2):
                found += _class(program, place)
        elif name == "insured_years":
            found.append("len(insured_years) AS insured_count")
            found.append(f"{insured_last(program.benefit_year)} AS insured_last")
    if kept:
        found += _more(program, columns)
        found += [_coded(fact, values) for fact, values in tests.coded.items()]
    derived: list[str] = []
    if {"insured_years", "employee_cover"} <= set(columns):
        derived.append(_covered_last(program.benefit_year, tests, "more[1]" if kept else "employee_cover"))
    return [found + _listed(tests), derived + _happened(tests)]


def _count(name: str) -> str:
    return f"COALESCE(len({name}), 0) AS {COUNT.format(name)}"


def _more(program: Program, columns: Collection[str]) -> list[str]:
    """`more`: all lists of a row of whom one is longer than was laid flat, in the order of PLACES; NULL for the others."""
    asked = [name for name in PLACES if name in columns]
    if not asked:
        return []
    number = class_number(program, "c.class")
    items = dict.fromkeys(asked, "{'number': 0, 'from_on': c.from_on, 'until_on': c.until_on}")
    if "categories" in asked:
        items["categories"] = f"{{'number': {number}, 'from_on': c.recognised_on, 'until_on': c.ended_on}}"
    lists = [
        f"list_transform({name}, lambda c : {items[name]})" if name in asked else "NULL" for name in PLACES
    ]
    longer = " OR ".join(f"len({name}) > {PLACES[name]}" for name in asked)
    return [f"CASE WHEN {longer} THEN [{', '.join(lists)}] END AS more"]


def _coded(fact: str, values: tuple[str, ...]) -> str:
    """A code's place among those asked for, one more than their number for any other; 0 where it is not known."""
    known = column(fact)
    arms = "".join(f" WHEN {known} = {text(value)} THEN {place}" for place, value in enumerate(values, 1))
    return f"CASE{arms} WHEN {known} IS NULL THEN 0 ELSE {len(values) + 1} END AS {coded_column(fact)}"


def _part(name: str, place: int, part: str, column: str, open_: date | None = None) -> str:
    """A part of an item; an open end as a day that never comes."""
    value = f"{name}[{place}].{part}"
    if open_ is not None:
        value = f"COALESCE({value}, {day(open_)})"
    # most lists are empty: asking first costs a third of taking an item that is not there
    return f"CASE WHEN len({name}) >= {place} THEN {value} END AS {column}"


def class_number(program: Program, code: str) -> str:
    """A class's place among all that are known, from 1; NULL for one that nobody knows."""
    names = ", ".join(text(name) for name in program.vocabulary.categories)
    return f"NULLIF(list_position([{names}], {code}), 0)"


def _class(program: Program, place: int) -> list[str]:
    number = class_number(program, f"categories[{place}].class")
    return [
        f"CASE WHEN len(categories) >= {place} THEN {number} END AS class_{place}",
        _part("categories", place, "recognised_on", f"recognised_{place}"),
        _part("categories", place, "ended_on", f"ended_{place}", date.max),
    ]


def _listed(tests: Tests) -> list[str]:
    """`u`: a bit for each fact the row's `unknown` list names; most rows list none."""
    if not tests.has_unknown:
        return []
    bits = " | ".join(
        f"CASE WHEN list_contains(unknown, {text(fact)}) THEN {1 << bit} ELSE 0 END"
        for fact, bit in tests.listable.items()
    )
    return [f"CAST(CASE WHEN unknown IS NULL THEN 0 ELSE {bits or '0'} END AS {_kind(tests)}) AS u"]


def _kind(tests: Tests) -> str:
    return "INTEGER" if len(tests.listable) <= 31 else "BIGINT"


def _happened(tests: Tests) -> list[str]:
    """`happened`: a bit for each fact of which a row has anything, or nobody knows whether it has."""
    bits = [
        f"CASE WHEN {_there(tests, fact)} THEN {1 << bit} ELSE 0 END" for fact, bit in tests.events.items()
    ]
    if tests.has_unknown:
        bits.append("u")
    return [f"CAST({' | '.join(bits) or '0'} AS {_kind(tests)}) AS happened"]


def _there(tests: Tests, fact: str) -> str:
    if fact in PLACES:
        return f"{COUNT.format(fact)} > 0"
    return column(fact) if tests.kind(fact) == "flag" else f"{column(fact)} IS NOT NULL"


def _covered_last(benefit_year: int, tests: Tests, spans: str) -> str:
    """`covered_last`: the newest benefit year with any cover, at most the last before this one; NULL where there is none."""
    before = benefit_year - 1

    def year_of(until: str) -> str:
        late = f"{until} >= {day(date(before, 1, 1))}"
        return f"CASE WHEN {late} THEN {before} ELSE CAST(year({until}) AS INTEGER) END"

    each = f"COALESCE({year_of('s.until_on')}, {before})"
    count = COUNT.format("employee_cover")
    newest = (
        f"CASE WHEN {count} > 1 THEN list_max(list_transform({spans}, lambda s : {each})) "
        f"WHEN {count} = 1 THEN {year_of('employee_cover_until')} END"
    )
    if (unknown := tests.listed("employee_cover")) != FALSE:
        newest = f"CASE WHEN {unknown} THEN NULL ELSE {newest} END"
    return (
        f"CASE WHEN insured_last = {before} THEN {before} ELSE GREATEST(insured_last, {newest}) END "
        "AS covered_last"
    )


def insured_last(benefit_year: int) -> str:
    """The newest benefit year with cover before this one; NULL where there is none, or nobody knows."""
    newest = (
        f"CASE WHEN list_max(insured_years) < {benefit_year} THEN list_max(insured_years) "
        f"ELSE list_max(list_filter(insured_years, lambda y : y < {benefit_year})) END"
    )
    before = benefit_year - 1
    return (
        f"CASE WHEN insured_years[-1] = {before} THEN {before} "
        f"WHEN list_contains(insured_years, {before}) THEN {before} ELSE {newest} END"
    )
