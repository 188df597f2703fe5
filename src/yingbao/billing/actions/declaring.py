"""The zero-fee declaration (零费申报): everybody paid for in full, in one batch, and what came of each."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection

from yingbao.billing.errors import AcknowledgementUnreadable, RegisterNotFound
from yingbao.billing.models import Bill, Declaration, Register
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within

#: Columns of the acknowledgement the tax side sends back, in the platform's words where it has one.
ACKNOWLEDGEMENT = ("init_rsdt_clct_detl_id", "clct_flag", "err_msg")
_PAID = "1"


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an acknowledgement file came to; `faults` are sentences naming the line."""

    accepted: int
    refused: int
    faults: tuple[str, ...]


def submit_declarations(*, by: Acting, register_id: UUID) -> int:
    """Put everybody of an issue who is paid for in full into the batch, once. Returns how many are new in it.

    Source: 筑医保发〔2023〕17号 五(二). Raises RegisterNotFound, NotPermitted, OutOfRegion.
    """
    with within(by), connection.cursor() as cursor:
        register = Register.objects.filter(id=register_id).first()
        if register is None:
            raise RegisterNotFound
        by.require("register.declare", register.unit_code)
        record(
            by=by, action="declarations.submit", subject="register", subject_id=register_id,
            unit_code=register.unit_code, facts={"number": register.number},
        )  # fmt: skip
        cursor.execute(
            "INSERT INTO billing_declaration (id, register_id, bill_id, unit_code, outcome, answer) "
            "SELECT gen_random_uuid(), r.register_id, b.id, b.unit_code, 'waiting', '' FROM billing_register_bill r "
            "JOIN billing_bill b ON b.id = r.bill_id WHERE r.register_id = %s AND b.state = 'open' "
            "AND b.outcome = 'payable' AND b.due_fen = 0 AND b.delivery = 'exempt' "
            "AND NOT EXISTS (SELECT FROM billing_declaration d WHERE d.bill_id = b.id)",
            [register_id],
        )
        return int(cursor.rowcount)


def read_acknowledgement(*, by: Acting, register_id: UUID, content: bytes) -> Acknowledged:
    """Read the tax side's answer: one line a bill, its number, 1 taken or 0 refused, the reason.

    A line that fits nothing is named and costs the others nothing.
    Raises AcknowledgementUnreadable, RegisterNotFound, NotPermitted, OutOfRegion.
    """
    lines = _lines(content)
    with within(by):
        register = Register.objects.filter(id=register_id).first()
        if register is None:
            raise RegisterNotFound
        by.require("register.declare", register.unit_code)
        waiting = {
            d.bill.number: d
            for d in Declaration.objects.select_for_update(of=("self",)).select_related("bill").filter(
                register=register
            )
        }
        record(
            by=by, action="declarations.answer", subject="register", subject_id=register_id,
            unit_code=register.unit_code, facts={"lines": len(lines)},
        )  # fmt: skip
        return _answer(lines, waiting)


def _answer(lines: list[tuple[int, dict[str, str]]], waiting: dict[str, Declaration]) -> Acknowledged:
    now, faults = datetime.now(UTC), []
    accepted: list[Declaration] = []
    refused: list[Declaration] = []
    for place, line in lines:
        found = waiting.get(line["init_rsdt_clct_detl_id"])
        if found is None:
            faults.append(f"第 {place} 行：账单号不在这一批里，请核对是否发错了期次")
            continue
        if line["clct_flag"] not in ("0", "1"):
            faults.append(f"第 {place} 行：clct_flag 应为 1（到账）或 0（未到账）")
            continue
        taken = line["clct_flag"] == _PAID
        found.outcome, found.answer = "accepted" if taken else "refused", line["err_msg"]
        found.answered_at = now
        (accepted if taken else refused).append(found)
    Declaration.objects.bulk_update([*accepted, *refused], ["outcome", "answer", "answered_at"], batch_size=2000)
    Bill.objects.filter(id__in=[d.bill_id for d in accepted], state="open").update(state="declared")
    Bill.objects.filter(id__in=[d.bill_id for d in refused], state="declared").update(state="open")
    return Acknowledged(len(accepted), len(refused), tuple(faults))


def _lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise AcknowledgementUnreadable("回执的文字编码认不出，请用 UTF-8 或 GB18030 的 CSV")
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in ACKNOWLEDGEMENT if name not in (reader.fieldnames or ())]
    if missing:
        raise AcknowledgementUnreadable(f"回执缺少列：{'、'.join(missing)}，请核对文件是不是零费申报的回执")
    return [(place, {k: (v or "").strip() for k, v in line.items() if k}) for place, line in enumerate(reader, 2)]
