"""The file as it came, marked row by row, with the summary page to sign."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from yingbao.journal.acting import Acting
from yingbao.rosters.actions.handing_in import opened
from yingbao.rosters.errors import NoWayForRoster, RosterNotFound
from yingbao.rosters.models import Roster, Row
from yingbao.rosters.queries.rosters import seen
from yingbao.rosters.senders import DEPARTMENTS
from yingbao.rosters.states import DECISIONS, EXTENTS, LISTS, OPEN, OUTCOMES, STATES
from yingbao.workbooks.marked import Mark, Summary, write_marked
from yingbao.workbooks.sheets import Sheet, open_sheets

_DONE = frozenset({"new", "changed", "ended"})
NOT_LISTED = "登记有、名册未列"


def marked_workbook(by: Acting, roster_id: UUID, path: Path) -> str:
    """Write the roster's workbook with a mark on every row, and return the name of the file it came as.

    Raises RosterNotFound, NoWayForRoster while the roster is still being read.
    """
    roster = seen(by).select_related("file").filter(id=roster_id).first()
    if roster is None:
        raise RosterNotFound
    if roster.state == "reading":
        raise NoWayForRoster(roster.state, "下载标注表")
    with opened(roster) as original:
        sheets = open_sheets(original)
    rows = Row.objects.filter(roster=roster).defer("document_sealed", "document_key")
    marks = {(row.sheet, row.number): _mark(row) for row in rows.exclude(sheet="").iterator()}
    missing = _not_listed(list(rows.filter(sheet="").order_by("id")))
    write_marked(path, [*sheets, *missing], marks, _summary(roster))
    return roster.file_name


def _not_listed(rows: list[Row]) -> list[Sheet]:
    """A sheet of its own for who is on record and not in the list; the sender knows them by name."""
    if not rows:
        return []
    lines = [[row.name, _said(row), row.sentence] for row in rows]
    return [Sheet(NOT_LISTED, hidden=False, rows=[["姓名", "结果", "说明"], *lines])]


def _said(row: Row) -> str:
    return OUTCOMES[row.outcome] + (f"（{DECISIONS[row.decision]}）" if row.decision else "")


def _mark(row: Row) -> Mark:
    attention = row.outcome in OPEN or row.outcome == "unreadable"
    tone = "attention" if attention and not row.decision else "done" if row.outcome in _DONE else "plain"
    return Mark(_said(row), row.sentence, tone)


def _summary(roster: Roster) -> Summary:
    facts = [
        ("报送部门", DEPARTMENTS.get(roster.sender, roster.sender)),
        ("名册内容", LISTS[roster.kind]),
        ("名册日期", f"{roster.as_of:%Y-%m-%d}"),
        ("范围", EXTENTS[roster.extent]),
        ("文件", roster.file_name),
        ("文件摘要（SM3）", roster.file_digest),
        ("报送人", roster.handed_by_name),
        ("状态", STATES[roster.state]),
    ]
    counts = [(name, roster.counts.get(code, 0)) for code, name in OUTCOMES.items()]
    return Summary("名册核对汇总表", facts, counts)
