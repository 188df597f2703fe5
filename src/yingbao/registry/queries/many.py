"""Facts of many residents at once: one query a table, whatever their number. `facts` says the same of one."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.range import Range

from yingbao.policy import UNKNOWN, Holding, Person, Span
from yingbao.registry.queries.facts import released_on
from yingbao.registry.states import EMPLOYEE, RESIDENT

_ONE_DAY = timedelta(days=1)
_COLUMNS = """r.id, r.birth_date, r.sex, o.basis, nullif(o.hukou_place, ''), {unit}, {works_in}, o.permit_until, s.stage,
    nullif(s.school, ''), r.insured_years, r.repaid_years, r.military_dependant, r.discharged_on, r.unknown"""
_JOINS = """LEFT JOIN registry_residence o ON o.resident_id = r.id AND o.period @> {on}::date
LEFT JOIN registry_schooling s ON s.resident_id = r.id AND s.period @> {on}::date"""
_UNITS = """LEFT JOIN registry_unit u ON u.code = coalesce(o.unit_id, r.unit_id)
LEFT JOIN registry_unit w ON w.code = o.works_in_id"""
_PEOPLE = (
    f"SELECT {_COLUMNS.format(unit='u.name', works_in='w.name')} FROM registry_resident r "
    f"{_JOINS.format(on='%(on)s')} {_UNITS} WHERE r.id = ANY(%(ids)s)"
)
_UNIT = "(SELECT name FROM registry_unit WHERE code = {})"
#: For a statement that has a resident as `r` and wants the facts in the same round trip: so many columns, which
#: `person_of_row` reads, and the joins they need, with the payment day's parameter as `{on}`. Names of units are looked
#: up one by one: for a single person a join would read all units.
FACT_COLUMNS = f"""{
    _COLUMNS.format(
        unit=_UNIT.format("coalesce(o.unit_id, r.unit_id)"), works_in=_UNIT.format("o.works_in_id")
    )
},
    (SELECT jsonb_agg(jsonb_build_array(insurance, place, lower(period), upper(period)))
        FROM registry_cover WHERE resident_id = r.id AND NOT isempty(period)),
    (SELECT jsonb_agg(jsonb_build_array(category, recognised_unknown, lower(period), upper(period)) ORDER BY category, period)
        FROM registry_holding WHERE resident_id = r.id AND NOT isempty(period)),
    (SELECT jsonb_agg(jsonb_build_array(status, lower(period), upper(period)))
        FROM registry_survival WHERE resident_id = r.id AND NOT isempty(period))"""
FACT_JOINS = _JOINS
FACT_WIDTH = 18
_COVERS = "SELECT resident_id, insurance, place, period FROM registry_cover WHERE resident_id = ANY(%s) AND NOT isempty(period)"
_HOLDINGS = """
SELECT resident_id, category, recognised_unknown, period, id FROM registry_holding
WHERE resident_id = ANY(%s) AND NOT isempty(period) ORDER BY resident_id, category, period
"""
_SURVIVALS = "SELECT resident_id, status, period FROM registry_survival WHERE resident_id = ANY(%s) AND NOT isempty(period)"


def facts_of_many(ids: Sequence[UUID], on: date, region: str) -> dict[UUID, Person]:
    """The facts of each on a payment day; who is not in sight is left out."""
    wanted = list(ids)
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"ids": wanted, "on": on})
        people = cursor.fetchall()
        covers = _by_resident(cursor, _COVERS, wanted)
        holdings = _by_resident(cursor, _HOLDINGS, wanted)
        survivals = _by_resident(cursor, _SURVIVALS, wanted)
    return {
        row[0]: _person(row, covers[row[0]], holdings[row[0]], survivals[row[0]], region) for row in people
    }


def person_of_row(row: Sequence[Any], region: str) -> Person:
    """The person that `FACT_COLUMNS` describe."""
    covers = [(None, kind, place, _range(low, high)) for kind, place, low, high in listed(row[15])]
    holdings = [
        (None, code, unknown, _range(low, high), None) for code, unknown, low, high in listed(row[16])
    ]
    survivals = [(None, status, _range(low, high)) for status, low, high in listed(row[17])]
    return _person(tuple(row[:15]), covers, holdings, survivals, region)


def listed(value: str | None) -> list[list[Any]]:
    """An aggregate of `jsonb_agg`, which Django's connection hands over as text; none where nothing was aggregated."""
    found: list[list[Any]] = json.loads(value) if value else []
    return found


def _range(low: str | None, high: str | None) -> Range[date]:
    return Range(date.fromisoformat(low) if low else None, date.fromisoformat(high) if high else None)


def insured_of_many(ids: Sequence[UUID], on: date, region: str) -> set[UUID]:
    """Those whose resident insurance here covers a day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resident_id FROM registry_cover WHERE resident_id = ANY(%s) AND insurance = %s AND place = %s"
            " AND period @> %s::date",
            [list(ids), RESIDENT, region, on],
        )
        return {row[0] for row in cursor.fetchall()}


def _by_resident(cursor: Any, statement: str, ids: list[UUID]) -> dict[UUID, list[tuple[Any, ...]]]:
    cursor.execute(statement, [ids])
    found: dict[UUID, list[tuple[Any, ...]]] = defaultdict(list)
    for row in cursor.fetchall():
        found[row[0]].append(row)
    return found


def _person(
    row: tuple[Any, ...],
    covers: Iterable[tuple[Any, ...]],
    holdings: Iterable[tuple[Any, ...]],
    survivals: Iterable[tuple[Any, ...]],
    region: str,
) -> Person:
    events = {status: period for _, status, period in survivals}
    died, prison, army = (events.get(name) for name in ("died", "imprisoned", "enlisted"))
    person = Person(
        person_id=str(row[0]), birth_date=row[1], sex=row[2], residence=row[3] or UNKNOWN, hukou_unit=row[4],
        unit=row[5], works_in=row[6], permit_until=row[7], student=row[8], school=row[9],
        insured_years=UNKNOWN if row[10] is None else frozenset(row[10]), repaid_years=frozenset(row[11] or ()),
        employee_cover=tuple(_span(p) for _, kind, _, p in covers if kind == EMPLOYEE),
        elsewhere_cover=tuple(_span(p) for _, kind, place, p in covers if kind == RESIDENT and place != region),
        categories=tuple(Holding(c, None if unknown else p.lower, _last(p)) for _, c, unknown, p, _ in holdings),
        military_dependant=row[12], discharged_on=row[13], died_on=died.lower if died else None,
        imprisoned_on=prison.lower if prison else None, released_on=released_on(_last(prison) if prison else None, died.lower if died else None),
        enlisted_on=army.lower if army else None,
    )  # fmt: skip
    unknown: dict[str, Any] = dict.fromkeys(row[14] or (), UNKNOWN)
    return replace(person, **unknown) if unknown else person


def _span(period: Any) -> Span:
    return Span(period.lower, _last(period))


def _last(period: Any) -> date | None:
    return None if period.upper is None else period.upper - _ONE_DAY
