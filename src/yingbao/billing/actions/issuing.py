"""Issuing the pre-collection register: the current bills of a region, frozen under a number with their sums."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.billing.actions.writing import Progress, roomy, untold
from yingbao.billing.errors import NothingAssessed, NothingNew
from yingbao.billing.models import Assessment, Register
from yingbao.billing.states import CURRENT
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.kernel import regions
from yingbao.kernel.ids import uuid7

_LOCK: Final = 390_003
_LISTED: Final = ", ".join(f"'{state}'" for state in CURRENT)
#: What stands in an issue: every current bill of the region and year.
_STANDS: Final = f"starts_with(unit_code, %s) AND benefit_year = %s AND state IN ({_LISTED})"
#: The class a bill counts under: the one that brought a subsidy; of those who cannot pay yet, the one they hold.
COUNTED_CLASS: Final = "CASE WHEN b.outcome = 'payable' AND b.subsidy_rules = '' THEN '' ELSE b.category END"
_SUMS: Final = f"""
INSERT INTO billing_register_sum (register_id, unit_code, category, outcome, payer, people, fen)
SELECT r.register_id, b.unit_code, {COUNTED_CLASS}, b.outcome, 'person', count(*), coalesce(sum(b.due_fen), 0)
FROM billing_register_bill r JOIN billing_bill b ON b.id = r.bill_id WHERE r.register_id = %s GROUP BY 1, 2, 3, 4
UNION ALL
SELECT r.register_id, b.unit_code, b.category, b.outcome, l.payer, count(*), sum(l.fen)
FROM billing_register_bill r JOIN billing_bill b ON b.id = r.bill_id AND b.subsidy_rules <> ''
JOIN billing_line l ON l.bill_id = b.id AND l.payer <> 'person' WHERE r.register_id = %s GROUP BY 1, 2, 3, 4, 5
"""
_CHANGES: Final = """
WITH fresh AS (
    SELECT b.* FROM billing_register_bill r JOIN billing_bill b ON b.id = r.bill_id WHERE r.register_id = %(new)s
    AND NOT EXISTS (SELECT FROM billing_register_bill o WHERE o.register_id = %(old)s AND o.bill_id = r.bill_id)
), stale AS (
    SELECT b.* FROM billing_register_bill r JOIN billing_bill b ON b.id = r.bill_id WHERE r.register_id = %(old)s
    AND NOT EXISTS (SELECT FROM billing_register_bill o WHERE o.register_id = %(new)s AND o.bill_id = r.bill_id)
)
INSERT INTO billing_register_change (id, register_id, resident_id, unit_code, kind, old_id, new_id, old_fen, new_fen)
SELECT gen_random_uuid(), %(new)s, coalesce(f.resident_id, s.resident_id), coalesce(f.unit_code, s.unit_code),
    CASE WHEN s.id IS NULL THEN 'added' WHEN f.id IS NULL THEN 'gone'
         WHEN f.due_fen IS DISTINCT FROM s.due_fen THEN 'amount' ELSE 'basis' END,
    s.id, f.id, s.due_fen, f.due_fen
FROM fresh f FULL JOIN stale s ON s.resident_id = f.resident_id
"""


def issue_register(
    *,
    by: Acting,
    region: str,
    benefit_year: int,
    grounds: str = "",
    run_id: UUID | None = None,
    progress: Progress = untold,
) -> UUID:
    """The next numbered issue, in one transaction. A run that is done already is not done again.

    Raises NothingAssessed, NothingNew, NotPermitted, OutOfRegion.
    """
    unit = regions.canonical(region)
    by.require("register.issue", unit)
    with within(by), connection.cursor() as cursor:
        roomy()
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{unit}/{benefit_year}"])
        done = Register.objects.filter(run_id=run_id).first() if run_id else None
        if done is not None:
            return done.id
        assessment = latest_assessment(unit, benefit_year)
        last = Register.objects.filter(unit_code=unit, benefit_year=benefit_year).order_by("-number").first()
        sums = _sums(cursor, unit, benefit_year)
        progress(20)
        if last is not None and last.digest == sums["digest"]:
            raise NothingNew(last.number)
        number, register_id = (last.number if last else 0) + 1, uuid7()
        entry_id = record(
            by=by, action="register.issue", subject="register", subject_id=register_id, unit_code=unit,
            grounds=grounds, news="register-issued", facts={"year": benefit_year, "number": number, **sums},
        )  # fmt: skip
        _write_rows(cursor, register_id, unit, benefit_year)
        progress(60)
        cursor.execute(_SUMS, [register_id, register_id])
        progress(85)
        changes = _write_changes(cursor, register_id, last)
        # last, with everything that is known of it: an issue is written once
        Register.objects.create(
            id=register_id, unit_code=unit, benefit_year=benefit_year, number=number, assessment=assessment,
            before=last, issued_at=datetime.now(UTC), issued_by=by.name, entry_id=entry_id, run_id=run_id,
            changes=changes, **sums,
        )  # fmt: skip
    return register_id


def latest_assessment(unit: str, benefit_year: int) -> Assessment:
    """The newest assessment of a unit, or of one that holds it. Raises NothingAssessed."""
    above = [unit[:length] for length in (2, 4, 6) if length <= len(unit)]
    found = (
        Assessment.objects.filter(unit_code__in=[*above, unit], benefit_year=benefit_year)
        .order_by("-at")
        .first()
    )
    if found is None:
        raise NothingAssessed
    return found


def _write_rows(cursor: Any, register_id: UUID, unit: str, benefit_year: int) -> None:
    cursor.execute(
        "INSERT INTO billing_register_bill (register_id, bill_id, unit_code) "
        f"SELECT %s, id, unit_code FROM billing_bill WHERE {_STANDS} ORDER BY id",
        [register_id, unit, benefit_year],
    )


def _write_changes(cursor: Any, register_id: UUID, last: Register | None) -> int:
    if last is None:
        return 0
    cursor.execute(_CHANGES, {"new": register_id, "old": last.id})
    return int(cursor.rowcount)


def _sums(cursor: Any, unit: str, benefit_year: int) -> dict[str, Any]:
    """How many bills, their sums in fen, and a digest over their ids in order (SHA-256 of the database)."""
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE outcome = 'payable'), coalesce(sum(due_fen), 0)::bigint, "
        "coalesce(sum(standard_fen) FILTER (WHERE due_fen IS NOT NULL), 0)::bigint, "
        "encode(sha256(coalesce(string_agg(uuid_send(id), '' ORDER BY id), '')), 'hex') "
        f"FROM billing_bill WHERE {_STANDS}",
        [unit, benefit_year],
    )
    names = ("bills", "payable", "due_fen", "standard_fen", "digest")
    return dict(zip(names, cursor.fetchone(), strict=True))
