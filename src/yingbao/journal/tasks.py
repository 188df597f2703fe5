"""What the worker does for the journal by itself: sealing, and doing again what lost its worker."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from yingbao.journal.sealing import seal_pending


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
