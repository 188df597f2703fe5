"""Whoever is paid for in full is covered and booked when the tax side accepts the declaration; and back, if it takes that back.

As a payment does, in sets: cover as the bill says, a voucher a bill by which each payer owes what it gives to the funds of the
levy, the bill declared on that day. Steps within the caller's transaction, which journals them.
Source: 高台县政府办通知〔2023-09-11〕 三.1; 肃医保〔2023〕48号 二(四); 筑医保发〔2023〕17号 五(二).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from yingbao.billing.levy import fund_account, levied, payer_account
from yingbao.billing.models import PERSON
from yingbao.billing.policies import release_of
from yingbao.billing.states import STATES, edge
from yingbao.journal import direct
from yingbao.journal.statistics import by_index
from yingbao.kernel.dates import CHINA
from yingbao.kernel.ids import uuid7
from yingbao.ledger.actions import Alike, post_alike, reverse
from yingbao.registry.actions import Paid, annul_insurance, hindered, insure
from yingbao.registry.states import HINDRANCES

VOUCHER: Final = "full-subsidy"
#: Lines of declarations with their bills, locked in the order of ids, and what each payer gives.
_READ: Final = f"""
SELECT b.number, b.id, b.resident_id, b.unit_code, b.state, b.standard_fen, b.price_rule, b.release_digest,
    b.benefit_start, b.benefit_end, '零费申报 ' || t.number || ' 第 ' || l.place || ' 行', l.booking_id,
    (SELECT coalesce(string_agg(s.payer || '=' || s.fen, ';' ORDER BY s.payer), '') FROM billing_line s
        WHERE s.bill_id = b.id AND s.payer <> '{PERSON}')
FROM billing_batch_line l JOIN billing_batch t ON t.id = l.batch_id JOIN billing_bill b ON b.id = l.bill_id
WHERE {{which}} ORDER BY b.id FOR UPDATE OF b
"""
_MOVE: Final = "UPDATE billing_bill SET state = $2, paid_on = $3 WHERE id = ANY($1)"
_WHAT_NOW: Final = "。处理好了把这份回执再交一次；不该申报的，请税务退回这一行"


@dataclass(frozen=True, slots=True)
class DeclarationLine:
    """A line of a declaration with its bill; `evidence` names it on the cover, `shares` are payer=fen by payer."""

    number: str
    bill_id: UUID
    resident_id: UUID
    unit_code: str
    state: str
    standard_fen: int
    price_rule: str
    release_digest: str
    first_on: date | None
    last_on: date | None
    evidence: str
    booking_id: UUID | None
    shares: str

    @property
    def place(self) -> str:
        """The pooling region in which it covers."""
        return str(release_of(self.release_digest).release.region)


def lines_of(batch_id: UUID, numbers: Iterable[str]) -> list[DeclarationLine]:
    """Lines of a batch by the numbers of their bills."""
    return _read("l.batch_id = $1 AND b.number = ANY($2)", [batch_id, list(numbers)])


def standing_lines(bill_ids: Sequence[UUID]) -> list[DeclarationLine]:
    """The accepted lines of bills that stand declared."""
    where = "b.id = ANY($1) AND b.state = 'declared' AND l.kind = 'zero-fee' AND l.outcome = 'accepted'"
    return _read(where, [list(bill_ids)])


def _read(which: str, given: list[Any]) -> list[DeclarationLine]:
    at = direct.cursor()
    return [DeclarationLine(*row) for row in at.execute(_READ.format(which=which), given).fetchall()]


def declare(
    lines: Sequence[DeclarationLine], *, now: datetime, entry_id: UUID
) -> tuple[dict[str, UUID], dict[str, str]]:
    """Cover, book and declare; by bill number, under which id each was booked, or why it was not and what to do."""
    why = {one.number: _bill_says(one) for one in lines if edge("declare", one.state) is None}
    able = [one for one in lines if one.number not in why]
    with by_index():
        found = hindered([_paid(one) for one in able])
    why |= {one.number: HINDRANCES[found[one.resident_id]] for one in able if one.resident_id in found}
    able = [one for one in able if one.number not in why]
    booked = {one.number: uuid7() for one in able}
    on = now.astimezone(CHINA).date()
    _move([one.bill_id for one in able], "declared", on)
    with by_index():
        for place in {one.place for one in able}:
            covers = [_paid(one) for one in able if one.place == place]
            insure(covers, place=place, on=on, into=direct.cursor())
    post_alike(VOUCHER, _vouchers(able, booked), on=on, at=now, journal_id=entry_id)
    return booked, {number: said + _WHAT_NOW for number, said in why.items()}


def _bill_says(one: DeclarationLine) -> str:
    if one.state == "superseded":
        return "账单已由新账单代替，请按新账单缴费或再申报"
    return f"账单{STATES[one.state]}，没有入账"


def _paid(one: DeclarationLine) -> Paid:
    return Paid(one.resident_id, one.first_on, one.last_on, one.evidence)


def _vouchers(lines: Sequence[DeclarationLine], booked: dict[str, UUID]) -> list[Alike]:
    """One voucher a bill; bills of one county with the same price and the same payers move the same amounts."""
    alike: dict[tuple[Any, ...], list[DeclarationLine]] = {}
    for one in lines:
        county = payer_account("", one.unit_code).unit_code
        key = (county, one.release_digest, one.price_rule, one.standard_fen, one.shares)
        alike.setdefault(key, []).append(one)
    return [
        Alike(_moves(group[0]), [(booked[one.number], one.unit_code, one.bill_id) for one in group])
        for group in alike.values()
    ]


def _moves(one: DeclarationLine) -> list[tuple[Any, Any, int]]:
    parts = (share.partition("=") for share in one.shares.split(";"))
    given = [(PERSON, 0), *((payer, int(fen)) for payer, _, fen in parts)]
    return [
        (payer_account(payer, one.unit_code), fund_account(fund, one.unit_code), fen)
        for payer, fund, fen in levied(one.release_digest, one.price_rule, one.standard_fen, given)
    ]


def undeclare(lines: Sequence[DeclarationLine], event: str, *, now: datetime, entry_id: UUID) -> set[str]:
    """Take declared bills back along an edge of the graph (`undeclare`, `close`): cover annulled, vouchers reversed.

    Returns the numbers of those taken back. Not among them is whoever moved to another region with that cover.
    """
    way = edge(event, "declared")
    assert way is not None
    standing = [one for one in lines if one.state == way.from_state]
    annulled: set[str] = set()
    with by_index():
        for place in {one.place for one in standing}:
            covers = [(one.resident_id, one.evidence) for one in standing if one.place == place]
            annulled |= annul_insurance(covers, place=place)
    back = [one for one in standing if one.evidence in annulled]
    _move([one.bill_id for one in back], way.to_state, None)
    bookings = [one.booking_id for one in back if one.booking_id is not None]
    with by_index():
        reverse(bookings, VOUCHER, on=now.astimezone(CHINA).date(), at=now, journal_id=entry_id)
    return {one.number for one in back}


def _move(bill_ids: Sequence[UUID], state: str, paid_on: date | None) -> None:
    direct.cursor().execute(_MOVE, [list(bill_ids), state, paid_on])
