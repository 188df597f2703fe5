"""Files that leave us: a batch for the tax side with whole ID numbers, the register as a workbook with masked ones.

Each leaves a journal entry with its digest. Whole numbers stand in the batch file alone.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection

from yingbao.billing.errors import BatchNotFound, RegisterNotFound
from yingbao.billing.models import Batch, Register
from yingbao.billing.platform import DETAIL, HEADER, RESIDENT_INSURANCE, detail
from yingbao.billing.policies import release_of
from yingbao.billing.queries.book import register_book
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.keys import sealer
from yingbao.journal.scope import within
from yingbao.kernel import regions
from yingbao.kernel.money import yuan
from yingbao.registry.fields import DOCUMENT
from yingbao.rosters.queries import unused_rows
from yingbao.workbooks.register import write_register

#: A fixed stamp, so that the same batch gives the same bytes.
_STAMP: Final = (2020, 1, 1, 0, 0, 0)
_SQL: Final = """
SELECT b.number, b.resident_id, p.name, p.document_kind, p.document_sealed, b.unit_code, b.category, b.benefit_start,
    b.benefit_end, b.standard_fen, b.due_fen, b.fiscal, b.release_digest
FROM billing_batch_line l JOIN billing_bill b ON b.id = l.bill_id JOIN registry_resident p ON p.id = b.resident_id
WHERE l.batch_id = %s ORDER BY l.place
"""
_PERMISSION: Final = {"zero-fee": "register.declare", "tags": "register.export"}


def export_batch(*, by: Acting, batch_id: UUID, grounds: str = "") -> tuple[str, bytes]:
    """Name and content of a ZIP: `header.csv` (one line: count and sums) and `detail.csv`, UTF-8.

    Source: docs/reference/tax-files.md. Raises BatchNotFound, NotPermitted, OutOfRegion.
    """
    with within(by):
        batch = Batch.objects.select_related("register").filter(id=batch_id).first()
        if batch is None:
            raise BatchNotFound
        by.require(_PERMISSION[batch.kind], batch.unit_code)
        lines = _csv(DETAIL, _details(batch_id))
        header = _csv(HEADER, [_header(batch)])
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
            for name, text in (("header.csv", header), ("detail.csv", lines)):
                file.writestr(zipfile.ZipInfo(name, _STAMP), text, zipfile.ZIP_DEFLATED)
        content = packed.getvalue()
        record(
            by=by, action="batch.export", subject="batch", subject_id=batch_id, unit_code=batch.unit_code,
            grounds=grounds, facts={"batch": batch.number, "lines": batch.lines, "sm3": sealer().sm3(content).hex()},
        )  # fmt: skip
    return f"{batch.number}.zip", content


def _details(batch_id: UUID) -> Iterator[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [batch_id])
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    sealed = names.index("document_sealed")
    plain = sealer().unseal_many(
        [None if row[sealed] is None else bytes(row[sealed]) for row in rows], DOCUMENT
    )
    for row, document in zip(rows, plain, strict=True):
        facts: dict[str, Any] = dict(zip(names, row, strict=True))
        yield detail(release_of(facts["release_digest"]), {**facts, "document": document or ""})


def _header(batch: Batch) -> tuple[str, ...]:
    kind = {"zero-fee": "ZERO", "tags": "TAG"}[batch.kind]
    whole = batch.due_fen + batch.subsidy_fen + batch.fiscal_fen
    return (
        batch.number, kind, f"{batch.unit_code:0<6.6}", str(batch.register.benefit_year), RESIDENT_INSURANCE,
        str(batch.lines), yuan(batch.due_fen), yuan(batch.fiscal_fen), yuan(batch.subsidy_fen), yuan(whole),
        batch.at.strftime("%Y%m%d%H%M%S"),
    )  # fmt: skip


def _csv(names: tuple[str, ...], rows: Any) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows(rows)
    return out.getvalue().encode()


def write_workbook(*, by: Acting, register_id: UUID, path: Path, unit_code: str = "") -> None:
    """An issue, or one unit of it, as the workbook an office checks, signs and sends; names and numbers masked.

    With the rows of departments' lists that were not used by the time of the issue, for their senders to put right.
    Raises RegisterNotFound, RegisterTooLong, NotPermitted, OutOfRegion.
    """
    with within(by):
        register = Register.objects.filter(id=register_id).first()
        if register is None:
            raise RegisterNotFound
        by.require("register.export", regions.canonical(unit_code) if unit_code else register.unit_code)
        record(
            by=by, action="register.export", subject="register", subject_id=register_id,
            unit_code=register.unit_code, facts={"number": register.number, "unit": unit_code},
        )  # fmt: skip
        book = register_book(register, unit_code)
        write_register(
            path, title=book.title, meta=book.meta, totals=book.totals, persons=book.persons,
            full_subsidy=[row for row in book.persons if row["outcome"] == "payable" and row["delivery"] == "免征代缴"],
            unusable=unused_rows(register.unit_code, register.benefit_year, register.issued_at, unit_code),
            class_names=book.class_names, payer_names=book.payer_names,
        )  # fmt: skip
