"""One person's bill anew, for the day a payment was made: the price is that of the channel's day (GY-062).

The same answer as `assess_everyone` would write for that person on that day, fingerprint included; a test holds them equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from yingbao.billing.actions.answering import ANSWER, PAID_FEN
from yingbao.billing.actions.writing import take_numbers
from yingbao.billing.models import PERSON, Assessment, Bill, Line
from yingbao.billing.policies import Part, keep, parts_of
from yingbao.billing.words import class_of
from yingbao.journal.keys import sealer
from yingbao.kernel import bill_numbers
from yingbao.kernel.ids import uuid7
from yingbao.policy import Person, Policy, assess
from yingbao.policy.assess import Answer
from yingbao.policy.facts import Unknown
from yingbao.registry.queries.many import facts_of_many


@dataclass(frozen=True, slots=True)
class DayPrice:
    """What a person would owe on a day: the bill as it would be written. `row` holds the bill's columns and payers' fen."""

    policy: Policy
    person: Person
    row: Mapping[str, Any]

    @property
    def due_fen(self) -> int | None:
        """The person's part; None: not determined."""
        due: int | None = self.row["due_fen"]
        return due

    @property
    def payable(self) -> bool:
        """Whether it can be paid that day."""
        return self.row["outcome"] == "payable" and self.due_fen is not None

    @property
    def fingerprint(self) -> UUID:
        """A digest of the answer: that of a bill which says the same."""
        return _fingerprint(self.row)


def prices(bills: list[Bill], on: date) -> dict[UUID, DayPrice]:
    """What each bill's person would owe on a day, by bill; whoever is not in sight is left out. Writes nothing."""
    found: dict[UUID, DayPrice] = {}
    for policy, mine in _by_policy(bills):
        people = facts_of_many([bill.resident_id for bill in mine], on, policy.release.region)
        for bill in mine:
            person = people.get(bill.resident_id)
            if person is not None:
                found[bill.id] = price_of(policy, person, bill.unit_code, on)
    return found


def price_of(policy: Policy, person: Person, unit_code: str, on: date) -> DayPrice:
    """What a person of a unit would owe on a day under a release."""
    return DayPrice(policy, person, _row(policy, person, assess(policy.program, person, on), unit_code, on))


def _by_policy(bills: list[Bill]) -> Iterator[tuple[Policy, list[Bill]]]:
    """Bills by the release that answers for them: that of the county, or of a narrower part with figures of its own."""
    places = {(_county(bill.unit_code), bill.benefit_year) for bill in bills}
    parts = {place: parts_of(*place) for place in places}
    found: dict[str, tuple[Policy, list[Bill]]] = {}
    for bill in bills:
        mine = parts[_county(bill.unit_code), bill.benefit_year]
        policy = [part.policy for part in mine if bill.unit_code.startswith(part.unit_code)][-1]
        found.setdefault(policy.digest, (policy, []))[1].append(bill)
    yield from found.values()


def write_price(bill: Bill, price: DayPrice, *, on: date, journal_id: UUID) -> Bill:
    """The bill of a day's price, superseding the one before; the bill itself where nothing differs.

    Within the caller's transaction, which has locked the bill and journalled why.
    """
    fingerprint = price.fingerprint
    if fingerprint == bill.fingerprint:
        return bill
    part = Part(bill.unit_code, price.policy, ())
    keep((part,))
    at = datetime.now(UTC)
    assessment = Assessment.objects.create(
        unit_code=bill.unit_code, benefit_year=bill.benefit_year, on=on,
        parts={bill.unit_code: price.policy.digest},
        snapshot_digest=sealer().sm3(repr(price.person).encode()).hex(), people=1, new_bills=1, superseded=1,
        closed=0, transfers=0, at=at, entry_id=journal_id, counts={price.row["outcome"]: 1},
    )  # fmt: skip
    Bill.objects.filter(id=bill.id).update(state="superseded", paid_on=None)
    with connection.cursor() as cursor:
        region = price.policy.release.region
        sequence = take_numbers(cursor, region, bill.benefit_year, 1)
    kept = {name: price.row[name] for name in ("unit_code", "category", *ANSWER)}
    fresh = Bill.objects.create(
        id=uuid7(), number=bill_numbers.make(bill.benefit_year, region, sequence), resident_id=bill.resident_id,
        benefit_year=bill.benefit_year, assessment=assessment, supersedes=bill, state="open", fingerprint=fingerprint, **kept,
    )  # fmt: skip
    if price.payable:
        Line.objects.bulk_create(_lines(fresh, price.row))
    return fresh


def _county(unit_code: str) -> str:
    return unit_code.partition("-")[0][:6]


def _lines(bill: Bill, row: Mapping[str, Any]) -> list[Line]:
    given = [(PERSON, row["due_fen"], row["price_rule"])]
    given += [(name.removesuffix("_fen"), row[name], row["subsidy_rules"]) for name in PAID_FEN if row[name]]
    return [
        Line(bill=bill, payer=payer, unit_code=bill.unit_code, fen=fen, rule=rule)
        for payer, fen, rule in given
    ]


def _row(policy: Policy, person: Person, answer: Answer, unit_code: str, on: date) -> dict[str, Any]:
    subsidies = ";".join(f"subsidies.{name}" for name, _ in answer.by_subsidy)
    by_payer: dict[str, int] = dict(answer.subsidies)
    row: dict[str, Any] = {
        "unit_code": unit_code,
        "outcome": answer.outcome,
        "reason": answer.reason,
        "missing": ";".join(sorted(answer.missing)),
        "standard_fen": answer.standard_fen,
        "due_fen": answer.due_fen,
        "delivery": answer.delivery or "",
        "benefit_start": answer.benefit_start,
        "benefit_end": answer.benefit_end,
        "waiting_days": answer.waiting_days,
        "window_rule": answer.window or "",
        "price_rule": answer.price or "",
        "subsidy_rules": subsidies,
        "cover_rule": answer.cover or "",
        "waiting_rule": answer.waiting or "",
        "fiscal": answer.fiscal,
        "release_digest": policy.digest,
    }
    row["category"] = class_of(policy, {"categories": _held(person), "subsidy_rules": subsidies}, on) or ""
    known = answer.due_fen is not None
    row |= {name: by_payer.get(name.removesuffix("_fen"), 0) if known else None for name in PAID_FEN}
    return row


def _held(person: Person) -> list[dict[str, Any]]:
    if isinstance(person.categories, Unknown):
        return []
    return [
        {"class": one.code, "recognised_on": one.recognised_on, "ended_on": one.ended_on}
        for one in person.categories
    ]


def _fingerprint(row: Mapping[str, Any]) -> UUID:
    """As `answering` makes it: a digest over all of the answer as text, in the same order."""
    whole = "\x1f".join(_text(row[name]) for name in ("unit_code", "category", *ANSWER, *PAID_FEN))
    return UUID(hashlib.md5(whole.encode(), usedforsecurity=False).hexdigest())


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)
