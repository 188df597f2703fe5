"""A bill as pages show it, on its own page and as a card on the person's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.urls import reverse

from yingbao.billing.queries import bills
from yingbao.billing.queries.bills import PERSON, WHAT, Bill, BillPage, Change, Declared
from yingbao.billing.states import OUTCOMES, STATES
from yingbao.kernel import bill_numbers
from yingbao.policy import Policy
from yingbao.policy.explain import DELIVERY_NAMES, PAYER_NAMES, say_missing
from yingbao.web.parts import Event
from yingbao.web.spoken import NOTHING, day, minute, yuan
from yingbao.web.workbench.presenters.registers import class_name

_PAYERS: Final = {PERSON: "本人", **PAYER_NAMES}


@dataclass(frozen=True, slots=True)
class LineRow:
    """A payer's line: name, fen, rule ids, where they stand."""

    name: str
    fen: int
    rules: tuple[str, ...]
    clauses: str


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One thing in which this bill differs from the one before."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Before:
    """A bill this one follows, and what changed from it to the next."""

    number: str
    spaced: str
    made: str
    amount: str
    changed: tuple[ChangedRow, ...]


@dataclass(frozen=True, slots=True)
class BillCard:
    """What the person page includes (`parts/bill_card.html`): amount, state, number, since when, what it replaced."""

    number: str
    spaced: str
    href: str
    year: int
    amount: str
    headline: str
    state: str
    tone: str
    made: str
    replaced: str
    transfer: str


def line_rows(page: BillPage) -> tuple[LineRow, ...]:
    """The lines in the order of payers, the person first."""
    return tuple(LineRow(_PAYERS[line.payer], line.fen, line.rules, line.clauses) for line in page.lines)


def state_of(bill: Bill) -> tuple[str, str]:
    """The state in a word, and its tone."""
    if bill.outcome != "payable" and bill.state == "open":
        return OUTCOMES[bill.outcome], "amber" if bill.outcome == "undetermined" else ""
    if bill.state == "paid":
        return f"已缴 {day(bill.paid_on)}", "blue"
    if bill.state == "declared":
        return f"{STATES['declared']} {day(bill.paid_on)}", "blue"
    return STATES[bill.state], ""


def headline(bill: Bill) -> str:
    """What stands where an amount would, for those who have none."""
    if bill.due_fen is not None:
        return ""
    return {"not_payable": "现在不能缴费", "refused": "资料有误"}.get(bill.outcome, "金额待定")


def card(page: BillPage) -> BillCard:
    """The bill for the person page."""
    state, tone = state_of(page.bill)
    before = bills.predecessors(page.bill)
    replaced = f"代替 {yuan(before[0].due_fen)} 元的旧账单" if before else ""
    return BillCard(
        page.bill.number, bill_numbers.spaced(page.bill.number), href(page.bill), page.bill.benefit_year,
        yuan(page.bill.due_fen), headline(page.bill), state, tone, minute(page.known_at), replaced, transfer_words(page),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """Among what was paid for a person: who paid in full, and since when the tax side has it."""

    name: str
    year: int
    href: str
    said: str
    fen: int
    payers: str


def declared(one: Declared) -> DeclaredLine:
    """A declared bill as a line among payments."""
    return DeclaredLine(
        one.name, one.benefit_year, reverse("registers-bill", args=[quote(one.number)]),
        f"全额资助，{day(one.on)} 申报受理", sum(fen for _, fen in one.shares),
        "、".join(_PAYERS[payer] for payer, _ in one.shares),
    )  # fmt: skip


def href(bill: Bill) -> str:
    """Where a bill's page is."""
    return reverse("registers-bill", args=[quote(bill.number)])


def transfer_words(page: BillPage) -> str:
    """What goes to the bank card later."""
    if page.transfer is None:
        return ""
    return f"缴费后新认定，{page.transfer.month} 将资助 {yuan(page.transfer.fen)} 元转入一卡通"


def befores(page: BillPage, units: dict[str, str]) -> tuple[Before, ...]:
    """The bills before, newest first, each with what changed after it."""
    found, after = [], page.bill
    for before in bills.predecessors(page.bill):
        changed = tuple(
            ChangedRow(
                WHAT[c.what], _say(c, c.before, units, page.policy), _say(c, c.after, units, page.policy)
            )
            for c in bills.changes(before, after)
            # what is missing, or that it can be paid, says it already
            if c.what != "reason" or "undetermined" not in (c.before, c.after)
        )
        amount = yuan(before.due_fen) if before.due_fen is not None else headline(before)
        found.append(
            Before(
                before.number,
                bill_numbers.spaced(before.number),
                minute(before.assessment.at),
                amount,
                changed,
            )
        )
        after = before
    return tuple(found)


def events(page: BillPage) -> tuple[Event, ...]:
    """What happened to a bill, newest first."""
    bill, found = page.bill, []
    if page.newer is not None:
        found.append(
            Event(day(page.newer.assessment.at), "由新账单代替", bill_numbers.spaced(page.newer.number))
        )
    if page.transfer is not None:
        found.append(
            Event(
                f"{page.transfer.month}",
                f"转入一卡通 {yuan(page.transfer.fen)} 元",
                "缴费后新认定，次月转入",
                "next",
            )
        )
    if bill.state == "declared":
        whole = f"资助 {yuan(bill.standard_fen)} 元，本人不用缴"
        found.append(Event(day(bill.paid_on), "全额资助，零费申报受理", whole, "money"))
    elif bill.paid_on is not None:
        found.append(Event(day(bill.paid_on), f"缴费 {yuan(bill.due_fen)} 元", "", "money"))
    amount = f"账单 {yuan(bill.due_fen)} 元" if bill.due_fen is not None else f"账单·{headline(bill)}"
    found.append(Event(day(page.known_at), amount, f"按 {day(page.on)} 缴费核定"))
    found += [
        Event(
            day(one.assessment.at),
            f"旧账单 {yuan(one.due_fen)} 元" if one.due_fen is not None else f"旧账单·{headline(one)}",
            bill_numbers.spaced(one.number),
        )
        for one in bills.predecessors(bill)
    ]
    return tuple(found)


def _say(change: Change, value: str | int | None, units: dict[str, str], policy: Policy) -> str:
    """One side of a change, in words."""
    if value is None or value == "":
        return "无" if change.what in ("category", "subsidy_rules", "delivery") else NOTHING
    text = str(value)
    if change.what in ("standard_fen", "due_fen"):
        return f"{yuan(int(value))} 元"
    if change.what == "category":
        return class_name(text)
    if change.what == "delivery":
        return DELIVERY_NAMES.get(text, text)
    if change.what == "outcome":
        return OUTCOMES[text]
    if change.what == "unit_code":
        return units.get(text, text)
    if change.what == "missing":
        return "、".join(_missing(policy, name) for name in text.split(";"))
    if change.what in ("window_rule", "subsidy_rules", "reason"):
        return "、".join(_rule(policy, one) for one in text.split(";"))
    if change.what == "release_digest":
        return text[:8]
    return f"{text} 天" if change.what == "waiting_days" else text


def _missing(policy: Policy, name: str) -> str:
    """What is missing; a figure left open by what the notice says of it."""
    kind, _, parameter = name.partition(":")
    spec = policy.release.parameters.get(parameter) if kind == "parameter" else None
    return say_missing(name) if spec is None else spec.says.partition("；")[0]


def _rule(policy: Policy, rule_id: str) -> str:
    """A rule by its printed name, or in its own words."""
    rule = policy.rule(rule_id)
    return str(getattr(rule, "name", None) or (rule.says if rule else rule_id))
