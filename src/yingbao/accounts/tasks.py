"""Work of accounts that nobody waits for: sessions that are over are taken away."""

from __future__ import annotations

from django.core.management import call_command
from procrastinate.contrib.django import app


@app.periodic(cron="10 19 * * *")  # UTC: ten past three at night in China
@app.task(name="accounts.clear-sessions", queueing_lock="accounts.clear-sessions")
def clear_sessions(timestamp: int) -> None:
    """Every night."""
    del timestamp
    call_command("clearsessions")
