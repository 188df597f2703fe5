"""Issuing the pre-collection register: the current bills of a region, frozen under a number."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from yingbao.billing.errors import NothingAssessed, NothingNew
from yingbao.billing.models import Assessment, Register
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.kernel import regions
from yingbao.kernel.ids import uuid7

_LOCK = 390_003
#: What stands in an issue: every current bill of the region and year.
_CURRENT = "unit_code ^@ %s AND benefit_year = %s AND state <> 'superseded'"


def issue_register(*, by: Acting, region: str, benefit_year: int, grounds: str = "") -> UUID:
    """The next numbered issue. Raises NothingAssessed, NothingNew, NotPermitted, OutOfRegion."""
    unit = regions.canonical(region)
    by.require("register.issue", unit)
    with within(by), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, f"{unit}/{benefit_year}"])
        assessment = Assessment.objects.filter(unit_code=unit, benefit_year=benefit_year).order_by("-at").first()
        if assessment is None:
            raise NothingAssessed
        last = Register.objects.filter(unit_code=unit, benefit_year=benefit_year).order_by("-number").first()
        count, due, standard, digest = _sums(cursor, unit, benefit_year)
        if last is not None and last.digest == digest:
            raise NothingNew(last.number)
        number, register_id = (last.number if last else 0) + 1, uuid7()
        entry_id = record(
            by=by, action="register.issue", subject="register", subject_id=register_id, unit_code=unit,
            grounds=grounds, news="register-issued",
            facts={"year": benefit_year, "number": number, "bills": count, "due_fen": due, "digest": digest},
        )  # fmt: skip
        Register.objects.create(
            id=register_id, unit_code=unit, benefit_year=benefit_year, number=number, assessment=assessment,
            issued_at=datetime.now(UTC), issued_by=by.name, entry_id=entry_id, bills=count, due_fen=due,
            standard_fen=standard, digest=digest,
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO billing_register_bill (register_id, bill_id) "
            f"SELECT %s, id FROM billing_bill WHERE {_CURRENT}",
            [register_id, unit, benefit_year],
        )
    return register_id


def _sums(cursor: object, unit: str, benefit_year: int) -> tuple[int, int, int, str]:
    """How many bills, their sums in fen, and a digest over their ids in order (SHA-256 of the database)."""
    cursor.execute(  # type: ignore[attr-defined]
        "SELECT count(*), coalesce(sum(due_fen), 0)::bigint, coalesce(sum(standard_fen), 0)::bigint, "
        "encode(sha256(convert_to(coalesce(string_agg(id::text, ',' ORDER BY id), ''), 'UTF8')), 'hex') "
        f"FROM billing_bill WHERE {_CURRENT}",
        [unit, benefit_year],
    )
    row = cursor.fetchone()  # type: ignore[attr-defined]
    return int(row[0]), int(row[1]), int(row[2]), str(row[3])
