"""Conditions as SQL. NULL is unknown, as None is in policy.conditions; the two are held equal by tests.

Expressions are written in DuckDB's words and parsed into a sqlglot tree by the writer. A fact whose absence means
"none" is NULL in the snapshot when nothing happened, so its tests are closed with COALESCE; when the snapshot's
`unknown` list names it, they are NULL again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import ClassVar, Literal

from yingbao.kernel.dates import Duration
from yingbao.policy.conditions import (
    AgeTest,
    All,
    AnyOf,
    Atom,
    ClassTest,
    CodeTest,
    Condition,
    Constant,
    DateRange,
    DateTest,
    DayRef,
    FirstTimeTest,
    FlagTest,
    LapseTest,
    Not,
    NumberTest,
    PaymentTest,
    SpanTest,
    YearsTest,
)
from yingbao.policy.facts import FACTS
from yingbao.policy.schema.reference import CustomFact

TRUE, FALSE = "TRUE", "FALSE"
#: A payment day: a constant, or an expression over the row.
On = date | str
#: How many items a list has, laid flat (policy.sql.laying).
COUNT = "{}_n"
#: How many items of a list have columns of their own; a kept table's `more` holds the lists in this order.
PLACES = {"employee_cover": 1, "elsewhere_cover": 1, "categories": 2}


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def column(fact: str) -> str:
    """The column of a fact; those a release names for itself are quoted, whatever letters they are written in."""
    return fact if fact in FACTS else '"' + fact + '"'


def coded_column(fact: str) -> str:
    """The column with a code's place among those asked for (policy.sql.laying)."""
    return f'"{fact}_no"'


def day(value: date | str) -> str:
    """A date literal, or the expression as it is."""
    return f"DATE '{value.isoformat()}'" if isinstance(value, date) else value


def both(parts: Iterable[str]) -> str:
    """Kleene's and, constants folded."""
    kept = [part for part in parts if part != TRUE]
    if FALSE in kept:
        return FALSE
    return TRUE if not kept else kept[0] if len(kept) == 1 else "(" + " AND ".join(kept) + ")"


def either(parts: Iterable[str]) -> str:
    """Kleene's or, constants folded."""
    kept = [part for part in parts if part != FALSE]
    if TRUE in kept:
        return TRUE
    return FALSE if not kept else kept[0] if len(kept) == 1 else "(" + " OR ".join(kept) + ")"


def negate(part: str) -> str:
    """Kleene's not."""
    return {TRUE: FALSE, FALSE: TRUE}.get(part, f"(NOT {part})")


def three_valued(yes: str, perhaps: str) -> str:
    """TRUE, NULL or FALSE by two truths."""
    if perhaps == FALSE:
        return f"({yes})"
    return f"CASE WHEN {yes} THEN TRUE WHEN {perhaps} THEN NULL ELSE FALSE END"


def plus(start: date | str, length: Duration) -> str:
    """A date some days or months later; the last day of a shorter month, as kernel.dates does."""
    if isinstance(start, date):
        return day(length.after(start))
    if length.unit == "day":
        return f"({start} + {length.amount})"
    return f"CAST({start} + INTERVAL '{length.amount}' MONTH AS DATE)"


