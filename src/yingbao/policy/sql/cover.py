"""Cover and waiting in SQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from yingbao.policy.amounts import UNITS_A_YEAR
from yingbao.policy.facts import DERIVED
from yingbao.policy.program import Program, WaitPlan, WindowPlan
from yingbao.policy.schema.rules import Cover, EndSpec, StartSpec, WaitPart
from yingbao.policy.sql.predicates import (
    FALSE,
    TRUE,
    Tests,
    both,
    column,
    day,
    either,
    plus,
    repaid,
)
from yingbao.policy.sql.shortcuts import Shortcuts


class CoverWriter:
    """Writes `start`, `ends`, `wait` (its length in its own unit) for every window."""

    def __init__(self, program: Program, tests: Tests, on: date | str) -> None:
        self.program = program
        self.tests = tests
        self.shortcuts = Shortcuts(tests)
        self.on = on

    @property
    def uses_lapse(self) -> bool:
        """Whether some wait depends on lapsed years."""
        return any(p.each or p.less for plan in self.program.waits.values() for p in plan.spec.parts)

    @property
    def in_months(self) -> bool:
        """Whether some wait is counted in months, so that its days depend on the day they are counted from."""
        return any(plan.spec.parts[0].wait.unit == "month" for plan in self.program.waits.values())

    def columns(self) -> set[str]:
        """The snapshot columns cover and waiting read."""
        names = {"birth_date"}
        for spec in self.program.release.cover.values():
            if isinstance(spec.start, StartSpec) and spec.start.day != "payment":
                names.add("employee_cover" if spec.start.day in DERIVED else spec.start.day)
            if isinstance(spec.end, EndSpec) and spec.end.periods:
                names.add("periods")
        if self.uses_lapse:
            names |= {"insured_years", "employee_cover"}
            if any(p.less for plan in self.program.waits.values() for p in plan.spec.parts):
                names.add("repaid_years")
        return names

    def columns_sql(self) -> str:
        """The stage's columns: base start, and the wait before anybody is exempted."""
        return f"{self.base()} AS base_start, {self._by_window(self._raw_wait)} AS raw_wait"

    def base(self) -> str:
        """The first day of cover before any waiting."""
        return self._by_window(self._base)

    def days_read(self) -> set[str]:
        """The columns, laid flat, that first and last day of cover read of a row."""
        names = {"birth_date"} | ({self.on} if isinstance(self.on, str) else set())
        for spec in self.program.release.cover.values():
            if isinstance(spec.start, StartSpec) and spec.start.day in DERIVED:
                names |= {f"employee_cover_{part}" for part in ("n", "from", "until")}
                names.add("more" if self.tests.by_number else "employee_cover")
            elif isinstance(spec.start, StartSpec) and spec.start.day != "payment":
                names.add(column(spec.start.day))
            if isinstance(spec.end, EndSpec) and spec.end.periods:
                names.add("periods")
        return names | ({"u"} if self.tests.has_unknown else set())

    def wait_sql(self) -> str:
        """The next stage's column. Most rows have nothing to wait for; only the others are asked for exemption."""
        return f"CASE WHEN raw_wait = 0 THEN 0 ELSE {self._by_window(self._exempted)} END AS wait"

    def _by_window(self, write: Callable[[WindowPlan], str]) -> str:
        """A CASE over windows, windows with the same expression together."""
        arms: dict[str, list[int]] = {}
        for i, window in enumerate(self.program.windows, 1):
            arms.setdefault(write(window), []).append(i)
        if not arms:
            return "NULL"
        windows = len(self.program.windows)
        whens = "".join(f" WHEN {among(numbers, windows)} THEN {sql}" for sql, numbers in arms.items())
        return f"CASE{whens} END"

    def _spec(self, window: WindowPlan) -> Cover:
        return self.program.release.cover[window.cover]

    def _base(self, window: WindowPlan) -> str:
        """The first day before any waiting: never before birth nor before `not_before`."""
        spec = self._spec(window)
        if spec.start == "undetermined":
            return f"CAST(NULL AS {'INTEGER' if self.tests.by_kind else 'DATE'})"
        if isinstance(spec.start, StartSpec):
            anchor = day(self._anchor(spec.start))
            lower = [] if spec.not_before is None else [day(spec.not_before)]
            floors = ", ".join([anchor, *lower, "birth_date"])
            # who has no payment day has no window
            given = spec.start.day == "payment"
            unknown = FALSE if given else self.tests.truth(f"({anchor} IS NULL)")
            # a kind has no days of its own: there it only matters whether the day is known
            known = "0" if self.tests.by_kind else f"GREATEST({floors})"
            return known if given else f"CASE WHEN {unknown} THEN NULL ELSE {known} END"
        if self.tests.by_kind:
            return "0"
        start = spec.start if spec.not_before is None else max(spec.start, spec.not_before)
        # nearly everybody was born before, and a CASE that takes its ELSE is cheaper than GREATEST
        return f"CASE WHEN birth_date > {day(start)} THEN birth_date ELSE {day(start)} END"

    def _anchor(self, spec: StartSpec) -> date | str:
        """The day named, plus a length, or the first of the month after it."""
        start: date | str
        if spec.day == "payment":
            start = self.on
        elif spec.day == "employee_cover_end":
            start = self.tests.guard("employee_cover", self.tests.ended("employee_cover", self.on))
        else:
            start = self.tests.guard(spec.day, column(spec.day))
        if spec.plus is not None:
            start = spec.plus.after(start) if isinstance(start, date) else plus(start, spec.plus)
        if spec.next_month:
            if isinstance(start, date):
                return _next_month(start)
            start = f"CAST(date_trunc('month', {start}) + INTERVAL '1' MONTH AS DATE)"
        return start

    def _raw_wait(self, window: WindowPlan) -> str:
        """The wait in its unit; NULL while a fact that matters is missing."""
        return "0" if window.waiting is None else self._parts(self.program.waits[window.waiting])

    def _exempted(self, window: WindowPlan) -> str:
        plan = self.program.waits[window.waiting] if window.waiting else None
        if plan is None or plan.exempt is None:
            return "raw_wait"
        arms = self.shortcuts.arms(plan.exempt, self.on, "0", "NULL")
        return f"CASE{arms} ELSE raw_wait END" if arms else "raw_wait"

    def _parts(self, plan: WaitPlan) -> str:
        amounts: list[tuple[str, str]] = []
        floors: list[tuple[str, str]] = []
        doubts: list[str] = []
        for part, condition in zip(plan.spec.parts, plan.parts, strict=True):
            held = self.tests.condition(condition, self.on)
            amount = self._part(part)
            if part.each is not None or part.less is not None:
                lacking = either(
                    ["lapsed IS NULL", self.tests.listed("repaid_years") if part.less else FALSE]
                )
                doubts.append(both([held, lacking]))
            doubts.append(self.shortcuts.unknown(condition, self.on))
            (floors if part.floor else amounts).append((held, amount))
        held_any = either(held for held, _ in (*amounts, *floors))
        added, least = (
            [f"CASE WHEN {h} THEN {a} ELSE 0 END" for h, a in found] for found in (amounts, floors)
        )
        if plan.spec.combine == "sum":
            added = [" + ".join(added) or "0"]
        listed = [*added, *least] or ["0"]
        total = f"GREATEST({', '.join(listed)})" if len(listed) > 1 else listed[0]
        if plan.spec.at_least is not None:
            total = f"GREATEST({total}, {plan.spec.at_least.amount})"
        if plan.spec.at_most is not None:
            total = f"LEAST({total}, {plan.spec.at_most.amount})"
        doubt = either(doubts)
        # whoever waits for nothing is told first: most people
        arms = f" WHEN NOT {held_any} THEN 0" if held_any != TRUE else ""
        if doubt != FALSE:
            arms += f" WHEN {doubt} THEN NULL"
        return f"CASE{arms} ELSE {total} END" if arms else total

    def _part(self, part: WaitPart) -> str:
        """One part's length: what `each` adds can be repaired, the part's own wait only where nothing is added."""
        less = "0"
        if part.less is not None:
            less = f"{self.tests.number(repaid(self.program.benefit_year))} * {part.less.amount}"
        if part.each is not None:
            added = f"GREATEST(0, lapsed - {part.beyond}) * {part.each.amount}"
            return f"({part.wait.amount} + GREATEST(0, {added} - {less}))"
        return str(part.wait.amount) if part.less is None else f"GREATEST(0, {part.wait.amount} - {less})"

    def _after_wait(self, window: WindowPlan) -> str:
        """The first day of cover once the wait is over."""
        if window.waiting is None:
            return "base_start"
        plan = self.program.waits[window.waiting]
        month = plan.spec.parts[0].wait.unit == "month"
        origin = "base_start" if plan.spec.from_ == "cover" else day(self.on)
        if month:
            over = f"CAST({origin} + to_months(CAST(wait AS INTEGER)) AS DATE)"
        else:
            extra = 0 if plan.spec.from_ == "cover" or plan.spec.count_payment_day else 1
            over = (
                f"({origin} + CAST(wait AS INTEGER) + {extra})"
                if extra
                else f"({origin} + CAST(wait AS INTEGER))"
            )
        return f"CASE WHEN base_start IS NULL OR wait IS NULL THEN NULL WHEN wait = 0 THEN base_start ELSE GREATEST(base_start, {over}) END"

    def _end(self, window: WindowPlan) -> str:
        spec = self._spec(window)
        if not isinstance(spec.end, EndSpec):
            return day(spec.end)
        known = "base_start IS NULL" if window.waiting is None else "base_start IS NULL OR wait IS NULL"
        start = day(spec.end.from_) if spec.end.from_ is not None else "base_start"
        if spec.end.after is not None:
            return f"CASE WHEN {known} THEN NULL ELSE {plus(start, spec.end.after)} - 1 END"
        months = 12 // UNITS_A_YEAR[spec.end.periods or "year"]
        return (
            f"CASE WHEN {known} THEN NULL ELSE CAST({start} + to_months({months} * periods) AS DATE) - 1 END"
        )

    def _days(self, window: WindowPlan) -> str:
        if window.waiting is not None:
            plan = self.program.waits[window.waiting]
            if plan.spec.parts[0].wait.unit == "month":
                return f"(CAST({day(self.on)} + to_months(CAST(wait AS INTEGER)) AS DATE) - {day(self.on)})"
        return "wait"

    @property
    def by_counting(self) -> bool:
        """Whether every first day of cover is the latest of a printed day, birth, and some days after the payment."""
        return all(self._counted(window) for window in self.program.windows)

    def _counted(self, window: WindowPlan) -> bool:
        start = self._spec(window).start
        if isinstance(start, StartSpec):
            plain = start.day in ("payment", "birth_date") and start.plus is None and not start.next_month
        else:
            plain = start != "undetermined"
        plan = self.program.waits[window.waiting] if window.waiting else None
        return plain and (
            plan is None or (plan.spec.from_ != "cover" and plan.spec.parts[0].wait.unit == "day")
        )

    def counted(self) -> dict[str, str]:
        """Of a kind: `earliest`, the printed day before which no cover starts, NULL where the first day is not known;
        `later`, after how many days from the payment it starts, NULL where it does not depend on that.
        """
        return {"earliest": self._by_window(self._earliest), "later": self._by_window(self._later)}

    def _earliest(self, window: WindowPlan) -> str:
        spec = self._spec(window)
        printed = spec.not_before
        if isinstance(spec.start, date):
            printed = spec.start if printed is None else max(spec.start, printed)
        unknown = "base_start IS NULL" + ("" if window.waiting is None else " OR wait IS NULL")
        return f"CASE WHEN {unknown} THEN NULL ELSE {day(printed or date.min)} END"

    def _later(self, window: WindowPlan) -> str:
        spec = self._spec(window).start
        at_once = "0" if isinstance(spec, StartSpec) and spec.day == "payment" else "CAST(NULL AS INTEGER)"
        if window.waiting is None:
            return at_once
        extra = 0 if self.program.waits[window.waiting].spec.count_payment_day else 1
        return f"CASE WHEN wait > 0 THEN CAST(wait AS INTEGER) + {extra} ELSE {at_once} END"

    def start_by_counting(self) -> str:
        """The first day of cover of a row whose kind says `earliest` and `later`."""
        return (
            f"CASE WHEN earliest IS NOT NULL THEN GREATEST(earliest, birth_date, {day(self.on)} + later) END"
        )

    def output(self) -> dict[str, str]:
        """benefit_start, benefit_end, waiting_days."""
        return {
            "benefit_start": self._by_window(self._after_wait),
            "benefit_end": self._by_window(self._end),
            "waiting_days": f"CAST({self._by_window(self._days)} AS INTEGER)",
        }

    def doubt_flags(self) -> list[str]:
        """Truths that say cover or wait is not known, or an end counted in periods."""
        flags = ["(w > 0 AND (base_start IS NULL OR wait IS NULL))"]
        for i, window in enumerate(self.program.windows, 1):
            spec = self._spec(window)
            if isinstance(spec.end, EndSpec) and spec.end.periods:
                flags.append(f"(w = {i} AND {self.tests.number('periods')} IS NULL)")
        return flags

    def missing_pieces(self, named: Callable[..., list[tuple[str, str]]]) -> list[tuple[str, str]]:
        """What cover or wait lacks."""
        found = []
        for i, window in enumerate(self.program.windows, 1):
            found += self._cover_pieces(i, window)
            if window.waiting is None:
                continue
            plan = self.program.waits[window.waiting]
            open_ = f"w = {i} AND wait IS NULL"
            if plan.exempt is not None:
                unknown = self.shortcuts.unknown(plan.exempt, self.on)
                found += named(plan.exempt, both([open_, unknown]))
                exempt = self.shortcuts.holds(plan.exempt, self.on)
                open_ += f" AND raw_wait IS NULL AND COALESCE({exempt}, FALSE) = FALSE"
            for part, condition in zip(plan.spec.parts, plan.parts, strict=True):
                found += named(condition, open_)
                if part.each is not None or part.less is not None:
                    held = self.tests.condition(condition, self.on)
                    found.append(("insured_years", both([open_, held, "lapsed IS NULL"])))
                    if part.less is not None:
                        found.append(("repaid_years", both([open_, held, self.tests.listed("repaid_years")])))
        return found

    def _cover_pieces(self, i: int, window: WindowPlan) -> list[tuple[str, str]]:
        spec = self._spec(window)
        found = []
        if spec.start == "undetermined":
            found.append(("benefit_start", f"w = {i}"))
        elif isinstance(spec.start, StartSpec) and spec.start.day != "payment":
            fact = "employee_cover" if spec.start.day in DERIVED else spec.start.day
            found.append((fact, f"w = {i} AND base_start IS NULL"))
        if isinstance(spec.end, EndSpec) and spec.end.periods:
            known = f"base_start IS NOT NULL AND wait IS NOT NULL AND {self.tests.number('periods')} IS NULL"
            found.append(("periods", f"w = {i} AND {known}"))
        return found


def among(numbers: list[int], windows: int) -> str:
    """Whether the row's window is one of these, of so many: one comparison where that is enough."""
    if len(numbers) == windows:
        return "w > 0"
    if numbers[-1] - numbers[0] == len(numbers) - 1:
        return f"w BETWEEN {numbers[0]} AND {numbers[-1]}" if len(numbers) > 1 else f"w = {numbers[0]}"
    return f"w IN ({', '.join(str(i) for i in numbers)})"


def _next_month(start: date) -> date:
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)
