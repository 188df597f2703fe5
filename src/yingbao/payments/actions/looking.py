"""Bills as a channel asks for them, by number or by ID number and name: one statement, one round trip, no row written but the call's.

The price is that of the day, from the facts as they stand: nothing is kept from an earlier asking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from psycopg import RawCursor

from yingbao.billing.actions import price_of
from yingbao.billing.policies import policy_for
from yingbao.billing.queries.bills import Bill
from yingbao.billing.states import CURRENT
from yingbao.journal import direct
from yingbao.journal.acting import Acting
from yingbao.journal.keys import sealer
from yingbao.kernel import bill_numbers, id_number, regions
from yingbao.kernel.names import clean_name
from yingbao.payments.actions.quoting import QuoteLine, line_of
from yingbao.payments.calls import REMEMBER_WITHIN
from yingbao.payments.errors import BillNotFound, Replayed, WrongPlace, WrongYear
from yingbao.registry.fields import DOCUMENT
from yingbao.registry.queries.many import FACT_COLUMNS, FACT_JOINS, FACT_WIDTH, listed, person_of_row

_BILL: Final = (
    "id", "number", "resident_id", "unit_code", "benefit_year", "state", "standard_fen", "due_fen", "benefit_start",
    "benefit_end", "waiting_days", "fingerprint",
)  # fmt: skip
_LISTED: Final = ", ".join(f"'{state}'" for state in CURRENT)
_SELECT: Final = (
    f"SELECT {FACT_COLUMNS}, {', '.join(f'b.{name}' for name in _BILL)}, r.name, n.name, "
    "(SELECT jsonb_agg(jsonb_build_array(p.unit_code, p.parameter, p.value, p.source)) FROM billing_supplied p "
    "WHERE p.benefit_year = b.benefit_year) FROM {first} "
    + FACT_JOINS.format(on="$1")
    + " LEFT JOIN registry_unit n ON n.code = left(b.unit_code, 6) WHERE {where} ORDER BY b.benefit_year DESC"
)
BY_PERSON: Final = _SELECT.format(
    first=f"registry_resident r JOIN billing_bill b ON b.resident_id = r.id AND b.state IN ({_LISTED})",
    where="r.document_key = $2 AND r.name = $3 AND r.merged_into_id IS NULL",
)
BY_NUMBER: Final = _SELECT.format(
    first="billing_bill b JOIN registry_resident r ON r.id = b.resident_id", where="b.number = $2"
)
_SCOPE: Final = "SELECT set_config('app.region', $1, true)"


@dataclass(frozen=True, slots=True)
class Asked:
    """A bill on the day of asking; `county`, `county_name`: where its person is enrolled."""

    line: QuoteLine
    county: str
    county_name: str


@dataclass(frozen=True, slots=True)
class CallNoted:
    """The call by which a channel asks: noted in the same round trip."""

    channel_id: UUID
    nonce: str
    at: datetime


def look_up(
    *,
    by: Acting,
    on: date,
    bill_number: str = "",
    id_card: str = "",
    name: str = "",
    benefit_year: int | None = None,
    place: str = "",
    call: CallNoted | None = None,
) -> tuple[Asked, ...]:
    """A bill by its number, or a person's current bills by ID number and name, newest year first.

    `benefit_year`, `place`: what the payer chose; a bill for another is refused with the right one named (JC-011).
    Raises BadBillNumber, BadIdNumber, BadName, BillNotFound, NotPermitted, Replayed, WrongPlace, WrongYear.
    """
    by.require("order.make")
    if bill_number:
        statement, values = BY_NUMBER, [on, bill_numbers.check(bill_number)]
    else:
        number = id_number.check(id_card)
        statement, values = BY_PERSON, [on, sealer().index(number, DOCUMENT), clean_name(name)[0]]
    found = tuple(_asked(row, on) for row in _ask(by, statement, values, call))
    if not found:
        raise BillNotFound
    return _chosen(found, benefit_year, place)


def _ask(by: Acting, statement: str, values: Sequence[Any], call: CallNoted | None) -> list[tuple[Any, ...]]:
    """One implicit transaction in one round trip: the region, the call, the rows."""
    raw = direct.raw()
    begun, rows = RawCursor(raw), RawCursor(raw)
    with raw.pipeline():
        if call:
            begun.execute(REMEMBER_WITHIN, [call.channel_id, call.nonce, call.at, by.unit_code])
        else:
            begun.execute(_SCOPE, [by.unit_code])
        rows.execute(statement, values)
    if begun.fetchone() is None:
        raise Replayed
    return rows.fetchall()


def _asked(row: tuple[Any, ...], on: date) -> Asked:
    bill = Bill.from_db("default", _BILL, row[FACT_WIDTH : FACT_WIDTH + len(_BILL)])
    name, county_name, supplied = row[FACT_WIDTH + len(_BILL) :]
    county = bill.unit_code.partition("-")[0][:6]
    price = None
    if bill.state == "open":
        policy = policy_for(bill.unit_code, county, bill.benefit_year, listed(supplied))
        price = price_of(policy, person_of_row(row, policy.release.region), bill.unit_code, on)
    return Asked(line_of(bill, price, name, on), county, county_name or "")


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
