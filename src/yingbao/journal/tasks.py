"""What the worker does for the journal by itself."""

from __future__ import annotations

from procrastinate.contrib.django import app

from yingbao.journal.sealing import seal_pending


@app.periodic(cron="* * * * *")
@app.task(name="journal.seal", queueing_lock="journal.seal", lock="journal.seal")
def seal(timestamp: int) -> int:  # noqa: ARG001 - procrastinate's own argument: the minute it was due
    """Every minute: seal what no batch holds yet."""
    return seal_pending()
