"""The worker of background jobs, run until nothing is left to do."""

from __future__ import annotations

import asyncio
import threading

from procrastinate.contrib.django import app


def work_off() -> None:
    """Do every waiting job. In a thread: the browser keeps a loop running in this one."""
    failures: list[BaseException] = []

    async def work() -> None:
        with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
            async with app.open_async():
                await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:  # noqa: BLE001 - raised again in the test's own thread
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