@dataclass(slots=True)
class Tests:
    """Writes conditions over the columns of a snapshot.

    `classes` numbers the class tests; each has a bit that says yes and one that says perhaps in the class mask.
    """

    #: whether stages read truths worked out beforehand (policy.sql.kinds)
    by_kind: ClassVar[bool] = False

    benefit_year: int
    custom: Mapping[str, CustomFact]
    has_unknown: bool
    classes: dict[ClassTest, int] = field(default_factory=dict)
    #: facts of which nothing may have happened → the bit of `happened` that something did, or that nobody knows
    events: dict[str, int] = field(default_factory=dict)
    #: facts whose unknownness is asked for → the bit of the column `u` that says it; first those of `events`
    listable: dict[str, int] = field(default_factory=dict)
    #: coded facts → the values asked for, in the order of their numbers
    coded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    #: codes are read by number, and lists from `more`, in a table laid flat; else as they stand in the snapshot
    by_number: bool = False
    #: coded output columns as enumerations (name → values met), which DuckDB writes far faster than text
    enums: dict[str, list[str]] | None = None
    #: rewrites whole atoms, for tests that plant a wrong reading
    planted: Callable[[Atom, str], str] | None = None

    def absent(self, fact: str) -> Literal["unknown", "none"]:
        """What NULL means in a fact's column."""
        if fact in FACTS:
            return FACTS[fact].absent
        return self.custom[fact].absent

    def kind(self, fact: str) -> str:
        """What kind of fact it is."""
        return FACTS[fact].kind if fact in FACTS else self.custom[fact].kind

    def survey(self, asked: Iterable[Atom]) -> None:
        """Number the events and the codes that these atoms ask for, always in the same order."""
        events: set[str] = set()
        coded: dict[str, set[str]] = {}
        for atom in asked:
            match atom:
                case CodeTest():
                    coded.setdefault(atom.fact, set()).update(atom.values)
                case DateTest() | SpanTest() | FlagTest():
                    fact = "employee_cover" if atom.fact == "employee_cover_end" else atom.fact
                    if self.absent(fact) == "none":
                        events.add(fact)
        self.events = {fact: bit for bit, fact in enumerate(sorted(events))}
        self.coded = {fact: tuple(sorted(values)) for fact, values in sorted(coded.items())}
        if self.has_unknown:
            self.listable = dict(self.events)

    def event(self, fact: str) -> int:
        """The bit of `happened` for a fact."""
        return 1 << self.events[fact]

    def value(self, fact: str) -> str:
        """The column that says a fact, as this reading takes it; NULL where it is not known."""
        return f"NULLIF({coded_column(fact)}, 0)" if self.by_number and fact in self.coded else column(fact)

    def items(self, fact: str) -> str:
        """The list itself, for rows where it has more items than were laid flat."""
        return f"more[{list(PLACES).index(fact) + 1}]" if self.by_number else fact

    def guard(self, fact: str, known: str) -> str:
        """`known` unless the row's `unknown` list names the fact."""
        if not self.has_unknown or self.absent(fact) == "unknown":
            return known
        return f"CASE WHEN {self.listed(fact)} THEN NULL ELSE {known} END"

    def listed(self, fact: str) -> str:
        """Whether the row's `unknown` list names the fact."""
        if not self.has_unknown:
            return FALSE
        return f"((u & {1 << self.listable.setdefault(fact, len(self.listable))}) <> 0)"

    def bit(self, node: ClassTest) -> int:
        """The number of a class test."""
        return self.classes.setdefault(node, len(self.classes))

    def code(self, column: str, value: str) -> str:
        """A value of a coded output column."""
        if self.enums is None:
            return text(value)
        values = self.enums.setdefault(column, [])
        if value not in values:
            values.append(value)
        return f"CAST({text(value)} AS {column}_code)"

    def condition(self, node: Condition, on: On, mask: str = "m") -> str:
        """The condition as an SQL truth value."""
        match node:
            case Constant():
                return TRUE if node.value else FALSE
            case All():
                return both(self.condition(part, on, mask) for part in node.parts)
            case AnyOf():
                return either(self.condition(part, on, mask) for part in node.parts)
            case Not():
                return negate(self.condition(node.part, on, mask))
            case _:
                return self.leaf(node, on, mask)

    def leaf(self, node: Atom, on: On, mask: str) -> str:
        """One test, as a test plan may have rewritten it."""
        written = self.atom(node, on, mask)
        return self.planted(node, written) if self.planted else written

    def pair(self, node: Atom, on: On, mask: str) -> tuple[str, str] | None:
        """A test's truths `yes` and `perhaps`, where they have been worked out beforehand (policy.sql.kinds)."""
        del node, on, mask
        return None

    def dated(self, on: On) -> str:
        """Whether there is a payment day."""
        return TRUE if isinstance(on, date) else f"({on} IS NOT NULL)"

    def truth(self, sql: str) -> str:
        """A truth about the row that is never NULL, where a stage reads it."""
        return sql

    def number(self, sql: str) -> str:
        """A small whole number of the row, or NULL, where a stage reads it."""
        return sql

    def atom(self, node: Atom, on: On, mask: str) -> str:
        """One atomic test."""
        match node:
            case PaymentTest():
                return _payment(node, on)
            case ClassTest():
                return self._class(node, mask)
            case DateTest():
                return self._date(node, on)
            case CodeTest():
                return self._closed(node.fact, self.among(node))
            case FlagTest():
                return self._flag(node)
            case NumberTest():
                return both(_bounds(column(node.fact), node.at_least, node.at_most))
            case AgeTest():
                return _age(node, on)
            case YearsTest():
                return self._years(node)
            case FirstTimeTest():
                return self._first_time(node)
            case LapseTest():
                return both(_bounds("lapsed", node.at_least, node.at_most))
            case SpanTest():
                none = f"{COUNT.format(node.fact)} = 0"
                active = self.active(node.fact, node.on, on)
                return self.guard(node.fact, f"CASE WHEN {none} THEN FALSE ELSE {active} END")

    def among(self, node: CodeTest) -> str:
        """A coded fact is one of the values; NULL where it is."""
        if self.by_number:
            listed = ", ".join(str(self.coded[node.fact].index(value) + 1) for value in sorted(node.values))
        else:
            listed = ", ".join(text(value) for value in sorted(node.values))
        return f"({self.value(node.fact)} IN ({listed}))"

    def _closed(self, fact: str, test: str) -> str:
        """A test on a fact: false where nothing happened, NULL where nobody knows."""
        if self.absent(fact) == "unknown":
            return test
        return self.guard(fact, f"COALESCE({test}, FALSE)")

    def _class(self, node: ClassTest, mask: str) -> str:
        bit = self.bit(node)
        yes, perhaps = 1 << (2 * bit), 1 << (2 * bit + 1)
        return three_valued(f"({mask} & {yes}) <> 0", f"({mask} & {perhaps}) <> 0")

    def active(self, spans: str, ref: DayRef, on: On) -> str:
        """Whether a list of spans has one that covers a day; NULL where there is no span."""
        instant = day(at(ref, on))
        one = f"({spans}_from <= {instant} AND {spans}_until >= {instant})"
        return f"CASE WHEN {COUNT.format(spans)} > 1 THEN {self._some_active(spans, instant)} ELSE {one} END"

    def _some_active(self, spans: str, on: str) -> str:
        covers = f"(s.from_on IS NULL OR s.from_on <= {on}) AND (s.until_on IS NULL OR s.until_on >= {on})"
        return f"len(list_filter({self.items(spans)}, lambda s : {covers})) > 0"

    def ended(self, spans: str, on: On) -> str:
        """The last day of the latest span that ended before the payment day; NULL while one is active."""
        past = f"list_filter({self.items(spans)}, lambda s : s.until_on < {day(on)})"
        latest = f"list_max(list_transform({past}, lambda s : s.until_on))"
        some = f"CASE WHEN {self._some_active(spans, day(on))} THEN NULL ELSE {latest} END"
        # a span that ended is not active, and there is no other
        one = f"CASE WHEN {spans}_until < {day(on)} THEN {spans}_until END"
        return f"CASE WHEN {COUNT.format(spans)} > 1 THEN {some} ELSE {one} END"

    def _date(self, node: DateTest, on: On) -> str:
        derived = node.fact == "employee_cover_end"
        fact = "employee_cover" if derived else node.fact
        value = self.ended("employee_cover", on) if derived else column(node.fact)
        if not node.exists:
            return self.guard(fact, f"({value} IS NULL)")
        if derived:
            return self.guard(fact, f"COALESCE({within(node.range, value, on)}, FALSE)")
        bounds = within(node.range, value, on)
        return self._closed(fact, f"({value} IS NOT NULL)" if bounds == TRUE else bounds)

    def _flag(self, node: FlagTest) -> str:
        if self.absent(node.fact) == "unknown":
            return f"({column(node.fact)} = {TRUE if node.value else FALSE})"
        held = f"COALESCE({column(node.fact)}, FALSE)"
        return self.guard(node.fact, held if node.value else negate(held))

    def _years(self, node: YearsTest) -> str:
        years = node.fact if self.absent(node.fact) == "unknown" else f"COALESCE({node.fact}, [])"
        listed = "[" + ", ".join(str(year) for year in sorted(node.years)) + "]"
        has = "list_has_all" if node.mode == "all_of" else "list_has_any"
        found = f"{has}({years}, {listed})"
        return self.guard(node.fact, negate(found) if node.mode == "none_of" else found)

    def _first_time(self, node: FirstTimeTest) -> str:
        employed = f"({COUNT.format('employee_cover')} > 0 AND NOT {self.listed('employee_cover')})"
        never = f"(insured_count = 0) = {TRUE if node.value else FALSE}"
        return f"CASE WHEN {employed} THEN {FALSE if node.value else TRUE} ELSE {never} END"


