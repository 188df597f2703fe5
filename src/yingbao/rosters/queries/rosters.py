"""Rosters, their rows by outcome, and which senders are late or missing, as far as who asks may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from yingbao.journal.acting import Acting
from yingbao.kernel import regions
from yingbao.policy import Policy
from yingbao.rosters.errors import RosterNotFound
from yingbao.rosters.models import Roster, Row
from yingbao.rosters.senders import Sender, senders
from yingbao.rosters.states import OPEN

#: A monthly list is late when the month's twentieth day has passed without it; no notice prints the day (SN-038).
_MONTHLY_BY = 20


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One roster as pages show it; `undecided` rows hold up the submission."""

    id: UUID
    unit_code: str
    region: str
    sender: str
    kind: str
    as_of: date
    extent: str
    benefit_year: int
    classes: tuple[str, ...]
    file_name: str
    file_digest: str
    state: str
    counts: dict[str, int]
    layout: dict[str, Any]
    run_id: UUID | None
    previous_id: UUID | None
    handed_by_name: str
    handed_at: datetime
    submitted_by: UUID | None
    submitted_by_name: str
    submitted_at: datetime | None
    decided_by_name: str
    decided_at: datetime | None
    decision_grounds: str
    undecided: int

    @property
    def rows(self) -> int:
        """How many rows of the file hold a person."""
        return sum(int(sheet["usable"]) + int(sheet["unusable"]) for sheet in self.layout.get("sheets", ()))

    @property
    def to_decide(self) -> int:
        """How many rows somebody must decide, decided or not."""
        return sum(self.counts.get(outcome, 0) for outcome in OPEN)


@dataclass(frozen=True, slots=True)
class SenderLine:
    """A sender and its last list; `late` is by how many days the present one is late, 0 if it is not.

    `due` is the day it was or will be due, None where nothing says so; `why` is where that comes from.
    """

    sender: Sender
    last: RosterLine | None
    late: int
    due: date | None
    why: str


def rosters(by: Acting, *, sender: str = "", state: str = "", limit: int = 100) -> list[RosterLine]:
    """The rosters of the region of `by`, newest first."""
    found = seen(by).order_by("-handed_at")
    if sender:
        found = found.filter(sender=sender)
    if state:
        found = found.filter(state=state)
    return [_line(one, -1) for one in found[:limit]]


def roster(by: Acting, roster_id: UUID) -> RosterLine:
    """One roster. Raises RosterNotFound, also for another department's where a department's user asks."""
    found = seen(by).filter(id=roster_id).first()
    if found is None:
        raise RosterNotFound
    undecided = Row.objects.filter(roster=found, outcome__in=OPEN, decision="").count()
    return _line(found, undecided)


def before(by: Acting, one: RosterLine, limit: int = 3) -> list[RosterLine]:
    """The sender's rosters before this one, the newest first, for comparison month by month (SN-038)."""
    found = seen(by).filter(unit_code=one.unit_code, sender=one.sender, kind=one.kind, as_of__lt=one.as_of)
    return [
        _line(each, -1) for each in found.exclude(state="withdrawn").order_by("-as_of", "-handed_at")[:limit]
    ]


def waiting(by: Acting) -> dict[str, int]:
    """How many rosters wait for what: `match` to be checked through, `review` for a second person other than `by`."""
    found = seen(by)
    return {
        "match": found.filter(state="checked").count(),
        "review": found.filter(state="submitted").exclude(submitted_by=by.staff_id).count(),
    }


def senders_of(by: Acting, policy: Policy, on: date) -> list[SenderLine]:
    """Every sender of a release, the late first, with its last list; a department's user sees the own one."""
    region = regions.canonical(policy.release.region)
    last = _last_by_sender(seen(by).filter(unit_code=region).exclude(state="withdrawn"))
    found = []
    for sender in senders(policy).values():
        if by.role == "department" and by.department != sender.code:
            continue
        due, why = _due(sender, on)
        held = last.get((sender.code, sender.lists[0]))
        late = (on - due).days if due is not None and due < on and not _came(sender, held, on) else 0
        found.append(SenderLine(sender, None if held is None else _line(held, -1), late, due, why))
    return sorted(found, key=lambda line: (-line.late, line.last is None, line.sender.name))


def seen(by: Acting) -> QuerySet[Roster]:
    """The rosters somebody may see: of the region by the database's own rule, of a department's user the own sender's."""
    found = Roster.objects.all()
    return found.filter(sender=by.department or "-") if by.role == "department" else found


def _last_by_sender(found: Iterable[Roster]) -> dict[tuple[str, str], Roster]:
    """The newest list of each sender and kind. When a list is due is said of the first kind a sender sends."""
    last: dict[tuple[str, str], Roster] = {}
    for one in found:
        held = last.get((one.sender, one.kind))
        if held is None or (one.as_of, one.handed_at) > (held.as_of, held.handed_at):
            last[one.sender, one.kind] = one
    return last


def _due(sender: Sender, on: date) -> tuple[date | None, str]:
    """The printed day, or the twentieth of the month for a list that is compared every month."""
    if sender.by is not None:
        return sender.by, "文件所定"
    if "月" in sender.cadence:
        return on.replace(day=_MONTHLY_BY), f"按月比对，未印日期，按每月 {_MONTHLY_BY} 日提醒（推定）"
    return None, ""


def _came(sender: Sender, last: Roster | None, on: date) -> bool:
    """Whether the list that was due has come: any by the printed day, this month's of a monthly one."""
    if last is None:
        return False
    if sender.by is not None:
        return last.as_of.year >= sender.by.year
    return (last.as_of.year, last.as_of.month) >= (on.year, on.month)


def _line(one: Roster, undecided: int) -> RosterLine:
    return RosterLine(
        one.id, one.unit_code, one.region, one.sender, one.kind, one.as_of, one.extent, one.benefit_year, tuple(one.classes), one.file_name,
        one.file_digest, one.state, one.counts, one.layout, one.run_id, one.previous_id, one.handed_by_name,
        one.handed_at, one.submitted_by, one.submitted_by_name, one.submitted_at, one.decided_by_name, one.decided_at,
        one.decision_grounds, undecided,
    )  # fmt: skip
