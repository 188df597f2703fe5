"""Order: who holds more classes never pays more, unless the notice says that the first listed one counts."""

from __future__ import annotations

from datetime import date

from yingbao.kernel.money import yuan
from yingbao.policy.assess import Answer, assess
from yingbao.policy.check.cells import Cells
from yingbao.policy.check.findings import Notebook, joined, say_days
from yingbao.policy.check.variants import Cell, Variant, together


def prove_order(book: Notebook, cells: Cells) -> None:
    """For every two classes on every day: with both one pays no more than with either alone."""
    listed = any(group.mode == "first" for group in book.policy.program.combine.groups.values())
    write = book.note if listed else book.fault
    seen: set[tuple[str, ...]] = set()
    for cell in cells.two_classes():
        for age in _ages(cells):
            found = _dearer(cells, together(cells.base, (*cell.variants, *age)))
            codes = tuple(code for variant in cell.variants for code in variant.codes)
            if found and codes not in seen:
                seen.add(codes)
                write("more-identities-pays-more", "combine", found)


def _ages(cells: Cells) -> list[tuple[Variant, ...]]:
    return [(), *((variant,) for variant in cells.few.by_fact.get("birth_date", ()))]


def _dearer(cells: Cells, both: Cell) -> str | None:
    """The sentence, if somebody holding both classes pays more than with one of them."""
    classes = [variant for variant in both.variants if variant.codes]
    rest = tuple(variant for variant in both.variants if not variant.codes)
    singles = [together(cells.base, (variant, *rest)) for variant in classes]
    days = []
    said = ""
    for run in cells.days(both):
        worse = _worse(cells, both, singles, run[0])
        if worse:
            days.append(run)
            said = said or worse
    if not days:
        return None
    return f"在 {'、'.join(say_days(*run) for run in joined(days))} {said}"


def _worse(cells: Cells, both: Cell, singles: list[Cell], on: date) -> str | None:
    program = cells.policy.program
    mine = assess(program, both.person, on)
    if mine.outcome == "undetermined":
        return None
    for single in singles:
        theirs = assess(program, single.person, on)
        if theirs.due_fen is not None and theirs.allowed and (_cost(mine) > theirs.due_fen):
            return f"{both.label} {_say(mine)}，而只是{single.label}的{_say(theirs)}：身份多的反而多缴"
    return None


def _cost(answer: Answer) -> int:
    """What it costs; not being let in at all is dearer than any price."""
    return 10**12 if answer.allowed is False or answer.due_fen is None else answer.due_fen


def _say(answer: Answer) -> str:
    if answer.allowed is False or answer.due_fen is None:
        return "不能缴费"
    return f"应缴 {yuan(answer.due_fen)} 元"
