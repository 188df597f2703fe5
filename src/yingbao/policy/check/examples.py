"""Worked examples: the answer worked by hand from the clause, against the answer of the release."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from yingbao.kernel.money import Fen, fen_from_yuan, yuan
from yingbao.kernel.refusal import Refusal
from yingbao.policy.assess import Answer, assess
from yingbao.policy.cases import read_person
from yingbao.policy.check.findings import Notebook
from yingbao.policy.check.variants import HISTORY
from yingbao.policy.facts import Person
from yingbao.policy.policy import Policy
from yingbao.policy.schema.reference import Example, Expected

NOTHING = "无"


@dataclass(frozen=True, slots=True)
class Worked:
    """An example with its person read and its answer given."""

    name: str
    example: Example
    person: Person
    on: date
    answer: Answer


def prove_examples(book: Notebook) -> list[Worked]:
    """Every example comes to what it says; those that could be read, for the edges."""
    worked = []
    for name, example in book.policy.release.examples.items():
        book.counts.examples += 1
        rule = f"examples.{name}"
        try:
            person = example_person(book.policy, example)
            answer = assess(book.policy.program, person, example.on)
            wrong = list(differences(example.answer, answer))
        except Refusal as refusal:
            book.fault("example-unusable", rule, f"“{example.title}”：{refusal}")
            continue
        worked.append(Worked(name, example, person, example.on, answer))
        if wrong:
            reason = f"“{example.title}”（{example.on} 缴费）{'；'.join(wrong)}"
            book.fault("example-wrong", rule, reason)
    return worked


def example_person(policy: Policy, example: Example) -> Person:
    """The person of an example; what it leaves out is as for an ordinary resident of the place.

    Raises FactUnusable, also for a fact that the rule language does not know.
    """
    year = policy.release.benefit_year
    facts: dict[str, Any] = {
        "birth_date": "1985-06-15",
        "residence": "hukou",
        "insured_years": list(range(year - HISTORY, year)),
        **example.person,
    }
    read = read_person(policy, facts, example.classes)
    if read.unrecognised_keys:
        raise ExampleFactUnknown("、".join(read.unrecognised_keys))
    return read.person


class ExampleFactUnknown(Refusal):
    """An example gives a fact by a name that is not in the table of facts."""

    code = "example-fact-unknown"

    def __init__(self, keys: str) -> None:
        super().__init__(f"person 里的 {keys} 不在事实表里，请改正名称或先在 facts 里写出", keys=keys)


def differences(expected: Expected, answer: Answer) -> Iterator[str]:
    """What is other than expected, one phrase each; only the keys given are compared."""
    for name, wanted, got in _pairs(expected, answer):
        if wanted is not None and wanted != got:
            yield f"{name} 应为 {_say(wanted)}，得 {_say(got)}"


def _pairs(expected: Expected, answer: Answer) -> Iterator[tuple[str, Any, Any]]:
    granted = expected.due is not None or expected.standard is not None
    yield "allowed", True if expected.allowed is None and granted else expected.allowed, answer.allowed
    yield "standard", _fen(expected.standard), _yuan(answer.standard_fen)
    yield "due", _fen(expected.due), _yuan(answer.due_fen)
    if expected.subsidies is not None:
        wanted = {payer: _fen(text) for payer, text in expected.subsidies.items()}
        yield "subsidies", wanted, {payer: _yuan(fen) for payer, fen in answer.subsidies}
    yield "start", expected.start, answer.benefit_start
    yield "end", expected.end, answer.benefit_end
    yield "waiting_days", expected.waiting_days, answer.waiting_days
    if expected.later_transfer is not None:
        yield "later_transfer", _transfer(expected.later_transfer), _transferred(answer)
    if expected.window is not None:
        yield "window", f"windows.{expected.window.removeprefix('windows.')}", answer.window
    yield "missing", None if expected.missing is None else sorted(expected.missing), sorted(answer.missing)


def _fen(text: str | None) -> str | None:
    return None if text is None else _yuan(fen_from_yuan(text))


def _yuan(fen: Fen | None) -> str | None:
    return None if fen is None else f"{yuan(fen)}元"


def _transfer(text: str) -> str:
    if text.strip() == NOTHING:
        return NOTHING
    amount, _, month = text.strip().partition(" ")
    return f"{_fen(amount)} {month.strip()}"


def _transferred(answer: Answer) -> str:
    transfer = answer.later_transfer
    return NOTHING if transfer is None else f"{_yuan(transfer.amount_fen)} {transfer.month}"


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return "能缴费" if value else "不能缴费"
    if isinstance(value, dict):
        return "、".join(f"{payer} {fen}" for payer, fen in sorted(value.items())) or NOTHING
    if isinstance(value, list):
        return "、".join(value) or NOTHING
    return NOTHING if value is None else str(value)
