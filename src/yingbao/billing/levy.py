"""How a bill's standard is levied: over the funds of its price, which the person's money fills first, then each payer's.

One fund where the release says nothing of funds. So every part names one payer, one fund and one bill, whoever books it:
a payment, or the tax side's answer to a zero-fee declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

from yingbao.billing.policies import release_of
from yingbao.ledger.accounts import Account
from yingbao.policy.amounts import funds_of

#: 居民统筹基金 of the national platform: the fund of a levy the release does not split.
RESIDENT_FUND: Final = "390100"
Source = TypeVar("Source")
Sink = TypeVar("Sink")


def county_of(unit_code: str) -> str:
    """The county a unit belongs to, on whose accounts its bills are booked."""
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


def levied(
    release_digest: str, price_rule: str, standard_fen: int, given: Iterable[tuple[str, int]]
) -> Iterator[tuple[str, str, int]]:
    """Payer, fund and fen of a bill. `given`: what each gives, the person first. Raises ReleaseGone."""
    policy = release_of(release_digest)
    spec = policy.release.prices[price_rule.partition(".")[2].partition(".")[0]].funds
    if spec is None:
        funds = [(RESIDENT_FUND, standard_fen)]
    else:
        funds = [(name, fen) for name, fen in funds_of(spec, standard_fen).items() if fen]
    return pour(given, funds)


def payer_account(payer: str, unit_code: str) -> Account:
    """What a payer owes for people of a unit's county."""
    return Account("payer", payer, county_of(unit_code))


def fund_account(fund: str, unit_code: str) -> Account:
    """What a fund has been levied from a unit's county."""
    return Account("fund", fund, county_of(unit_code))
