"""The tax side's answer to a batch, line by line: taken, refused with a reason, or a line that fits nothing.

A zero-fee declaration that is taken covers and books (`declaring`); one taken and refused later takes that back.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.billing.actions.assessing import keep_assessments_away
from yingbao.billing.actions.declaring import declare, lines_of, undeclare
from yingbao.billing.errors import AcknowledgementUnreadable, BatchNotFound
from yingbao.billing.models import Batch
from yingbao.journal.acting import Acting
from yingbao.journal.actions import announce, record
from yingbao.journal.scope import within

#: Columns of the acknowledgement, in the platform's words where it has one: our bill number, 1 or 0, the reason.
ACKNOWLEDGEMENT: Final = ("init_rsdt_clct_detl_id", "clct_flag", "err_msg")
_MOST: Final = 64 * 1024 * 1024
_PERMISSION: Final = {"zero-fee": "register.declare", "tags": "register.export"}
#: Sentences told one by one; the rest are counted.
TOLD: Final = 200
_KNOWN: Final = """
SELECT b.number, l.outcome, l.answer, l.booking_id, EXISTS (SELECT FROM billing_batch_line o WHERE o.bill_id = l.bill_id
    AND o.kind = l.kind AND o.id <> l.id AND o.outcome <> 'refused')
FROM billing_batch_line l JOIN billing_bill b ON b.id = l.bill_id WHERE l.batch_id = %s
"""
_WRITE: Final = """
UPDATE billing_batch_line l SET outcome = a.outcome, answer = a.answer, booking_id = a.booking_id, answered_at = %s
FROM unnest(%s::text[], %s::text[], %s::text[], %s::uuid[]) AS a(number, outcome, answer, booking_id)
JOIN billing_bill b ON b.number = a.number WHERE l.batch_id = %s AND l.bill_id = b.id
"""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an acknowledgement came to. `accepted` and `refused` count what is new, `again` what was read before.

    `unbooked`: accepted by the tax side, but the person could not be covered. `faulty`: lines that fit nothing or could not
    be done. `faults` are (line of the file, sentence) of both, the first `TOLD` in the file's order.
    """

    accepted: int
    refused: int
    unbooked: int
    again: int
    faulty: int
    faults: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a line of a batch stands; `sent_again`: in another batch too."""

    outcome: str
    answer: str
    booking_id: UUID | None = None
    sent_again: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the tax side says of a bill, in which line of its file."""

    place: int
    outcome: str
    words: str


def read_acknowledgement(*, by: Acting, batch_id: UUID, content: bytes, now: datetime) -> Acknowledged:
    """Read the answer to a batch: one line a bill. A line that fits nothing is named and costs the others nothing.

    The same file twice changes nothing the second time, but for those who could not be covered and now can.
    Raises AcknowledgementUnreadable, AssessmentRunning, BatchNotFound, NotPermitted.
    """
    lines = _lines(content)
    with within(by), connection.cursor() as cursor:
        batch = (
            Batch.objects.select_for_update(of=("self",))
            .select_related("register")
            .filter(id=batch_id)
            .first()
        )
        if batch is None:
            raise BatchNotFound
        by.require(_PERMISSION[batch.kind], batch.unit_code)
        known = _known(cursor, batch_id)
        answers, faults = _judge(lines, known)
        fresh = {
            n: one
            for n, one in answers.items()
            if (known[n].outcome, known[n].answer) != (one.outcome, one.words)
        }
        entry_id = announce()
        came = {n: _Outcome(one.outcome, one.words, known[n].booking_id) for n, one in fresh.items()}
        if batch.kind == "zero-fee":
            keep_assessments_away(batch.unit_code, batch.register.benefit_year)
            faults += _book(batch, came, known, fresh, now, entry_id)
        _write(cursor, batch, {n: one for n, one in came.items() if _differs(one, known[n])}, now)
        counts = Counter(one.outcome for one in came.values())
        record(
            by=by, action="batch.answer", subject="batch", subject_id=batch_id, unit_code=batch.unit_code, entry_id=entry_id,
            facts={
                "lines": len(lines), "accepted": counts["accepted"], "refused": counts["refused"],
                "unbooked": counts["unbooked"], "faults": len(faults),
            },
        )  # fmt: skip
    told = faults + [(fresh[n].place, one.answer) for n, one in came.items() if one.outcome == "unbooked"]
    return Acknowledged(
        counts["accepted"], counts["refused"], counts["unbooked"], len(answers) - len(fresh), len(faults),
        tuple(sorted(told)[:TOLD]),
    )  # fmt: skip


def _known(cursor: Any, batch_id: UUID) -> dict[str, _Outcome]:
    cursor.execute(_KNOWN, [batch_id])
    return {number: _Outcome(*rest) for number, *rest in cursor.fetchall()}


def _judge(
    lines: Sequence[tuple[int, dict[str, str]]], known: Mapping[str, _Outcome]
) -> tuple[dict[str, _Answer], list[tuple[int, str]]]:
    answers: dict[str, _Answer] = {}
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
        elif flag == "1" and known[number].sent_again:
            faults.append((place, "这一行退回以后已在另一批里再报，以那一批的回执为准，请向税务核对"))
        else:
            answers[number] = _Answer(place, "accepted" if flag == "1" else "refused", line["err_msg"])
    return answers, faults


def _book(
    batch: Batch,
    came: dict[str, _Outcome],
    known: Mapping[str, _Outcome],
    fresh: Mapping[str, _Answer],
    now: datetime,
    entry_id: UUID,
) -> list[tuple[int, str]]:
    """Book what is newly taken, take back what is refused after all; `came` then says how each line stands.

    Returns the lines that could not be taken back, which stay as they were.
    """
    taken = [n for n, one in came.items() if one.outcome == "accepted" and known[n].outcome != "accepted"]
    booked, why = declare(lines_of(batch.id, taken), now=now, entry_id=entry_id)
    came.update({n: _Outcome("accepted", came[n].answer, booking_id) for n, booking_id in booked.items()})
    came.update({n: _Outcome("unbooked", said, known[n].booking_id) for n, said in why.items()})
    refused = [n for n, one in came.items() if one.outcome == "refused" and known[n].outcome == "accepted"]
    lines = [one for one in lines_of(batch.id, refused) if one.state == "declared"]
    back = undeclare(lines, "undeclare", now=now, entry_id=entry_id)
    stuck = [one.number for one in lines if one.number not in back]
    for number in stuck:
        del came[number]
    return [
        (fresh[n].place, "此人已带着这份参保迁到别的地区，没有退回，请先请迁入地核对参保再交一次这份回执")
        for n in stuck
    ]


def _differs(one: _Outcome, before: _Outcome) -> bool:
    return (one.outcome, one.answer) != (before.outcome, before.answer)


def _write(cursor: Any, batch: Batch, outcomes: Mapping[str, _Outcome], now: datetime) -> None:
    numbers = list(outcomes)
    ones = [outcomes[number] for number in numbers]
    columns = [[one.outcome for one in ones], [one.answer for one in ones], [one.booking_id for one in ones]]
    cursor.execute(_WRITE, [now, numbers, *columns, batch.id])


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
