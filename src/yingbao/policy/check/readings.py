"""Readings: every other reading can be taken, changes some answer, and that answer says it leans on it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from yingbao.kernel.refusal import Refusal
from yingbao.policy.assess import assess
from yingbao.policy.check.cells import Cells
from yingbao.policy.check.examples import Worked
from yingbao.policy.check.findings import Notebook
from yingbao.policy.check.rules import tests_of
from yingbao.policy.check.variants import Variants, together
from yingbao.policy.facts import Person
from yingbao.policy.policy import Alternative
from yingbao.policy.program import Program
from yingbao.policy.schema.release import RULE_SECTIONS

SECTIONS = (*RULE_SECTIONS, "combine", "later_transfer", "fiscal", "units", "conventions")


def prove_readings(book: Notebook, cells: Cells, worked: list[Worked]) -> None:
    """Rules that exist, words that say something, changes that change something."""
    for name, reading in book.policy.release.readings.items():
        rule = f"readings.{name}"
        for wanted in reading.rules:
            if wanted not in SECTIONS and book.policy.rule(wanted) is None:
                reason = f"rules 写的 {wanted} 不存在，请核对规则名"
                book.fault("reading-rule-unknown", rule, reason, ("readings", name, "rules"))
        if not reading.rules:
            book.fault("reading-rule-unknown", rule, "rules 是空的，没有一条规则会说明它用了这个读法")
        if not reading.taken.strip():
            book.fault("reading-unsaid", rule, "taken 是空的，请写明采用的读法")
        if not reading.others:
            book.fault("reading-unsaid", rule, "others 是空的，请写明还有哪种读法")
        for other_id, other in reading.others.items():
            if not other.says.strip():
                book.fault("reading-unsaid", f"{rule}.others.{other_id}", "says 是空的，请写明这种读法")
    for alternative in book.policy.alternatives:
        book.counts.readings += 1
        _prove(book, alternative, cells, worked)


def _prove(book: Notebook, alternative: Alternative, cells: Cells, worked: list[Worked]) -> None:
    rule = f"readings.{alternative.reading_id}.others.{alternative.other_id}"
    try:
        program = alternative.program
    except Refusal as refusal:
        for sentence in getattr(refusal, "faults", (str(refusal),)):
            book.fault("reading-breaks", rule, f"换用这个读法后政策不成立：{sentence}")
        return
    changed = False
    for person, on in _trials(cells, program, worked):
        answer = assess(book.policy.program, person, on)
        if assess(program, person, on).core() == answer.core():
            continue
        changed = True
        if leant_on(alternative, answer.consulted):
            return
    if changed:
        listed = "、".join(alternative.reading.rules)
        reason = f"这个读法会改变答案，但答案的步骤里从不用到 rules 所列的 {listed}，说明里不会提到它"
        book.fault("reading-not-leaned-on", rule, reason)
    else:
        reason = f"换成“{alternative.other.says}”后没有一个人的答案会变，请核对 change 或删去这个读法"
        book.fault("reading-changes-nothing", rule, reason)


def leant_on(alternative: Alternative, consulted: set[str]) -> bool:
    """Whether an answer that consulted these rules names the reading, as policy.explain does."""
    prices = {rule.rpartition(".")[0] for rule in consulted if rule.startswith("prices.")}
    known = consulted | prices | {rule.partition(".")[0] for rule in consulted}
    return not known.isdisjoint(alternative.reading.rules)


def _trials(cells: Cells, program: Program, worked: list[Worked]) -> Iterator[tuple[Person, date]]:
    """Examples first, then everyone whom this reading or the one taken can tell apart, one fact or two."""
    for item in worked:
        yield item.person, item.on
    own = cells.tests
    tests = tuple(dict.fromkeys((*own, *tests_of(program))))
    variants = Variants(cells.policy, tests)
    for cell in cells.singles():
        for days in cells.days(cell, tests):
            yield cell.person, days[0]
    for found in variants.by_fact.values():
        for variant in found:
            cell = together(cells.base, (variant,))
            for days in cells.days(cell, tests):
                yield cell.person, days[0]
    different = [test for test in tests if test not in own or test not in tests_of(program)]
    for cell in cells.witnesses(different):
        for days in cells.days(cell, tests):
            yield cell.person, days[0]
    for cell in cells.pairs():
        for days in cells.days(cell, tests):
            yield cell.person, days[0]
