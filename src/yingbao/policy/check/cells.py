"""Cells: kinds of person, each over runs of days on which nothing can turn for that kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import combinations, product
from math import prod

from yingbao.policy.check.breakpoints import segments
from yingbao.policy.check.findings import Days
from yingbao.policy.check.rules import tests_of
from yingbao.policy.check.variants import Cell, Variant, Variants, ordinary, span_of, together
from yingbao.policy.conditions import Atom
from yingbao.policy.policy import Policy

#: More kinds of person than this for one question are thinned out, dates first.
MOST_PEOPLE = 6_000


class Cells:
    """The kinds of person of one release, and its span cut into days for each of them."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.tests = tests_of(policy.program)
        self.span = span_of(policy.release)
        self.base = ordinary(policy)

    @cached_property
    def full(self) -> Variants:
        """Every fact with all its values."""
        return Variants(self.policy, self.tests)

    @cached_property
    def few(self) -> Variants:
        """Every fact with few values."""
        return Variants(self.policy, self.tests, few=True)

    def singles(self) -> Iterator[Cell]:
        """The ordinary resident, and everyone who differs in one fact."""
        yield Cell(self.base)
        for variants in self.full.by_fact.values():
            for variant in variants:
                yield together(self.base, (variant,))

    def pairs(self) -> Iterator[Cell]:
        """Everyone who differs in two facts, two classes among them."""
        facts = self.few.by_fact
        for first, second in combinations(facts, 2):
            for one, other in product(facts[first], facts[second]):
                yield together(self.base, (one, other))
        yield from self.two_classes()

    def two_classes(self) -> Iterator[Cell]:
        """Two classes held at once, both long since or both recognised within the year."""
        for pair in self._class_pairs(self.few):
            yield together(self.base, pair)

    @staticmethod
    def _class_pairs(variants: Variants) -> Iterator[tuple[Variant, Variant]]:
        days: list[date | None] = [None, *variants.recognition_days()[-1:]]
        for one, other in combinations(variants.representatives(), 2):
            for day in days:
                yield variants.class_variant(one, day), variants.class_variant(other, day)

    def witnesses(self, tests: Iterable[Atom], *, edges: bool = False) -> Iterator[Cell]:
        """Everyone the given tests can tell apart: each fact they read with each other, all at once."""
        variants = Variants(self.policy, tests, few=True, edges=edges)
        options: list[list[tuple[Variant, ...]]] = []
        for fact, found in variants.by_fact.items():
            choices: list[tuple[Variant, ...]] = [(), *((variant,) for variant in found)]
            if fact == "categories":
                choices += self._class_pairs(variants)
            options.append(choices)
        while prod(len(choices) for choices in options) > MOST_PEOPLE:
            longest = max(options, key=len)
            longest[:] = [longest[0], *longest[1::2]]
        for chosen in product(*options):
            yield together(self.base, tuple(variant for part in chosen for variant in part))

    def days(self, cell: Cell, tests: Iterable[Atom] | None = None) -> list[Days]:
        """The span cut for this kind of person, from birth on."""
        if self.span is None:
            return []
        found = segments(self.tests if tests is None else tests, cell.person, self.span)
        birth = cell.person.birth_date
        return [days for days in found if not isinstance(birth, date) or days[0] >= birth]
