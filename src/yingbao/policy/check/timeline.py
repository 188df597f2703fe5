"""Total and single: for every kind of person and every day one window and one price, no gap, no overlap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from yingbao.policy.assess import assess
from yingbao.policy.check.cells import Cells
from yingbao.policy.check.findings import Days, Notebook, joined, say_days, without
from yingbao.policy.check.variants import ORDINARY, Cell, together
from yingbao.policy.conditions import ALWAYS, Condition, atoms
from yingbao.policy.program import BandPlan, Program, WindowPlan


def prove_time(book: Notebook, cells: Cells) -> None:
    """No window ends before it begins, no two fit the same person and day, no unwanted gap, one price."""
    _backwards(book)
    _overlaps(book, cells)
    unpaid = unpaid_days(cells, Cell(cells.base))
    _gaps(book, cells, unpaid)
    _class_gaps(book, cells, unpaid)
    _bands(book, cells)


def _backwards(book: Notebook) -> None:
    release = book.policy.release
    for name, window in release.windows.items():
        if window.through < window.from_:
            reason = f"{window.name}的截止日 {window.through} 早于开始日 {window.from_}，请核对"
            book.fault("window-backwards", f"windows.{name}", reason, ("windows", name, "through"))
    for index, gap in enumerate(release.gaps):
        if gap.through < gap.from_:
            reason = f"空档的截止日 {gap.through} 早于开始日 {gap.from_}，请核对"
            book.fault("gap-backwards", f"gaps.{index}", reason)


# Overlap --------------------------------------------------------------------------------------------------


def above(program: Program) -> dict[str, set[str]]:
    """For each window those it is over, directly or by way of others."""
    direct = {name: set(spec.over) for name, spec in program.release.windows.items()}
    closed = {name: set(over) for name, over in direct.items()}
    for _ in direct:
        for over in closed.values():
            for other in list(over):
                over.update(closed.get(other, set()))
    return closed


def _overlaps(book: Notebook, cells: Cells) -> None:
    program = book.policy.program
    over = above(program)
    for one, other in combinations(program.windows, 2):
        if other.name in over[one.name] or one.name in over[other.name]:
            continue
        found = min(_shared(cells, one, other), key=_plainest, default=None)
        if found is not None:
            cell, days = found
            names = program.release.windows
            said = "、".join(say_days(*run) for run in joined(days))
            reason = (
                f"{cell.label} 在 {said} 同时适用“{names[one.name].name}”（{one.rule}）与"
                f"“{names[other.name].name}”（{other.rule}），谁先谁后没有写明，请在其中一个写 over"
            )
            book.fault("overlap", one.rule, reason)


def _plainest(item: tuple[Cell, list[Days]]) -> tuple[int, int]:
    """Fewest facts first, then most days."""
    cell, days = item
    return len(cell.variants), -sum((last - first).days for first, last in days)


def _shared(cells: Cells, one: WindowPlan, other: WindowPlan) -> Iterator[tuple[Cell, list[Days]]]:
    """Kinds of person whom both windows fit on the same days."""
    program, windows = cells.policy.program, cells.policy.release.windows
    first = max(windows[one.name].from_, windows[other.name].from_)
    last = min(windows[one.name].through, windows[other.name].through)
    if last < first:
        return
    tests = [*atoms(one.condition), *atoms(other.condition)]
    for cell in cells.witnesses(tests):
        person = cell.person
        days = [
            run
            for run in cells.days(cell, tests)
            if one.condition.evaluate(person, run[0])
            and other.condition.evaluate(person, run[0])
            and assess(program, person, run[0]).allowed
        ]
        if days:
            yield cell, days


# Gaps -----------------------------------------------------------------------------------------------------


def unpaid_days(cells: Cells, cell: Cell) -> list[Days]:
    """The days of the span on which this kind of person can pay in no way."""
    program = cells.policy.program
    return joined(d for d in cells.days(cell) if assess(program, cell.person, d[0]).allowed is False)


def _gaps(book: Notebook, cells: Cells, unpaid: list[Days]) -> None:
    gaps = [gap for gap in book.policy.release.gaps if gap.who == ORDINARY and gap.from_ <= gap.through]
    said = [(gap.from_, gap.through) for gap in gaps]
    unsaid = without(unpaid, said)
    for days in unsaid:
        reason = (
            f"{ORDINARY} 在 {say_days(*days)} 无缴费途径，没有登记。"
            "文件本来如此的，请在 gaps 里写明出处；不然请补上窗口"
        )
        book.fault("gap", "windows", reason)
    for days in without(unpaid, unsaid):
        reason = f"{ORDINARY} 在 {say_days(*days)} 无缴费途径 — 文件如此，已登记为有意空档"
        book.note("gap-acknowledged", "gaps", reason)
    span = cells.span
    for index, gap in enumerate(book.policy.release.gaps):
        days = (gap.from_, gap.through)
        closed = unpaid if gap.who == ORDINARY else _unpaid_class(cells, gap.who)
        if span is None or gap.through < gap.from_ or closed is None:
            continue
        # Outside the span nobody can pay at all.
        if without([days], [span]) or without([days], closed) != [days]:
            continue
        reason = f"登记的空档 {say_days(*days)} 里{gap.who}每天都能缴费，请删去这一条或改正窗口"
        book.fault("stale-gap", f"gaps.{index}", reason)


def _unpaid_class(cells: Cells, who: str) -> list[Days] | None:
    code = cells.policy.vocabulary.code(who)
    if code is None:
        return None
    return unpaid_days(cells, together(cells.base, (cells.full.class_variant(code, None),)))


def _class_gaps(book: Notebook, cells: Cells, unpaid: list[Days]) -> None:
    """Who of a class can pay when others cannot, or cannot when others can, one sentence for all alike."""
    vocabulary = book.policy.vocabulary
    alike: defaultdict[tuple[Days, ...], list[str]] = defaultdict(list)
    for code in cells.full.codes():
        cell = together(cells.base, (cells.full.class_variant(code, None),))
        alike[tuple(unpaid_days(cells, cell))].append(code)
    for days, codes in alike.items():
        if days and list(days) != unpaid:
            said = "、".join(say_days(*run) for run in days)
            widest = [code for code in codes if not set(vocabulary.wider(code)).intersection(codes)]
            names = "、".join(vocabulary.name(code) for code in widest)
            book.note("class-gap", "windows", f"{names} 在 {said} 无缴费途径")


# Price bands ----------------------------------------------------------------------------------------------


def _bands(book: Notebook, cells: Cells) -> None:
    seen: set[str] = set()
    for window in book.policy.program.windows:
        if all(band.condition == ALWAYS for band in window.price) and len(window.price) == 1:
            continue
        for code, rule, reason in _band_faults(cells, window):
            if code + rule not in seen:
                seen.add(code + rule)
                book.fault(code, rule, reason)


def _band_faults(cells: Cells, window: WindowPlan) -> Iterator[tuple[str, str, str]]:
    conditions: list[Condition] = [window.condition, *(band.condition for band in window.price)]
    tests = [test for condition in conditions for test in atoms(condition)]
    program, spec = cells.policy.program, cells.policy.release.windows[window.name]
    for cell in cells.witnesses(tests):
        for days in cells.days(cell, tests):
            if assess(program, cell.person, days[0]).window != window.rule:
                continue
            held: list[BandPlan] = []
            unknown = False
            for band in window.price:
                truth = band.condition.evaluate(cell.person, days[0])
                unknown = unknown or truth is None
                held += [band] if truth else []
            where = f"{cell.label} 在 {say_days(*days)} 经“{spec.name}”（{window.rule}）缴费"
            if not held and not unknown:
                yield "band-gap", f"prices.{spec.price}", f"{where}，没有适用的价格档"
            if len(held) > 1:
                rules = "、".join(band.rule for band in held)
                yield "band-overlap", f"prices.{spec.price}", f"{where}，同时适用几档价格：{rules}"
