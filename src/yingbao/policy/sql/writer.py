"""One release as one SELECT: stage upon stage, each a few columns, so that no row is worked on twice.

    facts    what the rules ask of a row: class mask, lapsed years
    gate     who may enrol (`e`) and in which window (`w`)
    priced   the index of the price (`p`)
    chosen   the subsidies of each group (`g0`, `g1`, …), picked from tables worked out in policy.amounts
    covered  first and last day of cover, waiting days
    later    what follows to the bank card

Codes below zero say what is unknown, so that `missing` can name it. There is no division; all money is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlglot
from sqlglot import exp

from yingbao.policy.conditions import (
    Atom,
    Condition,
    DateTest,
    FirstTimeTest,
    LapseTest,
    SpanTest,
    atoms,
    fact_of,
)
from yingbao.policy.facts import DERIVED, FACTS
from yingbao.policy.program import BandPlan, Program
from yingbao.policy.sql.amounts import AmountTables
from yingbao.policy.sql.cover import CoverWriter
from yingbao.policy.sql.predicates import (
    FALSE,
    TRUE,
    Tests,
    both,
    day,
    either,
    first_of,
    lapsed,
    text,
    within,
)

NOT_ADMITTED = 10_000
NO_BAND = -1_000_000
#: A name that may be missing, and the truth that it is.
Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SqlReading:
    """The SELECT as a tree, the snapshot columns it reads, and the enumerations it needs (type → values)."""

    tree: exp.Expr
    columns: tuple[str, ...]
    types: Mapping[str, tuple[str, ...]]

    def sql(self, dialect: str = "duckdb") -> str:
        """The text for an engine."""
        return self.tree.sql(dialect=dialect)


def to_sql(
    program: Program,
    *,
    source: str = "snapshot",
    on: date | None = None,
    has_unknown: bool = True,
    has_refusal: bool = False,
    enums: bool = False,
    planted: Callable[[Atom, str], str] | None = None,
) -> SqlReading:
    """The release as a SELECT over the relation `source`.

    `on`: the payment day of every row; None reads the column `paid_on`. `has_unknown`: the snapshot has the list
    column `unknown`. `has_refusal`: a text column `refusal` says why a row could not be read. `enums`: coded
    columns are enumerations that the caller creates from `types`.
    """
    writer = _Writer(program, on, has_unknown, has_refusal, planted, enums)
    tree = sqlglot.parse_one(writer.select(source), read="duckdb")
    forbidden = [kind.__name__ for kind in (exp.Div, exp.IntDiv) if tree.find(kind)]
    if forbidden:
        raise AssertionError(f"the SQL reading divides: {forbidden}")
    types = {f"{name}_code": tuple(values) for name, values in (writer.tests.enums or {}).items()}
    return SqlReading(tree, writer.columns(), types)


def columns_read(program: Program, on: date | None) -> tuple[str, ...]:
    """The snapshot columns the rules of a release ask for, sorted."""
    return _Writer(program, on, False, False, None).columns()


class _Writer:
    """Writes the stages of one release."""

    def __init__(
        self,
        program: Program,
        on: date | None,
        has_unknown: bool,
        has_refusal: bool,
        planted: Callable[[Atom, str], str] | None,
        enums: bool = False,
    ) -> None:
        self.program = program
        self.on: date | str = on if on is not None else "paid_on"
        self.has_unknown = has_unknown
        self.has_refusal = has_refusal
        self.tests = Tests(
            program.benefit_year,
            program.release.facts,
            has_unknown,
            enums={} if enums else None,
            planted=planted,
        )
        self.amounts = AmountTables(program, self.tests)
        self.cover = CoverWriter(program, self.tests, self.on)
        self.pieces: list[Piece] = []

    def columns(self) -> tuple[str, ...]:
        """The snapshot columns the rules ask for, sorted."""
        names = {"person_id"} | {
            name for c in self._conditions() for a in atoms(c) for name in _columns_of(a)
        }
        names |= self.cover.columns()
        if any(b.band.times_periods for bands in self.program.prices.values() for b in bands):
            names.add("periods")
        if any(b.band.prorate for bands in self.program.prices.values() for b in bands):
            names.add("birth_date")
        if self._uses_arrears:
            names |= {"repaid_years", "insured_years", "employee_cover"}
        if self.program.release.later_transfer:
            names.add("categories")
        if isinstance(self.on, str):
            names.add("paid_on")
        return tuple(sorted(names))

    def _conditions(self) -> list[Condition]:
        program = self.program
        found = [p.condition for p in (*program.bars, *program.admits)]
        found += [w.condition for w in program.windows]
        found += [s.condition for s in program.subsidies.values()]
        found += [b.condition for bands in program.prices.values() for b in bands]
        for plan in program.waits.values():
            found += [*plan.parts, *([plan.exempt] if plan.exempt else [])]
        return found

    def select(self, source: str) -> str:
        """The whole statement. The later stages are written first: they number the class tests."""
        gate = self._gate()
        priced = self._priced()
        groups = self.amounts.groups(self.on, "m")
        covered = self.cover.columns_sql()
        later = self.amounts.later(self.on)
        missing = self._missing(groups)
        output = self._output(missing)
        derived = f"{self._mask('m', self.on)}{self._lapsed()}"
        facts = f"SELECT *, {derived} FROM (SELECT *{self._firsts()} FROM {self._listed(source)}) AS listed"
        stage = f"SELECT *, {gate['e']} AS e FROM ({facts}) AS facts"
        stage = f"SELECT *, {gate['w']} AS w FROM ({stage}) AS gate"
        stage = f"SELECT *, {priced} AS p FROM ({stage}) AS opened"
        listed = "".join(f", {sql} AS g{i}" for i, sql in enumerate(groups))
        stage = f"SELECT *{listed} FROM ({stage}) AS priced"
        stage = f"SELECT *, {self.amounts.key('p', 'g')} AS k, {covered} FROM ({stage}) AS chosen"
        stage = f"SELECT *, {self.cover.wait_sql()} FROM ({stage}) AS waiting"
        if later is not None:
            stage = f"SELECT *, {later.first} AS first_recognised FROM ({stage}) AS covered"
            mask = f"CASE WHEN first_recognised IS NULL THEN 0 ELSE {self._mask_expression('first_recognised')} END"
            stage = f"SELECT *, {mask} AS m2 FROM ({stage}) AS recognised"
            listed = ", ".join(f"{sql} AS h{i}" for i, sql in enumerate(later.groups))
            stage = f"SELECT *, {listed} FROM ({stage}) AS remasked"
            stage = f"SELECT *, {self.amounts.key('p', 'h')} AS k2 FROM ({stage}) AS rechosen"
        return f"SELECT {output} FROM ({stage}) AS answered"

    def _listed(self, source: str) -> str:
        """The source with one truth for each fact the row's `unknown` list may name; most rows list none."""
        if not self.tests.listable:
            return source
        truths = ", ".join(
            f"CASE WHEN unknown IS NULL THEN FALSE ELSE list_contains(unknown, {text(fact)}) END AS {column}"
            for fact, column in self.tests.listable.items()
        )
        return f"(SELECT *, {truths} FROM {source})"

    def _firsts(self) -> str:
        """The first items of lists, taken once."""
        lists = [name for name in ("employee_cover", "elsewhere_cover") if name in self.columns()]
        items: list[tuple[str, int, str]] = [(name, 1, first_of(name)) for name in lists]
        if self.tests.classes:
            items += [("categories", 1, "categories_1"), ("categories", 2, "categories_2")]
        # most lists are empty: asking first costs a third of taking an item that is not there
        return "".join(
            f", CASE WHEN len({name}) >= {place} THEN {name}[{place}] END AS {column}"
            for name, place, column in items
        )

    def _mask(self, name: str, on: date | str) -> str:
        return f"{self._mask_expression(on)} AS {name}"

    def _mask_expression(self, on: date | str) -> str:
        """The class tests of a row as bits: two for each test, yes and perhaps."""
        if not self.tests.classes:
            return "0"
        each = f"list_transform(categories, lambda c : {self._holding_bits(on, 'c')})"
        kind = "BIGINT" if len(self.tests.classes) <= 31 else "HUGEINT"
        # nearly everybody holds no class, one or two: these need no folding of lists
        one, two = self._holding_bits(on, "categories_1"), self._holding_bits(on, "categories_2")
        none = (
            f"CASE COALESCE(len(categories), 0) WHEN 0 THEN 0 WHEN 1 THEN {one} WHEN 2 THEN ({one}) | ({two}) "
            f"ELSE list_reduce({each}, lambda a, b : a | b) END"
        )
        if self.has_unknown:
            all_perhaps = sum(1 << (2 * bit + 1) for bit in self.tests.classes.values())
            none = f"CASE WHEN {self.tests.listed('categories')} THEN {all_perhaps} ELSE {none} END"
        return f"CAST({none} AS {kind})"

    def _holding_bits(self, on: date | str, c: str) -> str:
        """The bits one held class sets on a payment day; a class nobody knows may be any."""
        arms: dict[str, str] = {}
        codes = sorted({c for test in self.tests.classes for c in (*test.codes, *test.wider)})
        kind = "BIGINT" if len(self.tests.classes) <= 31 else "HUGEINT"
        for code in codes:
            bits = self._bits_of(code, on, c)
            if bits != "0":
                arms.setdefault(bits, "")
                arms[bits] += f"{', ' if arms[bits] else ''}{text(code)}"
        known = ", ".join(text(code) for code in self.program.vocabulary.categories if code not in codes)
        whens = "".join(
            f" WHEN {c}.class IN ({listed}) THEN CAST({bits} AS {kind})" for bits, listed in arms.items()
        )
        if known:
            whens += f" WHEN {c}.class IN ({known}) THEN 0"
        all_perhaps = sum(1 << (2 * bit + 1) for bit in self.tests.classes.values())
        held = (
            f"({c}.recognised_on IS NULL OR {c}.recognised_on <= {day(on)}) "
            f"AND ({c}.ended_on IS NULL OR {c}.ended_on >= {day(on)})"
        )
        unknown = f"CASE{whens} ELSE CAST({all_perhaps} AS {kind}) END"
        in_vocabulary = ", ".join(text(code) for code in self.program.vocabulary.categories)
        stranger = f"CASE WHEN {c}.class IN ({in_vocabulary}) THEN 0 ELSE CAST({all_perhaps} AS {kind}) END"
        return f"CASE WHEN {held} THEN {unknown} ELSE {stranger} END"

    def _bits_of(self, code: str, on: date | str, c: str) -> str:
        plain = 0
        dated: list[str] = []
        for test, bit in self.tests.classes.items():
            if code in test.codes:
                value = 1 << (2 * bit)
            elif code in test.wider:
                value = 1 << (2 * bit + 1)
            else:
                continue
            if test.recognised is None:
                plain |= value
            else:
                inside = within(test.recognised, f"{c}.recognised_on", on)
                dated.append(f"CASE WHEN {c}.recognised_on IS NOT NULL AND {inside} THEN {value} ELSE 0 END")
        return " | ".join([str(plain), *dated]) if dated else str(plain)

    @property
    def _uses_arrears(self) -> bool:
        return any(band.band.arrears for bands in self.program.prices.values() for band in bands)

    def _lapsed(self) -> str:
        used = any(isinstance(a, LapseTest) for c in self._conditions() for a in atoms(c))
        if not used and not self.cover.uses_lapse and not self._uses_arrears:
            return ""
        since = self.program.release.conventions.lapse_since
        return f", {lapsed(self.program.benefit_year, since, self.tests.listed('employee_cover'))} AS lapsed"

    def _gate(self) -> dict[str, str]:
        """`e`: 0 may enrol, n barred by bar n, NOT_ADMITTED, −1 unknown. `w`: window, 0 none, −n unknown at n."""
        bars = [self.tests.condition(p.condition, self.on) for p in self.program.bars]
        admits = [self.tests.condition(p.condition, self.on) for p in self.program.admits]
        arms = "".join(f" WHEN {bar} THEN {i}" for i, bar in enumerate(bars, 1) if bar != FALSE)
        admitted = either(admits) if admits else TRUE
        doubts = either(
            [*(f"({bar}) IS NULL" for bar in bars if bar not in (TRUE, FALSE)), f"({admitted}) IS NULL"]
        )
        e = f"CASE{arms} WHEN {admitted} = FALSE THEN {NOT_ADMITTED} WHEN {doubts} THEN -1 ELSE 0 END"
        if self.has_refusal:
            e = f"CASE WHEN refusal IS NOT NULL THEN -2 ELSE {e} END"
        opened = ""
        for i, window in enumerate(self.program.windows, 1):
            condition = self.tests.condition(window.condition, self.on)
            if condition == TRUE:
                opened += f" WHEN TRUE THEN {i}"
                break
            if condition != FALSE:
                opened += f" WHEN {condition} THEN {i} WHEN ({condition}) IS NULL THEN {-i}"
        inner = f"CASE{opened} ELSE 0 END" if opened else "0"
        self.pieces += self._gate_missing(bars)
        return {"e": e, "w": f"CASE WHEN e <> 0 THEN NULL ELSE {inner} END"}

    def _gate_missing(self, bars: list[str]) -> list[Piece]:
        found: list[Piece] = []
        for plan, bar in zip(self.program.bars, bars, strict=True):
            found += self._named(plan.condition, f"e = -1 AND ({bar}) IS NULL")
        for plan in self.program.admits:
            admit = self.tests.condition(plan.condition, self.on)
            others = either(self.tests.condition(p.condition, self.on) for p in self.program.admits)
            found += self._named(plan.condition, f"e = -1 AND ({admit}) IS NULL AND ({others}) IS NULL")
        for i, window in enumerate(self.program.windows, 1):
            found += self._named(window.condition, f"w = {-i}")
        return found

    def _named(
        self, condition: Condition, when: str, mask: str = "m", on: date | str | None = None
    ) -> list[Piece]:
        """Pieces of `missing`: the facts some atom of the condition lacks, where `when` holds."""
        lacking = self.tests.missing(condition, self.on if on is None else on, mask)
        return [(fact, both([when, test])) for fact, test in lacking.items()]

    def _priced(self) -> str:
        """`p`: the price's index; below zero −(3b+1) band b unknown, −(3b+2) its count, −(3b+3) its parameter."""
        bands = [band for plans in self.program.prices.values() for band in plans]
        number = {band.rule: i for i, band in enumerate(bands)}
        arms = ""
        for i, window in enumerate(self.program.windows, 1):
            inner = ""
            for band in window.price:
                b = number[band.rule]
                condition = self.tests.condition(band.condition, self.on)
                inner += f" WHEN {condition} THEN {self._value(band, b)}"
                if condition != TRUE:
                    inner += f" WHEN ({condition}) IS NULL THEN {-(3 * b + 1)}"
            arms += f" WHEN {i} THEN CASE{inner} ELSE {NO_BAND} END"
            self.pieces.append((f"price:{window.rule}", f"w = {i} AND p = {NO_BAND}"))
        for band in bands:
            b = number[band.rule]
            self.pieces += self._named(band.condition, f"p = {-(3 * b + 1)}")
            self.pieces += self._uncounted(band, f"p = {-(3 * b + 2)}")
            if band.values[0].parameter is not None:
                self.pieces.append((f"parameter:{band.values[0].parameter}", f"p = {-(3 * b + 3)}"))
        return f"CASE w{arms} END" if arms else "CAST(NULL AS INTEGER)"

    def _uncounted(self, band: BandPlan, when: str) -> list[Piece]:
        """What a band lacks whose count of units is not known."""
        if band.band.arrears is None:
            return [("periods" if band.band.times_periods else "birth_date", when)]
        listed = self.tests.listed("repaid_years")
        return [("repaid_years", both([when, listed])), ("insured_years", both([when, f"NOT {listed}"]))]

    def _value(self, band: object, b: int) -> str:
        return self.amounts.price_index(band, -(3 * b + 2), -(3 * b + 3), self.on)

    def _missing(self, groups: list[str]) -> str:
        """The names of what is missing, sorted, joined by semicolons; NULL when nothing is."""
        tests: dict[str, list[str]] = {}
        for name, test in (
            *self.pieces,
            *self.amounts.missing_pieces(self._named),
            *self.cover.missing_pieces(self._named),
        ):
            tests.setdefault(name, []).append(f"({test})")
        named = ", ".join(
            f"CASE WHEN {either(dict.fromkeys(found))} THEN {text(name)} END"
            for name, found in sorted(tests.items())
        )
        flags = ["e = -1", "w < 0", "p < 0", *(f"g{i} < 0" for i in range(len(groups)))]
        flags += self.cover.doubt_flags() + self.amounts.doubt_flags()
        return f"CASE WHEN {either(flags)} THEN NULLIF(concat_ws(';', {named}), '') END" if named else "NULL"

    def _output(self, missing: str) -> str:
        parts = [
            "person_id",
            f"{self._outcome()} AS outcome",
            f"{self._reason()} AS reason",
            *self.amounts.output(),
            *self.cover.output(),
            *self.amounts.transfer_output(),
            *self._rules(),
            f"{missing} AS missing",
            f"{day(self.on)} AS paid_on",
            f"{self.tests.code('digest', self.program.digest)} AS release_digest",
        ]
        parts.append("refusal" if self.has_refusal else "CAST(NULL AS VARCHAR) AS refusal")
        return ", ".join(parts)

    def _outcome(self) -> str:
        code = self.tests.code
        refused = f"WHEN e = -2 THEN {code('outcome', 'refused')} " if self.has_refusal else ""
        return (
            f"CASE {refused}WHEN w > 0 AND k >= 0 THEN {code('outcome', 'payable')} "
            f"WHEN e > 0 OR w = 0 THEN {code('outcome', 'not_payable')} ELSE {code('outcome', 'undetermined')} END"
        )

    def _reason(self) -> str:
        code = self.tests.code
        refused = f"WHEN e = -2 THEN {code('reason', 'refused')} " if self.has_refusal else ""
        bars = "".join(
            f" WHEN e = {i} THEN {code('reason', p.rule)}" for i, p in enumerate(self.program.bars, 1)
        )
        return (
            f"CASE {refused}WHEN w > 0 AND k >= 0 THEN {code('reason', '')}{bars} "
            f"WHEN e = {NOT_ADMITTED} THEN {code('reason', 'not-admitted')} "
            f"WHEN w = 0 THEN {code('reason', 'no-window')} ELSE {code('reason', 'undetermined')} END"
        )

    def _rules(self) -> list[str]:
        """The ids of the rules that made the answer."""
        code = self.tests.code
        windows = list(enumerate(self.program.windows, 1))
        window = "".join(f" WHEN {i} THEN {code('window', w.rule)}" for i, w in windows)
        cover = "".join(f" WHEN {i} THEN {code('cover', f'cover.{w.cover}')}" for i, w in windows)
        waits = [(i, f"waiting.{w.waiting}") for i, w in windows if w.waiting]
        waiting = "".join(f" WHEN {i} THEN {code('waiting', rule)}" for i, rule in waits)
        fiscal = ", ".join(str(i) for i, w in windows if w.fiscal)
        nothing = "CAST(NULL AS VARCHAR)"
        return [
            f"{f'CASE w{window} END' if window else nothing} AS window_rule",
            f"{self.amounts.price_rule()} AS price_rule",
            f"{self.amounts.subsidy_rules()} AS subsidy_rules",
            f"{f'CASE w{cover} END' if cover else nothing} AS cover_rule",
            f"{f'CASE w{waiting} END' if waiting else nothing} AS waiting_rule",
            f"COALESCE(w IN ({fiscal}), FALSE) AS fiscal" if fiscal else "FALSE AS fiscal",
        ]


def _columns_of(atom: Atom) -> set[str]:
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
