"""The tax side's answer to a batch, line by line: taken, refused with a reason, or a line that fits nothing."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.billing.errors import AcknowledgementUnreadable, BatchNotFound
from yingbao.billing.models import Batch
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within

#: Columns of the acknowledgement, in the platform's words where it has one: our bill number, 1 or 0, the reason.
ACKNOWLEDGEMENT: Final = ("init_rsdt_clct_detl_id", "clct_flag", "err_msg")
_MOST: Final = 64 * 1024 * 1024
_PERMISSION: Final = {"zero-fee": "register.declare", "tags": "register.export"}
#: Faults told one by one; the rest are counted.
TOLD: Final = 200


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an acknowledgement came to; `faults` are (line, sentence), the first `TOLD`; `faulty` counts them all."""

    accepted: int
    refused: int
    again: int
    faulty: int
    faults: tuple[tuple[int, str], ...]


def read_acknowledgement(*, by: Acting, batch_id: UUID, content: bytes) -> Acknowledged:
    """Read the answer to a batch: one line a bill. A line that fits nothing is named and costs the others nothing.

    The same file twice changes nothing the second time. Raises AcknowledgementUnreadable, BatchNotFound, NotPermitted.
    """
    lines = _lines(content)
    with within(by), connection.cursor() as cursor:
        batch = Batch.objects.select_for_update(of=("self",)).filter(id=batch_id).first()
        if batch is None:
            raise BatchNotFound
        by.require(_PERMISSION[batch.kind], batch.unit_code)
        known = _known(cursor, batch_id)
        answers, faults = _judge(lines, known)
        fresh = {number: answer for number, answer in answers.items() if known[number] != answer}
        accepted = sum(outcome == "accepted" for outcome, _ in fresh.values())
        record(
            by=by, action="batch.answer", subject="batch", subject_id=batch_id, unit_code=batch.unit_code,
            facts={"lines": len(lines), "accepted": accepted, "refused": len(fresh) - accepted, "faults": len(faults)},
        )  # fmt: skip
        _write(cursor, batch, fresh)
        return Acknowledged(
            accepted, len(fresh) - accepted, len(answers) - len(fresh), len(faults), tuple(faults[:TOLD])
        )


def _known(cursor: Any, batch_id: UUID) -> dict[str, tuple[str, str]]:
    cursor.execute(
        "SELECT b.number, l.outcome, l.answer FROM billing_batch_line l JOIN billing_bill b ON b.id = l.bill_id "
        "WHERE l.batch_id = %s",
        [batch_id],
    )
    return {number: (outcome, answer) for number, outcome, answer in cursor.fetchall()}


def _judge(
    lines: list[tuple[int, dict[str, str]]], known: dict[str, tuple[str, str]]
) -> tuple[dict[str, tuple[str, str]], list[tuple[int, str]]]:
    answers: dict[str, tuple[str, str]] = {}
    faults: list[tuple[int, str]] = []
    for place, line in lines:
        number, flag = line[ACKNOWLEDGEMENT[0]], line["clct_flag"]
        if number not in known:
            faults.append((place, "账单号不在这一批里，请核对是否发错了期次"))
        elif number in answers:
            faults.append((place, "同一账单号在回执里出现两次，以第一次为准，请核对"))
        elif flag not in ("0", "1"):
            faults.append((place, "clct_flag 应为 1（受理）或 0（退回），请向税务核对"))
        elif flag == "0" and not line["err_msg"]:
            faults.append((place, "退回没有写原因（err_msg），请向税务核对"))
        else:
            answers[number] = ("accepted" if flag == "1" else "refused", line["err_msg"])
    return answers, faults


def _write(cursor: Any, batch: Batch, answers: dict[str, tuple[str, str]]) -> None:
    numbers = list(answers)
    cursor.execute(
        "UPDATE billing_batch_line l SET outcome = a.outcome, answer = a.answer, answered_at = %s "
        "FROM unnest(%s::text[], %s::text[], %s::text[]) AS a(number, outcome, answer) "
        "JOIN billing_bill b ON b.number = a.number WHERE l.batch_id = %s AND l.bill_id = b.id",
        [
            datetime.now(UTC), numbers, [answers[n][0] for n in numbers], [answers[n][1] for n in numbers], batch.id
        ],
    )  # fmt: skip
    if batch.kind != "zero-fee":
        return
    for outcome, before, after in (("accepted", "open", "declared"), ("refused", "declared", "open")):
        cursor.execute(
            "UPDATE billing_bill SET state = %s WHERE number = ANY(%s) AND state = %s",
            [after, [n for n in numbers if answers[n][0] == outcome], before],
        )


def _lines(content: bytes) -> list[tuple[int, dict[str, str]]]:
    if len(content) > _MOST:
        raise AcknowledgementUnreadable("回执超过 64 MB，请按期次分开再交")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise AcknowledgementUnreadable("回执的文字编码认不出，请用 UTF-8 或 GB18030 的 CSV")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""))
        missing = [name for name in ACKNOWLEDGEMENT if name not in (reader.fieldnames or ())]
        if missing:
            raise AcknowledgementUnreadable(f"回执缺少列：{'、'.join(missing)}，请核对文件是不是申报的回执")
        return [
            (place, {name: (line.get(name) or "").strip() for name in ACKNOWLEDGEMENT})
            for place, line in enumerate(reader, 2)
        ]
    except csv.Error as error:
        raise AcknowledgementUnreadable("回执不是 CSV，或已损坏，请重新下载再交") from error
