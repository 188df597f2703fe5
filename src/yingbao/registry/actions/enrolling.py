"""What money does to an enrolment, or a declaration accepted: cover from its first day to its last, and 未参保 becomes 正常参保.

And back. In sets, within the transaction of the deed, which journals it: the rows are stamped with its entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import psycopg

from yingbao.journal import direct
from yingbao.kernel.ids import uuid7
from yingbao.registry.states import EDGES, RESIDENT

_FIRST: Final = EDGES[0]
#: Cover begins the day after any other insurance of the person ends: one person, one insurance at a time. A wait that
#: outlasts the year leaves nothing to cover (`least`: a range may not end before it begins).
_INSURE: Final = f"""
WITH paid AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::date[], $4::date[], $5::uuid[], $6::text[])
        AS p(id, resident_id, first_on, last_on, change_id, evidence)
), placed AS (
    SELECT p.*, greatest(p.first_on, (SELECT max(upper(c.period)) FROM registry_cover c WHERE c.resident_id = p.resident_id
        AND c.period && daterange(least(p.first_on, p.last_on), p.last_on, '[]'))) AS from_on FROM paid p
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
#: The first reason of `states.HINDRANCES` for which a person's cover cannot be written.
_HINDERED: Final = """
SELECT * FROM (
    SELECT w.resident_id, CASE
        WHEN r.id IS NULL THEN 'out-of-sight'
        WHEN r.merged_into_id IS NOT NULL THEN 'merged'
        WHEN EXISTS (SELECT FROM registry_survival s WHERE s.resident_id = r.id AND s.status = 'died'
            AND NOT isempty(s.period)) THEN 'died'
        WHEN r.state IN ('3', '4') THEN 'terminated'
        WHEN w.first_on IS NULL OR w.last_on IS NULL THEN 'undated'
        WHEN w.first_on > w.last_on THEN 'too-late'
        WHEN EXISTS (SELECT FROM registry_cover c WHERE c.resident_id = r.id AND upper_inf(c.period)
            AND c.period && daterange(w.first_on, w.last_on, '[]')) THEN 'insured-elsewhere'
        WHEN (SELECT max(upper(c.period)) FROM registry_cover c WHERE c.resident_id = r.id
            AND c.period && daterange(w.first_on, w.last_on, '[]')) > w.last_on THEN 'covered'
    END AS why
    FROM unnest($1::uuid[], $2::date[], $3::date[]) AS w(resident_id, first_on, last_on)
    LEFT JOIN registry_resident r ON r.id = w.resident_id
) judged WHERE why IS NOT NULL
"""
_LOCK: Final = "SELECT FROM registry_resident WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
#: The covers of somebody merged into another person are that person's; found first, for a row policy lets no expression
#: look rows up by index.
_ANNUL: Final = f"""
WITH annulled AS MATERIALIZED (
    SELECT coalesce(r.merged_into_id, r.id) AS resident_id, a.evidence
    FROM unnest($1::uuid[], $2::text[]) AS a(resident_id, evidence) JOIN registry_resident r ON r.id = a.resident_id
)
UPDATE registry_cover c SET period = 'empty' FROM annulled a
WHERE c.resident_id = a.resident_id AND c.evidence = a.evidence AND c.insurance = '{RESIDENT}' AND c.place = $3
    AND NOT isempty(c.period) RETURNING c.evidence
"""


@dataclass(frozen=True, slots=True)
class Paid:
    """Whose contribution is in, and the cover it buys, both days included; None: the first day is not known yet."""

    resident_id: UUID
    first_on: date | None
    last_on: date | None
    evidence: str


def hindered(paid: Sequence[Paid]) -> dict[UUID, str]:
    """Who of these cannot be insured and why, a code of `states.HINDRANCES`; in one statement for all.

    Everybody asked about is locked, in the order of ids, so that it still holds when `insure` follows.
    """
    at = direct.cursor()
    residents = [one.resident_id for one in paid]
    at.execute(_LOCK, [residents])
    at.execute(_HINDERED, [residents, [one.first_on for one in paid], [one.last_on for one in paid]])
    return dict(at.fetchall())


def insure(paid: Sequence[Paid], *, place: str, on: date, into: psycopg.RawCursor[Any]) -> None:
    """Write the cover and the enrolment of those paid for. `evidence` names the receipt or the declaration; `place` is the pooling region.

    Whoever has other insurance without an end must be asked for before (`hindered`, or as a payment does).
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


def annul_insurance(covers: Sequence[tuple[UUID, str]], *, place: str) -> set[str]:
    """Covers that were never to hold, by resident and evidence; an empty span says so. The enrolment stays as it is.

    Returns the evidence of those annulled: one whose person has moved out of sight is not among them.
    """
    at = direct.cursor()
    at.execute(_ANNUL, [[resident for resident, _ in covers], [evidence for _, evidence in covers], place])
    return {row[0] for row in at.fetchall()}
