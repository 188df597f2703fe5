"""Submitting a roster, and the second person's yes or no. Applied whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.errors import SameTwoPeople
from yingbao.journal.scope import within
from yingbao.journal.statistics import analyze
from yingbao.rosters import applying, matching
from yingbao.rosters.actions.handing_in import require_sender
from yingbao.rosters.comparing import basis, values
from yingbao.rosters.errors import (
    GroundsMissing,
    HouseholdTorn,
    NoWayForRoster,
    RegistryMoved,
    RosterNotFound,
    RowsOpen,
)
from yingbao.rosters.kinds import KINDS
from yingbao.rosters.models import Roster, Row
from yingbao.rosters.states import OPEN, edge

#: So many holdings written at once make the old statistics wrong.
_MANY = 1_000


def submit(*, by: Acting, roster_id: UUID) -> None:
    """Ask for review; every open row must be decided, and the registry stand as it was compared with.

    Raises RowsOpen, RegistryMoved, HouseholdTorn, NoWayForRoster, RosterNotFound, NotPermitted, OutOfRegion.
    """
    with within(by):
        roster = _taken(roster_id, by, "submit", "roster.match")
        left = Row.objects.filter(roster=roster, outcome__in=OPEN, decision="").count()
        if left:
            raise RowsOpen(left)
        _stands(roster)
        record(
            by=by, action="roster.submit", subject="roster", subject_id=roster.id, unit_code=roster.unit_code
        )
        roster.state = "submitted"
        roster.submitted_by, roster.submitted_by_name = by.staff_id, by.name
        roster.submitted_at = datetime.now(UTC)
        roster.save(update_fields=["state", "submitted_by", "submitted_by_name", "submitted_at"])


def give_back(*, by: Acting, roster_id: UUID, grounds: str) -> None:
    """The second person says no, and why. Raises GroundsMissing, SameTwoPeople, NoWayForRoster, …"""
    with within(by):
        roster = _taken(roster_id, by, "return", "roster.review")
        if not grounds.strip():
            raise GroundsMissing
        _decide(roster, by, "checked", grounds)


def apply(*, by: Acting, roster_id: UUID, grounds: str = "") -> dict[str, int]:
    """The second person says yes: all changes at once, stamped with one entry. Returns how many facts did what.

    The people who change are locked first; then the registry must still be what the rows were compared with, by the
    basis and by working out anew what the rows do that somebody decided.
    Raises SameTwoPeople, RegistryMoved, HouseholdTorn, NoWayForRoster, RosterNotFound, NotPermitted, OutOfRegion.
    """
    with within(by):
        roster = _taken(roster_id, by, "apply", "roster.review")
        given = {**values(roster), "evidence": f"{roster.file_name}（{roster.as_of:%Y-%m-%d}）"}
        with connection.cursor() as cursor:
            cursor.execute(applying.LOCK, given)
        _stands(roster)
        if _decided_otherwise(roster):
            raise RegistryMoved
        _decide(roster, by, "applied", grounds)
        kind = KINDS[roster.kind]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                ended, moved, new = (
                    matching.run(cursor, statement, given) if statement else 0
                    for statement in (kind.ends, kind.starts, kind.new)
                )
                for statement in kind.after:
                    cursor.execute(statement, given)
        except IntegrityError as error:
            if f"{kind.table}_once" in str(error):
                raise RegistryMoved from error
            raise
        if ended + moved + new > _MANY:
            analyze((kind.table,))
    return {"ended": ended, "changed": moved, "new": new}


def _stands(roster: Roster) -> None:
    """Whether the registry is what the rows were compared with, and nothing is torn apart.

    Raises RegistryMoved, HouseholdTorn.
    """
    if basis(roster) != roster.basis:
        raise RegistryMoved
    torn = KINDS[roster.kind].torn
    if torn:
        with connection.cursor() as cursor:
            cursor.execute(torn, values(roster))
            [count] = cursor.fetchone()
        if count:
            raise HouseholdTorn(count)


def withdraw(*, by: Acting, roster_id: UUID, grounds: str) -> None:
    """Take a roster back before it is applied. Raises GroundsMissing, NoWayForRoster, RosterNotFound, NotPermitted, …"""
    with within(by):
        roster = _taken(roster_id, by, "withdraw", "roster.hand-in")
        if not grounds.strip():
            raise GroundsMissing
        record(
            by=by, action="roster.withdraw", subject="roster", subject_id=roster.id, unit_code=roster.unit_code,
            grounds=grounds,
        )  # fmt: skip
        roster.state, roster.decision_grounds = "withdrawn", grounds
        roster.save(update_fields=["state", "decision_grounds"])


def _decided_otherwise(roster: Roster) -> bool:
    """Whether a row that somebody gave to a person would do something else to that person now."""
    rows = list(Row.objects.filter(roster=roster, decision="matched").values_list("id", flat=True))
    if not rows:
        return False
    with connection.cursor() as cursor:
        cursor.execute(KINDS[roster.kind].said(applying.OTHERWISE), {**values(roster), "rows": rows})
        return bool(cursor.fetchone()[0])


def _taken(roster_id: UUID, by: Acting, deed: str, permission: str) -> Roster:
    roster = Roster.objects.select_for_update().filter(id=roster_id).first()
    if roster is None:
        raise RosterNotFound
    by.require(permission, roster.unit_code)
    require_sender(by, roster.sender)
    way = edge(deed, roster.state)
    if way is None:
        raise NoWayForRoster(roster.state, _LABELS[deed])
    if way.second and by.staff_id is not None and roster.submitted_by == by.staff_id:
        raise SameTwoPeople
    return roster


_LABELS = {"submit": "提交复核", "return": "退回", "apply": "复核", "withdraw": "撤回"}


def _decide(roster: Roster, by: Acting, state: str, grounds: str) -> None:
    record(
        by=by, action="roster.apply" if state == "applied" else "roster.return", subject="roster",
        subject_id=roster.id, unit_code=roster.unit_code, grounds=grounds, facts={"counts": roster.counts},
        news=f"{roster.kind}-changed" if state == "applied" else "",
    )  # fmt: skip
    roster.state = state
    roster.decided_by, roster.decided_by_name = by.staff_id, by.name
    roster.decided_at, roster.decision_grounds = datetime.now(UTC), grounds
    roster.save(update_fields=["state", "decided_by", "decided_by_name", "decided_at", "decision_grounds"])
