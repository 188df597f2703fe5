"""Jobs of rosters. Each may be repeated: a roster that is read is not read again."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from yingbao.rosters.actions.handing_in import READ, read_taken


@app.task(name=READ)
def read_roster(*, run_id: str, roster_id: str, unit_code: str) -> None:
    """Read and compare a list that was handed in."""
    read_taken(roster_id=UUID(roster_id), unit_code=unit_code, run_id=UUID(run_id))
