"""What goes to the tax side out of an issue: the zero-fee declaration (零费申报) and identities with their standard.

Source: 筑医保发〔2023〕17号 五(二); 肃医保〔2023〕48号 二(四). A person goes once in each kind; one whose line came back refused may go
again in another batch.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.billing.errors import NothingToSend, RegisterNotFound
from yingbao.billing.models import Batch, Register
from yingbao.billing.platform import fiscal_fen
from yingbao.billing.policies import release_of
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.kernel.ids import uuid7

#: Whom each kind is about, of those who can pay.
_WHOM: Final = {
    "zero-fee": "b.due_fen = 0 AND b.delivery = 'exempt' AND b.state = 'open'",
    "tags": "b.subsidy_rules <> '' AND b.due_fen < b.standard_fen AND b.state IN ('open', 'declared')",
}
_LETTERS: Final = {"zero-fee": "L", "tags": "B"}
_LINES: Final = """
INSERT INTO billing_batch_line (id, batch_id, bill_id, kind, unit_code, place, outcome, answer)
SELECT gen_random_uuid(), %(batch)s, b.id, %(kind)s, b.unit_code, row_number() OVER (ORDER BY b.unit_code, b.number), 'waiting', ''
FROM billing_register_bill r JOIN billing_bill b ON b.id = r.bill_id
WHERE r.register_id = %(register)s AND b.outcome = 'payable' AND {whom}
AND NOT EXISTS (SELECT FROM billing_batch_line l WHERE l.bill_id = b.id AND l.kind = %(kind)s AND l.outcome <> 'refused')
"""
_TOTALS: Final = """
SELECT b.release_digest, b.fiscal, count(*), sum(b.due_fen)::bigint, sum(b.standard_fen - b.due_fen)::bigint
FROM billing_batch_line l JOIN billing_bill b ON b.id = l.bill_id WHERE l.batch_id = %s GROUP BY 1, 2
"""


def send_zero_fee(*, by: Acting, register_id: UUID) -> UUID:
    """A batch of everybody of an issue who is paid for in full. Raises NothingToSend, RegisterNotFound, NotPermitted, OutOfRegion."""
    return _send(by, register_id, "zero-fee", "register.declare")


def send_tags(*, by: Acting, register_id: UUID) -> UUID:
    """A batch of everybody whose class changes what they pay: identity and collection standard. Raises as `send_zero_fee`."""
    return _send(by, register_id, "tags", "register.export")


def _send(by: Acting, register_id: UUID, kind: str, permission: str) -> UUID:
    with within(by), connection.cursor() as cursor:
        register = Register.objects.select_for_update(of=("self",)).filter(id=register_id).first()
        if register is None:
            by.require(permission)
            raise RegisterNotFound
        by.require(permission, register.unit_code)
        batch_id = uuid7()
        before = Batch.objects.filter(register=register, kind=kind).count()
        number = f"{register.benefit_year}-{register.unit_code}-{register.number:02d}-{_LETTERS[kind]}{before + 1:02d}"
        entry_id = record(
            by=by, action=f"batch.{kind}", subject="register", subject_id=register_id,
            unit_code=register.unit_code, facts={"register": register.number, "batch": number},
        )  # fmt: skip
        cursor.execute(
            _LINES.format(whom=_WHOM[kind]), {"batch": batch_id, "kind": kind, "register": register_id}
        )
        lines, due, subsidy, fiscal = _totals(cursor, batch_id)
        if not lines:
            raise NothingToSend
        Batch.objects.create(
            id=batch_id, register=register, kind=kind, number=number, unit_code=register.unit_code,
            at=datetime.now(UTC), made_by=by.name, entry_id=entry_id, lines=lines, due_fen=due, subsidy_fen=subsidy,
            fiscal_fen=fiscal,
        )  # fmt: skip
    return batch_id


def _totals(cursor: Any, batch_id: UUID) -> tuple[int, int, int, int]:
    """Lines, and what the person, the payers of subsidies and the treasuries give, in fen."""
    cursor.execute(_TOTALS, [batch_id])
    lines, due, subsidy, fiscal = 0, 0, 0, 0
    for digest, whole, count, owed, given in cursor.fetchall():
        lines, due, subsidy = lines + count, due + owed, subsidy + given
        fiscal += count * fiscal_fen(release_of(digest)) if whole else 0
    return lines, due, subsidy, fiscal
