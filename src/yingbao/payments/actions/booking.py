"""What a payment moves in the ledger: from where it came to the funds it is levied for, to the fen.

A bill's standard is split over its funds as the release says (one fund where it says nothing); the person's money fills
them first, in their order, then each payer's. The same walk goes over an order paid in several ways. So every posting
names one source, one fund and one bill, and a refund takes back exactly these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeVar
from uuid import UUID

from yingbao.billing.policies import release_of
from yingbao.ledger.accounts import Account
from yingbao.ledger.actions import Posting
from yingbao.policy.amounts import funds_of

#: 居民统筹基金 of the national platform: the fund of a levy the release does not split.
RESIDENT_FUND: Final = "390100"
Source = TypeVar("Source")
Sink = TypeVar("Sink")


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

    @property
    def county(self) -> str:
        """The county whose accounts it is booked on."""
        return county_of(self.unit_code)


def county_of(unit_code: str) -> str:
    """The county a unit belongs to."""
    return unit_code.partition("-")[0][:6]


def pour(
    sources: Iterable[tuple[Source, int]], sinks: Iterable[tuple[Sink, int]]
) -> Iterator[tuple[Source, Sink, int]]:
    """Fill sinks in order from sources in order; both come to the same sum. Raises ValueError where they do not.

    >>> list(pour([("cash", 70), ("card", 30)], [("a", 50), ("b", 50)]))
    [('cash', 'a', 50), ('cash', 'b', 20), ('card', 'b', 30)]
    """
    left, wanting = list(sources), list(sinks)
    if sum(fen for _, fen in left) != sum(fen for _, fen in wanting):
        raise ValueError("sources and sinks differ")
    at, have = 0, left[0][1] if left else 0
    for sink, fen in wanting:
        wanted = fen
        while wanted:
            while not have:
                at, have = at + 1, left[at + 1][1]
            part = min(have, wanted)
            yield left[at][0], sink, part
            have, wanted = have - part, wanted - part


def funds(booking: Booking) -> list[tuple[str, int]]:
    """The standard over the funds it is levied for, in fen. Raises ReleaseGone."""
    policy = release_of(booking.release_digest)
    spec = policy.release.prices[booking.price_rule.partition(".")[2].partition(".")[0]].funds
    if spec is None:
        return [(RESIDENT_FUND, booking.standard_fen)]
    return [(name, fen) for name, fen in funds_of(spec, booking.standard_fen).items() if fen]


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
        for payer, fund, fen in pour(given, funds(one)):
            if payer == "person":
                own.append(((one, fund), fen))
            else:
                debit = Account("payer", payer, one.county)
                postings.append(
                    Posting(debit, Account("fund", fund, one.county), fen, one.unit_code, one.bill_id)
                )
    for way, (one, fund), fen in pour(tenders, own):
        debit = source_account(channel_code, way, one.unit_code)
        postings.append(Posting(debit, Account("fund", fund, one.county), fen, one.unit_code, one.bill_id))
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
