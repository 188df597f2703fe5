"""Work of payments that nobody waits for: orders whose time is over are closed."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

from yingbao.payments.actions import expire_orders


@app.periodic(cron="* * * * *")
@app.task(name="payments.expire-orders", queueing_lock="payments.expire-orders")
def expire(timestamp: int) -> None:
    """Every minute. Money taken in time and told later is booked all the same."""
    del timestamp
    expire_orders(now=datetime.now(UTC))
