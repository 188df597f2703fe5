"""Bills as a channel asks for them, by number or by ID number and name: one statement, one round trip, no row written but the call's.

Channels that ask at the same time share the statement. The price is that of the day, from the facts as they stand:
nothing is kept from an earlier asking.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, Final, TypeAlias
from uuid import UUID

from yingbao.billing.actions import price_of
from yingbao.billing.policies import policy_for
from yingbao.billing.states import CURRENT
from yingbao.journal import direct
from yingbao.journal.acting import Acting
from yingbao.journal.keys import sealer
from yingbao.kernel import bill_numbers, id_number, regions
from yingbao.kernel.names import clean_name
from yingbao.payments.actions.quoting import BillSeen, QuoteLine, line_of
from yingbao.payments.calls import REMEMBER_WITHIN
from yingbao.payments.errors import BillNotFound, Replayed, WrongPlace, WrongYear
from yingbao.payments.gathering import Gathering
from yingbao.policy.policy import Policy
from yingbao.registry.fields import DOCUMENT
from yingbao.registry.queries.many import FACT_COLUMNS, FACT_JOINS, FACT_WIDTH, listed, person_of_row

_LISTED: Final = ", ".join(f"'{state}'" for state in CURRENT)
_SELECT: Final = (
    f"SELECT {FACT_COLUMNS}, {', '.join(f'b.{name}' for name in BillSeen._fields)}, r.name, "
    "(SELECT name FROM registry_unit WHERE code = left(b.unit_code, 6)), "
    "(SELECT jsonb_agg(jsonb_build_array(p.unit_code, p.parameter, p.value, p.source)) FROM billing_supplied p "
    "WHERE p.benefit_year = b.benefit_year) FROM {first} "
    + FACT_JOINS.format(on="{{on}}")
    + " WHERE {where} ORDER BY b.benefit_year DESC"
)
_BY_PERSON: Final = _SELECT.format(
    first=f"registry_resident r JOIN billing_bill b ON b.resident_id = r.id AND b.state IN ({_LISTED})",
    where="r.document_key = {asked} AND r.name = a.name AND r.merged_into_id IS NULL",
)
#: One bill by its number `{asked}` on the day `{on}`.
BY_NUMBER: Final = _SELECT.format(
    first="billing_bill b JOIN registry_resident r ON r.id = b.resident_id", where="b.number = {asked}"
)
#: The place of each question, whether its call is new, and a bill; every question has a row at least.
_TOGETHER: Final = (
    REMEMBER_WITHIN
    + " SELECT a.place, n.nonce IS NOT NULL, f.* FROM json_to_recordset($2::json) AS a(place integer, channel_id uuid, "
    'nonce text, "on" date, asked {kind}, name text) '
    "LEFT JOIN noted n USING (channel_id, nonce) LEFT JOIN LATERAL ({select}) f ON true"
)
_ASKED: Final = {"asked": "CASE WHEN n.nonce IS NOT NULL THEN a.asked END", "on": 'a."on"'}
_ASK_NUMBER: Final = _TOGETHER.format(kind="text", select=BY_NUMBER.format(**_ASKED))
_ASK_PERSON: Final = _TOGETHER.format(kind="bytea", select=_BY_PERSON.format(**_ASKED))


@dataclass(frozen=True, slots=True)
class Asked:
    """A bill on the day of asking; `county`, `county_name`: where its person is enrolled."""

    line: QuoteLine
    county: str
    county_name: str


Row: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class CallNoted:
    """The call by which a channel asks: noted in the same round trip."""

    channel_id: UUID
    nonce: str
    at: datetime


@dataclass(frozen=True, slots=True)
class _Question:
    """What is looked for: a bill's number, or the key of a document (`\\x…`) and a name."""

    call: CallNoted
    on: date
    asked: str
    name: str = ""

    def at_place(self, place: int) -> dict[str, Any]:
        """As the statement reads it."""
        call = self.call
        return {
            "place": place, "channel_id": str(call.channel_id), "nonce": call.nonce, "at": call.at.isoformat(),
            "on": self.on.isoformat(), "asked": self.asked, "name": self.name,
        }  # fmt: skip


def look_up(
    *,
    by: Acting,
    call: CallNoted,
    on: date,
    bill_number: str = "",
    id_card: str = "",
    name: str = "",
    benefit_year: int | None = None,
    place: str = "",
) -> tuple[Asked, ...]:
    """A bill by its number, or a person's current bills by ID number and name, newest year first.

    `benefit_year`, `place`: what the payer chose; a bill for another is refused with the right one named (JC-011).
    Raises BadBillNumber, BadIdNumber, BadName, BillNotFound, NotPermitted, Replayed, WrongPlace, WrongYear.
    """
    by.require("order.make")
    if bill_number:
        statement, question = _ASK_NUMBER, _Question(call, on, bill_numbers.check(bill_number))
    else:
        number = id_number.check(id_card)
        key = "\\x" + sealer().index(number, DOCUMENT).hex()
        statement, question = _ASK_PERSON, _Question(call, on, key, clean_name(name)[0])
    rows = _gathering(statement, by.unit_code).ask(question)
    if rows is None:
        raise Replayed
    if not rows:
        raise BillNotFound
    return _chosen(tuple(_asked(row, on) for row in rows), benefit_year, place)


@lru_cache(maxsize=4096)
def _gathering(statement: str, region: str) -> Gathering[_Question, list[Row] | None]:
    """Those who ask in the same way within the same region."""
    return Gathering(partial(_ask, statement, region), lambda one: (one.call.channel_id, one.call.nonce))


def _ask(statement: str, region: str, questions: Sequence[_Question]) -> list[list[Row] | None]:
    """The rows each question finds; None where its call is known. One statement, a transaction of its own."""
    asked = json.dumps([one.at_place(place) for place, one in enumerate(questions)])
    found: list[list[Row] | None] = [None] * len(questions)
    for place, new, *row in direct.cursor().execute(statement, [region, asked]):
        if new:
            mine = found[place] = found[place] or []
            if row[0] is not None:
                mine.append(tuple(row))
    return found


def _asked(row: Row, on: date) -> Asked:
    bill = BillSeen._make(row[FACT_WIDTH:-3])
    name, county_name, supplied = row[-3:]
    county = bill.unit_code.partition("-")[0][:6]
    price = None
    if bill.state == "open":
        policy = _policy(bill.unit_code, county, bill.benefit_year, supplied)
        price = price_of(policy, person_of_row(row, policy.release.region), bill.unit_code, on)
    return Asked(line_of(bill, price, name, on), county, county_name or "")


@lru_cache(maxsize=4096)
def _policy(unit_code: str, county: str, benefit_year: int, supplied: str | None) -> Policy:
    """Of `supplied`, what counties have supplied for the year, as the database writes it."""
    return policy_for(unit_code, county, benefit_year, listed(supplied))


def _chosen(found: tuple[Asked, ...], benefit_year: int | None, place: str) -> tuple[Asked, ...]:
    if benefit_year is not None:
        of_year = tuple(one for one in found if one.line.benefit_year == benefit_year)
        if not of_year:
            raise WrongYear(found[0].line.number, found[0].line.benefit_year)
        found = of_year
    if place:
        wanted = regions.canonical(place)
        for one in found:
            if not one.line.unit_code.startswith(wanted):
                raise WrongPlace(one.line.number, one.county, one.county_name)
    return found
