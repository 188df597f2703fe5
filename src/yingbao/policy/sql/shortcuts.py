"""Cheaper truths about a condition, for places that do not need all three answers.

`holds` is TRUE exactly where the condition is; `plainly_false` is TRUE only where it is FALSE, and asks little;
`doubtful` is TRUE wherever it may be NULL. Nearly everybody is plain: no class, no other cover, no event. An atom that a
test has rewritten has no short cuts, so that a wrong reading shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from yingbao.policy.conditions import (
    AgeTest,
    All,
    AnyOf,
    Atom,
    ClassTest,
    CodeTest,
    Condition,
    Constant,
    DateTest,
    FlagTest,
    LapseTest,
    Not,
    NumberTest,
    PaymentTest,
    SpanTest,
    atoms,
    fact_of,
)
from yingbao.policy.facts import DERIVED
from yingbao.policy.sql.predicates import (
    COUNT,
    FALSE,
    TRUE,
    On,
    Tests,
    both,
    column,
    day,
    either,
    negate,
    spans_active,
    within,
)


class Shortcuts:
    """Short cuts over the conditions that `tests` writes."""

    def __init__(self, tests: Tests) -> None:
        self.tests = tests

    def arms(self, node: Condition, on: On, then: str, unknown: str, mask: str = "m") -> str:
        """The WHENs of a CASE: `then` where the condition holds, `unknown` where it is NULL."""
        holds = self.holds(node, on, mask)
        if holds == FALSE:
            return ""
        found = f" WHEN {holds} THEN {then}"
        doubt = FALSE if holds == TRUE else self.unknown(node, on, mask)
        return found if doubt == FALSE else f"{found} WHEN {doubt} THEN {unknown}"

    def all_plainly_false(self, nodes: Iterable[Condition], on: On, mask: str = "m") -> str:
        """A truth that says every condition is FALSE; FALSE where there is no short way to see it."""
        found = [self._plain(node, on, mask) for node in nodes]
        if any(one is None for one in found):
            return FALSE
        unlisted = ["u = 0"] if self.tests.has_unknown else []
        return both([*unlisted, *dict.fromkeys(one for one in found if one is not None)])

    def plainly_false(self, node: Condition, on: On, mask: str = "m") -> str:
        """A truth that says the condition is FALSE; FALSE where there is no short way to see it."""
        return self.all_plainly_false([node], on, mask)

    def holds(self, node: Condition, on: On, mask: str = "m") -> str:
        """TRUE where the condition is; FALSE or NULL elsewhere."""
        match node:
            case All():
                return both(self.holds(part, on, mask) for part in node.parts)
            case AnyOf():
                return either(self.holds(part, on, mask) for part in node.parts)
            case Constant() | Not():
                return self.tests.condition(node, on, mask)
            case _:
                written = None if self._planted(node, on, mask) else self._atom_holds(node, on, mask)
                return self.tests.condition(node, on, mask) if written is None else written

    def _atom_holds(self, node: Atom, on: On, mask: str) -> str | None:
        match node:
            case ClassTest():
                return f"({mask} & {1 << (2 * self.tests.bit(node))}) <> 0"
            case DateTest(exists=True) if node.fact not in DERIVED:
                bounds = within(node.range, column(node.fact), on)
                known = f"({column(node.fact)} IS NOT NULL)" if bounds == TRUE else bounds
            case CodeTest():
                known = self.tests.among(node)
            case SpanTest():
                count = f"({COUNT.format(node.fact)} > 0)"
                known = both([count, spans_active(node.fact, node.on, on)])
            case FlagTest(value=True):
                known = f"({column(node.fact)} = TRUE)"
            case _:
                return None
        return both([known, negate(self._listed(node.fact))])

    def _listed(self, fact: str) -> str:
        return FALSE if self.tests.absent(fact) == "unknown" else self.tests.listed(fact)

    def _planted(self, node: Atom, on: On, mask: str) -> bool:
        return self.tests.planted is not None and self.tests.condition(node, on, mask) != self.tests.atom(
            node, on, mask
        )

    def _plain(self, node: Condition, on: On, mask: str) -> str | None:
        """As `plainly_false`, for a row whose `unknown` list is empty; None where there is no short way."""
        match node:
            case Constant():
                return None if node.value else TRUE
            case AnyOf():
                found = [self._plain(part, on, mask) for part in node.parts]
                return None if None in found else both(dict.fromkeys(one for one in found if one is not None))
            case All():
                several = (self._plain(part, on, mask) for part in node.parts)
                return next((one for one in several if one is not None), None)
            case Not():
                return None
            case _:
                return None if self._planted(node, on, mask) else self._atom_plain(node, on, mask)

    def _atom_plain(self, node: Atom, on: On, mask: str) -> str | None:
        match node:
            case PaymentTest():
                return negate(self.tests.condition(node, on, mask))
            case ClassTest():
                return f"({mask} & {3 << (2 * self.tests.bit(node))}) = 0"
            case SpanTest():
                return f"({COUNT.format(node.fact)} = 0)"
            case DateTest(exists=True, fact="employee_cover_end"):
                return f"({COUNT.format('employee_cover')} = 0)"
            case DateTest(exists=True):
                return self._undated(node, on)
            case FlagTest(value=True) if self.tests.absent(node.fact) == "none":
                return f"(NOT COALESCE({column(node.fact)}, FALSE))"
            case _:
                return None

    def _undated(self, node: DateTest, on: On) -> str | None:
        """No such event; or one too long ago, where only that which is recent counts."""
        value = column(node.fact)
        if self.tests.absent(node.fact) == "none":
            return f"({value} IS NULL)"
        if node.range.within is None:
            return None
        length = node.range.within
        most = length.amount * (31 if length.unit == "month" else 1)
        return f"({day(on)} - {most} > {value})"

    def unknown(self, node: Condition, on: On, mask: str = "m") -> str:
        """Whether the condition is NULL: the cheap doubt is asked first."""
        doubt = self.doubtful(node, on, mask)
        written = self.tests.condition(node, on, mask)
        return FALSE if written in (TRUE, FALSE) else both([doubt, f"({written}) IS NULL"])

    def missing(self, node: Condition, on: On, mask: str = "m") -> dict[str, str]:
        """For each fact that may be missing: the truth that some atom of the tree asking for it is NULL."""
        found: dict[str, list[str]] = {}
        for atom in atoms(node):
            found.setdefault(fact_of(atom), []).append(self.unknown(atom, on, mask))
        named = {fact: either(parts) for fact, parts in found.items() if fact != "payment"}
        return {fact: truth for fact, truth in named.items() if truth != FALSE}

    def doubtful(self, node: Condition, on: On, mask: str = "m") -> str:
        """TRUE wherever the condition may be NULL."""
        return either(dict.fromkeys(self._doubt(atom, on, mask) for atom in atoms(node)))

    def _doubt(self, node: Atom, on: On, mask: str) -> str:
        if self._planted(node, on, mask):
            return TRUE
        undated = FALSE if isinstance(on, date) else f"({on} IS NULL)"
        match node:
            case PaymentTest():
                return undated
            case ClassTest():
                return f"({mask} & {2 << (2 * self.tests.bit(node))}) <> 0"
            case LapseTest():
                return "(lapsed IS NULL)"
            case AgeTest():
                return either([undated, "(birth_date IS NULL)"])
            case NumberTest():
                return f"({column(node.fact)} IS NULL)"
            case DateTest() | CodeTest() | FlagTest() | SpanTest():
                return either([undated, self._unknown(node)])
            case _:
                return TRUE

    def _unknown(self, node: DateTest | CodeTest | FlagTest | SpanTest) -> str:
        fact = fact_of(node)
        if self.tests.absent(fact) == "unknown":
            return f"({column(fact)} IS NULL)"
        return self.tests.listed(fact)
