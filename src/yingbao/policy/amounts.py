"""Every amount a release can come to, worked out once: prices, subsidies, payers, what is left to pay.

A release has few prices and few subsidies, so all money is computed here, in whole fen with named rounding, and
both readings of the release (policy.assess and policy.sql) only pick from these tables. No engine ever divides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from yingbao.kernel.money import Fen, percent_of, scale, split
from yingbao.policy.schema.rules import (
    PAYERS,
    Band,
    Combine,
    Funds,
    PayerCode,
    Prorate,
    Subsidy,
    SubsidyAmount,
)

UNITS_A_YEAR = {"month": 12, "quarter": 4, "half_year": 2, "year": 1}


@dataclass(frozen=True, slots=True)
class PriceValue:
    """One possible price. `fen` None: a parameter that is not at hand. `arrears`: for lapsed years, beside it."""

    index: int
    rule: str
    fen: Fen | None
    parameter: str | None
    count: int
    arrears: Fen = 0

    @property
    def standard(self) -> Fen | None:
        """The price with the arrears: what there is to pay before subsidies."""
        return None if self.fen is None else self.fen + self.arrears


@dataclass(frozen=True, slots=True)
class Offer:
    """One subsidy at one price. `fen` None: its parameter is not at hand; it may be anything up to the price."""

    subsidy: str
    fen: Fen | None
    parameter: str | None


@dataclass(frozen=True, slots=True)
class Combo:
    """A price with the subsidies that apply: who pays what. Amounts by payer in the order of PAYERS."""

    standard_fen: Fen
    due_fen: Fen
    by_payer: tuple[Fen, ...]
    by_subsidy: tuple[tuple[str, Fen], ...]

    @property
    def payers(self) -> tuple[tuple[PayerCode, Fen], ...]:
        """The payers that pay something, sorted by code."""
        return tuple(sorted((p, fen) for p, fen in zip(PAYERS, self.by_payer, strict=True) if fen))


def band_values(rule: str, band: Band, start: int, parameters: Mapping[str, Fen | None]) -> list[PriceValue]:
    """All prices one band can come to, by the count of units (position in the list = count, or 0)."""
    base = band.amount if band.parameter is None else parameters.get(band.parameter)
    missing = band.parameter if base is None else None
    if band.arrears is not None:
        each = band.arrears.each if band.arrears.each is not None else base or 0
        counts = range(band.arrears.most + 1)
        return [PriceValue(start + n, rule, base, missing, n, each * n) for n in counts]
    if band.prorate is not None:
        units = UNITS_A_YEAR[band.prorate.by]
        fens = [
            None if base is None else _prorated(base, count, band, band.prorate) for count in range(units + 1)
        ]
    elif band.times_periods is not None:
        fens = [None if base is None else base * count for count in range(band.times_periods + 1)]
    else:
        fens = [base]
    return [PriceValue(start + count, rule, fen, missing, count) for count, fen in enumerate(fens)]


def _prorated(base: Fen, count: int, band: Band, prorate: Prorate) -> Fen:
    """`count` units of a price printed per year (or per half-year, quarter, month)."""
    per_year = UNITS_A_YEAR[band.per]
    return scale(base, per_year * count, UNITS_A_YEAR[prorate.by], prorate.rounding)


def subsidy_fen(amount: SubsidyAmount, price: Fen, parameters: Mapping[str, Fen | None]) -> Fen | None:
    """What a subsidy comes to at a price, never above it; None while its parameter is not at hand."""
    if amount.full:
        fen = price
    elif amount.parameter is not None:
        given = parameters.get(amount.parameter)
        if given is None:
            return None
        fen = given
    elif amount.pays is not None:
        fen = max(0, price - amount.pays)
    elif amount.percent is not None:
        fen = percent_of(price, amount.percent, amount.rounding)
    else:
        fen = amount.fixed or 0
    if amount.at_least is not None:
        fen = max(fen, amount.at_least)
    if amount.at_most is not None:
        fen = min(fen, amount.at_most)
    return min(fen, price)


def paid_by(subsidy: Subsidy, fen: Fen) -> dict[PayerCode, Fen]:
    """The subsidy's amount split over its payers, to the fen."""
    if subsidy.payer is not None:
        return {subsidy.payer: fen}
    if subsidy.shares is not None:
        parts = split(fen, list(subsidy.shares.values()))
        return dict(zip(subsidy.shares, parts, strict=True))
    paid: dict[PayerCode, Fen] = {}
    left = fen
    for part in subsidy.sequence or ():
        share = left if part.up_to is None else min(left, part.up_to)
        paid[part.payer] = paid.get(part.payer, 0) + share
        left -= share
    return paid


def funds_of(funds: Funds, fen: Fen) -> dict[str, Fen]:
    """A levy over its funds: fixed amounts, then percentages rounded as named; what is left to `remainder`.

    Without a `remainder` the odd fen go to the first fund named. Later funds get what is still there.
    """
    found: dict[str, Fen] = {}
    left = fen
    wanted = dict(funds.amounts or {})
    for name, rate in (funds.shares or {}).items():
        wanted[name] = wanted.get(name, 0) + percent_of(fen, rate, funds.rounding)
    for name, part in wanted.items():
        found[name] = min(part, left)
        left -= found[name]
    rest = funds.remainder or next(iter(found), None)
    if rest is not None:
        found[rest] = found.get(rest, 0) + left
    return found


def _of_what_is_left(amount: SubsidyAmount, left: Fen, wanted: Fen) -> Fen:
    """What a subsidy comes to after earlier ones, for the forms that look at what they leave."""
    if amount.pays is None and amount.of == "price":
        return wanted
    return subsidy_fen(amount, left, {}) or 0


def combo(price: Fen, chosen: list[tuple[Subsidy, str, Fen]], combine: Combine, arrears: Fen = 0) -> Combo:
    """The price with subsidies stacked in the order given: each group within its cap, all within the price.

    `arrears` come on top, and are the person's own.
    """
    most = price
    if combine.cap is not None:
        most = min(most, combine.cap)
    if combine.cap_percent is not None:
        most = min(most, scale(price, combine.cap_percent, 10_000, combine.rounding))
    left_in = {name: group.cap for name, group in combine.groups.items()}
    by_payer = dict.fromkeys(PAYERS, 0)
    by_subsidy: list[tuple[str, Fen]] = []
    for subsidy, name, offered in chosen:
        cap = left_in[subsidy.group]
        wanted = _of_what_is_left(subsidy.amount, price - sum(by_payer.values()), offered)
        fen = min(wanted, most) if cap is None else min(wanted, most, cap)
        if cap is not None:
            left_in[subsidy.group] = cap - fen
        most -= fen
        for payer, share in paid_by(subsidy, fen).items():
            by_payer[payer] += share
        if fen:
            by_subsidy.append((name, fen))
    total = sum(by_payer.values())
    due = price - total + arrears
    return Combo(price + arrears, due, tuple(by_payer.values()), tuple(by_subsidy))
