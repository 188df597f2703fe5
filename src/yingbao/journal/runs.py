"""Long work that can be watched and left: asked for, running, ended, with how far it is.

A run is told its progress on a connection of its own, so that watchers see it while the work's transaction is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection

from yingbao.journal.acting import Acting
from yingbao.journal.errors import RunNotFound
from yingbao.journal.models import Run
from yingbao.journal.scope import within
from yingbao.kernel.refusal import Refusal

__all__ = ["Run", "Telling", "ask", "get", "is_silent", "latest", "now", "running"]

#: A run that has said nothing for this long, though it is not ended, has lost its worker.
SILENT = timedelta(minutes=2)
_EVERY = 0.3  # seconds between two tellings


def ask(*, by: Acting, kind: str, given: Mapping[str, Any], total: int = 0) -> UUID:
    """Note that a run was asked for, in the caller's transaction; the job that does it gets the id."""
    run = Run.objects.create(
        kind=kind,
        unit_code=by.unit_code,
        staff_id=by.staff_id,
        staff_name=by.name,
        given=dict(given),
        total=total,
    )
    return run.id


def get(run_id: UUID) -> Run:
    """The run. Raises RunNotFound, also for one of another region."""
    found = Run.objects.filter(id=run_id).first()
    if found is None:
        raise RunNotFound
    return found


def latest(limit: int = 10) -> list[Run]:
    """The newest runs within the region."""
    return list(Run.objects.order_by("-asked_at")[:limit])


def asked_for(kinds: Sequence[str], given: Mapping[str, Any], *, lock: bool = False) -> list[Run]:
    """Runs of these kinds asked for with these values, newest first; `lock` holds them for the transaction."""
    found = Run.objects.filter(kind__in=kinds, **{f"given__{name}": value for name, value in given.items()})
    return list((found.select_for_update() if lock else found).order_by("-asked_at")[:10])


def is_silent(run: Run, at: datetime) -> bool:
    """Whether the worker of a run seems gone."""
    return run.outcome == "running" and run.told_at is not None and at - run.told_at > SILENT


class Telling:
    """What the work calls to say how far it is; at most a few times a second reach the database."""

    def __init__(self, run_id: UUID, unit_code: str) -> None:
        self.run_id = run_id
        self.unit_code = unit_code
        self._next = 0.0
        self.sentence = ""
        self.partly = False

    def __call__(self, done: int, total: int | None = None) -> None:
        """Tell `done` of `total`."""
        if monotonic() < self._next:
            return
        self._next = monotonic() + _EVERY
        self._write("done = %s, total = coalesce(%s, total), told_at = now()", [done, total])

    def end(self, outcome: str, sentence: str) -> None:
        """The last word of the run."""
        self._write(
            "outcome = %s, sentence = %s, ended_at = now(), told_at = now(), done = greatest(done, "
            "CASE WHEN %s THEN total ELSE done END)",
            [outcome, sentence, outcome in ("done", "partly")],
        )

    def begin(self) -> None:
        """The work starts, or starts again after its worker was lost."""
        self._write("outcome = 'running', started_at = now(), told_at = now(), done = 0", [])

    def _write(self, assignments: str, values: list[Any]) -> None:
        """On a connection of its own while the work's transaction is open, which would hide it."""
        if not connection.in_atomic_block:
            with within(self.unit_code), connection.cursor() as cursor:
                cursor.execute(f"UPDATE journal_run SET {assignments} WHERE id = %s", [*values, self.run_id])
            return
        other = connection.copy()
        try:
            # one transaction: a region set for the session would stay on a connection that goes back to the pool
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute("SELECT set_config('app.region', %s, true)", [self.unit_code])
                cursor.execute(f"UPDATE journal_run SET {assignments} WHERE id = %s", [*values, self.run_id])
            other.commit()
        finally:
            other.close()


@contextmanager
def running(run_id: UUID, unit_code: str) -> Iterator[Telling]:
    """Do the work of a run: begun, told, and ended well or with the refusal's sentence. Bugs are raised again."""
    telling = Telling(run_id, unit_code)
    telling.begin()
    try:
        yield telling
    except Refusal as refusal:
        telling.end("failed", refusal.sentence)
    except BaseException:
        telling.end("failed", "程序出了错，没有改动任何数据。请联系维护人员，报这次运行的编号")
        raise
    else:
        telling.end("partly" if telling.partly else "done", telling.sentence)


def now() -> datetime:
    """The instant, for callers that compare with `told_at`."""
    return datetime.now(UTC)


Work = Callable[[Telling], None]
