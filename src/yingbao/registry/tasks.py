"""Jobs of the registry. Each may be repeated: what is done already is not done twice."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from procrastinate.contrib.django import app

from yingbao.journal import runs
from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.kernel.refusal import Refusal
from yingbao.registry.actions.loads import run_load


@app.task(queue="loads", lock="load")
def load_population(run_id: str, unit_code: str) -> None:
    """A load somebody asked for (`actions.ask_load`), as them: the run remembers who and for which region."""
    with within(unit_code):
        run = runs.get(UUID(run_id))
    by = Acting(run.staff_id, run.staff_name, "program", unit_code, "", frozenset({"run.load"}))
    with suppress(Refusal):  # the run says so, and trying again would be refused again
        run_load(by=by, run_id=UUID(run_id))
