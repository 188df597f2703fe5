"""Lists laid flat: what the rules ask of a row's lists, as columns of their own.

A list has a count, and its first items' parts; nearly every list is empty or has no more. The rules look into a list
itself only where it has more. None of this depends on the payment day, so a table may keep the columns (`laid`).
"""

from __future__ import annotations

from collections.abc import Iterable

from yingbao.policy.program import Program
from yingbao.policy.sql.predicates import COUNT, Tests, text

__all__ = ["COUNT", "class_number", "laid"]


def laid(program: Program, tests: Tests, columns: Iterable[str]) -> list[str]:
    """The flat columns for those lists among `columns` that the rules ask for."""
    found: list[str] = []
    for name in columns:
        if name in ("employee_cover", "elsewhere_cover"):
            found.append(_count(name))
            found += [_part(name, 1, "from_on", f"{name}_from"), _part(name, 1, "until_on", f"{name}_until")]
        elif name == "categories":
            found.append(_count(name))
            for place in (1, 2):
                found += _class(program, place)
        elif name == "insured_years":
            found.append(f"{insured_last(program.benefit_year)} AS insured_last")
    return found + _listed(tests)


def _count(name: str) -> str:
    return f"COALESCE(len({name}), 0) AS {COUNT.format(name)}"


def _part(name: str, place: int, part: str, column: str) -> str:
    # most lists are empty: asking first costs a third of taking an item that is not there
    return f"CASE WHEN len({name}) >= {place} THEN {name}[{place}].{part} END AS {column}"


def class_number(program: Program, code: str) -> str:
    """A class's place among all that are known, from 1; NULL for one that nobody knows."""
    names = ", ".join(text(name) for name in program.vocabulary.categories)
    return f"NULLIF(list_position([{names}], {code}), 0)"


def _class(program: Program, place: int) -> list[str]:
    number = class_number(program, f"categories[{place}].class")
    return [
        f"CASE WHEN len(categories) >= {place} THEN {number} END AS class_{place}",
        _part("categories", place, "recognised_on", f"recognised_{place}"),
        _part("categories", place, "ended_on", f"ended_{place}"),
    ]


def _listed(tests: Tests) -> list[str]:
    """`u`: a bit for each fact the row's `unknown` list names; most rows list none."""
    if not tests.has_unknown:
        return []
    bits = " | ".join(
        f"CASE WHEN list_contains(unknown, {text(fact)}) THEN {1 << bit} ELSE 0 END"
        for fact, bit in tests.listable.items()
    )
    kind = "INTEGER" if len(tests.listable) <= 31 else "BIGINT"
    return [f"CAST(CASE WHEN unknown IS NULL THEN 0 ELSE {bits or '0'} END AS {kind}) AS u"]


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
