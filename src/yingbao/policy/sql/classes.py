"""Class tests in SQL: all tests of a row as one number, two bits a test, yes and perhaps."""

from __future__ import annotations

from datetime import date

from yingbao.policy.conditions import ClassTest
from yingbao.policy.program import Program
from yingbao.policy.sql.laying import COUNT, class_number
from yingbao.policy.sql.predicates import TRUE, Tests, day, within

#: One held class by its three expressions: its number, recognised, ended.
Held = tuple[str, str, str]
FIRST: Held = ("class_1", "recognised_1", "ended_1")
SECOND: Held = ("class_2", "recognised_2", "ended_2")


class ClassMask:
    """The mask of one release; complete once every condition is written, for they number the tests."""

    def __init__(self, program: Program, tests: Tests) -> None:
        self.program = program
        self.tests = tests

    @property
    def kind(self) -> str:
        """The narrowest whole number with room for all bits."""
        tests = len(self.tests.classes)
        return "INTEGER" if tests <= 15 else "BIGINT" if tests <= 31 else "HUGEINT"

    @property
    def all_perhaps(self) -> int:
        """Every test may be met: the row's classes are not known, or one of them by nobody."""
        return sum(1 << (2 * bit + 1) for bit in self.tests.classes.values())

    def sql(self, on: date | str) -> str:
        """The mask on a payment day. Nearly everybody holds no class, one or two: these need no folding of lists."""
        if not self.tests.classes:
            return "0"
        held = COUNT.format("categories")
        if self.tests.by_number:
            number, recognised, ended = "c.number", "c.from_on", "c.until_on"
        else:
            number, recognised, ended = class_number(self.program, "c.class"), "c.recognised_on", "c.ended_on"
        item = (number, recognised, f"COALESCE({ended}, {day(date.max)})")
        each = f"list_transform({self.tests.items('categories')}, lambda c : {self._bits(on, item)})"
        one, two = self._bits(on, FIRST), self._bits(on, SECOND)
        doubt = ""
        if self.tests.has_unknown:
            doubt = f"WHEN {self.tests.listed('categories')} THEN {self.all_perhaps} WHEN {held} = 0 THEN 0"
        plain = f"{held} = 0 AND u = 0" if doubt else f"{held} = 0"
        return (
            f"CAST(CASE WHEN {plain} THEN 0 {doubt} WHEN {held} <= 2 THEN ({one}) | CASE WHEN {held} = 2 THEN {two} "
            f"ELSE 0 END ELSE list_reduce({each}, lambda a, b : a | b) END AS {self.kind})"
        )

    def _bits(self, on: date | str, item: Held) -> str:
        """The bits one held class sets on a payment day, looked up by its number; a class nobody knows may be any."""
        number, recognised, ended = item
        dated: dict[str, list[ClassTest]] = {}
        for test in self.tests.classes:
            inside = TRUE if test.recognised is None else within(test.recognised, recognised, on)
            dated.setdefault(inside, []).append(test)
        dated.pop(TRUE, None)
        # one look for all tests; those on the day of recognition are taken out again where it is another
        looked_up = [self._listed(number, list(self.tests.classes))]
        for inside, tests in dated.items():
            mine = sum(3 << (2 * self.tests.bit(test)) for test in tests)
            # a day that is not known lies in no range
            looked_up.append(f"CASE WHEN {inside} THEN -1 ELSE {-1 - mine} END")
        holds = f"({recognised} IS NULL OR {recognised} <= {day(on)}) AND {ended} >= {day(on)}"
        bits = " & ".join(looked_up)
        return f"CASE WHEN {number} IS NULL THEN {self.all_perhaps} WHEN {holds} THEN {bits} ELSE 0 END"

    def _listed(self, number: str, tests: list[ClassTest]) -> str:
        """The bits of some tests, as a list with a place for each class."""
        bits = [sum(self._bit(test, name) for test in tests) for name in self.program.vocabulary.categories]
        if not any(bits):
            return "0"
        return f"CAST([{', '.join(str(value) for value in bits)}] AS {self.kind}[])[{number}]"

    def _bit(self, test: ClassTest, name: str) -> int:
        bit = self.tests.bit(test)
        return 1 << (2 * bit) if name in test.codes else 1 << (2 * bit + 1) if name in test.wider else 0
