"""Nothing in a release is dead: every rule answers for somebody; and the sums hold in every cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from yingbao.kernel.money import yuan
from yingbao.policy.assess import Answer, assess
from yingbao.policy.check.cells import Cells
from yingbao.policy.check.findings import Notebook
from yingbao.policy.check.rules import conditions_of
from yingbao.policy.check.variants import Cell
from yingbao.policy.conditions import ClassTest, Condition, Constant, atoms
from yingbao.policy.facts import Person
from yingbao.policy.program import Program, SubsidyPlan


@dataclass(slots=True)
class Reached:
    """The rules some answer came from."""

    program: Program
    rules: set[str] = field(default_factory=set)

    def take(self, answer: Answer, person: Person, on: date) -> None:
        """Note every rule that this answer came from."""
        for plan in (*self.program.bars, *self.program.admits):
            if plan.rule not in self.rules and plan.condition.evaluate(person, on):
                self.rules.add(plan.rule)
        self.rules.update(rule for rule in (answer.window, answer.price, answer.cover) if rule)
        self.rules.update(f"subsidies.{name}" for name, _ in answer.by_subsidy)
        if answer.later_transfer is not None:
            self.rules.add("later_transfer")
            self.rules.update(f"subsidies.{name}" for name in answer.later_transfer.subsidies)
        self.rules.update(missing for missing in answer.missing if missing.startswith("parameter:"))
        if answer.waiting is not None:
            self._parts(answer.waiting, person, on)

    def _parts(self, rule: str, person: Person, on: date) -> None:
        plan = self.program.waits[rule.partition(".")[2]]
        if plan.exempt is not None and plan.exempt.evaluate(person, on):
            self.rules.add(f"{rule}.exempt")
            return
        for index, part in enumerate(plan.parts):
            if part.evaluate(person, on):
                self.rules.add(f"{rule}.parts.{index}")

    def subsidy(self, plan: SubsidyPlan) -> bool:
        """Whether the subsidy was ever given, or stands on a parameter that is not at hand."""
        parameter = plan.spec.amount.parameter
        return plan.rule in self.rules or (parameter is not None and f"parameter:{parameter}" in self.rules)


def prove_cells(book: Notebook, cells: Cells) -> Reached:
    """Walk every kind of person through every run of days; the sums must hold in each."""
    program = book.policy.program
    reached = Reached(program)
    for cell in _everyone(cells):
        book.counts.people += 1
        for days in cells.days(cell):
            book.counts.cells += 1
            book.counts.days += (days[1] - days[0]).days + 1
            answer = assess(program, cell.person, days[0])
            reached.take(answer, cell.person, days[0])
            _sums(book, answer, cell, days[0])
    return reached


def _everyone(cells: Cells) -> Iterator[Cell]:
    yield from cells.singles()
    yield from cells.pairs()


def _sums(book: Notebook, answer: Answer, cell: Cell, on: date) -> None:
    if answer.due_fen is None or answer.standard_fen is None:
        return
    paid = sum(fen for _, fen in answer.subsidies)
    if answer.due_fen < 0 or answer.due_fen + paid != answer.standard_fen:
        reason = (
            f"{cell.label} 在 {on} 应缴 {yuan(answer.due_fen)} 元、资助 {yuan(paid)} 元，"
            f"合计不等于标准 {yuan(answer.standard_fen)} 元"
        )
        book.fault("amounts-do-not-add", answer.window or "windows", reason)


def prove_reach(book: Notebook, cells: Cells, reached: Reached) -> None:
    """Every window, band, subsidy, waiting part and eligibility rule answers for somebody."""
    program = book.policy.program
    _contradictions(book, cells, reached)
    for window in program.windows:
        if not _found(cells, reached, window.rule, [window.condition]):
            book.fault("unreachable", window.rule, _why_window(book, window.name))
    _prices(book, cells, reached)
    _subsidies(book, cells, reached)
    _waits(book, cells, reached)
    _unused(book)


def _found(cells: Cells, reached: Reached, rule: str, conditions: Iterable[Condition]) -> bool:
    """Whether the rule was reached, or somebody made for it reaches it."""
    if rule in reached.rules:
        return True
    tests = [test for condition in conditions for test in atoms(condition)]
    for cell in cells.witnesses(tests):
        for days in cells.days(cell):
            reached.take(assess(reached.program, cell.person, days[0]), cell.person, days[0])
            if rule in reached.rules:
                return True
    return False


def _contradictions(book: Notebook, cells: Cells, reached: Reached) -> None:
    for plan in (*reached.program.bars, *reached.program.admits):
        if not _found(cells, reached, plan.rule, [plan.condition]):
            book.fault("unreachable", plan.rule, "没有任何人符合这一条，条件可能自相矛盾")


def _why_window(book: Notebook, name: str) -> str:
    window = book.policy.release.windows[name]
    over = [n for n, spec in book.policy.release.windows.items() if name in spec.over]
    hidden = f"，优先于它的窗口有 {'、'.join(over)}" if over else ""
    return f"“{window.name}”在 {window.from_} 至 {window.through} 没有任何人适用{hidden}，请核对条件与 over"


def _prices(book: Notebook, cells: Cells, reached: Reached) -> None:
    program = book.policy.program
    for name, bands in program.prices.items():
        windows = [window for window in program.windows if program.release.windows[window.name].price == name]
        if not windows:
            _dead(book, f"prices.{name}", "没有一个窗口用到这个价格")
            continue
        for band in bands:
            parameter = f"parameter:{band.band.parameter}"
            conditions = [band.condition, *(window.condition for window in windows)]
            if parameter not in reached.rules and not _found(cells, reached, band.rule, conditions):
                book.fault("unreachable", band.rule, "这一档没有任何人适用，条件可能自相矛盾或被前面的档盖住")


def _subsidies(book: Notebook, cells: Cells, reached: Reached) -> None:
    program = book.policy.program
    transfer = program.release.later_transfer
    later = set() if transfer is None or transfer.subsidies == "all" else set(transfer.subsidies)
    for plan in program.subsidies.values():
        windows = [window for window in program.windows if plan.name in window.subsidies]
        if not windows and plan.name not in later:
            reason = f"“{plan.spec.name}”没有一个窗口允许享受，请核对各窗口的 subsidies"
            book.fault("unreachable", plan.rule, reason)
            continue
        if reached.subsidy(plan) or _nothing(program, plan):
            continue
        conditions = [plan.condition, *(window.condition for window in windows)]
        if not _found(cells, reached, plan.rule, conditions) and not reached.subsidy(plan):
            book.fault("unreachable", plan.rule, _why_subsidy(cells, plan))


def _nothing(program: Program, plan: SubsidyPlan) -> bool:
    """A subsidy of nothing at every price is given to nobody, as said."""
    return all(program.offer(value, plan.name).fen == 0 for value in program.values)


def _why_subsidy(cells: Cells, plan: SubsidyPlan) -> str:
    fits = any(
        plan.condition.evaluate(cell.person, days[0])
        for cell in cells.witnesses(atoms(plan.condition))
        for days in cells.days(cell)
    )
    if fits:
        return f"“{plan.spec.name}”总被别的资助盖过，没有人能享受到"
    return f"“{plan.spec.name}”没有任何人符合条件，条件可能自相矛盾"


def _waits(book: Notebook, cells: Cells, reached: Reached) -> None:
    program = book.policy.program
    for name, plan in program.waits.items():
        windows = [window for window in program.windows if window.waiting == name]
        if not windows:
            _dead(book, plan.rule, "没有一个窗口用到这条等待期")
            continue
        parts: list[tuple[str, Condition]] = [
            (f"{plan.rule}.parts.{index}", condition) for index, condition in enumerate(plan.parts)
        ]
        if plan.exempt is not None:
            parts.append((f"{plan.rule}.exempt", plan.exempt))
        for rule, condition in parts:
            if not _found(cells, reached, rule, [condition, *(window.condition for window in windows)]):
                book.fault("unreachable", rule, "没有任何人适用这一条")


def _dead(book: Notebook, rule: str, reason: str) -> None:
    """A rule that no window uses is a fault, unless another reading is there to use it."""
    name = rule.partition(".")[2]
    for reading in book.policy.release.readings.values():
        for other in reading.others.values():
            if f"'{name}'" in repr(other.change):
                return
    book.fault("unreachable", rule, reason)


def _unused(book: Notebook) -> None:
    """Cover, parameters, named conditions and classes that nothing uses."""
    release = book.policy.release
    used = {window.cover for window in release.windows.values()}
    for name in release.cover:
        if name not in used:
            _dead(book, f"cover.{name}", "没有一个窗口用到这条待遇期")
    own = set(release.categories)
    named = {
        code
        for _, condition in conditions_of(book.policy.program)
        for test in atoms(condition)
        if isinstance(test, ClassTest)
        for code in (*test.codes, *test.wider)
    }
    for code in sorted(own - named):
        book.note("class-unused", f"categories.{code}", "本政策登记了这个人员类别，但没有一条规则提到它")
    for rule, condition in conditions_of(book.policy.program):
        if isinstance(condition, Constant) and not condition.value:
            book.fault("unreachable", rule, "条件永不成立")
