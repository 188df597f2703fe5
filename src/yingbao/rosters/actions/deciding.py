"""Deciding what the program does not: who is meant, whether a row counts, what a spelling or a heading means."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

from yingbao.journal.acting import Acting
from yingbao.journal.actions import record
from yingbao.journal.scope import within
from yingbao.kernel.spelling import spelling_key
from yingbao.registry.queries import person_page
from yingbao.registry.vocabulary import categories
from yingbao.rosters import applying
from yingbao.rosters.actions.handing_in import require_sender
from yingbao.rosters.comparing import values
from yingbao.rosters.errors import (
    AlreadyListed,
    GroundsMissing,
    NotDecidable,
    NoWayForRoster,
    RosterNotFound,
    RowClashes,
    RowNotFound,
)
from yingbao.rosters.kinds import KINDS
from yingbao.rosters.models import Roster, Row, Spelling
from yingbao.rosters.states import NOT_KEPT, OPEN, WHO
from yingbao.workbooks.headings import Field, normal_heading


def decide_row(
    *,
    by: Acting,
    roster_id: UUID,
    row_id: int,
    decision: str,
    resident_id: UUID | None = None,
    grounds: str = "",
) -> None:
    """`matched` to a person, `kept` as the list says, or `dropped`; "" takes a decision back.

    Raises RosterNotFound, RowNotFound, NotDecidable, AlreadyListed, RowClashes, NoWayForRoster, ResidentNotFound, NotPermitted,
    OutOfRegion.
    """
    with within(by):
        roster = _open_roster(roster_id, by)
        row = Row.objects.select_for_update().filter(id=row_id, roster=roster).first()
        if row is None:
            raise RowNotFound
        _allowed(row, decision, resident_id)
        if resident_id is not None:
            person_page(resident_id, roster.as_of)
            _not_twice(row, resident_id)
        record(
            by=by, action="roster.decide", subject="roster", subject_id=roster.id, unit_code=roster.unit_code,
            grounds=grounds, facts={"row": row.number, "sheet": row.sheet, "decision": decision},
        )  # fmt: skip
        row.decision, row.decided_by_name = decision, by.name if decision else ""
        row.resident_id = resident_id if decision == "matched" else row.compared_id
        row.save(update_fields=["decision", "decided_by_name", "resident_id"])
        if row.sheet:
            _judge(roster, row)


def drop_rows(*, by: Acting, roster_id: UUID, reason: str, grounds: str) -> int:
    """All undecided rows of one reason ("" for all reasons) at once, with grounds; returns how many.

    Raises GroundsMissing, RosterNotFound, NoWayForRoster, NotPermitted, OutOfRegion.
    """
    if not grounds.strip():
        raise GroundsMissing
    with within(by):
        roster = _open_roster(roster_id, by)
        rows = Row.objects.filter(roster=roster, outcome__in=OPEN, decision="")
        rows = rows.filter(reason=reason) if reason else rows
        record(
            by=by, action="roster.decide", subject="roster", subject_id=roster.id, unit_code=roster.unit_code,
            grounds=grounds, facts={"reason": reason, "rows": rows.count(), "decision": "dropped"},
        )  # fmt: skip
        return rows.update(decision="dropped", decided_by_name=by.name)


def _judge(roster: Roster, row: Row) -> None:
    """Work out what a row does to the person it is given to. Raises RowClashes where that may not be written."""
    kind, given = KINDS[roster.kind], {**values(roster), "rows": [row.id]}
    with connection.cursor() as cursor:
        cursor.execute(kind.said(applying.DECIDED), given)
        if kind.clash and row.decision in ("matched", "kept"):
            cursor.execute(f"SELECT sentence FROM ({kind.clash}) o WHERE id = ANY(%(rows)s)", given)
            if (found := cursor.fetchone()) is not None:
                raise RowClashes(found[0])


def confirm_spelling(*, by: Acting, roster_id: UUID, written: str, meaning: str, kind: str = "class") -> None:
    """What this sender means by a class, or by a heading (`kind` column); remembered for its next lists.

    Check the roster again afterwards. Raises RosterNotFound, NotDecidable, NoWayForRoster, NotPermitted, OutOfRegion.
    """
    key = spelling_key(written) if kind == "class" else normal_heading(written)
    with within(by):
        roster = _open_roster(roster_id, by)
        classes = KINDS[roster.kind].meanings or categories()
        known = classes if kind == "class" else {one.value for one in Field}
        if kind not in ("class", "column") or meaning not in known or not key:
            raise NotDecidable
        record(
            by=by, action="roster.spelling", subject="roster", subject_id=roster.id, unit_code=roster.unit_code,
            facts={"kind": kind, "written": written, "meaning": meaning, "sender": roster.sender},
        )  # fmt: skip
        Spelling.objects.update_or_create(
            unit_code=roster.unit_code, sender=roster.sender, about=roster.kind, kind=kind, written=key,
            defaults={"meaning": meaning, "confirmed_by_name": by.name},
        )  # fmt: skip


def _allowed(row: Row, decision: str, resident_id: UUID | None) -> None:
    """Rows that end may be dropped; open rows take any decision they have room for; unreadable ones only a person."""
    if (decision == "matched") != (resident_id is not None):
        raise NotDecidable
    if row.outcome == "ended" and row.reason == "not_listed" and decision in ("", "dropped"):
        return
    if row.outcome == "unreadable" and row.category and row.reason.startswith(WHO):
        if decision in ("", "matched"):
            return
        raise NotDecidable
    if row.outcome not in OPEN or decision not in ("", "matched", "dropped", "kept"):
        raise NotDecidable
    if decision == "matched" and (not row.sheet or row.reason == "duplicate"):
        raise NotDecidable
    if decision == "kept" and (
        row.outcome != "contradicts" or row.compared_id is None or row.reason in NOT_KEPT
    ):
        raise NotDecidable


def _not_twice(row: Row, resident_id: UUID) -> None:
    """One person is not given two rows of one class."""
    other = (
        Row.objects.filter(roster_id=row.roster_id, resident_id=resident_id, category=row.category)
        .exclude(id=row.id)
        .exclude(decision="dropped")
        .exclude(sheet="")
        .first()
    )
    if other is not None and (other.outcome not in OPEN or other.decision):
        raise AlreadyListed(other.number)


def _open_roster(roster_id: UUID, by: Acting) -> Roster:
    roster = Roster.objects.select_for_update().filter(id=roster_id).first()
    if roster is None:
        raise RosterNotFound
    by.require("roster.match", roster.unit_code)
    require_sender(by, roster.sender)
    if roster.state != "checked":
        raise NoWayForRoster(roster.state, "再改")
    return roster
