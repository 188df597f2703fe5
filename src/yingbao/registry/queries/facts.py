"""A resident as the policy asks about them: the registry's facts in the form of `yingbao.policy.Person`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from yingbao.policy import UNKNOWN, Holding, Person, Span
from yingbao.registry.queries.people import PersonPage, person_page
from yingbao.registry.states import EMPLOYEE, RESIDENT


def facts_of(resident_id: UUID, on: date, region: str, known_at: datetime | None = None) -> Person:
    """The facts on a payment day. Raises ResidentNotFound."""
    return facts(person_page(resident_id, on, known_at), on, region)


def facts(page: PersonPage, on: date, region: str) -> Person:
    """The facts of a page already read. Resident insurance counts as elsewhere where its place is not `region`."""
    home = next((r for r in page.residences if r.holds(on)), None)
    school = next((s for s in page.schoolings if s.holds(on)), None)
    survivals = {s.what: s for s in page.survivals}
    prison, army, death = (survivals.get(name) for name in ("imprisoned", "enlisted", "died"))
    person = Person(
        person_id=str(page.id),
        birth_date=page.birth_date,
        sex=page.sex,
        residence=home.what if home else UNKNOWN,
        hukou_unit=(home.detail or None) if home else None,
        unit=home.unit_name if home else page.unit_name,
        works_in=(home.works_in_name or None) if home else None,
        permit_until=home.permit_until if home else None,
        student=school.what if school else None,
        school=school.detail or None if school else None,
        insured_years=UNKNOWN if page.insured_years is None else frozenset(page.insured_years),
        repaid_years=frozenset(page.repaid_years),
        employee_cover=tuple(Span(c.from_on, c.through_on) for c in page.covers if c.what == EMPLOYEE),
        elsewhere_cover=tuple(
            Span(c.from_on, c.through_on) for c in page.covers if c.what == RESIDENT and c.detail != region
        ),
        categories=tuple(
            Holding(h.what, None if h.recognised_unknown else h.from_on, h.through_on) for h in page.holdings
        ),
        military_dependant=page.military_dependant,
        discharged_on=page.discharged_on,
        died_on=death.from_on if death else None,
        imprisoned_on=prison.from_on if prison else None,
        released_on=released_on(prison.through_on if prison else None, death.from_on if death else None),
        enlisted_on=army.from_on if army else None,
    )
    unknown: dict[str, Any] = dict.fromkeys(page.unknown, UNKNOWN)
    return replace(person, **unknown)


def released_on(last_on: date | None, died_on: date | None) -> date | None:
    """The last day of a term in prison; one that the death ended was no release."""
    if last_on is None or died_on == last_on + timedelta(days=1):
        return None
    return last_on
