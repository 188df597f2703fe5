"""Cheaper truths about a condition, for places that do not need all three answers.

`holds` is TRUE exactly where the condition is; `plainly_false` is TRUE only where it is FALSE, and asks little;
`doubtful` is TRUE wherever it may be NULL. Nearly everybody is plain: no class, no other cover, no event. An atom that a
test has rewritten has no short cuts, so that a wrong reading shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

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
    FALSE,
    TRUE,
    On,
    Tests,
    both,
    column,
    day,
    either,
    negate,
    within,
)


def any_of(parts: Iterable[Condition]) -> Condition:
    """One of the parts holds; tests of one code are one test, for it is one look."""
    values: dict[str, frozenset[str]] = {}
    others: list[Condition] = []
    for part in parts:
        if isinstance(part, CodeTest):
            values[part.fact] = values.get(part.fact, frozenset()) | part.values
        else:
            others.append(part)
    return AnyOf((*(CodeTest(fact, listed) for fact, listed in values.items()), *others))


def _all_clear(parts: Iterable[str | int]) -> str:
    """All these truths, and none of these bits of `happened`: the bits first, in one test."""
    bits, truths = 0, []
    for part in parts:
        if isinstance(part, int):
            bits |= part
        else:
            truths.append(part)
    nothing = [f"(happened & {bits}) = 0"] if bits else []
    return both([*nothing, *dict.fromkeys(truths)])


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
        parts = [part for one in found if one is not None for part in one]
        return FALSE if None in found else _all_clear(parts)

    def plainly_false(self, node: Condition, on: On, mask: str = "m") -> str:
        """A truth that says the condition is FALSE; FALSE where there is no short way to see it."""
        return self.all_plainly_false([node], on, mask)

    def holds(self, node: Condition, on: On, mask: str = "m") -> str:
        """TRUE where the condition is; FALSE or NULL elsewhere."""
        match node:
            case All():
                return both(self.holds(part, on, mask) for part in node.parts)
            case AnyOf():
                return self._any_holds(node, on, mask)
            case Constant() | Not():
                return self.tests.condition(node, on, mask)
            case _:
                return self._leaf_holds(node, on, mask)

    def _leaf_holds(self, node: Atom, on: On, mask: str) -> str:
        pair = self.tests.pair(node, on, mask)
        if pair is not None:
            return pair[0]
        written = None if self._planted(node, on, mask) else self._atom_holds(node, on, mask)
        return self.tests.condition(node, on, mask) if written is None else written

    def needs(self, node: Atom, on: On, mask: str = "m") -> tuple[int, bool] | None:
        """The bit of `happened` without which the test has one answer, and that answer; None where there is no such bit."""
        if self._planted(node, on, mask):
            return None
        if isinstance(node, DateTest) and not node.exists and self.tests.absent(fact_of(node)) == "none":
            return self.tests.event(fact_of(node)), True
        plain = self._plain(node, on, mask)
        return (
            (plain[0], False) if plain is not None and len(plain) == 1 and isinstance(plain[0], int) else None
        )

    def _any_holds(self, node: AnyOf, on: On, mask: str) -> str:
        """One of the parts holds. Those that need something to have happened are asked only where it has."""
        bits, asked, others = 0, [], []
        for part in node.parts:
            plain = self._plain(part, on, mask)
            if plain is not None and all(isinstance(one, int) for one in plain):
                bits = reduce(or_, (one for one in plain if isinstance(one, int)), bits)
                asked.append(self.holds(part, on, mask))
            else:
                others.append(self.holds(part, on, mask))
        happened = both([f"(happened & {bits}) <> 0", either(asked)]) if asked else FALSE
        return either([*others, happened])

    def _atom_holds(self, node: Atom, on: On, mask: str) -> str | None:
        match node:
            case ClassTest():
                return f"({mask} & {1 << (2 * self.tests.bit(node))}) <> 0"
            case DateTest(exists=True):
                derived = node.fact in DERIVED
                value = self.tests.ended("employee_cover", on) if derived else column(node.fact)
                bounds = within(node.range, value, on)
                known = f"({value} IS NOT NULL)" if bounds == TRUE else bounds
            case CodeTest():
                known = self.tests.among(node)
            case SpanTest():
                known = self.tests.active(node.fact, node.on, on)
            case FlagTest(value=True):
                known = f"({column(node.fact)} = TRUE)"
            case _:
                return None
        return both([known, negate(self._listed("employee_cover" if node.fact in DERIVED else node.fact))])

    def _listed(self, fact: str) -> str:
        return FALSE if self.tests.absent(fact) == "unknown" else self.tests.listed(fact)

    def _planted(self, node: Atom, on: On, mask: str) -> bool:
        return self.tests.planted is not None and self.tests.condition(node, on, mask) != self.tests.atom(
            node, on, mask
        )

    def _plain(self, node: Condition, on: On, mask: str) -> list[str | int] | None:
        """What makes the condition FALSE if all of it is so: truths, and bits of `happened` that are not set.

        None where there is no short way to see it.
        """
        match node:
            case Constant():
                return None if node.value else []
            case AnyOf():
                found = [self._plain(part, on, mask) for part in node.parts]
                return None if None in found else [one for part in found if part is not None for one in part]
            case All():
                several = (self._plain(part, on, mask) for part in node.parts)
                return next((one for one in several if one is not None), None)
            case Not():
                return None
            case _ if (pair := self.tests.pair(node, on, mask)) is not None:
                return [negate(either(pair))]
            case _:
                plain = None if self._planted(node, on, mask) else self._atom_plain(node, on, mask)
                return None if plain is None else [plain]

    def _atom_plain(self, node: Atom, on: On, mask: str) -> str | int | None:
        """A truth that says the atom is FALSE, or the bit of `happened` that says so where it is not set."""
        match node:
            case PaymentTest():
                return negate(self.tests.condition(node, on, mask))
            case ClassTest():
                return f"({mask} & {3 << (2 * self.tests.bit(node))}) = 0"
            case SpanTest():
                return self.tests.event(node.fact)
            case DateTest(exists=True, fact="employee_cover_end"):
                return self.tests.event("employee_cover")
            case DateTest(exists=True) | FlagTest(value=True) if self.tests.absent(node.fact) == "none":
                return self.tests.event(node.fact)
            case DateTest(exists=True):
                return self._too_long_ago(node, on)
            case _:
                return None

    def _too_long_ago(self, node: DateTest, on: On) -> str | None:
        """The day is too long ago, where only that which is recent counts."""
        if node.range.within is None:
            return None
        length = node.range.within
        most = length.amount * (31 if length.unit == "month" else 1)
        return f"({day(on)} - {most} > {column(node.fact)})"

    def unknown(self, node: Condition, on: On, mask: str = "m") -> str:
        """Whether the condition is NULL: the cheap doubt is asked first; of most tests it says all."""
        written = self.tests.condition(node, on, mask)
        if written in (TRUE, FALSE):
            return FALSE
        doubt = self.doubtful(node, on, mask)
        return doubt if self._exact(node, on, mask) else both([doubt, f"({written}) IS NULL"])

    def _exact(self, node: Condition, on: On, mask: str) -> bool:
        """Whether the doubt of a test is TRUE only where the test is NULL."""
        match node:
            case All() | AnyOf() | Not() | Constant():
                return False
            case _ if self.tests.pair(node, on, mask) is not None:
                return True
            case _ if self._planted(node, on, mask):
                return False
            case DateTest():
                return node.exists or self.tests.absent(fact_of(node)) == "none"
            case _:
                return isinstance(
                    node, ClassTest | AgeTest | CodeTest | FlagTest | SpanTest | NumberTest | LapseTest
                )

    def missing(self, node: Condition, on: On, mask: str = "m") -> dict[str, str]:
        """For each fact that may be missing: the truth that some atom of the tree asking for it is NULL."""
        found: dict[str, list[str]] = {}
        for atom in atoms(node):
            found.setdefault(fact_of(atom), []).append(self.unknown(atom, on, mask))
        named = {fact: either(parts) for fact, parts in found.items() if fact != "payment"}
        return {fact: truth for fact, truth in named.items() if truth != FALSE}

    def doubtful(self, node: Condition, on: On, mask: str = "m") -> str:
        """TRUE wherever the condition may be NULL, on a day that is known: the gate stops who has none."""
        return either(dict.fromkeys(self._doubt(atom, on, mask) for atom in atoms(node)))

    def _doubt(self, node: Atom, on: On, mask: str) -> str:
        pair = self.tests.pair(node, on, mask)
        if pair is not None:
            return pair[1]
        if self._planted(node, on, mask):
            return TRUE
        match node:
            case PaymentTest():
                return FALSE
            case ClassTest():
                both_bits, perhaps = (bits << (2 * self.tests.bit(node)) for bits in (3, 2))
                return f"({mask} & {both_bits}) = {perhaps}"
            case LapseTest():
                return "(lapsed IS NULL)"
            case AgeTest():
                return "(birth_date IS NULL)"
            case NumberTest():
                return f"({column(node.fact)} IS NULL)"
            case DateTest() | CodeTest() | FlagTest() | SpanTest():
                return self._unknown(node)
            case _:
                return TRUE

    def _unknown(self, node: DateTest | CodeTest | FlagTest | SpanTest) -> str:
        fact = fact_of(node)
        if self.tests.absent(fact) == "unknown":
            return f"({self.tests.value(fact)} IS NULL)"
        return self.tests.listed(fact)
