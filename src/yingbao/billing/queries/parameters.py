"""What a release leaves open for counties, who has supplied it, and how many people wait for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from yingbao.billing.models import Supplied
from yingbao.billing.policies import parts_of, pooling_region
from yingbao.billing.states import CURRENT
from yingbao.kernel import regions
from yingbao.policy import load_release


@dataclass(frozen=True, slots=True)
class Given:
    """A value somebody supplied for a unit, from which document."""

    unit_code: str
    value: str
    source: str
    supplied_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Open:
    """A figure the notice leaves to another document; `holds` is what counts for the unit asked about."""

    name: str
    says: str
    clauses: str
    waiting: int
    given: tuple[Given, ...]
    holds: str


def parameters(region: str, benefit_year: int, *, counted: bool = True) -> tuple[Open, ...]:
    """The figures left open, for a unit's eyes: its own, wider and narrower units' values.

    Without `counted` nobody counts who waits for them, which meets every bill.
    """
    unit = regions.canonical(region)
    release = load_release(pooling_region(unit, benefit_year), benefit_year).release
    here = {name: value for name, value, _ in parts_of(unit, benefit_year)[0].values}
    rows = list(
        Supplied.objects.filter(benefit_year=benefit_year, parameter__in=list(release.parameters)).order_by(
            "unit_code"
        )
    )
    return tuple(
        Open(
            name,
            spec.says,
            "；".join(str(source) for source in spec.source),
            _waiting(unit, benefit_year, name) if counted else 0,
            tuple(
                Given(row.unit_code, row.value, row.source, row.supplied_by, row.known_from)
                for row in rows
                if row.parameter == name
                and (row.unit_code.startswith(unit) or unit.startswith(row.unit_code))
            ),
            here.get(name, ""),
        )
        for name, spec in release.parameters.items()
        if spec.value is None
    )


def _waiting(unit: str, benefit_year: int, name: str) -> int:
    """Current bills that cannot be determined for want of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM billing_bill WHERE starts_with(unit_code, %s) AND benefit_year = %s "
            "AND state = ANY(%s) AND %s = ANY(string_to_array(missing, ';'))",
            [unit, benefit_year, list(CURRENT), f"parameter:{name}"],
        )
        return int(cursor.fetchone()[0])
