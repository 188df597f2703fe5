"""What the worker does for the journal: sealing, proving, and doing again what lost its worker."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from yingbao.journal import runs
from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.journal.sealing import Verified, seal_pending, verify

VERIFY = "journal.verify"
#: So many findings stand in the journal and on the page; the rest are counted.
NAMED = 50


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal", lock="journal.seal")
def seal(timestamp: int) -> int:  # noqa: ARG001 - procrastinate's own argument: the minute it was due
    """Every minute: seal what no batch holds yet."""
    return seal_pending()


@app.periodic(cron="*/2 * * * *")
@app.task(name="journal.retry_stalled", queueing_lock="journal.retry_stalled", pass_context=False)
async def retry_stalled(timestamp: int) -> None:  # noqa: ARG001 - given by the scheduler
    """Jobs whose worker has not been heard of are waiting again. Every job may be repeated."""
    for job in await app.job_manager.get_stalled_jobs():
        await app.job_manager.retry_job(job, retry_at=datetime.now(UTC))


def ask_verification(*, by: Acting) -> UUID:
    """Have the whole journal proved. Raises NotPermitted."""
    by.require("journal.verify")
    run_id = runs.ask(
        by=by, kind=VERIFY, given={"role": by.role, "unit_name": by.unit_name, "address": by.address}
    )
    verify_journal.defer(run_id=str(run_id), unit_code=by.unit_code)
    return run_id


@app.task(name=VERIFY)
def verify_journal(*, run_id: str, unit_code: str) -> None:
    """Seal what is not sealed, then prove everything; what was found stands in the journal itself."""
    with runs.running(UUID(run_id), unit_code) as tell:
        seal_pending()
        found = verify(tell)
        tell.sentence = said(found)
        tell.partly = bool(found.findings)
        with within(unit_code):
            run = runs.get(UUID(run_id))
            by = Acting(
                run.staff_id, run.staff_name, run.given.get("role", ""), unit_code, run.given.get("unit_name", ""),
                frozenset(), run.given.get("address", ""),
            )  # fmt: skip
            record(by=by, action=VERIFY, subject="journal", facts=_facts(found))


def said(found: Verified) -> str:
    """What a check came to, in one sentence."""
    counted = f"核对了 {found.entries:,} 条日志、{found.batches:,} 批封存"
    if not found.findings:
        return f"{counted}，没有发现改动"
    return f"{counted}，发现 {len(found.findings):,} 处对不上，请马上报告安全管理员"


def _facts(found: Verified) -> dict[str, Any]:
    return {
        "entries": found.entries,
        "batches": found.batches,
        "unsealed": found.unsealed,
        "wrong": len(found.findings),
        "findings": [finding.sentence for finding in found.findings[:NAMED]],
    }
