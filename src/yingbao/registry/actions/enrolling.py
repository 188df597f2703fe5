"""What a payment does to an enrolment: cover from its first day to its last, and 未参保 becomes 正常参保. And back.

In sets, within the transaction of the payment, which has journalled it: the rows are stamped with its entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import psycopg

from yingbao.kernel.ids import uuid7
from yingbao.registry.states import EDGES, RESIDENT

_FIRST: Final = EDGES[0]
#: Cover begins the day after any other insurance of the person ends: one person, one insurance at a time.
_INSURE: Final = f"""
WITH paid AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[], $5::uuid[], $6::text[])
        AS p(id, resident_id, first_on, last_on, change_id, evidence)
), placed AS (
    SELECT p.*, greatest(p.first_on, (SELECT max(upper(c.period)) FROM registry_cover c WHERE c.resident_id = p.resident_id
        AND c.period && daterange(p.first_on, p.last_on, '[]'))) AS from_on FROM paid p
), covered AS (
    INSERT INTO registry_cover (id, resident_id, insurance, place, evidence, period)
    SELECT id, resident_id, '{RESIDENT}', $7, evidence, daterange(from_on, last_on, '[]') FROM placed
    WHERE first_on IS NOT NULL AND from_on <= last_on
), enrolled AS (
    UPDATE registry_resident r SET state = '{_FIRST.to_state}' FROM paid p
    WHERE r.id = p.resident_id AND r.state = '{_FIRST.from_state}' RETURNING r.id, p.change_id, p.evidence
)
INSERT INTO registry_change (id, resident_id, kind, from_state, to_state, "on", reason)
SELECT change_id, id, '{_FIRST.kind}', '{_FIRST.from_state}', '{_FIRST.to_state}', $8, evidence FROM enrolled
"""
_ANNUL: Final = f"""
UPDATE registry_cover SET period = 'empty' WHERE resident_id = $1 AND insurance = '{RESIDENT}' AND place = $2
    AND evidence = $3 AND NOT isempty(period)
"""


@dataclass(frozen=True, slots=True)
class Paid:
    """Whose contribution is in, and the cover it buys, both days included; None: the first day is not known yet."""

    resident_id: UUID
    first_on: date | None
    last_on: date | None
    evidence: str


def insure(paid: Sequence[Paid], *, place: str, on: date, into: psycopg.RawCursor[Any]) -> None:
    """Write the cover and the enrolment of those who paid. `evidence` names the receipt; `place` is the pooling region.

    Whoever has other insurance without an end must be asked for before (`queries.standing_elsewhere`).
    """
    if paid:
        into.execute(
            _INSURE,
            [
                [uuid7() for _ in paid],
                [one.resident_id for one in paid],
                [one.first_on for one in paid],
                [one.last_on for one in paid],
                [uuid7() for _ in paid],
                [one.evidence for one in paid],
                place,
                on,
            ],
        )


def annul_insurance(*, resident_id: UUID, place: str, evidence: str, into: psycopg.RawCursor[Any]) -> None:
    """The cover a refunded payment bought never held; an empty span says so. The enrolment stays as it is."""
    into.execute(_ANNUL, [resident_id, place, evidence])
