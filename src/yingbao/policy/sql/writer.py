"""One release as one SELECT: stage upon stage, each a few columns, so that no row is worked on twice.

    laid     lists as columns of their own: how many items, the parts of the first; what is not known
    facts    what the rules ask of a row: class mask, lapsed years
    gate     who may enrol (`e`) and in which window (`w`)
    priced   the index of the price (`p`)
    chosen   the subsidies of each group (`g0`, `g1`, …), picked from tables worked out in policy.amounts
    covered  first and last day of cover, waiting days
    later    what follows to the bank card
    answered the keys of the two tables that say the rest (policy.sql.answers)

Codes below zero say what is unknown, so that `missing` can name it. There is no division; all money is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

import sqlglot
from sqlglot import exp

from yingbao.policy.conditions import (
    Atom,
    Condition,
    Constant,
    LapseTest,
    atoms,
)
from yingbao.policy.program import BandPlan, Program
from yingbao.policy.sql.amounts import AmountTables
from yingbao.policy.sql.answers import MONEY, NOT_ADMITTED, Answers
from yingbao.policy.sql.classes import ClassMask
from yingbao.policy.sql.columns import columns_of
from yingbao.policy.sql.cover import CoverWriter, among
from yingbao.policy.sql.kinds import Kinds, KindTests
from yingbao.policy.sql.laying import laid
from yingbao.policy.sql.predicates import (
    FALSE,
    TRUE,
    Tests,
    both,
    day,
    either,
    lapsed,
    negate,
    text,
)
from yingbao.policy.sql.shortcuts import Shortcuts, any_of

NO_BAND = -1_000_000
#: Columns that may depend on a row's own days, or are not of the rules.
DATED = ("benefit_start", "benefit_end", "waiting_days", "transfer_fen", "transfer_month")
OWN = frozenset({*DATED, "paid_on", "release_digest", "refusal"})
#: A name that may be missing, and the truth that it is.
Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class SqlReading:
    """The SELECT as a tree, the snapshot columns it reads, and the enumerations it needs (type → values).

    `laying` is the source with its lists laid flat: a table made of it may be read with `laid_flat` on any day.
    """

    tree: exp.Expr
    columns: tuple[str, ...]
    types: Mapping[str, tuple[str, ...]]
    laying: exp.Expr

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
    laid_flat: bool = False,
    by_kind: bool = False,
    asked: Collection[str] | None = None,
    planted: Callable[[Atom, str], str] | None = None,
) -> SqlReading:
    """The release as a SELECT over the relation `source`.

    `on`: the payment day of every row; None reads the column `paid_on`. `has_unknown`: the snapshot has the list
    column `unknown`. `has_refusal`: a text column `refusal` says why a row could not be read. `enums`: coded
    columns are enumerations that the caller creates from `types`. `laid_flat`: `source` was made by `laying`.
    `by_kind`: the rules are asked of each kind of person once (policy.sql.kinds); the rows are held in memory on the
    way, and come in any order. A release with a later transfer, which depends on each one's own days, is read row by row.
    `asked`: the columns wanted besides `person_id`; None is all. Every column has to be planned, `missing` above all.
    """
    writer = _Writer(program, on, has_unknown, has_refusal, planted, enums, laid_flat, by_kind)
    tree = sqlglot.parse_one(writer.select(source, asked), read="duckdb")
    laying = sqlglot.parse_one(writer.laying(source), read="duckdb")
    forbidden = [kind.__name__ for kind in (exp.Div, exp.IntDiv) if tree.find(kind) or laying.find(kind)]
    if forbidden:
        raise AssertionError(f"the SQL reading divides: {forbidden}")
    types = {f"{name}_code": tuple(values) for name, values in (writer.tests.enums or {}).items()}
    return SqlReading(tree, writer.columns(), types, laying)


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
        laid_flat: bool = False,
        by_kind: bool = False,
    ) -> None:
        self.program = program
        self.on: date | str = on if on is not None else "paid_on"
        self.has_unknown = has_unknown
        self.has_refusal = has_refusal
        self.rows = Tests(
            program.benefit_year,
            program.release.facts,
            has_unknown,
            enums={} if enums else None,
            by_number=laid_flat,
            planted=planted,
        )
        self.rows.survey(atom for condition in self._conditions() for atom in atoms(condition))
        self.kinds = KindTests(self.rows) if by_kind and program.release.later_transfer is None else None
        self.tests = self.kinds or self.rows
        self.amounts = AmountTables(program, self.tests)
        self.answers = Answers(program, self.tests, self.amounts)
        self.cover = CoverWriter(program, self.tests, self.on)
        self.days = CoverWriter(program, self.rows, self.on)
        self.mask = ClassMask(program, self.rows)
        self.shortcuts = Shortcuts(self.tests)
        self.laid_flat = laid_flat
        self.gate_pieces: list[Piece] = []
        self.window_pieces: list[Piece] = []
        self.priced_pieces: list[Piece] = []

    def columns(self) -> tuple[str, ...]:
        """The snapshot columns the rules ask for, sorted."""
        names = {"person_id"} | {name for c in self._conditions() for a in atoms(c) for name in columns_of(a)}
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

    def select(self, source: str, asked: Collection[str] | None = None) -> str:
        """The whole statement. The later stages are written first: they number the class tests."""
        rules, later = self._rules(), self.amounts.later(self.on)
        if self.kinds is not None:
            return self._by_kind(self.kinds, rules, source, asked)
        output = self._output(self._parts(asked))
        stage = rules(self._facts(source))
        if later is not None:
            stage = f"SELECT *, {later.first} AS first_recognised FROM ({stage}) AS covered"
            mask = f"CASE WHEN first_recognised IS NULL THEN 0 ELSE {self.mask.sql('first_recognised')} END"
            stage = f"SELECT *, {mask} AS m2 FROM ({stage}) AS recognised"
            listed = ", ".join(f"{sql} AS h{i}" for i, sql in enumerate(later.groups))
            stage = f"SELECT *, {listed} FROM ({stage}) AS remasked"
            stage = f"SELECT *, {self.amounts.key('p', 'h')} AS k2 FROM ({stage}) AS rechosen"
        return f"SELECT {output} FROM ({self._keyed(stage)}) AS answered {self.answers.joins(asked)}"

    def _keyed(self, stage: str) -> str:
        return f"SELECT *, {self.answers.keys()} FROM ({stage}) AS keyed"

    def _facts(self, source: str) -> str:
        """What the rules ask of a row, every condition having been written."""
        derived = f"{self.mask.sql(self.on)} AS m{self._lapsed()}"
        flat = source if self.laid_flat else f"({self.laying(source, kept=False)})"
        return f"SELECT *, {derived} FROM {flat} AS laid"

    def _by_kind(
        self, kinds: KindTests, rules: Callable[[str], str], source: str, asked: Collection[str] | None
    ) -> str:
        """The rules over the kinds met, the answers joined back to the rows, and each row's own days."""
        parts, own, base = self._parts(asked), self._own(), ""
        exported = {name: sql for name, sql in parts.items() if name not in own}
        if self.days.by_counting and own.isdisjoint({"benefit_end", "waiting_days"}):
            exported |= self.cover.counted()
            parts |= {"benefit_start": self.days.start_by_counting()} if "benefit_start" in parts else {}
        else:
            exported |= {"w": "w", "wait": "wait"}
            base = f", {self.days.base()} AS base_start"
        facts = self._facts(source)
        stages = Kinds(
            worked_out=kinds.columns(self.on),
            given=["m", *(["lapsed"] if self._lapsed() else []), *(["u"] if self.has_unknown else [])],
            carried={"person_id", *self.days.days_read(), *(["refusal"] if self.has_refusal else [])},
        )
        answered = stages.answered(self._keyed(rules(stages.met())), exported, self.answers.joins(exported))
        output = self._output({name: sql if name in own else name for name, sql in parts.items()})
        return (
            f"WITH people AS MATERIALIZED ({stages.people(facts)}), kinds AS ({answered}) "
            f"SELECT {output} FROM ({stages.joined(base)}) AS joined"
        )

    def _own(self) -> set[str]:
        """The columns that a kind does not answer: they depend on a row's own days, or are not of the rules."""
        shared = set() if self.days.in_months else {"waiting_days"}
        return set(OWN) - shared - ({"benefit_end"} if self.answers.fixed_end() else set())

    def _rules(self) -> Callable[[str], str]:
        """The stages from the gate to the wait, over whatever relation has the facts."""
        gate = self._gate()
        priced = self._priced()
        groups = self.amounts.groups(self.on, "m")
        covered = self.cover.columns_sql()
        waiting = self.cover.wait_sql()
        key = self.amounts.key("p", "g")
        listed = "".join(f", {sql} AS g{i}" for i, sql in enumerate(groups))

        def over(facts: str) -> str:
            stage = f"SELECT *, {gate['e']} AS e FROM ({facts}) AS facts"
            stage = f"SELECT *, {gate['w']} AS w FROM ({stage}) AS gate"
            stage = f"SELECT *, {priced} AS p FROM ({stage}) AS opened"
            stage = f"SELECT *{listed} FROM ({stage}) AS priced"
            stage = f"SELECT *, {key} AS k, {covered} FROM ({stage}) AS chosen"
            return f"SELECT *, {waiting} FROM ({stage}) AS waiting"

        return over

    @property
    def _uses_arrears(self) -> bool:
        return any(band.band.arrears for bands in self.program.prices.values() for band in bands)

    def laying(self, source: str, *, kept: bool = True) -> str:
        """The source with its lists laid flat. Every condition has been written by now."""
        flat, derived = laid(self.program, self.rows, self.columns(), kept=kept)
        lists = f"SELECT *{''.join(f', {sql}' for sql in flat)} FROM {source}"
        return f"SELECT *, {', '.join(derived)} FROM ({lists}) AS flat"

    def _lapsed(self) -> str:
        used = any(isinstance(a, LapseTest) for c in self._conditions() for a in atoms(c))
        if not used and not self.cover.uses_lapse and not self._uses_arrears:
            return ""
        since = self.program.release.conventions.lapse_since
        return f", {lapsed(self.program.benefit_year, since)} AS lapsed"

    def _gate(self) -> dict[str, str]:
        """`e`: 0 may enrol, n barred by bar n, NOT_ADMITTED, −1 unknown. `w`: window, 0 none, −n unknown at n.

        Who has no payment day and is not barred on any is in doubt here: no later stage meets such a row.
        """
        short = self.shortcuts
        admits = any_of(p.condition for p in self.program.admits) if self.program.admits else Constant(True)
        holding = [short.holds(p.condition, self.on) for p in self.program.bars]
        arms = "".join(f" WHEN {bar} THEN {i}" for i, bar in enumerate(holding, 1) if bar != FALSE)
        admitted = self.tests.condition(admits, self.on)
        dated = self.tests.dated(self.on)
        unknown = (short.unknown(p.condition, self.on) for p in self.program.bars)
        doubts = either([negate(dated), *unknown, f"({admitted}) IS NULL"])
        # nearly everybody is admitted, and nothing ever happened that a bar asks for
        unbarred = short.all_plainly_false((p.condition for p in self.program.bars), self.on)
        plain = both([unbarred, dated, short.holds(admits, self.on)])
        e = f"CASE WHEN {plain} THEN 0{arms} WHEN {admitted} = FALSE THEN {NOT_ADMITTED} WHEN {doubts} THEN -1 ELSE 0 END"
        if self.has_refusal:
            e = f"CASE WHEN {self.tests.truth('refusal IS NOT NULL')} THEN -2 ELSE {e} END"
        opened = ""
        for i, window in enumerate(self.program.windows, 1):
            opened += short.arms(window.condition, self.on, str(i), str(-i))
            if short.holds(window.condition, self.on) == TRUE:
                break
        inner = f"CASE{opened} ELSE 0 END" if opened else "0"
        self._gate_missing()
        return {"e": e, "w": f"CASE WHEN e = 0 THEN {inner} END"}

    def _gate_missing(self) -> None:
        for plan in self.program.bars:
            unknown = self.shortcuts.unknown(plan.condition, self.on)
            self.gate_pieces += self._named(plan.condition, both(["e = -1", unknown]))
        others = either(self.tests.condition(p.condition, self.on) for p in self.program.admits)
        for plan in self.program.admits:
            unknown = self.shortcuts.unknown(plan.condition, self.on)
            self.gate_pieces += self._named(plan.condition, both(["e = -1", unknown, f"({others}) IS NULL"]))
        for i, window in enumerate(self.program.windows, 1):
            self.window_pieces += self._named(window.condition, f"w = {-i}")

    def _named(
        self, condition: Condition, when: str, mask: str = "m", on: date | str | None = None
    ) -> list[Piece]:
        """Pieces of `missing`: the facts some atom of the condition lacks, where `when` holds."""
        lacking = self.shortcuts.missing(condition, self.on if on is None else on, mask)
        return [(fact, both([when, test])) for fact, test in lacking.items()]

    def _priced(self) -> str:
        """`p`: the price's index; below zero −(3b+1) band b unknown, −(3b+2) its count, −(3b+3) its parameter."""
        bands = [band for plans in self.program.prices.values() for band in plans]
        number = {band.rule: i for i, band in enumerate(bands)}
        priced: dict[str, list[int]] = {}
        for i, window in enumerate(self.program.windows, 1):
            inner = ""
            for band in window.price:
                b = number[band.rule]
                inner += self.shortcuts.arms(band.condition, self.on, self._value(band, b), str(-(3 * b + 1)))
            priced.setdefault(f"CASE{inner} ELSE {NO_BAND} END" if inner else str(NO_BAND), []).append(i)
            self.priced_pieces.append((f"price:{window.rule}", f"w = {i} AND p = {NO_BAND}"))
        for band in bands:
            b = number[band.rule]
            self.priced_pieces += self._named(band.condition, f"p = {-(3 * b + 1)}")
            self.priced_pieces += self._uncounted(band, f"p = {-(3 * b + 2)}")
            if band.values[0].parameter is not None:
                self.priced_pieces.append((f"parameter:{band.values[0].parameter}", f"p = {-(3 * b + 3)}"))
        windows = len(self.program.windows)
        arms = "".join(f" WHEN {among(numbers, windows)} THEN {sql}" for sql, numbers in priced.items())
        return f"CASE{arms} END" if arms else "CAST(NULL AS INTEGER)"

    def _uncounted(self, band: BandPlan, when: str) -> list[Piece]:
        """What a band lacks whose count of units is not known."""
        if band.band.arrears is None:
            return [("periods" if band.band.times_periods else "birth_date", when)]
        listed = self.tests.listed("repaid_years")
        return [("repaid_years", both([when, listed])), ("insured_years", both([when, f"NOT {listed}"]))]

    def _value(self, band: object, b: int) -> str:
        return self.amounts.price_index(band, -(3 * b + 2), -(3 * b + 3), self.on)

    def _missing(self) -> str:
        """The names of what is missing, sorted, joined by semicolons; NULL when nothing is.

        Each stage names its own: whoever is in doubt at one stage has not come to the next.
        """
        later = self.cover.missing_pieces(self._named) + self.amounts.missing_pieces(self._named, "h")
        priced = self.priced_pieces + self.amounts.missing_pieces(self._named, "g")
        stages = {
            "e = -1": self.gate_pieces,
            "w < 0": self.window_pieces,
            "k = -1": priced + later,
            either([*self.cover.doubt_flags(), *self.amounts.doubt_flags()]): later,
        }
        arms = "".join(f" WHEN {flag} THEN {_named_all(pieces)}" for flag, pieces in stages.items() if pieces)
        return f"CASE{arms} END" if arms else "CAST(NULL AS VARCHAR)"

    def _parts(self, asked: Collection[str] | None) -> dict[str, str]:
        """The columns asked for besides `person_id`, with their expressions."""
        cover = self.days.output()
        if self.answers.fixed_end():
            cover["benefit_end"] = "standing.benefit_end"
        parts = {
            "outcome": "standing.outcome",
            "reason": "standing.reason",
            **{name: f"money.{name}" for name in MONEY if name.endswith("_fen") or name == "delivery"},
            **cover,
            **self.amounts.transfer_output(),
            "window_rule": "standing.window_rule",
            "price_rule": "money.price_rule",
            "subsidy_rules": "money.subsidy_rules",
            **{name: f"standing.{name}" for name in ("cover_rule", "waiting_rule", "fiscal")},
            "missing": self._missing() if asked is None or "missing" in asked else "NULL",
            "paid_on": day(self.on),
            "release_digest": self.tests.code("digest", self.program.digest),
            "refusal": "refusal" if self.has_refusal else "CAST(NULL AS VARCHAR)",
        }
        return {name: sql for name, sql in parts.items() if asked is None or name in asked}

    def _output(self, parts: Mapping[str, str]) -> str:
        return ", ".join(["person_id", *(f"{sql} AS {name}" for name, sql in parts.items())])


def _named_all(pieces: list[Piece]) -> str:
    """The names whose truth holds, sorted, joined by semicolons."""
    tests: dict[str, list[str]] = {}
    for name, test in pieces:
        tests.setdefault(name, []).append(f"({test})")
    named = ", ".join(
        f"CASE WHEN {either(dict.fromkeys(found))} THEN {text(name)} END"
        for name, found in sorted(tests.items())
    )
    return f"NULLIF(concat_ws(';', {named}), '')"
