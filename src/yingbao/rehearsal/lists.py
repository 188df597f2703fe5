"""The departments' lists of a rehearsed season through the doors of the real ones: handed in, decided, applied by another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.journal.scope import within
from yingbao.policy import Policy
from yingbao.rehearsal.rosters import RosterFile
from yingbao.rosters import actions, queries

GROUNDS = "演练名册中故意写错的行，退回部门核对"


@dataclass(frozen=True, slots=True)
class AppliedList:
    """A list that is in force, and what came of its rows."""

    roster_id: UUID
    department: str
    counts: dict[str, int]
    dropped: int
    written: dict[str, int]


def apply_lists(
    policy: Policy,
    files: Sequence[RosterFile],
    *,
    clerk: Acting,
    reviewer: Acting,
    as_of: date,
    say: Callable[[str], None],
) -> list[AppliedList]:
    """Hand every workbook in, drop with grounds what nobody can decide in a rehearsal, submit, and apply as another.

    For a region whose people are loaded; as text the same list stands once more and is passed over.
    """
    region, year = policy.release.region, policy.release.benefit_year
    found = []
    for file in files:
        if file.path.suffix == ".csv":
            continue
        roster_id = actions.hand_in(
            by=clerk,
            region=region,
            benefit_year=year,
            sender=file.department,
            as_of=as_of,
            extent="full",
            path=file.path,
        )
        dropped = actions.drop_rows(by=clerk, roster_id=roster_id, reason="", grounds=GROUNDS)
        actions.submit(by=clerk, roster_id=roster_id)
        written = actions.apply(by=reviewer, roster_id=roster_id, grounds="演练复核")
        with within(clerk):
            line = queries.roster(clerk, roster_id)
        say(f"{file.path.name}：新增 {written['new']:,}，变更 {written['changed']:,}，不采用 {dropped:,} 行")
        found.append(AppliedList(roster_id, file.department, dict(line.counts), dropped, written))
    return found
