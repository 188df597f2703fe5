"""What an answer says besides its dates: two small tables, joined once to each row by a whole number.

`standing` by `said`: outcome, reason, the rules of the window. `money` by `owed`: standard, due, payers, the rules of the
amounts. A CASE for each column asks the same questions of each row again and again; a join asks once.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import TypeAlias

from yingbao.policy.program import Program
from yingbao.policy.schema.rules import PAYERS, EndSpec
from yingbao.policy.sql.amounts import AmountTables
from yingbao.policy.sql.predicates import FALSE, TRUE, Tests, day

NOT_ADMITTED = 10_000
STANDING = ("outcome", "reason", "window_rule", "cover_rule", "waiting_rule", "fiscal", "benefit_end")
MONEY = (
    "standard_fen",
    "due_fen",
    *(f"{payer}_fen" for payer in PAYERS),
    "delivery",
    "price_rule",
    "subsidy_rules",
)
#: Column → its enumeration; the others are numbers, truths and dates.
CODED = {
    "outcome": "outcome",
    "reason": "reason",
    "window_rule": "window",
    "cover_rule": "cover",
    "waiting_rule": "waiting",
    "delivery": "delivery",
    "price_rule": "price",
    "subsidy_rules": "subsidies",
}
Row: TypeAlias = dict[str, str]


class Answers:
    """The two tables of one release, and the keys into them."""

    def __init__(self, program: Program, tests: Tests, amounts: AmountTables) -> None:
        self.program = program
        self.tests = tests
        self.amounts = amounts
        #: where p is unknown at a band, the band's rule is still the price's
        self.unpriced = {
            -(3 * b + kind): band.rule
            for b, band in enumerate(band for plans in program.prices.values() for band in plans)
            for kind in (2, 3)
        }
        self.first_combo = 1 + len(program.values) + len(self.unpriced)
        self.first_bar = 2 * len(program.windows) + 2

    def keys(self) -> str:
        """`said` and `owed`, never NULL and never outside the tables."""
        bars = len(self.program.bars)
        barred = f"CASE WHEN e = {NOT_ADMITTED} THEN {self.first_bar} ELSE e + {self.first_bar} END"
        standing = (
            f"CASE WHEN k >= 0 THEN w + w WHEN w > 0 THEN w + w + 1 WHEN w = 0 THEN 0 WHEN e > 0 THEN {barred} "
            f"WHEN e = -2 THEN {self.first_bar + bars + 1} ELSE 1 END"
        )
        after = 1 + len(self.program.values)
        unpriced = "".join(f" WHEN {p} THEN {after + i}" for i, p in enumerate(self.unpriced))
        lacking = f"WHEN p < 0 THEN CASE p{unpriced} ELSE 0 END " if unpriced else ""
        money = f"CASE WHEN k >= 0 THEN k + {self.first_combo} WHEN p >= 0 THEN p + 1 {lacking}ELSE 0 END"
        return f"{standing} AS said, {money} AS owed"

    def joins(self, asked: Collection[str] | None = None) -> str:
        """The tables as joins to `answered`, with the columns asked for; without those a table need not be joined."""
        found = (
            self._join("standing", "said", STANDING, self._standing(), asked),
            self._join("money", "owed", MONEY, self._money(), asked),
        )
        return " ".join(join for join in found if join)

    def _join(
        self,
        table: str,
        key: str,
        columns: Sequence[str],
        rows: Mapping[int, Row],
        asked: Collection[str] | None,
    ) -> str:
        wanted = [name for name in columns if asked is None or name in asked]
        if not wanted:
            return ""
        listed = f"(VALUES {self._values(wanted, rows)}) AS {table}(number, {', '.join(wanted)})"
        return f"JOIN {listed} ON answered.{key} = {table}.number"

    def fixed_end(self) -> bool:
        """Whether every window's cover ends on a printed day."""
        return not any(
            isinstance(self.program.release.cover[w.cover].end, EndSpec) for w in self.program.windows
        )

    def _values(self, columns: Sequence[str], rows: Mapping[int, Row]) -> str:
        """The rows as VALUES; the first says each column's type."""
        types = {name: self._type(name, rows) for name in columns}
        written: list[str] = []
        for key, row in rows.items():
            cells = [row.get(name, "NULL") for name in columns]
            if not written:
                cells = [f"CAST({cell} AS {types[name]})" for name, cell in zip(columns, cells, strict=True)]
            written.append(f"({', '.join([str(key), *cells])})")
        return ", ".join(written)

    def _type(self, column: str, rows: Mapping[int, Row]) -> str:
        if column == "fiscal":
            return "BOOLEAN"
        if column == "benefit_end":
            return "DATE"
        if column not in CODED:
            return "INTEGER"
        met = self.tests.enums is not None and any(column in row for row in rows.values())
        return f"{CODED[column]}_code" if met else "VARCHAR"

    def _code(self, column: str, value: str) -> str:
        return self.tests.code(CODED[column], value)

    def _said(self, outcome: str, reason: str) -> dict[str, str]:
        return {
            "outcome": self._code("outcome", outcome),
            "reason": self._code("reason", reason),
            "fiscal": FALSE,
        }

    def _standing(self) -> dict[int, Row]:
        found: dict[int, Row] = {
            0: self._said("not_payable", "no-window"),
            1: self._said("undetermined", "undetermined"),
        }
        for i, window in enumerate(self.program.windows, 1):
            rules = {
                "window_rule": self._code("window_rule", window.rule),
                "cover_rule": self._code("cover_rule", f"cover.{window.cover}"),
                "fiscal": TRUE if window.fiscal else FALSE,
            }
            if window.waiting:
                rules["waiting_rule"] = self._code("waiting_rule", f"waiting.{window.waiting}")
            end = self.program.release.cover[window.cover].end
            if isinstance(end, date):
                rules["benefit_end"] = day(end)
            found[2 * i] = self._said("payable", "") | rules
            found[2 * i + 1] = self._said("undetermined", "undetermined") | rules
        found[self.first_bar] = self._said("not_payable", "not-admitted")
        for i, plan in enumerate(self.program.bars, 1):
            found[self.first_bar + i] = self._said("not_payable", plan.rule)
        found[self.first_bar + len(self.program.bars) + 1] = self._said("refused", "refused")
        return found

    def _money(self) -> dict[int, Row]:
        found: dict[int, Row] = {0: {}}
        prices: dict[int, dict[str, str]] = {}
        for value in self.program.values:
            row = {"price_rule": self._code("price_rule", value.rule)}
            if value.fen is not None:
                row["standard_fen"] = str(value.standard)
            prices[value.index] = row
            found[1 + value.index] = row
        for i, rule in enumerate(self.unpriced.values()):
            found[1 + len(self.program.values) + i] = {"price_rule": self._code("price_rule", rule)}
        for key in self.amounts.combos:
            found[self.first_combo + key] = prices[self.amounts.price_of[key]] | self._combo(key)
        return found

    def _combo(self, key: int) -> Row:
        combo, names = self.amounts.combos[key], self.amounts.names[key]
        row = {"due_fen": str(combo.due_fen)}
        row |= {f"{payer}_fen": str(fen) for payer, fen in zip(PAYERS, combo.by_payer, strict=True)}
        if names:
            largest, _ = max(combo.by_subsidy, key=lambda item: item[1])
            row["delivery"] = self._code("delivery", self.program.subsidies[largest].spec.delivery)
            row["subsidy_rules"] = self._code(
                "subsidy_rules", ";".join(f"subsidies.{name}" for name in names)
            )
        return row