def _bounds(value: str, low: int | None, high: int | None) -> list[str]:
    found = [] if low is None else [f"({value} >= {low})"]
    return found if high is None else [*found, f"({value} <= {high})"]


def _payment(node: PaymentTest, on: On) -> str:
    if isinstance(on, date):
        return TRUE if node.holds(on) else FALSE
    parts = [] if node.first is None else [f"({on} >= {day(node.first)})"]
    if node.last is not None:
        parts.append(f"({on} <= {day(node.last)})")
    if node.days_of_month is not None:
        parts.append(f"(day({on}) BETWEEN {node.days_of_month[0]} AND {node.days_of_month[1]})")
    return both(parts)


def at(ref: DayRef, on: On) -> On:
    """The day a reference stands for."""
    return on if isinstance(ref, str) else ref


def within(spec: DateRange, column: str, on: On) -> str:
    """A date column lies in a range."""
    parts: list[str] = []
    if spec.first is not None:
        parts.append(f"({column} >= {day(at(spec.first, on))})")
    if spec.last is not None:
        parts.append(f"({column} <= {day(at(spec.last, on))})")
    if spec.same_year:
        parts.append(f"(year({column}) = {on.year if isinstance(on, date) else f'year({on})'})")
    if spec.within is not None:
        less = "<" if spec.strict else "<="
        if spec.within.unit == "month":
            # adding months is dear: whoever is further off than any months are long is not asked
            parts.append(_not_before(column, on, 31 * spec.within.amount))
        parts.append(f"({column} <= {day(on)})")
        parts.append(f"({day(on)} {less} {plus(column, spec.within)})")
    if spec.beyond is not None:
        parts.append(f"({day(on)} > {plus(column, spec.beyond)})")
    return both(parts)


