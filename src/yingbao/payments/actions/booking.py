"""What a payment moves in the ledger: from where it came to the funds it is levied for, to the fen.

The split of a bill over payers and funds is `billing.levy`'s; the same walk goes over an order paid in several ways. So every
posting names one source, one fund and one bill, and a refund takes back exactly these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yingbao.billing.levy import county_of, fund_account, levied, payer_account, pour
from yingbao.ledger.accounts import Account
from yingbao.ledger.actions import Posting


@dataclass(frozen=True, slots=True)
class Booking:
    """One bill to be booked: what the person pays, what others give, the cover it buys."""

    bill_id: UUID
    bill_number: str
    resident_id: UUID
    unit_code: str
    fen: int
    standard_fen: int
    price_rule: str
    release_digest: str
    benefit_start: date | None
    benefit_end: date | None
    shares: tuple[tuple[str, int], ...]


def source_account(channel_code: str, way: str, unit_code: str) -> Account:
    """Where money of a channel lies: its account, or by the way it was paid at a counter."""
    party = channel_code if way == "account" else f"{channel_code}.{way}"
    return Account("channel", party, county_of(unit_code))


def receipt_postings(
    bookings: Sequence[Booking], channel_code: str, tenders: Sequence[tuple[str, int]]
) -> list[Posting]:
    """The postings of what is booked: the person's money from the tenders, the payers' from what they owe."""
    postings: list[Posting] = []
    own: list[tuple[tuple[Booking, str], int]] = []
    for one in bookings:
        given = [("person", one.fen), *one.shares]
        for payer, fund, fen in levied(one.release_digest, one.price_rule, one.standard_fen, given):
            if payer == "person":
                own.append(((one, fund), fen))
            else:
                debit, credit = payer_account(payer, one.unit_code), fund_account(fund, one.unit_code)
                postings.append(Posting(debit, credit, fen, one.unit_code, one.bill_id))
    for way, (one, fund), fen in pour(tenders, own):
        debit, credit = source_account(channel_code, way, one.unit_code), fund_account(fund, one.unit_code)
        postings.append(Posting(debit, credit, fen, one.unit_code, one.bill_id))
    return postings


def hold_postings(channel_code: str, tenders: Sequence[tuple[str, int]], unit_code: str) -> list[Posting]:
    """Money that cannot be booked lies ready to go back."""
    sources = [(source_account(channel_code, way, unit_code), fen) for way, fen in tenders if fen]
    return [Posting(source, holding_of(source), fen, unit_code) for source, fen in sources]


def holding_of(source: Account) -> Account:
    """Where money of a channel lies until it is paid out: apart by the way it came, so that it goes back that way."""
    return Account("holding", source.party, source.unit_code)


def divide(
    tenders: Sequence[tuple[str, int]], booked_fen: int
) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """Tenders divided into what is booked and what goes back, in their order; a family account is used first."""
    ordered = sorted(tenders, key=lambda tender: tender[0] != "family_account")
    total = sum(fen for _, fen in ordered)
    booked: list[tuple[str, int]] = []
    back: list[tuple[str, int]] = []
    for way, kept, fen in pour(ordered, [(True, booked_fen), (False, total - booked_fen)]):
        (booked if kept else back).append((way, fen))
    return booked, back