def _not_before(column: str, on: On, days: int) -> str:
    """A date lies no further back than some days before the payment day; counting them is cheaper than moving the day."""
    if isinstance(on, date):
        return f"({column} >= {day(on - timedelta(days))})"
    return f"({on} - {column} <= {days})"


def _age(node: AgeTest, on: On) -> str:
    reference = at(node.on, on)

    def cut(age: int) -> str:
        if isinstance(reference, date):
            return day(node.cut(age, reference))
        shifted = f"({reference} - 1)" if node.day_after else reference
        return f"CAST({shifted} - INTERVAL '{12 * age}' MONTH AS DATE)"

    parts = [] if node.at_least is None else [f"(birth_date <= {cut(node.at_least)})"]
    if node.under is not None:
        parts.append(f"(birth_date > {cut(node.under)})")
    return both(parts)


def lapsed(benefit_year: int, since: int | None) -> str:
    """policy.facts.lapsed_years as SQL: whole benefit years lapsed, NULL while the history is not known.

    Nobody's first enrolment is a lapse: without any year none has lapsed.
    """
    before = benefit_year - 1
    years = f"{before} - covered_last"
    if since is not None:
        years = f"LEAST({years}, {max(0, benefit_year - since)})"
    return (
        f"CASE WHEN covered_last = {before} THEN 0 WHEN insured_count IS NULL THEN NULL "
        f"WHEN covered_last IS NULL THEN 0 ELSE {years} END"
    )


def repaid(benefit_year: int) -> str:
    """How many of the lapsed years have been paid for afterwards (policy.waits.repaid)."""
    test = f"y >= {benefit_year} - lapsed AND y < {benefit_year}"
    return f"COALESCE(len(list_filter(repaid_years, lambda y : {test})), 0)"
